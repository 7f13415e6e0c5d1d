//! `plinth eject`: a blueprint's own templates, which begin as copies of plinth's.
//!
//! The folder is kept as an attachment is: its manifest holds the built-in text that each copy began as, so that a later release can say
//! what it changed there, and merge it.

use std::io::Write;

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::Map;

use super::refusal::{Ways, unusable};
use super::{CLEAN, Format, generate_command, open, print_report, read, root, tidy, warn};
use crate::diagnostic::{Diagnostics, Span};
use crate::file::{File, Keeping};
use crate::problem::{Problem, nearest};
use crate::render::template::{EXTRA, FOLDER, Own, built_in, names};
use crate::shell::word;
use crate::tree::{Drift, Manifest, Side, unified};

/// Which template is copied, and where to.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  plinth eject modules/cluster/flow_logs.tf\n  plinth eject --update")]
pub(super) struct Eject {
    /// The template, or a generated file whose template is meant; without it, all are listed
    template: Option<String>,
    /// The blueprint; its templates lie in `templates` beside it
    #[arg(long, default_value = "blueprint.toml")]
    blueprint: Utf8PathBuf,
    /// Merge what this release has changed into the copies
    #[arg(long, conflicts_with = "template")]
    update: bool,
    /// Give up the edits of this copy, by its path in the folder; may be repeated
    #[arg(long, value_name = "PATH")]
    force: Vec<Utf8PathBuf>,
}

impl Eject {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let source = open(&self.blueprint)?;
        let folder = beside(&self.blueprint);
        let recorded = Manifest::read(&folder).map_err(|error| unusable(&error))?.unwrap_or_default().files;
        // A copy that was removed is meant to be gone.
        let is_there = |path: &Utf8Path| folder.join(path).exists();
        let mut copies: Vec<File> = Vec::new();
        for (path, record) in recorded.iter().filter(|(path, _)| is_there(path)) {
            let text = match built_in(path.as_str()) {
                Some(text) if self.update => text,
                None if self.update => {
                    bail!(
                        "this plinth has no template `{path}` any more\n\nhelp: remove `{}`",
                        tidy(&folder.join(path))
                    )
                }
                _ => record.text.as_deref().unwrap_or_default(),
            };
            copies.push(copy(path.as_str(), text));
        }
        if let Some(wanted) = &self.template {
            let name = self.name(wanted, source)?;
            let text = built_in(&name).unwrap_or_default();
            copies.retain(|copy| copy.path != name);
            copies.push(copy(&name, text));
        } else if !self.update {
            for name in ejectable() {
                let mark = if is_there(Utf8Path::new(&name)) { "  (yours)" } else { "" };
                writeln!(out, "{name}{mark}")?;
            }
            return Ok(CLEAN);
        }
        copies.sort_by(|a, b| a.path.cmp(&b.path));
        let facts = Map::new();
        let drift = Drift::compare(&folder, &copies, &facts).map_err(|error| unusable(&error))?;
        let report = match drift.check_force(&self.force).and_then(|()| drift.write(&self.force)) {
            Ok(report) => report,
            Err(error) => {
                let keep = "keep the edit, and write into your copy what this plinth has changed: what both say goes together";
                let ways = Ways { command: self.again(), keep, blueprint: None, root: &folder };
                return ways.refuse(&error, Format::Text, out, err);
            }
        };
        warn(&report, &folder, err)?;
        let is_first = !report.created.is_empty();
        print_report(&report, &tidy(&folder), false, out)?;
        if is_first {
            let command = generate_command(Some(&self.blueprint), None);
            writeln!(out, "next: edit it; `{command}` uses it from now on")?;
        }
        Ok(CLEAN)
    }

    /// Returns this command, without what is given up.
    fn again(&self) -> String {
        let mut command = "plinth eject".to_owned();
        let template = self.template.as_deref().map(word);
        command.extend(template.map(|template| format!(" {template}")));
        if self.update {
            command.push_str(" --update");
        }
        if self.blueprint != "blueprint.toml" {
            command.push_str(&format!(" --blueprint {}", word(self.blueprint.as_str())));
        }
        command
    }

    /// Returns the template that is meant: by its own name, or by that of a file that it has made.
    fn name(&self, wanted: &str, source: crate::diagnostic::Source) -> anyhow::Result<String> {
        let known = ejectable();
        if known.iter().any(|name| name == wanted) {
            return Ok(wanted.to_owned());
        }
        let blueprint = read(source).blueprint;
        let dir = blueprint.as_ref().and_then(|read| Some(read.file.output.as_ref()?.dir.as_str()));
        let manifest = Manifest::read(&root(&self.blueprint, None, dir)).ok().flatten().unwrap_or_default();
        let made_by = manifest.files.get(Utf8Path::new(wanted)).map(|record| record.template.clone());
        if let Some(template) = made_by.filter(|template| known.contains(template)) {
            return Ok(template);
        }
        let meant =
            nearest(wanted, &known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        bail!(
            "there is no template `{wanted}`, and no generated file\n\nhelp: {meant}`plinth eject` lists all templates"
        )
    }
}

/// Lists the templates that a blueprint may replace: `plinth attach` renders for somebody else's repository, and has no blueprint beside it.
fn ejectable() -> Vec<String> {
    names().into_iter().filter(|name| !name.starts_with("attach/")).collect()
}

fn copy(name: &str, text: &str) -> File {
    File {
        path: name.into(),
        text: text.to_owned(),
        executable: false,
        template: name.to_owned(),
        stack: None,
        keeping: Keeping::Shared,
    }
}

/// Whether a blueprint may replace a template.
pub(super) fn is_ejectable(template: &str) -> bool {
    ejectable().iter().any(|known| known == template)
}

/// Whether plinth uses a file of the folder of templates.
pub(super) fn is_used(name: &str) -> bool {
    let is_hidden = name.split('/').any(|part| part.starts_with('.'));
    is_ejectable(name) || (name.starts_with(EXTRA) && !is_hidden)
}

/// Returns the folder of a blueprint's own templates.
fn beside(blueprint: &Utf8Path) -> Utf8PathBuf {
    blueprint.parent().unwrap_or(Utf8Path::new("")).join(FOLDER)
}

/// Reads a blueprint's own templates. Notes are about those that plinth does not use, and those whose built-in one has changed since.
///
/// # Errors
/// A file or folder that cannot be read, or is not text; a manifest that cannot be used.
pub(super) fn own(blueprint: &Utf8Path) -> anyhow::Result<(Own, Diagnostics)> {
    let folder = beside(blueprint);
    let (mut own, mut notes) = (Own::new(), Diagnostics::default());
    if !folder.is_dir() {
        return Ok((own, notes));
    }
    let manifest = Manifest::read(&folder).map_err(|error| unusable(&error))?.unwrap_or_default();
    let known = ejectable();
    for name in files(&folder, "")? {
        let Some(text) = built_in(&name).filter(|_| known.contains(&name)) else {
            if name.starts_with(EXTRA) {
                own.insert(name.clone(), text_of(&folder.join(&name))?);
            } else {
                let near = nearest(&name, &known).cloned();
                notes.push(Problem::TemplateUnused { template: name, near }, Span::default());
            }
            continue;
        };
        own.insert(name.clone(), text_of(&folder.join(&name))?);
        let began_as = manifest.files.get(Utf8Path::new(&name)).and_then(|record| record.text.as_deref());
        if let Some(before) = began_as.filter(|before| *before != text) {
            let side = |text, label| Side { text, label };
            let [from, to] = [side(before.as_bytes(), "as ejected"), side(text.as_bytes(), "of this plinth")];
            let difference = unified(Utf8Path::new(&name), from, to);
            notes.push(Problem::TemplateOutdated { template: name, difference }, Span::default());
        }
    }
    Ok((own, notes))
}

fn text_of(path: &Utf8Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{path}`"))
}

/// Lists the files of a folder and those below it, sorted; what is hidden is not meant.
fn files(folder: &Utf8Path, below: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let cannot = || format!("cannot read `{folder}/{below}`");
    for entry in folder.join(below).read_dir_utf8().with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = format!("{below}{}", entry.file_name());
        // As in a shell, what is hidden is not meant, unless plinth's own is.
        if entry.file_name().starts_with('.') && built_in(&name).is_none() {
            continue;
        }
        let kind = entry.file_type().with_context(cannot)?;
        if kind.is_dir() {
            found.extend(files(folder, &format!("{name}/"))?);
        } else if kind.is_file() {
            found.push(name);
        } else {
            bail!(
                "`{folder}/{name}` is not a file: plinth follows no links out of the folder of templates\n\nhelp: put a copy of what is meant there"
            );
        }
    }
    found.sort();
    Ok(found)
}
