//! What tests of the binary and of whole trees share: running it, reading folders, showing differences.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plinth::blueprint::Reading;
use plinth::blueprint::include::{Find, nothing};
use plinth::catalog::Catalog;
use plinth::diagnostic::Source;
use plinth::file::File;
use plinth::model::Stack;
use plinth::render::template::Own;
use plinth::{blueprint, model, render, schema};
use serde_json::{Map, Value};
use similar::TextDiff;
use walkdir::WalkDir;

/// What a run of plinth said.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// Results.
    pub stdout: String,
    /// Progress and errors.
    pub stderr: String,
}

/// Runs plinth in a folder.
pub fn plinth(folder: &Path, arguments: &[&str]) -> Run {
    plinth_with(folder, arguments, &[])
}

/// Runs plinth in a folder, with variables in its environment.
pub fn plinth_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_plinth"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .envs(variables.iter().copied())
        .output()
        .expect("cargo builds the binary before its tests");
    let text = |bytes| String::from_utf8(bytes).expect("plinth prints UTF-8");
    Run {
        status: output.status.code().expect("plinth ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// The files below a folder by their paths, with forward slashes.
pub type Tree = BTreeMap<String, String>;

/// Reads every file below a folder; none when there is no folder.
pub fn read_tree(folder: &Path) -> Tree {
    if !folder.exists() {
        return Tree::new();
    }
    let files = WalkDir::new(folder).into_iter().map(|entry| entry.expect("a readable folder"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let read = |path: &Path| {
        let name = path.strip_prefix(folder).expect("below the folder").to_str().expect("UTF-8");
        let bytes = fs::read(path).expect("readable");
        (name.replace('\\', "/"), String::from_utf8_lossy(&bytes).into_owned())
    };
    files.map(|entry| read(entry.path())).collect()
}

/// Copies a folder with all that lies below it.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("readable");
        let place = to.join(entry.path().strip_prefix(from).expect("below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).expect("writable");
        } else {
            fs::copy(entry.path(), place).expect("writable");
        }
    }
}

/// Returns the folder of this repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the folders in `tests/<kind>`, sorted.
pub fn folders(kind: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(repository().join("tests").join(kind)).expect("a folder of cases");
    let mut folders: Vec<PathBuf> =
        all.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Returns a folder's last name.
pub fn name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).expect("case folders have plain names")
}

/// Whether the files that tests compare with are to be written anew.
pub fn is_accepting() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Shows how two texts differ; nothing when they do not.
pub fn difference(path: &str, expected: &str, real: &str) -> Option<String> {
    (expected != real).then(|| {
        let diff = TextDiff::from_lines(expected, real);
        diff.unified_diff().context_radius(3).header(path, "what plinth makes").to_string()
    })
}

/// Compares a text with a file of the repository, or writes the file when accepting.
pub fn expect_file(path: &Path, real: &str) -> Option<String> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != real && is_accepting() {
        fs::write(path, real).expect("the repository is writable");
        return None;
    }
    let shown = path.strip_prefix(repository()).unwrap_or(path);
    difference(shown.to_str().expect("UTF-8"), &expected, real)
}

/// Fails with all differences at once, and says how to accept them.
pub fn report(differences: &[String], accept: &str) {
    assert!(
        differences.is_empty(),
        "{}\n{} of them. Read each as its user would; then accept them with\n\n    {accept}\n",
        differences.join("\n"),
        differences.len(),
    );
}

/// What became of a blueprint's text: the files by path, or what is wrong with it.
pub fn make(text: &str, file_name: &str) -> Result<Tree, String> {
    make_of(text, file_name, &nothing)
}

/// Likewise of a text that includes others.
pub fn make_of(text: &str, file_name: &str, find: &Find<'_>) -> Result<Tree, String> {
    Ok(render_of(text, file_name, find)?.tree())
}

/// What a blueprint comes to.
pub struct Made {
    /// Its files.
    pub files: Vec<File>,
    /// Its stacks, in the order in which they are applied.
    pub stacks: Vec<Stack>,
    /// What the manifest keeps of it.
    pub facts: Map<String, Value>,
}

impl Made {
    /// The texts of its files.
    pub fn tree(&self) -> Tree {
        self.files.iter().map(|file| (file.path.to_string(), file.text.clone())).collect()
    }
}

/// Renders a blueprint's text, or says what is wrong with it.
pub fn render_of(text: &str, file_name: &str, find: &Find<'_>) -> Result<Made, String> {
    let source = Source { path: file_name.to_owned(), text: text.to_owned() };
    let Reading { sources, blueprint, mut diagnostics, .. } = blueprint::read(source, find);
    if let Some(read) = blueprint {
        let catalog = Catalog::load();
        let (resolved, found) = model::resolve(&read, &catalog, &model::Facts::default(), file_name);
        diagnostics.extend(found);
        if !diagnostics.has_errors() {
            let (files, found) =
                render::render(&resolved, &catalog, &Own::new()).map_err(|error| error.to_string())?;
            diagnostics.extend(found);
            let faults = schema::check(&files).faults;
            if !faults.is_empty() {
                return Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
            }
            if !diagnostics.has_errors() {
                let facts = resolved.facts(&files).to_map();
                return Ok(Made { files, stacks: resolved.stacks().to_vec(), facts });
            }
        }
    }
    Err(diagnostics.render(&sources, false))
}

/// Runs a command in a shell that knows plinth, and returns what it prints, errors too, with its exit status.
pub fn shell(command: &str, folder: &Path) -> (String, i32) {
    let binaries = Path::new(env!("CARGO_BIN_EXE_plinth")).parent().expect("a binary lies in a folder");
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default());
    let result = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env("PATH", &path)
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&result.stdout).into_owned();
    (said, result.status.code().expect("it ends by itself"))
}

/// Runs the commands of a transcript, and returns it with what they print.
pub fn console(transcript: &str, folder: &Path) -> String {
    let mut out = String::new();
    for command in transcript.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let (said, status) = shell(command, folder);
        out.push_str(&format!("$ {command}\n{said}"));
        if status != 0 {
            out.push_str(&format!("(exit status {status})\n"));
        }
    }
    out
}
