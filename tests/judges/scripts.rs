//! The generated scripts, run for real from an empty account to an empty account, and stopped on the way.
//!
//! Real engine with its states in moto's S3, real AWS CLI, real kubectl before a real control plane; the resources are of the
//! stand-in providers, and moto is told by hand which clusters EKS has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::control_plane::ControlPlane;
use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::stops::Stops;
use crate::tree::{read, repository, write};
use crate::world::Environment;

/// An environment of `blueprints/enterprise.toml` that goes from an empty account to nothing but the state stack.
struct Way<'p> {
    place: &'p Place,
    environment: Environment,
    stops: Stops<'p>,
}

impl<'p> Way<'p> {
    /// Generates the blueprint one version back. One of its accounts is the caller's.
    fn new(place: &'p Place, name: &str, account: &str, kubectl: &Path) -> Self {
        generate(place, account, "1.35");
        let environment = place.environment("enterprise", name);
        place.make_world("enterprise", &environment);
        let salt = environment.name.len() as u64;
        Self { place, stops: Stops::new(place, kubectl, salt), environment }
    }

    /// Runs a script that is stopped as often as said at one of its commands. How many these are, dry runs print, and the last
    /// line of each run says.
    fn go(&mut self, script: &str, arguments: &[&str], times: usize, commands: u32) -> String {
        let arguments = [&[self.environment.name.as_str()], arguments, &["--auto-approve"]].concat();
        self.stops.go(&format!("enterprise/scripts/{script}"), &arguments, times, commands)
    }

    /// Likewise at a terminal, where somebody types the name of what is protected, which comes first, whenever it is asked for.
    fn go_and_type(
        &mut self,
        terminal: &Path,
        script: &str,
        arguments: &[&str],
        times: usize,
        commands: u32,
    ) -> String {
        self.stops.answer(terminal, arguments[0]);
        let said = self.stops.go(&format!("enterprise/scripts/{script}"), arguments, times, commands);
        self.stops.answer_no_more();
        said
    }

    fn plan(&self, arguments: &[&str]) -> String {
        let arguments = [&[self.environment.name.as_str()], arguments].concat();
        self.place.script("enterprise/scripts/plan", &arguments)
    }

    fn make_clusters(&self) {
        for (cluster, _) in &self.environment.clusters {
            make_cluster(self.place, &self.environment, cluster, "1.35", false);
        }
    }

    /// What exists in the stand-in world, by type and id.
    fn objects(&self) -> BTreeSet<String> {
        let world: Value = serde_json::from_str(&read(&self.place.world())).expect("the world is JSON");
        let objects = world["objects"].as_array().expect("a world lists objects");
        objects.iter().map(|object| format!("{} {}", object["type"], object["id"])).collect()
    }

    /// Likewise, without what is inside clusters. Where nobody reaches them the engine forgets that, and here it stays.
    fn objects_outside(&self) -> BTreeSet<String> {
        let is_inside = |it: &String| it.starts_with("\"helm_") || it.starts_with("\"kubernetes_");
        self.objects().into_iter().filter(|it| !is_inside(it)).collect()
    }

    /// Deletes the clusters by hand, with what goes with them.
    fn lose_clusters(&self) {
        for (cluster, region) in &self.environment.clusters {
            self.place.aws(&["eks", "delete-cluster", "--region", region, "--name", cluster]);
        }
        let mut world: Value = serde_json::from_str(&read(&self.place.world())).expect("the world is JSON");
        let objects = world["objects"].as_array_mut().expect("a world lists objects");
        objects.retain(|it| !it["type"].as_str().is_some_and(|kind| kind.starts_with("aws_eks_")));
        write(&self.place.world(), &world.to_string());
    }
}

fn generate(place: &Place, account: &str, version: &str) {
    generate_edited(place, account, version, |it| it);
}

/// With a bucket, which enterprise's application has none of.
fn generate_edited(place: &Place, account: &str, version: &str, edit: impl FnOnce(String) -> String) {
    let version = format!("\"{version}\"");
    place.generate("enterprise", |it| {
        let it = it.replace(account, ACCOUNT).replace("\"1.36\"", &version);
        edit(it + "\n[apps.maps.buckets.tiles]\n")
    });
}

/// From there all environments are deployed but the one of another partition.
const DELIVERY: &str = "555555555555";

/// Two clusters, core of one on Fargate, deployed from the delivery account.
#[test]
fn development_of_enterprise_goes_up_and_down_though_stopped_on_the_way() {
    let what = "scripts from bootstrap to destroy, for development of blueprints/enterprise.toml";
    let Some(place) = Place::new(what) else { return };
    let Some([kubectl]) = judge::required(what, ["kubectl"]) else { return };
    let Some(cluster) = ControlPlane::start(what) else { return };
    let mut way = Way::new(&place, "development", DELIVERY, &kubectl_of(&place, &kubectl, &cluster));

    way.go("bootstrap", &[], 2, 11);
    let bare = way.objects();
    let plan = way.plan(&["edge"]);
    assert!(plan.contains("development edge cluster: changes, never applied"), "{plan}");
    assert!(plan.contains("development edge services: waits, cannot be planned yet"), "{plan}");
    way.go("apply", &[], 2, 26);
    way.make_clusters();
    let said = place.script("enterprise/scripts/connect", &["development", "edge"]);
    assert!(said.contains("Next: kubectl --context acme-development-edge get nodes"), "{said}");
    let kubeconfig = read(&place.folder().join("kubeconfig"));
    assert!(kubeconfig.contains("current-context: acme-development-edge"), "{kubeconfig}");

    generate(&place, DELIVERY, "1.36");
    let said = way.go("upgrade", &["main"], 0, 0);
    assert!(said.contains("Kubernetes 1.35 now, 1.36 wanted"), "{said}");
    assert_order(&said);
    way.go("upgrade", &["edge"], 2, 9);

    way.go("destroy", &[], 3, 54);
    assert_eq!(way.objects(), bare, "what is in the world beside the state stack");
}

/// The standard, after what the delivery account itself has for pipelines, which an administrator makes.
#[test]
fn staging_of_enterprise_goes_up_and_down_though_stopped_on_the_way() {
    let what = "scripts from bootstrap to destroy, for staging of blueprints/enterprise.toml";
    let Some(place) = Place::new(what) else { return };
    let Some([terminal]) = judge::required(what, ["script"]) else { return };
    let mut way = Way::new(&place, "staging", DELIVERY, Path::new("false"));

    place.make_world("enterprise", &place.environment("enterprise", ACCOUNT));
    way.go_and_type(&terminal, "bootstrap", &[ACCOUNT], 2, 11);
    let role = "\"aws_iam_role\" \"acme-staging-deploy\"";
    assert!(way.objects().contains(role), "no {role} in {:?}", way.objects());

    way.go("bootstrap", &[], 1, 11);
    let bare = way.objects();
    way.go("apply", &[], 1, 14);
    way.make_clusters();
    generate(&place, DELIVERY, "1.36");
    way.go("upgrade", &["main", "--ignore-budgets"], 1, 9);
    way.go("destroy", &["--skip-drain"], 1, 12);
    assert_ne!(way.objects(), bare, "what nobody reaches is not destroyed");
    assert_eq!(way.objects_outside(), bare, "what is in the world beside the state stacks");
}

/// Protected from the first day to the last, with clusters in two regions.
#[test]
fn production_of_enterprise_goes_up_and_down_though_stopped_on_the_way() {
    let what = "scripts from bootstrap to destroy, for production of blueprints/enterprise.toml";
    let Some(place) = Place::new(what) else { return };
    let Some([terminal]) = judge::required(what, ["script"]) else { return };
    let mut way = Way::new(&place, "production", DELIVERY, Path::new("true"));

    way.go_and_type(&terminal, "bootstrap", &["production"], 1, 11);
    let bare = way.objects();
    way.go_and_type(&terminal, "apply", &["production"], 2, 26);
    way.make_clusters();

    let said = place.run("enterprise/scripts/destroy", &["production", "--skip-drain"]).1;
    assert!(said.contains("error: production is protected"), "{said}");
    generate(&place, DELIVERY, "1.36");
    let upgrade = ["production", "main", "--ignore-budgets"];
    way.go_and_type(&terminal, "upgrade", &upgrade, 1, 9);
    // What guards them goes only as they are destroyed, the clusters' own protection, too.
    generate_edited(&place, DELIVERY, "1.36", |it| {
        it.replace("protection  = true\n", "protection  = true\nretire      = true\n")
    });
    way.go_and_type(&terminal, "destroy", &["production", "--skip-drain"], 2, 36);
    assert_eq!(way.objects(), bare, "what is in the world beside the state stack");
}

/// Another partition, protection that comes and goes, a bucket with something in it, and a control plane that nobody reaches, as
/// in the end there is none.
#[test]
fn government_of_enterprise_goes_up_and_down_though_stopped_on_the_way() {
    const GOVERNMENT: &str = "444444444444";
    let what = "scripts from bootstrap to destroy, for government of blueprints/enterprise.toml";
    let Some(place) = Place::new(what) else { return };
    let Some([terminal]) = judge::required(what, ["script"]) else { return };
    let mut way = Way::new(&place, "government", GOVERNMENT, Path::new("false"));

    way.go("bootstrap", &[], 2, 11);
    let bare = way.objects();
    way.go("apply", &[], 2, 14);
    way.make_clusters();

    let table = "[environments.government]\n";
    generate_edited(&place, GOVERNMENT, "1.35", |it| {
        it.replace(table, &format!("{table}protection = true\n"))
    });
    let call = "enterprise/scripts/apply government main cluster";
    let (status, said) = place.type_at(&terminal, call, "government");
    assert_eq!(status, 0, "{said}");
    generate(&place, GOVERNMENT, "1.36");
    let destroy = |flags: &[&str]| {
        let arguments = [&["government", "--auto-approve"], flags].concat();
        let (status, said) = place.run("enterprise/scripts/destroy", &arguments);
        assert!(status == 1 && !said.contains(" plan "), "{said}");
        said
    };
    let said = destroy(&[]);
    assert!(
        said.contains("protects government no more, but that is not applied yet: main/cluster\n"),
        "{said}"
    );
    let said = place.run("enterprise/scripts/upgrade", &["government", "main", "--auto-approve"]).1;
    assert!(said.contains("error: acme-government-main cannot be reached with kubectl"), "{said}");
    way.go("upgrade", &["main", "--ignore-budgets"], 2, 9);
    let plan = way.plan(&[]);
    assert!(plan.contains("\nNothing to apply.\n"), "{plan}");

    let said = destroy(&[]);
    assert!(said.contains("error: acme-government-main cannot be reached"), "{said}");
    let bucket =
        ["--bucket", &format!("acme-government-main-maps-tiles-{ACCOUNT}"), "--region", "us-gov-west-1"];
    let at = ["--create-bucket-configuration", "LocationConstraint=us-gov-west-1"];
    place.aws(&[&["s3api", "create-bucket"], &bucket[..], &at].concat());
    place.aws(&[&["s3api", "put-object", "--key", "1/2/3.png"], &bucket[..]].concat());
    let said = destroy(&["--skip-drain"]);
    let held = format!("bucket {} (apps/maps/government) holds \"1/2/3.png\"", bucket[1]);
    assert!(said.contains(&held), "{said}");
    place.aws(&[&["s3api", "delete-object", "--key", "1/2/3.png"], &bucket[..]].concat());
    way.lose_clusters();
    way.go("destroy", &[], 2, 12);
    assert_eq!(way.objects_outside(), bare, "what is in the world beside the state stack");
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
    for (answer, expected) in [("yes", 1), ("production", 0)] {
        let (status, said) = place.type_at(&terminal, call, answer);
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

/// What runs seldom, or is passed over when it fails: every call of the AWS CLI in a dry run is one that it takes.
#[test]
fn the_aws_cli_takes_what_dry_runs_print() {
    let Some([aws]) = judge::required("what dry runs print, given to the AWS CLI", ["aws"]) else { return };
    let mut calls = BTreeMap::new();
    for script in ["destroy-azavea-staging", "upgrade-azavea-production-main"] {
        let printed = read(&repository().join(format!("tests/scripts/{script}.txt")));
        for line in printed.lines().filter_map(|line| line.strip_prefix("+ aws ")) {
            let words = line.split(' ').enumerate();
            let shape = words.filter(|(at, word)| *at < 2 || word.starts_with("--")).map(|(_, word)| word);
            calls.insert(shape.collect::<Vec<_>>().join(" "), line.to_owned());
        }
    }
    assert!(calls.len() > 6, "{calls:?}");
    for line in calls.values() {
        // A command of the CLI's own makes no example of its output: it gets as far as the call, which nobody takes.
        let is_own = line.starts_with("eks update-kubeconfig ");
        let rest =
            if is_own { "--endpoint-url http://127.0.0.1:1" } else { "--generate-cli-skeleton output" };
        let mut command = Command::new("bash");
        command.args(["-c", &format!("exec '{}' {line} {rest}", aws.display())]).stdin(Stdio::null());
        for (name, value) in [
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ACCESS_KEY_ID", "none"),
            ("AWS_SECRET_ACCESS_KEY", "none"),
            ("AWS_MAX_ATTEMPTS", "1"),
        ] {
            command.env(name, value);
        }
        let output = command.output().expect("bash runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let is_taken =
            if is_own { said.contains("Could not connect to the endpoint") } else { output.status.success() };
        assert!(is_taken, "aws {line}:\n{said}");
    }
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

/// Tells moto that EKS has a cluster: what the AWS CLI asks for.
pub fn make_cluster(place: &Place, environment: &Environment, name: &str, version: &str, is_protected: bool) {
    let is_own = environment.account == ACCOUNT;
    let credentials = if is_own { Vec::new() } else { place.assume(&environment.deploy_role) };
    let protection = if is_protected { "--deletion-protection" } else { "--no-deletion-protection" };
    let role = format!("arn:{}:iam::{}:role/cluster", environment.partition, environment.account);
    let mut clusters = environment.clusters.iter();
    let (_, region) = clusters.find(|(known, _)| known == name).expect("a cluster of the environment");
    let arguments = ["eks", "create-cluster", "--region", region, "--name", name];
    let vpc = ["--role-arn", &role, "--resources-vpc-config", "subnetIds=subnet-1,subnet-2"];
    place.aws_as(
        &credentials,
        &[&arguments[..], &vpc, &["--kubernetes-version", version, protection]].concat(),
    );
}

/// Makes a kubectl that reaches this control plane whatever cluster a script means: moto's clusters have none.
pub fn kubectl_of(place: &Place, kubectl: &Path, cluster: &ControlPlane) -> PathBuf {
    let (kubectl, kubeconfig) = (kubectl.display(), cluster.kubeconfig().display());
    let name = "kubectl-of-the-control-plane";
    place.put_first(name, &format!("#!/bin/sh\nexec '{kubectl}' --kubeconfig '{kubeconfig}' \"$@\"\n"));
    place.first(name)
}
