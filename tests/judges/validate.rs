//! Real Terraform says of the modules in `tests/validate` what plinth's own check says: it refuses what is in `refused`
//! and `looser`, and accepts what is in `accepted` and `stricter`. What plinth generates, `offline check` validates in CI.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::tree::{self, repository};

#[test]
fn terraform_refuses_what_plinth_refuses() {
    let Some(engine) = Engine::with_providers("terraform", "modules with faults are refused") else { return };
    let mut disagreements = Vec::new();
    let mut judged = 0;
    for kind in ["refused", "looser", "accepted", "stricter"] {
        let folder = repository().join("tests/validate").join(kind);
        for case in fs::read_dir(&folder).expect("cases") {
            let case = case.expect("a case").path();
            let accepts = accepts(&engine, &case);
            judged += 1;
            if accepts == matches!(kind, "refused" | "looser") {
                disagreements.push(format!("{} is accepted: {accepts}", case.display()));
            }
        }
    }
    assert!(judged > 380, "{judged} cases");
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

fn accepts(engine: &Engine, case: &Path) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    tree::copy(case, folder.path());
    let init = ["init", "-backend=false", "-input=false", "-no-color"];
    engine.run(folder.path(), None, &init).status == 0
        && engine.run(folder.path(), None, &["validate", "-no-color"]).status == 0
}
