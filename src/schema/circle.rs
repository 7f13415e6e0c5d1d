//! What needs itself: local values, resources, data sources and providers of a module.

use std::collections::BTreeSet;
use std::fmt;

use camino::Utf8Path;
use hcl_edit::Span;

use super::module::Module;
use super::{At, Node, World};
use crate::file::File;

impl<'a> World<'a> {
    /// Reports each circle once, where its first part is declared.
    pub(super) fn circles(&self, folder: &Utf8Path, module: &Module<'a>) {
        let needs = self.needs.borrow();
        let mut done = BTreeSet::new();
        for start in needs.keys() {
            let mut way = Vec::new();
            if let Some(circle) = self.follow(*start, &mut way, &mut done) {
                let names: Vec<String> =
                    circle.iter().chain(circle.first()).map(|node| format!("`{node}`")).collect();
                let Some((file, node)) = declared(module, circle[0]) else { continue };
                let text = format!("{} needs itself: {}", names[0], names.join(" → "));
                self.fault(At { folder, module, file, of: None }, node, text);
            }
        }
    }

    /// Goes on from the end of a way, and returns the part of it that is a circle.
    fn follow(
        &self,
        node: Node<'a>,
        way: &mut Vec<Node<'a>>,
        done: &mut BTreeSet<Node<'a>>,
    ) -> Option<Vec<Node<'a>>> {
        if let Some(at) = way.iter().position(|known| *known == node) {
            return Some(way[at..].to_vec());
        }
        if !done.insert(node) {
            return None;
        }
        way.push(node);
        for next in self.needs.borrow().get(&node).into_iter().flatten() {
            // A resource that names itself has been reported.
            if *next == node && !matches!(node, Node::Local(_)) {
                continue;
            }
            if let Some(circle) = self.follow(*next, way, done) {
                return Some(circle);
            }
        }
        way.pop();
        None
    }
}

/// Where something is declared.
fn declared<'m, 'a>(module: &'m Module<'a>, node: Node<'_>) -> Option<(&'a File, &'m dyn Span)> {
    let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    match node {
        Node::Local(name) => module.locals.get(name).map(|(file, value)| (*file, *value as &dyn Span)),
        Node::Resource(kind, name) => {
            module.resources.get(&pair(kind, name)).map(|(file, block)| (*file, &block.ident as &dyn Span))
        }
        Node::Data(kind, name) => {
            module.data.get(&pair(kind, name)).map(|(file, block)| (*file, &block.ident as &dyn Span))
        }
        Node::Provider(name) => module.files.iter().find_map(|(file, body)| {
            let block = body
                .get_blocks("provider")
                .find(|block| block.labels.iter().any(|label| label.as_str() == name));
            block.map(|block| (*file, &block.ident as &dyn Span))
        }),
    }
}

impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Resource(kind, name) => write!(f, "{kind}.{name}"),
            Self::Data(kind, name) => write!(f, "data.{kind}.{name}"),
            Self::Provider(name) => write!(f, "provider.{name}"),
        }
    }
}
