//! `scripts/`: the commands that a person or a pipeline runs. Only `lib.sh` knows the blueprint.

use serde::Serialize;
use tera::Context;

use super::delivery::has_script;
use super::template::view;
use super::{Output, Whole};
use crate::blueprint::scalar::Engine;
use crate::blueprint::usual;
use crate::model::settings::Share;
use crate::model::{Model, Stack, addon};

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
        has_retired: bool,
        has_core_on_fargate: bool,
    }
    view(&Comments {
        has_delivery: model.has_delivery(),
        has_accounts: model.has_accounts(),
        has_retired: model.has_retired(),
        has_core_on_fargate: model.fleet.core_on_fargate != Share::None,
    })
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
        project: &'a str,
        has_delivery: bool,
        has_pipeline: bool,
        acts_as_role: bool,
        has_retired: bool,
        has_cloud: bool,
        cloud: String,
        cloud_host: &'a str,
        has_other_host: bool,
        environments: Vec<EnvironmentRow<'a>>,
        clusters: Vec<ClusterRow<'a>>,
        destroy_first: Vec<DestroyFirstRow<'a>>,
        stacks: &'a [Stack],
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
    let accounts = model.accounts().iter().map(|account| EnvironmentRow {
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
    let has_pipeline = model.delivery.as_ref().is_some_and(|delivery| has_script(delivery.engine));
    view(&Tables {
        engine: binary(model.engine),
        project: &model.project,
        has_delivery: model.has_delivery(),
        has_pipeline,
        acts_as_role: has_pipeline || model.has_delivery(),
        has_retired: model.has_retired(),
        has_cloud: model.cloud().is_some(),
        cloud: model.cloud().map_or(String::new(), |cloud| format!("{}/{}", cloud.host, cloud.organization)),
        cloud_host: model.cloud().map_or("", |cloud| &cloud.host),
        has_other_host: model.cloud().is_some_and(|cloud| cloud.host != usual::HCP_HOST),
        environments: accounts.chain(environments).collect(),
        clusters: clusters.collect(),
        destroy_first: destroy_first.filter(|row| !row.kinds.is_empty()).collect(),
        stacks: model.stacks(),
    })
}
