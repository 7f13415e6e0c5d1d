//! Stacks: root modules with a state of their own.

use serde::Serialize;

use super::app::App;
use super::environment::Environment;
use super::identity::{STATE_STACK_KEY, stack_key};

/// A root module with a state of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Stack {
    /// `staging/state`, `staging/main/cluster`, `apps/franklin/staging`
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
    /// Whether it is to be destroyed.
    pub retired: bool,
}

/// Returns every stack in the order in which they are applied.
pub fn stacks(environments: &[Environment], apps: &[App]) -> Vec<Stack> {
    let mut stacks = Vec::new();
    for environment in environments {
        let bucket = &environment.state.bucket;
        let mut push = |cluster: &str, stack: &str, folder: String, key: String, retired: bool| {
            stacks.push(Stack {
                name: folder.trim_start_matches("environments/").to_owned(),
                environment: environment.name.clone(),
                cluster: cluster.to_owned(),
                stack: stack.to_owned(),
                folder,
                bucket: bucket.clone(),
                key,
                retired,
            });
        };
        let folder = format!("environments/{}/state", environment.name);
        push("-", "state", folder, STATE_STACK_KEY.to_owned(), environment.retired);
        for cluster in &environment.clusters {
            let here = || {
                apps.iter().flat_map(move |app| {
                    let here = app.attachments.iter().filter(|attachment| {
                        attachment.environment == environment.name && attachment.cluster == cluster.name
                    });
                    here.map(move |attachment| (app, attachment))
                })
            };
            // Without applications it has nothing to do: it goes with the last of them.
            let tenants = (!cluster.tenants.is_empty())
                .then(|| ("tenants", cluster.retired || here().all(|(_, attachment)| attachment.retired)));
            let own = [("cluster", cluster.retired), ("services", cluster.retired)];
            for (stack, retired) in own.into_iter().chain(tenants) {
                let folder = format!("environments/{}/{}/{stack}", environment.name, cluster.name);
                push(&cluster.name, stack, folder, stack_key(&cluster.identity, stack), retired);
            }
            for (app, attachment) in here() {
                let folder = format!("apps/{}/{}", app.name, attachment.folder);
                let stack = format!("apps/{}", app.name);
                push(&cluster.name, &stack, folder, attachment.state_key.clone(), attachment.retired);
            }
        }
    }
    stacks
}
