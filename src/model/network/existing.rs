//! A VPC that exists already: its subnets, as the blueprint says.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::own::{LARGEST, SMALLEST};
use super::{Place, zones};
use crate::blueprint::keys::Network as Keys;
use crate::blueprint::scalar::{SecurityGroupId, SubnetId, VpcId, Zoned};
use crate::diagnostic::{Span, Spanned};
use crate::model::{Context, check_repeated};
use crate::problem::Problem;

/// A VPC in which plinth makes nothing but the cluster.
#[derive(Debug, Clone, Serialize)]
pub struct ExistingVpc {
    /// `vpc-0a1b2c3d4e5f60718`
    pub id: VpcId,
    /// Zones by name.
    pub zones: Vec<ExistingZone>,
    /// What the control plane has besides the security group that EKS makes for it.
    pub security_groups: Vec<SecurityGroupId>,
    /// Whether plinth puts the tags on its subnets that load balancers need.
    pub tag_subnets: bool,
}

/// A zone and its subnets.
#[derive(Debug, Clone, Serialize)]
pub struct ExistingZone {
    /// `us-east-1a`
    pub name: String,
    /// Nodes, and pods where they have no subnet of their own.
    pub private: Spanned<SubnetId>,
    /// Internet-facing load balancers.
    pub public: Option<Spanned<SubnetId>>,
    /// Pods.
    pub pods: Option<Spanned<SubnetId>>,
}

/// Gathers what the blueprint says of an existing VPC.
///
/// A public subnet in a zone without a private one is refused: a load balancer there would send everything to another zone.
/// Pods have a subnet of their own in every zone or in none, since a node whose zone has none would get no pod running.
pub(super) fn resolve(
    context: &mut Context<'_>,
    place: &Place<'_>,
    keys: &Keys,
    cidr: Spanned<Ipv4Net>,
    id: &Spanned<VpcId>,
) -> Option<ExistingVpc> {
    check_keys(context, keys, id.span);
    if !(LARGEST..=SMALLEST).contains(&cidr.prefix_len()) {
        let problem = Problem::CidrSize { range: cidr.value, largest: LARGEST, smallest: SMALLEST };
        context.push(problem, cidr.span);
    }
    if !keys.private_subnets.is_written() {
        context.push(Problem::NoPrivateSubnets { cluster: place.cluster.to_owned() }, id.span);
        return None;
    }
    let private = &keys.private_subnets.0;
    let lists = [private, &keys.public_subnets.0, &keys.pod_subnets.0];
    check_ids(context, &lists);
    for (zone, (at, _)) in private {
        zones::check(context, place, zone, *at, false);
    }
    if private.len() < 2 {
        let problem = Problem::OneZone { named: private.len(), key: "private_subnets" };
        context.push(problem, keys.private_subnets.span);
    }
    for subnets in &lists[1..] {
        for (zone, (at, _)) in subnets.iter().filter(|(zone, _)| !private.contains_key(*zone)) {
            let zones = private.keys().cloned().collect();
            context.push(Problem::ZoneWithoutPrivateSubnet { zone: zone.clone(), zones }, *at);
        }
    }
    if keys.pod_subnets.is_written() {
        for zone in private.keys().filter(|zone| !keys.pod_subnets.0.contains_key(*zone)) {
            let problem = Problem::ZoneWithoutPodSubnet { zone: zone.clone() };
            context.push(problem, keys.pod_subnets.span);
        }
    }
    let in_zone =
        |subnets: &Zoned<Spanned<SubnetId>>, zone: &str| subnets.0.get(zone).map(|(_, id)| id.clone());
    let zones = private.iter().map(|(zone, (_, id))| ExistingZone {
        name: zone.clone(),
        private: id.clone(),
        public: in_zone(&keys.public_subnets, zone),
        pods: in_zone(&keys.pod_subnets, zone),
    });
    check_repeated(context, &keys.security_groups);
    let security_groups = keys.security_groups.iter().map(|group| group.value.clone()).collect();
    let (id, tag_subnets) = (id.value.clone(), *keys.tag_subnets);
    Some(ExistingVpc { id, zones: zones.collect(), security_groups, tag_subnets })
}

/// Refuses keys that would make something in somebody else's VPC.
fn check_keys(context: &mut Context<'_>, keys: &Keys, vpc_at: Span) {
    let refused = [
        ("zones", keys.zones.span),
        ("nat", keys.nat.span),
        ("subnets", keys.subnets.span),
        ("endpoints", keys.endpoints.span),
        ("pod_cidr", keys.pod_cidr.as_ref().map(|range| range.span).unwrap_or_default()),
    ];
    for (key, at) in refused.into_iter().filter(|(_, at)| *at != Span::default()) {
        context.push_conflict(Problem::NotWithVpcId { key }, at, vpc_at);
    }
}

/// Refuses a subnet that is named twice.
fn check_ids(context: &mut Context<'_>, lists: &[&BTreeMap<String, (Span, Spanned<SubnetId>)>]) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut ids: Vec<&Spanned<SubnetId>> =
        lists.iter().flat_map(|subnets| subnets.values()).map(|(_, id)| id).collect();
    ids.sort_by_key(|id| id.span);
    for id in ids {
        match seen.get(id.as_str()) {
            Some(first) => {
                let problem = Problem::RepeatedReference { value: id.to_string() };
                context.push_conflict(problem, id.span, *first);
            }
            None => {
                seen.insert(id.as_str(), id.span);
            }
        }
    }
}
