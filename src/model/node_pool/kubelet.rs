//! Settings of the kubelet.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Ground, Report, image};
use crate::blueprint::keys::{Kubelet as KubeletKeys, NodePool as Keys};
use crate::blueprint::scalar::AmiFamily;
use crate::blueprint::usual::{IMAGE_GC_HIGH, IMAGE_GC_LOW};
use crate::diagnostic::Span;
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
pub(super) fn resolve(report: &mut impl Report, ground: &Ground<'_>, keys: &Keys) -> Kubelet {
    let with_prefixes = ground.prefixes.map(|_| PODS_WITH_PREFIXES);
    let Some(written) = &keys.kubelet else {
        return Kubelet { max_pods: with_prefixes, ..Kubelet::default() };
    };
    if let Some(pods) = &written.max_pods {
        check_addresses(report, ground, keys, pods.get(), pods.span);
    }
    check_image_gc(report, written);
    if image::family(keys) == AmiFamily::Bottlerocket {
        check_bottlerocket(report, written);
    }
    Kubelet {
        max_pods: written.max_pods.as_ref().map(|pods| pods.get()).or(with_prefixes),
        kube_reserved: written.kube_reserved.as_ref().map(|set| set.0.clone()).unwrap_or_default(),
        system_reserved: written.system_reserved.as_ref().map(|set| set.0.clone()).unwrap_or_default(),
        eviction_hard: written.eviction_hard.as_ref().map(|set| set.0.clone()).unwrap_or_default(),
        image_gc_high: written.image_gc_high_percent.as_ref().map(|percent| percent.get()),
        image_gc_low: written.image_gc_low_percent.as_ref().map(|percent| percent.get()),
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
