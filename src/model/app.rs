//! Applications: their place on each cluster, and their stubs.

use serde::Serialize;

use super::access::{self, Access};
use super::addon::Addon;
use super::environment::Environment;
use super::identity;
use super::resource::host::Host;
use super::resource::{self, Kind, Resource};
use super::{Context, check_repeated};
use crate::blueprint::keys::{App as Keys, Egress as EgressKeys, Quota};
use crate::blueprint::pattern::{Pattern, Scope};
use crate::blueprint::quantity::{Bytes, is_within, mebibytes, millicores};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Name, PodIdentity, Retire, TenantOwner};
use crate::blueprint::{MAIN, place_of};
use crate::diagnostic::{Span, Spanned};
use crate::hcl::value::Value;
use crate::model::data;
use crate::problem::{Measure, Problem};

/// An application and the clusters that it runs on.
#[derive(Debug, Clone, Serialize)]
pub struct App {
    /// Its name.
    pub name: Name,
    /// The name that it began with, which what it has is made of.
    #[serde(skip)]
    pub identity: String,
    /// Who pays and who is asked.
    pub team: String,
    /// Its namespace.
    pub namespace: String,
    /// Service accounts that its pods run as.
    pub service_accounts: Vec<ServiceAccount>,
    /// What it has in AWS.
    pub resources: Vec<Resource>,
    /// The port of its databases, which no other application has on a cluster of its; none without databases.
    pub database_port: Option<u32>,
    /// Whether it has a key of its own. Once there, it stays: what was encrypted with it may live on, in snapshots.
    pub has_key: bool,
    /// One for each cluster, in the order of environments and clusters.
    pub attachments: Vec<Attachment>,
}

impl App {
    /// Returns the service accounts that have a role: those whose pods use something.
    pub fn roles(&self) -> impl Iterator<Item = &ServiceAccount> {
        self.service_accounts.iter().filter(|account| self.used_by(account).next().is_some())
    }

    /// Returns what the pods of a service account use.
    pub fn used_by<'a>(&'a self, account: &'a ServiceAccount) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(|resource| resource.service_accounts.contains(&account.name))
    }

    /// Whether its own stubs make the namespace.
    pub fn owns_namespace(&self) -> bool {
        self.attachments.iter().any(|attachment| attachment.owns_namespace)
    }

    /// Whether anything that it has is encrypted with its key.
    pub fn uses_key(&self) -> bool {
        self.resources.iter().any(|resource| resource.kind.facts().takes_key)
    }

    /// Whether it has something of a kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.resources.iter().any(|resource| resource.kind == kind)
    }
}

/// An application's root module for one cluster.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// The environment's name.
    pub environment: String,
    /// The cluster's name within it.
    pub cluster: String,
    /// Its folder below `apps/<app>/`: `staging`, or `production-eu` for a cluster other than `main`.
    pub folder: String,
    /// State key.
    pub state_key: String,
    /// ARN of the role that applies it.
    pub deploy_role: String,
    /// Whether it is to be destroyed.
    pub retired: bool,
    /// Whether it makes the namespace, too.
    pub owns_namespace: bool,
    /// Names that people call there.
    pub hosts: Vec<Host>,
}

/// An application's place on one cluster.
#[derive(Debug, Clone, Serialize)]
pub struct Tenant {
    /// The application.
    pub app: Name,
    /// The name that it was made under, which addresses are made of.
    #[serde(skip)]
    pub identity: Name,
    /// Whether its application is to be destroyed there.
    #[serde(skip)]
    pub retired: bool,
    /// Who pays and who is asked.
    pub team: String,
    /// Its namespace.
    pub namespace: String,
    /// Pod Security Standard, `restricted`.
    pub pod_security: &'static str,
    /// What the namespace may ask for, as far as the blueprint says: arguments of the tenant module's `quota`.
    #[serde(serialize_with = "data::values")]
    pub quota: Vec<(String, Value)>,
    /// Roles with administration rights in the namespace.
    pub admins: Vec<String>,
    /// Roles that deploy into the namespace.
    pub deployers: Vec<String>,
    /// Roles that read everything in the namespace but secrets.
    pub readers: Vec<String>,
    /// Service accounts that its pods run as.
    pub service_accounts: Vec<ServiceAccount>,
    /// Ports of its pods that load balancers reach; none: every TCP port.
    pub ports: Vec<u32>,
    /// What its pods reach besides what every pod does.
    pub egress: Vec<Egress>,
    /// The port of its databases, to which its pods get out; none without databases.
    pub database_port: Option<u32>,
    /// Whether the application's own stub makes the namespace.
    pub is_app_owned: bool,
}

/// Whom pods run as.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceAccount {
    /// Its name.
    pub name: String,
    /// Whether its pods get a token of the Kubernetes API.
    pub token: bool,
    /// Whether its pods have a role in AWS.
    pub has_role: bool,
    /// How they get it.
    pub identity: PodIdentity,
    /// Where its name stands.
    #[serde(skip)]
    pub at: Span,
}

/// What pods may reach.
#[derive(Debug, Clone, Serialize)]
pub struct Egress {
    /// Ranges outside the cluster.
    pub cidrs: Vec<String>,
    /// Namespaces of the cluster.
    pub namespaces: Vec<String>,
    /// TCP ports; none: everything.
    pub ports: Vec<u32>,
}

/// What a role may do in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Everything but the namespace itself, its quota and its limits.
    Admin,
    /// Workloads, configuration and secrets.
    Deployer,
    /// Reading everything but secrets.
    Viewer,
}

impl Rights {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Deployer, Self::Viewer];

    /// Returns the word for it in names of groups and bindings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Deployer => "deployer",
            Self::Viewer => "viewer",
        }
    }

    /// Says what a role with these rights does.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Admin => "administers",
            Self::Deployer => "deploys into",
            Self::Viewer => "reads",
        }
    }
}

impl Tenant {
    /// Returns the roles that have some rights in the namespace.
    pub fn roles(&self, rights: Rights) -> &[String] {
        match rights {
            Rights::Admin => &self.admins,
            Rights::Deployer => &self.deployers,
            Rights::Viewer => &self.readers,
        }
    }
}

/// Resolves applications, and puts each as a tenant on its clusters.
pub(super) fn resolve(context: &mut Context<'_>, environments: &mut [Environment]) -> Vec<App> {
    let blueprint = context.blueprint;
    let mut apps = Vec::new();
    for named in blueprint.file.apps.iter() {
        let Named { name, value: keys } = named;
        let namespace = identity::namespace(named);
        check_namespace(context, environments, namespace);
        if let Some(quota) = &keys.quota {
            check_quota(context, quota);
        }
        check_network(context, keys);
        if keys.environments.is_empty() {
            context.push(Problem::AppNowhere { app: name.to_string() }, keys.environments.span);
        }
        check_retired(context, keys);
        let mut accounts = service_accounts(name, keys);
        let resources = resource::resolve(context, named, &accounts);
        for account in &mut accounts {
            account.has_role = resources.iter().any(|used| used.service_accounts.contains(&account.name));
        }
        let database_port = keys.databases.iter().next().map(|_| database_port(keys, namespace.as_str()));
        let mut app = App {
            name: name.value.clone(),
            identity: identity::of(name, keys.renamed_from.as_ref()).to_string(),
            team: keys.team.to_string(),
            namespace: namespace.to_string(),
            service_accounts: accounts,
            resources,
            database_port,
            has_key: false,
            attachments: Vec::new(),
        };
        let former = context.facts.app(&app.identity);
        app.has_key = app.uses_key() || former.is_some_and(|former| former.has_key);
        if let Some(former) = former.filter(|former| former.namespace != app.namespace && !former.retired) {
            let (app, former) = (name.to_string(), former.namespace.clone());
            context.push(Problem::NamespaceChanges { app, former }, namespace.span);
        }
        let mut attachments = Vec::new();
        for (index, reference) in keys.environments.iter().enumerate() {
            if let Some(first) =
                keys.environments[..index].iter().find(|other| place_of(other) == place_of(reference))
            {
                context.push_conflict(
                    Problem::RepeatedReference { value: reference.value.clone() },
                    reference.span,
                    first.span,
                );
                continue;
            }
            let Some((at, cluster)) = find(context, environments, reference) else {
                continue;
            };
            attachments.extend(attach(context, named, &app, namespace, &mut environments[at], cluster));
        }
        check_folders(context, name.as_str(), &attachments, keys);
        attachments.sort_by(|a, b| (&a.environment, &a.cluster).cmp(&(&b.environment, &b.cluster)));
        app.attachments = attachments;
        apps.push(app);
    }
    apps
}

/// Returns the port of an application's databases: what the blueprint says, or one that follows from the namespace alone, so that an
/// application more moves nobody's.
///
/// RDS takes 1150 to 65535 (API `CreateDBInstance`, read 2026-11); node ports begin at 30000, and ports of connections above.
fn database_port(keys: &Keys, namespace: &str) -> u32 {
    keys.database_port.as_ref().map_or_else(
        || {
            // FNV-1a, which spreads short texts well.
            let spread = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
            let hash = namespace.bytes().fold(2_166_136_261, spread);
            20_000 + hash % 10_000
        },
        |port| port.get(),
    )
}

/// Refuses ports of databases that two applications of a cluster would have: the pods of one would get out to the other's.
pub(super) fn check_database_ports(context: &mut Context<'_>, environments: &[Environment]) {
    let apps = &context.blueprint.file.apps;
    let at = |app: &Name| {
        let named = apps.get(app.as_str())?;
        Some(named.value.database_port.as_ref().map_or(named.name.span, |port| port.span))
    };
    let mut known: Vec<(Span, Span)> = Vec::new();
    for tenants in environments.iter().flat_map(|environment| &environment.clusters).map(|it| &it.tenants) {
        for (index, tenant) in tenants.iter().enumerate() {
            let Some(port) = tenant.database_port else { continue };
            let twin = tenants[..index].iter().find(|twin| twin.database_port == Some(port));
            let Some((other, (here, there))) =
                twin.and_then(|twin| Some((twin, at(&tenant.app).zip(at(&twin.app))?)))
            else {
                continue;
            };
            if !known.contains(&(here, there)) {
                known.push((here, there));
                let (app, other) = (tenant.app.to_string(), other.app.to_string());
                context.push_conflict(Problem::DatabasePortTwice { port, app, other }, here, there);
            }
        }
    }
}

/// Notes rules that lead to a namespace of which the blueprint knows nothing: somebody makes it by hand, or the name is misspelled.
pub(super) fn check_reached_namespaces(context: &mut Context<'_>, environments: &[Environment]) {
    let mut noted: Vec<Span> = Vec::new();
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        let addons = cluster.settings.addons.iter().map(|addon| addon.facts.namespace.clone());
        let of_tenants = cluster.tenants.iter().map(|tenant| tenant.namespace.clone());
        let mut known: Vec<String> = ["default".to_owned(), "kube-system".to_owned()]
            .into_iter()
            .chain(addons)
            .chain(of_tenants)
            .collect();
        known.sort_unstable();
        known.dedup();
        for tenant in &cluster.tenants {
            let app = context.blueprint.file.apps.get(tenant.app.as_str());
            let rules = app.into_iter().flat_map(|named| named.value.egress.iter());
            let unknown = rules
                .flat_map(|rule| rule.namespaces.iter())
                .filter(|namespace| !known.iter().any(|known| known == namespace.as_str()));
            for namespace in unknown {
                if !noted.contains(&namespace.span) {
                    noted.push(namespace.span);
                    let (namespace_name, cluster) = (namespace.to_string(), cluster.eks_name.clone());
                    let problem =
                        Problem::NoSuchNamespace { namespace: namespace_name, cluster, known: known.clone() };
                    context.push(problem, namespace.span);
                }
            }
        }
    }
}

/// Looks for two stubs in one folder: cluster `eu` of `production` beside an environment `production-eu`.
fn check_folders(context: &mut Context<'_>, app: &str, attachments: &[Attachment], keys: &Keys) {
    let written = |attachment: &Attachment| {
        let reference = (attachment.environment.as_str(), attachment.cluster.as_str());
        keys.environments.iter().find(|written| place_of(written) == reference)
    };
    for (index, attachment) in attachments.iter().enumerate() {
        let twin = attachments[..index].iter().find(|other| other.folder == attachment.folder);
        let Some((one, other)) = written(attachment).zip(twin.and_then(written)) else {
            continue;
        };
        let problem = Problem::SharedFolder {
            folder: format!("apps/{app}/{}", attachment.folder),
            one: one.value.clone(),
            other: other.value.clone(),
        };
        context.push_conflict(problem, one.span, other.span);
    }
}

/// Finds what a reference names; nothing is said where that place is broken itself.
pub(super) fn find(
    context: &mut Context<'_>,
    environments: &[Environment],
    reference: &Spanned<String>,
) -> Option<(usize, usize)> {
    let (environment, cluster) = place_of(reference);
    let written = &context.blueprint.environments;
    let Some(target) = written.get(environment) else {
        if !written.is_broken(environment) {
            let known = written.names();
            context
                .push(Problem::UnknownEnvironment { value: environment.to_owned(), known }, reference.span);
        }
        return None;
    };
    let clusters = &target.value.clusters;
    let known = clusters.iter().filter(|named| *named.value.enabled);
    if !clusters.is_broken(cluster) && !known.clone().any(|named| named.name.as_str() == cluster) {
        let known = known.map(|named| named.name.to_string()).collect();
        let problem =
            Problem::UnknownCluster { value: cluster.to_owned(), environment: environment.to_owned(), known };
        context.push(problem, reference.span);
        return None;
    }
    let at = environments.iter().position(|known| known.name == environment)?;
    let cluster = environments[at].clusters.iter().position(|known| known.name == cluster)?;
    Some((at, cluster))
}

fn attach(
    context: &mut Context<'_>,
    named: &Named<Keys>,
    app: &App,
    namespace: &Spanned<Name>,
    environment: &mut Environment,
    cluster: usize,
) -> Option<Attachment> {
    let Named { name, value: keys } = named;
    let project = context.blueprint.file.project.name.to_string();
    // Copies: a tenant is put into the cluster below.
    let own = &environment.clusters[cluster];
    let (cluster_name, cluster_identity) = (own.name.clone(), own.identity.clone());
    let (region, partition, cluster_retired) = (own.region.clone(), own.partition.clone(), own.retired);
    let scope = Scope {
        project: &project,
        environment: &environment.identity,
        cluster: &cluster_identity,
        account: &environment.account,
        region: &region,
        partition: &partition,
    };
    let access = &environment.clusters[cluster].access;
    let admins = principals(context, &keys.admins, &scope, access);
    let mut deployers = principals(context, &keys.deployers, &scope, access);
    let readers = principals(context, &keys.readers, &scope, access);
    check_once(context, [&admins, &deployers, &readers]);
    let deploy_role = match &keys.deploy_role {
        Some(role) => {
            let role = access::role(context, role, &scope)?;
            let is_known = admins.iter().chain(&deployers).any(|known| known.value == role.value);
            if !is_known && !access.administers(&role.value) {
                access.check(context, &role);
                check_once(context, [&readers, std::slice::from_ref(&role), &[]]);
                deployers.push(role.clone());
            }
            role
        }
        None => Spanned::new(environment.deploy_role.clone(), keys.owner.span),
    };
    let is_app_owned = keys.owner.value == TenantOwner::App;
    if is_app_owned {
        let app = name.to_string();
        if access.administers(&deploy_role.value) {
            context.push(Problem::AppOwnsNamespace { app }, keys.owner.span);
        } else {
            let problem = Problem::OwnerWithoutRights { app, arn: deploy_role.value.clone() };
            context.push_conflict(problem, keys.owner.span, deploy_role.span);
        }
    }
    let vpc = environment.clusters[cluster].network.cidr.value;
    for range in keys.egress.iter().flat_map(|rule| rule.cidrs.iter()).filter(|it| it.value.contains(&vpc)) {
        context.push(Problem::EgressCoversVpc { range: range.value, vpc }, range.span);
    }
    let hosts = resource::host::hosts(context, keys, &scope, &environment.clusters[cluster]);
    let tenants = &mut environment.clusters[cluster].tenants;
    if let Some(twin) = tenants.iter().find(|tenant| tenant.namespace == namespace.as_str()) {
        let apps = &context.blueprint.file.apps;
        let also =
            apps.get(twin.app.as_str()).map_or(namespace.span, |other| identity::namespace(other).span);
        let (app, other) = (name.to_string(), twin.app.to_string());
        let problem = Problem::SharedNamespace { namespace: namespace.to_string(), app, other };
        context.push_conflict(problem, namespace.span, also);
    }
    let retired = cluster_retired || is_retired(keys, &environment.name, &cluster_name);
    tenants.push(Tenant {
        app: name.value.clone(),
        identity: identity::of(name, keys.renamed_from.as_ref()).value.clone(),
        retired,
        team: keys.team.to_string(),
        namespace: namespace.to_string(),
        pod_security: keys.pod_security.word(),
        quota: keys.quota.as_deref().map(quota).unwrap_or_default(),
        admins: arns(admins),
        deployers: arns(deployers),
        readers: arns(readers),
        service_accounts: app.service_accounts.clone(),
        ports: keys.ports.iter().map(|port| port.get()).collect(),
        egress: keys.egress.iter().map(|rule| egress(rule)).collect(),
        database_port: app.database_port,
        is_app_owned,
    });
    let suffix = if cluster_name == MAIN { String::new() } else { format!("-{cluster_name}") };
    Some(Attachment {
        folder: format!("{}{suffix}", environment.name),
        state_key: identity::attachment_key(
            identity::of(name, keys.renamed_from.as_ref()).as_str(),
            &environment.identity,
            &cluster_identity,
        ),
        retired,
        environment: environment.name.clone(),
        cluster: cluster_name,
        deploy_role: deploy_role.value,
        owns_namespace: is_app_owned,
        hosts,
    })
}

fn arns(roles: Vec<Spanned<String>>) -> Vec<String> {
    roles.into_iter().map(|role| role.value).collect()
}

/// Refuses a role with rights of two kinds in one namespace: the weaker would say nothing.
fn check_once(context: &mut Context<'_>, [admins, deployers, readers]: [&[Spanned<String>]; 3]) {
    for (stronger, weaker) in [(admins, deployers), (admins, readers), (deployers, readers)] {
        for role in weaker {
            if let Some(other) = stronger.iter().find(|other| other.value == role.value) {
                let problem = Problem::RepeatedReference { value: role.value.clone() };
                context.push_conflict(problem, role.span, other.span);
            }
        }
    }
}

/// Whether an application is to go from a cluster, whatever becomes of that.
fn is_retired(keys: &Keys, environment: &str, cluster: &str) -> bool {
    keys.retire.as_ref().is_some_and(|retire| match &retire.value {
        Retire::Everywhere(retire) => *retire,
        Retire::Places(places) => places.iter().any(|place| place_of(place) == (environment, cluster)),
    })
}

/// An application is destroyed where it is.
fn check_retired(context: &mut Context<'_>, keys: &Keys) {
    let Some(Retire::Places(places)) = keys.retire.as_ref().map(|retire| &retire.value) else { return };
    for place in places {
        if !keys.environments.iter().any(|known| place_of(known) == place_of(place)) {
            let known = keys.environments.iter().map(|known| known.value.clone()).collect();
            context.push(Problem::RetiredElsewhere { value: place.value.clone(), known }, place.span);
        }
    }
}

/// Without any, an application has one service account of its own name, so that no pod needs `default`.
fn service_accounts(name: &Spanned<Name>, keys: &Keys) -> Vec<ServiceAccount> {
    let account = |name: &Spanned<Name>, token, identity| ServiceAccount {
        name: name.to_string(),
        token,
        has_role: false,
        identity,
        at: name.span,
    };
    if keys.service_accounts.names().is_empty() {
        let name = identity::of(name, keys.renamed_from.as_ref());
        return vec![account(name, false, PodIdentity::PodIdentity)];
    }
    let accounts = keys.service_accounts.iter();
    accounts.map(|Named { name, value }| account(name, value.token.value, value.identity.value)).collect()
}

fn egress(keys: &EgressKeys) -> Egress {
    Egress {
        cidrs: keys.cidrs.iter().map(|range| range.value.to_string()).collect(),
        namespaces: keys.namespaces.iter().map(|namespace| namespace.to_string()).collect(),
        ports: keys.ports.iter().map(|port| port.get()).collect(),
    }
}

/// A rule to nowhere is forgotten work, and a port that stands twice would be two rules of one name.
fn check_network(context: &mut Context<'_>, keys: &Keys) {
    for rule in keys.egress.iter().filter(|rule| rule.cidrs.is_empty() && rule.namespaces.is_empty()) {
        context.push(Problem::EgressToNowhere, rule.span);
    }
    for ports in std::iter::once(&keys.ports).chain(keys.egress.iter().map(|rule| &rule.ports)) {
        check_repeated(context, ports);
    }
}

/// Expands the roles of an application. One principal has one access entry on a cluster, and who has rights on all of
/// it has one from the cluster's stack: an administrator needs no other, a reader could not have it.
fn principals(
    context: &mut Context<'_>,
    patterns: &[Spanned<Pattern>],
    scope: &Scope<'_>,
    access: &Access,
) -> Vec<Spanned<String>> {
    let mut roles = access::roles(context, patterns, scope);
    roles.retain(|role| {
        let administers = access.administers(&role.value);
        if administers {
            context.push(Problem::AdministersAlready { arn: role.value.clone() }, role.span);
        } else {
            access.check(context, role);
        }
        !administers
    });
    roles
}

/// A container that asks for nothing gets a tenth of a CPU and 256 MiB, as `container_defaults` of the tenant module has it, and a
/// volume of EBS has a GiB at least (EBS user guide, "EBS volume types", read 2026-11).
fn check_quota(context: &mut Context<'_>, quota: &Quota) {
    let Quota { cpu, memory, pods, storage, .. } = quota;
    let cpu = cpu.as_ref().filter(|cpu| is_within(millicores(&cpu.0), 0..100));
    let memory = memory.as_ref().filter(|memory| is_within(mebibytes(&memory.0), 0..256));
    let pods = pods.as_ref().filter(|pods| pods.value == 0);
    // No storage at all may be meant.
    let storage = storage.as_ref().filter(|storage| is_within(mebibytes(&storage.0), 1..1_024));
    let cpu = cpu.map(|cpu| (cpu.0.clone(), cpu.span));
    let memory = memory.map(|memory| (memory.0.clone(), memory.span));
    let pods = pods.map(|pods| (pods.to_string(), pods.span));
    let storage = storage.map(|storage| (storage.0.clone(), storage.span));
    for (little, of, what) in [
        (cpu, Measure::Cpu, "one container, which gets `100m` unless it asks for more"),
        (memory, Measure::Bytes, "one container, which gets `256Mi` unless it asks for more"),
        (pods, Measure::Other, "one pod; an application that is to stop is taken out of `environments`"),
        (storage, Measure::Bytes, "one volume of EBS, which has `1Gi` at least"),
    ] {
        if let Some((value, at)) = little {
            context.push(Problem::TooLittle { value, what: what.to_owned(), of }, at);
        }
    }
}

/// Names the quota's parts as the tenant module does, in its order.
fn quota(keys: &Quota) -> Vec<(String, Value)> {
    let bytes = |bytes: &Option<Spanned<Bytes>>| bytes.as_ref().map(|set| Value::String(set.0.clone()));
    let number = |number: &Option<Spanned<u32>>| number.as_ref().map(|set| Value::from(set.value));
    let parts = [
        ("cpu", keys.cpu.as_ref().map(|set| Value::String(set.0.clone()))),
        ("memory", bytes(&keys.memory)),
        ("pods", number(&keys.pods)),
        ("persistent_volume_claims", number(&keys.volumes)),
        ("storage", bytes(&keys.storage)),
        ("load_balancers", number(&keys.load_balancers)),
        ("ingresses", number(&keys.ingresses)),
    ];
    parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Namespaces of Kubernetes, and of the add-ons that any cluster has: a tenant there would get their rights, or lose its
/// namespace to them.
fn check_namespace(context: &mut Context<'_>, environments: &[Environment], namespace: &Spanned<Name>) {
    let name = namespace.to_string();
    let clusters = environments.iter().flat_map(|environment| &environment.clusters);
    if let Some(owner) = owner(clusters.flat_map(|cluster| &cluster.settings.addons), &name) {
        context.push(Problem::ReservedNamespace { namespace: name, owner }, namespace.span);
    }
}

/// Returns whose a namespace is that no tenant can have beside some add-ons.
pub(super) fn owner<'a>(addons: impl IntoIterator<Item = &'a Addon>, namespace: &str) -> Option<String> {
    let mut addons = addons.into_iter().filter(|addon| addon.facts.namespace == namespace);
    match namespace {
        // EKS refuses groups that begin with `system:`, and a tenant's group begins with its namespace.
        "default" | "system" => Some("Kubernetes".to_owned()),
        _ if namespace.starts_with("kube-") => Some("Kubernetes".to_owned()),
        _ => addons.next().map(|addon| format!("add-on `{}`", addon.name)),
    }
}
