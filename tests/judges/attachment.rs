//! An application that attaches to a cluster which is not as it should be is told so, in one sentence, at plan.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::engine::Engine;
use crate::tree::{self, read, write};

const APPLICATION: &str = "apps/franklin/staging";
const TENANTS: &str = "environments/staging/main/tenants";

/// A platform that is wrong in one way.
struct Case {
    /// What is wrong.
    name: &'static str,
    /// Variables of `fixtures/platform`.
    platform: &'static [&'static str],
    /// What the error must say, piece by piece.
    says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "nothing is published",
        platform: &["publish=[]"],
        says: &[
            "Cluster azavea-staging-main has published no contract under /plinth/azavea-staging-main in us-east-1. Apply \
             its \"cluster\" stack, then its \"services\" stack;",
        ],
    },
    Case {
        name: "services is not applied yet",
        platform: &["publish=[\"cluster\"]"],
        says: &[
            "Cluster azavea-staging-main is not ready: it has published no /plinth/azavea-staging-main/services. Apply \
             its \"services\" stack first.",
        ],
    },
    Case {
        name: "cluster is gone, services was left behind",
        platform: &["publish=[\"services\"]"],
        says: &["Cluster azavea-staging-main has published no contract"],
    },
    Case {
        name: "contract 2.0",
        platform: &["spoil={contract=\"2.0\"}"],
        says: &[
            "Cluster azavea-staging-main publishes another contract (cluster: 2.0, services: 2.0) than the 1.x that \
             this module reads.",
        ],
    },
    Case {
        name: "contract 2.0 of another shape",
        platform: &["raw={\"contract\":\"2.0\",\"name\":\"azavea-staging-main\"}"],
        says: &["publishes another contract (cluster: 2.0, services: 2.0) than the 1.x"],
    },
    Case {
        name: "a document that is no JSON",
        platform: &["raw=oops"],
        says: &["publishes another contract (cluster: unreadable, services: unreadable) than the 1.x"],
    },
    Case {
        name: "the documents of another cluster",
        platform: &["spoil={cluster=\"azavea-production-main\"}"],
        says: &[
            "belongs to another cluster (cluster: azavea-production-main, services: azavea-production-main) than \
             azavea-staging-main.",
        ],
    },
    Case {
        name: "the VPC of a former cluster",
        platform: &["spoil={vpc_id=\"vpc-0123456789abcdef0\"}"],
        says: &[
            "The contract of azavea-staging-main is stale: it names vpc-0123456789abcdef0, but the cluster runs in vpc-",
            "Apply its \"cluster\" stack, then its \"services\" stack.",
        ],
    },
    // As text, 1.9 would be newer than 1.35.
    Case {
        name: "a cluster that is too old",
        platform: &["kubernetes_version=1.9"],
        says: &[
            "Cluster azavea-staging-main runs Kubernetes 1.9; this application needs 1.35 or newer. Upgrade the cluster \
             in its \"cluster\" stack first.",
        ],
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

fn refuses(engine: &'static str) {
    let Some(engine) = Engine::with_providers(engine, "attachments that must be refused") else { return };
    let platform = Platform::new(&engine);

    // Otherwise the refusals below would say nothing.
    platform.apply(&[]);
    for root in [APPLICATION, TENANTS] {
        assert_eq!(platform.plan(root), Ok(()), "{root}: the platform is as it should be");
    }
    for case in CASES {
        platform.apply(case.platform);
        platform.assert_refuses(APPLICATION, case);
    }
    // The platform's own tenants stop at the same rules.
    let early = CASES.iter().find(|case| case.name.starts_with("services")).expect("in the list");
    platform.apply(early.platform);
    platform.assert_refuses(TENANTS, early);

    platform.apply(&[]);
    let world = read(&platform.world);
    let updating = world.replace("\"status\": \"ACTIVE\"", "\"status\": \"UPDATING\"");
    assert_ne!(world, updating, "the world has no status to change");
    write(&platform.world, &updating);
    let case = Case {
        name: "a cluster in the middle of a change",
        platform: &[],
        says: &["Cluster azavea-staging-main is UPDATING, not ACTIVE. Wait until the change to it has ended"],
    };
    platform.assert_refuses(APPLICATION, &case);
}

/// A world with a platform in it that can be spoiled, and a copy of the tree that attaches to it.
struct Platform<'a> {
    engine: &'a Engine,
    tree: PathBuf,
    world: PathBuf,
    _folder: TempDir,
}

impl<'a> Platform<'a> {
    fn new(engine: &'a Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join("azavea");
        tree::copy(&tree::generated("azavea"), &tree);
        tree::copy(&tree::repository().join("tests/judges/fixtures/platform"), &tree.join("platform"));
        let minimum = "module \"application\" {\n  minimum_kubernetes_version = \"1.35\"\n}\n";
        write(&tree.join(APPLICATION).join("minimum_override.tf"), minimum);
        let platform = Self { engine, tree, world: folder.path().join("world.json"), _folder: folder };
        for root in [APPLICATION, TENANTS, "platform"] {
            if root != "platform" {
                tree::keep_state_here(&platform.tree.join(root));
            }
            platform.run(root, &["init", "-input=false", "-no-color"]);
        }
        platform
    }

    fn run(&self, root: &str, arguments: &[&str]) {
        let run = self.engine.run(&self.tree.join(root), Some(&self.world), arguments);
        assert!(run.status == 0, "{} {} in {root}:\n{}", self.engine.name, arguments.join(" "), run.output);
    }

    /// Makes the platform anew, with these variables.
    fn apply(&self, variables: &[&str]) {
        let flags: Vec<String> = variables.iter().map(|variable| format!("-var={variable}")).collect();
        let mut arguments = vec!["apply", "-input=false", "-auto-approve", "-no-color"];
        arguments.extend(flags.iter().map(String::as_str));
        // A cluster cannot go back to an older version: each platform is a new one.
        let _ = fs::remove_file(&self.world);
        let _ = fs::remove_file(self.tree.join("platform/terraform.tfstate"));
        self.run("platform", &arguments);
    }

    /// Plans a root module; gives back the errors when it fails.
    fn plan(&self, root: &str) -> Result<(), Vec<String>> {
        let arguments = ["plan", "-input=false", "-json"];
        let run = self.engine.run(&self.tree.join(root), Some(&self.world), &arguments);
        if run.status == 0 {
            return Ok(());
        }
        let lines =
            run.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
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
    fn assert_refuses(&self, root: &str, case: &Case) {
        let errors = self.plan(root).expect_err(&format!("{root}: {}: the plan must fail", case.name));
        assert!(
            errors.len() == 1 && case.says.iter().all(|piece| errors[0].contains(piece)),
            "{root}: {}: wanted one error that says\n{}\ngot\n{}",
            case.name,
            case.says.join(" … "),
            errors.join("\n")
        );
        eprintln!("{} {root}: {}: {}", self.engine.name, case.name, errors[0]);
    }
}
