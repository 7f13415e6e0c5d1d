//! Environments and their clusters.

use serde::Serialize;

use super::access::{self, Access};
use super::addon;
use super::adoption::{self, Adoption};
use super::app::{App, Tenant};
use super::bill::{self, Bill};
use super::delivery::{self, Pipeline};
use super::network::{self, Network, Place};
use super::node_pool::{self, NodePools};
use super::settings::Settings;
use super::stack::MadeAs;
use super::{Context, check_repeated, identity, placement, support, tags};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::pattern::{Placeholder, Scope};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::KubernetesVersion;
use crate::blueprint::{MAIN, Target};
use crate::catalog::Region;
use crate::diagnostic::{Span, Spanned};
use crate::model::data;
use crate::problem::Problem;

/// A named target: account, region, roles, state bucket.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    #[serde(skip)]
    pub at: Span,
    /// The name that it was made under, which names in AWS are made of.
    #[serde(skip)]
    pub identity: String,
    /// AWS account.
    pub account: String,
    /// Region of the state bucket, and of clusters that name none.
    pub region: String,
    /// Partition of the region.
    pub partition: String,
    /// ARN of the role that applies.
    pub deploy_role: String,
    /// ARN of the role that plans, where there is one.
    pub plan_role: Option<String>,
    /// Who its pipelines are; none where the blueprint does not say.
    pub pipeline: Option<Pipeline>,
    /// Whether its resources are protected from deletion.
    pub protected: bool,
    /// Whether it is to be destroyed.
    pub retired: bool,
    /// Where its states live.
    pub state: StateStore,
    /// Its clusters by name.
    pub clusters: Vec<Cluster>,
    /// Tags of everything in it, sorted by key.
    #[serde(serialize_with = "data::map")]
    pub tags: Vec<(String, String)>,
}

impl Environment {
    /// Returns the delivery account, where its pipelines come from one.
    pub fn delivery_account(&self) -> Option<&str> {
        let pipeline = self.pipeline.as_ref().filter(|pipeline| pipeline.is_from_delivery)?;
        Some(&pipeline.account)
    }

    /// Returns the names that a stack of it was made under: its own, a cluster's, and what a person calls the stack.
    pub fn made_as(&self, cluster: &str, stack: &str) -> MadeAs {
        MadeAs { environment: self.identity.clone(), cluster: cluster.to_owned(), stack: stack.to_owned() }
    }

    /// Whether its pipelines log in to an account.
    pub fn logs_in_to(&self, account: &str) -> bool {
        self.pipeline.as_ref().is_some_and(|pipeline| pipeline.account == account)
    }

    /// Returns the roles that apply its stacks: its own, then those of applications.
    pub fn deploy_roles<'a>(&'a self, apps: &'a [App]) -> impl Iterator<Item = &'a String> {
        let attachments = apps.iter().flat_map(|app| &app.attachments);
        let here = attachments.filter(|attachment| attachment.environment == self.name);
        std::iter::once(&self.deploy_role).chain(here.map(|attachment| &attachment.deploy_role))
    }
}

/// The bucket that holds the states of an environment, and the key that encrypts them.
#[derive(Debug, Clone, Serialize)]
pub struct StateStore {
    /// The bucket's name.
    pub bucket: String,
    /// Where the name was decided.
    #[serde(skip)]
    pub at: Span,
    /// `alias/azavea-staging-terraform-state`
    pub key_alias: String,
    /// ARN of the alias.
    pub key_alias_arn: String,
}

/// One EKS cluster.
#[derive(Debug, Clone, Serialize)]
pub struct Cluster {
    /// Its name within the environment, `main`.
    pub name: String,
    /// Its environment.
    pub environment: String,
    /// The name that it was made under, which names in AWS are made of.
    #[serde(skip)]
    pub identity: String,
    /// Whether it is to be destroyed.
    pub retired: bool,
    /// Where it was named in the blueprint.
    #[serde(skip)]
    pub at: Span,
    /// The EKS name, `azavea-staging-main`.
    pub eks_name: String,
    /// Region.
    pub region: String,
    /// Partition of the region.
    pub partition: String,
    /// Who has rights on all of it.
    pub access: Access,
    /// The VPC.
    pub network: Network,
    /// What may differ between clusters.
    #[serde(flatten)]
    pub settings: Settings,
    /// What follows from that it exists already; none where plinth makes it.
    pub adoption: Option<Adoption>,
    /// What system services ask of its managed node groups.
    pub bills: Vec<Bill>,
    /// Applications that live on it.
    pub tenants: Vec<Tenant>,
    /// Tags of everything in it, sorted by key.
    #[serde(serialize_with = "data::map")]
    pub tags: Vec<(String, String)>,
}

impl Cluster {
    /// Whether the cluster has an add-on.
    pub fn has(&self, addon: &str) -> bool {
        self.settings.addons.iter().any(|known| known.name.as_str() == addon)
    }
}

/// Resolves environments with all their clusters.
pub(super) fn resolve(context: &mut Context<'_>) -> Vec<Environment> {
    let blueprint = context.blueprint;
    tags::check(context);
    let mut environments = Vec::new();
    for target in &blueprint.environments {
        environments.extend(environment(context, target));
    }
    check_accounts(context, &environments);
    network::check_overlaps(context, &environments);
    network::check_tags(context, &environments);
    delivery::check(context, &environments);
    // What is tried first stands first: protected environments last, else by name.
    environments.sort_by(|a, b| (a.protected, &a.name).cmp(&(b.protected, &b.name)));
    environments
}

/// An account lives in one partition (AWS General Reference, "Amazon Resource Names"), and some numbers are nobody's.
fn check_accounts(context: &mut Context<'_>, environments: &[Environment]) {
    // Of AWS' own examples, and of whoever has not looked his up yet.
    const EXAMPLES: [&str; 3] = ["000000000000", "012345678901", "123456789012"];
    let blueprint = context.blueprint;
    let written = |environment: &Environment| {
        let target = blueprint.environments.get(&environment.name);
        target.map_or(environment.at, |target| target.value.environment.account.span)
    };
    for (index, environment) in environments.iter().enumerate() {
        let Environment { account, partition, .. } = environment;
        if EXAMPLES.contains(&account.as_str()) {
            context.push(Problem::ExampleAccount { account: account.clone() }, written(environment));
        }
        let other = environments[..index].iter().find(|o| o.account == *account && o.partition != *partition);
        if let Some(other) = other {
            let (account, partition) = (account.clone(), partition.clone());
            let problem =
                Problem::AccountInTwoPartitions { account, partition, other: other.partition.clone() };
            context.push_conflict(problem, written(environment), written(other));
        }
    }
}

fn region<'c>(context: &mut Context<'c>, name: &Spanned<String>) -> Option<&'c Region> {
    let catalog = context.catalog;
    let facts = catalog.regions.get(&name.value);
    if facts.is_none() {
        let known = catalog.regions.keys().cloned().collect();
        context.push(Problem::UnknownRegion { value: name.value.clone(), known }, name.span);
    }
    facts
}

fn environment(context: &mut Context<'_>, target: &Named<Target>) -> Option<Environment> {
    let Named { name, value: Target { environment: keys, clusters } } = target;
    if name.as_str() == "module" {
        let why = "`apps/<app>/module` is the application's own folder";
        context.push(Problem::ReservedName { value: name.to_string(), why }, name.span);
    }
    let facts = region(context, &keys.region)?;
    let blueprint = context.blueprint;
    let scope = Scope {
        project: blueprint.file.project.name.as_str(),
        environment: identity::of(name, keys.renamed_from.as_ref()).as_str(),
        cluster: MAIN,
        account: keys.account.as_str(),
        region: &keys.region,
        partition: &facts.partition,
    };
    let bucket = blueprint.file.state.as_ref().and_then(|state| state.bucket.as_ref());
    for pattern in std::iter::once(&keys.deploy_role).chain(&keys.plan_role).chain(bucket) {
        if pattern.mentions(Placeholder::Cluster) {
            context.push(Problem::PlaceholderTooEarly { word: "cluster" }, pattern.span);
        }
    }
    let deploy_role = access::role(context, &keys.deploy_role, &scope);
    let plan_role = keys.plan_role.as_ref().and_then(|role| access::role(context, role, &scope));
    let pipeline = Pipeline::resolve(context, &scope);
    let tags = tags::resolve(context, name.as_str(), None);
    let state = identity::state_store(context, &scope, name.span);
    let (Some(deploy_role), Some(state)) = (deploy_role, state) else {
        return None;
    };

    let mut resolved = Vec::new();
    for named in clusters.iter().filter(|named| *named.value.enabled) {
        let own = Own {
            name: name.as_str(),
            at: keys.account.span,
            region: &keys.region,
            deploy: &deploy_role,
            plan: plan_role.as_ref(),
            protected: *keys.protection,
            retired: *keys.retire,
        };
        resolved.extend(cluster(context, named, &scope, &own));
    }
    if !resolved.is_empty() && resolved.iter().all(|cluster| cluster.access.admins.len() < 2) {
        context.push(Problem::NoHumanAdmin { environment: name.to_string() }, name.span);
    }
    Some(Environment {
        name: name.to_string(),
        at: name.span,
        identity: scope.environment.to_owned(),
        account: keys.account.to_string(),
        region: keys.region.value.clone(),
        partition: facts.partition.clone(),
        deploy_role: deploy_role.value,
        plan_role: plan_role.map(|role| role.value),
        pipeline,
        protected: *keys.protection,
        retired: *keys.retire,
        state,
        clusters: resolved,
        tags,
    })
}

/// What an environment gives to every one of its clusters.
struct Own<'a> {
    name: &'a str,
    /// Where its account stands.
    at: Span,
    region: &'a Spanned<String>,
    /// Roles that each of them lets in.
    deploy: &'a Spanned<String>,
    plan: Option<&'a Spanned<String>>,
    protected: bool,
    retired: bool,
}

fn cluster(
    context: &mut Context<'_>,
    named: &Named<ClusterKeys>,
    environment: &Scope<'_>,
    own: &Own<'_>,
) -> Option<Cluster> {
    let Named { name, value: keys } = named;
    let retired = own.retired || *keys.retire;
    let region_name = keys.region.as_ref().unwrap_or(own.region);
    let facts = region(context, region_name)?;
    if facts.partition != environment.partition {
        let problem = Problem::OtherPartition {
            region: region_name.value.clone(),
            partition: environment.partition.to_owned(),
            environment: own.name.to_owned(),
        };
        context.push(problem, region_name.span);
    }
    let scope = Scope {
        cluster: identity::of(name, keys.renamed_from.as_ref()).as_str(),
        region: &region_name.value,
        partition: &facts.partition,
        ..*environment
    };
    let eks_name = identity::eks_name(keys, &scope);
    let kubernetes_version = kubernetes_version(context, keys, &eks_name, &region_name.value, name.span);
    let addons = addon::resolve(context, keys, &kubernetes_version, &scope);
    let pools = node_pool::resolve(context, &eks_name, name.span, keys, &scope, &kubernetes_version, &addons);
    let bills = bill::resolve(context, keys, &pools, &addons);
    let NodePools { managed, karpenter, fargate } = pools;
    let public_cidrs = endpoint(context, keys, &eks_name, name.span);
    let private_cidrs = private_cidrs(keys);
    let access = Access::resolve(context, keys, &scope, own.deploy, own.plan);
    let role_arn = keys.role_arn.as_ref().and_then(|role| access::role(context, role, &scope));
    let secrets_kms_key = keys.secrets_kms_key.as_ref().and_then(|key| {
        node_pool::disk::key(key, &scope).map_err(|problem| context.push(problem, key.span)).ok()
    });
    adoption::check(context, keys, &scope, &eks_name, [own.at, region_name.span]);
    let made_in = adoption::control_plane_zones(context, keys);
    let place =
        Place { cluster: &eks_name, at: name.span, region: &region_name.value, facts, made_in: &made_in };
    let network = network::resolve(context, &place, keys.network.as_deref())?;
    let labels = managed.iter().map(|pool| &pool.labels).chain(karpenter.iter().map(|pool| &pool.labels));
    let node_types = labels
        .flatten()
        .filter(|(key, _)| key == node_pool::NODE_TYPE)
        .map(|(_, value)| value.clone())
        .collect();
    placement::check(context, keys, &addons, &node_types);
    let network_policy = addon::enforces_network_policy(&addons);
    let settings = Settings {
        kubernetes_version,
        public_cidrs,
        private_cidrs,
        service_cidr: network.service_cidr.value,
        role_arn: role_arn.map(|role| role.value),
        secrets_kms_key,
        log_retention_days: keys.log_retention_days.0,
        deletion_protection: own.protected && !retired,
        managed_pools: managed,
        karpenter_pools: karpenter,
        fargate_pools: fargate,
        node_types,
        network_policy,
        addons,
    };
    Some(Cluster {
        name: name.to_string(),
        environment: own.name.to_owned(),
        identity: scope.cluster.to_owned(),
        retired,
        at: keys.name.as_ref().map_or(name.span, |name| name.span),
        region: region_name.value.clone(),
        partition: facts.partition.clone(),
        access,
        network,
        settings,
        adoption: None,
        bills,
        tenants: Vec::new(),
        tags: tags::resolve(context, own.name, Some(&eks_name)),
        eks_name,
    })
}

/// Returns the cluster's Kubernetes version, which the blueprint must say: a default of plinth's would upgrade every
/// cluster with a new release of plinth.
fn kubernetes_version(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    cluster: &str,
    region: &str,
    at: Span,
) -> KubernetesVersion {
    let facts = &context.catalog.kubernetes;
    let default =
        KubernetesVersion::new(&facts.default).expect("the catalog's default is a version: a test reads it");
    let Some(written) = &keys.kubernetes_version else {
        let problem =
            Problem::NoKubernetesVersion { cluster: cluster.to_owned(), newest: facts.default.clone() };
        // One line in the standard mends it for all.
        if !context.diagnostics.holds(&problem) {
            context.push(problem, at);
        }
        return default;
    };
    if !facts.versions.iter().any(|row| row.version == written.as_str()) {
        let supported = facts.versions.iter().map(|row| row.version.clone()).collect();
        context
            .push(Problem::UnsupportedKubernetes { version: written.to_string(), supported }, written.span);
    } else if let Some(present) = context.facts.kubernetes_version(cluster, region) {
        check_step(context, cluster, &present, written);
    }
    written.value.clone()
}

/// EKS upgrades a cluster by one minor version at a time (eksctl user guide, "Cluster upgrades"). Terraform takes none back (AWS
/// provider, `aws_eks_cluster`, `version`); EKS does so by a command of its own, for seven days (EKS user guide, "Roll back a
/// cluster to a previous Kubernetes version"). Read 2026-11.
fn check_step(
    context: &mut Context<'_>,
    cluster: &str,
    present: &KubernetesVersion,
    written: &Spanned<KubernetesVersion>,
) {
    let (cluster, version) = (cluster.to_owned(), written.to_string());
    let problem = if written.minor() < present.minor() {
        Problem::KubernetesBack { cluster, version, present: present.to_string() }
    } else if written.minor() > present.minor().saturating_add(1) {
        Problem::KubernetesJump {
            cluster,
            version,
            present: present.to_string(),
            next: support::next(present),
        }
    } else {
        return;
    };
    context.push(problem, written.span);
}

/// Returns the ranges that reach the public endpoint.
fn endpoint(context: &mut Context<'_>, keys: &ClusterKeys, cluster: &str, at: Span) -> Vec<String> {
    let Some(endpoint) = &keys.endpoint else {
        context.push(Problem::NoWayIn { cluster: cluster.to_owned(), has_endpoint: false }, at);
        return Vec::new();
    };
    for (ranges, is_private) in [(&endpoint.public_cidrs, false), (&endpoint.private_cidrs, true)] {
        check_repeated(context, ranges);
        // Nobody has more than a /8, and two halves are a whole.
        for range in ranges.iter().filter(|range| range.prefix_len() < 8) {
            context.push(Problem::OpenToTheWorld { range: range.value, is_private }, range.span);
        }
    }
    for range in endpoint.public_cidrs.iter() {
        if let Some(private) = network::private_range(range.value).or(network::shared_range(range.value)) {
            context.push(Problem::PrivateCidrAtPublicEndpoint { range: range.value, private }, range.span);
        }
    }
    if endpoint.runner.is_none() && endpoint.public_cidrs.is_empty() && endpoint.private_cidrs.is_empty() {
        let ranges = &endpoint.public_cidrs;
        let at = if ranges.is_written() { ranges.span } else { endpoint.span };
        context.push(Problem::NoWayIn { cluster: cluster.to_owned(), has_endpoint: true }, at);
    }
    endpoint.public_cidrs.iter().map(|range| range.to_string()).collect()
}

/// Returns the ranges that reach the private endpoint: where engines run inside the VPC and the blueprint names none, the
/// VPC's own.
fn private_cidrs(keys: &ClusterKeys) -> Vec<String> {
    let Some(endpoint) = &keys.endpoint else { return Vec::new() };
    let of_vpc = keys.network.as_ref().and_then(|network| network.cidr.as_ref());
    let of_vpc = of_vpc.filter(|_| endpoint.runner.is_some() && endpoint.private_cidrs.is_empty());
    endpoint.private_cidrs.iter().chain(of_vpc).map(|range| range.to_string()).collect()
}
