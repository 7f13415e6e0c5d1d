//! Everything gets another name, and nothing is destroyed; what is retired is destroyed, and nothing else.

use std::fs;
use std::path::PathBuf;

use crate::engine::Engine;
use crate::tree;
use crate::world::World;

/// The roots under their first names, and under the second.
const ROOTS: [[&str; 2]; 6] = [
    ["environments/test/main/cluster", "environments/live/main/cluster"],
    ["environments/test/main/services", "environments/live/main/services"],
    ["environments/test/main/tenants", "environments/live/main/tenants"],
    ["apps/franklin/test", "apps/catalog/live"],
    ["environments/test/spare/cluster", "environments/live/south/cluster"],
    ["environments/test/spare/services", "environments/live/south/services"],
];

fn fixture(name: &str) -> PathBuf {
    tree::repository().join("tests/judges/fixtures/renames").join(name)
}

fn plan(world: &World<'_>, root: &str) -> String {
    world.run(root, &["init", "-input=false"]);
    world.run(root, &["plan", "-input=false", "-out=plan"])
}

/// Returns the addresses of what a plan does away with, whether or not something comes in its place.
fn destroyed(plan: &str) -> Vec<&str> {
    let lines = plan.lines().filter_map(|line| line.trim().strip_prefix("# "));
    let gone = lines.filter_map(|line| {
        line.split_once(" will be destroyed")
            .or_else(|| line.split_once(" must be replaced"))
            .map(|(it, _)| it)
    });
    gone.collect()
}

/// With one engine: what moves is the same to both.
#[test]
fn tofu_destroys_only_what_is_retired() {
    let Some(engine) = Engine::with_providers("tofu", "renames and removals in a stand-in world") else {
        return;
    };
    let world = World::generated(&engine, &fixture("first.toml"));
    world.bootstrap(world.environment("test"));
    for [root, _] in ROOTS {
        world.apply(root);
    }

    world.generate(&fixture("renamed.toml"));
    for [old, new] in ROOTS {
        let (old, new) = (world.tree.join(old), world.tree.join(new));
        tree::keep_state_here(&new);
        fs::rename(old.join("terraform.tfstate"), new.join("terraform.tfstate")).expect("there is a state");
        fs::rename(old.join(".terraform.lock.hcl"), new.join(".terraform.lock.hcl"))
            .expect("there is a lock file");
    }
    for [_, root] in ROOTS {
        let plan = plan(&world, root);
        assert!(destroyed(&plan).is_empty() && !plan.contains("will be created"), "{root}:\n{plan}");
        world.run(root, &["apply", "-input=false", "plan"]);
        let again = self::plan(&world, root);
        assert!(again.contains("No changes."), "{root}: a second plan has something to do\n{again}");
    }

    // A pool goes as any change goes. A cluster and an application that are retired let go of their guards, and of nothing else.
    world.generate(&fixture("retired.toml"));
    let pool = ["module.cluster.aws_eks_node_group.jobs", "module.cluster.aws_launch_template.jobs"];
    let guard = ["terraform_data.protected"];
    for ([_, root], expected) in ROOTS.into_iter().zip([
        &pool[..],
        &[],
        &["terraform_data.protected_tenant_franklin"],
        &["terraform_data.protected_bucket_tiles"],
        &[&guard[..], &pool].concat(),
        &[],
    ]) {
        let plan = plan(&world, root);
        assert_eq!(destroyed(&plan), expected, "{root}\n{plan}");
        world.run(root, &["apply", "-input=false", "plan"]);
    }
    for root in ["environments/live/south/services", "environments/live/south/cluster", "apps/catalog/live"] {
        world.run(root, &["destroy", "-input=false", "-auto-approve"]);
    }

    // What is gone is taken out, and what is there stays, but for the namespace. A pool and an application of the old names are
    // other ones.
    world.generate(&fixture("again.toml"));
    for root in
        ["main/cluster", "main/services", "main/tenants"].map(|stack| format!("environments/live/{stack}"))
    {
        let plan = plan(&world, &root);
        let gone = destroyed(&plan);
        let is_of_tenant = |address: &&str| address.starts_with("module.tenant_franklin.");
        assert!(gone.iter().all(is_of_tenant), "{root}: {gone:?}\n{plan}");
        assert_eq!(gone.is_empty(), !root.ends_with("tenants"), "{root}\n{plan}");
        world.run(&root, &["apply", "-input=false", "plan"]);
    }
    tree::keep_state_here(&world.tree.join("apps/titiler/live"));
    world.apply("apps/titiler/live");
}
