//! What has another name now: who was called what before.

use std::collections::BTreeMap;

use super::facts::{Facts, Past};
use super::{Context, Report};
use crate::blueprint::Blueprint;
use crate::blueprint::keys::Cluster;
use crate::blueprint::read::{Map, Named};
use crate::blueprint::scalar::{Former, Name};
use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::problem::Problem;

/// Returns all names that something had, the oldest first, and each once: one that it had again counts where it stands last.
pub fn history<'a>(former: &'a [Name], name: &'a Name) -> Vec<&'a Name> {
    let all: Vec<&Name> = former.iter().chain([name]).collect();
    let is_last = |(at, name): &(usize, &&Name)| !all[at + 1..].contains(name);
    all.iter().enumerate().filter(is_last).map(|(_, name)| *name).collect()
}

/// Returns the name that something was made under, which AWS and Kubernetes know.
pub fn made_as<'a>(former: &'a [Name], name: &'a Name) -> &'a Name {
    former.first().unwrap_or(name)
}

/// Returns the names that a key says, the oldest first.
pub(super) fn written(key: Option<&Spanned<Former>>) -> &[Spanned<Name>] {
    key.map_or(&[], |former| &former.0)
}

/// Returns them without their places.
pub(super) fn former(key: Option<&Spanned<Former>>) -> Vec<Name> {
    written(key).iter().map(|name| name.value.clone()).collect()
}

/// What a table has to say of former names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The table; none where it may be one of several.
    pub table: Option<String>,
    /// The names, the oldest first; none: nothing.
    pub former: Vec<String>,
}

impl Renaming {
    /// Says of something that it was made under another name. Under its own, there is nothing to say.
    pub(super) fn of(table: Option<String>, first: &str, name: &Name) -> Self {
        let former = if first == name.as_str() { Vec::new() } else { vec![first.to_owned()] };
        Self { table, former }
    }
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
        .map(|Named { name, value }| Renamed {
            name,
            former: written(value.environment.renamed_from.as_ref()),
        })
        .collect();
    check_names(context, "environment", &environments);
    for target in &blueprint.environments {
        let on = target.value.clusters.iter().filter(|cluster| *cluster.value.enabled);
        let clusters: Vec<Renamed<'_>> = on
            .map(|Named { name, value }| Renamed { name, former: written(value.renamed_from.as_ref()) })
            .collect();
        check_names(context, "cluster", &clusters);
    }
    let apps = blueprint.file.apps.iter();
    let apps: Vec<Renamed<'_>> = apps
        .map(|Named { name, value }| Renamed { name, former: written(value.renamed_from.as_ref()) })
        .collect();
    check_names(context, "application", &apps);
    check_names(context, "node pool", &node_pools_of(blueprint));
    check_names(context, "add-on", &addons_of(blueprint));
}

fn node_pools_of(blueprint: &Blueprint) -> Vec<Renamed<'_>> {
    of_modules(blueprint, |keys| &keys.node_pools, |pool| (*pool.enabled, pool.renamed_from.as_ref()))
}

fn addons_of(blueprint: &Blueprint) -> Vec<Renamed<'_>> {
    of_modules(blueprint, |keys| &keys.addons, |addon| (*addon.enabled, addon.renamed_from.as_ref()))
}

/// Finds node pools and add-ons that are here still, and would be made anew, under another name in AWS and Kubernetes.
pub(super) fn check_kept(blueprint: &Blueprint, facts: &Facts, diagnostics: &mut Diagnostics) {
    let standard = &blueprint.standard;
    let pools = Kept {
        what: "node pool",
        fact: "node_pool",
        tables: "cluster.node_pools",
        known: facts.node_pools(),
    };
    pools.check(&node_pools_of(blueprint), |name| standard.node_pools.get(name).is_some(), diagnostics);
    let addons = Kept { what: "add-on", fact: "addon", tables: "cluster.addons", known: facts.addons() };
    addons.check(&addons_of(blueprint), |name| standard.addons.get(name).is_some(), diagnostics);
}

/// Things of one kind that there were, by the names that they had then.
struct Kept<'a> {
    what: &'static str,
    /// What stands before the name in the manifest.
    fact: &'static str,
    /// Where the standard has them.
    tables: &'static str,
    known: &'a BTreeMap<String, Past>,
}

impl Kept<'_> {
    fn check(&self, all: &[Renamed<'_>], is_standard: impl Fn(&str) -> bool, diagnostics: &mut Diagnostics) {
        for Renamed { name, former } in all {
            let made_as = former.first().unwrap_or(name).as_str();
            let at =
                former.last().map_or(name.span, |last| Span { start: former[0].span.start, ..last.span });
            let Some((last, past, since)) = self.last(name, former, all) else {
                if let (Some(old), false) = (former.last(), self.known.is_empty()) {
                    let (what, known) = (self.what, self.known.keys().cloned().collect());
                    let (old, name) = (old.value.to_string(), name.value.to_string());
                    diagnostics.push(Problem::RenamedFromNothing { what, old, name, known }, at);
                }
                continue;
            };
            let first = past.former.first().unwrap_or(last);
            // What never had another name may be given one after all: the run before was without a word of it.
            let is_new_word = past.former.is_empty() && last == name.as_str();
            if is_new_word || first == made_as && (last == name.as_str() || !former.is_empty()) {
                continue;
            }
            let own = (last != name.as_str()).then(|| last.clone());
            let later = since.iter().map(|name| name.value.to_string());
            let renaming = Renaming {
                table: is_standard(name.as_str()).then(|| format!("{}.{}", self.tables, name.value)),
                former: past.former.iter().cloned().chain(own).chain(later).collect(),
            };
            let (what, fact, last, first) = (self.what, self.fact, last.clone(), first.clone());
            let renaming = Box::new(renaming);
            diagnostics.push(Problem::MadeAnew { what, fact, last, first, renaming }, at);
        }
    }

    /// Returns the name under which something was generated last, what is known of it, and the names that it had since.
    fn last<'b>(
        &'b self,
        name: &'b Spanned<Name>,
        former: &'b [Spanned<Name>],
        all: &[Renamed<'_>],
    ) -> Option<(&'b String, &'b Past, &'b [Spanned<Name>])> {
        let known = |name: &str| self.known.get_key_value(name);
        if let Some((last, past)) = known(name.as_str()) {
            return Some((last, past, &[]));
        }
        let earlier = former.iter().enumerate().rev();
        let earlier = earlier.filter_map(|(at, old)| Some((known(old.as_str())?, &former[at + 1..])));
        // What has its first name again, and does not say which one it had meanwhile, would take that name from itself.
        let is_gone = |last: &str| !all.iter().any(|it| it.name.as_str() == last);
        let again = self.known.iter().filter(|(last, past)| {
            is_gone(last) && past.former.first().is_some_and(|first| first == name.as_str())
        });
        let found = earlier.chain(again.map(|known| (known, &[][..]))).next();
        found.map(|((last, past), since)| (last, past, since))
    }
}

/// What all clusters have, by name: their modules are the same, so that a name is one thing in all of them.
fn of_modules<'b, T>(
    blueprint: &'b Blueprint,
    those: fn(&'b Cluster) -> &'b Map<T>,
    key: fn(&'b T) -> (bool, Option<&'b Spanned<Former>>),
) -> Vec<Renamed<'b>> {
    let targets = blueprint.environments.iter();
    let clusters = targets.flat_map(|target| target.value.clusters.iter());
    let mut all: BTreeMap<&Name, Renamed<'b>> = BTreeMap::new();
    for named in clusters.flat_map(|cluster| those(&cluster.value).iter()) {
        let (enabled, former) = key(&named.value);
        let former = written(former);
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
                // It may have its name again.
                let is_only = former.iter().all(|old| old.value == name.value);
                is_only.then_some((Problem::RenamedToItself { name: new }, None))
            } else if let Some(other) = all.iter().find(|other| other.name.value == old.value) {
                let problem = Problem::FormerNameInUse { what, old: old_name, name: new };
                Some((problem, Some(other.name.span)))
            } else {
                let other = seen.iter().find(|other| other.value == old.value);
                other.map(|other| (Problem::FormerNameTwice { old: old_name }, Some(other.span)))
            };
            if let Some((problem, also)) = said {
                context.report(problem, old.span, also);
            }
        }
        seen.extend(*former);
    }
}
