//! What a run would undo, and does not: how it is said, and what a person can do then.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::anyhow;
use camino::Utf8Path;

use super::{FINDINGS, Format, eject, tidy};
use crate::report;
use crate::shell::word;
use crate::tree::{Error as TreeError, Refusal, State};

/// How many templates are named: whoever has edited more than these has read how it goes.
const NAMED: usize = 3;

/// How an edit of what Terraform reads is kept.
pub(super) const OVERRIDE: &str = "keep an edit in a file of your own: `*_override.tf`, or any other name";

/// Says why files cannot be compared or written; what would be undone is for [`Ways`].
pub(super) fn unusable(error: &TreeError) -> anyhow::Error {
    let help = error.help().map(|help| format!("\n\nhelp: {help}")).unwrap_or_default();
    anyhow!("{error}{help}")
}

/// The ways out of a refusal.
pub(super) struct Ways<'a> {
    /// The command that was refused, to which a person adds what is given up.
    pub command: String,
    /// How an edit of a file that plinth makes can be kept.
    pub keep: &'static str,
    /// The blueprint whose templates make the files; none where they are not a blueprint's to change.
    pub blueprint: Option<&'a Utf8Path>,
    /// The folder that is written to.
    pub root: &'a Utf8Path,
}

impl Ways<'_> {
    /// Says why nothing was written.
    pub(super) fn refuse(
        &self,
        error: &TreeError,
        format: Format,
        out: &mut impl Write,
        err: &mut impl Write,
    ) -> anyhow::Result<u8> {
        let TreeError::Refused(refusals) = error else { return Err(unusable(error)) };
        match format {
            Format::Json => {
                let entries: Vec<_> = refusals
                    .iter()
                    .map(|Refusal { path, state, difference, .. }| {
                        serde_json::json!({ "path": path, "state": state.to_string(), "difference": difference })
                    })
                    .collect();
                writeln!(out, "{:#}", serde_json::json!({ "refused": entries }))?;
                return Ok(FINDINGS);
            }
            Format::Github => {
                for Refusal { path, state, template, .. } in refusals {
                    let text = self.annotation(path, *state, template.as_deref());
                    out.write_all(text.as_bytes())?;
                }
            }
            Format::Text => {}
        }
        writeln!(err, "error: {error}")?;
        for difference in refusals.iter().filter_map(|refusal| refusal.difference.as_ref()) {
            writeln!(err, "\n{}", difference.trim_end())?;
        }
        writeln!(err, "\nhelp: {}", self.help(refusals))?;
        Ok(FINDINGS)
    }

    /// Writes an annotation of a file that is not as the blueprint says, with what to do about it.
    pub(super) fn annotation(&self, path: &Utf8Path, state: State, template: Option<&str>) -> String {
        let eject = template.and_then(|template| self.eject(template));
        let eject = eject.map(|command| format!(", or in its template (`{command}`)")).unwrap_or_default();
        let force = self.force([path]);
        let advice = match state {
            State::Edited => format!(
                "edited by hand: keep that in a file of your own (`*_override.tf`){eject}, or give it up: `{force}`"
            ),
            State::LeftOverEdited => format!(
                "no longer generated, and edited by hand: give it another name to keep it, or give it up: `{force}`"
            ),
            State::Foreign => format!(
                "not written by plinth, which would write this file: give yours another name, or give it up: `{force}`"
            ),
            State::Unchanged
            | State::New
            | State::Stale
            | State::Missing
            | State::Merged
            | State::LeftOver => format!("not as the blueprint says; run `{}`", self.command),
        };
        self.annotated(path, &state.to_string(), &advice)
    }

    /// Writes an annotation of one file.
    pub(super) fn annotated(&self, path: &Utf8Path, title: &str, text: &str) -> String {
        let file = tidy(&self.root.join(path)).to_string();
        report::annotation("error", &[("file", file), ("title", title.to_owned())], text)
    }

    /// Says what to do about all of them.
    fn help(&self, refusals: &[Refusal]) -> String {
        let has = |state: State| refusals.iter().any(|refusal| refusal.state == state);
        let mut ways = Vec::new();
        if has(State::Edited) {
            let edited = refusals.iter().filter(|refusal| refusal.state == State::Edited);
            let templates: BTreeSet<&str> =
                edited.filter_map(|refusal| refusal.template.as_deref()).collect();
            let commands: Vec<String> =
                templates.into_iter().filter_map(|template| self.eject(template)).collect();
            let mut way = self.keep.to_owned();
            if !commands.is_empty() {
                way.push_str("; or in the template that makes the file:");
                for command in commands.iter().take(NAMED) {
                    way.push_str(&format!("\n  {command}"));
                }
                if let more @ 1.. = commands.len().saturating_sub(NAMED) {
                    way.push_str(&format!("\n  … and so on for {more} more"));
                }
            }
            ways.push(way);
        }
        if has(State::Foreign) || has(State::LeftOverEdited) {
            ways.push("keep a file that is none of the blueprint's by another name".to_owned());
        }
        let force = self.force(refusals.iter().map(|refusal| &*refusal.path));
        ways.push(format!("give up what stands there:\n  {force}"));
        ways.join("\nor ")
    }

    /// Returns the command that gives files up.
    fn force<'a>(&self, paths: impl IntoIterator<Item = &'a Utf8Path>) -> String {
        let mut command = self.command.clone();
        for path in paths {
            command.push_str(&format!(" --force {}", word(path.as_str())));
        }
        command
    }

    /// Returns the command that makes a template the blueprint's own.
    fn eject(&self, template: &str) -> Option<String> {
        let blueprint = self.blueprint.filter(|_| eject::is_ejectable(template))?;
        let mut command = format!("plinth eject {}", word(template));
        if blueprint != "blueprint.toml" {
            command.push_str(&format!(" --blueprint {}", word(blueprint.as_str())));
        }
        Some(command)
    }
}
