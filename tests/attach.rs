//! `plinth attach`: what it writes, says, refuses, and keeps of a person's edits.
//!
//! A folder in `tests/attach` is named for the one thing that it shows. `console.txt` is what a person sees who runs its commands in an
//! empty folder beside `blueprints/`; `expected/` has the files that matter of what lies there afterwards.

mod harness;

use std::fs;

use camino::Utf8Path;
use harness::{
    Run, Tree, console, difference, expect_file, folders, is_accepting, name, plinth, read_tree, report,
    repository,
};
use plinth::tree::{Checksum, MANIFEST, Manifest};
use proptest::prelude::*;
use tempfile::TempDir;

const ACCEPT: &str = "UPDATE=1 cargo test --test attach";

/// An empty folder.
fn empty() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn cases_say_and_make_what_they_should() {
    let mut differences = Vec::new();
    for case in folders("attach") {
        let folder = empty();
        let blueprints = repository().join("blueprints");
        for file in ["azavea.toml", "plinth.lock"] {
            if blueprints.join(file).exists() {
                fs::create_dir_all(folder.path().join("blueprints")).expect("writable");
                fs::copy(blueprints.join(file), folder.path().join("blueprints").join(file))
                    .expect("writable");
            }
        }
        let transcript = fs::read_to_string(case.join("console.txt")).expect("console.txt");
        differences.extend(expect_file(&case.join("console.txt"), &console(&transcript, folder.path())));
        let real = read_tree(folder.path());
        for (path, text) in read_tree(&case.join("expected")) {
            let shown = format!("tests/attach/{}/expected/{path}", name(&case));
            match real.get(&path) {
                Some(real) if is_accepting() => {
                    fs::write(case.join("expected").join(&path), real).expect("writable");
                }
                Some(real) => differences.extend(difference(&shown, &text, real)),
                None => differences.push(format!("{shown}: not made; remove it if that is right\n")),
            }
        }
    }
    report(&differences, ACCEPT);
}

/// A folder with an attachment.
struct Attached(TempDir);

impl Attached {
    fn new() -> Self {
        let attached = Self(empty());
        let run = attached.run("attach franklin --cluster azavea-staging-main --region us-east-1");
        assert_eq!(run.status, 0, "{}", run.stderr);
        attached
    }

    fn run(&self, command: &str) -> Run {
        plinth(self.0.path(), &command.split_whitespace().collect::<Vec<_>>())
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).expect("readable")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).expect("writable");
    }

    fn tree(&self) -> Tree {
        read_tree(self.0.path())
    }

    /// Makes it what an older plinth would have written: with another text in a file.
    fn age(&self, path: &str, now: &str, then: &str) {
        let root = Utf8Path::from_path(self.0.path()).expect("UTF-8");
        let text = self.read(path);
        assert_eq!(text.matches(now).count(), 1, "{path} holds `{now}` once");
        let text = text.replace(now, then);
        let mut manifest = Manifest::read(root).expect("a manifest").expect("there is one");
        let record = manifest.files.get_mut(Utf8Path::new(path)).expect("a file of plinth's");
        record.sha256 = Checksum::of(text.as_bytes());
        record.text = Some(text.clone());
        self.write(path, &text);
        self.write(MANIFEST, &manifest.render());
    }

    fn edit(&self, path: &str, find: &str, with: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(find).count(), 1, "{path} holds `{find}` once");
        self.write(path, &text.replace(find, with));
    }
}

const OUTPUTS: &str = "modules/attachment/outputs.tf";
const CALL: &str = "attachment.tf";

/// A line that an older plinth worded otherwise, and one far from it that a person edits.
const NEW: &str = "\"ARN of the EKS cluster.\"";
const OLD: &str = "\"The cluster's ARN.\"";
const FAR: &str = "\"VPC of the cluster.\"";
const OWN: &str = "\"VPC of the cluster, and of our database.\"";

#[test]
fn update_moves_to_the_newer_version() {
    let attached = Attached::new();
    let newest = attached.tree();
    attached.age(OUTPUTS, NEW, OLD);
    let tried = attached.run("attach --update --dry-run");
    assert_eq!((tried.status, tried.stderr.as_str()), (1, ""));
    assert!(attached.read(OUTPUTS).contains(OLD), "nothing is written");
    let run = attached.run("attach --update");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout, format!("~ {OUTPUTS}\n.: 1 changed, 17 unchanged\n"));
    assert_eq!(attached.tree(), newest);
}

#[test]
fn update_keeps_an_edit_and_brings_what_is_new() {
    let attached = Attached::new();
    attached.age(OUTPUTS, NEW, OLD);
    attached.edit(OUTPUTS, FAR, OWN);
    let run = attached.run("attach --update");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout, format!("~ {OUTPUTS}\n.: 1 changed, 17 unchanged\n"));
    let text = attached.read(OUTPUTS);
    assert!(text.contains(NEW) && text.contains(OWN), "{text}");
    let after = attached.tree();
    assert_eq!(attached.run("attach --update").stdout, ".: nothing to do, 18 files are as they should be\n");
    assert_eq!(attached.tree(), after);
}

#[test]
fn update_refuses_what_both_changed_and_loses_nothing() {
    let attached = Attached::new();
    attached.age(OUTPUTS, NEW, OLD);
    attached.age(CALL, "./modules/attachment\"", "./attachment\"");
    attached.edit(OUTPUTS, OLD, "\"Ours.\"");
    let before = attached.tree();
    for command in ["attach --update", "attach --update --dry-run"] {
        let Run { status, stdout, stderr } = attached.run(command);
        assert_eq!((status, stdout.as_str()), (1, ""), "{command}");
        assert!(stderr.contains(&format!("`{OUTPUTS}` is edited")), "{stderr}");
        assert!(stderr.contains(&format!("-  description = {NEW}\n+  description = \"Ours.\"")), "{stderr}");
        assert!(stderr.ends_with(&format!("plinth attach --update --force {OUTPUTS}\n")), "{stderr}");
        assert_eq!(attached.tree(), before, "{command}: all or nothing");
    }
    let run = attached.run(&format!("attach --update --force {OUTPUTS}"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(attached.read(OUTPUTS).contains(NEW));
    assert!(attached.read(CALL).contains("\"./modules/attachment\""));
}

#[test]
fn what_is_yours_is_never_touched() {
    let attached = Attached::new();
    for path in ["main.tf", "providers.tf", "terraform.tf"] {
        attached.write(path, "# ours\n");
    }
    fs::remove_file(attached.0.path().join("outputs.tf")).expect("it was there");
    attached.write("database.tf", "# ours\n");
    attached.age(OUTPUTS, NEW, OLD);
    let run = attached.run("attach --update --team web");
    assert_eq!(run.status, 0, "{}", run.stderr);
    for path in ["main.tf", "providers.tf", "terraform.tf", "database.tf"] {
        assert_eq!(attached.read(path), "# ours\n", "{path}");
    }
    assert!(!attached.0.path().join("outputs.tf").exists(), "what was removed stays away");
    assert!(attached.read(CALL).contains("\"web\""), "what plinth writes follows");
    assert!(attached.run("attach --update").stdout.contains("nothing to do"), "and is remembered");
}

/// A repository that has files already.
#[test]
fn files_that_are_there_are_left_alone_or_refused() {
    let folder = empty();
    fs::write(folder.path().join("main.tf"), "# ours\n").expect("writable");
    fs::write(folder.path().join("README.md"), "# ours\n").expect("writable");
    let command = ["attach", "franklin", "--cluster", "azavea-staging-main", "--region", "us-east-1"];
    let refused = plinth(folder.path(), &command);
    assert_eq!(refused.status, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("`README.md` is foreign"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("`main.tf` is"), "{}", refused.stderr);
    assert!(refused.stderr.ends_with("help: or name an empty folder with `--out`\n"), "{}", refused.stderr);
    assert_eq!(read_tree(folder.path()).len(), 2, "nothing was written");
    fs::remove_file(folder.path().join("README.md")).expect("it was there");
    assert_eq!(plinth(folder.path(), &command).status, 0);
    assert_eq!(fs::read_to_string(folder.path().join("main.tf")).expect("readable"), "# ours\n");
}

/// The files of one command are no left-overs of the other.
#[test]
fn attachments_and_trees_have_folders_of_their_own() {
    let attached = Attached::new();
    let before = attached.tree();
    let blueprint = repository().join("blueprints/minimal.toml");
    let blueprint = blueprint.to_str().expect("UTF-8");
    let generate = plinth(attached.0.path(), &["generate", blueprint, "--out", "."]);
    assert_eq!(generate.status, 2);
    assert!(generate.stderr.contains("`.` holds what `plinth attach` wrote"), "{}", generate.stderr);
    assert_eq!(attached.tree(), before);
    let tree = empty();
    assert_eq!(plinth(tree.path(), &["generate", blueprint, "--out", "."]).status, 0);
    let before = read_tree(tree.path());
    let attach = ["attach", "franklin", "--cluster", "azavea-staging-main", "--region", "us-east-1"];
    let attach = plinth(tree.path(), &attach);
    assert_eq!(attach.status, 2);
    assert!(attach.stderr.contains("`.` holds what `plinth generate` wrote"), "{}", attach.stderr);
    assert_eq!(read_tree(tree.path()), before);
}

#[test]
fn an_older_plinth_takes_nothing_back() {
    let attached = Attached::new();
    let own = format!("\"plinth\":\"{}\"", env!("CARGO_PKG_VERSION"));
    attached.edit(MANIFEST, &own, "\"plinth\":\"99.1.0\"");
    let before = attached.tree();
    let run = attached.run("attach --update");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("plinth 99.1.0 wrote the attachment"), "{}", run.stderr);
    assert_eq!(attached.tree(), before);
}

#[test]
fn json_is_what_the_text_says() {
    let folder = empty();
    let command = "attach franklin --cluster azavea-staging-main --region us-east-1 --format json";
    let run = plinth(folder.path(), &command.split(' ').collect::<Vec<_>>());
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["created"].as_array().map(Vec::len), Some(18));
    assert_eq!((&json["changed"], &json["unchanged"]), (&serde_json::json!([]), &serde_json::json!(0)));
    let wrong = plinth(folder.path(), &["attach", "F", "--update", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&wrong.stdout).expect("JSON");
    assert_eq!((wrong.status, &json["diagnostics"][0]["code"]), (2, &serde_json::json!("E0201")));
    assert_eq!(json["diagnostics"][0]["at"]["file"], "the command line");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever lines of plinth's files a person edits: nothing is lost, and a second run changes nothing.
    #[test]
    fn edits_survive(lines in proptest::collection::vec((0_usize..3, 0_usize..200), 0..6), is_older in any::<bool>()) {
        let attached = Attached::new();
        if is_older {
            attached.age(OUTPUTS, NEW, OLD);
        }
        for (number, (file, at)) in lines.into_iter().enumerate() {
            let path = [OUTPUTS, CALL, "README.md"][file];
            let text = attached.read(path);
            let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
            let at = at % all.len();
            all[at] = format!("# edit {number}");
            attached.write(path, &(all.join("\n") + "\n"));
        }
        let edited = attached.tree();
        let first = attached.run("attach --update");
        let after = attached.tree();
        if first.status == 1 {
            prop_assert_eq!(&edited, &after, "refused, and nothing was written");
            return Ok(());
        }
        prop_assert_eq!(first.status, 0, "{}", first.stderr);
        for (path, text) in &edited {
            for line in text.lines().filter(|line| line.starts_with("# edit ") && !path.starts_with('.')) {
                prop_assert!(after[path].lines().any(|other| other == line), "{}: {} is lost", path, line);
            }
        }
        let second = attached.run("attach --update");
        prop_assert!(second.stdout.contains("nothing to do"), "{}", second.stdout);
        prop_assert_eq!(after, attached.tree());
    }
}
