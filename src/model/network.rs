//! The network of a cluster: a VPC of its own or an existing one, zones, subnets, ways out.

pub mod existing;
mod overlap;
pub mod own;
mod zones;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::{Context, Report, check_repeated};
use crate::blueprint::keys::{Cluster as ClusterKeys, Network as Keys};
use crate::blueprint::scalar::IpFamily;
use crate::catalog::Region;
use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

pub use existing::{ExistingVpc, ExistingZone};
pub use own::{OwnVpc, Zone};

pub(super) use overlap::{check_overlaps, check_tags};

/// A cluster's VPC, and how addresses are given out in it.
#[derive(Debug, Clone, Serialize)]
pub struct Network {
    /// The VPC's range.
    pub cidr: Spanned<Ipv4Net>,
    /// Whose VPC it is.
    pub vpc: Vpc,
    /// Which addresses pods and Services have.
    pub ip_family: IpFamily,
    /// The range of Service addresses; with IPv6 EKS chooses it.
    pub service_cidr: Spanned<Ipv4Net>,
    /// The zones of the control plane, sorted: those that the cluster was made with, and so never others.
    pub control_plane_zones: Vec<String>,
    /// References to clusters that it can come to meet, as written.
    pub peers: Vec<Spanned<String>>,
}

/// Whose a VPC is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vpc {
    /// The cluster's: plinth makes it and everything in it.
    Own(OwnVpc),
    /// Somebody else's: plinth makes nothing in it but the cluster.
    Existing(ExistingVpc),
}

impl Vpc {
    fn zone_names(&self) -> Vec<&str> {
        match self {
            Self::Own(own) => own.zones.iter().map(|zone| zone.name.as_str()).collect(),
            Self::Existing(existing) => existing.zones.iter().map(|zone| zone.name.as_str()).collect(),
        }
    }
}

impl Network {
    /// Returns the VPC that plinth makes.
    pub fn own(&self) -> Option<&OwnVpc> {
        match &self.vpc {
            Vpc::Own(own) => Some(own),
            Vpc::Existing(_) => None,
        }
    }

    /// Returns the VPC that exists already.
    pub fn existing(&self) -> Option<&ExistingVpc> {
        match &self.vpc {
            Vpc::Own(_) => None,
            Vpc::Existing(existing) => Some(existing),
        }
    }

    /// Returns the names of the zones, in the order in which they were asked for.
    pub fn zone_names(&self) -> Vec<&str> {
        self.vpc.zone_names()
    }

    /// Whether there are zones that the control plane is not in.
    pub fn control_plane_differs(&self) -> bool {
        self.control_plane_zones.len() != self.zone_names().len()
    }

    /// Returns the zones that hold a NAT gateway of ours.
    pub fn nat_zones(&self) -> &[String] {
        self.own().map_or(&[], |own| &own.nat_zones)
    }

    /// Returns the services that the VPC reaches through endpoints of ours, besides S3.
    pub fn endpoints(&self) -> &[String] {
        self.own().map_or(&[], |own| &own.endpoints)
    }

    /// Whether pods take their addresses from subnets of their own.
    pub fn has_pod_subnets(&self) -> bool {
        match &self.vpc {
            Vpc::Own(own) => own.pod_cidr.is_some(),
            Vpc::Existing(existing) => existing.zones.iter().any(|zone| zone.pods.is_some()),
        }
    }

    /// Whether pods and Services have IPv6 addresses.
    pub fn is_ipv6(&self) -> bool {
        self.ip_family == IpFamily::Ipv6
    }

    /// Returns the ranges that are known to be the VPC's, with the keys that say so.
    fn ranges(&self) -> impl Iterator<Item = (&'static str, Spanned<Ipv4Net>)> {
        let pods = self.own().and_then(|own| own.pod_cidr);
        std::iter::once(("cidr", self.cidr)).chain(pods.map(|range| ("pod_cidr", range)))
    }
}

/// A cluster whose network is planned.
pub(super) struct Place<'a> {
    /// Its EKS name.
    pub cluster: &'a str,
    /// Where it was named.
    pub at: Span,
    /// Its region.
    pub region: &'a str,
    /// What the catalog says of the region.
    pub facts: &'a Region,
    /// The zones of its control plane, where it exists already; else none.
    pub made_in: &'a [String],
}

/// Returns where it was decided that nodes hand out addresses by prefixes of 16; nothing where they do not.
///
/// With IPv6 they always do (EKS user guide, "Learn about IPv6 addresses to clusters, pods, and services", read
/// 2026-11). Where pods have subnets of their own they do unless told otherwise: no pod's address is on a
/// node's first interface then, and without prefixes the kubelet would take more pods than the others have addresses.
pub(super) fn prefixes(keys: &ClusterKeys) -> Option<Span> {
    let network = keys.network.as_ref()?;
    if network.ip_family.value == IpFamily::Ipv6 {
        return Some(network.ip_family.span);
    }
    match &network.prefix_delegation {
        Some(chosen) => chosen.value.then_some(chosen.span),
        None => pod_subnets(network),
    }
}

/// Returns where prefixes were refused though pods have subnets of their own.
pub(super) fn without_prefixes(network: &Keys) -> Option<Span> {
    let refused = network.prefix_delegation.as_ref().filter(|chosen| !chosen.value)?;
    pod_subnets(network).map(|_| refused.span)
}

/// Returns where it was decided that pods have subnets of their own; nothing where they do not.
pub(super) fn pod_subnets(network: &Keys) -> Option<Span> {
    let of_existing = Some(network.pod_subnets.span).filter(|_| network.pod_subnets.is_written());
    network.pod_cidr.as_ref().map(|range| range.span).or(of_existing)
}

/// Plans the network of a cluster.
pub(super) fn resolve(context: &mut Context<'_>, place: &Place<'_>, keys: Option<&Keys>) -> Option<Network> {
    let Some((keys, cidr)) = keys.and_then(|keys| Some((keys, keys.cidr.as_ref()?))) else {
        let vpc = keys.and_then(|keys| keys.vpc_id.as_ref());
        let problem = Problem::NoCidr { cluster: place.cluster.to_owned(), is_existing: vpc.is_some() };
        context.push(problem, vpc.map_or(place.at, |id| id.span));
        return None;
    };
    check_ip_family(context, keys);
    check_repeated(context, &keys.peers);
    if private_range(cidr.value).or(shared_range(cidr.value)).is_none() {
        context.push(Problem::PublicVpcRange { range: cidr.value }, cidr.span);
    }
    let vpc = match &keys.vpc_id {
        Some(id) => existing::resolve(context, place, keys, *cidr, id).map(Vpc::Existing),
        None => own::resolve(context, place, keys, *cidr).map(Vpc::Own),
    };
    check_service_range(context, keys, cidr.value);
    let vpc = vpc?;
    let written = [keys.zones.span, keys.private_subnets.span].into_iter().find(|at| *at != Span::default());
    let (zones, at) = (vpc.zone_names(), written.unwrap_or(place.at));
    let control_plane_zones = zones::of_control_plane(context, place, cidr.value, &zones, at);
    Some(Network {
        cidr: *cidr,
        vpc,
        control_plane_zones,
        ip_family: keys.ip_family.value,
        service_cidr: Spanned::new(keys.service_cidr.value, service_at(keys)),
        peers: keys.peers.value.clone(),
    })
}

/// An IPv6 cluster has addresses enough: it takes no second range, and EKS gives it a Service range (EKS user guide, "Learn
/// about IPv6 addresses to clusters, pods, and services", read 2026-11).
fn check_ip_family(context: &mut Context<'_>, keys: &Keys) {
    if keys.ip_family.value == IpFamily::Ipv4 {
        return;
    }
    let refused = [
        ("pod_cidr", keys.pod_cidr.as_ref().map(|range| range.span)),
        ("service_cidr", keys.service_cidr.is_written().then_some(keys.service_cidr.span)),
        ("vpc_id", keys.vpc_id.as_ref().map(|id| id.span)),
    ];
    for (key, at) in refused {
        if let Some(at) = at {
            context.push_conflict(Problem::NotWithIpv6 { key }, at, keys.ip_family.span);
        }
    }
}

/// Returns where the range of Services was decided: with the default, what it does not fit is the VPC's.
fn service_at(keys: &Keys) -> Span {
    let service = keys.service_cidr;
    keys.cidr.filter(|_| !service.is_written()).map_or(service.span, |cidr| cidr.span)
}

/// EKS takes Service ranges inside the private ranges, /12 to /24, that the VPC does not use (EKS API
/// `KubernetesNetworkConfigRequest`, read 2026-11).
fn check_service_range(context: &mut Context<'_>, keys: &Keys, vpc: Ipv4Net) {
    if keys.ip_family.value == IpFamily::Ipv6 {
        return;
    }
    let service = keys.service_cidr.value;
    let at = service_at(keys);
    let inside = private_range(service).is_some();
    if !inside || !(12..=24).contains(&service.prefix_len()) {
        context.push(Problem::ServiceCidrRange { range: service }, at);
    }
    if overlaps(service, vpc) {
        let problem = Problem::ServiceCidrOverlap { range: service, vpc };
        let vpc = keys.cidr.filter(|_| keys.service_cidr.is_written());
        context.report(problem, at, vpc.map(|vpc| vpc.span));
    }
}

/// Returns the private range (RFC 1918) that a range is a part of.
pub(super) fn private_range(range: Ipv4Net) -> Option<Ipv4Net> {
    const PRIVATE: [([u8; 4], u8); 3] = [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];
    let ranges = PRIVATE.map(|(address, length)| Ipv4Net::new_assert(address.into(), length));
    ranges.into_iter().find(|private| private.contains(&range))
}

/// Returns the range that providers use behind their NAT (RFC 6598), where a range is a part of it.
pub(super) fn shared_range(range: Ipv4Net) -> Option<Ipv4Net> {
    let shared = Ipv4Net::new_assert([100, 64, 0, 0].into(), 10);
    shared.contains(&range).then_some(shared)
}

/// Whether two ranges share an address.
fn overlaps(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}
