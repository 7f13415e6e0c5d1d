//! What plinth writes is what `fmt` leaves.

use crate::engine::Engine;
use crate::tree::repository;

#[test]
fn terraform_fmt_leaves_the_trees_alone() {
    leaves_alone("terraform");
}

#[test]
fn tofu_fmt_leaves_the_trees_alone() {
    leaves_alone("tofu");
}

fn leaves_alone(engine: &'static str) {
    let Some(engine) = Engine::plain(engine, "fmt -check over generated/") else { return };
    let trees = repository().join("generated");
    let files = walkdir::WalkDir::new(&trees)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "tf"))
        .count();
    assert!(files > 100, "generated/ holds {files} .tf files: is this the right folder?");
    let run = engine.run(&trees, None, &["fmt", "-check", "-diff", "-recursive", "-no-color"]);
    assert!(
        run.status == 0 && run.output.trim().is_empty(),
        "{} fmt would change:\n{}",
        engine.name,
        run.output
    );
}
