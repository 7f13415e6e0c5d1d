//! What larger organisations have, combined at random: every combination validates.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::blueprint::blueprints;
use crate::engine::{Engine, flat};
use crate::random::config;
use crate::tree;

/// How many combinations are tried.
const COMBINATIONS: u32 = 30;

#[test]
fn terraform_validates_combinations() {
    let Some(engine) = Engine::with_providers("terraform", "random blueprints, their modules validated")
    else {
        return;
    };
    let mut runner = TestRunner::new(Config { max_shrink_iters: 0, ..config(COMBINATIONS) });
    let result = runner.run(&blueprints(), |blueprint| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("blueprint.toml");
        tree::write(&file, &blueprint.text());
        let out = folder.path().join("tree");
        tree::generate(&file, &out);
        for stack in ["cluster", "services"] {
            let root = one_for_all(&out, stack);
            for arguments in
                [&["init", "-input=false", "-backend=false"] as &[&str], &["validate", "-no-color"]]
            {
                let run = engine.run(&root, None, arguments);
                let warns = arguments[0] == "validate" && run.output.contains("Warning:");
                let is_clean = run.status == 0 && !warns;
                let said = flat(&run.output);
                prop_assert!(
                    is_clean,
                    "{} of all {stack} stacks: {said}\n{}",
                    arguments[0],
                    blueprint.text()
                );
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Makes one root module that calls a module as the roots of all clusters do: to validate each by itself takes minutes.
fn one_for_all(tree: &Path, stack: &str) -> std::path::PathBuf {
    let mut main = String::from("locals {\n  tags = {}\n}\n");
    let roots = tree::roots(tree).into_iter().filter(|root| root.ends_with(&format!("/{stack}")));
    for (number, root) in roots.enumerate() {
        let text = tree::read(&tree.join(&root).join("main.tf"));
        let (_, call) =
            text.split_once(&format!("\nmodule \"{stack}\" {{\n")).expect("a root calls its module");
        let (arguments, _) = call.split_once("\n}\n").expect("a block ends");
        main.push_str(&format!("\nmodule \"{stack}_{number}\" {{\n{arguments}\n}}\n"));
    }
    let folder = tree.join("environments/all/all").join(stack);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    tree::write(&folder.join("main.tf"), &main);
    folder
}
