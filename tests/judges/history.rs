//! What pipelines make of a repository's history: the steps that they run, in real git, with an answering host made up.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::judge;
use crate::tree::{read, repository, write};
use crate::yaml;

/// A repository with a blueprint and its tree.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// Makes one of a case's blueprint, in one commit; `None` where a judge is missing, which has been said then.
    fn of(case: &str) -> Option<Self> {
        judge::required(&format!("the pipelines of {case}"), ["bash", "git", "jq"])?;
        let repository = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir(repository.path().join("bin")).expect("an empty folder");
        let plinth = repository.path().join("bin/plinth");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_plinth"), plinth).expect("an empty folder");
        repository.git("init --quiet --initial-branch main");
        write(&repository.path().join(".gitignore"), "/bin\n/*.json\n/*.yml\n/output\n");
        let blueprint =
            read(&crate::tree::repository().join("tests/cases").join(case).join("blueprint.toml"));
        repository.commit(&blueprint);
        Some(repository)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a blueprint, generates its tree, commits both; returns the commit.
    fn commit(&self, blueprint: &str) -> String {
        write(&self.path().join("blueprint.toml"), blueprint);
        let (status, said) = self.run("plinth generate blueprint.toml", &[]);
        assert_eq!(status, 0, "{said}");
        self.git("add --all");
        self.git("commit --quiet --message change");
        self.git("rev-parse HEAD")
    }

    fn git(&self, words: &str) -> String {
        let person = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        let output = command.args(person).args(words.split(' ')).current_dir(self.path()).output();
        let output = output.expect("git runs");
        assert!(output.status.success(), "git {words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Puts a program first on the path of what is run here.
    fn put_first(&self, name: &str, text: &str) {
        let program = self.path().join("bin").join(name);
        write(&program, text);
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    }

    /// Runs lines as a runner's shell does; returns the exit status and all that was said.
    fn run(&self, lines: &str, variables: &[(&str, &str)]) -> (i32, String) {
        let inherited = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{inherited}", self.path().join("bin").display());
        let mut command = Command::new("bash");
        command.args(["-e", "-c", lines]).current_dir(self.path()).stdin(Stdio::null());
        command.env("PATH", path).envs(variables.iter().copied());
        let output = command.output().expect("bash runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.code().unwrap_or(-1), said)
    }

    fn file(&self, path: &str) -> Value {
        let [document] =
            yaml::parse(&read(&self.path().join(path))).expect("YAML").try_into().expect("one document");
        document
    }
}

/// The step of a job of GitHub that has an `id`, or that has a name.
fn step(workflow: &Value, job: &str, name: &str) -> String {
    let steps = workflow["jobs"][job]["steps"].as_array().expect("steps");
    let step =
        steps.iter().find(|step| step["id"] == name || step["name"] == name).expect("the step is there");
    step["run"].as_str().expect("it runs something").to_owned()
}

/// The lines of a job of GitLab.
fn script(pipeline: &Value, job: &str) -> String {
    let lines = pipeline[job]["script"].as_array().expect("a script").iter();
    lines.map(|line| line.as_str().expect("text")).collect::<Vec<_>>().join("\n")
}

/// A commit whose deployment failed half-way, and its revert: what it applied has to be taken back.
fn reverted(repository: &Repository) -> (String, String) {
    let before = repository.git("rev-parse HEAD");
    let blueprint = read(&repository.path().join("blueprint.toml"));
    let failed = repository.commit(&blueprint.replace("m6i.large", "m6i.xlarge"));
    assert_ne!(before, failed);
    repository.git("revert --no-edit HEAD");
    (before, failed)
}

#[test]
fn a_revert_is_deployed_by_github_where_the_reverted_deployment_failed() {
    let Some(repository) = Repository::of("delivery-by-github-actions") else { return };
    let (before, failed) = reverted(&repository);
    // As `gh` does it: what was asked for, through a filter of jq.
    repository.put_first("gh", "#!/bin/sh\nfor filter do :; done\nexec jq -r \"$filter\" runs.json\n");
    let affected = step(&repository.file(".github/workflows/plinth-deploy.yml"), "affected", "affected");
    let stacks = |event: &str, runs: Value| -> Vec<String> {
        write(&repository.path().join("runs.json"), &runs.to_string());
        write(&repository.path().join("output"), "");
        let variables = [
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REPOSITORY", "acme/platform"),
            ("GITHUB_REF_NAME", "main"),
            ("GITHUB_RUN_ID", "9"),
            ("GITHUB_OUTPUT", "output"),
        ];
        let (status, said) = repository.run(&affected, &variables);
        assert_eq!(status, 0, "{said}");
        let written = read(&repository.path().join("output"));
        let list = written.trim().strip_prefix("stacks=").expect("one output");
        serde_json::from_str(list).expect("a list")
    };
    let run = |id: u32, conclusion: &str, commit: &str| json!({ "databaseId": id, "conclusion": conclusion, "headSha": commit });
    let own = run(9, "", &repository.git("rev-parse HEAD"));

    let after_success = json!([own, run(2, "success", &before)]);
    assert_eq!(stacks("push", after_success), [""; 0], "nothing was begun in between");
    let after_failure = json!([own, run(3, "failure", &failed), run(2, "success", &before)]);
    let touched = stacks("push", after_failure.clone());
    assert!(touched.contains(&"staging/main/cluster".to_owned()), "{touched:?}");
    assert!(!touched.contains(&"staging/state".to_owned()), "{touched:?}");
    assert_eq!(stacks("workflow_dispatch", after_failure), ["everything"]);
    assert_eq!(stacks("push", json!([own])), ["everything"], "nothing was deployed yet");
    let gone = json!([own, run(2, "success", &"0".repeat(40))]);
    assert_eq!(stacks("push", gone), ["everything"], "the branch was made anew");
}

#[test]
fn a_revert_is_deployed_by_gitlab_where_the_reverted_deployment_failed() {
    let Some(repository) = Repository::of("delivery-by-gitlab-ci") else { return };
    let (before, failed) = reverted(&repository);
    repository.put_first("curl", "#!/bin/sh\ncat answer.json\n");
    let check = script(&repository.file("delivery/gitlab-ci.yml"), "plinth check");
    let jobs = |deployments: Value| {
        write(&repository.path().join("answer.json"), &deployments.to_string());
        let variables = [
            ("PLINTH_JOBS", "deploy"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
            ("CI_PROJECT_ID", "1"),
            ("CI_JOB_TOKEN", "x"),
        ];
        let (status, said) = repository.run(&check, &variables);
        assert_eq!(status, 0, "{said}");
        let jobs = repository.file("plinth-jobs.yml");
        let names = jobs.as_object().expect("jobs").keys().filter(|name| name.starts_with("apply "));
        (names.cloned().collect::<Vec<_>>(), said)
    };
    let mark = |commit: &str| json!([{ "status": "success", "sha": commit }]);
    let (applies, _) = jobs(mark(&before));
    assert!(applies.contains(&"apply staging/main/cluster".to_owned()), "{applies:?}");
    assert!(!applies.contains(&"apply staging/state".to_owned()), "{applies:?}");
    let (applies, _) = jobs(mark(&repository.git("rev-parse HEAD")));
    assert_eq!(applies, [""; 0], "all of it is deployed");
    let (applies, _) = jobs(mark(&failed));
    assert!(applies.contains(&"apply staging/main/cluster".to_owned()), "the revert itself: {applies:?}");
    for nothing in [json!([]), mark(&"0".repeat(40))] {
        let (applies, said) = jobs(nothing);
        assert!(applies.contains(&"apply staging/state".to_owned()) && said.contains("not known"), "{said}");
    }
}

#[test]
fn an_apply_of_gitlab_that_is_tried_again_takes_back_nothing_newer() {
    let Some(repository) = Repository::of("delivery-by-gitlab-ci") else { return };
    let answers = "#!/bin/sh\ncase \"$*\" in *environment=plinth*) cat marks.json ;; *environment=staging*) cat applies.json ;; esac\n";
    repository.put_first("curl", answers);
    write(&repository.path().join("delivery/plan.env"), "changes=no\ndigest=none\n");
    let apply = script(&repository.file("delivery/gitlab-stack.yml"), ".apply");
    let deployment = |pipeline: u32, job: &str, environment: &str, status: &str| {
        let deployable = json!({ "name": job, "pipeline": { "id": pipeline } });
        json!({ "status": status, "environment": { "name": environment }, "deployable": deployable })
    };
    let applied = |marks: Value, applies: Value| {
        write(&repository.path().join("marks.json"), &marks.to_string());
        write(&repository.path().join("applies.json"), &applies.to_string());
        let variables = [
            ("CI_ENVIRONMENT_NAME", "staging"),
            ("CI_PIPELINE_ID", "50"),
            ("CI_JOB_TOKEN", "x"),
            ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
            ("CI_PROJECT_ID", "1"),
        ];
        repository.run(&format!("set -euo pipefail\n{apply}"), &variables)
    };
    let mark = |pipeline, status| deployment(pipeline, "plinth deployed", "plinth/deployed", status);
    let of_stack = |pipeline, status| deployment(pipeline, "apply staging/main/cluster", "staging", status);
    let others = deployment(70, "deploy the website", "staging", "success");

    let (status, said) =
        applied(json!([mark(60, "created"), mark(40, "success")]), json!([others, of_stack(50, "running")]));
    assert!(status == 0 && said.contains("nothing to change"), "a newer one waits: {said}");
    assert_eq!(applied(json!([]), json!([])).0, 0, "the first of all");
    assert_eq!(applied(json!([]), json!([of_stack(61, "skipped")])).0, 0, "one that stopped before");
    for (marks, applies) in [
        (json!([mark(60, "success")]), json!([of_stack(50, "running")])),
        (json!([mark(60, "created")]), json!([of_stack(50, "running"), of_stack(61, "failed")])),
    ] {
        let (status, said) = applied(marks, applies);
        assert!(status == 1 && said.contains("A newer pipeline"), "{said}");
    }
}

#[test]
fn a_run_of_github_stops_where_a_newer_commit_changes_the_tree() {
    let what = "scripts/pipeline newest";
    let Some([bash, _]) = judge::required(what, ["bash", "jq"]) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    crate::tree::copy(&repository().join("generated/enterprise"), folder.path());
    let answer = folder.path().join("answer");
    let curl = folder.path().join("curl");
    write(&curl, &format!("#!/bin/sh\ncat {}\n", answer.display()));
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let newest = |status: &str, files: &[String]| {
        let file = |name: &String| match name.split_once(" -> ") {
            Some((old, new)) => json!({ "filename": new, "previous_filename": old }),
            None => json!({ "filename": name }),
        };
        let files: Vec<Value> = files.iter().map(file).collect();
        write(&answer, &json!({ "status": status, "files": files }).to_string());
        let mut command = Command::new(&bash);
        command.arg(folder.path().join("scripts/pipeline")).arg("newest").stdin(Stdio::null());
        command.env("PATH", &path).env("GH_TOKEN", "x").env("GITHUB_API_URL", "https://api.github.com");
        command
            .env("GITHUB_REPOSITORY", "acme/platform")
            .env("GITHUB_SHA", "a")
            .env("GITHUB_REF_NAME", "main");
        let output = command.output().expect("bash runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let elsewhere = ["docs/a".to_owned(), "generated/enterprise-2/b".to_owned()];
    assert_eq!(newest("identical", &[]), (true, String::new()));
    assert_eq!(newest("ahead", &elsewhere), (true, String::new()), "of something else");
    let many: Vec<String> = (0..300).map(|number| format!("docs/{number}")).collect();
    for (status, files) in [
        ("ahead", &["docs/a".to_owned(), "generated/enterprise/modules/cluster/main.tf".to_owned()][..]),
        ("ahead", &["generated/enterprise/a -> elsewhere/a".to_owned()]),
        ("ahead", &many),
        ("behind", &[]),
        ("diverged", &elsewhere),
    ] {
        let (goes_on, said) = newest(status, files);
        assert!(!goes_on && said.contains("would take it back"), "{status}: {said}");
    }
}

#[test]
fn a_pull_request_is_told_what_is_left_to_people() {
    let Some(repository) = Repository::of("delivery-by-github-actions") else { return };
    let base = repository.git("rev-parse HEAD");
    let by_hand = |base: &str| {
        let (status, said) = repository.run(&format!("scripts/pipeline by-hand {base}"), &[]);
        assert_eq!(status, 0, "{said}");
        said
    };
    assert_eq!(by_hand(&base), "");
    let blueprint = read(&repository.path().join("blueprint.toml"));
    let protected = blueprint
        .replace("[environments.production]", "[environments.live]\nrenamed_from = \"production\"")
        .replace("\"production\"]", "\"live\"]");
    let live = repository.commit(&protected);
    let said = by_hand(&base);
    assert!(said.contains("GitHub does not know yet that `live` is protected"), "{said}");
    assert!(
        said.contains("What account 222222222222 has for pipelines changes")
            && said.contains("`scripts/apply 222222222222`"),
        "{said}"
    );
    assert!(!said.contains("111111111111") && !said.contains("`staging`"), "{said}");
    assert_eq!(by_hand(&live), "", "nothing has changed since");

    let third = "\n[environments.qa]\naccount = \"333333333333\"\nregion = \"us-east-1\"\n\
        deploy_role = \"arn:{partition}:iam::{account}:role/terraform\"\nplan_role = \"arn:{partition}:iam::{account}:role/plan\"\n\
        cluster.network.cidr = \"10.3.0.0/16\"\n";
    let qa = repository.commit(&format!("{protected}{third}"));
    let said = by_hand(&live);
    assert!(
        said.contains("Account 333333333333 has nothing for pipelines yet")
            && said.contains("`scripts/bootstrap 333333333333`"),
        "{said}"
    );
    assert!(said.contains("GitHub does not know `qa` yet") && !said.contains("`live`"), "{said}");
    assert!(said.contains("Stacks in `qa main`") && said.contains("the label `qa-main`"), "{said}");
    // Where a cluster is not there yet, nor is a runner beside it: its plans wait, and need none.
    let matrix =
        format!("scripts/pipeline matrix --base {live} live/main/services qa/main/services qa/main/cluster");
    let (_, said) = repository.run(&matrix, &[]);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let runners: Vec<&Value> =
        said["include"].as_array().expect("jobs").iter().map(|job| &job["runner"]).collect();
    assert_eq!(runners, ["ubuntu-latest", "ubuntu-latest", "live-main"]);

    repository.commit(&format!("{protected}{third}retire = true\n"));
    let said = by_hand(&qa);
    assert!(said.contains("The blueprint retires") && said.contains("`qa main services`"), "{said}");
    repository.commit(&format!("{protected}{third}retire = true\n# a comment\n"));
    for _ in 0..20 {
        assert_eq!(by_hand("HEAD^1"), "", "it was told where it was retired");
    }
    repository.git(&format!("checkout --quiet {qa}"));
    repository.git("revert --no-edit HEAD");
    let said = by_hand(&qa);
    assert!(said.contains("No stack is any more `qa - state`, `qa main cluster`"), "{said}");
    assert!(!said.contains("`live") && !said.contains("`production"), "what is there stays: {said}");
}
