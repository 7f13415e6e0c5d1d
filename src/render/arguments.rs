//! What a root module passes to its module beyond identity: only what differs from the standard.

use serde::Serialize;

use super::cluster_module::{Switch, installed, provided};
use super::node_pool::{self, Settings};
use super::services_module::{eks_addons, has_pools, installs};
use super::version::pinned;
use crate::blueprint::scalar::{KubernetesVersion, SecurityGroupId};
use crate::hcl::value::Value;
use crate::model::addon::{VPC_CNI, custom_networking};
use crate::model::network::Network;
use crate::model::settings::{FleetAddon, FleetNetwork, FleetPool, Share};
use crate::model::{Addon, Cluster, Fleet, Tenant};

/// One argument of a module call.
#[derive(Serialize)]
pub(super) struct Argument {
    /// The module's variable.
    pub name: String,
    /// What the cluster has in place of the variable's default.
    pub value: Value,
}

fn differs(arguments: &mut Vec<Argument>, name: &str, own: Value, standard: &Value) {
    if own != *standard {
        arguments.push(Argument { name: name.to_owned(), value: own });
    }
}

/// Says whether a cluster has something, where that is not as in the standard.
fn switch(switch: Option<Switch>, has: bool) -> Option<Argument> {
    let Switch { name, default, .. } = switch?;
    (has != default).then(|| Argument { name: format!("{name}_enabled"), value: Value::Bool(has) })
}

/// Returns the arguments of `modules/cluster`.
pub(super) fn cluster(fleet: &Fleet, cluster: &Cluster) -> Vec<Argument> {
    let own = &cluster.settings;
    let mut arguments = Vec::new();
    let out = &mut arguments;
    differs(
        out,
        "kubernetes_version",
        own.kubernetes_version.as_str().into(),
        &fleet.kubernetes_version.as_str().into(),
    );
    differs(
        out,
        "endpoint_public_cidrs",
        Value::strings(&own.public_cidrs),
        &Value::strings(&fleet.public_cidrs),
    );
    if let Some(standard) = &fleet.private_cidrs {
        differs(out, "endpoint_private_cidrs", Value::strings(&own.private_cidrs), &Value::strings(standard));
    }
    if !cluster.network.is_ipv6() {
        differs(
            out,
            "service_cidr",
            Value::String(own.service_cidr.to_string()),
            &Value::String(fleet.service_cidr.to_string()),
        );
    }
    differs(out, "role_arn", own.role_arn.as_deref().map_or(Value::Null, Value::from), &Value::Null);
    let key = own.secrets_kms_key.as_deref();
    differs(out, "secrets_key_arn", key.map_or(Value::Null, Value::from), &Value::Null);
    network(out, &fleet.network, &cluster.network);
    differs(out, "log_retention_days", own.log_retention_days.into(), &fleet.log_retention_days.into());
    differs(out, "deletion_protection", Value::Bool(own.deletion_protection), &Value::Bool(false));
    core_on_fargate(out, fleet, cluster);
    for member in &fleet.managed_pools {
        arguments.extend(pool(fleet, member, &own.managed_pools));
    }
    for member in &fleet.fargate_pools {
        let is_here = own.fargate_pools.iter().any(|pool| pool.name == member.standard.name);
        arguments.extend(switch(node_pool::switch(fleet, member), is_here));
    }
    for member in installed(fleet) {
        let addon = addon(cluster, &member.standard);
        arguments.extend(switch(Switch::of(member), addon.is_some()));
        let is_elsewhere = own.core_is_on_fargate() && member.standard.needs_core_node();
        let addon = addon.filter(|_| !is_elsewhere);
        arguments.extend(addon.into_iter().flat_map(|addon| eks_addon(cluster, addon, &member.standard)));
    }
    for member in provided(fleet) {
        arguments.extend(switch(Switch::of(member), cluster.has(member.standard.name.as_str())));
    }
    arguments
}

/// Adds what differs of the network, beyond its ranges and subnets, which are identity.
fn network(arguments: &mut Vec<Argument>, fleet: &FleetNetwork, own: &Network) {
    if fleet.ipv6 == Share::Some {
        differs(arguments, "ip_family", own.ip_family.word().into(), &fleet.standard_ip_family.word().into());
    }
    if let Some(vpc) = own.existing().filter(|_| fleet.tags == Share::Some) {
        differs(arguments, "tag_subnets", Value::Bool(vpc.tag_subnets), &Value::Bool(fleet.standard_tags));
    }
    if let Some(vpc) = own.existing() {
        let groups = vpc.security_groups.iter().map(SecurityGroupId::as_str);
        differs(arguments, "security_group_ids", Value::strings(groups), &Value::List(Vec::new()));
    }
    if own.control_plane_differs() {
        differs(arguments, "control_plane_zones", Value::strings(&own.control_plane_zones), &Value::Null);
    }
    if fleet.endpoints_differ {
        let standard = Value::strings(&fleet.standard_endpoints);
        differs(arguments, "vpc_endpoints", Value::strings(own.endpoints()), &standard);
    }
}

/// Says where core runs, where clusters differ in that.
fn core_on_fargate(arguments: &mut Vec<Argument>, fleet: &Fleet, cluster: &Cluster) {
    let own = Value::Bool(cluster.settings.core_is_on_fargate());
    if fleet.core_on_fargate == Share::Some {
        differs(arguments, "core_on_fargate", own, &Value::Bool(fleet.standard_core_on_fargate));
    }
}

/// Returns what an add-on's role is limited to in a cluster, where clusters differ in that.
fn access(standard: &FleetAddon, own: &Addon) -> Option<Argument> {
    let differs = standard.access_given && !own.access.is_empty();
    let name = format!("{}_access", standard.name.identifier());
    differs.then(|| Argument { name, value: Value::strings(&own.access) })
}

/// Says whether a cluster has a pool, and what it is there.
fn pool<P: Settings>(fleet: &Fleet, member: &FleetPool<P>, own: &[P]) -> Vec<Argument> {
    let name = member.standard.name();
    let own = own.iter().find(|pool| pool.name() == name);
    let switch = switch(node_pool::switch(fleet, member), own.is_some());
    let value = own.and_then(|own| node_pool::argument(member, own));
    let value = value.map(|value| Argument { name: node_pool::variable(name), value });
    switch.into_iter().chain(value).collect()
}

fn addon<'c>(cluster: &'c Cluster, standard: &FleetAddon) -> Option<&'c Addon> {
    cluster.settings.addons.iter().find(|own| own.name == standard.name)
}

/// Returns the arguments of `modules/services`.
pub(super) fn services(fleet: &Fleet, cluster: &Cluster) -> Vec<Argument> {
    let own = &cluster.settings;
    let mut arguments = Vec::new();
    core_on_fargate(&mut arguments, fleet, cluster);
    for member in &fleet.karpenter_pools {
        arguments.extend(pool(fleet, member, &own.karpenter_pools));
    }
    for member in &fleet.helm_addons {
        let standard = &member.standard;
        let identifier = standard.name.identifier();
        let own = addon(cluster, standard);
        arguments.extend(switch(Switch::of(member), own.is_some()));
        let Some(own) = own else { continue };
        arguments.extend(version(own, standard));
        arguments.extend(access(standard, own));
        if own.values != standard.wished
            && let Some(value) = beyond(&standard.values_with(&own.values), &standard.values())
        {
            arguments.push(Argument { name: format!("{identifier}_values"), value: in_root(value) });
        }
    }
    arguments.extend(switch(Switch::of_tenant_pods(fleet), own.mutates_pods()));
    if fleet.node_types_differ {
        differs(
            &mut arguments,
            "node_types",
            Value::strings(&own.node_types),
            &Value::strings(&fleet.node_types),
        );
    }
    if fleet.network_policy_differs {
        differs(
            &mut arguments,
            "network_policy",
            Value::Bool(own.network_policy),
            &Value::Bool(fleet.network_policy),
        );
    }
    let network = &fleet.network;
    if network.existing == Share::Some && has_pools(fleet) {
        let is_existing = Value::Bool(cluster.network.existing().is_some());
        let standard = Value::Bool(network.standard_is_existing);
        differs(&mut arguments, "subnets_by_id", is_existing, &standard);
    }
    for member in eks_addons(fleet) {
        let addon = addon(cluster, &member.standard);
        arguments.extend(switch(Switch::of(member), addon.is_some()));
        let is_here = own.core_is_on_fargate() && installs(fleet, &member.standard);
        let addon = addon.filter(|_| is_here);
        arguments.extend(addon.into_iter().flat_map(|addon| eks_addon(cluster, addon, &member.standard)));
    }
    arguments
}

/// Returns the part of a cluster's values that the standard does not set alike: Helm lays it over the rest, and takes out what is
/// null.
fn beyond(own: &Value, standard: &Value) -> Option<Value> {
    let (Value::Object(own_entries), Value::Object(standard)) = (own, standard) else {
        return (own != standard).then(|| own.clone());
    };
    let differing =
        own_entries.iter().filter_map(|(key, value)| match standard.iter().find(|(known, _)| known == key) {
            Some((_, same)) => Some((key.clone(), beyond(value, same)?)),
            None => Some((key.clone(), value.clone())),
        });
    let is_own = |key: &String| own_entries.iter().any(|(known, _)| known == key);
    let lacking = standard.iter().filter(|(key, _)| !is_own(key)).map(|(key, _)| (key.clone(), Value::Null));
    let differing: Vec<(String, Value)> = differing.chain(lacking).collect();
    (!differing.is_empty()).then_some(Value::Object(differing))
}

/// Returns the arguments of `modules/tenant`.
pub(super) fn tenant(fleet: &Fleet, cluster: &Cluster, tenant: &Tenant) -> Vec<Argument> {
    let mut arguments = Vec::new();
    differs(&mut arguments, "pod_security_level", tenant.pod_security.into(), &"restricted".into());
    let rules_of = |version: &KubernetesVersion| Value::String(format!("v{version}"));
    let standard = rules_of(&fleet.kubernetes_version);
    differs(
        &mut arguments,
        "pod_security_version",
        rules_of(&cluster.settings.kubernetes_version),
        &standard,
    );
    let port = tenant.database_port.filter(|_| cluster.settings.network_policy);
    differs(&mut arguments, "database_port", port.map_or(Value::Null, Value::from), &Value::Null);
    arguments
}

/// Returns the version of a cluster's add-on, where it is not the standard's.
fn version(own: &Addon, standard: &FleetAddon) -> Option<Argument> {
    let name = format!("{}_version", own.name.identifier());
    (own.version != standard.version).then(|| Argument { name, value: pinned(&own.version) })
}

/// Returns what differs of an EKS add-on.
fn eks_addon(cluster: &Cluster, own: &Addon, standard: &FleetAddon) -> impl Iterator<Item = Argument> {
    version(own, standard).into_iter().chain(access(standard, own)).chain(eks_values(cluster, own, standard))
}

/// The configuration of an EKS add-on is one document that the module merges at its top level, so whole
/// top-level keys are passed.
fn eks_values(cluster: &Cluster, own: &Addon, standard: &FleetAddon) -> Option<Argument> {
    if own.values == standard.wished {
        return None;
    }
    let on_fargate = cluster.settings.core_is_on_fargate();
    let with = |wished: &Value| {
        if on_fargate { standard.values_on_fargate_with(wished) } else { standard.values_with(wished) }
    };
    // What the module sets of itself for this cluster.
    let is_told_of_pods = cluster.network.has_pod_subnets() && own.name.as_str() == VPC_CNI;
    let module = if is_told_of_pods { custom_networking() } else { Value::Object(Vec::new()) };
    let (Value::Object(own_entries), Value::Object(standard_entries)) =
        (module.clone().merged(with(&own.values)), module.merged(with(&standard.wished)))
    else {
        return None;
    };
    // What the standard's network asks for, and this cluster's does not.
    let emptied: Vec<(String, Value)> = standard_entries
        .iter()
        .filter(|(key, _)| !own_entries.iter().any(|(known, _)| known == key))
        .map(|(key, _)| (key.clone(), Value::Object(Vec::new())))
        .collect();
    let differing: Vec<(String, Value)> = own_entries
        .into_iter()
        .filter(|(key, value)| {
            !standard_entries.iter().any(|(known, standard)| known == key && standard == value)
        })
        .map(|(key, value)| (key, in_root(value)))
        .chain(emptied)
        .collect();
    let name = format!("{}_values", own.name.identifier());
    (!differing.is_empty()).then_some(Argument { name, value: Value::Object(differing) })
}

/// Expressions of the catalog are written for the module; in the root the tags have another name.
fn in_root(value: Value) -> Value {
    value.map_expressions(&|text| text.replace("var.tags", "local.tags"))
}
