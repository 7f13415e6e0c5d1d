//! An application's place on a cluster, in a real control plane: who may do what, what pods get, what is refused.
//!
//! `deployment.rs` has applied azavea; what the tenants' stack of staging gives to Kubernetes is put into the control plane,
//! questions are asked, and it is taken out again. What members of an application's groups may do is a table,
//! `fixtures/can-i.txt`; what goes in and out of its pods is another, `fixtures/network.txt`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::control_plane::{ControlPlane, wait};
use crate::emitted::{self, Emitted};
use crate::tree;
use crate::world::World;

const GROUPS: [&str; 3] = ["admin", "deployer", "viewer"];

const VERBS: [&str; 6] = ["get", "list", "create", "update", "patch", "delete"];

/// What there is to have rights on: resource, and subresource behind a stroke; API group.
const RESOURCES: [(&str, &str); 32] = [
    ("deployments", "apps"),
    ("deployments/scale", "apps"),
    ("statefulsets", "apps"),
    ("daemonsets", "apps"),
    ("jobs", "batch"),
    ("cronjobs", "batch"),
    ("pods", ""),
    ("pods/exec", ""),
    ("pods/log", ""),
    ("services", ""),
    ("ingresses", "networking.k8s.io"),
    ("horizontalpodautoscalers", "autoscaling"),
    ("poddisruptionbudgets", "policy"),
    ("configmaps", ""),
    ("secrets", ""),
    ("persistentvolumeclaims", ""),
    ("serviceaccounts", ""),
    ("serviceaccounts/token", ""),
    ("networkpolicies", "networking.k8s.io"),
    ("roles", "rbac.authorization.k8s.io"),
    ("rolebindings", "rbac.authorization.k8s.io"),
    ("events", ""),
    ("resourcequotas", ""),
    ("limitranges", ""),
    ("namespaces", ""),
    ("nodes", ""),
    ("persistentvolumes", ""),
    ("storageclasses", "storage.k8s.io"),
    ("clusterroles", "rbac.authorization.k8s.io"),
    ("clusterrolebindings", "rbac.authorization.k8s.io"),
    ("mutatingadmissionpolicies", "admissionregistration.k8s.io"),
    ("customresourcedefinitions", "apiextensions.k8s.io"),
];

/// Puts the tenants of staging into a control plane, and takes them out again: nothing is left.
pub fn judge(world: &World<'_>, plane: &ControlPlane) {
    let emitted = emitted::clusters(world);
    let Emitted { objects, releases, .. } =
        emitted.iter().find(|emitted| emitted.cluster == "staging/main").expect("it was applied");
    let release = |name: &str| releases.iter().find(|it| it.name == name).expect("it is in azavea");
    let [policy, placement, network] = ["tenant-pods", "tenant-placement", "tenant-network"].map(release);
    let is_tenant = |path: &str| path.contains("/namespaces");
    let objects: Vec<&(String, Value)> = objects.iter().filter(|(path, _)| is_tenant(path)).collect();

    let before = plane.objects();
    for policy in [policy, placement, network] {
        plane.install(&world.tree.join("modules/services/charts/objects"), policy).expect("it is taken");
    }
    for (path, object) in &objects {
        plane.apply(path, object);
    }
    wait("quotas are not counted", || {
        let quotas = plane.get("/api/v1/resourcequotas");
        let quotas = quotas["items"].as_array().expect("a list").iter();
        let open = quotas.filter(|quota| quota["status"]["hard"].is_null());
        open.map(|quota| quota["metadata"]["namespace"].to_string()).collect()
    });

    assert_rights(plane);
    assert_bounds(plane);
    assert_pods(plane);
    assert_placement(plane);
    assert_network(plane);

    plane.uninstall(policy);
    plane.uninstall(placement);
    let is_namespace = |object: &Value| object["kind"] == "Namespace";
    for (path, object) in objects.iter().filter(|(_, object)| is_namespace(object)) {
        plane.delete(&format!("{path}/{}", object["metadata"]["name"].as_str().expect("a name")));
    }
    // Until then it stands, so that a namespace takes its policies along in spite of it.
    wait("namespaces of tenants", || {
        let namespaces = plane.get("/api/v1/namespaces");
        let left = namespaces["items"].as_array().expect("a list").iter();
        let left = left.filter(|it| it["metadata"]["labels"]["Application"].is_string());
        left.map(|it| it["metadata"]["name"].to_string()).collect()
    });
    plane.uninstall(network);
    wait("left of tenants", || plane.objects().difference(&before).cloned().collect());
}

/// Asks for every verb, resource and group, and compares the answers with the table.
fn assert_rights(plane: &ControlPlane) {
    let mut table =
        String::from("# What members of franklin's groups may do, as `kubectl auth can-i` says.\n");
    for namespace in ["franklin", "argo", "kube-system"] {
        let questions: Vec<(String, Value)> = RESOURCES
            .iter()
            .flat_map(|(resource, group)| {
                let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                GROUPS.iter().flat_map(move |role| {
                    VERBS.iter().map(move |verb| {
                        let attributes = json!({
                            "verb": verb, "group": group, "resource": resource, "subresource": subresource,
                            "namespace": namespace,
                        });
                        (format!("franklin:{role}"), attributes)
                    })
                })
            })
            .collect();
        let mut answers = plane.may(&questions).into_iter();
        let mut rows = String::new();
        for (resource, _) in RESOURCES {
            let cells = GROUPS.map(|_| {
                let may: Vec<&str> =
                    VERBS.into_iter().filter(|_| answers.next().expect("an answer")).collect();
                if may.is_empty() { "-".to_owned() } else { may.join(" ") }
            });
            if cells.iter().any(|cell| cell != "-") || namespace == "franklin" {
                let row = format!("{resource:28}{:38}{:38}{}", cells[0], cells[1], cells[2]);
                writeln!(rows, "{}", row.trim_end()).expect("text grows");
            }
        }
        let title = format!("in {namespace}");
        if rows.is_empty() {
            writeln!(table, "\n{title}: nothing").expect("text grows");
        } else {
            let [admin, deployer, viewer] = GROUPS;
            writeln!(table, "\n{title:28}{admin:38}{deployer:38}{viewer}\n{rows}").expect("text grows");
        }
    }
    let table = table.replace("\n\n\n", "\n\n");
    let file = tree::repository().join("tests/judges/fixtures/can-i.txt");
    if std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty()) {
        tree::write(&file, &table);
    }
    assert_eq!(
        table,
        tree::read(&file),
        "rights (left) are not those of the table (right); UPDATE=1 accepts them"
    );
}

/// What an administrator tries who wants more.
fn assert_bounds(plane: &ControlPlane) {
    let admin = "franklin:admin";
    let [core, rbac] =
        ["/api/v1", "/apis/rbac.authorization.k8s.io/v1"].map(|it| format!("{it}/namespaces/franklin"));
    let quota = plane.get(&format!("{core}/resourcequotas"))["items"][0]["metadata"]["name"].clone();
    let raised = json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": { "name": quota },
        "spec": { "hard": { "requests.cpu": "1000" } },
    });
    let role = |rules: Value| json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": "own" }, "rules": rules });
    let quotas = json!([{ "apiGroups": [""], "resources": ["resourcequotas"], "verbs": ["update"] }]);
    let pods = json!([{ "apiGroups": [""], "resources": ["pods"], "verbs": ["list"] }]);
    let cluster_admin = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": "own" },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin" },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": admin }],
    });
    let refused = [
        ("raising the quota", format!("{core}/resourcequotas"), raised, "cannot patch resource"),
        ("a role that raises quotas", format!("{rbac}/roles"), role(quotas), "not currently held"),
        ("a binding to cluster-admin", format!("{rbac}/rolebindings"), cluster_admin, "not currently held"),
    ];
    for (what, path, object, says) in refused {
        let said = plane.refusal_of(admin, &path, &object).unwrap_or_else(|| panic!("{what} is not refused"));
        assert!(said.contains(says), "{what}: {said}");
        eprintln!("refused: {what}: {said}");
    }
    let said = plane.refusal_of(admin, &format!("{rbac}/roles"), &role(pods));
    assert_eq!(said, None, "a role within one's rights");
}

/// A pod as `restricted` wants it, that asks for so many CPUs.
fn pod(cpu: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "pod" },
        "spec": {
            "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{
                "name": "main",
                "image": "registry.example/main:1",
                "resources": { "requests": { "cpu": cpu } },
                "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
            }],
        },
    })
}

fn assert_pods(plane: &ControlPlane) {
    let franklin = pods_of("franklin");
    let admitted = plane.admitted(&franklin, &pod("500m")).expect("a pod that asks for little");
    let labels = json!({ "Application": "franklin", "Environment": "staging", "Team": "raster-foundry" });
    assert_eq!(admitted["metadata"]["labels"], labels, "cost labels of the namespace");
    assert_eq!(admitted["spec"]["nodeSelector"], json!({ "node-type": "worker" }), "placement");
    let limits = &admitted["spec"]["containers"][0]["resources"];
    assert_eq!(limits["limits"]["memory"], "256Mi", "the default of the limit range");
    assert_eq!(limits["limits"]["ephemeral-storage"], "8Gi", "what a container may write");

    let mut own = pod("500m");
    own["metadata"]["labels"] = json!({ "Team": "other" });
    own["spec"]["nodeSelector"] = json!({ "node-type": "middleware" });
    let admitted = plane.admitted(&franklin, &own).expect("a pod with a wish of its own");
    assert_eq!(admitted["metadata"]["labels"]["Team"], "other", "a label that is there stays");
    assert_eq!(admitted["spec"]["nodeSelector"], json!({ "node-type": "middleware" }), "so does a selector");
    let elsewhere = plane.admitted(&pods_of("default"), &pod("500m")).expect("a pod of nobody");
    assert_eq!(elsewhere["spec"]["nodeSelector"], Value::Null, "only applications' pods are placed");

    let mut many = pod("500m");
    many["spec"]["containers"][0]["resources"]["requests"]["memory"] = json!("80Gi");
    many["spec"]["containers"][0]["resources"]["limits"] = json!({ "memory": "80Gi" });
    let refused = [
        ("more CPU than the quota", "exceeded quota", pod("17")),
        ("more memory than the quota", "exceeded quota", many),
        ("root", "violates PodSecurity", with("/spec/securityContext/runAsNonRoot", json!(false))),
        ("the node's network", "violates PodSecurity", with("/spec/hostNetwork", json!(true))),
        (
            "a privileged container",
            "violates PodSecurity",
            with("/spec/containers/0/securityContext", json!({ "privileged": true })),
        ),
        (
            "the node's files",
            "violates PodSecurity",
            with("/spec/volumes", json!([{ "name": "node", "hostPath": { "path": "/" } }])),
        ),
    ];
    for (what, says, pod) in refused {
        let said = plane.admitted(&franklin, &pod).expect_err(what);
        assert!(said.contains(says), "{what}: {said}");
        eprintln!("refused: {what}: {said}");
    }

    // daskhub is `baseline`: root is let in, the node is not.
    let root = with("/spec/securityContext", json!({ "runAsUser": 0 }));
    plane.admitted(&pods_of("daskhub"), &root).expect("baseline lets root in");
    plane
        .admitted(&pods_of("daskhub"), &with("/spec/hostNetwork", json!(true)))
        .expect_err("the node's network");
}

/// Core is the platform's.
fn assert_placement(plane: &ControlPlane) {
    let franklin = pods_of("franklin");
    let wants = |kind: &str, operator: &str, node_type: &str| {
        let terms = json!([{ "matchExpressions": [{ "key": "node-type", "operator": operator, "values": [node_type] }] }]);
        let terms = if kind == "required" {
            json!({ "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } })
        } else {
            json!({ "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 1, "preference": terms[0] }] })
        };
        with("/spec/affinity", json!({ "nodeAffinity": terms }))
    };
    let tolerates = |toleration: Value| with("/spec/tolerations", json!([toleration]));
    let bare = tolerates(json!({ "operator": "Exists" }));
    wait("nothing is refused yet", || {
        plane.admitted(&franklin, &bare).is_ok().then(|| "tenant-placement".to_owned()).into_iter().collect()
    });
    let platforms = "core nodes are the platform's";
    let refused = [
        ("every taint", platforms, bare),
        (
            "every taint of an effect",
            platforms,
            tolerates(json!({ "operator": "Exists", "effect": "NoSchedule" })),
        ),
        ("core's taint", platforms, tolerates(json!({ "key": "CriticalAddonsOnly", "operator": "Exists" }))),
        (
            "core's taint by its value",
            platforms,
            tolerates(json!({ "key": "CriticalAddonsOnly", "value": "true" })),
        ),
        ("core nodes", platforms, with("/spec/nodeSelector", json!({ "node-type": "core" }))),
        ("core nodes by affinity", platforms, wants("required", "In", "core")),
        ("a node of its own choice", "leave out nodeName", with("/spec/nodeName", json!("core-1"))),
        (
            "a node's priority",
            "exceeded quota",
            with("/spec/priorityClassName", json!("system-node-critical")),
        ),
        (
            "the cluster's priority",
            "exceeded quota",
            with("/spec/priorityClassName", json!("system-cluster-critical")),
        ),
    ];
    for (what, says, pod) in refused {
        let said = plane.admitted(&franklin, &pod).expect_err(what);
        assert!(said.contains(says), "{what}: {said}");
        eprintln!("refused: {what}: {said}");
        plane.admitted(&pods_of("default"), &pod).expect("pods of nobody are not asked");
    }
    let taken = [
        (
            "middleware's taint",
            tolerates(json!({ "key": "node-type", "value": "middleware", "effect": "NoSchedule" })),
        ),
        ("a taint of its pool", tolerates(json!({ "key": "nvidia.com/gpu", "operator": "Exists" }))),
        ("worker nodes", with("/spec/nodeSelector", json!({ "node-type": "worker" }))),
        ("a zone", with("/spec/nodeSelector", json!({ "topology.kubernetes.io/zone": "us-east-1a" }))),
        ("worker nodes by affinity", wants("required", "In", "worker")),
        ("nodes that are not core", wants("required", "NotIn", "core")),
        ("rather core", wants("preferred", "In", "core")),
    ];
    for (what, pod) in taken {
        plane.admitted(&franklin, &pod).unwrap_or_else(|said| panic!("{what}: {said}"));
    }
}

/// Where the pods of a namespace are made.
fn pods_of(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods")
}

/// A pod in which one thing is another.
fn with(pointer: &str, value: Value) -> Value {
    let mut pod = pod("500m");
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    pod.pointer_mut(parent).expect(parent)[key] = value;
    pod
}

/// Compares what goes in and out of pods with the table, and tries what members of the application's groups can do about it.
fn assert_network(plane: &ControlPlane) {
    let of = |namespace: &str| format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies");
    let mut table = String::from("# What goes in and out of applications' pods, by policy.\n");
    for namespace in ["argo", "franklin"] {
        writeln!(table, "\n{namespace}").expect("text grows");
        let list = plane.get(&of(namespace));
        for policy in list["items"].as_array().expect("a list") {
            let name = policy["metadata"]["name"].as_str().expect("a name");
            assert_eq!(policy["spec"]["podSelector"], json!({}), "{namespace}/{name}: all pods");
            for (kind, rules, peers, word) in
                [("Ingress", "ingress", "from", "in"), ("Egress", "egress", "to", "out")]
            {
                if policy["spec"]["policyTypes"].as_array().expect("a list").iter().any(|it| it == kind) {
                    let rules = passages(&policy["spec"][rules], peers);
                    writeln!(table, "{name:32}{word:5}{rules}").expect("text grows");
                }
            }
        }
    }
    let file = tree::repository().join("tests/judges/fixtures/network.txt");
    if std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty()) {
        tree::write(&file, &table);
    }
    assert_eq!(
        table,
        tree::read(&file),
        "policies (left) are not those of the table (right); UPDATE=1 accepts them"
    );

    let policy = |types: Value| {
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": { "name": "own" },
            "spec": { "podSelector": {}, "policyTypes": types, "ingress": [{}] },
        })
    };
    let mut out = policy(json!(["Egress"]));
    out["spec"] = json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": [{}] });
    let mut wider = policy(json!(["Ingress", "Egress"]));
    wider["metadata"]["name"] = json!("default-deny");
    let franklin = of("franklin");
    wait("nothing is refused yet", || {
        let taken = plane.refusal_of("franklin:deployer", &franklin, &out).is_none();
        taken.then(|| "tenant-network".to_owned()).into_iter().collect()
    });
    for group in ["franklin:admin", "franklin:deployer"] {
        let refused = [
            ("a way out", plane.refusal_of(group, &franklin, &out)),
            ("a wider default-deny", plane.refusal_of(group, &franklin, &wider)),
            ("no default-deny", plane.refusal_to_delete(group, &format!("{franklin}/default-deny"))),
            ("no same-namespace", plane.refusal_to_delete(group, &format!("{franklin}/same-namespace"))),
        ];
        for (what, said) in refused {
            let said = said.unwrap_or_else(|| panic!("{group}: {what} is not refused"));
            assert!(said.contains("is said by the platform"), "{group}: {what}: {said}");
        }
        let said = plane.refusal_of(group, &franklin, &policy(json!(["Ingress"])));
        assert_eq!(said, None, "{group}: a way in");
    }
}

/// Writes the rules of a policy in one line.
fn passages(rules: &Value, peers: &str) -> String {
    let rules = rules.as_array().map_or(&[][..], Vec::as_slice);
    if rules.is_empty() {
        return "nothing".to_owned();
    }
    let rules = rules.iter().map(|rule| {
        let list = |key: &str| rule[key].as_array().cloned().unwrap_or_default();
        let peers: Vec<String> = list(peers).iter().map(peer).collect();
        let ports: Vec<String> = list("ports")
            .iter()
            .map(|port| {
                let protocol = port["protocol"].as_str().expect("a protocol");
                if port["port"].is_null() {
                    protocol.to_owned()
                } else {
                    format!("{protocol}/{}", port["port"])
                }
            })
            .collect();
        let ports = if ports.is_empty() { String::new() } else { format!(" {}", ports.join(" ")) };
        format!("{}{ports}", peers.join(" or "))
    });
    rules.collect::<Vec<_>>().join("; ")
}

fn peer(peer: &Value) -> String {
    if let Some(cidr) = peer["ipBlock"]["cidr"].as_str() {
        let except = peer["ipBlock"]["except"].as_array().cloned().unwrap_or_default();
        let except: Vec<&str> = except.iter().filter_map(Value::as_str).collect();
        return if except.is_empty() { cidr.to_owned() } else { format!("{cidr} but {}", except.join(", ")) };
    }
    let selector = |of: &Value, what: &str| (!of.is_null()).then(|| format!("{what} {of}"));
    let both = [selector(&peer["namespaceSelector"], "namespaces"), selector(&peer["podSelector"], "pods")];
    both.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
