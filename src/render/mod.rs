//! [`Model`] → files in memory, through the templates.
//!
//! Each module below is a table: where a file goes, which template makes it, when, and what the template sees.
//! A new output file is one template and one row. Here rows become text: header, template, waivers, format.

pub mod access;
mod account;
mod adoption;
mod app;
pub mod arguments;
pub mod cluster_module;
mod condition;
mod delivery;
pub mod environment;
mod extra;
mod moved;
pub mod network;
pub mod node_pool;
pub mod origin;
pub mod readme;
mod resource;
pub mod scripts;
pub mod services_module;
pub mod standalone;
pub mod template;
pub mod tenant;
mod version;
pub mod waiver;

use std::borrow::Cow;
use std::collections::BTreeMap;

use camino::Utf8Path;
use tera::Context;

use crate::catalog::{AddonKind, Catalog, Provider};
use crate::diagnostic::Diagnostics;
use crate::file::{File, Keeping, NOTE};
use crate::hcl::format;
use crate::model::{Model, Standalone};
use template::{Engine, FOLDER, Own};

/// One output file, before it is text.
struct Output {
    path: String,
    template: String,
    stack: Option<String>,
    view: Context,
}

/// A row of a table: a file for each thing of one kind.
struct Row<S> {
    path: Cow<'static, str>,
    template: &'static str,
    when: fn(&S) -> bool,
    view: fn(&S) -> Context,
}

/// A row whose template lies where its file will lie.
fn row<S>(path: &'static str, when: fn(&S) -> bool, view: fn(&S) -> Context) -> Row<S> {
    Row { path: path.into(), template: path, when, view }
}

/// A row whose template other rows share.
fn part<S>(path: String, template: &'static str, when: fn(&S) -> bool, view: fn(&S) -> Context) -> Row<S> {
    Row { path: path.into(), template, when, view }
}

/// The files that every reusable module has: which engines and providers it runs with.
fn module<S: Scope>(folder: &str, when: fn(&S) -> bool, providers: fn(&S) -> Context) -> Vec<Row<S>> {
    let mut rows = versions(folder, when);
    rows.push(part(format!("{folder}/terraform.tf"), "parts/module_terraform.tf", when, providers));
    rows
}

/// The files that every root module has: engines, providers, backend, how to reach AWS and Kubernetes.
fn root<S: Scope>(
    folder: &str,
    when: fn(&S) -> bool,
    terraform: fn(&S) -> Context,
    providers: fn(&S) -> Context,
) -> Vec<Row<S>> {
    let mut rows = versions(folder, when);
    rows.push(part(format!("{folder}/terraform.tf"), "parts/root_terraform.tf", when, terraform));
    rows.push(part(format!("{folder}/providers.tf"), "parts/root_providers.tf", when, providers));
    rows
}

/// OpenTofu enforces `required_version` in `.tofu` files only, and reads `x.tofu` in place of `x.tf`.
fn versions<S: Scope>(folder: &str, when: fn(&S) -> bool) -> Vec<Row<S>> {
    let template = "parts/versions.tf";
    vec![
        part(format!("{folder}/versions.tf"), template, when, |scope: &S| {
            let required_version = &scope.catalog().providers.engines.terraform;
            template::view(&Versions { opentofu: false, required_version })
        }),
        part(format!("{folder}/versions.tofu"), template, when, |scope: &S| {
            let required_version = &scope.catalog().providers.engines.opentofu;
            template::view(&Versions { opentofu: true, required_version })
        }),
    ]
}

/// What a table's rows are about: the model, and one environment, cluster, application of it.
trait Scope {
    /// The facts that some templates print.
    fn catalog(&self) -> &Catalog;

    /// Fills `{environment}`, `{cluster}`, `{app}` of a path in.
    fn place(&self, path: &str) -> String;

    /// The stack that the files belong to.
    fn stack(&self, path: &str) -> Option<String>;
}

fn lay_out<S: Scope>(rows: &[Row<S>], scope: &S, outputs: &mut Vec<Output>) {
    for row in rows.iter().filter(|row| (row.when)(scope)) {
        let path = scope.place(&row.path);
        let stack = scope.stack(&path);
        outputs.push(Output { path, template: row.template.to_owned(), stack, view: (row.view)(scope) });
    }
}

fn always<S>(_: &S) -> bool {
    true
}

/// A template without holes.
fn nothing<S>(_: &S) -> Context {
    Context::new()
}

/// The whole model, and the facts that some templates print.
#[derive(Clone, Copy)]
pub(crate) struct Whole<'a> {
    pub model: &'a Model,
    pub catalog: &'a Catalog,
}

impl Scope for Whole<'_> {
    fn catalog(&self) -> &Catalog {
        self.catalog
    }

    fn place(&self, path: &str) -> String {
        path.to_owned()
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

/// Lists every file of a model but the pages, which are about the other files.
fn outputs(whole: &Whole<'_>, own: &Own) -> anyhow::Result<Vec<Output>> {
    let mut outputs = Vec::new();
    cluster_module::outputs(whole, &mut outputs);
    services_module::outputs(whole, &mut outputs);
    environment::outputs(whole, &mut outputs);
    app::outputs(whole, &mut outputs);
    scripts::outputs(whole, &mut outputs);
    delivery::outputs(whole, &mut outputs);
    extra::outputs(whole, own, &mut outputs)?;
    Ok(outputs)
}

/// Renders every file of a model, with a blueprint's own templates among plinth's.
///
/// # Errors
/// A template that is broken, or whose text is not HCL, said with the template's name: a bug of plinth's own, unless it is one of the
/// blueprint's. Diagnostics are about the blueprint: waivers that match nothing.
pub fn render(model: &Model, catalog: &Catalog, own: &Own) -> anyhow::Result<(Vec<File>, Diagnostics)> {
    let whole = Whole { model, catalog };
    let outputs = outputs(&whole, own)?;
    let engine = load(outputs.iter(), own)?;
    let note =
        format!("{NOTE}{}. Do not edit: change the blueprint and run \"plinth generate\".", model.blueprint);
    let note = one_line(&note);
    let mut waivers = waiver::Waivers::new(&model.waivers);
    let mut files = Vec::new();
    let mut add = |output: &Output, files: &mut Vec<File>| -> anyhow::Result<()> {
        let made = file(&engine, output, (&note, Keeping::Ours), &mut waivers);
        files.push(made.map_err(|error| broken(output, own, Some(model), &error))?);
        Ok(())
    };
    for output in &outputs {
        add(output, &mut files)?;
    }
    for output in readme::outputs(&whole, &files)? {
        add(&output, &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((files, waivers.unmatched()))
}

/// Renders an application's root module for a repository of its own.
///
/// # Errors
/// A template that is broken, as in [`render`].
pub fn render_standalone(standalone: &Standalone, catalog: &Catalog) -> anyhow::Result<Vec<File>> {
    const SHARED: &str = "Written by \"plinth attach\", which keeps it up to date, and your edits in it.";
    const BEGUN: &str = "Begun by \"plinth attach\", and yours: plinth never touches it again.";
    let own = Own::new();
    let begun = standalone::begun(standalone, catalog);
    let shared = standalone::shared(standalone, catalog);
    let engine = load(begun.iter().chain(&shared), &own)?;
    let mut waivers = waiver::Waivers::new(&[]);
    let mut files = Vec::new();
    let mut add = |outputs: &[Output], kind: (&str, Keeping)| -> anyhow::Result<Vec<File>> {
        let made = |output: &Output| {
            file(&engine, output, kind, &mut waivers).map_err(|error| broken(output, &own, None, &error))
        };
        outputs.iter().map(made).collect()
    };
    files.extend(add(&begun, (BEGUN, Keeping::Theirs))?);
    files.extend(add(&shared, (SHARED, Keeping::Shared))?);
    let pages = standalone::pages(standalone, &files)?;
    files.extend(add(&pages, (SHARED, Keeping::Shared))?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn load<'o>(outputs: impl Iterator<Item = &'o Output>, own: &Own) -> anyhow::Result<Engine> {
    let templates: Vec<&str> = outputs.map(|output| output.template.as_str()).collect();
    Engine::of(&templates, own).map_err(|error| {
        if own.is_empty() {
            anyhow::anyhow!("a template of plinth is broken; please report it\n{error}")
        } else {
            anyhow::anyhow!(
                "a template in `{FOLDER}` is broken\n{error}\n\nhelp: mend it, or remove it: plinth uses its own again"
            )
        }
    })
}

/// Renders one file, under a first line that says where it comes from and whose it is.
fn file(
    engine: &Engine,
    output: &Output,
    (note, keeping): (&str, Keeping),
    waivers: &mut waiver::Waivers<'_>,
) -> anyhow::Result<File> {
    let body = engine.render(&output.template, &output.view)?;
    let body = body.trim_start_matches('\n').trim_end();
    let extension = camino::Utf8Path::new(&output.path).extension();
    let is_hcl = matches!(extension, Some("tf" | "tofu" | "hcl"));
    let is_script = body.starts_with("#!");
    let mut text = header(&output.path, body, note);
    if is_hcl {
        text = format::format(&waivers.apply(&text))?;
    }
    Ok(File {
        path: output.path.clone().into(),
        text,
        executable: is_script && extension.is_none(),
        template: output.template.clone(),
        stack: output.stack.clone(),
        keeping,
    })
}

/// Says whose template it is, and of text that is not HCL which of its lines. A built-in one may be broken by one of the blueprint's that it
/// includes.
fn broken(output: &Output, own: &Own, model: Option<&Model>, error: &anyhow::Error) -> anyhow::Error {
    let bad = error.downcast_ref::<format::FormatError>();
    let origin = bad.and_then(|bad| origin::of_line(own, output, bad.line()));
    let template = origin.as_ref().map_or(&output.template, |origin| &origin.template);
    let line = origin.as_ref().map(|origin| format!(":{}", origin.line)).unwrap_or_default();
    let of = model.and_then(|model| origin::key_of(model, Utf8Path::new(&output.path), None));
    let of = of.map(|key| format!(", made for `{key}`")).unwrap_or_default();
    let what = bad.map_or_else(|| format!("{error:#}"), |bad| bad.problem().to_string());
    if own.contains_key(template) {
        return anyhow::anyhow!(
            "`{FOLDER}/{template}{line}` is broken{of}\n{what}\n\nhelp: mend it, or remove it"
        );
    }
    anyhow::anyhow!("template `{template}{line}` of plinth is broken; please report it\n{what}")
}

/// Puts text on one line: control characters become blanks.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Puts the first line before a file: where it comes from, in the file's own comment syntax. JSON has none.
fn header(path: &str, body: &str, note: &str) -> String {
    match camino::Utf8Path::new(path).extension() {
        Some("json") => return format!("{body}\n"),
        Some("md") => {
            // Twice: of `---`, the first leaves `- --`.
            let apart = note.replace("--", "- -").replace("--", "- -");
            return format!("<!-- {apart} -->\n\n{body}\n");
        }
        _ => {}
    }
    match body.strip_prefix("#!").and_then(|rest| rest.split_once('\n')) {
        Some((interpreter, rest)) => format!("#!{interpreter}\n# {note}\n{rest}\n"),
        None => format!("# {note}\n\n{body}\n"),
    }
}

/// A `required_providers` entry.
#[derive(serde::Serialize)]
struct ProviderView<'a> {
    name: &'a str,
    source: &'a str,
    version: String,
}

fn provider<'a>(name: &'a str, facts: &'a Provider, operator: &str) -> ProviderView<'a> {
    ProviderView { name, source: &facts.source, version: format!("{operator} {}", facts.floor) }
}

#[derive(serde::Serialize)]
struct Providers<'a> {
    providers: Vec<ProviderView<'a>>,
}

#[derive(serde::Serialize)]
struct Versions<'a> {
    opentofu: bool,
    required_version: &'a str,
}

/// Returns what the own policies of an add-on that has some are for, by their names: the descriptions in their template.
pub fn policy_texts(addon: &str, kind: AddonKind) -> BTreeMap<String, String> {
    let module = if kind == AddonKind::EksAddon { "cluster" } else { "services" };
    let text = template::source(&format!("modules/{module}/policies/{addon}.tf"));
    let mut texts = BTreeMap::new();
    for block in text.split("\nresource \"aws_iam_policy\" \"").skip(1) {
        let about =
            block.lines().find_map(|line| line.trim().strip_prefix("description = \"")?.strip_suffix('"'));
        if let (Some((name, _)), Some(about)) = (block.split_once('"'), about) {
            let prefix = format!("{}_", addon.replace('-', "_"));
            let name = name.strip_prefix(&prefix).unwrap_or(name);
            texts.insert(name.to_owned(), about.to_owned());
        }
    }
    texts
}
