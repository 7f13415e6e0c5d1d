//! What keys take, as data: the editor schema, the reference and `explain` are made of it.
//!
//! A [`Shape`] says what can be known of a value without reading another one. Every type that [`super::read::Read`]
//! reads states its own, and [`super::keys`] states the rest: no key is listed twice.

use serde_json::Value;

use super::keys::{Cluster, File};
use super::read::{Key, Read};
use super::usual::Around;

/// What a value may be.
#[derive(Debug, Clone)]
pub enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A whole number in a range.
    Number {
        /// The smallest.
        from: i64,
        /// The largest.
        to: i64,
    },
    /// One of some numbers.
    OneOf(&'static [u32]),
    /// Text with a rule, or without one.
    Text(Text),
    /// One of some words, each with what it means.
    Words(&'static [(&'static str, &'static str)]),
    /// A list.
    List(Box<Self>),
    /// A table whose keys are known.
    Table(&'static Table),
    /// A table of a few keys that need no words: they are Kubernetes' own.
    Fields(Vec<(&'static str, Self)>),
    /// What a cluster has: the standard, or what is laid over it.
    Layer,
    /// Tables by names that the blueprint gives.
    Named(Box<Self>),
    /// Values by whatever keys the blueprint gives.
    Entries(Box<Self>),
    /// One of several shapes.
    Either(Vec<Self>),
    /// Data that passes through.
    Data,
}

/// Text, and the rule that it obeys.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// What it is, in a word or two: `duration`.
    pub what: &'static str,
    /// The rule as a regular expression of ECMA-262, which is what JSON Schema takes.
    pub pattern: Option<String>,
    /// Words that the rule lets through and that are refused all the same.
    pub except: Vec<&'static str>,
    /// A good one.
    pub example: Option<&'static str>,
}

/// A table that `table!` declares.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Where it stands: `[cluster.network]`.
    pub title: &'static str,
    /// The keys that it takes, in the order in which they are documented.
    pub keys: &'static [Key],
}

impl Shape {
    /// Says in a few words what a value may be, for the reference.
    pub fn describe(&self) -> String {
        match self {
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Number { from: 0, to } if *to >= i64::from(u32::MAX) => "number".to_owned(),
            Self::Number { from, to } => format!("number from {from} to {to}"),
            Self::OneOf([number]) => format!("`{number}`"),
            Self::OneOf(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                format!("one of {}", numbers.join(", "))
            }
            Self::Text(text) => text.what.to_owned(),
            Self::Words(words) => {
                let words: Vec<String> = words.iter().map(|(word, _)| format!("`\"{word}\"`")).collect();
                words.join(", ")
            }
            Self::List(item) => match item.as_ref() {
                Self::Words(_) => format!("list of {}", item.describe()),
                Self::Table(_) => "list of tables".to_owned(),
                _ => format!("list: {}", item.describe()),
            },
            Self::Fields(keys) => {
                let keys: Vec<String> = keys.iter().map(|(key, _)| format!("`{key}`")).collect();
                format!("table of {}", keys.join(", "))
            }
            Self::Table(_) | Self::Layer | Self::Data => "table".to_owned(),
            Self::Named(_) => "tables by name".to_owned(),
            Self::Entries(value) => format!("table: {}", value.describe()),
            Self::Either(shapes) => shapes.iter().map(Self::describe).collect::<Vec<_>>().join(", or "),
        }
    }

    /// Returns the declared table that it is.
    pub fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) => Some(table),
            Self::Layer => Some(&Cluster::TABLE),
            _ => None,
        }
    }

    /// Returns the shape of what a key of this table takes; none for a key that it does not take.
    pub fn key(&self, name: &str) -> Option<Self> {
        match self {
            Self::Table(_) | Self::Layer => self.table()?.get(name).map(|key| (key.shape)()),
            Self::Fields(keys) => keys.iter().find(|(key, _)| *key == name).map(|(_, shape)| shape.clone()),
            Self::Named(value) | Self::Entries(value) => Some(value.as_ref().clone()),
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.key(name)),
            Self::List(item) if index(name).is_some() => Some(item.as_ref().clone()),
            Self::Data => Some(Self::Data),
            _ => None,
        }
    }

    /// Likewise for a path of keys.
    pub fn at<T: AsRef<str>>(&self, path: &[T]) -> Option<Self> {
        path.iter().try_fold(self.clone(), |shape, name| shape.key(name.as_ref()))
    }

    /// Returns what a key of this table means.
    pub fn about(&self, name: &str) -> Option<&'static str> {
        self.table()?.get(name).map(|key| key.about)
    }

    /// Returns the keys that this table takes, as far as they are known.
    pub fn keys(&self) -> Vec<&'static str> {
        match (self, self.table()) {
            (_, Some(table)) => table.keys.iter().map(|key| key.name).collect(),
            (Self::Fields(keys), None) => keys.iter().map(|(key, _)| *key).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is a table that takes whatever keys are written.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Entries(_) | Self::Data)
    }

    /// Whether what stands there is laid over something else.
    pub fn is_layered(&self) -> bool {
        match self {
            Self::Layer => true,
            Self::Named(value) => value.is_layered(),
            _ => false,
        }
    }

    /// Returns what holds without a key of this table.
    pub fn default(&self, name: &str, around: Around<'_>) -> Option<Value> {
        (self.table()?.get(name)?.default)(around)
    }
}

impl Table {
    /// Returns one of its keys.
    pub fn get(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Reads the step of a path that is an index of a list, `[0]`.
pub fn index(step: &str) -> Option<usize> {
    step.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Every table of the blueprint, each once, before those that stand in it.
pub fn tables() -> Vec<&'static Table> {
    let mut found = Vec::new();
    gather(&File::shape(), &mut found);
    found
}

fn gather(shape: &Shape, found: &mut Vec<&'static Table>) {
    if let Some(table) = shape.table() {
        if found.iter().all(|known| known.title != table.title) {
            found.push(table);
            table.keys.iter().for_each(|key| gather(&(key.shape)(), found));
        }
        return;
    }
    match shape {
        Shape::List(inner) | Shape::Named(inner) | Shape::Entries(inner) => gather(inner, found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| gather(shape, found)),
        _ => {}
    }
}
