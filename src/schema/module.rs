//! One folder: what it declares, and what it calls.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, BlockLabel, Body};

use super::expression::Scope;
use super::kind::Type;
use super::{At, World};
use crate::file::File;
use crate::hcl::address::source;

/// A block of a module, with its file.
pub type Declared<'a> = (&'a File, &'a Block);

/// What a folder declares, each by its name.
#[derive(Default)]
pub struct Module<'a> {
    /// Its files.
    pub files: Vec<(&'a File, &'a Body)>,
    /// `variable`.
    pub variables: BTreeMap<String, Declared<'a>>,
    /// `output`.
    pub outputs: BTreeMap<String, Declared<'a>>,
    /// `module`.
    pub calls: BTreeMap<String, Declared<'a>>,
    /// `resource`, by type and name.
    pub resources: BTreeMap<(String, String), Declared<'a>>,
    /// `data`, by type and name; those of a `check` among them.
    pub data: BTreeMap<(String, String), Declared<'a>>,
    /// The entries of `locals`.
    pub locals: BTreeMap<String, (&'a File, &'a Expression)>,
}

impl<'a> Module<'a> {
    /// Collects what files declare.
    pub fn read(files: Vec<(&'a File, &'a Body)>) -> Self {
        let mut module = Self::default();
        for (file, body) in &files {
            for block in body.blocks() {
                module.declare(file, block);
            }
        }
        Self { files, ..module }
    }

    /// Returns every name that an expression can begin with.
    pub fn names(&self) -> Vec<String> {
        let of = |prefix: &'static str| move |name: &String| format!("{prefix}.{name}");
        let pairs =
            |prefix: &'static str| move |(kind, name): &(String, String)| format!("{prefix}{kind}.{name}");
        let mut names: Vec<String> = self.variables.keys().map(of("var")).collect();
        names.extend(self.locals.keys().map(of("local")));
        names.extend(self.calls.keys().map(of("module")));
        names.extend(self.resources.keys().map(pairs("")));
        names.extend(self.data.keys().map(pairs("data.")));
        names
    }

    fn declare(&mut self, file: &'a File, block: &'a Block) {
        let labels: Vec<String> = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
        let it = (file, block);
        match (block.ident.as_str(), labels.as_slice()) {
            ("variable", [name]) => drop(self.variables.insert(name.clone(), it)),
            ("output", [name]) => drop(self.outputs.insert(name.clone(), it)),
            ("module", [name]) => drop(self.calls.insert(name.clone(), it)),
            ("resource", [kind, name]) => drop(self.resources.insert((kind.clone(), name.clone()), it)),
            ("data", [kind, name]) => drop(self.data.insert((kind.clone(), name.clone()), it)),
            ("locals", []) => {
                for entry in block.body.attributes() {
                    self.locals.insert(entry.key.as_str().to_owned(), (file, &entry.value));
                }
            }
            ("check", _) => {
                for block in block.body.get_blocks("data") {
                    self.declare(file, block);
                }
            }
            _ => {}
        }
    }
}

impl<'a> World<'a> {
    /// Checks a folder.
    pub(super) fn module(&self, folder: &Utf8Path, module: &Module<'a>) {
        for (file, body) in &module.files {
            let at = At { folder, module, file };
            for block in body.blocks() {
                self.top(at, block);
            }
            for attribute in body.attributes() {
                let text = format!("`{}` stands outside of every block", attribute.key.as_str());
                self.fault(at, attribute, text);
            }
        }
        self.twice(folder, module);
        self.unused(folder, module);
    }

    /// A block of the top level.
    fn top(&self, at: At<'_, 'a>, block: &'a Block) {
        let plain = Scope::default();
        match block.ident.as_str() {
            "variable" => self.variable(at, block),
            "output" => self.walk(at, &block.body, &plain),
            "provider" => self.provider(at, block),
            "locals" => {
                for entry in block.body.attributes() {
                    self.expression(at, &entry.value, &plain);
                }
            }
            "module" => self.call(at, block),
            "resource" | "data" => self.resource(at, block),
            "check" => {
                for inner in block.body.blocks() {
                    match inner.ident.as_str() {
                        "data" => self.resource(at, inner),
                        _ => self.walk(at, &inner.body, &plain),
                    }
                }
            }
            // What it brings under management is declared, and its id may be looked up.
            "import" => {
                let scope = self.repeated(at, &block.body);
                for attribute in block.body.attributes() {
                    if attribute.key.as_str() != "to" || !self.imports_into_module(at, &attribute.value) {
                        self.expression(at, &attribute.value, &scope);
                    }
                }
            }
            // They name what is no longer there, or was there before.
            "moved" | "removed" | "terraform" => {}
            other => {
                let known = [
                    "variable",
                    "output",
                    "locals",
                    "module",
                    "resource",
                    "data",
                    "check",
                    "provider",
                    "import",
                    "moved",
                    "removed",
                    "terraform",
                ]
                .map(str::to_owned);
                let text = format!("there are no blocks `{other}`{}", super::meant(other, &known));
                self.fault(at, &block.ident, text);
            }
        }
    }

    fn variable(&self, at: At<'_, 'a>, block: &'a Block) {
        let kind = block.body.get_attribute("type").map(|kind| (kind, Type::read(&kind.value)));
        let default = block.body.get_attribute("default");
        match (kind, default) {
            (Some((kind, Err(text))), _) => self.fault(at, kind, text),
            (Some((_, Ok(kind))), Some(default)) if !default.value.is_null() => {
                self.fits(at, &default.value, &kind, &Scope::default());
            }
            _ => {}
        }
        let Some(name) = block.labels.first() else { return };
        // A variable's own rules do not make it used.
        let own = Scope { own: Some(name.as_str().to_owned()), ..Scope::default() };
        for rule in block.body.get_blocks("validation") {
            self.walk(at, &rule.body, &own);
        }
    }

    /// Walks all expressions of a body whose keys no schema rules.
    pub(super) fn walk(&self, at: At<'_, 'a>, body: &'a Body, scope: &Scope) {
        for attribute in body.attributes() {
            self.expression(at, &attribute.value, scope);
        }
        for block in body.blocks() {
            self.walk(at, &block.body, scope);
        }
    }

    fn call(&self, at: At<'_, 'a>, block: &'a Block) {
        const META: [&str; 6] = ["source", "version", "providers", "count", "for_each", "depends_on"];
        let scope = self.repeated(at, &block.body);
        let name = block.labels.first().map_or("", |label| label.as_str());
        let folder = source(at.folder, block);
        let called = folder.as_ref().and_then(|folder| self.modules.get(folder));
        if let (Some(folder), None) = (&folder, called) {
            self.fault(at, &block.ident, format!("no module lies in `{folder}`"));
        }
        for attribute in block.body.attributes() {
            let key = attribute.key.as_str();
            if key == "providers" || key == "source" || key == "version" {
                continue;
            }
            let declared = called.and_then(|called| called.variables.get(key));
            match (called, declared) {
                (Some(_), Some(declared)) if !META.contains(&key) => {
                    self.fits(at, &attribute.value, &variable_type(declared), &scope);
                }
                (Some(called), None) if !META.contains(&key) => {
                    let known: Vec<String> = called.variables.keys().cloned().collect();
                    let text =
                        format!("module `{name}` has no variable `{key}`{}", super::meant(key, &known));
                    self.fault(at, &attribute.key, text);
                }
                _ => {}
            }
            if declared.is_none() {
                self.expression(at, &attribute.value, &scope);
            }
        }
        for inner in block.body.blocks() {
            let text = format!("a call of a module takes no block `{}`", inner.ident.as_str());
            self.fault(at, &inner.ident, text);
        }
        for (variable, (_, declared)) in called.into_iter().flat_map(|called| &called.variables) {
            if declared.body.get_attribute("default").is_none()
                && block.body.get_attribute(variable).is_none()
            {
                self.fault(
                    at,
                    &block.ident,
                    format!("module `{name}` needs `{variable}`, which is not passed"),
                );
            }
        }
    }

    /// Whether an address leads into a module that is called; then what is imported there has to be declared there.
    fn imports_into_module(&self, at: At<'_, 'a>, address: &'a Expression) -> bool {
        let text = address.to_string();
        // Keys of instances hold dots of their own.
        let plain = text.trim().split('[').next().unwrap_or_default();
        let ["module", name, kind, resource] = plain.split('.').collect::<Vec<_>>()[..] else { return false };
        let call = at.module.calls.get(name).and_then(|(_, call)| source(at.folder, call));
        let called = call.and_then(|folder| self.modules.get(&folder));
        if !called
            .is_some_and(|called| called.resources.contains_key(&(kind.to_owned(), resource.to_owned())))
        {
            self.fault(at, address, format!("module `{name}` has no resource `{kind}.{resource}`"));
        }
        true
    }

    /// Nothing is declared twice.
    fn twice(&self, folder: &Utf8Path, module: &Module<'a>) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (file, body) in &module.files {
            let at = At { folder, module, file };
            for block in body.blocks() {
                let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
                let name = match (block.ident.as_str(), labels.as_slice()) {
                    ("resource", [kind, name]) => format!("{kind}.{name}"),
                    ("variable", [name]) => format!("var.{name}"),
                    (kind @ ("data" | "module" | "output"), labels) => format!("{kind}.{}", labels.join(".")),
                    ("locals", _) => {
                        for entry in block.body.attributes() {
                            let name = format!("local.{}", entry.key.as_str());
                            if !seen.insert(name.clone()) {
                                self.fault(
                                    at,
                                    &entry.key,
                                    format!("`{name}` is declared twice in this module"),
                                );
                            }
                        }
                        continue;
                    }
                    _ => continue,
                };
                if !seen.insert(name.clone()) {
                    self.fault(at, &block.ident, format!("`{name}` is declared twice in this module"));
                }
            }
        }
    }

    /// What is declared is used: variables, locals, look-ups that check nothing by themselves.
    fn unused(&self, folder: &Utf8Path, module: &Module<'a>) {
        let is_used = |name: &str| self.used.borrow().contains(&(folder.to_owned(), name.to_owned()));
        let report = |file: &'a File, node: &dyn Span, name: &str| {
            if !is_used(name) {
                let text = format!("`{name}` is declared, and nothing uses it");
                self.fault(At { folder, module, file }, node, text);
            }
        };
        for (name, (file, block)) in &module.variables {
            report(file, &block.ident, &format!("var.{name}"));
        }
        for (name, (file, value)) in &module.locals {
            report(file, *value, &format!("local.{name}"));
        }
        for ((kind, name), (file, block)) in &module.data {
            if !block.body.has_blocks("lifecycle") {
                report(file, &block.ident, &format!("data.{kind}.{name}"));
            }
        }
    }
}

/// Returns the type that a variable has within its module.
pub fn variable_type(declared: &Declared<'_>) -> Type {
    let kind = declared.1.body.get_attribute("type");
    kind.and_then(|kind| Type::read(&kind.value).ok()).unwrap_or(Type::Any)
}
