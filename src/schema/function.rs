//! The functions of Terraform's language: what they take and what they return.
//!
//! `schemas/functions.txt` has what Terraform says of them. Many take a value of any type there, and say what is wrong with it
//! only when they are called; those have a row here.

use super::kind::{Type, common};
use super::provider::{Parameter, Signature};

/// What a function returns that says no more of it than that it is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returns {
    Text,
    Texts,
    /// What its first argument is.
    Same,
    /// A list of what its first argument's elements are.
    Elements,
    /// A set of those.
    Distinct,
    /// A map of those.
    Mapped,
    /// One of those.
    Element,
}

const RETURNS: [(Returns, &str); 7] = [
    (Returns::Text, "format"),
    (Returns::Texts, "formatlist keys"),
    (Returns::Same, "nonsensitive sensitive"),
    (Returns::Elements, "concat distinct reverse slice tolist values coalescelist"),
    (Returns::Distinct, "setintersection setsubtract setunion toset"),
    (Returns::Mapped, "tomap"),
    (Returns::Element, "element one"),
];

/// What a function wants of an argument that can be of any type, as far as it says so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// Something with elements, or a text.
    Measurable,
    /// Elements in an order.
    Ordered,
    /// Elements without names.
    Unnamed,
    /// Elements by name.
    Named,
}

/// Of the first argument.
const OF_FIRST: [(Wants, &str); 3] = [
    (Wants::Measurable, "length"),
    (Wants::Named, "keys values lookup tomap"),
    (Wants::Unnamed, "flatten contains one sum tolist toset reverse index element slice"),
];

/// Of every argument.
const OF_EACH: [(Wants, &str); 3] =
    [(Wants::Named, "merge"), (Wants::Ordered, "concat coalescelist"), (Wants::Unnamed, "setproduct")];

/// Those that need an argument, although each single one may be left out.
const NEVER_EMPTY: [&str; 8] =
    ["coalesce", "coalescelist", "concat", "max", "min", "range", "setproduct", "try"];

impl Wants {
    /// What it is called in a message.
    fn words(self) -> &'static str {
        match self {
            Self::Measurable => "a text, a list, a set or a map",
            Self::Ordered => "a list",
            Self::Unnamed => "a list or a set",
            Self::Named => "a map",
        }
    }

    fn takes(self, kind: &Type) -> bool {
        match kind {
            Type::Any => true,
            Type::Bool | Type::Number => false,
            Type::String => self == Self::Measurable,
            Type::List(_) | Type::Tuple(_) => self != Self::Named,
            Type::Set(_) => matches!(self, Self::Measurable | Self::Unnamed),
            Type::Map(_) | Type::Object(_) => matches!(self, Self::Measurable | Self::Named),
        }
    }
}

/// Says what is wrong with the number of arguments.
pub fn miscounted(name: &str, signature: &Signature, given: usize) -> Option<String> {
    let fewest = signature.takes.len() + usize::from(NEVER_EMPTY.contains(&name));
    let is_open = signature.more.is_some();
    if given >= fewest && (is_open || given <= fewest) {
        return None;
    }
    let at_least = if is_open { "at least " } else { "" };
    let s = if fewest == 1 { "" } else { "s" };
    Some(format!("`{name}` takes {at_least}{fewest} argument{s}, and is given {given}"))
}

/// Returns what an argument must become.
pub fn parameter<'s>(name: &str, signature: &'s Signature, number: usize) -> Option<&'s Parameter> {
    const NUMBER: &Parameter = &Parameter { kind: Type::Number, nullable: true };
    const BOOL: &Parameter = &Parameter { kind: Type::Bool, nullable: true };
    const TEXT: &Parameter = &Parameter { kind: Type::String, nullable: true };
    match name {
        "tonumber" => Some(NUMBER),
        "tobool" => Some(BOOL),
        "tostring" => Some(TEXT),
        _ => signature.takes.get(number).or(signature.more.as_ref()),
    }
}

/// Says what is wrong with an argument that can be of any type.
pub fn unwanted(name: &str, number: usize, kind: &Type) -> Option<String> {
    let rows = OF_FIRST.iter().filter(|_| number == 0).chain(&OF_EACH);
    let (wants, _) = rows.clone().find(|(_, names)| names.split(' ').any(|known| known == name))?;
    (!wants.takes(kind))
        .then(|| format!("`{name}` needs {} here, and this is {}", wants.words(), kind.words()))
}

/// Says what is wrong with a literal text that a function reads.
pub fn misread(name: &str, text: &str, others: usize) -> Option<String> {
    match name {
        "cidrhost" | "cidrnetmask" | "cidrsubnet" | "cidrsubnets" => {
            (!text.contains('/')).then(|| format!("`{text}` is no range: `{text}/16` is"))
        }
        "jsondecode" => serde_json::from_str::<serde_json::Value>(text)
            .err()
            .map(|error| format!("this is no JSON: {error}")),
        // An index, `%[1]s`, or a width that is an argument, `%*d`, counts in another way.
        "format" if !text.contains(['[', '*']) => {
            let wanted = text.replace("%%", "").matches('%').count();
            (wanted != others)
                .then(|| format!("this text has {wanted} places to fill, and {others} are given"))
        }
        _ => None,
    }
}

/// Returns the type of a call's value.
pub fn returns(name: &str, signature: &Signature, arguments: &[Type]) -> Type {
    let row = RETURNS.iter().find(|(_, names)| names.split(' ').any(|known| known == name));
    let Some((returns, _)) = row else { return signature.returns.clone() };
    let first = arguments.first().cloned().unwrap_or(Type::Any);
    let elements = || match name {
        "concat" | "coalescelist" | "setunion" => {
            common(&arguments.iter().map(Type::element).collect::<Vec<_>>())
        }
        _ => first.element(),
    };
    match returns {
        Returns::Text => Type::String,
        Returns::Texts => Type::list(Type::String),
        Returns::Same => first,
        Returns::Elements => Type::list(elements()),
        Returns::Distinct => Type::set(elements()),
        Returns::Mapped => Type::map(elements()),
        Returns::Element => elements(),
    }
}
