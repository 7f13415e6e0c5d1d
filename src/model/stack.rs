//! Stacks: the root modules that are deployed, and their order.

use serde::{Deserialize, Serialize};

use super::app::{App, Attachment};
use super::delivery::{Account, Cloud};
use super::environment::{Cluster, Environment};
use super::identity::{ACCOUNT_STACK_KEY, STATE_STACK_KEY, stack_key};

/// A root module with a state of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Stack {
    /// `staging/state`, `staging/main/cluster`, `apps/franklin/staging`
    pub name: String,
    /// Its environment, or the account whose own it is.
    pub environment: String,
    /// Its cluster within the environment, `-` for the state stack and that of an account.
    pub cluster: String,
    /// What a person calls it on the command line.
    pub stack: String,
    /// The names that all three were made under.
    #[serde(skip)]
    pub made_as: MadeAs,
    /// Where it stands among the stacks of its cluster.
    #[serde(skip)]
    pub level: Level,
    /// Whether its providers speak to a cluster's API.
    #[serde(skip)]
    pub reaches_api: bool,
    /// Its folder below the tree's root.
    pub folder: String,
    /// The AWS account that it is about.
    #[serde(skip)]
    pub account: String,
    /// The region that it is about.
    #[serde(skip)]
    pub region: String,
    /// ARN of the role that applies it; none where its account's administrator does.
    #[serde(skip)]
    pub deploy_role: Option<String>,
    /// ARN of the role that plans it, where there is one.
    #[serde(skip)]
    pub plan_role: Option<String>,
    /// The bucket of its state; or the host and the organization, where a workspace keeps it.
    pub bucket: String,
    /// The key of its state in that bucket; or its workspace.
    pub key: String,
    /// Whether it is to be destroyed.
    pub retired: bool,
}

/// The names that a stack's environment, cluster and application were made under: what AWS knows it by is made of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MadeAs {
    /// Its environment's.
    pub environment: String,
    /// Its cluster's, `-` for the state stack.
    pub cluster: String,
    /// As a person calls it on the command line: an application's name was another one, too.
    pub stack: String,
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

    /// Returns what the stacks of it are called by.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Cluster => "cluster",
            Self::Services => "services",
            Self::Tenants => "tenants",
            Self::App => "apps",
        }
    }
}

impl Account {
    /// Returns the name of its stack.
    pub fn stack(&self) -> String {
        format!("accounts/{}", self.id)
    }
}

impl Environment {
    /// Returns the name of one of its own stacks.
    pub fn stack(&self, level: Level) -> String {
        format!("{}/{}", self.name, level.word())
    }
}

impl Cluster {
    /// Returns the name of one of its stacks.
    pub fn stack(&self, level: Level) -> String {
        format!("{}/{}/{}", self.environment, self.name, level.word())
    }
}

impl App {
    /// Returns the name of its stack on one cluster.
    pub fn stack(&self, attachment: &Attachment) -> String {
        format!("{}/{}", app_stack(self.name.as_str()), attachment.folder)
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

/// What a person calls the stack of an account on the command line.
pub const ACCOUNT: &str = "account";

/// Returns what a person calls an application's stack on the command line.
pub fn app_stack(app: &str) -> String {
    format!("apps/{app}")
}

/// Returns the stack of an account that pipelines log in to. It assumes no role.
fn of_account(account: &Account) -> Stack {
    let name = account.stack();
    Stack {
        environment: account.id.clone(),
        cluster: "-".to_owned(),
        stack: ACCOUNT.to_owned(),
        made_as: MadeAs {
            environment: account.id.clone(),
            cluster: "-".to_owned(),
            stack: ACCOUNT.to_owned(),
        },
        level: Level::State,
        reaches_api: false,
        folder: name.clone(),
        name,
        account: account.id.clone(),
        region: account.region.clone(),
        deploy_role: None,
        plan_role: None,
        bucket: account.state.bucket.clone(),
        key: ACCOUNT_STACK_KEY.to_owned(),
        retired: account.retired,
    }
}

/// Returns every stack in the order in which they are applied: an account has roles before pipelines can log in.
pub(super) fn stacks(
    cloud: Option<&Cloud>,
    accounts: &[Account],
    environments: &[Environment],
    apps: &[App],
) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = accounts.iter().map(of_account).collect();
    for environment in environments {
        let of_environment = |level: Level| Stack {
            name: environment.stack(level),
            environment: environment.name.clone(),
            cluster: "-".to_owned(),
            stack: level.word().to_owned(),
            made_as: environment.made_as("-", level.word()),
            level,
            reaches_api: matches!(level, Level::Services | Level::Tenants),
            folder: format!("environments/{}", environment.stack(level)),
            account: environment.account.clone(),
            region: environment.region.clone(),
            deploy_role: Some(environment.deploy_role.clone()),
            plan_role: environment.plan_role.clone(),
            bucket: environment.state.bucket.clone(),
            key: STATE_STACK_KEY.to_owned(),
            retired: environment.retired,
        };
        stacks.push(of_environment(Level::State));
        for cluster in &environment.clusters {
            let of_cluster = |level: Level| {
                let name = cluster.stack(level);
                let of_environment = of_environment(level);
                Stack {
                    cluster: cluster.name.clone(),
                    made_as: environment.made_as(&cluster.identity, level.word()),
                    folder: format!("environments/{name}"),
                    name,
                    region: cluster.region.clone(),
                    key: stack_key(&cluster.identity, level.word()),
                    // Without applications, tenants have nothing to do: they go with the last of them.
                    retired: cluster.retired
                        || level == Level::Tenants && cluster.tenants.iter().all(|tenant| tenant.retired),
                    ..of_environment
                }
            };
            let tenants = (!cluster.tenants.is_empty()).then_some(Level::Tenants);
            stacks.extend([Level::Cluster, Level::Services].into_iter().chain(tenants).map(of_cluster));
            for app in apps {
                let here = app.attachments.iter().filter(|attachment| {
                    attachment.environment == environment.name && attachment.cluster == cluster.name
                });
                stacks.extend(here.map(|attachment| {
                    let folder = app.stack(attachment);
                    let of_cluster = of_cluster(Level::App);
                    Stack {
                        name: folder.clone(),
                        stack: app_stack(app.name.as_str()),
                        made_as: environment.made_as(&cluster.identity, &app_stack(&app.identity)),
                        reaches_api: attachment.owns_namespace,
                        folder,
                        deploy_role: Some(attachment.deploy_role.clone()),
                        key: attachment.state_key.clone(),
                        retired: attachment.retired,
                        ..of_cluster
                    }
                }));
            }
        }
    }
    // What holds the buckets keeps its states there: applications of other repositories do, too.
    for stack in stacks.iter_mut().filter(|stack| stack.level != Level::State) {
        if let Some(cloud) = cloud {
            stack.bucket = format!("{}/{}", cloud.host, cloud.organization);
            stack.key = cloud.workspace(&stack.made_as);
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
            made_as: MadeAs { environment: String::new(), cluster: String::new(), stack: String::new() },
            level,
            reaches_api: false,
            folder: String::new(),
            account: String::new(),
            region: String::new(),
            deploy_role: None,
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
