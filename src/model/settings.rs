//! What may differ between clusters, and what the reusable modules hold as default.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use serde::Serialize;

use super::addon::{self, Addon};
use super::environment::{Cluster, Environment};
use super::network::Network;
use super::node_pool::{self, CORE, FargatePool, KarpenterPool, ManagedPool, NodePools, NodesPool, Pool};
use super::{Context, Report, placement, rename};
use crate::blueprint::keys::{self, Cluster as ClusterKeys, NodePool, Size};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{IpFamily, KubernetesVersion, Name, PoolKind};
use crate::catalog::{self, AddonKind};
use crate::diagnostic::{Span, Spanned};
use crate::hcl::value::Value;
use crate::problem::Problem;

/// What may differ between clusters.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// `1.36`
    pub kubernetes_version: KubernetesVersion,
    /// Ranges that reach the public endpoint; empty: private only.
    pub public_cidrs: Vec<String>,
    /// Ranges that reach the private endpoint from outside the cluster.
    pub private_cidrs: Vec<String>,
    /// The range of Service addresses.
    pub service_cidr: Ipv4Net,
    /// ARN of the role that it was made with; none: plinth makes one.
    pub role_arn: Option<String>,
    /// ARN of the key of its secrets; none: its own key.
    pub secrets_kms_key: Option<String>,
    /// Days that logs are kept.
    pub log_retention_days: u32,
    /// Whether EKS refuses to delete the cluster.
    pub deletion_protection: bool,
    /// Managed node groups by name.
    pub managed_pools: Vec<ManagedPool>,
    /// Karpenter's pools by name.
    pub karpenter_pools: Vec<KarpenterPool>,
    /// Fargate profiles by name.
    pub fargate_pools: Vec<FargatePool>,
    /// Add-ons by name.
    pub addons: Vec<Addon>,
    /// Values of the label `node-type` that its nodes carry.
    pub node_types: BTreeSet<String>,
    /// Whether vpc-cni enforces network policies.
    pub network_policy: bool,
}

/// What the reusable modules contain: the union of all clusters, with the standard's values as defaults.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// Kubernetes version of the standard.
    pub kubernetes_version: KubernetesVersion,
    /// Ranges of the standard.
    pub public_cidrs: Vec<String>,
    /// Ranges that reach the private endpoint of the standard; nothing where no cluster has any.
    pub private_cidrs: Option<Vec<String>>,
    /// What networks there are.
    pub network: FleetNetwork,
    /// Service range of the standard.
    pub service_cidr: Ipv4Net,
    /// Which clusters were made with a role that exists already.
    pub role: Share,
    /// Which clusters have another key for their secrets than their own.
    pub secrets_key: Share,
    /// Log retention of the standard.
    pub log_retention_days: u32,
    /// Managed pools by name.
    pub managed_pools: Vec<FleetPool<ManagedPool>>,
    /// Karpenter's pools by name.
    pub karpenter_pools: Vec<FleetPool<KarpenterPool>>,
    /// Fargate profiles by name.
    pub fargate_pools: Vec<FleetPool<FargatePool>>,
    /// Which clusters run core on Fargate.
    pub core_on_fargate: Share,
    /// Whether the standard does.
    pub standard_core_on_fargate: bool,
    /// EKS add-ons by name.
    pub eks_addons: Vec<Member<FleetAddon>>,
    /// Helm add-ons by name.
    pub helm_addons: Vec<Member<FleetAddon>>,
    /// Whether any cluster has readers: then the module has a variable and entries for them.
    pub has_readers: bool,
    /// Values of the label `node-type` that nodes of any cluster carry.
    pub node_types: BTreeSet<String>,
    /// Whether some cluster lacks one of them: then the module has a variable for them.
    pub node_types_differ: bool,
    /// Whether network policies are enforced in every cluster.
    pub network_policy: bool,
    /// Whether that differs: then the module has a variable for it.
    pub network_policy_differs: bool,
    /// Whether any application lives on any cluster.
    pub has_tenants: bool,
    /// Which clusters see to the labels and nodes of applications' pods; none where no cluster has applications.
    pub tenant_pods: Share,
    /// Whether the standard does.
    pub standard_tenant_pods: bool,
}

/// The first minor version whose API server changes pods by a policy in CEL (Kubernetes, KEP-3962, stable in 1.36, read
/// 2026-11). EKS serves no beta API by default (EKS user guide, "Kubernetes release notes", 1.24).
const MUTATING_POLICIES: u32 = 36;

impl Settings {
    /// Whether the API server can see to the labels and nodes of applications' pods.
    pub fn mutates_pods(&self) -> bool {
        self.kubernetes_version.minor() >= MUTATING_POLICIES && self.node_types.contains(node_pool::WORKER)
    }

    /// Whether what Karpenter needs runs on Fargate, and Karpenter makes the nodes for the rest of core.
    pub fn core_is_on_fargate(&self) -> bool {
        self.fargate_pools.iter().any(|pool| pool.name.as_str() == CORE)
    }
}

impl Fleet {
    /// Whether network policies are enforced in any cluster.
    pub fn has_network_policy(&self) -> bool {
        self.network_policy || self.network_policy_differs
    }

    /// Whether any cluster keeps applications from saying themselves what leaves their pods.
    pub fn bounds_networks(&self) -> bool {
        self.has_tenants && self.has_network_policy()
    }

    /// Returns the names of node pools of every kind, each with those that it had before, the oldest first.
    pub fn node_pools(&self) -> impl Iterator<Item = (&Name, &[Name])> {
        fn names<P: Pool>(pools: &[FleetPool<P>]) -> impl Iterator<Item = (&Name, &[Name])> {
            pools.iter().map(|pool| (pool.standard.name(), pool.standard.former()))
        }
        names(&self.managed_pools).chain(names(&self.karpenter_pools)).chain(names(&self.fargate_pools))
    }

    /// Returns the names of add-ons that are not the catalog's, likewise.
    pub fn own_addons(&self) -> impl Iterator<Item = (&Name, &[Name])> {
        let own = self.helm_addons.iter().map(|addon| &addon.standard).filter(|addon| addon.facts.is_own());
        own.map(|addon| (&addon.name, addon.facts.former.as_slice()))
    }

    /// Returns an add-on that any cluster has, by its name in the catalog.
    pub fn addon(&self, name: &str) -> Option<&Member<FleetAddon>> {
        self.eks_addons.iter().chain(&self.helm_addons).find(|addon| addon.standard.name.as_str() == name)
    }
}

/// What networks the clusters have.
#[derive(Debug, Clone)]
pub struct FleetNetwork {
    /// A VPC that exists already.
    pub existing: Share,
    /// Tags of ours on the subnets of such a VPC, among the clusters that are in one.
    pub tags: Share,
    /// Subnets for pods alone, in whichever VPC.
    pub pods: Share,
    /// A second range for pods, among the clusters with a VPC of their own.
    pub pod_cidr: Share,
    /// IPv6 addresses.
    pub ipv6: Share,
    /// IPv6 addresses that reach the private endpoint since the VPC's own range does.
    pub endpoint_ipv6: Share,
    /// Subnets for pods in a VPC that exists already, among the clusters that are in one.
    pub existing_pods: Share,
    /// VPC endpoints that any cluster has, besides S3's; sorted.
    pub endpoints: Vec<String>,
    /// Those of the standard; sorted.
    pub standard_endpoints: Vec<String>,
    /// Whether some cluster has others: then the module has a variable for them.
    pub endpoints_differ: bool,
    /// Whether some cluster has zones that its control plane is not in: then the module has a variable for those that it is in.
    pub control_plane_differs: bool,
    /// Whether some control plane has security groups besides the one that EKS makes.
    pub has_security_groups: bool,
    /// Whether the standard is a VPC that exists already.
    pub standard_is_existing: bool,
    /// Whether the standard has the subnets of such a VPC tagged.
    pub standard_tags: bool,
    /// The IP family of the standard.
    pub standard_ip_family: IpFamily,
}

impl FleetNetwork {
    fn of(standard: Option<&keys::Network>, clusters: &[&Cluster]) -> Self {
        let networks = || clusters.iter().map(|cluster| &cluster.network);
        let (existing, own): (Vec<&Cluster>, Vec<&Cluster>) =
            clusters.iter().partition(|cluster| cluster.network.existing().is_some());
        let has_pods = |cluster: &Cluster| cluster.network.has_pod_subnets();
        let endpoints: BTreeSet<&String> = networks().flat_map(Network::endpoints).collect();
        let mut standard_endpoints: Vec<String> =
            standard.iter().flat_map(|keys| keys.endpoints.iter()).map(|name| name.value.clone()).collect();
        standard_endpoints.sort();
        // Where all have the same, there is nothing to differ from, wherever it was written.
        let endpoints_differ =
            clusters.windows(2).any(|pair| pair[0].network.endpoints() != pair[1].network.endpoints());
        Self {
            existing: Share::of(clusters, |cluster| cluster.network.existing().is_some()),
            tags: Share::of(&existing, |cluster| {
                cluster.network.existing().is_some_and(|vpc| vpc.tag_subnets)
            }),
            pods: Share::of(clusters, has_pods),
            pod_cidr: Share::of(&own, has_pods),
            existing_pods: Share::of(&existing, has_pods),
            ipv6: Share::of(clusters, |cluster| cluster.network.is_ipv6()),
            endpoint_ipv6: Share::of(clusters, |cluster| {
                let own = cluster.network.cidr.to_string();
                cluster.network.is_ipv6() && cluster.settings.private_cidrs.contains(&own)
            }),
            control_plane_differs: networks().any(Network::control_plane_differs),
            has_security_groups: networks()
                .any(|network| network.existing().is_some_and(|vpc| !vpc.security_groups.is_empty())),
            endpoints_differ,
            endpoints: endpoints.into_iter().cloned().collect(),
            standard_endpoints,
            standard_is_existing: standard.is_some_and(|keys| keys.vpc_id.is_some()),
            standard_tags: standard.is_none_or(|keys| *keys.tag_subnets),
            standard_ip_family: standard.map_or(IpFamily::Ipv4, |keys| *keys.ip_family),
        }
    }
}

/// How many clusters have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// None: the modules do not mention it.
    None,
    /// Some: the modules have a variable for it.
    Some,
    /// All: the modules have it and no variable.
    All,
}

impl Share {
    /// Counts the clusters, or what they have, for which something holds.
    pub fn of<T>(all: &[&T], holds: impl Fn(&T) -> bool) -> Self {
        match all.iter().filter(|one| holds(one)).count() {
            0 => Self::None,
            count if count == all.len() => Self::All,
            _ => Self::Some,
        }
    }

    /// Whether any cluster has it.
    pub fn is_any(self) -> bool {
        self != Self::None
    }

    /// Whether every cluster has it.
    pub fn is_all(self) -> bool {
        self == Self::All
    }
}

/// Something that clusters have, all of them or some.
#[derive(Debug, Clone)]
pub struct Member<T> {
    /// Whether every cluster has it: then its blocks carry no `count`.
    pub everywhere: bool,
    /// Whether the standard has it: the default of the variable that says so where not every cluster has it.
    pub in_standard: bool,
    /// The standard form of it.
    pub standard: T,
}

/// A node pool that clusters have, all of them or some.
#[derive(Debug, Clone)]
pub struct FleetPool<T> {
    /// Whether every cluster has it: then its blocks carry no `count`.
    pub everywhere: bool,
    /// Whether the standard has it: the default of the variable that says so where not every cluster has it.
    pub in_standard: bool,
    /// The standard form of it.
    pub standard: T,
    /// What it is in each cluster that has it.
    pub own: Vec<T>,
}

/// An add-on as the modules hold it.
#[derive(Debug, Clone)]
pub struct FleetAddon {
    /// Its name in the catalog.
    pub name: Name,
    /// The catalog's facts.
    pub facts: catalog::Addon,
    /// The standard's version; empty where that is not pinned.
    pub version: String,
    /// Whether every cluster's version is pinned. Of a chart, it is.
    pub pinned: Share,
    /// What the standard sets besides the catalog's values.
    pub wished: Value,
    /// Whether some cluster's values differ: then the module has a variable for them.
    pub values_differ: bool,
    /// Whether some cluster's version differs: then the module has a variable for it.
    pub version_differs: bool,
    /// Whether any of its pods run on nodes of middleware, in any cluster.
    pub on_middleware: bool,
    /// Whether the blueprint says what its role is limited to: then the module has a variable for that, since zones and buckets
    /// are those of an account.
    pub access_given: bool,
    /// Kubernetes versions of its clusters on which upstream has not tested it.
    pub untested_on: BTreeSet<String>,
}

impl FleetAddon {
    /// The standard's values: the catalog's, with the blueprint's laid over them.
    pub fn values(&self) -> Value {
        self.values_with(&self.wished)
    }

    /// The catalog's values, with others laid over them than the standard's.
    pub fn values_with(&self, wished: &Value) -> Value {
        placement::values(&self.facts).merged(wished.clone())
    }

    /// The name that it was made under, which AWS and Helm know.
    pub fn made_as(&self) -> &Name {
        rename::made_as(&self.facts.former, &self.name)
    }

    /// Whether another add-on comes before it.
    pub fn follows(&self, other: &Self) -> bool {
        self.facts.needs.iter().chain(&self.facts.after).any(|name| name == other.name.as_str())
    }

    /// Whether its role may do anything: what is limited to nothing, in every cluster, needs none.
    fn has_rights(&self) -> bool {
        let default = self.facts.access.as_ref().map(|access| access.default.as_deref().unwrap_or_default());
        self.access_given || default.is_none_or(|default| !default.is_empty())
    }

    fn without_role(mut self) -> Self {
        self.facts.service_account = None;
        self.facts.policies.clear();
        self.facts.access = None;
        self
    }

    /// The catalog's layer between the two where core is on Fargate; `null` takes a value out.
    pub fn fargate_layer(&self) -> Value {
        let fargate = self.facts.fargate.as_ref();
        fargate.map_or(Value::Object(Vec::new()), |fargate| Value::from_catalog(&fargate.values))
    }

    /// The standard's values where core is on Fargate.
    pub fn values_on_fargate(&self) -> Value {
        self.values_on_fargate_with(&self.wished)
    }

    /// The catalog's values where core is on Fargate, with others laid over them than the standard's.
    pub fn values_on_fargate_with(&self, wished: &Value) -> Value {
        let values = placement::values(&self.facts).merged(self.fargate_layer()).without_nulls();
        values.merged(wished.clone())
    }

    /// Whether it is an EKS add-on whose pods wait for a node of core. Where core is on Fargate, Karpenter makes that
    /// node, so the add-on comes after Karpenter.
    pub fn needs_core_node(&self) -> bool {
        self.facts.kind == AddonKind::EksAddon && !self.facts.before_nodes && self.facts.fargate.is_none()
    }
}

/// Gathers what the modules contain.
pub(super) fn fleet(context: &mut Context<'_>, environments: &[Environment]) -> Fleet {
    let clusters: Vec<&Cluster> = environments.iter().flat_map(|environment| &environment.clusters).collect();
    let standard = &context.blueprint.standard;
    let first = clusters.first().map(|cluster| cluster.settings.kubernetes_version.clone());
    let default = first.unwrap_or_else(|| {
        KubernetesVersion::new(&context.catalog.kubernetes.default)
            .expect("the catalog's default is a version")
    });
    let NodePools { managed, karpenter, fargate } = standard_pools(context);
    let managed_pools = pools(context, &managed, &clusters);
    let karpenter_pools = pools(context, &karpenter, &clusters);
    let fargate_pools = pools(context, &fargate, &clusters);
    let facts = clusters.iter().map(|cluster| &cluster.settings);
    let node_types: BTreeSet<String> =
        facts.clone().flat_map(|settings| settings.node_types.clone()).collect();
    let network_policy = facts.clone().all(|settings| settings.network_policy);
    check_kinds(context);
    let taints = |keys: &NodePool| keys.taints.as_ref().map(|taints| taints.span);
    check_alike(
        context,
        &managed_pools,
        &clusters,
        &Alike {
            same: |own, standard| own.taints == standard.taints,
            written: taints,
            problem: |pool| Problem::TaintsDiffer { pool },
        },
    );
    check_families(context, &managed_pools, &clusters);
    check_families(context, &karpenter_pools, &clusters);
    check_alike(
        context,
        &fargate_pools,
        &clusters,
        &Alike {
            same: |own, standard| own.selectors == standard.selectors,
            written: |keys| keys.namespaces.as_ref().map(|namespaces| namespaces.span),
            problem: |pool| Problem::NamespacesDiffer { pool },
        },
    );
    check_renamed(context, &managed_pools, &clusters);
    check_renamed(context, &karpenter_pools, &clusters);
    check_renamed(context, &fargate_pools, &clusters);
    let kubernetes_version =
        standard.kubernetes_version.as_ref().map_or(default, |version| version.value.clone());
    check_own_addons(context, &clusters);
    let (eks_addons, helm_addons) = addons(context, &clusters, &kubernetes_version);
    let has_tenants = clusters.iter().any(|cluster| !cluster.tenants.is_empty());
    Fleet {
        has_tenants,
        tenant_pods: Share::of(&clusters, |cluster| has_tenants && cluster.settings.mutates_pods()),
        standard_tenant_pods: kubernetes_version.minor() >= MUTATING_POLICIES,
        kubernetes_version,
        public_cidrs: standard
            .endpoint
            .iter()
            .flat_map(|endpoint| endpoint.public_cidrs.iter())
            .map(|range| range.to_string())
            .collect(),
        private_cidrs: facts.clone().any(|settings| !settings.private_cidrs.is_empty()).then(|| {
            let endpoint = standard.endpoint.iter();
            endpoint
                .flat_map(|endpoint| endpoint.private_cidrs.iter())
                .map(|range| range.to_string())
                .collect()
        }),
        network: FleetNetwork::of(standard.network.as_deref(), &clusters),
        service_cidr: standard
            .network
            .as_ref()
            .map_or_else(keys::default_service_cidr, |network| network.service_cidr.value),
        role: Share::of(&clusters, |cluster| cluster.settings.role_arn.is_some()),
        secrets_key: Share::of(&clusters, |cluster| cluster.settings.secrets_kms_key.is_some()),
        log_retention_days: standard.log_retention_days.0,
        managed_pools,
        karpenter_pools,
        fargate_pools,
        core_on_fargate: Share::of(&clusters, |cluster| cluster.settings.core_is_on_fargate()),
        standard_core_on_fargate: standard
            .node_pools
            .get(CORE)
            .is_some_and(|core| core.value.kind.as_ref().is_some_and(|kind| kind.value == PoolKind::Fargate)),
        eks_addons,
        helm_addons,
        has_readers: clusters.iter().any(|cluster| !cluster.access.readers.is_empty()),
        node_types_differ: facts.clone().any(|settings| settings.node_types != node_types),
        node_types,
        network_policy_differs: facts.clone().any(|settings| settings.network_policy != network_policy),
        network_policy,
    }
}

/// Gathers the pools that any cluster has, by name, each in its standard form.
///
/// A pool whose standard form cannot stand by itself, since every environment completes it in its own way, takes the
/// form of the first cluster that has it.
fn pools<P: Pool>(context: &Context<'_>, standard: &[P], clusters: &[&Cluster]) -> Vec<FleetPool<P>> {
    let written = &context.blueprint.standard.node_pools;

    let mut own: BTreeMap<&Name, Vec<&P>> = BTreeMap::new();
    for pool in clusters.iter().flat_map(|cluster| P::of(cluster)) {
        own.entry(pool.name()).or_default().push(pool);
    }
    let pools = own.into_iter().map(|(name, own)| {
        let standard = standard.iter().find(|pool| pool.name() == name).unwrap_or(own[0]);
        FleetPool {
            everywhere: own.len() == clusters.len(),
            in_standard: written.get(name.as_str()).is_some_and(|pool| *pool.value.enabled),
            standard: standard.clone(),
            own: own.into_iter().cloned().collect(),
        }
    });
    pools.collect()
}

/// Returns every pool of every cluster in its standard form.
///
/// A key that the standard sets, or that has a built-in default, is the same for all; a key that has neither (instance
/// types and size of a pool that only some environments complete) is taken from the first cluster that has it.
fn standard_pools(context: &Context<'_>) -> NodePools {
    let blueprint = context.blueprint;
    let own = blueprint.environments.iter().flat_map(|target| target.value.clusters.iter());
    let layers = std::iter::once(&blueprint.standard).chain(own.map(|cluster| &cluster.value));
    // By kind, too: core can be two things.
    let mut keys: BTreeMap<(&str, Option<PoolKind>), Named<NodePool>> = BTreeMap::new();
    for pool in layers.flat_map(|cluster| cluster.node_pools.iter()) {
        let kind = pool.value.kind.as_ref().map(|kind| kind.value);
        // What the standard leaves open is the kind that the first cluster gives it.
        let open = keys.remove(&(pool.name.as_str(), None)).filter(|_| kind.is_some());
        let standard =
            keys.entry((pool.name.as_str(), kind)).or_insert_with(|| open.unwrap_or_else(|| pool.clone()));
        complete(&mut standard.value, &pool.value);
    }
    let mut pools = NodePools::default();
    for pool in keys.values() {
        let NodePools { managed, karpenter, fargate } = node_pool::standard(context, pool);
        pools.managed.extend(managed);
        pools.karpenter.extend(karpenter);
        pools.fargate.extend(fargate);
    }
    pools
}

fn complete(standard: &mut NodePool, other: &NodePool) {
    if standard.kind.is_none() {
        standard.kind.clone_from(&other.kind);
    }
    if standard.instance_types.is_none() {
        standard.instance_types.clone_from(&other.instance_types);
    }
    match (&mut standard.size, &other.size) {
        (None, size) => standard.size.clone_from(size),
        (Some(Spanned { value: Size { min, max, .. }, .. }), Some(size)) => {
            if min.is_none() {
                min.clone_from(&size.min);
            }
            if max.is_none() {
                max.clone_from(&size.max);
            }
        }
        (Some(_), None) => {}
    }
}

/// Refuses a pool that is managed in one cluster and Karpenter's in another: it would be two things of one name.
fn check_kinds(context: &mut Context<'_>) {
    let blueprint = context.blueprint;
    let own = blueprint.environments.iter().flat_map(|target| target.value.clusters.iter());
    let layers = std::iter::once(&blueprint.standard).chain(own.map(|cluster| &cluster.value));
    let mut kinds: BTreeMap<&str, &Spanned<PoolKind>> = BTreeMap::new();
    for pool in layers.flat_map(|cluster| cluster.node_pools.iter()).filter(|pool| *pool.value.enabled) {
        let Some(kind) = &pool.value.kind else { continue };
        let first = *kinds.entry(pool.name.as_str()).or_insert(kind);
        // Core is managed or on Fargate, and the modules know both.
        if first.value != kind.value && pool.name.as_str() != CORE {
            let (kind_word, other) = (kind.word(), first.word());
            let problem = Problem::KindChanges { pool: pool.name.to_string(), kind: kind_word, other };
            context.push_conflict(problem, kind.span, first.span);
        }
    }
}

/// Refuses an add-on of the blueprint's own that is another one in another cluster: its module is the same.
fn check_own_addons(context: &mut Context<'_>, clusters: &[&Cluster]) {
    let blueprint = context.blueprint;
    let at = |cluster: &Cluster, name: &Name| {
        let keys = blueprint.cluster(&cluster.environment, &cluster.name)?;
        Some(keys.value.addons.get(name.as_str())?.name.span)
    };
    let mut first: BTreeMap<&Name, (&Cluster, &Addon)> = BTreeMap::new();
    for cluster in clusters {
        for addon in cluster.settings.addons.iter().filter(|addon| addon.facts.is_own()) {
            let (other, known) = *first.entry(&addon.name).or_insert((cluster, addon));
            if known.facts != addon.facts {
                let problem = Problem::OwnAddonDiffers { addon: addon.name.to_string() };
                let (at, also) = (at(cluster, &addon.name), at(other, &addon.name));
                context.push_conflict(problem, at.unwrap_or(cluster.at), also.unwrap_or(other.at));
            }
        }
    }
}

/// Something of a pool that is literal in its module, and so the same in every cluster.
struct Alike<P> {
    same: fn(&P, &P) -> bool,
    /// Where the blueprint says it.
    written: fn(&NodePool) -> Option<Span>,
    problem: fn(String) -> Problem,
}

/// The past of an address stands in the module.
fn check_renamed<P: Pool>(context: &mut Context<'_>, pools: &[FleetPool<P>], clusters: &[&Cluster]) {
    check_alike(
        context,
        pools,
        clusters,
        &Alike {
            same: |own, standard| own.former() == standard.former(),
            written: |keys| keys.renamed_from.as_ref().map(|former| former.span),
            problem: |pool| Problem::RenamedInPart { pool },
        },
    );
}

/// Bottlerocket has another layout of volumes, and another form of settings.
fn check_families<P: NodesPool>(context: &mut Context<'_>, pools: &[FleetPool<P>], clusters: &[&Cluster]) {
    check_alike(
        context,
        pools,
        clusters,
        &Alike {
            same: |own, standard| own.ami_family() == standard.ami_family(),
            written: |keys| keys.ami.as_ref().map(|ami| ami.span),
            problem: |pool| Problem::AmiFamilyDiffers { pool },
        },
    );
}

/// Reports clusters where a pool differs from the standard in what is literal: a managed group's taints are blocks, and
/// blocks cannot come from a variable without `dynamic`; likewise a profile's namespaces.
fn check_alike<P: Pool>(
    context: &mut Context<'_>,
    pools: &[FleetPool<P>],
    clusters: &[&Cluster],
    alike: &Alike<P>,
) {
    let blueprint = context.blueprint;
    let written = |keys: &ClusterKeys, pool: &str| (alike.written)(&keys.node_pools.get(pool)?.value);
    for pool in pools {
        let name = pool.standard.name();
        let mut elsewhere = written(&blueprint.standard, name.as_str());
        for cluster in clusters {
            let Some(own) = P::of(cluster).iter().find(|own| own.name() == name) else {
                continue;
            };
            let keys = blueprint.cluster(&cluster.environment, &cluster.name);
            let here = keys.and_then(|keys| written(&keys.value, name.as_str()));
            if !(alike.same)(own, &pool.standard) {
                let at = here.unwrap_or(cluster.at);
                let problem = (alike.problem)(name.to_string());
                context.report(problem, at, elsewhere);
            }
            elsewhere = elsewhere.or(here);
        }
    }
}

/// Returns what the catalog sets for the standard, of which these are the keys, and for the partition where all clusters are in
/// one.
fn conditional(
    facts: &catalog::Addon,
    clusters: &[&Cluster],
    kubernetes: &KubernetesVersion,
    keys: &ClusterKeys,
) -> Value {
    let partition = clusters.first().map_or("", |cluster| cluster.partition.as_str());
    let partition =
        if clusters.iter().all(|cluster| cluster.partition == partition) { partition } else { "" };
    addon::conditional(facts, partition, kubernetes, keys)
}

/// Returns the Kubernetes versions on which upstream has not tested the catalog's version of an add-on, as far as a cluster has
/// both.
fn untested_on(clusters: &[&Cluster], name: &Name, facts: &catalog::Addon) -> BTreeSet<String> {
    let has_it = |cluster: &&&Cluster| {
        let own = cluster.settings.addons.iter().find(|addon| addon.name == *name);
        own.is_some_and(|addon| facts.version.as_ref() == Some(&addon.version))
    };
    let versions = clusters.iter().filter(has_it).map(|cluster| &cluster.settings.kubernetes_version);
    versions.filter(|version| facts.kubernetes.is_above(version)).map(ToString::to_string).collect()
}

fn addons(
    context: &Context<'_>,
    clusters: &[&Cluster],
    kubernetes: &KubernetesVersion,
) -> (Vec<Member<FleetAddon>>, Vec<Member<FleetAddon>>) {
    let (mut eks, mut helm) = (Vec::new(), Vec::new());
    let mut members: BTreeMap<&Name, Vec<&Addon>> = BTreeMap::new();
    for addon in clusters.iter().flat_map(|cluster| &cluster.settings.addons) {
        members.entry(&addon.name).or_default().push(addon);
    }
    for (name, own) in members {
        let facts = &own[0].facts;
        let keys = &context.blueprint.standard;
        let wish = keys.addons.get(name.as_str());
        let wished = conditional(facts, clusters, kubernetes, keys);
        let wished = wished.merged(addon::wished(facts, name.as_str(), keys));
        let version = wish.and_then(|wish| wish.value.version.as_ref()).map(|version| version.value.clone());
        // Of one's own add-on that the standard does not have, and where no cluster is of the standard's Kubernetes version, the
        // first cluster's.
        let standard =
            Some(addon::default_version(&context.blueprint.lock, name.as_str(), facts, kubernetes));
        let pinned = Share::of(&own, |addon| !addon.version.is_empty());
        let version = version.or(standard).filter(|version| !version.is_empty() || !pinned.is_all());
        let version = version.unwrap_or_else(|| own[0].version.clone());
        let addon = FleetAddon {
            name: name.clone(),
            values_differ: own.iter().any(|addon| addon.values != wished),
            version_differs: own.iter().any(|addon| addon.version != version),
            on_middleware: own
                .iter()
                .any(|addon| placement::selects(facts, &addon.all_values(), node_pool::MIDDLEWARE)),
            wished,
            version,
            pinned,
            access_given: own.iter().any(|addon| !addon.access.is_empty()),
            untested_on: untested_on(clusters, name, facts),
            facts: facts.clone(),
        };
        let addon = if addon.has_rights() { addon } else { addon.without_role() };
        let in_standard = wish.is_some_and(|wish| *wish.value.enabled);
        let member = Member { everywhere: own.len() == clusters.len(), in_standard, standard: addon };
        match facts.kind {
            AddonKind::EksAddon => eks.push(member),
            AddonKind::Helm => helm.push(member),
        }
    }
    (eks, helm)
}
