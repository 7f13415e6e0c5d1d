//! Text → [`Blueprint`]: what was written, typed, every value with the place that decided it.
//!
//! [`mod@node`] parses TOML into a tree with spans, [`mod@include`] joins several files, [`mod@read`] turns tables into
//! structs, [`keys`] lists every key there is, [`scalar`], [`number`], [`quantity`] and [`pattern`] are values with rules;
//! [`usual`] is what holds without a key, [`shape`] and [`schema`](mod@schema) say all of that to editors and documents,
//! [`explain`](mod@explain) where a value comes from, [`migrate`](mod@migrate) moves older text forward, [`lock`](mod@lock) is
//! the file of versions beside it, [`existing`](mod@existing) what AWS says of clusters that exist already. Nothing is decided
//! here beyond precedence: what a value means, and whether it can work, is `model`'s.

pub mod cron;
pub mod existing;
pub mod explain;
pub mod include;
pub mod keys;
pub mod lock;
pub mod migrate;
pub mod node;
pub mod number;
pub mod pattern;
pub mod quantity;
pub mod read;
pub mod scalar;
pub mod schema;
pub mod shape;
pub mod usual;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostics, Source, Sources, Span, Spanned};
use crate::problem::Problem;

use existing::Existing;
use include::Find;
use keys::{Cluster, Environment, File, Layer};
use lock::Lock;
use node::{Node, Value, merge};
use read::{Map, Named, Read, Reader};
use scalar::{FilePath, Glob, IpFamily, Name};

/// The format that this release reads.
pub const FORMAT: u32 = 1;

/// The cluster that every environment has.
pub const MAIN: &str = "main";

/// Names a place as applications do: `production/eu`, and `production` for its `main`.
pub fn place(environment: &str, cluster: &str) -> String {
    if cluster == MAIN { environment.to_owned() } else { format!("{environment}/{cluster}") }
}

/// Returns the environment and the cluster that an application names so.
pub fn place_of(named: &str) -> (&str, &str) {
    named.split_once('/').unwrap_or((named, MAIN))
}

/// A blueprint as written.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// The file's tables.
    pub file: File,
    /// The standard alone: `[cluster]` over the built-in defaults.
    pub standard: Cluster,
    /// Environments with their clusters.
    pub environments: Map<Target>,
    /// The versions of EKS add-ons, from the file beside it.
    pub lock: Lock,
    /// What AWS says of clusters that exist already, by the file that holds it.
    pub existing: BTreeMap<FilePath, Existing>,
}

impl Blueprint {
    /// Returns what holds for a cluster, all layers laid over each other.
    pub fn cluster(&self, environment: &str, cluster: &str) -> Option<&Named<Cluster>> {
        self.environments.get(environment)?.value.clusters.get(cluster)
    }
}

/// An environment and its clusters, each with precedence applied.
#[derive(Debug, Clone)]
pub struct Target {
    /// The environment's own keys.
    pub environment: Environment,
    /// Clusters by name, as they are after all layers are laid over each other; `main` is always among them.
    pub clusters: Map<Cluster>,
}

/// What was read, and where it stands.
#[derive(Debug)]
pub struct Reading {
    /// Its files.
    pub sources: Sources,
    /// All of it as one table of TOML.
    pub root: Node,
    /// The blueprint as far as it could be read, also where something is wrong, so that later stages can look for
    /// further mistakes; nothing at all when `[project]` or the file's shape is broken.
    pub blueprint: Option<Blueprint>,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
}

/// Reads a blueprint and the files that it includes.
pub fn read(main: Source, find: &Find<'_>) -> Reading {
    let mut sources = Sources::new(main);
    let mut reader = Reader::default();
    let mut root = node::parse(sources.main(), 0, &mut reader.diagnostics);
    let mut blueprint = None;
    if let Some(format) = other_format(&root).filter(|_| !reader.diagnostics.has_errors()) {
        reader.diagnostics.push(Problem::UnknownFormat { format: format.value, known: FORMAT }, format.span);
    } else {
        include::join(&mut sources, &mut root, find, &mut reader);
        // Half a table looks like missing keys: what is wrong with the files is reported alone.
        if !reader.diagnostics.has_errors() {
            let lock = lock(&mut sources, find, &mut reader.diagnostics);
            blueprint = typed(&root, lock, &mut reader);
            if let Some(blueprint) = &mut blueprint {
                blueprint.existing = existing(&mut sources, blueprint, find, &mut reader.diagnostics);
            }
        }
    }
    Reading { sources, root, blueprint, diagnostics: reader.diagnostics }
}

/// Reads the lock, where there is one.
fn lock(sources: &mut Sources, find: &Find<'_>, diagnostics: &mut Diagnostics) -> Lock {
    match find(&Glob::file(lock::FILE)) {
        Ok(found) => found.into_iter().next().map_or_else(Lock::default, |source| {
            let base = sources.add(source.clone());
            Lock::read(&source, base, diagnostics)
        }),
        Err(error) => {
            let path = sources.main().path.as_str();
            let path = path
                .rsplit_once('/')
                .map_or_else(|| lock::FILE.to_owned(), |(folder, _)| format!("{folder}/{}", lock::FILE));
            let base = sources.add(Source { path, text: String::new() });
            let start = Span { start: base, end: base };
            diagnostics.push(Problem::LockUnreadable { why: error.to_string() }, start);
            Lock::default()
        }
    }
}

/// Reads what AWS says of the clusters that are to come under the blueprint, each file once.
fn existing(
    sources: &mut Sources,
    blueprint: &Blueprint,
    find: &Find<'_>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<FilePath, Existing> {
    let clusters = blueprint.environments.iter().flat_map(|target| target.value.clusters.iter());
    let mut seen: BTreeMap<&FilePath, Option<Existing>> = BTreeMap::new();
    for import in clusters.filter_map(|cluster| cluster.value.import.as_ref()) {
        seen.entry(&import.value).or_insert_with(|| {
            let unreadable = |why| Problem::ImportUnreadable { file: import.to_string(), why };
            let source = match find(&import.glob()) {
                Ok(found) => found.into_iter().next().ok_or_else(|| unreadable(None)),
                Err(error) => Err(unreadable(Some(error.to_string()))),
            };
            let source = source.map_err(|problem| diagnostics.push(problem, import.span)).ok()?;
            let base = sources.add(source.clone());
            Existing::read(&source, base, diagnostics)
        });
    }
    seen.into_iter().filter_map(|(file, existing)| Some((file.clone(), existing?))).collect()
}

fn typed(root: &Node, lock: Lock, reader: &mut Reader) -> Option<Blueprint> {
    for layer in layers(root) {
        Cluster::read(layer, reader);
    }
    let file = File::read(root, reader);
    if let Some(file) = file.as_ref().filter(|file| file.environments.is_empty()) {
        reader.diagnostics.push(Problem::NoEnvironment, file.environments.span);
    }
    file.and_then(|file| layer(file, lock))
}

/// Another format has keys that look like mistakes to this release, so it is looked at first.
fn other_format(root: &Node) -> Option<Spanned<i64>> {
    let format = root.get("format")?;
    match format.value {
        node::Value::Integer(number) if number != i64::from(FORMAT) => {
            Some(Spanned::new(number, format.span))
        }
        _ => None,
    }
}

/// Finds every table that says what clusters have.
///
/// Each is read by itself: a mistake counts even where a later layer replaces it, or where the rest of the file
/// is so wrong that no cluster comes out.
fn layers(root: &Node) -> Vec<&Node> {
    let mut layers: Vec<&Node> = root.get("cluster").into_iter().collect();
    for environment in root.get("environments").into_iter().flat_map(Node::children) {
        layers.extend(environment.get("cluster"));
        // What is no table is told where the environment is read, with its name.
        let clusters = environment.get("clusters").into_iter().flat_map(Node::children);
        layers.extend(clusters.filter(|layer| matches!(layer.value, Value::Table(_))));
    }
    layers
}

/// Keys of a network that say what one VPC is, or what plinth makes in its own.
const OF_ONE_VPC: [&str; 10] = [
    "cidr",
    "zones",
    "nat",
    "subnets",
    "endpoints",
    "pod_cidr",
    "private_subnets",
    "public_subnets",
    "pod_subnets",
    "security_groups",
];

/// Keys of a network that are for one IP family.
const OF_ONE_FAMILY: [&str; 2] = ["pod_cidr", "service_cidr"];

/// Lays one layer of a cluster over another: tables merge, lists and scalars replace.
///
/// No layer can take a key away, so what does not fit any more is left behind where a layer makes another thing of a
/// table: all of a node pool of another `kind`; of a network with another `vpc_id`, what belonged to the other VPC or is
/// for a VPC that plinth makes; of one with another `ip_family`, the ranges of pods and Services.
fn lay(base: &Node, over: &Node) -> Node {
    let mut base = base.clone();
    let text = |table: Option<&Node>, key: &str| table?.get(key)?.as_str().map(str::to_owned);
    if let (Some(below), Some(Value::Table(above))) =
        (base.get_mut("node_pools"), over.get("node_pools").map(|pools| &pools.value))
    {
        for (pool, entry) in &above.0 {
            let (old, new) = (text(below.get(pool), "kind"), text(Some(&entry.node), "kind"));
            if old.is_some() && new.is_some() && old != new {
                below.remove(pool);
            }
        }
    }
    if let (Some(below), Some(above)) = (base.get_mut("network"), over.get("network")) {
        let vpc = |network: &Node| text(Some(network), "vpc_id");
        let family = |network: &Node| text(Some(network), "ip_family");
        let of_default = || IpFamily::Ipv4.word().to_owned();
        let other_vpc = vpc(above).is_some() && vpc(above) != vpc(below);
        let other_family = family(above).is_some_and(|own| own != family(below).unwrap_or_else(of_default));
        for key in other_vpc.then_some(OF_ONE_VPC).into_iter().flatten() {
            below.remove(key);
        }
        for key in other_family.then_some(OF_ONE_FAMILY).into_iter().flatten() {
            below.remove(key);
        }
    }
    merge(&base, over)
}

/// Lays layers over each other, the lowest first.
fn effective<'n>(layers: impl IntoIterator<Item = &'n Node>) -> Node {
    layers.into_iter().fold(Node::empty(), |below, layer| lay(&below, layer))
}

/// Applies precedence: `[cluster]` < `environments.E.cluster` < `environments.E.clusters.C`.
fn layer(file: File, lock: Lock) -> Option<Blueprint> {
    let empty = Node::empty();
    // What the layers hold has been read, and what is wrong with it said.
    let mut silent = Reader::default();
    let written = file.cluster.as_ref().map_or(&empty, |layer| &layer.value.0);
    let standard = Cluster::read(written, &mut silent)?;
    let mut environments = Vec::new();
    for Named { name, value } in file.environments.iter() {
        let environment = value.clone();
        let shared = environment.cluster.as_ref().map_or(&empty, |layer| &layer.value.0);
        let main =
            Named { name: Spanned::new(Name::new(MAIN).ok()?, name.span), value: Layer(empty.clone()) };
        let mut layers: Vec<&Named<Layer>> = environment.clusters.iter().collect();
        if environment.clusters.get(MAIN).is_none() && !environment.clusters.is_broken(MAIN) {
            layers.push(&main);
        }
        layers.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let (mut clusters, mut broken) = (Vec::new(), environment.clusters.broken().to_vec());
        for layer in layers {
            match Cluster::read(&effective([written, shared, &layer.value.0]), &mut silent) {
                Some(cluster) => clusters.push(Named { name: layer.name.clone(), value: cluster }),
                None => broken.push(layer.name.to_string()),
            }
        }
        let clusters = Map::new(clusters, broken);
        environments.push(Named { name: name.clone(), value: Target { environment, clusters } });
    }
    let broken = file.environments.broken().to_vec();
    let environments = Map::new(environments, broken);
    Some(Blueprint { file, standard, environments, lock, existing: BTreeMap::new() })
}
