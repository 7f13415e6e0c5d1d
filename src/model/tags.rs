//! Tags of AWS resources: where they come from, and what AWS takes.

use std::collections::BTreeMap;

use super::Context;
use crate::diagnostic::Span;
use crate::problem::Problem;

/// Tags that plinth sets by itself.
const OWN: [&str; 7] = ["ManagedBy", "Environment", "Cluster", "Owner", "Repository", "Application", "Team"];

/// Tags that no project can set, since what plinth writes in their place is another thing in each cluster.
const SETTLED: [&str; 3] = ["Environment", "Cluster", "Name"];

/// What the tags of controllers begin with, by which they find their own resources. Karpenter's definitions refuse some of them, too
/// (`EC2NodeClass`, `spec.tags`, v1.14.1, read 2026-11).
const CONTROLLERS: [&str; 7] = [
    "kubernetes.io/cluster",
    "kubernetes.io/role/",
    "karpenter.sh/",
    "karpenter.k8s.aws/",
    "elbv2.k8s.aws/",
    "ebs.csi.aws.com/",
    "eks:",
];

/// AWS takes 50 tags for a resource (AWS Tagging user guide, "Tag naming limits and requirements", read 2026-11). Seven are plinth's,
/// and a node has three of Karpenter's or EKS' besides.
const MOST: usize = 40;

/// Returns the tags of an environment's or a cluster's resources, sorted by key.
pub(super) fn resolve(
    context: &Context<'_>,
    environment: &str,
    cluster: Option<&str>,
) -> Vec<(String, String)> {
    let project = &context.blueprint.file.project;
    let mut tags = BTreeMap::new();
    tags.insert("ManagedBy".to_owned(), "plinth".to_owned());
    if let Some(owner) = &project.owner {
        tags.insert("Owner".to_owned(), owner.value.clone());
    }
    if let Some(repository) = &project.repository {
        tags.insert("Repository".to_owned(), repository.value.clone());
    }
    tags.extend(project.tags.0.iter().map(|(key, value)| (key.clone(), value.value.clone())));
    // What bills are split by is not for the project to say.
    tags.insert("Environment".to_owned(), environment.to_owned());
    if let Some(cluster) = cluster {
        tags.insert("Cluster".to_owned(), cluster.to_owned());
    }
    tags.into_iter().collect()
}

/// Refuses tags that AWS refuses, and such as load balancers and Karpenter find their subnets and groups by.
///
/// Limits: AWS Tagging user guide, "Tag naming limits and requirements"; IAM compares keys without regard to case, and takes the
/// fewest characters (IAM API, `Tag`). Read 2026-11.
pub(super) fn check(context: &mut Context<'_>) {
    let project = &context.blueprint.file.project;
    let tags = &project.tags.0;
    for (key, value) in tags {
        let is_twin = |other: &str| other != key && other.eq_ignore_ascii_case(key);
        let why = if key.is_empty() || key.chars().count() > 128 {
            "a key has 1 to 128 characters"
        } else if key.to_ascii_lowercase().starts_with("aws:") {
            "AWS keeps `aws:` for itself"
        } else if CONTROLLERS.iter().any(|prefix| key.starts_with(prefix)) {
            "controllers find their own resources by it"
        } else if SETTLED.contains(&key.as_str()) {
            "every resource has its own"
        } else if OWN.iter().any(|own| is_twin(own)) || tags.keys().any(|other| is_twin(other)) {
            "another tag differs from it in case only"
        } else if !key.chars().all(is_character) {
            CHARACTERS
        } else {
            check_value(context, value, value.span);
            continue;
        };
        context.push(Problem::InvalidTag { key: key.clone(), why }, value.key);
    }
    for text in [&project.owner, &project.repository].into_iter().flatten() {
        check_value(context, text, text.span);
    }
    if tags.len() > MOST {
        context.push(Problem::TooMany { what: "tags", count: tags.len(), most: MOST }, project.tags.span);
    }
}

fn check_value(context: &mut Context<'_>, value: &str, at: Span) {
    let why = if value.chars().count() > 256 {
        "a value has 256 characters at most"
    } else if !value.chars().all(is_character) {
        CHARACTERS
    } else {
        return;
    };
    context.push(Problem::InvalidTagValue { value: value.to_owned(), why }, at);
}

const CHARACTERS: &str = "letters, digits, spaces and `_ . : / = + - @` are allowed";

fn is_character(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}
