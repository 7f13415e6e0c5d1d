//! Pools of which Karpenter makes the nodes.

use serde::Serialize;

use super::disk::{self, Disk};
use super::disruption::{self, Disruption};
use super::kubelet::{self, Kubelet};
use super::{CORE, Ground, Report, Taint, check_core, core_label, image, label};
use crate::blueprint::keys::NodePool as Keys;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{AmiFamily, Architecture, Capacity, InstanceType, Name, PoolKind};
use crate::diagnostic::Spanned;
use crate::model::data;
use crate::problem::Problem;

/// A Karpenter NodePool with its EC2NodeClass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KarpenterPool {
    /// Its name.
    pub name: Name,
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
    let is_core = name.as_str() == CORE;
    image::check_instances(report, ground, pool);
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
    check_reservations(report, name, keys, &capacity);
    check_gpu_limit(report, ground, pool);
    let limits = keys.limits.as_ref();
    let ami_family = image::family(keys);
    let version = image::version(report, ground, PoolKind::Karpenter, keys);
    let catalog_alias = ground.catalog.image_alias(ami_family.word());
    Some(KarpenterPool {
        name: name.value.clone(),
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
        // A pool without any limit is an open purse.
        cpu_limit: limits
            .and_then(|limits| limits.cpu.as_ref())
            .map_or_else(|| if is_core { "64" } else { "1000" }.to_owned(), |cpu| cpu.0.clone()),
        memory_limit: limits.and_then(|limits| limits.memory.as_ref()).map(|memory| memory.0.clone()),
        gpu_limit: limits.and_then(|limits| limits.gpu.as_ref()).map(|gpu| gpu.value),
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
        disk: disk::resolve(report, ground, PoolKind::Karpenter, keys),
        kubelet: kubelet::resolve(report, ground, keys),
        weight: keys.weight.as_ref().map_or(10, |weight| weight.get()),
        disruption: disruption::resolve(report, keys),
        labels: label::labels(report, ground, pool),
        taints: label::taints(report, ground, pool),
    })
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
