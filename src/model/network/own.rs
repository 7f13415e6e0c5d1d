//! A VPC of the cluster's own: its plan.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::{Place, overlaps, private_range, shared_range, zones};
use crate::blueprint::keys::Network as Keys;
use crate::blueprint::scalar::Nat;
use crate::diagnostic::{Span, Spanned};
use crate::model::{Context, Report, check_repeated};
use crate::problem::Problem;

/// A VPC that plinth makes.
#[derive(Debug, Clone, Serialize)]
pub struct OwnVpc {
    /// Zones in the order in which they were asked for.
    pub zones: Vec<Zone>,
    /// The zones that hold a NAT gateway.
    pub nat_zones: Vec<String>,
    /// The range from which pods take their addresses, where it is not the VPC's first.
    pub pod_cidr: Option<Spanned<Ipv4Net>>,
    /// Services that it reaches through endpoints, besides S3; sorted.
    pub endpoints: Vec<String>,
}

/// A zone and its subnets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// `us-east-1a`
    pub name: String,
    /// Nodes, and pods where they have no range of their own.
    pub private: Ipv4Net,
    /// NAT gateways and load balancers.
    pub public: Ipv4Net,
    /// Pods.
    pub pods: Option<Ipv4Net>,
}

impl Zone {
    /// Returns which of the 256 parts of the VPC's IPv6 range the private subnet takes, and which the public one.
    ///
    /// AWS gives a VPC a /56 and a subnet a /64 (VPC user guide, "IPv6 CIDR blocks", read 2026-11). As with IPv4 the
    /// letter decides.
    pub fn ipv6_parts(&self) -> (u32, u32) {
        let letter = u32::from(letter(&self.name));
        (letter, 128 + letter)
    }
}

/// Plans a VPC.
pub(super) fn resolve(
    context: &mut Context<'_>,
    place: &Place<'_>,
    keys: &Keys,
    cidr: Spanned<Ipv4Net>,
) -> Option<OwnVpc> {
    check_keys(context, keys);
    let endpoints = endpoints(context, keys);
    let pod_cidr = keys.pod_cidr.as_ref().filter(|range| check_pod_range(context, keys, range, cidr.value));
    let names = zones::choose(context, place, keys)?;
    for (zone, (at, _)) in &keys.subnets.0 {
        if !names.contains(zone) {
            context.push(Problem::SubnetsWithoutZone { zone: zone.clone(), zones: names.clone() }, *at);
        }
    }
    let is_written = |name: &String| {
        keys.subnets.0.get(name).is_some_and(|(_, own)| own.private.is_some() && own.public.is_some())
    };
    let (largest, smallest) =
        (LARGEST, if names.iter().all(is_written) { SMALLEST } else { SMALLEST_PLANNED });
    if !(largest..=smallest).contains(&cidr.prefix_len()) {
        context.push(Problem::CidrSize { range: cidr.value, largest, smallest }, cidr.span);
        return None;
    }
    let zones: Vec<Zone> =
        names.iter().map(|name| zone(name, cidr.value, pod_cidr.map(|range| range.value), keys)).collect();
    check_subnets(context, keys, cidr.value, cidr.span, &zones);
    let nat_zones = match keys.nat.value {
        Nat::Single => names[..1].to_vec(),
        Nat::PerZone => names,
    };
    Some(OwnVpc { zones, nat_zones, pod_cidr: pod_cidr.copied(), endpoints })
}

/// Refuses keys that are about a VPC which exists already.
fn check_keys(context: &mut Context<'_>, keys: &Keys) {
    let refused = [
        ("private_subnets", keys.private_subnets.span),
        ("public_subnets", keys.public_subnets.span),
        ("pod_subnets", keys.pod_subnets.span),
        ("security_groups", keys.security_groups.span),
        ("tag_subnets", keys.tag_subnets.span),
    ];
    for (key, at) in refused.into_iter().filter(|(_, at)| *at != Span::default()) {
        context.push(Problem::OnlyWithVpcId { key }, at);
    }
}

/// Returns the services that get an endpoint, each once.
fn endpoints(context: &mut Context<'_>, keys: &Keys) -> Vec<String> {
    let known = &context.catalog.vpc_endpoints;
    let mut names: Vec<String> = Vec::new();
    check_repeated(context, &keys.endpoints);
    for name in keys.endpoints.iter() {
        if name.value == "s3" {
            context.push(Problem::EndpointOfS3, name.span);
        } else if known.contains_key(&name.value) {
            names.push(name.value.clone());
        } else {
            let known = known.keys().cloned().collect();
            context.push(Problem::UnknownEndpoint { name: name.value.clone(), known }, name.span);
        }
    }
    names.sort();
    names
}

/// The largest range that AWS takes (VPC user guide, "VPC CIDR blocks", read 2026-11).
pub(super) const LARGEST: u8 = 16;

/// The smallest one.
pub(super) const SMALLEST: u8 = 28;

/// The smallest range whose planned private subnets are /22: 1,024 addresses for the pods of a zone.
const SMALLEST_PLANNED: u8 = 19;

/// Whether a range can be the VPC's second one.
///
/// AWS takes none of another private range than the first one's (VPC user guide, "IPv4 CIDR block association restrictions",
/// read 2026-11). 100.64.0.0/10, which providers use behind their NAT, always fits.
fn check_pod_range(context: &mut Context<'_>, keys: &Keys, range: &Spanned<Ipv4Net>, vpc: Ipv4Net) -> bool {
    let why = if !(LARGEST..=SMALLEST_PLANNED).contains(&range.prefix_len()) {
        Some("a /16 to /19 is needed: each zone takes an eighth of it")
    } else if shared_range(range.value).is_none()
        && (private_range(range.value).is_none() || private_range(range.value) != private_range(vpc))
    {
        Some("AWS takes one within 100.64.0.0/10, or of the private range that the VPC's own is of")
    } else {
        None
    };
    if let Some(why) = why {
        context.push(Problem::PodRange { range: range.value, why }, range.span);
    }
    let service = keys.service_cidr.value;
    let others =
        [(vpc, "the VPC's range", &keys.cidr), (service, "the Service range", &Some(keys.service_cidr))];
    let mut is_free = true;
    for (other, what, at) in others.into_iter().filter(|(other, ..)| overlaps(range.value, *other)) {
        is_free = false;
        let problem = Problem::PodRangeOverlap { range: range.value, other, what };
        let at = at.as_ref().filter(|at| at.is_written());
        context.report(problem, range.span, at.map(|at| at.span));
    }
    why.is_none() && is_free
}

/// Returns the number of a zone's letter, 0 for `a`: below 7, since the last eighth is for public subnets.
///
/// No region of the catalog has a letter behind `g`.
fn letter(zone: &str) -> u8 {
    zone.bytes().last().unwrap_or(b'a').saturating_sub(b'a').min(6)
}

/// Finds a zone's subnets: each as written, else by the zone's letter.
///
/// The VPC is cut into eight equal parts. Part 0 is the private subnet of zone `a`, part 1 that of `b`, and so on;
/// part 7 is cut into eight again, for the public subnets. A zone's ranges depend on its letter alone, so
/// that adding or removing another zone never moves them. In a /16 a private subnet is a /19 (8,192
/// addresses) and a public one a /22. A range for pods is cut like the VPC.
fn zone(name: &str, vpc: Ipv4Net, pods: Option<Ipv4Net>, keys: &Keys) -> Zone {
    let own = keys.subnets.0.get(name).map(|(_, own)| own);
    let letter = letter(name);
    let private = own.and_then(|own| own.private.as_ref()).map(|private| private.value);
    let public = own.and_then(|own| own.public.as_ref()).map(|public| public.value);
    Zone {
        name: name.to_owned(),
        private: private.unwrap_or_else(|| eighth(vpc, letter)),
        public: public.unwrap_or_else(|| eighth(eighth(vpc, 7), letter)),
        pods: pods.map(|pods| eighth(pods, letter)),
    }
}

/// Returns one of the eight equal parts of a range, 0 to 7.
fn eighth(range: Ipv4Net, part: u8) -> Ipv4Net {
    debug_assert!(part < 8, "a range has eight eighths");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_zone_has_an_eighth_of_its_own() {
        for (name, region) in &Catalog::load().regions {
            let mut letters: Vec<u8> = region
                .zones
                .iter()
                .chain(&region.by_name)
                .map(|zone| letter(&format!("{name}{zone}")))
                .collect();
            letters.sort_unstable();
            let all = letters.len();
            letters.dedup();
            assert_eq!(letters.len(), all, "{name}");
        }
    }

    #[test]
    fn parts_tile_the_range() {
        let vpc: Ipv4Net = "10.1.0.0/16".parse().expect("a range");
        let parts: Vec<String> = (0..8).map(|part| eighth(vpc, part).to_string()).collect();
        assert_eq!(parts[0], "10.1.0.0/19");
        assert_eq!(parts[7], "10.1.224.0/19");
        assert_eq!(eighth(eighth(vpc, 7), 2).to_string(), "10.1.232.0/22");
    }
}
