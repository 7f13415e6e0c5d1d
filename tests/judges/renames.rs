//! Everything gets another name, twice, and nothing is destroyed; what is retired is destroyed, and nothing else; and what is gone
//! may begin anew under its first name.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::tree::{self, read, write};
use crate::world::World;

/// Each thing: the tables that it is one of, and the names that it has in turn.
const THINGS: [(&str, [&str; 3]); 7] = [
    ("environments.test.clusters", ["spare", "south", "west"]),
    ("environments", ["test", "live", "production"]),
    ("environments", ["lab", "trial", "attempt"]),
    ("cluster.node_pools", ["batch", "jobs", "tasks"]),
    ("cluster.node_pools", ["worker", "spot", "flexible"]),
    ("cluster.addons", ["runner", "executor", "operator"]),
    ("apps", ["franklin", "catalog", "stac"]),
];

/// The roots under their names in turn.
const ROOTS: [[&str; 3]; 6] = [
    [
        "environments/test/main/cluster",
        "environments/live/main/cluster",
        "environments/production/main/cluster",
    ],
    [
        "environments/test/main/services",
        "environments/live/main/services",
        "environments/production/main/services",
    ],
    [
        "environments/test/main/tenants",
        "environments/live/main/tenants",
        "environments/production/main/tenants",
    ],
    ["apps/franklin/test", "apps/catalog/live", "apps/stac/production"],
    [
        "environments/test/spare/cluster",
        "environments/live/south/cluster",
        "environments/production/west/cluster",
    ],
    ["environments/lab/main/cluster", "environments/trial/main/cluster", "environments/attempt/main/cluster"],
];

/// Returns the blueprint in which everything has its name of a turn.
fn named(first: &str, turn: usize) -> String {
    THINGS.into_iter().fold(first.to_owned(), |text, (tables, names)| {
        let (head, now) = (format!("[{tables}.{}", names[0]), names[turn]);
        assert!(text.contains(&format!("{head}]\n")), "{head}");
        let said = if turn == 0 { String::new() } else { format!("renamed_from = {:?}\n", &names[..turn]) };
        let text = text.replace(&format!("{head}]\n"), &format!("[{tables}.{now}]\n{said}"));
        let text = text.replace(&format!("{head}."), &format!("[{tables}.{now}."));
        text.replace(&format!("environments = [\"{}\"]", names[0]), &format!("environments = [\"{now}\"]"))
    })
}

/// Takes a table out, with its sub-tables.
fn without(text: &str, table: &str) -> String {
    let (own, sub) = (format!("[{table}]"), format!("[{table}."));
    let kept = text.split("\n\n").filter(|part| !part.starts_with(&own) && !part.starts_with(&sub));
    kept.collect::<Vec<_>>().join("\n\n")
}

/// A table, with its sub-tables.
fn table<'a>(text: &'a str, table: &str) -> Vec<&'a str> {
    let (own, sub) = (format!("[{table}]"), format!("[{table}."));
    text.split("\n\n").filter(|part| part.starts_with(&own) || part.starts_with(&sub)).collect()
}

fn plan(world: &World<'_>, root: &str) -> String {
    world.run(root, &["plan", "-input=false", "-out=plan"])
}

fn apply(world: &World<'_>, root: &str) {
    world.run(root, &["apply", "-input=false", "plan"]);
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

/// Moves what a person has beside the generated files: the state, the lock file, what `init` made.
fn follow(tree: &Path, old: &str, new: &str) {
    tree::keep_state_here(&tree.join(new));
    for own in ["terraform.tfstate", ".terraform.lock.hcl", ".terraform"] {
        fs::rename(tree.join(old).join(own), tree.join(new).join(own)).expect("it was made there");
    }
}

#[test]
fn tofu_destroys_only_what_is_retired() {
    destroys_only_what_is_retired("tofu", true);
}

/// The second rename comes before the first was applied: addresses move twice at once.
#[test]
fn terraform_destroys_only_what_is_retired() {
    destroys_only_what_is_retired("terraform", false);
}

fn destroys_only_what_is_retired(engine: &'static str, each: bool) {
    let what = "renames and removals in a stand-in world";
    let Some(engine) = Engine::with_providers(engine, what) else { return };
    let first = read(&tree::repository().join("tests/judges/fixtures/renames/first.toml"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blueprint = folder.path().join("blueprint.toml");
    write(&blueprint, &first);
    let world = World::generated(&engine, &blueprint);
    let generate = |text: &str| {
        write(&blueprint, text);
        world.generate(&blueprint);
    };
    for environment in &world.environments {
        world.bootstrap(environment);
    }
    for [root, ..] in ROOTS {
        world.apply(root);
    }

    for turn in [1, 2] {
        generate(&named(&first, turn));
        for roots in ROOTS {
            follow(&world.tree, roots[turn - 1], roots[turn]);
        }
        for root in ROOTS.map(|roots| roots[turn]).into_iter().filter(|_| each || turn == 2) {
            let plan = plan(&world, root);
            assert!(destroyed(&plan).is_empty() && !plan.contains("will be created"), "{root}:\n{plan}");
            apply(&world, root);
        }
    }
    let all = named(&first, 2);
    let [cluster, services, tenants, app, west, lab] = ROOTS.map(|roots| roots[2]);

    // A pool and an add-on go as any change goes. A cluster, an application and an environment that are retired let go of their
    // guards, and of nothing else.
    let mut retired = without(&without(&all, "cluster.node_pools.tasks"), "cluster.addons.operator");
    for table in ["environments.production.clusters.west", "environments.attempt", "apps.stac"] {
        retired = retired.replace(&format!("[{table}]\n"), &format!("[{table}]\nretire = true\n"));
    }
    generate(&retired);
    let pool = ["module.cluster.aws_eks_node_group.tasks", "module.cluster.aws_launch_template.tasks"];
    let addon = |address: &&str| address.starts_with("module.services.") && address.contains(".operator");
    for (root, expected) in [
        (cluster, pool.to_vec()),
        (tenants, vec!["terraform_data.protected_tenant_franklin"]),
        (app, vec!["terraform_data.protected_bucket_tiles"]),
        (west, [&["terraform_data.protected"][..], &pool].concat()),
        (lab, pool.to_vec()),
    ] {
        let plan = plan(&world, root);
        assert_eq!(destroyed(&plan), expected, "{root}\n{plan}");
        apply(&world, root);
    }
    let plan_of_services = plan(&world, services);
    let gone = destroyed(&plan_of_services);
    assert!(gone.len() > 1 && gone.iter().all(addon), "{gone:?}\n{plan_of_services}");
    apply(&world, services);
    for root in [app, west, lab] {
        world.run(root, &["destroy", "-input=false", "-auto-approve"]);
    }

    // What is gone is taken out, and begins anew under its first name. What is there stays.
    let mut again = retired;
    for table in ["environments.production.clusters.west", "environments.attempt", "apps.stac"] {
        again = without(&again, table);
    }
    generate(&again);
    let first_names = [
        "cluster.node_pools.batch",
        "cluster.addons.runner",
        "environments.test.clusters.spare",
        "environments.lab",
        "apps.franklin",
    ];
    let anew: Vec<&str> = first_names.iter().flat_map(|name| table(&first, name)).collect();
    let anew = anew
        .join("\n\n")
        .replace("environments.test.", "environments.production.")
        .replace("[\"test\"]", "[\"production\"]");
    generate(&format!("{again}\n\n{anew}\n"));
    for root in [cluster, services, tenants] {
        let plan = plan(&world, root);
        assert!(destroyed(&plan).is_empty(), "{root}\n{plan}");
        apply(&world, root);
    }
    for root in
        ["apps/franklin/production", "environments/production/spare/cluster", "environments/lab/main/cluster"]
    {
        tree::keep_state_here(&world.tree.join(root));
        world.apply(root);
    }
}
