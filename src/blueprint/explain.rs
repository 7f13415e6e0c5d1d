//! Where a value comes from: the layers of a blueprint, asked for one key.
//!
//! It walks the same trees and lays them by the same function as reading does, so it is right for every key that there is.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::keys::{Cluster, File};
use super::node::{Entry, Node, Value};
use super::read::Read;
use super::shape::Shape;
use super::{Blueprint, effective};
use crate::diagnostic::Span;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The key's path: `["cluster", "network", "nat"]`.
    pub path: Vec<String>,
    /// Only clusters of this environment.
    pub environment: Option<String>,
    /// Only clusters of this name.
    pub cluster: Option<String>,
}

/// What holds for one key, in clusters that agree on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The key's path.
    pub path: Vec<String>,
    /// What the key means; none for one that is not plinth's.
    pub about: Option<&'static str>,
    /// `staging/main`; none where the key is not a cluster's.
    pub clusters: Vec<String>,
    /// What holds; nothing where neither the blueprint nor plinth sets it.
    pub set: Option<Setting>,
    /// What would hold without that, the nearest first.
    pub over: Vec<Setting>,
}

/// A value, and who said it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value as it is written.
    pub value: Json,
    /// The place of its key, and the layer that it belongs to: `environments.production.cluster`; none for a built-in
    /// default.
    pub at: Option<(Span, String)>,
}

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The word that is not known.
    pub word: String,
    /// What it was looked for in.
    pub within: String,
    /// Words that are known there.
    pub known: Vec<String>,
}

/// Answers for a key, or for all keys of a table, in the order of their names.
///
/// # Errors
/// [`Unknown`] for a key that no table takes, and for a name that the blueprint does not have.
pub fn explain(root: &Node, blueprint: &Blueprint, question: &Question) -> Result<Vec<Answer>, Unknown> {
    let Question { path, environment, cluster } = question;
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let (environment, cluster) = (environment.as_deref(), cluster.as_deref());
    match segments.as_slice() {
        ["cluster", key @ ..] => of_clusters(root, blueprint, environment, cluster, key),
        ["environments", name, "cluster", key @ ..] => of_clusters(root, blueprint, Some(name), cluster, key),
        ["environments", name, "clusters", cluster, key @ ..] => {
            of_clusters(root, blueprint, Some(name), Some(cluster), key)
        }
        ["environments", name, "clusters"] => of_clusters(root, blueprint, Some(name), None, &[]),
        key => {
            let stack = Stack { whose: None, layers: vec![(String::new(), root)], effective: root.clone() };
            let mut answers = answers(&File::shape(), &[stack], &[], key)?;
            if let ["environments", name @ ..] = key
                && name.len() < 2
            {
                answers.extend(of_clusters(root, blueprint, name.first().copied(), None, &[])?);
            }
            Ok(answers)
        }
    }
}

/// The layers of one thing from the lowest to the highest, and what they come to.
struct Stack<'n> {
    whose: Option<String>,
    layers: Vec<(String, &'n Node)>,
    effective: Node,
}

fn of_clusters(
    root: &Node,
    blueprint: &Blueprint,
    environment: Option<&str>,
    cluster: Option<&str>,
    key: &[&str],
) -> Result<Vec<Answer>, Unknown> {
    let unknown = |word: &str, within: &str, mut known: Vec<String>| {
        known.sort();
        known.dedup();
        Err(Unknown { word: word.to_owned(), within: within.to_owned(), known })
    };
    if let Some(name) = environment.filter(|name| blueprint.environments.get(name).is_none()) {
        return unknown(name, "environments", blueprint.environments.names());
    }
    let mut stacks = Vec::new();
    let mut names = Vec::new();
    for target in
        blueprint.environments.iter().filter(|t| environment.is_none_or(|name| t.name.as_str() == name))
    {
        names.extend(target.value.clusters.names());
        for own in
            target.value.clusters.iter().filter(|own| cluster.is_none_or(|name| own.name.as_str() == name))
        {
            stacks.push(stack(root, target.name.as_str(), own.name.as_str()));
        }
    }
    match cluster {
        Some(name) if stacks.is_empty() => unknown(name, "clusters", names),
        _ => answers(&Cluster::shape(), &stacks, &["cluster"], key),
    }
}

fn stack<'n>(root: &'n Node, environment: &str, cluster: &str) -> Stack<'n> {
    let own = root.get("environments").and_then(|all| all.get(environment));
    let layers = [
        ("cluster".to_owned(), root.get("cluster")),
        (format!("environments.{environment}.cluster"), own.and_then(|own| own.get("cluster"))),
        (
            format!("environments.{environment}.clusters.{cluster}"),
            own.and_then(|own| own.get("clusters")?.get(cluster)),
        ),
    ];
    let layers: Vec<(String, &Node)> =
        layers.into_iter().filter_map(|(name, layer)| Some((name, layer?))).collect();
    let effective = effective(layers.iter().map(|(_, layer)| *layer));
    Stack { whose: Some(format!("{environment}/{cluster}")), layers, effective }
}

/// Answers for a key, of a shape, that stands in each of the stacks.
fn answers(
    shape: &Shape,
    stacks: &[Stack<'_>],
    prefix: &[&str],
    key: &[&str],
) -> Result<Vec<Answer>, Unknown> {
    check(shape, stacks, prefix, key)?;
    let mut answers: Vec<Answer> = Vec::new();
    for leaf in leaves(shape, stacks, key) {
        let path: Vec<String> = prefix.iter().map(ToString::to_string).chain(leaf.iter().cloned()).collect();
        let first = answers.len();
        let about = leaf.split_last().and_then(|(name, table)| shape.at(table)?.about(name));
        for stack in stacks {
            let (set, over) = settings(shape, stack, &leaf);
            let same = answers[first..].iter_mut().find(|answer| answer.set == set && answer.over == over);
            match same {
                Some(same) => same.clusters.extend(stack.whose.clone()),
                None => answers.push(Answer {
                    path: path.clone(),
                    about,
                    clusters: stack.whose.iter().cloned().collect(),
                    set,
                    over,
                }),
            }
        }
    }
    Ok(answers)
}

/// Refuses a path that leads nowhere.
fn check(shape: &Shape, stacks: &[Stack<'_>], prefix: &[&str], key: &[&str]) -> Result<(), Unknown> {
    let mut shape = shape.clone();
    for (at, name) in key.iter().enumerate() {
        let known: BTreeSet<String> = match &shape {
            Shape::Named(_) => {
                let layers = stacks.iter().flat_map(|stack| &stack.layers);
                layers.filter_map(|(_, layer)| find(layer, &key[..at])).flat_map(names).collect()
            }
            shape => shape.keys().into_iter().map(str::to_owned).collect(),
        };
        let is_known = known.contains(*name);
        let Some(inner) = shape.key(name).filter(|_| is_known || shape.is_open()) else {
            let within: Vec<&str> = prefix.iter().chain(&key[..at]).copied().collect();
            let known = known.into_iter().collect();
            return Err(Unknown { word: (*name).to_owned(), within: within.join("."), known });
        };
        shape = inner;
    }
    Ok(())
}

/// Every key at or below a path that has a value in one of the stacks; the path itself where there is none.
fn leaves(shape: &Shape, stacks: &[Stack<'_>], key: &[&str]) -> Vec<Vec<String>> {
    let own = shape.at(key);
    if own.as_ref().is_some_and(Shape::is_layered) {
        // What a layer says does not hold by itself: its clusters are asked.
        return Vec::new();
    }
    let written = stacks.iter().filter_map(|stack| find(&stack.effective, key));
    let (mut below, mut is_value) = (BTreeSet::new(), false);
    for node in written {
        below.extend(names(node));
        is_value |= !matches!(node.value, Value::Table(_));
    }
    if let Some(own) = own.filter(|_| !is_value) {
        below.extend(own.defaults().into_iter().map(str::to_owned));
    }
    if is_value || below.is_empty() {
        return vec![key.iter().map(ToString::to_string).collect()];
    }
    below.iter().flat_map(|name| leaves(shape, stacks, &[key, &[name.as_str()]].concat())).collect()
}

/// Returns what holds for a key, and what would hold without that.
fn settings(shape: &Shape, stack: &Stack<'_>, key: &[String]) -> (Option<Setting>, Vec<Setting>) {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let holds = entry(&stack.effective, &key).map(|entry| entry.key);
    let mut said: Vec<Setting> = Vec::new();
    for (layer, node) in stack.layers.iter().rev() {
        if let Some(entry) = entry(node, &key) {
            said.push(Setting { value: entry.node.to_json(), at: Some((entry.key, layer.clone())) });
        }
    }
    let default = key.split_last().and_then(|(name, table)| shape.at(table)?.default(name));
    said.extend(default.map(|value| Setting { value, at: None }));
    // A layer that makes another thing of a table takes nothing from below; then what is below does not hold.
    let set = said.iter().position(|setting| match (&setting.at, holds) {
        (Some((at, _)), Some(key)) => *at == key,
        (None, None) => true,
        _ => false,
    });
    match set {
        Some(at) => (Some(said.remove(at)), said),
        None => (None, said),
    }
}

fn entry<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Entry> {
    let (name, path) = path.split_last()?;
    match &find(node, path)?.value {
        Value::Table(table) => table.0.get(*name),
        _ => None,
    }
}

fn find<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, name| node.get(name))
}

fn names(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Table(table) => table.0.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
