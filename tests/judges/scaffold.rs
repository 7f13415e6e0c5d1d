//! What `plinth attach` writes into an empty folder: it validates, plans and applies as it is.

use std::path::Path;
use std::process::Command;

use crate::tree::{keep_state_here, read, repository, write};
use crate::world::{Environment, World};

const CLUSTER: &str = "azavea-staging-main";

/// Runs `plinth attach`; ends the test unless it exits with 0.
fn attach(arguments: &[&str], folder: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_plinth"))
        .arg("attach")
        .args(arguments)
        .arg("--out")
        .arg(folder)
        .output()
        .expect("plinth runs");
    assert!(output.status.success(), "plinth attach: {}", String::from_utf8_lossy(&output.stderr));
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path of text")
}

/// Judges it in a world in which the cluster, its services and its tenants are applied. Returns a root module that was written
/// without a blueprint: a plan of it says whether the platform is as it should be.
pub fn judge(world: &World<'_>, environment: &Environment) -> String {
    let alone = world.folder().join("alone");
    // Whoever calls is in no account of the world.
    let by_name = [
        "franklin",
        "--cluster",
        CLUSTER,
        "--region",
        &environment.region,
        "--role",
        &environment.deploy_role,
    ];
    attach(&by_name, &alone);
    let root = path(&alone);
    // Nothing is edited, and nothing is beside it.
    world.run(root, &["init", "-input=false"]);
    world.run(root, &["validate"]);
    let plan = world.run(root, &["plan", "-input=false"]);
    assert!(plan.contains("kubernetes_deployment_v1.example will be created"), "{plan}");
    assert!(plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{plan}");
    world.run(root, &["apply", "-input=false", "-auto-approve"]);
    let command = world.run(root, &["output", "-raw", "kubeconfig_command"]);
    assert_eq!(command.trim(), format!("aws eks update-kubeconfig --name {CLUSTER} --region us-east-1"));

    // An edit in a file of plinth's stays, and does what it says; nothing else changes.
    let call = alone.join("attachment.tf");
    let name = format!("  cluster_name = \"{CLUSTER}\"\n");
    let edited = read(&call).replace(&name, &format!("{name}\n  minimum_kubernetes_version = \"1.30\"\n"));
    write(&call, &edited);
    attach(&["--update"], &alone);
    assert_eq!(read(&call), edited);
    let plan = world.run(root, &["plan", "-input=false"]);
    assert!(plan.contains("No changes."), "{plan}");
    world.run(root, &["destroy", "-input=false", "-auto-approve"]);

    let blueprint = repository().join("blueprints/azavea.toml");
    let from_blueprint = world.folder().join("from-blueprint");
    let from =
        ["franklin", "--cluster", CLUSTER, "--from", path(&blueprint), "--role", &environment.deploy_role];
    attach(&from, &from_blueprint);
    // The bucket is no part of a stand-in world.
    keep_state_here(&from_blueprint);
    let data_only = world.folder().join("data-only");
    attach(&[&by_name[..], &["--mode", "data-only"]].concat(), &data_only);
    for folder in [&from_blueprint, &data_only] {
        world.run(path(folder), &["init", "-input=false"]);
        let plan = world.run(path(folder), &["plan", "-input=false"]);
        assert!(plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{plan}");
    }
    root.to_owned()
}
