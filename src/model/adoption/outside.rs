//! What exists beside what the blueprint declares: it stays as it is, and a person sees to it.

use super::fixed::{COMPUTE, Compute};
use super::{
    ACCESS_LISTS, Outside, addons, association, eks, existing_addon, listed, policies, policy_arn,
    tenant_roles,
};
use crate::blueprint::existing::{self, Existing, text, texts};
use crate::blueprint::node::Value;
use crate::catalog::AddonKind;
use crate::diagnostic::Spanned;
use crate::model::{Addon, Cluster};

/// What `describe-cluster` says (EKS API, `Cluster`, read 2026-11).
const SETTINGS: [&str; 28] = [
    "accessConfig",
    "arn",
    "certificateAuthority",
    "clientRequestToken",
    "computeConfig",
    "connectorConfig",
    "controlPlaneScalingConfig",
    "createdAt",
    "deletionProtection",
    "encryptionConfig",
    "endpoint",
    "health",
    "id",
    "identity",
    "kubernetesNetworkConfig",
    "logging",
    "name",
    "outpostConfig",
    "platformVersion",
    "remoteNetworkConfig",
    "resourcesVpcConfig",
    "roleArn",
    "status",
    "storageConfig",
    "tags",
    "upgradePolicy",
    "version",
    "zonalShiftConfig",
];

/// What AWS has beside what the blueprint declares.
pub(super) struct Outsiders<'a> {
    pub existing: &'a Existing,
    pub cluster: &'a Cluster,
}

impl Outside {
    fn new(what: &'static str, name: impl Into<String>, todo: &'static str) -> Self {
        Self { what, name: name.into(), has: String::new(), todo, command: String::new(), first: false }
    }

    fn has(self, has: String) -> Self {
        Self { has, ..self }
    }

    fn by(self, command: String) -> Self {
        Self { command, ..self }
    }

    fn first(self) -> Self {
        Self { first: true, ..self }
    }
}

impl<'a> Outsiders<'a> {
    pub fn all(&self) -> Vec<Outside> {
        let mut all = self.settings();
        all.extend(self.config_map());
        all.extend(self.unwell());
        all.extend(self.associations());
        all.extend(self.agent());
        all.extend(self.addons());
        all.extend(self.nodes());
        all.extend(self.access());
        all.sort_by_key(|outside| !outside.first);
        all
    }

    /// Makes a command of the AWS CLI about this cluster.
    fn eks(&self, command: &str, about: &[(&str, &str)]) -> String {
        eks(self.existing, command, about)
    }

    fn addon(&self, name: &str) -> Option<&'a Addon> {
        self.cluster.settings.addons.iter().find(|own| own.name.as_str() == name)
    }

    /// What `describe-cluster` says that this release does not know: a plan may well take it back.
    fn settings(&self) -> Vec<Outside> {
        let Value::Table(table) = &self.existing.cluster.value else { return Vec::new() };
        let unknown = table.0.keys().filter(|key| !SETTINGS.contains(&key.as_str()));
        let todo = "This release of plinth does not know it. Look at the plan for what becomes of it.";
        unknown.map(|key| Outside::new("setting", key, todo).first()).collect()
    }

    /// Who comes in by the `ConfigMap` alone: the first apply ends it for good.
    fn config_map(&self) -> Vec<Outside> {
        if self.existing.text("accessConfig.authenticationMode").is_none_or(|mode| mode.value == "API") {
            return Vec::new();
        }
        let read = "The first apply ends it, and there is no way back: whoever comes in by it alone is locked out, people as well as nodes \
                    outside of node groups. See whom it names:";
        let enter = "Make one for each role and user that it names and that has none, with `--type EC2_LINUX` (`EC2_WINDOWS`) for nodes; \
                     people get an access policy besides, by `aws eks associate-access-policy`. Then gather the answers again:";
        let command = self.eks("create-access-entry", &[("principal-arn", "ARN")]);
        vec![
            Outside::new("ConfigMap", "kube-system/aws-auth", read)
                .by("kubectl -n kube-system get configmap aws-auth -o yaml".to_owned())
                .first(),
            Outside::new("no access entry", "ARN", enter).by(command).first(),
        ]
    }

    /// Add-ons that the first apply would wait for.
    fn unwell(&self) -> Vec<Outside> {
        let addons = addons(self.existing, self.cluster);
        let unwell = addons.filter_map(|(own, has)| {
            let status = text(has, "status").filter(|status| status.value != "ACTIVE")?;
            let todo = "The first apply changes it, waits for it to be `ACTIVE`, and fails where it does not get there. See what it lacks:";
            let command = self.eks("describe-addon", &[("addon-name", own.name.as_str()), ("query", "addon.health")]);
            Some(Outside::new("EKS add-on", own.name.as_str(), todo).has(status.value.to_owned()).by(command).first())
        });
        unwell.collect()
    }

    fn nodes(&self) -> Vec<Outside> {
        let groups = self.existing.all(existing::NODE_GROUP).filter_map(|group| text(group, "nodegroupName"));
        let groups = groups.map(|group| {
            let todo =
                "It stays, and runs what it runs. Once pods run on the new nodes, drain it and delete it:";
            let command = self.eks("delete-nodegroup", &[("nodegroup-name", group.value)]);
            Outside::new("node group", group.value, todo).by(command)
        });
        let profiles = self.existing.all(existing::FARGATE_PROFILE);
        let profiles = profiles.filter_map(|profile| text(profile, "fargateProfileName"));
        let profiles = profiles.map(|profile| {
            let todo = "It stays, and takes the pods that it took. To be rid of it:";
            let command = self.eks("delete-fargate-profile", &[("fargate-profile-name", profile.value)]);
            Outside::new("Fargate profile", profile.value, todo).by(command)
        });
        groups.chain(profiles).collect()
    }

    fn addons(&self) -> Vec<Outside> {
        let names = self.existing.all(existing::ADDON).filter_map(|addon| text(addon, "addonName"));
        let outside = names.filter_map(|name| match self.addon(name.value).map(|own| own.kind) {
            Some(AddonKind::EksAddon) => None,
            Some(AddonKind::Helm) => {
                let todo = "The blueprint installs it by Helm, which refuses what is there already. Before `services` is applied:";
                let command = self.eks("delete-addon", &[("addon-name", name.value)]);
                Some(Outside::new("EKS add-on", name.value, todo).by(command).first())
            }
            None => {
                let todo = "It stays as it is. Under `addons` of the cluster it is the blueprint's.";
                Some(Outside::new("EKS add-on", name.value, todo))
            }
        });
        outside.collect()
    }

    fn access(&self) -> Vec<Outside> {
        let mut outside = Vec::new();
        for entry in self.existing.all(existing::ACCESS_ENTRY) {
            let (Some(role), Some(kind)) = (text(entry, "principalArn"), text(entry, "type")) else {
                continue;
            };
            let is_own = |roles: &[Spanned<String>]| roles.iter().any(|own| own.value == role.value);
            let mut lists = ACCESS_LISTS.iter().filter(|(_, roles, _)| is_own(roles(self.cluster)));
            let own_policy = lists.next().map(|(_, _, policy)| *policy);
            let is_tenants = tenant_roles(self.cluster).any(|own| own == role.value);
            let policies = policies(self.existing, role.value).into_iter().filter_map(policy_arn);
            let names = policies.filter_map(|arn| arn.rsplit('/').next());
            let more: Vec<&str> = names.filter(|name| own_policy != Some(*name)).collect();
            // Those of applications' roles are the blueprint's.
            let groups = if is_tenants { Vec::new() } else { texts(entry, "kubernetesGroups") };
            if own_policy.is_none() && !is_tenants {
                outside.push(self.stranger(role.value, kind.value, listed(more)));
                continue;
            }
            for (what, has) in [("access policies", more), ("Kubernetes groups", groups)] {
                if !has.is_empty() {
                    let todo = "They stay in force, besides what the blueprint gives this role.";
                    outside.push(Outside::new(what, role.value, todo).has(listed(has)));
                }
            }
        }
        outside
    }

    /// An entry of somebody whom the blueprint does not name.
    fn stranger(&self, principal: &str, kind: &str, policies: String) -> Outside {
        let entry = |todo| Outside::new("access entry", principal, todo);
        let delete = self.eks("delete-access-entry", &[("principal-arn", principal)]);
        if kind != "STANDARD" {
            let todo = if self.is_of_compute(principal) {
                "It lets in what runs outside of every stack. Where AWS has left it when that is gone:"
            } else {
                "It lets in nodes that no node group has. Nobody takes it away. Once they are gone:"
            };
            entry(todo).has(kind.to_owned()).by(delete)
        } else if principal.contains(":role/aws-service-role/") {
            entry("A service of AWS made it for itself, and keeps it.").has(policies)
        } else if principal.contains(":role/") {
            let todo =
                "It goes on letting this role in. Write the role into `admins` or `readers`, or end it:";
            entry(todo).has(policies).by(delete)
        } else {
            entry("It goes on letting them in. The blueprint knows roles only. To end it:")
                .has(policies)
                .by(delete)
        }
    }

    /// Whether a node group or a Fargate profile runs by a role.
    fn is_of_compute(&self, principal: &str) -> bool {
        let mut roles = COMPUTE.iter().flat_map(|Compute { of, role, .. }| {
            self.existing.all(of).filter_map(|compute| text(compute, role))
        });
        roles.any(|role| role.value == principal)
    }

    /// Add-ons whose pods have their role by their service account's annotation, and by Pod Identity from then on: without its
    /// agent they have none.
    fn agent(&self) -> Option<Outside> {
        const AGENT: &str = "eks-pod-identity-agent";
        let is_there = existing_addon(self.existing, AGENT).is_some();
        let comes = self.addon(AGENT).is_some_and(|own| own.kind == AddonKind::EksAddon);
        let moves = addons(self.existing, self.cluster).filter(|(own, has)| {
            own.facts.service_account.is_some() && text(has, "serviceAccountRoleArn").is_some()
        });
        let moves: Vec<&str> = moves.map(|(own, _)| own.name.as_str()).collect();
        let todo = "These add-ons get their role by it from the first apply on, and nothing in the plan waits for its pods. Install it, \
                    wait until it is `ACTIVE`, and gather the answers again:";
        let command = self.eks("create-addon", &[("addon-name", AGENT)]);
        (comes && !is_there && !moves.is_empty()).then(|| {
            Outside::new("no EKS add-on", AGENT, todo)
                .has(format!("for {}", listed(moves)))
                .by(command)
                .first()
        })
    }

    /// Associations that nobody of ours makes, and those that are in the way of an EKS add-on's own: a service account has one.
    fn associations(&self) -> Vec<Outside> {
        // What an add-on made says so.
        let made_by_hand =
            self.existing.all(existing::ASSOCIATIONS).filter(|node| text(node, "ownerArn").is_none());
        let outside = made_by_hand.filter_map(|node| {
            let (namespace, account) = (text(node, "namespace")?.value, text(node, "serviceAccount")?.value);
            let addons = self.cluster.settings.addons.iter();
            let mut own = addons.filter(|addon| association(self.existing, addon).is_some_and(|of| of.span == node.span));
            let of = Outside::new;
            let (what, name) = ("Pod Identity association", format!("{namespace}/{account}"));
            match own.next().map(|addon| addon.kind) {
                Some(AddonKind::Helm) => None,
                Some(AddonKind::EksAddon) => {
                    let todo = "A service account has one only, and the add-on brings its own. Before `cluster` is applied:";
                    let id = text(node, "associationId")?.value;
                    let command = self.eks("delete-pod-identity-association", &[("association-id", id)]);
                    Some(of(what, name, todo).by(command).first())
                }
                None => Some(of(what, name, "It stays, and gives these pods their role.")),
            }
        });
        outside.collect()
    }
}
