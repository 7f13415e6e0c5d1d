//! What the values of an add-on must leave alone: where its pods run, and what plinth fills in from the cluster.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Context;
use super::node_pool::{CORE, CORE_TAINT};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::node::{Node, Value};
use crate::catalog;
use crate::problem::{Problem, nearest};

/// Checks the values that a cluster sets for its add-ons. `node_types` are the values of that label on its nodes.
pub(super) fn check(context: &mut Context<'_>, keys: &ClusterKeys, node_types: &BTreeSet<String>) {
    let catalog = context.catalog;
    for wish in keys.addons.iter().filter(|wish| *wish.value.enabled) {
        let (Some(facts), Some(values)) = (catalog.addons.get(wish.name.as_str()), &wish.value.values) else {
            continue;
        };
        let mut check = Check { context, addon: wish.name.as_str(), facts, node_types };
        check.keys(values);
        check.table(&facts.values, values, "");
    }
}

struct Check<'a, 'c> {
    context: &'a mut Context<'c>,
    addon: &'a str,
    facts: &'a catalog::Addon,
    node_types: &'a BTreeSet<String>,
}

impl Check<'_, '_> {
    /// Notes what no value of the add-on is called: Helm ignores it, and EKS refuses it.
    fn keys(&mut self, over: &Node) {
        let Value::Table(table) = &over.value else { return };
        let known = &self.facts.keys;
        // Helm itself hands these to charts within the chart.
        for (key, entry) in table.0.iter().filter(|(key, _)| !known.contains(key) && *key != "global") {
            let near = nearest(key, known).cloned();
            let problem = Problem::UnknownAddonKey { addon: self.addon.to_owned(), key: key.clone(), near };
            self.context.push(problem, entry.key);
        }
    }

    /// Compares a table of the catalog's with what is laid over it.
    fn table(&mut self, known: &serde_json::Map<String, Json>, over: &Node, path: &str) {
        if known.get("nodeSelector").is_some_and(|selector| selector["node-type"] == CORE) {
            self.placement(over);
        }
        for (key, known) in known {
            let Some(over) = over.get(key) else { continue };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match known {
                Json::Object(known) if matches!(over.value, Value::Table(_)) => {
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

    /// Pods that look for core's nodes must tolerate core's taint, and nodes that they look for must be there.
    fn placement(&mut self, over: &Node) {
        let node_type = over.get("nodeSelector").and_then(|selector| selector.get("node-type"));
        let wanted = node_type.and_then(Node::as_str).unwrap_or(CORE);
        if let Some(node_type) = node_type.filter(|_| !self.node_types.contains(wanted)) {
            let (addon, value) = (self.addon.to_owned(), wanted.to_owned());
            let known = self.node_types.iter().cloned().collect();
            self.context.push(Problem::UnknownNodeType { addon, value, known }, node_type.span);
        }
        let Some(tolerations) = over.get("tolerations").filter(|_| wanted == CORE) else { return };
        let Value::Array(items) = &tolerations.value else { return };
        if !items.iter().any(tolerates_core) {
            let addon = self.addon.to_owned();
            self.context.push(Problem::CoreNotTolerated { addon }, tolerations.span);
        }
    }
}

/// Whether a toleration is one of core's taint (Kubernetes, "Taints and Tolerations", read 2026-11).
fn tolerates_core(toleration: &Node) -> bool {
    let text = |key: &str| toleration.get(key).and_then(Node::as_str);
    let is_key = text("key").map_or(text("operator") == Some("Exists"), |key| key == CORE_TAINT);
    let is_value = text("operator") == Some("Exists") || text("value") == Some("true");
    is_key && is_value && text("effect").is_none_or(|effect| effect == "NoSchedule")
}
