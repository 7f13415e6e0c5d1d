//! What an apply changes in place of a cluster that exists.

use super::{Change, entry, existing_addon, listed, log_group, tenant_roles};
use crate::blueprint::existing::{Existing, is_true, text, texts};
use crate::blueprint::node::{Node, Value};
use crate::catalog::AddonKind;
use crate::model::Cluster;

/// A setting that an apply changes in place. Sentences are Markdown.
struct InPlace {
    what: &'static str,
    has: fn(&Existing) -> String,
    becomes: fn(&Cluster) -> String,
    note: &'static str,
}

fn on(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

/// What EKS changes under a cluster that runs (EKS API, `UpdateClusterConfig`; AWS provider 6, `aws_eks_cluster`; read 2026-11).
const IN_PLACE: [InPlace; 9] = [
    InPlace {
        what: "authentication mode",
        has: |existing| {
            existing
                .text("accessConfig.authenticationMode")
                .map_or("CONFIG_MAP", |mode| mode.value)
                .to_owned()
        },
        becomes: |_| "API".to_owned(),
        note: "There is no way back, and the `aws-auth` ConfigMap lets nobody in any more: see \"Before the first apply\".",
    },
    InPlace {
        what: "private endpoint",
        has: |existing| on(is_true(&existing.cluster, "resourcesVpcConfig.endpointPrivateAccess")),
        becomes: |_| on(true),
        note: "Inside the VPC the API's name leads to private addresses then: who calls it from there needs `endpoint.private_cidrs`, \
               or the cluster's security group.",
    },
    InPlace {
        what: "public endpoint",
        has: |existing| {
            let is_public = is_true(&existing.cluster, "resourcesVpcConfig.endpointPublicAccess");
            let ranges = texts(&existing.cluster, "resourcesVpcConfig.publicAccessCidrs");
            listed(ranges.into_iter().filter(|_| is_public))
        },
        becomes: |cluster| listed(&cluster.settings.public_cidrs),
        note: "Who calls the API from elsewhere is cut off.",
    },
    InPlace {
        what: "subnets of the control plane",
        has: |existing| listed(texts(&existing.cluster, "resourcesVpcConfig.subnetIds")),
        becomes: |cluster| {
            let zones = cluster.network.existing().into_iter().flat_map(|vpc| &vpc.zones);
            let made_in = |name: &String| cluster.network.control_plane_zones.contains(name);
            listed(zones.filter(|zone| made_in(&zone.name)).map(|zone| zone.private.as_str()))
        },
        note: "EKS makes new network interfaces in them. The zones stay the same.",
    },
    InPlace {
        what: "logs of the control plane",
        has: |existing| listed(log_types(&existing.cluster)),
        becomes: |_| listed(["api", "audit", "authenticator", "controllerManager", "scheduler"]),
        note: "CloudWatch charges for what comes in.",
    },
    InPlace {
        what: "key of secrets",
        has: |existing| {
            let key = existing.text("encryptionConfig.[0].provider.keyArn");
            key.map_or_else(|| "AWS' own".to_owned(), |key| key.value.to_owned())
        },
        becomes: |cluster| {
            cluster.settings.secrets_kms_key.clone().unwrap_or_else(|| format!("alias/{}", cluster.eks_name))
        },
        note: "There is no way back, and the key must live as long as the cluster. Secrets that exist are encrypted with it when they \
               are written next.",
    },
    InPlace {
        what: "support",
        has: |existing| {
            existing.text("upgradePolicy.supportType").map_or("EXTENDED", |kind| kind.value).to_owned()
        },
        becomes: |_| "STANDARD".to_owned(),
        note: "EKS takes it only before the version's standard support ends: apply it until then, or upgrade first. At that end EKS \
               upgrades the cluster by itself.",
    },
    InPlace {
        what: "deletion protection",
        has: |existing| on(is_true(&existing.cluster, "deletionProtection")),
        becomes: |cluster| on(cluster.settings.deletion_protection),
        note: "It follows from `protection` of the environment.",
    },
    InPlace {
        what: "zonal shift",
        has: |existing| on(is_true(&existing.cluster, "zonalShiftConfig.enabled")),
        becomes: |_| on(false),
        note: "The standard does not use it.",
    },
];

fn log_types(cluster: &Node) -> Vec<&str> {
    let Some(Value::Array(settings)) = cluster.at("logging.clusterLogging").map(|list| &list.value) else {
        return Vec::new();
    };
    settings
        .iter()
        .filter(|setting| is_true(setting, "enabled"))
        .flat_map(|setting| texts(setting, "types"))
        .collect()
}

/// Returns tags, by key and value.
fn tags(node: &Node) -> Vec<(&str, &str)> {
    match node.get("tags").map(|tags| &tags.value) {
        Some(Value::Table(table)) => {
            let tags = table.0.iter();
            tags.map(|(key, value)| (key.as_str(), value.node.as_str().unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    }
}

/// Finds what an apply changes in place.
pub(super) fn changes(existing: &Existing, cluster: &Cluster) -> Vec<Change> {
    let differs = |change: &Change| change.has != change.becomes;
    let settings = IN_PLACE.iter().map(|InPlace { what, has, becomes, note }| Change {
        what: (*what).to_owned(),
        has: has(existing),
        becomes: becomes(cluster),
        note,
    });
    let settings = settings.filter(differs).chain(tag_changes(existing, cluster));
    settings
        .chain(log_changes(existing, cluster))
        .chain(addon_changes(existing, cluster))
        .chain(group_changes(existing, cluster))
        .collect()
}

fn tag_changes(existing: &Existing, cluster: &Cluster) -> Vec<Change> {
    let own = |key: &str| cluster.tags.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str());
    let mut changes = Vec::new();
    let mut gone = Vec::new();
    for (key, value) in tags(&existing.cluster) {
        match own(key) {
            // Those that AWS itself has put there, as CloudFormation does, nobody can take off.
            None if key.starts_with("aws:") => {}
            None => gone.push(key),
            Some(own) if own != value => changes.push(Change {
                what: format!("tag {key}"),
                has: value.to_owned(),
                becomes: own.to_owned(),
                note: "Whatever looks for the old value, such as a report of costs or a policy, does not find the cluster any more.",
            }),
            Some(_) => {}
        }
    }
    if !gone.is_empty() {
        changes.push(Change {
            what: "tags".to_owned(),
            has: listed(gone),
            becomes: "none of these".to_owned(),
            note: "They are taken off, whoever made them. `project.tags` keeps some.",
        });
    }
    changes
}

/// What a shorter retention means.
const OLDER: &str = "Older ones are deleted. `log_retention_days` says otherwise.";

fn log_changes(existing: &Existing, cluster: &Cluster) -> Vec<Change> {
    let Some(group) = log_group(existing) else { return Vec::new() };
    let becomes = cluster.settings.log_retention_days;
    let (days, note) = match group.at("retentionInDays").map(|days| &days.value) {
        Some(Value::Integer(days)) if *days < i64::from(becomes) => {
            (format!("{days} days"), "Nothing is deleted, and CloudWatch charges for what is kept.")
        }
        Some(Value::Integer(days)) => (format!("{days} days"), OLDER),
        _ => ("for ever".to_owned(), OLDER),
    };
    let key = text(group, "kmsKeyId").map_or("AWS' own", |key| key.value);
    let changes = [
        Change {
            what: "how long logs are kept".to_owned(),
            has: days,
            becomes: format!("{becomes} days"),
            note,
        },
        Change {
            what: "key of logs".to_owned(),
            has: key.to_owned(),
            becomes: format!("alias/{}", cluster.eks_name),
            note: "What was written before is read with the key that it was written with.",
        },
    ];
    changes.into_iter().filter(|change| change.has != change.becomes).collect()
}

/// What applications' roles are to Kubernetes follows from the blueprint.
fn group_changes(existing: &Existing, cluster: &Cluster) -> Vec<Change> {
    let mut roles: Vec<&str> = tenant_roles(cluster).collect();
    roles.sort_unstable();
    roles.dedup();
    let changes = roles.into_iter().filter_map(|role| {
        let groups = texts(entry(existing, role)?, "kubernetesGroups");
        (!groups.is_empty()).then(|| Change {
            what: format!("Kubernetes groups of {role}"),
            has: listed(groups),
            becomes: "those of its applications".to_owned(),
            note: "What is bound to the old groups gives this role nothing any more.",
        })
    });
    changes.collect()
}

/// What changes of EKS add-ons, and which ones are new.
fn addon_changes(existing: &Existing, cluster: &Cluster) -> Vec<Change> {
    let own = cluster.settings.addons.iter().filter(|addon| addon.kind == AddonKind::EksAddon);
    let mut changes = Vec::new();
    for addon in own {
        let becomes = match addon.version.as_str() {
            "" => "the default of the Kubernetes version".to_owned(),
            version => version.to_owned(),
        };
        let what = format!("add-on {}", addon.name);
        let Some(has) = existing_addon(existing, addon.name.as_str()) else {
            changes.push(Change {
                what,
                has: "no EKS add-on".to_owned(),
                becomes,
                note: "One that was installed otherwise is taken over, and what was changed of it is overwritten.",
            });
            continue;
        };
        let version = text(has, "addonVersion").map(|version| version.value).unwrap_or_default();
        if version != becomes {
            let note = "Its pods are replaced one after the other. `plinth.lock` pins another version.";
            changes.push(Change { what: what.clone(), has: version.to_owned(), becomes, note });
        }
        if let Some(role) = text(has, "serviceAccountRoleArn") {
            changes.push(Change {
                what: format!("rights of add-on {}", addon.name),
                has: role.value.to_owned(),
                becomes: match addon.facts.service_account {
                    Some(_) => format!("{}-{}, by Pod Identity", cluster.eks_name, addon.name),
                    None => "none".to_owned(),
                },
                note: "The old role stays, and nobody uses it any more.",
            });
        }
        if let Some(values) = text(has, "configurationValues") {
            changes.push(Change {
                what: format!("settings of add-on {}", addon.name),
                has: values.value.to_owned(),
                becomes: "the standard's".to_owned(),
                note: "`values` of the add-on keeps some.",
            });
        }
    }
    changes
}
