//! The generated scripts, run for real from an empty account to an empty account, and stopped on the way.
//!
//! Real engine with its states in moto's S3, real AWS CLI, real kubectl before a real control plane; the resources are of the
//! stand-in providers, and moto is told by hand which clusters EKS has.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::control_plane::ControlPlane;
use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::tree::read;
use crate::world::Environment;

/// When Ctrl-C is pressed, in seconds after a script has started: some strike the AWS CLI, some an engine's init, plan or
/// apply, some come when all is done. Where exactly, the machine decides; it is printed.
const STOPS: [u64; 3] = [3, 8, 21];

/// From two bare clusters of `blueprints/enterprise.toml`, core on Fargate in one, to nothing but the state stack.
#[test]
fn enterprise_goes_up_and_down_though_stopped_on_the_way() {
    let what = "scripts from bootstrap to destroy, for blueprints/enterprise.toml";
    let Some(place) = Place::new(what) else { return };
    let Some([kubectl]) = judge::required(what, ["kubectl"]) else { return };
    let Some(cluster) = ControlPlane::start(what) else { return };
    put_kubectl_first(&place, &kubectl, &cluster);
    let versioned = |version: &'static str| {
        move |blueprint: String| blueprint.replace("555555555555", ACCOUNT).replace("\"1.36\"", version)
    };
    place.generate("enterprise", versioned("\"1.35\""));
    let development = place.environment("enterprise", "development");
    place.make_world("enterprise", &development);
    let script = |name: &str| format!("enterprise/scripts/{name}");

    go(&place, &script("bootstrap"), &["development", "--auto-approve"]);
    let bare = objects(&place);
    let plan = place.script(&script("plan"), &["development", "edge"]);
    assert!(plan.contains("development edge cluster: changes, never applied"), "{plan}");
    assert!(plan.contains("development edge services: waits, cannot be planned yet"), "{plan}");

    go(&place, &script("apply"), &["development", "--auto-approve"]);
    for cluster in &development.clusters {
        make_cluster(&place, &development, cluster, "1.35", false);
    }

    place.generate("enterprise", versioned("\"1.36\""));
    let said = place.script(&script("upgrade"), &["development", "main", "--auto-approve"]);
    assert!(said.contains("Kubernetes 1.35 now, 1.36 wanted"), "{said}");
    assert_order(&said);
    go(&place, &script("upgrade"), &["development", "edge", "--auto-approve"]);
    let plan = place.script(&script("plan"), &["development"]);
    assert!(plan.contains("\nNothing to apply.\n"), "{plan}");

    go(&place, &script("destroy"), &["development", "--auto-approve"]);
    assert_eq!(objects(&place), bare, "what is in the world beside the state stack");
}

/// What nobody types is not applied: not by `--auto-approve`, not by `yes`, not without a terminal.
#[test]
fn protected_environments_want_their_name() {
    let what = "scripts/apply in a protected environment, at a terminal";
    let Some(place) = Place::new(what) else { return };
    let Some([terminal]) = judge::required(what, ["script"]) else { return };
    place.generate("azavea", |blueprint| blueprint.replace("222222222222", ACCOUNT));
    // An engine that has always something to do.
    let engine = "case \"$*\" in version) echo 'Terraform v1.11.4' ;; *' plan '*) exit 2 ;; *' apply '*) echo applied ;; esac";
    place.put_first("terraform", &format!("#!/bin/sh\n{engine}\n"));
    let call = "azavea/scripts/apply production main cluster";
    let typed = |answer: &str| {
        let mut command = place.command(&terminal, &["-qec", call, "/dev/null"]);
        let mut script = command
            .current_dir(place.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a terminal can be had");
        let mut keyboard = script.stdin.take().expect("piped");
        keyboard.write_all(format!("{answer}\n").as_bytes()).expect("it reads");
        let output = script.wait_with_output().expect("it ends");
        drop(keyboard);
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (answer, expected) in [("yes", 1), ("production", 0)] {
        let (status, said) = typed(answer);
        assert_eq!(status, expected, "`{answer}` typed:\n{said}");
        assert_eq!(said.contains("\napplied"), expected == 0, "`{answer}` typed:\n{said}");
    }
    for (flags, words) in [
        (&["--auto-approve"][..], "error: production is protected: --auto-approve does not count there"),
        (&[], "error: no terminal to ask at: production is protected, its name must be typed"),
    ] {
        let arguments = [&["production", "main", "cluster"], flags].concat();
        let (status, said) = place.run("azavea/scripts/apply", &arguments);
        assert!(status == 1 && said.contains(words), "{said}");
    }
    place.put_first("terraform", "#!/bin/sh\necho 'Terraform v1.10.5'\n");
    let (status, said) = place.run("azavea/scripts/plan", &["production"]);
    assert!(status == 1 && said.contains("terraform is 1.10, these stacks need 1.11 or later"), "{said}");
}

/// Control plane, then add-ons that nodes need, then nodes, then charts: what the later wait for is finished. An add-on that
/// runs on nodes, as CoreDNS does, waits for them.
fn assert_order(said: &str) {
    const STEPS: [&str; 5] = [
        "module.cluster.aws_eks_cluster.this: Modifications complete",
        "module.cluster.aws_eks_addon.kube_proxy: Modifications complete",
        "module.cluster.aws_eks_node_group.core[0]: Modifying...",
        "module.cluster.aws_eks_addon.coredns: Modifications complete",
        "== development main services",
    ];
    let line = |step: &&str| {
        let found = said.lines().position(|line| line.starts_with(*step));
        found.unwrap_or_else(|| panic!("no `{step}` in\n{said}"))
    };
    let lines: Vec<usize> = STEPS.iter().map(line).collect();
    assert!(lines.is_sorted(), "{STEPS:?} in lines {lines:?} of\n{said}");
}

/// Runs a script that is stopped a few times and started again, until it says that all is done.
fn go(place: &Place, path: &str, arguments: &[&str]) {
    for seconds in STOPS {
        let (is_done, said) = place.interrupt(Duration::from_secs(seconds), path, arguments);
        let last = said.lines().rfind(|line| line.starts_with(['+', '='])).unwrap_or_default();
        eprintln!("{path} stopped after {seconds} s, at: {last}");
        assert!(is_done || said.contains("error: "), "{path} ends without a word:\n{said}");
    }
    place.script(path, arguments);
}

/// What exists in the stand-in world, by type and id.
fn objects(place: &Place) -> BTreeSet<String> {
    let world: Value = serde_json::from_str(&read(&place.world())).expect("the world is JSON");
    let objects = world["objects"].as_array().expect("a world lists objects");
    objects.iter().map(|object| format!("{} {}", object["type"], object["id"])).collect()
}

/// Tells moto that EKS has a cluster: what the AWS CLI asks for.
pub fn make_cluster(place: &Place, environment: &Environment, name: &str, version: &str, is_protected: bool) {
    let is_own = environment.account == ACCOUNT;
    let credentials = if is_own { Vec::new() } else { place.assume(&environment.deploy_role) };
    let protection = if is_protected { "--deletion-protection" } else { "--no-deletion-protection" };
    let role = format!("arn:{}:iam::{}:role/cluster", environment.partition, environment.account);
    let arguments = ["eks", "create-cluster", "--region", &environment.region, "--name", name];
    let vpc = ["--role-arn", &role, "--resources-vpc-config", "subnetIds=subnet-1,subnet-2"];
    place.aws_as(
        &credentials,
        &[&arguments[..], &vpc, &["--kubernetes-version", version, protection]].concat(),
    );
}

/// Whatever cluster a script means, kubectl reaches this control plane: moto's clusters have none.
pub fn put_kubectl_first(place: &Place, kubectl: &Path, cluster: &ControlPlane) {
    let (kubectl, kubeconfig) = (kubectl.display(), cluster.kubeconfig().display());
    place.put_first("kubectl", &format!("#!/bin/sh\nexec '{kubectl}' --kubeconfig '{kubeconfig}' \"$@\"\n"));
}
