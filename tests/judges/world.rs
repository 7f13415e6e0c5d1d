//! A stand-in world, and a copy of the tree of azavea that is applied in it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::engine::{Engine, Run};
use crate::literal::literals;
use crate::tree::{self, read, write};

/// An environment of azavea.
pub struct Environment {
    pub name: &'static str,
    pub account: &'static str,
    pub is_protected: bool,
}

pub const STAGING: Environment =
    Environment { name: "staging", account: "111111111111", is_protected: false };
pub const PRODUCTION: Environment =
    Environment { name: "production", account: "222222222222", is_protected: true };

/// The stacks of an environment, in the order of deployment.
const STACKS: [&str; 4] = ["state", "main/cluster", "main/services", "main/tenants"];

/// The applications of azavea, each in every environment.
pub const APPS: [&str; 3] = ["argo", "daskhub", "franklin"];

impl Environment {
    /// Returns the root module of a stack.
    pub fn stack(&self, name: &str) -> String {
        format!("environments/{}/{name}", self.name)
    }

    /// Returns the root module of an application.
    pub fn app(&self, name: &str) -> String {
        format!("apps/{name}/{}", self.name)
    }

    /// Returns every root module, in the order of deployment.
    pub fn roots(&self) -> Vec<String> {
        STACKS.iter().map(|stack| self.stack(stack)).chain(APPS.iter().map(|app| self.app(app))).collect()
    }

    /// Returns the root module that makes what must be there before the first stack.
    pub fn bootstrap(&self) -> String {
        format!("bootstrap/{}", self.name)
    }
}

/// A world and a copy of the tree that is applied in it.
pub struct World<'a> {
    pub engine: &'a Engine,
    /// The tree; its root modules keep their states beside themselves.
    pub tree: PathBuf,
    file: PathBuf,
    folder: TempDir,
}

impl<'a> World<'a> {
    pub fn new(engine: &'a Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join("azavea");
        tree::copy(&tree::generated("azavea"), &tree);
        for root in tree::roots(&tree) {
            tree::keep_state_here(&tree.join(root));
        }
        Self { engine, tree, file: folder.path().join("world.json"), folder }
    }

    /// Returns a folder for what belongs to no tree.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command in a root module; ends the test unless it exits with 0 and prints no warning.
    pub fn run(&self, root: &str, arguments: &[&str]) -> String {
        let (run, seconds) = self.try_run(root, &[arguments, &["-no-color"]].concat());
        let command = format!("{} {} in {root}", self.engine.name, arguments.join(" "));
        assert!(run.status == 0, "{command}: exit status {}\n{}", run.status, telling(&run.output));
        // `init` warns that a lock file made from a mirror knows one platform only, which is so here.
        let warns = run.output.contains("Warning:") && arguments[0] != "init";
        assert!(!warns, "{command}: it warns\n{}", run.output);
        eprintln!("{command}: {} ({seconds:.1} s)", summary(&run.output));
        run.output
    }

    /// Runs a command in a root module, whatever comes of it; also says how many seconds it took.
    pub fn try_run(&self, root: &str, arguments: &[&str]) -> (Run, f64) {
        let started = Instant::now();
        let run = self.engine.run(&self.tree.join(root), Some(&self.file), arguments);
        (run, started.elapsed().as_secs_f64())
    }

    /// Makes what must be there before the first stack, and forgets what the AWS CLI would have made.
    pub fn bootstrap(&self, environment: &Environment) {
        let root = environment.bootstrap();
        let folder = self.tree.join(&root);
        tree::copy(&tree::repository().join("tests/judges/fixtures/bootstrap"), &folder);
        let names = Names::of(&self.tree, environment);
        let variables = serde_json::json!({
            "account": environment.account,
            "region": "us-east-1",
            "roles": names.roles,
            "bucket": names.bucket,
            "key_alias": names.key_alias,
        });
        write(&folder.join("terraform.tfvars.json"), &variables.to_string());
        self.run(&root, &["init", "-input=false"]);
        self.run(&root, &["apply", "-input=false", "-auto-approve"]);
        self.run(&root, &["state", "rm", "aws_s3_bucket.state", "aws_kms_key.state", "aws_kms_alias.state"]);
    }

    /// Applies a root module for the first time and returns the plan, which destroys nothing.
    pub fn apply(&self, root: &str) -> String {
        self.run(root, &["init", "-input=false"]);
        let plan = self.run(root, &["plan", "-input=false", "-out=plan"]);
        let destroys = plan.contains("Plan:") && !plan.contains(" 0 to destroy.");
        assert!(!destroys, "{root}: a first plan destroys something\n{plan}");
        self.run(root, &["apply", "-input=false", "plan"]);
        plan
    }

    /// Everything that exists, as the stand-in keeps it.
    pub fn objects(&self) -> Vec<Value> {
        let world: Value = serde_json::from_str(&self.text()).expect("the world is JSON");
        world["objects"].as_array().expect("a world lists objects").clone()
    }

    /// The world's file as it is.
    pub fn text(&self) -> String {
        read(&self.file)
    }

    /// Puts a world in place of this one.
    pub fn replace(&self, text: &str) {
        write(&self.file, text);
    }
}

/// What an environment's tree takes for granted, read from the tree itself.
struct Names {
    roles: Vec<String>,
    bucket: String,
    key_alias: String,
}

impl Names {
    fn of(tree: &Path, environment: &Environment) -> Self {
        let role = format!(":iam::{}:role/", environment.account);
        let mut roles: Vec<String> = Vec::new();
        for root in environment.roots() {
            for file in walkdir::WalkDir::new(tree.join(root)).max_depth(1).into_iter().filter_map(Result::ok)
            {
                if file.path().extension().is_some_and(|extension| extension == "tf") {
                    let literals = literals(&read(file.path())).expect("generated files parse");
                    let arns = literals.iter().filter_map(|literal| literal.value.split_once(&role));
                    roles.extend(arns.map(|(_, name)| name.to_owned()));
                }
            }
        }
        roles.sort();
        roles.dedup();
        let state = read(&tree.join(environment.stack("state")).join("main.tf"));
        let state: hcl_edit::structure::Body = state.parse().expect("generated files parse");
        let imported = |kind: &str| {
            let to = format!("{kind}.state");
            let mut imports = state.get_blocks("import").map(|block| &block.body);
            let import = imports
                .find(|body| body.get_attribute("to").is_some_and(|it| it.value.to_string().trim() == to));
            let id = import.and_then(|body| body.get_attribute("id")).expect("an import has an id");
            id.value.as_str().expect("a literal id").to_owned()
        };
        Self { roles, bucket: imported("aws_s3_bucket"), key_alias: imported("aws_kms_alias") }
    }
}

/// The line of an engine's output that says what happened.
fn summary(output: &str) -> String {
    const STARTS: [&str; 6] = [
        "Apply complete!",
        "Destroy complete!",
        "No changes.",
        "Successfully removed",
        "Plan: ",
        "Changes to Outputs",
    ];
    let mut lines = STARTS.iter().filter_map(|start| output.lines().find(|line| line.starts_with(start)));
    lines.next().unwrap_or("done").to_owned()
}

/// The end of an engine's output, from its first error: before that stand hundreds of lines of progress.
fn telling(output: &str) -> &str {
    &output[output.find("Error: ").unwrap_or(0)..]
}
