//! azavea, from empty accounts to both environments and back to empty accounts, in a stand-in world.
//!
//! Both environments live in one world, as they do at AWS: names that only one of them may have would clash. The order
//! is that of a person: what `scripts/bootstrap` makes, then each stack, then each application; then back.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use crate::engine::{Engine, Run, flat};
use crate::literal::literals;
use crate::tree::{self, read, write};

/// An environment of azavea.
struct Environment {
    name: &'static str,
    account: &'static str,
    is_protected: bool,
}

const STAGING: Environment = Environment { name: "staging", account: "111111111111", is_protected: false };
const PRODUCTION: Environment =
    Environment { name: "production", account: "222222222222", is_protected: true };

const APPS: [&str; 3] = ["argo", "daskhub", "franklin"];

/// Some addresses that each stack must have made: it is not empty, and holds what its name says.
const ADDRESSES: [(&str, &[&str]); 4] = [
    ("state", &["aws_s3_bucket.state", "aws_kms_key.state", "aws_s3_bucket_versioning.state"]),
    (
        "main/cluster",
        &[
            "module.cluster.aws_vpc.this",
            "module.cluster.aws_eks_cluster.this",
            "module.cluster.aws_eks_node_group.core",
            "module.cluster.aws_eks_addon.vpc_cni",
            "module.cluster.aws_ssm_parameter.contract",
        ],
    ),
    (
        "main/services",
        &[
            "module.services.helm_release.karpenter",
            "module.services.helm_release.aws_load_balancer_controller",
            "module.services.helm_release.node_pool_worker",
            "module.services.kubernetes_storage_class_v1.gp3",
            "module.services.aws_ssm_parameter.contract",
        ],
    ),
    (
        "main/tenants",
        &[
            "module.tenant_argo.kubernetes_namespace_v1.this",
            "module.tenant_daskhub.kubernetes_namespace_v1.this",
            "module.tenant_franklin.kubernetes_namespace_v1.this",
        ],
    ),
];

#[test]
fn terraform_applies_and_destroys_azavea() {
    there_and_back("terraform");
}

#[test]
fn tofu_applies_and_destroys_azavea() {
    there_and_back("tofu");
}

fn there_and_back(engine: &'static str) {
    let what = "azavea applied, planned again and destroyed in a stand-in world";
    let Some(engine) = Engine::with_providers(engine, what) else { return };
    let world = World::new(&engine);
    let environments = [STAGING, PRODUCTION];

    let expected: Vec<String> = environments.iter().flat_map(stacks).collect();
    let mut known = expected.clone();
    known.sort();
    assert_eq!(
        tree::roots(&world.tree),
        known,
        "root modules of the tree (left), and what this test applies (right)"
    );

    for environment in &environments {
        world.bootstrap(environment);
        for (root, (_, addresses)) in
            stacks(environment).iter().zip(ADDRESSES.iter().chain([&("", &[][..]); 3]))
        {
            world.apply(root);
            world.assert_addresses(root, addresses);
        }
        world.assert_attached(environment);
        if environment.is_protected {
            world.assert_addresses(&cluster_root(environment), &["terraform_data.protected"]);
        }
    }
    for environment in environments.iter().rev() {
        let mut roots = stacks(environment);
        let (cluster, state) = (roots.remove(1), roots.remove(0));
        for root in roots.iter().rev() {
            world.destroy(root);
        }
        if environment.is_protected {
            world.assert_refuses_to_destroy(&cluster, "terraform_data.protected");
            world.lift_protection(environment);
        }
        world.destroy(&cluster);
        world.assert_refuses_to_destroy(&state, "aws_s3_bucket.state");
        world.lift_state_protection(&state);
        world.destroy(&state);
        world.destroy(&bootstrap(environment));
        // Whoever is left does not notice.
        for remaining in environments.iter().take_while(|remaining| remaining.name != environment.name) {
            world.assert_nothing_to_do(&cluster_root(remaining));
        }
    }
    world.assert_empty();
}

/// Returns an environment's root modules, in the order of deployment.
fn stacks(environment: &Environment) -> Vec<String> {
    let stacks = ADDRESSES.iter().map(|(stack, _)| format!("environments/{}/{stack}", environment.name));
    stacks.chain(APPS.iter().map(|app| format!("apps/{app}/{}", environment.name))).collect()
}

fn cluster_root(environment: &Environment) -> String {
    format!("environments/{}/main/cluster", environment.name)
}

fn bootstrap(environment: &Environment) -> String {
    format!("bootstrap/{}", environment.name)
}

/// A world and a copy of the tree that is applied in it.
struct World<'a> {
    engine: &'a Engine,
    tree: PathBuf,
    file: PathBuf,
    folder: TempDir,
}

impl<'a> World<'a> {
    fn new(engine: &'a Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join("azavea");
        tree::copy(&tree::generated("azavea"), &tree);
        for root in tree::roots(&tree) {
            tree::keep_state_here(&tree.join(root));
        }
        Self { engine, tree, file: folder.path().join("world.json"), folder }
    }

    /// Runs a command in a root module; ends the test unless it exits with 0 and prints no warning.
    fn run(&self, root: &str, arguments: &[&str]) -> String {
        let (run, seconds) = self.try_run(root, arguments);
        let command = format!("{} {} in {root}", self.engine.name, arguments.join(" "));
        assert!(run.status == 0, "{command}: exit status {}\n{}", run.status, run.output);
        // `init` warns that a lock file made from a mirror knows one platform only, which is so here.
        let warns = run.output.contains("Warning:") && arguments[0] != "init";
        assert!(!warns, "{command}: it warns\n{}", run.output);
        eprintln!("{command}: {} ({seconds:.1} s)", summary(&run.output));
        run.output
    }

    fn try_run(&self, root: &str, arguments: &[&str]) -> (Run, f64) {
        let started = Instant::now();
        let arguments = [arguments, &["-no-color"]].concat();
        let run = self.engine.run(&self.tree.join(root), Some(&self.file), &arguments);
        (run, started.elapsed().as_secs_f64())
    }

    /// Makes what must be there before the first stack, and forgets what the AWS CLI would have made.
    fn bootstrap(&self, environment: &Environment) {
        let root = bootstrap(environment);
        let folder = self.tree.join(&root);
        let fixture = tree::repository().join("tests/judges/fixtures/bootstrap");
        tree::copy(&fixture, &folder);
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

    /// Applies a root module; a second plan must have nothing to do.
    fn apply(&self, root: &str) {
        self.run(root, &["init", "-input=false"]);
        let plan = self.run(root, &["plan", "-input=false", "-out=plan"]);
        if root.ends_with("/state") {
            assert!(plan.contains("Plan: 3 to import,"), "{root}: bucket, key and alias are adopted\n{plan}");
        }
        assert!(
            !plan.contains("Plan:") || plan.contains(" 0 to destroy."),
            "{root}: a first plan destroys nothing\n{plan}"
        );
        self.run(root, &["apply", "-input=false", "plan"]);
        self.assert_nothing_to_do(root);
    }

    fn assert_nothing_to_do(&self, root: &str) {
        let plan = self.run(root, &["plan", "-input=false", "-detailed-exitcode"]);
        assert!(plan.contains("No changes."), "{root}: the second plan has something to do\n{plan}");
    }

    fn destroy(&self, root: &str) {
        let said = self.run(root, &["destroy", "-input=false", "-auto-approve"]);
        assert!(said.contains("Destroy complete!"), "{root}: not destroyed\n{said}");
        assert_eq!(self.addresses(root), "", "{root}: still in the state");
    }

    /// A destroy must stop at plan, name the guard, and leave the world as it is.
    fn assert_refuses_to_destroy(&self, root: &str, guard: &str) {
        let before = read(&self.file);
        let (run, seconds) = self.try_run(root, &["destroy", "-input=false", "-auto-approve"]);
        let said = flat(&run.output);
        assert!(
            run.status == 1 && said.contains(guard) && said.contains("prevent_destroy"),
            "{root}: destroy must stop at {guard}; exit status {}\n{}",
            run.status,
            run.output
        );
        assert!(!said.contains("Destroying..."), "{root}: destroy must stop at plan\n{}", run.output);
        assert!(before == read(&self.file), "{root}: the refused destroy changed the world");
        eprintln!("{} destroy in {root}: refused, as it must be ({seconds:.1} s)", self.engine.name);
    }

    /// Takes an environment's protection away as a person would: in the blueprint, then generate, then apply.
    fn lift_protection(&self, environment: &Environment) {
        let blueprint = read(&tree::repository().join("blueprints/azavea.toml"));
        let lifted: Vec<&str> = blueprint
            .lines()
            .map(|line| {
                let is_switch = line.starts_with("protection ") && line.ends_with("= true");
                if is_switch { "protection = false" } else { line }
            })
            .collect();
        assert_eq!(
            lifted.iter().filter(|line| **line == "protection = false").count(),
            1,
            "one protected environment"
        );
        let file = self.folder.path().join("azavea.toml");
        write(&file, &(lifted.join("\n") + "\n"));
        let output = Command::new(env!("CARGO_BIN_EXE_plinth"))
            .arg("generate")
            .arg(&file)
            .arg("--out")
            .arg(&self.tree)
            .output()
            .expect("plinth runs");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "plinth generate: {said}");
        let cluster = cluster_root(environment);
        // The guard and deletion protection; scripts, which ask back before they touch a protected environment.
        let changes =
            said.lines().filter(|line| line.starts_with(['~', '+', '-']) && !line.ends_with("README.md"));
        let expected = [format!("~ {cluster}/main.tf"), "~ scripts/lib.sh".to_owned()];
        assert_eq!(changes.collect::<Vec<_>>(), expected, "what `protection = false` changes");
        eprintln!("plinth generate with `protection = false`: {}", expected.join(", "));

        let plan = self.run(&cluster, &["plan", "-input=false", "-out=plan"]);
        assert!(
            plan.contains("Plan: 0 to add, 1 to change, 1 to destroy."),
            "{cluster}: the guard goes\n{plan}"
        );
        assert!(
            plan.contains("# terraform_data.protected will be destroyed"),
            "{cluster}: the guard goes\n{plan}"
        );
        self.run(&cluster, &["apply", "-input=false", "plan"]);
    }

    /// Takes the state stack's protection away as a person would: by an override file.
    fn lift_state_protection(&self, root: &str) {
        let resource = |kind: &str| {
            format!(
                "resource \"{kind}\" \"state\" {{\n  lifecycle {{\n    prevent_destroy = false\n  }}\n}}\n"
            )
        };
        let text = resource("aws_s3_bucket") + &resource("aws_kms_key");
        write(&self.tree.join(root).join("protection_override.tf"), &text);
    }

    fn addresses(&self, root: &str) -> String {
        self.try_run(root, &["state", "list"]).0.stdout
    }

    fn assert_addresses(&self, root: &str, expected: &[&str]) {
        let addresses = self.addresses(root);
        for address in expected {
            assert!(addresses.lines().any(|line| line == *address), "{root}: no {address} in\n{addresses}");
        }
    }

    /// The stub of an application found its cluster.
    fn assert_attached(&self, environment: &Environment) {
        for app in APPS {
            let root = format!("apps/{app}/{}", environment.name);
            let (run, _) = self.try_run(&root, &["output", "-json"]);
            let outputs: serde_json::Value = serde_json::from_str(&run.stdout).expect("outputs are JSON");
            let value = |name: &str| outputs[name]["value"].as_str().unwrap_or_default().to_owned();
            let cluster = format!("azavea-{}-main", environment.name);
            assert_eq!(
                (value("cluster_name"), value("namespace")),
                (cluster, app.to_owned()),
                "{root}: {outputs}"
            );
        }
    }

    fn assert_empty(&self) {
        let world: serde_json::Value = serde_json::from_str(&read(&self.file)).expect("the world is JSON");
        let objects = world["objects"].as_array().expect("objects");
        let left: Vec<String> =
            objects.iter().map(|object| format!("{} {}", object["type"], object["id"])).collect();
        assert!(left.is_empty(), "left in the world after everything was destroyed:\n{}", left.join("\n"));
        assert!(
            !world["seq"].as_object().expect("counters").is_empty(),
            "nothing was ever made in this world"
        );
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
        for root in stacks(environment) {
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
        let state = read(&tree.join(format!("environments/{}/state/main.tf", environment.name)));
        let state: hcl_edit::structure::Body = state.parse().expect("generated files parse");
        let imported = |kind: &str| {
            let imports = state.get_blocks("import").map(|block| &block.body);
            let mut ids = imports.filter(|body| {
                body.get_attribute("to")
                    .is_some_and(|to| to.value.to_string().trim() == format!("{kind}.state"))
            });
            let id = ids.next().and_then(|body| body.get_attribute("id")).expect("an import has an id");
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
    let lines = STARTS.iter().filter_map(|start| output.lines().find(|line| line.starts_with(start)));
    lines.map(str::to_owned).next().unwrap_or_else(|| "done".to_owned())
}
