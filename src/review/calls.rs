//! Which modules a root calls, directly and through others.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use hcl_edit::structure::{BlockLabel, Body};

use super::content::Content;
use super::folder::Declared;
use crate::file::declares;
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
    /// Reads the calls of a tree. Only files that hold some are parsed.
    pub fn read(files: &BTreeMap<Utf8PathBuf, String>) -> Self {
        let mut calls = Self { called: BTreeMap::new(), calls: BTreeMap::new(), making: BTreeSet::new() };
        for (path, text) in files.iter().filter(|(path, _)| declares(path, |twin| files.contains_key(twin))) {
            let folder = path.parent().unwrap_or(Utf8Path::new(""));
            if begins_a_line(text, "resource ") {
                calls.making.insert(folder.to_owned());
            }
            let body = begins_a_line(text, "module ").then(|| text.parse::<Body>().ok()).flatten();
            for call in body.iter().flat_map(|body| body.get_blocks("module")) {
                let Some(called) = source(folder, call) else { continue };
                let name = call.labels.first().map(BlockLabel::as_str).unwrap_or_default();
                calls.calls.entry(called.clone()).or_default().push(Call {
                    folder: folder.to_owned(),
                    address: format!("module.{name}"),
                    content: Content::of_body(&call.body, text),
                });
                calls.called.entry(folder.to_owned()).or_default().insert(called);
            }
        }
        calls
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

fn begins_a_line(text: &str, word: &str) -> bool {
    text.lines().any(|line| line.starts_with(word))
}
