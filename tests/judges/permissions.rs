//! What add-ons may do in an account is what IAM knows, and who may do it is who the charts say.
//!
//! How long policies get, and whom they let pass roles, `tests/policies.rs` says of every add-on by itself.

use std::collections::BTreeSet;
use std::path::Path;

use plinth::catalog::Catalog;
use serde_json::{Value, json};

use crate::effects::Effects;
use crate::emitted::Emitted;
use crate::judge;
use crate::tree::read;

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
    for statement in list(&policy["Statement"]).filter(|statement| statement["Effect"] == "Allow") {
        for action in list(&statement["Action"]).filter_map(Value::as_str) {
            if action.ends_with(":*") || action == "*" {
                faults.push(format!("{name}: all actions of a service: {statement}"));
            } else if !known.iter().any(|known| is_match(action, known)) {
                faults.push(format!("{name}: there is no action {action}"));
            }
        }
    }
    faults
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
fn actions_that_there_are_not_are_found() {
    let known = ["s3:GetObject"].map(str::to_owned).into_iter().collect();
    let found = |action: &str| {
        let statement = json!({ "Effect": "Allow", "Action": [action], "Resource": "*" });
        faults("reader", &json!({ "Statement": statement }), &known).len()
    };
    assert_eq!(
        [found("s3:GetObject"), found("s3:Get*"), found("s3:GetObjects"), found("s3:*")],
        [0, 0, 1, 1]
    );
}

#[test]
fn patterns_match_as_iam_does() {
    assert!(is_match("iam:PassRole", "iam:passrole") && is_match("ec2:Describe*", "ec2:DescribeVpcs"));
    assert!(!is_match("ec2:Describe*", "ec2:RunInstances") && !is_match("iam:PassRole", "iam:PassRoles"));
}
