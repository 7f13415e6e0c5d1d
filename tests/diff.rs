//! `plinth diff` and `plinth affected`: what they compare with, exit statuses, what machines get. What they say of an edit stands in
//! `tests/edits`.

mod harness;

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{Run, expect_file, plinth, plinth_with, report, repository};
use serde_json::Value;

const BLUEPRINT: &str = r#"format  = 1
project = { name = "acme" }
output  = { dir = "tree" }
include = ["environments/*.toml"]

[cluster]
kubernetes_version = "1.36"

[cluster.node_pools.core]
kind           = "managed"
instance_types = ["t3.large"]
size           = { min = 2, max = 4 }

[cluster.node_pools.worker]
kind           = "managed"
instance_types = ["m7i.large"]
size           = { min = 1, max = 3 }

[apps.shop]
team         = "shop"
environments = ["dev"]
"#;

const DEV: &str = r#"[environments.dev]
account     = "111111111111"
region      = "us-east-1"
deploy_role = "arn:aws:iam::111111111111:role/terraform"
plan_role   = "arn:aws:iam::111111111111:role/terraform-plan"
cluster     = { network.cidr = "10.0.0.0/16", endpoint.public_cidrs = ["203.0.113.0/24"] }
"#;

/// A file of the tree that every cluster has.
const MAIN: &str = "tree/environments/dev/main/cluster/main.tf";

/// A folder with a blueprint in two files.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        project.write("blueprint.toml", BLUEPRINT);
        project.write("environments/dev.toml", DEV);
        project
    }

    /// One with its tree.
    fn generated() -> Self {
        let project = Self::new();
        project.generate();
        project
    }

    /// One whose files, and tree, are committed on the branch `main`.
    fn committed() -> Self {
        let project = Self::generated();
        project.git("init --quiet --initial-branch main");
        project.commit();
        project
    }

    fn generate(&self) {
        let Run { status, stderr, .. } = self.run("generate");
        assert_eq!(status, 0, "{stderr}");
    }

    fn commit(&self) {
        self.git("add --all");
        self.git("-c user.name=t -c user.email=t@example.com commit --quiet --message .");
    }

    fn git(&self, command: &str) {
        let output = Command::new("git")
            .args(command.split_whitespace())
            .current_dir(self.path())
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .output()
            .expect("these tests need git");
        assert!(output.status.success(), "git {command}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, command: &str) -> Run {
        plinth(self.path(), &command.split_whitespace().collect::<Vec<_>>())
    }

    fn json(&self, command: &str) -> Value {
        let Run { stdout, .. } = self.run(&format!("{command} --format json"));
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }

    /// The stacks that are affected since `main`, with a star where they are touched.
    fn affected(&self) -> Vec<String> {
        self.affected_since("--base main")
    }

    fn affected_since(&self, bases: &str) -> Vec<String> {
        let json = self.json(&format!("affected {bases}"));
        let entry = |entry: &Value| {
            let star = if entry["touched"] == true { "*" } else { "" };
            format!("{}{star}", entry["name"].as_str().expect("a name"))
        };
        json["include"].as_array().expect("a list").iter().map(entry).collect()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    fn edit(&self, path: &str, find: &str, with: &str) {
        let text = fs::read_to_string(self.path().join(path)).expect("readable");
        assert!(text.contains(find), "{path} holds `{find}`");
        self.write(path, &text.replace(find, with));
    }

    /// Takes the application out, as the last step: it has been retired, and what it had is destroyed.
    fn drop_app(&self) {
        self.edit("blueprint.toml", "[apps.shop]\n", "[apps.shop]\nretire       = true\n");
        self.generate();
        let (rest, _) = BLUEPRINT.split_once("[apps.shop]").expect("it has one");
        self.write("blueprint.toml", rest);
    }
}

const ALL: [&str; 5] =
    ["dev/state*", "dev/main/cluster*", "dev/main/services*", "dev/main/tenants*", "apps/shop/dev*"];

#[test]
fn without_a_base_it_is_the_tree_on_disk() {
    let project = Project::new();
    let first = project.run("diff");
    assert_eq!(first.status, 1);
    assert!(first.stdout.starts_with("5 of 5 stacks differ from the tree on disk\n"), "{}", first.stdout);
    project.generate();
    let clean = project.run("diff");
    assert_eq!(
        (clean.status, clean.stdout.as_str()),
        (0, "nothing differs from the tree on disk: 5 stacks\n")
    );

    project.edit("blueprint.toml", "max = 3", "max = 5");
    let before = harness::read_tree(project.path());
    let changed = project.run("diff");
    assert_eq!((changed.status, changed.stderr.contains("error")), (1, false), "{}", changed.stderr);
    let stale = expect_file(&repository().join("tests/diff/size.txt"), &changed.stdout);
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test diff");
    assert_eq!(before, harness::read_tree(project.path()), "nothing was written");

    project.write("blueprint.toml", &BLUEPRINT.replace("max = 3", "max = 0"));
    assert_eq!(project.run("diff").status, 2, "a blueprint that is wrong");
}

#[test]
fn what_is_destroyed_ends_with_3() {
    let project = Project::generated();
    project.edit("blueprint.toml", "node_pools.worker]", "node_pools.spare]");
    let destroyed = project.run("diff --format github");
    assert_eq!(destroyed.status, 3);
    let said =
        "::error file=tree/modules/cluster/node_pools.tf,title=destroyed%3A aws_eks_node_group.worker::";
    assert!(destroyed.stdout.contains(said), "{}", destroyed.stdout);
    let said = "\ndestroyed: aws_eks_node_group.worker (modules/cluster, called by dev/main/cluster)\n";
    assert!(destroyed.stdout.contains(said), "{}", destroyed.stdout);
}

/// The steps in which something leaves are what the tool itself asks for.
#[test]
fn what_is_retired_ends_with_1() {
    let project = Project::new();
    project.edit("environments/dev.toml", "plan_role", "protection = true\nplan_role");
    project.generate();
    project.edit("blueprint.toml", "[apps.shop]\n", "[apps.shop]\nretire       = true\n");
    let says = |status: i32, lines: &[&str]| {
        let run = project.run("diff --format github");
        assert_eq!(run.status, status, "{}", run.stdout);
        for line in lines {
            let stands =
                run.stdout.lines().filter(|it| it.contains("destroyed")).any(|it| it.starts_with(line));
            assert!(stands, "`{line}` is not in\n{}", run.stdout);
        }
    };
    let tenants = "environments/dev/main/tenants";
    says(1, &["destroyed as retired: terraform_data.protected_tenant_shop (environments/dev/main/tenants)"]);
    let json = project.json("diff");
    let guards = json["folders"][0]["addresses"].as_array().expect("a list").iter();
    let guard = guards.clone().find(|it| it["address"] == "terraform_data.protected_tenant_shop");
    assert_eq!(guard.expect("it goes")["retired"], true, "{json:#}");
    project.generate();

    // What else goes meanwhile is not what was retired.
    project.edit("blueprint.toml", "node_pools.worker]", "node_pools.spare]");
    says(3, &["destroyed: aws_eks_node_group.worker"]);
    project.edit("blueprint.toml", "node_pools.spare]", "node_pools.worker]");

    let (rest, _) = BLUEPRINT.split_once("[apps.shop]").expect("it has one");
    project.write("blueprint.toml", rest);
    let notice =
        format!("::notice file=tree/{tenants}/main.tf,title=destroyed as retired%3A module.tenant_shop::");
    says(
        1,
        &[
            "destroyed as retired: apps/shop/dev (",
            &notice,
            "destroyed as retired: environments/dev/main/tenants (",
        ],
    );
    let affected = project.json("diff");
    let gone = affected["stacks"].as_array().expect("a list").iter().filter(|it| it["change"] == "removed");
    assert!(gone.clone().count() == 2 && gone.clone().all(|it| it["retired"] == true), "{affected:#}");
}

#[test]
fn what_gets_another_name_is_followed_wherever_its_state_is() {
    for delivery in
        ["", "[delivery]\nengine = \"hcp-terraform\"\norganization = \"acme\"\nproject = \"Platform\"\n"]
    {
        let project = Project::new();
        project.write("blueprint.toml", &format!("{BLUEPRINT}\n{delivery}"));
        project.write(
            "environments/dev.toml",
            &format!("{DEV}clusters.eu = {{ region = \"eu-west-1\", network.cidr = \"10.1.0.0/16\" }}\n"),
        );
        project.generate();
        project.edit(
            "environments/dev.toml",
            "clusters.eu = {",
            "clusters.europe = { renamed_from = \"eu\",",
        );
        project.edit(
            "environments/dev.toml",
            "[environments.dev]\n",
            "[environments.test]\nrenamed_from = \"dev\"\n",
        );
        project.edit("blueprint.toml", "[apps.shop]\n", "[apps.store]\nrenamed_from = \"shop\"\n");
        project.edit("blueprint.toml", "[\"dev\"]", "[\"test\"]");
        let Run { status, stdout, stderr } = project.run("diff");
        assert_eq!(status, 1, "{delivery}\n{stdout}{stderr}");
        let renamed: Vec<&str> = stdout.lines().filter(|line| line.starts_with("renamed")).collect();
        let expected = [
            "renamed: apps/shop/dev -> apps/store/test, with the same states",
            "renamed: environments/dev/eu -> environments/test/europe, with the same states",
            "renamed: environments/dev -> environments/test, with the same states",
        ];
        assert_eq!(renamed, expected, "{delivery}\n{stdout}");
    }
}

#[test]
fn data_is_for_machines() {
    let project = Project::generated();
    project.edit("blueprint.toml", "max = 3", "max = 5");
    let json = project.json("diff");
    let stale = expect_file(&repository().join("tests/diff/size.json"), &format!("{json:#}\n"));
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test diff");
    let document = fs::read_to_string(repository().join("docs/json.md")).expect("readable");
    let mut keys = Vec::new();
    collect(&json, &mut keys);
    let missing: Vec<_> = keys.iter().filter(|key| !document.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not mention {missing:?}");
}

fn collect(json: &Value, keys: &mut Vec<String>) {
    match json {
        Value::Object(entries) => {
            for (key, value) in entries {
                keys.push(key.clone());
                collect(value, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}

#[test]
fn another_folder_is_a_base() {
    let project = Project::generated();
    fs::rename(project.path().join("tree"), project.path().join("old")).expect("writable");
    project.edit("blueprint.toml", "max = 3", "max = 5");
    project.generate();
    let run = project.run("diff --base old");
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("1 of 5 stacks differs from old\n"), "{}", run.stdout);
    assert_eq!(project.run("diff").status, 0, "the tree itself is as it should be");
    fs::create_dir(project.path().join("empty")).expect("writable");
    project.git("init --quiet");
    let empty = project.run("diff --base empty");
    assert_eq!(empty.status, 2);
    assert!(empty.stderr.contains("`empty` is a folder without a generated tree"), "{}", empty.stderr);
}

#[test]
fn a_revision_is_the_tree_that_was_committed() {
    let project = Project::committed();
    assert_eq!(project.run("diff --base main").status, 0);
    assert_eq!(project.affected(), Vec::<String>::new());
    project.edit("blueprint.toml", "max = 3", "max = 5");
    let run = project.run("diff --base main");
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stdout.starts_with("1 of 5 stacks differs from main\n"), "{}", run.stdout);
    project.generate();
    project.commit();
    assert_eq!(project.run("diff --base main").status, 0);
    let before = project.run("diff --base main~1");
    assert_eq!(
        before.stdout,
        run.stdout.replace("from main", "from main~1"),
        "what was said is what was committed"
    );

    // Another plinth wrote other text: that is a change of the stack, though the blueprint is as it was.
    project.edit(MAIN, "region     = \"us-east-1\"", "region     = \"us-east-2\"");
    project.commit();
    assert_eq!(project.affected()[0], "dev/main/cluster*");
    // Comments and layout are none.
    project.edit(MAIN, "region     = \"us-east-2\"", "# because\nregion = \"us-east-1\" # of AWS");
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new());
    let layout = project.run("diff --base main");
    assert_eq!(layout.status, 1);
    assert!(layout.stdout.contains("main.tf (comments, descriptions and layout)\n"), "{}", layout.stdout);
}

#[test]
fn a_revision_without_a_tree_is_what_its_blueprint_comes_to() {
    let project = Project::generated();
    project.write(".gitignore", "tree\n");
    project.git("init --quiet --initial-branch main");
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new(), "with what it includes");
    project.edit("environments/dev.toml", "10.0.0.0/16", "10.1.0.0/16");
    let touched = ["dev/main/cluster*", "dev/main/services", "dev/main/tenants", "apps/shop/dev"];
    assert_eq!(project.affected(), touched);
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new());

    assert_eq!(project.run("eject modules/cluster/outputs.tf").status, 0);
    let template = "templates/modules/cluster/outputs.tf";
    let text = fs::read_to_string(project.path().join(template)).expect("readable");
    project.write(
        template,
        &format!("{text}\noutput \"own\" {{\n  description = \"Ours.\"\n  value       = var.name\n}}\n"),
    );
    assert_eq!(project.affected(), touched);
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new(), "with the templates of that revision");
    project.write(".gitignore", "");
    project.generate();
    project.write("tree/apps/shop/module/mine.tf", "module \"own\" {\n  source = \"../../../../lib\"\n}\n");
    assert_eq!(project.affected(), ["apps/shop/dev*"], "what is the person's alone");
}

#[test]
fn everything_is_new_where_there_was_no_blueprint() {
    let project = Project::new();
    project.git("init --quiet --initial-branch main");
    project.write("README.md", "Soon.\n");
    project.git("add README.md");
    project.git("-c user.name=t -c user.email=t@example.com commit --quiet --message .");
    assert_eq!(project.affected(), ALL);
}

#[test]
fn a_blueprint_of_the_past_that_is_wrong_is_said_with_its_revision() {
    let project = Project::new();
    project.write(".gitignore", "tree\n");
    project.edit("environments/dev.toml", "us-east-1", "us-east-0");
    project.git("init --quiet --initial-branch main");
    project.commit();
    project.edit("environments/dev.toml", "us-east-0", "us-east-1");
    let run = project.run("affected --base main");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--> main:environments/dev.toml:3:"), "{}", run.stderr);
}

#[test]
fn files_of_a_person_touch_their_stacks() {
    let project = Project::committed();
    project.write("tree/apps/shop/dev/queue.tf", "resource \"aws_sqs_queue\" \"own\" {}\n");
    assert_eq!(project.affected(), ["apps/shop/dev*"]);
    project.write("tree/apps/shop/dev/notes.md", "Ours.\n");
    project.write("tree/modules/tenant/labels_override.tf", "# soon\n");
    assert_eq!(project.affected(), ["dev/main/tenants*", "apps/shop/dev*"]);
    let diff = project.run("diff --base main");
    assert_eq!(diff.status, 1);
    assert!(diff.stdout.contains("apps/shop/dev\n  queue.tf\n"), "{}", diff.stdout);
    assert!(!diff.stdout.contains("notes.md"), "{}", diff.stdout);
}

/// What a person's files call is a part of the stack as what plinth's files call is, wherever in the repository it lies.
#[test]
fn modules_of_a_person_touch_the_stacks_that_call_them() {
    let call =
        |name: &str, source: &str| format!("  module \"{name}\" {{\n    source = \"{source}\"\n  }}\n");
    let project = Project::generated();
    project.write(
        "tree/environments/dev/main/services/mine.tf",
        &[
            ("own", "../../../../modules/own"),
            ("beside", "./own/"),
            ("elsewhere", "../../../../../../elsewhere"),
            ("remote", "git::https://example.com/lib.git//c"),
        ]
        .map(|(name, source)| call(name, source))
        .concat(),
    );
    let json = r#"{"module": {"own": [{"source": "../../../../modules/inner"}]}}"#;
    project.write("tree/environments/dev/main/tenants/mine.tf.json", json);
    project.write("tree/apps/shop/module/mine.tf", &call("a", "../../../../lib/a"));
    project.write("tree/modules/cluster/x_override.tf", &call("b", "../../../lib/b"));
    let page = "locals {\n  page = file(\"${path.module}/welcome.md\")\n}\n";
    project.write("tree/modules/own/main.tf", &(call("inner", "../inner") + page));
    project.write("lib/a/main.tf", &call("b", "../b"));
    project.write("lib/b/main.tf", "# b\n");
    project.git("init --quiet --initial-branch main");
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new());

    let (cluster, services, tenants, app) =
        ("dev/main/cluster", "dev/main/services", "dev/main/tenants", "apps/shop/dev");
    for (changed, touched) in [
        ("tree/environments/dev/main/services/own/main.tf", [services].as_slice()),
        ("tree/modules/own/main.tf", &[services]),
        // Whatever lies in it, and below it: a file may read that. A page only where one does.
        ("tree/modules/own/files/policy.json.tftpl", &[services]),
        ("tree/modules/own/welcome.md", &[services]),
        ("tree/modules/inner/README.md", &[]),
        ("tree/modules/own/tests/own.tftest.hcl", &[]),
        // What these call, in another folder of the tree or of the repository.
        ("tree/modules/inner/main.tf", &[services, tenants]),
        ("lib/a/main.tf", &[app]),
        ("lib/a/files/policy.json", &[app]),
        ("lib/b/main.tf", &[cluster, app]),
        // What nobody calls.
        ("tree/modules/other/main.tf", &[]),
        ("lib/c/main.tf", &[]),
    ] {
        let is_new = !project.path().join(changed).exists();
        project.write(changed, "# changed\n");
        let found = project.affected();
        let found: Vec<&str> = found.iter().filter_map(|name| name.strip_suffix('*')).collect();
        assert_eq!(found, touched, "{changed}");
        if is_new {
            fs::remove_file(project.path().join(changed)).expect("writable");
        } else {
            project.git("checkout --quiet -- .");
        }
    }
    fs::remove_dir_all(project.path().join("lib/b")).expect("writable");
    assert_eq!(project.affected()[0], "dev/main/cluster*", "what is gone differs, too");
}

/// git knows a submodule as one thing.
#[test]
fn a_module_of_a_person_may_lie_in_a_submodule() {
    let project = Project::generated();
    let other = Project::new();
    other.write("own/main.tf", "# own\n");
    other.git("init --quiet --initial-branch main");
    other.commit();
    project.write(
        "tree/environments/dev/main/tenants/mine.tf",
        "module \"own\" {\n  source = \"../../../../../lib/own\"\n}\n",
    );
    project.git("init --quiet --initial-branch main");
    let url = other.path().display();
    project.git(&format!("-c protocol.file.allow=always submodule --quiet add {url} lib"));
    project.commit();
    assert_eq!(project.affected(), Vec::<String>::new());
    other.write("own/main.tf", "# changed\n");
    other.commit();
    project.git("-C lib pull --quiet origin main");
    assert_eq!(project.affected(), ["dev/main/tenants*", "apps/shop/dev"]);
}

#[test]
fn modules_of_a_person_are_shown_with_the_stacks_that_call_them() {
    let project = Project::generated();
    let services = "tree/environments/dev/main/services/mine.tf";
    project.write(services, "module \"own\" {\n  source = \"../../../../../lib\"\n}\n");
    // And back into the tree.
    project.write("lib/main.tf", "module \"tenant\" {\n  source = \"../tree/modules/tenant\"\n}\n");
    project.git("init --quiet --initial-branch main");
    project.commit();
    project.write("lib/main.tf", "module \"tenant\" {\n  source = \"../tree/modules/tenant\"\n}\n# why\n");
    let diff = project.run("diff --base main");
    assert_eq!(diff.status, 1, "{}", diff.stderr);
    assert_eq!(
        diff.stdout,
        "1 of 5 stacks differs from main\n\n../lib, called by dev/main/services\n  main.tf\n"
    );
    let json = project.json("diff --base main");
    assert_eq!(json["files"][0]["path"], "../lib/main.tf");
    assert_eq!(json["files"][0]["change"], "own");
    project.commit();

    let tenant = "tree/modules/tenant/outputs.tf";
    project.write(
        tenant,
        &(fs::read_to_string(project.path().join(tenant)).expect("readable") + "locals {\n  a = 1\n}\n"),
    );
    let touched = ["dev/main/services*", "dev/main/tenants*", "apps/shop/dev"];
    assert_eq!(project.affected(), Vec::<String>::new(), "the tree is what the blueprint comes to");
    project.commit();
    assert_eq!(project.affected(), touched);
}

/// A deployment failed half-way and was reverted: what is deployed is either of both commits, and the revert must deploy what the
/// failed one touched, though nothing differs from the last one that was deployed.
#[test]
fn what_differs_from_any_base_is_affected() {
    let project = Project::committed();
    project.edit("blueprint.toml", "max = 3", "max = 5");
    project.generate();
    project.write("tree/apps/shop/dev/queue.tf", "resource \"aws_sqs_queue\" \"own\" {}\n");
    project.commit();
    project.git("-c user.name=t -c user.email=t@example.com revert --no-edit HEAD");
    let failed = ["dev/main/cluster*", "dev/main/services", "dev/main/tenants", "apps/shop/dev*"];
    assert_eq!(project.affected_since("--base main~2"), Vec::<String>::new());
    assert_eq!(project.affected_since("--base main~1"), failed);
    for bases in ["--base main~2 --base main~1", "--base main~1 --base main~2", "--base main~1 --base main~1"]
    {
        assert_eq!(project.affected_since(bases), failed, "{bases}");
    }
    // Each touches another stack.
    project.write("tree/environments/dev/main/tenants/own.tf", "locals {}\n");
    project.commit();
    assert_eq!(project.affected_since("--base main~3"), ["dev/main/tenants*", "apps/shop/dev"]);
    let both = "--base main~3 --base main~2";
    assert_eq!(
        project.affected_since(both),
        ["dev/main/cluster*", "dev/main/services", "dev/main/tenants*", "apps/shop/dev*"]
    );
    let text = project.run(&format!("affected {both}")).stdout;
    assert!(text.ends_with("\n4 of 5 stacks are affected since main~3 or main~2\n"), "{text}");
    let unknown = project.run("affected --base main --base mian");
    assert_eq!((unknown.status, unknown.stdout.as_str()), (2, ""));
}

#[test]
fn a_matrix_is_in_the_order_of_deployment() {
    let project = Project::committed();
    project.edit("blueprint.toml", "max = 3", "max = 5");
    let matrix = project.json("affected --base main");
    let stale = expect_file(&repository().join("tests/diff/matrix.json"), &format!("{matrix:#}\n"));
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test diff");
    let keys: Vec<_> = matrix.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["include"], "any other key would be a dimension of the matrix");
    let document = fs::read_to_string(repository().join("docs/json.md")).expect("readable");
    for key in matrix["include"][0].as_object().expect("an object").keys() {
        assert!(document.contains(&format!("`{key}`")), "docs/json.md does not mention {key}");
    }
    project.drop_app();
    let text = project.run("affected --base main");
    assert_eq!(text.status, 0);
    assert!(text.stdout.contains("\napps/shop/dev is gone: nothing is left to plan\n"), "{}", text.stdout);
}

#[test]
fn what_git_cannot_tell_is_said_plainly() {
    let project = Project::generated();
    let outside = project.run("diff --base main");
    assert_eq!(outside.status, 2);
    assert!(
        outside.stderr.contains("error: `.` is in no git repository that can be read\n  fatal: not a git"),
        "{}",
        outside.stderr
    );
    let absent = plinth_with(project.path(), &["diff", "--base", "main"], &[("PATH", "/nonexistent")]);
    assert_eq!(absent.status, 2);
    assert!(absent.stderr.contains("needs the program `git`, which is not in PATH"), "{}", absent.stderr);
    project.git("init --quiet --initial-branch main");
    project.commit();
    for revision in ["mian", "--base=--output=x", "main:blueprint.toml"] {
        let argument =
            if revision.starts_with('-') { revision.to_owned() } else { format!("--base={revision}") };
        let unknown = project.run(&format!("affected {argument}"));
        assert_eq!((unknown.status, unknown.stdout.as_str()), (2, ""), "{revision}");
        assert!(unknown.stderr.contains("git knows no revision"), "{revision}: {}", unknown.stderr);
    }
    assert_eq!(project.run("affected").status, 2, "it has no base of its own");
}

#[test]
fn a_blueprint_and_its_tree_may_lie_below_the_top() {
    let project = Project::new();
    let platform = project.path().join("platform/eks");
    fs::create_dir_all(platform.join("environments")).expect("writable");
    fs::write(platform.join("blueprint.toml"), BLUEPRINT.replace("\"tree\"", "\"../tree\""))
        .expect("writable");
    fs::write(platform.join("environments/dev.toml"), DEV).expect("writable");
    assert_eq!(plinth(&platform, &["generate"]).status, 0);
    project.git("init --quiet --initial-branch main");
    project.commit();
    let from = |folder: &Path, blueprint: &str| {
        let Run { status, stdout, stderr } = plinth(folder, &["diff", blueprint, "--base", "main"]);
        assert_eq!(status, 0, "{stderr}");
        stdout
    };
    let said = "nothing differs from main: 5 stacks\n";
    assert_eq!(from(&platform, "blueprint.toml"), said);
    assert_eq!(from(project.path(), "platform/eks/blueprint.toml"), said);
}
