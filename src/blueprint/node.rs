//! The blueprint's text as a tree whose every key and value knows its place.
//!
//! This is TOML and nothing more: no key has a meaning yet. Layers are merged on this tree,
//! so a merged value still carries the span of the line that won.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostics, Source, Span};
use crate::problem::Problem;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// From the value's first byte to its last.
    pub span: Span,
}

/// What TOML can hold.
#[derive(Debug, Clone)]
pub enum Value {
    /// Any of the four string forms.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A whole number that 64 bits do not hold, as written.
    HugeInteger(String),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time; no key takes one unquoted.
    Datetime(String),
    /// `[…]`.
    Array(Vec<Node>),
    /// `{…}`, `[table]` or dotted keys.
    Table(Table),
}

impl Value {
    /// Names the kind of value, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::HugeInteger(_) => "an integer of more than 64 bits",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// A table; keys are sorted, so their order in the file never matters.
#[derive(Debug, Clone, Default)]
pub struct Table(pub BTreeMap<String, Entry>);

/// One key of a table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// What it is set to.
    pub node: Node,
}

impl serde::Serialize for Node {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Parses TOML. Syntax errors are collected, and what could be read is returned all the same,
/// so that one run also reports the mistakes behind the first.
///
/// `base` is where the file begins among its [`crate::diagnostic::Sources`].
pub fn parse(source: &Source, base: usize, diagnostics: &mut Diagnostics) -> Node {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let (mut lines, mut extended) = (BTreeSet::new(), BTreeSet::new());
    let mut twice = None;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        // The parser goes on in the middle of a line and stumbles over what is left of it; and what cannot be extended is so for
        // every key below.
        let message = error.message();
        let is_more = message.starts_with("cannot extend") && !extended.insert(message.to_owned());
        // A table that stands twice has its keys twice.
        let is_twice = message.starts_with("duplicate key");
        let between = twice.and_then(|head| source.text.get(head..span.start));
        let is_key = is_twice && between.is_some_and(|between| !between.contains("\n["));
        let line = source.text.get(..span.start).and_then(|before| before.rsplit('\n').next());
        if is_twice && line.is_some_and(|line| line.starts_with('[')) {
            twice = Some(span.start);
        }
        if is_more || is_key || !lines.insert(source.position(span.start).0) {
            continue;
        }
        diagnostics
            .push(Problem::Syntax { message: error.message().to_owned() }, Span::from(span).behind(base));
    }
    Node { value: Value::Table(table(root.get_ref(), base)), span: Span::default() }
}

fn table(from: &DeTable<'_>, base: usize) -> Table {
    let entries = from.iter().map(|(key, value)| {
        let entry = Entry { key: Span::from(key.span()).behind(base), node: node(value, base) };
        (key.get_ref().to_string(), entry)
    });
    Table(entries.collect())
}

fn node(from: &toml::Spanned<DeValue<'_>>, base: usize) -> Node {
    let value = match from.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).map_or(Value::HugeInteger(digits), Value::Integer)
        }
        DeValue::Float(number) => Value::Float(number.as_str().replace('_', "").parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(moment) => Value::Datetime(moment.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| node(item, base)).collect()),
        DeValue::Table(entries) => Value::Table(table(entries, base)),
    };
    Node { value, span: Span::from(from.span()).behind(base) }
}

/// Lays one layer over another: tables merge, lists and scalars replace.
///
/// ```
/// # use plinth::blueprint::node::{merge, parse};
/// # use plinth::diagnostic::{Diagnostics, Source};
/// # let read = |text: &str| parse(&Source { path: String::new(), text: text.into() }, 0, &mut Diagnostics::default());
/// let standard = read("network = { cidr = '10.0.0.0/16', nat = 'single' }");
/// let production = read("network = { nat = 'per-zone' }");
/// let effective = read("network = { cidr = '10.0.0.0/16', nat = 'per-zone' }");
/// assert!(merge(&standard, &production).same_value(&effective));
/// ```
pub fn merge(base: &Node, over: &Node) -> Node {
    match (&base.value, &over.value) {
        (Value::Table(below), Value::Table(above)) => {
            let mut entries = below.0.clone();
            for (name, entry) in &above.0 {
                let merged = match entries.get(name) {
                    Some(old) => Entry { key: entry.key, node: merge(&old.node, &entry.node) },
                    None => entry.clone(),
                };
                entries.insert(name.clone(), merged);
            }
            Node { value: Value::Table(Table(entries)), span: over.span }
        }
        _ => over.clone(),
    }
}

impl Node {
    /// An empty table that stands nowhere.
    pub fn empty() -> Self {
        Self { value: Value::Table(Table::default()), span: Span::default() }
    }

    /// Returns what a key of this table is set to.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.0.get(key).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// Takes a key out of this table.
    pub fn remove(&mut self, key: &str) {
        if let Value::Table(table) = &mut self.value {
            table.0.remove(key);
        }
    }

    /// Returns what a key of this table is set to, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Table(table) => table.0.get_mut(key).map(|entry| &mut entry.node),
            _ => None,
        }
    }

    /// Returns the text at this node.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what the keys of this table are set to, in the order of keys.
    pub fn children(&self) -> Vec<&Self> {
        match &self.value {
            Value::Table(table) => table.0.values().map(|entry| &entry.node).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether two values are equal, wherever they stand.
    pub fn same_value(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }

    /// Returns the value without its spans, for what passes through as data (`values`).
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::String(text) | Value::Datetime(text) | Value::HugeInteger(text) => text.as_str().into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Boolean(flag) => (*flag).into(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(table) => {
                let entries = table.0.iter().map(|(key, entry)| (key.clone(), entry.node.to_json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}
