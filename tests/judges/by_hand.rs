//! `modules/cluster` and `modules/services`, called by hand: root modules as their READMEs show them, in folders with
//! nothing else.

use crate::engine::Engine;
use crate::tree::{self, read, write};
use crate::world::World;

/// In the order of deployment.
const MODULES: [&str; 2] = ["cluster", "services"];

#[test]
fn terraform_applies_modules_by_hand() {
    by_hand("terraform");
}

#[test]
fn tofu_applies_modules_by_hand() {
    by_hand("tofu");
}

fn by_hand(engine: &'static str) {
    let Some(engine) = Engine::with_providers(engine, "modules called by hand in a stand-in world") else {
        return;
    };
    // The README's provider assumes no role: the caller is in the account.
    let engine = engine.in_account("111111111111");
    let world = World::new(&engine, "azavea");
    // The README takes the roles in `admins` for granted.
    world.bootstrap(world.environment("staging"));
    for module in MODULES {
        let root = root(module);
        let folder = world.tree.join(&root);
        let text = read(&tree::repository().join("tests").join(&root).join("main.tf"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        write(&folder.join("main.tf"), &text.replace("../../../generated/azavea/", "../../"));
        world.run(&root, &["init", "-input=false"]);
        world.run(&root, &["validate"]);
        world.apply(&root);
        let plan = world.run(&root, &["plan", "-input=false", "-detailed-exitcode"]);
        assert!(plan.contains("No changes."), "{root}: a second plan has something to do\n{plan}");
    }
    for module in MODULES.iter().rev() {
        let said = world.run(&root(module), &["destroy", "-input=false", "-auto-approve"]);
        assert!(said.contains("Destroy complete!"), "{module}: not destroyed\n{said}");
    }
}

fn root(module: &str) -> String {
    format!("by_hand/{module}")
}
