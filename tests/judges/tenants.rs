//! An application's place on a cluster, in a real control plane: who may do what, what pods get, what is refused.
//!
//! Staging of azavea is applied in a stand-in world; what its tenants' stack gives to Kubernetes is put into the control
//! plane, questions are asked, and it is taken out again.

use serde_json::{Value, json};

use crate::control_plane::{ControlPlane, wait};
use crate::emitted::{self, Emitted};
use crate::engine::Engine;
use crate::world::World;

/// Verb, API group, resource; who may: admin, deployer, viewer.
type Right = (&'static str, &'static str, &'static str, [bool; 3]);

const GROUPS: [&str; 3] = ["admin", "deployer", "viewer"];

/// What members of an application's groups may do in its namespace. In no other may they do any of it.
const RIGHTS: [Right; 26] = [
    ("create", "apps", "deployments", [true, true, false]),
    ("patch", "apps", "statefulsets", [true, true, false]),
    ("create", "batch", "jobs", [true, true, false]),
    ("create", "networking.k8s.io", "ingresses", [true, true, false]),
    ("create", "", "services", [true, true, false]),
    ("create", "", "configmaps", [true, true, false]),
    ("create", "", "persistentvolumeclaims", [true, true, false]),
    ("create", "", "secrets", [true, true, false]),
    ("get", "", "secrets", [true, true, false]),
    ("create", "", "serviceaccounts", [true, true, false]),
    ("delete", "", "pods", [true, true, false]),
    ("get", "", "pods", [true, true, true]),
    ("list", "apps", "deployments", [true, true, true]),
    ("get", "", "resourcequotas", [true, true, true]),
    ("create", "rbac.authorization.k8s.io", "roles", [true, false, false]),
    ("create", "rbac.authorization.k8s.io", "rolebindings", [true, false, false]),
    ("update", "", "resourcequotas", [false, false, false]),
    ("delete", "", "resourcequotas", [false, false, false]),
    ("update", "", "limitranges", [false, false, false]),
    ("patch", "", "namespaces", [false, false, false]),
    ("delete", "", "namespaces", [false, false, false]),
    ("create", "", "namespaces", [false, false, false]),
    ("list", "", "nodes", [false, false, false]),
    ("create", "rbac.authorization.k8s.io", "clusterrolebindings", [false, false, false]),
    ("create", "admissionregistration.k8s.io", "mutatingadmissionpolicies", [false, false, false]),
    ("create", "apiextensions.k8s.io", "customresourcedefinitions", [false, false, false]),
];

#[test]
fn tenants_are_bounded() {
    let what = "tenants of azavea in a control plane";
    let Some(engine) = Engine::with_providers("terraform", what) else { return };
    let Some(plane) = ControlPlane::start(what) else { return };
    let world = World::new(&engine, "azavea");
    let staging = world.environment("staging");
    world.bootstrap(staging);
    for stack in ["main/cluster", "main/services", "main/tenants"] {
        world.apply(&staging.stack(stack));
    }
    let emitted = emitted::clusters(&world);
    let Emitted { objects, releases, .. } = &emitted[0];
    let policy = releases.iter().find(|release| release.name == "tenant-pods").expect("it is in azavea");
    let is_tenant = |path: &str| path.contains("/namespaces");
    let objects: Vec<&(String, Value)> = objects.iter().filter(|(path, _)| is_tenant(path)).collect();

    let before = plane.objects();
    plane.install(&world.tree.join("modules/services/charts/objects"), policy).expect("the policy is taken");
    for (path, object) in &objects {
        plane.apply(path, object);
    }
    wait("quotas are not counted", || {
        let quotas = plane.get("/api/v1/resourcequotas");
        let quotas = quotas["items"].as_array().expect("a list").iter();
        let open = quotas.filter(|quota| quota["status"]["hard"].is_null());
        open.map(|quota| quota["metadata"]["namespace"].to_string()).collect()
    });

    assert_rights(&plane);
    assert_pods(&plane);
    let mut own = policies(&plane, "franklin");
    own.retain(|policy| !policy.contains("to-databases-"));
    assert_eq!(own, policies(&plane, "argo"), "all have the same policies, but who has a database");

    plane.uninstall(policy);
    let is_namespace = |object: &Value| object["kind"] == "Namespace";
    for (path, object) in objects.iter().filter(|(_, object)| is_namespace(object)) {
        plane.delete(&format!("{path}/{}", object["metadata"]["name"].as_str().expect("a name")));
    }
    wait("left of tenants", || plane.objects().difference(&before).cloned().collect());
}

fn assert_rights(plane: &ControlPlane) {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for (verb, group, resource, expected) in RIGHTS {
        let may = |role: &str, namespace: &str| {
            let attributes =
                json!({ "verb": verb, "group": group, "resource": resource, "namespace": namespace });
            plane.may(&format!("franklin:{role}"), &attributes)
        };
        let here = GROUPS.map(|role| may(role, "franklin"));
        let words = here.map(|may| if may { "yes" } else { "no" });
        table += &format!("{verb:8}{resource:28}{:10}{:10}{}\n", words[0], words[1], words[2]);
        if here != expected {
            wrong.push(format!("{verb} {resource}: {here:?}, not {expected:?}"));
        }
        for namespace in ["argo", "kube-system", "default"] {
            wrong.extend(
                GROUPS
                    .into_iter()
                    .filter(|role| may(role, namespace))
                    .map(|role| format!("{verb} {resource}: franklin's {role} may in {namespace}, too")),
            );
        }
    }
    eprintln!("{:36}{:10}{:10}{}\n{table}", "in franklin", GROUPS[0], GROUPS[1], GROUPS[2]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
    let of = |namespace: &str| format!("/api/v1/namespaces/{namespace}/pods");
    let franklin = of("franklin");
    let admitted = plane.admitted(&franklin, &pod("500m")).expect("a pod that asks for little");
    let labels = json!({ "Application": "franklin", "Environment": "staging", "Team": "raster-foundry" });
    assert_eq!(admitted["metadata"]["labels"], labels, "cost labels of the namespace");
    assert_eq!(admitted["spec"]["nodeSelector"], json!({ "node-type": "worker" }), "placement");
    let limits = &admitted["spec"]["containers"][0]["resources"];
    assert_eq!(limits["limits"]["memory"], "256Mi", "the default of the limit range");

    let mut own = pod("500m");
    own["metadata"]["labels"] = json!({ "Team": "other" });
    own["spec"]["nodeSelector"] = json!({ "node-type": "middleware" });
    let admitted = plane.admitted(&franklin, &own).expect("a pod with a wish of its own");
    assert_eq!(admitted["metadata"]["labels"]["Team"], "other", "a label that is there stays");
    assert_eq!(admitted["spec"]["nodeSelector"], json!({ "node-type": "middleware" }), "so does a selector");
    let elsewhere = plane.admitted(&of("default"), &pod("500m")).expect("a pod of nobody");
    assert_eq!(elsewhere["spec"]["nodeSelector"], Value::Null, "only applications' pods are placed");

    let with = |pointer: &str, value: Value| {
        let mut pod = pod("500m");
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        pod.pointer_mut(parent).expect(parent)[key] = value;
        pod
    };
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
    plane.admitted(&of("daskhub"), &root).expect("baseline lets root in");
    plane.admitted(&of("daskhub"), &with("/spec/hostNetwork", json!(true))).expect_err("the node's network");
}

/// The names of a namespace's policies.
fn policies(plane: &ControlPlane, namespace: &str) -> Vec<String> {
    let list = plane.get(&format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"));
    let items = list["items"].as_array().expect("a list").iter();
    let names: Vec<String> = items.map(|it| it["metadata"]["name"].to_string()).collect();
    assert!(names.len() >= 6, "{namespace}: {names:?}");
    names
}
