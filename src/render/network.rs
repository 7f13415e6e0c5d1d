//! The network as the files of `modules/cluster` refer to it.

use serde::Serialize;

use super::Whole;
use super::condition::Condition;
use crate::catalog::VpcEndpointKind;
use crate::hcl::value::Value;
use crate::model::settings::{FleetNetwork, Share};

/// Where the parts of the network are found, and which of them every cluster has.
#[derive(Serialize)]
pub(super) struct NetworkView {
    /// Whether some cluster has a VPC of its own.
    has_own: bool,
    /// Whether some cluster is in a VPC that exists already.
    has_existing: bool,
    /// Whether some have the one and some the other.
    is_mixed: bool,
    /// `[0]` behind what only a VPC of one's own has one of.
    index: Value,
    vpc_id: Value,
    private_subnets: Value,
    public_subnets: Value,
    private_subnet_list: Value,
    /// What network policies are written with: all ranges of the VPC, and those of its subnets by zone.
    vpc_cidrs: Value,
    private_cidrs: Value,
    public_cidrs: Value,
    endpoint_cidrs: Value,
    /// Whether some cluster has private subnets that its control plane is not in.
    control_plane_differs: bool,
    /// The private subnets that its control plane is in, as an expression and as what refers to them.
    control_plane_subnet_list: Value,
    control_plane_subnets: Value,
    known_zones: Value,
    has_security_groups: bool,
    has_pods: bool,
    pods_differ: bool,
    has_pod_cidr: bool,
    pod_cidr_differs: bool,
    has_existing_pods: bool,
    pod_subnets: Value,
    has_ipv6: bool,
    ipv6_differs: bool,
    has_endpoint_ipv6: bool,
    endpoint_ipv6_differs: bool,
    standard_ip_family: &'static str,
    ip_family: Value,
    has_service_cidr: bool,
    service_cidr: Value,
    has_tags: bool,
    tags_differ: bool,
    standard_tags: bool,
    /// What subnets of an existing VPC are tagged with, and whether that is looked for.
    checks_tags: bool,
    refused_zone_ids: Value,
    has_interface_endpoints: bool,
    has_gateway_endpoints: bool,
    endpoints_differ: bool,
    standard_endpoints: Value,
    interface_endpoints: Value,
    gateway_endpoints: Value,
    /// What a node's first pull of an image waits for.
    parts: Vec<Value>,
}

impl NetworkView {
    pub fn of(whole: &Whole<'_>) -> Self {
        let fleet = &whole.model.fleet.network;
        let is_mixed = fleet.existing == Share::Some;
        let [vpc_id, private, public] = if is_mixed {
            ["local.vpc_id", "local.private_subnet_ids", "local.public_subnet_ids"]
        } else if fleet.existing.is_all() {
            ["var.vpc_id", "var.private_subnet_ids", "var.public_subnet_ids"]
        } else {
            [
                "aws_vpc.this.id",
                "{ for zone in keys(var.zones) : zone => aws_subnet.private[zone].id }",
                "{ for zone in keys(var.zones) : zone => aws_subnet.public[zone].id }",
            ]
        };
        let private_list = match fleet.existing {
            Share::None => "[for zone in keys(var.zones) : aws_subnet.private[zone].id]".to_owned(),
            Share::Some | Share::All => format!("values({private})"),
        };
        let [private_cidrs, public_cidrs] = ["private", "public"].map(|kind| subnet_cidrs(fleet, kind));
        let has_interface_endpoints = has_interface_endpoints(whole);
        let endpoint_cidrs = match (has_interface_endpoints, fleet.endpoints_differ) {
            (false, _) => "{}".to_owned(),
            (true, false) => "local.private_cidrs".to_owned(),
            (true, true) => "length(local.interface_endpoints) > 0 ? local.private_cidrs : {}".to_owned(),
        };
        let (known_zones, subnet) = match fleet.existing {
            Share::None => ("keys(var.zones)", "aws_subnet.private[zone].id".to_owned()),
            Share::Some => {
                ("concat(keys(var.zones), keys(var.private_subnet_ids))", format!("{private}[zone]"))
            }
            Share::All => ("keys(var.private_subnet_ids)", format!("{private}[zone]")),
        };
        let control_plane = format!(
            "[for zone in var.control_plane_zones == null ? {known_zones} : var.control_plane_zones : {subnet}]"
        );
        let own_pods = "{ for zone, subnet in aws_subnet.pods : zone => subnet.id }";
        let pod_subnets = match (fleet.pod_cidr.is_any(), fleet.existing_pods.is_any()) {
            (_, false) => own_pods.to_owned(),
            (false, true) => "var.pod_subnet_ids".to_owned(),
            (true, true) => format!("merge({own_pods}, var.pod_subnet_ids)"),
        };
        let (ip_family, service_cidr) = match fleet.ipv6 {
            Share::None => (Value::from("ipv4"), "var.service_cidr"),
            Share::Some => {
                (Value::expression("var.ip_family"), r#"var.ip_family == "ipv4" ? var.service_cidr : null"#)
            }
            Share::All => (Value::from("ipv6"), ""),
        };
        let mut refused: Vec<&String> =
            whole.catalog.regions.values().flat_map(|region| &region.refused).collect();
        refused.sort();
        Self {
            has_own: !fleet.existing.is_all(),
            has_existing: fleet.existing.is_any(),
            is_mixed,
            index: Condition::own_vpc(fleet).index(),
            vpc_id: Value::expression(vpc_id),
            private_subnets: Value::expression(private),
            public_subnets: Value::expression(public),
            control_plane_differs: fleet.control_plane_differs,
            control_plane_subnets: Value::expression(if fleet.control_plane_differs {
                "local.control_plane_subnet_ids"
            } else {
                &private_list
            }),
            known_zones: Value::expression(known_zones),
            control_plane_subnet_list: Value::expression(control_plane),
            private_subnet_list: Value::expression(private_list),
            vpc_cidrs: Value::expression(vpc_cidrs(fleet)),
            private_cidrs: Value::expression(private_cidrs),
            public_cidrs: Value::expression(public_cidrs),
            endpoint_cidrs: Value::expression(endpoint_cidrs),
            has_security_groups: fleet.has_security_groups,
            has_pods: fleet.pods.is_any(),
            pods_differ: fleet.pods == Share::Some,
            has_pod_cidr: fleet.pod_cidr.is_any(),
            pod_cidr_differs: fleet.pod_cidr == Share::Some || is_mixed,
            has_existing_pods: fleet.existing_pods.is_any(),
            pod_subnets: Value::expression(pod_subnets),
            has_ipv6: fleet.ipv6.is_any(),
            ipv6_differs: fleet.ipv6 == Share::Some,
            has_endpoint_ipv6: fleet.endpoint_ipv6.is_any(),
            endpoint_ipv6_differs: fleet.endpoint_ipv6 == Share::Some,
            standard_ip_family: fleet.standard_ip_family.word(),
            ip_family,
            has_service_cidr: !fleet.ipv6.is_all(),
            service_cidr: Value::expression(service_cidr),
            has_tags: fleet.tags.is_any(),
            tags_differ: fleet.tags == Share::Some,
            standard_tags: fleet.standard_tags,
            checks_tags: fleet.existing.is_any() && !fleet.tags.is_all(),
            refused_zone_ids: Value::strings(refused),
            has_interface_endpoints,
            has_gateway_endpoints: !of_kind(whole, &fleet.endpoints, VpcEndpointKind::Gateway).is_empty(),
            endpoints_differ: fleet.endpoints_differ,
            standard_endpoints: Value::strings(&fleet.standard_endpoints),
            interface_endpoints: endpoints(whole, fleet, VpcEndpointKind::Interface),
            gateway_endpoints: endpoints(whole, fleet, VpcEndpointKind::Gateway),
            parts: parts(fleet),
        }
    }
}

impl NetworkView {
    /// The private subnets of a Fargate profile. Core's stay as they are when a zone comes: a new profile would stop CoreDNS
    /// and Karpenter for a while.
    pub fn fargate_subnets(&self, is_core: bool) -> Value {
        let subnets = if is_core { &self.control_plane_subnets } else { &self.private_subnet_list };
        subnets.clone()
    }

    /// The private subnets by zone of the clusters that have a block, none of the others.
    pub fn private_subnets_where(&self, condition: &Condition) -> Value {
        if condition.is_always() {
            return self.private_subnets.clone();
        }
        let (subnets, test) = (&self.private_subnets, condition.test());
        Value::expression(format!("{{ for zone, id in {subnets} : zone => id if {test} }}"))
    }
}

/// Whether any cluster pays for interface endpoints.
pub(super) fn has_interface_endpoints(whole: &Whole<'_>) -> bool {
    !of_kind(whole, &whole.model.fleet.network.endpoints, VpcEndpointKind::Interface).is_empty()
}

/// Returns all ranges of the VPC from which pods could have addresses, of the family that they have.
fn vpc_cidrs(fleet: &FleetNetwork) -> String {
    let index = Condition::own_vpc(fleet).index();
    let ipv4 =
        if fleet.pod_cidr.is_any() { "compact([var.vpc_cidr, var.pod_cidr])" } else { "[var.vpc_cidr]" };
    // Others may have given it further ranges.
    let existing = "data.aws_vpc.existing[0].cidr_block_associations[*].cidr_block";
    let ipv4 = match fleet.existing {
        Share::None => ipv4.to_owned(),
        Share::Some => format!("var.vpc_id == null ? {ipv4} : {existing}"),
        Share::All => existing.replace("[0]", ""),
    };
    let ipv6 = format!("[aws_vpc.this{index}.ipv6_cidr_block]");
    match fleet.ipv6 {
        Share::None => ipv4,
        Share::Some => format!("(\nvar.ip_family == \"ipv6\" ? {ipv6} :\n{ipv4}\n)"),
        Share::All => ipv6,
    }
}

/// Returns the ranges of subnets by zone, likewise.
fn subnet_cidrs(fleet: &FleetNetwork, kind: &str) -> String {
    let range = match fleet.ipv6 {
        Share::None => "subnet.cidr_block",
        Share::Some => r#"var.ip_family == "ipv6" ? subnet.ipv6_cidr_block : subnet.cidr_block"#,
        Share::All => "subnet.ipv6_cidr_block",
    };
    let own = format!("{{ for zone, subnet in aws_subnet.{kind} : zone => {range} }}");
    let existing = format!("{{ for zone, subnet in data.aws_subnet.{kind} : zone => subnet.cidr_block }}");
    match fleet.existing {
        Share::None => own,
        Share::Some => format!("merge(\n{own},\n{existing},\n)"),
        Share::All => existing,
    }
}

/// Returns the addresses that give a private subnet its ways out.
fn parts(fleet: &FleetNetwork) -> Vec<Value> {
    let own = !fleet.existing.is_all();
    let parts = [
        ("aws_route.private_internet", own),
        ("aws_route.private_ipv6", fleet.ipv6.is_any()),
        ("aws_route_table_association.pods", fleet.pod_cidr.is_any()),
        ("aws_route_table_association.private", own),
        ("aws_vpc_endpoint.s3", own),
    ];
    parts.into_iter().filter(|(_, is_there)| *is_there).map(|(part, _)| Value::expression(part)).collect()
}

fn of_kind<'n>(whole: &Whole<'_>, names: &'n [String], kind: VpcEndpointKind) -> Vec<&'n String> {
    names.iter().filter(|name| whole.catalog.vpc_endpoints.get(*name) == Some(&kind)).collect()
}

/// Returns the set of endpoints of a kind: literal, or what the variable has of it.
fn endpoints(whole: &Whole<'_>, fleet: &FleetNetwork, kind: VpcEndpointKind) -> Value {
    if !fleet.endpoints_differ {
        return Value::expression(format!(
            "toset({})",
            Value::strings(of_kind(whole, &fleet.endpoints, kind))
        ));
    }
    let known = whole.catalog.vpc_endpoints.iter();
    let gateways = known.filter(|(_, kind)| **kind == VpcEndpointKind::Gateway).map(|(name, _)| name);
    let gateways = Value::strings(gateways);
    Value::expression(match kind {
        VpcEndpointKind::Interface => format!("setsubtract(var.vpc_endpoints, {gateways})"),
        VpcEndpointKind::Gateway => format!("setintersection(var.vpc_endpoints, {gateways})"),
    })
}
