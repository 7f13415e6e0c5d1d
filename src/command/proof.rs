//! What is made is proven before it is compared or written: nothing that Terraform would refuse leaves plinth.

use std::collections::BTreeMap;

use anyhow::bail;
use camino::Utf8Path;

use crate::diagnostic::{Diagnostics, Span};
use crate::file::File;
use crate::model::Model;
use crate::problem::Problem;
use crate::render::origin::{Origins, key};
use crate::render::template::{FOLDER, Own};
use crate::schema::{self, Fault, Findings};

/// Finds where lines of files come from; only those are asked for in which something is wrong.
pub(super) type Find<'a> = dyn Fn(&dyn Fn(&Utf8Path) -> bool) -> anyhow::Result<Origins> + 'a;

/// Checks all files together. Notes are about what could not be checked.
///
/// # Errors
/// Every fault, with its place in the generated file, in the template, and what of the blueprint that was made for: once for each line
/// of a template, which may have made many.
pub(super) fn prove(
    files: &[File],
    own: &Own,
    model: Option<&Model>,
    find: &Find<'_>,
) -> anyhow::Result<Diagnostics> {
    let Findings { faults, unknown } = schema::check(files);
    if faults.is_empty() {
        let mut notes = Diagnostics::default();
        for Fault { path, line, text, .. } in unknown {
            notes.push(Problem::TypeUnknown { place: format!("{path}:{line}"), what: text }, Span::default());
        }
        return Ok(notes);
    }
    let origins = find(&|path| faults.iter().any(|fault| fault.path == path)).unwrap_or_default();
    // By template and line; of a line that no template has, by file.
    let mut by_line: BTreeMap<(&str, usize, bool), Vec<&Fault>> = BTreeMap::new();
    let mut order = Vec::new();
    for fault in &faults {
        let origin = origins.get(&fault.path).and_then(|lines| lines.get(fault.line - 1)?.as_ref());
        let at = match origin {
            Some(origin) => (origin.template.as_str(), origin.line, true),
            None => (fault.path.as_str(), fault.line, false),
        };
        let group = by_line.entry(at).or_default();
        if group.is_empty() {
            order.push(at);
        }
        group.push(fault);
    }
    let (mut lines, mut is_own) = (Vec::new(), false);
    for at in order {
        let group = &by_line[&at];
        let Fault { path, line, column, template, text } = group[0];
        let (template, line_of_template) = match at {
            (template, line, true) => (template, format!(":{line}")),
            _ => (template.as_str(), String::new()),
        };
        let is_replaced = own.contains_key(template);
        is_own |= is_replaced;
        let folder = if is_replaced { format!("{FOLDER}/") } else { String::new() };
        let file = files.iter().find(|file| file.path == *path);
        let of = file.zip(model).and_then(|(file, model)| key(model, file, *line));
        let of = of.map(|key| format!(", made for `{key}`")).unwrap_or_default();
        let mut said =
            format!("{path}:{line}:{column}: {text}\n  by template {folder}{template}{line_of_template}{of}");
        let mut places: Vec<String> =
            group.iter().map(|fault| format!("{}:{}", fault.path, fault.line)).collect();
        places.dedup();
        match places.as_slice() {
            [] | [_] => {}
            [_, other] => said.push_str(&format!("\n  that line also made {other}")),
            [_, other, rest @ ..] => {
                said.push_str(&format!("\n  that line also made {other}, and {} more like it", rest.len()));
            }
        }
        lines.push(said);
    }
    let help = if is_own {
        format!("mend it in `{FOLDER}`; what each template sees is what plinth's own one uses")
    } else {
        "that is a mistake of plinth's: please report it with the blueprint".to_owned()
    };
    bail!(
        "Terraform would refuse what the templates make; nothing was written\n\n{}\n\nhelp: {help}",
        lines.join("\n")
    )
}
