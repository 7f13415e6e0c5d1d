//! Files → what real Terraform would refuse in them, without Terraform: names that lead nowhere, arguments that no provider
//! takes, calls that do not fit their module, declarations that nobody uses.
//!
//! | module | what it has |
//! | --- | --- |
//! | [`provider`] | the schemas of providers, functions and the language's own blocks, embedded |
//! | [`kind`] | types, and what becomes what |
//! | [`language`] | the language's own blocks |
//! | [`module`] | one folder: what it declares |
//! | [`expression`] | references and types of expressions |
//! | [`function`] | the functions of the language |
//! | [`block`] | blocks against their schemas |
//! | [`overriding`] | override files |
//! | [`names`] | arguments that are names: providers, dependencies |
//! | [`circle`] | what needs itself |
//! | [`contract`] | documents between stacks |
//!
//! A plan can still fail: what only a value or AWS can tell is not judged here. Nor are resources without a schema: they are
//! listed in [`Findings`].

pub mod block;
pub mod circle;
pub mod contract;
pub mod expression;
pub mod function;
pub mod kind;
pub mod language;
pub mod module;
pub mod names;
pub mod overriding;
pub mod provider;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Body;

use crate::file::{File, declares};
use crate::problem::nearest;
use kind::Type;
use module::Module;
use overriding::Overriding;
use provider::Schemas;

/// A place in a generated file that Terraform would refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, below the output folder.
    pub path: Utf8PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The template that made the file.
    pub template: String,
    /// What is wrong, in a sentence without its full stop.
    pub text: String,
}

/// What a check found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// In the order of files and lines.
    pub faults: Vec<Fault>,
    /// Resources and data sources without a schema here, of which nothing was checked but references; and files `x.tf.json`, of which
    /// nothing was checked but that they are JSON.
    pub unknown: BTreeSet<Fault>,
}

/// Checks all files together: modules are called across folders.
pub fn check(files: &[File]) -> Findings {
    let mut found = written(files);
    for file in files.iter().filter(|file| file.path.as_str().ends_with(".tf.json")) {
        match serde_json::from_str::<serde_json::Value>(&file.text) {
            Ok(_) => {
                let text = file.path.file_name().unwrap_or_default().to_owned();
                found.unknown.insert(Fault { text, ..Fault::of(file) });
            }
            Err(error) => {
                let (line, column) = (error.line().max(1), error.column().max(1));
                let text = "this is no JSON".to_owned();
                found.faults.push(Fault { line, column, text, ..Fault::of(file) });
            }
        }
    }
    found.faults.sort();
    found
}

/// Checks what is written in Terraform's own language.
fn written(files: &[File]) -> Findings {
    let files: Vec<&File> =
        files.iter().filter(|file| matches!(file.path.extension(), Some("tf" | "tofu"))).collect();
    let mut faults = Vec::new();
    let mut bodies: Vec<(&File, Body)> = Vec::new();
    for (file, parsed) in parse(&files) {
        match parsed {
            Ok(body) => bodies.push((file, body)),
            Err(fault) => faults.push(fault),
        }
    }
    // Of files that are half read, everything else that is said would follow from that.
    if !faults.is_empty() {
        faults.sort();
        return Findings { faults, unknown: BTreeSet::new() };
    }
    let is_there = |path: &Utf8Path| files.iter().any(|file| file.path.as_str() == path.as_str());
    bodies.retain(|(file, _)| declares(&file.path, is_there));
    let overriding = Overriding::of(&bodies);
    let mut folders: BTreeMap<&Utf8Path, Vec<(&File, &Body)>> = BTreeMap::new();
    for (file, body) in &bodies {
        if !overriding::overrides(&file.path) {
            let (file, body) = match overriding.merged.get(file.path.as_path()) {
                Some(merged) => (&merged.file, &merged.body),
                None => (*file, body),
            };
            folders.entry(file.path.parent().unwrap_or(Utf8Path::new(""))).or_default().push((file, body));
        }
    }
    let mut world = World {
        modules: folders
            .into_iter()
            .map(|(folder, files)| (folder.to_owned(), Module::read(files)))
            .collect(),
        found: RefCell::new(Findings { faults, unknown: BTreeSet::new() }),
        ..World::default()
    };
    world.documents = world.published();
    for (folder, module) in &world.modules {
        world.module(folder, module);
    }
    let mut found = world.found.into_inner();
    if !overriding.merged.is_empty() {
        found.faults = found.faults.into_iter().map(|fault| overriding.place(fault)).collect();
        found.unknown = found.unknown.into_iter().map(|fault| overriding.place(fault)).collect();
    }
    found.faults.extend(overriding.faults.iter().cloned());
    found.faults.sort();
    found.faults.dedup();
    found
}

/// Parses files, in their order. That is half of the work, and nothing in it needs another file.
fn parse<'a>(files: &[&'a File]) -> Vec<(&'a File, Result<Body, Fault>)> {
    let one = |file: &&'a File| {
        let parsed = file.text.parse::<Body>().map_err(|error| {
            let at = error.location();
            let (line, column, text) = (at.line(), at.column(), error.message().to_owned());
            Fault { line, column, text, ..Fault::of(file) }
        });
        (*file, parsed)
    };
    let all = |part: &[&'a File]| part.iter().map(one).collect::<Vec<_>>();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(4);
    let part = files.len().div_ceil(threads).max(16);
    let (own, others) = files.split_at(part.min(files.len()));
    thread::scope(|scope| {
        // As much as the first thread usually has: the parser calls itself for whatever stands within something.
        let start = |part| thread::Builder::new().stack_size(8 << 20).spawn_scoped(scope, move || all(part));
        let started: Vec<_> = others.chunks(part).map(|part| (part, start(part))).collect();
        let mut parsed = all(own);
        for (part, started) in started {
            parsed.extend(match started {
                Ok(handle) => handle.join().expect("parsing does not panic"),
                Err(_) => all(part),
            });
        }
        parsed
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, template, text } = self;
        write!(f, "{path}:{line}:{column}: {text} (template {template})")
    }
}

impl Fault {
    fn of(file: &File) -> Self {
        Self {
            path: file.path.clone(),
            line: 1,
            column: 1,
            template: file.template.clone(),
            text: String::new(),
        }
    }
}

/// All modules, and what was learnt of them so far.
#[derive(Default)]
struct World<'a> {
    modules: BTreeMap<Utf8PathBuf, Module<'a>>,
    schemas: Schemas,
    found: RefCell<Findings>,
    /// What stacks publish for others.
    documents: Vec<contract::Document>,
    /// What the module at hand refers to: the name with its kind, as `var.name`.
    used: RefCell<BTreeSet<String>>,
    /// What of it refers to what.
    needs: RefCell<BTreeMap<Node<'a>, BTreeSet<Node<'a>>>>,
    /// Providers that it should require.
    missing: RefCell<BTreeSet<String>>,
    /// Types of locals and outputs; none while one is being found out.
    types: RefCell<HashMap<(Utf8PathBuf, String), Option<Type>>>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct At<'w, 'a> {
    folder: &'w Utf8Path,
    module: &'w Module<'a>,
    file: &'a File,
    /// What it is a part of, if that can need something.
    of: Option<Node<'a>>,
}

/// Something that cannot need itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node<'a> {
    Local(&'a str),
    Resource(&'a str, &'a str),
    Data(&'a str, &'a str),
    Provider(&'a str),
}

impl World<'_> {
    fn fault(&self, at: At<'_, '_>, node: &dyn Span, text: impl Into<String>) {
        let fault = Self::place(at, node, text.into());
        self.found.borrow_mut().faults.push(fault);
    }

    fn place(at: At<'_, '_>, node: &dyn Span, text: String) -> Fault {
        let (line, column) = line_and_column(&at.file.text, node.span().map_or(0, |span| span.start));
        Fault { line, column, text, ..Fault::of(at.file) }
    }
}

/// Returns the line and the column, from 1, of a place in a text.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_begins = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_begins..].chars().count() + 1)
}

/// Says what a name was probably meant to be; nothing where no name is near.
fn meant(name: &str, known: &[String]) -> String {
    nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Returns the text of an object's key, unless it is computed.
fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}
