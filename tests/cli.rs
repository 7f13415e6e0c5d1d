//! The binary: wiring, help texts, exit statuses, what it prints; and the committed trees.

mod harness;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness::{Run, Tree, difference, expect_file, plinth, plinth_with, read_tree, report, repository};
use serde_json::Value;

/// A folder with `blueprints/minimal.toml` as `blueprint.toml`, and its tree in `tree`.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A blueprint, and no tree yet.
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let minimal = fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
        project.write("blueprint.toml", &minimal.replace("../generated/minimal", "tree"));
        project
    }

    /// A blueprint, and its tree.
    fn generated() -> Self {
        let project = Self::new();
        assert_eq!(project.run("generate").status, 0);
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, command: &str) -> Run {
        plinth(self.path(), &command.split_whitespace().collect::<Vec<_>>())
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("readable")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path().join(path), text).expect("writable");
    }

    fn edit(&self, path: &str, find: &str, with: &str) {
        let text = self.read(path);
        assert!(text.contains(find), "{path} holds `{find}`");
        self.write(path, &text.replace(find, with));
    }

    fn tree(&self) -> Tree {
        read_tree(&self.path().join("tree"))
    }
}

/// A file of the tree that every cluster has.
const MAIN: &str = "tree/environments/dev/main/cluster/main.tf";

/// What plinth remembers of its last run.
const MANIFEST: &str = "tree/.plinth/manifest.json";

#[test]
fn help_says_what_there_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut help = String::new();
    for command in [
        &["--help"][..],
        &["init", "--help"],
        &["generate", "--help"],
        &["check", "--help"],
        &["diff", "--help"],
        &["affected", "--help"],
        &["show", "--help"],
        &["migrate", "--help"],
        &["explain", "--help"],
        &["attach", "--help"],
        &["describe-cluster", "--help"],
        &["schema", "--help"],
    ] {
        let Run { status, stdout, stderr } = plinth(folder.path(), command);
        assert_eq!((status, stderr.as_str()), (0, ""), "{command:?}");
        help.push_str(&format!("$ plinth {}\n{stdout}\n", command.join(" ")));
    }
    let stale = expect_file(&repository().join("tests/cli/help.txt"), &help);
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test cli");
}

#[test]
fn usage_errors_end_with_2() {
    let project = Project::new();
    for command in [
        "",
        "destroy",
        "generate --frobnicate",
        "check --today tomorrow",
        "check --format yaml",
        "generate a.toml b.toml",
        "attach",
        "attach franklin --cluster azavea-staging-main",
    ] {
        let Run { status, stdout, stderr } = project.run(command);
        assert_eq!((status, stdout.as_str()), (2, ""), "plinth {command}");
        assert!(stderr.contains("--help"), "plinth {command}: {stderr}");
    }
    assert!(!project.path().join("tree").exists(), "nothing was written");
}

#[test]
fn files_that_cannot_be_read_end_with_2() {
    let project = Project::new();
    let missing = project.run("generate other.toml");
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.starts_with("error: cannot read `other.toml`"), "{}", missing.stderr);
    fs::write(project.path().join("latin1.toml"), b"# caf\xe9\n").expect("writable");
    let binary = project.run("check latin1.toml");
    assert_eq!(binary.status, 2);
    assert!(binary.stderr.contains("cannot read `latin1.toml`"), "{}", binary.stderr);
}

#[test]
fn generate_writes_then_leaves_alone() {
    let project = Project::new();
    let first = project.run("generate");
    let files = project.tree().len() - 1;
    assert_eq!(first.status, 0);
    assert_eq!(first.stdout, format!("tree: {files} created, 0 unchanged\n"));
    let second = project.run("generate");
    assert_eq!(second.status, 0);
    assert_eq!(second.stdout, format!("tree: nothing to do, {files} files are as they should be\n"));
}

/// The zones of a cluster's root, in the order of the manifest.
fn zones(project: &Project) -> Vec<String> {
    let manifest: Value = serde_json::from_str(&project.read(MANIFEST)).expect("JSON");
    let zones = &manifest["facts"]["cluster minimal-dev-main"]["zones"];
    zones.as_array().expect("a list").iter().map(|zone| zone.as_str().expect("text").to_owned()).collect()
}

#[test]
fn a_number_of_zones_keeps_those_that_the_cluster_has() {
    let project = Project::generated();
    assert_eq!(zones(&project), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    // As if an older catalog had chosen others.
    project.edit(MANIFEST, r#""us-east-1c"]"#, r#""us-east-1d"]"#);
    let other = project.run("check");
    assert_eq!(other.status, 1, "{}", other.stdout);
    assert!(project.run("generate").stdout.contains("~ environments/dev/main/cluster/main.tf"));
    assert_eq!(zones(&project), ["us-east-1a", "us-east-1b", "us-east-1d"]);
    assert!(project.read(MAIN).contains("us-east-1d") && !project.read(MAIN).contains("us-east-1c"));
    assert_eq!(project.run("check").status, 0);

    project.edit("blueprint.toml", "network.cidr = ", "network.zones = 4, network.cidr = ");
    project.run("generate");
    assert_eq!(
        zones(&project),
        ["us-east-1a", "us-east-1b", "us-east-1d", "us-east-1c"],
        "one more, at the end"
    );
    project.edit("blueprint.toml", "zones = 4", "zones = 3");
    project.run("generate");
    assert_eq!(zones(&project), ["us-east-1a", "us-east-1b", "us-east-1d"], "the last one goes");
    project.edit("blueprint.toml", "zones = 3", "zones = 2");
    let refused = project.run("generate");
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("error[E0334]"), "the control plane's stay: {}", refused.stderr);

    project.edit("blueprint.toml", "zones = 2", "zones = 3");
    project.edit("blueprint.toml", "us-east-1", "us-west-2");
    let refused = project.run("generate");
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("error[E0811]"), "what exists stays in its region: {}", refused.stderr);
}

#[test]
fn dry_run_says_and_writes_nothing() {
    let project = Project::new();
    let before = project.run("generate --dry-run");
    assert_eq!(before.status, 1);
    assert!(before.stdout.contains("would be created"), "{}", before.stdout);
    assert!(!project.path().join("tree").exists(), "nothing was written");
    project.run("generate");
    assert_eq!(project.run("generate --dry-run").status, 0);
    project.edit("blueprint.toml", "min = 2", "min = 3");
    let tree = project.tree();
    let after = project.run("generate --dry-run");
    assert_eq!(after.status, 1);
    assert!(after.stdout.contains("~ modules/cluster/variables.tf"), "{}", after.stdout);
    assert_eq!(tree, project.tree(), "nothing was written");
}

#[test]
fn check_lists_what_is_not_as_the_blueprint_says() {
    let project = Project::generated();
    let clean = project.run("check");
    assert_eq!(clean.status, 0);
    assert!(clean.stdout.ends_with("files, all as the blueprint says\n"), "{}", clean.stdout);

    project.edit("blueprint.toml", "min = 2", "min = 3");
    project.edit(MAIN, "tags       = local.tags", "tags       = {}");
    fs::remove_file(project.path().join("tree/modules/cluster/vpc.tf")).expect("removable");
    let Run { status, stdout, stderr } = project.run("check");
    assert_eq!(status, 1);
    for finding in [
        "edited           environments/dev/main/cluster/main.tf\n",
        "stale            modules/cluster/variables.tf\n",
        "missing          modules/cluster/vpc.tf\n",
    ] {
        assert!(stdout.contains(finding), "{finding}\n{stdout}");
    }
    assert!(stdout.contains("; run `plinth generate blueprint.toml`\n"), "{stdout}");
    assert!(stdout.ends_with("how to keep it\n"), "the command refuses what was edited: {stdout}");
    assert!(!stderr.contains("error"), "findings are results: {stderr}");
}

#[test]
fn a_wrong_blueprint_leaves_the_tree_alone() {
    let project = Project::generated();
    let before = project.tree();
    project.edit("blueprint.toml", "min = 2", "min = \"two\"");
    for command in ["generate", "generate --dry-run", "check", "generate --format json"] {
        let Run { status, stdout, stderr } = project.run(command);
        assert_eq!(status, 2, "plinth {command}");
        let (said, other) = if command.ends_with("json") { (stdout, stderr) } else { (stderr, stdout) };
        assert!(said.contains("E0103"), "plinth {command}: {said}");
        assert_eq!(other, "", "plinth {command}: said in one place");
    }
    assert_eq!(before, project.tree(), "nothing was written");
}

#[test]
fn what_is_no_longer_generated_goes() {
    let project = Project::generated();
    project.edit("blueprint.toml", "[environments.dev]", "[environments.test]\nrenamed_from = \"dev\"");
    let Run { status, stdout, .. } = project.run("generate");
    assert_eq!(status, 0);
    assert!(stdout.contains("+ environments/test/state/main.tf\n"), "{stdout}");
    assert!(stdout.contains("- environments/dev/state/main.tf\n"), "{stdout}");
    assert!(!project.path().join("tree/environments/dev").exists(), "empty folders go, too");
    assert_eq!(project.run("check").status, 0);
}

#[test]
fn an_edited_file_is_refused_and_shown() {
    let project = Project::generated();
    project.edit(MAIN, "nat_zones = [\"us-east-1a\"]", "nat_zones = []");
    project.edit("blueprint.toml", "min = 2", "min = 3");
    let before = project.tree();
    let Run { status, stdout, stderr } = project.run("generate");
    assert_eq!((status, stdout.as_str()), (1, ""));
    assert!(stderr.contains("`environments/dev/main/cluster/main.tf` is edited"), "{stderr}");
    assert!(stderr.contains("-  nat_zones = [\"us-east-1a\"]\n+  nat_zones = []\n"), "{stderr}");
    let template = "environments/{environment}/{cluster}/cluster/main.tf";
    let help = format!(
        "help: keep an edit in a file of your own: `*_override.tf`, or any other name; or in the template that makes the file:\n  \
         plinth eject '{template}'\nor give up what stands there:\n  plinth generate blueprint.toml --force {MAIN}\n",
        MAIN = MAIN.trim_start_matches("tree/"),
    );
    assert!(stderr.ends_with(&help), "{stderr}");
    assert_eq!(before, project.tree(), "all or nothing");
    // The commands that it says are right.
    let (text, _) = harness::shell(&format!("plinth eject '{template}'"), project.path());
    assert!(text.starts_with("templates: 1 created"), "{text}");
    fs::remove_dir_all(project.path().join("templates")).expect("writable");
    let Run { status, stdout, stderr } = project.run("generate --format github");
    assert_eq!(status, 1);
    let line =
        "::error file=tree/environments/dev/main/cluster/main.tf,title=edited::edited by hand: keep that in ";
    assert!(stdout.contains(line) && stderr.ends_with(&help), "{stdout}");

    let other = project.run("generate --force modules/cluster/vpc.tf");
    assert_eq!(other.status, 1, "force is for the files that it names");
    for (stray, meant) in [
        ("tree/modules/cluster/vpc.tf", "modules/cluster/vpc.tf"),
        ("modules/cluster/vcp.tf", "modules/cluster/vpc.tf"),
    ] {
        let Run { status, stdout, stderr } = project.run(&format!("generate --force {stray}"));
        assert_eq!((status, stdout.as_str()), (2, ""), "{stray}");
        assert!(stderr.contains(&format!("`--force {stray}` names no generated file")), "{stderr}");
        assert!(stderr.contains(&format!("help: did you mean `{meant}`?")), "{stderr}");
    }
    let forced = project.run("generate --force environments/dev/main/cluster/main.tf");
    assert_eq!(forced.status, 0, "{}", forced.stderr);
    assert_eq!(project.run("check").status, 0);
    assert!(project.read(MAIN).contains("nat_zones = [\"us-east-1a\"]"));
}

#[test]
fn a_foreign_file_is_refused_and_others_are_left_alone() {
    let project = Project::new();
    fs::create_dir_all(project.path().join("tree/modules/cluster")).expect("writable");
    project.write("tree/modules/cluster/vpc.tf", "# mine\n");
    project.write("tree/modules/cluster/mine_override.tf", "# mine, too\n");
    let Run { status, stderr, .. } = project.run("generate");
    assert_eq!(status, 1);
    assert!(stderr.contains("`modules/cluster/vpc.tf` is foreign"), "{stderr}");
    assert!(!stderr.contains("mine_override.tf"), "{stderr}");
    assert_eq!(project.tree().len(), 2, "nothing was written");
    fs::remove_file(project.path().join("tree/modules/cluster/vpc.tf")).expect("removable");
    assert_eq!(project.run("generate").status, 0);
    assert_eq!(project.run("check").status, 0);
    assert_eq!(project.read("tree/modules/cluster/mine_override.tf"), "# mine, too\n");
}

#[test]
fn something_in_the_way_ends_with_2() {
    let project = Project::new();
    project.write("tree", "a file\n");
    let Run { status, stderr, .. } = project.run("generate");
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("help: move it away"), "{stderr}");
    assert_eq!(project.read("tree"), "a file\n");
}

#[test]
fn init_writes_a_blueprint_that_generates_and_never_overwrites() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = plinth(folder.path(), &["init"]);
    assert_eq!(first.status, 0);
    assert!(first.stdout.starts_with("created blueprint.toml\n"), "{}", first.stdout);
    let starter = fs::read_to_string(repository().join("blueprints/starter.toml")).expect("readable");
    let written = folder.path().join("blueprint.toml");
    let text = fs::read_to_string(&written).expect("readable");
    assert_eq!(text, format!("#:schema ./blueprint.schema.json\n\n{starter}"));
    let schema = fs::read_to_string(folder.path().join("blueprint.schema.json")).expect("readable");
    assert_eq!(plinth(folder.path(), &["schema"]).stdout, schema, "what the line leads to");

    fs::write(&written, "mine\n").expect("writable");
    let second = plinth(folder.path(), &["init"]);
    assert_eq!(second.status, 2);
    assert!(second.stderr.contains("`blueprint.toml` is there already: move it away"), "{}", second.stderr);
    assert_eq!(fs::read_to_string(&written).expect("readable"), "mine\n");
    fs::write(folder.path().join("blueprint.schema.json"), "mine\n").expect("writable");

    let nowhere = plinth(folder.path(), &["init", "sub/fleet.toml"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.stderr.ends_with("help: make it first: `mkdir -p sub`\n"), "{}", nowhere.stderr);

    let spaced = plinth(folder.path(), &["init", "our fleet.toml"]);
    assert!(spaced.stdout.ends_with("run `plinth generate 'our fleet.toml'`\n"), "{}", spaced.stdout);
    let nowhere = plinth(folder.path(), &["init", "our fleet/all.toml"]);
    assert!(nowhere.stderr.ends_with("`mkdir -p 'our fleet'`\n"), "{}", nowhere.stderr);

    assert_eq!(plinth(folder.path(), &["init", "fleet.toml"]).status, 0);
    let schema = fs::read_to_string(folder.path().join("blueprint.schema.json")).expect("readable");
    assert_eq!(schema, "mine\n", "left alone");
    let generated = plinth(folder.path(), &["generate", "fleet.toml", "--out", "tree"]);
    assert_eq!(generated.status, 0, "{}", generated.stderr);
    assert!(!generated.stderr.contains("error"), "{}", generated.stderr);
    let starter = plinth(folder.path(), &["generate", "--starter", "--out", "starter"]);
    assert_eq!(starter.status, 0, "{}", starter.stderr);
}

#[test]
fn several_files_are_given_up_at_once() {
    let project = Project::generated();
    let paths = ["modules/cluster/vpc.tf", "modules/cluster/flow_logs.tf"];
    for path in paths {
        project.write(&format!("tree/{path}"), "# Mine.\n");
    }
    let Run { status, stderr, .. } = project.run("generate");
    let command = "plinth generate blueprint.toml --force modules/cluster/flow_logs.tf --force modules/cluster/vpc.tf\n";
    assert!(status == 1 && stderr.ends_with(command), "{stderr}");
    // A blueprint that stands behind is no file to give up.
    fs::rename(project.path().join("blueprint.toml"), project.path().join("azavea.toml")).expect("writable");
    let Run { status, stderr, .. } = project.run("generate --force modules/cluster/vpc.tf azavea.toml");
    assert_eq!(status, 2);
    assert!(
        stderr.contains("help: put it before `--force`: `plinth generate azavea.toml --force PATH`"),
        "{stderr}"
    );
    let run = project.run(&format!("generate azavea.toml --force {} {}", paths[0], paths[1]));
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(project.run("check azavea.toml").status, 0);
}

/// What guards a removal is not passed over because it cannot be read.
#[test]
fn a_fact_that_cannot_be_read_is_an_error() {
    let project = Project::generated();
    project.edit(
        "tree/.plinth/manifest.json",
        "\"stack dev/state\": {\"bucket\":",
        "\"stack dev/state\": {\"bukket\":",
    );
    let before = project.tree();
    let line = project.read("tree/.plinth/manifest.json");
    let line = line.lines().position(|line| line.contains("bukket")).expect("it is there") + 1;
    for command in ["check", "generate", "diff", "show"] {
        let Run { status, stderr, .. } = project.run(command);
        assert_eq!(status, 2, "{command}");
        let said = format!(
            "`./tree/.plinth/manifest.json` has a fact that cannot be read, `stack dev/state` in line {line}: missing field `bucket`\n\n\
             help: bring back the last good one (`git checkout HEAD -- ./tree/.plinth/manifest.json`), or write the line as its \
             neighbours are written\n"
        );
        assert!(stderr.ends_with(&said), "{command}: {stderr}");
    }
    assert_eq!(project.tree(), before);
}

#[test]
fn json_is_what_the_text_says() {
    let project = Project::new();
    let json = |command: &str, expected: i32| -> Value {
        let Run { status, stdout, .. } = project.run(command);
        assert_eq!(status, expected, "plinth {command}");
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    };
    let paths = |value: &Value| value.as_array().map(Vec::len);
    let plan = json("generate --dry-run --format json", 1);
    let created = json("generate --format json", 0);
    assert_eq!(plan, created, "a dry run says what a run says");
    assert_eq!(created["changed"], serde_json::json!([]));
    assert_eq!(created["removed"], serde_json::json!([]));
    assert_eq!(created["unchanged"], serde_json::json!(0));
    let files = paths(&created["created"]).expect("a list");
    assert!(created["created"].as_array().expect("a list").contains(&Value::from("modules/cluster/vpc.tf")));

    let clean = json("check --format json", 0);
    let notes = clean["diagnostics"].as_array().expect("a list");
    assert_eq!(notes[0]["code"], "N0501");
    let expected = serde_json::json!({ "clean": true, "interrupted": false, "files": files, "findings": [], "diagnostics": notes });
    assert_eq!(clean, expected);
    project.edit("blueprint.toml", "max = 3", "max = 4");
    let stale = json("check --format json", 1);
    assert_eq!(stale["clean"], Value::Bool(false));
    let finding = serde_json::json!({ "path": "modules/cluster/variables.tf", "state": "stale" });
    assert!(stale["findings"].as_array().expect("a list").contains(&finding), "{stale}");
}

#[test]
fn show_prints_what_a_blueprint_comes_to() {
    let mut differences = Vec::new();
    for (format, file) in [("text", "show.txt"), ("json", "show.json")] {
        let arguments = ["show", "blueprints/minimal.toml", "--format", format];
        let Run { status, stdout, .. } = plinth(&repository(), &arguments);
        assert_eq!(status, 0);
        differences.extend(expect_file(&repository().join("tests/cli").join(file), &stdout));
    }
    report(&differences, "UPDATE=1 cargo test --test cli");
}

#[test]
fn show_narrows_to_an_environment_and_a_cluster() {
    let show = |arguments: &[&str]| {
        let command = ["show", "blueprints/fleet.toml", "--format", "json"];
        let Run { status, stdout, stderr } = plinth(&repository(), &[&command, arguments].concat());
        assert_eq!(status, 0, "{stderr}");
        serde_json::from_str::<Value>(&stdout).expect("JSON")
    };
    let names = |value: &Value| -> Vec<String> {
        let items = value.as_array().expect("a list").iter();
        items.map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    let all = show(&[]);
    assert!(names(&all["environments"]).len() > 2);
    let west = show(&["--cluster", "west"]);
    assert_eq!(names(&west["environments"]), ["production"]);
    assert_eq!(names(&west["environments"][0]["clusters"]), ["west"]);
    assert_eq!(west["apps"][0]["attachments"].as_array().map(Vec::len), Some(1), "{}", west["apps"]);
    for (arguments, help) in [
        (["--environment", "prodction"], "did you mean `production`?"),
        (["--cluster", "wst"], "did you mean `west`?"),
    ] {
        let run = plinth(&repository(), &[&["show", "blueprints/fleet.toml"], &arguments[..]].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(help), "{}", run.stderr);
    }
}

/// The names of fields, wherever they stand; those of tables whose keys are the blueprint's or a module's are left out.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    const FREE: [&str; 8] = [
        "tags",
        "labels",
        "values",
        "settings",
        "quota",
        "kube_reserved",
        "system_reserved",
        "eviction_hard",
    ];
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                found.insert(key.clone());
                if !FREE.contains(&key.as_str()) {
                    fields(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_show_is_documented() {
    let mut found = BTreeSet::new();
    for blueprint in examples() {
        let path = blueprint.to_str().expect("UTF-8");
        let json = plinth(&repository(), &["show", path, "--format", "json"]).stdout;
        fields(&serde_json::from_str(&json).expect("JSON"), &mut found);
    }
    assert!(found.len() > 60, "{} fields", found.len());
    let document = fs::read_to_string(repository().join("docs/json.md")).expect("readable");
    let (_, section) = document.split_once("## `plinth show`").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let missing: Vec<&String> =
        found.iter().filter(|field| !section.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not mention {missing:?}");
}

#[test]
fn migrate_moves_an_older_format_forward_and_keeps_comments() {
    let project = Project::new();
    let old = fs::read_to_string(repository().join("tests/migrate/format-0.toml")).expect("readable");
    project.write("blueprint.toml", &old);
    project.write(
        "more.toml",
        "# West.\n[environments.dev.clusters.west]\nnodes.core.type = \"managed\" # as in the standard\n",
    );
    let Run { status, stderr, .. } = project.run("check");
    assert_eq!(status, 2);
    assert!(stderr.contains("help: run `plinth migrate`"), "{stderr}");

    let tried = project.run("migrate --dry-run");
    assert_eq!(tried.status, 1, "{}", tried.stderr);
    assert_eq!(project.read("blueprint.toml"), old, "nothing was written");
    let Run { status, stdout, stderr } = project.run("migrate");
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(stdout.replace(": moved", ": would be moved"), tried.stdout);
    assert!(stdout.contains("-[standard]"), "{stdout}");
    let new = project.read("blueprint.toml");
    let stale = expect_file(&repository().join("tests/migrate/format-1.toml"), &new);
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test cli");
    let comments = |text: &str| -> Vec<String> {
        let comments =
            text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment.to_owned());
        comments.collect()
    };
    assert_eq!(comments(&old), comments(&new));
    assert_eq!(
        project.read("more.toml"),
        "# West.\n[environments.dev.clusters.west]\nnode_pools.core.kind = \"managed\" # as in the standard\n"
    );

    project.edit("more.toml", "kind = \"managed\"", "enabled = true");
    assert_eq!(project.run("check").status, 1, "it is read: only the tree is missing");
    let again = project.run("migrate");
    assert_eq!(
        (again.status, again.stdout.as_str()),
        (0, "blueprint.toml: nothing to do, it has format 1\n")
    );
    project.edit("blueprint.toml", "format = 1", "format = 2");
    let newer = project.run("migrate");
    assert_eq!(newer.status, 2);
    assert!(newer.stderr.contains("help: install plinth 2.0 or later"), "{}", newer.stderr);
}

/// Two files and a mistake between them.
fn overlap() -> Project {
    let project = Project::new();
    project.edit("blueprint.toml", "format  = 1", "format  = 1\ninclude = [\"more.toml\"]");
    project.write(
        "more.toml",
        "[environments.test]\naccount = \"111111111111\"\nregion = \"us-east-1\"\n\
         deploy_role = \"arn:aws:iam::111111111111:role/terraform\"\n\
         cluster = { kubernetes_version = \"1.36\", network.cidr = \"10.0.0.0/17\", endpoint.public_cidrs = [\"203.0.113.0/24\"] }\n",
    );
    project
}

#[test]
fn diagnostics_as_json_say_both_places() {
    let project = overlap();
    let Run { status, stdout, stderr } = project.run("check --format json");
    assert_eq!((status, stderr.as_str()), (2, ""));
    let json: Value = serde_json::from_str(&stdout).expect("JSON");
    let place = |file: &str, line: u32, column: u32, width: u32, label: &str| {
        serde_json::json!({
            "file": file, "line": line, "column": column, "end_line": line, "end_column": column + width, "label": label,
        })
    };
    let expected = serde_json::json!({
        "diagnostics": [{
            "code": "E0305",
            "severity": "error",
            "message": "`10.0.0.0/17` overlaps `10.0.0.0/16` of cluster `minimal-dev-main`",
            "at": place("more.toml", 5, 57, 13, "here"),
            "also": place("blueprint.toml", 15, 61, 13, "and here"),
            "help": "give each of them a `network.cidr` of its own: clusters of one account and region, and `peers`, can come to meet",
        }]
    });
    assert_eq!(json, expected);
}

#[test]
fn annotations_lead_to_the_line() {
    let project = overlap();
    let Run { status, stdout, stderr } = project.run("check --format github");
    assert_eq!(status, 2);
    assert_eq!(
        stdout,
        "::error file=more.toml,line=5,endLine=5,col=57,endColumn=70,title=E0305%3A `10.0.0.0/17` overlaps `10.0.0.0/16` of \
         cluster `minimal-dev-main`::here%0Ahelp: give each of them a `network.cidr` of its own: clusters \
         of one account and region, and `peers`, can come to meet\n"
    );
    assert!(stderr.starts_with("error[E0305]"), "people read the log: {stderr}");

    let project = Project::generated();
    project.edit(MAIN, "tags       = local.tags", "tags       = {}");
    let Run { status, stdout, .. } = project.run("check --format github");
    assert_eq!(status, 1);
    let line = "::error file=tree/environments/dev/main/cluster/main.tf,title=edited::edited by hand: keep that in a file of \
                your own (`*_override.tf`), or in its template (`plinth eject ";
    assert!(stdout.contains(line), "{stdout}");
    assert!(stdout.contains("::notice file=blueprint.toml,title=N0501"), "{stdout}");
}

#[test]
fn the_same_bytes_everywhere() {
    let one = Project::generated();
    let other = Project::new();
    let blueprint = other.path().join("blueprint.toml");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let home = elsewhere.path().to_str().expect("UTF-8");
    let arguments = ["generate", blueprint.to_str().expect("UTF-8")];
    let variables =
        [("HOME", home), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "C"), ("TZ", "Asia/Kathmandu"), ("USER", "x")];
    let run = plinth_with(elsewhere.path(), &arguments, &variables);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(one.tree(), other.tree());
    assert!(read_tree(elsewhere.path()).is_empty(), "nothing is written elsewhere");
}

#[test]
fn no_colour_where_nobody_sees_it() {
    let project = Project::new();
    project.edit("blueprint.toml", "min = 2", "min = \"two\"");
    for variables in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "xterm-256color")]] {
        let run = plinth_with(project.path(), &["check"], variables);
        assert!(
            !run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'),
            "{variables:?}: {}",
            run.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn check_needs_no_right_to_write() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::generated();
    let writable = |is_writable: bool| {
        let paths = walkdir::WalkDir::new(project.path()).into_iter();
        for path in paths.map(|entry| entry.expect("readable").into_path()) {
            let mode = fs::metadata(&path).expect("metadata").permissions().mode();
            let mode = if is_writable { mode | 0o200 } else { mode & !0o222 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
        }
    };
    writable(false);
    let before = project.tree();
    let run = project.run("check");
    let after = project.tree();
    writable(true);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(before, after);
}

/// The blueprints whose trees are committed.
fn examples() -> Vec<PathBuf> {
    let all = fs::read_dir(repository().join("blueprints")).expect("a folder of blueprints");
    let mut blueprints: Vec<PathBuf> = all.map(|entry| entry.expect("readable").path()).collect();
    blueprints.retain(|path| {
        path.extension().is_some_and(|kind| kind == "toml") && !path.ends_with("starter.toml")
    });
    blueprints.sort();
    blueprints
}

#[test]
fn committed_trees_are_what_the_code_makes() {
    let mut differences = Vec::new();
    let mut commands = Vec::new();
    for blueprint in examples() {
        let name = blueprint.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8");
        let out = tempfile::tempdir().expect("a temporary folder");
        let path = format!("blueprints/{name}.toml");
        let run = plinth(&repository(), &["generate", &path, "--out", out.path().to_str().expect("UTF-8")]);
        assert_eq!(run.status, 0, "{path}: {}", run.stderr);
        let (committed, real) =
            (read_tree(&repository().join("generated").join(name)), read_tree(out.path()));
        let before = differences.len();
        for path in committed.keys().chain(real.keys().filter(|path| !committed.contains_key(*path))) {
            // The manifest follows from the files.
            if path != ".plinth/manifest.json" {
                let (old, new) = (committed.get(path), real.get(path));
                let shown = format!("generated/{name}/{path}");
                differences.extend(difference(&shown, old.map_or("", |old| old), new.map_or("", |new| new)));
            }
        }
        let check = plinth(&repository(), &["check", &path]);
        if differences.len() == before && check.status != 0 {
            differences.push(check.stdout);
        }
        if differences.len() > before {
            commands.push(format!("plinth generate {path}"));
        }
    }
    report(&differences, &commands.join("\n    "));
}

#[test]
fn a_lock_that_is_no_text_is_named_itself() {
    let project = Project::new();
    fs::write(project.path().join("plinth.lock"), [0xff, 0xfe]).expect("writable");
    let run = project.run("generate");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("E0553") && run.stderr.contains("\n--> plinth.lock\n"), "{}", run.stderr);
    assert!(run.stderr.ends_with("1 error in plinth.lock; nothing was written\n"), "{}", run.stderr);
}
