//! What networks of several clusters do to each other.

use super::{ExistingVpc, overlaps};
use crate::blueprint::scalar::SubnetId;
use crate::diagnostic::Spanned;
use crate::model::environment::{Cluster, Environment};
use crate::model::{Context, app};
use crate::problem::Problem;

/// Clusters of one account and region, and `peers`, can come to meet by a peering or a transit gateway, and an overlap
/// cannot be mended without building one of them anew.
pub(in crate::model) fn check_overlaps(context: &mut Context<'_>, environments: &[Environment]) {
    let peers = peers(context, environments);
    let all = clusters(environments);
    for (index, (environment, cluster)) in all.iter().enumerate() {
        for (other_environment, other) in &all[..index] {
            if let (Some(vpc), Some(other_vpc)) = (cluster.network.existing(), other.network.existing()) {
                check_existing(context, (cluster, vpc), (other, other_vpc));
                if vpc.id == other_vpc.id {
                    continue;
                }
            }
            let is_listed =
                |one: &str, another: &str| peers.iter().any(|(from, to)| from == one && to == another);
            let meet = environment.account == other_environment.account && cluster.region == other.region
                || is_listed(&cluster.eks_name, &other.eks_name)
                || is_listed(&other.eks_name, &cluster.eks_name);
            if !meet {
                if environment.account == other_environment.account {
                    check_regions(context, cluster, other);
                }
                continue;
            }
            check_service_range(context, cluster, other);
            check_service_range(context, other, cluster);
            for (key, range) in cluster.network.ranges() {
                for (_, other_range) in other.network.ranges() {
                    if !overlaps(range.value, other_range.value) {
                        continue;
                    }
                    let problem = Problem::CidrOverlap {
                        range: range.value,
                        other: other_range.value,
                        cluster: other.eks_name.clone(),
                        key,
                    };
                    // One line can decide both ranges: then the environment's name is the place to look at.
                    let at = if range.span == other_range.span { cluster.at } else { range.span };
                    context.push_conflict(problem, at, other_range.span);
                }
            }
        }
    }
}

/// Two regions of one account may well be connected some day, and an overlap rules it out for good.
fn check_regions(context: &mut Context<'_>, cluster: &Cluster, other: &Cluster) {
    let pairs = cluster
        .network
        .ranges()
        .flat_map(|(_, range)| other.network.ranges().map(move |(_, other_range)| (range, other_range)));
    let mut same = pairs.filter(|(range, other_range)| overlaps(range.value, other_range.value));
    if let Some((range, other_range)) = same.next() {
        let problem = Problem::RegionsOverlap {
            range: range.value,
            other: other_range.value,
            cluster: other.eks_name.clone(),
        };
        let at = if range.span == other_range.span { cluster.at } else { range.span };
        context.push_conflict(problem, at, other_range.span);
    }
}

/// A VPC has one range of its own, and a subnet one VPC: of two clusters that say otherwise, one is wrong.
fn check_existing(
    context: &mut Context<'_>,
    (cluster, vpc): (&Cluster, &ExistingVpc),
    (other, other_vpc): (&Cluster, &ExistingVpc),
) {
    if vpc.id == other_vpc.id {
        let (range, other_range) = (cluster.network.cidr, other.network.cidr);
        if range.value != other_range.value {
            let problem = Problem::VpcOfTwoRanges {
                vpc: vpc.id.to_string(),
                range: range.value,
                other: other_range.value,
            };
            context.push_conflict(problem, range.span, other_range.span);
        }
        return;
    }
    for subnet in subnets(vpc) {
        if let Some(twin) = subnets(other_vpc).find(|twin| twin.value == subnet.value) {
            let problem = Problem::SubnetOfTwoVpcs {
                subnet: subnet.to_string(),
                vpc: vpc.id.to_string(),
                other: other_vpc.id.to_string(),
            };
            context.push_conflict(problem, subnet.span, twin.span);
        }
    }
}

/// An address of a cluster that it meets, within its own Service range, is never reached: its nodes take it for a Service.
fn check_service_range(context: &mut Context<'_>, cluster: &Cluster, other: &Cluster) {
    let service = cluster.network.service_cidr;
    if cluster.network.is_ipv6() {
        return;
    }
    for (_, range) in other.network.ranges().filter(|(_, range)| overlaps(service.value, range.value)) {
        let problem = Problem::ServiceCidrHidesPeer {
            range: service.value,
            other: range.value,
            cluster: other.eks_name.clone(),
        };
        let at = if service.span == range.span { cluster.at } else { service.span };
        context.push_conflict(problem, at, range.span);
    }
}

/// Returns which cluster lists which, by EKS name.
fn peers(context: &mut Context<'_>, environments: &[Environment]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (_, cluster) in clusters(environments) {
        for reference in &cluster.network.peers {
            // One that every environment inherits names itself in one of them.
            if let Some((at, peer)) = app::find(context, environments, reference) {
                pairs.push((cluster.eks_name.clone(), environments[at].clusters[peer].eks_name.clone()));
            }
        }
    }
    pairs
}

/// A tag of a subnet has one place in one state: of two clusters that both make it, the first that is destroyed takes it from
/// the other. In a shared VPC each account has tags of its own.
pub(in crate::model) fn check_tags(context: &mut Context<'_>, environments: &[Environment]) {
    let all = clusters(environments);
    for (index, (environment, cluster)) in all.iter().enumerate() {
        for (other_environment, other) in &all[..index] {
            if environment.account != other_environment.account {
                continue;
            }
            let (Some(vpc), Some(other_vpc)) = (cluster.network.existing(), other.network.existing()) else {
                continue;
            };
            for subnet in tagged(vpc) {
                if let Some(twin) = tagged(other_vpc).find(|twin| twin.value == subnet.value) {
                    let (subnet_id, cluster_name) = (subnet.to_string(), other.eks_name.clone());
                    let problem = Problem::SubnetTaggedTwice { subnet: subnet_id, cluster: cluster_name };
                    let at = if subnet.span == twin.span { cluster.at } else { subnet.span };
                    context.push_conflict(problem, at, twin.span);
                }
            }
        }
    }
}

/// Returns the subnets of a VPC that carry tags of ours.
fn tagged(vpc: &ExistingVpc) -> impl Iterator<Item = &Spanned<SubnetId>> {
    let zones = vpc.zones.iter().filter(|_| vpc.tag_subnets);
    zones.flat_map(|zone| std::iter::once(&zone.private).chain(&zone.public))
}

/// Returns every subnet of a VPC that is named.
fn subnets(vpc: &ExistingVpc) -> impl Iterator<Item = &Spanned<SubnetId>> {
    vpc.zones.iter().flat_map(|zone| std::iter::once(&zone.private).chain(&zone.public).chain(&zone.pods))
}

fn clusters(environments: &[Environment]) -> Vec<(&Environment, &Cluster)> {
    let of = |environment| -> Vec<(&Environment, &Cluster)> {
        let environment: &Environment = environment;
        environment.clusters.iter().map(move |cluster| (environment, cluster)).collect()
    };
    environments.iter().flat_map(of).collect()
}
