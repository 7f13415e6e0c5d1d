//! The VPC of a cluster: zones, subnets, NAT.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Context;
use crate::blueprint::keys::{Cluster as ClusterKeys, Network as Keys};
use crate::blueprint::scalar::{Nat, Zones};
use crate::catalog::Region;
use crate::diagnostic::Span;
use crate::problem::Problem;

/// A VPC and its zones.
#[derive(Debug, Clone)]
pub struct Network {
    /// The VPC's range.
    pub cidr: Ipv4Net,
    /// Where the range was written.
    pub cidr_at: Span,
    /// Zones in the order in which they were asked for.
    pub zones: Vec<Zone>,
    /// The zones that hold a NAT gateway.
    pub nat_zones: Vec<String>,
    /// The range of Service addresses.
    pub service_cidr: Ipv4Net,
    /// Whether nodes hand out addresses by prefixes.
    pub prefix_delegation: bool,
}

/// A zone and its two subnets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// `us-east-1a`
    pub name: String,
    /// Nodes and pods.
    pub private: Ipv4Net,
    /// NAT gateways and load balancers.
    pub public: Ipv4Net,
}

/// Whether a cluster's nodes hand out addresses by prefixes of 16: where that was decided, or nothing.
pub(super) fn prefixes(keys: &ClusterKeys) -> Option<Span> {
    let chosen = &keys.network.as_ref()?.prefix_delegation;
    chosen.value.then_some(chosen.span)
}

/// Plans the network of a cluster.
pub(super) fn resolve(
    context: &mut Context<'_>,
    cluster: &str,
    at: Span,
    keys: Option<&Keys>,
    region: &str,
    facts: &Region,
) -> Option<Network> {
    let Some((keys, cidr)) = keys.and_then(|keys| Some((keys, keys.cidr.as_ref()?))) else {
        context.push(Problem::NoCidr { cluster: cluster.to_owned() }, at);
        return None;
    };
    let names = zone_names(context, keys, region, facts)?;
    for (zone, (at, _)) in &keys.subnets.0 {
        if !names.contains(zone) {
            context.push(Problem::SubnetsWithoutZone { zone: zone.clone(), zones: names.clone() }, *at);
        }
    }
    let is_written = |name: &String| {
        keys.subnets.0.get(name).is_some_and(|(_, own)| own.private.is_some() && own.public.is_some())
    };
    // AWS takes /16 to /28 (VPC user guide, "VPC CIDR blocks", read 2026-11).
    let (largest, smallest) = (16, if names.iter().all(is_written) { 28 } else { SMALLEST_PLANNED });
    if !(largest..=smallest).contains(&cidr.prefix_len()) {
        context.push(Problem::CidrSize { range: cidr.value, largest, smallest }, cidr.span);
        return None;
    }
    let zones: Vec<Zone> = names.iter().map(|name| zone(name, cidr.value, keys)).collect();
    check_subnets(context, keys, cidr.value, cidr.span, &zones);
    check_service_range(context, keys, cidr.value);
    let nat_zones = match keys.nat.value {
        Nat::Single => names[..1].to_vec(),
        Nat::PerZone => names,
    };
    Some(Network {
        cidr: cidr.value,
        cidr_at: cidr.span,
        zones,
        nat_zones,
        service_cidr: keys.service_cidr.value,
        prefix_delegation: keys.prefix_delegation.value,
    })
}

fn zone_names(context: &mut Context<'_>, keys: &Keys, region: &str, facts: &Region) -> Option<Vec<String>> {
    let known: Vec<String> = facts.zones.iter().map(|letter| format!("{region}{letter}")).collect();
    match &keys.zones.value {
        Zones::Count(count) => {
            let wanted = *count as usize;
            if wanted <= known.len() {
                return Some(known[..wanted].to_vec());
            }
            // The default of three is no wish: a region of two zones takes two.
            if !keys.zones.is_written() {
                return Some(known);
            }
            context.push(
                Problem::TooFewZones { region: region.to_owned(), asked: *count, known },
                keys.zones.span,
            );
            None
        }
        Zones::Names(names) => {
            let mut good = Vec::new();
            for name in names {
                let first = names.iter().find(|first| first.value == name.value).map(|first| first.span);
                if let Some(first) = first.filter(|first| *first != name.span) {
                    let problem = Problem::RepeatedZone { zone: name.value.clone() };
                    context.push_conflict(problem, name.span, first);
                } else if known.contains(&name.value) {
                    good.push(name.value.clone());
                } else {
                    let problem = Problem::ZoneNotInRegion {
                        zone: name.value.clone(),
                        region: region.to_owned(),
                        known: known.clone(),
                    };
                    context.push(problem, name.span);
                }
            }
            if names.len() < 2 && good.len() == names.len() {
                context.push(Problem::OneZone { named: names.len() }, keys.zones.span);
            }
            (good.len() == names.len() && good.len() > 1).then_some(good)
        }
    }
}

/// The smallest VPC whose planned private subnets are /22: 1,024 addresses for the pods of a zone.
const SMALLEST_PLANNED: u8 = 19;

/// Finds a zone's subnets: each as written, else by the zone's letter.
///
/// The VPC is cut into eight equal parts. Part 0 is the private subnet of zone `a`, part 1 that of `b`, and so on;
/// part 7 is cut into eight again, for the public subnets. A zone's ranges depend on its letter alone, so
/// that adding or removing another zone never moves them. In a /16 a private subnet is a /19 (8,192
/// addresses) and a public one a /22.
fn zone(name: &str, vpc: Ipv4Net, keys: &Keys) -> Zone {
    let own = keys.subnets.0.get(name).map(|(_, own)| own);
    let letter = name.bytes().last().unwrap_or(b'a').saturating_sub(b'a');
    let private = own.and_then(|own| own.private.as_ref()).map(|private| private.value);
    let public = own.and_then(|own| own.public.as_ref()).map(|public| public.value);
    Zone {
        name: name.to_owned(),
        private: private.unwrap_or_else(|| eighth(vpc, letter)),
        public: public.unwrap_or_else(|| eighth(eighth(vpc, 7), letter)),
    }
}

/// Returns one of the eight equal parts of a range.
fn eighth(range: Ipv4Net, part: u8) -> Ipv4Net {
    let prefix = range.prefix_len() + 3;
    let size = 1u32 << (32 - u32::from(prefix));
    let first = u32::from(range.network()) + u32::from(part) * size;
    Ipv4Net::new_assert(Ipv4Addr::from(first), prefix)
}

fn check_subnets(context: &mut Context<'_>, keys: &Keys, vpc: Ipv4Net, vpc_at: Span, zones: &[Zone]) {
    let written = |zone: &Zone, private: bool| {
        let (_, own) = keys.subnets.0.get(&zone.name)?;
        if private { own.private.as_ref() } else { own.public.as_ref() }.map(|range| range.span)
    };
    let mut ranges: Vec<(Ipv4Net, Option<Span>)> = Vec::new();
    for zone in zones {
        ranges.push((zone.private, written(zone, true)));
        ranges.push((zone.public, written(zone, false)));
    }
    for (index, (range, at)) in ranges.iter().enumerate() {
        let Some(at) = *at else { continue };
        if range.prefix_len() > 28 {
            context.push(Problem::SubnetTooSmall { range: *range }, at);
        }
        if !vpc.contains(range) {
            context.push_conflict(Problem::OutsideParent { range: *range, parent: vpc }, at, vpc_at);
        }
        // Each pair once: with later ranges, and with earlier ones that the plan chose.
        let others = ranges
            .iter()
            .enumerate()
            .filter(|(other, (_, written))| *other > index || (*other < index && written.is_none()));
        for (_, (other, other_at)) in others {
            if overlaps(*range, *other) {
                let is_planned = other_at.is_none();
                let problem = Problem::SubnetOverlap { range: *range, other: *other, is_planned };
                context.push_conflict(problem, at, other_at.unwrap_or(vpc_at));
            }
        }
    }
}

/// EKS takes Service ranges inside the private ranges, /12 to /24, that the VPC does not use (EKS API
/// `KubernetesNetworkConfigRequest`, read 2026-11).
fn check_service_range(context: &mut Context<'_>, keys: &Keys, vpc: Ipv4Net) {
    let service = keys.service_cidr.value;
    let at = if keys.service_cidr.is_written() {
        keys.service_cidr.span
    } else {
        keys.cidr.as_ref().map_or(keys.service_cidr.span, |cidr| cidr.span)
    };
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    let inside = private
        .iter()
        .filter_map(|range| range.parse::<Ipv4Net>().ok())
        .any(|range| range.contains(&service));
    if !inside || !(12..=24).contains(&service.prefix_len()) {
        context.push(Problem::ServiceCidrRange { range: service }, at);
    }
    if overlaps(service, vpc) {
        context.push(Problem::ServiceCidrOverlap { range: service, vpc }, at);
    }
}

/// Whether two ranges share an address.
pub(super) fn overlaps(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_tile_the_range() {
        let vpc: Ipv4Net = "10.1.0.0/16".parse().expect("a range");
        let parts: Vec<String> = (0..8).map(|part| eighth(vpc, part).to_string()).collect();
        assert_eq!(parts[0], "10.1.0.0/19");
        assert_eq!(parts[7], "10.1.224.0/19");
        assert_eq!(eighth(eighth(vpc, 7), 2).to_string(), "10.1.232.0/22");
    }
}
