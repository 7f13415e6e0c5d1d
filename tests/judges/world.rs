//! A stand-in world, and a copy of a generated tree that is applied in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::engine::{Engine, Run};
use crate::literal::literals;
use crate::tree::{self, read, write};

/// An environment, as the tables of the tree's own `scripts/lib.sh` say it.
pub struct Environment {
    pub name: String,
    pub account: String,
    pub region: String,
    pub partition: String,
    pub deploy_role: String,
    pub bucket: String,
    pub key_alias: String,
    pub is_protected: bool,
    /// EKS names of its clusters, each with its region.
    pub clusters: Vec<(String, String)>,
    /// Its root modules in the order of deployment.
    pub roots: Vec<String>,
}

impl Environment {
    /// Returns the root module of a stack, `main/cluster`.
    pub fn stack(&self, name: &str) -> String {
        format!("environments/{}/{name}", self.name)
    }

    /// Returns the root module that has the state bucket: its own stack, or an account's only one.
    pub fn state(&self) -> &String {
        &self.roots[0]
    }

    /// Whether it is what an account has for pipelines, which an administrator applies, who assumes no role.
    pub fn is_account(&self) -> bool {
        self.deploy_role == "-"
    }

    /// Returns the root module of an application on the cluster `main`.
    pub fn app(&self, name: &str) -> String {
        format!("apps/{name}/{}", self.name)
    }

    /// Returns the root module that makes what must be there before the first stack.
    pub fn bootstrap(&self) -> String {
        format!("bootstrap/{}", self.name)
    }
}

/// Returns the hosted zones that an environment's applications take for granted, and of each whether it is the one that the
/// cluster writes names into.
fn zones(tree: &Path, environment: &Environment) -> BTreeMap<String, bool> {
    let apps = environment.roots.iter().filter(|root| root.starts_with("apps/"));
    let hosts = apps.flat_map(|root| {
        let application = module_call(&tree.join(root).join("main.tf"));
        application["hosts"].as_object().cloned().unwrap_or_default()
    });
    let zones = hosts.map(|(_, host)| {
        if let Some(zone) = host["zone"].as_str() {
            return (zone.to_owned(), false);
        }
        let name = host["domain_name"].as_str().expect("a host has a name");
        (name.split_once('.').expect("a name has dots").1.to_owned(), true)
    });
    zones.collect()
}

/// Gives the zones that clusters write names into the ids that the blueprint says.
pub fn give_zones_their_ids(tree: &Path, environment: &Environment, files: &[PathBuf]) {
    for (zone, _) in zones(tree, environment).into_iter().filter(|(_, is_clusters)| *is_clusters) {
        let services = read(&tree.join(environment.stack("main/services")).join("main.tf"));
        let id = services.split(":hostedzone/").nth(1).and_then(|rest| rest.split('"').next());
        let id = id.expect("external-dns is told its zone");
        let world: Value = serde_json::from_str(&read(&files[0])).expect("the world is JSON");
        let mut objects = world["objects"].as_array().expect("a world lists objects").iter();
        let made =
            objects.find(|it| it["type"] == "aws_route53_zone" && it["attrs"]["name"] == zone.as_str());
        let made = made.and_then(|made| made["attrs"]["zone_id"].as_str()).expect("the zone was made");
        for file in files {
            write(file, &read(file).replace(made, id));
        }
    }
}

/// Reads a tree's environments, and accounts with something for pipelines, in the order of deployment.
pub fn environments(tree: &Path) -> Vec<Environment> {
    let scripts = read(&tree.join("scripts/lib.sh"));
    let table = |name: &str| -> Vec<Vec<String>> {
        let (_, rest) = scripts.split_once(&format!("\n{name}() {{")).expect("a table of lib.sh");
        let rows = rest.lines().skip(2).take_while(|line| *line != "TABLE");
        rows.map(|row| row.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let (stacks, clusters) = (table("stacks"), table("clusters"));
    let environments = table("environments").into_iter().map(|row| {
        let own = stacks.iter().filter(|stack| stack[0] == row[0]);
        let roots: Vec<String> = own.map(|stack| stack[3].clone()).collect();
        let backend = read(&tree.join(&roots[0]).join("terraform.tf"));
        let partition = backend.split("\"arn:").nth(1).and_then(|arn| arn.split(':').next());
        Environment {
            partition: partition.expect("the key's ARN names its partition").to_owned(),
            is_protected: row[6] == "yes",
            clusters: clusters
                .iter()
                .filter(|it| it[0] == row[0])
                .map(|it| (it[2].clone(), it[3].clone()))
                .collect(),
            roots,
            deploy_role: row[5].clone(),
            name: row[0].clone(),
            account: row[1].clone(),
            region: row[2].clone(),
            bucket: row[3].clone(),
            key_alias: row[4].clone(),
        }
    });
    environments.collect()
}

/// A world and a copy of the tree that is applied in it.
pub struct World<'a> {
    pub engine: &'a Engine,
    /// The tree; its root modules keep their states beside themselves.
    pub tree: PathBuf,
    pub environments: Vec<Environment>,
    file: PathBuf,
    folder: TempDir,
}

impl<'a> World<'a> {
    /// Takes the committed tree of a blueprint.
    pub fn new(engine: &'a Engine, blueprint: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join(blueprint);
        tree::copy(&tree::generated(blueprint), &tree);
        Self::of(engine, folder, tree)
    }

    /// Generates the tree of a blueprint.
    pub fn generated(engine: &'a Engine, blueprint: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join("tree");
        tree::generate(blueprint, &tree);
        Self::of(engine, folder, tree)
    }

    fn of(engine: &'a Engine, folder: TempDir, tree: PathBuf) -> Self {
        for root in tree::roots(&tree) {
            tree::keep_state_here(&tree.join(root));
        }
        let environments = environments(&tree);
        Self { engine, environments, tree, file: folder.path().join("world.json"), folder }
    }

    /// Generates the tree anew, of another blueprint; returns what `plinth generate` says.
    pub fn generate(&self, blueprint: &Path) -> String {
        tree::generate(blueprint, &self.tree)
    }

    /// Returns an environment by its name.
    pub fn environment(&self, name: &str) -> &Environment {
        let mut environments = self.environments.iter();
        environments.find(|environment| environment.name == name).expect("an environment of the tree")
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
        // The stand-in counts no free addresses of a subnet, and so has none; the check for them warns.
        let warnings = run.output.matches("Warning:").count();
        let expected = run.output.matches("in check \"free_addresses\"").count();
        assert!(warnings == expected || arguments[0] == "init", "{command}: it warns\n{}", run.output);
        eprintln!("{command}: {} ({seconds:.1} s)", summary(&run.output));
        run.output
    }

    /// Runs a command in a root module, whatever comes of it; also says how many seconds it took.
    pub fn try_run(&self, root: &str, arguments: &[&str]) -> (Run, f64) {
        let started = Instant::now();
        // Who applies what an account has for pipelines is in that account, and assumes no role.
        let in_account =
            root.strip_prefix("accounts/").map(|account| self.engine.clone().in_account(account));
        let engine = in_account.as_ref().unwrap_or(self.engine);
        let run = engine.run(&self.tree.join(root), Some(&self.file), arguments);
        (run, started.elapsed().as_secs_f64())
    }

    /// Makes what must be there before the first stack, and forgets what the AWS CLI would have made.
    pub fn bootstrap(&self, environment: &Environment) {
        let root = environment.bootstrap();
        let folder = self.tree.join(&root);
        write_bootstrap(&self.tree, environment, &folder);
        self.run(&root, &["init", "-input=false"]);
        self.run(&root, &["apply", "-input=false", "-auto-approve"]);
        let file = self.file.clone();
        give_zones_their_ids(&self.tree, environment, &[file, folder.join("terraform.tfstate")]);
        self.run(&root, &["state", "rm", "aws_s3_bucket.state", "aws_kms_key.state", "aws_kms_alias.state"]);
    }

    /// Makes the VPC that a cluster's root says exists already, under the ids that it says. Returns the root module that
    /// owns it.
    pub fn make_existing_vpc(&self, environment: &Environment, root: &str) -> Option<String> {
        let owner = format!("owner/{root}");
        let folder = self.tree.join(&owner);
        let ids = write_owner(&self.tree, environment, root, &folder)?;
        self.run(&owner, &["init", "-input=false"]);
        self.run(&owner, &["apply", "-input=false", "-auto-approve"]);
        let (run, _) = self.try_run(&owner, &["output", "-json"]);
        ids.give(&run.stdout, &[self.file.clone(), folder.join("terraform.tfstate")]);
        Some(owner)
    }

    /// Applies a root module for the first time and returns what is said, with the plan, which destroys nothing.
    ///
    /// In one command: most of what a command takes is reading schemas. Plans that are kept in a file and applied then, as
    /// the scripts do, are judged where protection is lifted, where clusters come to differ, and in a fresh account.
    pub fn apply(&self, root: &str) -> String {
        self.run(root, &["init", "-input=false"]);
        let said = self.run(root, &["apply", "-input=false", "-auto-approve"]);
        let destroys = said.contains("Plan:") && !said.contains(" 0 to destroy.");
        assert!(!destroys, "{root}: a first plan destroys something\n{said}");
        said
    }

    /// The resources in the state of a root module: type and attributes of each.
    pub fn resources(&self, root: &str) -> Vec<(String, Value)> {
        let state: Value = serde_json::from_str(&self.state(root)).expect("a state is JSON");
        let resources = state["resources"].as_array().into_iter().flatten();
        let managed = resources.filter(|resource| resource["mode"] == "managed");
        let instances = managed.flat_map(|resource| {
            let instances = resource["instances"].as_array().into_iter().flatten();
            instances
                .map(|it| (resource["type"].as_str().expect("a type").to_owned(), it["attributes"].clone()))
        });
        instances.collect()
    }

    /// The state of a root module as it is; without resources where it was never applied.
    fn state(&self, root: &str) -> String {
        let file = self.tree.join(root).join("terraform.tfstate");
        if file.exists() { read(&file) } else { "{}".to_owned() }
    }

    /// Whether a root module has a state.
    pub fn is_applied(&self, root: &str) -> bool {
        self.tree.join(root).join("terraform.tfstate").exists()
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

/// Writes the root module that makes what must be there before the first stack of an environment.
pub fn write_bootstrap(tree: &Path, environment: &Environment, folder: &Path) {
    tree::copy(&tree::repository().join("tests/judges/fixtures/bootstrap"), folder);
    let variables = serde_json::json!({
        "account": environment.account,
        "region": environment.region,
        "partition": environment.partition,
        "roles": roles(tree, environment),
        "zones": zones(tree, environment).into_keys().collect::<Vec<_>>(),
        "bucket": environment.bucket,
        "key_alias": environment.key_alias,
    });
    write(&folder.join("terraform.tfvars.json"), &variables.to_string());
}

/// The ids that a cluster's root says its existing VPC and subnets have.
pub struct ExistingVpc {
    vpc: String,
    /// Name of the output that has the made ones by zone, zone, id.
    subnets: Vec<(&'static str, String, String)>,
}

impl ExistingVpc {
    /// Puts these ids in place of those that were made, which are `outputs` as JSON.
    pub fn give(&self, outputs: &str, files: &[PathBuf]) {
        let outputs: Value = serde_json::from_str(outputs).expect("outputs are JSON");
        let subnets = self.subnets.iter().map(|(output, zone, id)| (&outputs[*output]["value"][zone], id));
        let ids: Vec<_> = std::iter::once((&outputs["vpc"]["value"], &self.vpc)).chain(subnets).collect();
        for file in files {
            let renamed = ids.iter().fold(read(file), |text, (made, id)| {
                text.replace(made.as_str().expect("an id was made"), id)
            });
            write(file, &renamed);
        }
    }
}

/// Writes the root module that owns the VPC which a cluster's root says exists already; none where that makes its own.
pub fn write_owner(tree: &Path, environment: &Environment, root: &str, folder: &Path) -> Option<ExistingVpc> {
    let cluster = module_call(&tree.join(root).join("main.tf"));
    let vpc = cluster["vpc_id"].as_str()?.to_owned();
    let mut subnets = Vec::new();
    for (output, key) in [("private", "private_subnet_ids"), ("public", "public_subnet_ids")] {
        for (zone, id) in cluster[key].as_object().into_iter().flatten() {
            subnets.push((output, zone.clone(), id.as_str().expect("an id").to_owned()));
        }
    }
    let zones = |output: &str| -> Vec<&String> {
        subnets.iter().filter(|(of, ..)| *of == output).map(|(_, zone, _)| zone).collect()
    };
    tree::copy(&tree::repository().join("tests/judges/fixtures/existing_vpc"), folder);
    let variables = serde_json::json!({
        "account": environment.account,
        "region": environment.region,
        "partition": environment.partition,
        "cidr": cluster["vpc_cidr"],
        "private_zones": zones("private"),
        "public_zones": zones("public"),
    });
    write(&folder.join("terraform.tfvars.json"), &variables.to_string());
    Some(ExistingVpc { vpc, subnets })
}

/// The arguments of the one module that a root calls.
fn module_call(main: &Path) -> Value {
    let body: Value = hcl::from_str(&read(main)).expect("generated files parse");
    let modules = body["module"].as_object().expect("a root calls a module");
    modules.values().next().expect("one at least").clone()
}

/// The roles that the tree of an environment takes for granted: path by name.
fn roles(tree: &Path, environment: &Environment) -> std::collections::BTreeMap<String, String> {
    let arn = format!("arn:{}:iam::{}:role/", environment.partition, environment.account);
    let mut roles = std::collections::BTreeMap::new();
    if environment.is_account() {
        return roles; // those that it names are of environments
    }
    for root in &environment.roots {
        for file in walkdir::WalkDir::new(tree.join(root)).max_depth(1).into_iter().filter_map(Result::ok) {
            if file.path().extension().is_some_and(|extension| extension == "tf") {
                let literals = literals(&read(file.path())).expect("generated files parse");
                // Under plinth's path, stubs of applications make them.
                let roles_of = literals.iter().filter_map(|literal| literal.value.strip_prefix(&arn));
                for role in roles_of.filter(|role| !role.starts_with("plinth/")) {
                    let (path, name) = role.rsplit_once('/').unwrap_or(("", role));
                    let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
                    roles.insert(name.to_owned(), path);
                }
            }
        }
    }
    roles
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
