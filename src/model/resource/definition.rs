//! What a state machine does, and what of its application it names.
//!
//! A definition is Amazon States Language, as data. What an application's other things are called is known when they are made,
//! so a definition names them as `${queues.jobs.url}`: the blueprint's table, its name in there, and an output of its module.

use super::{Kind, Resource};
use crate::blueprint::node::{Node, Value as Written};
use crate::diagnostic::Spanned;
use crate::hcl::value::{Value, template_text};
use crate::model::Context;
use crate::problem::Problem;

/// What a definition may name besides what the application has.
const PLACE: [(&str, &str); 5] = [
    ("account_id", "var.account_id"),
    ("cluster_name", "var.cluster_name"),
    ("namespace", "var.namespace"),
    ("partition", "module.attachment.partition"),
    ("region", "module.attachment.region"),
];

/// A definition with its names filled in.
pub(super) struct Definition {
    /// Amazon States Language.
    pub value: Value,
    /// Labels of the modules that it names, sorted.
    pub names: Vec<String>,
}

impl Definition {
    /// Fills in what a definition names of what an application has.
    pub(super) fn of(context: &mut Context<'_>, written: &Spanned<Node>, all: &[Resource]) -> Self {
        let mut filling = Filling { context, all, names: Vec::new() };
        let value = filling.fill(written);
        filling.names.sort_unstable();
        filling.names.dedup();
        Self { value, names: filling.names }
    }
}

struct Filling<'a, 'c> {
    context: &'a mut Context<'c>,
    all: &'a [Resource],
    names: Vec<String>,
}

impl Filling<'_, '_> {
    fn fill(&mut self, node: &Node) -> Value {
        match &node.value {
            Written::String(text) => self.fill_text(text, node),
            Written::Array(items) => Value::List(items.iter().map(|item| self.fill(item)).collect()),
            Written::Table(table) => {
                let entries = table.0.iter();
                Value::Object(entries.map(|(key, entry)| (key.clone(), self.fill(&entry.node))).collect())
            }
            _ => Value::from_data(&node.to_json()),
        }
    }

    /// Fills in what stands between `${` and `}`; no text of Amazon States Language has these together.
    fn fill_text(&mut self, text: &str, node: &Node) -> Value {
        // All of the text: no template around it.
        let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        if let Some(expression) = whole.and_then(|name| self.expression(name)) {
            return Value::expression(expression);
        }
        let mut parts = text.split("${");
        let mut filled = template_text(parts.next().expect("a text has a beginning"));
        let mut is_filled = false;
        for part in parts {
            is_filled = true;
            let closed = part.split_once('}');
            if let Some((expression, behind)) =
                closed.and_then(|(name, behind)| Some((self.expression(name)?, behind)))
            {
                filled += &format!("${{{expression}}}{}", template_text(behind));
            } else {
                let (name, is_closed) = closed.map_or((part, false), |(name, _)| (name, true));
                let (name, known) = (name.to_owned(), self.known());
                self.context.push(Problem::UnknownInDefinition { name, is_closed, known }, node.span);
            }
        }
        if is_filled { Value::expression(format!("\"{filled}\"")) } else { Value::String(text.to_owned()) }
    }

    fn expression(&mut self, name: &str) -> Option<String> {
        if let Some((_, expression)) = PLACE.iter().find(|(known, _)| *known == name) {
            return Some((*expression).to_owned());
        }
        let mut parts = name.splitn(3, '.');
        let (key, own, output) = (parts.next()?, parts.next()?, parts.next()?);
        let resource = named(self.all).find(|it| it.kind.facts().key == key && it.name.as_str() == own)?;
        resource.kind.facts().outputs.iter().find(|known| **known == output)?;
        self.names.push(resource.label());
        Some(format!("module.{}.{output}", resource.label()))
    }

    fn known(&self) -> Vec<String> {
        let of_all = named(self.all).flat_map(|resource| {
            let facts = resource.kind.facts();
            facts.outputs.iter().map(move |output| format!("{}.{}.{output}", facts.key, resource.name))
        });
        PLACE.iter().map(|(name, _)| (*name).to_owned()).chain(of_all).collect()
    }
}

/// Returns what a definition may name: what gives rights, but no state machine, which could name this one in turn.
fn named(all: &[Resource]) -> impl Iterator<Item = &Resource> {
    all.iter().filter(|resource| resource.kind.facts().has_access && resource.kind != Kind::StateMachine)
}
