//! An application that attaches to a cluster which is not as it should be is told so, in one sentence, at plan.
//!
//! The cluster is staging of azavea, applied with its services; then the world is spoiled in one way after the other:
//! the contract that the cluster really publishes is what its readers are tested on.

use serde_json::Value;

use crate::engine::Engine;
use crate::tree::{self, write};
use crate::world::World;

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
}

/// A platform that is wrong in one way.
struct Case {
    /// What is wrong.
    name: &'static str,
    spoil: Spoil,
    /// What the error must say, piece by piece.
    says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "nothing is published",
        spoil: Spoil::Remove(&DOCUMENTS),
        says: &[
            "Cluster azavea-staging-main has published no contract under /plinth/azavea-staging-main in us-east-1. \
             Apply its \"cluster\" stack, then its \"services\" stack;",
        ],
    },
    Case {
        name: "services is not applied yet",
        spoil: Spoil::Remove(&["services"]),
        says: &[
            "Cluster azavea-staging-main is not ready: it has published no /plinth/azavea-staging-main/services. \
             Apply its \"services\" stack first.",
        ],
    },
    Case {
        name: "cluster is gone, services was left behind",
        spoil: Spoil::Remove(&["cluster"]),
        says: &["Cluster azavea-staging-main has published no contract"],
    },
    Case {
        name: "contract 2.0",
        spoil: Spoil::Field("contract", "2.0"),
        says: &[
            "Cluster azavea-staging-main publishes another contract (cluster: 2.0, services: 2.0) than the 1.x that \
             this module reads.",
        ],
    },
    Case {
        name: "contract 1.0",
        spoil: Spoil::Field("contract", "1.0"),
        says: &[
            "Cluster azavea-staging-main publishes an older contract (cluster: 1.0, services: 1.0) than the 1.1 that \
             this module reads. Apply its \"cluster\" and \"services\" stacks",
        ],
    },
    Case {
        name: "contract 2.0 of another shape",
        spoil: Spoil::Text(r#"{"contract":"2.0","name":"azavea-staging-main"}"#),
        says: &["publishes another contract (cluster: 2.0, services: 2.0) than the 1.x"],
    },
    Case {
        name: "a document that is no JSON",
        spoil: Spoil::Text("oops"),
        says: &["publishes another contract (cluster: unreadable, services: unreadable) than the 1.x"],
    },
    Case {
        name: "the documents of another cluster",
        spoil: Spoil::Field("cluster", "azavea-production-main"),
        says: &[
            "belongs to another cluster (cluster: azavea-production-main, services: azavea-production-main) than \
             azavea-staging-main.",
        ],
    },
    Case {
        name: "the VPC of a former cluster",
        spoil: Spoil::Field("vpc_id", "vpc-0123456789abcdef0"),
        says: &[
            "The contract of azavea-staging-main is stale: it names vpc-0123456789abcdef0, but the cluster runs in vpc-",
            "Apply its \"cluster\" stack, then its \"services\" stack.",
        ],
    },
    // As text, 1.9 would be newer than 1.35.
    Case {
        name: "a cluster that is too old",
        spoil: Spoil::Cluster("version", "1.9"),
        says: &[
            "Cluster azavea-staging-main runs Kubernetes 1.9; this application needs 1.35 or newer. Upgrade the \
             cluster in its \"cluster\" stack first.",
        ],
    },
    Case {
        name: "a cluster in the middle of a change",
        spoil: Spoil::Cluster("status", "UPDATING"),
        says: &["Cluster azavea-staging-main is UPDATING, not ACTIVE. Wait until the change to it has ended"],
    },
];

#[test]
fn terraform_refuses_to_attach() {
    refuses("terraform");
}

#[test]
fn tofu_refuses_to_attach() {
    refuses("tofu");
}

#[test]
fn tests_of_modules_pass() {
    for name in ["terraform", "tofu"] {
        let Some(engine) = Engine::with_providers(name, "tests that generated modules bring along") else {
            continue;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        for module in ["attachment", "tenant"] {
            let path = folder.path().join(module);
            tree::copy(&tree::generated("fleet").join("modules").join(module), &path);
            for command in [&["init", "-input=false"][..], &["test", "-no-color"]] {
                let run = engine.run(&path, None, command);
                assert_eq!(run.status, 0, "{name} {} in modules/{module}: {}", command[0], run.output);
            }
        }
    }
}

fn refuses(engine: &'static str) {
    let Some(engine) = Engine::with_providers(engine, "attachments that must be refused") else { return };
    let world = World::new(&engine, "azavea");
    let staging = world.environment("staging");
    world.bootstrap(staging);
    world.apply(&staging.stack("main/cluster"));
    world.apply(&staging.stack("main/services"));

    let (application, tenants) = (staging.app("franklin"), staging.stack("main/tenants"));
    let minimum = "module \"application\" {\n  minimum_kubernetes_version = \"1.35\"\n}\n";
    write(&world.tree.join(&application).join("minimum_override.tf"), minimum);
    // Otherwise the refusals below would say nothing.
    for root in [&application, &tenants] {
        world.run(root, &["init", "-input=false"]);
        assert_eq!(plan(&world, root), Ok(()), "{root}: the platform is as it should be");
    }

    let sound = world.text();
    assert_contracts_fit(&world);
    for case in CASES {
        world.replace(&spoiled(&sound, &case.spoil));
        assert_refuses(&world, &application, case);
        // The platform's own tenants stop at the same rules. Without a cluster document, their providers do, too.
        if matches!(case.spoil, Spoil::Remove(["services"])) {
            assert_refuses(&world, &tenants, case);
        }
    }
    world.replace(&spoiled(&sound, &Spoil::Remove(&DOCUMENTS)));
    attaches_without_contract(&world, &application);
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
    let module = world.tree.join("apps/franklin/module");
    let of_module = NAMES.map(|name| format!("{name} = module.attachment.{name}")).join("\n");
    write(&module.join("mode_override.tf"), MODE);
    write(&module.join("found.tf"), &format!("output \"found\" {{\n  value = {{\n{of_module}\n}}\n}}\n"));
    let root = world.tree.join(application).join("found.tf");
    write(&root, "output \"found\" {\n  value = module.application.found\n}\n");
    world.run(application, &["apply", "-input=false", "-auto-approve"]);
    let found = world.run(application, &["output", "-json", "found"]);
    let found: Value = serde_json::from_str(&found).expect("outputs are JSON");

    let vpc = world.objects().into_iter().find(|object| object["type"] == "aws_vpc").expect("a VPC");
    assert_eq!(found["vpc_id"], vpc["attrs"]["id"]);
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
        Spoil::Remove(_) | Spoil::Cluster(..) => {}
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
    Err(errors
        .map(|line| {
            let text = |key: &str| line["diagnostic"][key].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("summary"), text("detail"))
        })
        .collect())
}

/// The plan must fail with one error, and that says what the case wants.
fn assert_refuses(world: &World<'_>, root: &str, case: &Case) {
    let errors = plan(world, root).expect_err(&format!("{root}: {}: the plan must fail", case.name));
    assert!(
        errors.len() == 1 && case.says.iter().all(|piece| errors[0].contains(piece)),
        "{root}: {}: wanted one error that says\n{}\ngot\n{}",
        case.name,
        case.says.join(" … "),
        errors.join("\n")
    );
    eprintln!("{} {root}: {}: {}", world.engine.name, case.name, errors[0]);
}
