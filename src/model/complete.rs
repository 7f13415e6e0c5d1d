//! What a blueprint asks for without writing it: what no cluster can do without, the add-ons of core services, the nodes of
//! middleware.
//!
//! All become tables as if they were written, so that everything after this reads tables alone. What is written wins: an add-on
//! keeps its own table, and stays out where that says `enabled = false`.

use super::addon::{self, KARPENTER};
use super::node_pool::MIDDLEWARE;
use super::placement;
use crate::blueprint::Blueprint;
use crate::blueprint::keys::{Cluster, NodePool, Service};
use crate::blueprint::node::Node;
use crate::blueprint::read::{Named, Read, Reader};
use crate::blueprint::scalar::{Name, PoolKind};
use crate::catalog::Catalog;
use crate::diagnostic::{Span, Spanned};

/// Completes the standard, and every cluster.
pub(super) fn complete(blueprint: &Blueprint, catalog: &Catalog) -> Blueprint {
    let mut blueprint = blueprint.clone();
    let project = blueprint.file.project.name.to_string();
    complete_cluster(&mut blueprint.standard, catalog, &project);
    for target in blueprint.environments.all_mut() {
        target
            .value
            .clusters
            .all_mut()
            .iter_mut()
            .for_each(|own| complete_cluster(&mut own.value, catalog, &project));
    }
    blueprint
}

fn complete_cluster(keys: &mut Cluster, catalog: &Catalog, project: &str) {
    let services = keys.services.iter().filter(|service| *service.value.enabled);
    let brought =
        services.flat_map(|service| addons(catalog, service).iter().map(|name| (name, service.name.span)));
    let required = catalog.addons.iter().filter(|(_, facts)| facts.required.is_some());
    let asked: Vec<(&String, Span)> =
        brought.chain(required.map(|(name, _)| (name, Span::default()))).collect();
    for (name, at) in asked {
        let is_written = keys.addons.get(name).is_some() || keys.addons.is_broken(name);
        if let Some(name) = Name::new(name).ok().filter(|_| !is_written) {
            keys.addons.value.insert(Spanned::new(name, at), empty());
        }
    }
    if let Some(at) = middleware(keys, catalog, project)
        && let Ok(name) = Name::new(MIDDLEWARE)
    {
        let kind = Some(Spanned::new(PoolKind::Karpenter, at));
        keys.node_pools.value.insert(Spanned::new(name, at), NodePool { kind, ..empty() });
    }
}

/// Returns the add-ons that a service of a kind brings; none where there is no such service.
fn addons<'c>(catalog: &'c Catalog, service: &Named<Service>) -> &'c [String] {
    let bundle = catalog.bundles.get(service.name.as_str());
    bundle.map_or(&[], |bundle| bundle.addons(*service.value.kind))
}

/// Returns the core services that bring an add-on.
pub fn services<'k>(
    catalog: &'k Catalog,
    keys: &'k Cluster,
    addon: &'k str,
) -> impl Iterator<Item = &'k Named<Service>> {
    let brings = move |service: &&Named<Service>| {
        *service.value.enabled && addons(catalog, service).iter().any(|known| known == addon)
    };
    keys.services.iter().filter(brings)
}

/// Returns where the add-on is written that asks for nodes of middleware, where Karpenter is to make them and no pool is
/// written for it.
fn middleware(keys: &Cluster, catalog: &Catalog, project: &str) -> Option<Span> {
    let is_on = |name: &str| keys.addons.get(name).is_some_and(|addon| *addon.value.enabled);
    let is_written = keys.node_pools.get(MIDDLEWARE).is_some() || keys.node_pools.is_broken(MIDDLEWARE);
    if is_written || !is_on(KARPENTER) {
        return None;
    }
    let mut placed = keys.addons.iter().filter(|wish| *wish.value.enabled).filter(|wish| {
        addon::facts(catalog, project, wish).is_some_and(|facts| {
            let values = placement::values(&facts).merged(addon::wished(&facts, wish.name.as_str(), keys));
            placement::selects(&facts, &values, MIDDLEWARE)
        })
    });
    placed.next().map(|wish| wish.name.span)
}

/// Returns a table in which nothing is written.
fn empty<T: Read>() -> T {
    T::read(&Node::empty(), &mut Reader::default()).expect("a table without required keys")
}
