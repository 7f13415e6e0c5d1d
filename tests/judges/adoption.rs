//! A cluster that exists already comes under a blueprint, and nothing of it is replaced.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::engine::Engine;
use crate::tree::{self, read, write};
use crate::world::World;

const CLUSTER: &str = "environments/production/main/cluster";
const SERVICES: &str = "environments/production/main/services";

fn fixture(name: &str) -> PathBuf {
    tree::repository().join("tests/judges/fixtures/adoption").join(name)
}

/// Makes the cluster as somebody made it long ago, under the ids that AWS' answers have.
fn make_legacy(world: &World<'_>) {
    let root = "owner/legacy";
    tree::copy(&fixture("legacy"), &world.tree.join(root));
    world.run(root, &["init", "-input=false"]);
    world.run(root, &["apply", "-input=false", "-auto-approve"]);
    let objects = world.objects();
    let made = |kind: &str, path: &str| -> String {
        let object = objects.iter().find(|object| object["type"] == kind).expect("it was made");
        let value = object["attrs"].pointer(path).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("{kind} has {path}")).to_owned()
    };
    let issuer = made("aws_eks_cluster", "/identity/0/oidc/0/issuer");
    let ids = [
        (made("aws_eks_cluster", "/vpc_config/0/cluster_security_group_id"), "sg-0a1b2c3d4e5f60010"),
        (made("aws_security_group", "/id"), "sg-0a1b2c3d4e5f60009"),
        (made("aws_vpc_security_group_ingress_rule", "/id"), "sgr-0a1b2c3d4e5f60011"),
        (issuer.rsplit('/').next().expect("an id").to_owned(), "0123456789ABCDEF0123456789ABCDEF"),
        (made("aws_kms_key", "/key_id"), "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ];
    let world_now = ids.iter().fold(world.text(), |text, (made, id)| text.replace(made, id));
    world.replace(&world_now);
}

fn plan(world: &World<'_>, root: &str) -> String {
    world.run(root, &["init", "-input=false"]);
    world.run(root, &["plan", "-input=false", "-out=plan"])
}

/// Writes a blueprint with a line left out, beside what it imports.
fn without(line: &str, folder: &Path) -> PathBuf {
    let text = read(&fixture("blueprint.toml"));
    assert_eq!(text.lines().filter(|own| own.starts_with(line)).count(), 1, "{line}");
    let text: Vec<&str> = text.lines().filter(|own| !own.starts_with(line)).collect();
    write(&folder.join("legacy.json"), &read(&fixture("legacy.json")));
    let file = folder.join("blueprint.toml");
    write(&file, &text.join("\n"));
    file
}

#[test]
fn terraform_adopts_a_cluster_and_replaces_nothing() {
    adopts("terraform");
}

#[test]
fn tofu_adopts_a_cluster_and_replaces_nothing() {
    adopts("tofu");
}

fn adopts(engine: &'static str) {
    let what = "adoption of a cluster in a stand-in world";
    let Some(engine) = Engine::with_providers(engine, what) else { return };
    let world = World::generated(&engine, &fixture("blueprint.toml"));
    let environment = world.environment("production");
    world.bootstrap(environment);
    world.make_existing_vpc(environment, CLUSTER).expect("the VPC exists");
    make_legacy(&world);
    let before = world.objects();

    // What EKS never changes is in the root: without it, a plan replaces the cluster. plinth says so before.
    let main = world.tree.join(CLUSTER).join("main.tf");
    let right = read(&main);
    let wrong = right.replace("10.100.0.0/16", "10.101.0.0/16");
    assert_ne!(wrong, right, "the root says the Service range");
    write(&main, &wrong);
    world.run(CLUSTER, &["init", "-input=false"]);
    let (planned, _) = world.try_run(CLUSTER, &["plan", "-input=false", "-no-color"]);
    let replaced = planned.output.contains("module.cluster.aws_eks_cluster.this must be replaced");
    assert!(replaced, "{}", planned.output);
    write(&main, &right);
    for line in ["service_cidr", "role_arn", "secrets_kms_key", "security_groups"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = Command::new(env!("CARGO_BIN_EXE_plinth"))
            .arg("check")
            .arg(without(line, folder.path()))
            .output()
            .expect("plinth runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains("error[E0901]") && said.contains(line), "{said}");
    }

    let imports = read(&world.tree.join(CLUSTER).join("imports.tf")).matches("import {").count();
    let planned = plan(&world, CLUSTER);
    assert!(planned.contains(&format!("Plan: {imports} to import, ")), "{planned}");
    assert!(planned.contains(" 0 to destroy."), "{planned}");
    assert!(!planned.contains("must be replaced") && !planned.contains("will be destroyed"), "{planned}");
    world.run(CLUSTER, &["apply", "-input=false", "plan"]);
    // The same things are there, as those that they were.
    let after = world.objects();
    for object in before {
        assert!(after.iter().any(|own| own["uid"] == object["uid"]), "{} is gone", object["type"]);
    }
    let clusters = after.iter().filter(|object| object["type"] == "aws_eks_cluster").count();
    assert_eq!(clusters, 1, "another cluster was made");
    let planned = plan(&world, CLUSTER);
    assert!(planned.contains("No changes."), "a second plan has something to do\n{planned}");
    world.apply(SERVICES);

    // Once it is under the blueprint, nothing is left to import, and nothing changes for that.
    let folder = tempfile::tempdir().expect("a temporary folder");
    world.generate(&without("import ", folder.path()));
    assert!(!world.tree.join(CLUSTER).join("imports.tf").exists(), "imports.tf stays");
    for root in [CLUSTER, SERVICES] {
        let planned = plan(&world, root);
        assert!(planned.contains("No changes."), "{root}\n{planned}");
    }
}
