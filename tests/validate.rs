//! What is generated, against the providers' schemas and itself: [`plinth::schema`].
//!
//! `tests/validate/` has modules that real Terraform refuses, with what plinth says of each, and some that it accepts. Those in
//! `stricter` are what plinth alone refuses. The judge `tests/judges/validate.rs` asks Terraform about all of them.

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
