//! The blueprint's text as a tree whose every key and value knows its place.
//!
//! This is TOML and nothing more: no key has a meaning yet. Layers are merged on this tree,
//! so a merged value still carries the span of the line that won.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use super::shape::index;
use crate::diagnostic::{Diagnostics, Source, Span};
use crate::problem::{Problem, syntax};

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
    let text = source.text.as_str();
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut push = |message: &str, at: std::ops::Range<usize>, also: Option<Span>| {
        let problem = Problem::Syntax { message: message.to_owned(), text: text[at.clone()].to_owned() };
        let at = Span::from(at).behind(base);
        match also {
            Some(also) => diagnostics.push_conflict(problem, at, also.behind(base)),
            None => diagnostics.push(problem, at),
        }
    };
    // What follows an open bracket is taken for its content, up to the end of the file.
    let endless = errors.iter().find(|error| error.message().starts_with(syntax::ENDLESS));
    let open = match endless {
        Some(error) => quotes(text).map(|at| (error.message().to_owned(), at)),
        None if errors.is_empty() => None,
        None => unclosed(text),
    };
    if let Some((message, at)) = &open {
        push(message, at.clone(), None);
    }
    let (mut lines, mut extended) = (BTreeSet::new(), BTreeSet::new());
    let mut twice = None;
    for error in errors {
        let (mut message, at) = (error.message(), error.span().unwrap_or(0..0));
        if open.as_ref().is_some_and(|(_, open)| at.start > open.start) {
            continue;
        }
        // The parser goes on in the middle of a line and stumbles over what is left of it; and what cannot be extended is so for
        // every key below.
        let is_more = message.starts_with(syntax::EXTENDED) && !extended.insert(message.to_owned());
        // A table that stands twice has its keys twice.
        let is_twice = message.starts_with(syntax::TWICE);
        let between = twice.and_then(|head| text.get(head..at.start));
        let is_key = is_twice && between.is_some_and(|between| !between.contains("\n["));
        if is_twice && line_of(text, at.start).starts_with('[') {
            twice = Some(at.start);
        }
        if is_more || is_key || !lines.insert(source.position(at.start).0) {
            continue;
        }
        if message.starts_with(syntax::LITERAL) && !line_before(text, at.start).contains('\'') {
            // For the parser no value is one in single quotes without the quotes.
            message = syntax::NO_VALUE;
        }
        match first(text, at.start).filter(|_| is_twice || message.starts_with(syntax::EXTENDED)) {
            // `[waive]` beside `[[waive]]`
            Some(First { key, is_list })
                if is_list != line_of(text, at.start).starts_with("[[") && is_twice =>
            {
                push(if is_list { syntax::LIST_BEFORE } else { message }, at, Some(key));
            }
            other => push(message, at, other.map(|first| first.key)),
        }
    }
    Node { value: Value::Table(table(root.get_ref(), base)), span: Span::default() }
}

/// Finds the last three quotes: where a text begins that has no end.
fn quotes(text: &str) -> Option<std::ops::Range<usize>> {
    let start = ["\"\"\"", "'''"].into_iter().filter_map(|quotes| text.rfind(quotes)).max()?;
    Some(start..start + 3)
}

/// Finds the bracket or brace that is never closed, the innermost one, and what the parser says of it.
///
/// `toml` leaves out where it stands; the parser below it knows.
fn unclosed(text: &str) -> Option<(String, std::ops::Range<usize>)> {
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut errors: Vec<toml_parser::ParseError> = Vec::new();
    toml_parser::parser::parse_document(&tokens, &mut (), &mut errors);
    let error = errors.into_iter().find(|error| syntax::UNCLOSED.contains(&error.description()))?;
    let open = error.context()?;
    Some((error.description().to_owned(), open.start()..open.end()))
}

/// Returns what stands before a byte on its line.
fn line_before(text: &str, at: usize) -> &str {
    text[..at].rsplit('\n').next().unwrap_or_default()
}

/// Returns the line in which a byte lies.
fn line_of(text: &str, at: usize) -> &str {
    text[at - line_before(text, at).len()..].lines().next().unwrap_or_default()
}

/// Where a key stands that is written again further down.
struct First {
    key: Span,
    /// Whether it is a list, `[[waive]]`.
    is_list: bool,
}

/// Finds where a key stands that is written again at a byte.
///
/// The line alone, under its header, tells the key's path; the text before the line, what stands there.
fn first(text: &str, again: usize) -> Option<First> {
    let start = again - line_before(text, again).len();
    let (before, line) = (&text[..start], line_of(text, again));
    let header = before.lines().rev().find(|line| line.starts_with('[')).filter(|_| !line.starts_with('['));
    let head = header.map(|header| format!("{header}\n")).unwrap_or_default();
    let read = |text: &str| table(DeTable::parse_recoverable(text).0.get_ref(), 0);
    let own = read(&format!("{head}{line}"));
    let Some(path) = path_to(&own, head.len() + again - start) else {
        // Between the same braces: the tree has the first of them.
        let key = own_twin(&own, line.get(again - start..)?, head.len() + again - start)?;
        let start = (key.start + start).checked_sub(head.len())?;
        return Some(First { key: Span { start, end: start + key.end - key.start }, is_list: false });
    };
    let mut node = Node { value: Value::Table(read(before)), span: Span::default() };
    let mut key = None;
    for name in path {
        if let Value::Array(items) = node.value {
            node = items.into_iter().next_back()?;
        }
        let Value::Table(mut table) = node.value else { break };
        let entry = table.0.remove(&name)?;
        key = Some(entry.key);
        node = entry.node;
    }
    Some(First { key: key?, is_list: matches!(node.value, Value::Array(_)) })
}

/// Returns where a key stands before a byte that has the name with which a text begins.
fn own_twin(table: &Table, text: &str, before: usize) -> Option<Span> {
    let mut tables = vec![table];
    let mut found = None;
    while let Some(table) = tables.pop() {
        for (name, entry) in &table.0 {
            let rest = text.strip_prefix(name.as_str()).and_then(|rest| rest.chars().next());
            let is_twin = rest.is_some_and(|c| c.is_whitespace() || "=.".contains(c));
            if is_twin && entry.key.start < before {
                found = found.max(Some(entry.key));
            }
            if let Value::Table(inner) = &entry.node.value {
                tables.push(inner);
            }
        }
    }
    found
}

/// Returns the path of the key that begins at a byte.
fn path_to(table: &Table, at: usize) -> Option<Vec<String>> {
    table.0.iter().find_map(|(name, entry)| {
        let below = || match &entry.node.value {
            Value::Table(table) => path_to(table, at),
            Value::Array(items) => match items.last().map(|item| &item.value) {
                Some(Value::Table(table)) => path_to(table, at),
                _ => None,
            },
            _ => None,
        };
        let below = if entry.key.start == at { Some(Vec::new()) } else { below() };
        below.map(|below| [vec![name.clone()], below].concat())
    })
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
/// assert_eq!(merge(&standard, &production).to_json(), effective.to_json());
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

    /// Returns what a key of this table is set to; of a list, what stands at `[0]` and so on.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.0.get(key).map(|entry| &entry.node),
            Value::Array(items) => items.get(index(key)?),
            _ => None,
        }
    }

    /// Returns what stands at a path of keys and places of lists, `encryptionConfig.[0].provider`.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, Self::get)
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
