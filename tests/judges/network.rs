//! Clusters in every kind of network are made, stay as they are, and go; one in a VPC that exists already leaves it as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::engine::{Engine, flat};
use crate::tree;
use crate::world::World;

/// The clusters of the fixture.
const CLUSTERS: [&str; 4] = ["main", "old", "pods", "six"];

fn fixture(name: &str) -> PathBuf {
    tree::repository().join("tests/judges/fixtures/network").join(name)
}

/// With one engine: that Terraform takes such networks, too, the tree of enterprise shows.
#[test]
fn tofu_makes_and_takes_down_every_kind_of_network() {
    let Some(engine) = Engine::with_providers("tofu", "networks of all kinds, in a stand-in world") else {
        return;
    };
    let world = World::generated(&engine, &fixture("blueprint.toml"));
    let test = world.environment("test");
    world.bootstrap(test);
    tree::copy(&fixture("vpc"), &world.tree.join("vpc"));
    world.apply("vpc");
    let ids = world.run("vpc", &["output", "-json", "ids"]);
    let ids: BTreeMap<String, String> = serde_json::from_str(&ids).expect("ids by name");
    let before = of_vpc(&world, &ids);

    // Two subnets change places: neither lies in the zone that the blueprint says.
    let swapped = [("a", "b"), ("b", "a")].map(|(one, other)| {
        (format!("subnet-0000000000000000{one}"), format!("subnet-0000000000000000{other}"))
    });
    let mut wrong = ids.clone();
    for (one, other) in &swapped {
        wrong.insert(one.clone(), ids[other].clone());
    }
    generate(&world, &wrong);
    let root = test.stack("old/cluster");
    quiet(&world, &root, &["init", "-input=false"]);
    let (plan, _) = world.try_run(&root, &["plan", "-input=false", "-no-color"]);
    assert_ne!(plan.status, 0, "a subnet of another zone is planned");
    assert!(flat(&plan.output).contains("lies in us-east-1b, not in us-east-1a"), "{}", plan.output);

    generate(&world, &ids);
    for cluster in CLUSTERS {
        let root = test.stack(&format!("{cluster}/cluster"));
        quiet(&world, &root, &["init", "-input=false"]);
        quiet(&world, &root, &["apply", "-input=false", "-auto-approve"]);
        let plan = quiet(&world, &root, &["plan", "-input=false"]);
        assert!(plan.contains("No changes."), "{root}: a second plan has something to do\n{plan}");
        world.apply(&test.stack(&format!("{cluster}/services")));
    }
    for cluster in CLUSTERS {
        for stack in ["services", "cluster"] {
            let root = test.stack(&format!("{cluster}/{stack}"));
            quiet(&world, &root, &["destroy", "-input=false", "-auto-approve"]);
        }
    }
    assert_eq!(of_vpc(&world, &ids), before, "the VPC is not as it was");
    world.run("vpc", &["destroy", "-input=false", "-auto-approve"]);
}

/// Generates the tree of the fixture with ids in place of its own.
fn generate(world: &World<'_>, ids: &BTreeMap<String, String>) {
    let mut text = tree::read(&fixture("blueprint.toml"));
    for (name, id) in ids {
        text = text.replace(name, &format!("<{id}>"));
    }
    let path = world.folder().join("blueprint.toml");
    tree::write(&path, &text.replace(['<', '>'], ""));
    world.generate(Path::new(&path));
}

/// Runs a command that must end well; of free addresses the stand-in knows nothing, so the module warns.
fn quiet(world: &World<'_>, root: &str, arguments: &[&str]) -> String {
    let (run, _) = world.try_run(root, &[arguments, &["-no-color"]].concat());
    assert_eq!(run.status, 0, "{} in {root}\n{}", arguments.join(" "), run.output);
    run.output
}

/// Everything of a world that names the VPC, as text.
fn of_vpc(world: &World<'_>, ids: &BTreeMap<String, String>) -> Vec<String> {
    let texts = world.objects().into_iter().map(|object| object.to_string());
    let mut texts: Vec<String> = texts.filter(|text| text.contains(&ids["vpc-00000000000000000"])).collect();
    texts.sort();
    texts
}
