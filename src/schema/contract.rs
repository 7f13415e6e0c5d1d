//! Documents that one stack publishes and another reads: the only thing that passes between states.

use std::rc::Rc;

use hcl_edit::expr::{Expression, FuncCall, TraversalOperator};
use hcl_edit::template::Element;
use hcl_edit::{Decorated, Span};

use super::expression::Scope;
use super::kind::Type;
use super::{At, World, names};

/// How the names of plinth's documents begin.
const PREFIX: &str = "/plinth/";

/// What a document has only where a cluster has it: readers say what else.
const OPTIONAL: [&str; 2] = ["dns_zone_ids", "messaging"];

/// A document that a stack publishes.
pub(super) struct Document {
    name: Name,
    kind: Type,
}

/// The name of a document, part by part: `/plinth/${var.cluster_name}/cluster`. None: only a plan knows it.
type Name = Vec<Option<String>>;

impl<'a> World<'a> {
    /// Returns what is published.
    pub(super) fn published(&self) -> Vec<Document> {
        let mut documents = Vec::new();
        for (folder, module) in &self.modules {
            for ((kind, _), (file, block)) in &module.resources {
                let value = |key: &str| Some(&block.body.get_attribute(key)?.value);
                if kind != "aws_ssm_parameter" || !value("name").is_some_and(is_plinths) {
                    continue;
                }
                let Some(Expression::FuncCall(encode)) = value("insecure_value") else { continue };
                let at = At { folder, module, file, of: None };
                let (Some(name), Some(document)) =
                    (value("name").and_then(|name| parts(at, name)), encode.args.iter().next())
                else {
                    continue;
                };
                let quiet = Scope { quiet: true, ..Scope::default() };
                documents.push(Document { name, kind: self.expression(at, document, &quiet) });
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
        let Some(name) = parts(at, key).filter(|_| !self.documents.is_empty()) else { return Type::Any };
        if let Some(found) = self.documents.iter().find(|known| is_same(&known.name, &name)) {
            return found.kind.clone();
        }
        let text = |name: &Name| {
            let parts = name.iter().map(|part| part.as_deref().unwrap_or("…"));
            parts.collect::<Vec<_>>().join("/")
        };
        self.fault_in(scope, at, key, || {
            let known: Vec<String> = self.documents.iter().map(|known| text(&known.name)).collect();
            let near = super::meant(&text(&name), &known);
            format!("no stack publishes a document `{}`{near}", text(&name))
        });
        Type::Any
    }

    /// Reports what is read of a document, and is not in it. What is published is known: there, `try` would only hide that nobody will
    /// ever find it.
    pub(super) fn unpublished(
        &self,
        at: At<'_, 'a>,
        node: &impl Span,
        name: &str,
        document: &Type,
        scope: &Scope,
    ) {
        let Type::Object(fields) = document else { return };
        if !(scope.lenient && OPTIONAL.contains(&name)) {
            self.fault_in(scope, at, node, || {
                let known: Vec<String> = fields.keys().cloned().collect();
                format!("what is published has no attribute `{name}`{}", super::meant(name, &known))
            });
        }
    }

    /// Whether a type is that of a published document, or of an object in one.
    pub(super) fn is_published(&self, kind: &Type) -> bool {
        fn holds(kind: &Type, wanted: &Type) -> bool {
            match (kind, wanted) {
                // A copy of a type shares its parts.
                (Type::Object(fields), Type::Object(wanted)) if Rc::ptr_eq(fields, wanted) => true,
                (Type::Object(fields), _) => fields.values().any(|field| holds(&field.kind, wanted)),
                (Type::List(of) | Type::Set(of) | Type::Map(of), _) => holds(of, wanted),
                (Type::Tuple(of), _) => of.iter().any(|of| holds(of, wanted)),
                _ => false,
            }
        }
        self.documents.iter().any(|known| holds(&known.kind, kind))
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

/// Returns the parts of a text between slashes; none where it is no text, or does not begin as the names of documents do.
fn parts(at: At<'_, '_>, name: &Expression) -> Option<Name> {
    let mut parts = vec![Some(String::new())];
    spell(at, name, &mut parts, true)?;
    let begins = parts.iter().take(2).map(|part| part.as_deref().unwrap_or_default());
    begins.eq(PREFIX.trim_end_matches('/').split('/')).then_some(parts)
}

/// Writes a text part by part; of local values in it, those that it names itself.
fn spell(at: At<'_, '_>, name: &Expression, parts: &mut Name, follow: bool) -> Option<()> {
    let literal = |parts: &mut Name, text: &str| {
        for (number, piece) in text.split('/').enumerate() {
            if number > 0 {
                parts.push(Some(String::new()));
            }
            if let Some(Some(part)) = parts.last_mut() {
                part.push_str(piece);
            }
        }
    };
    match name {
        Expression::String(text) => literal(parts, text),
        Expression::StringTemplate(template) => {
            for element in template {
                match element {
                    Element::Literal(text) => literal(parts, text),
                    Element::Interpolation(inner) => {
                        let local = match &inner.expr {
                            Expression::Traversal(path) => match names::path(path).as_slice() {
                                ["local", name] if follow => at.module.locals.get(*name),
                                _ => None,
                            },
                            _ => None,
                        };
                        match local {
                            Some((_, value)) => spell(at, value, parts, false)?,
                            None => *parts.last_mut()? = None,
                        }
                    }
                    Element::Directive(_) => return None,
                }
            }
        }
        _ => *parts.last_mut()? = None,
    }
    Some(())
}

/// Whether two names can be the same.
fn is_same(one: &Name, other: &Name) -> bool {
    let can_be =
        |(one, other): (&Option<String>, &Option<String>)| one.is_none() || other.is_none() || one == other;
    one.len() == other.len() && one.iter().zip(other).all(can_be)
}
