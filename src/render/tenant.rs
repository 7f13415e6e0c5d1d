//! `modules/tenant`, and a call of it: by the platform's stack, or by the application's own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tera::Context;

use super::resource::PodRole;
use super::template::view;
use super::{Providers, Row, Whole, arguments, module, nothing, provider, row};
use crate::blueprint::scalar::PodIdentity;
use crate::hcl::value::Value;
use crate::model::app::{Rights, ServiceAccount};
use crate::model::resource::pod_role_name;
use crate::model::settings::Share;
use crate::model::{Cluster, Environment, Fleet, Tenant};

/// The files of the module.
pub(super) fn rows<'a>(has_apps: fn(&Whole<'a>) -> bool) -> Vec<Row<Whole<'a>>> {
    let mut rows = module("modules/tenant", has_apps, providers);
    rows.extend([
        row("modules/tenant/variables.tf", has_apps, module_view),
        row("modules/tenant/outputs.tf", has_apps, nothing),
        row("modules/tenant/namespace.tf", has_apps, nothing),
        row("modules/tenant/quota.tf", has_apps, nothing),
        row("modules/tenant/access.tf", has_apps, nothing),
        row("modules/tenant/service_accounts.tf", has_apps, module_view),
        row("modules/tenant/boundary.tf", has_apps, nothing),
        row("modules/tenant/network.tf", has_network, module_view),
        row("modules/tenant/tests/tenant.tftest.hcl", has_tests, module_view),
    ]);
    rows
}

fn providers(whole: &Whole<'_>) -> Context {
    let facts = &whole.catalog.providers;
    view(&Providers {
        providers: vec![provider("aws", &facts.aws, ">="), provider("kubernetes", &facts.kubernetes, ">=")],
    })
}

/// Whether any cluster with applications enforces network policies.
fn has_network(whole: &Whole<'_>) -> bool {
    has_apps(whole) && whole.model.fleet.has_network_policy()
}

/// Whether the modules for applications have tests.
pub(super) fn has_tests(whole: &Whole<'_>) -> bool {
    has_apps(whole) && whole.model.has_tests
}

/// Whether any application lives anywhere.
pub(super) fn has_apps(whole: &Whole<'_>) -> bool {
    whole.model.placed_apps().next().is_some()
}

/// What the module's files depend on.
#[derive(Serialize)]
pub(super) struct TenantModule {
    /// The rules of the standard's version: no cluster knows rules that are newer than itself, so one of another version
    /// passes its own.
    pod_security_version: String,
    has_network: bool,
    network_differs: bool,
    has_interface_endpoints: bool,
    has_databases: bool,
    has_irsa: bool,
    pod_identity: Value,
    internet: Value,
}

impl TenantModule {
    pub fn of(whole: &Whole<'_>) -> Self {
        let fleet = &whole.model.fleet;
        // Pod Identity's agent listens on link-local addresses (EKS user guide, "Understand how EKS Pod Identity works", read
        // 2026-11).
        let by_family = |ipv4: &str, ipv6: &str| match fleet.network.ipv6 {
            Share::None => ipv4.into(),
            Share::All => ipv6.into(),
            Share::Some => {
                let [ipv4, ipv6] = [ipv4, ipv6].map(crate::hcl::value::quote);
                Value::expression(format!(r#"strcontains(var.network.api_cidr, ":") ? {ipv6} : {ipv4}"#))
            }
        };
        Self {
            pod_security_version: format!("v{}", fleet.kubernetes_version),
            has_network: fleet.has_network_policy(),
            network_differs: fleet.network_policy_differs,
            has_interface_endpoints: super::network::has_interface_endpoints(whole),
            has_databases: fleet.has_network_policy()
                && whole.model.placed_apps().any(|app| app.database_port.is_some()),
            has_irsa: PodRole::of(whole.model).has_irsa(),
            pod_identity: by_family("169.254.170.23/32", "fd00:ec2::23/128"),
            internet: by_family("0.0.0.0/0", "::/0"),
        }
    }
}

fn module_view(whole: &Whole<'_>) -> Context {
    view(&TenantModule::of(whole))
}

/// A call of the module, and what an application's pods reach besides.
#[derive(Serialize)]
pub(super) struct TenantView<'a> {
    module: String,
    source: &'static str,
    cluster_name: &'a str,
    partition: &'a str,
    has_network: bool,
    network: Value,
    state_bucket: &'a str,
    state_key_alias: &'a str,
    namespace: &'a str,
    app: &'a str,
    team: &'a str,
    environment: &'a str,
    service_accounts: Value,
    has_ports: bool,
    ports: Value,
    has_quota: bool,
    quota: Value,
    has_arguments: bool,
    arguments: Vec<arguments::Argument>,
    has_egress: bool,
    egress_policy: String,
    egress: Vec<RuleView<'a>>,
}

#[derive(Serialize)]
struct RuleView<'a> {
    cidrs: &'a [String],
    namespaces: &'a [String],
    ports: Vec<String>,
}

/// Where a call stands.
pub(super) struct Place<'a> {
    /// Label of the module block.
    pub module: String,
    /// Path from the root module to `modules/tenant`.
    pub source: &'static str,
    /// Label of the policy of what the application reaches besides.
    pub egress_policy: String,
    /// The addresses that policies are written with.
    pub network: &'static str,
    /// The cluster's environment.
    pub environment: &'a Environment,
}

/// Returns the role that a service account names itself, since no association does.
fn role_arn(cluster: &Cluster, tenant: &Tenant, account: &str, own: &ServiceAccount) -> Option<String> {
    (own.has_role && own.identity == PodIdentity::Irsa).then(|| {
        let (Cluster { eks_name, partition, .. }, namespace) = (cluster, &tenant.namespace);
        let name = pod_role_name(eks_name, namespace, &own.name);
        format!("arn:{partition}:iam::{account}:role/plinth/{eks_name}/{namespace}/{name}")
    })
}

impl<'a> TenantView<'a> {
    pub fn of(fleet: &Fleet, cluster: &'a Cluster, tenant: &'a Tenant, place: Place<'a>) -> Self {
        let arguments = arguments::tenant(fleet, cluster, tenant);
        let is_enforced = cluster.settings.network_policy;
        let accounts = tenant.service_accounts.iter().map(|account| {
            let token = account.token.then(|| ("token".to_owned(), Value::Bool(true)));
            let role = role_arn(cluster, tenant, &place.environment.account, account);
            let role = role.map(|arn| ("role_arn".to_owned(), Value::String(arn)));
            (account.name.clone(), Value::Object(token.into_iter().chain(role).collect()))
        });
        let text = |ports: &[u32]| ports.iter().map(ToString::to_string).collect();
        let egress = tenant.egress.iter().map(|rule| RuleView {
            cidrs: &rule.cidrs,
            namespaces: &rule.namespaces,
            ports: text(&rule.ports),
        });
        Self {
            module: place.module,
            source: place.source,
            cluster_name: &cluster.eks_name,
            partition: &cluster.partition,
            has_network: is_enforced,
            network: Value::expression(place.network),
            state_bucket: &place.environment.state.bucket,
            state_key_alias: &place.environment.state.key_alias,
            namespace: &tenant.namespace,
            app: tenant.app.as_str(),
            team: &tenant.team,
            environment: &cluster.environment,
            service_accounts: Value::Object(accounts.collect()),
            has_ports: is_enforced && !tenant.ports.is_empty(),
            ports: Value::List(tenant.ports.iter().map(|port| Value::from(*port)).collect()),
            has_quota: !tenant.quota.is_empty(),
            quota: Value::Object(tenant.quota.clone()),
            has_arguments: !arguments.is_empty(),
            arguments,
            has_egress: is_enforced && !tenant.egress.is_empty(),
            egress_policy: place.egress_policy,
            egress: egress.collect(),
        }
    }
}

/// Returns who has which rights in which namespaces, one entry for each principal.
///
/// The platform says so for all of them, also where an application makes its namespace itself: of a principal there is one
/// entry, and it may have rights in several.
pub(super) fn principals(tenants: &[Tenant]) -> Vec<(String, Value)> {
    let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for tenant in tenants {
        for rights in Rights::ALL {
            let group = if tenant.is_app_owned {
                crate::hcl::value::quote(&format!("{}:{}", tenant.namespace, rights.word()))
            } else {
                format!("module.tenant_{}.{}_group", tenant.identity.identifier(), rights.word())
            };
            for role in tenant.roles(rights) {
                groups.entry(role).or_default().insert(group.clone());
            }
        }
    }
    let entries = groups.into_iter().map(|(principal, groups)| {
        (principal.to_owned(), Value::List(groups.into_iter().map(Value::Expression).collect()))
    });
    entries.collect()
}
