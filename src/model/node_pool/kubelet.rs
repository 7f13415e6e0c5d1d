//! Settings of the kubelet.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Ground, Report, capacity, image};
use crate::blueprint::keys::{Kubelet as KubeletKeys, NodePool as Keys};
use crate::blueprint::quantity::{mebibytes, millicores};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{AmiFamily, InstanceType, PoolKind};
use crate::blueprint::usual::{IMAGE_GC_HIGH, IMAGE_GC_LOW};
use crate::catalog::InstanceSize;
use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

/// What the blueprint sets of the kubelet, or the cluster's network for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Kubelet {
    /// Most pods of a node.
    pub max_pods: Option<u32>,
    /// Kept back for the kubelet and the container runtime.
    pub kube_reserved: BTreeMap<String, String>,
    /// Kept back for the system.
    pub system_reserved: BTreeMap<String, String>,
    /// Below what pods are evicted at once.
    pub eviction_hard: BTreeMap<String, String>,
    /// Disk usage in per cent above which unused images are deleted.
    pub image_gc_high: Option<u32>,
    /// Disk usage in per cent down to which they are deleted.
    pub image_gc_low: Option<u32>,
}

/// With prefixes addresses are no limit any more, and Kubernetes advises against more pods on one node (EKS user guide,
/// "Assign more IP addresses to nodes with prefixes"; EKS itself goes up to 250 from 30 CPUs on). Read 2026-11.
pub(super) const PODS_WITH_PREFIXES: u32 = 110;

/// Resolves the kubelet's settings.
pub(super) fn resolve(
    report: &mut impl Report,
    ground: &Ground<'_>,
    kind: PoolKind,
    pool: &Named<Keys>,
) -> Kubelet {
    let keys = &pool.value;
    let with_prefixes = ground.prefixes.map(|_| PODS_WITH_PREFIXES);
    match keys.kubelet.as_ref().and_then(|kubelet| kubelet.max_pods.as_ref()) {
        Some(pods) => check_addresses(report, ground, keys, pods.get(), pods.span),
        // Karpenter tells each node how many its addresses suffice for.
        None if kind == PoolKind::Managed => check_untold(report, ground, keys),
        None => {}
    }
    let Some(written) = &keys.kubelet else {
        return Kubelet { max_pods: with_prefixes, ..Kubelet::default() };
    };
    check_image_gc(report, written);
    if image::family(keys) == AmiFamily::Bottlerocket {
        check_bottlerocket(report, written);
    }
    let set = |quantities: Option<&Quantities>| -> BTreeMap<String, String> {
        let quantities = quantities.into_iter().flatten();
        quantities.map(|(key, quantity)| (key.clone(), quantity.value.clone())).collect()
    };
    let kubelet = Kubelet {
        max_pods: written.max_pods.as_ref().map(|pods| pods.get()).or(with_prefixes),
        kube_reserved: set(written.kube_reserved.as_ref().map(|set| &set.0)),
        system_reserved: set(written.system_reserved.as_ref().map(|set| &set.0)),
        eviction_hard: set(written.eviction_hard.as_ref().map(|set| &set.0)),
        image_gc_high: written.image_gc_high_percent.as_ref().map(|percent| percent.get()),
        image_gc_low: written.image_gc_low_percent.as_ref().map(|percent| percent.get()),
    };
    check_rest(report, ground, kind, pool, &kubelet);
    kubelet
}

type Quantities = BTreeMap<String, Spanned<String>>;

/// Refuses what keeps back all that a node has: the kubelet does not start then. Of Karpenter's types the largest decides,
/// since it makes no node of those that hold no pod.
fn check_rest(
    report: &mut impl Report,
    ground: &Ground<'_>,
    kind: PoolKind,
    pool: &Named<Keys>,
    kubelet: &Kubelet,
) {
    let (Some(written), Some(types)) = (&pool.value.kubelet, &pool.value.instance_types) else { return };
    let known = types.iter().map(|instance| Some((instance, ground.catalog.instance_sizes.get(instance)?)));
    let Some(mut known) = known.collect::<Option<Vec<_>>>() else { return };
    if kind != PoolKind::Managed {
        known.sort_by_key(|(_, size)| std::cmp::Reverse((size.memory_mib, size.cpus)));
        known.truncate(1);
    }
    for (instance, size) in known {
        let family = image::family(&pool.value);
        let node = capacity::allocatable(size, instance, family, kubelet, ground.addressing);
        let rows = [
            ("CPU", "cpu", node.cpu_milli, format!("{} CPUs", size.cpus)),
            ("memory", "memory", node.memory_mib, format!("{}Mi", size.memory_mib)),
        ];
        for (what, key, _, has) in rows.into_iter().filter(|(_, _, left, _)| *left == 0) {
            let Some(most) = largest(written, key, size) else { continue };
            let (pool, value) = (pool.name.to_string(), most.value.clone());
            let problem = Problem::NothingLeft { pool, value, what, instance: instance.to_string(), has };
            report.report(problem, most.span, Some(instance.span));
        }
    }
}

/// Returns the largest of the quantities that keep something back.
fn largest<'k>(written: &'k KubeletKeys, key: &str, size: InstanceSize) -> Option<&'k Spanned<String>> {
    let reserved = [&written.kube_reserved, &written.system_reserved].into_iter().flatten();
    let reserved = reserved.filter_map(|set| set.0.get(key));
    let evicted = written.eviction_hard.as_ref().and_then(|set| set.0.get("memory.available"));
    let amount = |quantity: &&Spanned<String>| match key {
        "cpu" => millicores(quantity),
        _ if quantity.ends_with('%') => Some(capacity::evicted_below(Some(&quantity.value), size.memory_mib)),
        _ => mebibytes(quantity),
    };
    // What is too large for a number is the largest.
    reserved
        .chain(evicted.filter(|_| key == "memory"))
        .max_by_key(|quantity| amount(quantity).unwrap_or(u32::MAX))
}

/// Notes a kubelet that, left to itself, takes more pods than there are addresses for: the last ones would wait.
fn check_untold(report: &mut impl Report, ground: &Ground<'_>, keys: &Keys) {
    let Some(refused) = ground.without_prefixes.filter(|_| !ground.addressing.prefixes) else { return };
    let types = keys.instance_types.iter().flat_map(|types| types.iter());
    let pods = types.filter_map(|instance: &Spanned<InstanceType>| {
        let size = ground.catalog.instance_sizes.get(instance)?;
        Some((ground.addressing.pods(size), capacity::pods_unless_told(size), instance))
    });
    let fewest = pods.filter(|(most, pods, _)| pods > most).min_by_key(|(most, ..)| *most);
    if let Some((most, pods, instance)) = fewest {
        let problem = Problem::PodsBeyondAddresses { pods, instance: instance.to_string(), most };
        report.report(problem, instance.span, Some(refused));
    }
}

/// Refuses more pods than the addresses of an instance type suffice for: the others would wait for one for ever.
fn check_addresses(report: &mut impl Report, ground: &Ground<'_>, keys: &Keys, pods: u32, at: Span) {
    for instance in keys.instance_types.iter().flat_map(|types| types.iter()) {
        let Some(size) = ground.catalog.instance_sizes.get(instance) else { continue };
        let most = ground.addressing.pods(size);
        if pods > most {
            let problem = Problem::TooFewAddresses {
                pods,
                instance: instance.to_string(),
                most,
                has_prefixes: ground.addressing.prefixes,
            };
            report.report(problem, at, Some(instance.span));
        }
    }
}

/// A node of Bottlerocket does not boot with settings that it does not know (bottlerocket-core-kit,
/// `KubernetesReservedResourceKey`, read 2026-11).
fn check_bottlerocket(report: &mut impl Report, keys: &KubeletKeys) {
    for (key, set) in [("kube_reserved", &keys.kube_reserved), ("system_reserved", &keys.system_reserved)] {
        if let Some(set) = set.as_ref().filter(|set| set.0.contains_key("pid")) {
            report.report(Problem::BottlerocketPid { key }, set.span, None);
        }
    }
}

/// The kubelet does not start where the lower mark is not below the upper one, its own default where only one is set.
fn check_image_gc(report: &mut impl Report, keys: &KubeletKeys) {
    let (high_key, low_key) = (&keys.image_gc_high_percent, &keys.image_gc_low_percent);
    let high = high_key.as_ref().map_or(IMAGE_GC_HIGH, |high| high.get());
    let low = low_key.as_ref().map_or(IMAGE_GC_LOW, |low| low.get());
    if high > low {
        return;
    }
    let problem = Problem::ImageGcOrder { high, low };
    match (high_key, low_key) {
        (Some(high), low) => report.report(problem, high.span, low.as_ref().map(|low| low.span)),
        (None, Some(low)) => report.report(problem, low.span, None),
        (None, None) => {}
    }
}
