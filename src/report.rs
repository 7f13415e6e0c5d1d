//! What was found, for machines: JSON, and annotations of GitHub's workflows.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Sources, Span};
use crate::problem::Words;

/// Returns everything that was found as data, in the order of the files; `docs/json.md` says what the fields are.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> Value {
    diagnostics.sorted().into_iter().map(|diagnostic| one(diagnostic, sources)).collect()
}

fn one(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let Words { what, label, also, help } = diagnostic.problem.words();
    let severity = if diagnostic.problem.is_note() { "note" } else { "error" };
    json!({
        "code": diagnostic.problem.code(),
        "severity": severity,
        "message": what,
        "at": at(sources, diagnostic.at, label.as_deref()),
        "also": diagnostic.also.map(|other| at(sources, other, also.as_deref())),
        "help": help,
    })
}

/// A place as data; a whole file has no line.
fn at(sources: &Sources, span: Span, label: Option<&str>) -> Value {
    let Place { file, range } = sources.place(span);
    json!({
        "file": file,
        "line": range.map(|range| range.line),
        "column": range.map(|range| range.column),
        "end_line": range.map(|range| range.line),
        "end_column": range.map(|range| range.end_column),
        "label": label,
    })
}

/// Returns everything that was found as annotations, a line each.
pub fn github(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.sorted() {
        let Words { what, label, help, .. } = diagnostic.problem.words();
        let command = if diagnostic.problem.is_note() { "notice" } else { "error" };
        let Place { file, range } = sources.place(diagnostic.at);
        let mut properties = vec![("file", file.to_owned())];
        if let Some(range) = range {
            properties.push(("line", range.line.to_string()));
            properties.push(("endLine", range.line.to_string()));
            properties.push(("col", range.column.to_string()));
            properties.push(("endColumn", range.end_column.to_string()));
        }
        properties.push(("title", format!("{}: {what}", diagnostic.problem.code())));
        let help = help.map(|help| format!("help: {help}"));
        let message: Vec<String> = label.into_iter().chain(help).collect();
        let message = if message.is_empty() { what } else { message.join("\n") };
        out.push_str(&annotation(command, &properties, &message));
    }
    out
}

/// Writes one workflow command.
///
/// Escapes are those of GitHub's own toolkit: `%` and line ends everywhere, `:` and `,` in properties, too (actions/toolkit,
/// `packages/core/src/command.ts`, read 2026-11).
pub fn annotation(command: &str, properties: &[(&str, String)], message: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), data(message))
}

#[cfg(test)]
mod tests {
    use super::annotation;

    #[test]
    fn nothing_breaks_out_of_an_annotation() {
        let said = annotation("error", &[("file", "a,b:c.toml".to_owned())], "100 %\n::error::x");
        assert_eq!(said, "::error file=a%2Cb%3Ac.toml::100 %25%0A::error::x\n");
    }
}
