//! From TOML to typed tables: one declaration gives a table its struct, its reader and its key list.

use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::problem::{Problem, nearest};

use super::node::{Entry, Node, Table, Value};
use super::pattern::Placeholder;
use super::scalar::{self, Name};
use super::shape::{Shape, Text};
use super::usual::{Around, Sort};

/// Collects what goes wrong while tables are read.
#[derive(Debug, Default)]
pub struct Reader {
    /// Everything found so far.
    pub diagnostics: Diagnostics,
}

/// One key that a table takes.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As written in the blueprint.
    pub name: &'static str,
    /// What it means, from its doc comment.
    pub about: &'static str,
    /// Whether a table without it is an error.
    pub required: bool,
    /// What it takes.
    pub shape: fn() -> Shape,
    /// What holds without it, where plinth decides that.
    pub default: fn(Around<'_>) -> Option<serde_json::Value>,
}

impl Key {
    /// Returns each value that can hold without it, and in what sorts of tables, the commonest first.
    pub fn defaults(&self) -> Vec<(serde_json::Value, Vec<Sort>)> {
        let mut found: Vec<(serde_json::Value, Vec<Sort>)> = Vec::new();
        for sort in Sort::ALL {
            let Some(value) = (self.default)(Around { sort, table: None }) else { continue };
            match found.iter_mut().find(|(known, _)| *known == value) {
                Some((_, sorts)) => sorts.push(sort),
                None => found.push((value, vec![sort])),
            }
        }
        found
    }
}

/// Returns a default as data.
pub(super) fn as_data<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).expect("what a blueprint holds is data")
}

/// A type that can be read from the blueprint.
///
/// What was read can be written again as data: by the same keys, without what nobody set.
pub trait Read: Sized + serde::Serialize {
    /// Reads the value at a node; `None` means that a diagnostic was pushed.
    fn read(node: &Node, reader: &mut Reader) -> Option<Self>;

    /// Says what a value of this type looks like.
    fn shape() -> Shape;
}

impl Reader {
    /// Pushes a problem at a place and returns nothing, to end a read with.
    pub fn fail<T>(&mut self, problem: Problem, at: Span) -> Option<T> {
        self.diagnostics.push(problem, at);
        None
    }

    /// Says that a value is of the wrong type.
    pub fn wrong_type<T>(&mut self, node: &Node, expected: &'static str) -> Option<T> {
        self.not(node, expected, None)
    }

    /// Says that a value is not the table that messages call by a name.
    pub fn wrong_table<T>(&mut self, node: &Node, expected: &'static str, name: &'static str) -> Option<T> {
        self.not(node, expected, Some(name))
    }

    fn not<T>(&mut self, node: &Node, expected: &'static str, of: Option<&'static str>) -> Option<T> {
        let text = match &node.value {
            Value::String(text) => Some(text.clone()),
            Value::Float(number) => Some(number.to_string()),
            _ => None,
        };
        self.fail(Problem::WrongType { expected, of, found: node.value.kind(), text }, node.span)
    }

    /// Returns the table at a node, after refusing keys that it does not take.
    pub fn table<'n>(
        &mut self,
        node: &'n Node,
        name: &'static str,
        keys: &'static [Key],
    ) -> Option<&'n Table> {
        let Value::Table(table) = &node.value else {
            return self.wrong_table(node, "a table", name);
        };
        for (key, entry) in &table.0 {
            if !keys.iter().any(|known| known.name == key) {
                let allowed: Vec<String> = keys.iter().map(|known| known.name.to_owned()).collect();
                let home = super::keys::home(key);
                let meant =
                    nearest(key, &allowed).and_then(|meant| keys.iter().find(|known| known.name == meant));
                // Misspelt, or in a wrong place: what is missed because of it is no second mistake.
                let meant = meant
                    .map(|meant| meant.name)
                    .or_else(|| super::keys::known(key).filter(|_| home.is_some()));
                if let Some(meant) = meant {
                    self.diagnostics.unread(meant);
                }
                let is_table = matches!(entry.node.value, Value::Table(_));
                let problem = Problem::UnknownKey { key: key.clone(), table: name, allowed, home, is_table };
                self.diagnostics.push(problem, entry.key);
            }
        }
        Some(table)
    }

    /// Reads a key that must be there.
    pub fn required<T: Read>(
        &mut self,
        at: Span,
        table: &Table,
        name: &'static str,
        keys: &'static [Key],
        key: &'static str,
    ) -> Option<Spanned<T>> {
        match table.0.get(key) {
            Some(entry) => self.spanned(&entry.node),
            // It is there, misspelled: that has been said.
            None if misspelled(table, keys, key) => None,
            None => self.fail(Problem::MissingKey { key, table: name }, at),
        }
    }

    /// Reads a key that may be absent.
    ///
    /// One that cannot be read counts as absent from here on, so that the rest of the blueprint is still looked
    /// at; what is then missed because of it is not reported ([`Diagnostics::unread`]).
    pub fn optional<T: Read>(&mut self, table: &Table, key: &'static str) -> Option<Option<Spanned<T>>> {
        let Some(entry) = table.0.get(key) else { return Some(None) };
        let value = self.spanned(&entry.node);
        if value.is_none() {
            self.diagnostics.unread(key);
        }
        Some(value)
    }

    fn spanned<T: Read>(&mut self, node: &Node) -> Option<Spanned<T>> {
        T::read(node, self).map(|value| Spanned::new(value, node.span))
    }
}

/// Whether a table holds an unknown key that was probably meant to be this one.
fn misspelled(table: &Table, keys: &[Key], key: &str) -> bool {
    let names: Vec<String> = keys.iter().map(|known| known.name.to_owned()).collect();
    let mut unknown = table.0.keys().filter(|written| !names.contains(written));
    unknown.any(|written| nearest(written, &names).is_some_and(|meant| meant == key))
}

/// Tables by name: `[environments.staging]`, `[apps.franklin]`; sorted by name.
#[derive(Debug, Clone)]
pub struct Map<T> {
    named: Vec<Named<T>>,
    broken: Vec<String>,
}

/// One named table.
#[derive(Debug, Clone)]
pub struct Named<T> {
    /// The name, and where it stands.
    pub name: Spanned<Name>,
    /// What stands under it.
    pub value: T,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { named: Vec::new(), broken: Vec::new() }
    }
}

impl<T> Map<T> {
    /// Makes a map of tables, and of the names whose tables could not be read.
    pub(super) fn new(named: Vec<Named<T>>, broken: Vec<String>) -> Self {
        Self { named, broken }
    }

    /// Adds a table that stands nowhere in the blueprint.
    pub fn insert(&mut self, name: Spanned<Name>, value: T) {
        let at = self.named.partition_point(|known| known.name.value < name.value);
        self.named.insert(at, Named { name, value });
    }

    /// Names whose tables could not be read.
    pub(super) fn broken(&self) -> &[String] {
        &self.broken
    }

    /// Whether the name stands in the blueprint but its table could not be read: a reference to
    /// it is no second mistake.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken == name)
    }

    /// Whether some table could not be read.
    pub fn has_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Returns every name that stands in the blueprint, also of tables that could not be read.
    pub fn names(&self) -> Vec<String> {
        self.named.iter().map(|named| named.name.to_string()).chain(self.broken.iter().cloned()).collect()
    }

    /// Whether nothing stands in the blueprint, neither right nor wrong.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.broken.is_empty()
    }

    /// Returns the table of a name.
    pub fn get(&self, name: &str) -> Option<&Named<T>> {
        self.named.iter().find(|named| named.name.as_str() == name)
    }

    /// Likewise, to change them.
    pub fn all_mut(&mut self) -> &mut [Named<T>] {
        &mut self.named
    }

    /// Iterates in the order of names.
    pub fn iter(&self) -> std::slice::Iter<'_, Named<T>> {
        self.named.iter()
    }
}

impl<'a, T> IntoIterator for &'a Map<T> {
    type Item = &'a Named<T>;
    type IntoIter = std::slice::Iter<'a, Named<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: serde::Serialize> serde::Serialize for Map<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|named| (named.name.as_str(), &named.value)))
    }
}

impl<T: Read> Read for Map<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Table(table) = &node.value else {
            return reader.wrong_type(node, "a table of tables");
        };
        let mut map = Self::default();
        for (key, Entry { key: at, node }) in &table.0 {
            let name = match scalar::name(key) {
                Ok(name) => Some(Spanned::new(name, *at)),
                Err(problem) => reader.fail(problem, *at),
            };
            // `[environments.staging]` has its head as key and its whole body as span: point at the head.
            let node = if node.span.start < at.start { &Node { span: *at, ..node.clone() } } else { node };
            match (name, T::read(node, reader)) {
                (Some(name), Some(value)) => map.named.push(Named { name, value }),
                _ => map.broken.push(key.clone()),
            }
        }
        Some(map)
    }

    fn shape() -> Shape {
        Shape::Named(Box::new(T::shape()))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Array(items) = &node.value else {
            let is_of_tables = matches!(T::shape(), Shape::Table(_));
            return reader.wrong_type(node, if is_of_tables { "an array of tables" } else { "an array" });
        };
        // Read every item before giving up, so that all mistakes of a list are told at once.
        let read: Vec<Option<T>> = items.iter().map(|item| T::read(item, reader)).collect();
        read.into_iter().collect()
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Read> Read for Spanned<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        reader.spanned(node)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl Read for Node {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match node.value {
            Value::Table(_) => Some(node.clone()),
            _ => reader.wrong_type(node, "a table"),
        }
    }

    fn shape() -> Shape {
        Shape::Data
    }
}

impl Read for bool {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match node.value {
            Value::Boolean(flag) => Some(flag),
            _ => reader.wrong_type(node, "`true` or `false`"),
        }
    }

    fn shape() -> Shape {
        Shape::Boolean
    }
}

impl Read for u32 {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match node.value {
            Value::Integer(number) => match Self::try_from(number) {
                Ok(number) => Some(number),
                Err(_) => reader.fail(
                    Problem::OutOfRange { value: number, from: 0, to: i64::from(Self::MAX) },
                    node.span,
                ),
            },
            _ => reader.wrong_type(node, "a whole number"),
        }
    }

    fn shape() -> Shape {
        Shape::Number { from: 0, to: i64::from(Self::MAX) }
    }
}

impl Read for String {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.value {
            Value::String(text) => {
                let holds = |(word, _): &&(&str, _)| text.contains(&format!("{{{word}}}"));
                let found = text.contains('{').then(|| Placeholder::ALL.iter().find(holds));
                match found.flatten() {
                    Some((word, _)) => reader.fail(Problem::PlaceholderNotTaken { word }, node.span),
                    None => Some(text.clone()),
                }
            }
            _ => reader.wrong_type(node, "a string"),
        }
    }

    fn shape() -> Shape {
        let words = Placeholder::ALL.map(|(word, _)| word).join("|");
        Shape::Text(Text {
            what: "text",
            pattern: Some(format!(r"^(?![\s\S]*\{{({words})\}})")),
            ..Text::default()
        })
    }
}

/// Declares a blueprint table: each key once, with its doc comment, as `required`, `optional` or `default`.
///
/// Behind `;` stands `when`, and where a default holds that some tables know nothing of; or `usual`, and what the model takes
/// for an optional key that is not set.
///
/// The struct's fields are `Spanned<T>`, `Option<Spanned<T>>` and `Spanned<T>`; a default that no line
/// of the blueprint decided carries an empty span. `TABLE` lists the keys for messages, documents and editors; its title is
/// the table's own doc comment.
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        $name:literal $Table:ident {
            $(
                $(#[doc = $doc:literal])*
                $mode:ident $field:ident: $ty:ty $(= $default:expr)? $(; $when:ident $usual:expr)?,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub struct $Table {
            $( $(#[doc = $doc])* pub $field: table!(@type $mode $ty), )*
        }

        impl $Table {
            const KEYS: &'static [$crate::blueprint::read::Key] = &[
                $( $crate::blueprint::read::Key {
                    name: stringify!($field),
                    about: concat!($($doc),*).trim_ascii(),
                    required: table!(@required $mode),
                    shape: <$ty as $crate::blueprint::read::Read>::shape,
                    default: table!(@default $ty $(, $default)? $(; $when $usual)?),
                }, )*
            ];

            /// Where this table stands, and the keys that it takes.
            pub const TABLE: $crate::blueprint::shape::Table =
                $crate::blueprint::shape::Table { title: concat!($($about),*).trim_ascii(), keys: Self::KEYS };
        }

        impl serde::Serialize for $Table {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $( table!(@write $mode map, self.$field, stringify!($field)); )*
                map.end()
            }
        }

        impl $crate::blueprint::read::Read for $Table {
            fn read(
                node: &$crate::blueprint::node::Node,
                reader: &mut $crate::blueprint::read::Reader,
            ) -> Option<Self> {
                let table = reader.table(node, $name, Self::KEYS)?;
                $( let $field = table!(@read $mode reader, node.span, table, $name, $field $(, $default)?); )*
                Some(Self { $( $field: $field?, )* })
            }

            fn shape() -> $crate::blueprint::shape::Shape {
                $crate::blueprint::shape::Shape::Table(&Self::TABLE)
            }
        }
    };

    (@type required $ty:ty) => { $crate::diagnostic::Spanned<$ty> };
    (@type optional $ty:ty) => { Option<$crate::diagnostic::Spanned<$ty>> };
    (@type default $ty:ty) => { $crate::diagnostic::Spanned<$ty> };

    (@required required) => { true };
    (@required optional) => { false };
    (@required default) => { false };

    (@default $ty:ty) => { |_| None };
    (@default $ty:ty; usual $usual:expr) => {
        |around| {
            let usual: fn($crate::blueprint::usual::Around<'_>) -> Option<_> = $usual;
            usual(around).map(|usual| $crate::blueprint::read::as_data(&usual))
        }
    };
    (@default $ty:ty, $default:expr) => { table!(@default $ty, $default; when |_| true) };
    (@default $ty:ty, $default:expr; when $when:expr) => {
        |around| {
            let when: fn($crate::blueprint::usual::Around<'_>) -> bool = $when;
            let default: $ty = $default;
            when(around).then(|| $crate::blueprint::read::as_data(&default))
        }
    };

    (@write optional $map:ident, $value:expr, $name:expr) => {
        if let Some(value) = &$value {
            $map.serialize_entry($name, value)?;
        }
    };
    (@write $mode:ident $map:ident, $value:expr, $name:expr) => {
        $map.serialize_entry($name, &$value)?;
    };

    (@read required $reader:ident, $at:expr, $table:ident, $name:literal, $field:ident) => {
        $reader.required($at, $table, $name, Self::KEYS, stringify!($field))
    };
    (@read optional $reader:ident, $at:expr, $table:ident, $name:literal, $field:ident) => {
        $reader.optional($table, stringify!($field))
    };
    (@read default $reader:ident, $at:expr, $table:ident, $name:literal, $field:ident, $default:expr) => {
        $reader
            .optional($table, stringify!($field))
            .map(|set| set.unwrap_or_else(|| $crate::diagnostic::Spanned::built_in($default)))
    };
}
pub(super) use table;
