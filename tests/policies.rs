//! Every policy of every add-on fits into what IAM takes, for the longest names, and none leaves `iam:PassRole` open.

mod harness;

use std::collections::{BTreeMap, BTreeSet};

use hcl::eval::{Context, Evaluate};
use hcl::{Expression, Value};

use harness::make;
use plinth::catalog::{Addon, Catalog};

/// Characters of a managed policy without white space (IAM user guide, "IAM and AWS STS quotas", read 2026-11).
const MOST: usize = 6_144;

/// No cluster's name is longer: with what is added to it, it names IAM roles, which have 64 characters.
const LONGEST_NAME: usize = 56;

/// Where the ARNs are the longest.
const PARTITION: &str = "aws-us-gov";

/// What a blueprint limits roles to here: as many ARNs as a cluster may well have, of the longest kind.
const ARNS: usize = 10;

const BASE: &str = r#"
format  = 1
project = { name = "acme" }

[environments.staging]
account     = "111111111111"
region      = "us-gov-west-1"
deploy_role = "arn:aws-us-gov:iam::111111111111:role/terraform"

[cluster]
kubernetes_version = "1.36"
admins             = ["arn:{partition}:iam::{account}:role/platform-admin"]
endpoint           = { public_cidrs = ["203.0.113.0/24"] }
network            = { cidr = "10.0.0.0/16" }

[cluster.node_pools]
core       = { kind = "managed", instance_types = ["m7i.4xlarge"], size = { min = 3, max = 3 } }
middleware = { kind = "managed", instance_types = ["m7i.4xlarge"], size = { min = 3, max = 3 }, labels = { node-type = "middleware" }, taints = [{ key = "node-type", value = "middleware", effect = "NoSchedule" }] }

[cluster.addons]
"#;

#[test]
fn policies_are_short_and_pass_no_role_but_those_they_name() {
    let catalog = Catalog::load();
    for (name, facts) in catalog.addons.iter().filter(|(_, facts)| !facts.policies.is_empty()) {
        let policies = policies(&catalog, name);
        assert_eq!(policies.len(), facts.policies.len(), "{name}: {:?}", policies.keys());
        for (policy, document) in policies {
            let length = document.chars().filter(|letter| !letter.is_whitespace()).count();
            assert!(length <= MOST, "{name}: {policy} has {length} characters");
            let document: serde_json::Value = serde_json::from_str(&document).expect("policies are JSON");
            let statements = document["Statement"].as_array().expect("a policy has statements");
            assert!(!statements.is_empty(), "{name}: {policy} is empty");
            for statement in statements {
                let resource = &statement["Resource"];
                assert!(*resource != serde_json::json!([]), "{name}: {policy} limits something to nothing");
                let text = statement["Action"].to_string();
                let passes = text.contains("PassRole") || text.contains("iam:*") || text.contains("\"*\"");
                assert!(!passes || !resource.to_string().contains("\"*\""), "{name}: {policy}: {statement}");
            }
        }
    }
}

/// A tenant's boundary fits, too, and keeps roles from what is the platform's: by action, tags of what it is done to, and what denies.
#[test]
fn boundaries_are_short_and_keep_off_the_platform() {
    let apps = "[cluster.node_pools.worker]\nkind = \"managed\"\ninstance_types = [\"m7i.large\"]\nsize = { min = 1, max = 3 }\n[apps.maps]\nteam = \"web\"\nenvironments = [\"staging\"]\nadmins = [\"arn:{partition}:iam::{account}:role/web\"]\n";
    let tree = make(&format!("{BASE}{apps}"), "blueprint.toml").unwrap_or_else(|said| panic!("{said}"));
    let files = tree.iter().filter(|(path, _)| path.as_str().ends_with("modules/tenant/boundary.tf"));
    let policies: Vec<String> = files.flat_map(|(_, text)| evaluate(text, &[]).into_values()).collect();
    let [document] = policies.as_slice() else { panic!("one boundary, not {}", policies.len()) };
    let length = document.chars().filter(|letter| !letter.is_whitespace()).count();
    assert!(length <= MOST, "{length} characters");

    let cluster = "c".repeat(LONGEST_NAME);
    let owned = format!("kubernetes.io/cluster/{cluster}");
    let (ours, platform) = (("Application", "maps"), ("Cluster", cluster.as_str()));
    let denied: [Row<'_>; 16] = [
        ("ec2:TerminateInstances", &[platform], &["DenyPlatform"]),
        ("ec2:TerminateInstances", &[(&owned, "owned")], &["DenyCluster"]),
        ("ec2:CreateTags", &[platform, (&owned, "owned")], &["DenyPlatform", "DenyCluster"]),
        ("ec2:AuthorizeSecurityGroupIngress", &[(&owned, "owned")], &["DenyCluster"]),
        ("elasticfilesystem:DeleteFileSystem", &[platform], &["DenyPlatform"]),
        ("elasticfilesystem:ClientMount", &[platform], &[]),
        ("kms:ScheduleKeyDeletion", &[platform], &["DenyPlatform"]),
        ("sqs:ReceiveMessage", &[platform], &["DenyPlatform"]),
        ("sqs:ReceiveMessage", &[platform, ours], &[]),
        ("sqs:ReceiveMessage", &[platform, ("Application", "other")], &["DenyOtherApplications"]),
        ("sqs:ReceiveMessage", &[("Cluster", "other")], &[]),
        ("s3:GetObject", &[], &[]),
        ("ssm:GetParametersByPath", &[platform], &[]),
        ("ec2:RequestSpotInstances", &[], &["DenyNodes"]),
        ("ec2:RequestSpotFleet", &[], &["DenyNodes"]),
        ("ec2:CreateFleet", &[], &["DenyNodes"]),
    ];
    for (action, tags, by) in denied {
        assert_eq!(denials(document, action, tags), by, "{action} on {tags:?}");
    }
}

/// An action, the tags of what it is done to, and the statements that deny it.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// Which statements deny an action for its tags alone; such as name resources, or ask for anything but tags, deny none.
fn denials(document: &str, action: &str, tags: &[(&str, &str)]) -> Vec<String> {
    let list = |value: &serde_json::Value| -> Vec<String> {
        let many = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        many.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let is_meant = |patterns: &serde_json::Value| {
        list(patterns).iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => action.starts_with(start),
            None => action == pattern,
        })
    };
    let holds = |operator: &str, key: &str, wanted: &serde_json::Value| {
        let name = key.strip_prefix("aws:ResourceTag/");
        let tag = name.and_then(|name| tags.iter().find(|(key, _)| *key == name)).map(|(_, value)| *value);
        match operator {
            "Null" => tag.is_none() == (wanted == "true"),
            "StringEquals" => tag.is_some_and(|tag| wanted == tag),
            // As IAM has it: what is not there is not equal.
            "StringNotEquals" => tag.is_none_or(|tag| wanted != tag),
            _ => false,
        }
    };
    let document: serde_json::Value = serde_json::from_str(document).expect("policies are JSON");
    let statements = document["Statement"].as_array().expect("a policy has statements").clone();
    let denies =
        statements.iter().filter(|it| it["Effect"] == "Deny" && it["Resource"] == "*").filter(|it| {
            let is_action =
                if it["Action"].is_null() { !is_meant(&it["NotAction"]) } else { is_meant(&it["Action"]) };
            let conditions = it["Condition"].as_object().into_iter().flatten();
            let mut keys = conditions.flat_map(|(operator, keys)| {
                keys.as_object().into_iter().flatten().map(move |(key, wanted)| (operator, key, wanted))
            });
            is_action && keys.all(|(operator, key, wanted)| holds(operator, key, wanted))
        });
    denies.map(|it| it["Sid"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Makes a tree with an add-on and evaluates its managed policies, by address.
fn policies(catalog: &Catalog, name: &str) -> BTreeMap<String, String> {
    let mut addons = BTreeSet::new();
    gather(catalog, name, &mut addons);
    let mut blueprint = BASE.to_owned();
    for addon in addons {
        let access = catalog.addons[addon].access.as_ref().map(|access| arns(access, "{partition}"));
        let access = access.map(|arns| format!("access = {arns:?}")).unwrap_or_default();
        blueprint.push_str(&format!("{addon} = {{ {access} }}\n"));
    }
    let tree =
        make(&blueprint, "blueprint.toml").unwrap_or_else(|said| panic!("{name}:\n{said}\n{blueprint}"));
    let file = format!("addon_{}.tf", name.replace('-', "_"));
    let files = tree.iter().filter(|(path, _)| path.as_str().ends_with(&file));
    // What a root passes.
    let access = catalog.addons[name].access.as_ref().map(|access| arns(access, PARTITION));
    files.flat_map(|(_, text)| evaluate(text, &access.clone().unwrap_or_default())).collect()
}

/// An add-on and all that it needs.
fn gather<'c>(catalog: &'c Catalog, name: &'c str, addons: &mut BTreeSet<&'c str>) {
    if addons.insert(name) {
        let Addon { needs, .. } = &catalog.addons[name];
        for other in needs {
            gather(catalog, other, addons);
        }
    }
}

fn arns(access: &plinth::catalog::Access, partition: &str) -> Vec<String> {
    let kind = &access.arns[0];
    (0..ARNS).map(|number| format!("arn:{partition}:{kind}{number}{}", "x".repeat(62))).collect()
}

fn evaluate(text: &str, access: &[String]) -> BTreeMap<String, String> {
    let body = hcl::parse(&of_resources(text)).expect("generated files parse");
    let mut context = Context::new();
    let variables = [("cluster_name", "c".repeat(LONGEST_NAME)), ("name", "c".repeat(LONGEST_NAME))];
    let rest = [("account_id", "111111111111"), ("region", "us-gov-west-1"), ("partition", PARTITION)];
    let rest = rest.map(|(name, value)| (name, value.to_owned()));
    let mut variables: hcl::Map<String, Value> = variables
        .into_iter()
        .chain(rest)
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    // What a tenant is told: names of namespaces have 63 characters, of buckets as many.
    variables.insert("namespace".to_owned(), "n".repeat(63).into());
    variables.insert("application".to_owned(), "maps".into());
    let state = [("bucket", "s".repeat(63)), ("key_alias", format!("alias/{}", "s".repeat(63)))];
    let state = state.map(|(key, value)| (key.to_owned(), Value::from(value)));
    variables.insert("state".to_owned(), Value::Object(state.into_iter().collect()));
    context.declare_var("var", Value::Object(variables));
    let mut locals = hcl::Map::new();
    for block in body.blocks().filter(|block| block.identifier() == "locals") {
        for attribute in block.body().attributes() {
            if attribute.key().ends_with("_access") {
                locals.insert(attribute.key().to_owned(), Value::from(access.to_vec()));
            } else if let Ok(value) = attribute.expr().evaluate(&context) {
                locals.insert(attribute.key().to_owned(), value);
                // One may be made of another.
                context.declare_var("local", Value::Object(locals.clone()));
            }
        }
    }
    context.declare_var("local", Value::Object(locals));
    let mut policies = BTreeMap::new();
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        let ["aws_iam_policy", name] = labels.as_slice() else { continue };
        let policy =
            block.body().attributes().find(|attribute| attribute.key() == "policy").expect("a policy");
        let Expression::FuncCall(call) = policy.expr() else { panic!("{name}: not `jsonencode`") };
        let document = call.args[0].evaluate(&context).unwrap_or_else(|error| panic!("{name}: {error}"));
        policies.insert((*name).to_owned(), serde_json::to_string(&document).expect("values are JSON"));
    }
    policies
}

/// Puts a long text in place of what only a plan knows: attributes of resources and data sources, and facts of the contract.
fn of_resources(text: &str) -> String {
    const ROOTS: [&str; 3] = ["aws_", "data.aws_", "local.contract."];
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_.[]".contains(letter);
    let mut made = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphanumeric() || letter == '"') {
        made.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()).max(1);
        let word = &rest[..end];
        let is_reference = ROOTS.iter().any(|root| word.starts_with(root)) && word.matches('.').count() >= 2;
        if is_reference {
            made.push_str(&format!("\"{}\"", "x".repeat(100)));
        } else {
            made.push_str(word);
        }
        rest = &rest[end..];
    }
    made + rest
}
