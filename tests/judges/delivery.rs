//! Pipelines: their hosts' schemas and lints, and the scripts that they run, against moto and stand-in providers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::tree::{self, generated, read};
use crate::yaml;

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
            "{blueprint}\n[delivery]\nengine = \"gitlab-ci\"\nrepository = \"acme/platform\"\n\
            image = \"plinth\"\nblueprint = \"blueprints/minimal.toml\"\n"
        )
    });
    let dev = place.environment("minimal", "dev");
    place.make_world("minimal", &dev);
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
    // What an apply that failed in the middle leaves.
    let state = ["--bucket", &dev.bucket, "--key", "main/cluster.tfstate"];
    let half_made = place.folder().join("half-made");
    crate::tree::write(&half_made, "{\"version\": 4, \"resources\": []}");
    place.aws(&[&["s3api", "put-object", "--body", &half_made.to_string_lossy()], &state[..]].concat());
    let waiting = place.script(script, &["plan", "dev", "main", "services"]);
    assert!(waiting.contains("waits for dev/main/cluster, which was never applied to the end"), "{waiting}");
    place.aws(&[&["s3api", "delete-object"], &state[..]].concat());

    // Whom pipelines log in as, which may do nothing but go on: IAM refuses it what else it asks, and moto does not.
    let refused = "An error occurred (403) when calling the HeadObject operation: Forbidden";
    let aws = format!(
        "#!/bin/sh\ncase \"$AWS_ACCESS_KEY_ID $1\" in\n  \"x sts\") ;;\n  \"x \"*) echo '{refused}' >&2 && exit 254 ;;\nesac\n\
        exec {} \"$@\"\n",
        place.aws_path().display()
    );
    place.put_first("aws", &aws);
    // A run that was killed leaves the plan role in the files, and what they were beside the engine's own.
    let kept = root.join(".terraform/deploy");
    std::fs::create_dir_all(&kept).expect("a folder can be made");
    std::fs::rename(root.join("terraform.tf"), kept.join("terraform.tf")).expect("a file of ours");
    crate::tree::write(&root.join("terraform.tf"), &before.replace("role/terraform", "role/plan"));
    place.script(script, &["plan", "dev", "-", "state"]);
    assert_eq!(read(&root.join("terraform.tf")), before, "the files are as they were before");

    let shown = place.script(script, &["plan", "dev", "main", "cluster"]);
    assert!(shown.contains("changes=yes"), "{shown}");
    assert!(
        read(&place.folder().join("minimal/delivery/plan.md"))
            .contains("module.cluster.aws_eks_cluster.this")
    );
    let counts: Value =
        serde_json::from_str(&read(&place.folder().join("minimal/delivery/plan.json"))).expect("JSON");
    assert!(counts["create"].as_u64() > Some(20), "{counts}");
    assert_eq!((&counts["update"], &counts["delete"]), (&0.into(), &0.into()), "{counts}");
    let digest = shown.lines().find_map(|line| line.strip_prefix("digest=")).expect("a digest");
    let (status, said) = place.run(script, &["apply", "dev", "main", "cluster", &"0".repeat(64)]);
    assert_ne!(status, 0, "a plan that nobody was shown:\n{said}");
    assert!(said.contains("another one than was shown"), "{said}");
    place.script(script, &["apply", "dev", "main", "cluster", digest]);
    let again = place.script(script, &["plan", "dev", "main", "cluster"]);
    assert!(again.contains("changes=no"), "{again}");
    let (_, next) = place.run(script, &["plan", "dev", "main", "services"]);
    assert!(next.contains("terraform -chdir=environments/dev/main/services"), "nothing to wait for: {next}");

    assert_eq!(read(&root.join("terraform.tf")), before, "the files are as they were");

    // Moto knows no cluster: this one is behind what the tree names.
    place.put_first("aws", &running(&aws, "1.30"));
    let (status, said) = place.run(script, &["apply", "dev", "main", "cluster", digest]);
    assert_ne!(status, 0, "an upgrade:\n{said}");
    assert!(said.contains("no pipeline does that") && said.contains("scripts/upgrade dev main"), "{said}");
    place.put_first("aws", &running(&aws, "1.99"));
    let (status, said) = place.run(script, &["apply", "dev", "main", "cluster", digest]);
    assert_ne!(status, 0, "the way back:\n{said}");
    assert!(said.contains("kubernetes_version = \"1.99\" in the blueprint"), "{said}");
    let is = read(&place.folder().join("minimal/scripts/lib.sh"));
    let is = is.lines().find_map(|line| line.strip_prefix("dev main minimal-dev-main us-east-1 "));
    place.put_first("aws", &running(&aws, is.expect("a row of the cluster")));
    let again = place.script(script, &["plan", "dev", "main", "cluster"]);
    assert!(again.contains("changes=no"), "{again}");
    let (status, said) = place.run(script, &["apply", ACCOUNT, "-", "account", digest]);
    assert_ne!(status, 0, "{said}");
    assert!(said.contains("an administrator applies it"), "{said}");
}

/// The AWS CLI where the cluster has a version of Kubernetes, and beside it something to say.
fn running(aws: &str, version: &str) -> String {
    let answer = format!("{{ echo Deprecated >&2 && echo {version} && exit; }}");
    aws.replace("\nexec ", &format!("\n[ \"$1 $2\" != 'eks describe-cluster' ] || {answer}\nexec "))
}

/// The tree of a case that has pipelines of GitLab, and the blueprint that it is of.
fn of_gitlab(case: &str, folder: &Path) -> PathBuf {
    let blueprint = tree::repository().join("tests/cases").join(case).join("blueprint.toml");
    let tree = folder.join("tree");
    tree::generate(&blueprint, &tree);
    tree
}

/// The pipeline that is printed for stacks.
fn printed(tree: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(tree.join("scripts/pipeline"));
    let output = command.arg("gitlab").args(arguments).stdin(Stdio::null()).output().expect("bash runs it");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn only_document(text: &str) -> Value {
    let [document] = yaml::parse(text).expect("YAML").try_into().expect("one document");
    document
}

/// The lines of a job that its runner's shell runs.
fn script(job: &Value) -> String {
    let lines = ["before_script", "script"].into_iter().filter_map(|key| job[key].as_array()).flatten();
    lines.map(|line| line.as_str().expect("text")).collect::<Vec<_>>().join("\n")
}

#[test]
fn pipelines_of_gitlab_pass_their_schema_and_shellcheck() {
    let what = "the pipelines of GitLab";
    let Some([schema, shellcheck]) = judge::required(what, ["check-jsonschema", "shellcheck"]) else {
        return;
    };
    for case in ["delivery-by-gitlab-ci", "delivery-by-gitlab-ci-below-the-root"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = of_gitlab(case, folder.path());
        let static_jobs = only_document(&read(&tree.join("delivery/gitlab-stack.yml")));
        let mut files = vec![tree.join("delivery/gitlab-ci.yml"), tree.join("delivery/gitlab-stack.yml")];
        let some = ["apps/franklin/production", "production/main/cluster", "staging/main/tenants"];
        for (name, arguments) in [
            ("plan", &["plan", "--all"][..]),
            ("drift", &["drift", "--all"]),
            ("deploy", &["deploy", "--all"]),
            ("some", &[&["deploy"], &some[..]].concat()),
            ("nothing", &["deploy"]),
        ] {
            let text = printed(&tree, arguments);
            let jobs = only_document(&text);
            let jobs = jobs.as_object().expect("jobs");
            let mut before: Vec<&str> = Vec::new();
            for (job, content) in jobs.iter().filter(|(name, _)| *name != "variables") {
                let extended = content["extends"].as_str().expect("each extends one");
                assert!(static_jobs[extended].is_object(), "{case} {name}: {job} extends {extended}");
                for needed in content["needs"].as_array().into_iter().flatten() {
                    let needed = needed.as_str().or(needed["job"].as_str()).expect("a job's name");
                    assert!(
                        before.contains(&needed),
                        "{case} {name}: {job} needs {needed}, which is not before it"
                    );
                }
                before.push(job);
            }
            if name == "some" {
                let needs = &jobs["plan apps/franklin/production"]["needs"][0]["job"];
                assert_eq!(needs, "apply production/main/cluster", "what lies between is not touched");
                assert!(jobs["plan staging/main/tenants"]["needs"].is_null(), "nothing before it is touched");
                for (job, asks) in
                    [("apply production/main/cluster", true), ("apply staging/main/tenants", false)]
                {
                    assert_eq!(jobs[job]["when"] == "manual", asks, "{job}");
                    assert_eq!(
                        jobs[job]["allow_failure"] == false,
                        asks,
                        "{job}: what waits would not be waited for"
                    );
                }
            }
            files.push(folder.path().join(format!("{name}.yml")));
            tree::write(files.last().expect("pushed"), &text);
        }
        passes(&schema, &["--builtin-schema", "vendor.gitlab-ci"], &files, folder.path());

        let mut scripts = Vec::new();
        for file in &files[..2] {
            for (job, content) in only_document(&read(file)).as_object().expect("jobs") {
                let script = script(content);
                if !script.is_empty() {
                    scripts.push(folder.path().join(format!("{}.bash", job.replace(' ', "-"))));
                    tree::write(scripts.last().expect("pushed"), &format!("{script}\n"));
                }
            }
        }
        assert!(scripts.len() >= 7, "{scripts:?}");
        passes(&shellcheck, &["--shell=bash", "--color=never"], &scripts, folder.path());
        passes(
            &shellcheck,
            &["-x", "--color=never"],
            &[tree.join("scripts/pipeline")],
            &tree.join("scripts"),
        );
    }
}

/// One comment for a merge request, whatever is pushed to it.
#[test]
fn a_merge_request_of_gitlab_gets_one_comment() {
    let Some([bash, _]) = judge::required("the comment on a merge request of GitLab", ["bash", "jq"]) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path();
    let tree = of_gitlab("delivery-by-gitlab-ci", place);
    let stack = only_document(&read(&tree.join("delivery/gitlab-stack.yml")));
    tree::write(&place.join("comment"), &script(&stack[".comment"]));
    std::fs::create_dir(place.join("bin")).expect("a folder can be made");
    let curl = "#!/bin/sh\ncase \"$*\" in\n  */user) echo '{\"id\": 7}' ;;\n  *per_page*) cat answer ;;\n  \
        *) echo \"$*\" >call && cat >body ;;\nesac\n";
    tree::write(&place.join("bin/curl"), curl);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.join("bin/curl"), mode).expect("a file of ours");
    std::fs::create_dir_all(place.join("delivery/plans")).expect("a folder can be made");
    let inherited = std::env::var("PATH").unwrap_or_default();
    let comment = |plans: usize, notes: &str, token: &str| {
        tree::write(&place.join("answer"), notes);
        for file in ["call", "body"] {
            tree::write(&place.join(file), "");
        }
        for plan in 0..plans {
            tree::write(
                &place.join(format!("delivery/plans/{plan}.md")),
                &format!("### stack {plan}: changes\n"),
            );
        }
        let mut command = Command::new(&bash);
        command.arg("comment").current_dir(place).stdin(Stdio::null());
        command
            .env("PATH", format!("{}:{inherited}", place.join("bin").display()))
            .env("PLINTH_TOKEN", token);
        command.env("PLINTH_PLANS", plans.to_string()).env("CI_PIPELINE_URL", "https://gitlab.com/p/1");
        command.env("CI_API_V4_URL", "https://gitlab.com/api/v4").env("CI_MERGE_REQUEST_PROJECT_ID", "5");
        let output = command.env("CI_MERGE_REQUEST_IID", "9").output().expect("bash runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        (read(&place.join("call")), read(&place.join("body")), said)
    };
    let others = r#"[{"id": 1, "author": {"id": 3}, "body": "<!-- plinth plan --> of somebody else"}]"#;
    let ours = r#"[{"id": 4, "author": {"id": 7}, "body": "<!-- plinth plan -->\nold"}]"#;

    let (call, _, _) = comment(0, others, "secret");
    assert_eq!(call, "", "nothing is touched, and nothing was said before");
    let (call, body, _) = comment(2, others, "secret");
    assert!(
        call.contains("--request POST") && call.trim_end().ends_with("/merge_requests/9/notes"),
        "{call}"
    );
    assert!(body.contains("stack 0") && body.contains("stack 1"), "{body}");
    let (call, _, _) = comment(2, ours, "secret");
    assert!(
        call.contains("--request PUT") && call.trim_end().ends_with("/merge_requests/9/notes/4"),
        "{call}"
    );
    let (call, _, said) = comment(2, ours, "");
    assert!(call.is_empty() && said.contains("stack 1") && said.contains("PLINTH_TOKEN"), "{said}");
    let (_, body, _) = comment(3, ours, "secret");
    assert!(!body.contains("Not every plan"), "{body}");
    std::fs::remove_file(place.join("delivery/plans/2.md")).expect("it was written");
    let (call, body, _) = comment(0, ours, "secret");
    assert!(call.contains("--request PUT") && body.contains("No stack is touched"), "{call}{body}");
}

/// An account's administrator makes what pipelines log in to, and takes it away again; the states stay.
#[test]
fn an_account_gets_roles_for_pipelines_and_loses_them() {
    let what = "scripts/bootstrap and scripts/destroy of an account";
    let Some(place) = Place::new(what) else { return };
    let Some([terminal]) = judge::required(what, ["script"]) else { return };
    let generate = |retire: &str| {
        place.generate("minimal", |blueprint| {
            let blueprint = blueprint.replace("111111111111", ACCOUNT);
            let roles = "[environments.dev]\nplan_role = \"arn:{partition}:iam::{account}:role/plan\"\n";
            let blueprint = blueprint.replace("[environments.dev]\n", roles);
            format!(
                "{blueprint}\n[delivery]\nengine = \"gitlab-ci\"\nrepository = \"acme/platform\"\n\
                image = \"plinth\"\nblueprint = \"blueprints/minimal.toml\"\n{retire}"
            )
        });
    };
    generate("");
    place.make_world("minimal", &place.environment("minimal", ACCOUNT));
    let type_at = |script: &str| {
        let call = format!("minimal/scripts/{script} {ACCOUNT}");
        let (status, said) = place.type_at(&terminal, &call, ACCOUNT);
        assert_eq!(status, 0, "{call}:\n{said}");
        crate::place::without_colour(&said)
    };
    let has_role = || read(&place.world()).contains("project_path:acme/platform");
    let first = type_at("bootstrap");
    assert!(first.contains("3 to import") && has_role(), "{first}");
    let second = type_at("bootstrap");
    assert!(second.contains(&format!("{ACCOUNT} - account: nothing to change")), "{second}");

    generate("retire = true\n");
    let gone = type_at("destroy");
    assert!(!has_role() && gone.contains("The states of"), "{gone}");
    assert!(read(&place.world()).contains("\"aws_s3_bucket\""), "the bucket of the states stays");
}
