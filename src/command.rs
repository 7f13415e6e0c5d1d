//! The command line: reads files, calls the stages, prints what they say.
//!
//! Results go to stdout, progress and errors to stderr. Exit statuses: 0 done or clean, 1 findings or a
//! refusal, 2 a bad blueprint, I/O or usage, 3 a change that destroys something.

mod affected;
mod attach;
mod base;
mod catalog;
mod diff;
mod eject;
mod explain;
mod failure;
mod migrate;
mod pin;
mod proof;
mod refusal;
mod show;

use std::io::{ErrorKind, IsTerminal, Write};

use anyhow::Context as _;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::blueprint::{self, Reading, include};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Source, Sources};
use crate::file::File;
use crate::model::{self, Model, Stack};
use crate::render::{self, origin};
use crate::report;
use crate::shell::word;
use crate::tree::{Damage, Drift, Error as TreeError, MANIFEST, Manifest, Report, State};

use self::catalog::Catalogue;
use affected::Affected;
use attach::Attach;
use diff::Diff;
use eject::Eject;
use explain::Explain;
use migrate::Migrate;
use refusal::{OVERRIDE, Ways, unusable};
use show::Show;

/// What `plinth init` writes.
const STARTER: &str = include_str!("../blueprints/starter.toml");

/// What `plinth describe-cluster` prints.
const DESCRIBE_CLUSTER: &str = include_str!("../docs/describe-cluster");

/// The schema's name beside a blueprint.
const SCHEMA: &str = "blueprint.schema.json";

/// Nothing to say.
const CLEAN: u8 = 0;
/// Findings, or a refusal.
const FINDINGS: u8 = 1;
/// A bad blueprint, I/O or usage.
const FAILED: u8 = 2;
/// A change that destroys something.
const DESTRUCTIVE: u8 = 3;

/// One blueprint in, a deployable Terraform tree for shared EKS clusters out.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a commented blueprint that generates as it is
    Init {
        /// Where to write it
        #[arg(default_value = "blueprint.toml")]
        file: Utf8PathBuf,
    },
    /// Writes the tree; says what it created, changed, removed, left alone
    Generate {
        #[command(flatten)]
        place: Place,
        /// Say what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Give up these edited files, by their paths in the tree
        #[arg(long, value_name = "PATH", num_args = 1..)]
        force: Vec<Utf8PathBuf>,
    },
    /// Writes nothing; lists what is stale, edited by hand, missing, left over
    Check {
        #[command(flatten)]
        place: Place,
        /// Judge waivers and Kubernetes versions by this day, `2027-03-31`; without it, none has run out
        #[arg(long, value_name = "DATE", value_parser = day)]
        today: Option<String>,
    },
    /// Says what a change does: stacks, addresses and values that differ from the tree on disk, or from an earlier one
    Diff(Diff),
    /// Lists the stacks that a change touches, with those that depend on them, in the order in which they are applied
    Affected(Affected),
    /// Prints what the blueprint comes to: names, networks, node pools, add-ons, access, applications
    Show(Show),
    /// Says what holds for a key, which line set it, and what it overrode
    Explain(Explain),
    /// Moves a blueprint of an older format forward, comments and all, and shows the difference
    Migrate(Migrate),
    /// Lists the add-ons, or says all about one; `pin` writes exact versions of EKS add-ons into `plinth.lock`
    Catalog(Catalogue),
    /// Writes an application's root module for one cluster, into a repository of its own
    Attach(Box<Attach>),
    /// Copies a template beside the blueprint, where it replaces plinth's own; lists all without one
    Eject(Eject),
    /// Prints a script that asks AWS about a cluster that exists, for the file of `import`
    DescribeCluster,
    /// Prints the blueprint's JSON Schema, from which editors complete and check
    Schema,
}

#[derive(Debug, Args)]
struct Place {
    /// The blueprint
    #[arg(default_value = "blueprint.toml")]
    blueprint: Utf8PathBuf,
    /// Use the blueprint that `plinth init` writes, in place of a file
    #[arg(long, requires = "out", conflicts_with = "blueprint")]
    starter: bool,
    /// Where the tree is, in place of the blueprint's `[output] dir`
    #[arg(long, value_name = "DIR", value_parser = folder)]
    out: Option<Utf8PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One document on stdout, what is wrong with the blueprint included
    Json,
    /// Text, and an annotation of GitHub's workflows for whatever is wrong
    Github,
}

/// A blueprint that is only read.
#[derive(Debug, Args)]
struct Written {
    /// The blueprint
    #[arg(default_value = "blueprint.toml")]
    blueprint: Utf8PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Printed::Text)]
    format: Printed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Printed {
    /// For people
    Text,
    /// One document on stdout, what is wrong with the blueprint included
    Json,
}

impl From<Printed> for Format {
    fn from(printed: Printed) -> Self {
        match printed {
            Printed::Text => Self::Text,
            Printed::Json => Self::Json,
        }
    }
}

impl Written {
    /// Reads the blueprint; `None` when it is wrong, which has been said then.
    fn read(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<Option<Reading>> {
        let reading = read(open(&self.blueprint)?);
        say(&reading.diagnostics, &reading.sources, self.format.into(), out, err)?;
        Ok((!reading.diagnostics.has_errors()).then_some(reading))
    }

    /// Resolves the blueprint, likewise.
    fn resolve(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<Option<Model>> {
        let Resolved { sources, diagnostics, model, .. } =
            resolve(read(open(&self.blueprint)?), None, None, &Catalog::load())?;
        say(&diagnostics, &sources, self.format.into(), out, err)?;
        Ok(model.map(|(model, _)| model).filter(|_| !diagnostics.has_errors()))
    }
}

/// An empty folder name comes from an unset variable of a shell, and would mean the current folder.
fn folder(text: &str) -> Result<Utf8PathBuf, String> {
    if text.is_empty() { Err("name a folder".to_owned()) } else { Ok(text.into()) }
}

fn day(text: &str) -> Result<String, String> {
    if blueprint::scalar::is_date(text) {
        Ok(text.to_owned())
    } else {
        Err("write a day as 2027-03-31".to_owned())
    }
}

/// Runs a command and returns the exit status.
///
/// # Errors
/// What no stage has a diagnostic for: files that cannot be read or written, and bugs of plinth's own.
pub fn run(cli: &Cli, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
    let result = cli.command.run(out, err);
    if let (Err(error), Some(format)) = (&result, cli.command.format()) {
        failure::print(error, format, out)?;
    }
    result
}

impl Command {
    fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        match self {
            Self::Init { file } => init(file, out),
            Self::Generate { place, dry_run, force } => generate(place, *dry_run, force, out, err),
            Self::Check { place, today } => check(place, today.as_deref(), out, err),
            Self::Diff(diff) => diff.run(out, err),
            Self::Affected(affected) => affected.run(out, err),
            Self::Show(part) => part.run(out, err),
            Self::Explain(question) => question.run(out, err),
            Self::Migrate(older) => older.run(out, err),
            Self::Catalog(question) => question.run(out, err),
            Self::Attach(attachment) => attachment.run(out, err),
            Self::Eject(template) => template.run(out, err),
            Self::Schema => {
                out.write_all(schema_text().as_bytes())?;
                Ok(CLEAN)
            }
            Self::DescribeCluster => {
                out.write_all(DESCRIBE_CLUSTER.as_bytes())?;
                Ok(CLEAN)
            }
        }
    }

    /// Returns how its result is asked for; none where it has one way.
    fn format(&self) -> Option<Format> {
        match self {
            Self::Generate { place, .. } | Self::Check { place, .. } => Some(place.format),
            Self::Diff(diff) => Some(diff.place.format),
            Self::Affected(affected) => Some(affected.place.format),
            Self::Show(show) => Some(show.written.format.into()),
            Self::Explain(question) => Some(question.written.format.into()),
            Self::Migrate(_) | Self::Init { .. } | Self::Eject(_) | Self::Schema | Self::DescribeCluster => {
                None
            }
            Self::Catalog(question) => Some(question.format.into()),
            Self::Attach(attachment) => Some(attachment.format.into()),
        }
    }
}

fn schema_text() -> String {
    format!("{:#}\n", blueprint::schema::schema())
}

fn init(file: &Utf8Path, out: &mut impl Write) -> anyhow::Result<u8> {
    let mut open = std::fs::File::create_new(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow::anyhow!("`{file}` is there already: move it away, or name another file")
        }
        ErrorKind::NotFound => {
            let folder = file.parent().unwrap_or(file);
            anyhow::anyhow!(
                "there is no folder `{folder}`\n\nhelp: make it first: `mkdir -p {}`",
                word(folder.as_str())
            )
        }
        _ => anyhow::Error::new(error).context(format!("cannot create `{file}`")),
    })?;
    // The schema lies beside the blueprint, so that editors find it without a network.
    let text = format!("#:schema ./{SCHEMA}\n\n{STARTER}");
    open.write_all(text.as_bytes()).with_context(|| format!("cannot write `{file}`"))?;
    writeln!(out, "created {file}")?;
    let schema = file.with_file_name(SCHEMA);
    match std::fs::File::create_new(&schema).and_then(|mut open| open.write_all(schema_text().as_bytes())) {
        Ok(()) => writeln!(out, "created {schema}")?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(anyhow::Error::new(error).context(format!("cannot create `{schema}`"))),
    }
    let command = generate_command(Some(file), None);
    writeln!(out, "next: read it, change what its comments ask for, then run `{command}`")?;
    Ok(CLEAN)
}

/// A blueprint, rendered, and what is to be said about it.
struct Rendered {
    /// Notes, where they become a part of the JSON document.
    notes: serde_json::Value,
    files: Vec<File>,
    /// In the order in which they are applied.
    stacks: Vec<Stack>,
    facts: serde_json::Map<String, serde_json::Value>,
    root: Utf8PathBuf,
}

/// Reads the blueprint that is asked for. The one that is built in lies in no folder: nothing belongs to it.
fn reading(place: &Place) -> anyhow::Result<Reading> {
    if place.starter {
        let source = Source { path: "starter.toml".to_owned(), text: STARTER.to_owned() };
        return Ok(blueprint::read(source, &include::nothing));
    }
    Ok(read(open(&place.blueprint)?))
}

fn open(path: &Utf8Path) -> anyhow::Result<Source> {
    let text = std::fs::read_to_string(path);
    if path == "blueprint.toml" && text.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        anyhow::bail!(
            "there is no `blueprint.toml` here\n\nhelp: name a blueprint, or run `plinth init` to write one"
        );
    }
    let text = text.with_context(|| format!("cannot read `{path}`"))?;
    Ok(Source { path: path.to_string(), text })
}

/// Reads a blueprint, what it includes, and its lock.
fn read(source: Source) -> Reading {
    let path = Utf8PathBuf::from(&source.path);
    blueprint::read(source, &|pattern| include::beside(&path, pattern))
}

/// What a blueprint comes to, and all that is to be said about it.
struct Resolved {
    sources: Sources,
    diagnostics: Diagnostics,
    /// The model and the tree's folder; the model is complete where nothing is wrong.
    model: Option<(Model, Utf8PathBuf)>,
    /// What the last run made and this blueprint does not; nothing where something is wrong.
    removals: Diagnostics,
    /// Whether the folder holds what `plinth attach` wrote.
    is_attachment: bool,
}

/// Resolves a blueprint, knowing what the last run made.
///
/// # Errors
/// A manifest that cannot be used: without it, nobody knows which zones a cluster has, or what would leave.
fn resolve(
    reading: Reading,
    out: Option<&Utf8Path>,
    today: Option<&str>,
    catalog: &Catalog,
) -> anyhow::Result<Resolved> {
    let Reading { sources, blueprint, mut diagnostics, .. } = reading;
    let path = Utf8PathBuf::from(&sources.main().path);
    let (mut removals, mut is_attachment) = (Diagnostics::default(), false);
    let mut model = None;
    if let Some(blueprint) = blueprint {
        let root = root(&path, out, blueprint.file.output.as_ref().map(|output| output.dir.as_str()));
        let name = path.file_name().unwrap_or("blueprint.toml");
        let (manifest, facts) = recorded(&root).map_err(|error| unusable(&error))?;
        is_attachment = attach::is_attachment(&manifest);
        let (resolved, found) = model::resolve(&blueprint, catalog, &facts, name);
        diagnostics.extend(found);
        if !diagnostics.has_errors() {
            removals = model::removal::check(&resolved, &blueprint, &facts);
        }
        if let Some(today) = today {
            diagnostics.extend(model::expired_waivers(&blueprint, today));
            diagnostics.extend(model::support::check(&blueprint, catalog, today));
        }
        model = Some((resolved, root));
    }
    Ok(Resolved { sources, diagnostics, model, removals, is_attachment })
}

/// Reads what the last run recorded, and the facts of it.
fn recorded(root: &Utf8Path) -> Result<(Manifest, model::Facts), TreeError> {
    let manifest = Manifest::read(root)?.unwrap_or_default();
    let path = root.join(MANIFEST);
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    let facts =
        facts_of(&manifest, text).map_err(|damage| TreeError::Manifest { path: path.clone(), damage })?;
    Ok((manifest, facts))
}

/// Reads the facts of a manifest, of which the text tells in which line they stand.
fn facts_of(manifest: &Manifest, text: impl FnOnce() -> String) -> Result<model::Facts, Damage> {
    model::Facts::read(&manifest.facts).map_err(|model::Unreadable { name, reason }| {
        let line = text().lines().position(|line| line.contains(&name)).map_or(0, |line| line + 1);
        Damage::Fact { line, name, reason }
    })
}

/// What becomes of what the last run made and this blueprint does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// It leaves by a step of its own, or not at all.
    Refused,
    /// It is what is asked about.
    Shown,
}

/// Reads and renders a blueprint; `None` when it is wrong, which has been said then.
fn load(
    place: &Place,
    today: Option<&str>,
    leaving: Leaving,
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<Option<Rendered>> {
    let catalog = Catalog::load();
    let Resolved { sources, mut diagnostics, model, removals, is_attachment } =
        resolve(reading(place)?, place.out.as_deref(), today, &catalog)?;
    if leaving == Leaving::Refused {
        diagnostics.extend(removals);
    }
    let mut rendered = None;
    if let Some((model, root)) = model.filter(|_| !diagnostics.has_errors()) {
        if is_attachment {
            let root = tidy(&root);
            anyhow::bail!(
                "`{root}` holds what `plinth attach` wrote\n\nhelp: name another folder with `--out`"
            );
        }
        let (own, found) = if place.starter { Default::default() } else { eject::own(&place.blueprint)? };
        diagnostics.extend(found);
        let (files, found) = render::render(&model, &catalog, &own)?;
        diagnostics.extend(found);
        let beside = place.blueprint.parent().unwrap_or(Utf8Path::new(""));
        let find = |asked: &dyn Fn(&Utf8Path) -> bool| origin::origins(&model, &catalog, &own, &files, asked);
        diagnostics.extend(proof::prove(&files, &own, beside, Some(&model), &find)?);
        let notes = match place.format {
            Format::Json => report::json(&diagnostics, &sources),
            Format::Text | Format::Github => serde_json::Value::Null,
        };
        let (facts, stacks) = (model.facts(&files).to_map(), model.stacks().to_vec());
        rendered = Some(Rendered { notes, files, stacks, facts, root });
    }
    say(&diagnostics, &sources, place.format, out, err)?;
    Ok(rendered.filter(|_| !diagnostics.has_errors()))
}

/// Prints what is wrong with a blueprint. JSON is one document: notes become a part of the result's.
fn say(
    diagnostics: &Diagnostics,
    sources: &Sources,
    format: Format,
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<()> {
    match format {
        Format::Json if diagnostics.has_errors() => {
            let json = serde_json::json!({ "diagnostics": report::json(diagnostics, sources) });
            writeln!(out, "{json:#}")?;
            return Ok(());
        }
        Format::Json => return Ok(()),
        Format::Github => out.write_all(report::github(diagnostics, sources).as_bytes())?,
        Format::Text => {}
    }
    // https://no-color.org: any value that is not empty.
    let colour =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    err.write_all(diagnostics.render(sources, colour).as_bytes())?;
    Ok(())
}

/// Where the tree goes: `--out`, else `[output] dir` from the blueprint's folder, else that folder.
fn root(blueprint: &Utf8Path, out: Option<&Utf8Path>, dir: Option<&str>) -> Utf8PathBuf {
    let folder = folder_of(blueprint);
    match (out, dir) {
        (Some(out), _) => out.to_owned(),
        (None, Some(dir)) => folder.join(dir),
        (None, None) => folder.to_owned(),
    }
}

/// Returns the folder that a file lies in.
fn folder_of(file: &Utf8Path) -> &Utf8Path {
    file.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// Takes `..` together with the folder before it, as a person would name the place; for messages only, since a link in
/// the path would make it another one.
fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        let last_is_name = matches!(out.components().next_back(), Some(Utf8Component::Normal(_)));
        match part {
            Utf8Component::ParentDir if last_is_name => {
                out.pop();
            }
            Utf8Component::CurDir => {}
            part => out.push(part),
        }
    }
    if out.as_str().is_empty() { Utf8PathBuf::from(".") } else { out }
}

/// What is said of files that plinth made and that nothing knows.
const STRAYS: &str = "what is stray plinth made, and nothing records it: Terraform reads it, and plinth neither changes nor removes it; \
                      remove it, or take away its first line if it is yours";

fn generate(
    place: &Place,
    dry_run: bool,
    force: &[Utf8PathBuf],
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<u8> {
    // `--force` takes all words behind it.
    if let Some(taken) = force.iter().find(|path| path.extension() == Some("toml") && path.is_file()) {
        let command = generate_command(Some(taken), place.out.as_deref());
        anyhow::bail!(
            "`{taken}` is a blueprint, and was taken for a file to give up\n\nhelp: put it before `--force`: `{command} --force PATH`"
        );
    }
    let Some(Rendered { files, facts, root, notes, .. }) = load(place, None, Leaving::Refused, out, err)?
    else {
        return Ok(FAILED);
    };
    let (drift, strays) = compare(&root, &files, &facts).map_err(|error| unusable(&error))?;
    drift.check_force(force).map_err(|error| unusable(&error))?;
    let result = if dry_run { drift.plan(force) } else { drift.write(force) };
    let report = match result {
        Ok(report) => report,
        Err(error) => return ways(place, &root).refuse(&error, place.format, out, err),
    };
    warn(&report, &root, err)?;
    if place.format == Format::Json {
        let Report { created, changed, removed, unchanged, .. } = report;
        let json = serde_json::json!({
            "created": created,
            "changed": changed,
            "removed": removed,
            "unchanged": unchanged,
            "strays": strays,
            "diagnostics": notes,
        });
        writeln!(out, "{json:#}")?;
    } else if report.is_empty() && drift.is_interrupted() && !dry_run {
        let root = tidy(&root);
        writeln!(
            out,
            "{root}: what a run left that was stopped is put in order, {} files are as they should be",
            report.unchanged
        )?;
    } else if drift.is_manifest_stale() && report.is_empty() {
        let does = if dry_run { "would be" } else { "was" };
        writeln!(
            out,
            "{}: the manifest {does} brought up to date, {} files are as they should be",
            tidy(&root),
            report.unchanged
        )?;
    } else {
        print_report(&report, &tidy(&root), dry_run, out)?;
    }
    if place.format != Format::Json && !strays.is_empty() {
        for stray in &strays {
            writeln!(err, "stray            {stray}")?;
        }
        writeln!(err, "{STRAYS}")?;
    }
    let is_clean = drift.is_clean() && strays.is_empty();
    Ok(if dry_run && !is_clean { FINDINGS } else { CLEAN })
}

/// Compares a tree with its folder; returns what is stray there, too.
fn compare<'a>(
    root: &Utf8Path,
    files: &'a [File],
    facts: &serde_json::Map<String, serde_json::Value>,
) -> Result<(Drift<'a>, Vec<Utf8PathBuf>), TreeError> {
    let drift = Drift::compare(root, files, facts)?;
    let strays = drift.strays()?;
    Ok((drift, strays))
}

/// Says what a run could not do for the person, though it wrote all.
fn warn(report: &Report, root: &Utf8Path, err: &mut impl Write) -> anyhow::Result<()> {
    if report.is_unlocked {
        let root = tidy(root);
        writeln!(
            err,
            "warning: the file system of `{root}` cannot lock: nothing keeps another run from writing there at the same moment"
        )?;
    }
    Ok(())
}

fn print_report(report: &Report, root: &Utf8Path, dry_run: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let Report { created, changed, removed, unchanged, .. } = report;
    // A first run creates everything: the list would say nothing.
    let is_first = changed.is_empty() && removed.is_empty() && *unchanged == 0;
    if !is_first {
        for (mark, paths) in [('+', created), ('~', changed), ('-', removed)] {
            for path in paths {
                writeln!(out, "{mark} {path}")?;
            }
        }
    }
    let would = if dry_run { "would be " } else { "" };
    let numbers = [(created.len(), "created"), (changed.len(), "changed"), (removed.len(), "removed")];
    let parts: Vec<String> = numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {would}{what}"))
        .collect();
    if parts.is_empty() {
        writeln!(out, "{root}: nothing to do, {unchanged} files are as they should be")?;
    } else {
        writeln!(out, "{root}: {}, {unchanged} unchanged", parts.join(", "))?;
    }
    Ok(())
}

/// Returns the command that brings the tree up to date.
fn again(place: &Place) -> String {
    generate_command((!place.starter).then_some(&*place.blueprint), place.out.as_deref())
}

/// Writes `plinth generate` as a shell takes it, for a blueprint or for the one that is built in.
fn generate_command(blueprint: Option<&Utf8Path>, out: Option<&Utf8Path>) -> String {
    let blueprint = blueprint.map_or("--starter".to_owned(), |blueprint| word(blueprint.as_str()));
    let out = out.map(|out| format!(" --out {}", word(out.as_str())));
    format!("plinth generate {blueprint}{}", out.unwrap_or_default())
}

/// Returns what to do where writing would undo something.
fn ways<'a>(place: &'a Place, root: &'a Utf8Path) -> Ways<'a> {
    let blueprint = (!place.starter).then_some(&*place.blueprint);
    Ways { command: again(place), keep: OVERRIDE, blueprint, root }
}

fn check(
    place: &Place,
    today: Option<&str>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<u8> {
    let Some(Rendered { files, facts, root, notes, .. }) = load(place, today, Leaving::Refused, out, err)?
    else {
        return Ok(FAILED);
    };
    let (drift, strays) = compare(&root, &files, &facts).map_err(|error| unusable(&error))?;
    let is_clean = drift.is_clean() && strays.is_empty();
    let ways = ways(place, &root);
    let advice = format!("run `{}`", ways.command);
    let findings: Vec<_> = drift.entries().iter().filter(|entry| entry.state != State::Unchanged).collect();
    let mut listed: Vec<(&Utf8Path, String)> =
        findings.iter().map(|entry| (&*entry.path, entry.state.to_string())).collect();
    listed.extend(strays.iter().map(|path| (&**path, "stray".to_owned())));
    listed.sort();
    if place.format == Format::Json {
        let entries: Vec<_> =
            listed.iter().map(|(path, state)| serde_json::json!({ "path": path, "state": state })).collect();
        let json = serde_json::json!({
            "clean": is_clean,
            "interrupted": drift.is_interrupted(),
            "files": files.len(),
            "findings": entries,
            "diagnostics": notes,
        });
        writeln!(out, "{json:#}")?;
        return Ok(if is_clean { CLEAN } else { FINDINGS });
    }
    if place.format == Format::Github {
        for entry in &findings {
            let template = entry.file.map(|file| file.template.as_str());
            out.write_all(ways.annotation(&entry.path, entry.state, template).as_bytes())?;
        }
        for path in &strays {
            out.write_all(ways.annotated(path, "stray", STRAYS).as_bytes())?;
        }
        let manifest = Utf8Path::new(MANIFEST);
        if drift.is_interrupted() {
            let text =
                format!("a run was stopped before it was done, or is going on; {advice}, which finishes it");
            out.write_all(ways.annotated(manifest, "interrupted", &text).as_bytes())?;
        } else if drift.is_manifest_stale() && findings.is_empty() {
            out.write_all(
                ways.annotated(manifest, "stale", &format!("the manifest is behind; {advice}")).as_bytes(),
            )?;
        }
    }
    for (path, state) in &listed {
        writeln!(out, "{state:<16} {path}")?;
    }
    let (root, numbers, all) = (tidy(&root), listed.len(), files.len());
    let differences = if numbers == 1 { "difference" } else { "differences" };
    if drift.is_interrupted() {
        writeln!(
            out,
            "{root}: a run was stopped before it was done, or is going on; {advice}, which finishes it"
        )?;
    }
    match (findings.is_empty(), strays.is_empty()) {
        (true, true) if drift.is_clean() => writeln!(out, "{root}: {all} files, all as the blueprint says")?,
        (true, true) if drift.is_manifest_stale() => {
            writeln!(out, "{root}: the manifest is behind; {advice}")?;
        }
        (true, true) => {}
        (true, false) => {
            writeln!(out, "{root}: {numbers} {differences} from the {all} files of the blueprint")?;
        }
        (false, _) => {
            writeln!(out, "{root}: {numbers} {differences} from the {all} files of the blueprint; {advice}")?;
        }
    }
    if findings.iter().any(|entry| entry.state.is_refused()) {
        writeln!(out, "it refuses what was edited by hand: it shows the edit, and says how to keep it")?;
    }
    if !strays.is_empty() {
        writeln!(out, "{STRAYS}")?;
    }
    Ok(if is_clean { CLEAN } else { FINDINGS })
}
