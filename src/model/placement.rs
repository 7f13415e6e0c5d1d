//! Where the pods of an add-on run: the values that bring them there, and what a blueprint's values must leave alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Context;
use super::addon::Addon;
use super::node_pool::{CORE_TAINT, MIDDLEWARE, NODE_TYPE};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::node::{Node, Value as Written};
use crate::catalog::{self, Placement};
use crate::hcl::value::Value;
use crate::problem::Problem;

/// Returns the catalog's values of an add-on, with those that bring its pods to their nodes.
pub fn values(facts: &catalog::Addon) -> Value {
    let values = Value::from_catalog(&Json::Object(facts.values.clone()));
    let layer = layer(facts, |pods| facts.placement_of(pods));
    // Twice: below, so that it stands first, and above, since lists replace each other.
    layer.clone().merged(values).merged(layer)
}

/// Returns the values that bring the pods of an add-on to the nodes of a placement.
fn layer(facts: &catalog::Addon, placement: impl Fn(&catalog::Pods) -> Placement) -> Value {
    let values = Value::from_catalog(&Json::Object(facts.values.clone()));
    let mut layer = Value::Object(Vec::new());
    for pods in &facts.pods {
        let placement = placement(pods);
        let (Some(selector), Some(tolerations), Some(toleration)) =
            (&pods.selector, pods.tolerations(), toleration(placement))
        else {
            continue;
        };
        let mut tolerated = vec![toleration];
        if let Some(Value::List(own)) = values.at(&tolerations) {
            tolerated.extend(own.iter().cloned());
        }
        let node_type = object(&[(NODE_TYPE, placement.word())]);
        layer =
            layer.merged(nested(selector, node_type)).merged(nested(&tolerations, Value::List(tolerated)));
    }
    layer
}

/// Returns what pods tolerate to run on the nodes of a placement; nothing where those have no taint of their own.
fn toleration(placement: Placement) -> Option<Value> {
    match placement {
        Placement::Core => Some(object(&[("key", CORE_TAINT), ("operator", "Exists")])),
        Placement::Middleware => Some(object(&[
            ("key", NODE_TYPE),
            ("operator", "Equal"),
            ("value", MIDDLEWARE),
            ("effect", "NoSchedule"),
        ])),
        Placement::Everywhere => None,
    }
}

fn object(entries: &[(&str, &str)]) -> Value {
    Value::Object(entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())
}

/// Puts a value under a path of keys.
fn nested(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |value, key| Value::Object(vec![(key.to_owned(), value)]))
}

/// Checks the values that a cluster sets for its add-ons. `node_types` are the values of that label on its nodes.
pub(super) fn check(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    addons: &[Addon],
    node_types: &BTreeSet<String>,
) {
    for addon in addons {
        let written = keys.addons.get(addon.name.as_str()).and_then(|wish| wish.value.values.as_ref());
        let Some(written) = written else { continue };
        let mut check = Check { context, addon: addon.name.as_str(), facts: &addon.facts, node_types };
        check.table(&addon.facts.values, written, "");
        check.placements(written);
    }
}

struct Check<'a, 'c> {
    context: &'a mut Context<'c>,
    addon: &'a str,
    facts: &'a catalog::Addon,
    node_types: &'a BTreeSet<String>,
}

impl Check<'_, '_> {
    /// Compares a table of the catalog's with what is laid over it.
    fn table(&mut self, known: &serde_json::Map<String, Json>, over: &Node, path: &str) {
        for (key, known) in known {
            let Some(over) = over.get(key) else { continue };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match known {
                Json::Object(known) if matches!(over.value, Written::Table(_)) => {
                    self.table(known, over, &path);
                }
                _ if self.is_settled(known, &path) && over.to_json() != *known => {
                    let problem = Problem::SettledValue { addon: self.addon.to_owned(), key: path };
                    self.context.push(problem, over.span);
                }
                _ => {}
            }
        }
    }

    /// Whether a value is not for the blueprint: it comes from the cluster, or an IAM role is bound to it.
    fn is_settled(&self, known: &Json, path: &str) -> bool {
        match known {
            Json::String(text) => {
                let is_account = path == "serviceAccount.name" && self.facts.service_account.is_some();
                text.starts_with('=') || is_account
            }
            Json::Object(entries) => {
                entries.iter().any(|(key, known)| self.is_settled(known, &format!("{path}.{key}")))
            }
            _ => false,
        }
    }

    /// Looks at each key that says where pods run, once.
    fn placements(&mut self, written: &Node) {
        let facts = self.facts;
        let placed = facts.pods.iter().filter(|pods| toleration(facts.placement_of(pods)).is_some());
        let keys: BTreeMap<&String, (Option<String>, Placement)> = placed
            .filter_map(|pods| {
                Some((pods.selector.as_ref()?, (pods.tolerations(), facts.placement_of(pods))))
            })
            .collect();
        for (selector, (tolerations, placement)) in keys {
            let tolerations = tolerations.and_then(|key| at(written, &key));
            self.placement(at(written, selector), tolerations, placement);
        }
    }

    /// Pods that look for tainted nodes must tolerate the taint, and nodes that they look for must be there.
    fn placement(&mut self, selector: Option<&Node>, tolerations: Option<&Node>, placement: Placement) {
        let node_type = selector.and_then(|selector| selector.get(NODE_TYPE));
        let wanted = node_type.and_then(Node::as_str).unwrap_or(placement.word());
        if let Some(node_type) = node_type.filter(|_| !self.node_types.contains(wanted)) {
            let (addon, value) = (self.addon.to_owned(), wanted.to_owned());
            let known = self.node_types.iter().cloned().collect();
            self.context.push(Problem::UnknownNodeType { addon, value, known }, node_type.span);
        }
        let Some(tolerations) = tolerations.filter(|_| wanted == Placement::Core.word()) else { return };
        let Written::Array(items) = &tolerations.value else { return };
        if !items.iter().any(tolerates_core) {
            let addon = self.addon.to_owned();
            self.context.push(Problem::CoreNotTolerated { addon }, tolerations.span);
        }
    }
}

fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, Node::get)
}

/// Whether a toleration is one of core's taint (Kubernetes, "Taints and Tolerations", read 2026-11).
fn tolerates_core(toleration: &Node) -> bool {
    let text = |key: &str| toleration.get(key).and_then(Node::as_str);
    let is_key = text("key").map_or(text("operator") == Some("Exists"), |key| key == CORE_TAINT);
    let is_value = text("operator") == Some("Exists") || text("value") == Some("true");
    is_key && is_value && text("effect").is_none_or(|effect| effect == "NoSchedule")
}
