//! An application that attaches to a cluster which is not as it should be is told so, in one sentence, at plan.
//!
//! The cluster is staging of azavea while `deployment.rs` makes it, with both engines: without a cluster, without services,
//! and, once all is there, spoiled in one way after the other. So the contract that a cluster really publishes is what its
//! readers are tested on.

use std::fs;

use serde_json::Value;

use crate::engine::Engine;
use crate::scaffold;
use crate::tree::{self, write};
use crate::world::{Environment, World};

const NAME: &str = "azavea-staging-main";
const DOCUMENTS: [&str; 2] = ["cluster", "services"];

/// One way to spoil a world.
enum Spoil {
    /// Take documents of the contract away.
    Remove(&'static [&'static str]),
    /// Put text in place of both documents.
    Text(&'static str),
    /// Change a field of both documents.
    Field(&'static str, &'static str),
    /// Change what AWS says of the cluster.
    Cluster(&'static str, &'static str),
    /// Call the cluster otherwise, as its stacks would.
    Rename(&'static str),
}

/// A platform that is wrong in one way.
struct Case {
    /// What is wrong.
    name: &'static str,
    spoil: Spoil,
    /// The whole of what the error says; `{vpc}` is the cluster's VPC.
    says: &'static str,
}

const NOTHING_PUBLISHED: &str = "Cluster azavea-staging-main has published no contract under /plinth/azavea-staging-main in \
    us-east-1. Apply its \"cluster\" stack, then its \"services\" stack; if it has another name, account or region by now, \
    pass that name, or point the AWS provider there. For a cluster that plinth did not make, set mode = \"data-only\".";

const NOT_READY: &str = "Cluster azavea-staging-main is not ready: it has published no /plinth/azavea-staging-main/services. \
    Apply its \"services\" stack first.";

const CASES: &[Case] = &[
    Case { name: "nothing is published", spoil: Spoil::Remove(&DOCUMENTS), says: NOTHING_PUBLISHED },
    Case { name: "a renamed cluster", spoil: Spoil::Rename("azavea-staging-blue"), says: NOTHING_PUBLISHED },
    Case {
        name: "cluster is gone, services was left behind",
        spoil: Spoil::Remove(&["cluster"]),
        says: NOTHING_PUBLISHED,
    },
    Case {
        name: "contract 2.0",
        spoil: Spoil::Field("contract", "2.0"),
        says: "Cluster azavea-staging-main publishes another contract (cluster: 2.0, services: 2.0) than the 1.x that \
               this module reads. Generate the attachment with the plinth release that the platform uses; where a \
               document is unreadable, apply the stack of that name again.",
    },
    Case {
        name: "contract 1.0",
        spoil: Spoil::Field("contract", "1.0"),
        says: "Cluster azavea-staging-main publishes an older contract (cluster: 1.0, services: 1.0) than the 1.1 that \
               this module reads. Apply its \"cluster\" and \"services\" stacks from the platform's present tree.",
    },
    Case {
        name: "contract 2.0 of another shape",
        spoil: Spoil::Text(r#"{"contract":"2.0","name":"azavea-staging-main"}"#),
        says: "Cluster azavea-staging-main publishes another contract (cluster: 2.0, services: 2.0) than the 1.x that \
               this module reads. Generate the attachment with the plinth release that the platform uses; where a \
               document is unreadable, apply the stack of that name again.",
    },
    Case {
        name: "a document that is no JSON",
        spoil: Spoil::Text("oops"),
        says: "Cluster azavea-staging-main publishes another contract (cluster: unreadable, services: unreadable) than \
               the 1.x that this module reads. Generate the attachment with the plinth release that the platform uses; \
               where a document is unreadable, apply the stack of that name again.",
    },
    Case {
        name: "the documents of another cluster",
        spoil: Spoil::Field("cluster", "azavea-production-main"),
        says: "The contract under /plinth/azavea-staging-main belongs to another cluster (cluster: \
               azavea-production-main, services: azavea-production-main) than azavea-staging-main. Apply the \
               \"cluster\" and \"services\" stacks of azavea-staging-main again.",
    },
    Case {
        name: "the VPC of a former cluster",
        spoil: Spoil::Field("vpc_id", "vpc-0123456789abcdef0"),
        says: "The contract of azavea-staging-main is stale: it names vpc-0123456789abcdef0, but the cluster runs in \
               {vpc}. Apply its \"cluster\" stack, then its \"services\" stack.",
    },
    // As text, 1.9 would be newer than 1.35.
    Case {
        name: "a cluster that is too old",
        spoil: Spoil::Cluster("version", "1.9"),
        says: "Cluster azavea-staging-main runs Kubernetes 1.9; this application needs 1.35 or newer. Upgrade the \
               cluster in its \"cluster\" stack first.",
    },
    Case {
        name: "a cluster in the middle of a change",
        spoil: Spoil::Cluster("status", "UPDATING"),
        says: "Cluster azavea-staging-main is UPDATING, not ACTIVE. Wait until the change to it has ended, then plan \
               again.",
    },
];

/// Judges what the application `franklin` is told when a root module of staging has just been applied.
pub fn judge(world: &World<'_>, environment: &Environment, root: &str) {
    let application = environment.app("franklin");
    let tenants = environment.stack("main/tenants");
    if environment.name != "staging" {
    } else if root == environment.state() {
        world.run(&application, &["init", "-input=false"]);
        assert_refuses(world, &application, "before the cluster", NOTHING_PUBLISHED);
    } else if root == environment.stack("main/cluster") {
        world.run(&tenants, &["init", "-input=false"]);
        // The platform's own tenants stop at the same rules. Without a cluster, their providers do, too.
        for root in [&application, &tenants] {
            assert_refuses(world, root, "before its services", NOT_READY);
        }
    } else if root == environment.stack("main/services") {
        refuses(world, &application);
    } else if root == environment.stack("main/tenants") {
        let own = scaffold::judge(world, environment);
        let sound = world.text();
        // Its provider of Kubernetes waits for the attachment, and adds no error of its own.
        for (documents, name, says) in [
            (&DOCUMENTS[..], "nothing is published", NOTHING_PUBLISHED),
            (&["services"], "before its services", NOT_READY),
        ] {
            world.replace(&spoiled(&sound, &Spoil::Remove(documents)));
            assert_refuses(world, &own, name, says);
        }
        world.replace(&sound);
    }
}

fn refuses(world: &World<'_>, application: &str) {
    let folder = world.tree.join(application);
    let minimum = folder.join("minimum_override.tf");
    write(&minimum, "module \"application\" {\n  minimum_kubernetes_version = \"1.35\"\n}\n");
    // Otherwise the refusals below would say nothing.
    assert_eq!(plan(world, application), Ok(()), "{application}: the platform is as it should be");

    let sound = world.text();
    let vpc = vpc(world);
    for Case { name, spoil, says } in CASES {
        world.replace(&spoiled(&sound, spoil));
        assert_refuses(world, application, name, &says.replace("{vpc}", &vpc));
    }
    world.replace(&spoiled(&sound, &Spoil::Remove(&DOCUMENTS)));
    attaches_without_contract(world, application);
    world.replace(&sound);

    let elsewhere = folder.join("account_override.tf");
    write(&elsewhere, OTHER_ACCOUNT);
    assert_refuses(world, application, "from another account", NOTHING_PUBLISHED);
    for file in [minimum, elsewhere] {
        fs::remove_file(file).expect("it was written");
    }
}

/// A provider that is somewhere else: what `allowed_account_ids` keeps a root module of ours from.
const OTHER_ACCOUNT: &str = r#"provider "aws" {
  allowed_account_ids = ["333333333333"]

  assume_role {
    role_arn = "arn:aws:iam::333333333333:role/terraform"
  }
}
"#;

#[test]
fn tests_of_modules_pass() {
    for name in ["terraform", "tofu"] {
        let Some(engine) = Engine::with_providers(name, "tests that generated modules bring along") else {
            continue;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The module of a tenant has more where applications have databases.
        let blueprint = folder.path().join("tenants.toml");
        let tenants = tree::read(&tree::repository().join("tests/judges/fixtures/tenants.toml"));
        write(&blueprint, &(tenants + "\n[terraform]\ntests = true\n"));
        let with_databases = folder.path().join("tree");
        tree::generate(&blueprint, &with_databases);
        let fleet = tree::generated("fleet");
        for (tree, module) in [(&fleet, "attachment"), (&fleet, "tenant"), (&with_databases, "tenant")] {
            let path = folder.path().join(if *tree == fleet { module } else { "tenant-with-databases" });
            tree::copy(&tree.join("modules").join(module), &path);
            for command in [&["init", "-input=false"][..], &["test", "-no-color"]] {
                let run = engine.run(&path, None, command);
                assert_eq!(run.status, 0, "{name} {} in modules/{module}: {}", command[0], run.output);
            }
        }
    }
}

/// SSM keeps 4 KB of a standard parameter.
pub fn assert_contracts_fit(world: &World<'_>) {
    let documents = world.objects().into_iter().filter(|object| object["type"] == "aws_ssm_parameter");
    let sizes: Vec<usize> = documents
        .map(|object| object["attrs"]["insecure_value"].as_str().expect("a contract is no secret").len())
        .collect();
    assert!(sizes.len() >= 2 && sizes.iter().all(|size| *size < 4096), "documents of {sizes:?} bytes");
    eprintln!("contract: documents of {sizes:?} bytes");
}

/// AWS alone says where the cluster is; what only the platform knows is said to be unknown.
fn attaches_without_contract(world: &World<'_>, application: &str) {
    const NAMES: [&str; 9] = [
        "vpc_id",
        "vpc_cidr",
        "private_subnet_ids",
        "public_subnet_ids",
        "oidc_provider_arn",
        "kubeconfig_command",
        "storage_class",
        "permissions_boundary_arn",
        "unknown",
    ];
    let folder = world.tree.join(application);
    let module = world.tree.join("apps/franklin/module");
    let of_module = NAMES.map(|name| format!("{name} = module.attachment.{name}")).join("\n");
    let written = [
        (module.join("mode_override.tf"), MODE.to_owned()),
        (module.join("found.tf"), format!("output \"found\" {{\n  value = {{\n{of_module}\n}}\n}}\n")),
        (folder.join("found.tf"), "output \"found\" {\n  value = module.application.found\n}\n".to_owned()),
    ];
    for (path, text) in &written {
        write(path, text);
    }
    world.run(application, &["apply", "-input=false", "-auto-approve"]);
    let found = world.run(application, &["output", "-json", "found"]);
    let found: Value = serde_json::from_str(&found).expect("outputs are JSON");
    for path in written.map(|(path, _)| path).into_iter().chain([folder.join("terraform.tfstate")]) {
        fs::remove_file(path).expect("it was written");
    }

    assert_eq!(found["vpc_id"], Value::from(vpc(world)));
    assert_eq!(found["vpc_cidr"], "10.1.0.0/16");
    for kind in ["private_subnet_ids", "public_subnet_ids"] {
        let zones: Vec<&String> = found[kind].as_object().expect("subnets by zone").keys().collect();
        assert_eq!(zones, ["us-east-1a", "us-east-1b", "us-east-1c"], "{kind}");
    }
    let provider = found["oidc_provider_arn"].as_str().expect("a provider");
    assert!(provider.starts_with("arn:aws:iam::111111111111:oidc-provider/oidc.eks."), "{provider}");
    let command = format!("aws eks update-kubeconfig --name {NAME} --region us-east-1");
    assert_eq!(found["kubeconfig_command"], Value::from(command));
    let unknown = found["unknown"].as_array().expect("a list");
    for name in ["storage_class", "permissions_boundary_arn"] {
        assert_eq!(found[name], Value::Null, "{name}");
        assert!(unknown.contains(&Value::from(name)), "{name} is unknown");
    }
}

/// The one VPC of the world.
fn vpc(world: &World<'_>) -> String {
    let mut vpcs = world.objects().into_iter().filter(|object| object["type"] == "aws_vpc");
    let vpc = vpcs.next().expect("a VPC");
    assert!(vpcs.next().is_none(), "staging is the first environment that is made");
    vpc["attrs"]["id"].as_str().expect("an id").to_owned()
}

/// What a person writes where a cluster publishes nothing; in which zone it writes names, nobody knows either.
const MODE: &str = r#"
module "attachment" {
  mode = "data-only"
}

module "host_api" {
  zone_ids = ["Z0A11CE5CA1AB1E001"]
}
"#;

/// Returns the world with one thing changed.
fn spoiled(world: &str, spoil: &Spoil) -> String {
    let mut world: Value = serde_json::from_str(world).expect("the world is JSON");
    let objects = world["objects"].as_array_mut().expect("a world lists objects");
    let count = objects.len();
    let is =
        |object: &Value, kind: &str, name: &str| object["type"] == kind && object["attrs"]["name"] == name;
    let is_document =
        |object: &Value, name: &str| is(object, "aws_ssm_parameter", &format!("/plinth/{NAME}/{name}"));
    let mut changed = 0;
    match spoil {
        Spoil::Remove(names) => {
            objects.retain(|object| !names.iter().any(|name| is_document(object, name)));
            changed = count - objects.len();
        }
        Spoil::Cluster(key, value) => {
            for object in objects.iter_mut().filter(|object| is(object, "aws_eks_cluster", NAME)) {
                object["attrs"][key] = Value::from(*value);
                changed += 1;
            }
        }
        Spoil::Rename(to) => {
            for object in objects.iter_mut() {
                let is_its =
                    is(object, "aws_eks_cluster", NAME) || DOCUMENTS.iter().any(|it| is_document(object, it));
                if is_its {
                    *object = object.to_string().replace(NAME, to).parse().expect("names have no quotes");
                    changed += 1;
                }
            }
        }
        Spoil::Text(_) | Spoil::Field(..) => {
            for object in objects.iter_mut() {
                if DOCUMENTS.iter().any(|name| is_document(object, name)) {
                    let text = object["attrs"]["insecure_value"].as_str().expect("a contract is no secret");
                    object["attrs"]["insecure_value"] = Value::from(spoiled_document(text, spoil));
                    changed += 1;
                }
            }
        }
    }
    assert!(changed > 0, "nothing to spoil: does the world look otherwise now?");
    world.to_string()
}

fn spoiled_document(text: &str, spoil: &Spoil) -> String {
    let mut document: Value = serde_json::from_str(text).expect("a contract is JSON");
    match spoil {
        Spoil::Text(text) => return (*text).to_owned(),
        Spoil::Field(key, value) => document[key] = Value::from(*value),
        Spoil::Remove(_) | Spoil::Cluster(..) | Spoil::Rename(_) => {}
    }
    document.to_string()
}

/// Plans a root module; gives back the errors when it fails.
fn plan(world: &World<'_>, root: &str) -> Result<(), Vec<String>> {
    let (run, _) = world.try_run(root, &["plan", "-input=false", "-json"]);
    if run.status == 0 {
        return Ok(());
    }
    let lines = run.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors =
        lines.filter(|line| line["type"] == "diagnostic" && line["diagnostic"]["severity"] == "error");
    let detail = |line: Value| line["diagnostic"]["detail"].as_str().unwrap_or_default().to_owned();
    Err(errors.map(detail).collect())
}

/// The plan must fail with one error, and that says this and nothing else.
fn assert_refuses(world: &World<'_>, root: &str, case: &str, says: &str) {
    let errors = plan(world, root).expect_err(&format!("{root}: {case}: the plan must fail"));
    assert_eq!(errors, [says], "{root}: {case}: what is said (left), what should be (right)");
    eprintln!("{} {root}: {case}: {}", world.engine.name, errors[0]);
}
