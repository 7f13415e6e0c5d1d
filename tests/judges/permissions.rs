//! What add-ons may do in an account, as IAM gets it: actions that there are, within what a policy may hold, and no role given
//! away that is not named.

use std::collections::BTreeSet;
use std::path::Path;

use plinth::catalog::Catalog;
use serde_json::{Value, json};

use crate::effects::Effects;
use crate::emitted::Emitted;
use crate::judge;
use crate::tree::read;

/// The most that a managed policy holds, white space not counted (IAM user guide, "IAM and AWS STS quotas", read 2026-11).
const MOST: usize = 6144;

/// The longest name that a cluster can have: the shortest of its roles' names has 64 characters then.
const LONGEST_CLUSTER: usize = 64 - "-nodes".len();

/// The longest names of regions and partitions.
const LONGEST_REGION: usize = "ap-southeast-1".len();
const LONGEST_PARTITION: usize = "aws-us-gov".len();

/// Judges the policies that a cluster's roles have.
pub fn judge(folder: &Path, what: &str, emitted: &Emitted) {
    let known = actions(folder);
    let faults: Vec<String> =
        emitted.policies.iter().flat_map(|(name, policy)| faults(name, policy, &known)).collect();
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

/// The actions of IAM, as far as add-ons have to do with them.
fn actions(folder: &Path) -> BTreeSet<String> {
    read(&folder.join("eks/iam-actions.txt")).lines().map(str::to_owned).collect()
}

fn faults(name: &str, policy: &Value, known: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let most = longest(policy, name);
    if most > MOST {
        faults.push(format!("up to {most} characters, and a policy holds {MOST}"));
    }
    for statement in list(&policy["Statement"]).filter(|statement| statement["Effect"] == "Allow") {
        let actions: Vec<&str> = list(&statement["Action"]).filter_map(Value::as_str).collect();
        let unknown = actions.iter().filter(|action| !known.iter().any(|known| is_match(action, known)));
        faults.extend(unknown.map(|action| format!("there is no action {action}")));
        if actions.iter().any(|action| action.ends_with(":*") || *action == "*") {
            faults.push(format!("all actions of a service: {statement}"));
        }
        let passes = actions.iter().any(|action| is_match(action, "iam:PassRole"));
        let is_named =
            |arn: &Value| arn.as_str().is_some_and(|arn| arn.contains(":role/") && !arn.ends_with(":role/*"));
        if passes && !list(&statement["Resource"]).all(is_named) {
            faults.push(format!("passes any role: {statement}"));
        }
    }
    faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}

/// Returns how long a policy gets where names are as long as they can be. Policies are named after their cluster.
fn longest(policy: &Value, name: &str) -> usize {
    let text = policy.to_string();
    let count = text.chars().filter(|character| !character.is_whitespace()).count();
    let cluster = name.split('-').take(3).collect::<Vec<_>>().join("-");
    let more = |name: &str, longest: usize| text.matches(name).count() * longest.saturating_sub(name.len());
    count
        + more(&cluster, LONGEST_CLUSTER)
        + more("us-east-1", LONGEST_REGION)
        + text.matches("arn:aws:").count() * (LONGEST_PARTITION - "aws".len())
}

/// Whether a pattern of IAM's, in which `*` stands for any text, means an action.
fn is_match(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    match pattern.split_once('*') {
        None => pattern == action,
        Some((start, end)) if !end.contains('*') => {
            action.len() >= start.len() + end.len() && action.starts_with(start) && action.ends_with(end)
        }
        Some(_) => panic!("`{pattern}`: two stars"),
    }
}

/// Policies write one thing without a list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice)
        .iter()
        .filter(|value| !value.is_null())
}

/// Pods get a role by their namespace and service account: of a chart that was rendered, one that it made there.
#[test]
fn roles_go_to_accounts_that_charts_make() {
    let what = "service accounts of the catalog, against those that charts make";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let effects = Effects::load(&folder);
    let mut faults = Vec::new();
    for (name, addon) in &Catalog::load().addons {
        for rendering in effects.of(name) {
            let accounts = rendering["serviceAccounts"].as_array().expect("accounts");
            let accounts: Vec<&str> =
                accounts.iter().filter_map(|account| account["name"].as_str()).collect();
            if let Some(account) = &addon.service_account
                && !accounts.contains(&account.as_str())
            {
                faults.push(format!("{name}: not `{account}`, but {accounts:?}"));
            }
            if rendering["namespace"] != addon.namespace.as_str() {
                faults.push(format!(
                    "{name}: rendered in {}, not in {}",
                    rendering["namespace"], addon.namespace
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn policies_that_go_too_far_are_found() {
    let known = ["iam:PassRole", "s3:GetObject"].map(str::to_owned).into_iter().collect();
    let found = |action: &str, resource: &str| {
        let statement = json!({ "Effect": "Allow", "Action": [action], "Resource": resource });
        faults("a-b-c-reader", &json!({ "Statement": statement }), &known).len()
    };
    assert_eq!(found("s3:GetObject", "arn:aws:s3:::a-b-c/*"), 0);
    assert_eq!(found("s3:GetObjects", "arn:aws:s3:::a-b-c/*"), 1);
    assert_eq!(found("s3:*", "arn:aws:s3:::a-b-c/*"), 1);
    assert_eq!(found("iam:PassRole", "arn:aws:iam::111111111111:role/a-b-c/*"), 0);
    assert_eq!(found("iam:PassRole", "arn:aws:iam::111111111111:role/*"), 1);
    assert_eq!(found("iam:PassRole", "*"), 1);
    assert_eq!(found("s3:GetObject", &"a".repeat(MOST)), 1);
    // As short as it may be for this cluster, and too long for others.
    assert_eq!(found("s3:GetObject", &"a-b-c".repeat(200)), 1);
}

#[test]
fn patterns_match_as_iam_does() {
    assert!(is_match("iam:PassRole", "iam:passrole") && is_match("ec2:Describe*", "ec2:DescribeVpcs"));
    assert!(!is_match("ec2:Describe*", "ec2:RunInstances") && !is_match("iam:PassRole", "iam:PassRoles"));
}
