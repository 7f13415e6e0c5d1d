//! `scripts/`: the commands that a person or a pipeline runs. Only `lib.sh` knows the blueprint.

use serde::Serialize;
use tera::Context;

use super::template::view;
use super::{Output, Whole};
use crate::blueprint::scalar::Engine;
use crate::model::identity::{ACCOUNT_STACK_KEY, STATE_STACK_KEY, stack_key};
use crate::model::{Model, addon};

/// A root module with a state of its own.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Stack {
    /// `staging/state`, `staging/main/cluster`, `apps/franklin`
    pub name: String,
    /// Its environment.
    pub environment: String,
    /// Its cluster within the environment, `-` for the state stack.
    pub cluster: String,
    /// What a person calls it on the command line.
    pub stack: String,
    /// Its folder below the tree's root.
    pub folder: String,
    /// The bucket of its state.
    pub bucket: String,
    /// The key of its state in that bucket.
    pub key: String,
}

/// Returns every stack in the order in which they are applied.
pub(super) fn stacks(model: &Model) -> Vec<Stack> {
    let mut stacks = Vec::new();
    for environment in &model.environments {
        let bucket = &environment.state.bucket;
        let mut push = |cluster: &str, stack: &str, folder: String, key: String| {
            stacks.push(Stack {
                name: folder.trim_start_matches("environments/").to_owned(),
                environment: environment.name.clone(),
                cluster: cluster.to_owned(),
                stack: stack.to_owned(),
                folder,
                bucket: bucket.clone(),
                key,
            });
        };
        push("-", "state", format!("environments/{}/state", environment.name), STATE_STACK_KEY.to_owned());
        for cluster in &environment.clusters {
            let tenants = (!cluster.tenants.is_empty()).then_some("tenants");
            for stack in ["cluster", "services"].into_iter().chain(tenants) {
                let folder = format!("environments/{}/{}/{stack}", environment.name, cluster.name);
                push(&cluster.name, stack, folder, stack_key(&cluster.name, stack));
            }
            for app in &model.apps {
                let here = app.attachments.iter().filter(|attachment| {
                    attachment.environment == environment.name && attachment.cluster == cluster.name
                });
                for attachment in here {
                    let folder = format!("apps/{}/{}", app.name, attachment.folder);
                    push(&cluster.name, &format!("apps/{}", app.name), folder, attachment.state_key.clone());
                }
            }
        }
    }
    stacks
}

/// Returns the stacks of the accounts that pipelines log in to: an administrator applies them, before all others.
pub(super) fn account_stacks(model: &Model) -> impl Iterator<Item = Stack> {
    model.delivery.iter().flat_map(|delivery| &delivery.accounts).map(|account| {
        let folder = format!("accounts/{}", account.id);
        Stack {
            name: folder.clone(),
            environment: account.id.clone(),
            cluster: "-".to_owned(),
            stack: "account".to_owned(),
            folder,
            bucket: account.state.bucket.clone(),
            key: ACCOUNT_STACK_KEY.to_owned(),
        }
    })
}

const SCRIPTS: [&str; 7] = ["bootstrap", "plan", "apply", "destroy", "connect", "upgrade", "lock-providers"];

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    let path = "scripts/lib.sh".to_owned();
    outputs.push(Output { template: path.clone(), path, stack: None, view: tables(whole.model) });
    for script in SCRIPTS {
        let path = format!("scripts/{script}");
        outputs.push(Output { template: path.clone(), path, stack: None, view: comments(whole.model) });
    }
}

/// What a script says of itself that depends on the blueprint.
fn comments(model: &Model) -> Context {
    #[derive(Serialize)]
    struct Comments {
        has_delivery: bool,
        has_accounts: bool,
    }
    view(&Comments { has_delivery: model.has_delivery(), has_accounts: model.has_accounts() })
}

/// Returns the name of an engine's binary, which is not the product's.
pub(super) fn binary(engine: Engine) -> &'static str {
    match engine {
        Engine::Terraform => "terraform",
        Engine::OpenTofu => "tofu",
    }
}

fn tables(model: &Model) -> Context {
    #[derive(Serialize)]
    struct EnvironmentRow<'a> {
        name: &'a str,
        account: &'a str,
        region: &'a str,
        bucket: &'a str,
        key_alias: &'a str,
        deploy_role: &'a str,
        protected: &'static str,
        delivery: &'a str,
    }
    #[derive(Serialize)]
    struct ClusterRow<'a> {
        environment: &'a str,
        cluster: &'a str,
        eks_name: &'a str,
        region: &'a str,
        kubernetes_version: &'a str,
    }
    #[derive(Serialize)]
    struct DestroyFirstRow<'a> {
        environment: &'a str,
        cluster: &'a str,
        kinds: Vec<String>,
    }
    #[derive(Serialize)]
    struct Tables<'a> {
        engine: &'static str,
        has_delivery: bool,
        environments: Vec<EnvironmentRow<'a>>,
        clusters: Vec<ClusterRow<'a>>,
        destroy_first: Vec<DestroyFirstRow<'a>>,
        stacks: Vec<Stack>,
    }
    let environments = model.environments.iter().map(|environment| EnvironmentRow {
        name: &environment.name,
        account: &environment.account,
        region: &environment.region,
        bucket: &environment.state.bucket,
        key_alias: &environment.state.key_alias,
        deploy_role: &environment.deploy_role,
        protected: if environment.protected { "yes" } else { "no" },
        delivery: environment.delivery_account().unwrap_or("-"),
    });
    // The stack of an account is planned, applied and bootstrapped as those of environments are, by the account's administrator.
    let accounts =
        model.delivery.iter().flat_map(|delivery| &delivery.accounts).map(|account| EnvironmentRow {
            name: &account.id,
            account: &account.id,
            region: &account.region,
            bucket: &account.state.bucket,
            key_alias: &account.state.key_alias,
            deploy_role: "-",
            protected: "yes",
            delivery: "-",
        });
    let clusters = || model.environments.iter().flat_map(|environment| &environment.clusters);
    let destroy_first = clusters().map(|cluster| DestroyFirstRow {
        environment: &cluster.environment,
        cluster: &cluster.name,
        kinds: addon::destroy_first(&cluster.settings.addons),
    });
    let clusters = clusters().map(|cluster| ClusterRow {
        environment: &cluster.environment,
        cluster: &cluster.name,
        eks_name: &cluster.eks_name,
        region: &cluster.region,
        kubernetes_version: cluster.settings.kubernetes_version.as_str(),
    });
    view(&Tables {
        engine: binary(model.engine),
        has_delivery: model.has_delivery(),
        environments: accounts.chain(environments).collect(),
        clusters: clusters.collect(),
        destroy_first: destroy_first.filter(|row| !row.kinds.is_empty()).collect(),
        stacks: account_stacks(model).chain(stacks(model)).collect(),
    })
}
