//! Every key that plinth sets for an add-on is one that the add-on has: looked up in the chart's own values, or in the schema
//! of an EKS add-on's configuration. Helm itself takes any key without a word.

use std::collections::BTreeSet;
use std::path::Path;

use jsonschema::Validator;
use plinth::catalog::{Addon, Catalog, Replicas};
use serde_json::{Map, Value, json};
use walkdir::WalkDir;

use crate::emitted::{Emitted, merge};
use crate::tree::read;
use crate::{judge, yaml};

/// Add-ons of which the data have neither a chart's values nor a schema, each with the reason.
const UNKNOWN: [(&str, &str); 4] = [
    ("envoy-gateway", "the values of its chart are made at the release, from a template"),
    ("nvidia-device-plugin", "the data have no copy of its chart"),
    ("rabbitmq-cluster-operator", "upstream has no chart, and the data have no copy of that of others"),
    ("snapshot-controller", "an EKS add-on without a public schema, and the data have no copy of a chart"),
];

/// Maps whose keys are Kubernetes' or the user's, wherever a chart has one of these names.
const FREE: [(&str, &str); 8] = [
    ("annotations", "any annotation"),
    ("defaultTags", "any tag"),
    ("env", "any variable"),
    ("extraVolumeTags", "any tag"),
    ("labels", "any label"),
    ("nodeSelector", "labels of nodes"),
    ("requests", "any resource"),
    ("resources", "goes into the container as it is: requests and limits"),
];

const COMMENT: &str = "stands among the values as a comment";
const MERGED: &str = "is laid over what the chart makes: the chart's own way";
const RENDERED: &str =
    "no value of the chart, but its template reads it: helm-effects.json shows what came of it";
const SUBCHART: &str = "a value of the chart that this one brings: not among the data";

/// Keys that an add-on has and does not list among its values, each with the reason. What stands below is free.
const MERGE_POINTS: [(&str, &str, &str); 45] = [
    ("amazon-cloudwatch-observability", "manager.applicationSignals.autoMonitor.monitorAllServices", COMMENT),
    ("argo-events", "controller.pdb.maxUnavailable", COMMENT),
    ("argo-workflows", "controller.pdb.maxUnavailable", COMMENT),
    ("argo-workflows", "controller.workflowDefaults.spec", COMMENT),
    ("argo-workflows", "server.pdb.maxUnavailable", COMMENT),
    ("aws-load-balancer-controller", "podDisruptionBudget.maxUnavailable", COMMENT),
    ("aws-mountpoint-s3-csi-driver", "controller.nodeSelector", RENDERED),
    ("aws-mountpoint-s3-csi-driver", "controller.tolerations", RENDERED),
    ("cert-manager", "cainjector.podDisruptionBudget.minAvailable", COMMENT),
    ("cert-manager", "config.apiVersion", COMMENT),
    ("cert-manager", "config.gatewayAPI", COMMENT),
    ("cert-manager", "config.kind", COMMENT),
    ("cert-manager", "podDisruptionBudget.minAvailable", COMMENT),
    ("cert-manager", "serviceAccount.name", COMMENT),
    ("cert-manager", "webhook.podDisruptionBudget.minAvailable", COMMENT),
    ("cluster-autoscaler", "extraArgs.balance-similar-node-groups", COMMENT),
    ("cluster-autoscaler", "extraArgs.expander", COMMENT),
    ("cluster-autoscaler", "extraArgs.skip-nodes-with-system-pods", COMMENT),
    ("descheduler", "leaderElection.enabled", COMMENT),
    ("keda", "podDisruptionBudget.metricServer.maxUnavailable", COMMENT),
    ("keda", "podDisruptionBudget.operator.maxUnavailable", COMMENT),
    ("keda", "podDisruptionBudget.webhooks.maxUnavailable", COMMENT),
    ("kube-prometheus-stack", "alertmanager.alertmanagerSpec.storage.volumeClaimTemplate", COMMENT),
    ("kube-prometheus-stack", "grafana.nodeSelector", SUBCHART),
    ("kube-prometheus-stack", "grafana.resources", SUBCHART),
    ("kube-prometheus-stack", "grafana.tolerations", SUBCHART),
    ("kube-prometheus-stack", "kube-state-metrics.nodeSelector", SUBCHART),
    ("kube-prometheus-stack", "kube-state-metrics.resources", SUBCHART),
    ("kube-prometheus-stack", "kube-state-metrics.tolerations", SUBCHART),
    ("kube-prometheus-stack", "prometheus-node-exporter.resources", SUBCHART),
    ("kube-prometheus-stack", "prometheus-node-exporter.tolerations", SUBCHART),
    ("kube-prometheus-stack", "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate", COMMENT),
    ("nats", "container.merge.resources", MERGED),
    ("nats", "natsBox.container.merge.resources", MERGED),
    ("nats", "natsBox.podTemplate.merge.spec", MERGED),
    ("nats", "podTemplate.merge.spec", MERGED),
    ("nats", "podTemplate.topologySpreadConstraints.kubernetes.io/hostname", COMMENT),
    (
        "nats",
        "podTemplate.topologySpreadConstraints.topology.kubernetes.io/zone",
        "a map by topology key, says the comment above it",
    ),
    ("nats", "reloader.merge.resources", MERGED),
    ("reloader", "reloader.deployment.containerSecurityContext.allowPrivilegeEscalation", COMMENT),
    ("reloader", "reloader.deployment.containerSecurityContext.capabilities", COMMENT),
    ("reloader", "reloader.podDisruptionBudget.minAvailable", COMMENT),
    ("traefik", "service.spec.loadBalancerClass", "goes into the Service's `spec` as it is"),
    ("velero", "schedules.daily", "schedules by the user's names"),
    ("velero", "upgradeJobResources.requests", COMMENT),
];

/// What is known of the keys of one add-on.
struct Keys {
    addon: String,
    /// The chart's values; `null` where a configuration's schema says all.
    values: Value,
    /// Likewise as text, for what stands there as a comment.
    text: String,
    /// The schema of its values, or of an EKS add-on's configuration.
    schema: Option<Validator>,
}

impl Keys {
    /// Reads what is known of an add-on; `None` where nothing is.
    fn load(folder: &Path, addon: &str) -> Option<Self> {
        let folder = folder.join(addon);
        let files = WalkDir::new(&folder).max_depth(1).into_iter().filter_map(Result::ok);
        let schema = files.map(walkdir::DirEntry::into_path).find(|file| {
            file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(".schema.json"))
        });
        let schema = schema.map(|file| {
            let schema = serde_json::from_str(&read(&file)).expect("a schema is JSON");
            let schema = jsonschema::validator_for(&schema)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            // An EKS add-on takes what its configuration's schema says, whatever its chart has.
            (schema, file.file_name() != Some("values.schema.json".as_ref()))
        });
        let file = folder.join("values.yaml");
        let (text, values) = match &schema {
            Some((_, true)) => (String::new(), Value::Null),
            _ if file.is_file() => (read(&file), yaml::documents(&file).remove(0)),
            _ => return None,
        };
        let schema = schema.map(|(schema, _)| schema);
        Some(Self { addon: addon.to_owned(), values, text, schema })
    }

    /// Returns the keys of some values that the chart has not; says in `used` which merge points were met.
    fn unknown(&self, values: &Map<String, Value>, used: &mut BTreeSet<String>) -> Vec<String> {
        let mut unknown = Vec::new();
        if !self.values.is_null() {
            self.compare(&self.values, values, "", used, &mut unknown);
        }
        unknown
    }

    fn compare(
        &self,
        known: &Value,
        values: &Map<String, Value>,
        path: &str,
        used: &mut BTreeSet<String>,
        unknown: &mut Vec<String>,
    ) {
        let parent = path.rsplit('.').next().unwrap_or_default();
        for (key, value) in values {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if self.is_merge_point(&path, used) || FREE.iter().any(|(name, _)| *name == parent) {
                continue;
            }
            match (known.get(key), value) {
                (None, _) => unknown.push(format!("{}: `{path}` is no key of the chart", self.addon)),
                (Some(known), Value::Object(values))
                    if known.is_object() || FREE.iter().any(|(name, _)| name == key) =>
                {
                    self.compare(known, values, &path, used, unknown);
                }
                (Some(known), Value::Object(_)) => {
                    unknown.push(format!("{}: `{path}` is no table in the chart, but {known}", self.addon));
                }
                (Some(_), _) => {}
            }
        }
    }

    fn is_merge_point(&self, path: &str, used: &mut BTreeSet<String>) -> bool {
        let Some((_, point, why)) =
            MERGE_POINTS.iter().find(|(addon, point, _)| *addon == self.addon && *point == path)
        else {
            return false;
        };
        if *why == COMMENT {
            // Keys may have dots themselves: any end of the path will do that a comment says.
            let ends = path.match_indices('.').map(|(dot, _)| &path[dot + 1..]);
            let comments: Vec<&str> =
                self.text.lines().filter_map(|line| line.trim_start().strip_prefix('#')).collect();
            let mut said = ends.filter(|key| {
                comments.iter().any(|comment| comment.trim_start().starts_with(&format!("{key}:")))
            });
            assert!(said.next().is_some(), "{}: no comment among the values says `{path}`", self.addon);
        }
        used.insert(format!("{} {point}", self.addon));
        true
    }

    /// Returns what the schema says of values that are laid over the chart's.
    fn problems(&self, values: &Value) -> Vec<String> {
        let Some(schema) = &self.schema else { return Vec::new() };
        // Helm judges the chart's values with these over them; EKS has these alone.
        let mut all = self.values.clone();
        merge(&mut all, values.clone());
        let problems = schema.iter_errors(&all);
        problems.map(|error| format!("{}: {}: {error}", self.addon, error.instance_path())).collect()
    }
}

/// Everything that the catalog may set for an add-on: its values, what goes with partitions, versions and Fargate, and the keys
/// by which its pods are placed and counted.
fn layers(addon: &Addon) -> Vec<Map<String, Value>> {
    let mut layers = vec![addon.values.clone()];
    layers.extend(addon.when.iter().map(|when| when.values.clone()));
    layers.extend(addon.fargate.iter().map(|fargate| fargate.values.clone()));
    for pods in &addon.pods {
        let replicas = pods.replicas.as_ref().and_then(|replicas| match replicas {
            Replicas::Key(key) => Some((key.clone(), json!(1))),
            Replicas::Fixed(_) => None,
        });
        let rows = [
            pods.selector.clone().map(|key| (key, json!({ "node-type": "core" }))),
            pods.tolerations().map(|key| (key, json!([]))),
            pods.requests.clone().map(|key| (key, json!({ "cpu": "1" }))),
            replicas,
        ];
        for (path, value) in rows.into_iter().flatten() {
            let nested = path.rsplit('.').fold(value, |value, key| json!({ key: value }));
            layers.extend(nested.as_object().cloned());
        }
    }
    layers
}

#[test]
fn catalog_sets_keys_that_there_are() {
    let what = "keys of the catalog's values against the charts";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let mut used = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut unread = BTreeSet::new();
    for (name, addon) in &Catalog::load().addons {
        let Some(keys) = Keys::load(&folder, name) else {
            unread.insert(name.clone());
            continue;
        };
        for layer in layers(addon) {
            unknown.extend(keys.unknown(&layer, &mut used));
        }
    }
    unknown.sort();
    unknown.dedup();
    assert!(unknown.is_empty(), "{} keys:\n{}", unknown.len(), unknown.join("\n"));
    let listed: BTreeSet<String> = UNKNOWN.iter().map(|(addon, _)| (*addon).to_owned()).collect();
    assert_eq!(unread, listed, "add-ons of which nothing is known (left), and UNKNOWN (right)");
    let listed = MERGE_POINTS.iter().map(|(addon, path, _)| format!("{addon} {path}"));
    let unmet: Vec<String> = listed.filter(|point| !used.contains(point)).collect();
    assert!(unmet.is_empty(), "rows of MERGE_POINTS that nothing needs:\n{}", unmet.join("\n"));
}

/// A key of which the catalog does not know is a note to whoever writes it, so the catalog knows all of the chart's.
#[test]
fn catalog_knows_the_keys_that_charts_have() {
    // Helm's own, of every chart.
    const GLOBAL: &str = "global";
    let what = "keys at the top of charts' values against the catalog's";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let mut missing = Vec::new();
    for (name, addon) in Catalog::load().addons.iter().filter(|(_, addon)| !addon.keys.is_empty()) {
        let Some(Value::Object(values)) = Keys::load(&folder, name).map(|keys| keys.values) else { continue };
        let unknown = values.keys().filter(|key| *key != GLOBAL && !addon.keys.contains(key));
        missing.extend(unknown.map(|key| format!("{name}: {key}")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Judges the values that a cluster was given, as they are after all expressions.
pub fn judge(folder: &Path, what: &str, emitted: &Emitted) {
    let catalog = Catalog::load();
    let mut wrong = Vec::new();
    for (name, values) in emitted.charts.iter().chain(&emitted.configurations) {
        let known = catalog.addons.contains_key(name).then(|| Keys::load(folder, name)).flatten();
        let (Some(keys), Some(written)) = (known, values.as_object()) else { continue };
        wrong.extend(keys.unknown(written, &mut BTreeSet::new()));
        wrong.extend(keys.problems(values));
    }
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}
