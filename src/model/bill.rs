//! Will the system services fit? What their pods ask of a managed node group, and what its nodes offer.
//!
//! Requests are counted, as the scheduler counts them. Which pool a pod runs on follows from its node selector; pools of
//! Karpenter's grow by themselves and have no bill. Where the catalog does not know an instance type there is none either.

use std::cmp::Reverse;

use serde::Serialize;

use super::addon::Addon;
use super::node_pool::capacity::{self, Addressing, Resources};
use super::node_pool::{ManagedPool, NodePools};
use super::{Context, Report};
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool as PoolKeys};
use crate::blueprint::quantity::{mebibytes, millicores};
use crate::blueprint::scalar::{InstanceType, Name};
use crate::catalog::{Catalog, Pods, Replicas, Workload};
use crate::hcl::value::Value;
use crate::problem::Problem;

/// What system services ask of the nodes of a pool, and what those offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// The managed node group.
    pub name: Name,
    /// Its nodes when it is made.
    pub nodes: u32,
    /// What all pods on them ask for.
    pub asked: Resources,
    /// Its instance types.
    pub types: Vec<Offer>,
    /// What runs there.
    pub services: Vec<Service>,
}

/// What a node of an instance type offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The instance type.
    pub name: InstanceType,
    /// What is left for pods.
    #[serde(flatten)]
    pub node: Resources,
}

/// Pods of an add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The name of its Deployment or DaemonSet.
    pub name: String,
    /// The add-on's name in the catalog.
    pub addon: String,
    /// How many; none: one on each node.
    pub replicas: Option<u32>,
    /// What each of them asks for.
    pub each: Resources,
    /// The key of the values that says how many, where no two run on one node.
    pub apart: Option<String>,
}

/// A bill that does not work out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The pool.
    pub pool: Name,
    /// Its nodes.
    pub nodes: u32,
    /// The instance type on which the services do not fit.
    pub instance: InstanceType,
    /// What a node of that type offers.
    pub node: Resources,
    /// Why they do not fit.
    pub misfit: Misfit,
    /// What would help.
    pub remedy: Remedy,
}

/// Why services do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// All nodes together are too small.
    Together {
        /// What is short.
        short: Vec<Shortage>,
    },
    /// All nodes together are large enough, and yet the largest pods leave no room for one of these.
    Scattered {
        /// Whose pod.
        service: String,
    },
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
    pub held: String,
    /// What is asked for.
    pub asked: String,
}

/// The smallest changes with which services fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// More nodes of the same types, and how many there may be now.
    pub nodes: Option<(u32, u32)>,
    /// The key of `size` that says how many there are.
    pub key: &'static str,
    /// As many nodes, of larger types of the same families.
    pub types: Option<Vec<String>>,
}

/// From how many nodes on only sums are looked at: one of so many has room for a pod.
const MANY: u32 = 100;

/// Returns what all pods ask for on a number of nodes.
fn asked(services: &[Service], nodes: u32) -> Resources {
    let all = services.iter().map(|service| service.each * service.replicas.unwrap_or(nodes));
    all.fold(Resources::default(), |sum, each| sum + each)
}

impl Bill {
    fn new(name: Name, nodes: u32, types: Vec<Offer>, services: Vec<Service>) -> Self {
        Self { name, nodes, asked: asked(&services, nodes), types, services }
    }

    /// Returns why the services do not fit on a number of nodes that offer this each; none where they do.
    ///
    /// Sums decide first, then whether every pod finds a place.
    pub fn misfit(&self, nodes: u32, node: Resources) -> Option<Misfit> {
        let on_every_node = self.on_every_node();
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
        let short = shortages(asked(&self.services, nodes), node * nodes);
        if !short.is_empty() {
            return Some(Misfit::Together { short });
        }
        self.without_room(nodes, node).map(|service| Misfit::Scattered { service: service.name.clone() })
    }

    /// Returns what one pod of each DaemonSet asks for.
    fn on_every_node(&self) -> Resources {
        let services = self.services.iter().filter(|service| service.replicas.is_none());
        services.fold(Resources::default(), |sum, service| sum + service.each)
    }

    /// Places all pods on nodes, and returns a service of which one finds no room.
    ///
    /// To find the best of all places would take too long, and the scheduler does not look for it either. Two ways are
    /// tried, and where either one ends well there is a place for every pod.
    fn without_room(&self, nodes: u32, node: Resources) -> Option<&Service> {
        if nodes > MANY {
            return None;
        }
        let mut services: Vec<&Service> =
            self.services.iter().filter(|service| service.replicas.is_some()).collect();
        services.sort_by_key(|service| Reverse(share(service.each, node)));
        let empty = vec![self.on_every_node(); nodes as usize];
        let filled = place(&services, empty.clone(), node, |_| 0)?;
        // Pods that keep apart have the fewest places, so they come first; the sort is stable.
        services.sort_by_key(|service| service.apart.is_none());
        let spread = place(&services, empty, node, |taken| share(taken, node));
        spread.and(Some(filled))
    }

    /// Returns the first instance type on which the services do not fit, and why.
    fn worst(&self) -> Option<(usize, Misfit)> {
        let mut types = self.types.iter().enumerate();
        types.find_map(|(index, offer)| Some((index, self.misfit(self.nodes, offer.node)?)))
    }

    /// Looks for the fewest nodes on which the services fit.
    fn enough_nodes(&self) -> Option<u32> {
        let fits = |nodes: &u32| self.types.iter().all(|offer| self.misfit(*nodes, offer.node).is_none());
        (self.nodes.saturating_add(1)..=self.nodes.saturating_mul(2).clamp(8, MANY)).find(fits)
    }

    /// Looks for the smallest larger instance types of the same families on which the services fit.
    fn large_enough_types(
        &self,
        catalog: &Catalog,
        offers: impl Fn(&InstanceType) -> Option<Resources>,
    ) -> Option<Vec<String>> {
        let fits = |instance: &InstanceType| {
            offers(instance).is_some_and(|node| self.misfit(self.nodes, node).is_none())
        };
        let larger = self.types.iter().map(|Offer { name: instance, .. }| {
            // A type that is large enough stays as it is.
            if fits(instance) {
                return Some(instance.clone());
            }
            let family = catalog.instance_sizes.family(instance.family());
            family.into_iter().skip_while(|size| size != instance).find(fits)
        });
        larger.map(|instance| instance.map(|instance| instance.to_string())).collect()
    }
}

/// Returns the larger of two shares of a node, of its CPU and of its memory; in thousandths, since whole numbers compare.
fn share(asked: Resources, node: Resources) -> u64 {
    let share = |asked: u32, held: u32| u64::from(asked) * 1_000 / u64::from(held.max(1));
    share(asked.cpu_milli, node.cpu_milli).max(share(asked.memory_mib, node.memory_mib))
}

/// Places pods in the order of their services, each on the node with room that comes first by a key, and returns the first
/// service of which one finds no room.
fn place<'s>(
    services: &[&'s Service],
    mut taken: Vec<Resources>,
    node: Resources,
    key: impl Fn(Resources) -> u64,
) -> Option<&'s Service> {
    services.iter().copied().find(|service| {
        let mut holds = vec![false; taken.len()];
        let mut places = (0..service.replicas.unwrap_or_default()).map(|_| {
            let has_room = |at: &usize| {
                let Resources { cpu_milli, memory_mib, pods } = taken[*at] + service.each;
                let is_free = !(service.apart.is_some() && holds[*at]);
                is_free && cpu_milli <= node.cpu_milli && memory_mib <= node.memory_mib && pods <= node.pods
            };
            let at = (0..taken.len()).filter(has_room).min_by_key(|at| key(taken[*at]))?;
            taken[at] = taken[at] + service.each;
            holds[at] = true;
            Some(())
        });
        places.any(|place| place.is_none())
    })
}

/// Lists what is asked for beyond what is offered.
fn shortages(asked: Resources, held: Resources) -> Vec<Shortage> {
    let rows = [
        ("pods", held.pods, asked.pods, ""),
        ("CPU", held.cpu_milli, asked.cpu_milli, "m"),
        ("memory", held.memory_mib, asked.memory_mib, "Mi"),
    ];
    let short = rows.into_iter().filter(|(_, held, asked, _)| asked > held);
    let short = short.map(|(what, held, asked, unit)| Shortage {
        what,
        held: format!("{held}{unit}"),
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
        let offered = types
            .iter()
            .map(|instance| Some(Offer { name: instance.value.clone(), node: offers(instance)? }));
        let (Some(types), services) = (offered.collect(), services(pool, pools, addons)) else {
            continue;
        };
        if services.iter().all(|service| service.replicas.is_none()) {
            continue;
        }
        let bill = Bill::new(pool.name.clone(), pool.desired_size, types, services);
        if let Some((index, misfit)) = bill.worst() {
            report(context, &bill, &written.value, index, misfit, bill.large_enough_types(catalog, offers));
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
    types: Option<Vec<String>>,
) {
    let (Some(size), Some(written_types)) = (&written.size, &written.instance_types) else { return };
    let counts = [("desired", &size.desired), ("min", &size.min)];
    let count = counts.into_iter().find_map(|(key, count)| Some((key, count.as_ref()?)));
    let (Some((key, count)), Some(max)) = (count, &size.max) else { return };
    let Offer { name: instance, node } = bill.types[index].clone();
    let (at_count, at_type) = (count.span, written_types[index].span);
    let (at, also) = match &misfit {
        Misfit::Together { .. } | Misfit::Scattered { .. } => (at_count, Some(at_type)),
        Misfit::Pod { .. } => (at_type, None),
        Misfit::Apart { .. } => (at_count, None),
    };
    let remedy = Remedy { nodes: bill.enough_nodes().map(|nodes| (nodes, max.value)), key, types };
    let pool = bill.name.clone();
    let unfit = Box::new(Unfit { pool, nodes: bill.nodes, instance, node, misfit, remedy });
    let problem = Problem::ServicesDoNotFit { unfit };
    context.report(problem, at, also);
}

/// Lists what runs on the nodes of a pool.
fn services(pool: &ManagedPool, pools: &NodePools, addons: &[Addon]) -> Vec<Service> {
    let labels: Vec<&[(String, String)]> = pools
        .managed
        .iter()
        .map(|pool| pool.labels.as_slice())
        .chain(pools.karpenter.iter().map(|pool| pool.labels.as_slice()))
        .collect();
    let mut services = Vec::new();
    for addon in addons {
        let values = addon.all_values();
        for pods in addon.facts.pods.iter().filter(|pods| stays(pods)) {
            let selector = pods.selector.as_ref().and_then(|key| values.at(key));
            let pools = labels.iter().filter(|labels| selects(selector, labels)).count();
            // Pods of a Deployment may go to any pool that they select: only where it is one are they this one's.
            let is_here = selects(selector, &pool.labels)
                && (pods.kind == Workload::DaemonSet || pools == 1 && selector.is_some());
            if is_here {
                services.push(service(addon, pods, &values));
            }
        }
    }
    services
}

/// Whether pods run on and on: those of a job come and go again.
fn stays(pods: &Pods) -> bool {
    match pods.kind {
        Workload::Deployment | Workload::StatefulSet | Workload::DaemonSet => true,
        Workload::Job => false,
    }
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
        let key = pods.requests.as_ref().map(|requests| format!("{requests}.{of}"));
        let written = match key.and_then(|key| values.at(&key)) {
            Some(Value::String(text)) => read(text),
            Some(Value::Number(number)) => read(&number.to_string()),
            _ => None,
        };
        written.unwrap_or(default).saturating_mul(pods.containers)
    };
    let (count, key) = match &pods.replicas {
        Some(Replicas::Key(key)) => match values.at(key) {
            Some(Value::Number(number)) => {
                (number.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1), Some(key))
            }
            _ => (1, Some(key)),
        },
        Some(Replicas::Fixed(count)) => (*count, None),
        None => (1, None),
    };
    Service {
        addon: addon.name.to_string(),
        name: pods.name.clone(),
        replicas: (pods.kind != Workload::DaemonSet).then_some(count),
        each: Resources {
            cpu_milli: request("cpu", millicores, pods.cpu_milli),
            memory_mib: request("memory", mebibytes, pods.memory_mib),
            pods: 1,
        },
        apart: key.filter(|_| pods.apart).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(cpu_milli: u32, memory_mib: u32, pods: u32) -> Resources {
        Resources { cpu_milli, memory_mib, pods }
    }

    fn service(name: &str, replicas: Option<u32>, cpu_milli: u32, memory_mib: u32) -> Service {
        let each = resources(cpu_milli, memory_mib, 1);
        let (addon, name) = ("an-addon".to_owned(), name.to_owned());
        Service { addon, name, replicas, each, apart: None }
    }

    fn bill(services: Vec<Service>) -> Bill {
        Bill::new(Name::new("core").expect("a name"), 2, Vec::new(), services)
    }

    const NODE: Resources = Resources { cpu_milli: 1930, memory_mib: 3246, pods: 17 };

    #[test]
    fn daemon_sets_are_on_every_node() {
        let bill = bill(vec![service("agent", None, 100, 50), service("dns", Some(2), 100, 70)]);
        assert_eq!(asked(&bill.services, 3), resources(500, 290, 5));
        assert_eq!(bill.misfit(2, NODE), None);
    }

    #[test]
    fn sums_decide_before_places() {
        let bill = bill(vec![service("dns", Some(40), 10, 10)]);
        let short = vec![Shortage { what: "pods", held: "34".to_owned(), asked: "40".to_owned() }];
        assert_eq!(bill.misfit(2, NODE), Some(Misfit::Together { short }));
        assert_eq!(bill.misfit(3, NODE), None);
    }

    #[test]
    fn pods_are_not_cut_in_two() {
        // 3 × 1200m of 3860m: the third has 730m on either node.
        let bill = bill(vec![service("small", Some(2), 10, 10), service("large", Some(3), 1200, 100)]);
        assert_eq!(bill.misfit(2, NODE), Some(Misfit::Scattered { service: "large".to_owned() }));
        assert_eq!(bill.misfit(3, NODE), None);
    }

    #[test]
    fn what_wants_nodes_of_its_own_gets_them() {
        let mut apart = service("karpenter", Some(2), 1000, 1024);
        apart.apart = Some("replicas".to_owned());
        let lonely = bill(vec![apart.clone()]);
        assert!(matches!(lonely.misfit(1, NODE), Some(Misfit::Apart { replicas: 2, .. })));
        // Both nodes have room for one, after the larger ones.
        let crowded = bill(vec![apart.clone(), service("large", Some(2), 900, 2200)]);
        assert_eq!(crowded.misfit(2, NODE), None);
        // There is room for two on one node, and for none on the other.
        let crowded = bill(vec![
            service("huge", Some(1), 1900, 3000),
            service("two", None, 0, 0),
            Service { each: resources(500, 100, 1), ..apart },
        ]);
        assert_eq!(crowded.misfit(2, NODE), Some(Misfit::Scattered { service: "karpenter".to_owned() }));
    }

    #[test]
    fn pods_that_keep_apart_are_placed_first() {
        // Filled up one node after the other, the first one leaves no room for a pod of the last service.
        let apart = |name: &str, cpu_milli| Service {
            apart: Some("replicas".to_owned()),
            ..service(name, Some(2), cpu_milli, 10)
        };
        let bill = bill(vec![
            service("controller", Some(2), 500, 10),
            service("dns", Some(2), 370, 10),
            service("metrics", Some(2), 370, 10),
            apart("karpenter", 200),
        ]);
        assert_eq!(bill.misfit(2, Resources { cpu_milli: 1480, ..NODE }), None);
    }

    #[test]
    fn pods_that_fill_a_node_are_placed_together() {
        // Spread evenly they leave 200m on either node, and a pod of 400m over.
        let bill = bill(vec![service("large", Some(2), 600, 10), service("small", Some(3), 400, 10)]);
        assert_eq!(bill.misfit(2, Resources { cpu_milli: 1200, ..NODE }), None);
    }

    #[test]
    fn selectors_ask_for_labels() {
        let core = [("node-type".to_owned(), "core".to_owned())];
        let selector = |key: &str, value: &str| {
            Value::Object(vec![
                ("kubernetes.io/os".to_owned(), Value::from("linux")),
                (key.to_owned(), Value::from(value)),
            ])
        };
        assert!(selects(Some(&selector("node-type", "core")), &core));
        assert!(!selects(Some(&selector("node-type", "worker")), &core));
        assert!(!selects(Some(&selector("disk", "large")), &core));
        assert!(selects(None, &core));
    }
}
