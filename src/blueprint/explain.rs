//! Where a value comes from: the layers of a blueprint, asked for one key.
//!
//! It walks the same trees and lays them by the same function as reading does, so it is right for every key that there is.
//! What plinth adds to them is given to it as [`Beneath`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::keys::{Cluster, File};
use super::node::{Node, Value};
use super::read::Read;
use super::shape::{Shape, index};
use super::usual::Around;
use super::{Blueprint, effective};
use crate::diagnostic::Span;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The key's path: `["cluster", "network", "nat"]`, `["waive", "[0]", "id"]`.
    pub path: Vec<String>,
    /// Only clusters of this environment.
    pub environment: Option<String>,
    /// Only clusters of this name.
    pub cluster: Option<String>,
}

/// What holds for one key, in clusters that agree on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The key's path.
    pub path: Vec<String>,
    /// What the key means; none for one that is not plinth's.
    pub about: Option<&'static str>,
    /// `staging/main`; none where the key is not a cluster's.
    pub clusters: Vec<String>,
    /// What holds; nothing where neither the blueprint nor plinth sets it.
    pub set: Option<Setting>,
    /// What would hold without that, the nearest first.
    pub over: Vec<Setting>,
}

/// A value, and who said it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value as it is written.
    pub value: Json,
    /// Who said it.
    pub by: Voice,
}

/// Who sets a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// A line of the blueprint.
    Line {
        /// The place of the key.
        at: Span,
        /// The layer that it belongs to: `environments.production.cluster`; empty for a key that has none.
        layer: String,
    },
    /// The catalog, of an add-on.
    Catalog,
    /// plinth.
    BuiltIn,
}

/// What lies beneath what is written of a cluster. The model knows it.
#[derive(Debug, Clone, Default)]
pub struct Beneath {
    /// Tables that the cluster has without writing them.
    pub tables: Vec<Layer>,
    /// What is set in tables of the cluster without writing it, the highest first; each as the cluster's table.
    pub values: Vec<(By, Json)>,
}

/// A layer of a cluster.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name; none for the catalog.
    pub name: Option<String>,
    /// What it says.
    pub node: Node,
}

/// What sets a value that is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The catalog.
    Catalog,
    /// plinth.
    BuiltIn,
    /// A line of the lock.
    Lock(Span),
    /// Another key of the cluster, by its path.
    Key(Vec<String>),
}

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The word that is not known.
    pub word: String,
    /// What it was looked for in.
    pub within: String,
    /// Words that are known there.
    pub known: Vec<String>,
}

/// Answers for a key, or for all keys of a table, in the order of their names.
///
/// `beneath` is what lies beneath each cluster, by `staging/main`.
///
/// # Errors
/// [`Unknown`] for a key that no table takes, and for a name that the blueprint does not have.
pub fn explain(
    root: &Node,
    blueprint: &Blueprint,
    beneath: &BTreeMap<String, Beneath>,
    question: &Question,
) -> Result<Vec<Answer>, Unknown> {
    let written = Written { root, blueprint, beneath };
    let Question { path, environment, cluster } = question;
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let (environment, cluster) = (environment.as_deref(), cluster.as_deref());
    match segments.as_slice() {
        ["cluster", key @ ..] => written.of_clusters(environment, cluster, key),
        ["environments", name, "cluster", key @ ..] => written.of_clusters(Some(name), cluster, key),
        ["environments", name, "clusters", cluster, key @ ..] => {
            written.of_clusters(Some(name), Some(cluster), key)
        }
        ["environments", name, "clusters"] => written.of_clusters(Some(name), None, &[]),
        key => {
            let stack = Stack {
                whose: None,
                layers: vec![(String::new(), root)],
                tables: &[],
                values: &[],
                effective: root.clone(),
            };
            let mut answers = answers(&File::shape(), &[stack], &[], key)?;
            if let ["environments", name @ ..] = key
                && name.len() < 2
            {
                answers.extend(written.of_clusters(name.first().copied(), None, &[])?);
            }
            Ok(answers)
        }
    }
}

/// The layers of one thing from the lowest to the highest, and what they come to.
struct Stack<'n> {
    whose: Option<String>,
    layers: Vec<(String, &'n Node)>,
    /// Tables that are there beneath all layers: where nothing is written.
    tables: &'n [Layer],
    /// What is set beneath all layers, the highest first.
    values: &'n [(By, Json)],
    effective: Node,
}

/// What is asked of.
#[derive(Clone, Copy)]
struct Written<'a> {
    root: &'a Node,
    blueprint: &'a Blueprint,
    beneath: &'a BTreeMap<String, Beneath>,
}

fn stack<'n>(
    root: &'n Node,
    beneath: &'n BTreeMap<String, Beneath>,
    environment: &str,
    cluster: &str,
) -> Stack<'n> {
    let whose = format!("{environment}/{cluster}");
    let beneath = beneath.get(&whose);
    let own = root.get("environments").and_then(|all| all.get(environment));
    let written = [
        ("cluster".to_owned(), root.get("cluster")),
        (format!("environments.{environment}.cluster"), own.and_then(|own| own.get("cluster"))),
        (
            format!("environments.{environment}.clusters.{cluster}"),
            own.and_then(|own| own.get("clusters")?.get(cluster)),
        ),
    ];
    let layers: Vec<(String, &Node)> =
        written.into_iter().filter_map(|(name, layer)| Some((name, layer?))).collect();
    let tables = beneath.map_or(&[][..], |beneath| &beneath.tables);
    let added = tables.iter().map(|added| &added.node);
    let effective = effective(added.chain(layers.iter().map(|(_, layer)| *layer)));
    let values = beneath.map_or(&[][..], |beneath| &beneath.values);
    Stack { whose: Some(whose), layers, tables, values, effective }
}

impl Written<'_> {
    fn of_clusters(
        self,
        environment: Option<&str>,
        cluster: Option<&str>,
        key: &[&str],
    ) -> Result<Vec<Answer>, Unknown> {
        let unknown = |word: &str, within: &str, mut known: Vec<String>| {
            known.sort();
            known.dedup();
            Err(Unknown { word: word.to_owned(), within: within.to_owned(), known })
        };
        let environments = &self.blueprint.environments;
        if let Some(name) = environment.filter(|name| environments.get(name).is_none()) {
            return unknown(name, "environments", environments.names());
        }
        let mut stacks = Vec::new();
        let mut names = Vec::new();
        for target in environments.iter().filter(|t| environment.is_none_or(|name| t.name.as_str() == name)) {
            let clusters = &target.value.clusters;
            names.extend(clusters.names());
            for own in clusters.iter().filter(|own| cluster.is_none_or(|name| own.name.as_str() == name)) {
                stacks.push(stack(self.root, self.beneath, target.name.as_str(), own.name.as_str()));
            }
        }
        match cluster {
            Some(name) if stacks.is_empty() => unknown(name, "clusters", names),
            _ => answers(&Cluster::shape(), &stacks, &["cluster"], key),
        }
    }
}

/// Answers for a key, of a shape, that stands in each of the stacks.
fn answers(
    shape: &Shape,
    stacks: &[Stack<'_>],
    prefix: &[&str],
    key: &[&str],
) -> Result<Vec<Answer>, Unknown> {
    check(shape, stacks, prefix, key)?;
    let mut answers: Vec<Answer> = Vec::new();
    for leaf in leaves(shape, stacks, key, key.len()) {
        let path: Vec<String> = prefix.iter().map(ToString::to_string).chain(leaf.iter().cloned()).collect();
        let first = answers.len();
        let about = leaf.split_last().and_then(|(name, table)| shape.at(table)?.about(name));
        for stack in stacks {
            let (set, over) = settings(shape, stack, &leaf);
            if set.is_none() && over.is_empty() && leaf != key {
                // It was not asked for by name, and this cluster knows nothing of it.
                continue;
            }
            let same = answers[first..].iter_mut().find(|answer| answer.set == set && answer.over == over);
            match same {
                Some(same) => same.clusters.extend(stack.whose.clone()),
                None => answers.push(Answer {
                    path: path.clone(),
                    about,
                    clusters: stack.whose.iter().cloned().collect(),
                    set,
                    over,
                }),
            }
        }
    }
    Ok(answers)
}

/// Refuses a path that leads nowhere.
fn check(shape: &Shape, stacks: &[Stack<'_>], prefix: &[&str], key: &[&str]) -> Result<(), Unknown> {
    let mut shape = shape.clone();
    for (at, name) in key.iter().enumerate() {
        let known: BTreeSet<Step> = match &shape {
            Shape::Named(_) | Shape::List(_) | Shape::Either(_) => {
                let written = stacks.iter().flat_map(|stack| &stack.layers).map(|(_, layer)| *layer);
                let added = stacks.iter().flat_map(|stack| stack.tables).map(|added| &added.node);
                let layers = written.chain(added);
                layers.filter_map(|layer| find(layer, &key[..at])).flat_map(steps).collect()
            }
            shape => shape.keys().into_iter().map(Step::of).collect(),
        };
        let is_known = known.contains(&Step::of(name));
        let Some(inner) = shape.key(name).filter(|_| is_known || shape.is_open()) else {
            let within: Vec<&str> = prefix.iter().chain(&key[..at]).copied().collect();
            let known = known.into_iter().map(|Step(_, name)| name).collect();
            return Err(Unknown { word: (*name).to_owned(), within: dotted(&within), known });
        };
        shape = inner;
    }
    Ok(())
}

/// Every key at or below a path that has a value in one of the stacks; the path itself where there is none.
///
/// What is set beneath of an add-on is among them where the add-on itself is asked for, else its version alone: `asked` is
/// the length of the path that is.
fn leaves(shape: &Shape, stacks: &[Stack<'_>], key: &[&str], asked: usize) -> Vec<Vec<String>> {
    let own = shape.at(key);
    if own.as_ref().is_some_and(Shape::is_layered) {
        // What a layer says does not hold by itself: its clusters are asked.
        return Vec::new();
    }
    let is_of_tables = matches!(&own, Some(Shape::List(item)) if item.table().is_some());
    let (mut below, mut is_value) = (BTreeSet::new(), false);
    for stack in stacks {
        if let Some(node) = find(&stack.effective, key) {
            let is_open = match &node.value {
                Value::Table(_) => true,
                Value::Array(items) => is_of_tables && !items.is_empty(),
                _ => false,
            };
            is_value |= !is_open;
            below.extend(steps(node).into_iter().filter(|_| is_open));
        }
        let unset = own.iter().flat_map(Shape::keys).filter(|name| {
            let nested = own.as_ref().and_then(|own| own.key(name));
            matches!(nested, Some(Shape::Table(_))) || default(shape, stack, key, name).is_some()
        });
        below.extend(unset.map(Step::of));
        let is_asked = asked > 1;
        for (_, value) in stack.beneath(key).filter(|_| is_asked || key.len() == 2) {
            let names = value.as_object().into_iter().flat_map(|table| table.keys());
            below.extend(names.filter(|name| is_asked || *name == "version").map(|name| Step::of(name)));
        }
    }
    if is_value || below.is_empty() {
        return vec![key.iter().map(ToString::to_string).collect()];
    }
    let below = below.iter().map(|Step(_, name)| [key, &[name.as_str()]].concat());
    below.flat_map(|key| leaves(shape, stacks, &key, asked)).collect()
}

/// Returns what holds for a key, and what would hold without that.
fn settings(shape: &Shape, stack: &Stack<'_>, key: &[String]) -> (Option<Setting>, Vec<Setting>) {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let holds = place(&stack.effective, &key).map(|(at, _)| at);
    let added = |added: &Layer| {
        let (at, node) = place(&added.node, &key)?;
        let by = added.name.clone().map_or(Voice::Catalog, |layer| Voice::Line { at, layer });
        Some(Setting { value: node.to_json(), by })
    };
    if let Some(set) = stack.tables.iter().find_map(added) {
        // Without it there is no table in which anything could hold.
        return (Some(set), Vec::new());
    }
    // Each with its place; none for what stands in no layer.
    let mut said: Vec<(Option<Span>, Setting)> = Vec::new();
    for (layer, node) in stack.layers.iter().rev() {
        if let Some((at, node)) = place(node, &key) {
            let by = Voice::Line { at, layer: layer.clone() };
            said.push((Some(at), Setting { value: node.to_json(), by }));
        }
    }
    for (by, value) in stack.beneath(&key) {
        let by = match by {
            By::Catalog => Voice::Catalog,
            By::BuiltIn => Voice::BuiltIn,
            By::Lock(at) => Voice::Line { at: *at, layer: String::new() },
            By::Key(path) => settings(shape, stack, path).0.map_or(Voice::BuiltIn, |key| key.by),
        };
        said.push((None, Setting { value: value.clone(), by }));
    }
    let default = key.split_last().and_then(|(name, table)| default(shape, stack, table, name));
    said.extend(default.map(|value| (None, Setting { value, by: Voice::BuiltIn })));
    // A layer that makes another thing of a table takes nothing from below; then what is below does not hold.
    let set = said.iter().position(|(at, _)| *at == holds);
    let set = set.map(|at| said.remove(at).1);
    (set, said.into_iter().map(|(_, setting)| setting).collect())
}

impl Stack<'_> {
    /// Returns what is set beneath of a key, the highest first.
    fn beneath(&self, key: &[&str]) -> impl Iterator<Item = (&By, &Json)> {
        let at = |value| key.iter().try_fold(value, |value: &Json, name| value.get(*name));
        self.values.iter().filter_map(move |(by, value)| Some((by, at(value)?)))
    }
}

/// A step of a path; those of a list in the order of their numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Step(Option<usize>, String);

impl Step {
    fn of(name: &str) -> Self {
        Self(index(name), name.to_owned())
    }
}

/// The steps that lead on from a table, or from a list.
fn steps(node: &Node) -> Vec<Step> {
    match &node.value {
        Value::Table(table) => table.0.keys().map(|name| Step::of(name)).collect(),
        Value::Array(items) => (0..items.len()).map(|at| Step(Some(at), format!("[{at}]"))).collect(),
        _ => Vec::new(),
    }
}

/// Returns what plinth takes for a key of a table that nobody sets.
///
/// Nothing holds in a table that has to be written to be there: under a name, in a list, or with keys that it requires.
fn default(shape: &Shape, stack: &Stack<'_>, table: &[&str], name: &str) -> Option<Json> {
    let (mut own, mut node) = (shape.clone(), Some(&stack.effective));
    for step in table {
        let inner = own.key(step)?;
        node = node.and_then(|node| node.get(step));
        let is_optional = matches!(own, Shape::Table(_) | Shape::Layer)
            && inner.table().is_none_or(|table| table.keys.iter().all(|key| !key.required));
        if node.is_none() && !is_optional {
            return None;
        }
        own = inner;
    }
    own.default(name, Around::of(&stack.effective, table))
}

/// Returns where a key stands, or an item of a list, and what it is set to.
fn place<'n>(node: &'n Node, path: &[&str]) -> Option<(Span, &'n Node)> {
    let (name, path) = path.split_last()?;
    let holder = find(node, path)?;
    match &holder.value {
        Value::Table(table) => table.0.get(*name).map(|entry| (entry.key, &entry.node)),
        _ => holder.get(name).map(|item| (item.span, item)),
    }
}

fn find<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, name| node.get(name))
}

/// Writes a path as TOML does, and places of a list as `zones[0]`.
pub fn dotted<T: AsRef<str>>(path: &[T]) -> String {
    path.iter().map(AsRef::as_ref).fold(String::new(), |mut said, name| {
        if index(name).is_some() {
            return said + name;
        }
        if !said.is_empty() {
            said.push('.');
        }
        said + &toml_edit::Key::new(name).display_repr()
    })
}

/// Reads a path that is written so; none where it is no path.
pub fn path(text: &str) -> Option<Vec<String>> {
    // `waive[0].id` is `waive."[0]".id` to TOML.
    let (mut plain, mut quote) = (String::new(), None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '[' => {
                let step = &text[at..text[at..].find(']').map_or(text.len(), |end| at + end + 1)];
                index(step)?;
                plain.push_str(".\"");
            }
            _ => {}
        }
        plain.push(c);
        if c == ']' && quote.is_none() {
            plain.push('"');
        }
    }
    let keys = toml_edit::Key::parse(&plain).ok()?;
    Some(keys.iter().map(|key| key.get().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::{dotted, path};

    #[test]
    fn paths_are_written_as_they_are_read() {
        for text in ["cluster.network.zones[0]", "waive[12].id", "project.tags.\"a b\"", "a.\"x[0\".b"] {
            assert_eq!(path(text).map(|path| dotted(&path)).as_deref(), Some(text), "{text}");
        }
        for text in ["", "a..b", "a[", "a[x]", "a]", "[0]"] {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
