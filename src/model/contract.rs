//! The documents that a cluster publishes for its tenants and applications: how long they can get.
//!
//! What they hold, `contract.tf` of the two modules says. Here each field stands with the longest value that this
//! cluster can have there, since AWS gives out ids only later; a test compares the fields with the modules'.

use serde_json::{Map, Value, json};

use super::Context;
use super::addon::EXTERNAL_DNS;
use super::environment::{Cluster, Environment};
use super::network::Network;
use crate::problem::Problem;

/// What SSM keeps in a parameter of the standard tier, in bytes (Systems Manager user guide, "Managing parameter tiers",
/// read 2026-11).
pub const LARGEST: usize = 4096;

/// How many ranges a VPC of others has at most (VPC user guide, "Amazon VPC quotas", IPv4 CIDR blocks, read 2026-11).
const RANGES: usize = 50;

/// What stands behind the prefix of an id (EC2 user guide, "Longer IDs", read 2026-11).
const ID: &str = "0123456789abcdef0";
const ACCOUNT: &str = "123456789012";
const IPV4_RANGE: &str = "255.255.255.255/28";
const IPV6_RANGE: &str = "2600:1f13:1234:5678::/64";

/// Refuses a cluster whose documents SSM would not take: that would come out when the whole cluster is there.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment]) {
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        for (document, content) in documents(cluster) {
            let bytes = content.to_string().len();
            if bytes > LARGEST {
                let cluster_name = cluster.eks_name.clone();
                context.push(Problem::ContractTooLong { cluster: cluster_name, document, bytes }, cluster.at);
            }
        }
    }
}

/// Returns the documents of a cluster by their names, as long as they can get.
pub fn documents(cluster: &Cluster) -> [(&'static str, Value); 2] {
    [("cluster", of_cluster(cluster)), ("services", of_services(cluster))]
}

fn of_cluster(cluster: &Cluster) -> Value {
    let Cluster { eks_name: name, region, partition, network, .. } = cluster;
    let range = if network.is_ipv6() { IPV6_RANGE } else { IPV4_RANGE };
    let ranges = if network.existing().is_some() { RANGES } else { 2 };
    let by_zone = |value: &str| by_zone(network, value);
    let subnets = by_zone(&format!("subnet-{ID}"));
    let arn = |service: &str, region: &str, rest: &str| {
        format!("arn:{partition}:{service}:{region}:{ACCOUNT}:{rest}")
    };
    let issuer = format!("oidc.eks.{region}.amazonaws.com.cn/id/{ID}{ID}");
    let environment = cluster.tags.iter().find(|(key, _)| key == "Environment").map(|(_, value)| value);
    json!({
        "contract": "1.10",
        "cluster": name,
        "environment": environment,
        "region": region,
        "account": ACCOUNT,
        "vpc_id": format!("vpc-{ID}"),
        "vpc_cidr": IPV4_RANGE,
        "private_subnets": subnets,
        "public_subnets": subnets,
        "vpc_cidrs": vec![range; ranges],
        "private_cidrs": by_zone(range),
        "public_cidrs": by_zone(range),
        "endpoint_cidrs": by_zone(range),
        "cluster_security_group_id": format!("sg-{ID}"),
        "oidc_issuer": format!("https://{issuer}"),
        "oidc_provider_arn": arn("iam", "", &format!("oidc-provider/{issuer}")),
        "node_role_arn": arn("iam", "", &format!("role/{name}-node")),
        "karpenter_node_role_name": format!("{name}-karpenter-node"),
        "karpenter_node_role_arn": arn("iam", "", &format!("role/{name}-karpenter-node")),
        "karpenter_queue_name": name,
        "efs_file_system_id": format!("fs-{ID}"),
        "key_arn": arn("kms", region, "key/12345678-1234-1234-1234-123456789012"),
    })
}

fn of_services(cluster: &Cluster) -> Value {
    let dns = cluster.settings.addons.iter().find(|addon| addon.name.as_str() == EXTERNAL_DNS);
    let zones = dns.into_iter().flat_map(|addon| &addon.access);
    let zones: Vec<&str> = zones.map(|arn| arn.rsplit('/').next().unwrap_or(arn)).collect();
    json!({
        "contract": "1.10",
        "cluster": cluster.eks_name,
        "node_types": cluster.settings.node_types,
        "storage_class": "gp3",
        "ingress_class": "alb",
        "load_balancer_class": "service.k8s.aws/nlb",
        "dns_zone_ids": zones,
        "messaging": { "nats": "nats://nats.nats.svc:4222" },
        "features": { "network_policy": false, "pod_identity": false },
    })
}

fn by_zone(network: &Network, value: &str) -> Value {
    let zones = network.zone_names().into_iter();
    Value::Object(zones.map(|zone| (zone.to_owned(), Value::from(value))).collect::<Map<_, _>>())
}
