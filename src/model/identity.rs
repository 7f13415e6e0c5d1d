//! Names: what things are called in AWS and Kubernetes, computed and checked in one place.
//!
//! A name is identity: when it changes, the thing is replaced. So every one follows from names of the blueprint
//! alone, and never from how many of something there are.

use std::collections::BTreeMap;

use super::addon::{EFS, KARPENTER, VELERO};
use super::environment::{Cluster, Environment, StateStore};
use super::node_pool::{FargatePool, KarpenterPool, ManagedPool, Pool};
use super::resource::{self, Physical};
use super::settings::{Fleet, FleetAddon};
use super::{App, Context, rename};
use crate::blueprint::keys::{App as AppKeys, Cluster as ClusterKeys};
use crate::blueprint::pattern::{Pattern, Scope};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Former, Name};
use crate::blueprint::usual;
use crate::catalog::Catalog;
use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

/// Returns the name that names in AWS and Kubernetes are made of: the one that something was made under.
pub(super) fn of<'a>(
    name: &'a Spanned<Name>,
    renamed_from: Option<&'a Spanned<Former>>,
) -> &'a Spanned<Name> {
    rename::written(renamed_from).first().unwrap_or(name)
}

/// Returns the namespace of an application, and where it is decided.
pub(super) fn namespace(app: &Named<AppKeys>) -> &Spanned<Name> {
    let Named { name, value } = app;
    value.namespace.as_ref().unwrap_or_else(|| of(name, value.renamed_from.as_ref()))
}

/// Returns a cluster's EKS name: always three parts, unless the blueprint settles it.
pub(super) fn eks_name(keys: &ClusterKeys, scope: &Scope<'_>) -> String {
    keys.name.as_ref().map_or_else(
        || format!("{}-{}-{}", scope.project, scope.environment, scope.cluster),
        |name| name.to_string(),
    )
}

/// Returns the state key of a cluster's stack.
pub fn stack_key(cluster: &str, stack: &str) -> String {
    format!("{cluster}/{stack}.tfstate")
}

/// The state key of an environment's state stack.
pub const STATE_STACK_KEY: &str = "state/terraform.tfstate";

/// The state key of the stack of an account that pipelines log in to.
pub const ACCOUNT_STACK_KEY: &str = "account/terraform.tfstate";

/// Returns the state key of an application's stub.
pub(super) fn attachment_key(app: &str, environment: &str, cluster: &str) -> String {
    format!("apps/{app}/{environment}-{cluster}.tfstate")
}

/// Returns the state key of an application's root module in a repository of its own. The folder keeps it apart from all of its stubs.
pub(super) fn standalone_key(app: &Name, eks_name: &str) -> String {
    format!("apps/{app}/{eks_name}/terraform.tfstate")
}

/// Returns where an environment's states live.
pub(super) fn state_store(
    context: &mut Context<'_>,
    scope: &Scope<'_>,
    environment_at: Span,
) -> Option<StateStore> {
    let written = context.blueprint.file.state.as_ref().and_then(|state| state.bucket.as_ref());
    let usual = Pattern::built_in(usual::STATE_BUCKET);
    let bucket = written.map_or(&usual, |pattern| &pattern.value).expand(scope);
    let at = written.map_or(environment_at, |pattern| pattern.span);
    let limit = context.catalog.name_limit("aws_s3_bucket");
    if bucket.chars().count() > limit {
        let what = format!("the state bucket of `{}`", scope.environment);
        let settle = written.is_none().then_some("`bucket` in `[state]`");
        let problem = Problem::NameTooLong { name: bucket, what, limit, settle };
        match written {
            Some(_) => context.push(problem, at),
            None => context.push_conflict(problem, at, context.blueprint.file.project.name.span),
        }
        return None;
    }
    if let Some(why) = bucket_fault(&bucket) {
        context.push(Problem::InvalidBucketName { name: bucket, why }, at);
        return None;
    }
    let key_alias = format!("alias/{}-{}-terraform-state", scope.project, scope.environment);
    let key_alias_arn = format!("arn:{}:kms:{}:{}:{key_alias}", scope.partition, scope.region, scope.account);
    Some(StateStore { bucket, at, key_alias, key_alias_arn })
}

/// Says what is wrong with the name of a bucket (S3 user guide, "General purpose bucket naming rules", read 2026-11).
pub(super) fn bucket_fault(name: &str) -> Option<&'static str> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 4] = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"];
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    if name.contains('.') {
        Some("with a dot it is no name that the certificate of S3 is for")
    } else if bytes.len() < 3
        || !bytes.iter().all(|b| is_plain(*b))
        || !is_edge(bytes.first())
        || !is_edge(bytes.last())
    {
        Some("3 to 63 lower-case letters, digits and hyphens, none of them a hyphen at an end")
    } else if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        Some("S3 keeps `xn--`, `sthree-` and `amzn-s3-demo-` at the beginning for itself")
    } else if SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
        Some("S3 keeps `-s3alias`, `--ol-s3`, `--x-s3` and `--table-s3` at the end for itself")
    } else {
        None
    }
}

/// A name that the modules make of a cluster's.
struct Suffix {
    resource: &'static str,
    suffix: &'static str,
    /// What to call it in a message.
    what: &'static str,
    /// Which modules make it.
    when: fn(&Fleet) -> bool,
}

const fn suffix(
    resource: &'static str,
    suffix: &'static str,
    what: &'static str,
    when: fn(&Fleet) -> bool,
) -> Suffix {
    Suffix { resource, suffix, what, when }
}

/// What a cluster's name is lengthened to, add-ons aside.
///
/// Only the longest suffix of each kind of resource decides, and templates use no suffix that is not here:
/// a test looks for them.
const SUFFIXES: &[Suffix] = &[
    suffix("aws_eks_cluster", "", "the cluster", always),
    suffix("aws_iam_role", "-karpenter-node", "the role of Karpenter's nodes", has_karpenter),
    suffix("aws_iam_role", "-flow-logs", "the role of the flow logs", always),
    suffix("aws_iam_role", "-fargate", "the role of pods on Fargate", has_fargate),
    suffix("aws_iam_role", "-cluster", "the cluster's role", makes_role),
    suffix("aws_iam_role", "-node", "the role of the nodes", always),
    suffix("aws_security_group", "-vpc-endpoints", "the security group of VPC endpoints", has_endpoints),
    suffix("aws_security_group", "-efs", "the security group of the file system", has_efs),
    suffix("aws_sqs_queue", "", "Karpenter's queue", has_karpenter),
    suffix("aws_cloudwatch_event_rule", "-instance-state-change", "an event rule", has_karpenter),
    suffix(
        "aws_s3_bucket_of_account",
        "-velero",
        "the bucket of backups (the account stands behind it)",
        has_velero,
    ),
];

fn always(_: &Fleet) -> bool {
    true
}

fn makes_role(fleet: &Fleet) -> bool {
    !fleet.role.is_all()
}

fn has_karpenter(fleet: &Fleet) -> bool {
    fleet.addon(KARPENTER).is_some()
}

fn has_efs(fleet: &Fleet) -> bool {
    fleet.addon(EFS).is_some()
}

fn has_velero(fleet: &Fleet) -> bool {
    fleet.addon(VELERO).is_some()
}

fn has_fargate(fleet: &Fleet) -> bool {
    !fleet.fargate_pools.is_empty()
}

fn has_endpoints(fleet: &Fleet) -> bool {
    !fleet.network.endpoints.is_empty()
}

/// Checks every name that is derived from the blueprint's names against what it ends up in.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment], apps: &[App], fleet: &Fleet) {
    check_unique(context, environments);
    check_derived_unique(context, environments, apps, fleet);
    check_resources(context, environments, apps);
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        check_cluster(context, fleet, cluster);
    }
    for named in context.blueprint.file.apps.iter() {
        let Named { name, value: app } = named;
        let (namespace, team) = (self::namespace(named), &app.team);
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
            let name = long.to_string();
            context.push(Problem::NameTooLong { name, what, limit, settle: None }, long.span);
            continue;
        }
        let limit = context.catalog.name_limit("aws_iam_policy");
        let boundary =
            environments.iter().flat_map(|environment| &environment.clusters).find_map(|cluster| {
                let tenant = cluster.tenants.iter().find(|tenant| tenant.app == name.value)?;
                // No name of ours has a dot, so that two never become one.
                let boundary = format!("{}.{}.boundary", cluster.eks_name, tenant.namespace);
                (boundary.len() > limit).then_some(boundary)
            });
        if let Some(boundary) = boundary {
            let what = format!("the permissions boundary of application `{}`", name.value);
            let problem = Problem::NameTooLong { name: boundary, what, limit, settle: None };
            context.push(problem, namespace.span);
        }
    }
}

/// Words that no domain of Cognito's may contain (API `CreateUserPoolDomain`, read 2026-11).
const LOGIN_WORDS: [&str; 3] = ["aws", "amazon", "cognito"];

/// Checks the names of what applications have: of one thing on several clusters, the longest says it for the rest.
fn check_resources(context: &mut Context<'_>, environments: &[Environment], apps: &[App]) {
    let mut worst: BTreeMap<Span, (usize, Problem)> = BTreeMap::new();
    for (_, _, Physical { resource, name, what, at }) in physical(environments, apps) {
        let taken = LOGIN_WORDS.into_iter().find(|word| name.contains(word));
        if let Some(word) = taken.filter(|_| resource == "aws_cognito_user_pool_domain") {
            context.push(Problem::LoginDomainTaken { domain: name.clone(), word }, at);
        }
        let limit = context.catalog.name_limit(resource);
        let over = name.len().saturating_sub(limit);
        if over > 0 && worst.get(&at).is_none_or(|(most, _)| over > *most) {
            worst.insert(at, (over, Problem::NameTooLong { name, what, limit, settle: None }));
        }
    }
    for (at, (_, problem)) in worst {
        context.push(problem, at);
    }
}

/// Lists the names of what applications have, with the account and the region that they are in.
fn physical<'a>(
    environments: &'a [Environment],
    apps: &'a [App],
) -> impl Iterator<Item = (&'a str, &'a str, Physical)> {
    let attachments =
        apps.iter().flat_map(|app| app.attachments.iter().map(move |attachment| (app, attachment)));
    attachments.flat_map(|(app, attachment)| {
        let environment = environments.iter().find(|known| known.name == attachment.environment);
        let cluster = environment.and_then(|environment| {
            environment.clusters.iter().find(|known| known.name == attachment.cluster)
        });
        environment.zip(cluster).into_iter().flat_map(move |(environment, cluster)| {
            let all = resource::physical(app, &cluster.eks_name, &environment.account);
            all.into_iter().map(|physical| (environment.account.as_str(), cluster.region.as_str(), physical))
        })
    })
}

/// A name that is made of the blueprint's.
struct Derived {
    resource: &'static str,
    name: String,
    what: String,
    /// Which key settles it otherwise.
    settle: Option<&'static str>,
    at: Span,
}

fn check_cluster(context: &mut Context<'_>, fleet: &Fleet, cluster: &Cluster) {
    let catalog = context.catalog;
    // Of all that is made of one name, the longest says it for the rest.
    let mut worst: BTreeMap<Span, (usize, Problem)> = BTreeMap::new();
    for Derived { resource, name, what, settle, at } in derived(context, fleet, cluster) {
        let limit = catalog.name_limit(resource);
        let over = name.chars().count().saturating_sub(limit);
        if over > 0 && worst.get(&at).is_none_or(|(most, _)| over > *most) {
            worst.insert(at, (over, Problem::NameTooLong { name, what, limit, settle }));
        }
    }
    let keys = context.blueprint.cluster(&cluster.environment, &cluster.name);
    let is_settled = keys.is_some_and(|keys| keys.value.name.is_some());
    for (at, (_, problem)) in worst {
        match problem {
            // The name is made of three, and the first of them is every cluster's.
            Problem::NameTooLong { settle: Some(_), .. } if !is_settled => {
                context.push_conflict(problem, at, context.blueprint.file.project.name.span);
            }
            problem => context.push(problem, at),
        }
    }
}

/// Returns what a cluster's name is lengthened to: resource, suffix, what to call it. A test compares it with the modules.
///
/// The modules serve every cluster, so what one of them has counts for the names of all.
pub fn lengthened(catalog: &Catalog, fleet: &Fleet) -> Vec<(&'static str, String, String)> {
    let addons = || fleet.eks_addons.iter().chain(&fleet.helm_addons).map(|addon| &addon.standard);
    let fixed = SUFFIXES.iter().filter(|row| (row.when)(fleet));
    let mut all: Vec<(&'static str, String, String)> =
        fixed.map(|row| (row.resource, row.suffix.to_owned(), row.what.to_owned())).collect();
    for addon in addons() {
        let (FleetAddon { name, facts, .. }, made_as) = (addon, addon.made_as());
        if facts.service_account.is_some() {
            all.push(("aws_iam_role", format!("-{made_as}"), format!("the role of add-on `{name}`")));
        }
        let statements = (!facts.statements.is_empty()).then(|| "statements".to_owned());
        for policy in facts.policies.iter().chain(&statements) {
            let suffix = format!("-{made_as}-{}", policy.replace('_', "-"));
            all.push(("aws_iam_policy", suffix, format!("a policy of add-on `{name}`")));
        }
    }
    debug_assert!(all.iter().all(|(resource, ..)| catalog.name_limits.contains_key(*resource)));
    all
}

/// Returns the longest name of a cluster for which every name that the modules derive from it fits.
pub fn longest_cluster_name(catalog: &Catalog, fleet: &Fleet) -> usize {
    let all = lengthened(catalog, fleet);
    all.iter()
        .map(|(resource, suffix, _)| catalog.name_limit(resource).saturating_sub(suffix.len()))
        .min()
        .unwrap_or_default()
}

/// Lists what the names of a cluster and its pools are made into.
fn derived(context: &Context<'_>, fleet: &Fleet, cluster: &Cluster) -> Vec<Derived> {
    let cluster_name = &cluster.eks_name;
    let of_cluster = |(resource, suffix, what): (&'static str, String, String)| Derived {
        resource,
        name: format!("{cluster_name}{suffix}"),
        what: format!("{what} of `{cluster_name}`"),
        settle: Some("another `name` for the cluster"),
        at: cluster.at,
    };
    let mut derived: Vec<Derived> = lengthened(context.catalog, fleet).into_iter().map(of_cluster).collect();
    derived.push(Derived {
        name: format!("alias/{cluster_name}"),
        ..of_cluster(("aws_kms_alias", String::new(), "the key's alias".to_owned()))
    });
    let keys = context.blueprint.cluster(&cluster.environment, &cluster.name);
    let pool_at = |name: &str| {
        let pool = keys.and_then(|keys| keys.value.node_pools.get(name));
        pool.map_or(cluster.at, |pool| pool.name.span)
    };
    let of_pool = |resource, name, what, pool: &Name| {
        let at = pool_at(pool.as_str());
        Derived { resource, name, what: format!("{what} of pool `{pool}`"), settle: None, at }
    };
    for pool in &cluster.settings.managed_pools {
        let (ManagedPool { name, .. }, made_as) = (pool, pool.made_as());
        derived.push(of_pool("aws_eks_node_group_prefix", format!("{made_as}-"), "the node group", name));
        let template = format!("{cluster_name}-{made_as}");
        derived.push(of_pool("aws_launch_template", template, "the launch template", name));
    }
    for pool in &cluster.settings.fargate_pools {
        let (FargatePool { name, .. }, made_as) = (pool, pool.made_as());
        // Behind the hyphen stand eight digits of a hash, which only the engine knows where it makes the subnets.
        derived.push(of_pool("aws_eks_fargate_profile", format!("{made_as}-00000000"), "the profile", name));
    }
    for pool in &cluster.settings.karpenter_pools {
        let (KarpenterPool { name, .. }, made_as) = (pool, pool.made_as());
        derived.push(of_pool("helm_release", format!("node-pool-{made_as}"), "the release", name));
    }
    derived
}

/// Finds names that would be made twice in an account: `a-b` with suffix `-c` is `a` with suffix `-b-c`, and the key of
/// a cluster `terraform-state` is called as its environment's key for states.
fn check_derived_unique(
    context: &mut Context<'_>,
    environments: &[Environment],
    apps: &[App],
    fleet: &Fleet,
) {
    /// Resource, account, region, name.
    type Place<'a> = (&'a str, &'a str, &'a str, String);
    let mut seen: BTreeMap<Place<'_>, (Option<&Cluster>, Span)> = BTreeMap::new();
    for Environment { account, region, state, at, .. } in environments {
        seen.insert(("aws_kms_alias", account, region, state.key_alias.clone()), (None, *at));
    }
    for environment in environments {
        for cluster in &environment.clusters {
            for Derived { resource, name, at, .. } in derived(context, fleet, cluster) {
                if matches!(
                    resource,
                    "aws_eks_node_group_prefix" | "aws_eks_fargate_profile" | "helm_release"
                ) {
                    continue; // unique within their cluster
                }
                // IAM knows no region.
                let region = if resource.starts_with("aws_iam_") { "" } else { cluster.region.as_str() };
                let key = (resource, environment.account.as_str(), region, name.clone());
                match seen.get(&key) {
                    // Clusters of one name have been reported as such.
                    Some((Some(twin), _)) if twin.eks_name == cluster.eks_name => {}
                    Some((_, other)) => {
                        let also = *other;
                        context.push_conflict(Problem::SharedResourceName { name }, at, also);
                    }
                    None => {
                        seen.insert(key, (Some(cluster), at));
                    }
                }
            }
        }
    }
    for (account, region, Physical { resource, name, at, .. }) in physical(environments, apps) {
        // IAM knows no region, and names of buckets are unique in all of AWS.
        let region = if resource.starts_with("aws_iam_") { "" } else { region };
        match seen.get(&(resource, account, region, name.clone())) {
            Some((_, other)) if *other == at => {}
            Some((_, other)) => {
                let also = *other;
                context.push_conflict(Problem::SharedResourceName { name }, at, also);
            }
            None => {
                seen.insert((resource, account, region, name), (None, at));
            }
        }
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
