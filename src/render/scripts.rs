//! `scripts/`: the commands that a person or a pipeline runs. Only `lib.sh` knows the blueprint.

use serde::Serialize;

use super::{Output, Whole};
use crate::model::Model;

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
        push(
            "-",
            "state",
            format!("environments/{}/state", environment.name),
            "state/terraform.tfstate".to_owned(),
        );
        for cluster in &environment.clusters {
            let tenants = (!cluster.tenants.is_empty()).then_some("tenants");
            for stack in ["cluster", "services"].into_iter().chain(tenants) {
                let folder = format!("environments/{}/{}/{stack}", environment.name, cluster.name);
                push(&cluster.name, stack, folder, format!("{}/{stack}.tfstate", cluster.name));
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

pub(super) fn outputs(_whole: &Whole<'_>, _outputs: &mut Vec<Output>) {}
