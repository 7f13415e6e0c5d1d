//! Accepted scanner findings, as comments in the resources that they are about.

use std::borrow::Cow;

use crate::diagnostic::Diagnostics;
use crate::hcl::address::in_line;
use crate::hcl::document::Document;
use crate::model::Waiver;
use crate::problem::{self, Problem};

/// A block that a waiver may name.
struct Head {
    address: String,
    /// The byte behind its first line.
    end: usize,
    /// Whether that line ends with its opening brace.
    is_open: bool,
}

/// Finds the first lines of blocks. What looks like one may stand in a heredoc.
fn heads(text: &str) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        if let Some((mode, kind, name)) = in_line(line.trim_start()) {
            let address = match mode {
                "data" => format!("data.{kind}.{name}"),
                _ => format!("{kind}.{name}"),
            };
            let line = line.trim_end();
            heads.push(Head { address, end: begin + line.len(), is_open: line.ends_with('{') });
        }
        begin += line.len();
    }
    heads
}

/// The blueprint's waivers, and which of them found their resource.
pub(super) struct Waivers<'a> {
    waivers: &'a [Waiver],
    matched: Vec<bool>,
    addresses: Vec<String>,
}

impl<'a> Waivers<'a> {
    pub fn new(waivers: &'a [Waiver]) -> Self {
        Self { waivers, matched: vec![false; waivers.len()], addresses: Vec::new() }
    }

    /// Writes `#checkov:skip=ID:reason` as the first line of each resource that a waiver names.
    pub fn apply<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        if self.waivers.is_empty() {
            return text.into();
        }
        let heads = heads(text);
        self.addresses.extend(heads.iter().map(|head| head.address.clone()));
        if !heads.iter().any(|head| self.waivers.iter().any(|waiver| waiver.scope == head.address)) {
            return text.into();
        }
        // Parsing costs more than looking.
        let openings = if heads.iter().all(|head| head.is_open) && !text.contains("<<") {
            heads.into_iter().map(|head| (head.address, head.end)).collect()
        } else {
            // What cannot be read is reported when everything is proven.
            let Ok(document) = Document::parse(text) else { return text.into() };
            document.resources(text)
        };
        let mut out = text.to_owned();
        // From the end, so that earlier places stay where they are.
        for (address, opening) in openings.into_iter().rev() {
            let mut comments = String::new();
            for (waiver, matched) in self.waivers.iter().zip(&mut self.matched) {
                if waiver.scope == address {
                    *matched = true;
                    comments.push_str(&format!(
                        "\n#checkov:skip={}:{}",
                        one_line(&waiver.id),
                        one_line(&waiver.reason)
                    ));
                }
            }
            if !comments.is_empty() {
                out.insert_str(opening, &(comments + "\n"));
            }
        }
        out.into()
    }

    /// Reports waivers that name no resource.
    pub fn unmatched(self) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        for (waiver, _) in self.waivers.iter().zip(&self.matched).filter(|(_, matched)| !**matched) {
            if waiver.had_scope {
                let problem = Problem::WaiverOutlives { scope: waiver.scope.clone() };
                diagnostics.push(problem, waiver.at);
                continue;
            }
            // An address in a plan begins with its module's; here it is the one within the module.
            let parts: Vec<&str> = waiver.scope.rsplitn(3, '.').collect();
            let own = parts.iter().take(2).rev().copied().collect::<Vec<_>>().join(".");
            let nearest = problem::nearest(&own, &self.addresses).cloned();
            diagnostics
                .push(Problem::WaiverMatchesNothing { scope: waiver.scope.clone(), nearest }, waiver.at);
        }
        diagnostics
    }
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_stands_in_its_block_and_in_no_text() {
        let waiver = Waiver {
            id: "CKV_1".to_owned(),
            scope: "x.a".to_owned(),
            reason: "why".to_owned(),
            at: crate::diagnostic::Span::default(),
            had_scope: false,
        };
        let skip = "\n#checkov:skip=CKV_1:why\n";
        for (text, expected) in [
            ("resource \"x\" \"b\" {\n}\n", None),
            ("  resource \"x\" \"a\" { \n  }\n", Some("  resource \"x\" \"a\" {# \n  }\n")),
            ("resource \"x\" \"a\" {}\n", Some("resource \"x\" \"a\" {#}\n")),
            ("resource \"x\" \"a\" { # b\n}\n", Some("resource \"x\" \"a\" {# # b\n}\n")),
            (
                "locals {\n  a = <<-B\n    resource \"x\" \"a\" {\n  B\n}\nresource \"x\" \"a\" {\n}\n",
                Some(
                    "locals {\n  a = <<-B\n    resource \"x\" \"a\" {\n  B\n}\nresource \"x\" \"a\" {#\n}\n",
                ),
            ),
        ] {
            let waivers = [waiver.clone()];
            let mut waivers = Waivers::new(&waivers);
            let applied = waivers.apply(text);
            let expected = expected.map_or(text.to_owned(), |it| it.replacen("{#", &format!("{{{skip}"), 1));
            assert_eq!(applied, expected);
        }
    }
}
