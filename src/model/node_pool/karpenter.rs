//! Pools of which Karpenter makes the nodes.

use serde::Serialize;

use super::disk::{self, Disk};
use super::disruption::{self, Disruption};
use super::kubelet::{self, Kubelet};
use super::{
    CORE, Ground, MIDDLEWARE, Report, Taint, capacity, check_core, check_repeated, core_label, image, label,
};
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool as Keys};
use crate::blueprint::quantity::{is_within, mebibytes, millicores};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{
    AmiFamily, Architecture, Capacity, ConsolidationPolicy, Name, PoolKind, seconds,
};
use crate::blueprint::usual;
use crate::diagnostic::Spanned;
use crate::model::Context;
use crate::model::addon::{Addon, KARPENTER};
use crate::model::{data, rename};
use crate::problem::{Measure, Problem};

/// A Karpenter NodePool with its EC2NodeClass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KarpenterPool {
    /// Its name.
    pub name: Name,
    /// Names that it had before, the oldest first.
    #[serde(skip)]
    pub former: Vec<Name>,
    /// `reserved`, `spot`, `on-demand`; Karpenter prefers them in this order.
    pub capacity: Vec<&'static str>,
    /// Ids of the capacity reservations that `reserved` means.
    pub capacity_reservations: Vec<String>,
    /// Who builds its image.
    pub ami_family: AmiFamily,
    /// The image, as Karpenter's alias writes it, `al2023@v20260714`.
    pub ami_alias: String,
    /// The catalog's image of the same family.
    #[serde(skip)]
    pub catalog_alias: String,
    /// `amd64` or `arm64`.
    pub architecture: &'static str,
    /// Instance types; empty: any of the general families.
    pub instance_types: Vec<String>,
    /// CPUs of all its nodes together.
    pub cpu_limit: String,
    /// Memory of all its nodes together; none: whatever the CPUs come with.
    pub memory_limit: Option<String>,
    /// GPUs of all its nodes together; none: it has none.
    pub gpu_limit: Option<u32>,
    /// A node's longest life, `168h`.
    pub expire_after: String,
    /// How long a pod may hold up a node that must go, `24h`.
    pub termination_grace_period: String,
    /// Its volumes.
    pub disk: Disk,
    /// Settings of the kubelet.
    pub kubelet: Kubelet,
    /// Preference among pools, 1 to 100.
    pub weight: u32,
    /// When nodes are replaced that could be fewer or cheaper.
    pub disruption: Disruption,
    /// Labels, `node-type` among them.
    #[serde(serialize_with = "data::map")]
    pub labels: Vec<(String, String)>,
    /// Taints.
    pub taints: Vec<Taint>,
}

/// Resolves a Karpenter pool.
pub(super) fn resolve(
    report: &mut impl Report,
    ground: &Ground<'_>,
    pool: &Named<Keys>,
) -> Option<KarpenterPool> {
    let Named { name, value: keys } = pool;
    image::check_instances(report, ground, pool);
    check_core(report, name, keys);
    let usual = match name.as_str() {
        CORE => &usual::CORE,
        MIDDLEWARE => &usual::MIDDLEWARE,
        _ => &usual::WORKER,
    };
    let capacity: Vec<Capacity> = keys.capacity.as_ref().map_or_else(
        || usual.capacity.to_vec(),
        |capacity| capacity.iter().map(|capacity| capacity.value).collect(),
    );
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
    check_reservations(report, name, keys, &capacity);
    check_gpu_limit(report, ground, pool);
    let limits = keys.limits.as_ref();
    check_limits(report, ground, pool);
    check_life(report, keys);
    check_counts(report, keys);
    if let Some(period) = keys.termination_grace_period.as_ref().filter(|period| period.as_str() == "Never") {
        report.report(Problem::GraceNeverEnds, period.span, None);
    }
    let ami_family = image::family(keys);
    let version = image::version(report, ground, PoolKind::Karpenter, keys);
    let catalog_alias = ground.catalog.image_alias(ami_family.word());
    Some(KarpenterPool {
        name: name.value.clone(),
        former: rename::former(keys.renamed_from.as_ref()),
        capacity: capacity.into_iter().map(Capacity::word).collect(),
        capacity_reservations: keys
            .capacity_reservations
            .iter()
            .flat_map(|ids| ids.iter())
            .map(|id| id.to_string())
            .collect(),
        ami_family,
        ami_alias: version
            .map_or_else(|| catalog_alias.clone(), |version| format!("{}@{version}", ami_family.word())),
        catalog_alias,
        architecture: architecture(report, keys).word(),
        instance_types: keys
            .instance_types
            .iter()
            .flat_map(|types| types.iter())
            .map(|instance| instance.to_string())
            .collect(),
        cpu_limit: limits
            .and_then(|limits| limits.cpu.as_ref())
            .map_or_else(|| usual.cpu_limit.to_owned(), |cpu| cpu.0.clone()),
        memory_limit: limits.and_then(|limits| limits.memory.as_ref()).map(|memory| memory.0.clone()),
        gpu_limit: limits.and_then(|limits| limits.gpu.as_ref()).map(|gpu| gpu.value),
        expire_after: keys
            .expire_after
            .as_ref()
            .map_or_else(|| usual.expire_after.to_owned(), |set| set.to_string()),
        termination_grace_period: keys
            .termination_grace_period
            .as_ref()
            .map_or_else(|| usual.termination_grace_period.to_owned(), |set| set.to_string()),
        disk: disk::resolve(report, ground, PoolKind::Karpenter, keys),
        kubelet: kubelet::resolve(report, ground, PoolKind::Karpenter, pool),
        weight: keys.weight.as_ref().map_or(usual.weight, |weight| weight.get()),
        disruption: disruption::resolve(report, keys, usual),
        labels: label::labels(report, ground, pool),
        taints: label::taints(report, ground, pool),
    })
}

/// Lists are as long as Karpenter's definitions let them be (`NodePool` and `EC2NodeClass`, v1.14.1, read 2026-11).
fn check_counts(report: &mut impl Report, keys: &Keys) {
    let ids = keys.capacity_reservations.as_ref().map(|ids| (ids.len(), ids.span));
    let budgets = keys.disruption.as_ref().and_then(|disruption| disruption.budgets.as_ref());
    let budgets = budgets.map(|budgets| (budgets.len(), budgets.span));
    let labels = keys.labels.as_ref().map(|labels| (labels.0.len(), labels.span));
    // Two labels are plinth's: `node-type`, and that of GPUs.
    for (what, list, most) in
        [("capacity reservations", ids, 30), ("budgets", budgets, 50), ("labels", labels, 98)]
    {
        if let Some((count, at)) = list.filter(|(count, _)| *count > most) {
            report.report(Problem::TooMany { what, count, most }, at, None);
        }
    }
    check_repeated(report, keys.capacity_reservations.as_ref().map_or(&[], |ids| ids.as_slice()));
    check_repeated(report, keys.capacity.as_ref().map_or(&[], |capacity| capacity.as_slice()));
}

/// A node that expires before its pods have started is made for ever.
fn check_life(report: &mut impl Report, keys: &Keys) {
    const LEAST: u64 = 300;
    let life = keys.expire_after.as_ref();
    if let Some(life) = life.filter(|life| seconds(life.as_str()).is_some_and(|seconds| seconds < LEAST)) {
        let what = "a node, which takes some minutes to start".to_owned();
        report.report(
            Problem::TooLittle { value: life.to_string(), what, of: Measure::Other },
            life.span,
            None,
        );
    }
}

/// Karpenter makes no node that has more than what a limit leaves (kubernetes-sigs/karpenter, `scheduler.go`,
/// `filterByRemainingResources`, read 2026-11): none at all where the smallest has more. That none is made may be meant.
fn check_limits(report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) {
    let Some(limits) = &pool.value.limits else { return };
    let cpu = limits.cpu.as_ref().map(|cpu| (millicores(&cpu.0), &cpu.0, cpu.span));
    let memory = limits.memory.as_ref().map(|memory| (mebibytes(&memory.0), &memory.0, memory.span));
    let gpu = limits.gpu.as_ref().filter(|gpu| gpu.value == 0).map(|gpu| gpu.span);
    let zeros = [&cpu, &memory].into_iter().flatten().filter(|(amount, ..)| *amount == Some(0));
    if let Some(at) = zeros.map(|(.., at)| *at).next().or(gpu) {
        report.report(Problem::NoMoreNodes { pool: pool.name.to_string() }, at, None);
    }
    let (least_cpu, least_memory) = smallest(ground, &pool.value);
    for (limit, least, of) in [(cpu, least_cpu, Measure::Cpu), (memory, least_memory, Measure::Bytes)] {
        let (Some((amount, value, at)), Some((least, what))) = (limit, least) else { continue };
        if is_within(amount, 1..least) {
            report.report(Problem::TooLittle { value: value.clone(), what, of }, at, None);
        }
    }
}

/// An amount, and what needs so much.
type Least = Option<(u32, String)>;

/// Returns the least CPU, in thousandths, and the least memory, in MiB, that a node of a pool can have; nothing where the
/// catalog does not know one of its types.
fn smallest(ground: &Ground<'_>, keys: &Keys) -> (Least, Least) {
    let Some(types) = keys.instance_types.as_ref().filter(|types| !types.is_empty()) else {
        // c, m and r from the fifth generation on: `medium` is the smallest there, and `large` nearly everywhere.
        return (
            Some((
                2_000,
                "one node: nearly all that Karpenter chooses from have two CPUs or more".to_owned(),
            )),
            Some((capacity::usable(2_048), "one node, which has `2Gi` at least".to_owned())),
        );
    };
    let catalog = ground.catalog;
    let cpus = types.iter().map(|instance| Some((catalog.cpus(instance)?, instance)));
    let memory =
        types.iter().map(|instance| Some((catalog.instance_sizes.get(instance)?.memory_mib, instance)));
    let (cpus, memory): (Option<Vec<_>>, Option<Vec<_>>) = (cpus.collect(), memory.collect());
    let cpus = cpus.and_then(|cpus| cpus.into_iter().min_by_key(|(cpus, _)| *cpus));
    let memory = memory.and_then(|memory| memory.into_iter().min_by_key(|(memory, _)| *memory));
    (
        cpus.map(|(cpus, instance)| {
            (cpus * 1_000, format!("one node: `{}` has {cpus} CPUs", instance.value))
        }),
        memory.map(|(memory, instance)| {
            (capacity::usable(memory), format!("one node: `{}` has `{memory}Mi`", instance.value))
        }),
    )
}

/// Refuses what the cluster's release of Karpenter does not know yet: its definitions would (karpenter.sh, "Upgrade Guide", 1.14,
/// read 2026-11).
pub(super) fn check_release(context: &mut Context<'_>, keys: &ClusterKeys, addons: &[Addon]) {
    const BALANCED: semver::Version = semver::Version::new(1, 14, 0);
    let Some(karpenter) = addons.iter().find(|addon| addon.name.as_str() == KARPENTER) else { return };
    let version = semver::Version::parse(karpenter.version.trim_start_matches('v'));
    if version.is_ok_and(|version| version >= BALANCED) {
        return;
    }
    let written = keys.addons.get(KARPENTER).and_then(|wish| wish.value.version.as_ref());
    for pool in keys.node_pools.iter().filter(|pool| *pool.value.enabled) {
        let policy = pool.value.disruption.as_ref().and_then(|disruption| disruption.policy.as_ref());
        let Some(policy) = policy.filter(|policy| policy.value == ConsolidationPolicy::Balanced) else {
            continue;
        };
        let problem = Problem::PolicyNeedsKarpenter {
            policy: policy.word(),
            version: karpenter.version.clone(),
            least: BALANCED.to_string(),
        };
        context.report(problem, policy.span, written.map(|version| version.span));
    }
}

/// Reserved capacity and its reservations belong together.
fn check_reservations(report: &mut impl Report, name: &Spanned<Name>, keys: &Keys, capacity: &[Capacity]) {
    let ids = keys.capacity_reservations.as_ref().filter(|ids| !ids.is_empty());
    match (ids, capacity.contains(&Capacity::Reserved)) {
        (None, true) => {
            let (key, example) = ("capacity_reservations", "[\"cr-0123456789abcdef0\"]");
            let at = keys.capacity.as_ref().map_or(name.span, |capacity| capacity.span);
            report.report(Problem::PoolNeeds { pool: name.to_string(), key, example }, at, None);
        }
        (Some(ids), false) => {
            let also = keys.capacity.as_ref().map(|capacity| capacity.span);
            report.report(Problem::UnusedReservations { pool: name.to_string() }, ids.span, also);
        }
        _ => {}
    }
}

/// CPUs do not bound what GPUs cost.
fn check_gpu_limit(report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) {
    let Named { name, value: keys } = pool;
    let limit = keys.limits.as_ref().and_then(|limits| limits.gpu.as_ref());
    match (limit, image::has_gpus(ground, keys)) {
        (None, true) => {
            let at = keys.limits.as_ref().map_or(name.span, |limits| limits.span);
            let problem = Problem::PoolNeeds { pool: name.to_string(), key: "limits.gpu", example: "8" };
            report.report(problem, at, None);
        }
        (Some(limit), false) => {
            report.report(Problem::GpuLimitWithoutGpu { pool: name.to_string() }, limit.span, None);
        }
        _ => {}
    }
}

/// Returns the architecture of a Karpenter pool: that of its instance types, where it names any.
fn architecture(report: &mut impl Report, keys: &Keys) -> Architecture {
    let types = keys.instance_types.iter().flat_map(|types| types.iter());
    let mut types = types.map(|instance| (instance.architecture(), instance));
    let Some((first, first_at)) = types.next() else {
        return keys.architecture.as_ref().map_or(usual::WORKER.architecture, |set| set.value);
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
