//! What add-ons may do in an account, as IAM gets it: actions that there are, within what a policy may hold, and no role given
//! away that is not named.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::emitted::Emitted;
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
    let known = read(&folder.join("eks/iam-actions.txt"));
    let known: BTreeSet<&str> = known.lines().collect();
    assert!(known.contains("iam:PassRole"), "the list of actions is no list of actions");
    let mut faults = Vec::new();
    for (name, policy) in &emitted.policies {
        let said = longest(policy, name);
        if said > MOST {
            faults.push(format!("{name}: up to {said} characters, and a policy holds {MOST}"));
        }
        for statement in list(&policy["Statement"]) {
            let actions: Vec<&str> = list(&statement["Action"]).filter_map(Value::as_str).collect();
            for action in &actions {
                if !known.iter().any(|known| is_match(action, known)) {
                    faults.push(format!("{name}: there is no action {action}"));
                }
            }
            let allows = statement["Effect"] == "Allow";
            if allows && actions.iter().any(|action| action.ends_with(":*") || *action == "*") {
                faults.push(format!("{name}: all actions of a service: {statement}"));
            }
            let passes = actions.iter().any(|action| is_match(action, "iam:PassRole"));
            let is_named = |arn: &Value| {
                arn.as_str().is_some_and(|arn| arn.contains(":role/") && !arn.ends_with(":role/*"))
            };
            if allows && passes && !list(&statement["Resource"]).all(is_named) {
                faults.push(format!("{name}: passes any role: {statement}"));
            }
        }
    }
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
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

#[test]
fn patterns_match_as_iam_does() {
    assert!(is_match("iam:PassRole", "iam:passrole") && is_match("ec2:Describe*", "ec2:DescribeVpcs"));
    assert!(!is_match("ec2:Describe*", "ec2:RunInstances") && !is_match("iam:PassRole", "iam:PassRoles"));
}
