//! Text → [`Blueprint`]: what was written, typed, every value with the place that decided it.
//!
//! [`node`] parses TOML into a tree with spans, [`read`] turns tables into structs, [`keys`] lists
//! every key there is, [`scalar`] and [`pattern`] are the strings with rules. Nothing is decided
//! here beyond precedence: what a value means, and whether it can work, is `model`'s.

pub mod keys;
pub mod node;
pub mod pattern;
pub mod read;
pub mod scalar;

use crate::diagnostic::{Diagnostics, Source, Spanned};
use crate::problem::Problem;

use keys::{Cluster, Environment, File};
use node::{Node, merge};
use read::{Map, Named, Read, Reader};
use scalar::Name;

/// The format that this release reads.
pub const FORMAT: u32 = 1;

/// The cluster that every environment has.
pub const MAIN: &str = "main";

/// A blueprint as written.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// The file's tables.
    pub file: File,
    /// The standard alone: `[cluster]` over the built-in defaults.
    pub standard: Cluster,
    /// Environments with their clusters.
    pub environments: Map<Target>,
}

/// An environment and its clusters, each with precedence applied.
#[derive(Debug, Clone)]
pub struct Target {
    /// The environment's own keys.
    pub environment: Environment,
    /// Clusters by name, as they are after all layers are laid over each other; `main` is always among them.
    pub clusters: Map<Cluster>,
}

/// Reads a blueprint.
///
/// Returns what could be read even where something is wrong, so that later stages can look for
/// further mistakes; nothing at all when `[project]` or the file's shape is broken.
pub fn read(source: &Source) -> (Option<Blueprint>, Diagnostics) {
    let mut reader = Reader::default();
    let root = node::parse(source, &mut reader.diagnostics);
    if reader.diagnostics.has_errors() {
        // Half a table looks like missing keys: report the syntax alone.
        return (None, reader.diagnostics);
    }
    if let Some(format) = newer_format(&root) {
        let mut only = Diagnostics::default();
        only.push(Problem::NewerFormat { format: format.value, known: FORMAT }, format.span);
        return (None, only);
    }
    read_layers(&root, &mut reader);
    let blueprint = File::read(&root, &mut reader).and_then(|file| layer(file, &mut reader));
    (blueprint, reader.diagnostics)
}

/// A newer format has keys that look like mistakes to this release, so it is looked at first.
fn newer_format(root: &Node) -> Option<Spanned<i64>> {
    let node::Value::Table(table) = &root.value else {
        return None;
    };
    let format = &table.0.get("format")?.node;
    match format.value {
        node::Value::Integer(number) if number != i64::from(FORMAT) => {
            Some(Spanned::new(number, format.span))
        }
        _ => None,
    }
}

/// Reads each layer of a cluster by itself, for its mistakes: they count also where a later layer replaces what is
/// wrong, and where the environment around it cannot be read.
fn read_layers(root: &Node, reader: &mut Reader) {
    let named = |node: &Node, key: &str| match &node.value {
        node::Value::Table(table) => table.0.get(key).map(|entry| entry.node.clone()),
        _ => None,
    };
    let all = |node: Option<Node>| match node.map(|node| node.value) {
        Some(node::Value::Table(table)) => table.0.into_values().map(|entry| entry.node).collect(),
        _ => Vec::new(),
    };
    let mut layers: Vec<Node> = named(root, "cluster").into_iter().collect();
    for environment in all(named(root, "environments")) {
        layers.extend(named(&environment, "cluster"));
        layers.extend(all(named(&environment, "clusters")));
    }
    for layer in layers {
        Cluster::read(&layer, reader);
    }
}

/// Applies precedence: `[cluster]` < `environments.E.cluster` < `environments.E.clusters.C`.
fn layer(file: File, reader: &mut Reader) -> Option<Blueprint> {
    let empty = Node::empty();
    let written = file.cluster.as_ref().map_or(&empty, |layer| &layer.value);
    let standard = Cluster::read(written, reader);
    let mut environments = Vec::new();
    for Named { name, value } in file.environments.iter() {
        let environment = value.clone();
        let own = environment.cluster.as_ref().map_or(&empty, |layer| &layer.value);
        let shared = merge(written, own);
        let main = Named { name: Spanned::new(Name::new(MAIN).ok()?, name.span), value: empty.clone() };
        let mut layers: Vec<&Named<Node>> = environment.clusters.iter().collect();
        if environment.clusters.get(MAIN).is_none() && !environment.clusters.is_broken(MAIN) {
            layers.push(&main);
        }
        layers.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let (mut clusters, mut broken) = (Vec::new(), Vec::new());
        for layer in layers {
            match Cluster::read(&merge(&shared, &layer.value), reader) {
                Some(cluster) => clusters.push(Named { name: layer.name.clone(), value: cluster }),
                None => broken.push(layer.name.to_string()),
            }
        }
        let clusters = Map::new(clusters, broken);
        environments.push(Named { name: name.clone(), value: Target { environment, clusters } });
    }
    let broken = file.environments.broken().to_vec();
    Some(Blueprint { file, standard: standard?, environments: Map::new(environments, broken) })
}
