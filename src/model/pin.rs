//! Which versions of EKS add-ons are pinned, and which are not.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::environment::Environment;
use super::settings::Fleet;
use crate::catalog::AddonKind;
use crate::diagnostic::Span;
use crate::problem::Problem;

/// Refuses names in the lock that nothing takes, and says which versions a plan will choose.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment], fleet: &Fleet) {
    let (blueprint, catalog) = (context.blueprint, context.catalog);
    let is_eks = |name: &str| catalog.addons.get(name).is_some_and(|facts| facts.kind == AddonKind::EksAddon);
    let known: Vec<String> = catalog.addons.keys().filter(|name| is_eks(name)).cloned().collect();
    for name in blueprint.lock.names().filter(|name| !is_eks(name.value)) {
        let problem = Problem::UnknownLockedAddon { name: name.value.to_owned(), known: known.clone() };
        context.push(problem, name.span);
    }
    let mut missing: BTreeMap<u32, (String, BTreeSet<String>)> = BTreeMap::new();
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        let kubernetes = &cluster.settings.kubernetes_version;
        for addon in &cluster.settings.addons {
            if addon.kind == AddonKind::EksAddon && addon.version.is_empty() {
                let (_, names) = missing
                    .entry(kubernetes.minor())
                    .or_insert_with(|| (kubernetes.to_string(), BTreeSet::new()));
                names.insert(addon.name.to_string());
            }
        }
    }
    if missing.is_empty() {
        return;
    }
    let problem = if blueprint.lock.is_empty() {
        let addons = fleet.eks_addons.iter().map(|addon| addon.standard.name.to_string()).collect();
        Problem::AddonVersionsUnpinned { addons }
    } else {
        let missing = missing.into_values().map(|(minor, names)| (minor, names.into_iter().collect()));
        Problem::LockLacks { missing: missing.collect() }
    };
    context.push(problem, Span::default());
}
