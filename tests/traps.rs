//! Charts' traps: keys that are taken without a word and do nothing, hooks that go to the internet, webhooks that stop others.
//!
//! One test for each. Sources stand in the files of the catalog, at the values that answer them.

mod harness;

use harness::{Tree, make};
use hcl::{Block, Expression};
use serde_json::{Value, json};

/// Renders a cluster with some add-ons; or says what is wrong with it.
fn render(addons: &[&str]) -> Result<Tree, String> {
    let addons: Vec<String> = addons.iter().map(|addon| format!("[cluster.addons.{addon}]")).collect();
    let addons = addons.join("\n");
    let text = format!(
        r#"
format  = 1
project = {{ name = "traps" }}

[cluster]
kubernetes_version    = "1.36"
endpoint.public_cidrs = ["203.0.113.0/24"]

[cluster.node_pools.core]
kind           = "managed"
instance_types = ["m7i.2xlarge"]
size           = {{ min = 3, max = 6 }}

[cluster.node_pools.worker]
kind   = "karpenter"
limits = {{ cpu = 100 }}

[cluster.addons.karpenter]
{addons}
[environments.dev]
account              = "111111111111"
region               = "us-east-1"
deploy_role          = "arn:aws:iam::111111111111:role/terraform"
cluster.network.cidr = "10.0.0.0/16"
"#
    );
    make(&text, "blueprint.toml")
}

/// Returns the blocks of an add-on's file.
fn blocks(stack: &str, addon: &str, addons: &[&str]) -> Vec<Block> {
    let tree = render(addons).unwrap_or_else(|said| panic!("{said}"));
    let file = &tree[&format!("modules/{stack}/addon_{}.tf", addon.replace('-', "_"))];
    hcl::parse(file).expect("generated files parse").into_blocks().collect()
}

/// Returns a resource's attribute.
fn attribute(blocks: &[Block], kind: &str, name: &str, key: &str) -> Value {
    let is_wanted = |block: &&Block| {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        labels == [kind, name]
    };
    let block = blocks.iter().find(is_wanted).unwrap_or_else(|| panic!("no {kind}.{name}"));
    let attribute = block.body().attributes().find(|attribute| attribute.key() == key);
    attribute.map_or(Value::Null, |attribute| literal(attribute.expr()))
}

/// Returns the values of an add-on's release, of a cluster that has it and what it needs.
fn values(addon: &str, needs: &[&str]) -> Value {
    let blocks = blocks("services", addon, &[needs, &[addon]].concat());
    attribute(&blocks, "helm_release", &addon.replace('-', "_"), "values")[0].clone()
}

/// Returns what an expression says, the arguments of functions in their place; what is not literal is text.
fn literal(expression: &Expression) -> Value {
    match expression {
        Expression::Bool(value) => json!(value),
        Expression::Number(value) => json!(value.as_f64()),
        Expression::String(value) => json!(value),
        Expression::Array(items) => items.iter().map(literal).collect(),
        Expression::Object(entries) => {
            let key = |key: &hcl::ObjectKey| key.to_string().trim_matches('"').to_owned();
            Value::Object(entries.iter().map(|(name, value)| (key(name), literal(value))).collect())
        }
        Expression::FuncCall(call) if call.args.len() == 1 => literal(&call.args[0]),
        other => json!(other.to_string()),
    }
}

fn is_on_core(values: &Value) -> bool {
    values["nodeSelector"]["node-type"] == "core" && values["tolerations"][0]["key"] == "CriticalAddonsOnly"
}

/// The chart has `global.nodeSelector` and takes `global.tolerations` without an error and without an effect.
#[test]
fn cert_manager_is_placed_component_by_component() {
    let values = values("cert-manager", &[]);
    assert_eq!(values["global"]["tolerations"], Value::Null);
    assert_eq!(values["global"]["nodeSelector"], Value::Null);
    assert!(is_on_core(&values), "{values}");
    for component in ["webhook", "cainjector", "startupapicheck"] {
        assert!(is_on_core(&values[component]), "{component}: {}", values[component]);
    }
}

/// The chart has no `nodeSelector`, no `tolerations` and no `resources`: only what is merged into the pod reaches it.
#[test]
fn nats_is_placed_by_what_is_merged_into_its_pods() {
    let values = values("nats", &["aws-ebs-csi-driver"]);
    for key in ["nodeSelector", "tolerations", "resources"] {
        assert_eq!(values[key], Value::Null, "{key}");
    }
    let spec = &values["podTemplate"]["merge"]["spec"];
    assert_eq!(spec["nodeSelector"]["node-type"], "middleware");
    assert_eq!(spec["tolerations"][0]["value"], "middleware");
    assert!(values["container"]["merge"]["resources"]["requests"].is_object());
    assert!(is_on_core(&values["natsBox"]["podTemplate"]["merge"]["spec"]));
}

/// `crds.full` has a Job download the definitions from GitHub at each installation, on whatever node.
#[test]
fn argo_workflows_downloads_nothing_at_install() {
    let values = values("argo-workflows", &[]);
    assert_eq!(values["crds"]["full"], json!(false));
    assert_eq!(values["crds"]["upgradeJob"], Value::Null);
}

/// Its webhook has a certificate of cert-manager's, and refuses every cluster without one.
#[test]
fn rabbitmq_needs_cert_manager() {
    let operator = "rabbitmq-cluster-operator";
    let said = render(&[operator]).expect_err("the operator is alone");
    assert!(said.contains("cert-manager"), "{said}");
    let blocks = blocks("services", operator, &["cert-manager", operator]);
    let after = attribute(&blocks, "helm_release", "rabbitmq_cluster_operator", "depends_on");
    assert!(
        after.as_array().is_some_and(|after| after.contains(&json!("helm_release.cert_manager"))),
        "{after}"
    );
    assert_eq!(values(operator, &["cert-manager"])["useCertManager"], json!(true));
}

/// The webhook on Services, which keeps them from classic load balancers, would by default stop every other chart's while the
/// controller restarts; and a certificate that is made anew with each release is a change in each plan.
#[test]
fn load_balancer_controller_stops_no_services() {
    let values = values("aws-load-balancer-controller", &[]);
    assert_eq!(values["enableServiceMutatorWebhook"], Value::Null, "on, by the chart's default");
    assert_eq!(values["serviceMutatorWebhookConfig"]["failurePolicy"], json!("Ignore"));
    assert_eq!(values["keepTLSSecret"], json!(true));
}

/// The chart lets whoever administers a namespace write stores there, and one without an identity reads with the operator's.
#[test]
fn external_secrets_reads_for_no_store_of_a_namespace() {
    let values = values("external-secrets", &[]);
    assert_eq!(values["processSecretStore"], json!(false));
}

/// AWS mailed users of the older policy, which acts on all volumes, in April 2026.
#[test]
fn ebs_driver_acts_on_its_own_volumes_alone() {
    let blocks = blocks("cluster", "aws-ebs-csi-driver", &["aws-ebs-csi-driver"]);
    let policies = attribute(&blocks, "aws_iam_role_policy_attachment", "aws_ebs_csi_driver", "for_each");
    assert_eq!(policies, json!(["service-role/AmazonEBSCSIDriverPolicyV2"]));
}

/// The chart spells one component in two ways: `metricsServer` has the replicas, `resources.metricServer` the requests.
#[test]
fn keda_spells_its_metrics_server_in_two_ways() {
    let values = values("keda", &[]);
    assert_eq!(values["metricsServer"]["replicaCount"], json!(2.0));
    let catalog = plinth::catalog::Catalog::load();
    let pods = &catalog.addons["keda"].pods;
    let metrics = pods.iter().find(|pods| pods.name.contains("metrics")).expect("it has a metrics server");
    assert_eq!(metrics.requests.as_deref(), Some("resources.metricServer.requests"));
}

/// The charts' own policy deletes a queue with its object.
#[test]
fn ack_keeps_what_its_objects_made() {
    for controller in ["ack-sfn", "ack-sns", "ack-sqs"] {
        assert_eq!(values(controller, &[])["deletionPolicy"], "retain", "{controller}");
    }
}
