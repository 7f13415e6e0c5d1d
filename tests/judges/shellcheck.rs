//! Generated scripts are clean under shellcheck.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::judge;
use crate::tree::repository;

#[test]
fn generated_scripts_are_clean() {
    let Some([shellcheck]) = judge::required("shellcheck over generated/*/scripts", ["shellcheck"]) else {
        return;
    };
    let scripts = scripts();
    assert!(!scripts.is_empty(), "there is no script in generated/*/scripts");
    for script in &scripts {
        let text = fs::read_to_string(script).expect("a script is text");
        // A file that others source has no interpreter; shellcheck wants to be told.
        assert!(
            text.starts_with("#!") || text.contains("shellcheck shell="),
            "{}: which shell?",
            script.display()
        );
    }
    let output = Command::new(shellcheck)
        .args(["--external-sources", "--source-path=SCRIPTDIR", "--color=never"])
        .args(&scripts)
        .stdin(Stdio::null())
        .output()
        .expect("shellcheck runs");
    assert!(
        output.status.success(),
        "shellcheck finds:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    eprintln!("shellcheck: {} scripts are clean", scripts.len());
}

/// Every file in the `scripts` folders of the trees, and the script that the documents hand out.
fn scripts() -> Vec<PathBuf> {
    let trees = fs::read_dir(repository().join("generated")).expect("generated/ can be read");
    let folders =
        trees.map(|tree| tree.expect("readable").path().join("scripts")).filter(|folder| folder.is_dir());
    let mut scripts: Vec<PathBuf> = folders
        .flat_map(|folder| fs::read_dir(folder).expect("a folder that exists"))
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_file())
        .collect();
    scripts.push(repository().join("docs/describe-cluster"));
    scripts.sort();
    scripts
}
