//! `modules/cluster` and `modules/services`, called by hand: root modules as their READMEs show them, in folders with
//! nothing else.

use crate::engine::Engine;
use crate::tree::{read, write};
use crate::world::World;

/// In the order of deployment.
const MODULES: [&str; 2] = ["cluster", "services"];

#[test]
fn tofu_applies_modules_of_azavea_by_hand() {
    by_hand("tofu", "azavea");
}

/// Modules that know much more than their READMEs ask for.
#[test]
fn terraform_applies_modules_of_enterprise_by_hand() {
    by_hand("terraform", "enterprise");
}

fn by_hand(engine: &'static str, blueprint: &str) {
    let Some(engine) = Engine::with_providers(engine, "modules called by hand in a stand-in world") else {
        return;
    };
    // The README's provider assumes no role: the caller is in the account.
    let engine = engine.in_account("111111111111");
    let world = World::new(&engine, blueprint);
    // The README takes the roles in `admins` for granted.
    let environment = world.environments.iter().find(|environment| environment.account == "111111111111");
    let environment = environment.expect("an environment in the README's account");
    world.bootstrap(environment);
    for module in MODULES {
        let root = root(module);
        let folder = world.tree.join(&root);
        let readme = read(&world.tree.join(format!("modules/{module}/README.md")));
        let (_, block) = readme.split_once("\n```hcl\n").expect("a block of HCL");
        let (block, _) = block.split_once("```\n").expect("which ends");
        let block = block.replace("\"./modules/", "\"../../modules/");
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let role = format!("arn:aws:iam::{}:role/terraform", environment.account);
        write(&folder.join("main.tf"), &block.replace(&role, &environment.deploy_role));
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
