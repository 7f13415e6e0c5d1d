//! The template engine: every template embedded, and the filters through which every value passes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use include_dir::{Dir, include_dir};
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::one_line;
use crate::hcl::value::{is_identifier, quote};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder beside a blueprint that has its own templates.
pub const FOLDER: &str = "templates";

/// The folder below it whose templates make files more, each where it lies.
pub const EXTRA: &str = "extra/";

/// A blueprint's own templates: text by name. One that is called as a built-in template replaces it; one below [`EXTRA`] makes files
/// more.
pub type Own = BTreeMap<String, String>;

/// Every template, compiled.
pub struct Engine(Tera);

impl Engine {
    /// Compiles the embedded templates, and a blueprint's own.
    ///
    /// # Errors
    /// Tera's message, with file, line and column: a template is broken.
    pub fn load(own: &Own) -> TeraResult<Self> {
        Self::mapped(own, &mut |_, text| text.into())
    }

    /// Compiles what a tree needs: those of the embedded templates that are asked for, pages, and what these include. A blueprint's own
    /// may include any: with such, all are compiled.
    ///
    /// # Errors
    /// As of [`Self::load`].
    pub(super) fn of(asked: &[&str], own: &Own) -> TeraResult<Self> {
        if !own.is_empty() {
            return Self::load(own);
        }
        let built_in = embedded(&TEMPLATES);
        let pages =
            built_in.keys().map(String::as_str).filter(|name| Utf8Path::new(name).extension() == Some("md"));
        let mut next: Vec<&str> = asked.iter().copied().chain(pages).collect();
        let mut needed = BTreeMap::new();
        while let Some(name) = next.pop() {
            if let Some(text) = built_in.get(name)
                && needed.insert(name, *text).is_none()
            {
                next.extend(included(text));
            }
        }
        Self::compile(needed.into_iter())
    }

    /// The same, of texts that are changed before: name and text go in.
    ///
    /// # Errors
    /// As of [`Self::load`].
    pub(super) fn mapped<'a>(
        own: &'a Own,
        change: &mut dyn FnMut(&str, &'a str) -> Cow<'a, str>,
    ) -> TeraResult<Self> {
        let built_in = embedded(&TEMPLATES).into_iter().filter(|(name, _)| !own.contains_key(name));
        let own = own.iter().map(|(name, text)| (name.clone(), text.as_str()));
        Self::compile(built_in.chain(own).map(|(name, text)| {
            let text = change(&name, text);
            (name, text)
        }))
    }

    fn compile<N: AsRef<str>, T: AsRef<str>>(texts: impl Iterator<Item = (N, T)>) -> TeraResult<Self> {
        let mut tera = Tera::new();
        // Escaping is on everywhere and always fails: a value reaches the output through a filter or not at all.
        tera.autoescape_on([""]);
        tera.set_escape_fn(refuse);
        tera.register_filter("hcl", hcl);
        tera.register_filter("ident", ident);
        tera.register_filter("text", text);
        tera.register_filter("comment", comment);
        tera.register_filter("word", word);
        tera.register_filter("yaml", yaml);
        tera.register_filter("markdown", markdown);
        tera.register_filter("code", code);
        tera.register_filter("path", path);
        tera.add_raw_templates(texts)?;
        Ok(Self(tera))
    }

    /// Renders one template.
    ///
    /// # Errors
    /// Tera's message: the template names what its view does not have, or prints a value without a filter.
    pub fn render(&self, template: &str, view: &Context) -> TeraResult<String> {
        self.0.render(template, view)
    }
}

fn embedded<'a>(dir: &'a Dir<'a>) -> BTreeMap<String, &'a str> {
    let files = dir
        .files()
        .filter_map(|file| Some((file.path().to_str()?.replace('\\', "/"), file.contents_utf8()?)));
    files.chain(dir.dirs().flat_map(embedded)).collect()
}

/// Returns the names of the templates that a built-in one includes.
fn included(text: &str) -> impl Iterator<Item = &str> {
    const INCLUDE: &str = "include \"";
    let found = memchr::memmem::find_iter(text.as_bytes(), INCLUDE);
    found.filter_map(|at| text[at + INCLUDE.len()..].split_once('"')).map(|(name, _)| name)
}

/// Returns the names of the built-in templates, sorted.
pub fn names() -> Vec<String> {
    embedded(&TEMPLATES).into_keys().collect()
}

/// Returns the text of a built-in template; `None` when there is none of that name.
pub fn built_in(template: &str) -> Option<&'static str> {
    TEMPLATES.get_file(template).and_then(|file| file.contents_utf8())
}

/// Returns the text of a template.
///
/// # Panics
/// When there is no such template.
pub(super) fn source(template: &str) -> &'static str {
    built_in(template).unwrap_or_else(|| panic!("templates/{template} is not there"))
}

/// Turns a struct into what a template sees.
///
/// # Panics
/// When a field has no form in Tera, such as a map with keys that are not text: views have none.
pub fn view(fields: &impl Serialize) -> Context {
    Context::from_serialize(fields).expect("views are structs of plain fields")
}

fn refuse(value: &str, _: &mut dyn io::Write) -> io::Result<()> {
    Err(io::Error::other(format!("`{value}` is printed without a filter")))
}

/// A value as an HCL expression. Bytes are an expression already: see [`crate::hcl::value::Value`].
fn hcl(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    let mut out = String::new();
    print(value, &mut out)?;
    Ok(Value::safe_string(&out))
}

fn print(value: &Value, out: &mut String) -> TeraResult<()> {
    if let Some(expression) = value.as_bytes() {
        out.push_str(&String::from_utf8_lossy(expression));
    } else if let Some(text) = value.as_str() {
        out.push_str(&quote(text));
    } else if value.is_bool() || value.is_number() {
        out.push_str(&value.to_string());
    } else {
        // Lists and tables are those of a blueprint's own templates: views have `hcl::Value` for them.
        let data = serde_json::to_value(value).map_err(|error| tera::Error::message(error.to_string()))?;
        out.push_str(&crate::hcl::value::Value::from_data(&data).to_string());
    }
    Ok(())
}

/// A name where HCL, a path or a sentence wants a bare word.
fn ident(value: &str, _: Kwargs, _: &State) -> TeraResult<Value> {
    if is_identifier(value) {
        Ok(Value::safe_string(value))
    } else {
        Err(tera::Error::message(format!("`{value}` is not an identifier")))
    }
}

/// Text inside HCL quotes that the template wrote.
fn text(value: &str, _: Kwargs, _: &State) -> Value {
    let quoted = quote(value);
    Value::safe_string(&quoted[1..quoted.len() - 1])
}

/// Text in a comment, which ends with its line.
fn comment(value: &str, _: Kwargs, _: &State) -> Value {
    Value::safe_string(&one_line(value))
}

/// One word of a script's table: nothing that a shell, or a table split at blanks, could read as anything else.
fn word(value: &str, _: Kwargs, _: &State) -> TeraResult<Value> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:=,@%+-".contains(&b);
    if value.is_empty() || !value.bytes().all(plain) {
        return Err(tera::Error::message(format!("`{value}` is not one plain word")));
    }
    Ok(Value::safe_string(value))
}

/// Text as a scalar of YAML, in double quotes: all of JSON's strings are.
fn yaml(value: &str, _: Kwargs, _: &State) -> Value {
    Value::safe_string(&serde_json::Value::from(value).to_string())
}

/// Text in a Markdown paragraph or table cell: one line, no markup.
fn markdown(value: &str, _: Kwargs, _: &State) -> Value {
    let mut out = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '|' | '<' | '>' | '[' | ']' | '#' => {
                out.push('\\');
                out.push(character);
            }
            c => out.push(c),
        }
    }
    Value::safe_string(&out)
}

/// HCL in a Markdown table cell: as code, its pipes escaped, which is the one thing that a table still reads there.
fn code(value: &str, _: Kwargs, _: &State) -> Value {
    Value::safe_string(&format!("`{}`", value.replace('|', "\\|").replace('`', "'")))
}

/// A path, an ARN or a bucket inside Markdown's backticks that the template wrote.
fn path(value: &str, _: Kwargs, _: &State) -> TeraResult<Value> {
    if value.chars().any(|c| c.is_control() || matches!(c, '`' | '|')) {
        return Err(tera::Error::message(format!("`{value}` cannot stand between backticks")));
    }
    Ok(Value::safe_string(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_a_filter_is_refused() {
        let mut tera = Tera::new();
        tera.autoescape_on([""]);
        tera.set_escape_fn(refuse);
        tera.add_raw_template("t", "name = {{ name }}").expect("valid");
        let mut context = Context::new();
        context.insert("name", "x");
        assert!(tera.render("t", &context).is_err());
    }

    #[test]
    fn every_template_compiles() {
        let engine = Engine::load(&Own::new()).expect("templates compile");
        assert!(engine.render("modules/cluster/oidc.tf", &Context::new()).is_ok());
    }
}
