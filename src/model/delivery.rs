//! Delivery: what runs pipelines, where these log in, and as whom they go on into each environment's account.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::access;
use super::environment::{Environment, StateStore};
use super::stack::MadeAs;
use super::{App, Context, Report, identity, tags};
use crate::blueprint::keys;
use crate::blueprint::pattern::{Pattern, Placeholder, Scope};
use crate::blueprint::scalar::{DeliveryEngine, Engine};
use crate::blueprint::usual;
use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

/// The roles that an environment's pipelines log in as.
#[derive(Debug, Clone, Serialize)]
pub struct Pipeline {
    /// The account that they log in to.
    pub account: String,
    /// Whether that is the delivery account, and not the environment's own.
    #[serde(skip)]
    pub is_from_delivery: bool,
    /// ARN of the role that assumes deploy roles.
    pub deploy_role: String,
    /// ARN of the role that assumes the plan role.
    pub plan_role: String,
}

impl Pipeline {
    /// Resolves the roles for one environment: of the delivery account where it has one that can reach it, else of its own where
    /// plinth makes its pipelines.
    ///
    /// A role of one partition cannot be assumed from another (AWS GovCloud (US) user guide, "AWS Identity and Access
    /// Management", read 2026-11).
    pub(super) fn resolve(context: &mut Context<'_>, environment: &Scope<'_>) -> Option<Self> {
        let blueprint = context.blueprint;
        let keys = blueprint.file.delivery.as_ref()?;
        let delivery = keys.account.as_ref().map(|account| (account.as_str(), keys.partition.word()));
        let is_from_delivery = delivery.is_some_and(|(_, partition)| partition == environment.partition);
        let logs_in = keys.engine.as_ref().is_some_and(|engine| logs_in(engine.value));
        let own = logs_in.then_some((environment.account, environment.partition));
        let (account, partition) = delivery.filter(|_| is_from_delivery).or(own).or(delivery)?;
        let scope = Scope { account, partition, ..*environment };
        let deploy_role = role(context, keys.deploy_role.as_ref(), usual::PIPELINE_DEPLOY_ROLE, &scope);
        let plan_role = role(context, keys.plan_role.as_ref(), usual::PIPELINE_PLAN_ROLE, &scope);
        if let (Some(plan), Some(_)) =
            (&plan_role, deploy_role.as_ref().filter(|deploy| plan_role.as_ref() == Some(deploy)))
        {
            let [plan_at, deploy_at] =
                [&keys.plan_role, &keys.deploy_role].map(|role| role.as_ref().map(|role| role.span));
            let at = plan_at.or(deploy_at).unwrap_or(keys.span);
            let problem = Problem::SamePipelineRole { arn: plan.clone() };
            context.report(problem, at, deploy_at.filter(|deploy| *deploy != at));
        }
        let account = account.to_owned();
        let pipeline = Self { account, is_from_delivery, deploy_role: deploy_role?, plan_role: plan_role? };
        (partition == environment.partition).then_some(pipeline)
    }
}

/// Who issues the tokens of GitHub's jobs.
const GITHUB_ISSUER: &str = "token.actions.githubusercontent.com";

/// Whether pipelines log in by tokens of their host: then plinth makes the roles that trust these.
fn logs_in(engine: DeliveryEngine) -> bool {
    match engine {
        DeliveryEngine::GithubActions | DeliveryEngine::GitlabCi | DeliveryEngine::HcpTerraform => true,
        DeliveryEngine::Atlantis | DeliveryEngine::Terramate => false,
    }
}

/// What delivers changes, and what it needs.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// What does it.
    pub engine: DeliveryEngine,
    /// The repository whose pipelines log in, as the tokens of its host name it; empty where none do.
    pub repository: String,
    /// The host that issues these tokens; empty where none do.
    pub issuer: String,
    /// The image of jobs, where they have one.
    pub image: Option<String>,
    /// The branch that is deployed.
    pub branch: String,
    /// The blueprint's path in the repository.
    pub blueprint: String,
    /// The tree's folder in the repository; empty where that is its root.
    pub folder: String,
    /// What puts plinth on a runner; without it, runners have it.
    pub install: Option<String>,
    /// Which runners reach each cluster's API; none where the host's own do.
    pub runners: Vec<Runner>,
    /// The accounts that pipelines log in to.
    pub accounts: Vec<Account>,
    /// Where the workspaces are that keep the states; none where these are in the environments' buckets.
    pub cloud: Option<Cloud>,
}

/// An organization of HCP Terraform or Terraform Enterprise.
#[derive(Debug, Clone, Serialize)]
pub struct Cloud {
    /// Its host.
    pub host: String,
    /// Its name.
    pub organization: String,
    /// The project of the workspaces.
    pub project: String,
    /// What the names of all workspaces begin with: the blueprint's project.
    pub prefix: String,
}

impl Cloud {
    /// Returns the name of a stack's workspace. No name of the blueprint has an underscore, so no two stacks have one.
    pub fn workspace(&self, made_as: &MadeAs) -> String {
        format!(
            "{}{}_{}",
            self.prefix_of(&made_as.environment),
            made_as.cluster,
            made_as.stack.replace('/', "_")
        )
    }

    /// Returns what the names of an environment's workspaces begin with.
    pub fn prefix_of(&self, environment: &str) -> String {
        format!("{}_{environment}_", self.prefix)
    }
}

/// Which runners reach a cluster's API.
#[derive(Debug, Clone, Serialize)]
pub struct Runner {
    /// The cluster's environment.
    pub environment: String,
    /// The cluster.
    pub cluster: String,
    /// Their label.
    pub label: String,
}

/// An account that pipelines log in to: its stack makes the provider of their tokens and their roles.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// The account.
    pub id: String,
    /// Its partition.
    pub partition: String,
    /// Region of its state bucket.
    pub region: String,
    /// Where its stack's state lives.
    pub state: StateStore,
    /// Whether its provider and roles are to be destroyed.
    pub retired: bool,
    /// The roles, by name.
    pub roles: Vec<LoginRole>,
    /// Tags of everything in it, sorted by key.
    #[serde(serialize_with = "super::data::map")]
    pub tags: Vec<(String, String)>,
}

/// What a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Reads.
    Plan,
    /// Applies.
    Deploy,
}

/// A role that pipelines log in as. It can do nothing but go on.
#[derive(Debug, Clone, Serialize)]
pub struct LoginRole {
    /// Its ARN.
    pub arn: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The environments that it is for.
    pub environments: Vec<String>,
    /// What the names of these environments' workspaces begin with; none where pipelines have none.
    pub workspaces: Vec<String>,
    /// The roles that it may assume.
    pub goes_on_to: Vec<String>,
}

impl LoginRole {
    /// Its name, without its path.
    pub fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// Its path, `/` where it has none.
    pub fn path(&self) -> &str {
        let resource = self.arn.split_once(":role").map_or("/", |(_, resource)| resource);
        &resource[..resource.len() - self.name().len()]
    }
}

/// What stands in place of an environment's name in the names of what `accounts/` keeps.
const ENVIRONMENT: &str = "delivery";

/// Resolves what runs pipelines; none where the blueprint does not say.
pub(super) fn resolve(
    context: &mut Context<'_>,
    environments: &[Environment],
    apps: &[App],
) -> Option<Delivery> {
    let keys = context.blueprint.file.delivery.as_ref()?;
    check_keys(context, keys);
    let engine = keys.engine.as_ref()?;
    let mut delivery = Delivery {
        engine: engine.value,
        repository: String::new(),
        issuer: String::new(),
        image: keys.image.as_ref().map(|image| image.value.clone()),
        branch: keys.branch.as_ref().map_or(usual::BRANCH, |branch| branch.as_str()).to_owned(),
        blueprint: keys.blueprint.as_ref().map_or(context.file_name, |path| path.as_str()).to_owned(),
        folder: String::new(),
        install: keys.install.as_ref().map(|install| install.value.clone()),
        runners: Vec::new(),
        accounts: Vec::new(),
        cloud: None,
    };
    // Terramate names stacks relative to each other.
    if engine.value != DeliveryEngine::Terramate {
        delivery.folder = folder(context, keys, &delivery.blueprint)?;
    }
    if !logs_in(engine.value) {
        return Some(delivery);
    }
    let lacks = |key, example, why| Problem::EngineNeeds { engine: engine.word(), key, example, why };
    if engine.value == DeliveryEngine::HcpTerraform {
        let cloud = cloud(context, keys, engine)?;
        delivery.issuer.clone_from(&cloud.host);
        delivery.accounts = accounts(context, keys, environments, apps, Some(&cloud));
        delivery.cloud = Some(cloud);
        return Some(delivery);
    }
    match &keys.repository {
        None => {
            let why = "roles trust the tokens of one repository only";
            context.push(lacks("repository", "\"acme/platform\"", why), engine.span);
        }
        Some(repository) if !is_repository(repository, engine.value) => {
            let problem = Problem::NotARepository { value: repository.value.clone(), engine: engine.value };
            context.push(problem, repository.span);
        }
        Some(repository) => delivery.repository.clone_from(&repository.value),
    }
    if engine.value == DeliveryEngine::GitlabCi {
        let host = keys.host.as_ref().map_or(usual::GITLAB_HOST, |host| host.as_str());
        host.clone_into(&mut delivery.issuer);
        if keys.image.is_none() {
            let example = "\"registry.gitlab.com/acme/platform/plinth:1\"";
            let why = "no public image has the AWS CLI, the engine and plinth";
            context.push(lacks("image", example, why), engine.span);
        }
    } else {
        GITHUB_ISSUER.clone_into(&mut delivery.issuer);
    }
    delivery.runners = runners(context, keys, environments);
    delivery.accounts = accounts(context, keys, environments, apps, None);
    Some(delivery)
}

/// Resolves the organization whose workspaces keep the states and run plans.
fn cloud(
    context: &mut Context<'_>,
    keys: &Spanned<keys::Delivery>,
    engine: &Spanned<DeliveryEngine>,
) -> Option<Cloud> {
    if context.blueprint.file.terraform.as_ref().is_some_and(|it| it.engine.value == Engine::OpenTofu) {
        context.push(Problem::HcpRunsTerraform, engine.span);
    }
    let Some(organization) = &keys.organization else {
        let (key, why) = ("organization", "workspaces are in one");
        context
            .push(Problem::EngineNeeds { engine: engine.word(), key, example: "\"acme\"", why }, engine.span);
        return None;
    };
    // HCP Terraform docs, "Create an organization" and "Organize workspaces with projects", read 2026-11.
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if !(3..=40).contains(&organization.len()) || !organization.bytes().all(is_name) {
        context.push(Problem::NotAnOrganization { value: organization.value.clone() }, organization.span);
    }
    let project = keys.project.as_ref().map_or(usual::HCP_PROJECT, |project| project.as_str());
    if let Some(written) = keys
        .project
        .as_ref()
        .filter(|_| !(3..=40).contains(&project.len()) || !project.bytes().all(|b| is_name(b) || b == b' '))
    {
        context.push(Problem::NotAnHcpProject { value: project.to_owned() }, written.span);
    }
    Some(Cloud {
        host: keys.host.as_ref().map_or(usual::HCP_HOST, |host| host.as_str()).to_owned(),
        organization: organization.value.clone(),
        project: project.to_owned(),
        prefix: context.blueprint.file.project.name.to_string(),
    })
}

/// Whether a text names a repository as the tokens of its host do.
///
/// GitHub's have numbers behind both names, `acme@1234/platform@5678`, where it was made or renamed after 2026-07-15, or has chosen
/// so (GitHub changelog, "Immutable subject claims for GitHub Actions OIDC tokens", 2026-04-23). GitLab's have the project's path
/// with all its groups (GitLab docs, "OpenID Connect (OIDC) Authentication Using ID Tokens"). Read 2026-11.
fn is_repository(text: &str, engine: DeliveryEngine) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
    };
    if engine == DeliveryEngine::GitlabCi {
        return text.split('/').count() >= 2 && text.split('/').all(is_name);
    }
    let is_numbered = |part: &str| {
        part.split_once('@').map_or(is_name(part), |(name, number)| {
            is_name(name) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    text.split('/').count() == 2 && text.split('/').all(is_numbered)
}

/// Refuses keys that mean nothing without another, or with another engine.
fn check_keys(context: &mut Context<'_>, keys: &Spanned<keys::Delivery>) {
    use DeliveryEngine::{Atlantis, GithubActions, GitlabCi, HcpTerraform};
    fn at<T>(key: Option<&Spanned<T>>) -> Option<Span> {
        key.map(|key| key.span)
    }
    let written: [(_, Option<Span>, &[DeliveryEngine]); 11] = [
        ("repository", at(keys.repository.as_ref()), &[GithubActions, GitlabCi]),
        ("host", at(keys.host.as_ref()), &[GitlabCi, HcpTerraform]),
        ("organization", at(keys.organization.as_ref()), &[HcpTerraform]),
        ("project", at(keys.project.as_ref()), &[HcpTerraform]),
        ("image", at(keys.image.as_ref()), &[GitlabCi]),
        ("branch", at(keys.branch.as_ref()), &[GithubActions, GitlabCi, Atlantis]),
        ("blueprint", at(keys.blueprint.as_ref()), &[GithubActions, GitlabCi, Atlantis, HcpTerraform]),
        ("install", at(keys.install.as_ref()), &[GithubActions, GitlabCi]),
        ("runner", at(keys.runner.as_ref()), &[GithubActions, GitlabCi]),
        ("region", at(keys.region.as_ref()), &[GithubActions, GitlabCi, HcpTerraform]),
        (
            "retire",
            keys.retire.is_written().then_some(keys.retire.span),
            &[GithubActions, GitlabCi, HcpTerraform],
        ),
    ];
    let engine = keys.engine.as_ref().map(|engine| engine.value);
    for (key, span, engines) in written {
        if let Some(span) = span.filter(|_| engine.is_none_or(|engine| !engines.contains(&engine))) {
            let needs = engines.iter().map(|engine| format!("engine = \"{}\"", engine.word())).collect();
            context.push(Problem::MeansNothingWithout { key, needs }, span);
        }
    }
    if keys.account.is_none() && engine.is_none() {
        context.push(Problem::DeliverySaysNothing, keys.span);
    } else if keys.account.is_none() && keys.partition.is_written() {
        let needs = vec!["account".to_owned()];
        context.push(Problem::MeansNothingWithout { key: "partition", needs }, keys.partition.span);
    }
}

/// Returns the tree's folder in the repository: `[output] dir` is relative to the blueprint.
fn folder(context: &mut Context<'_>, keys: &Spanned<keys::Delivery>, blueprint: &str) -> Option<String> {
    let output = context.blueprint.file.output.as_ref();
    let dir = output.map_or(".", |output| output.dir.as_str());
    let beside = blueprint.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = beside.split('/').filter(|part| !part.is_empty()).collect();
    let mut is_below = !dir.starts_with('/');
    for part in dir.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            is_below &= parts.pop().is_some();
        } else {
            parts.push(part);
        }
    }
    let is_plain = |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if is_below && parts.iter().all(is_plain) {
        return Some(parts.join("/"));
    }
    let at = keys.blueprint.as_ref().map_or(keys.span, |path| path.span);
    let problem = Problem::TreeOutsideRepository { dir: dir.to_owned(), blueprint: blueprint.to_owned() };
    context.report(problem, at, output.map(|output| output.dir.span));
    None
}

/// Expands the label of the runners that reach each cluster.
fn runners(
    context: &mut Context<'_>,
    keys: &Spanned<keys::Delivery>,
    environments: &[Environment],
) -> Vec<Runner> {
    let Some(pattern) = &keys.runner else { return Vec::new() };
    let project = context.blueprint.file.project.name.to_string();
    let mut runners = Vec::new();
    for environment in environments {
        for cluster in &environment.clusters {
            let label = pattern.expand(&Scope {
                project: &project,
                environment: &environment.name,
                cluster: &cluster.name,
                account: &environment.account,
                region: &cluster.region,
                partition: &cluster.partition,
            });
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
            if label.is_empty() || !label.bytes().all(is_plain) {
                context.push(Problem::InvalidRunner { value: label }, pattern.span);
                return runners;
            }
            let (environment, cluster) = (environment.name.clone(), cluster.name.clone());
            runners.push(Runner { environment, cluster, label });
        }
    }
    runners
}

/// Collects the accounts that pipelines log in to, with the roles that each needs.
fn accounts(
    context: &mut Context<'_>,
    keys: &Spanned<keys::Delivery>,
    environments: &[Environment],
    apps: &[App],
    cloud: Option<&Cloud>,
) -> Vec<Account> {
    let project = context.blueprint.file.project.name.to_string();
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    for environment in environments {
        if environment.name == ENVIRONMENT {
            let why = "the states of `accounts/` have that name in place of an environment's";
            context.push(Problem::ReservedName { value: ENVIRONMENT.to_owned(), why }, environment.at);
        }
        // A run of HCP Terraform plans and applies with what stands in the root: the deploy role.
        if environment.plan_role.is_none() && cloud.is_none() {
            let environment_name = environment.name.clone();
            context.push(Problem::NoPlanRole { environment: environment_name }, environment.at);
        }
        if let Some(pipeline) = &environment.pipeline {
            ids.insert(&pipeline.account, &environment.partition);
        }
    }
    let mut accounts: Vec<Account> = Vec::new();
    for (id, partition) in ids {
        let here = || environments.iter().filter(|environment| environment.logs_in_to(id));
        let Some(region) = region(context, keys, id, partition, here()) else { continue };
        let scope = Scope {
            project: &project,
            environment: ENVIRONMENT,
            cluster: "",
            account: id,
            region: &region,
            partition,
        };
        let Some(state) = identity::state_store(context, &scope, keys.span) else { continue };
        let mut others = environments.iter().filter(|environment| environment.name != ENVIRONMENT);
        if let Some(twin) = others.find(|environment| environment.state.bucket == state.bucket) {
            let (one, other) = (twin.name.clone(), ENVIRONMENT.to_owned());
            let problem = Problem::SharedBucket { name: state.bucket.clone(), one, other };
            context.push(problem, state.at);
        }
        let roles = login_roles(context, keys.span, here(), apps, cloud);
        let tags = tags::resolve(context, ENVIRONMENT, None);
        let retired = *keys.retire || here().all(|environment| environment.retired);
        let (id, partition) = (id.to_owned(), partition.to_owned());
        accounts.push(Account { id, partition, region, state, retired, roles, tags });
    }
    accounts
}

/// Returns the region of an account's state bucket: the one that is written where it is of the account's partition, else the only
/// one of its environments. One more region later is an error, and moves nothing.
fn region<'a>(
    context: &mut Context<'_>,
    keys: &Spanned<keys::Delivery>,
    account: &str,
    partition: &str,
    environments: impl Iterator<Item = &'a Environment>,
) -> Option<String> {
    if let Some(written) = &keys.region {
        let Some(facts) = context.catalog.regions.get(&written.value) else {
            let known = context.catalog.regions.keys().cloned().collect();
            context.push(Problem::UnknownRegion { value: written.value.clone(), known }, written.span);
            return None;
        };
        if facts.partition == partition {
            return Some(written.value.clone());
        }
    }
    let regions: BTreeSet<&str> = environments.map(|environment| environment.region.as_str()).collect();
    let regions: Vec<&str> = regions.into_iter().collect();
    if let [only] = regions.as_slice() {
        return Some((*only).to_owned());
    }
    let regions = regions.into_iter().map(str::to_owned).collect();
    context.push(Problem::DeliveryRegionUnknown { account: account.to_owned(), regions }, keys.span);
    None
}

/// Collects the roles of one account from the environments whose pipelines log in to it.
fn login_roles<'a>(
    context: &mut Context<'_>,
    at: Span,
    environments: impl Iterator<Item = &'a Environment>,
    apps: &[App],
    cloud: Option<&Cloud>,
) -> Vec<LoginRole> {
    let mut roles: BTreeMap<String, LoginRole> = BTreeMap::new();
    let mut add = |arn: &str, purpose, environment: &Environment, target: &str| {
        let arn = arn.to_owned();
        if arn == target {
            context.push(Problem::LoginRoleIsItsTarget { arn: arn.clone() }, environment.at);
        }
        let role = roles.entry(arn.clone()).or_insert_with(|| LoginRole {
            arn: arn.clone(),
            purpose,
            environments: Vec::new(),
            workspaces: Vec::new(),
            goes_on_to: Vec::new(),
        });
        if role.purpose != purpose {
            context.push(Problem::SamePipelineRole { arn }, at);
        }
        // Sorted: the order of environments is that of deployment, which changes with their protection.
        let workspaces = cloud.map(|cloud| cloud.prefix_of(&environment.identity));
        for (list, item) in [
            (&mut role.environments, Some(environment.name.as_str())),
            (&mut role.workspaces, workspaces.as_deref()),
            (&mut role.goes_on_to, Some(target)),
        ] {
            let Some(item) = item else { continue };
            if let Err(place) = list.binary_search_by(|known| known.as_str().cmp(item)) {
                list.insert(place, item.to_owned());
            }
        }
    };
    for environment in environments {
        let Some(pipeline) = &environment.pipeline else { continue };
        for role in environment.deploy_roles(apps) {
            add(&pipeline.deploy_role, Purpose::Deploy, environment, role);
        }
        if let Some(role) = environment.plan_role.as_ref().filter(|_| cloud.is_none()) {
            add(&pipeline.plan_role, Purpose::Plan, environment, role);
        }
    }
    roles.into_values().collect()
}

/// Returns a role of the account that pipelines log in to: the one that is written, else the usual one.
fn role(
    context: &mut Context<'_>,
    written: Option<&Spanned<Pattern>>,
    usual: &'static str,
    scope: &Scope<'_>,
) -> Option<String> {
    let Some(pattern) = written else {
        return Some(Pattern::built_in(usual).expand(scope));
    };
    for (word, placeholder) in [("cluster", Placeholder::Cluster), ("region", Placeholder::Region)] {
        if pattern.mentions(placeholder) {
            context.push(Problem::PlaceholderTooEarly { word }, pattern.span);
        }
    }
    let arn = access::arn(context, pattern, scope)?;
    if arn.account != scope.account || arn.partition != scope.partition {
        let (arn, account) = (arn.text, scope.account.to_owned());
        context.push(Problem::RoleOutsideDelivery { arn, account }, pattern.span);
        return None;
    }
    Some(arn.text)
}

/// Refuses a delivery account from which no environment can be reached.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment]) {
    let Some(keys) = context.blueprint.file.delivery.as_ref() else { return };
    let Some(account) = &keys.account else { return };
    let partition = &keys.partition;
    let reaches = environments.iter().any(|environment| environment.partition == partition.word());
    if let Some(other) = environments.first().filter(|_| !reaches) {
        let problem =
            Problem::DeliveryReachesNothing { partition: partition.word(), other: other.partition.clone() };
        context.push(problem, if partition.is_written() { partition.span } else { account.span });
    }
}

#[cfg(test)]
mod tests {
    use crate::blueprint::scalar::Partition;
    use crate::catalog::Catalog;

    #[test]
    fn every_partition_of_a_region_can_be_written() {
        for (name, region) in Catalog::load().regions {
            assert!(Partition::WORDS.contains(&region.partition.as_str()), "{name}: {}", region.partition);
        }
    }
}
