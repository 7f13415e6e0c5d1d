//! What leaves: a stack that was generated and is no longer made holds things that nobody would ever destroy.
//!
//! A stack is known by where its state is, so a rename that keeps the state is none, and a state that is looked for elsewhere is
//! one, whatever the stack is called.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::StackFacts;
use super::stack::{ACCOUNT, Stack};
use super::{Facts, Model};
use crate::blueprint::{Blueprint, MAIN};
use crate::diagnostic::{Diagnostics, Span};
use crate::problem::Problem;

/// What is taken out: all stacks that go with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// An environment.
    Environment(String),
    /// A cluster of an environment that stays.
    Cluster(String, String),
    /// An application, of which nothing stays.
    App(String),
    /// An application's place, environment and cluster.
    Place(String, String, String),
    /// What accounts have for pipelines.
    Accounts,
}

/// Finds stacks that the last run made and this blueprint does not, though it never said that they are to be destroyed.
///
/// To be asked only of a blueprint that is right: what could not be read would be missed.
pub fn check(model: &Model, blueprint: &Blueprint, facts: &Facts) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let stacks = model.stacks();
    let states: BTreeSet<(&str, &str)> =
        stacks.iter().map(|stack| (stack.bucket.as_str(), stack.key.as_str())).collect();
    let mut leaving: BTreeMap<Removed, Vec<(String, Vec<String>)>> = BTreeMap::new();
    for (name, known) in facts.stacks() {
        if known.retired || states.contains(&(&*known.bucket, &*known.key)) {
            continue;
        }
        if let Some(stack) = stacks.iter().find(|stack| stack.name == *name) {
            moves(model, blueprint, &mut diagnostics, stack, known);
            continue;
        }
        if let Some(removed) = removed(model, known) {
            let resources = facts.addresses(known);
            leaving.entry(removed).or_default().push((name.clone(), resources));
        }
    }
    let new: Vec<&Stack> = stacks.iter().filter(|stack| !facts.stacks().contains_key(&stack.name)).collect();
    for (removed, stacks) in leaving {
        let (at, renamed) = place(model, blueprint, &removed, &new);
        diagnostics.push(Problem::StackLeaves { removed, stacks, renamed }, at);
    }
    diagnostics
}

/// Says what was taken out that a stack belonged to; nothing of `tenants` alone, which leaves with the last application.
fn removed(model: &Model, known: &StackFacts) -> Option<Removed> {
    let StackFacts { environment, cluster, stack, .. } = known;
    if stack == ACCOUNT {
        return Some(Removed::Accounts);
    }
    let stays = model.environments.iter().find(|here| here.name == *environment);
    let Some(stays) = stays else { return Some(Removed::Environment(environment.clone())) };
    if !stays.clusters.iter().any(|here| here.name == *cluster) {
        return Some(Removed::Cluster(environment.clone(), cluster.clone()));
    }
    let app = stack.strip_prefix("apps/")?;
    Some(if model.apps.iter().any(|here| here.name.as_str() == app) {
        Removed::Place(app.to_owned(), environment.clone(), cluster.clone())
    } else {
        Removed::App(app.to_owned())
    })
}

/// Returns the nearest table that stays, and the name that what was taken out may have now: the only new one of its kind.
fn place(model: &Model, blueprint: &Blueprint, removed: &Removed, new: &[&Stack]) -> (Span, Option<String>) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let at = match removed {
        Removed::Environment(_) => {
            names.extend(
                new.iter().filter(|stack| stack.stack == "state").map(|stack| stack.environment.clone()),
            );
            blueprint.file.environments.span
        }
        Removed::Cluster(environment, _) => {
            let here =
                new.iter().filter(|stack| stack.stack == "cluster" && stack.environment == *environment);
            names.extend(here.map(|stack| stack.cluster.clone()).filter(|name| name != MAIN));
            let here = model.environments.iter().find(|here| here.name == *environment);
            here.map_or_else(Span::default, |environment| environment.at)
        }
        Removed::App(_) => {
            let stubs = new.iter().filter_map(|stack| stack.stack.strip_prefix("apps/"));
            names.extend(stubs.map(str::to_owned));
            blueprint.file.apps.span
        }
        Removed::Place(app, ..) => {
            let app = blueprint.file.apps.get(app);
            app.map_or_else(Span::default, |app| app.value.environments.span)
        }
        Removed::Accounts => {
            let delivery = blueprint.file.delivery.as_ref();
            delivery.map_or(blueprint.file.environments.span, |delivery| delivery.span)
        }
    };
    let mut names = names.into_iter();
    (at, names.next().filter(|_| names.next().is_none()))
}

/// Reports a stack whose state would be looked for elsewhere: the engine would find nothing, and make everything again.
fn moves(
    model: &Model,
    blueprint: &Blueprint,
    diagnostics: &mut Diagnostics,
    stack: &Stack,
    known: &StackFacts,
) {
    let environment = model.environments.iter().find(|here| here.name == stack.environment);
    let account = model.accounts().iter().find(|account| account.id == stack.account);
    let elsewhere = || account.map_or_else(Span::default, |account| account.state.at);
    let at = environment.map_or_else(elsewhere, |environment| {
        let app = stack.stack.strip_prefix("apps/").and_then(|app| blueprint.file.apps.get(app));
        let cluster = environment.clusters.iter().find(|cluster| cluster.name == stack.cluster);
        match (app, cluster) {
            _ if known.bucket != stack.bucket => environment.state.at,
            (Some(app), _) => app.name.span,
            (None, Some(cluster)) => cluster.at,
            (None, None) => environment.at,
        }
    });
    let problem = Problem::StateMoves {
        stack: stack.name.clone(),
        from: format!("{}/{}", known.bucket, known.key),
        to: format!("{}/{}", stack.bucket, stack.key),
        is_bucket: known.bucket != stack.bucket,
    };
    // All states of an environment are in one bucket: once is enough.
    if known.bucket == stack.bucket || !diagnostics.sorted().iter().any(|said| said.at == at) {
        diagnostics.push(problem, at);
    }
}
