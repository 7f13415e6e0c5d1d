//! What plinth wrote last: `.plinth/manifest.json`.
//!
//! One line for each file and each fact, sorted, so that git merges it line by line and a reviewer
//! sees which file a line is about. No time and no version: they would touch it on every run.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str;

use camino::{Utf8Path, Utf8PathBuf};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
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
    /// Further records of the same files, sorted: a merge of two branches leaves both lines, and either may be what plinth wrote
    /// there. What plinth writes has none.
    pub further: Vec<(Utf8PathBuf, Record)>,
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

impl Record {
    /// Whether the checksum is of more than plinth's own text: of that with a person's edits. Only a journal has such records.
    pub(super) fn is_merged(&self) -> bool {
        self.text.as_ref().is_some_and(|text| Checksum::of(text.as_bytes()) != self.sha256)
    }
}

/// The manifest as it is written down.
#[derive(Deserialize)]
struct Written {
    #[serde(deserialize_with = "entries")]
    files: Vec<(String, Record)>,
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
        let files = files.iter().map(|file| (file.path.clone(), record(file))).collect();
        Self { files, further: Vec::new(), facts }
    }

    /// Gathers records, of which a path may have several.
    pub(super) fn gather(records: impl IntoIterator<Item = (Utf8PathBuf, Record)>) -> Self {
        let mut records: Vec<(Utf8PathBuf, Record)> = records.into_iter().collect();
        // Stable: which of a path's records comes first stays as it was.
        records.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut first: Vec<(Utf8PathBuf, Record)> = Vec::with_capacity(records.len());
        let mut further: Vec<(Utf8PathBuf, Record)> = Vec::new();
        for (path, record) in records {
            match first.last() {
                Some((known, one)) if *known == path => {
                    let mut others = further.iter().filter(|(known, _)| *known == path);
                    if *one != record && others.all(|(_, other)| *other != record) {
                        further.push((path, record));
                    }
                }
                _ => first.push((path, record)),
            }
        }
        Self { files: first.into_iter().collect(), further, facts: Map::new() }
    }

    /// Returns all records of all files.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Utf8PathBuf, &Record)> {
        self.files.iter().chain(self.further.iter().map(|(path, record)| (path, record)))
    }

    /// Returns all records of a path.
    pub(super) fn records(&self, path: &Utf8Path) -> impl Iterator<Item = &Record> {
        let further = self.further.iter().filter(move |(other, _)| other == path);
        self.files.get(path).into_iter().chain(further.map(|(_, record)| record))
    }

    /// Reads the manifest of an output directory; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Manifest`] when it is not one: cut off, from a newer plinth, or with a path that leads
    /// out of the output directory. Believing such a path would let a pull request remove any file.
    /// [`Error::InTheWay`] and [`Error::Io`] when it cannot be read at all.
    pub fn read(root: &Utf8Path) -> Result<Option<Self>, Error> {
        Self::read_at(root, Utf8Path::new(MANIFEST))
    }

    /// Reads what is written as a manifest is.
    pub(super) fn read_at(root: &Utf8Path, path: &Utf8Path) -> Result<Option<Self>, Error> {
        match Disk::new(root).look(path)? {
            Found::Nothing => Ok(None),
            Found::Blocked(obstacle) => Err(Error::InTheWay(vec![obstacle])),
            Found::Text { bytes, .. } => {
                let parsed = Self::parse(&checksum::normalise(&bytes));
                parsed.map(Some).map_err(|damage| Error::Manifest { path: root.join(path), damage })
            }
        }
    }

    /// Reads a manifest's text. Of one that git left in conflict, the lines of both sides are read.
    ///
    /// # Errors
    /// What is wrong with it, as in [`Manifest::read`].
    pub fn parse(text: &[u8]) -> Result<Self, Damage> {
        let text = str::from_utf8(text).map_err(|error| Damage::Unreadable(error.to_string()))?;
        let marker = text.lines().position(is_marker).map(|line| line + 1);
        match serde_json::from_str(text) {
            Ok(value) => Self::of_json(text, &value),
            Err(error) => {
                let both = both_sides(text).ok_or_else(|| match marker {
                    // "expected value at line 40" would send a person looking for a missing comma.
                    Some(line) => Damage::Conflict { line },
                    None => Damage::Unreadable(error.to_string()),
                })?;
                let value = serde_json::from_str(&both).map_err(|_| Damage::Unreadable(error.to_string()))?;
                Self::of_json(&both, &value)
            }
        }
    }

    /// Reads a text that is JSON.
    fn of_json(text: &str, value: &Value) -> Result<Self, Damage> {
        // The format comes first: what else a newer manifest holds is not for us to judge.
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => return Err(Damage::Newer { format }),
            _ => {
                return Err(Damage::Unreadable("no `format` that plinth knows".to_owned()));
            }
        }
        // From the text: the value has forgotten which keys stood there twice.
        let written: Written =
            serde_json::from_str(text).map_err(|error| Damage::Unreadable(error.to_string()))?;
        let faults = written.files.iter().find_map(|(name, _)| Some((name, path::fault(name)?)));
        if let Some((name, fault)) = faults {
            return Err(Damage::Unreadable(format!("it lists `{name}`, which {fault}")));
        }
        let files = written.files.into_iter().map(|(name, record)| (Utf8PathBuf::from(name), record));
        Ok(Self { facts: written.facts, ..Self::gather(files) })
    }

    /// Returns the text of the manifest.
    #[must_use]
    pub fn render(&self) -> String {
        let mut files: Vec<_> = self.all().collect();
        files.sort_by_key(|(path, _)| *path);
        let files = files.into_iter().map(|(path, record)| (path.as_str(), json(record)));
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

/// Reads the entries of a table, with those whose key stood there before.
fn entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Record)>, D::Error> {
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<(String, Record)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a table of files")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(Entries)
}

/// What git puts at the beginning of lines where two sides of a merge do not agree: before ours, before what both began with, between
/// the two, and behind theirs.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn is_marker(line: &str) -> bool {
    MARKERS.iter().any(|marker| line.starts_with(marker))
}

/// Takes the lines of both sides of a merge together, as JSON: markers and commas do not count, and each line is a file's or a fact's
/// by itself, wherever a merge put it. `None` where a line is something else, as in a layout that is not plinth's, or the end is missing.
///
/// What one side has taken out stands there still, which does no harm: a file that is no longer generated is left over, and a stack that
/// leaves is asked about once more.
fn both_sides(text: &str) -> Option<String> {
    let (mut format, mut files, mut facts) = (None, Vec::new(), Vec::new());
    let mut is_base = false;
    if text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !is_marker(line))? != "}" {
        return None;
    }
    for line in text.lines() {
        if is_marker(line) {
            is_base = line.starts_with(MARKERS[1]);
            continue;
        }
        let line = line.trim().trim_end_matches(',');
        if is_base
            || matches!(
                line,
                "" | "{" | "}" | "\"files\": {" | "\"files\": {}" | "\"facts\": {" | "\"facts\": {}"
            )
        {
            continue;
        }
        let entry: Map<String, Value> = serde_json::from_str(&format!("{{{line}}}")).ok()?;
        let (key, value) = entry.iter().next()?;
        match value {
            Value::Number(_) if key == "format" => format = format.max(value.as_u64()),
            Value::Object(record) if record.contains_key("sha256") => files.push(line),
            _ => facts.push(line),
        }
    }
    let (files, facts) = (files.join(","), facts.join(","));
    Some(format!("{{\"format\":{},\"files\":{{{files}}},\"facts\":{{{facts}}}}}", format?))
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
