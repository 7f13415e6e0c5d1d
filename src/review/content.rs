//! What an argument or a block says, however it is laid out; and how two of them differ, down to the single value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use hcl_edit::structure::{Body, Structure};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::hcl::format::one_line;

/// A value, taken apart as far as it is literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An expression on one line: a literal, a reference, a call.
    Text(String),
    /// `[…]`
    List(Vec<Content>),
    /// `{…}`, or what stands between a block's braces. The order of its keys says nothing.
    Table(BTreeMap<String, Content>),
    /// The nested blocks of one kind, in their order.
    Blocks(Vec<Content>),
    /// A call with an argument that is taken apart: `yamlencode({…})`, `object({…})`, `merge(local.tags, {…})`.
    Call(String, Vec<Content>),
}

/// A single value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands within its block: `scaling_config.min_size`, `zones.us-east-1a.private_cidr`, `statement["ReadQueue"].actions[2]`.
    /// Empty for the whole of a local value. What leaves a list has its old number, all else the new one.
    pub path: String,
    /// What stood there.
    pub old: Option<String>,
    /// What stands there.
    pub new: Option<String>,
}

/// Keys that name an entry of a list, so that entries are compared by name and not by number.
const NAMES: [&str; 6] = ["sid", "Sid", "name", "key", "id", "metadata"];

impl Content {
    /// Reads what stands between a block's braces; `text` is the whole file.
    pub fn of_body(body: &Body, text: &str) -> Self {
        let mut table = BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let (key, value) = (attribute.key.as_str(), Self::of(&attribute.value, text));
                    let value = if key == "depends_on" { value.sorted() } else { value };
                    table.insert(key.to_owned(), value);
                }
                Structure::Block(block) => {
                    let labels = block.labels.iter().map(|label| format!("[\"{}\"]", label.as_str()));
                    let key = labels.fold(block.ident.as_str().to_owned(), |key, label| key + &label);
                    let content = Self::of_body(&block.body, text);
                    match table.entry(key).or_insert_with(|| Self::Blocks(Vec::new())) {
                        Self::Blocks(blocks) => blocks.push(content),
                        // An argument and a block of one name: no schema has that.
                        other => *other = content,
                    }
                }
            }
        }
        Self::Table(table)
    }

    /// Reads an expression; `text` is the whole file.
    pub fn of(expression: &Expression, text: &str) -> Self {
        match expression {
            Expression::Array(items) => {
                Some(Self::List(items.iter().map(|item| Self::of(item, text)).collect()))
            }
            Expression::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(Expression::String(name)) => name.as_str().to_owned(),
                        ObjectKey::Expression(key) => written(key, text),
                    };
                    (key, Self::of(value.expr(), text))
                });
                Some(Self::Table(entries.collect()))
            }
            Expression::FuncCall(call) => Self::of_call(call, text),
            _ => None,
        }
        .unwrap_or_else(|| Self::Text(written(expression, text)))
    }

    fn of_call(call: &FuncCall, text: &str) -> Option<Self> {
        if call.args.expand_final() || !call.name.namespace.is_empty() {
            return None;
        }
        let arguments: Vec<Self> = call.args.iter().map(|argument| Self::of(argument, text)).collect();
        let has_parts = arguments.iter().any(|argument| argument.as_text().is_none());
        has_parts.then(|| Self::Call(call.name.name.as_str().to_owned(), arguments))
    }

    /// Returns the value under a key of a table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(table) => table.get(key),
            _ => None,
        }
    }

    /// Returns the text of an expression that is not taken apart.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the keys of a table.
    pub fn keys(&self) -> BTreeSet<&str> {
        match self {
            Self::Table(table) => table.keys().map(String::as_str).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Takes out what stands under a key of a table.
    pub fn remove(&mut self, key: &str) {
        if let Self::Table(table) = self {
            table.remove(key);
        }
    }

    /// Gives a key of a table another name.
    pub fn rename(&mut self, key: &str, now: &str) {
        if let Self::Table(table) = self
            && let Some(content) = table.remove(key)
        {
            table.insert(now.to_owned(), content);
        }
    }

    /// Writes every reference under its new name: `var.old`, `var.old.size`, but neither `var.older` nor `module.a.var.old`.
    #[must_use]
    pub fn under_new_names(self, names: &[(String, String)]) -> Self {
        let all = |list: Vec<Self>| list.into_iter().map(|it| it.under_new_names(names)).collect();
        match self {
            Self::Text(text) => {
                Self::Text(names.iter().fold(text, |text, (was, is)| referring(&text, was, is)))
            }
            Self::List(items) => Self::List(all(items)),
            Self::Blocks(blocks) => Self::Blocks(all(blocks)),
            Self::Call(name, arguments) => Self::Call(name, all(arguments)),
            Self::Table(table) => {
                let entries = table.into_iter().map(|(key, value)| {
                    let value = value.under_new_names(names);
                    let value = if key == "depends_on" { value.sorted() } else { value };
                    (key, value)
                });
                Self::Table(entries.collect())
            }
        }
    }

    /// Puts a list whose order says nothing into one.
    fn sorted(mut self) -> Self {
        if let Self::List(items) = &mut self {
            items.sort_by_key(ToString::to_string);
        }
        self
    }

    /// Puts a block of the same address to this one: `terraform` and `locals` may stand in several files.
    pub fn join(&mut self, other: Self) {
        if let (Self::Table(into), Self::Table(table)) = (self, other) {
            into.extend(table);
        }
    }

    /// Finds every single value in which two contents differ.
    pub fn differences(old: &Self, new: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("", Some(old), Some(new), &mut found);
        found
    }

    /// Returns the name of an entry of a list under one of the keys that can hold it.
    fn name(&self, key: &str) -> Option<&str> {
        let name = match key {
            "metadata" => self.get(key)?.get("name")?,
            _ => self.get(key)?,
        };
        name.as_text().filter(|text| text.starts_with('"'))
    }
}

/// Returns an expression as it is written, on one line.
fn written(expression: &Expression, text: &str) -> String {
    let source = expression.span().and_then(|span| text.get(span)).unwrap_or_default();
    one_line(source).unwrap_or_else(|_| source.to_owned())
}

/// Puts a reference in the place of another one wherever it stands in a text by itself.
fn referring(text: &str, was: &str, is: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(was) {
        let (before, behind) = (&rest[..at], &rest[at + was.len()..]);
        let is_itself = !before
            .chars()
            .next_back()
            .or_else(|| out.chars().next_back())
            .is_some_and(|c| is_word(c) || c == '.')
            && !behind.chars().next().is_some_and(is_word);
        out.push_str(before);
        out.push_str(if is_itself { is } else { was });
        rest = behind;
    }
    out + rest
}

fn compare(path: &str, old: Option<&Content>, new: Option<&Content>, found: &mut Vec<Difference>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Content::Table(old)), Some(Content::Table(new))) if !old.is_empty() && !new.is_empty() => {
            for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
                compare(&below(path, key), old.get(key), new.get(key), found);
            }
        }
        (Some(Content::List(old)), Some(Content::List(new))) => compare_lists(path, old, new, found),
        (Some(Content::Blocks(old)), Some(Content::Blocks(new))) => match (old.as_slice(), new.as_slice()) {
            ([old], [new]) => compare(path, Some(old), Some(new), found),
            _ => compare_lists(path, old, new, found),
        },
        (Some(Content::Call(old_name, old)), Some(Content::Call(new_name, new)))
            if old_name == new_name && old.len() == new.len() =>
        {
            // An argument that alone is taken apart is what the call is about: it needs no number.
            let is_part = |(old, new): &(&Content, &Content)| old.as_text().or(new.as_text()).is_none();
            let parts = old.iter().zip(new).filter(is_part).count();
            for (number, pair) in old.iter().zip(new).enumerate() {
                let path =
                    if is_part(&pair) && parts == 1 { path.to_owned() } else { format!("{path}({number})") };
                compare(&path, Some(pair.0), Some(pair.1), found);
            }
        }
        (old, new) => found.push(Difference {
            path: path.to_owned(),
            old: old.map(ToString::to_string),
            new: new.map(ToString::to_string),
        }),
    }
}

/// Compares entries by their names where all have one, else as lines of a text are compared.
fn compare_lists(path: &str, old: &[Content], new: &[Content], found: &mut Vec<Difference>) {
    let by_name = |list: &[Content], key: &str| -> Option<Vec<String>> {
        let names: Option<Vec<String>> = list.iter().map(|item| Some(item.name(key)?.to_owned())).collect();
        names.filter(|names| names.iter().collect::<BTreeSet<_>>().len() == names.len())
    };
    let named = NAMES.iter().find_map(|key| Some((by_name(old, key)?, by_name(new, key)?)));
    if let Some((old_names, new_names)) = named.filter(|(old, new)| !old.is_empty() && !new.is_empty()) {
        let find = |names: &[String], list: &'_ [Content], name: &String| {
            names.iter().position(|known| known == name).map(|at| list[at].clone())
        };
        for name in old_names.iter().chain(new_names.iter().filter(|name| !old_names.contains(name))) {
            let (before, after) = (find(&old_names, old, name), find(&new_names, new, name));
            compare(&format!("{path}[{name}]"), before.as_ref(), after.as_ref(), found);
        }
        return;
    }
    let texts = |list: &[Content]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    for operation in capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new)) {
        if matches!(operation, DiffOp::Equal { .. }) {
            continue;
        }
        let (mut before, mut after) = (operation.old_range(), operation.new_range());
        loop {
            let (was, is) = (before.next(), after.next());
            let Some(number) = is.or(was) else { break };
            compare(&format!("{path}[{number}]"), was.map(|at| &old[at]), is.map(|at| &new[at]), found);
        }
    }
}

fn below(path: &str, key: &str) -> String {
    let head = key.split('[').next().unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    match (path.is_empty(), !head.is_empty() && head.chars().all(is_word)) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[\"{key}\"]"),
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |items: &[Self]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(items) => write!(f, "[{}]", join(items)),
            Self::Table(entries) if entries.is_empty() => f.write_str("{}"),
            Self::Table(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{} = {value}", below("", key))).collect();
                write!(f, "{{ {} }}", entries.join(", "))
            }
            Self::Blocks(blocks) => f.write_str(&join(blocks)),
            Self::Call(name, arguments) => write!(f, "{name}({})", join(arguments)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(old: &str, new: &str) -> Vec<String> {
        let [old, new] = [old, new].map(|text| {
            let body: Body = text.parse().expect("HCL");
            Content::of_body(&body, text)
        });
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let found = Content::differences(&old, &new).into_iter();
        found.map(|it| format!("{}: {} -> {}", it.path, or_none(it.old), or_none(it.new))).collect()
    }

    #[test]
    fn layout_comments_and_the_order_of_keys_say_nothing() {
        let old = "a = 1\nlist = [\"x\", \"y\"]\ntags = { b = 2, a = merge(x, { c = 1 }) }\n";
        let new = "# more\ntags = {\n  a = merge(x, {\n    c = 1 # one\n  })\n  \"b\" = 2\n}\nlist = [\n  \"x\",\n  \"y\",\n]\n\na  =  1\n";
        assert_eq!(differences(old, new), Vec::<String>::new());
    }

    #[test]
    fn differences_go_down_to_the_value() {
        for (old, new, expected) in [
            ("a = 1\n", "a = 2\n", vec!["a: 1 -> 2"]),
            ("a = 1\n", "b = 1\n", vec!["a: 1 -> -", "b: - -> 1"]),
            ("a { b = 1 }\n", "a { b = 2 }\n", vec!["a.b: 1 -> 2"]),
            (
                "a = { b = { c = x } }\n",
                "a = { b = { c = y, d = 1 } }\n",
                vec!["a.b.c: x -> y", "a.b.d: - -> 1"],
            ),
            ("a = { \"x/y\" = 1 }\n", "a = { \"x/y\" = 2 }\n", vec!["a[\"x/y\"]: 1 -> 2"]),
            // One that leaves the middle of a list leaves the others alone.
            ("a = [1, 2, 3]\n", "a = [1, 3]\n", vec!["a[1]: 2 -> -"]),
            ("a = [1, 2]\n", "a = [1, 9, 2]\n", vec!["a[1]: - -> 9"]),
            ("a = [{ b = 1, c = 1 }]\n", "a = [{ b = 2, c = 1 }]\n", vec!["a[0].b: 1 -> 2"]),
            // Entries with names are compared by name.
            (
                "s {\n sid = \"A\"\n x = 1\n}\ns {\n sid = \"B\"\n x = 1\n}\n",
                "s {\n sid = \"B\"\n x = 2\n}\ns {\n sid = \"A\"\n x = 1\n}\n",
                vec!["s[\"B\"].x: 1 -> 2"],
            ),
            ("a = [yamlencode({ b = 1 })]\n", "a = [yamlencode({ b = 2 })]\n", vec!["a[0].b: 1 -> 2"]),
            ("a = jsonencode({})\n", "a = yamlencode({})\n", vec!["a: jsonencode({}) -> yamlencode({})"]),
            ("a = merge(x, { b = 1 })\n", "a = merge(y, { b = 2 })\n", vec!["a(0): x -> y", "a.b: 1 -> 2"]),
            (
                "a = object({ b = optional(number, 1) })\n",
                "a = object({ b = optional(number, 2) })\n",
                vec!["a.b: optional(number, 1) -> optional(number, 2)"],
            ),
            ("a = f({}, [1])\n", "a = f({ b = 1 }, [2])\n", vec!["a(0): {} -> { b = 1 }", "a(1)[0]: 1 -> 2"]),
            ("a = f(x...)\n", "a = f(y...)\n", vec!["a: f(x...) -> f(y...)"]),
            ("dynamic \"x\" { b = 1 }\n", "dynamic \"x\" { b = 2 }\n", vec!["dynamic[\"x\"].b: 1 -> 2"]),
            ("a = {}\n", "a = { b = 1 }\n", vec!["a: {} -> { b = 1 }"]),
        ] {
            assert_eq!(differences(old, new), expected, "{old} -> {new}");
        }
    }
}
