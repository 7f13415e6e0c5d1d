//! One folder: what it declares, and what it calls.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body};

use super::block::Against;
use super::expression::Scope;
use super::kind::Type;
use super::provider;
use super::{At, World, key_text, names};
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
    /// `ephemeral`, by type and name.
    pub ephemeral: BTreeMap<(String, String), Declared<'a>>,
    /// The entries of `locals`.
    pub locals: BTreeMap<String, (&'a File, &'a Expression)>,
    /// `required_providers`: where each comes from, as far as that is said.
    pub required: BTreeMap<String, Option<String>>,
    /// Providers that it configures or is handed under a name besides their own: `aws.east`.
    pub configured: BTreeSet<String>,
    /// Those of them that whoever calls it must hand on.
    pub awaited: BTreeSet<String>,
    /// The names of its `provider` blocks.
    pub providers: BTreeSet<&'a str>,
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
            ("ephemeral", [kind, name]) => drop(self.ephemeral.insert((kind.clone(), name.clone()), it)),
            ("provider", [name]) => {
                self.providers.extend(block.labels.first().map(BlockLabel::as_str));
                let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
                self.configured.extend(alias.map(|alias| format!("{name}.{alias}")));
            }
            ("terraform", []) => {
                for entry in block.body.get_blocks("required_providers").flat_map(|it| it.body.attributes()) {
                    self.require(entry);
                }
            }
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

    /// An entry of `required_providers`.
    fn require(&mut self, entry: &Attribute) {
        let mut from = None;
        if let Expression::Object(entries) = &entry.value {
            for (key, value) in entries {
                match (key_text(key).as_deref(), value.expr()) {
                    (Some("source"), Expression::String(text)) => from = Some(text.as_str().to_owned()),
                    (Some("configuration_aliases"), Expression::Array(items)) => {
                        self.awaited.extend(items.iter().filter_map(names::provider_name));
                    }
                    _ => {}
                }
            }
        }
        self.configured.extend(self.awaited.iter().cloned());
        self.required.insert(entry.key.as_str().to_owned(), from);
    }

    /// Whether a provider is there by this name.
    pub fn requires(&self, name: &str) -> bool {
        name == "terraform" || self.required.contains_key(name)
    }

    /// Returns which of HashiCorp's providers has this name here; none where it is another's.
    pub fn source_of<'n>(&'n self, name: &'n str) -> Option<&'n str> {
        let Some(Some(source)) = self.required.get(name) else { return Some(name) };
        let parts: Vec<&str> = source.split('/').collect();
        match parts.as_slice() {
            [.., "hashicorp", own] => Some(own),
            _ => None,
        }
    }
}

impl<'a> World<'a> {
    /// Checks a folder.
    pub(super) fn module(&self, folder: &Utf8Path, module: &Module<'a>) {
        self.used.borrow_mut().clear();
        self.needs.borrow_mut().clear();
        self.missing.borrow_mut().clear();
        for (file, body) in &module.files {
            let at = At { folder, module, file, of: None };
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
        self.circles(folder, module);
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

    pub(super) fn call(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>) {
        let scope = self.repeated(at, &block.body);
        let name = block.labels.first().map_or("", |label| label.as_str());
        let folder = source(at.folder, block);
        let called = folder.as_ref().and_then(|folder| self.modules.get(folder));
        if folder.as_ref().is_some_and(|folder| self.leads_to(folder, at.folder, 0)) {
            self.fault(at, &block.ident, format!("module `{name}` calls this module again"));
        }
        if let (Some(folder), None) = (&folder, called) {
            self.fault(at, &block.ident, format!("no module lies in `{folder}`"));
        }
        // What its variables take, and what the language takes of every call.
        let mut taken = provider::Block { free: called.is_none(), ..provider::Block::default() };
        for (variable, declared) in called.into_iter().flat_map(|called| &called.variables) {
            let argument = provider::Attribute::optional(variable_type(declared));
            taken.attributes.insert(variable.clone(), argument);
        }
        let what = format!("module `{name}`");
        let against = Against { schema: &taken, meta: Some(against.schema), what: &what, within: None };
        self.body(at, &block.ident, &block.body, &against, &scope);
        self.handed_on(at, block, called);
        if let (Some(_), Some(version)) = (&folder, block.body.get_attribute("version")) {
            self.fault(at, &version.key, "a module that lies beside has no `version`");
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
    pub(super) fn imports_into_module(&self, at: At<'_, 'a>, address: &'a Expression) -> bool {
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

    /// Whether the calls of a folder lead to another, which may be itself.
    fn leads_to(&self, from: &Utf8Path, to: &Utf8Path, depth: usize) -> bool {
        let calls = self.modules.get(from).into_iter().flat_map(|module| module.calls.values());
        // Deeper than this only a circle goes, and that one is reported where it is.
        from == to
            || depth < 16
                && calls
                    .filter_map(|(_, call)| source(from, call))
                    .any(|next| self.leads_to(&next, to, depth + 1))
    }

    /// Nothing is declared twice.
    fn twice(&self, folder: &Utf8Path, module: &Module<'a>) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (file, body) in &module.files {
            let at = At { folder, module, file, of: None };
            for block in body.blocks() {
                let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
                let one = |name: String| vec![(name, &block.ident as &dyn Span)];
                let entries = |prefix: &str, body: &'a Body| {
                    let entry = |entry: &'a Attribute| {
                        (format!("{prefix}.{}", entry.key.as_str()), &entry.key as &dyn Span)
                    };
                    body.attributes().map(entry).collect::<Vec<_>>()
                };
                let names: Vec<(String, &dyn Span)> = match (block.ident.as_str(), labels.as_slice()) {
                    ("resource", [kind, name]) => one(format!("{kind}.{name}")),
                    ("variable", [name]) => one(format!("var.{name}")),
                    ("provider", [name]) => {
                        let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
                        let alias = alias.map(|alias| format!(".{alias}")).unwrap_or_default();
                        one(format!("provider.{name}{alias}"))
                    }
                    ("terraform", []) => {
                        let required = block.body.get_blocks("required_providers");
                        required.flat_map(|block| entries("required_providers", &block.body)).collect()
                    }
                    (kind @ ("data" | "module" | "output" | "check"), labels) => {
                        one(format!("{kind}.{}", labels.join(".")))
                    }
                    ("locals", _) => entries("local", &block.body),
                    _ => continue,
                };
                for (name, node) in names {
                    if seen.contains(&name) {
                        self.fault(at, node, format!("`{name}` is declared twice in this module"));
                    }
                    seen.insert(name);
                }
            }
        }
    }

    /// What is declared is used: variables, locals, look-ups that check nothing by themselves.
    fn unused(&self, folder: &Utf8Path, module: &Module<'a>) {
        let is_used = |name: &str| self.used.borrow().contains(name);
        let report = |file: &'a File, node: &dyn Span, name: &str| {
            if !is_used(name) {
                let text = format!("`{name}` is declared, and nothing uses it");
                self.fault(At { folder, module, file, of: None }, node, text);
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
