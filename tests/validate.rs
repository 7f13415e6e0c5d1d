//! What is generated, against the providers' schemas and itself: [`plinth::schema`].
//!
//! `tests/validate/` has modules that real Terraform refuses, with what plinth says of each, and some that it accepts. Those in
//! `stricter` are what plinth alone refuses, those in `looser` what Terraform alone does: `looser.txt` says why of each. The judge
//! `tests/judges/validate.rs` asks Terraform about all of them.

mod harness;

use std::fs;

use harness::{expect_file, folders, read_tree, report, repository};
use plinth::file::{File, Keeping};
use plinth::schema::{self, Fault};

/// Files of a tree, as if each were its own template.
fn files(tree: harness::Tree) -> Vec<File> {
    let file = |(path, text): (String, String)| File {
        template: path.clone(),
        path: path.into(),
        text,
        executable: false,
        stack: None,
        keeping: Keeping::Ours,
    };
    tree.into_iter().map(file).collect()
}

fn lines(faults: &[Fault]) -> String {
    let line = |fault: &Fault| format!("{}:{}:{}: {}\n", fault.path, fault.line, fault.column, fault.text);
    faults.iter().map(line).collect()
}

#[test]
fn committed_trees_have_no_faults() {
    for folder in fs::read_dir(repository().join("generated")).expect("generated trees") {
        let folder = folder.expect("a folder").path();
        let found = schema::check(&files(read_tree(&folder)));
        assert_eq!(lines(&found.faults), "", "{}", folder.display());
        assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    }
}

#[test]
fn modules_have_the_faults_that_they_should() {
    let mut differences = Vec::new();
    for kind in ["refused", "accepted", "stricter"] {
        let cases = folders(&format!("validate/{kind}"));
        assert!(!cases.is_empty(), "no cases are {kind}");
        for case in cases {
            let mut tree = read_tree(&case);
            tree.remove("faults.txt");
            let found = lines(&schema::check(&files(tree)).faults);
            if kind == "accepted" {
                assert_eq!(found, "", "{}", case.display());
            } else {
                assert_ne!(found, "", "{} has no faults", case.display());
                differences.extend(expect_file(&case.join("faults.txt"), &found));
            }
        }
    }
    report(&differences, "UPDATE=1 cargo test --test validate");
}

#[test]
fn files_in_json_are_named() {
    let tree = [("m/more.tf.json".to_owned(), "{}".to_owned())].into_iter().collect();
    let found = schema::check(&files(tree));
    assert!(found.faults.is_empty());
    let unknown: Vec<Fault> = found.unknown.into_iter().collect();
    assert_eq!(lines(&unknown), "m/more.tf.json:1:1: more.tf.json\n");
}

/// How many faults Terraform finds that plinth does not: it may only fall.
const LOOSER: usize = 6;

#[test]
fn what_is_not_found_is_listed() {
    let text = fs::read_to_string(repository().join("tests/validate/looser.txt")).expect("a list");
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.split_once(": ").map(|(name, _)| name)).collect();
    let cases = folders("validate/looser");
    let names: Vec<&str> = cases.iter().filter_map(|case| case.file_name()?.to_str()).collect();
    assert_eq!(names, listed, "looser.txt has a line for each folder in looser, in their order");
    assert!(names.len() <= LOOSER, "{} are not found", names.len());
    for case in cases {
        let found = lines(&schema::check(&files(read_tree(&case))).faults);
        assert_eq!(found, "", "{} is found now: move it to refused", case.display());
    }
}
