//! `plinth diff`: what a change does, by stack, file, address and value.

use std::io::Write;

use clap::Args;

use super::base::{Comparison, comparison};
use super::{CLEAN, DESTRUCTIVE, FINDINGS, Format, Place, Rendered, tidy};
use crate::report;
use crate::review::folder::Item;
use crate::review::show::{data, of, text};
use crate::review::{Change, FolderChange};

/// Two trees that are compared.
#[derive(Debug, Args)]
pub(super) struct Diff {
    #[command(flatten)]
    pub(super) place: Place,
    /// Compare with the tree in this folder, or with the one of this git revision; without it, with the tree on disk
    #[arg(long, value_name = "DIR|REV")]
    base: Option<String>,
}

impl Diff {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let Comparison { changes, new } = match comparison(&[self.base.as_deref()], &self.place, out, err)? {
            Ok(comparison) => comparison,
            Err(status) => return Ok(status),
        };
        let change = changes.first().expect("one base makes one change");
        match self.place.format {
            Format::Json => {
                let mut json = data(change);
                json["base"] = self.base.as_deref().into();
                json["diagnostics"] = new.notes;
                writeln!(out, "{json:#}")?;
            }
            Format::Text | Format::Github => {
                if self.place.format == Format::Github {
                    out.write_all(annotations(change, &new).as_bytes())?;
                }
                out.write_all(text(self.base.as_deref().unwrap_or("the tree on disk"), change).as_bytes())?;
                let differences: String = change.files.iter().map(|file| file.diff.as_str()).collect();
                if !differences.is_empty() {
                    write!(out, "\n{differences}")?;
                }
            }
        }
        Ok(if change.is_empty() {
            CLEAN
        } else if change.is_destructive() {
            DESTRUCTIVE
        } else {
            FINDINGS
        })
    }
}

fn annotations(change: &Change, new: &Rendered) -> String {
    let root = tidy(&new.root);
    let one = |(folder, item, address): (&FolderChange, &Item, &String)| {
        let (level, what) =
            if item.retired { ("notice", "destroyed as retired") } else { ("error", "destroyed") };
        let properties =
            [("file", root.join(&item.file).to_string()), ("title", format!("{what}: {address}"))];
        let text = format!("an apply destroys {address} ({})", of(folder));
        report::annotation(level, &properties, &text)
    };
    change.destroyed().map(one).collect()
}
