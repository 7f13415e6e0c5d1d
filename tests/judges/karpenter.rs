//! Karpenter's rules in CEL that a blueprint can come near to, written out: what a schema alone cannot say.
//!
//! Source: `x-kubernetes-validations` of the definitions of v1.14.1. Read 2026-11. The control plane evaluates all of them;
//! `control_plane.rs` shows that it refuses what is refused here.

use serde_json::{Value, json};

/// Returns which rules an object breaks: none if it is not one of Karpenter's.
pub fn problems(object: &Value) -> Vec<String> {
    let spec = &object["spec"];
    let broken = match object["kind"].as_str() {
        Some("EC2NodeClass") => node_class(spec),
        Some("NodePool") => node_pool(spec),
        _ => Vec::new(),
    };
    broken.into_iter().map(str::to_owned).collect()
}

fn node_class(spec: &Value) -> Vec<&'static str> {
    const RESERVED: [&str; 4] = [
        "eks:eks-cluster-name",
        "karpenter.sh/nodepool",
        "karpenter.sh/nodeclaim",
        "karpenter.k8s.aws/ec2nodeclass",
    ];
    let terms: Vec<&Value> = list(&spec["amiSelectorTerms"]).collect();
    let has_alias = |term: &&Value| term["alias"].is_string();
    let is_alone = |term: &Value| keys(term).count() == 1;
    let is_reserved = |tag: &str| RESERVED.contains(&tag) || tag.starts_with("kubernetes.io/cluster");
    broken([
        (
            "role or instanceProfile, one of them",
            spec["role"].is_string() != spec["instanceProfile"].is_string(),
        ),
        ("an alias stands alone", !terms.iter().any(has_alias) || terms.len() == 1 && is_alone(terms[0])),
        ("tags that Karpenter sets", !keys(&spec["tags"]).any(is_reserved)),
    ])
}

fn node_pool(spec: &Value) -> Vec<&'static str> {
    const NUMBERS: [&str; 4] = ["Gt", "Lt", "Gte", "Lte"];
    let requirements: Vec<&Value> = list(&spec["template"]["spec"]["requirements"]).collect();
    let values = |requirement: &Value| -> Vec<String> {
        list(&requirement["values"]).map(|value| value.as_str().unwrap_or_default().to_owned()).collect()
    };
    let is_number = |values: &[String]| matches!(values, [value] if value.parse::<u64>().is_ok());
    let all = |operators: &[&str], holds: &dyn Fn(&[String]) -> bool| {
        let of_these = requirements
            .iter()
            .filter(|it| it["operator"].as_str().is_some_and(|it| operators.contains(&it)));
        of_these.into_iter().all(|requirement| holds(&values(requirement)))
    };
    let required = requirements.iter().filter_map(|requirement| requirement["key"].as_str());
    let mut labels = keys(&spec["template"]["metadata"]["labels"]).chain(required);
    broken([
        ("weight or replicas, not both", spec["weight"].is_null() || spec["replicas"].is_null()),
        ("labels that Karpenter sets", labels.all(is_label_allowed)),
        ("`In` has values", all(&["In"], &|values| !values.is_empty())),
        ("a comparison has one number", all(&NUMBERS, &is_number)),
        (
            "a schedule goes with a duration",
            list(&spec["disruption"]["budgets"])
                .all(|budget| budget["schedule"].is_null() == budget["duration"].is_null()),
        ),
    ])
}

fn is_label_allowed(label: &str) -> bool {
    let domain = label.split_once('/').map_or("", |(domain, _)| domain);
    match domain {
        _ if label == "kubernetes.io/hostname" => false,
        _ if label == "karpenter.sh/capacity-type" => true,
        // The definition lists them all: what a node's type has.
        "karpenter.k8s.aws" => {
            let name = &label["karpenter.k8s.aws/".len()..];
            ["instance-", "capacity-reservation-", "placement-group-"]
                .iter()
                .any(|start| name.starts_with(start))
        }
        _ => !domain.ends_with("karpenter.sh") && !domain.ends_with("karpenter.k8s.aws"),
    }
}

fn broken<const N: usize>(rules: [(&'static str, bool); N]) -> Vec<&'static str> {
    rules.into_iter().filter(|(_, holds)| !holds).map(|(rule, _)| rule).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str())
}

/// A class and a pool that are right: plinth's own, without what does not matter here.
pub fn right() -> [Value; 2] {
    [
        json!({
            "apiVersion": "karpenter.k8s.aws/v1",
            "kind": "EC2NodeClass",
            "metadata": { "name": "worker" },
            "spec": {
                "role": "example-karpenter-node",
                "amiSelectorTerms": [{ "alias": "al2023@v20260714" }],
                "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "example" } }],
                "securityGroupSelectorTerms": [{ "id": "sg-0123456789abcdef0" }],
                "tags": { "Project": "example" },
            },
        }),
        json!({
            "apiVersion": "karpenter.sh/v1",
            "kind": "NodePool",
            "metadata": { "name": "worker" },
            "spec": {
                "weight": 10,
                "disruption": { "consolidateAfter": "5m", "budgets": [{ "nodes": "10%" }] },
                "template": {
                    "metadata": { "labels": { "node-type": "worker" } },
                    "spec": {
                        "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "worker" },
                        "requirements": [
                            { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] },
                            { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["4"] },
                        ],
                    },
                },
            },
        }),
    ]
}

/// What makes them wrong: which of them, where, and what stands there then.
pub fn mistakes() -> Vec<(usize, &'static str, Value)> {
    let requirements = "/spec/template/spec/requirements";
    vec![
        (0, "/spec/instanceProfile", json!("example")),
        (0, "/spec/role", Value::Null),
        (
            0,
            "/spec/amiSelectorTerms",
            json!([{ "alias": "al2023@v20260714" }, { "id": "ami-0123456789abcdef0" }]),
        ),
        (0, "/spec/amiSelectorTerms", json!([{ "alias": "al2023@v20260714", "name": "mine" }])),
        (0, "/spec/tags", json!({ "karpenter.sh/nodepool": "worker" })),
        (0, "/spec/tags", json!({ "kubernetes.io/cluster/example": "owned" })),
        (1, "/spec/replicas", json!(3)),
        (1, "/spec/template/metadata/labels", json!({ "karpenter.sh/nodepool": "worker" })),
        (1, "/spec/template/metadata/labels", json!({ "karpenter.k8s.aws/mine": "worker" })),
        (1, "/spec/template/metadata/labels", json!({ "kubernetes.io/hostname": "worker" })),
        (1, requirements, json!([{ "key": "kubernetes.io/arch", "operator": "In", "values": [] }])),
        (
            1,
            requirements,
            json!([{ "key": "karpenter.k8s.aws/instance-cpu", "operator": "Gt", "values": ["4", "8"] }]),
        ),
        (
            1,
            requirements,
            json!([{ "key": "karpenter.k8s.aws/instance-cpu", "operator": "Lte", "values": ["four"] }]),
        ),
        (1, "/spec/disruption/budgets", json!([{ "nodes": "0", "schedule": "0 9 * * *" }])),
    ]
}

/// Sets what stands at a path whose parent is there; `null` takes it away.
pub fn set(object: &Value, path: &str, value: &Value) -> Value {
    let mut object = object.clone();
    let (parent, key) = path.rsplit_once('/').expect("a path has a parent");
    let parent = object.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is there");
    parent.insert(key.to_owned(), value.clone());
    parent.retain(|_, value| !value.is_null());
    object
}

#[test]
fn rules_find_each_mistake() {
    for object in right() {
        assert_eq!(problems(&object), [""; 0], "{object}");
    }
    for (which, path, value) in mistakes() {
        let wrong = set(&right()[which], path, &value);
        assert_eq!(problems(&wrong).len(), 1, "{path} = {value}: {:?}", problems(&wrong));
    }
}
