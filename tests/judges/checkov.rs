//! checkov finds nothing in the tree that the blueprint does not waive with a reason.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::judge;
use crate::tree::{generated, read, repository};

/// How many ids may be waived: each one weakens the scan for everybody.
const MOST_WAIVED_IDS: usize = 9;

#[test]
fn azavea_passes_but_for_what_its_blueprint_waives() {
    passes("azavea");
}

#[test]
fn enterprise_passes_but_for_what_its_blueprint_waives() {
    passes("enterprise");
}

#[test]
fn everything_passes_but_for_what_its_blueprint_waives() {
    passes("everything");
}

fn passes(tree: &str) {
    let Some([checkov]) = judge::required(&format!("checkov over generated/{tree}"), ["checkov"]) else {
        return;
    };
    let output = Command::new(checkov)
        .args(["--directory", generated(tree).to_str().expect("a path of text")])
        .args(["--framework", "terraform", "--skip-download", "--compact", "--output", "json"])
        .stdin(Stdio::null())
        .output()
        .expect("checkov runs");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("checkov printed no JSON: {error}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    let results = &report["results"];

    let failed: Vec<String> = checks(&results["failed_checks"]).map(describe).collect();
    assert!(failed.is_empty(), "checkov finds in generated/{tree}:\n{}", failed.join("\n"));
    assert_eq!(results["parsing_errors"], serde_json::json!([]), "checkov cannot parse");
    let passed = checks(&results["passed_checks"]).count();
    assert!(passed > 100, "only {passed} checks passed: does checkov read the tree at all?");

    let skipped: BTreeSet<String> = checks(&results["skipped_checks"]).map(id).collect();
    assert!(skipped.len() <= MOST_WAIVED_IDS, "{} ids are waived: {skipped:?}", skipped.len());
    let blueprint = read(&repository().join(format!("blueprints/{tree}.toml")));
    let blueprint: toml::Table = blueprint.parse().expect("the blueprint is TOML");
    let waived: BTreeSet<String> = blueprint["waive"]
        .as_array()
        .expect("[[waive]]")
        .iter()
        .map(|waiver| waiver["id"].as_str().expect("a text").to_owned())
        .collect();
    assert_eq!(skipped, waived, "skipped in the tree (left), waived in the blueprint (right)");
    eprintln!("checkov: {passed} passed, 0 failed, skipped {skipped:?}");
}

fn checks(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("checkov lists checks").iter()
}

fn id(check: &Value) -> String {
    check["check_id"].as_str().expect("a check has an id").to_owned()
}

fn describe(check: &Value) -> String {
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let line = &check["file_line_range"][0];
    format!("  {}:{line}: {} {}: {}", text("file_path"), id(check), text("resource"), text("check_name"))
}
