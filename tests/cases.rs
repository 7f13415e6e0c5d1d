//! Cases: what one blueprint makes, or what is said about one that is wrong.
//!
//! A folder in `tests/cases` is named for the one thing that it shows. It holds `blueprint.toml` and
//!
//! | | |
//! | --- | --- |
//! | `stderr.txt` | all that plinth says about it: of a wrong blueprint, or notes about a right one |
//! | `expected/` | the files that matter of the tree that it makes |
//! | `.plinth/manifest.json` | what an earlier run left |
//! | `command.txt` | what is run, where it is not `plinth check blueprint.toml` |

mod harness;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use harness::{
    Run, difference, expect_file, folders, is_accepting, name, plinth, read_tree, report, repository,
};
use plinth::problem::{Code, Problem};

const MANIFEST: &str = ".plinth/manifest.json";
const ACCEPT: &str = "UPDATE=1 cargo test --test cases";

#[test]
fn cases_say_and_make_what_they_should() {
    report(differences(), ACCEPT);
}

/// Runs all cases, once: the other tests read what this one accepts.
fn differences() -> &'static [String] {
    static DIFFERENCES: OnceLock<Vec<String>> = OnceLock::new();
    DIFFERENCES.get_or_init(|| {
        let mut differences = Vec::new();
        for case in folders("cases") {
            let says = says(&case, &mut differences);
            let makes = makes(&case, &mut differences);
            assert!(says || makes, "{} has neither stderr.txt nor expected/", case.display());
        }
        differences
    })
}

/// Compares what plinth says with `stderr.txt`.
fn says(case: &Path, differences: &mut Vec<String>) -> bool {
    let expected = case.join("stderr.txt");
    let is_new = is_accepting() && !case.join("expected").exists();
    if !expected.exists() && !is_new {
        return false;
    }
    let command = fs::read_to_string(case.join("command.txt"));
    let command = command.unwrap_or_else(|_| "plinth check blueprint.toml".to_owned());
    let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
    let before = read_tree(case);
    let Run { status, stderr, .. } = plinth(case, &arguments);
    differences.extend(expect_file(&expected, &stderr));
    // A note stops nothing; the tree of a right blueprint is not in its folder.
    let is_wrong = stderr.contains("error");
    assert_eq!(status, if is_wrong { 2 } else { 1 }, "{}: exit status", case.display());
    // `generate` knows no day: what it writes must not depend on one.
    if is_wrong && arguments[0] == "check" && !arguments.contains(&"--today") {
        let generate = plinth(case, &["generate", arguments[1]]);
        assert_eq!(generate.status, 2, "{}: exit status of generate", case.display());
        assert_eq!(generate.stderr, stderr, "{}: generate says something else than check", case.display());
    }
    let mut after = read_tree(case);
    if is_accepting() {
        after.remove("stderr.txt");
    }
    let is_same = before.iter().filter(|(path, _)| !is_accepting() || *path != "stderr.txt").eq(&after);
    assert!(is_same, "{}: something was written", case.display());
    true
}

/// Compares what plinth makes with `expected/`.
fn makes(case: &Path, differences: &mut Vec<String>) -> bool {
    let expected = case.join("expected");
    if !expected.exists() {
        return false;
    }
    let out = tempfile::tempdir().expect("a temporary folder");
    if case.join(MANIFEST).exists() {
        fs::create_dir(out.path().join(".plinth")).expect("writable");
        fs::copy(case.join(MANIFEST), out.path().join(MANIFEST)).expect("writable");
    }
    let Run { status, stderr, .. } =
        plinth(case, &["generate", "blueprint.toml", "--out", out.path().to_str().expect("UTF-8")]);
    assert_eq!(status, 0, "{}: {stderr}", case.display());
    let real = read_tree(out.path());
    for (path, text) in read_tree(&expected) {
        let shown = format!("tests/cases/{}/expected/{path}", name(case));
        match real.get(&path) {
            Some(real) if is_accepting() => fs::write(expected.join(&path), real).expect("writable"),
            Some(real) => differences.extend(difference(&shown, &text, real)),
            None => differences.push(format!("{shown}: not made; remove it if that is right\n")),
        }
    }
    true
}

/// The codes of a case: those of its `stderr.txt`.
fn codes(stderr: &str) -> BTreeSet<String> {
    let heads = stderr.lines().filter_map(|line| line.strip_prefix("error[").or(line.strip_prefix("note[")));
    heads.filter_map(|rest| rest.split_once(']')).map(|(code, _)| code.to_owned()).collect()
}

/// The case that shows a code alone, else with the fewest others.
fn example(code: &str) -> Option<(String, String)> {
    let cases = folders("cases").into_iter().filter_map(|case| {
        let stderr = fs::read_to_string(case.join("stderr.txt")).ok()?;
        codes(&stderr).contains(code).then(|| (name(&case).to_owned(), stderr))
    });
    cases.min_by_key(|(name, stderr)| (codes(stderr).len(), stderr.lines().count(), name.clone()))
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    differences();
    let declared: BTreeSet<&str> = Problem::CODES.iter().map(|code| code.code).collect();
    assert_eq!(declared.len(), Problem::CODES.len(), "a code is declared twice");
    let shown: BTreeSet<String> = folders("cases")
        .iter()
        .filter_map(|case| fs::read_to_string(case.join("stderr.txt")).ok())
        .flat_map(|stderr| codes(&stderr))
        .collect();
    let shown: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
    let missing: Vec<_> = declared.difference(&shown).collect();
    let unknown: Vec<_> = shown.difference(&declared).collect();
    assert!(missing.is_empty(), "no case in tests/cases shows {missing:?}");
    assert!(unknown.is_empty(), "a case shows codes that are not declared: {unknown:?}");
}

#[test]
fn reference_lists_every_code() {
    differences();
    let reference = reference();
    let listed: Vec<&str> = reference
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter_map(|title| title.split_whitespace().next())
        .collect();
    let declared: Vec<&str> = Problem::CODES.iter().map(|code| code.code).collect();
    assert_eq!(listed, declared, "sections of docs/errors.md, and codes");
    let stale = expect_file(&repository().join("docs/errors.md"), &reference);
    report(&stale.into_iter().collect::<Vec<_>>(), ACCEPT);
}

/// Makes `docs/errors.md`: a section for each code, with what a case prints.
fn reference() -> String {
    const AREAS: [(&str, &str); 10] = [
        ("E01", "The text and its shape"),
        ("E02", "Names and references"),
        ("E03", "Network"),
        ("E04", "Node pools"),
        ("E05", "Add-ons and versions"),
        ("E06", "Access"),
        ("E07", "Applications"),
        ("E08", "What leaves, and what has another name"),
        ("E09", "Clusters that exist already"),
        ("N", "Notes"),
    ];
    let mut out = String::from(
        "# What plinth says about a blueprint\n\n\
         <!-- Made by `UPDATE=1 cargo test --test cases` from src/problem and tests/cases. -->\n\n\
         All errors of a run come out together, in the order of the file, and nothing is written then. What only\n\
         follows from another mistake is left out. A code never changes its meaning.\n",
    );
    for (prefix, title) in AREAS {
        out.push_str(&format!("\n## {title}\n"));
        for Code { code, about } in Problem::CODES.iter().filter(|code| code.code.starts_with(prefix)) {
            out.push_str(&format!("\n### {code}\n\n{about}\n"));
            if let Some((case, stderr)) = example(code) {
                let own = stderr.split("\n\n").find(|part| codes(part).contains(*code)).unwrap_or_default();
                let own = own.trim_end();
                out.push_str(&format!("\n```text\n{own}\n```\n\nCase: [{case}](../tests/cases/{case})\n"));
            }
        }
    }
    out
}
