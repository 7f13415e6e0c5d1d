//! A part that becomes special, since some cluster lacks it, or common again, moves nothing in the clusters that have it.
//!
//! `main` is applied as one of two equal clusters. Then others come that differ in everything, so that every block of the
//! modules gets a switch; then they go again. Each time a plan of `main` has nothing to do.

use std::path::PathBuf;

use crate::engine::Engine;
use crate::tree;
use crate::world::World;

const STACKS: [&str; 2] = ["main/cluster", "main/services"];

fn fixture(name: &str) -> PathBuf {
    tree::repository().join("tests/judges/fixtures/structure").join(name)
}

/// With one engine: addresses, and what has none any more, are the same to both.
#[test]
fn tofu_moves_nothing_when_clusters_come_to_differ() {
    let Some(engine) =
        Engine::with_providers("tofu", "clusters that come to differ, planned in a stand-in world")
    else {
        return;
    };
    let world = World::generated(&engine, &fixture("common.toml"));
    let test = world.environment("test");
    world.bootstrap(test);
    for stack in STACKS {
        world.apply(&test.stack(stack));
    }
    for (blueprint, has_switches) in [("special.toml", true), ("common.toml", false)] {
        world.generate(&fixture(blueprint));
        let module = tree::read(&world.tree.join("modules/services/addon_metrics_server.tf"));
        assert_eq!(module.contains("count = "), has_switches, "{blueprint}: a switch for metrics-server");
        for stack in STACKS {
            let root = test.stack(stack);
            world.run(&root, &["init", "-input=false"]);
            let plan = world.run(&root, &["plan", "-input=false", "-out=plan"]);
            let is_still =
                plan.contains("No changes.") || plan.contains("Plan: 0 to add, 0 to change, 0 to destroy.");
            assert!(is_still, "{root}: {blueprint} changes it\n{plan}");
            world.run(&root, &["apply", "-input=false", "plan"]);
        }
    }
}
