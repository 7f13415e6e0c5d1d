//! What never changes under a cluster that exists, and what stands in the way of an adoption.

use super::{Kept, eks, entry, run_and_again};
use crate::blueprint::existing::{self, Existing, is_true, text, texts};
use crate::blueprint::keys::{Cluster as ClusterKeys, Network as NetworkKeys};
use crate::blueprint::node::Node;
use crate::blueprint::pattern::{Pattern, Scope};
use crate::blueprint::scalar::{KubernetesVersion, Name};
use crate::catalog::Catalog;
use crate::diagnostic::{Span, Spanned};
use crate::model::Context;
use crate::model::support::next;
use crate::problem::Problem;
use crate::shell::word;

/// What never changes under a cluster that exists, or must not at the same time: the blueprint says it.
///
/// What the AWS provider replaces a cluster for: `name`, `role_arn`, `kubernetes_network_config` (AWS provider 6,
/// `internal/service/eks/cluster.go`). A `key_arn` that changes is applied to nothing, and stands in the state all the same
/// (hashicorp/terraform-provider-aws#34883). A VPC and the zones of the control plane never change (EKS API,
/// `UpdateClusterConfig`). `bootstrap_self_managed_addons` and `bootstrap_cluster_creator_admin_permissions` would replace it,
/// too: the module ignores them, since they say nothing after creation. Read 2026-11.
struct Fixed {
    /// The key, as it is written.
    key: &'static str,
    /// What the cluster has, as TOML; none where anything will do.
    has: fn(&Existing) -> Option<String>,
    /// Where that stands.
    path: &'static str,
    /// What the blueprint says, as TOML, and where.
    says: fn(&Wish<'_>) -> Says,
    /// Why the two have to agree.
    why: &'static str,
    /// Whether it is worth a line once they agree.
    listed: bool,
}

/// What a blueprint says of a cluster.
struct Wish<'a> {
    keys: &'a ClusterKeys,
    scope: &'a Scope<'a>,
    eks_name: &'a str,
    /// Where the environment's account stands.
    account_at: Span,
    /// Where the region stands.
    region_at: Span,
}

impl Wish<'_> {
    fn network(&self) -> Option<&NetworkKeys> {
        self.keys.network.as_deref()
    }
}

/// A value as TOML, empty where there is none, and where it stands.
struct Says {
    value: String,
    at: Span,
}

impl Says {
    fn new(value: impl Into<String>, at: Span) -> Self {
        Self { value: value.into(), at }
    }

    fn text<T: ToString>(value: Option<&Spanned<T>>) -> Self {
        value.map_or_else(
            || Self::new("", Span::default()),
            |value| Self::new(quoted(&value.to_string()), value.span),
        )
    }
}

/// Where the Kubernetes version of a cluster stands.
const VERSION: &str = "version";

const NEVER: &str = "EKS never changes it: Terraform would replace the cluster";

/// All of them.
const FIXED: [Fixed; 9] = [
    Fixed {
        key: "account",
        has: |existing| arn_part(existing, 4),
        path: "arn",
        says: |wish| Says::new(quoted(wish.scope.account), wish.account_at),
        why: "adopt it in an environment of that account",
        listed: false,
    },
    Fixed {
        key: "region",
        has: |existing| arn_part(existing, 3),
        path: "arn",
        says: |wish| Says::new(quoted(wish.scope.region), wish.region_at),
        why: "a cluster never leaves its region",
        listed: false,
    },
    Fixed {
        key: "name",
        has: |existing| toml(existing, "name"),
        path: "name",
        says: |wish| {
            let at = wish.keys.name.as_ref().map(|name| name.span).unwrap_or_default();
            Says::new(quoted(wish.eks_name), at)
        },
        why: "another name is another cluster",
        listed: false,
    },
    Fixed {
        key: "kubernetes_version",
        has: |existing| toml(existing, VERSION),
        path: VERSION,
        says: |wish| Says::text(wish.keys.kubernetes_version.as_ref()),
        why: "adopt it as it is, and upgrade it afterwards",
        listed: false,
    },
    Fixed {
        key: "network.vpc_id",
        has: |existing| toml(existing, "resourcesVpcConfig.vpcId"),
        path: "resourcesVpcConfig.vpcId",
        says: |wish| Says::text(wish.network().and_then(|network| network.vpc_id.as_ref())),
        why: "a cluster never leaves its VPC",
        listed: false,
    },
    Fixed {
        key: "network.service_cidr",
        has: |existing| toml(existing, "kubernetesNetworkConfig.serviceIpv4Cidr"),
        path: "kubernetesNetworkConfig.serviceIpv4Cidr",
        says: |wish| Says::text(wish.network().map(|network| &network.service_cidr)),
        why: NEVER,
        listed: true,
    },
    Fixed {
        key: "network.security_groups",
        has: |existing| {
            let mut groups = texts(&existing.cluster, "resourcesVpcConfig.securityGroupIds");
            groups.sort_unstable();
            let groups: Vec<String> = groups.into_iter().map(quoted).collect();
            (!groups.is_empty()).then(|| format!("[{}]", groups.join(", ")))
        },
        path: "resourcesVpcConfig.securityGroupIds",
        says: |wish| {
            let Some(groups) = wish.network().map(|network| &network.security_groups) else {
                return Says::new("", Span::default());
            };
            let mut ids: Vec<String> = groups.iter().map(|group| quoted(group.as_str())).collect();
            ids.sort_unstable();
            Says::new(
                if ids.is_empty() { String::new() } else { format!("[{}]", ids.join(", ")) },
                groups.span,
            )
        },
        why: "without them the control plane and nodes that exist may lose each other",
        listed: true,
    },
    Fixed {
        key: "role_arn",
        has: |existing| toml(existing, "roleArn"),
        path: "roleArn",
        says: |wish| expanded(wish.keys.role_arn.as_ref(), wish.scope),
        why: NEVER,
        listed: true,
    },
    Fixed {
        key: "secrets_kms_key",
        has: |existing| toml(existing, "encryptionConfig.[0].provider.keyArn"),
        path: "encryptionConfig.[0].provider.keyArn",
        says: |wish| expanded(wish.keys.secrets_kms_key.as_ref(), wish.scope),
        why: "EKS never changes it: every plan would show a change that no apply makes",
        listed: true,
    },
];

fn expanded(pattern: Option<&Spanned<Pattern>>, scope: &Scope<'_>) -> Says {
    pattern.map_or_else(
        || Says::new("", Span::default()),
        |pattern| Says::new(quoted(&pattern.expand(scope)), pattern.span),
    )
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Returns a text of `describe-cluster` as TOML.
fn toml(existing: &Existing, path: &str) -> Option<String> {
    existing.text(path).map(|text| quoted(text.value))
}

/// Returns a part of the cluster's ARN as TOML.
fn arn_part(existing: &Existing, index: usize) -> Option<String> {
    existing.text("arn")?.value.split(':').nth(index).map(quoted)
}

/// What stands in the way of an adoption.
struct Obstacle {
    path: &'static str,
    is_there: fn(&Node) -> bool,
    what: &'static str,
    why: &'static str,
    help: &'static str,
}

/// What `describe-cluster` may say that plinth has no word for, or that has to be settled first.
const OBSTACLES: [Obstacle; 8] = [
    Obstacle {
        path: "status",
        is_there: |cluster| text(cluster, "status").is_some_and(|status| status.value != "ACTIVE"),
        what: "it is not active",
        why: "EKS changes nothing of such a cluster",
        help: "wait until it is `ACTIVE`, and gather the answers again",
    },
    Obstacle {
        path: "accessConfig.authenticationMode",
        is_there: |cluster| !existing::has_access_entries(cluster),
        what: "only its `aws-auth` ConfigMap lets anybody in",
        why: "the standard knows access entries alone: nodes and people would be locked out",
        help: "run `aws eks update-cluster-config --region {region} --name {cluster} --access-config authenticationMode=API_AND_CONFIG_MAP`, make an access entry for \
               whatever `aws-auth` names, and gather the answers again",
    },
    Obstacle {
        path: "computeConfig.enabled",
        is_there: |cluster| is_true(cluster, "computeConfig.enabled"),
        what: "it runs in Auto Mode",
        why: "plinth makes other nodes, and Karpenter would be there twice",
        help: "switch Auto Mode off first, with nodes that take its pods over, and gather the answers again",
    },
    Obstacle {
        path: "kubernetesNetworkConfig.ipFamily",
        is_there: |cluster| {
            text(cluster, "kubernetesNetworkConfig.ipFamily").is_some_and(|family| family.value == "ipv6")
        },
        what: "it is an IPv6 cluster",
        why: "plinth makes those in VPCs of their own only",
        help: "leave this cluster out of the blueprint",
    },
    Obstacle {
        path: "outpostConfig",
        is_there: |cluster| cluster.at("outpostConfig").is_some(),
        what: "its control plane is on an Outpost",
        why: "the standard's settings do not exist there",
        help: "leave this cluster out of the blueprint",
    },
    Obstacle {
        path: "connectorConfig",
        is_there: |cluster| cluster.at("connectorConfig").is_some(),
        what: "AWS does not run it: it is a connected cluster",
        why: "there is nothing in AWS to adopt",
        help: "leave this cluster out of the blueprint",
    },
    Obstacle {
        path: "remoteNetworkConfig",
        is_there: |cluster| cluster.at("remoteNetworkConfig").is_some(),
        what: "it has hybrid nodes",
        why: "plinth has no word for their networks, and an apply would take them away",
        help: "leave this cluster out of the blueprint while it has them",
    },
    Obstacle {
        path: "name",
        is_there: |cluster| text(cluster, "name").is_some_and(|name| Name::new(name.value).is_err()),
        what: "its name has other characters than lower-case letters, digits and single hyphens",
        why: "names of roles, folders and addresses are made of it",
        help: "leave this cluster out of the blueprint",
    },
];

/// Looks whether the kind of support, which the standard changes, can still change on a day: EKS refuses that once the version's
/// standard support has ended (EKS user guide, "View current cluster upgrade policy", read 2026-11). A version before those that
/// plinth knows has to go, too, and for one behind them plinth has to.
pub(in crate::model) fn support(
    existing: &Existing,
    catalog: &Catalog,
    day: &str,
) -> Option<(Problem, Span)> {
    let has = existing.text(VERSION)?;
    let version = KubernetesVersion::new(has.value)?;
    let versions = &catalog.kubernetes.versions;
    let row = versions.iter().find(|row| row.version == has.value);
    let (what, why) = if let Some(row) = row {
        let kind = existing.text("upgradePolicy.supportType");
        // Days as `2027-03-31` sort as they follow one another.
        if kind.is_some_and(|kind| kind.value == "STANDARD") || row.standard_support_ends.as_str() >= day {
            return None;
        }
        (
            format!(
                "its Kubernetes {version} has been in extended support since {}",
                row.standard_support_ends
            ),
            "the standard has no extended support, and EKS does not end it before an upgrade",
        )
    } else if version.minor() < KubernetesVersion::new(&versions.last()?.version)?.minor() {
        (format!("its Kubernetes {version} is too old"), "plinth does not know this version any more")
    } else {
        let what = format!("its Kubernetes {version} is newer than what this plinth knows");
        let why = "versions of add-ons and images follow from it";
        let help = "install a newer release of plinth".to_owned();
        let cluster = existing.name().to_owned();
        return Some((Problem::NotAdoptable { cluster, what, why, help }, has.span));
    };
    let help = format!(
        "upgrade it before, one minor version at a time, until it is in standard support: run `aws eks update-cluster-version{} \
         --name {} --kubernetes-version {}`, and gather the answers again",
        existing.in_region(),
        word(existing.name()),
        next(&version),
    );
    let cluster = existing.name().to_owned();
    Some((Problem::NotAdoptable { cluster, what, why, help }, has.span))
}

/// What runs pods by a role, which needs an access entry.
pub(super) struct Compute {
    pub of: &'static str,
    name: &'static str,
    pub role: &'static str,
    /// The type of its entry.
    kind: fn(&Node) -> &'static str,
    what: &'static str,
}

/// What `describe-nodegroup` and `describe-fargate-profile` say of it (EKS API, read 2026-11).
pub(super) const COMPUTE: [Compute; 2] = [
    Compute {
        of: existing::NODE_GROUP,
        name: "nodegroupName",
        role: "nodeRole",
        kind: |group| {
            let is_windows = text(group, "amiType").is_some_and(|kind| kind.value.starts_with("WINDOWS_"));
            if is_windows { "EC2_WINDOWS" } else { "EC2_LINUX" }
        },
        what: "nodes of",
    },
    Compute {
        of: existing::FARGATE_PROFILE,
        name: "fargateProfileName",
        role: "podExecutionRoleArn",
        kind: |_| "FARGATE_LINUX",
        what: "pods of Fargate profile",
    },
];

/// Looks whether a cluster can come under the blueprint as that describes it.
pub(in crate::model) fn check(
    context: &mut Context<'_>,
    keys: &ClusterKeys,
    scope: &Scope<'_>,
    eks_name: &str,
    [account_at, region_at]: [Span; 2],
) {
    let blueprint = context.blueprint;
    let Some(import) = &keys.import else { return };
    let Some(existing) = blueprint.existing.get(&import.value) else { return };
    let name = existing.name();
    let not_adoptable = |what: String, why: &'static str, help: String| Problem::NotAdoptable {
        cluster: name.to_owned(),
        what,
        why,
        help,
    };
    for obstacle in OBSTACLES.iter().filter(|obstacle| (obstacle.is_there)(&existing.cluster)) {
        let Obstacle { what, why, help, path, .. } = obstacle;
        let at = existing.cluster.at(path).map_or(existing.cluster.span, |node| node.span);
        let help = help.replace("{region}", &word(existing.region())).replace("{cluster}", &word(name));
        context.push(not_adoptable((*what).to_owned(), why, help), at);
    }
    let wish = Wish { keys, scope, eks_name, account_at, region_at };
    let support = support(existing, context.catalog, &context.catalog.kubernetes.read);
    let is_refused = support.is_some();
    if let Some((problem, at)) = support {
        context.push(problem, at);
    }
    for Fixed { key, has, path, says, why, .. } in &FIXED {
        // The version that it has is no way out then.
        let Some(has) = has(existing).filter(|_| !(is_refused && *path == VERSION)) else { continue };
        let Says { value, at: written } = says(&wish);
        if value != has {
            let is_written = written != Span::default();
            let problem =
                Problem::NotAsExisting { key, cluster: name.to_owned(), has, says: value, why, is_written };
            let of = existing.cluster.at(path).map_or(existing.cluster.span, |node| node.span);
            // What nobody wrote is asked for where the cluster says it.
            let (here, there) = if is_written { (written, of) } else { (of, import.span) };
            context.push_conflict(problem, here, there);
        }
    }
    if existing::has_access_entries(&existing.cluster) {
        for Compute { of, name, role, kind, what } in &COMPUTE {
            for compute in existing.all(of) {
                let (Some(own), Some(role)) = (text(compute, name), text(compute, role)) else { continue };
                if entry(existing, role.value).is_none() {
                    let what = format!("{what} `{}` come in by `aws-auth` alone", own.value);
                    let about = [("principal-arn", role.value), ("type", kind(compute))];
                    let help = run_and_again(&eks(existing, "create-access-entry", &about));
                    context.push(
                        not_adoptable(what, "the standard knows access entries alone", help),
                        role.span,
                    );
                }
            }
        }
    }
}

/// Lists what the blueprint has from the cluster.
pub(super) fn kept(existing: &Existing) -> Vec<Kept> {
    let fixed = FIXED.iter().filter(|fixed| fixed.listed);
    fixed.filter_map(|Fixed { key, has, why, .. }| Some(Kept { key, value: has(existing)?, why })).collect()
}
