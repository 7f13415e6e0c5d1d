//! What larger organisations have, combined at random: every combination validates.

use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::blueprint::{Blueprint, blueprints};
use crate::engine::{Engine, flat};
use crate::random::config;
use crate::tree;

/// How many combinations are tried.
const COMBINATIONS: u32 = 30;

/// How many of them are validated together: most of a validation is reading schemas.
const TOGETHER: usize = 10;

#[test]
fn terraform_validates_combinations() {
    let Some(engine) = Engine::with_providers("terraform", "random blueprints, their modules validated")
    else {
        return;
    };
    let config = config(COMBINATIONS);
    let count = config.cases;
    let mut runner = TestRunner::new(config);
    let mut one = |_| blueprints().new_tree(&mut runner).expect("blueprints are made").current();
    let combinations: Vec<Blueprint> = (0..count).map(&mut one).collect();
    for blueprints in combinations.chunks(TOGETHER) {
        validate(&engine, blueprints);
    }
}

/// Validates the modules of blueprints, called as the roots of all their clusters do.
fn validate(engine: &Engine, blueprints: &[Blueprint]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut main = String::from("locals {\n  tags = {}\n}\n");
    for (number, blueprint) in blueprints.iter().enumerate() {
        let file = folder.path().join("blueprint.toml");
        tree::write(&file, &blueprint.text());
        let out = folder.path().join(format!("tree-{number}"));
        tree::generate(&file, &out);
        for stack in ["cluster", "services"] {
            main.push_str(&calls(&out, stack, &format!("tree-{number}")));
        }
    }
    let root = folder.path().join("all");
    std::fs::create_dir(&root).expect("a folder can be made");
    tree::write(&root.join("main.tf"), &main);
    for arguments in [&["init", "-input=false", "-backend=false"] as &[&str], &["validate", "-no-color"]] {
        let run = engine.run(&root, None, arguments);
        let warns = arguments[0] == "validate" && run.output.contains("Warning:");
        let said = flat(&run.output);
        let named = |number: &usize| said.contains(&format!("tree-{number}/"));
        let texts = (0..blueprints.len()).filter(named).map(|number| blueprints[number].text());
        assert!(
            run.status == 0 && !warns,
            "{} of all stacks: {said}\n{}",
            arguments[0],
            texts.collect::<Vec<_>>().join("\n")
        );
    }
}

/// The calls of a module in the roots of all clusters of a tree.
fn calls(tree: &Path, stack: &str, name: &str) -> String {
    let mut calls = String::new();
    let roots = tree::roots(tree).into_iter().filter(|root| root.ends_with(&format!("/{stack}")));
    for (number, root) in roots.enumerate() {
        let text = tree::read(&tree.join(&root).join("main.tf"));
        let (_, call) =
            text.split_once(&format!("\nmodule \"{stack}\" {{\n")).expect("a root calls its module");
        let (arguments, _) = call.split_once("\n}\n").expect("a block ends");
        let source = "source = \"../../../../modules/";
        assert!(arguments.contains(source), "{root}: {arguments}");
        let arguments = arguments.replace(source, &format!("source = \"../{name}/modules/"));
        calls.push_str(&format!("\nmodule \"{name}-{stack}-{number}\" {{\n{arguments}\n}}\n"));
    }
    calls
}
