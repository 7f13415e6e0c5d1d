//! Generated trees: the committed ones, and copies in which things can be applied.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The committed tree of an example blueprint.
pub fn generated(blueprint: &str) -> PathBuf {
    repository().join("generated").join(blueprint)
}

/// Generates the tree of a blueprint; returns what `plinth generate` says.
pub fn generate(blueprint: &Path, tree: &Path) -> String {
    let plinth = Command::new(env!("CARGO_BIN_EXE_plinth"))
        .arg("generate")
        .arg(blueprint)
        .arg("--out")
        .arg(tree)
        .output()
        .expect("plinth runs");
    assert!(plinth.status.success(), "plinth generate: {}", String::from_utf8_lossy(&plinth.stderr));
    String::from_utf8_lossy(&plinth.stdout).into_owned()
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}

/// Returns the root modules below a folder, sorted: those with a backend.
pub fn roots(tree: &Path) -> Vec<String> {
    let files = WalkDir::new(tree).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    let backends = files.filter(|entry| {
        entry.file_name() == "terraform.tf"
            && fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("\n  backend \"s3\" {"))
    });
    let relative = |path: &Path| path.strip_prefix(tree).expect("below the tree").display().to_string();
    backends.map(|entry| relative(entry.path().parent().expect("a file has a folder"))).collect()
}

/// Keeps a root module's state beside it instead of in S3, as a person would: by an override file.
pub fn keep_state_here(root: &Path) {
    write(&root.join("backend_override.tf"), "terraform {\n  backend \"local\" {}\n}\n");
}

/// Writes a file.
pub fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

/// Reads a file.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
