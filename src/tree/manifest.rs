//! What plinth wrote last: `.plinth/manifest.json`.
//!
//! One line for each file and each fact, sorted, so that git merges it line by line and a reviewer
//! sees which file a line is about. No time and no version: they would touch it on every run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::disk::{Disk, Found};
use super::error::Damage;
use super::{Checksum, Error, checksum, path};
use crate::file::{File, Keeping};

/// Where the manifest lies below the output directory.
pub const MANIFEST: &str = ".plinth/manifest.json";

/// The form that this plinth writes, and the newest that it reads.
const FORMAT: u64 = 1;

/// Lists every generated file with its checksum, and the facts that later runs need.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// The files that plinth wrote. Sorted part by part, so that a directory's files stand
    /// together.
    pub files: BTreeMap<Utf8PathBuf, Record>,
    /// What later runs must know of this one; `tree` carries it and does not look inside.
    pub facts: Map<String, Value>,
}

/// Tells what plinth wrote at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Identifies the text.
    pub sha256: Checksum,
    /// The template that made it.
    pub template: String,
    /// The stack that it belongs to, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Whether it was written once, and is a person's own since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// The text itself, where a later run merges its own with a person's edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The manifest as it is written down.
#[derive(Deserialize)]
struct Written {
    files: BTreeMap<String, Record>,
    #[serde(default)]
    facts: Map<String, Value>,
}

impl Manifest {
    /// Describes files that are about to be written.
    #[must_use]
    pub fn of(files: &[File], facts: Map<String, Value>) -> Self {
        let record = |file: &File| Record {
            sha256: Checksum::of(file.text.as_bytes()),
            template: file.template.clone(),
            stack: file.stack.clone(),
            once: file.keeping == Keeping::Theirs,
            text: (file.keeping == Keeping::Shared).then(|| file.text.clone()),
        };
        Self { files: files.iter().map(|file| (file.path.clone(), record(file))).collect(), facts }
    }

    /// Reads the manifest of an output directory; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Manifest`] when it is not one: left in conflict by git, cut off, from a newer
    /// plinth, or with a path that leads out of the output directory. Believing such a path would
    /// let a pull request remove any file. [`Error::InTheWay`] and [`Error::Io`] when it cannot be
    /// read at all.
    pub fn read(root: &Utf8Path) -> Result<Option<Self>, Error> {
        match Disk::new(root).look(Utf8Path::new(MANIFEST))? {
            Found::Nothing => Ok(None),
            Found::Blocked(obstacle) => Err(Error::InTheWay(vec![obstacle])),
            Found::Text { bytes, .. } => {
                let parsed = Self::parse(&checksum::normalise(&bytes));
                parsed.map(Some).map_err(|damage| Error::Manifest { path: root.join(MANIFEST), damage })
            }
        }
    }

    /// Reads a manifest's text.
    ///
    /// # Errors
    /// What is wrong with it, as in [`Manifest::read`].
    pub fn parse(text: &[u8]) -> Result<Self, Damage> {
        let text = str::from_utf8(text).map_err(|error| Damage::Unreadable(error.to_string()))?;
        // Looked for before parsing: "expected value at line 40" would send a person looking for a
        // missing comma.
        if let Some(line) =
            text.lines().position(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>"))
        {
            return Err(Damage::Conflict { line: line + 1 });
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| Damage::Unreadable(error.to_string()))?;
        // The format comes first: what else a newer manifest holds is not for us to judge.
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => return Err(Damage::Newer { format }),
            _ => {
                return Err(Damage::Unreadable("no `format` that plinth knows".to_owned()));
            }
        }
        let written: Written =
            serde_json::from_value(value).map_err(|error| Damage::Unreadable(error.to_string()))?;
        if let Some((name, fault)) = written.files.keys().find_map(|name| Some((name, path::fault(name)?))) {
            return Err(Damage::Unreadable(format!("it lists `{name}`, which {fault}")));
        }
        let files =
            written.files.into_iter().map(|(name, record)| (Utf8PathBuf::from(name), record)).collect();
        Ok(Self { files, facts: written.facts })
    }

    /// Returns the text of the manifest.
    #[must_use]
    pub fn render(&self) -> String {
        let files = self.files.iter().map(|(path, record)| (path.as_str(), json(record)));
        // Sorted here: serde_json keeps another order when any crate switches on its
        // `preserve_order`.
        let facts: BTreeMap<_, _> =
            self.facts.iter().map(|(key, value)| (key.as_str(), json(&sorted(value)))).collect();
        let mut text = format!("{{\n  \"format\": {FORMAT},\n");
        table(&mut text, "files", files);
        text.push_str(",\n");
        table(&mut text, "facts", facts.into_iter());
        text.push_str("\n}\n");
        text
    }
}

/// Writes a table with one entry on each line.
fn table<'a>(text: &mut String, name: &str, entries: impl Iterator<Item = (&'a str, String)>) {
    let lines: Vec<_> = entries.map(|(key, value)| format!("\n    {}: {value}", json(&key))).collect();
    let end = if lines.is_empty() { "" } else { "\n  " };
    write!(text, "  {}: {{{}{end}}}", json(&name), lines.join(",")).expect("writing to a String cannot fail");
}

/// Returns a value as JSON on one line.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, records and JSON values always serialise")
}

/// Sorts the keys of a value, at every depth.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<_, _> = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
