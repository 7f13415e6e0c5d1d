//! What has another name now: who was called what before.

use std::collections::BTreeMap;

use super::Context;
use crate::blueprint::keys::Cluster;
use crate::blueprint::read::{Map, Named};
use crate::blueprint::scalar::{Former, Name};
use crate::diagnostic::Spanned;
use crate::problem::Problem;

/// Returns all names that something had, the oldest first.
pub fn history<'a>(former: &'a [Name], name: &'a Name) -> Vec<&'a Name> {
    former.iter().chain([name]).collect()
}

/// Returns the name that something was made under, which AWS and Kubernetes know.
pub fn made_as<'a>(former: &'a [Name], name: &'a Name) -> &'a Name {
    former.first().unwrap_or(name)
}

/// Returns the names that a key says, the oldest first.
pub(super) fn former(written: Option<&Spanned<Former>>) -> Vec<Name> {
    written.iter().flat_map(|former| &former.0).map(|name| name.value.clone()).collect()
}

/// A thing with a name, and the names that it had before, the oldest first.
#[derive(Clone, Copy)]
struct Renamed<'a> {
    name: &'a Spanned<Name>,
    former: &'a [Spanned<Name>],
}

/// Checks environments, clusters, applications, node pools and add-ons: each has been one thing all the time, and nothing else has.
pub(super) fn check(context: &mut Context<'_>) {
    let blueprint = context.blueprint;
    let environments: Vec<Renamed<'_>> = blueprint
        .environments
        .iter()
        .map(|Named { name, value }| Renamed { name, former: value.environment.renamed_from.as_slice() })
        .collect();
    check_names(context, "environment", &environments);
    for target in &blueprint.environments {
        let on = target.value.clusters.iter().filter(|cluster| *cluster.value.enabled);
        let clusters: Vec<Renamed<'_>> =
            on.map(|Named { name, value }| Renamed { name, former: value.renamed_from.as_slice() }).collect();
        check_names(context, "cluster", &clusters);
    }
    let apps = blueprint.file.apps.iter();
    let apps: Vec<Renamed<'_>> =
        apps.map(|Named { name, value }| Renamed { name, former: value.renamed_from.as_slice() }).collect();
    check_names(context, "application", &apps);
    let pools =
        of_modules(context, |keys| &keys.node_pools, |pool| (*pool.enabled, pool.renamed_from.as_ref()));
    check_names(context, "node pool", &pools);
    let addons =
        of_modules(context, |keys| &keys.addons, |addon| (*addon.enabled, addon.renamed_from.as_ref()));
    check_names(context, "add-on", &addons);
}

/// What all clusters have, by name: their modules are the same, so that a name is one thing in all of them.
fn of_modules<'b, T>(
    context: &Context<'b>,
    those: fn(&'b Cluster) -> &'b Map<T>,
    key: fn(&'b T) -> (bool, Option<&'b Spanned<Former>>),
) -> Vec<Renamed<'b>> {
    let targets = context.blueprint.environments.iter();
    let clusters = targets.flat_map(|target| target.value.clusters.iter());
    let mut all: BTreeMap<&Name, Renamed<'b>> = BTreeMap::new();
    for named in clusters.flat_map(|cluster| those(&cluster.value).iter()) {
        let (enabled, former) = key(&named.value);
        let former = former.map_or(&[][..], |former| former.0.as_slice());
        let known = all.get(&named.name.value).map_or(0, |known| known.former.len());
        if enabled && (former.len() > known || !all.contains_key(&named.name.value)) {
            all.insert(&named.name.value, Renamed { name: &named.name, former });
        }
    }
    all.into_values().collect()
}

/// Checks things among which names are unique.
fn check_names(context: &mut Context<'_>, what: &'static str, all: &[Renamed<'_>]) {
    let mut seen: Vec<&Spanned<Name>> = Vec::new();
    for Renamed { name, former } in all {
        for old in *former {
            let (old_name, new) = (old.to_string(), name.to_string());
            let said = if old.value == name.value {
                Some((Problem::RenamedToItself { name: new }, None))
            } else if let Some(other) = all.iter().find(|other| other.name.value == old.value) {
                let problem = Problem::FormerNameInUse { what, old: old_name, name: new };
                Some((problem, Some(other.name.span)))
            } else {
                let other = seen.iter().find(|other| other.value == old.value);
                other.map(|other| (Problem::FormerNameTwice { old: old_name }, Some(other.span)))
            };
            match said {
                Some((problem, Some(also))) => context.push_conflict(problem, old.span, also),
                Some((problem, None)) => context.push(problem, old.span),
                None => {}
            }
            seen.push(old);
        }
    }
}
