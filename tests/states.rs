//! Every state of a file × every command that looks at a tree: what each says, how it ends, and what becomes of the file.
//!
//! `tests/states.txt` is the table. No command but `--force`, which names the file, may lose what a person wrote.

mod harness;

use std::fs;
use std::path::Path;

use harness::{Run, expect_file, plinth, report, repository};
use plinth::tree::{Checksum, MANIFEST, Manifest, Record};
use tempfile::TempDir;

/// A file that plinth makes, and one that it does not.
const FILE: &str = "modules/cluster/flow_logs.tf";
const OTHER: &str = "modules/cluster/other.tf";

const COMMANDS: [&str; 8] = [
    "diff",
    "check",
    "check --format json",
    "check --format github",
    "generate --dry-run",
    "generate",
    "generate --format json",
    "generate --force",
];

/// How a tree comes to be in a state: its name, the file that it is about, and what is done to a tree that is right.
type State = (&'static str, &'static str, fn(&Path));

const STATES: [State; 10] = [
    ("unchanged", FILE, |_| {}),
    ("unchanged, with line ends of Windows", FILE, |tree| {
        write(tree, FILE, &format!("\u{feff}{}", read(tree, FILE).replace('\n', "\r\n")));
    }),
    ("stale", FILE, |tree| {
        write(tree, FILE, "# As an older release wrote it.\n");
        recorded(tree, FILE, Some("# As an older release wrote it.\n"));
    }),
    ("missing", FILE, |tree| fs::remove_file(tree.join(FILE)).expect("it is there")),
    ("edited", FILE, |tree| write(tree, FILE, &format!("{}# Ours.\n", read(tree, FILE)))),
    ("foreign", FILE, |tree| {
        write(tree, FILE, "# Ours.\n");
        recorded(tree, FILE, None);
    }),
    ("left over", OTHER, |tree| {
        write(tree, OTHER, "# Of an older blueprint.\n");
        recorded(tree, OTHER, Some("# Of an older blueprint.\n"));
    }),
    ("left over and edited", OTHER, |tree| {
        write(tree, OTHER, "# Ours.\n");
        recorded(tree, OTHER, Some("# Of an older blueprint.\n"));
    }),
    ("left over, and gone", OTHER, |tree| recorded(tree, OTHER, Some("# Of an older blueprint.\n"))),
    ("a person's own", "modules/cluster/main_override.tf", |tree| {
        write(tree, "modules/cluster/main_override.tf", "# Ours.\n");
    }),
];

fn read(tree: &Path, path: &str) -> String {
    fs::read_to_string(tree.join(path)).expect("readable")
}

fn write(tree: &Path, path: &str, text: &str) {
    fs::write(tree.join(path), text).expect("writable");
}

/// Makes the manifest say that plinth wrote a text there last, or nothing.
fn recorded(tree: &Path, path: &str, text: Option<&str>) {
    let root = camino::Utf8Path::from_path(tree).expect("UTF-8");
    let mut manifest = Manifest::read(root).expect("a manifest").expect("there is one");
    manifest.files.remove(camino::Utf8Path::new(path));
    if let Some(text) = text {
        let sha256 = Checksum::of(text.as_bytes());
        let record = Record { sha256, template: path.to_owned(), stack: None, once: false, text: None };
        manifest.files.insert(path.into(), record);
    }
    write(tree, MANIFEST, &manifest.render());
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("readable");
        let place = to.join(entry.path().strip_prefix(from).expect("below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).expect("writable");
        } else {
            fs::copy(entry.path(), place).expect("writable");
        }
    }
}

#[test]
fn every_state_and_every_command() {
    let made: TempDir = tempfile::tempdir().expect("a temporary folder");
    fs::copy(repository().join("blueprints/minimal.toml"), made.path().join("blueprint.toml"))
        .expect("writable");
    let run = |tree: &str, command: &str| {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.extend(["--out", tree]);
        plinth(made.path(), &arguments)
    };
    let right = made.path().join("right");
    assert_eq!(run("right", "generate").status, 0);
    let mut table = String::new();
    for (state, file, make) in STATES {
        table.push_str(&format!("## {state}\n"));
        for command in COMMANDS {
            let tree = made.path().join("tree");
            copy(&right, &tree);
            make(&tree);
            let before = fs::read_to_string(tree.join(file)).ok();
            let all_before = harness::read_tree(&tree);
            let is_forced = command.ends_with("--force");
            let shown = if is_forced { format!("{command} {file}") } else { command.to_owned() };
            let Run { status, stdout, stderr } = run("tree", &shown);
            let after = fs::read_to_string(tree.join(file)).ok();
            let became = match (&before, &after) {
                (before, after) if before == after => "stays",
                (_, Some(text)) if *text == fs::read_to_string(right.join(file)).unwrap_or_default() => {
                    "written"
                }
                (Some(_), None) => "removed",
                _ => panic!("{state}, {command}: neither the old nor the new text"),
            };
            if !command.starts_with("generate") || command.ends_with("--dry-run") || status != 0 {
                assert_eq!(
                    harness::read_tree(&tree),
                    all_before,
                    "{state}, {command}: something was written"
                );
            }
            // Notes about the blueprint are the same everywhere.
            let error = stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            let said = stdout
                .lines()
                // The texts' difference, which is long.
                .take_while(|line| !line.starts_with("---"))
                .filter(|line| !line.contains("N0"))
                .chain([error])
                .filter(|line| !line.is_empty());
            let said: Vec<&str> = if command.contains("json") {
                said.filter(|line| line.contains("\"clean\"") || line.contains("\"state\""))
                    .map(str::trim)
                    .collect()
            } else {
                said.collect()
            };
            table.push_str(&format!("{command}: exit {status}, the file {became}\n"));
            for line in said {
                table.push_str(&format!("    {line}\n"));
            }
            fs::remove_dir_all(&tree).expect("writable");
        }
        table.push('\n');
    }
    report(
        expect_file(&repository().join("tests/states.txt"), &table).as_slice(),
        "UPDATE=1 cargo test --test states",
    );
}
