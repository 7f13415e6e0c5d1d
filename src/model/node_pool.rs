//! Node pools: `core` and other managed groups, and what Karpenter makes.

pub mod capacity;
pub mod disk;
pub mod disruption;
pub mod karpenter;
pub mod kubelet;

mod image;
mod label;

use serde::Serialize;

use super::addon::Addon;
use super::environment::Cluster;
use super::{Context, Report, check_repeated, network, rename};
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool as Keys, Size};
use crate::blueprint::pattern::Scope;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{
    AmiFamily, Capacity, InstanceType, KubernetesVersion, Name, PoolKind, TaintEffect,
};
use crate::catalog::Catalog;
use crate::diagnostic::{Span, Spanned};
use crate::model::data;
use crate::problem::Problem;

pub use karpenter::KarpenterPool;

use capacity::Addressing;
use disk::Disk;
use kubelet::Kubelet;

/// The pool that runs system services.
pub const CORE: &str = "core";

/// The pool that runs middleware, which keeps volumes.
pub const MIDDLEWARE: &str = "middleware";

/// What nodes are for that run neither.
pub const WORKER: &str = "worker";

/// The label that says what nodes are for.
pub const NODE_TYPE: &str = "node-type";

/// The taint that keeps application pods off core nodes: CoreDNS, Karpenter and the CSI controllers tolerate it
/// by themselves, which they would not do with a taint of our own name.
pub const CORE_TAINT: &str = "CriticalAddonsOnly";

/// An EKS managed node group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManagedPool {
    /// Its name.
    pub name: Name,
    /// Names that it had before, the oldest first.
    #[serde(skip)]
    pub former: Vec<Name>,
    /// EC2 instance types, all of one architecture.
    pub instance_types: Vec<String>,
    /// Who builds its image.
    pub ami_family: AmiFamily,
    /// `AL2023_x86_64_STANDARD`
    pub ami_type: &'static str,
    /// EKS' release of the image; none: the newest when the group is made.
    pub release_version: Option<String>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity_type: &'static str,
    /// Fewest nodes.
    pub min_size: u32,
    /// Most nodes.
    pub max_size: u32,
    /// Nodes now.
    pub desired_size: u32,
    /// Its volumes.
    pub disk: Disk,
    /// Settings of the kubelet.
    pub kubelet: Kubelet,
    /// Labels, `node-type` among them.
    #[serde(serialize_with = "data::map")]
    pub labels: Vec<(String, String)>,
    /// Taints, core's among them.
    pub taints: Vec<Taint>,
}

/// A taint in Kubernetes' own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value; empty: none.
    pub value: String,
    /// What happens to pods that do not tolerate it.
    pub effect: TaintEffect,
}

/// A Fargate profile: each pod that it selects gets a machine of its own, which AWS looks after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FargatePool {
    /// Its name.
    pub name: Name,
    /// Names that it had before, the oldest first.
    #[serde(skip)]
    pub former: Vec<Name>,
    /// Which pods run there: all of a namespace, or those of it that carry labels.
    pub selectors: Vec<Selector>,
}

/// Pods that a Fargate profile takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Selector {
    /// Their namespace.
    pub namespace: String,
    /// Labels that they carry; none: all pods of the namespace.
    #[serde(serialize_with = "data::map")]
    pub labels: Vec<(String, String)>,
}

/// What all kinds of pools have in common.
pub trait Pool: Clone {
    /// Its name.
    fn name(&self) -> &Name;
    /// The names that it had before, the oldest first.
    fn former(&self) -> &[Name];
    /// The name that it was made under, which AWS and Kubernetes know.
    fn made_as(&self) -> &Name {
        rename::made_as(self.former(), self.name())
    }
    /// The pools of this kind that a cluster has.
    fn of(cluster: &Cluster) -> &[Self];
}

/// What pools of EC2 nodes have in common.
pub trait NodesPool: Pool {
    /// Who builds its image.
    fn ami_family(&self) -> AmiFamily;
    /// Its volumes.
    fn disk(&self) -> &Disk;
    /// Settings of the kubelet.
    fn kubelet(&self) -> &Kubelet;
}

macro_rules! pool {
    ($Pool:ident, $pools:ident) => {
        impl Pool for $Pool {
            fn name(&self) -> &Name {
                &self.name
            }

            fn former(&self) -> &[Name] {
                &self.former
            }

            fn of(cluster: &Cluster) -> &[Self] {
                &cluster.settings.$pools
            }
        }
    };
}

pool!(ManagedPool, managed_pools);
pool!(KarpenterPool, karpenter_pools);
pool!(FargatePool, fargate_pools);

macro_rules! nodes_pool {
    ($Pool:ident) => {
        impl NodesPool for $Pool {
            fn ami_family(&self) -> AmiFamily {
                self.ami_family
            }

            fn disk(&self) -> &Disk {
                &self.disk
            }

            fn kubelet(&self) -> &Kubelet {
                &self.kubelet
            }
        }
    };
}

nodes_pool!(ManagedPool);
nodes_pool!(KarpenterPool);

/// The pools of one cluster, each list in the order of names.
///
/// A core on Fargate is in two lists: what the profile takes, and Karpenter's nodes for everything else of core.
#[derive(Debug, Clone, Default)]
pub struct NodePools {
    /// Fargate profiles.
    pub fargate: Vec<FargatePool>,
    /// Managed node groups.
    pub managed: Vec<ManagedPool>,
    /// Karpenter's pools.
    pub karpenter: Vec<KarpenterPool>,
}

/// What pools stand on: facts, and what their cluster decides for all of them.
struct Ground<'a> {
    catalog: &'a Catalog,
    /// Where prefixes were chosen; none: addresses are handed out one by one.
    prefixes: Option<Span>,
    /// Where they were refused though pods have subnets of their own.
    without_prefixes: Option<Span>,
    /// How nodes come by addresses for pods.
    addressing: Addressing,
    /// The Kubernetes version; none for a module's defaults, which are for every cluster.
    kubernetes: Option<&'a str>,
    /// What placeholders stand for; none for a module's defaults.
    scope: Option<&'a Scope<'a>>,
}

/// Resolves the pools of one cluster.
pub(super) fn resolve(
    context: &mut Context<'_>,
    cluster: &str,
    at: Span,
    keys: &ClusterKeys,
    scope: &Scope<'_>,
    kubernetes: &KubernetesVersion,
    addons: &[Addon],
) -> NodePools {
    let ground = Ground {
        catalog: context.catalog,
        prefixes: network::prefixes(keys),
        without_prefixes: keys.network.as_ref().and_then(|network| network::without_prefixes(network)),
        addressing: Addressing::of(keys),
        kubernetes: Some(kubernetes.as_str()),
        scope: Some(scope),
    };
    let mut pools = NodePools::default();
    keys.node_pools.iter().for_each(|pool| check_known(context, keys, pool));
    for pool in keys.node_pools.iter().filter(|pool| *pool.value.enabled) {
        match kind(context, pool) {
            Some(PoolKind::Managed) => pools.managed.extend(managed(context, &ground, pool)),
            Some(PoolKind::Karpenter) => pools.karpenter.extend(karpenter::resolve(context, &ground, pool)),
            Some(PoolKind::Fargate) => pools.add_fargate(context, &ground, pool),
            None => {}
        }
        check_device_plugin(context, &ground, keys, pool, addons);
    }
    karpenter::check_release(context, keys, addons);
    let core = keys.node_pools.get(CORE);
    if !core.is_some_and(|pool| *pool.value.enabled) && !keys.node_pools.is_broken(CORE) {
        let cluster = cluster.to_owned();
        let problem = Problem::NoCorePool { cluster, switched_off: core.is_some() };
        context.push(problem, core.map_or(at, |off| off.value.enabled.span));
    }
    pools
}

/// Refuses to switch off what no layer has: the pool that was meant would stay. Core is missed elsewhere, and middleware is
/// there without being written.
fn check_known(context: &mut Context<'_>, keys: &ClusterKeys, pool: &Named<Keys>) {
    let Named { name, value } = pool;
    if !*value.enabled && value.kind.is_none() && !matches!(name.as_str(), CORE | MIDDLEWARE) {
        let others = keys.node_pools.iter().filter(|other| other.value.kind.is_some());
        let known = others.map(|other| other.name.to_string()).collect();
        context.push(Problem::UnknownPool { name: name.to_string(), known }, name.span);
    }
}

/// The add-on that offers GPUs to pods.
const DEVICE_PLUGIN: &str = "nvidia-device-plugin";

/// Without the plugin a GPU is there, paid for, and no pod can ask for it.
fn check_device_plugin(
    context: &mut Context<'_>,
    ground: &Ground<'_>,
    keys: &ClusterKeys,
    pool: &Named<Keys>,
    addons: &[Addon],
) {
    let has = addons.iter().any(|addon| addon.name.as_str() == DEVICE_PLUGIN);
    if has || keys.addons.is_broken(DEVICE_PLUGIN) || !label::needs_device_plugin(ground, &pool.value) {
        return;
    }
    let off = keys.addons.get(DEVICE_PLUGIN);
    let problem = Problem::AddonRequired {
        addon: DEVICE_PLUGIN.to_owned(),
        why: format!("pods reach the GPUs of node pool `{}` through it", pool.name.value),
        switched_off: off.is_some(),
    };
    context.push(problem, off.map_or(pool.name.span, |off| off.value.enabled.span));
}

/// Resolves a pool for a module's defaults, without reporting: the clusters have reported already.
pub(super) fn standard(context: &Context<'_>, pool: &Named<Keys>) -> NodePools {
    let ground = Ground {
        catalog: context.catalog,
        prefixes: network::prefixes(&context.blueprint.standard),
        without_prefixes: None,
        addressing: Addressing::of(&context.blueprint.standard),
        kubernetes: None,
        scope: None,
    };
    let mut silent = Silent;
    let mut pools = NodePools::default();
    match pool.value.kind.as_ref().map(|kind| kind.value) {
        Some(PoolKind::Managed) => pools.managed.extend(managed(&mut silent, &ground, pool)),
        Some(PoolKind::Karpenter) => pools.karpenter.extend(karpenter::resolve(&mut silent, &ground, pool)),
        Some(PoolKind::Fargate) => pools.add_fargate(&mut silent, &ground, pool),
        None => {}
    }
    pools
}

impl NodePools {
    fn add_fargate(&mut self, report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) {
        if pool.name.as_str() == CORE {
            let selectors = core_selectors(ground.catalog);
            let former = rename::former(pool.value.renamed_from.as_ref());
            self.fargate.push(FargatePool { name: pool.name.value.clone(), former, selectors });
            self.karpenter.extend(karpenter::resolve(report, ground, pool));
        } else {
            self.fargate.extend(fargate(report, pool));
        }
    }
}

/// What of core runs on Fargate itself: what must be there before Karpenter can make a node.
fn core_selectors(catalog: &Catalog) -> Vec<Selector> {
    let addons = catalog.addons.values();
    let selectors = addons.filter_map(|addon| {
        let labels = &addon.fargate.as_ref()?.labels;
        let labels = labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Some(Selector { namespace: addon.namespace.clone(), labels })
    });
    selectors.collect()
}

fn fargate(report: &mut impl Report, pool: &Named<Keys>) -> Option<FargatePool> {
    let Named { name, value: keys } = pool;
    let Some(namespaces) = keys.namespaces.as_ref().filter(|namespaces| !namespaces.is_empty()) else {
        let at = keys.namespaces.as_ref().map_or(name.span, |namespaces| namespaces.span);
        let example = "[\"batch\"]";
        report.report(Problem::PoolNeeds { pool: name.to_string(), key: "namespaces", example }, at, None);
        return None;
    };
    check_repeated(report, namespaces);
    // EKS API `CreateFargateProfile`: five selectors. Read 2026-11.
    if let Some(sixth) = namespaces.get(5) {
        report.report(Problem::TooManyNamespaces { pool: name.to_string() }, sixth.span, None);
    }
    let selectors =
        namespaces.iter().map(|namespace| Selector { namespace: namespace.to_string(), labels: Vec::new() });
    let former = rename::former(keys.renamed_from.as_ref());
    Some(FargatePool { name: name.value.clone(), former, selectors: selectors.collect() })
}

struct Silent;

impl Report for Silent {
    fn report(&mut self, _: Problem, _: Span, _: Option<Span>) {}
}

/// Which kinds of pools take a key.
#[derive(Clone, Copy)]
enum Takers {
    Managed,
    Karpenter,
    /// All that have EC2 nodes.
    Nodes,
    Fargate,
}

impl Takers {
    /// Whether pools of a kind are among them.
    fn include(self, kind: PoolKind, is_core: bool) -> bool {
        // What of core does not fit on Fargate runs on nodes of Karpenter's, and those take its keys.
        let by_karpenter = kind == PoolKind::Karpenter || is_core && kind == PoolKind::Fargate;
        match self {
            Self::Managed => kind == PoolKind::Managed,
            Self::Karpenter => by_karpenter,
            Self::Nodes => kind == PoolKind::Managed || by_karpenter,
            Self::Fargate => kind == PoolKind::Fargate && !is_core,
        }
    }
}

/// Lists the keys that not every kind takes, and where they are written.
fn kind_keys(keys: &Keys) -> [(&'static str, Takers, Option<Span>); 19] {
    macro_rules! rows {
        ($($key:ident: $takers:ident,)*) => {
            [$((stringify!($key), Takers::$takers, keys.$key.as_ref().map(|key| key.span)),)*]
        };
    }
    rows! {
        size: Managed,
        architecture: Karpenter,
        limits: Karpenter,
        expire_after: Karpenter,
        termination_grace_period: Karpenter,
        weight: Karpenter,
        disruption: Karpenter,
        instance_types: Nodes,
        capacity: Nodes,
        // A managed pool is told why it takes none.
        capacity_reservations: Nodes,
        ami: Nodes,
        disk_gib: Nodes,
        disk_iops: Nodes,
        disk_throughput: Nodes,
        disk_kms_key: Nodes,
        kubelet: Nodes,
        labels: Nodes,
        taints: Nodes,
        namespaces: Fargate,
    }
}

fn kind(context: &mut Context<'_>, pool: &Named<Keys>) -> Option<PoolKind> {
    let Some(kind) = &pool.value.kind else {
        let example = if pool.name.as_str() == CORE { "\"managed\"" } else { "\"karpenter\"" };
        let problem = Problem::PoolNeeds { pool: pool.name.to_string(), key: "kind", example };
        context.push(problem, pool.name.span);
        return None;
    };
    let is_core = pool.name.as_str() == CORE;
    if is_core && kind.value == PoolKind::Karpenter {
        context.push(Problem::CoreKind, kind.span);
        return None;
    }
    for (key, takers, at) in kind_keys(&pool.value) {
        if let Some(at) = at.filter(|_| !takers.include(kind.value, is_core)) {
            let kinds = [PoolKind::Managed, PoolKind::Karpenter, PoolKind::Fargate].into_iter();
            let kinds = kinds.filter(|kind| !(is_core && *kind == PoolKind::Karpenter));
            let takes = |kind: &PoolKind| {
                takers.include(*kind, is_core) && (key, *kind) != ("capacity_reservations", PoolKind::Managed)
            };
            let others = kinds.filter(takes).map(PoolKind::word).collect();
            let pool = pool.name.to_string();
            context.push(Problem::KeyNotForKind { pool, key, kind: kind.word(), others }, at);
        }
    }
    Some(kind.value)
}

fn managed(report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) -> Option<ManagedPool> {
    let Named { name, value: keys } = pool;
    image::check_instances(report, ground, pool);
    let types = instance_types(report, name, keys);
    let size = size(report, name, keys);
    let is_core = name.as_str() == CORE;
    let capacity = keys.capacity.as_ref();
    let is_refused = |capacity: &[Spanned<Capacity>]| is_core && has(capacity, Capacity::Spot);
    if let Some((key, reserved)) = reservations(keys) {
        report.report(Problem::ManagedReservation { pool: name.to_string(), key, is_core }, reserved, None);
    } else if let Some(capacity) = capacity.filter(|capacity| capacity.len() != 1 && !is_refused(capacity)) {
        report.report(Problem::ManagedCapacity { pool: name.to_string() }, capacity.span, None);
    }
    check_core(report, name, keys);
    if let Some(label) = core_label(name, keys) {
        report.report(Problem::CoreLabelElsewhere { pool: name.to_string() }, label, None);
    }
    let (min_size, desired_size, max_size, min_at) = size?;
    if is_core && min_size < 2 {
        report.report(Problem::CoreTooSmall { min: min_size, max: max_size }, min_at, None);
    }
    let release_version = image::version(report, ground, PoolKind::Managed, keys);
    let disk = disk::resolve(report, ground, PoolKind::Managed, keys);
    let kubelet = kubelet::resolve(report, ground, PoolKind::Managed, pool);
    let labels = label::labels(report, ground, pool);
    let taints = label::taints(report, ground, pool);
    let types = types?;
    let ami_family = image::family(keys);
    Some(ManagedPool {
        name: name.value.clone(),
        former: rename::former(keys.renamed_from.as_ref()),
        ami_family,
        ami_type: image::ami_type(ami_family, types[0].architecture(), image::has_gpus(ground, keys)),
        release_version,
        instance_types: types.iter().map(ToString::to_string).collect(),
        // EKS takes one of the two for a group.
        capacity_type: match capacity.and_then(|capacity| Some(capacity.first()?.value)) {
            Some(Capacity::Spot) => "SPOT",
            Some(Capacity::OnDemand | Capacity::Reserved) | None => "ON_DEMAND",
        },
        min_size,
        max_size,
        desired_size,
        disk,
        kubelet,
        labels,
        taints,
    })
}

/// Returns by which key a pool asks for reserved capacity, and where.
fn reservations(keys: &Keys) -> Option<(&'static str, Span)> {
    let capacity = keys.capacity.as_ref().filter(|capacity| has(capacity, Capacity::Reserved));
    let capacity = capacity.map(|capacity| ("capacity", capacity.span));
    capacity.or(keys.capacity_reservations.as_ref().map(|ids| ("capacity_reservations", ids.span)))
}

/// Whether a way to buy nodes is among those that are written.
fn has(written: &[Spanned<Capacity>], capacity: Capacity) -> bool {
    written.iter().any(|written| written.value == capacity)
}

fn instance_types(report: &mut impl Report, name: &Spanned<Name>, keys: &Keys) -> Option<Vec<InstanceType>> {
    let Some(types) = keys.instance_types.as_ref().filter(|types| !types.is_empty()) else {
        let at = keys.instance_types.as_ref().map_or(name.span, |types| types.span);
        report.report(
            Problem::PoolNeeds { pool: name.to_string(), key: "instance_types", example: "[\"t3.medium\"]" },
            at,
            None,
        );
        return None;
    };
    let first = &types[0];
    for other in types.iter().filter(|other| other.architecture() != first.architecture()) {
        let problem = Problem::MixedArchitectures { one: first.to_string(), other: other.to_string() };
        report.report(problem, other.span, Some(first.span));
    }
    Some(types.iter().map(|instance| instance.value.clone()).collect())
}

/// Returns min, desired, max, and where min was written.
fn size(report: &mut impl Report, name: &Spanned<Name>, keys: &Keys) -> Option<(u32, u32, u32, Span)> {
    let example = "{ min = 2, max = 4 }";
    let Some(Spanned { value: Size { min, max, desired }, span }) = &keys.size else {
        report.report(Problem::PoolNeeds { pool: name.to_string(), key: "size", example }, name.span, None);
        return None;
    };
    let (Some(min), Some(max)) = (min, max) else {
        let (key, example) = if min.is_none() { ("size.min", "2") } else { ("size.max", "4") };
        report.report(Problem::PoolNeeds { pool: name.to_string(), key, example }, *span, None);
        return None;
    };
    if max.value == 0 && name.as_str() == CORE {
        let problem = Problem::CoreTooSmall { min: min.value, max: max.value };
        report.report(problem, max.span, None);
        return None;
    }
    let now = desired.as_ref().map_or(min.value, |desired| desired.value);
    if min.value > now || now > max.value || max.value == 0 {
        // Their lines can be of two layers: the one that is too much says so, beside the one that it breaks.
        let (at, also) = match desired {
            Some(desired) if max.value > 0 && min.value <= max.value => {
                (desired.span, if now < min.value { min.span } else { max.span })
            }
            _ => (max.span, min.span),
        };
        report.report(Problem::SizeOrder { min: min.value, desired: now, max: max.value }, at, Some(also));
        return None;
    }
    Some((min.value, now, max.value, min.span))
}

/// Refuses what would keep system services off core's nodes, or stop them there.
fn check_core(report: &mut impl Report, name: &Spanned<Name>, keys: &Keys) {
    if name.as_str() != CORE {
        return;
    }
    let capacity = keys.capacity.as_ref();
    if let Some(capacity) = capacity.filter(|capacity| has(capacity, Capacity::Spot)) {
        report.report(Problem::CoreSpot, capacity.span, None);
    }
    let node_type = keys.labels.as_ref().and_then(|labels| labels.0.get(NODE_TYPE));
    if let Some(label) = node_type.filter(|label| label.value != CORE) {
        report.report(Problem::CoreUnreachable { key: "labels" }, label.span, None);
    }
    if let Some(taints) = keys.taints.as_ref().filter(|taints| !taints.is_empty()) {
        report.report(Problem::CoreUnreachable { key: "taints" }, taints.span, None);
    }
}

/// Returns where a pool other than core takes core's label.
fn core_label(name: &Spanned<Name>, keys: &Keys) -> Option<Span> {
    let label = keys.labels.as_ref()?.0.get(NODE_TYPE)?;
    (label.value == CORE && name.as_str() != CORE).then_some(label.span)
}
