//! What is made is proven before it is compared or written: nothing that Terraform would refuse leaves plinth.

use anyhow::bail;
use camino::Utf8Path;

use crate::file::File;
use crate::render::origin::{Origins, key};
use crate::render::template::{FOLDER, Own};
use crate::schema::{self, Fault, Findings};

/// Finds where lines of files come from; only those are asked for in which something is wrong.
pub(super) type Find<'a> = dyn Fn(&dyn Fn(&Utf8Path) -> bool) -> anyhow::Result<Origins> + 'a;

/// Checks all files together.
///
/// # Errors
/// Every fault, with its place in the generated file, in the template, and what of the blueprint that was made for.
pub(super) fn prove(files: &[File], own: &Own, find: &Find<'_>) -> anyhow::Result<()> {
    let Findings { faults, .. } = schema::check(files);
    if faults.is_empty() {
        return Ok(());
    }
    let origins = find(&|path| faults.iter().any(|fault| fault.path == path)).unwrap_or_default();
    let (mut lines, mut is_own) = (Vec::new(), false);
    for fault in &faults {
        let Fault { path, line, column, template, text } = fault;
        let origin = origins.get(path).and_then(|lines| lines.get(line - 1)?.as_ref());
        let template = origin.map_or(template, |origin| &origin.template);
        let is_replaced = own.contains_key(template);
        is_own |= is_replaced;
        let folder = if is_replaced { format!("{FOLDER}/") } else { String::new() };
        let line_of_template = origin.map(|origin| format!(":{}", origin.line)).unwrap_or_default();
        let of = key(path).map(|key| format!(", made for `{key}`")).unwrap_or_default();
        lines.push(format!(
            "{path}:{line}:{column}: {text}\n  by template {folder}{template}{line_of_template}{of}"
        ));
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
