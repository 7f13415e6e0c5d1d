//! Where the pods of an add-on run: the values that bring them there, and what a blueprint's values must leave alone.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Context;
use super::addon::Addon;
use super::node_pool::{CORE_TAINT, MIDDLEWARE, NODE_TYPE};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::node::{Node, Value as Written};
use crate::blueprint::scalar::Placement;
use crate::catalog::{self, Workload};
use crate::hcl::value::Value;
use crate::problem::{Problem, nearest};

/// Returns the catalog's values of an add-on, with those that bring its pods to their nodes.
pub fn values(facts: &catalog::Addon) -> Value {
    let values = Value::from_catalog(&facts.values);
    let layer = layer(facts, &values, |pods| facts.placement_of(pods));
    // Twice: below, so that it stands first, and above, since lists replace each other.
    layer.clone().merged(values).merged(layer)
}

/// Returns the values that bring all pods of an add-on but those of DaemonSets to other nodes than the catalog's.
pub(super) fn moved(facts: &catalog::Addon, to: Placement) -> Value {
    layer(facts, &Value::from_catalog(&facts.values), |pods| {
        let stays = pods.kind == Workload::DaemonSet || facts.placement_of(pods) == to;
        if stays { Placement::Everywhere } else { to }
    })
}

/// Whether values send any pods of an add-on to the nodes of a type.
pub(super) fn selects(facts: &catalog::Addon, values: &Value, node_type: &str) -> bool {
    let mut selectors = facts.pods.iter().filter_map(|pods| pods.selector.as_ref());
    selectors.any(|key| values.at(&format!("{key}.{NODE_TYPE}")) == Some(&Value::from(node_type)))
}

/// Returns what is laid over an add-on's values to bring its pods to the nodes that they run on.
fn layer(facts: &catalog::Addon, values: &Value, placement: impl Fn(&catalog::Pods) -> Placement) -> Value {
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

/// Checks where a cluster's add-ons run, and the values that it sets for them. `node_types` are the values of that label on
/// its nodes.
pub(super) fn check(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    addons: &[Addon],
    node_types: &BTreeSet<String>,
) {
    for addon in addons {
        let Some(wish) = keys.addons.get(addon.name.as_str()) else { continue };
        let values = addon.all_values();
        let mut check = Check { context, addon, node_types };
        if let Some(written) = &wish.value.values {
            check.keys(written);
            check.table(&addon.facts.values, written, "");
            check.placements(&values, written);
        }
        let is_sent = wish.value.values.as_ref().is_some_and(|written| has_selector(addon, written));
        if !is_sent && selects(&addon.facts, &values, MIDDLEWARE) && !node_types.contains(MIDDLEWARE) {
            let at = wish.value.placement.as_ref().map_or(wish.name.span, |placement| placement.span);
            context.push(Problem::NoMiddlewareNodes { addon: addon.name.to_string() }, at);
        }
    }
}

/// Whether what is written of an add-on's values says on which nodes its pods run.
fn has_selector(addon: &Addon, written: &Node) -> bool {
    let selectors = addon.facts.pods.iter().filter_map(|pods| pods.selector.as_ref());
    selectors.into_iter().any(|key| written.at(&format!("{key}.{NODE_TYPE}")).is_some())
}

struct Check<'a, 'c> {
    context: &'a mut Context<'c>,
    addon: &'a Addon,
    node_types: &'a BTreeSet<String>,
}

impl Check<'_, '_> {
    /// Notes what no value of the add-on is called: Helm ignores it, and EKS refuses it.
    fn keys(&mut self, over: &Node) {
        let Written::Table(table) = &over.value else { return };
        let known = &self.addon.facts.keys;
        if known.is_empty() {
            return;
        }
        // Helm itself hands these to charts within the chart.
        for (key, entry) in table.0.iter().filter(|(key, _)| !known.contains(key) && *key != "global") {
            let near = nearest(key, known).cloned();
            let problem =
                Problem::UnknownAddonKey { addon: self.addon.name.to_string(), key: key.clone(), near };
            self.context.push(problem, entry.key);
        }
    }

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
                    let problem = Problem::SettledValue { addon: self.addon.name.to_string(), key: path };
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
                let is_name = path.rsplit('.').next() == Some("name");
                let is_account = is_name && self.addon.facts.service_account.as_ref() == Some(text);
                text.starts_with('=') || is_account
            }
            Json::Object(entries) => {
                entries.iter().any(|(key, known)| self.is_settled(known, &format!("{path}.{key}")))
            }
            _ => false,
        }
    }

    /// Looks at each key that says where pods run, once: nodes that pods look for must be there, and their taint be tolerated.
    fn placements(&mut self, values: &Value, written: &Node) {
        let keys: BTreeSet<(&String, String)> = self
            .addon
            .facts
            .pods
            .iter()
            .filter_map(|pods| Some((pods.selector.as_ref()?, pods.tolerations()?)))
            .collect();
        for (selector, tolerations) in keys {
            let node_type = written.at(&format!("{selector}.{NODE_TYPE}"));
            let Some(Value::String(wanted)) = values.at(&format!("{selector}.{NODE_TYPE}")) else { continue };
            if let Some(node_type) = node_type.filter(|_| !self.node_types.contains(wanted)) {
                let (addon, value) = (self.addon.name.to_string(), wanted.clone());
                let known = self.node_types.iter().cloned().collect();
                self.context.push(Problem::UnknownNodeType { addon, value, known }, node_type.span);
                continue;
            }
            let placement = [Placement::Core, Placement::Middleware];
            let Some(placement) = placement.into_iter().find(|known| known.word() == wanted) else {
                continue;
            };
            let at = written.at(&tolerations).or(node_type);
            let Some(Value::List(tolerated)) = values.at(&tolerations) else { continue };
            if let Some(at) = at.filter(|_| !tolerated.iter().any(|item| tolerates(item, placement))) {
                let (addon, placement) = (self.addon.name.to_string(), placement.word());
                self.context.push(Problem::NotTolerated { addon, placement }, at.span);
            }
        }
    }
}

/// Whether a toleration is one of the taint of a placement's nodes (Kubernetes, "Taints and Tolerations", read 2026-11).
fn tolerates(toleration: &Value, placement: Placement) -> bool {
    let (taint, value) = match placement {
        Placement::Core => (CORE_TAINT, "true"),
        Placement::Middleware => (NODE_TYPE, MIDDLEWARE),
        Placement::Everywhere => return true,
    };
    let text = |key: &str| match toleration.at(key) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_key = text("key").map_or(text("operator") == Some("Exists"), |key| key == taint);
    let is_value = text("operator") == Some("Exists") || text("value") == Some(value);
    is_key && is_value && text("effect").is_none_or(|effect| effect == "NoSchedule")
}
