//! What lies beneath what is written of each cluster: for `plinth explain`.
//!
//! The same functions make the model of it, so that both say the same.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::addon::{self, VPC_CNI};
use super::{complete, network, placement};
use crate::blueprint::Blueprint;
use crate::blueprint::explain::{Beneath, By};
use crate::blueprint::keys::{Addon, Cluster};
use crate::blueprint::lock::Lock;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::KubernetesVersion;
use crate::catalog::{AddonKind, Catalog};
use crate::hcl::value::Value;

/// Returns what lies beneath each cluster, by `staging/main`.
pub fn beneath(blueprint: &Blueprint, catalog: &Catalog) -> BTreeMap<String, Beneath> {
    let project = blueprint.file.project.name.as_str();
    let mut found = BTreeMap::new();
    for target in &blueprint.environments {
        for own in &target.value.clusters {
            let mut keys = own.value.clone();
            let tables = complete::complete_cluster(&mut keys, catalog, project);
            let region = keys.region.as_ref().unwrap_or(&target.value.environment.region);
            let ground = Ground {
                catalog,
                project,
                lock: &blueprint.lock,
                keys: &keys,
                partition: catalog.regions.get(&region.value).map_or("", |region| &region.partition),
                kubernetes: keys.kubernetes_version.as_ref().map(|version| &version.value),
            };
            let values = keys.addons.iter().flat_map(|wish| ground.of_addon(wish)).collect();
            found.insert(format!("{}/{}", target.name.value, own.name.value), Beneath { tables, values });
        }
    }
    found
}

/// What decides about the add-ons of a cluster.
struct Ground<'a> {
    catalog: &'a Catalog,
    project: &'a str,
    lock: &'a Lock,
    keys: &'a Cluster,
    partition: &'a str,
    /// None where it is missing, which is an error.
    kubernetes: Option<&'a KubernetesVersion>,
}

impl Ground<'_> {
    /// Returns what is set of one add-on, the highest first.
    fn of_addon(&self, wish: &Named<Addon>) -> Vec<(By, Json)> {
        let name = wish.name.as_str();
        let Some(facts) = addon::facts(self.catalog, self.project, wish) else { return Vec::new() };
        let known = if self.catalog.addons.contains_key(name) { By::Catalog } else { By::BuiltIn };
        let of_network = |key: &str| By::Key(vec!["network".to_owned(), key.to_owned()]);
        let pods = self.keys.network.as_ref().filter(|network| network::pod_subnets(network).is_some());
        let of_pods = of_network(match pods {
            Some(network) if network.pod_cidr.is_some() => "pod_cidr",
            _ => "pod_subnets",
        });
        let mut layers = vec![(
            if name == VPC_CNI { of_network("prefix_delegation") } else { of_pods.clone() },
            addon::of_network(name, self.keys),
        )];
        if let Some(placed) = &wish.value.placement {
            let key = ["addons", name, "placement"].map(str::to_owned).to_vec();
            layers.push((By::Key(key), placement::moved(&facts, placed.value)));
        }
        if let Some(kubernetes) = self.kubernetes {
            layers.push((known.clone(), addon::conditional(&facts, self.partition, kubernetes, self.keys)));
        }
        layers.push((known.clone(), placement::values(&facts)));
        if name == VPC_CNI && pods.is_some() {
            layers.push((of_pods, addon::custom_networking()));
        }
        let is_set = |value: &Value| *value != Value::Object(Vec::new());
        let layers = layers.into_iter().filter(|(_, value)| is_set(value));
        let mut said: Vec<(By, Json)> =
            layers.map(|(by, value)| (by, json!({ "values": value.to_data() }))).collect();
        if facts.kind == AddonKind::EksAddon {
            let pin = self.kubernetes.and_then(|kubernetes| self.lock.pinned(kubernetes, name));
            said.extend(pin.map(|pin| (By::Lock(pin.at), json!({ "version": pin.version }))));
        } else if known == By::Catalog {
            said.extend(facts.version.as_ref().map(|version| (known.clone(), json!({ "version": version }))));
        }
        // What is known of one's own add-on has the written place in it.
        if known == By::Catalog || wish.value.placement.is_none() {
            said.push((known, json!({ "placement": facts.placement.word() })));
        }
        said.into_iter().map(|(by, value)| (by, json!({ "addons": { name: value } }))).collect()
    }
}
