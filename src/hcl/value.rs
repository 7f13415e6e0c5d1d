//! Data as HCL text: the one place where a value becomes an expression.

use std::fmt::Write;

use serde::{Serialize, Serializer};
use serde_json::Map;

/// A value that can stand on the right of an HCL `=`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, written as given.
    Number(serde_json::Number),
    /// Text that Terraform reads back unchanged, whatever is in it.
    String(String),
    /// `[…]`
    List(Vec<Value>),
    /// `{…}` in the order given.
    Object(Vec<(String, Value)>),
    /// HCL as it is: a reference or a call. Never made of text from a blueprint.
    Expression(String),
}

impl Value {
    /// Wraps HCL that plinth itself wrote.
    pub fn expression(text: impl Into<String>) -> Self {
        Self::Expression(text.into())
    }

    /// Returns a list of texts.
    pub fn strings<T: ToString>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(|item| Self::String(item.to_string())).collect())
    }

    /// Makes a value of data that came from a blueprint: text stays text.
    pub fn from_data(data: &serde_json::Value) -> Self {
        Self::convert(data, &|text| Self::String(text.to_owned()))
    }

    /// Makes a value of data that came from the catalog: text after `=` is an expression.
    pub fn from_catalog(entries: &Map<String, serde_json::Value>) -> Self {
        Self::convert_entries(entries, &|text| match text.strip_prefix('=') {
            Some(expression) => Self::Expression(expression.to_owned()),
            None => Self::String(text.to_owned()),
        })
    }

    fn convert(data: &serde_json::Value, text: &dyn Fn(&str) -> Self) -> Self {
        match data {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(*flag),
            serde_json::Value::Number(number) => Self::Number(number.clone()),
            serde_json::Value::String(string) => text(string),
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(|item| Self::convert(item, text)).collect())
            }
            serde_json::Value::Object(entries) => Self::convert_entries(entries, text),
        }
    }

    fn convert_entries(entries: &Map<String, serde_json::Value>, text: &dyn Fn(&str) -> Self) -> Self {
        Self::Object(entries.iter().map(|(key, item)| (key.clone(), Self::convert(item, text))).collect())
    }

    /// Returns the value as data; an expression as the catalog writes it, behind `=`.
    pub fn to_data(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => number.clone().into(),
            Self::String(text) => text.as_str().into(),
            Self::Expression(text) => format!("={text}").into(),
            Self::List(items) => items.iter().map(Self::to_data).collect(),
            Self::Object(entries) => {
                entries.iter().map(|(key, value)| (key.clone(), value.to_data())).collect()
            }
        }
    }

    /// Writes its expressions anew, however deep they lie.
    #[must_use]
    pub fn map_expressions(self, write: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Expression(text) => Self::Expression(write(&text)),
            Self::List(items) => {
                Self::List(items.into_iter().map(|item| item.map_expressions(write)).collect())
            }
            Self::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key, value.map_expressions(write)));
                Self::Object(entries.collect())
            }
            plain => plain,
        }
    }

    /// Lays another value over this one: objects merge, everything else is replaced.
    #[must_use]
    pub fn merged(self, over: Self) -> Self {
        match (self, over) {
            (Self::Object(mut below), Self::Object(above)) => {
                for (key, value) in above {
                    match below.iter().position(|(known, _)| *known == key) {
                        Some(at) => {
                            let old = std::mem::replace(&mut below[at].1, Self::Null);
                            below[at].1 = old.merged(value);
                        }
                        None => below.push((key, value)),
                    }
                }
                Self::Object(below)
            }
            (_, over) => over,
        }
    }
}

impl Value {
    /// Returns what stands under a path of keys, `controller.resources`.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, key| match value {
            Self::Object(entries) => entries.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            _ => None,
        })
    }

    /// Takes out what a layer has set to null.
    #[must_use]
    pub fn without_nulls(self) -> Self {
        let is_null = |value: &Self| match value {
            Self::Null => true,
            Self::Expression(text) => text == "null",
            _ => false,
        };
        match self {
            Self::Object(entries) => Self::Object(
                entries
                    .into_iter()
                    .filter(|(_, value)| !is_null(value))
                    .map(|(key, value)| (key, value.without_nulls()))
                    .collect(),
            ),
            other => other,
        }
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f, 0)
    }
}

/// The longest object that is written on one line, when it is part of another value.
const LINE: usize = 80;

/// The longest list of plain values that is written on one line.
const SHORT: usize = 60;

impl Value {
    fn write(&self, out: &mut impl Write, depth: usize) -> std::fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(flag) => write!(out, "{flag}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::String(text) => out.write_str(&quote(text)),
            Self::Expression(text) => out.write_str(text),
            Self::List(items) => list(out, items, depth),
            Self::Object(entries) => object(out, entries, depth),
        }
    }

    fn is_scalar(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Object(entries) => entries.is_empty(),
            Self::Expression(text) => !text.contains('\n'),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }
}

/// A short list of plain values stands on one line. A longer one, of ARNs say, gets a line for each item, so
/// that a further item is one more line in a review.
fn list(out: &mut impl Write, items: &[Value], depth: usize) -> std::fmt::Result {
    let mut line = String::new();
    for (index, item) in items.iter().enumerate() {
        line.push_str(if index == 0 { "" } else { ", " });
        item.write(&mut line, depth + 1)?;
    }
    let is_short = line.chars().count() <= SHORT && items.iter().all(Value::is_scalar);
    if is_short || items.len() == 1 {
        return write!(out, "[{line}]");
    }
    out.write_str("[\n")?;
    for item in items {
        item.write(out, depth + 1)?;
        out.write_str(",\n")?;
    }
    out.write_char(']')
}

/// An object gets a line for each entry. Two stand on one line: the object of one plain entry, and the short
/// record of plain entries inside another value, such as a toleration in a list.
fn object(out: &mut impl Write, entries: &[(String, Value)], depth: usize) -> std::fmt::Result {
    if entries.is_empty() {
        return out.write_str("{}");
    }
    if (entries.len() == 1 || depth > 0) && entries.iter().all(|(_, value)| value.is_scalar()) {
        let mut line = String::new();
        for (index, (key, value)) in entries.iter().enumerate() {
            line.push_str(if index == 0 { "" } else { ", " });
            line.push_str(&attribute(key));
            value.write(&mut line, depth + 1)?;
        }
        if line.chars().count() <= LINE {
            return write!(out, "{{ {line} }}");
        }
    }
    out.write_str("{\n")?;
    for (key, value) in entries {
        out.write_str(&attribute(key))?;
        value.write(out, depth + 1)?;
        out.write_char('\n')?;
    }
    out.write_char('}')
}

fn attribute(key: &str) -> String {
    if is_identifier(key) { format!("{key} = ") } else { format!("{} = ", quote(key)) }
}

/// Whether text can stand as a bare key or label.
///
/// The words that HCL gives a meaning of their own are left out: as a bare key `null` or `for` is an error.
pub fn is_identifier(text: &str) -> bool {
    const WORDS: [&str; 5] = ["null", "true", "false", "for", "if"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && !WORDS.contains(&text)
}

/// Puts text in quotes so that Terraform reads back exactly that text.
///
/// `${` and `%{` start templates, and are written with their first character doubled. Control
/// characters are written as `\uNNNN`. HCL normalises strings to Unicode NFC; what is not in that form
/// is written with escapes, too late for it: Terraform normalises after unescaping. That is the one thing
/// that does not come back unchanged.
///
/// ```
/// assert_eq!(plinth::hcl::value::quote("say \"${name}\""), r#""say \"$${name}\"""#);
/// ```
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            c if u32::from(c) < 0x20 || u32::from(c) == 0x7f || is_line_break(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes text that stands before or behind an expression within quotes, so that Terraform reads back exactly that text.
///
/// `$` before an expression would be read as the escape of `${`.
///
/// ```
/// assert_eq!(plinth::hcl::value::template_text("costs $"), r#"costs ${"$"}"#);
/// ```
pub fn template_text(text: &str) -> String {
    let quoted = quote(text);
    let plain = &quoted[1..quoted.len() - 1];
    plain.strip_suffix('$').map_or(plain.to_owned(), |rest| format!("{rest}${{\"$\"}}"))
}

/// Characters that editors show as a new line although HCL does not.
fn is_line_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Serialises as text in a type that no data has, so that a template's filter can tell an expression
/// from a string: bytes.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_before_a_template_are_doubled_each_time() {
        // `$${` alone would be read as the escape of `${`.
        assert_eq!(quote("${a} $${b} $c %{d}"), r#""$${a} $$${b} $c %%{d}""#);
    }

    #[test]
    fn catalog_expressions_stay_raw_and_blueprint_text_never_does() {
        let data = serde_json::json!({"a": "=var.x"});
        let entries = data.as_object().expect("an object");
        assert_eq!(Value::from_catalog(entries).to_string(), "{ a = var.x }");
        assert_eq!(Value::from_data(&data).to_string(), "{ a = \"=var.x\" }");
    }
}
