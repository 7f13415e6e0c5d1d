//! `modules/cluster`: VPC, EKS, managed node pools, EKS add-ons, what Karpenter needs in AWS.

use serde::Serialize;
use tera::Context;

use super::access::{AccessVariable, AccessView};
use super::condition::Condition;
use super::moved::{Moved, moved};
use super::network::NetworkView;
use super::node_pool::{self, ManagedBlocks, PoolView};
use super::services_module;
use super::template::view;
use super::version::{VersionView, pinned};
use super::{Output, Providers, Row, Whole, always, lay_out, module, nothing, provider, row};
use crate::catalog::AddonKind;
use crate::hcl::value::Value;
use crate::model::Fleet;
use crate::model::addon::{self, CLUSTER_AUTOSCALER, EFS, KARPENTER, VPC_CNI};
use crate::model::identity;
use crate::model::node_pool::{CORE, FargatePool, Pool, Selector};
use crate::model::settings::{FleetAddon, FleetNetwork, FleetPool, Member, Share};

fn rows<'a>() -> Vec<Row<Whole<'a>>> {
    let mut rows = module("modules/cluster", always, providers);
    rows.extend([
        row("modules/cluster/variables.tf", always, variables),
        row("modules/cluster/outputs.tf", always, outputs_view),
        row("modules/cluster/vpc.tf", |w| !of_network(w).existing.is_all(), vpc),
        row("modules/cluster/flow_logs.tf", |w| !of_network(w).existing.is_all(), network),
        row("modules/cluster/existing_vpc.tf", |w| of_network(w).existing.is_any(), existing_vpc),
        row("modules/cluster/pods.tf", |w| of_network(w).pods.is_any(), pods),
        row("modules/cluster/ipv6.tf", |w| of_network(w).ipv6.is_any(), network),
        row("modules/cluster/vpc_endpoints.tf", |w| !of_network(w).endpoints.is_empty(), vpc_endpoints),
        row("modules/cluster/endpoint.tf", |w| w.model.fleet.private_cidrs.is_some(), network),
        row("modules/cluster/kms.tf", always, key),
        row("modules/cluster/cluster.tf", always, cluster),
        row("modules/cluster/access.tf", always, access),
        row("modules/cluster/oidc.tf", always, nothing),
        row("modules/cluster/node_pools.tf", has_managed_pools, node_pools),
        row("modules/cluster/fargate.tf", has_fargate, fargate),
        row("modules/cluster/pod_identity.tf", has_roles, nothing),
        row("modules/cluster/karpenter.tf", has_karpenter, karpenter),
        row("modules/cluster/efs.tf", has_efs, efs),
        row("modules/cluster/contract.tf", always, contract),
    ]);
    rows
}

fn has_roles(whole: &Whole<'_>) -> bool {
    whole.model.fleet.eks_addons.iter().any(has_role)
}

fn has_managed_pools(whole: &Whole<'_>) -> bool {
    !whole.model.fleet.managed_pools.is_empty()
}

fn has_fargate(whole: &Whole<'_>) -> bool {
    !whole.model.fleet.fargate_pools.is_empty()
}

fn has_karpenter(whole: &Whole<'_>) -> bool {
    whole.model.fleet.addon(KARPENTER).is_some()
}

/// Whether any cluster has a file system.
fn has_efs(whole: &Whole<'_>) -> bool {
    whole.model.fleet.addon(EFS).is_some()
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

/// What a cluster is made with, which some that exist already bring along.
#[derive(Serialize)]
struct Origin {
    makes_role: bool,
    role_may_exist: bool,
    role_arn: Value,
    /// Whether some cluster's own key encrypts its secrets.
    has_own_secrets: bool,
    secrets_key_may_exist: bool,
    secrets_key: Value,
}

impl Origin {
    fn of(fleet: &Fleet) -> Self {
        let or = |share: Share, variable: &str, own: &str, counted: &str| {
            Value::expression(match share {
                Share::None => own.to_owned(),
                Share::Some => format!("{variable} == null ? {counted} : {variable}"),
                Share::All => variable.to_owned(),
            })
        };
        let key = "aws_kms_key.this.arn";
        Self {
            makes_role: !fleet.role.is_all(),
            role_may_exist: fleet.role == Share::Some,
            role_arn: or(
                fleet.role,
                "var.role_arn",
                "aws_iam_role.cluster.arn",
                "aws_iam_role.cluster[0].arn",
            ),
            has_own_secrets: !fleet.secrets_key.is_all(),
            secrets_key_may_exist: fleet.secrets_key == Share::Some,
            secrets_key: or(fleet.secrets_key, "var.secrets_key_arn", key, key),
        }
    }
}

fn cluster(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Cluster {
        network: NetworkView,
        origin: Origin,
    }
    view(&Cluster { network: NetworkView::of(whole), origin: Origin::of(&whole.model.fleet) })
}

fn outputs_view(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Outputs {
        network: NetworkView,
        origin: Origin,
        has_managed_pools: bool,
        has_efs: bool,
        efs_file_system_arn: Value,
    }
    view(&Outputs {
        origin: Origin::of(&whole.model.fleet),
        network: NetworkView::of(whole),
        has_managed_pools: has_managed_pools(whole),
        has_efs: has_efs(whole),
        efs_file_system_arn: of_addon(&whole.model.fleet, EFS, "aws_efs_file_system.this.arn"),
    })
}

/// The name in the catalog of what brings the logs of pods to CloudWatch: its log group is encrypted with the cluster's key.
const POD_LOGS: &str = "aws-for-fluent-bit";

fn key(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Key {
        origin: Origin,
        has_pod_logs: bool,
        has_efs: bool,
    }
    view(&Key {
        origin: Origin::of(&whole.model.fleet),
        has_pod_logs: whole.model.fleet.addon(POD_LOGS).is_some(),
        has_efs: has_efs(whole),
    })
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
        endpoint_index: Condition::interface_endpoints(fleet).index(),
        endpoint_ranges: Value::expression(ranges),
    })
}

fn access(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Access {
        has_readers: bool,
    }
    view(&Access { has_readers: whole.model.fleet.has_readers })
}

fn providers(whole: &Whole<'_>) -> Context {
    view(&Providers { providers: vec![provider("aws", &whole.catalog.providers.aws, ">=")] })
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&rows(), whole, outputs);
    for addon in installed(&whole.model.fleet) {
        outputs.push(Output {
            path: format!("modules/cluster/addon_{}.tf", addon.standard.name.identifier()),
            template: template(&addon.standard),
            stack: None,
            view: addon_view(&whole.model.fleet, addon, false),
        });
    }
}

/// The template of an EKS add-on's file: one with rights of its own has one that begins with the common one.
pub(super) fn template(addon: &FleetAddon) -> String {
    match addon.facts.policies.as_slice() {
        [] => "modules/cluster/addon.tf".to_owned(),
        _ => format!("modules/cluster/policies/{}.tf", addon.name),
    }
}

/// The EKS add-ons that this module installs: where core is on Fargate everywhere, only those that need no node of it.
pub(super) fn installed(fleet: &Fleet) -> impl Iterator<Item = &Member<FleetAddon>> {
    let all_on_fargate = fleet.core_on_fargate == Share::All;
    fleet.eks_addons.iter().filter(move |addon| !all_on_fargate || !addon.standard.needs_core_node())
}

/// The add-ons that this module does not install, but for which it makes something in AWS: Karpenter's queue and node role, the
/// EFS driver's file system also where the services stack installs the driver, and node groups whose size is the cluster
/// autoscaler's.
pub(super) fn provided(fleet: &Fleet) -> impl Iterator<Item = &Member<FleetAddon>> {
    let is_installed = |addon: &&Member<FleetAddon>| {
        installed(fleet).any(|known| known.standard.name == addon.standard.name)
    };
    [CLUSTER_AUTOSCALER, EFS, KARPENTER]
        .into_iter()
        .filter_map(|name| fleet.addon(name))
        .filter(move |addon| !is_installed(addon))
}

/// Text by text, as an object.
pub(super) fn object(entries: &[(String, String)]) -> Value {
    Value::Object(entries.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect())
}

/// Something that only some clusters have: a variable that says whether.
#[derive(Serialize)]
pub(super) struct Switch {
    pub name: String,
    pub what: String,
    /// Whether the standard has it.
    pub default: bool,
}

impl Switch {
    /// The switch of an add-on that only some clusters have.
    pub fn of(addon: &Member<FleetAddon>) -> Option<Self> {
        let Member { everywhere, in_standard, standard } = addon;
        (!everywhere).then(|| Self {
            name: standard.name.identifier(),
            what: format!("add-on {}", standard.name),
            default: *in_standard,
        })
    }
}

impl Switch {
    /// The switch of what only some clusters' API servers can do for pods of applications.
    pub fn of_tenant_pods(fleet: &Fleet) -> Option<Self> {
        (fleet.tenant_pods == Share::Some).then(|| Self {
            name: "tenant_pods".to_owned(),
            what: "cost labels and a node selector for pods of applications, which takes Kubernetes 1.36"
                .to_owned(),
            default: fleet.standard_tenant_pods,
        })
    }
}

/// An add-on whose version or values some cluster changes.
#[derive(Serialize)]
pub(super) struct AddonVariable {
    pub name: String,
    pub identifier: String,
    /// What the variable of its version is.
    pub version_is: String,
    /// The standard's; `null` where that is not pinned.
    pub version: Value,
}

impl AddonVariable {
    pub fn of(addon: &FleetAddon) -> Self {
        Self {
            name: addon.name.to_string(),
            identifier: addon.name.identifier(),
            version_is: match (addon.facts.kind, addon.pinned) {
                (AddonKind::Helm, _) => {
                    format!("Chart version of add-on {}.", addon.name)
                }
                (AddonKind::EksAddon, Share::Some) => {
                    format!(
                        "Version of EKS add-on {}; null: the default of the Kubernetes version.",
                        addon.name
                    )
                }
                (AddonKind::EksAddon, _) => format!("Version of EKS add-on {}.", addon.name),
            },
            version: pinned(&addon.version),
        }
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
        origin: Origin,
        name_length: u32,
        name_length_words: u32,
        kubernetes_version: &'a str,
        public_cidrs: Value,
        has_private_cidrs: bool,
        private_cidrs: Value,
        service_cidr: String,
        log_retention_days: u32,
        has_readers: bool,
        pools: Vec<PoolView<ManagedBlocks>>,
        core_may_be_on_fargate: bool,
        core_on_fargate: bool,
        autoscaled: bool,
        may_be_autoscaled: bool,
        switches: Vec<Switch>,
        version_variables: Vec<AddonVariable>,
        value_variables: Vec<AddonVariable>,
        access_variables: Vec<AccessVariable>,
    }
    let fleet = &whole.model.fleet;
    let managed = fleet.managed_pools.iter().filter_map(|pool| node_pool::switch(fleet, pool));
    let pools = managed.chain(fleet.fargate_pools.iter().filter_map(|pool| node_pool::switch(fleet, pool)));
    let addons = installed(fleet).chain(provided(fleet)).filter_map(Switch::of);
    let of = |differs: fn(&FleetAddon) -> bool| -> Vec<AddonVariable> {
        let standards = installed(fleet).map(|member| &member.standard);
        standards.filter(|addon| differs(addon)).map(AddonVariable::of).collect()
    };
    let length = name_length(whole);
    view(&Variables {
        network: NetworkView::of(whole),
        origin: Origin::of(fleet),
        name_length: length - 1,
        name_length_words: length,
        kubernetes_version: fleet.kubernetes_version.as_str(),
        public_cidrs: Value::strings(&fleet.public_cidrs),
        has_private_cidrs: fleet.private_cidrs.is_some(),
        private_cidrs: Value::strings(fleet.private_cidrs.iter().flatten()),
        service_cidr: fleet.service_cidr.to_string(),
        log_retention_days: fleet.log_retention_days,
        has_readers: fleet.has_readers,
        pools: fleet.managed_pools.iter().map(|member| node_pool::managed(fleet, member)).collect(),
        core_may_be_on_fargate: fleet.core_on_fargate == Share::Some,
        core_on_fargate: fleet.standard_core_on_fargate,
        autoscaled: node_pool::autoscaled(fleet) == Share::All,
        may_be_autoscaled: node_pool::autoscaled(fleet) == Share::Some,
        switches: pools.chain(addons).collect(),
        version_variables: of(|addon| addon.version_differs),
        value_variables: of(|addon| addon.values_differ),
        access_variables: installed(fleet).filter_map(AccessVariable::of).collect(),
    })
}

fn node_pools(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct NodePools {
        network: NetworkView,
        pools: Vec<PoolView<ManagedBlocks>>,
        before_nodes: Vec<Value>,
    }
    let fleet = &whole.model.fleet;
    let before = fleet.eks_addons.iter().filter(|addon| addon.standard.facts.before_nodes);
    view(&NodePools {
        network: NetworkView::of(whole),
        pools: fleet.managed_pools.iter().map(|member| node_pool::managed(fleet, member)).collect(),
        before_nodes: before.map(address).collect(),
    })
}

fn fargate(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Profile {
        made_as: String,
        identifier: String,
        moved: Vec<Moved>,
        is_core: bool,
        subnets: Value,
        everywhere: bool,
        count: Value,
        selectors: Vec<SelectorView>,
    }
    #[derive(Serialize)]
    struct SelectorView {
        namespace: String,
        has_labels: bool,
        labels: Value,
    }
    #[derive(Serialize)]
    struct Fargate {
        network: NetworkView,
        everywhere: bool,
        count: Value,
        index: Value,
        policy_set: Value,
        profiles: Vec<Profile>,
    }
    let fleet = &whole.model.fleet;
    let selector = |selector: &Selector| SelectorView {
        namespace: selector.namespace.clone(),
        has_labels: !selector.labels.is_empty(),
        labels: object(&selector.labels),
    };
    let network = NetworkView::of(whole);
    let profile = |member: &FleetPool<FargatePool>| {
        let name = &member.standard.name;
        let condition = Condition::pool(fleet, member, false);
        let is_core = name.as_str() == CORE;
        Profile {
            made_as: member.standard.made_as().to_string(),
            identifier: name.identifier(),
            moved: moved(member.standard.former(), name, &[("aws_eks_fargate_profile.", "")]),
            is_core,
            subnets: network.fargate_subnets(is_core),
            everywhere: condition.is_always(),
            count: condition.count(),
            selectors: member.standard.selectors.iter().map(selector).collect(),
        }
    };
    let condition = Condition::any_fargate_pool(fleet);
    let profiles = fleet.fargate_pools.iter().map(profile).collect();
    view(&Fargate {
        network,
        everywhere: condition.is_always(),
        count: condition.count(),
        index: condition.index(),
        policy_set: condition.set(&Value::strings(["AmazonEKSFargatePodExecutionRolePolicy"])),
        profiles,
    })
}

fn address(addon: &Member<FleetAddon>) -> Value {
    Value::expression(format!("aws_eks_addon.{}", addon.standard.name.identifier()))
}

fn has_role(addon: &Member<FleetAddon>) -> bool {
    let facts = &addon.standard.facts;
    facts.service_account.is_some() && !(facts.managed_policies.is_empty() && facts.policies.is_empty())
}

fn has_managed_policies(addon: &Member<FleetAddon>) -> bool {
    has_role(addon) && !addon.standard.facts.managed_policies.is_empty()
}

/// What an EKS add-on comes after, and why.
fn depends_on(fleet: &Fleet, member: &Member<FleetAddon>, by_services: bool) -> (&'static str, Vec<Value>) {
    let addon = &member.standard;
    let identifier = addon.name.identifier();
    let policies = has_managed_policies(member).then_some(String::new()).into_iter();
    let policies = policies.chain(addon.facts.policies.iter().map(|policy| format!("_{policy}")));
    let policies: Vec<Value> = policies
        .map(|policy| Value::expression(format!("aws_iam_role_policy_attachment.{identifier}{policy}")))
        .collect();
    if addon.facts.before_nodes {
        let is_cni = addon.name.as_str() == VPC_CNI;
        let ipv6 = (is_cni && fleet.network.ipv6.is_any())
            .then(|| Value::expression("aws_iam_role_policy.vpc_cni_ipv6"));
        let because = "Its pods have their rights from the start, and until the end.";
        (because, ipv6.into_iter().chain(policies).collect())
    } else {
        let core = if by_services {
            vec![Value::expression(format!("helm_release.node_pool_{CORE}"))]
        } else {
            let core = fleet.managed_pools.iter().filter(|pool| pool.standard.name.as_str() == CORE);
            let managed = core.flat_map(|pool| node_pool::groups(fleet, pool));
            // Only what runs on Fargate itself waits for the profile.
            let profile = addon.facts.fargate.is_some() && fleet.core_on_fargate != Share::None;
            let profile = profile.then(|| Value::expression(format!("aws_eks_fargate_profile.{CORE}")));
            managed.map(|group| group.address()).chain(profile).collect()
        };
        let because = if has_role(member) {
            "Its pods need a node to run on, and have their rights from the start and until the end."
        } else {
            "Its pods need a node to run on."
        };
        let before = if by_services {
            services_module::before(fleet, addon).into_iter().map(Value::expression).collect()
        } else {
            let before = installed(fleet).filter(|other| addon.follows(&other.standard));
            before.map(address).collect::<Vec<_>>()
        };
        (because, core.into_iter().chain(policies).chain(before).collect())
    }
}

/// The view of an EKS add-on's file, in the module that installs it.
pub(super) fn addon_view(fleet: &Fleet, member: &Member<FleetAddon>, by_services: bool) -> Context {
    #[derive(Serialize)]
    struct View<'a> {
        addon: AddonView<'a>,
    }
    #[derive(Serialize)]
    struct AddonView<'a> {
        name: &'a str,
        about: &'a str,
        identifier: String,
        cluster_name: Value,
        name_variable: &'static str,
        #[serde(flatten)]
        version: VersionView,
        everywhere: bool,
        count: Value,
        index: Value,
        has_depends_on: bool,
        depends_because: &'static str,
        depends_on: Value,
        has_role: bool,
        service_account: &'a str,
        has_managed_policies: bool,
        policy_set: Value,
        #[serde(flatten)]
        access: AccessView<'a>,
        has_values: bool,
        values_differ: bool,
        values: Value,
        has_pods: bool,
        fargate_differs: bool,
        fargate_values: Value,
    }
    let addon = &member.standard;
    let identifier = addon.name.identifier();
    let is_cni = addon.name.as_str() == VPC_CNI;
    let condition = Condition::installation(fleet, member, by_services);
    let on_fargate = addon.values_on_fargate();
    let (values, fargate_differs) = match fleet.core_on_fargate {
        Share::None => (addon.values(), false),
        Share::Some => (addon.values(), on_fargate != addon.values()),
        Share::All => (on_fargate.clone(), false),
    };
    let (depends_because, depends_on) = depends_on(fleet, member, by_services);
    view(&View {
        addon: AddonView {
            name: addon.name.as_str(),
            about: &addon.facts.about,
            cluster_name: Value::expression(if by_services {
                "var.cluster_name"
            } else {
                "aws_eks_cluster.this.name"
            }),
            name_variable: if by_services { "cluster_name" } else { "name" },
            version: VersionView::of(
                addon,
                &condition,
                if by_services { "data.aws_eks_cluster.this.version" } else { "var.kubernetes_version" },
            ),
            everywhere: condition.is_always(),
            count: condition.count(),
            index: condition.index(),
            has_depends_on: !depends_on.is_empty(),
            depends_because,
            depends_on: Value::List(depends_on),
            has_role: has_role(member),
            service_account: addon.facts.service_account.as_deref().unwrap_or_default(),
            has_managed_policies: has_managed_policies(member),
            policy_set: condition.set(&Value::strings(&addon.facts.managed_policies)),
            access: AccessView::of(member, if by_services { "var.cluster_name" } else { "var.name" }),
            has_values: values != Value::Object(Vec::new()),
            values_differ: addon.values_differ,
            has_pods: is_cni && fleet.network.pods == Share::Some,
            values: if is_cni && fleet.network.pods.is_all() { vpc_cni_of_pods(&values) } else { values },
            fargate_differs,
            fargate_values: on_fargate,
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
    let standard = whole.model.fleet.addon(VPC_CNI).map(|addon| addon.standard.values());
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
    let condition = whole.model.fleet.addon(KARPENTER).map(Condition::addon).unwrap_or_default();
    // No CNI policy: vpc-cni has a role of its own.
    let policies = Value::strings([
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonSSMManagedInstanceCore",
    ]);
    let events = if condition.is_always() {
        "local.karpenter_events"
    } else {
        "{ for name, event in local.karpenter_events : name => event if var.karpenter_enabled }"
    };
    view(&Karpenter {
        everywhere: condition.is_always(),
        index: condition.index(),
        events: Value::expression(events),
        node_policies: condition.set(&policies),
    })
}

fn efs(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct View {
        network: NetworkView,
        efs: Efs,
    }
    #[derive(Serialize)]
    struct Efs {
        everywhere: bool,
        count: Value,
        index: Value,
        mount_targets: Value,
    }
    let condition = whole.model.fleet.addon(EFS).map(Condition::addon).unwrap_or_default();
    let network = NetworkView::of(whole);
    view(&View {
        efs: Efs {
            everywhere: condition.is_always(),
            count: condition.count(),
            index: condition.index(),
            mount_targets: network.private_subnets_where(&condition),
        },
        network,
    })
}

/// What a volume of the file system cannot be mounted without, in the file `efs.tf`.
const EFS_PARTS: [&str; 4] = [
    "aws_efs_backup_policy.this",
    "aws_efs_file_system_policy.this",
    "aws_efs_mount_target.this",
    "aws_vpc_security_group_ingress_rule.efs",
];

/// What Karpenter cannot work without, in the file `karpenter.tf`.
const KARPENTER_PARTS: [&str; 4] = [
    "aws_cloudwatch_event_target.karpenter",
    "aws_eks_access_entry.karpenter_node",
    "aws_iam_role_policy_attachment.karpenter_node",
    "aws_sqs_queue_policy.karpenter",
];

/// An attribute of something that comes with an add-on: null in clusters without it.
fn of_addon(fleet: &Fleet, addon: &str, attribute: &str) -> Value {
    match fleet.addon(addon) {
        None => Value::Null,
        Some(member) if member.everywhere => Value::expression(attribute),
        Some(_) => {
            let (address, name) = attribute.rsplit_once('.').expect("an attribute of a resource");
            Value::expression(format!("one({address}[*].{name})"))
        }
    }
}

fn contract(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Contract {
        network: NetworkView,
        node_role_arn: Value,
        karpenter_node_role_name: Value,
        karpenter_node_role_arn: Value,
        karpenter_queue_name: Value,
        has_efs: bool,
        efs_file_system_id: Value,
        addons: Vec<Value>,
    }
    let fleet = &whole.model.fleet;
    let of_karpenter = |attribute: &str| of_addon(fleet, KARPENTER, attribute);
    let mut waits_for: Vec<Value> = installed(fleet).map(address).collect();
    if has_efs(whole) {
        waits_for.extend(EFS_PARTS.map(Value::expression));
    }
    if fleet.addon(KARPENTER).is_some() {
        waits_for.extend(KARPENTER_PARTS.map(Value::expression));
    }
    view(&Contract {
        network: NetworkView::of(whole),
        node_role_arn: if has_managed_pools(whole) {
            Value::expression("aws_iam_role.node.arn")
        } else {
            Value::Null
        },
        karpenter_node_role_name: of_karpenter("aws_iam_role.karpenter_node.name"),
        karpenter_node_role_arn: of_karpenter("aws_iam_role.karpenter_node.arn"),
        karpenter_queue_name: of_karpenter("aws_sqs_queue.karpenter.name"),
        has_efs: has_efs(whole),
        efs_file_system_id: of_addon(fleet, EFS, "aws_efs_file_system.this.id"),
        addons: waits_for,
    })
}
