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
mod migrate;
mod pin;
mod proof;
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
use crate::tree::{Drift, Error as TreeError, Manifest, Refusal, Report, State};

use self::catalog::Catalogue;
use affected::Affected;
use attach::Attach;
use diff::Diff;
use eject::Eject;
use explain::Explain;
use migrate::Migrate;
use show::Show;

/// What `plinth init` writes.
const STARTER: &str = include_str!("../blueprints/starter.toml");

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
        /// Give up this edited file, by its path in the tree; may be repeated
        #[arg(long, value_name = "PATH")]
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
            resolve(read(open(&self.blueprint)?), None, None, &Catalog::load());
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
    match &cli.command {
        Command::Init { file } => init(file, out),
        Command::Generate { place, dry_run, force } => generate(place, *dry_run, force, out, err),
        Command::Check { place, today } => check(place, today.as_deref(), out, err),
        Command::Diff(diff) => diff.run(out, err),
        Command::Affected(affected) => affected.run(out, err),
        Command::Show(part) => part.run(out, err),
        Command::Explain(question) => question.run(out, err),
        Command::Migrate(older) => older.run(out, err),
        Command::Catalog(question) => question.run(out, err),
        Command::Attach(attachment) => attachment.run(out, err),
        Command::Eject(template) => template.run(out, err),
        Command::Schema => {
            out.write_all(schema_text().as_bytes())?;
            Ok(CLEAN)
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
            anyhow::anyhow!("there is no folder `{folder}`\n\nhelp: make it first: `mkdir -p {folder}`")
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
    writeln!(out, "next: read it, change what its comments ask for, then run `plinth generate {file}`")?;
    Ok(CLEAN)
}

/// A blueprint, rendered, and what is to be said about it.
struct Rendered {
    /// Notes, for the JSON document.
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

fn resolve(reading: Reading, out: Option<&Utf8Path>, today: Option<&str>, catalog: &Catalog) -> Resolved {
    let Reading { sources, blueprint, mut diagnostics, .. } = reading;
    let path = Utf8PathBuf::from(&sources.main().path);
    let (mut removals, mut is_attachment) = (Diagnostics::default(), false);
    let model = blueprint.map(|blueprint| {
        let root = root(&path, out, blueprint.file.output.as_ref().map(|output| output.dir.as_str()));
        let name = path.file_name().unwrap_or("blueprint.toml");
        // One that cannot be used says nothing here: the comparison with the tree reports it.
        let manifest = Manifest::read(&root).ok().flatten().unwrap_or_default();
        is_attachment = attach::is_attachment(&manifest);
        let facts = model::Facts::read(&manifest.facts);
        let (model, found) = model::resolve(&blueprint, catalog, &facts, name);
        diagnostics.extend(found);
        if !diagnostics.has_errors() {
            removals = model::removal::check(&model, &blueprint, &facts);
        }
        if let Some(today) = today {
            diagnostics.extend(model::expired_waivers(&blueprint, today));
            diagnostics.extend(model::support::check(&blueprint, catalog, today));
        }
        (model, root)
    });
    Resolved { sources, diagnostics, model, removals, is_attachment }
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
        resolve(reading(place)?, place.out.as_deref(), today, &catalog);
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
        let find = |asked: &dyn Fn(&Utf8Path) -> bool| origin::origins(&model, &catalog, &own, &files, asked);
        diagnostics.extend(proof::prove(&files, &own, Some(&model), &find)?);
        let notes = report::json(&diagnostics, &sources);
        let (facts, stacks) = (model.facts(&files).to_map(), model.stacks());
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
    let folder =
        blueprint.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    match (out, dir) {
        (Some(out), _) => out.to_owned(),
        (None, Some(dir)) => folder.join(dir),
        (None, None) => folder.to_owned(),
    }
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

fn generate(
    place: &Place,
    dry_run: bool,
    force: &[Utf8PathBuf],
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<u8> {
    let Some(Rendered { files, facts, root, notes, .. }) = load(place, None, Leaving::Refused, out, err)?
    else {
        return Ok(FAILED);
    };
    let drift = match Drift::compare(&root, &files, &facts) {
        Ok(drift) => drift,
        Err(error) => return refuse(&error, err),
    };
    if let Err(error) = drift.check_force(force) {
        return refuse(&error, err);
    }
    let result = if dry_run { drift.plan(force) } else { drift.write(force) };
    let report = match result {
        Ok(report) => report,
        Err(TreeError::Refused(refusals)) if place.format == Format::Json => return refused(&refusals, out),
        Err(error) => return refuse(&error, err),
    };
    if place.format == Format::Json {
        let Report { created, changed, removed, unchanged } = report;
        let json = serde_json::json!({
            "created": created,
            "changed": changed,
            "removed": removed,
            "unchanged": unchanged,
            "diagnostics": notes,
        });
        writeln!(out, "{json:#}")?;
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
    Ok(if dry_run && !drift.is_clean() { FINDINGS } else { CLEAN })
}

fn refuse(error: &TreeError, err: &mut impl Write) -> anyhow::Result<u8> {
    writeln!(err, "error: {error}")?;
    if let TreeError::Refused(refusals) = error {
        for difference in refusals.iter().filter_map(|refusal| refusal.difference.as_ref()) {
            writeln!(err, "\n{}", difference.trim_end())?;
        }
    }
    if let Some(help) = error.help() {
        writeln!(err, "\nhelp: {help}")?;
    }
    Ok(if matches!(error, TreeError::Refused(_)) { FINDINGS } else { FAILED })
}

/// Prints as JSON what stands in the way of writing.
fn refused(refusals: &[Refusal], out: &mut impl Write) -> anyhow::Result<u8> {
    let entries: Vec<_> = refusals
        .iter()
        .map(|Refusal { path, state, difference }| {
            serde_json::json!({ "path": path, "state": state.to_string(), "difference": difference })
        })
        .collect();
    writeln!(out, "{:#}", serde_json::json!({ "refused": entries }))?;
    Ok(FINDINGS)
}

fn print_report(report: &Report, root: &Utf8Path, dry_run: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let Report { created, changed, removed, unchanged } = report;
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

/// Writes a word of a command as a shell takes it.
fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(|c: char| c.is_whitespace() || c == '\'') {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    word.to_owned()
}

/// Returns the command that brings the tree up to date.
fn again(place: &Place) -> String {
    let mut command = "plinth generate".to_owned();
    if place.starter {
        command.push_str(" --starter");
    } else {
        command.push_str(&format!(" {}", quoted(place.blueprint.as_str())));
    }
    if let Some(out) = &place.out {
        command.push_str(&format!(" --out {}", quoted(out.as_str())));
    }
    command
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
    let drift = match Drift::compare(&root, &files, &facts) {
        Ok(drift) => drift,
        Err(error) => return refuse(&error, err),
    };
    let root = tidy(&root);
    let advice = format!("run `{}`", again(place));
    let findings: Vec<_> = drift.entries().iter().filter(|entry| entry.state != State::Unchanged).collect();
    if place.format == Format::Json {
        let entries: Vec<_> = findings
            .iter()
            .map(|entry| serde_json::json!({ "path": entry.path, "state": entry.state.to_string() }))
            .collect();
        let json = serde_json::json!({
            "clean": drift.is_clean(),
            "files": files.len(),
            "findings": entries,
            "diagnostics": notes,
        });
        writeln!(out, "{json:#}")?;
    } else {
        if place.format == Format::Github {
            for entry in &findings {
                let properties =
                    [("file", root.join(&entry.path).to_string()), ("title", entry.state.to_string())];
                let text =
                    report::annotation("error", &properties, &format!("not as the blueprint says; {advice}"));
                out.write_all(text.as_bytes())?;
            }
        }
        for entry in &findings {
            writeln!(out, "{:<16} {}", entry.state, entry.path)?;
        }
        match (findings.is_empty(), drift.is_manifest_stale()) {
            (true, false) => writeln!(out, "{root}: {} files, all as the blueprint says", files.len())?,
            (true, true) => {
                writeln!(out, "{root}: the manifest is behind; {advice}")?;
            }
            (false, _) => {
                let by_hand = findings.iter().any(|entry| entry.state.is_refused());
                let (numbers, all) = (findings.len(), files.len());
                let differences = if numbers == 1 { "difference" } else { "differences" };
                writeln!(
                    out,
                    "{root}: {numbers} {differences} from the {all} files of the blueprint; {advice}"
                )?;
                if by_hand {
                    writeln!(
                        out,
                        "it refuses what was edited by hand: it shows the edit, and says how to keep it"
                    )?;
                }
            }
        }
    }
    Ok(if drift.is_clean() { CLEAN } else { FINDINGS })
}
