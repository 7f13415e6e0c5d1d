//! Add-ons of a cluster: the catalog's facts with the blueprint's wishes laid over them.

use serde::Serialize;

use super::Context;
use super::network;
use super::node_pool::CORE;
use crate::blueprint::keys::{Cluster as ClusterKeys, Network};
use crate::blueprint::node::{self, Node};
use crate::blueprint::scalar::{KubernetesVersion, Name, PoolKind};
use crate::catalog::{self, AddonKind};
use crate::hcl::value::Value;
use crate::model::data;
use crate::problem::Problem;

/// Karpenter's name in the catalog.
pub const KARPENTER: &str = "karpenter";

/// The name in the catalog of what gives pods their addresses.
pub const VPC_CNI: &str = "vpc-cni";

/// The load balancer controller's name in the catalog.
pub const LOAD_BALANCER_CONTROLLER: &str = "aws-load-balancer-controller";

/// One add-on of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Addon {
    /// Its name in the catalog.
    pub name: Name,
    /// How it is installed.
    pub kind: AddonKind,
    /// Chart version; empty for EKS add-ons.
    pub version: String,
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
    partition: &str,
) -> Vec<Addon> {
    let catalog = context.catalog;
    for wish in keys.addons.iter() {
        if let Some(values) = &wish.value.values {
            check_numbers(context, values);
        }
    }
    let mut addons = Vec::new();
    for wish in keys.addons.iter().filter(|wish| *wish.value.enabled) {
        let Some(facts) = catalog.addons.get(wish.name.as_str()) else {
            let known = catalog.addons.keys().cloned().collect();
            context.push(Problem::UnknownAddon { name: wish.name.to_string(), known }, wish.name.span);
            continue;
        };
        let version = version(context, wish, facts, kubernetes);
        let values = of_place(facts, partition).merged(wished(wish.name.as_str(), keys));
        addons.push(Addon { name: wish.name.value.clone(), kind: facts.kind, version, values });
    }
    for (name, facts) in &catalog.addons {
        let Some(why) = &facts.required else { continue };
        if addons.iter().any(|addon| addon.name.as_str() == name) || keys.addons.is_broken(name) {
            continue;
        }
        match keys.addons.get(name) {
            // Taken out by hand: say why that cannot work.
            Some(off) => {
                let problem =
                    Problem::AddonRequired { addon: name.clone(), why: why.clone(), switched_off: true };
                context.push(problem, off.value.enabled.span);
            }
            // Not mentioned: every cluster has it.
            None => addons.extend(built_in(name, facts, keys, partition)),
        }
    }
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
    addons.sort_by(|a, b| a.name.cmp(&b.name));
    addons
}

fn built_in(name: &str, facts: &catalog::Addon, keys: &ClusterKeys, partition: &str) -> Option<Addon> {
    Some(Addon {
        name: Name::new(name).ok()?,
        kind: facts.kind,
        version: facts.version.as_ref().map(ToString::to_string).unwrap_or_default(),
        values: of_place(facts, partition).merged(wished(name, keys)),
    })
}

/// Returns all values of a cluster's add-on: the catalog's, and over them what the cluster has besides.
pub(super) fn values(facts: &catalog::Addon, addon: &Addon) -> Value {
    Value::from_catalog(&serde_json::Value::Object(facts.values.clone())).merged(addon.values.clone())
}

/// Returns what the catalog sets for clusters of a partition only.
fn of_place(facts: &catalog::Addon, partition: &str) -> Value {
    let layers = facts.when.iter().filter(|when| when.partition.iter().any(|known| known == partition));
    layers.fold(Value::Object(Vec::new()), |values, when| {
        values.merged(Value::from_catalog(&serde_json::Value::Object(when.values.clone())))
    })
}

/// Returns what a cluster sets besides the catalog's values: what its other keys ask of the add-on, and laid over that what the
/// blueprint writes.
pub(super) fn wished(name: &str, keys: &ClusterKeys) -> Value {
    let written = keys.addons.get(name).and_then(|wish| wish.value.values.as_ref());
    let written = written.map_or(Value::Object(Vec::new()), |values| Value::from_data(&values.to_json()));
    let Some(network) = &keys.network else { return written };
    let has_pod_subnets = network::pod_subnets(network).is_some();
    match name {
        VPC_CNI => prefix_delegation(network).merged(written),
        KARPENTER if has_pod_subnets => reserved_interface().merged(written),
        _ => written,
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

fn version(
    context: &mut Context<'_>,
    wish: &crate::blueprint::read::Named<crate::blueprint::keys::Addon>,
    facts: &catalog::Addon,
    kubernetes: &KubernetesVersion,
) -> String {
    let default = facts.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let Some(written) = &wish.value.version else {
        return default;
    };
    if facts.kind == AddonKind::EksAddon {
        context.push(Problem::EksAddonVersion { addon: wish.name.to_string() }, written.span);
        return default;
    }
    let Ok(version) = semver::Version::parse(written.trim_start_matches('v')) else {
        context.push(Problem::InvalidVersion { value: written.value.clone() }, written.span);
        return default;
    };
    let row = context.catalog.kubernetes.versions.iter().find(|row| row.version == kubernetes.as_str());
    if let Some(row) = row.filter(|row| wish.name.as_str() == KARPENTER && version < row.karpenter) {
        let problem = Problem::AddonTooOldForKubernetes {
            addon: KARPENTER.to_owned(),
            version: written.value.clone(),
            kubernetes: kubernetes.to_string(),
            least: row.karpenter.to_string(),
        };
        context.push(problem, written.span);
    }
    written.value.clone()
}

/// Whether vpc-cni, with what the blueprint sets, enforces network policies.
pub(super) fn enforces_network_policy(catalog: &catalog::Catalog, addons: &[Addon]) -> bool {
    let (Some(facts), Some(addon)) =
        (catalog.addons.get(VPC_CNI), addons.iter().find(|addon| addon.name.as_str() == VPC_CNI))
    else {
        return false;
    };
    values(facts, addon).at("enableNetworkPolicy") == Some(&Value::from("true"))
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
