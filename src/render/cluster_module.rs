//! `modules/cluster`: VPC, EKS, managed node pools, EKS add-ons, what Karpenter needs in AWS.

use serde::Serialize;
use tera::Context;

use super::network::NetworkView;
use super::template::view;
use super::{Output, Providers, Row, Whole, always, lay_out, module, nothing, provider, row};
use crate::blueprint::scalar::Name;
use crate::hcl::value::Value;
use crate::model::ManagedPool;
use crate::model::addon::{self, KARPENTER, VPC_CNI};
use crate::model::identity;
use crate::model::node_pool::CORE;
use crate::model::settings::{FleetAddon, FleetNetwork, Member, Share};

fn rows<'a>() -> Vec<Row<Whole<'a>>> {
    let mut rows = module("modules/cluster", always, providers);
    rows.extend([
        row("modules/cluster/variables.tf", always, variables),
        row("modules/cluster/outputs.tf", always, network),
        row("modules/cluster/vpc.tf", |w| !of_network(w).existing.is_all(), vpc),
        row("modules/cluster/flow_logs.tf", |w| !of_network(w).existing.is_all(), network),
        row("modules/cluster/existing_vpc.tf", |w| of_network(w).existing.is_any(), existing_vpc),
        row("modules/cluster/pods.tf", |w| of_network(w).pods.is_any(), pods),
        row("modules/cluster/ipv6.tf", |w| of_network(w).ipv6.is_any(), network),
        row("modules/cluster/vpc_endpoints.tf", |w| !of_network(w).endpoints.is_empty(), vpc_endpoints),
        row("modules/cluster/endpoint.tf", |w| w.model.fleet.private_cidrs.is_some(), nothing),
        row("modules/cluster/kms.tf", always, nothing),
        row("modules/cluster/cluster.tf", always, network),
        row("modules/cluster/access.tf", always, nothing),
        row("modules/cluster/oidc.tf", always, nothing),
        row("modules/cluster/node_pools.tf", always, node_pools),
        row("modules/cluster/pod_identity.tf", has_roles, nothing),
        row("modules/cluster/karpenter.tf", has_karpenter, karpenter),
        row("modules/cluster/contract.tf", always, contract),
    ]);
    rows
}

fn has_roles(whole: &Whole<'_>) -> bool {
    whole.model.fleet.eks_addons.iter().any(has_role)
}

fn has_karpenter(whole: &Whole<'_>) -> bool {
    whole.model.fleet.addon(KARPENTER).is_some()
}

fn of_network<'a>(whole: &Whole<'a>) -> &'a FleetNetwork {
    &whole.model.fleet.network
}

fn network(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Network {
        network: NetworkView,
    }
    view(&Network { network: NetworkView::of(whole) })
}

fn vpc(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Vpc {
        network: NetworkView,
        has_karpenter: bool,
    }
    view(&Vpc { network: NetworkView::of(whole), has_karpenter: has_karpenter(whole) })
}

fn existing_vpc(whole: &Whole<'_>) -> Context {
    /// Subnets of one use.
    #[derive(Serialize)]
    struct SubnetKind {
        name: &'static str,
        is_private: bool,
        /// By which load balancers find them; empty: not at all.
        tag: &'static str,
    }
    #[derive(Serialize)]
    struct ExistingVpc {
        network: NetworkView,
        subnet_kinds: Vec<SubnetKind>,
    }
    let mut subnet_kinds = vec![
        SubnetKind { name: "private", is_private: true, tag: "kubernetes.io/role/internal-elb" },
        SubnetKind { name: "public", is_private: false, tag: "kubernetes.io/role/elb" },
    ];
    if of_network(whole).existing_pods.is_any() {
        subnet_kinds.push(SubnetKind { name: "pod", is_private: false, tag: "" });
    }
    view(&ExistingVpc { network: NetworkView::of(whole), subnet_kinds })
}

fn vpc_endpoints(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct VpcEndpoints {
        network: NetworkView,
        endpoint_index: Value,
        endpoint_ranges: Value,
    }
    let fleet = of_network(whole);
    // Pods call an endpoint with their own address.
    let ranges = match (fleet.pod_cidr, fleet.existing.is_any()) {
        (Share::None, _) => "[var.vpc_cidr]",
        (Share::All, false) => "[var.vpc_cidr, var.pod_cidr]",
        _ => "compact([var.vpc_cidr, var.pod_cidr])",
    };
    let ranges = if fleet.endpoints_differ {
        format!("toset(length(local.interface_endpoints) > 0 ? {ranges} : [])")
    } else {
        format!("toset({ranges})")
    };
    view(&VpcEndpoints {
        network: NetworkView::of(whole),
        endpoint_index: index(!fleet.endpoints_differ),
        endpoint_ranges: Value::expression(ranges),
    })
}

fn providers(whole: &Whole<'_>) -> Context {
    view(&Providers { providers: vec![provider("aws", &whole.catalog.providers.aws, ">=")] })
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&rows(), whole, outputs);
    for addon in &whole.model.fleet.eks_addons {
        outputs.push(Output {
            path: format!("modules/cluster/addon_{}.tf", addon.standard.name.identifier()),
            template: "modules/cluster/addon.tf".to_owned(),
            stack: None,
            view: addon_view(whole, addon),
        });
    }
}

/// `[0]` behind an address whose block has a `count`, nothing behind the others.
pub(super) fn index(everywhere: bool) -> Value {
    Value::expression(if everywhere { "" } else { "[0]" })
}

/// Text by text, as an object.
pub(super) fn object(entries: &[(String, String)]) -> Value {
    Value::Object(entries.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect())
}

/// The variable that holds a pool's settings. With `_enabled` behind it, it says whether a cluster has the pool; since
/// this one ends in `_node_pool`, no pool's name makes one of the other kind.
pub(super) fn pool_variable(name: &Name) -> String {
    format!("{}_node_pool", name.identifier())
}

/// Something that only some clusters have: a variable that says whether.
#[derive(Serialize)]
pub(super) struct Switch {
    pub name: String,
    pub what: String,
}

/// An add-on whose version or values some cluster changes.
#[derive(Serialize)]
pub(super) struct AddonVariable {
    pub name: String,
    pub identifier: String,
    pub version: String,
}

impl AddonVariable {
    pub fn of(addon: &FleetAddon) -> Self {
        Self {
            name: addon.name.to_string(),
            identifier: addon.name.identifier(),
            version: addon.version.clone(),
        }
    }
}

#[derive(Serialize)]
struct PoolView<'a> {
    name: String,
    identifier: String,
    variable: String,
    everywhere: bool,
    index: Value,
    instance_types: Value,
    ami_type: &'a str,
    capacity_type: &'a str,
    min_size: u32,
    max_size: u32,
    desired_size: u32,
    disk_gib: u32,
    labels: Value,
    taints: Vec<TaintView<'a>>,
}

#[derive(Serialize)]
struct TaintView<'a> {
    key: &'a str,
    value: &'a str,
    has_value: bool,
    effect: &'static str,
}

/// EKS spells Kubernetes' effects its own way.
fn eks_effect(effect: &str) -> &'static str {
    match effect {
        "PreferNoSchedule" => "PREFER_NO_SCHEDULE",
        "NoExecute" => "NO_EXECUTE",
        _ => "NO_SCHEDULE",
    }
}

fn pool(member: &Member<ManagedPool>) -> PoolView<'_> {
    let pool = &member.standard;
    PoolView {
        name: pool.name.to_string(),
        identifier: pool.name.identifier(),
        variable: pool_variable(&pool.name),
        everywhere: member.everywhere,
        index: index(member.everywhere),
        instance_types: Value::strings(&pool.instance_types),
        ami_type: pool.ami_type,
        capacity_type: pool.capacity_type,
        min_size: pool.min_size,
        max_size: pool.max_size,
        desired_size: pool.desired_size,
        disk_gib: pool.disk_gib,
        labels: object(&pool.labels),
        taints: pool
            .taints
            .iter()
            .map(|taint| TaintView {
                key: &taint.key,
                value: &taint.value,
                has_value: !taint.value.is_empty(),
                effect: eks_effect(taint.effect),
            })
            .collect(),
    }
}

/// The longest name of a cluster for which every name that is derived from it fits.
pub(super) fn name_length(whole: &Whole<'_>) -> u32 {
    let length = identity::longest_cluster_name(whole.catalog, &whole.model.fleet);
    u32::try_from(length).expect("a name limit is a small number")
}

fn variables(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Variables<'a> {
        network: NetworkView,
        name_length: u32,
        name_length_words: u32,
        kubernetes_version: &'a str,
        public_cidrs: Value,
        has_private_cidrs: bool,
        private_cidrs: Value,
        service_cidr: String,
        log_retention_days: u32,
        pools: Vec<PoolView<'a>>,
        switches: Vec<Switch>,
        value_variables: Vec<AddonVariable>,
    }
    let fleet = &whole.model.fleet;
    let pools = fleet.managed_pools.iter().filter(|member| !member.everywhere);
    let pools = pools.map(|member| Switch {
        name: pool_variable(&member.standard.name),
        what: format!("node pool {}", member.standard.name),
    });
    let addons = fleet.eks_addons.iter().chain(fleet.addon(KARPENTER)).filter(|member| !member.everywhere);
    let addons = addons.map(|member| Switch {
        name: member.standard.name.identifier(),
        what: format!("add-on {}", member.standard.name),
    });
    let length = name_length(whole);
    view(&Variables {
        network: NetworkView::of(whole),
        name_length: length - 1,
        name_length_words: length,
        kubernetes_version: fleet.kubernetes_version.as_str(),
        public_cidrs: Value::strings(&fleet.public_cidrs),
        has_private_cidrs: fleet.private_cidrs.is_some(),
        private_cidrs: Value::strings(fleet.private_cidrs.iter().flatten()),
        service_cidr: fleet.service_cidr.to_string(),
        log_retention_days: fleet.log_retention_days,
        pools: fleet.managed_pools.iter().map(pool).collect(),
        switches: pools.chain(addons).collect(),
        value_variables: fleet
            .eks_addons
            .iter()
            .filter(|addon| addon.standard.values_differ)
            .map(|addon| AddonVariable::of(&addon.standard))
            .collect(),
    })
}

fn node_pools(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct NodePools<'a> {
        network: NetworkView,
        pools: Vec<PoolView<'a>>,
        before_nodes: Vec<Value>,
    }
    let fleet = &whole.model.fleet;
    let before = fleet.eks_addons.iter().filter(|addon| addon.standard.facts.before_nodes);
    view(&NodePools {
        network: NetworkView::of(whole),
        pools: fleet.managed_pools.iter().map(pool).collect(),
        before_nodes: before.map(address).collect(),
    })
}

fn address(addon: &Member<FleetAddon>) -> Value {
    Value::expression(format!("aws_eks_addon.{}", addon.standard.name.identifier()))
}

fn has_role(addon: &Member<FleetAddon>) -> bool {
    addon.standard.facts.service_account.is_some() && !addon.standard.facts.managed_policies.is_empty()
}

fn addon_view(whole: &Whole<'_>, member: &Member<FleetAddon>) -> Context {
    #[derive(Serialize)]
    struct View<'a> {
        addon: AddonView<'a>,
    }
    #[derive(Serialize)]
    struct AddonView<'a> {
        name: &'a str,
        about: &'a str,
        identifier: String,
        everywhere: bool,
        index: Value,
        has_depends_on: bool,
        depends_because: &'static str,
        depends_on: Value,
        has_role: bool,
        service_account: &'a str,
        policy_set: Value,
        has_values: bool,
        values_differ: bool,
        values: Value,
        has_pods: bool,
    }
    let addon = &member.standard;
    let identifier = addon.name.identifier();
    let is_cni = addon.name.as_str() == VPC_CNI;
    let policy_names = Value::strings(&addon.facts.managed_policies);
    let policy_set = if member.everywhere {
        format!("toset({policy_names})")
    } else {
        format!("toset(var.{identifier}_enabled ? {policy_names} : [])")
    };
    let policies =
        has_role(member).then(|| Value::expression(format!("aws_iam_role_policy_attachment.{identifier}")));
    let (depends_because, depends_on): (_, Vec<Value>) = if addon.facts.before_nodes {
        let ipv6 = (is_cni && of_network(whole).ipv6.is_any())
            .then(|| Value::expression("aws_iam_role_policy.vpc_cni_ipv6"));
        let because = "Its pods have their rights from the start, and until the end.";
        (because, ipv6.into_iter().chain(policies).collect())
    } else {
        let core = Value::expression(format!("aws_eks_node_group.{CORE}"));
        let because = if policies.is_some() {
            "Its pods need a node to run on, and have their rights from the start and until the end."
        } else {
            "Its pods need a node to run on."
        };
        (because, std::iter::once(core).chain(policies).collect())
    };
    view(&View {
        addon: AddonView {
            name: addon.name.as_str(),
            about: &addon.facts.about,
            everywhere: member.everywhere,
            index: index(member.everywhere),
            has_depends_on: !depends_on.is_empty(),
            depends_because,
            depends_on: Value::List(depends_on),
            has_role: has_role(member),
            service_account: addon.facts.service_account.as_deref().unwrap_or_default(),
            policy_set: Value::expression(policy_set),
            has_values: addon.values != Value::Object(Vec::new()),
            values_differ: addon.values_differ,
            has_pods: is_cni && of_network(whole).pods == Share::Some,
            values: match of_network(whole).pods {
                Share::All if is_cni => vpc_cni_of_pods(&addon.values),
                _ => addon.values.clone(),
            },
            identifier,
        },
    })
}

/// Returns what vpc-cni is told where pods have subnets of their own. What the blueprint sets for every cluster lies over it.
fn vpc_cni_of_pods(standard: &Value) -> Value {
    let config = vec![
        ("create".to_owned(), Value::Bool(true)),
        ("region".to_owned(), Value::expression("var.region")),
        ("subnets".to_owned(), Value::expression("local.eni_subnets")),
    ];
    let config = Value::Object(vec![("eniConfig".to_owned(), Value::Object(config))]);
    addon::custom_networking().merged(config).merged(standard.clone())
}

fn pods(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Pods {
        network: NetworkView,
        vpc_cni: Value,
    }
    let standard = whole.model.fleet.addon(VPC_CNI).map(|addon| addon.standard.values.clone());
    let vpc_cni = match vpc_cni_of_pods(&standard.unwrap_or(Value::Null)) {
        // The rest stands beside the add-on.
        Value::Object(entries) => Value::Object(
            entries.into_iter().filter(|(key, _)| matches!(key.as_str(), "env" | "eniConfig")).collect(),
        ),
        other => other,
    };
    view(&Pods { network: NetworkView::of(whole), vpc_cni })
}

fn karpenter(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Karpenter {
        everywhere: bool,
        index: Value,
        events: Value,
        node_policies: Value,
    }
    let everywhere = whole.model.fleet.addon(KARPENTER).is_some_and(|member| member.everywhere);
    // No CNI policy: vpc-cni has a role of its own.
    let policies = Value::strings([
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonSSMManagedInstanceCore",
    ]);
    let (events, node_policies) = if everywhere {
        ("local.karpenter_events".to_owned(), format!("toset({policies})"))
    } else {
        (
            "{ for name, event in local.karpenter_events : name => event if var.karpenter_enabled }"
                .to_owned(),
            format!("toset(var.karpenter_enabled ? {policies} : [])"),
        )
    };
    view(&Karpenter {
        everywhere,
        index: index(everywhere),
        events: Value::expression(events),
        node_policies: Value::expression(node_policies),
    })
}

/// What Karpenter cannot work without, in the file `karpenter.tf`.
const KARPENTER_PARTS: [&str; 4] = [
    "aws_cloudwatch_event_target.karpenter",
    "aws_eks_access_entry.karpenter_node",
    "aws_iam_role_policy_attachment.karpenter_node",
    "aws_sqs_queue_policy.karpenter",
];

fn contract(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Contract {
        network: NetworkView,
        karpenter_node_role_name: Value,
        karpenter_node_role_arn: Value,
        karpenter_queue_name: Value,
        addons: Vec<Value>,
    }
    let fleet = &whole.model.fleet;
    let of_karpenter = |attribute: &str| match fleet.addon(KARPENTER) {
        None => Value::Null,
        Some(member) if member.everywhere => Value::expression(attribute),
        Some(_) => {
            let (address, name) = attribute.rsplit_once('.').expect("an attribute of a resource");
            Value::expression(format!("one({address}[*].{name})"))
        }
    };
    let mut waits_for: Vec<Value> = fleet.eks_addons.iter().map(address).collect();
    if fleet.addon(KARPENTER).is_some() {
        waits_for.extend(KARPENTER_PARTS.map(Value::expression));
    }
    view(&Contract {
        network: NetworkView::of(whole),
        karpenter_node_role_name: of_karpenter("aws_iam_role.karpenter_node.name"),
        karpenter_node_role_arn: of_karpenter("aws_iam_role.karpenter_node.arn"),
        karpenter_queue_name: of_karpenter("aws_sqs_queue.karpenter.name"),
        addons: waits_for,
    })
}
