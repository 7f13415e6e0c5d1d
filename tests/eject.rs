//! A blueprint's own templates: how they begin, what they make, what is said of mistakes in them, how they stay up to date.
//!
//! A folder in `tests/eject` is named for the one thing that it shows. What lies in it is copied to an empty folder, beside
//! `blueprints/minimal.toml`; `console.txt` is what a person sees who runs its commands there.

mod harness;

use std::fs;

use harness::{console, expect_file, folders, read_tree, report, repository};

#[test]
fn cases_say_and_make_what_they_should() {
    let mut differences = Vec::new();
    for case in folders("eject") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        };
        let mut tree = read_tree(&case);
        let transcript = tree.remove("console.txt").expect("console.txt");
        for (path, text) in &tree {
            write(path, text);
        }
        let blueprint = fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
        write("blueprints/minimal.toml", &blueprint.replace("../generated/minimal", "../tree"));
        differences.extend(expect_file(&case.join("console.txt"), &console(&transcript, folder.path())));
    }
    report(&differences, "UPDATE=1 cargo test --test eject");
}
