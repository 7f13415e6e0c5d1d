//! What applications have in AWS besides their pods: queues, buckets, databases.
//!
//! A kind is a row of facts ([`kind`]): what it is called, which names it makes. Its settings are what the blueprint says; what
//! that leaves out stands in the kind's module.

mod definition;
pub mod host;
pub mod kind;

use serde::Serialize;

use self::definition::Definition;
use super::app::ServiceAccount;
use super::{App, Context, check_repeated, data};
use crate::blueprint::keys::{App as Keys, Host as HostKeys};
use crate::blueprint::node::Node;
use crate::blueprint::read::{Map, Named};
use crate::blueprint::scalar::{DatabaseEngine, Mfa, Name};
use crate::diagnostic::{Span, Spanned};
use crate::hcl::value::Value;
use crate::problem::Problem;

pub use kind::{Kind, KindFacts, MadeName, POD_ROLE, name_of, pod_role_name};

/// One thing that an application has.
#[derive(Debug, Clone, Serialize)]
pub struct Resource {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// Service accounts whose pods use it.
    pub service_accounts: Vec<String>,
    /// Others of the application that it belongs to: topics of a queue, the user pool of a host.
    pub of: Vec<String>,
    /// What the blueprint sets: arguments of its module.
    #[serde(serialize_with = "data::values")]
    pub settings: Vec<(String, Value)>,
    /// Whether AWS is to delete it when it is told to, whatever its environment says.
    pub is_let_go: bool,
    /// Where its name stands.
    #[serde(skip)]
    pub at: Span,
}

impl Resource {
    /// Returns the label of its module block, `queue_jobs`.
    pub fn label(&self) -> String {
        format!("{}_{}", self.kind.module(), self.name.identifier())
    }
}

/// A name that AWS knows.
pub(super) struct Physical {
    /// What carries it.
    pub resource: &'static str,
    /// The name.
    pub name: String,
    /// What to call it in a message.
    pub what: String,
    /// What it is made for.
    pub at: Span,
}

/// Returns the names that an application's things have on a cluster.
pub(super) fn physical(app: &App, cluster: &str, account: &str) -> Vec<Physical> {
    let mut all = Vec::new();
    for Resource { kind, name, at, .. } in &app.resources {
        for MadeName { pattern, carried: (resource, suffix), .. } in kind.facts().names {
            let made = name_of(pattern, [cluster, &app.namespace, name.as_str(), account]);
            let what = format!("{} `{name}` of application `{}`", kind.facts().word, app.name);
            all.push(Physical { resource, name: made + suffix, what, at: *at });
        }
    }
    for account in app.roles() {
        let name = pod_role_name(cluster, &app.namespace, &account.name);
        let what = format!("the role of service account `{}` of application `{}`", account.name, app.name);
        all.push(Physical { resource: POD_ROLE.carried.0, name, what, at: account.at });
    }
    all
}

/// Resolves what an application has.
pub(super) fn resolve(
    context: &mut Context<'_>,
    app: &Named<Keys>,
    accounts: &[ServiceAccount],
) -> Vec<Resource> {
    let keys = &app.value;
    let mut gather = Gather { context, app, accounts, found: Vec::new() };
    for Named { name, value } in keys.queues.iter() {
        let topics = gather.others(Kind::Topic, &keys.topics, &value.topics);
        let settings = [
            number(
                "visibility_timeout_seconds",
                value.visibility_timeout_seconds.as_ref().map(|set| set.get()),
            ),
            number("max_receives", value.max_receives.as_ref().map(|set| set.get())),
        ];
        gather.add(Kind::Queue, name, value.service_accounts.as_ref(), topics, settings);
    }
    for Named { name, value } in keys.topics.iter() {
        gather.add(Kind::Topic, name, value.service_accounts.as_ref(), Vec::new(), []);
    }
    for Named { name, value } in keys.state_machines.iter() {
        check_definition(gather.context, &value.definition);
        gather.add(Kind::StateMachine, name, value.service_accounts.as_ref(), Vec::new(), []);
    }
    for Named { name, value } in keys.buckets.iter() {
        let settings = [number("expire_after_days", value.expire_after_days.as_ref().map(|set| set.get()))];
        gather.add(Kind::Bucket, name, value.service_accounts.as_ref(), Vec::new(), settings);
    }
    for Named { name, value } in keys.registries.iter() {
        let settings = [number("keep_images", value.keep_images.as_ref().map(|set| set.get()))];
        gather.add(Kind::Registry, name, Some(&value.service_accounts), Vec::new(), settings);
    }
    for Named { name, value } in keys.databases.iter() {
        let kind = match value.engine.value {
            DatabaseEngine::Postgres => Kind::Database,
            DatabaseEngine::AuroraPostgresql => Kind::AuroraDatabase,
        };
        if let Some(storage) = value.storage_gib.as_ref().filter(|_| kind == Kind::AuroraDatabase) {
            let also = value.engine.span;
            gather.context.push_conflict(Problem::StorageOfAurora, storage.span, also);
        }
        if let Some(owner) = gather.context.catalog.database_names.owner(&name.identifier()) {
            let name_in_server = name.identifier();
            gather.context.push(Problem::ReservedDatabase { name: name_in_server, owner }, name.span);
        }
        let text = |name, value: Option<String>| value.map(|value| (name, Value::String(value)));
        let settings = [
            text("database_name", Some(name.identifier())),
            text("engine_version", value.engine_version.as_ref().map(|set| set.to_string())),
            text("instance_class", value.instance_class.as_ref().map(|set| set.to_string())),
            number("storage_gib", value.storage_gib.as_ref().map(|set| set.get())),
            (!value.standby.value).then_some(("standby", Value::Bool(false))),
            deletion_protection(value.deletion_protection.as_ref()),
        ];
        gather.add(kind, name, value.service_accounts.as_ref(), Vec::new(), settings);
    }
    for Named { name, value } in keys.secrets.iter() {
        gather.add(Kind::Secret, name, value.service_accounts.as_ref(), Vec::new(), []);
    }
    for Named { name, value } in keys.hosts.iter() {
        let pools = value.user_pool.as_slice();
        let pools = gather.others(Kind::UserPool, &keys.user_pools, pools);
        gather.add(Kind::Host, name, None, pools, []);
    }
    for Named { name, value } in keys.user_pools.iter() {
        let is_used = |host: &Named<HostKeys>| {
            host.value.user_pool.as_ref().is_some_and(|pool| pool.value == name.value)
        };
        if !keys.hosts.has_broken() && !keys.hosts.iter().any(is_used) {
            gather.context.push(Problem::LoginToNothing { pool: name.to_string() }, name.span);
        }
        let required = value.mfa.value == Mfa::Required;
        let settings = [
            required.then_some(("mfa_required", Value::Bool(true))),
            deletion_protection(value.deletion_protection.as_ref()),
        ];
        gather.add(Kind::UserPool, name, None, Vec::new(), settings);
    }
    // What they name is all there by now.
    let Gather { context, mut found, .. } = gather;
    for Named { name, value } in keys.state_machines.iter() {
        let Definition { value, names } = Definition::of(context, &value.definition, &found);
        let access = names.into_iter().map(|label| {
            let access = Value::expression(format!("module.{label}.access"));
            (label, access)
        });
        let access: Vec<(String, Value)> = access.collect();
        let own = |known: &&mut Resource| known.kind == Kind::StateMachine && known.name == name.value;
        let machine = found.iter_mut().find(own).expect("it was added");
        machine.settings.push(("definition".to_owned(), value));
        if !access.is_empty() {
            machine.settings.push(("access".to_owned(), Value::Object(access)));
        }
    }
    found
}

/// What is written of a module's variable.
type Setting = Option<(&'static str, Value)>;

fn number(name: &'static str, value: Option<u32>) -> Setting {
    value.map(|value| (name, Value::from(value)))
}

const DELETION_PROTECTION: &str = "deletion_protection";

fn deletion_protection(value: Option<&Spanned<bool>>) -> Setting {
    value.map(|value| (DELETION_PROTECTION, Value::Bool(value.value)))
}

struct Gather<'a, 'c> {
    context: &'a mut Context<'c>,
    app: &'a Named<Keys>,
    accounts: &'a [ServiceAccount],
    found: Vec<Resource>,
}

impl Gather<'_, '_> {
    /// Adds one, with the service accounts that the blueprint names.
    fn add<const N: usize>(
        &mut self,
        kind: Kind,
        name: &Spanned<Name>,
        users: Option<&Spanned<Vec<Spanned<Name>>>>,
        of: Vec<String>,
        settings: [Setting; N],
    ) {
        let service_accounts =
            if kind.facts().has_access { self.users(kind, name, users) } else { Vec::new() };
        let settings = settings.into_iter().flatten();
        let settings: Vec<(String, Value)> = settings.map(|(name, value)| (name.to_owned(), value)).collect();
        let lets_go =
            |(name, value): &(String, Value)| name == DELETION_PROTECTION && *value == Value::Bool(false);
        self.found.push(Resource {
            kind,
            name: name.value.clone(),
            service_accounts,
            of,
            is_let_go: settings.iter().any(lets_go),
            settings,
            at: name.span,
        });
    }

    /// Returns whose pods use one: whom the blueprint names, else the only service account that there is.
    fn users(
        &mut self,
        kind: Kind,
        name: &Spanned<Name>,
        written: Option<&Spanned<Vec<Spanned<Name>>>>,
    ) -> Vec<String> {
        let known: Vec<String> = self.accounts.iter().map(|account| account.name.clone()).collect();
        let Some(written) = written else {
            if known.len() > 1 {
                let what = format!("{} `{}`", kind.facts().word, name.value);
                self.context.push(Problem::NobodyNamed { what, known }, name.span);
                return Vec::new();
            }
            return known;
        };
        check_repeated(self.context, written);
        for account in written.iter().filter(|account| !known.iter().any(|name| name == account.as_str())) {
            if !self.app.value.service_accounts.is_broken(account.as_str()) {
                let problem =
                    Problem::UnknownServiceAccount { value: account.to_string(), known: known.clone() };
                self.context.push(problem, account.span);
            }
        }
        written.iter().map(|account| account.to_string()).collect()
    }

    /// Returns others of the application that one belongs to.
    fn others<T>(&mut self, kind: Kind, known: &Map<T>, written: &[Spanned<Name>]) -> Vec<String> {
        check_repeated(self.context, written);
        for name in written {
            if known.get(name.as_str()).is_none() && !known.is_broken(name.as_str()) {
                let problem = Problem::UnknownResource {
                    value: name.to_string(),
                    word: kind.facts().word,
                    app: self.app.name.to_string(),
                    key: kind.facts().key,
                    known: known.names(),
                };
                self.context.push(problem, name.span);
            }
        }
        written.iter().map(|name| name.to_string()).collect()
    }
}

/// A state machine begins with one of its states (Amazon States Language, "State machine structure", read 2026-11).
fn check_definition(context: &mut Context<'_>, definition: &Spanned<Node>) {
    let start = definition.get("StartAt");
    let states = definition.get("States");
    let named = start.and_then(|start| start.as_str());
    if states.zip(named).is_some_and(|(states, named)| states.get(named).is_some()) {
        return;
    }
    match (start, states) {
        (Some(start), Some(_)) if named.is_some() => {
            let state = named.unwrap_or_default().to_owned();
            context.push(Problem::UnknownState { state }, start.span);
        }
        _ => context.push(Problem::NoStates, definition.span),
    }
}
