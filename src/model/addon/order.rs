//! What add-ons ask of each other: which they need, which come before them, which they cannot run beside.

use std::cmp::Reverse;

use super::{ARGO_CD, Addon};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::diagnostic::Span;
use crate::model::Context;
use crate::problem::Problem;

/// Returns the kinds of objects that only controllers can take away, `plural.group`, in the order in which they go before a
/// cluster's add-ons do.
///
/// What Argo CD keeps comes first, or it would make the others again. Then what stands on others comes before them: an object
/// may need what runs below its controller, as a stream does NATS.
pub fn destroy_first(addons: &[Addon]) -> Vec<String> {
    let mut order: Vec<&Addon> = addons.iter().collect();
    order.sort_by_key(|addon| (addon.name.as_str() != ARGO_CD, Reverse(height(addons, addon.name.as_str()))));
    let mut kinds: Vec<String> = Vec::new();
    for kind in order.into_iter().flat_map(|addon| &addon.facts.destroy_first) {
        if !kinds.contains(kind) {
            kinds.push(kind.clone());
        }
    }
    kinds
}

/// Returns on how many add-ons, one on the other, an add-on stands in a cluster. There is no circle.
fn height(addons: &[Addon], name: &str) -> usize {
    let is_on = |other: &&String| addons.iter().any(|addon| addon.name.as_str() == other.as_str());
    let below = before(addons, name).into_iter().filter(is_on);
    below.map(|other| height(addons, other) + 1).max().unwrap_or_default()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::scalar::Name;
    use crate::catalog::Catalog;
    use crate::hcl::value::Value;

    /// The catalog's add-ons, those of the names.
    fn addons(names: &[&str]) -> Vec<Addon> {
        let catalog = Catalog::load();
        let addon = |name: &&str| {
            let facts = catalog.addons[*name].clone();
            Addon {
                name: Name::new(name).expect("a name"),
                kind: facts.kind,
                facts,
                services: Vec::new(),
                version: String::new(),
                access: Vec::new(),
                values: Value::Object(Vec::new()),
            }
        };
        names.iter().map(addon).collect()
    }

    #[test]
    fn what_stands_on_others_goes_before_them() {
        let all: Vec<String> = Catalog::load().addons.keys().cloned().collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let kinds = destroy_first(&addons(&all));
        let at =
            |kind: &str| kinds.iter().position(|known| known == kind).unwrap_or_else(|| panic!("{kind}"));
        let order = [
            ("applications.argoproj.io", "gateways.gateway.networking.k8s.io"),
            ("applications.argoproj.io", "streams.jetstream.nats.io"),
            ("rabbitmqclusters.rabbitmq.com", "certificates.cert-manager.io"),
            ("gatewayclasses.gateway.networking.k8s.io", "targetgroupbindings.elbv2.k8s.aws"),
            ("sensors.argoproj.io", "workflows.argoproj.io"),
        ];
        for (first, then) in order {
            assert!(at(first) < at(then), "{first} goes after {then}: {kinds:?}");
        }
        let mut once = kinds.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), kinds.len(), "a kind stands there twice");
    }

    #[test]
    fn only_what_a_cluster_has_goes() {
        assert_eq!(destroy_first(&addons(&["coredns", "nats"])), Vec::<String>::new());
        assert_eq!(
            destroy_first(&addons(&["aws-load-balancer-controller", "snapshot-controller"])).last(),
            Some(&"volumesnapshots.snapshot.storage.k8s.io".to_owned())
        );
    }
}
