//! What add-ons ask of each other: which they need, which come before them, which they cannot run beside.

use super::Addon;
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::diagnostic::Span;
use crate::model::Context;
use crate::problem::Problem;

/// Checks the add-ons of a cluster against each other.
pub(super) fn check(context: &mut Context<'_>, keys: &ClusterKeys, addons: &[Addon]) {
    let at = |name: &str| keys.addons.get(name).map_or(Span::default(), |wish| wish.name.span);
    // Where one names another: in its own table, if the blueprint says it there, else its name.
    let asks = |name: &str, other: &str| {
        let wish = keys.addons.get(name).map(|wish| &wish.value);
        let lists = wish.into_iter().flat_map(|wish| [&wish.needs, &wish.after]).flatten();
        let mut names = lists.flat_map(|list| list.iter());
        names.find(|known| known.as_str() == other).map_or(at(name), |known| known.span)
    };
    let is_on = |name: &str| addons.iter().any(|addon| addon.name.as_str() == name);
    for Addon { name, facts, .. } in addons {
        for need in facts.needs.iter().filter(|need| !is_on(need) && !keys.addons.is_broken(need)) {
            let off = keys.addons.get(need);
            let problem = Problem::AddonRequired {
                addon: need.clone(),
                why: format!("add-on `{name}` does not run without it"),
                switched_off: off.is_some(),
            };
            context.push(problem, off.map_or(asks(name.as_str(), need), |off| off.value.enabled.span));
        }
        for (other, why) in facts.excludes.iter().filter(|(other, _)| is_on(other)) {
            let problem =
                Problem::AddonsExclude { addon: name.to_string(), other: other.clone(), why: why.clone() };
            context.push_conflict(problem, at(name.as_str()), at(other));
        }
    }
    // Only a blueprint's own add-ons can: the catalog's order has no circle.
    let mut circles =
        addons.iter().filter_map(|Addon { name, .. }| Some((name.as_str(), circle(addons, name.as_str())?)));
    if let Some((name, other)) = circles.next() {
        let problem = Problem::AddonsInCircle { addon: name.to_owned(), other: other.clone() };
        context.push_conflict(problem, asks(name, other), asks(other, name));
    }
}

/// Returns what follows an add-on and comes before it as well.
fn circle<'a>(addons: &'a [Addon], name: &str) -> Option<&'a String> {
    let mut open: Vec<&String> = before(addons, name);
    let mut seen: Vec<&String> = Vec::new();
    while let Some(next) = open.pop() {
        if !seen.contains(&next) {
            seen.push(next);
            open.extend(before(addons, next));
        }
    }
    seen.into_iter().find(|other| before(addons, other).iter().any(|known| *known == name))
}

/// Returns the names of what comes before an add-on, whether the cluster has it or not.
fn before<'a>(addons: &'a [Addon], name: &str) -> Vec<&'a String> {
    let addon = addons.iter().find(|addon| addon.name.as_str() == name);
    addon.into_iter().flat_map(|addon| addon.facts.needs.iter().chain(&addon.facts.after)).collect()
}
