//! Node pools: `core` and other managed groups, and what Karpenter makes.

use super::Context;
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool as Keys, Size};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Architecture, Capacity, InstanceType, Name, PoolKind, TaintEffect};
use crate::catalog::Catalog;
use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

/// The pool that runs system services.
pub const CORE: &str = "core";

/// The taint that keeps application pods off core nodes: CoreDNS, Karpenter and the CSI controllers tolerate it
/// by themselves, which they would not do with a taint of our own name.
pub const CORE_TAINT: &str = "CriticalAddonsOnly";

/// An EKS managed node group.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedPool {
    /// Its name.
    pub name: Name,
    /// EC2 instance types, all of one architecture.
    pub instance_types: Vec<String>,
    /// `AL2023_x86_64_STANDARD`
    pub ami_type: &'static str,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity_type: &'static str,
    /// Fewest nodes.
    pub min_size: u32,
    /// Most nodes.
    pub max_size: u32,
    /// Nodes now.
    pub desired_size: u32,
    /// Root volume in GiB.
    pub disk_gib: u32,
    /// Labels, `node-type` among them.
    pub labels: Vec<(String, String)>,
    /// Taints, core's among them.
    pub taints: Vec<Taint>,
}

/// A Karpenter NodePool with its EC2NodeClass.
#[derive(Debug, Clone, PartialEq)]
pub struct KarpenterPool {
    /// Its name.
    pub name: Name,
    /// `spot`, `on-demand`; Karpenter prefers spot where both are allowed.
    pub capacity: Vec<&'static str>,
    /// `amd64` or `arm64`.
    pub architecture: &'static str,
    /// Instance types; empty: any of the general families.
    pub instance_types: Vec<String>,
    /// CPUs of all its nodes together.
    pub cpu_limit: String,
    /// Memory of all its nodes together; none: whatever the CPUs come with.
    pub memory_limit: Option<String>,
    /// A node's longest life, `168h`.
    pub expire_after: String,
    /// How long a pod may hold up a node that must go, `24h`.
    pub termination_grace_period: String,
    /// Root volume in GiB.
    pub disk_gib: u32,
    /// Preference among pools, 1 to 100.
    pub weight: u32,
    /// Labels, `node-type` among them.
    pub labels: Vec<(String, String)>,
    /// Taints.
    pub taints: Vec<Taint>,
}

/// A taint in Kubernetes' own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value; empty: none.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`
    pub effect: &'static str,
}

/// A Fargate profile: each pod that it selects gets a machine of its own, which AWS looks after.
#[derive(Debug, Clone, PartialEq)]
pub struct FargatePool {
    /// Its name.
    pub name: Name,
    /// Which pods run there: all of a namespace, or those of it that carry labels.
    pub selectors: Vec<Selector>,
}

/// Pods that a Fargate profile takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// Their namespace.
    pub namespace: String,
    /// Labels that they carry; none: all pods of the namespace.
    pub labels: Vec<(String, String)>,
}

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

/// Resolves the pools of one cluster.
pub(super) fn resolve(context: &mut Context<'_>, cluster: &str, at: Span, keys: &ClusterKeys) -> NodePools {
    let mut pools = NodePools::default();
    for pool in keys.node_pools.iter().filter(|pool| *pool.value.enabled) {
        match kind(context, pool) {
            Some(PoolKind::Managed) => pools.managed.extend(managed(context, pool)),
            Some(PoolKind::Karpenter) => pools.karpenter.extend(karpenter(context, pool)),
            Some(PoolKind::Fargate) => {
                let catalog = context.catalog;
                pools.add_fargate(context, catalog, pool);
            }
            None => {}
        }
    }
    let core = keys.node_pools.get(CORE);
    if !core.is_some_and(|pool| *pool.value.enabled) && !keys.node_pools.is_broken(CORE) {
        let cluster = cluster.to_owned();
        let problem = Problem::NoCorePool { cluster, switched_off: core.is_some() };
        context.push(problem, core.map_or(at, |off| off.value.enabled.span));
    }
    pools
}

/// Resolves a pool for a module's defaults, without reporting: the clusters have reported already.
pub(super) fn standard(catalog: &Catalog, pool: &Named<Keys>) -> NodePools {
    let mut silent = Silent;
    let mut pools = NodePools::default();
    match pool.value.kind.as_ref().map(|kind| kind.value) {
        Some(PoolKind::Managed) => pools.managed.extend(managed(&mut silent, pool)),
        Some(PoolKind::Karpenter) => pools.karpenter.extend(karpenter(&mut silent, pool)),
        Some(PoolKind::Fargate) => pools.add_fargate(&mut silent, catalog, pool),
        None => {}
    }
    pools
}

impl NodePools {
    fn add_fargate(&mut self, report: &mut impl Report, catalog: &Catalog, pool: &Named<Keys>) {
        if pool.name.as_str() == CORE {
            let selectors = core_selectors(catalog);
            self.fargate.push(FargatePool { name: pool.name.value.clone(), selectors });
            self.karpenter.extend(karpenter(report, pool));
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
    // EKS API `CreateFargateProfile`: five selectors. Read 2026-11.
    if let Some(sixth) = namespaces.get(5) {
        report.report(Problem::TooManyNamespaces { pool: name.to_string() }, sixth.span, None);
    }
    let selectors =
        namespaces.iter().map(|namespace| Selector { namespace: namespace.to_string(), labels: Vec::new() });
    Some(FargatePool { name: name.value.clone(), selectors: selectors.collect() })
}

/// Where pool problems go.
trait Report {
    fn report(&mut self, problem: Problem, at: Span, also: Option<Span>);
}

impl Report for Context<'_> {
    fn report(&mut self, problem: Problem, at: Span, also: Option<Span>) {
        match also {
            Some(also) => self.push_conflict(problem, at, also),
            None => self.push(problem, at),
        }
    }
}

struct Silent;

impl Report for Silent {
    fn report(&mut self, _: Problem, _: Span, _: Option<Span>) {}
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
    let refused = match kind.value {
        PoolKind::Managed => vec![
            ("limits", pool.value.limits.as_ref().map(|key| key.span)),
            ("expire_after", pool.value.expire_after.as_ref().map(|key| key.span)),
            ("termination_grace_period", pool.value.termination_grace_period.as_ref().map(|key| key.span)),
            ("weight", pool.value.weight.as_ref().map(|key| key.span)),
            ("architecture", pool.value.architecture.as_ref().map(|key| key.span)),
        ],
        PoolKind::Karpenter => vec![("size", pool.value.size.as_ref().map(|key| key.span))],
        // What does not fit on Fargate runs on nodes of Karpenter's, and those take its keys.
        PoolKind::Fargate if is_core => vec![("size", pool.value.size.as_ref().map(|key| key.span))],
        PoolKind::Fargate => vec![
            ("instance_types", pool.value.instance_types.as_ref().map(|key| key.span)),
            ("size", pool.value.size.as_ref().map(|key| key.span)),
            ("capacity", pool.value.capacity.as_ref().map(|key| key.span)),
            ("disk_gib", pool.value.disk_gib.as_ref().map(|key| key.span)),
            ("architecture", pool.value.architecture.as_ref().map(|key| key.span)),
            ("limits", pool.value.limits.as_ref().map(|key| key.span)),
            ("expire_after", pool.value.expire_after.as_ref().map(|key| key.span)),
            ("termination_grace_period", pool.value.termination_grace_period.as_ref().map(|key| key.span)),
            ("weight", pool.value.weight.as_ref().map(|key| key.span)),
            ("labels", pool.value.labels.as_ref().map(|key| key.span)),
            ("taints", pool.value.taints.as_ref().map(|key| key.span)),
        ],
    };
    let namespaces = pool.value.namespaces.as_ref().map(|key| key.span);
    let refused = refused
        .into_iter()
        .chain((is_core || kind.value != PoolKind::Fargate).then_some(("namespaces", namespaces)));
    for (key, at) in refused {
        if let Some(at) = at {
            let pool = pool.name.to_string();
            context.push(Problem::KeyNotForKind { pool, key, kind: kind.word() }, at);
        }
    }
    Some(kind.value)
}

fn managed(report: &mut impl Report, pool: &Named<Keys>) -> Option<ManagedPool> {
    let Named { name, value: keys } = pool;
    let types = instance_types(report, name, keys);
    let size = size(report, name, keys);
    let is_core = name.as_str() == CORE;
    let capacity = keys.capacity.as_ref();
    let is_refused = |capacity: &[Capacity]| is_core && capacity.contains(&Capacity::Spot);
    if let Some(capacity) = capacity.filter(|capacity| capacity.len() != 1 && !is_refused(capacity)) {
        report.report(Problem::ManagedCapacity { pool: name.to_string() }, capacity.span, None);
    }
    check_core(report, name, keys);
    if let Some(label) = core_label(name, keys) {
        report.report(Problem::CoreLabelElsewhere { pool: name.to_string() }, label, None);
    }
    let (min_size, desired_size, max_size, min_at) = size?;
    if is_core && min_size < 2 {
        report.report(Problem::CoreTooSmall { min: min_size }, min_at, None);
    }
    let types = types?;
    let arm = types[0].architecture() == "arm64";
    Some(ManagedPool {
        name: name.value.clone(),
        ami_type: if arm { "AL2023_ARM_64_STANDARD" } else { "AL2023_x86_64_STANDARD" },
        instance_types: types.iter().map(ToString::to_string).collect(),
        // EKS takes one of the two for a group.
        capacity_type: match capacity.and_then(|capacity| capacity.first()) {
            Some(Capacity::Spot) => "SPOT",
            Some(Capacity::OnDemand) | None => "ON_DEMAND",
        },
        min_size,
        max_size,
        desired_size,
        disk_gib: disk_gib(report, keys, 50),
        labels: labels(name, keys),
        taints: taints(name, keys),
    })
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
    let now = desired.as_ref().map_or(min.value, |desired| desired.value);
    if min.value > now || now > max.value || max.value == 0 {
        report.report(Problem::SizeOrder { min: min.value, desired: now, max: max.value }, *span, None);
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
    if let Some(capacity) = capacity.filter(|capacity| capacity.contains(&Capacity::Spot)) {
        report.report(Problem::CoreSpot, capacity.span, None);
    }
    let node_type = keys.labels.as_ref().and_then(|labels| labels.0.get("node-type"));
    if let Some(label) = node_type.filter(|label| label.value != CORE) {
        report.report(Problem::CoreUnreachable { key: "labels" }, label.span, None);
    }
    if let Some(taints) = keys.taints.as_ref().filter(|taints| !taints.is_empty()) {
        report.report(Problem::CoreUnreachable { key: "taints" }, taints.span, None);
    }
}

fn karpenter(report: &mut impl Report, pool: &Named<Keys>) -> Option<KarpenterPool> {
    let Named { name, value: keys } = pool;
    let is_core = name.as_str() == CORE;
    check_core(report, name, keys);
    let default = if is_core { vec![Capacity::OnDemand] } else { vec![Capacity::Spot, Capacity::OnDemand] };
    let capacity = keys.capacity.as_ref().map_or(default, |capacity| capacity.value.clone());
    if capacity.is_empty() {
        let at = keys.capacity.as_ref().map_or(name.span, |capacity| capacity.span);
        report.report(
            Problem::PoolNeeds {
                pool: name.to_string(),
                key: "capacity",
                example: "[\"spot\", \"on-demand\"]",
            },
            at,
            None,
        );
        return None;
    }
    if let Some(label) = core_label(name, keys) {
        report.report(Problem::CoreLabelElsewhere { pool: name.to_string() }, label, None);
    }
    let limits = keys.limits.as_ref();
    if let Some(weight) = keys.weight.as_ref().filter(|weight| !(1..=100).contains(&weight.value)) {
        report.report(
            Problem::OutOfRange { value: weight.value.into(), from: 1, to: 100 },
            weight.span,
            None,
        );
    }
    Some(KarpenterPool {
        name: name.value.clone(),
        capacity: capacity.into_iter().map(Capacity::word).collect(),
        architecture: architecture(report, keys).word(),
        instance_types: keys
            .instance_types
            .iter()
            .flat_map(|types| types.iter())
            .map(|instance| instance.to_string())
            .collect(),
        // A pool without any limit is an open purse.
        cpu_limit: limits
            .and_then(|limits| limits.cpu.as_ref())
            .map_or_else(|| if is_core { "64" } else { "1000" }.to_owned(), |cpu| cpu.0.clone()),
        memory_limit: limits.and_then(|limits| limits.memory.as_ref()).map(|memory| memory.0.clone()),
        // Old nodes keep old images; a week is long enough for a batch job. System services change rarely.
        expire_after: keys
            .expire_after
            .as_ref()
            .map_or_else(|| if is_core { "720h" } else { "168h" }.to_owned(), |set| set.to_string()),
        // Longer than most jobs, and an end to every destroy.
        termination_grace_period: keys
            .termination_grace_period
            .as_ref()
            .map_or_else(|| "24h".to_owned(), |set| set.to_string()),
        disk_gib: disk_gib(report, keys, 50),
        weight: keys.weight.as_ref().map_or(10, |weight| weight.value),
        labels: labels(name, keys),
        taints: taints(name, keys),
    })
}

/// Returns where a pool other than core takes core's label.
fn core_label(name: &Spanned<Name>, keys: &Keys) -> Option<Span> {
    let label = keys.labels.as_ref()?.0.get("node-type")?;
    (label.value == CORE && name.as_str() != CORE).then_some(label.span)
}

/// Returns the architecture of a Karpenter pool: that of its instance types, where it names any.
fn architecture(report: &mut impl Report, keys: &Keys) -> Architecture {
    let types = keys.instance_types.iter().flat_map(|types| types.iter());
    let of = |instance: &InstanceType| match instance.architecture() {
        "arm64" => Architecture::Arm64,
        _ => Architecture::Amd64,
    };
    let mut types = types.map(|instance| (of(instance), instance));
    let Some((first, first_at)) = types.next() else {
        return keys.architecture.as_ref().map_or(Architecture::Amd64, |set| set.value);
    };
    for (_, other) in types.filter(|(architecture, _)| *architecture != first) {
        let problem = Problem::MixedArchitectures { one: first_at.to_string(), other: other.to_string() };
        report.report(problem, other.span, Some(first_at.span));
    }
    if let Some(written) = keys.architecture.as_ref().filter(|written| written.value != first) {
        let architecture = written.word().to_owned();
        let problem = Problem::OtherArchitecture { architecture, instance: first_at.to_string() };
        report.report(problem, first_at.span, Some(written.span));
    }
    first
}

/// EBS gp3 holds 1 GiB to 64 TiB; an image with a few containers needs 20.
fn disk_gib(report: &mut impl Report, keys: &Keys, default: u32) -> u32 {
    let Some(disk) = &keys.disk_gib else {
        return default;
    };
    if !(20..=65_536).contains(&disk.value) {
        report.report(
            Problem::OutOfRange { value: disk.value.into(), from: 20, to: 65_536 },
            disk.span,
            None,
        );
    }
    disk.value
}

fn labels(name: &Spanned<Name>, keys: &Keys) -> Vec<(String, String)> {
    let node_type = if matches!(name.as_str(), CORE | "middleware") { name.as_str() } else { "worker" };
    let mut labels = vec![("node-type".to_owned(), node_type.to_owned())];
    for (key, value) in keys.labels.iter().flat_map(|labels| labels.0.iter()) {
        match labels.iter().position(|(known, _)| known == key) {
            Some(at) => labels[at].1.clone_from(&value.value),
            None => labels.push((key.clone(), value.value.clone())),
        }
    }
    labels
}

fn taints(name: &Spanned<Name>, keys: &Keys) -> Vec<Taint> {
    let core = Taint {
        key: CORE_TAINT.to_owned(),
        value: "true".to_owned(),
        effect: TaintEffect::NoSchedule.word(),
    };
    let written = keys.taints.iter().flat_map(|taints| taints.iter()).map(|taint| Taint {
        key: taint.key.value.clone(),
        value: taint.value.as_ref().map(|value| value.value.clone()).unwrap_or_default(),
        effect: taint.effect.word(),
    });
    (name.as_str() == CORE).then_some(core).into_iter().chain(written).collect()
}
