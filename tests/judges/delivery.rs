//! Pipelines: their hosts' schemas and lints, and the script that they run, against moto and stand-in providers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::tree::{self, generated, read};

#[test]
fn workflows_of_github_pass_their_schema_and_actionlint() {
    let what = "the workflows of generated/enterprise";
    let Some([schema, actionlint]) = judge::required(what, ["check-jsonschema", "actionlint"]) else {
        return;
    };
    // actionlint follows what a workflow calls where it knows the repository by its `.git`.
    let repository = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(repository.path().join(".git")).expect("an empty folder");
    tree::copy(&generated("enterprise").join("delivery"), repository.path());
    let folder = repository.path().join(".github/workflows");
    let files = std::fs::read_dir(&folder).expect("there are workflows");
    let files: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    assert_eq!(files.len(), 4, "{files:?}");
    passes(&schema, &["--builtin-schema", "vendor.github-workflows"], &files, repository.path());
    passes(&actionlint, &["-no-color"], &files, repository.path());
    for file in &files {
        for line in read(file).lines().filter_map(|line| line.trim().strip_prefix("- uses: ")) {
            let commit = line.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
            let is_pinned = commit.is_some_and(|(commit, _)| {
                commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())
            });
            assert!(is_pinned, "{}: {line}: an action by anything but a commit can change", file.display());
        }
    }
}

fn passes(judge: &Path, arguments: &[&str], files: &[PathBuf], folder: &Path) {
    let mut command = Command::new(judge);
    let command = command.args(arguments).args(files).current_dir(folder).stdin(Stdio::null());
    let output = command.output().expect("the judge runs");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}:\n{}", judge.display(), String::from_utf8_lossy(&said));
}

/// A stack is planned as the role that reads, and applied as the one that deploys: what was shown, and nothing else.
#[test]
fn a_pipeline_applies_the_plan_that_it_has_shown() {
    let Some(place) = Place::new("scripts/pipeline") else { return };
    place.generate("minimal", |blueprint| {
        let blueprint = blueprint.replace("111111111111", ACCOUNT);
        let roles = "[environments.dev]\nplan_role = \"arn:{partition}:iam::{account}:role/plan\"\n";
        let blueprint = blueprint.replace("[environments.dev]\n", roles);
        format!(
            "{blueprint}\n[delivery]\nengine = \"github-actions\"\nrepository = \"acme/platform\"\n\
            blueprint = \"blueprints/minimal.toml\"\n"
        )
    });
    place.make_world("minimal", &place.environment("minimal", "dev"));
    let script = "minimal/scripts/pipeline";
    let root = place.folder().join("minimal/environments/dev/state");
    let before = read(&root.join("terraform.tf"));

    let waiting = place.script(script, &["plan", "dev", "-", "state"]);
    assert!(waiting.contains("changes=waiting"), "nothing is bootstrapped:\n{waiting}");
    place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    let unchanged = place.script(script, &["plan", "dev", "-", "state"]);
    assert!(unchanged.contains("changes=no"), "{unchanged}");
    let waiting = place.script(script, &["plan", "dev", "main", "services"]);
    assert!(waiting.contains("dev main services waits for dev/main/cluster"), "{waiting}");

    let shown = place.script(script, &["plan", "dev", "main", "cluster"]);
    assert!(shown.contains("changes=yes"), "{shown}");
    assert!(read(&place.folder().join("minimal/plan.md")).contains("module.cluster.aws_eks_cluster.this"));
    let digest = shown.lines().find_map(|line| line.strip_prefix("digest=")).expect("a digest");
    let (status, said) = place.run(script, &["apply", "dev", "main", "cluster", &"0".repeat(64)]);
    assert_ne!(status, 0, "a plan that nobody was shown:\n{said}");
    assert!(said.contains("another one than was shown"), "{said}");
    place.script(script, &["apply", "dev", "main", "cluster", digest]);
    let again = place.script(script, &["plan", "dev", "main", "cluster"]);
    assert!(again.contains("changes=no"), "{again}");

    assert_eq!(read(&root.join("terraform.tf")), before, "the files are as they were");
    let (status, said) = place.run(script, &["apply", ACCOUNT, "-", "account", digest]);
    assert_ne!(status, 0, "{said}");
    assert!(said.contains("an administrator applies it"), "{said}");
}
