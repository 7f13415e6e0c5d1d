//! `modules/services`: Helm add-ons, Karpenter's node pools, storage classes.

use serde::Serialize;
use tera::Context;

use super::access::{AccessVariable, AccessView};
use super::cluster_module::{self, AddonVariable, Switch, name_length};
use super::condition::Condition;
use super::moved::{Moved, moved};
use super::node_pool::{self, KarpenterBlocks, PoolView};
use super::template::{self, view};
use super::version::version;
use super::{Output, Providers, Row, Whole, always, lay_out, module, nothing, provider, row};
use crate::catalog::AddonKind;
use crate::hcl::value::Value;
use crate::model::KarpenterPool;
use crate::model::addon::{EFS, EXTERNAL_DNS, KARPENTER, LOAD_BALANCER_CONTROLLER};
use crate::model::node_pool::{CORE, MIDDLEWARE};
use crate::model::settings::{Fleet, FleetAddon, FleetPool, Member, Share};

fn rows<'a>() -> Vec<Row<Whole<'a>>> {
    let mut rows = module("modules/services", always, providers);
    rows.extend([
        row("modules/services/variables.tf", always, variables),
        row("modules/services/outputs.tf", always, outputs_view),
        row("modules/services/cluster.tf", always, nothing),
        row("modules/services/pod_identity.tf", has_roles, nothing),
        row("modules/services/node_pools.tf", |w| has_pools(&w.model.fleet), node_pools),
        row("modules/services/charts/objects/Chart.yaml", |w| has_objects(&w.model.fleet), nothing),
        row("modules/services/charts/objects/values.yaml", |w| has_objects(&w.model.fleet), nothing),
        row(
            "modules/services/charts/objects/templates/objects.yaml",
            |w| has_objects(&w.model.fleet),
            nothing,
        ),
        row("modules/services/storage_classes.tf", |w| has_kubernetes(&w.model.fleet), storage_classes),
        row("modules/services/snapshot_classes.tf", |w| has_snapshots(&w.model.fleet), snapshot_classes),
        row("modules/services/tenants.tf", |w| w.model.fleet.tenant_pods.is_any(), tenants),
        row("modules/services/tenant_placement.tf", |w| w.model.fleet.has_tenants, nothing),
        row("modules/services/tenant_network.tf", |w| w.model.fleet.bounds_networks(), tenant_network),
        row("modules/services/contract.tf", always, contract),
    ]);
    rows
}

fn has_roles(whole: &Whole<'_>) -> bool {
    let fleet = &whole.model.fleet;
    let has_pod_identity = |addon: &Member<FleetAddon>| has_role(addon) && !is_by_irsa(fleet, addon);
    fleet.helm_addons.iter().chain(installed(fleet)).any(has_pod_identity)
}

/// Whether an add-on runs on Fargate in any cluster.
fn runs_on_fargate(fleet: &Fleet, addon: &Member<FleetAddon>) -> bool {
    addon.standard.facts.fargate.is_some() && fleet.core_on_fargate != Share::None
}

/// Whether it does so in every cluster, and so never gets its role by Pod Identity.
fn is_by_irsa(fleet: &Fleet, addon: &Member<FleetAddon>) -> bool {
    addon.standard.facts.fargate.is_some() && fleet.core_on_fargate == Share::All
}

/// Whether this module installs an EKS add-on, where core is on Fargate: its pods wait for nodes of Karpenter's.
pub(super) fn installs(fleet: &Fleet, addon: &FleetAddon) -> bool {
    fleet.core_on_fargate != Share::None && addon.needs_core_node()
}

fn installed(fleet: &Fleet) -> impl Iterator<Item = &Member<FleetAddon>> {
    fleet.eks_addons.iter().filter(|addon| installs(fleet, &addon.standard))
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&rows(), whole, outputs);
    let fleet = &whole.model.fleet;
    for addon in &fleet.helm_addons {
        outputs.push(Output {
            path: format!("modules/services/addon_{}.tf", addon.standard.name.identifier()),
            template: template_of(&addon.standard),
            stack: None,
            view: addon_view(fleet, addon),
        });
    }
    for addon in installed(fleet) {
        outputs.push(Output {
            path: format!("modules/services/addon_{}.tf", addon.standard.name.identifier()),
            template: template_of(&addon.standard),
            stack: None,
            view: cluster_module::addon_view(fleet, addon, true),
        });
    }
}

pub(super) const EBS: &str = "aws-ebs-csi-driver";
const NATS: &str = "nats";
const SNAPSHOTS: &str = "snapshot-controller";

/// Whether any cluster has a pool of Karpenter's.
pub(super) fn has_pools(fleet: &Fleet) -> bool {
    !fleet.karpenter_pools.is_empty()
}

/// Whether any cluster has objects that the local chart prints.
fn has_objects(fleet: &Fleet) -> bool {
    let brings_objects = |addon: &Member<FleetAddon>| !addon.standard.facts.objects.is_empty();
    let has_addon_objects = fleet.helm_addons.iter().any(brings_objects);
    has_pools(fleet) || has_snapshots(fleet) || has_addon_objects || fleet.has_tenants
}

/// Whether any cluster can have snapshots of EBS volumes.
fn has_snapshots(fleet: &Fleet) -> bool {
    volumes(fleet).is_some() && fleet.addon(SNAPSHOTS).is_some()
}

/// The EBS driver, where any cluster has it: the default storage class is made with it.
fn volumes(fleet: &Fleet) -> Option<&Member<FleetAddon>> {
    fleet.addon(EBS)
}

fn has_volumes(fleet: &Fleet) -> bool {
    volumes(fleet).is_some()
}

/// The EFS driver, where any cluster has it: a storage class is made for its file system.
fn files(fleet: &Fleet) -> Option<&Member<FleetAddon>> {
    fleet.addon(EFS)
}

fn has_role(addon: &Member<FleetAddon>) -> bool {
    addon.standard.facts.service_account.is_some()
}

/// Whether a root of the module configures the Helm provider.
pub(super) fn has_helm(fleet: &Fleet) -> bool {
    !fleet.helm_addons.is_empty() || has_snapshots(fleet) || fleet.has_tenants
}

/// Whether a root of the module configures the Kubernetes provider.
pub(super) fn has_kubernetes(fleet: &Fleet) -> bool {
    has_volumes(fleet) || files(fleet).is_some()
}

/// Which facts of identity the module's files refer to: a variable that nothing uses is not declared.
#[derive(Serialize)]
pub(super) struct Needs {
    needs_account_id: bool,
    needs_region: bool,
    needs_partition: bool,
    needs_tags: bool,
}

impl Needs {
    pub fn of(fleet: &Fleet) -> Self {
        let addons = || fleet.helm_addons.iter().chain(installed(fleet)).map(|addon| &addon.standard);
        let has_managed_policies = addons().any(|addon| !addon.facts.managed_policies.is_empty());
        let mentions = |variable: &str| addons().any(|addon| mentions(addon, variable));
        Self {
            needs_account_id: addons().any(|addon| addon.facts.service_account.is_some()),
            needs_region: mentions("var.region"),
            needs_partition: has_managed_policies || mentions("var.partition"),
            needs_tags: !fleet.karpenter_pools.is_empty() || mentions("var.tags"),
        }
    }
}

/// Whether the file of an add-on refers to a variable: in its values, its policies or its objects. What a blueprint sets is text,
/// but for its statements.
fn mentions(addon: &FleetAddon, variable: &str) -> bool {
    let facts = &addon.facts;
    let is_in = |data: &serde_json::Value| data.to_string().contains(variable);
    let fargate = facts.fargate.iter().map(|fargate| &fargate.values);
    let values =
        std::iter::once(&facts.values).chain(fargate).chain(facts.when.iter().map(|when| &when.values));
    let defaults = facts.access.iter().flat_map(|access| &access.default).flatten();
    let policies = template_of(addon);
    values.chain(&facts.objects).any(|entries| is_in(&serde_json::Value::Object(entries.clone())))
        || facts.statements.iter().any(|statement| statement.to_string().contains(variable))
        || !facts.policies.is_empty() && template::source(&policies).contains(variable)
        || facts.service_account.is_some() && defaults.into_iter().any(|arn| arn.contains(variable))
}

/// The template of an add-on's file: one with policies of its own begins with the common one.
fn template_of(addon: &FleetAddon) -> String {
    match (addon.facts.kind, addon.facts.policies.as_slice()) {
        (AddonKind::EksAddon, _) => cluster_module::template(addon),
        (_, []) => "modules/services/addon.tf".to_owned(),
        _ => format!("modules/services/policies/{}.tf", addon.name),
    }
}

/// Returns the releases, EKS add-ons and classes of volumes of this module that come before an add-on. What `modules/cluster` installs is there
/// already.
pub(super) fn before(fleet: &Fleet, addon: &FleetAddon) -> Vec<String> {
    let comes_before = |other: &&Member<FleetAddon>| addon.follows(&other.standard);
    let releases = fleet.helm_addons.iter().filter(comes_before).map(|other| {
        let identifier = other.standard.name.identifier();
        let objects = if other.standard.facts.objects.is_empty() { "" } else { "_objects" };
        format!("helm_release.{identifier}{objects}")
    });
    let eks_addons = installed(fleet).filter(comes_before);
    let eks_addons = eks_addons.map(|other| format!("aws_eks_addon.{}", other.standard.name.identifier()));
    let classes = [(volumes(fleet), "gp3"), (files(fleet), "efs")];
    let classes = classes.into_iter().filter(|(driver, _)| driver.as_ref().is_some_and(comes_before));
    let classes = classes.map(|(_, class)| format!("kubernetes_storage_class_v1.{class}"));
    releases.chain(eks_addons).chain(classes).collect()
}

/// The EKS add-ons that the module knows of: those that it installs, and those for which it makes classes of volumes and
/// snapshots, whoever installs them.
pub(super) fn eks_addons(fleet: &Fleet) -> impl Iterator<Item = &Member<FleetAddon>> {
    let is_known = |addon: &&Member<FleetAddon>| {
        let has_class = match addon.standard.name.as_str() {
            EBS | EFS => true,
            SNAPSHOTS => has_snapshots(fleet),
            _ => false,
        };
        has_class || installs(fleet, &addon.standard)
    };
    fleet.eks_addons.iter().filter(is_known)
}

fn providers(whole: &Whole<'_>) -> Context {
    let facts = &whole.catalog.providers;
    let fleet = &whole.model.fleet;
    let mut providers = vec![provider("aws", &facts.aws, ">=")];
    providers.extend(has_helm(fleet).then(|| provider("helm", &facts.helm, ">=")));
    providers.extend(has_kubernetes(fleet).then(|| provider("kubernetes", &facts.kubernetes, ">=")));
    view(&Providers { providers })
}

fn variables(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Variables {
        name_length: u32,
        name_length_words: u32,
        #[serde(flatten)]
        needs: Needs,
        pools: Vec<PoolView<KarpenterBlocks>>,
        core_may_be_on_fargate: bool,
        core_on_fargate: bool,
        switches: Vec<Switch>,
        version_variables: Vec<AddonVariable>,
        value_variables: Vec<AddonVariable>,
        access_variables: Vec<AccessVariable>,
        has_node_types: bool,
        node_types: Value,
        has_network_policy: bool,
        network_policy: bool,
        has_subnets_by_id: bool,
        subnets_by_id: bool,
        has_differences: bool,
    }
    let fleet = &whole.model.fleet;
    let pools = fleet.karpenter_pools.iter().filter_map(|pool| node_pool::switch(fleet, pool));
    let addons = fleet.helm_addons.iter().chain(eks_addons(fleet)).filter_map(Switch::of);
    let of = |differs: fn(&FleetAddon) -> bool| -> Vec<AddonVariable> {
        let standards = fleet.helm_addons.iter().chain(installed(fleet)).map(|member| &member.standard);
        standards.filter(|addon| differs(addon)).map(AddonVariable::of).collect()
    };
    let length = name_length(whole);
    let mut variables = Variables {
        name_length: length - 1,
        name_length_words: length,
        needs: Needs::of(fleet),
        pools: fleet.karpenter_pools.iter().map(|member| node_pool::karpenter(fleet, member)).collect(),
        core_may_be_on_fargate: fleet.core_on_fargate == Share::Some,
        core_on_fargate: fleet.standard_core_on_fargate,
        switches: pools.chain(addons).chain(Switch::of_tenant_pods(fleet)).collect(),
        version_variables: of(|addon| addon.version_differs),
        value_variables: of(|addon| addon.values_differ),
        access_variables: fleet
            .helm_addons
            .iter()
            .chain(installed(fleet))
            .filter_map(AccessVariable::of)
            .collect(),
        has_node_types: fleet.node_types_differ,
        node_types: Value::strings(&fleet.node_types),
        has_network_policy: fleet.network_policy_differs,
        network_policy: fleet.network_policy,
        has_subnets_by_id: fleet.network.existing == Share::Some && has_pools(fleet),
        subnets_by_id: fleet.network.standard_is_existing,
        has_differences: fleet.node_types_differ || fleet.network_policy_differs,
    };
    variables.has_differences |= variables.core_may_be_on_fargate
        || !variables.pools.is_empty()
        || !variables.switches.is_empty()
        || !variables.version_variables.is_empty()
        || !variables.value_variables.is_empty()
        || !variables.access_variables.is_empty();
    view(&variables)
}

fn tenants(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Tenants {
        tenant_pods_everywhere: bool,
        has_fargate_namespaces: bool,
        fargate_namespaces: String,
    }
    let fleet = &whole.model.fleet;
    // Pods on Fargate have machines of their own, which carry no labels.
    let selectors = fleet.fargate_pools.iter().flat_map(|pool| &pool.standard.selectors);
    let namespaces = selectors.filter(|selector| selector.labels.is_empty());
    let namespaces: Vec<String> = namespaces.map(|it| format!("'{}'", it.namespace)).collect();
    view(&Tenants {
        tenant_pods_everywhere: fleet.tenant_pods.is_all(),
        has_fargate_namespaces: !namespaces.is_empty(),
        fargate_namespaces: namespaces.join(", "),
    })
}

fn tenant_network(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct TenantNetwork {
        network_differs: bool,
    }
    view(&TenantNetwork { network_differs: whole.model.fleet.network_policy_differs })
}

fn node_pools(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct NodePools {
        pools: Vec<PoolView<KarpenterBlocks>>,
        subnets: Value,
        subnets_differ: bool,
        has_volume_keys: bool,
        volume_keys: Value,
        volume_keys_everywhere: bool,
        volume_keys_count: Value,
        karpenter_index: Value,
    }
    let fleet = &whole.model.fleet;
    let karpenter = fleet.addon(KARPENTER).map(Condition::addon).unwrap_or_default();
    let volume_keys = node_pool::volume_keys(&fleet.karpenter_pools);
    // A cluster without Karpenter has no role to give it to.
    let all_have = |pool: &FleetPool<KarpenterPool>| pool.everywhere && node_pool::all_have_key(pool);
    let may_lack_keys = !fleet.karpenter_pools.iter().any(all_have);
    let condition = karpenter.clone().and(may_lack_keys, "length(local.volume_keys) > 0");
    let by_tag = r#"[{ tags = { "karpenter.sh/discovery" = var.cluster_name } }]"#;
    let by_id = "[for id in values(local.contract.private_subnets) : { id = id }]";
    let subnets = match fleet.network.existing {
        Share::None => by_tag,
        Share::All => by_id,
        Share::Some => "local.subnets",
    };
    view(&NodePools {
        pools: fleet.karpenter_pools.iter().map(|pool| node_pool::karpenter(fleet, pool)).collect(),
        has_volume_keys: !volume_keys.is_empty(),
        volume_keys: Value::List(volume_keys),
        volume_keys_everywhere: condition.is_always(),
        volume_keys_count: condition.count(),
        karpenter_index: karpenter.index(),
        subnets: Value::expression(subnets),
        subnets_differ: fleet.network.existing == Share::Some,
    })
}

/// What an add-on may do in AWS, and how its pods prove who they are.
#[derive(Serialize)]
struct RoleView<'a> {
    has_role: bool,
    service_account: &'a str,
    trust: Value,
    has_pod_identity: bool,
    pod_identity_everywhere: bool,
    pod_identity_count: Value,
    has_irsa: bool,
}

fn role_view<'a>(fleet: &Fleet, member: &'a Member<FleetAddon>) -> RoleView<'a> {
    let identifier = member.standard.name.identifier();
    let service_account = member.standard.facts.service_account.as_deref();
    let pod_identity = Condition::pod_identity(fleet, member);
    let (has_irsa, by_irsa) = (runs_on_fargate(fleet, member), is_by_irsa(fleet, member));
    let trust = match (has_irsa, by_irsa) {
        (false, _) => "local.pod_identity_trust".to_owned(),
        (true, true) => format!("local.{identifier}_irsa_trust"),
        (true, false) => {
            format!("var.core_on_fargate ? local.{identifier}_irsa_trust : local.pod_identity_trust")
        }
    };
    RoleView {
        has_role: service_account.is_some(),
        service_account: service_account.unwrap_or_default(),
        trust: Value::expression(trust),
        has_pod_identity: !by_irsa,
        pod_identity_everywhere: pod_identity.is_always(),
        pod_identity_count: pod_identity.count(),
        has_irsa,
    }
}

/// Writes addresses of the add-on's own resources as the file of one add-on can: the catalog's `one(resource.name[*].id)` holds
/// whether these have a `count` or not; here that is known, and the same as the release's.
fn with_index(values: Value, condition: &Condition) -> Value {
    values.map_expressions(&|text| {
        let splat = text.strip_prefix("one(").and_then(|rest| rest.strip_suffix(')'));
        match splat.and_then(|splat| splat.split_once("[*]")) {
            Some((address, attribute)) => format!("{address}{}{attribute}", condition.index()),
            None => text.to_owned(),
        }
    })
}

/// Says why a release waits for others: for a node, for a role, and for add-ons that its pods work with, or may work with.
fn because(for_nodes: bool, for_role: bool, works_with: Option<&str>) -> String {
    match (for_nodes, for_role, works_with) {
        (false, true, None) => {
            "A pod that starts before its role is associated runs without credentials until it is restarted."
                .to_owned()
        }
        (false, false, Some(verb)) => format!("What it {verb} with comes before it, and goes after it."),
        _ => {
            let node = for_nodes.then(|| "a node to run on".to_owned());
            let role = for_role.then(|| "their role before they start".to_owned());
            let others = works_with.map(|verb| format!("what they {} with", verb.trim_end_matches('s')));
            let needs: Vec<String> = [node, role, others].into_iter().flatten().collect();
            format!("Its pods need {}.", needs.join(", and "))
        }
    }
}

/// Returns what a release waits for, and why.
fn waits_for(fleet: &Fleet, member: &Member<FleetAddon>) -> (String, Vec<String>) {
    let addon = &member.standard;
    let facts = &addon.facts;
    let identifier = addon.name.identifier();
    // Pools whose nodes are Karpenter's come before what runs on them.
    let waits_for_core = fleet.core_on_fargate != Share::None && facts.fargate.is_none();
    let is_middleware = |pool: &FleetPool<KarpenterPool>| pool.standard.name.as_str() == MIDDLEWARE;
    let waits_for_middleware = fleet.karpenter_pools.iter().any(is_middleware) && addon.on_middleware;
    let pools = [(CORE, waits_for_core), (MIDDLEWARE, waits_for_middleware)];
    let pools = pools
        .into_iter()
        .filter(|(_, waits)| *waits)
        .map(|(pool, _)| format!("helm_release.node_pool_{pool}"));
    let before = before(fleet, addon);
    let mut depends_on = Vec::new();
    if facts.service_account.is_some() {
        depends_on.extend(
            (!is_by_irsa(fleet, member)).then(|| format!("aws_eks_pod_identity_association.{identifier}")),
        );
        let managed = (!facts.managed_policies.is_empty()).then(String::new);
        let own = facts.policies.iter().map(|policy| format!("_{policy}"));
        let statements = (!facts.statements.is_empty()).then(|| "_statements".to_owned());
        let policies = managed.into_iter().chain(own).chain(statements);
        depends_on
            .extend(policies.map(|policy| format!("aws_iam_role_policy_attachment.{identifier}{policy}")));
    }
    depends_on.extend(facts.crd_chart.as_ref().map(|_| format!("helm_release.{identifier}_crd")));
    let waits_for_nodes = waits_for_core || waits_for_middleware;
    depends_on.extend(pools);
    let verb = if facts.needs.is_empty() { "may work" } else { "works" };
    let works_with = (!before.is_empty()).then_some(verb);
    let depends_because = because(waits_for_nodes, facts.service_account.is_some(), works_with);
    depends_on.extend(before);
    (depends_because, depends_on)
}

fn addon_view(fleet: &Fleet, member: &Member<FleetAddon>) -> Context {
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
        count: Value,
        index: Value,
        namespace: &'a str,
        creates_namespace: bool,
        #[serde(flatten)]
        role: RoleView<'a>,
        #[serde(flatten)]
        access: AccessView<'a>,
        repository: &'a str,
        chart: &'a str,
        has_crd_chart: bool,
        crd_chart: &'a str,
        version: Value,
        has_managed_policies: bool,
        policy_set: Value,
        has_statements: bool,
        statements: Value,
        has_objects: bool,
        objects: Value,
        has_note: bool,
        note: &'a str,
        is_untested: bool,
        untested_on: String,
        values: Value,
        values_differ: bool,
        fargate_differs: bool,
        fargate_values: Value,
        made_as: &'a str,
        moved: Vec<Moved>,
        has_depends_on: bool,
        depends_because: String,
        depends_on: Vec<Value>,
    }
    let addon = &member.standard;
    let facts = &addon.facts;
    let identifier = addon.name.identifier();
    let condition = Condition::addon(member);
    let by_irsa = is_by_irsa(fleet, member);
    let (depends_because, depends_on) = waits_for(fleet, member);
    let objects = facts.objects.iter().map(Value::from_catalog);
    view(&View {
        addon: AddonView {
            name: addon.name.as_str(),
            made_as: addon.made_as().as_str(),
            moved: past(member),
            about: &addon.facts.about,
            everywhere: condition.is_always(),
            count: condition.count(),
            index: condition.index(),
            namespace: &facts.namespace,
            // kube-system is Kubernetes' own.
            creates_namespace: facts.namespace != "kube-system",
            role: role_view(fleet, member),
            access: AccessView::of(member, "var.cluster_name"),
            repository: facts.repository.as_deref().unwrap_or_default(),
            chart: facts.chart.as_deref().unwrap_or_default(),
            has_crd_chart: facts.crd_chart.is_some(),
            crd_chart: facts.crd_chart.as_deref().unwrap_or_default(),
            version: version(addon),
            has_managed_policies: has_role(member) && !facts.managed_policies.is_empty(),
            policy_set: condition.set(&Value::strings(&facts.managed_policies)),
            has_statements: has_role(member) && !facts.statements.is_empty(),
            statements: Value::List(facts.statements.clone()),
            has_objects: !facts.objects.is_empty(),
            objects: Value::List(objects.collect()),
            has_note: facts.note.is_some(),
            note: facts.note.as_deref().unwrap_or_default(),
            is_untested: !addon.untested_on.is_empty(),
            untested_on: addon.untested_on.iter().cloned().collect::<Vec<_>>().join(" and "),
            values: with_index(if by_irsa { addon.values_on_fargate() } else { addon.values() }, &condition),
            values_differ: addon.values_differ,
            fargate_differs: runs_on_fargate(fleet, member) && !by_irsa,
            fargate_values: addon.fargate_layer(),
            has_depends_on: !depends_on.is_empty(),
            depends_because,
            depends_on: depends_on.into_iter().map(Value::expression).collect(),
            identifier,
        },
    })
}

/// Returns how the addresses of an add-on with another name came about.
fn past(member: &Member<FleetAddon>) -> Vec<Moved> {
    let FleetAddon { name, facts, .. } = &member.standard;
    let of_role = [
        (true, "aws_iam_role.", ""),
        (!facts.managed_policies.is_empty(), "aws_iam_role_policy_attachment.", ""),
        (!facts.statements.is_empty(), "aws_iam_policy.", "_statements"),
        (!facts.statements.is_empty(), "aws_iam_role_policy_attachment.", "_statements"),
        (true, "aws_eks_pod_identity_association.", ""),
    ];
    let releases = [(facts.crd_chart.is_some(), "helm_release.", "_crd"), (true, "helm_release.", "")];
    let of_role = of_role.into_iter().filter(|_| has_role(member));
    let there = of_role.chain(releases).filter(|(is_there, ..)| *is_there);
    let addresses: Vec<(&str, &str)> = there.map(|(_, prefix, suffix)| (prefix, suffix)).collect();
    moved(&facts.former, name, &addresses)
}

fn storage_classes(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct StorageClasses {
        has_volumes: bool,
        volumes_everywhere: bool,
        has_files: bool,
        files_everywhere: bool,
    }
    let (volumes, files) = (volumes(&whole.model.fleet), files(&whole.model.fleet));
    let is_everywhere = |addon: Option<&Member<FleetAddon>>| addon.is_some_and(|member| member.everywhere);
    view(&StorageClasses {
        has_volumes: volumes.is_some(),
        volumes_everywhere: is_everywhere(volumes),
        has_files: files.is_some(),
        files_everywhere: is_everywhere(files),
    })
}

fn snapshot_classes(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct SnapshotClasses {
        everywhere: bool,
        count: Value,
    }
    let fleet = &whole.model.fleet;
    let conditions = [EBS, SNAPSHOTS].into_iter().filter_map(|name| fleet.addon(name)).map(Condition::addon);
    let both =
        conditions.reduce(|both, other| both.and(!other.is_always(), &other.test())).unwrap_or_default();
    view(&SnapshotClasses { everywhere: both.is_always(), count: both.count() })
}

fn contract(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Contract {
        node_types: Value,
        storage_class: Value,
        ingress_class: Value,
        load_balancer_class: Value,
        has_dns_zones: bool,
        dns_zone_ids: Value,
        has_nats: bool,
        nats: Value,
        network_policy: Value,
        has_releases: bool,
        releases: Vec<Value>,
    }
    let fleet = &whole.model.fleet;
    let switched = |member: Option<&Member<FleetAddon>>, class: &str| match member {
        None => Value::Null,
        Some(member) if member.everywhere => class.into(),
        Some(member) => Value::expression(format!(
            "var.{}_enabled ? {} : null",
            member.standard.name.identifier(),
            crate::hcl::value::quote(class)
        )),
    };
    let controller = fleet.addon(LOAD_BALANCER_CONTROLLER);
    let (dns, nats) = (fleet.addon(EXTERNAL_DNS), fleet.addon(NATS));
    let zones = "[for arn in local.external_dns_access : basename(arn)]";
    let zones = if dns.is_some_and(|addon| !addon.everywhere) {
        format!("var.external_dns_enabled ? {zones} : []")
    } else {
        zones.to_owned()
    };
    let addons = fleet.helm_addons.iter().flat_map(|addon| {
        let release = format!("helm_release.{}", addon.standard.name.identifier());
        let objects = (!addon.standard.facts.objects.is_empty()).then(|| format!("{release}_objects"));
        std::iter::once(release).chain(objects)
    });
    let addons = addons
        .chain(installed(fleet).map(|addon| format!("aws_eks_addon.{}", addon.standard.name.identifier())));
    let pools = fleet
        .karpenter_pools
        .iter()
        .map(|pool| format!("helm_release.node_pool_{}", pool.standard.name.identifier()));
    let classes = [("gp3", has_volumes(fleet)), ("efs", files(fleet).is_some())];
    let classes = classes.into_iter().filter(|(_, is_there)| *is_there);
    let classes = classes.map(|(class, _)| format!("kubernetes_storage_class_v1.{class}"));
    let classes = classes.chain(has_snapshots(fleet).then(|| "helm_release.snapshot_classes".to_owned()));
    let classes = classes.chain(fleet.tenant_pods.is_any().then(|| "helm_release.tenant_pods".to_owned()));
    let classes = classes.chain(fleet.has_tenants.then(|| "helm_release.tenant_placement".to_owned()));
    let classes = classes.chain(fleet.bounds_networks().then(|| "helm_release.tenant_network".to_owned()));
    let releases: Vec<Value> = addons.chain(pools).chain(classes).map(Value::expression).collect();
    view(&Contract {
        node_types: if fleet.node_types_differ {
            Value::expression("var.node_types")
        } else {
            Value::strings(&fleet.node_types)
        },
        storage_class: switched(volumes(fleet), "gp3"),
        ingress_class: switched(controller, "alb"),
        load_balancer_class: switched(controller, "service.k8s.aws/nlb"),
        has_dns_zones: dns.is_some(),
        dns_zone_ids: Value::expression(zones),
        has_nats: nats.is_some(),
        nats: switched(nats, "nats://nats.nats.svc:4222"),
        network_policy: if fleet.network_policy_differs {
            Value::expression("var.network_policy")
        } else {
            Value::Bool(fleet.network_policy)
        },
        has_releases: !releases.is_empty(),
        releases,
    })
}

fn outputs_view(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Releases {
        has_releases_output: bool,
        release_versions: Value,
    }
    let addons = &whole.model.fleet.helm_addons;
    let release_versions = addons.iter().map(|addon| {
        let release = format!("helm_release.{}", addon.standard.name.identifier());
        let version = if addon.everywhere {
            format!("{release}.version")
        } else {
            format!("one({release}[*].version)")
        };
        (addon.standard.name.to_string(), Value::expression(version))
    });
    let release_versions = Value::Object(release_versions.collect());
    view(&Releases { has_releases_output: !addons.is_empty(), release_versions })
}
