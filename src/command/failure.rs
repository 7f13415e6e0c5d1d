//! What ends a command, as its caller asked for results: nothing on stdout would look like nothing to say.

use std::io::Write;

use super::Format;
use super::proof::Unproven;
use crate::report;

/// Prints on stdout why a command could not do its work; for people, stderr says it.
pub(super) fn print(error: &anyhow::Error, format: Format, out: &mut impl Write) -> std::io::Result<()> {
    let unproven = error.downcast_ref::<Unproven>();
    match format {
        Format::Text => Ok(()),
        Format::Json => {
            let faults = unproven.map_or(&[][..], |unproven| &unproven.faults);
            let json = serde_json::json!({ "error": format!("{error:#}"), "faults": faults });
            writeln!(out, "{json:#}")
        }
        Format::Github => {
            let Some(unproven) = unproven else {
                return annotate(&[], &format!("{error:#}"), out);
            };
            unproven.faults.iter().try_for_each(|fault| {
                // What was made was not written: the line to look at is the template's, where that is the blueprint's own.
                let (file, line) = match (&fault.own_template, fault.template_line) {
                    (Some(file), Some(line)) => (file.clone(), line),
                    _ => (fault.path.clone(), fault.line),
                };
                annotate(&[("file", file), ("line", line.to_string())], &fault.to_string(), out)
            })
        }
    }
}

fn annotate(place: &[(&str, String)], text: &str, out: &mut impl Write) -> std::io::Result<()> {
    let place = [place, &[("title", "plinth".to_owned())]].concat();
    out.write_all(report::annotation("error", &place, text).as_bytes())
}
