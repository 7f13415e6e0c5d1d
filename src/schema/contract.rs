//! Documents that one stack publishes and another reads: the only thing that passes between states.

use std::collections::BTreeMap;

use hcl_edit::Decorated;
use hcl_edit::expr::{Expression, FuncCall, TraversalOperator};
use hcl_edit::template::Element;

use super::expression::Scope;
use super::kind::Type;
use super::{At, World};

/// How the names of plinth's documents begin.
const PREFIX: &str = "/plinth/";

impl<'a> World<'a> {
    /// Returns what is published: the type of each document, by the last part of its name.
    pub(super) fn published(&self) -> BTreeMap<String, Type> {
        let mut documents = BTreeMap::new();
        for (folder, module) in &self.modules {
            for ((kind, _), (file, block)) in &module.resources {
                let value = |key: &str| Some(&block.body.get_attribute(key)?.value);
                if kind != "aws_ssm_parameter" || !value("name").is_some_and(is_plinths) {
                    continue;
                }
                let Some(Expression::FuncCall(encode)) = value("insecure_value") else { continue };
                let (Some(name), Some(document)) =
                    (value("name").and_then(last_part), encode.args.iter().next())
                else {
                    continue;
                };
                let quiet = Scope { quiet: true, ..Scope::default() };
                documents.insert(name, self.expression(At { folder, module, file }, document, &quiet));
            }
        }
        documents
    }

    /// Returns the type of what `jsondecode` makes of a document, `jsondecode(parameters["…/cluster"])`.
    pub(super) fn document(&self, at: At<'_, 'a>, call: &'a FuncCall, scope: &Scope) -> Type {
        let Some(Expression::Traversal(path)) = call.args.iter().next() else { return Type::Any };
        let Some(TraversalOperator::Index(key)) = path.operators.last().map(Decorated::value) else {
            return Type::Any;
        };
        let Some(name) = last_part(key).filter(|_| !self.documents.is_empty()) else { return Type::Any };
        self.documents.get(&name).cloned().unwrap_or_else(|| {
            if !scope.quiet {
                let known: Vec<String> = self.documents.keys().cloned().collect();
                let text = format!("no stack publishes a document `{name}`{}", super::meant(&name, &known));
                self.fault(at, key, text);
            }
            Type::Any
        })
    }
}

fn is_plinths(name: &Expression) -> bool {
    match name {
        Expression::String(text) => text.starts_with(PREFIX),
        Expression::StringTemplate(template) => {
            matches!(template.iter().next(), Some(Element::Literal(text)) if text.starts_with(PREFIX))
        }
        _ => false,
    }
}

/// Returns what stands behind the last slash of a text, where that is literal.
fn last_part(name: &Expression) -> Option<String> {
    let text = match name {
        Expression::String(text) => text.as_str(),
        Expression::StringTemplate(template) => match template.iter().last() {
            Some(Element::Literal(text)) => text.as_str(),
            _ => return None,
        },
        _ => return None,
    };
    text.rsplit_once('/').map(|(_, part)| part.to_owned())
}
