//! `plinth migrate`: an older blueprint, moved forward.

use std::collections::BTreeSet;
use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use similar::TextDiff;

use super::{CLEAN, FAILED, FINDINGS, Format, open, read, say};
use crate::blueprint::migrate::{OLDEST, migrate};
use crate::blueprint::node::Value;
use crate::blueprint::{FORMAT, Reading, include};
use crate::tree::replace;

/// A blueprint to be moved forward.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// The blueprint
    #[arg(default_value = "blueprint.toml")]
    blueprint: Utf8PathBuf,
    /// Print the difference, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let path = &self.blueprint;
        let main = open(path)?;
        let Reading { root, sources, diagnostics, .. } = read(main.clone());
        let format = match root.get("format").map(|format| &format.value) {
            Some(Value::Integer(format)) => u32::try_from(*format).ok(),
            _ => None,
        };
        let Some(format) = format.filter(|format| (OLDEST..FORMAT).contains(format)) else {
            if format == Some(FORMAT) {
                writeln!(out, "{path}: nothing to do, it has format {FORMAT}")?;
                return Ok(CLEAN);
            }
            say(&diagnostics, &sources, Format::Text, out, err)?;
            return Ok(FAILED);
        };
        // All files, before any of them is written.
        let mut files = vec![main];
        for pattern in include::patterns(&root) {
            files.extend(include::beside(path, &pattern)?);
        }
        // Two patterns may well take the same file.
        let mut seen = BTreeSet::new();
        files.retain(|file| seen.insert(file.path.clone()));
        let mut moved = Vec::new();
        for file in &files {
            let text =
                migrate(&file.text, format).map_err(|why| anyhow::anyhow!("`{}`: {why}", file.path))?;
            moved.push(text);
        }
        for (file, text) in files.iter().zip(&moved).filter(|(file, text)| file.text != **text) {
            let diff = TextDiff::from_lines(&file.text, text);
            write!(out, "{}", diff.unified_diff().header(&file.path, &file.path))?;
            if !self.dry_run {
                replace(Utf8Path::new(&file.path), text)?;
            }
        }
        let would = if self.dry_run { "would be " } else { "" };
        writeln!(out, "{path}: {would}moved from format {format} to {FORMAT}")?;
        Ok(if self.dry_run { FINDINGS } else { CLEAN })
    }
}
