//! Every workload of every add-on lands where its placement says.
//!
//! `helm-effects.json` has what charts really made of values for nodes: the values that were given, and what each workload
//! got. A path that placed a workload there is one that the catalog may name; a workload that is there must be one of the
//! catalog's, hooks included; and a path that was given there must be one that the catalog sets, or some workload is missed.

use std::collections::BTreeSet;

use plinth::blueprint::scalar::Placement;
use plinth::catalog::{Addon, Catalog, Pods, Workload};
use serde_json::{Value, json};

use crate::effects::Effects;
use crate::emitted::{Emitted, merge};
use crate::judge;
use crate::tree::{self, read};
use crate::yaml;

/// Charts that were not rendered, each with the reason.
const NOT_RENDERED: [(&str, &str); 6] = [
    ("coredns", "EKS publishes no chart; the schema of its configuration has both keys"),
    ("envoy-gateway", "the values of its chart are made at the release"),
    ("kube-proxy", "EKS publishes no chart, and its configuration has no keys for nodes"),
    ("nvidia-device-plugin", "the data have no copy of its chart"),
    ("rabbitmq-cluster-operator", "the data have no copy of its chart"),
    ("snapshot-controller", "the data have no copy of its chart"),
];

/// Workloads that were rendered, and that plinth switches off by a key: of the add-on's own values, or of the chart's.
const SWITCHED_OFF: [(&str, &str, &str); 4] = [
    ("amazon-cloudwatch-observability", "fluent-bit", "containerLogs.enabled"),
    ("argo-events", "events-webhook", "webhook.enabled"),
    ("argo-workflows", "argo-workflows-crd-install", "crds.full"),
    ("velero", "node-agent", "deployNodeAgent"),
];

/// Keys for the nodes of what is switched off.
const NOT_SET: [&str; 2] = ["crds.upgradeJob.nodeSelector", "webhook.nodeSelector"];

/// Workloads that were rendered, and run on Windows alone: there are no such nodes.
const WINDOWS: [(&str, &str); 2] = [
    ("amazon-cloudwatch-observability", "fluent-bit-windows"),
    ("aws-ebs-csi-driver", "ebs-csi-node-windows"),
];

/// Workloads of the catalog that were not rendered, each with the reason.
const NOT_SEEN: [(&str, &str, &str); 4] = [
    ("amazon-cloudwatch-observability", "cloudwatch-agent", "the operator makes it"),
    (
        "kube-prometheus-stack",
        "kube-prometheus-stack-grafana",
        "a chart that this one brings: rendered without",
    ),
    ("kube-prometheus-stack", "kube-prometheus-stack-kube-state-metrics", "likewise"),
    ("kube-prometheus-stack", "kube-prometheus-stack-prometheus-node-exporter", "likewise"),
];

/// DaemonSets of which nothing says that they tolerate every taint, each with the reason why they do.
const TOLERANT: [(&str, &str); 1] = [("kube-proxy", "what nodes are known to show: EKS publishes nothing")];

/// An add-on, and what is known of its chart.
struct Chart<'a> {
    name: &'a str,
    addon: &'a Addon,
    /// The chart's own values, and the catalog's over them.
    values: Value,
    /// What it was rendered with, and what came of it; several times, or never.
    renderings: Vec<Value>,
}

/// A workload that a chart made.
struct Rendered<'a> {
    name: &'a str,
    workload: &'a Value,
    /// The values that the chart was given.
    given: &'a Value,
}

#[test]
fn every_workload_lands_where_its_placement_says() {
    let what = "placement of the catalog's workloads, against what charts make";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let effects = Effects::load(&folder);
    let addons = Catalog::load().addons;
    let charts = addons.iter().map(|(name, addon)| {
        let file = folder.join(name).join("values.yaml");
        let mut values = if file.is_file() { yaml::documents(&file).remove(0) } else { json!({}) };
        merge(&mut values, Value::Object(addon.values.clone()));
        Chart { name, addon, values, renderings: effects.of(name) }
    });
    let charts: Vec<Chart<'_>> = charts.collect();

    let mut faults: Vec<String> = charts.iter().flat_map(Chart::faults).collect();
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let unread = charts.iter().filter(|chart| chart.renderings.is_empty()).map(|chart| chart.name);
    assert_eq!(unread.collect::<Vec<_>>(), NOT_RENDERED.map(|(name, _)| name), "charts that nobody rendered");

    // No row of a table outlives its reason.
    let is_rendered = |addon: &str, workload: &str| {
        charts.iter().any(|chart| chart.name == addon && chart.workloads().any(|it| it.name == workload))
    };
    let is_there = |addon: &str, workload: &str| addons[addon].pods.iter().any(|pods| pods.name == workload);
    for (addon, workload) in
        SWITCHED_OFF.map(|(addon, workload, _)| (addon, workload)).into_iter().chain(WINDOWS)
    {
        assert!(is_rendered(addon, workload), "{addon}: nobody rendered {workload}");
        assert!(!is_there(addon, workload), "{addon}: {workload} is there");
    }
    for (addon, workload, _) in NOT_SEEN {
        assert!(!is_rendered(addon, workload), "{addon}: {workload} was rendered");
        assert!(is_there(addon, workload), "{addon}: no {workload}");
    }
}

impl Chart<'_> {
    fn faults(&self) -> Vec<String> {
        let rows = self.addon.pods.iter().map(|pods| (pods.name.as_str(), self.fault_of_row(pods)));
        let workloads = self.workloads().map(|workload| (workload.name, self.fault_of_workload(&workload)));
        let faults = rows.chain(workloads).filter_map(|(name, fault)| Some(format!("{name}: {}", fault?)));
        let missed =
            self.missed().into_iter().map(|path| format!("`{path}` places something, and is not set"));
        faults.chain(missed).map(|fault| format!("{}: {fault}", self.name)).collect()
    }

    /// What was rendered.
    fn workloads(&self) -> impl Iterator<Item = Rendered<'_>> {
        self.renderings.iter().flat_map(|rendering| {
            let workloads = rendering["workloads"].as_array().expect("workloads").iter();
            workloads.map(|workload| Rendered {
                name: workload["name"].as_str().expect("a workload has a name"),
                workload,
                given: &rendering["values"],
            })
        })
    }

    /// Says why a row of the catalog brings its pods nowhere.
    fn fault_of_row(&self, pods: &Pods) -> Option<String> {
        let is_seen = self.workloads().any(|workload| workload.name == pods.name);
        let is_excused = NOT_SEEN.iter().any(|(addon, name, _)| *addon == self.name && *name == pods.name);
        if !self.renderings.is_empty() && !is_seen && !is_excused {
            return Some("no chart makes it".to_owned());
        }
        match self.addon.placement_of(pods) {
            Placement::Core | Placement::Middleware => {
                let has_keys = pods.selector.is_some() && pods.tolerations().is_some();
                (!has_keys).then(|| "no key says on which nodes".to_owned())
            }
            Placement::Everywhere if pods.kind != Workload::DaemonSet => {
                Some("only a DaemonSet runs everywhere".to_owned())
            }
            Placement::Everywhere => {
                let is_told = pods.tolerations().is_some_and(|path| is_universal(at(&self.values, &path)));
                let is_known = TOLERANT.iter().any(|(addon, _)| *addon == self.name);
                (!is_told && !is_known && !is_seen)
                    .then(|| "nothing says that it tolerates all taints".to_owned())
            }
        }
    }

    /// Says why a workload that was rendered does not land where the catalog says.
    fn fault_of_workload(&self, rendered: &Rendered<'_>) -> Option<String> {
        let Rendered { name, workload, given } = *rendered;
        let Some(pods) = self.addon.pods.iter().find(|pods| pods.name == name) else {
            let off = SWITCHED_OFF.iter().find(|(addon, own, _)| *addon == self.name && *own == name);
            let is_off = off.is_some_and(|(_, _, key)| at(&self.values, key) == &json!(false));
            let is_windows = WINDOWS.contains(&(self.name, name));
            return (!is_off && !is_windows).then(|| "no row of the catalog places it".to_owned());
        };
        let kind = match workload["kind"].as_str().expect("a kind") {
            // The operator makes StatefulSets of them.
            "Alertmanager" | "Prometheus" => "StatefulSet",
            kind => kind,
        };
        if format!("{:?}", pods.kind) != kind {
            return Some(format!("it is a {kind}"));
        }
        if self.addon.placement_of(pods) == Placement::Everywhere {
            let is_told = pods.tolerations().is_some_and(|path| is_universal(at(&self.values, &path)));
            // What it was told in the rendering, the chart tells it by itself.
            let told = paths(given, |key, value| {
                key.starts_with("tolerat") && (is_universal(value) || value == true)
            });
            let is_default = is_universal(&workload["tolerations"])
                && told.iter().all(|path| at(given, path) == at(&self.values, path));
            return (!is_told && !is_default).then(|| "it does not tolerate all taints".to_owned());
        }
        let (selector, tolerations) = (pods.selector.as_deref()?, pods.tolerations()?);
        if at(given, selector)["node-type"] != "core" || workload["nodeSelector"]["node-type"] != "core" {
            return Some(format!("nobody saw `{selector}` place it"));
        }
        let is_tolerated = |list: &Value| {
            list.as_array().is_some_and(|list| list.iter().any(|it| it["key"] == "CriticalAddonsOnly"))
        };
        (!is_tolerated(at(given, &tolerations)) || !is_tolerated(&workload["tolerations"]))
            .then(|| format!("nobody saw `{tolerations}` let it tolerate anything"))
    }

    /// Returns the keys for nodes that were given in a rendering, and that no row of the catalog names.
    fn missed(&self) -> BTreeSet<String> {
        let named: Vec<&str> = self.addon.pods.iter().filter_map(|pods| pods.selector.as_deref()).collect();
        let given =
            self.renderings.iter().flat_map(|it| paths(&it["values"], |key, _| key == "nodeSelector"));
        given.filter(|path| !named.contains(&path.as_str()) && !NOT_SET.contains(&path.as_str())).collect()
    }
}

/// Whether tolerations are those of pods that run on every node.
fn is_universal(tolerations: &Value) -> bool {
    let is_all = |it: &Value| it["operator"] == "Exists" && it["key"].is_null() && it["effect"].is_null();
    tolerations.as_array().is_some_and(|list| list.iter().any(is_all))
}

/// Returns the paths at which a key stands.
fn paths(values: &Value, is_wanted: impl Fn(&str, &Value) -> bool + Copy) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        if is_wanted(key, value) {
            found.push(key.clone());
        } else {
            found.extend(paths(value, is_wanted).into_iter().map(|path| format!("{key}.{path}")));
        }
    }
    found
}

/// Returns what stands at a path of keys, none of which has a dot.
fn at<'v>(values: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(values, |values, key| &values[key])
}

/// Judges where the add-ons of a cluster were sent, by the values that they were given.
pub fn judge(what: &str, blueprint: &str, emitted: &Emitted) {
    let catalog = Catalog::load();
    let file = tree::repository().join(format!("blueprints/{blueprint}.toml"));
    let blueprint: toml::Table = read(&file).parse().expect("the blueprint is TOML");
    let mut faults = Vec::new();
    for (name, values) in emitted.charts.iter().chain(&emitted.configurations) {
        let Some(addon) = catalog.addons.get(name) else {
            faults.extend(faults_of_own(&blueprint, &emitted.cluster, name, values));
            continue;
        };
        for pods in &addon.pods {
            let (Some(selector), Some(tolerations)) = (&pods.selector, pods.tolerations()) else { continue };
            let wished = written(&blueprint, &emitted.cluster, name, "placement");
            let wished = wished.and_then(|placement| placement.as_str());
            let placement = wished.unwrap_or_else(|| addon.placement_of(pods).word());
            let on_fargate = addon.fargate.is_some() && at(values, selector).is_null();
            if !on_fargate && !is_sent(values, selector, &tolerations, placement) {
                faults.push(format!("{name}: {} is not sent to {placement}: {values}", pods.name));
            }
        }
    }
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

/// Whether values send pods to the nodes of a placement: by their label, and over their taint.
fn is_sent(values: &Value, selector: &str, tolerations: &str, placement: &str) -> bool {
    let toleration = match placement {
        "core" => json!({ "key": "CriticalAddonsOnly", "operator": "Exists" }),
        "middleware" => {
            json!({ "key": "node-type", "operator": "Equal", "value": "middleware", "effect": "NoSchedule" })
        }
        // On every node: the add-on's own matter.
        _ => return true,
    };
    let is_tolerated = at(values, tolerations).as_array().is_some_and(|list| list.contains(&toleration));
    is_tolerated && at(values, selector)["node-type"] == placement
}

/// Says where one's own add-on is not sent. The catalog does not have it: the blueprint alone says what its keys are.
fn faults_of_own(blueprint: &toml::Table, cluster: &str, name: &str, values: &Value) -> Vec<String> {
    let written = |key: &str| written(blueprint, cluster, name, key);
    // Other releases that the catalog has not are definitions, and have no pods.
    let Some(_) = written("chart") else { return Vec::new() };
    let keys = |key: &str| {
        let list = written(key)?.as_array()?;
        Some(list.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect::<Vec<_>>())
    };
    let placement = written("placement").and_then(|placement| placement.as_str()).unwrap_or("core");
    let selectors = keys("node_selector").unwrap_or_else(|| vec!["nodeSelector".to_owned()]);
    let beside = |selector: &String| match selector.rsplit_once('.') {
        Some((parent, _)) => format!("{parent}.tolerations"),
        None => "tolerations".to_owned(),
    };
    let tolerations = keys("tolerations").unwrap_or_else(|| selectors.iter().map(beside).collect());
    let pairs = selectors.iter().zip(&tolerations);
    let astray = pairs.filter(|(selector, tolerations)| !is_sent(values, selector, tolerations, placement));
    astray.map(|(selector, _)| format!("{name}: `{selector}` is not sent to {placement}: {values}")).collect()
}

/// What a blueprint says of a key of an add-on of a cluster.
fn written<'b>(blueprint: &'b toml::Table, cluster: &str, addon: &str, key: &str) -> Option<&'b toml::Value> {
    let (environment, cluster) = cluster.split_once('/').expect("environment/cluster");
    let layers: [&[&str]; 3] = [
        &["environments", environment, "clusters", cluster],
        &["environments", environment, "cluster"],
        &["cluster"],
    ];
    layers.iter().find_map(|layer| {
        let mut path = layer.iter().copied().chain(["addons", addon, key]);
        let first = blueprint.get(path.next()?)?;
        path.try_fold(first, |value, key| value.get(key))
    })
}
