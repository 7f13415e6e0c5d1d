//! Accepted scanner findings, as comments in the resources that they are about.

use crate::diagnostic::Diagnostics;
use crate::hcl::document::Document;
use crate::model::Waiver;
use crate::problem::{self, Problem};

/// Reads the address in the first line of a block.
fn address(line: &str) -> Option<String> {
    let (mode, rest) = line.trim_start().split_once(" \"")?;
    let (kind, rest) = rest.split_once("\" \"")?;
    let (name, _) = rest.split_once('"')?;
    match mode {
        "resource" => Some(format!("{kind}.{name}")),
        "data" => Some(format!("data.{kind}.{name}")),
        _ => None,
    }
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
    pub fn apply(&mut self, text: &str) -> String {
        if self.waivers.is_empty() {
            return text.to_owned();
        }
        let addresses: Vec<String> = text.lines().filter_map(address).collect();
        let is_waived = |address: &String| self.waivers.iter().any(|waiver| waiver.scope == *address);
        let has_any = addresses.iter().any(is_waived);
        self.addresses.extend(addresses);
        if !has_any {
            return text.to_owned();
        }
        // What cannot be read is reported when everything is proven.
        let Ok(document) = Document::parse(text) else { return text.to_owned() };
        let mut out = text.to_owned();
        // From the end, so that earlier places stay where they are.
        for (address, opening) in document.resources(text).into_iter().rev() {
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
        out
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
