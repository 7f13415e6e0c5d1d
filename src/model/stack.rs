//! Stacks: the root modules that are deployed, and their order.

use serde::Serialize;

use super::app::App;
use super::delivery::Account;
use super::environment::Environment;
use super::identity::{ACCOUNT_STACK_KEY, STATE_STACK_KEY, stack_key};

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
    /// Where it stands among the stacks of its cluster.
    #[serde(skip)]
    pub level: Level,
    /// Its folder below the tree's root.
    pub folder: String,
    /// The AWS account that it is about.
    #[serde(skip)]
    pub account: String,
    /// The region that it is about.
    #[serde(skip)]
    pub region: String,
    /// ARN of the role that applies it.
    #[serde(skip)]
    pub deploy_role: String,
    /// ARN of the role that plans it, where there is one.
    #[serde(skip)]
    pub plan_role: Option<String>,
    /// The bucket of its state.
    pub bucket: String,
    /// The key of its state in that bucket.
    pub key: String,
    /// Whether it is to be destroyed.
    pub retired: bool,
}

/// What is applied before what: a stack reads what those of lower levels have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The bucket that holds the states of an environment.
    State,
    /// VPC, control plane, nodes.
    Cluster,
    /// Helm releases.
    Services,
    /// Namespaces.
    Tenants,
    /// What an application owns.
    App,
}

impl Level {
    /// Returns it as a number, from 0.
    pub fn number(self) -> u8 {
        self as u8
    }

    fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Cluster => "cluster",
            Self::Services => "services",
            Self::Tenants => "tenants",
            Self::App => "apps",
        }
    }
}

impl Stack {
    /// Whether it reads what another stack has made: one of a lower level of its cluster, or the environment's states.
    pub fn depends_on(&self, other: &Self) -> bool {
        let is_same = self.environment == other.environment
            && (self.cluster == other.cluster || other.level == Level::State);
        is_same && other.level < self.level
    }
}

/// Returns the stack of an account that pipelines log in to. It assumes no role.
pub(super) fn of_account(account: &Account) -> Stack {
    let name = format!("accounts/{}", account.id);
    Stack {
        environment: account.id.clone(),
        cluster: "-".to_owned(),
        stack: "account".to_owned(),
        level: Level::State,
        folder: name.clone(),
        name,
        account: account.id.clone(),
        region: account.region.clone(),
        deploy_role: "-".to_owned(),
        plan_role: None,
        bucket: account.state.bucket.clone(),
        key: ACCOUNT_STACK_KEY.to_owned(),
        retired: false,
    }
}

/// Returns every stack in the order in which they are applied.
pub(super) fn stacks(environments: &[Environment], apps: &[App]) -> Vec<Stack> {
    let mut stacks = Vec::new();
    for environment in environments {
        let of_environment = |level: Level| Stack {
            name: format!("{}/{}", environment.name, level.word()),
            environment: environment.name.clone(),
            cluster: "-".to_owned(),
            stack: level.word().to_owned(),
            level,
            folder: format!("environments/{}/{}", environment.name, level.word()),
            account: environment.account.clone(),
            region: environment.region.clone(),
            deploy_role: environment.deploy_role.clone(),
            plan_role: environment.plan_role.clone(),
            bucket: environment.state.bucket.clone(),
            key: STATE_STACK_KEY.to_owned(),
            retired: environment.retired,
        };
        stacks.push(of_environment(Level::State));
        for cluster in &environment.clusters {
            let of_cluster = |level: Level| {
                let name = format!("{}/{}/{}", environment.name, cluster.name, level.word());
                Stack {
                    cluster: cluster.name.clone(),
                    folder: format!("environments/{name}"),
                    name,
                    region: cluster.region.clone(),
                    key: stack_key(&cluster.identity, level.word()),
                    // Without applications, tenants have nothing to do: they go with the last of them.
                    retired: cluster.retired
                        || level == Level::Tenants && cluster.tenants.iter().all(|tenant| tenant.retired),
                    ..of_environment(level)
                }
            };
            let tenants = (!cluster.tenants.is_empty()).then_some(Level::Tenants);
            stacks.extend([Level::Cluster, Level::Services].into_iter().chain(tenants).map(of_cluster));
            for app in apps {
                let here = app.attachments.iter().filter(|attachment| {
                    attachment.environment == environment.name && attachment.cluster == cluster.name
                });
                stacks.extend(here.map(|attachment| {
                    let folder = format!("apps/{}/{}", app.name, attachment.folder);
                    Stack {
                        name: folder.clone(),
                        stack: format!("apps/{}", app.name),
                        folder,
                        deploy_role: attachment.deploy_role.clone(),
                        key: attachment.state_key.clone(),
                        retired: attachment.retired,
                        ..of_cluster(Level::App)
                    }
                }));
            }
        }
    }
    stacks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(environment: &str, cluster: &str, level: Level) -> Stack {
        Stack {
            name: String::new(),
            environment: environment.to_owned(),
            cluster: cluster.to_owned(),
            stack: String::new(),
            level,
            folder: String::new(),
            account: String::new(),
            region: String::new(),
            deploy_role: String::new(),
            plan_role: None,
            bucket: String::new(),
            key: String::new(),
            retired: false,
        }
    }

    #[test]
    fn a_stack_depends_on_lower_ones_of_its_cluster_and_on_its_environments_states() {
        let services = stack("staging", "main", Level::Services);
        for (environment, cluster, level, expected) in [
            ("staging", "main", Level::Cluster, true),
            ("staging", "-", Level::State, true),
            ("staging", "main", Level::Services, false),
            ("staging", "main", Level::Tenants, false),
            ("staging", "eu", Level::Cluster, false),
            ("production", "main", Level::Cluster, false),
            ("production", "-", Level::State, false),
        ] {
            let other = stack(environment, cluster, level);
            assert_eq!(services.depends_on(&other), expected, "{environment} {cluster} {level:?}");
        }
    }
}
