//! Blueprint + catalog → [`Model`]: what the blueprint means, complete, typed and checked.
//!
//! Every decision is made here: names, ranges, what a module contains, what a root module passes.
//! Templates only lay out. A stage that finds mistakes goes on looking for more.

pub mod access;
pub mod addon;
pub mod adoption;
pub mod app;
pub mod beneath;
pub mod bill;
pub mod complete;
pub mod contract;
mod data;
pub mod delivery;
pub mod environment;
pub mod facts;
pub mod identity;
pub mod network;
pub mod node_pool;
pub mod removal;
pub mod rename;
pub mod resource;
pub mod settings;
pub mod stack;
pub mod standalone;
pub mod support;

mod pin;
mod placement;
mod reach;
mod tags;

use serde::Serialize;

use crate::blueprint::Blueprint;
use crate::blueprint::scalar::Engine;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::file::File;
use crate::problem::Problem;

pub use access::Access;
pub use addon::Addon;
pub use adoption::Adoption;
pub use app::{App, Tenant};
pub use bill::Bill;
pub use delivery::{Delivery, Pipeline};
pub use environment::{Cluster, Environment, StateStore};
pub use facts::{Facts, Unreadable};
pub use node_pool::{KarpenterPool, ManagedPool};
pub use placement::values as addon_values;
pub use resource::Resource;
pub use settings::{Fleet, Settings};
pub use stack::Stack;
pub use standalone::Standalone;

/// Everything that templates need to know.
#[derive(Debug, Clone, Serialize)]
pub struct Model {
    /// The blueprint's file name, for the first line of every file.
    #[serde(skip)]
    pub blueprint: String,
    /// The project's name.
    pub project: String,
    /// Which engine scripts call.
    pub engine: Engine,
    /// Whether modules for applications get tests.
    pub has_tests: bool,
    /// What the reusable modules contain, and their defaults.
    #[serde(skip)]
    pub fleet: Fleet,
    /// What delivers changes, where the blueprint says it.
    pub delivery: Option<Delivery>,
    /// Environments by name.
    pub environments: Vec<Environment>,
    /// Applications by name.
    pub apps: Vec<App>,
    /// Accepted scanner findings.
    #[serde(skip)]
    pub waivers: Vec<Waiver>,
    /// Every stack, made of all that is above.
    #[serde(skip)]
    stacks: Vec<Stack>,
}

impl Model {
    /// Returns the environment and the cluster that an application's stub is for.
    ///
    /// # Panics
    /// Never for an attachment of this model: it was made from these very lists.
    pub fn place_of(&self, attachment: &app::Attachment) -> (&Environment, &Cluster) {
        let named = self.environments.iter().find(|environment| environment.name == attachment.environment);
        let environment = named.expect("an attachment names an environment of its model");
        let named = environment.clusters.iter().find(|cluster| cluster.name == attachment.cluster);
        (environment, named.expect("an attachment names a cluster of its environment"))
    }

    /// Returns the applications that live on some cluster. Others are noted when the blueprint is read, and make nothing.
    pub fn placed_apps(&self) -> impl Iterator<Item = &App> {
        self.apps.iter().filter(|app| !app.attachments.is_empty())
    }

    /// Whether pipelines come from an account of their own, to any environment.
    pub fn has_delivery(&self) -> bool {
        self.environments.iter().any(|environment| environment.delivery_account().is_some())
    }

    /// Whether plinth makes roles that pipelines log in as.
    pub fn has_accounts(&self) -> bool {
        !self.accounts().is_empty()
    }

    /// Returns the accounts that pipelines log in to.
    pub fn accounts(&self) -> &[delivery::Account] {
        self.delivery.as_ref().map_or(&[], |delivery| &delivery.accounts)
    }

    /// Returns the organization whose workspaces keep the states, where they do.
    pub fn cloud(&self) -> Option<&delivery::Cloud> {
        self.delivery.as_ref()?.cloud.as_ref()
    }

    /// Returns every stack in the order in which they are applied.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }

    /// Whether any stack is to be destroyed.
    pub fn has_retired(&self) -> bool {
        self.stacks.iter().any(|stack| stack.retired)
    }

    /// Returns what a later run must know of this model and of the files that it became: it goes into the manifest.
    pub fn facts(&self, files: &[File]) -> Facts {
        Facts::of(self, files)
    }
}

/// Finds what a list names twice: each of its later places, with the first.
fn repeated<T: PartialEq>(list: &[Spanned<T>]) -> impl Iterator<Item = (&Spanned<T>, &Spanned<T>)> {
    let firsts = list.iter().enumerate().map(|(index, item)| (item, &list[..index]));
    firsts.filter_map(|(item, before)| Some((item, before.iter().find(|first| first.value == item.value)?)))
}

/// A scanner finding that is accepted.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The scanner's id, `CKV_AWS_18`.
    pub id: String,
    /// Address of the resource within its module.
    pub scope: String,
    /// Why.
    pub reason: String,
    /// Where the scope stands in the blueprint.
    pub at: Span,
    /// Whether there was such a resource since it was written.
    pub had_scope: bool,
}

/// What a stage of resolution reads and where it reports.
pub(crate) struct Context<'a> {
    pub blueprint: &'a Blueprint,
    pub catalog: &'a Catalog,
    pub facts: &'a Facts,
    /// The blueprint's name without its folder.
    pub file_name: &'a str,
    pub diagnostics: Diagnostics,
}

impl Context<'_> {
    fn push(&mut self, problem: Problem, at: Span) {
        self.diagnostics.push(problem, at);
    }

    fn push_conflict(&mut self, problem: Problem, at: Span, also: Span) {
        self.diagnostics.push_conflict(problem, at, also);
    }
}

/// Where problems go.
trait Report {
    /// Says a problem at a place, and at another one that it conflicts with, where that is written.
    fn report(&mut self, problem: Problem, at: Span, also: Option<Span>);
}

impl Report for Context<'_> {
    fn report(&mut self, problem: Problem, at: Span, also: Option<Span>) {
        match also {
            Some(also) => self.push_conflict(problem, at, also),
            None => self.push(problem, at),
        }
    }
}

/// Refuses what a list names twice.
fn check_repeated<T: PartialEq + std::fmt::Display>(report: &mut impl Report, list: &[Spanned<T>]) {
    for (again, first) in repeated(list) {
        let problem = Problem::RepeatedReference { value: again.value.to_string() };
        report.report(problem, again.span, Some(first.span));
    }
}

/// Resolves a blueprint.
///
/// `facts` is what the last run left in the manifest; `file_name` is the blueprint's name without its folder. The model is
/// complete only where the diagnostics hold no error.
pub fn resolve(
    blueprint: &Blueprint,
    catalog: &Catalog,
    facts: &Facts,
    file_name: &str,
) -> (Model, Diagnostics) {
    let blueprint = &complete::complete(blueprint, catalog);
    let mut context = Context { blueprint, catalog, facts, file_name, diagnostics: Diagnostics::default() };
    rename::check(&mut context);
    let mut environments = environment::resolve(&mut context);
    let apps = app::resolve(&mut context, &mut environments);
    adoption::resolve(&mut context, &mut environments);
    let delivery = delivery::resolve(&mut context, &environments, &apps);
    let fleet = settings::fleet(&mut context, &environments);
    identity::check(&mut context, &environments, &apps, &fleet);
    resource::host::check_hosts(&mut context, &apps);
    app::check_database_ports(&mut context, &environments);
    app::check_reached_namespaces(&mut context, &environments);
    reach::check(&mut context, &environments);
    contract::check(&mut context, &environments);
    pin::check(&mut context, &environments, &fleet);
    check_waivers(&mut context);
    let waivers = blueprint.file.waive.iter().map(|waiver| Waiver {
        id: waiver.id.value.clone(),
        scope: waiver.scope.value.clone(),
        reason: waiver.reason.value.clone(),
        at: waiver.scope.span,
        had_scope: facts.had(&waiver.scope.value),
    });
    let mut model = Model {
        blueprint: file_name.to_owned(),
        project: blueprint.file.project.name.to_string(),
        engine: blueprint
            .file
            .terraform
            .as_ref()
            .map_or(Engine::Terraform, |terraform| terraform.engine.value),
        has_tests: blueprint.file.terraform.as_ref().is_some_and(|terraform| *terraform.tests),
        waivers: waivers.collect(),
        delivery,
        fleet,
        environments,
        apps,
        stacks: Vec::new(),
    };
    model.stacks = stack::stacks(model.cloud(), model.accounts(), &model.environments, &model.apps);
    (model, context.diagnostics)
}

/// Refuses what checkov would not read, a waiver that says nothing, and the same finding waived twice for a resource: only one of
/// the two reasons would be read.
///
/// Ids are checkov's own, `CKV_AWS_18` and `CKV2_AWS_62`, or those of an organisation's checks (checkov, "Suppressing and
/// skipping policies", read 2026-11).
fn check_waivers(context: &mut Context<'_>) {
    let waivers = &context.blueprint.file.waive;
    for (index, waiver) in waivers.iter().enumerate() {
        let (id, scope) = (&waiver.id, &waiver.scope);
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        if !id.contains('_') || !id.split('_').all(is_word) {
            context.push(Problem::InvalidWaiverId { value: id.value.clone() }, id.span);
        }
        if waiver.reason.trim().is_empty() {
            context.push(Problem::WaiverWithoutReason, waiver.reason.span);
        }
        if let Some(first) = waivers[..index]
            .iter()
            .find(|first| first.id.value == id.value && first.scope.value == scope.value)
        {
            let problem = Problem::RepeatedWaiver { id: id.value.clone(), scope: scope.value.clone() };
            context.push_conflict(problem, id.span, first.id.span);
        }
    }
}

/// Finds waivers that have run out by a day.
///
/// Days are compared as text, which is right for `2027-03-31`.
pub fn expired_waivers(blueprint: &Blueprint, today: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for waiver in blueprint.file.waive.iter() {
        if let Some(until) = waiver.until.as_ref().filter(|until| until.as_str() < today) {
            diagnostics.push(
                Problem::WaiverExpired { id: waiver.id.value.clone(), until: until.to_string() },
                until.span,
            );
        }
    }
    diagnostics
}
