//! Names: what things are called in AWS and Kubernetes, computed and checked in one place.
//!
//! A name is identity: when it changes, the thing is replaced. So every one follows from names of the blueprint
//! alone, and never from how many of something there are.

use super::Context;
use super::addon::KARPENTER;
use super::environment::{Cluster, Environment, StateStore};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::pattern::Scope;
use crate::blueprint::read::Named;
use crate::diagnostic::Span;
use crate::problem::Problem;

/// Returns a cluster's EKS name: always three parts, unless the blueprint settles it.
pub(super) fn eks_name(keys: &ClusterKeys, scope: &Scope<'_>) -> String {
    keys.name.as_ref().map_or_else(
        || format!("{}-{}-{}", scope.project, scope.environment, scope.cluster),
        |name| name.to_string(),
    )
}

/// Returns where an environment's states live.
pub(super) fn state_store(
    context: &mut Context<'_>,
    scope: &Scope<'_>,
    environment_at: Span,
) -> Option<StateStore> {
    let written = context.blueprint.file.state.as_ref().and_then(|state| state.bucket.as_ref());
    let bucket = written.map_or_else(
        || format!("{}-{}-{}-terraform-state", scope.project, scope.environment, scope.account),
        |pattern| pattern.expand(scope),
    );
    let at = written.map_or(environment_at, |pattern| pattern.span);
    let limit = context.catalog.name_limit("aws_s3_bucket");
    if bucket.chars().count() > limit {
        let what = format!("the state bucket of `{}`", scope.environment);
        context.push(Problem::NameTooLong { name: bucket, what, limit }, at);
        return None;
    }
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = bucket.as_bytes();
    let plain =
        bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'.' || *b == b'-');
    if !plain || bucket.contains("..") || bytes.len() < 3 || !edge(bytes.first()) || !edge(bytes.last()) {
        context.push(Problem::InvalidBucketName { name: bucket }, at);
        return None;
    }
    let key_alias = format!("alias/{}-{}-terraform-state", scope.project, scope.environment);
    let key_alias_arn = format!("arn:{}:kms:{}:{}:{key_alias}", scope.partition, scope.region, scope.account);
    Some(StateStore { bucket, at, key_alias, key_alias_arn })
}

/// What a cluster's name is lengthened to: the resource that carries it, the suffix, what to call it in a message.
///
/// Only the longest suffix of each kind of resource decides, and templates use no suffix that is not here:
/// a test looks for them.
pub const SUFFIXES: &[(&str, &str, &str)] = &[
    ("aws_eks_cluster", "", "the cluster"),
    ("aws_iam_role", "-karpenter-node", "the role of Karpenter's nodes"),
    ("aws_iam_role", "-flow-logs", "the role of the flow logs"),
    ("aws_iam_role", "-cluster", "the cluster's role"),
    ("aws_iam_role", "-node", "the role of the nodes"),
    ("aws_sqs_queue", "", "Karpenter's queue"),
    ("aws_cloudwatch_event_rule", "-instance-state-change", "an event rule"),
];

fn is_of_karpenter(resource: &str, suffix: &str) -> bool {
    suffix.starts_with("-karpenter") || matches!(resource, "aws_sqs_queue" | "aws_cloudwatch_event_rule")
}

/// Checks every name that is derived from the blueprint's names against what it ends up in.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment]) {
    check_unique(context, environments);
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        check_cluster(context, cluster);
    }
    for Named { name, value: app } in context.blueprint.file.apps.iter() {
        let (namespace, team) = (app.namespace.as_ref().unwrap_or(name), &app.team);
        let label = context.catalog.name_limit("kubernetes_label");
        let names = [
            (namespace, "the namespace", context.catalog.name_limit("kubernetes_namespace")),
            (name, "the label", label),
            (team, "the team's label", label),
        ];
        // The namespace is often the name: once is enough.
        if let Some((long, what, limit)) =
            names.into_iter().find(|(name, _, limit)| name.as_str().len() > *limit)
        {
            let what = format!("{what} of application `{name}`", name = name.value);
            context.push(Problem::NameTooLong { name: long.to_string(), what, limit }, long.span);
        }
    }
}

fn check_cluster(context: &mut Context<'_>, cluster: &Cluster) {
    let catalog = context.catalog;
    let name = &cluster.eks_name;
    let mut derived: Vec<(&str, String, String)> = SUFFIXES
        .iter()
        .filter(|(resource, suffix, _)| cluster.has(KARPENTER) || !is_of_karpenter(resource, suffix))
        .map(|(resource, suffix, what)| (*resource, format!("{name}{suffix}"), format!("{what} of `{name}`")))
        .collect();
    for addon in &cluster.settings.addons {
        let facts = catalog.addons.get(addon.name.as_str());
        if facts.is_some_and(|facts| facts.service_account.is_some()) {
            derived.push((
                "aws_iam_role",
                format!("{name}-{}", addon.name),
                format!("the role of add-on `{}`", addon.name),
            ));
        }
        for policy in facts.iter().flat_map(|facts| &facts.policies) {
            let policy = policy.replace('_', "-");
            derived.push((
                "aws_iam_policy",
                format!("{name}-{}-{policy}", addon.name),
                format!("a policy of add-on `{}`", addon.name),
            ));
        }
    }
    for pool in &cluster.settings.managed_pools {
        let what = format!("the node group of pool `{}`", pool.name);
        derived.push(("aws_eks_node_group_prefix", format!("{}-", pool.name), what));
        derived.push((
            "aws_launch_template",
            format!("{name}-{}", pool.name),
            format!("the launch template of pool `{}`", pool.name),
        ));
    }
    for pool in &cluster.settings.karpenter_pools {
        derived.push((
            "helm_release",
            format!("node-pool-{}", pool.name),
            format!("the release of node pool `{}`", pool.name),
        ));
    }
    // The longest of each kind says it for all.
    let mut worst: Option<(usize, Problem)> = None;
    for (resource, name, what) in derived {
        let limit = catalog.name_limit(resource);
        let over = name.chars().count().saturating_sub(limit);
        if over > 0 && worst.as_ref().is_none_or(|(most, _)| over > *most) {
            worst = Some((over, Problem::NameTooLong { name, what, limit }));
        }
    }
    if let Some((_, problem)) = worst {
        context.push(problem, cluster.at);
    }
}

fn check_unique(context: &mut Context<'_>, environments: &[Environment]) {
    let all: Vec<(&Environment, &Cluster)> = environments
        .iter()
        .flat_map(|environment| environment.clusters.iter().map(move |cluster| (environment, cluster)))
        .collect();
    for (index, (environment, cluster)) in all.iter().enumerate() {
        // IAM names are global in an account, and carry the EKS name: the region does not keep two apart.
        let same = all[..index]
            .iter()
            .find(|(other, twin)| other.account == environment.account && twin.eks_name == cluster.eks_name);
        if let Some((_, twin)) = same {
            let problem = Problem::DuplicateCluster { name: cluster.eks_name.clone() };
            context.push_conflict(problem, cluster.at, twin.at);
        }
    }
    for (index, environment) in environments.iter().enumerate() {
        // Bucket names are unique in all of AWS.
        let same = environments[..index].iter().find(|other| other.state.bucket == environment.state.bucket);
        if let Some(twin) = same {
            // The default's name holds the environment's: only one that is written can be shared.
            let problem = Problem::SharedBucket {
                name: environment.state.bucket.clone(),
                one: twin.name.clone(),
                other: environment.name.clone(),
            };
            context.push(problem, environment.state.at);
        }
    }
}
