//! Which modules a root calls, directly and through others.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use hcl_edit::structure::{BlockLabel, Body};
use serde_json::Value;

use super::content::Content;
use super::folder::Declared;
use crate::hcl::address::{beside, source};

/// The calls of a tree.
#[derive(Debug)]
pub struct Calls {
    /// The folders that each folder calls.
    called: BTreeMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
    /// Every call of a folder.
    calls: BTreeMap<Utf8PathBuf, Vec<Call>>,
    /// Folders with resources of their own.
    making: BTreeSet<Utf8PathBuf>,
}

/// A call of a module.
#[derive(Debug)]
pub struct Call {
    /// The folder that it stands in.
    pub folder: Utf8PathBuf,
    /// Its address there.
    pub address: String,
    /// What it says.
    pub content: Content,
}

impl Calls {
    /// Reads the calls of a tree, which lies at a place. Only files that hold some are parsed. OpenTofu reads `x.tofu` in place of `x.tf`:
    /// the calls of both count.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a Utf8PathBuf, &'a String)>, at: &Utf8Path) -> Self {
        let mut calls = Self { called: BTreeMap::new(), calls: BTreeMap::new(), making: BTreeSet::new() };
        for (path, text) in files {
            calls.add(path, text, at);
        }
        calls
    }

    fn add(&mut self, path: &Utf8Path, text: &str, at: &Utf8Path) {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        match Syntax::of(path) {
            None => {}
            Some(Syntax::Json) => {
                let json: Value = serde_json::from_str(text).unwrap_or_default();
                let called = sources(&json["module"]).into_iter().filter_map(|it| beside(folder, it));
                let called = called.map(|called| within(at, called));
                self.called.entry(folder.to_owned()).or_default().extend(called);
            }
            Some(Syntax::Native) => {
                if begins_a_line(text, "resource ") {
                    self.making.insert(folder.to_owned());
                }
                let body = begins_a_line(text, "module ").then(|| text.parse::<Body>().ok()).flatten();
                for call in body.iter().flat_map(|body| body.get_blocks("module")) {
                    let Some(called) = source(folder, call) else { continue };
                    let called = within(at, called);
                    let name = call.labels.first().map(BlockLabel::as_str).unwrap_or_default();
                    self.calls.entry(called.clone()).or_default().push(Call {
                        folder: folder.to_owned(),
                        address: format!("module.{name}"),
                        content: Content::of_body(&call.body, text),
                    });
                    self.called.entry(folder.to_owned()).or_default().insert(called);
                }
            }
        }
    }

    /// Returns every folder that is called.
    pub fn folders(&self) -> impl Iterator<Item = &Utf8Path> {
        self.called.values().flatten().map(Utf8PathBuf::as_path)
    }

    /// Returns every call of a folder.
    pub fn of(&self, folder: &Utf8Path) -> &[Call] {
        self.calls.get(folder).map_or(&[], Vec::as_slice)
    }

    /// Returns every module that a folder calls, directly and through others.
    pub fn reach(&self, folder: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
        let mut reached = BTreeSet::new();
        let mut next = vec![folder];
        while let Some(folder) = next.pop() {
            for called in self.called.get(folder).into_iter().flatten() {
                if reached.insert(called.clone()) {
                    next.push(called);
                }
            }
        }
        reached
    }

    /// Whether a call makes a resource. One of a module from elsewhere is taken to.
    pub fn makes(&self, folder: &Utf8Path, call: &Declared) -> bool {
        let Some(called) = called(folder, call) else { return true };
        self.making.contains(&called) || self.reach(&called).iter().any(|inner| self.making.contains(inner))
    }
}

/// Returns the folder that a call names; none where the module is from elsewhere.
pub fn called(folder: &Utf8Path, call: &Declared) -> Option<Utf8PathBuf> {
    let source = call.content.get("source").and_then(Content::as_text)?;
    beside(folder, source.trim_matches('"'))
}

/// How a file of Terraform's is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `x.tf`, `x.tofu`
    Native,
    /// `x.tf.json`, `x.tofu.json`
    Json,
}

impl Syntax {
    /// Tells by its name; none of a file that Terraform does not look for.
    pub fn of(path: &Utf8Path) -> Option<Self> {
        let name = path.file_name()?;
        let (name, syntax) =
            name.strip_suffix(".json").map_or((name, Self::Native), |name| (name, Self::Json));
        matches!(Utf8Path::new(name).extension(), Some("tf" | "tofu")).then_some(syntax)
    }
}

/// Returns what the calls of a file in JSON name, in whichever of its forms they stand.
fn sources(json: &Value) -> Vec<&str> {
    match json {
        Value::Array(items) => items.iter().flat_map(sources).collect(),
        Value::Object(entries) => {
            let below = entries.values().flat_map(sources);
            entries.get("source").and_then(Value::as_str).into_iter().chain(below).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns a folder by its path in the tree, also where a call leads out of it and in again.
fn within(at: &Utf8Path, folder: Utf8PathBuf) -> Utf8PathBuf {
    let around = folder.starts_with("..").then(|| beside(at, folder.as_str())).flatten();
    around.and_then(|path| Some(path.strip_prefix(at).ok()?.to_owned())).unwrap_or(folder)
}

fn begins_a_line(text: &str, word: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(word))
}
