//! What clusters publish for applications fits into what SSM takes, and plinth knows how long it gets.

mod harness;

use std::collections::BTreeSet;
use std::fs;

use harness::repository;
use plinth::blueprint::include::nothing;
use plinth::catalog::Catalog;
use plinth::diagnostic::Source;
use plinth::model::contract::{LARGEST, documents};
use plinth::model::{Facts, Model, resolve};
use walkdir::WalkDir;

/// Everything that makes documents longer: `NETWORK` stands for one of [`NETWORKS`].
const LONGEST: &str = r#"
format = 1
project.name = "a-project-with-a-name"

[cluster]
kubernetes_version = "1.36"
endpoint.public_cidrs = ["203.0.113.0/24"]
NETWORK

[cluster.node_pools.core]
kind = "managed"
instance_types = ["t3.large"]
size = { min = 2, max = 4 }

[cluster.addons.aws-efs-csi-driver]
[cluster.addons.karpenter]

[environments.environment]
account = "111111111111"
region = "us-east-1"
deploy_role = "arn:aws:iam::111111111111:role/terraform"
clusters.main.name = "a-cluster-name-as-long-as-event-rules-let"
"#;

const NETWORKS: [&str; 3] = [
    r#"network = { cidr = "10.0.0.0/16", zones = 5, endpoints = ["sts"] }"#,
    r#"network = { cidr = "10.0.0.0/16", zones = 5, endpoints = ["sts"], ip_family = "ipv6" }"#,
    r#"network = { cidr = "10.0.0.0/16", vpc_id = "vpc-0123456789abcdef0", private_subnets = {
        us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1",
        us-east-1c = "subnet-0123456789abcdef2", us-east-1d = "subnet-0123456789abcdef3",
        us-east-1f = "subnet-0123456789abcdef4" } }"#,
];

#[test]
fn longest_names_fit() {
    for network in NETWORKS {
        let model = model(&LONGEST.replace("NETWORK", network));
        for (document, content) in documents(&model.environments[0].clusters[0]) {
            let bytes = content.to_string().len();
            assert!(bytes <= LARGEST, "{document}: {bytes} bytes with {network}");
        }
    }
}

/// A field that a module publishes and plinth does not count would make the documents longer than plinth says.
#[test]
fn fields_are_those_of_the_modules() {
    let model = model(&LONGEST.replace("NETWORK", NETWORKS[0]));
    for (document, content) in documents(&model.environments[0].clusters[0]) {
        let files = WalkDir::new(repository().join("generated")).into_iter().map(|it| it.expect("readable"));
        let files = files.filter(|it| it.path().ends_with(format!("modules/{document}/contract.tf")));
        let published: BTreeSet<String> =
            files.flat_map(|it| fields(&fs::read_to_string(it.path()).expect("readable"))).collect();
        let counted: BTreeSet<String> = content.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(
            published, counted,
            "fields of {document} in generated/ (left), in model/contract.rs (right)"
        );
    }
}

/// The fields of the document that a file makes.
fn fields(text: &str) -> Vec<String> {
    let (_, object) = text.split_once("  insecure_value = jsonencode({\n").expect("a document");
    let (object, _) = object.split_once("\n  })\n").expect("which ends");
    let object: hcl::Body = hcl::from_str(object).expect("the document's fields are attributes");
    object.attributes().map(|attribute| attribute.key().to_owned()).collect()
}

fn model(text: &str) -> Model {
    let source = Source { path: "blueprint.toml".to_owned(), text: text.to_owned() };
    let reading = plinth::blueprint::read(source, &nothing);
    let blueprint = reading.blueprint.expect("the blueprint can be read");
    let (model, found) = resolve(&blueprint, &Catalog::load(), &Facts::default(), "blueprint.toml");
    assert!(!found.has_errors(), "{}", found.render(&reading.sources, false));
    model
}
