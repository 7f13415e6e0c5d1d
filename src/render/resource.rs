//! What applications have in AWS: a module for each kind, and its calls in the application's own module.

use serde::Serialize;
use tera::Context;

use super::app::{ForApp, aws_only};
use super::arguments::Argument;
use super::template::view;
use super::{Output, Row, Scope, Whole, always, lay_out, module, row};
use crate::blueprint::scalar::PodIdentity;
use crate::blueprint::usual;
use crate::catalog::Catalog;
use crate::hcl::value::Value;
use crate::model::app::{Attachment, ServiceAccount};
use crate::model::resource::{Kind, MadeName, POD_ROLE, Resource, name_of};
use crate::model::{App, Model};

/// The module that gives a role to a service account.
pub(super) const POD_ROLE_MODULE: &str = "pod_role";

/// The modules of kinds, and their files besides those that every module has.
const MODULES: [(&str, &[&str]); 11] = [
    ("queue", &["modules/queue/queue.tf", "modules/queue/variables.tf", "modules/queue/outputs.tf"]),
    ("topic", &["modules/topic/topic.tf", "modules/topic/variables.tf", "modules/topic/outputs.tf"]),
    (
        "state_machine",
        &[
            "modules/state_machine/state_machine.tf",
            "modules/state_machine/variables.tf",
            "modules/state_machine/outputs.tf",
        ],
    ),
    ("bucket", &["modules/bucket/bucket.tf", "modules/bucket/variables.tf", "modules/bucket/outputs.tf"]),
    (
        "registry",
        &["modules/registry/registry.tf", "modules/registry/variables.tf", "modules/registry/outputs.tf"],
    ),
    (
        "database",
        &[
            "modules/database/database.tf",
            "modules/database/network.tf",
            "modules/database/monitoring.tf",
            "modules/database/variables.tf",
            "modules/database/outputs.tf",
        ],
    ),
    (
        "aurora_database",
        &[
            "modules/aurora_database/aurora_database.tf",
            "modules/aurora_database/network.tf",
            "modules/aurora_database/monitoring.tf",
            "modules/aurora_database/variables.tf",
            "modules/aurora_database/outputs.tf",
        ],
    ),
    ("secret", &["modules/secret/secret.tf", "modules/secret/variables.tf", "modules/secret/outputs.tf"]),
    ("host", &["modules/host/host.tf", "modules/host/variables.tf", "modules/host/outputs.tf"]),
    (
        "user_pool",
        &["modules/user_pool/user_pool.tf", "modules/user_pool/variables.tf", "modules/user_pool/outputs.tf"],
    ),
    (
        POD_ROLE_MODULE,
        &["modules/pod_role/role.tf", "modules/pod_role/variables.tf", "modules/pod_role/outputs.tf"],
    ),
];

/// Returns the modules that some application calls, in the order of kinds.
pub(super) fn modules(model: &Model) -> Vec<&'static str> {
    let is_called = |module: &str| {
        let of_kind = |resource: &Resource| resource.kind.module() == module;
        model.placed_apps().any(|app| {
            app.resources.iter().any(of_kind) || (module == POD_ROLE_MODULE && app.roles().next().is_some())
        })
    };
    MODULES.iter().map(|(module, _)| *module).filter(|module| is_called(module)).collect()
}

/// How pods of any application get their roles.
#[derive(Serialize)]
pub(super) struct PodRole {
    has_pod_identity: bool,
    has_irsa: bool,
}

impl PodRole {
    pub fn of(model: &Model) -> Self {
        let has =
            |identity| model.placed_apps().flat_map(App::roles).any(|account| account.identity == identity);
        Self { has_pod_identity: has(PodIdentity::PodIdentity), has_irsa: has(PodIdentity::Irsa) }
    }

    /// Whether service accounts are told their roles.
    pub fn has_irsa(&self) -> bool {
        self.has_irsa
    }
}

/// What the modules see.
fn module_view(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Usual {
        visibility_timeout_seconds: u32,
        max_receives: u32,
        keep_images: u32,
        engine_version: &'static str,
        instance_class: &'static str,
        storage_gib: u32,
    }
    #[derive(Serialize)]
    struct Module {
        usual: Usual,
        pod_role: PodRole,
        has_retired: bool,
    }
    view(&Module {
        has_retired: whole.model.placed_apps().any(|app| lets_go(whole.model, app)),
        usual: Usual {
            visibility_timeout_seconds: usual::resource::VISIBILITY_TIMEOUT,
            max_receives: usual::resource::MAX_RECEIVES,
            keep_images: usual::resource::KEEP_IMAGES,
            engine_version: usual::resource::ENGINE_VERSION,
            instance_class: usual::resource::INSTANCE_CLASS,
            storage_gib: usual::resource::STORAGE_GIB,
        },
        pod_role: PodRole::of(whole.model),
    })
}

/// Lays out the modules.
pub(super) fn module_outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    for called in modules(whole.model) {
        let (_, files) = MODULES.iter().find(|(module, _)| *module == called).expect("it is one of them");
        let mut rows: Vec<Row<Whole<'_>>> = module(&format!("modules/{called}"), always, aws_only);
        rows.extend(files.iter().map(|file| row(file, always, module_view)));
        lay_out(&rows, whole, outputs);
    }
}

/// What an application has of one table of the blueprint.
struct ForTable<'a> {
    app: ForApp<'a>,
    key: &'static str,
}

impl Scope for ForTable<'_> {
    fn catalog(&self) -> &Catalog {
        self.app.catalog()
    }

    fn place(&self, path: &str) -> String {
        self.app.place(path).replace("{resources}", self.key)
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

/// Lays out the files of an application's module that call them.
pub(super) fn app_outputs(scope: &ForApp<'_>, outputs: &mut Vec<Output>) {
    let rows = [row("apps/{app}/module/{resources}.tf", always, calls)];
    for key in keys(scope.app) {
        lay_out(&rows, &ForTable { app: *scope, key }, outputs);
    }
    let rows = [
        row(
            "apps/{app}/module/pod_roles.tf",
            |scope: &ForApp<'_>| scope.app.roles().next().is_some(),
            pod_roles,
        ),
        row("apps/{app}/module/kms.tf", |scope: &ForApp<'_>| scope.app.has_key, key),
    ];
    lay_out(&rows, scope, outputs);
}

/// Returns the tables of the blueprint in which an application has something.
pub(super) fn keys(app: &App) -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| app.has(*kind)) {
        if !keys.contains(&kind.facts().key) {
            keys.push(kind.facts().key);
        }
    }
    keys
}

/// Whether an application's module is told its account: in names that are unique in all of AWS, in policies of keys and roles.
pub(super) fn takes_account(app: &App) -> bool {
    let is_in = |resource: &Resource| {
        let facts = resource.kind.facts();
        facts.role_of.is_some() || facts.names.iter().any(|name| name.pattern.contains("{account}"))
    };
    app.has_key || app.resources.iter().any(is_in) || app.roles().next().is_some()
}

/// Whether an application's module is told what guards data.
pub(super) fn is_protected(app: &App) -> bool {
    app.resources.iter().any(|resource| resource.kind.facts().is_protected)
}

/// Whether an application is to go from an environment that guards its data: AWS must let go of them, and backups stay.
pub(super) fn lets_go(model: &Model, app: &App) -> bool {
    let is_let_go = |attachment: &Attachment| attachment.retired && model.place_of(attachment).0.protected;
    is_protected(app) && app.attachments.iter().any(is_let_go)
}

/// A call of a module.
#[derive(Serialize)]
struct Call {
    label: String,
    module: String,
    arguments: Vec<Argument>,
}

fn calls(scope: &ForTable<'_>) -> Context {
    #[derive(Serialize)]
    struct Calls {
        calls: Vec<Call>,
    }
    let app = scope.app.app;
    let whole = &scope.app.whole;
    let of_key = app.resources.iter().filter(|resource| resource.kind.facts().key == scope.key);
    view(&Calls { calls: of_key.map(|resource| call(whole.model, app, resource)).collect() })
}

/// Whether an application's module is told its boundary: its own stub makes that, before any role.
pub(super) fn takes_boundary(app: &App) -> bool {
    app.owns_namespace() && has_roles(app)
}

/// Where an application's module has the ARN of its boundary from.
fn boundary(app: &App) -> &'static str {
    if takes_boundary(app) {
        "var.permissions_boundary_arn"
    } else {
        "module.attachment.permissions_boundary_arn"
    }
}

/// A name as the module of an application makes it.
fn name_expression(pattern: &str, name: &str) -> Value {
    let parts = ["${var.cluster_name}", "${var.namespace}", name, "${var.account_id}"];
    Value::expression(format!("\"{}\"", name_of(pattern, parts)))
}

fn call(model: &Model, app: &App, resource: &Resource) -> Call {
    let facts = resource.kind.facts();
    let mut arguments: Vec<(String, Value)> = Vec::new();
    let mut add = |name: &str, value: Value| arguments.push((name.to_owned(), value));
    for MadeName { argument, pattern, .. } in facts.names {
        add(argument, name_expression(pattern, resource.name.as_str()));
    }
    let of = |kind: Kind, name: &str, output: &str| {
        let label = app.resources.iter().find(|other| other.kind == kind && other.name.as_str() == name);
        let label = label.expect("what the blueprint names is there").label();
        format!("module.{label}.{output}")
    };
    let host = |output: &str| Value::expression(format!("var.hosts[\"{}\"].{output}", resource.name));
    match resource.kind {
        Kind::Queue if !resource.of.is_empty() => {
            let topics = resource
                .of
                .iter()
                .map(|topic| (topic.clone(), Value::expression(of(Kind::Topic, topic, "arn"))));
            add("topic_arns", Value::Object(topics.collect()));
        }
        Kind::Host => {
            add("tags", Value::expression("module.attachment.cost_labels"));
            add("domain_name", host("domain_name"));
            add("zone", host("zone"));
            add("zone_ids", Value::expression("module.attachment.dns_zone_ids"));
        }
        Kind::UserPool => {
            let hosts = hosts_behind(app, resource);
            let names =
                hosts.map(|host| Value::expression(of(Kind::Host, host.name.as_str(), "domain_name")));
            add("domain_names", Value::List(names.collect()));
        }
        Kind::Database | Kind::AuroraDatabase => {
            add("vpc_id", Value::expression("module.attachment.vpc_id"));
            add("subnet_ids", Value::expression("values(module.attachment.private_subnet_ids)"));
            add("client_security_group_id", Value::expression("module.attachment.cluster_security_group_id"));
            add("port", Value::from(app.database_port.expect("it has a database")));
            if is_ipv6(model, app) {
                let family = r#"strcontains(module.attachment.network.api_cidr, ":") ? "DUAL" : "IPV4""#;
                add("network_type", Value::expression(family));
            }
            add("partition", Value::expression("module.attachment.partition"));
        }
        Kind::Queue | Kind::Topic | Kind::StateMachine | Kind::Bucket | Kind::Registry | Kind::Secret => {}
    }
    if facts.role_of.is_some() {
        add("role_path", Value::expression("module.attachment.role_path"));
        add("permissions_boundary_arn", Value::expression(boundary(app)));
        add("account_id", Value::expression("var.account_id"));
    }
    if facts.takes_key {
        add("key_arn", Value::expression("aws_kms_key.this.arn"));
    }
    match resource.kind {
        // A user pool has no backups.
        Kind::UserPool if lets_go(model, app) => {
            add("protection", Value::expression("var.protection && !var.retired"));
        }
        _ if facts.is_protected => {
            add("protection", Value::expression("var.protection"));
            if lets_go(model, app) {
                add("retired", Value::expression("var.retired"));
            }
        }
        _ => {}
    }
    arguments.extend(resource.settings.iter().cloned());
    Call {
        label: resource.label(),
        module: resource.kind.module(),
        arguments: arguments.into_iter().map(|(name, value)| Argument { name, value }).collect(),
    }
}

/// Returns the hosts that people reach through a user pool.
fn hosts_behind<'a>(app: &'a App, pool: &Resource) -> impl Iterator<Item = &'a Resource> {
    let name = pool.name.to_string();
    app.resources.iter().filter(move |host| host.kind == Kind::Host && host.of.contains(&name))
}

/// Whether an application runs on a cluster whose pods have addresses of IPv6.
fn is_ipv6(model: &Model, app: &App) -> bool {
    app.attachments.iter().any(|attachment| model.place_of(attachment).1.network.is_ipv6())
}

fn pod_roles(scope: &ForApp<'_>) -> Context {
    #[derive(Serialize)]
    struct RoleView {
        label: String,
        name: Value,
        service_account: String,
        is_irsa: bool,
        access: Value,
    }
    #[derive(Serialize)]
    struct Roles {
        mixed: bool,
        boundary: Value,
        roles: Vec<RoleView>,
    }
    let app = scope.app;
    let roles = app.roles().map(|account| RoleView {
        label: role_label(account),
        name: name_expression(POD_ROLE.pattern, &account.name),
        service_account: account.name.clone(),
        is_irsa: account.identity == PodIdentity::Irsa,
        access: Value::Object(
            app.used_by(account)
                .map(|used| (used.label(), Value::expression(format!("module.{}.access", used.label()))))
                .collect(),
        ),
    });
    let PodRole { has_pod_identity, has_irsa } = PodRole::of(scope.whole.model);
    view(&Roles {
        mixed: has_pod_identity && has_irsa,
        boundary: Value::expression(boundary(app)),
        roles: roles.collect(),
    })
}

fn role_label(account: &ServiceAccount) -> String {
    format!("role_{}", account.name.replace('-', "_"))
}

fn key(scope: &ForApp<'_>) -> Context {
    #[derive(Serialize)]
    struct Key<'a> {
        app: &'a str,
        is_used: bool,
        log_groups: Vec<&'static str>,
    }
    let app = scope.app;
    let kinds = Kind::ALL.into_iter().filter(|kind| app.has(*kind));
    view(&Key {
        app: app.name.as_str(),
        is_used: app.uses_key(),
        log_groups: kinds.filter_map(|kind| kind.facts().log_groups).collect(),
    })
}

/// An output of an application's module, and of its stubs.
#[derive(Serialize)]
pub(super) struct OutputView {
    name: &'static str,
    description: String,
    value: Value,
}

/// Returns what an application's module says of what it has.
pub(super) fn outputs_of(app: &App) -> Vec<OutputView> {
    let mut outputs: Vec<OutputView> = Vec::new();
    for key in keys(app) {
        let of_key: Vec<&Resource> =
            app.resources.iter().filter(|resource| resource.kind.facts().key == key).collect();
        let entries = of_key.iter().map(|resource| (resource.name.to_string(), attributes(app, resource)));
        let value = Value::Object(entries.collect());
        let names = of_key.first().expect("a key of something").kind.facts().outputs;
        let description = format!("{} of {}: name => {}.", words(key), app.name, names.join(", "));
        outputs.push(OutputView { name: key, description, value });
    }
    let roles = app.roles().map(|account| {
        (account.name.clone(), Value::expression(format!("module.{}.arn", role_label(account))))
    });
    let roles: Vec<(String, Value)> = roles.collect();
    if !roles.is_empty() {
        let description = format!("Roles of {}'s pods: service account => ARN.", app.name);
        outputs.push(OutputView { name: "pod_roles", description, value: Value::Object(roles) });
    }
    if app.has_key {
        let description = format!("ARN of the key that encrypts what {} keeps.", app.name);
        outputs.push(OutputView {
            name: "key_arn",
            description,
            value: Value::expression("aws_kms_key.this.arn"),
        });
    }
    outputs
}

/// Writes a table's key as the beginning of a sentence.
fn words(key: &str) -> String {
    let text = key.replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().expect("a key has letters");
    first.to_uppercase().chain(letters).collect()
}

fn attributes(app: &App, resource: &Resource) -> Value {
    let label = resource.label();
    let attribute = |name: &&'static str| {
        let mut value = format!("module.{label}.{name}");
        if *name == "ingress_annotations" {
            for pool in &resource.of {
                let pool = app
                    .resources
                    .iter()
                    .find(|other| other.kind == Kind::UserPool && other.name.as_str() == pool);
                let pool = pool.expect("what the blueprint names is there").label();
                value = format!("merge({value}, module.{pool}.{name})");
            }
        }
        ((*name).to_owned(), Value::expression(value))
    };
    Value::Object(resource.kind.facts().outputs.iter().map(attribute).collect())
}

/// What a stub guards in a protected environment.
#[derive(Serialize)]
pub(super) struct Guard {
    label: String,
    value: Value,
}

/// Returns what is lost with an application's things.
pub(super) fn guards(app: &App) -> Vec<Guard> {
    let guarded =
        app.resources.iter().filter(|resource| resource.kind.facts().holds_data && !resource.is_let_go);
    let mut guards: Vec<Guard> = guarded
        .map(|resource| {
            let key = resource.kind.facts().key;
            let value = format!("module.application.{key}[\"{}\"].arn", resource.name);
            Guard { label: format!("protected_{}", resource.label()), value: Value::expression(value) }
        })
        .collect();
    if app.has_key {
        let value = Value::expression("module.application.key_arn");
        guards.push(Guard { label: "protected_key".to_owned(), value });
    }
    if app.owns_namespace() {
        let value = Value::expression("module.tenant.namespace");
        guards.push(Guard { label: "protected_namespace".to_owned(), value });
    }
    guards
}

/// A row of the table of what an application has.
#[derive(Serialize)]
pub(super) struct Use {
    label: String,
    about: String,
    service_accounts: String,
}

/// Says what an application has, and whose pods use it.
pub(super) fn uses(app: &App) -> Vec<Use> {
    let uses = app.resources.iter().map(|resource| {
        let accounts = &resource.service_accounts;
        let has_access = resource.kind.facts().has_access;
        Use {
            label: resource.label(),
            about: resource.kind.facts().about.to_owned(),
            service_accounts: match accounts.is_empty() {
                true if has_access => "nobody".to_owned(),
                true => String::new(),
                false => accounts.join(", "),
            },
        }
    });
    uses.collect()
}

/// A row of the table of rights.
#[derive(Serialize)]
pub(super) struct Actions {
    actions: Vec<&'static str>,
    on: &'static str,
}

/// Returns what the role that applies an application's stub needs for what the application has.
pub(super) fn actions(app: &App) -> Vec<Actions> {
    let mut rows: Vec<Actions> = Vec::new();
    for key in keys(app) {
        let kind = Kind::ALL.into_iter().find(|kind| kind.facts().key == key).expect("a key of a kind");
        rows.push(Actions { actions: kind.facts().actions.to_vec(), on: key });
    }
    for row in &mut rows {
        row.actions.sort_unstable();
    }
    rows
}

/// Returns the services that roles of an application are handed to: IRSA hands them to nobody.
pub(super) fn passed_to(app: &App) -> Vec<&'static str> {
    let by_pod_identity = app.roles().any(|account| account.identity == PodIdentity::PodIdentity);
    let pods = by_pod_identity.then_some("pods.eks.amazonaws.com");
    let kinds = Kind::ALL.into_iter().filter(|kind| app.has(*kind));
    let mut services: Vec<&str> =
        pods.into_iter().chain(kinds.filter_map(|kind| kind.facts().role_of)).collect();
    services.dedup();
    services
}

/// Whether an application's module makes any role.
pub(super) fn has_roles(app: &App) -> bool {
    app.roles().next().is_some()
        || app.resources.iter().any(|resource| resource.kind.facts().role_of.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_module() {
        for kind in Kind::ALL {
            let module = kind.module();
            assert!(MODULES.iter().any(|(known, _)| *known == module), "{module}");
        }
    }
}
