//! Every state of a file × every command that looks at a tree: what each says, how it ends, and what becomes of the file.
//!
//! `tests/states.txt` is the table. No command but `--force`, which names the file, may lose what a person wrote.

mod harness;

use std::fs;
use std::path::Path;

use camino::Utf8Path;
use harness::{Run, copy, expect_file, plinth, report, repository};
use plinth::file::NOTE;
use plinth::tree::{Checksum, JOURNAL, MANIFEST, Manifest, Record};

/// A file that plinth makes, and one that it does not; a script; one of an attachment that is merged, and one that is a person's.
const FILE: &str = "modules/cluster/flow_logs.tf";
const OTHER: &str = "modules/cluster/other.tf";
const SCRIPT: &str = "scripts/plan";
const SHARED: &str = "modules/attachment/outputs.tf";
const GIVEN: &str = "providers.tf";

/// How a folder comes to be in a state: its name, the file that it is about, and what is done to a folder that is right.
type State = (&'static str, &'static str, fn(&Path));

/// A folder that plinth keeps, and the commands that look at it. `{file}` is the file that the state is about.
struct Subject {
    /// What makes it.
    made_by: &'static str,
    /// The folder that has the manifest, below the one in which commands run.
    folder: &'static str,
    commands: &'static [&'static str],
    states: &'static [State],
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        made_by: "generate --out tree",
        folder: "tree",
        commands: &[
            "diff --out tree",
            "diff --out right --base tree",
            "affected --out right --base tree",
            "check --out tree",
            "check --format json --out tree",
            "check --format github --out tree",
            "generate --dry-run --out tree",
            "generate --out tree",
            "generate --format json --out tree",
            "generate --format github --out tree",
            "generate --out tree --force {file}",
        ],
        states: &TREE,
    },
    Subject {
        made_by: "attach franklin --cluster minimal-dev-main --region us-east-1 --out app",
        folder: "app",
        commands: &[
            "attach --update --dry-run --out app",
            "attach --update --out app",
            "attach --update --format json --out app",
            "attach --update --out app --force {file}",
        ],
        states: &ATTACHMENT,
    },
    Subject {
        made_by: "eject modules/cluster/flow_logs.tf",
        folder: "templates",
        commands: &[
            "eject",
            "eject --update",
            "eject --update --force {file}",
            "generate --out right --dry-run",
        ],
        states: &TEMPLATES,
    },
];

const TREE: [State; 20] = [
    ("unchanged", FILE, |_| {}),
    ("unchanged, with line ends of Windows", FILE, |tree| {
        write(tree, FILE, &format!("\u{feff}{}", read(tree, FILE).replace('\n', "\r\n")));
    }),
    ("new", FILE, |tree| {
        fs::remove_file(tree.join(FILE)).expect("it is there");
        recorded(tree, FILE, None);
    }),
    ("stale", FILE, |tree| {
        write(tree, FILE, "# As an older release wrote it.\n");
        recorded(tree, FILE, Some("# As an older release wrote it.\n"));
    }),
    ("stale, as the other side of a merge made it", FILE, |tree| {
        write(tree, FILE, "# As the other side made it.\n");
        let manifest = read(tree, MANIFEST);
        let ours = manifest.lines().find(|line| line.contains(FILE)).expect("a line");
        let sum = |text: &str| Checksum::of(text.as_bytes()).to_string();
        let right = read(&tree.with_file_name("right"), FILE);
        let theirs = ours.replace(&sum(&right), &sum("# As the other side made it.\n"));
        let both = format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> theirs");
        write(tree, MANIFEST, &manifest.replace(ours, &both));
    }),
    ("stale, as a run left it that was stopped", FILE, |tree| {
        write(tree, FILE, "# As that run made it.\n");
        journal(tree, FILE, "# As that run made it.\n");
    }),
    ("without its executable bit", SCRIPT, |tree| mode(tree, SCRIPT, 0o644)),
    ("missing", FILE, |tree| fs::remove_file(tree.join(FILE)).expect("it is there")),
    ("edited", FILE, |tree| write(tree, FILE, &format!("{}# Ours.\n", read(tree, FILE)))),
    ("foreign", FILE, |tree| {
        write(tree, FILE, "# Ours.\n");
        recorded(tree, FILE, None);
    }),
    ("a symbolic link", FILE, |tree| {
        fs::rename(tree.join(FILE), tree.join("elsewhere.tf")).expect("writable");
        std::os::unix::fs::symlink("../../elsewhere.tf", tree.join(FILE)).expect("writable");
    }),
    ("left over", OTHER, |tree| {
        write(tree, OTHER, "# Of an older blueprint.\n");
        recorded(tree, OTHER, Some("# Of an older blueprint.\n"));
    }),
    ("left over by a run that was stopped", OTHER, |tree| {
        write(tree, OTHER, "# Of another blueprint.\n");
        journal(tree, OTHER, "# Of another blueprint.\n");
    }),
    ("left over and edited", OTHER, |tree| {
        write(tree, OTHER, "# Ours.\n");
        recorded(tree, OTHER, Some("# Of an older blueprint.\n"));
    }),
    ("left over, and gone", OTHER, |tree| recorded(tree, OTHER, Some("# Of an older blueprint.\n"))),
    ("stray", OTHER, |tree| write(tree, OTHER, &format!("# {NOTE}blueprint.toml.\n"))),
    ("stray, with a state, and no manifest", "environments/gone/state/terraform.tf", |tree| {
        fs::create_dir_all(tree.join("environments/gone/state")).expect("writable");
        let backend = format!("# {NOTE}blueprint.toml.\nterraform {{\n  backend \"s3\" {{}}\n}}\n");
        write(tree, "environments/gone/state/terraform.tf", &backend);
        fs::remove_file(tree.join(MANIFEST)).expect("it is there");
    }),
    ("stray, with a state in a workspace, and no manifest", "environments/gone/state/terraform.tf", |tree| {
        fs::create_dir_all(tree.join("environments/gone/state")).expect("writable");
        let cloud = format!("# {NOTE}blueprint.toml.\nterraform {{\n  cloud {{\n  }}\n}}\n");
        write(tree, "environments/gone/state/terraform.tf", &cloud);
        fs::remove_file(tree.join(MANIFEST)).expect("it is there");
    }),
    ("stray, for OpenTofu alone", "modules/cluster/gone.tofu", |tree| {
        write(tree, "modules/cluster/gone.tofu", &format!("# {NOTE}blueprint.toml.\n"));
    }),
    ("a person's own", "modules/cluster/main_override.tf", |tree| {
        write(tree, "modules/cluster/main_override.tf", "# Ours.\n");
    }),
];

const ATTACHMENT: [State; 7] = [
    ("unchanged", SHARED, |_| {}),
    ("stale", SHARED, |app| older(app, SHARED, |text| text)),
    ("edited, and nothing new", SHARED, |app| write(app, SHARED, &edited(read(app, SHARED)))),
    ("merged", SHARED, |app| older(app, SHARED, edited)),
    ("edited where it changes", SHARED, |app| {
        older(app, SHARED, |text| text.replace("line.", "line, and ours."));
    }),
    ("written once, and edited", GIVEN, |app| write(app, GIVEN, &edited(read(app, GIVEN)))),
    ("written once, and gone", GIVEN, |app| fs::remove_file(app.join(GIVEN)).expect("it is there")),
];

const TEMPLATES: [State; 5] = [
    ("unchanged", FILE, |_| {}),
    ("edited, and nothing new", FILE, |templates| write(templates, FILE, &edited(read(templates, FILE)))),
    ("merged", FILE, |templates| older(templates, FILE, edited)),
    ("edited where it changes", FILE, |templates| {
        older(templates, FILE, |text| text.replace("line.", "line, and ours."));
    }),
    ("a symbolic link", "extra/link", |templates| {
        fs::create_dir_all(templates.join("extra")).expect("writable");
        std::os::unix::fs::symlink("/etc", templates.join("extra/link")).expect("writable");
    }),
];

/// Adds to a text at its end.
fn edited(text: String) -> String {
    text + "# Ours.\n"
}

/// Makes a file as an older release wrote it, with a line more, and lets a person edit it.
fn older(folder: &Path, path: &str, edit: fn(String) -> String) {
    let was = format!("# An older line.\n{}", read(folder, path));
    let mut manifest = manifest(folder);
    let record = manifest.files.get_mut(Utf8Path::new(path)).expect("it is recorded");
    (record.sha256, record.text) = (Checksum::of(was.as_bytes()), Some(was.clone()));
    write(folder, MANIFEST, &manifest.render());
    write(folder, path, &edit(was));
}

fn mode(folder: &Path, path: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder.join(path), fs::Permissions::from_mode(mode)).expect("writable");
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("readable")
}

fn write(folder: &Path, path: &str, text: &str) {
    fs::write(folder.join(path), text).expect("writable");
}

fn manifest(folder: &Path) -> Manifest {
    let root = Utf8Path::from_path(folder).expect("UTF-8");
    Manifest::read(root).expect("a manifest").expect("there is one")
}

fn record(path: &str, text: &str) -> Record {
    let sha256 = Checksum::of(text.as_bytes());
    Record { sha256, template: path.to_owned(), stack: None, once: false, text: None }
}

/// Makes the manifest say that plinth wrote a text there last, or nothing.
fn recorded(folder: &Path, path: &str, text: Option<&str>) {
    let mut manifest = manifest(folder);
    manifest.files.remove(Utf8Path::new(path));
    if let Some(text) = text {
        manifest.files.insert(path.into(), record(path, text));
    }
    write(folder, MANIFEST, &manifest.render());
}

/// Makes a journal say that plinth was about to write a text there.
fn journal(folder: &Path, path: &str, text: &str) {
    let mut journal = Manifest::default();
    journal.files.insert(path.into(), record(path, text));
    write(folder, JOURNAL, &journal.render());
}

/// What people need to read of what a command said: not the notes about the blueprint, which are the same everywhere, nor texts'
/// differences, which are long.
fn said(command: &str, stdout: &str, stderr: &str) -> Vec<String> {
    let all = stdout
        .lines()
        .take_while(|line| !line.starts_with("---"))
        .filter(|line| !line.contains("N0"))
        // Of the list of all templates, those that are copies.
        .filter(|line| command != "eject" || line.ends_with("(yours)"));
    let is_told =
        |line: &&str| !command.contains("json") || line.contains("\"clean\"") || line.contains("\"state\"");
    // Behind the notes.
    let error = stderr.find("error: ").map_or("", |at| &stderr[at..]);
    let help = error.rsplit_once("\nhelp: ").map(|(_, help)| format!("help: {help}")).unwrap_or_default();
    let error = error.lines().take_while(|line| !line.is_empty());
    let stray = stderr.lines().filter(|line| line.starts_with("stray") || line.starts_with("what is stray"));
    let lines = all.filter(is_told).map(str::trim_end).chain(error).map(str::to_owned);
    let lines = lines.chain(help.lines().map(str::to_owned)).chain(stray.map(str::to_owned));
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_state_and_every_command() {
    let mut table = String::new();
    for Subject { made_by, folder, commands, states } in SUBJECTS {
        let made = tempfile::tempdir().expect("a temporary folder");
        let made = made.path();
        fs::copy(repository().join("blueprints/minimal.toml"), made.join("blueprint.toml"))
            .expect("writable");
        let run = |command: &str| plinth(made, &command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run("generate --out right").status, 0);
        assert_eq!(run(made_by).status, 0);
        let kept = tempfile::tempdir().expect("a temporary folder");
        let (kept, place) = (kept.path(), made.join(folder));
        copy(&place, kept);
        table.push_str(&format!("# plinth {made_by}\n\n"));
        for (state, file, make) in states {
            table.push_str(&format!("## {state}: {file}\n"));
            for command in commands {
                fs::remove_dir_all(&place).expect("writable");
                copy(kept, &place);
                make(&place);
                let before = fs::read_to_string(place.join(file)).ok();
                let all_before = harness::read_tree(&place);
                let is_executable = || is_executable(&place.join(file));
                let could_run = is_executable();
                let Run { status, stdout, stderr } = run(&command.replace("{file}", file));
                let after = fs::read_to_string(place.join(file)).ok();
                let became = match (&before, &after) {
                    (before, after) if before == after && could_run != is_executable() => "may be run",
                    (before, after) if before == after => "stays",
                    (_, Some(text)) if *text == fs::read_to_string(kept.join(file)).unwrap_or_default() => {
                        "is written"
                    }
                    (Some(before), Some(text)) if before.contains("Ours.") && text.contains("Ours.") => {
                        "is merged"
                    }
                    (Some(_), None) => "is removed",
                    _ => panic!("{state}, {command}: neither the old nor the new text"),
                };
                let reads = ["diff", "affected", "check"].iter().any(|name| command.starts_with(name));
                if reads || command.ends_with("--dry-run") || *command == "eject" || status != 0 {
                    let now = harness::read_tree(&place);
                    assert_eq!(now, all_before, "{state}, {command}: something was written");
                }
                let is_lost = before.as_ref().is_some_and(|text| text.to_lowercase().contains("ours."))
                    && !matches!(became, "stays" | "is merged");
                assert!(!is_lost || command.contains("--force"), "{state}, {command}: {became}");
                table.push_str(&format!("{command}: exit {status}, it {became}\n"));
                for line in said(command, &stdout, &stderr) {
                    table.push_str(&format!("    {line}\n"));
                }
            }
            table.push('\n');
        }
    }
    report(
        expect_file(&repository().join("tests/states.txt"), &format!("{}\n", table.trim_end())).as_slice(),
        "UPDATE=1 cargo test --test states",
    );
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o100 != 0)
}
