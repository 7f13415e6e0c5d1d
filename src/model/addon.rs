//! Add-ons of a cluster: the catalog's facts with the blueprint's wishes laid over them.

mod order;
mod own;
mod rights;

use std::collections::BTreeSet;

use serde::Serialize;

pub use order::destroy_first;

use super::node_pool::CORE;
use super::{Context, complete, network, placement};
use crate::blueprint::keys::{Addon as AddonKeys, Cluster as ClusterKeys, Network};
use crate::blueprint::lock::Lock;
use crate::blueprint::node::{self, Node};
use crate::blueprint::pattern::Scope;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{KubernetesVersion, Name, PoolKind};
use crate::catalog::{self, AddonKind, Catalog};
use crate::hcl::value::Value;
use crate::model::data;
use crate::problem::Problem;

/// Karpenter's name in the catalog.
pub const KARPENTER: &str = "karpenter";

/// The name in the catalog of what gives pods their addresses.
pub const VPC_CNI: &str = "vpc-cni";

/// The load balancer controller's name in the catalog.
pub const LOAD_BALANCER_CONTROLLER: &str = "aws-load-balancer-controller";

/// The name in the catalog of what keeps a cluster as Git says.
pub const ARGO_CD: &str = "argo-cd";

/// The EFS driver's name in the catalog. It brings a file system along.
pub const EFS: &str = "aws-efs-csi-driver";

/// The name in the catalog of what makes records of names in Route 53.
pub const EXTERNAL_DNS: &str = "external-dns";

/// The name in the catalog of what makes backups. It brings a bucket along.
pub const VELERO: &str = "velero";

/// The name in the catalog of what sizes managed node groups.
pub const CLUSTER_AUTOSCALER: &str = "cluster-autoscaler";

/// One add-on of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Addon {
    /// Its name in the catalog, or the blueprint's for one of its own.
    pub name: Name,
    /// How it is installed.
    pub kind: AddonKind,
    /// What is known of it.
    #[serde(skip)]
    pub facts: catalog::Addon,
    /// Core services that bring it.
    pub services: Vec<String>,
    /// Version of the chart, or of the EKS add-on; empty where that is not pinned.
    pub version: String,
    /// ARNs of what its role is limited to, as the blueprint gives them. Empty: what the catalog says.
    pub access: Vec<String>,
    /// What the cluster has besides the catalog's values: those that go with its place, and over them what the blueprint
    /// sets. An empty object where there are none.
    #[serde(serialize_with = "data::value")]
    pub values: Value,
}

/// Resolves the add-ons of one cluster, in the order of names.
pub(super) fn resolve(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    kubernetes: &KubernetesVersion,
    scope: &Scope<'_>,
) -> Vec<Addon> {
    let (catalog, partition) = (context.catalog, scope.partition);
    check_services(context, keys);
    let mut addons = Vec::new();
    for wish in keys.addons.iter() {
        if let Some(values) = &wish.value.values {
            check_numbers(context, values);
        }
        let name = wish.name.as_str();
        if !*wish.value.enabled {
            let required = catalog.addons.get(name).and_then(|facts| facts.required.clone());
            if let Some(why) = required {
                let problem = Problem::AddonRequired { addon: name.to_owned(), why, switched_off: true };
                context.push(problem, wish.value.enabled.span);
            }
            own::check_known(context, keys, wish);
            continue;
        }
        own::check(context, keys, wish, scope);
        let project = context.blueprint.file.project.name.as_str();
        let Some(facts) = facts(catalog, project, wish) else { continue };
        let services = complete::services(catalog, keys, name);
        addons.push(Addon {
            name: wish.name.value.clone(),
            kind: facts.kind,
            services: services.map(|service| service.name.to_string()).collect(),
            version: version(context, wish, &facts, kubernetes),
            values: conditional(&facts, partition, kubernetes, keys).merged(wished(&facts, name, keys)),
            access: access(context, wish, &facts, scope),
            facts,
        });
    }
    check_karpenter(context, keys, &addons);
    order::check(context, keys, &addons);
    check_kubernetes(context, keys, &addons, kubernetes);
    addons
}

/// Returns what is known of an add-on: from the catalog, or from the blueprint where it is its own.
pub(super) fn facts(catalog: &Catalog, project: &str, wish: &Named<AddonKeys>) -> Option<catalog::Addon> {
    catalog.addons.get(wish.name.as_str()).cloned().or_else(|| own::facts(project, wish))
}

/// Refuses core services that there are not, also where one is switched off: what was meant would stay.
fn check_services(context: &mut Context<'_>, keys: &ClusterKeys) {
    let bundles = &context.catalog.bundles;
    for service in keys.services.iter() {
        let name = service.name.to_string();
        let kind = &service.value.kind;
        match bundles.get(&name) {
            None => {
                let known = bundles.keys().cloned().collect();
                let is_addon = context.catalog.addons.contains_key(&name);
                context.push(Problem::UnknownService { name, known, is_addon }, service.name.span);
            }
            Some(bundle) if *service.value.enabled && bundle.addons(**kind).is_empty() => {
                context.push(Problem::NoSuchService { name, kind: kind.word() }, kind.span);
            }
            Some(_) => {}
        }
    }
}

fn check_karpenter(context: &mut Context<'_>, keys: &ClusterKeys, addons: &[Addon]) {
    let needs_karpenter = keys.node_pools.iter().find(|pool| {
        let kind = pool.value.kind.as_ref().map(|kind| kind.value);
        let is_core = pool.name.as_str() == CORE;
        *pool.value.enabled
            && (kind == Some(PoolKind::Karpenter) || is_core && kind == Some(PoolKind::Fargate))
    });
    if let Some(pool) = needs_karpenter
        && !addons.iter().any(|addon| addon.name.as_str() == KARPENTER)
        && !keys.addons.is_broken(KARPENTER)
    {
        let off = keys.addons.get(KARPENTER);
        let at = off.map_or(pool.name.span, |off| off.value.enabled.span);
        let problem = Problem::AddonRequired {
            addon: KARPENTER.to_owned(),
            why: if pool.name.as_str() == CORE {
                "where core is on Fargate, it makes the nodes for all other system services".to_owned()
            } else {
                "a node pool of kind `karpenter` needs it".to_owned()
            },
            switched_off: off.is_some(),
        };
        context.push(problem, at);
    }
}

/// Compares what upstream says of the pinned versions with the cluster's. Of a version that the blueprint chooses nothing is
/// known.
fn check_kubernetes(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    addons: &[Addon],
    kubernetes: &KubernetesVersion,
) {
    let Some(at) = keys.kubernetes_version.as_ref().map(|version| version.span) else { return };
    let pinned = |addon: &&Addon| {
        keys.addons.get(addon.name.as_str()).is_some_and(|wish| wish.value.version.is_none())
    };
    let mut untested = Vec::new();
    for Addon { name, version, facts, .. } in addons.iter().filter(pinned) {
        if facts.kubernetes.is_below(kubernetes) {
            let problem = Problem::AddonUnfit {
                addon: name.to_string(),
                version: version.clone(),
                kubernetes: kubernetes.to_string(),
                least: facts.kubernetes.from.clone().unwrap_or_default(),
                of_kubernetes: true,
            };
            context.push(problem, keys.addons.get(name.as_str()).map_or(at, |wish| wish.name.span));
        } else if facts.kubernetes.is_above(kubernetes) {
            untested.push(name.to_string());
        }
    }
    if !untested.is_empty() {
        let problem = Problem::AddonsUntested { addons: untested, kubernetes: kubernetes.to_string() };
        if !context.diagnostics.holds(&problem) {
            context.push(problem, at);
        }
    }
}

impl Addon {
    /// Returns all its values: the catalog's, and over them what the cluster has besides.
    pub(super) fn all_values(&self) -> Value {
        placement::values(&self.facts).merged(self.values.clone())
    }
}

/// Returns what the catalog sets for some clusters only, of which these are the keys.
pub(super) fn conditional(
    facts: &catalog::Addon,
    partition: &str,
    kubernetes: &KubernetesVersion,
    keys: &ClusterKeys,
) -> Value {
    let is_on = |name: &String| keys.addons.get(name).is_some_and(|wish| *wish.value.enabled);
    let holds = |known: &Option<Vec<String>>, own: &str| {
        known.iter().flatten().any(|known| known == own) || known.is_none()
    };
    let layers = facts.when.iter().filter(|when| {
        holds(&when.partition, partition)
            && holds(&when.kubernetes, kubernetes.as_str())
            && when.addons.iter().all(is_on)
    });
    layers.fold(Value::Object(Vec::new()), |values, when| values.merged(Value::from_catalog(&when.values)))
}

/// Returns what a cluster sets besides the catalog's values: what its other keys ask of the add-on, and laid over that what the
/// blueprint writes.
pub(super) fn wished(facts: &catalog::Addon, name: &str, keys: &ClusterKeys) -> Value {
    let placed = keys.addons.get(name).and_then(|wish| wish.value.placement.as_ref());
    let placed = placed.map_or(Value::Object(Vec::new()), |placed| placement::moved(facts, placed.value));
    placed.merged(told(name, keys))
}

/// Likewise, but for where its pods run.
pub(super) fn told(name: &str, keys: &ClusterKeys) -> Value {
    let written = keys.addons.get(name).and_then(|wish| wish.value.values.as_ref());
    let written = written.map_or(Value::Object(Vec::new()), |values| Value::from_data(&values.to_json()));
    of_network(name, keys).merged(written)
}

/// Returns what the keys of a cluster's network ask of an add-on.
pub(super) fn of_network(name: &str, keys: &ClusterKeys) -> Value {
    match &keys.network {
        Some(network) if name == VPC_CNI => prefix_delegation(network),
        Some(network) if name == KARPENTER && network::pod_subnets(network).is_some() => reserved_interface(),
        _ => Value::Object(Vec::new()),
    }
}

const PREFIXES: [(&str, &str); 2] = [("ENABLE_PREFIX_DELEGATION", "true"), ("WARM_PREFIX_TARGET", "1")];

/// Returns what `prefix_delegation` asks of vpc-cni (amazon-vpc-cni-k8s, README, read 2026-11).
///
/// IPv6 asks nothing: EKS sets the add-on up by the cluster's IP family, and its schema has no key for it. Subnets for pods
/// are the module's: [`custom_networking`].
fn prefix_delegation(network: &Network) -> Value {
    match network.prefix_delegation.as_ref().map(|chosen| chosen.value) {
        Some(true) => environment(&PREFIXES),
        Some(false) if network::pod_subnets(network).is_some() => {
            environment(&[("ENABLE_PREFIX_DELEGATION", "false")])
        }
        _ => Value::Object(Vec::new()),
    }
}

/// Returns what vpc-cni is told where pods have subnets of their own, besides which ones: a node takes the `ENIConfig` that
/// is named as its zone, and gives out prefixes.
pub fn custom_networking() -> Value {
    environment(&[
        ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true"),
        ("ENI_CONFIG_LABEL_DEF", "topology.kubernetes.io/zone"),
    ])
    .merged(environment(&PREFIXES))
}

/// Returns what Karpenter is told where pods have subnets of their own: a node's first network interface holds none of them
/// (Karpenter, "Settings", read 2026-11).
fn reserved_interface() -> Value {
    let settings = vec![("reservedENIs".to_owned(), Value::from("1"))];
    Value::Object(vec![("settings".to_owned(), Value::Object(settings))])
}

/// Returns an add-on's configuration that sets variables of its pods.
fn environment(variables: &[(&str, &str)]) -> Value {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    Value::Object(vec![("env".to_owned(), Value::Object(variables.collect()))])
}

/// Returns the version that an add-on has where the blueprint says nothing: the catalog's of a chart; of an EKS add-on, the
/// lock's, or none.
pub(super) fn default_version(
    lock: &Lock,
    name: &str,
    facts: &catalog::Addon,
    kubernetes: &KubernetesVersion,
) -> String {
    let version = match facts.kind {
        AddonKind::EksAddon => lock.version(kubernetes, name).map(str::to_owned),
        AddonKind::Helm => facts.version.clone(),
    };
    version.unwrap_or_default()
}

/// Characters of all ARNs of an add-on together: a policy has 6,144, and may name each of them twice (IAM user guide, "IAM and
/// AWS STS quotas", read 2026-11).
const MOST_ACCESS: usize = 2_500;

/// Quotes and comma of an ARN in a list.
const SEPARATORS: usize = 3;

/// Returns the ARNs that the blueprint limits an add-on's role to, sorted.
fn access(
    context: &mut Context<'_>,
    wish: &Named<AddonKeys>,
    facts: &catalog::Addon,
    scope: &Scope<'_>,
) -> Vec<String> {
    let addon = wish.name.to_string();
    let written = wish.value.access.as_ref();
    let Some(access) = &facts.access else {
        if let Some(written) = written {
            context.push(Problem::AccessUnused { addon }, written.span);
        }
        return Vec::new();
    };
    let about = || access.about.clone();
    let example = format!("arn:{}:{}…", scope.partition, access.arns[0]);
    let patterns = written.map_or(&[][..], |written| written.value.as_slice());
    if patterns.is_empty() && access.default.is_none() {
        let at = written.map_or(wish.name.span, |written| written.span);
        context.push(Problem::AccessMissing { addon, about: about(), example }, at);
        return Vec::new();
    }
    let mut arns = BTreeSet::new();
    for pattern in patterns {
        let arn = pattern.expand(scope);
        let addon = addon.clone();
        if !access.takes(&arn) {
            let (about, example) = (about(), example.clone());
            context.push(Problem::AccessOfOtherKind { addon, arn, about, example }, pattern.span);
        } else if arn.split(':').nth(1) != Some(scope.partition) {
            let (region, partition) = (scope.region.to_owned(), scope.partition.to_owned());
            let problem = Problem::AccessInOtherPartition { addon, arn, region, partition };
            context.push(problem, pattern.span);
        } else {
            arns.insert(arn);
        }
    }
    let characters: usize = arns.iter().map(|arn| arn.len() + SEPARATORS).sum();
    if let Some(written) = written.filter(|_| characters > MOST_ACCESS) {
        context.push(Problem::AccessTooLong { addon, characters, most: MOST_ACCESS }, written.span);
    }
    arns.into_iter().collect()
}

fn version(
    context: &mut Context<'_>,
    wish: &Named<AddonKeys>,
    facts: &catalog::Addon,
    kubernetes: &KubernetesVersion,
) -> String {
    let default = default_version(&context.blueprint.lock, wish.name.as_str(), facts, kubernetes);
    let Some(written) = &wish.value.version else {
        return default;
    };
    if facts.kind != AddonKind::Helm {
        let is_eks_addon = facts.kind == AddonKind::EksAddon;
        context.push(Problem::VersionNotTaken { addon: wish.name.to_string(), is_eks_addon }, written.span);
        return default;
    }
    let Ok(version) = semver::Version::parse(written.trim_start_matches('v')) else {
        let is_own = wish.value.chart.is_some();
        context.push(Problem::InvalidVersion { value: written.value.clone(), is_own }, written.span);
        return default;
    };
    // A registry finds a chart by the very text of its version.
    let has_v = |text: &str| text.starts_with('v');
    if let Some(known) = facts.version.as_ref().filter(|known| has_v(known) != has_v(written)) {
        let meant = if has_v(known) { format!("v{version}") } else { version.to_string() };
        let (addon, value) = (wish.name.to_string(), written.value.clone());
        context.push(Problem::VersionSpelling { addon, value, meant }, written.span);
    }
    let row = context.catalog.kubernetes.versions.iter().find(|row| row.version == kubernetes.as_str());
    if let Some(row) = row.filter(|row| wish.name.as_str() == KARPENTER && version < row.karpenter) {
        let problem = Problem::AddonUnfit {
            addon: KARPENTER.to_owned(),
            version: written.value.clone(),
            kubernetes: kubernetes.to_string(),
            least: row.karpenter.to_string(),
            of_kubernetes: false,
        };
        context.push(problem, written.span);
    }
    written.value.clone()
}

/// Whether vpc-cni, with what the blueprint sets, enforces network policies.
pub(super) fn enforces_network_policy(addons: &[Addon]) -> bool {
    let cni = addons.iter().find(|addon| addon.name.as_str() == VPC_CNI);
    cni.is_some_and(|cni| cni.all_values().at("enableNetworkPolicy") == Some(&Value::from("true")))
}

/// Refuses numbers that TOML has and JSON has not: they would silently become `null`.
fn check_numbers(context: &mut Context<'_>, node: &Node) {
    match &node.value {
        node::Value::Float(number) if !number.is_finite() => context.push(Problem::NotANumber, node.span),
        node::Value::Array(items) => items.iter().for_each(|item| check_numbers(context, item)),
        node::Value::Table(table) => table.0.values().for_each(|entry| check_numbers(context, &entry.node)),
        _ => {}
    }
}
