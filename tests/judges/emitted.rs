//! What a deployed tree has given to Kubernetes: read from the states of its root modules.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::control_plane::Release;
use crate::world::World;
use crate::yaml;

/// What one cluster was given.
pub struct Emitted {
    /// `production/main`
    pub cluster: String,
    /// Objects of the Kubernetes provider: the path below which each goes, and the object.
    pub objects: Vec<(String, Value)>,
    /// Releases of the chart that prints objects.
    pub releases: Vec<Release>,
    /// Values of the charts of others, by the name of the release.
    pub charts: BTreeMap<String, Value>,
    /// Configuration of EKS add-ons, by their names.
    pub configurations: BTreeMap<String, Value>,
    /// IAM policies, by their names.
    pub policies: BTreeMap<String, Value>,
}

impl Release {
    /// Returns what it prints.
    pub fn objects(&self) -> Vec<Value> {
        merged(&self.values)["objects"].as_array().cloned().unwrap_or_default()
    }
}

/// Reads what each cluster of a world was given, in the order of deployment.
pub fn clusters(world: &World<'_>) -> Vec<Emitted> {
    let mut clusters: Vec<Emitted> = Vec::new();
    let roots = world.environments.iter().flat_map(|environment| &environment.roots);
    for root in roots.filter(|root| world.is_applied(root)) {
        let Some(path) = root.strip_prefix("environments/") else { continue };
        let Some((cluster, _)) = path.rsplit_once('/').filter(|(cluster, _)| cluster.contains('/')) else {
            continue;
        };
        if clusters.iter().all(|known| known.cluster != cluster) {
            clusters.push(Emitted {
                cluster: cluster.to_owned(),
                objects: Vec::new(),
                releases: Vec::new(),
                charts: BTreeMap::new(),
                configurations: BTreeMap::new(),
                policies: BTreeMap::new(),
            });
        }
        let emitted = clusters.iter_mut().find(|known| known.cluster == cluster).expect("it was added");
        for (kind, values) in world.resources(root) {
            emitted.add(&kind, &values);
        }
        emitted.objects.sort_by_key(|(_, object)| object["kind"] != "Namespace");
    }
    clusters
}

impl Emitted {
    /// Whether there is anything that plinth itself gives to Kubernetes.
    pub fn has_objects(&self) -> bool {
        !self.objects.is_empty() || !self.releases.is_empty()
    }

    fn add(&mut self, kind: &str, values: &Value) {
        let text = |key: &str| values[key].as_str().unwrap_or_default().to_owned();
        if kind == "helm_release" {
            let layers = values["values"].as_array().into_iter().flatten();
            let layers: Vec<String> = layers.map(|it| it.as_str().expect("YAML").to_owned()).collect();
            if text("chart").ends_with("/charts/objects") {
                let wait = values["wait"] == true;
                let (name, namespace) = (text("name"), text("namespace"));
                self.releases.push(Release { name, namespace, values: layers, wait });
            } else {
                self.charts.insert(text("name"), merged(&layers));
            }
        } else if kind == "aws_eks_addon" {
            let configuration = serde_json::from_str(&text("configuration_values")).unwrap_or(json!({}));
            self.configurations.insert(text("addon_name"), configuration);
        } else if kind == "aws_iam_policy" || kind == "aws_iam_role_policy" {
            self.policies
                .insert(text("name"), serde_json::from_str(&text("policy")).expect("a policy is JSON"));
        } else if let Some(kind) = kind.strip_prefix("kubernetes_") {
            self.objects.push(object(kind, values));
        }
    }
}

/// Merges the values of a release as Helm does.
fn merged(layers: &[String]) -> Value {
    let mut all = json!({});
    for layer in layers {
        for document in yaml::parse(layer).expect("values are YAML") {
            merge(&mut all, document);
        }
    }
    all
}

pub fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, over) in over {
                merge(under.entry(key).or_insert(Value::Null), over);
            }
        }
        (under, over) => *under = over,
    }
}

/// Kinds of the provider: the group, version and kind that they make, and what the API calls them.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("default_service_account_v1", "v1", "ServiceAccount", "serviceaccounts"),
    ("limit_range_v1", "v1", "LimitRange", "limitranges"),
    ("namespace_v1", "v1", "Namespace", "namespaces"),
    ("network_policy_v1", "networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    ("resource_quota_v1", "v1", "ResourceQuota", "resourcequotas"),
    ("role_binding_v1", "rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
    ("service_account_v1", "v1", "ServiceAccount", "serviceaccounts"),
    ("storage_class_v1", "storage.k8s.io/v1", "StorageClass", "storageclasses"),
];

/// Makes an object as the Kubernetes provider does, and the path below which it goes.
fn object(kind: &str, values: &Value) -> (String, Value) {
    const NOT_SENT: [&str; 4] = ["default_secret_name", "id", "timeouts", "wait_for_default_service_account"];
    let row = KINDS.iter().find(|(own, ..)| *own == kind);
    let (_, version, kind, plural) = row.unwrap_or_else(|| panic!("KINDS has no kubernetes_{kind}"));
    let mut keys = values.as_object().expect("a resource has values").clone();
    keys.retain(|key, _| !NOT_SENT.contains(&key.as_str()));
    let Value::Object(mut object) = sent(&Value::Object(keys)) else { unreachable!("an object stays one") };
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.retain(|key, _| ["name", "namespace", "labels", "annotations"].contains(&key.as_str()));
        // The provider knows the name of the one that is there by itself.
        metadata.entry("name").or_insert_with(|| json!("default"));
    }
    object.insert("apiVersion".to_owned(), json!(version));
    object.insert("kind".to_owned(), json!(kind));
    let namespace = object["metadata"]["namespace"].as_str();
    let namespace = namespace.map(|name| format!("/namespaces/{name}")).unwrap_or_default();
    let group = if *version == "v1" { "/api/v1".to_owned() } else { format!("/apis/{version}") };
    (format!("{group}{namespace}/{plural}"), Value::Object(object))
}

/// Writes a resource's values in the API's words: blocks that can stand once are objects, keys have no `_`, what is not set is
/// left out. Keys of maps are the user's.
fn sent(values: &Value) -> Value {
    const ONCE: [&str; 7] =
        ["ip_block", "metadata", "namespace_selector", "pod_selector", "role_ref", "scope_selector", "spec"];
    const MAPS: [&str; 7] =
        ["annotations", "default", "default_request", "hard", "labels", "match_labels", "parameters"];
    const NAMES: [(&str, &str); 4] = [
        ("limit", "limits"),
        ("match_expression", "matchExpressions"),
        ("storage_provisioner", "provisioner"),
        ("subject", "subjects"),
    ];
    let Value::Object(keys) = values else { return values.clone() };
    let mut object = Map::new();
    for (key, value) in keys {
        if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let value = match value {
            Value::Array(items) if ONCE.contains(&key.as_str()) => sent(&items[0]),
            Value::Array(items) => items.iter().map(sent).collect(),
            _ if MAPS.contains(&key.as_str()) => value.clone(),
            // A number or a name: the provider takes both as text.
            Value::String(port) if key == "port" => {
                port.parse().map_or_else(|_| value.clone(), |it: u16| json!(it))
            }
            _ => sent(value),
        };
        let name = NAMES
            .iter()
            .find(|(own, _)| own == key)
            .map_or_else(|| camel(key), |(_, name)| (*name).to_owned());
        object.insert(name, value);
    }
    Value::Object(object)
}

fn camel(key: &str) -> String {
    let mut parts = key.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at(part.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}
