//! What is made is proven before it is compared or written: nothing that Terraform would refuse leaves plinth.

use std::collections::BTreeMap;
use std::fmt;

use camino::Utf8Path;
use serde::Serialize;

use crate::diagnostic::{Diagnostics, Span};
use crate::file::File;
use crate::model::Model;
use crate::problem::Problem;
use crate::render::origin::{Origins, key};
use crate::render::template::{FOLDER, Own};
use crate::schema::{self, Fault, Findings};

/// Finds where lines of files come from; only those are asked for in which something is wrong.
pub(super) type Find<'a> = dyn Fn(&dyn Fn(&Utf8Path) -> bool) -> anyhow::Result<Origins> + 'a;

/// What Terraform would refuse of what the templates make.
#[derive(Debug)]
pub(super) struct Unproven {
    /// One for each line of a template.
    pub faults: Vec<Said>,
    help: String,
}

/// A mistake, with every place that there is for it.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    /// The generated file.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    column: usize,
    text: String,
    template: String,
    /// The template's line, from 1, where one alone made it.
    pub template_line: Option<usize>,
    /// The file of a template of the blueprint's own, below its folder.
    #[serde(skip)]
    pub own_template: Option<String>,
    /// What of the blueprint it was made for.
    key: Option<String>,
    /// Other places that the same line of the template made.
    also: Vec<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, text, template, template_line, own_template, key, also } = self;
        let template = own_template.as_ref().map_or(template.clone(), |_| format!("{FOLDER}/{template}"));
        write!(formatter, "{path}:{line}:{column}: {text}\n  by template {template}")?;
        if let Some(line) = template_line {
            write!(formatter, ":{line}")?;
        }
        if let Some(key) = key {
            write!(formatter, ", made for `{key}`")?;
        }
        match also.as_slice() {
            [] => Ok(()),
            [other] => write!(formatter, "\n  that line also made {other}"),
            [other, rest @ ..] => {
                write!(formatter, "\n  that line also made {other}, and {} more like it", rest.len())
            }
        }
    }
}

impl std::error::Error for Unproven {}

impl fmt::Display for Unproven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Terraform would refuse what the templates make; nothing was written\n")?;
        self.faults.iter().try_for_each(|fault| write!(formatter, "\n{fault}"))?;
        write!(formatter, "\n\nhelp: {}", self.help)
    }
}

/// Checks all files together. Notes are about what could not be checked. `beside` is the folder that has the blueprint's own templates.
///
/// # Errors
/// Every fault, with its place in the generated file, in the template, and what of the blueprint that was made for: once for each line
/// of a template, which may have made many.
pub(super) fn prove(
    files: &[File],
    own: &Own,
    beside: &Utf8Path,
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
    let faults = order.into_iter().map(|at| {
        let group = &by_line[&at];
        let Fault { path, line, column, template, text } = group[0];
        let (template, template_line) = match at {
            (template, line, true) => (template, Some(line)),
            _ => (template.as_str(), None),
        };
        let file = files.iter().find(|file| file.path == *path);
        let of = file.zip(model).and_then(|(file, model)| key(model, file, *line));
        let mut places: Vec<String> =
            group.iter().map(|fault| format!("{}:{}", fault.path, fault.line)).collect();
        places.dedup();
        Said {
            path: path.to_string(),
            line: *line,
            column: *column,
            text: text.clone(),
            template: template.to_owned(),
            template_line,
            own_template: own.contains_key(template).then(|| beside.join(FOLDER).join(template).to_string()),
            key: of,
            also: places.split_off(1.min(places.len())),
        }
    });
    let faults: Vec<Said> = faults.collect();
    let help = if faults.iter().any(|fault| fault.own_template.is_some()) {
        format!("mend it in `{FOLDER}`; what each template sees is what plinth's own one uses")
    } else {
        "that is a mistake of plinth's: please report it with the blueprint".to_owned()
    };
    Err(Unproven { faults, help }.into())
}
