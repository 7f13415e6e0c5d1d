//! What a blueprint asks for without writing it: what no cluster can do without, the add-ons of core services, the nodes of
//! middleware.
//!
//! All become tables as if they were written, so that everything after this reads tables alone; `plinth explain` takes the same
//! tables for its lowest layers. What is written wins: an add-on keeps its own table, and stays out where that says
//! `enabled = false`.

use super::addon::{self, KARPENTER};
use super::node_pool::MIDDLEWARE;
use super::placement;
use crate::blueprint::Blueprint;
use crate::blueprint::explain::Layer;
use crate::blueprint::keys::{Addon, Cluster, Service};
use crate::blueprint::node::{Entry, Node, Table, Value};
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
        for own in target.value.clusters.all_mut() {
            complete_cluster(&mut own.value, catalog, &project);
        }
    }
    blueprint
}

/// Completes one cluster, and returns what it adds: a layer beneath all that is written.
pub(super) fn complete_cluster(keys: &mut Cluster, catalog: &Catalog, project: &str) -> Vec<Layer> {
    let mut added = Vec::new();
    let services = keys.services.iter().filter(|service| *service.value.enabled);
    let brought = services.flat_map(|service| {
        let by = format!("core service `{}`", service.name.value);
        addons(catalog, service).iter().map(move |name| (name, service.name.span, Some(by.clone())))
    });
    let required = catalog.addons.iter().filter(|(_, facts)| facts.required.is_some());
    let asked: Vec<(&String, Span, Option<String>)> =
        brought.chain(required.map(|(name, _)| (name, Span::default(), None))).collect();
    for (name, at, by) in asked {
        let is_written = keys.addons.get(name).is_some() || keys.addons.is_broken(name);
        if let Some(known) = Name::new(name).ok().filter(|_| !is_written) {
            let node = table([("enabled", Value::Boolean(true))], at);
            keys.addons.value.insert(Spanned::new(known, at), typed(&node));
            added.push(layer(by, ["addons", name], node, at));
        }
    }
    let asking = middleware(keys, catalog, project).map(|wish| wish.name.clone());
    if let Some((addon, name)) = asking.zip(Name::new(MIDDLEWARE).ok()) {
        let at = addon.span;
        let kind = Value::String(PoolKind::Karpenter.word().to_owned());
        let node = table([("kind", kind)], at);
        keys.node_pools.value.insert(Spanned::new(name, at), typed(&node));
        added.push(layer(Some(format!("add-on `{}`", addon.value)), ["node_pools", MIDDLEWARE], node, at));
    }
    added
}

/// Returns a layer that has one table.
fn layer(name: Option<String>, path: [&str; 2], node: Node, at: Span) -> Layer {
    let node = path.iter().rfold(node, |node, key| table([(*key, node.value)], at));
    Layer { name, node }
}

/// Returns a table of which all stands at one place.
fn table<const N: usize>(entries: [(&str, Value); N], at: Span) -> Node {
    let entries =
        entries.map(|(key, value)| (key.to_owned(), Entry { key: at, node: Node { value, span: at } }));
    Node { value: Value::Table(Table(entries.into())), span: at }
}

/// Returns the add-ons that a service of a kind brings; none where there is no such service.
fn addons<'c>(catalog: &'c Catalog, service: &Named<Service>) -> &'c [String] {
    let bundle = catalog.bundles.get(service.name.as_str());
    bundle.map_or(&[], |bundle| bundle.addons(*service.value.kind))
}

/// Returns the core services that bring an add-on.
pub(super) fn services<'k>(
    catalog: &'k Catalog,
    keys: &'k Cluster,
    addon: &'k str,
) -> impl Iterator<Item = &'k Named<Service>> {
    let brings = move |service: &&Named<Service>| {
        *service.value.enabled && addons(catalog, service).iter().any(|known| known == addon)
    };
    keys.services.iter().filter(brings)
}

/// Returns the add-on that asks for nodes of middleware, where Karpenter is to make them and no pool is written for it.
fn middleware<'k>(keys: &'k Cluster, catalog: &Catalog, project: &str) -> Option<&'k Named<Addon>> {
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
    placed.next()
}

/// Reads a table of this file's own.
fn typed<T: Read>(node: &Node) -> T {
    T::read(node, &mut Reader::default()).expect("a table as it is written")
}
