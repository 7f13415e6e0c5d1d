//! What a node offers to pods: what its instance type has, less what the kubelet keeps back.

use std::collections::BTreeMap;
use std::ops::{Add, Mul};

use serde::Serialize;

use super::kubelet::{Kubelet, PODS_WITH_PREFIXES};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::quantity::{mebibytes, millicores};
use crate::blueprint::scalar::{AmiFamily, Architecture, InstanceType};
use crate::catalog::InstanceSize;
use crate::hcl::value::Value;
use crate::model::{addon, network};

/// What pods ask for, or nodes offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// CPU in thousandths.
    pub cpu_milli: u32,
    /// Memory.
    pub memory_mib: u32,
    /// Pods.
    pub pods: u32,
}

impl Add for Resources {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_add(other.cpu_milli),
            memory_mib: self.memory_mib.saturating_add(other.memory_mib),
            pods: self.pods.saturating_add(other.pods),
        }
    }
}

impl Mul<u32> for Resources {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_mul(times),
            memory_mib: self.memory_mib.saturating_mul(times),
            pods: self.pods.saturating_mul(times),
        }
    }
}

/// How the nodes of a cluster come by addresses for pods.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::model) struct Addressing {
    /// By prefixes of 16.
    pub prefixes: bool,
    /// From subnets of their own, so that none is on a node's first interface.
    pub pod_subnets: bool,
}

impl Addressing {
    /// Reads it from the network's keys, and from what vpc-cni is told by its values.
    pub fn of(keys: &ClusterKeys) -> Self {
        let told = addon::told(addon::VPC_CNI, keys);
        let told = told.at("env.ENABLE_PREFIX_DELEGATION") == Some(&Value::from("true"));
        let network = keys.network.as_ref();
        Self {
            prefixes: told || network::prefixes(keys).is_some(),
            pod_subnets: network.is_some_and(|network| network::pod_subnets(network).is_some()),
        }
    }

    /// Returns how many pods have an address: each interface keeps its first, and two pods take the node's own, vpc-cni
    /// and kube-proxy (amazon-vpc-cni-k8s, `eni-max-pods.txt`, read 2026-11).
    pub fn pods(self, size: InstanceSize) -> u32 {
        let interfaces = size.interfaces - u32::from(self.pod_subnets);
        interfaces * (size.addresses - 1) * if self.prefixes { 16 } else { 1 } + 2
    }
}

/// Returns how many pods the kubelet of a node takes where nobody says how many: it knows nothing of subnets for pods (same
/// sources).
pub(super) fn pods_unless_told(size: InstanceSize) -> u32 {
    Addressing::default().pods(size).min(most_pods(size))
}

/// The most pods that EKS gives a node of a managed group: 110 below 30 vCPUs, 250 from there on (EKS user guide, "Choose an
/// optimal Amazon EC2 node instance type", read 2026-11).
fn most_pods(size: InstanceSize) -> u32 {
    if size.cpus < 30 { PODS_WITH_PREFIXES } else { 250 }
}

/// Returns what a node shows of its instance's memory: the hypervisor and the system keep some, and Karpenter reckons with 7.5
/// per cent (karpenter-provider-aws v1.14.1, `instancetype/types.go`, read 2026-11).
pub(super) fn usable(memory_mib: u32) -> u32 {
    memory_mib - (memory_mib * 75).div_ceil(1_000)
}

/// Returns what a node of a managed group offers to pods. Graviton keeps 64 MiB more of the memory (same source).
pub(in crate::model) fn allocatable(
    size: InstanceSize,
    instance: &InstanceType,
    family: AmiFamily,
    kubelet: &Kubelet,
    addressing: Addressing,
) -> Resources {
    let most = kubelet.max_pods.unwrap_or(u32::MAX).min(most_pods(size));
    let graviton = if instance.architecture() == Architecture::Arm64 { 64 } else { 0 };
    let memory = usable(size.memory_mib - graviton);
    // AL2023 reckons with what the type could hold, Bottlerocket with what it is told.
    let own = Addressing::default().pods(size);
    let pods_reckoned = match family {
        AmiFamily::Al2023 => own,
        AmiFamily::Bottlerocket => kubelet.max_pods.unwrap_or(own),
    };
    let set = |from: &BTreeMap<String, String>, key: &str, read: fn(&str) -> Option<u32>| {
        from.get(key).and_then(|text| read(text))
    };
    let kept = |key, read: fn(&str) -> Option<u32>, default| {
        let system = set(&kubelet.system_reserved, key, read).unwrap_or(0);
        set(&kubelet.kube_reserved, key, read).unwrap_or(default).saturating_add(system)
    };
    let cpu = kept("cpu", millicores, reserved_cpu(size.cpus));
    let kept_memory = kept("memory", mebibytes, reserved_memory(pods_reckoned));
    let evicted = evicted_below(kubelet.eviction_hard.get("memory.available"), memory);
    Resources {
        cpu_milli: (size.cpus * 1_000).saturating_sub(cpu),
        memory_mib: memory.saturating_sub(kept_memory).saturating_sub(evicted),
        pods: addressing.pods(size).min(most),
    }
}

/// What the images of EKS keep back of the CPU, in thousandths: 6 per cent of the first core, 1 of the second, 0.5 of the next
/// two, 0.25 of all others (amazon-eks-ami, `nodeadm`; bottlerocket#1388. Read 2026-11).
fn reserved_cpu(cpus: u32) -> u32 {
    60 + cpus.clamp(1, 2).saturating_sub(1) * 10
        + cpus.clamp(2, 4).saturating_sub(2) * 5
        + cpus.saturating_sub(4) * 5 / 2
}

/// What they keep back of the memory, in MiB (same sources).
fn reserved_memory(pods: u32) -> u32 {
    255 + 11 * pods
}

/// Below how many free MiB pods are evicted: 100, unless the blueprint says otherwise (same sources).
pub(super) fn evicted_below(written: Option<&String>, memory_mib: u32) -> u32 {
    const DEFAULT: u32 = 100;
    let Some(written) = written else { return DEFAULT };
    match written.strip_suffix('%') {
        // A fraction of a per cent is below what this can tell.
        Some(percent) => percent
            .split('.')
            .next()
            .and_then(|whole| whole.parse::<u32>().ok())
            .map_or(DEFAULT, |percent| memory_mib * percent.min(100) / 100),
        None => mebibytes(written).unwrap_or(DEFAULT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn node(instance: &str, kubelet: &Kubelet, addressing: Addressing) -> Resources {
        let instance = InstanceType::new(instance).expect("an instance type");
        let size = Catalog::load().instance_sizes.get(&instance).expect("in the catalog");
        allocatable(size, &instance, AmiFamily::Al2023, kubelet, addressing)
    }

    fn plain(instance: &str) -> Resources {
        node(instance, &Kubelet::default(), Addressing::default())
    }

    /// Karpenter's reference of instance types, of which some hold more pods than EKS lets a managed group have.
    #[test]
    fn nodes_offer_what_karpenter_reckons_with() {
        let row = |cpu_milli, memory_mib, pods| Resources { cpu_milli, memory_mib, pods };
        assert_eq!(plain("c5.large"), row(1930, 3114, 29));
        assert_eq!(plain("c5.xlarge"), row(3920, 6584, 58));
        // a1.medium is of the same shape: 2 GiB, Graviton, 8 pods.
        assert_eq!(plain("c6g.medium"), row(940, 1392, 8));
        assert_eq!(plain("m5.4xlarge").cpu_milli, 15_890);
        assert_eq!(plain("m5.4xlarge").pods, 110);
    }

    #[test]
    fn pods_are_limited_by_addresses() {
        let pods = ["t3.medium", "t3.large", "m5.large", "m5.xlarge", "m8i.large", "m6g.medium"];
        assert_eq!(pods.map(|instance| plain(instance).pods), [17, 35, 29, 58, 59, 8]);
        let pod_subnets = Addressing { pod_subnets: true, prefixes: false };
        assert_eq!(node("m5.large", &Kubelet::default(), pod_subnets).pods, 20);
        let prefixes = Addressing { prefixes: true, ..pod_subnets };
        let kubelet = Kubelet { max_pods: Some(110), ..Kubelet::default() };
        assert_eq!(node("m5.large", &kubelet, prefixes).pods, 110);
        // Two interfaces of two addresses, of which pods get one prefix.
        assert_eq!(node("t3.micro", &kubelet, prefixes).pods, 18);
    }

    #[test]
    fn what_the_blueprint_reserves_takes_the_place_of_the_default() {
        let set = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let kubelet = Kubelet {
            kube_reserved: set("cpu", "200m"),
            system_reserved: set("memory", "1Gi"),
            eviction_hard: set("memory.available", "10%"),
            ..Kubelet::default()
        };
        let node = node("m5.large", &kubelet, Addressing::default());
        // Of 8192 MiB 7577 are left; 574 and 1024 are reserved, 757 kept free.
        assert_eq!(node, Resources { cpu_milli: 1800, memory_mib: 7577 - 574 - 1024 - 757, pods: 29 });
    }
}
