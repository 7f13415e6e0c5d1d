//! Will the system services fit? What their pods ask of a managed node group, and what its nodes offer.
//!
//! Requests are counted, as the scheduler counts them. Which pool a pod runs on follows from its node selector; pools of
//! Karpenter's grow by themselves and have no bill. Where the catalog does not know an instance type there is none either.

use super::Context;
use super::addon::{self, Addon};
use super::node_pool::capacity::{self, Addressing, Resources};
use super::node_pool::{ManagedPool, NodePools};
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool as PoolKeys};
use crate::blueprint::quantity::{mebibytes, millicores};
use crate::blueprint::scalar::{InstanceType, Name};
use crate::catalog::{Catalog, Pods};
use crate::hcl::value::Value;
use crate::problem::Problem;

/// What system services ask of the nodes of a pool, and what those offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The managed node group.
    pub pool: Name,
    /// Its nodes when it is made.
    pub nodes: u32,
    /// What a node offers, for each of its instance types.
    pub types: Vec<(InstanceType, Resources)>,
    /// What runs there.
    pub services: Vec<Service>,
}

/// Pods of an add-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The add-on's name in the catalog.
    pub addon: String,
    /// The name of its Deployment or DaemonSet.
    pub name: String,
    /// How many; none: one on each node.
    pub replicas: Option<u32>,
    /// What each of them asks for.
    pub each: Resources,
    /// The key of the values that says how many, where no two run on one node.
    pub apart: Option<String>,
}

/// Why services do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// All nodes together are too small.
    Together(Vec<Shortage>),
    /// A pod is too large for any node, beside what runs on every node.
    Pod {
        /// Whose pod.
        service: String,
        /// What is short.
        short: Vec<Shortage>,
    },
    /// Each of its pods wants a node of its own.
    Apart {
        /// Whose pods.
        service: String,
        /// How many.
        replicas: u32,
        /// The key of the add-on's values that says so.
        key: String,
    },
}

/// Something of which there is less than asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// `pods`, `CPU`, `memory`
    pub what: &'static str,
    /// What there is.
    pub offered: String,
    /// What is asked for.
    pub asked: String,
}

/// The smallest changes with which services fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remedy {
    /// As many nodes of the same types.
    pub nodes: Option<u32>,
    /// As many nodes of larger types of the same families.
    pub types: Option<Vec<String>>,
}

impl Bill {
    /// Returns what all pods ask for on a number of nodes.
    pub fn asked(&self, nodes: u32) -> Resources {
        let all = self.services.iter().map(|service| service.each * service.replicas.unwrap_or(nodes));
        all.fold(Resources::default(), |sum, each| sum + each)
    }

    /// Returns why the services do not fit on a number of nodes that offer this each; none where they do.
    ///
    /// What is named here cannot fit, however the scheduler places the pods.
    pub fn misfit(&self, nodes: u32, node: Resources) -> Option<Misfit> {
        let on_every_node = self.services.iter().filter(|service| service.replicas.is_none());
        let on_every_node = on_every_node.fold(Resources::default(), |sum, service| sum + service.each);
        let placed =
            || self.services.iter().filter(|service| service.replicas.is_some_and(|count| count > 0));
        for service in placed() {
            let short = shortages(on_every_node + service.each, node);
            if !short.is_empty() {
                return Some(Misfit::Pod { service: service.name.clone(), short });
            }
        }
        for service in placed() {
            let (replicas, key) = (service.replicas.unwrap_or_default(), service.apart.as_ref());
            if let Some(key) = key.filter(|_| replicas > nodes) {
                let (service, key) = (service.name.clone(), key.clone());
                return Some(Misfit::Apart { service, replicas, key });
            }
        }
        let short = shortages(self.asked(nodes), node * nodes);
        (!short.is_empty()).then_some(Misfit::Together(short))
    }

    /// Returns the first instance type on which the services do not fit, and why.
    fn worst(&self) -> Option<(usize, Misfit)> {
        let mut types = self.types.iter().enumerate();
        types.find_map(|(index, (_, node))| Some((index, self.misfit(self.nodes, *node)?)))
    }

    /// Looks for the fewest nodes on which the services fit.
    fn enough_nodes(&self) -> Option<u32> {
        let fits = |nodes: &u32| self.types.iter().all(|(_, node)| self.misfit(*nodes, *node).is_none());
        (self.nodes + 1..=self.nodes.saturating_mul(2).max(8)).find(fits)
    }

    /// Looks for the smallest instance types of the same families on which the services fit.
    fn large_enough_types(
        &self,
        catalog: &Catalog,
        offers: impl Fn(&InstanceType) -> Option<Resources>,
    ) -> Option<Vec<String>> {
        let fits = |instance: &InstanceType| {
            offers(instance).is_some_and(|node| self.misfit(self.nodes, node).is_none())
        };
        let larger = self.types.iter().map(|(instance, _)| {
            let family = catalog.instance_sizes.family(instance.family());
            // A type that is large enough stays as it is.
            if fits(instance) { Some(instance.clone()) } else { family.into_iter().find(fits) }
        });
        larger.map(|instance| instance.map(|instance| instance.to_string())).collect()
    }
}

/// Lists what is asked for beyond what is offered.
fn shortages(asked: Resources, offered: Resources) -> Vec<Shortage> {
    let rows = [
        ("pods", offered.pods, asked.pods, ""),
        ("CPU", offered.cpu_milli, asked.cpu_milli, "m"),
        ("memory", offered.memory_mib, asked.memory_mib, "Mi"),
    ];
    let short = rows.into_iter().filter(|(_, offered, asked, _)| asked > offered);
    let short = short.map(|(what, offered, asked, unit)| Shortage {
        what,
        offered: format!("{offered}{unit}"),
        asked: format!("{asked}{unit}"),
    });
    short.collect()
}

/// Makes the bills of a cluster's managed groups, and reports those that do not work out.
pub(super) fn resolve(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    pools: &NodePools,
    addons: &[Addon],
) -> Vec<Bill> {
    let addressing = Addressing::of(keys);
    let catalog = context.catalog;
    let mut bills = Vec::new();
    for pool in &pools.managed {
        let Some(written) = keys.node_pools.get(pool.name.as_str()) else { continue };
        let offers = |instance: &InstanceType| {
            let size = catalog.instance_sizes.get(instance)?;
            Some(capacity::allocatable(size, instance, pool.ami_family, &pool.kubelet, addressing))
        };
        let Some(types) = written.value.instance_types.as_ref() else { continue };
        let offered = types.iter().map(|instance| Some((instance.value.clone(), offers(instance)?)));
        let (Some(types), services) = (offered.collect(), services(catalog, pool, pools, addons)) else {
            continue;
        };
        if services.iter().all(|service| service.replicas.is_none()) {
            continue;
        }
        let bill = Bill { pool: pool.name.clone(), nodes: pool.desired_size, types, services };
        if let Some((index, misfit)) = bill.worst() {
            let remedy =
                Remedy { nodes: bill.enough_nodes(), types: bill.large_enough_types(catalog, offers) };
            report(context, &bill, &written.value, index, misfit, remedy);
        }
        bills.push(bill);
    }
    bills
}

/// Reports a bill that does not work out, at the number of nodes or at the instance type.
fn report(
    context: &mut Context<'_>,
    bill: &Bill,
    written: &PoolKeys,
    index: usize,
    misfit: Misfit,
    remedy: Remedy,
) {
    let (Some(size), Some(types)) = (&written.size, &written.instance_types) else { return };
    let Some(nodes) = size.desired.as_ref().or(size.min.as_ref()) else { return };
    let (instance, node) = &bill.types[index];
    let at_type = types[index].span;
    let is_of_type = matches!(misfit, Misfit::Pod { .. });
    let problem = Problem::ServicesDoNotFit {
        pool: bill.pool.to_string(),
        nodes: bill.nodes,
        instance: instance.to_string(),
        offers: *node,
        misfit,
        remedy,
        key: if size.desired.is_some() { "desired" } else { "min" },
        max: size.max.as_ref().map_or(u32::MAX, |max| max.value),
    };
    if is_of_type {
        context.push(problem, at_type);
    } else {
        context.push_conflict(problem, nodes.span, at_type);
    }
}

/// Lists what runs on the nodes of a pool.
fn services(catalog: &Catalog, pool: &ManagedPool, pools: &NodePools, addons: &[Addon]) -> Vec<Service> {
    let labels: Vec<&[(String, String)]> = pools
        .managed
        .iter()
        .map(|pool| pool.labels.as_slice())
        .chain(pools.karpenter.iter().map(|pool| pool.labels.as_slice()))
        .collect();
    let mut services = Vec::new();
    for addon in addons {
        let Some(facts) = catalog.addons.get(addon.name.as_str()) else { continue };
        let values = addon::values(facts, addon);
        for pods in &facts.pods {
            let selector = pods.selector.as_ref().and_then(|key| values.at(key));
            let pools = labels.iter().filter(|labels| selects(selector, labels)).count();
            // Pods of a Deployment may go to any pool that they select: only where it is one are they this one's.
            let is_here = selects(selector, &pool.labels)
                && (pods.replicas.is_none() || pools == 1 && selector.is_some());
            if is_here {
                services.push(service(addon, pods, &values));
            }
        }
    }
    services
}

/// Whether a node with these labels is one that a selector selects. Which system it runs is no question here.
fn selects(selector: Option<&Value>, labels: &[(String, String)]) -> bool {
    let Some(Value::Object(selector)) = selector else { return true };
    let mut wanted = selector.iter().filter(|(key, _)| key != "kubernetes.io/os");
    wanted.all(|(key, value)| {
        labels.iter().any(|(known, label)| known == key && *value == Value::String(label.clone()))
    })
}

fn service(addon: &Addon, pods: &Pods, values: &Value) -> Service {
    let request = |of: &str, read: fn(&str) -> Option<u32>, default: u32| {
        let written = match values.at(&format!("{}.{of}", pods.requests)) {
            Some(Value::String(text)) => read(text),
            Some(Value::Number(number)) => read(&number.to_string()),
            _ => None,
        };
        written.unwrap_or(default).saturating_mul(pods.containers)
    };
    let count = |key: &String| match values.at(key) {
        Some(Value::Number(number)) => {
            number.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1)
        }
        _ => 1,
    };
    Service {
        addon: addon.name.to_string(),
        name: pods.name.clone(),
        replicas: pods.replicas.as_ref().map(count),
        each: Resources {
            cpu_milli: request("cpu", millicores, pods.cpu_milli),
            memory_mib: request("memory", mebibytes, pods.memory_mib),
            pods: 1,
        },
        apart: pods.replicas.clone().filter(|_| pods.apart),
    }
}
