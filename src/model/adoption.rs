//! Clusters that exist already and come under the blueprint: what is imported, and how they differ from the standard.
//!
//! One rule stands over all of it: a plan never replaces the cluster, nor takes anything away that somebody uses. What EKS never
//! changes is written in the blueprint, by a key of its own, and an error says which line; what stands in the way is an error that
//! says what to do in AWS first (`fixed`). What an apply changes in place is listed (`change`), and so is what exists and
//! nobody declares (`outside`). So `import` decides nothing: once the cluster is under the blueprint it can go, and the same
//! plan comes out.

mod change;
mod fixed;
mod outside;

use serde::Serialize;

pub(super) use fixed::{check, support};
use outside::Outsiders;

use super::addon::Addon;
use super::app::Rights;
use super::{Cluster, Context, Environment};
use crate::blueprint::existing::{self, Existing, is_true, text, texts};
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::node::{Node, Value};
use crate::blueprint::scalar::{FilePath, Name};
use crate::catalog::AddonKind;
use crate::diagnostic::Spanned;
use crate::problem::Problem;
use crate::shell::word;

/// A cluster that comes under the blueprint.
#[derive(Debug, Clone, Serialize)]
pub struct Adoption {
    /// The file of AWS' answers, from the blueprint's folder.
    pub file: FilePath,
    /// What exists and is declared.
    pub imports: Vec<Import>,
    /// What an apply changes in place.
    pub changes: Vec<Change>,
    /// What follows the cluster, since it never changes.
    pub kept: Vec<Kept>,
    /// What exists and is not declared.
    pub outside: Vec<Outside>,
}

/// Something that exists, and its id as the provider takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// What it is.
    pub what: Adopted,
    /// Its id for the provider.
    pub id: String,
}

/// What can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Adopted {
    /// The cluster.
    Cluster,
    /// The log group of its control plane.
    LogGroup,
    /// Its OpenID Connect provider.
    OidcProvider,
    /// An EKS add-on.
    Addon(Name),
    /// A role of a list that may enter, `admin`.
    AccessEntry(&'static str, String),
    /// Its rights.
    AccessPolicy(&'static str, String),
    /// A role of applications that may enter.
    TenantEntry(String),
    /// A range that reaches the private endpoint.
    EndpointRule(String),
    /// The role of an add-on's service account.
    Association(Name),
}

/// Something that an apply changes in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is.
    pub what: String,
    /// What the cluster has.
    pub has: String,
    /// What the blueprint says.
    pub becomes: String,
    /// What to know of it.
    pub note: &'static str,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The key that says it.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Why.
    pub why: &'static str,
}

/// Something that stays as it is, beside what plinth declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// What it is.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// What is in force of it; empty where its name says it.
    pub has: String,
    /// What becomes of it, and what a person does.
    pub todo: &'static str,
    /// The command for that; empty where there is none.
    pub command: String,
    /// Whether that comes before the first apply.
    pub first: bool,
}

fn run_and_again(command: &str) -> String {
    format!("run `{command}`, and gather the answers again")
}

/// Returns what AWS says of a role's access entry.
fn entry<'e>(existing: &'e Existing, principal: &str) -> Option<&'e Node> {
    existing
        .all(existing::ACCESS_ENTRY)
        .find(|entry| text(entry, "principalArn").is_some_and(|own| own.value == principal))
}

/// Returns the zones of an existing control plane, as far as its subnets are known.
pub(super) fn control_plane_zones(context: &mut Context<'_>, keys: &ClusterKeys) -> Vec<String> {
    let blueprint = context.blueprint;
    let Some(existing) = keys.import.as_ref().and_then(|import| blueprint.existing.get(&import.value)) else {
        return Vec::new();
    };
    let mut zones = Vec::new();
    for id in texts(&existing.cluster, "resourcesVpcConfig.subnetIds") {
        let is_it = |subnet: &&Node| text(subnet, "SubnetId").is_some_and(|own| own.value == id);
        let subnet = existing.all(existing::SUBNETS).find(is_it);
        if let Some(zone) = subnet.and_then(|subnet| text(subnet, "AvailabilityZone")) {
            zones.push(zone.value.to_owned());
        } else {
            let problem = Problem::AnswerMissing {
                what: format!("`{}` of `{id}`", existing::SUBNETS),
                command: format!(
                    "aws ec2 describe-subnets --subnet-ids {}{}",
                    word(id),
                    existing.in_region()
                ),
            };
            context.push(problem, existing.cluster.span);
        }
    }
    zones.sort();
    zones.dedup();
    zones
}

/// Who has which rights on a whole cluster: the name of the list's resources, the list, the access policy.
pub type AccessList = (&'static str, fn(&Cluster) -> &[Spanned<String>], &'static str);

/// All such lists.
pub const ACCESS_LISTS: [AccessList; 3] = [
    ("admin", |cluster| &cluster.access.admins, "AmazonEKSClusterAdminPolicy"),
    ("viewer", |cluster| &cluster.access.viewers, "AmazonEKSAdminViewPolicy"),
    ("reader", |cluster| &cluster.access.readers, "AmazonEKSViewPolicy"),
];

/// Adds to every cluster that is to come under the blueprint what follows from that.
pub(super) fn resolve(context: &mut Context<'_>, environments: &mut [Environment]) {
    let blueprint = context.blueprint;
    for environment in environments {
        for cluster in &mut environment.clusters {
            let keys = blueprint.cluster(&cluster.environment, &cluster.name);
            let Some(import) = keys.and_then(|keys| keys.value.import.as_ref()) else { continue };
            let Some(existing) = blueprint.existing.get(&import.value) else { continue };
            let adoption = Adoption {
                file: import.value.clone(),
                imports: imports(context, existing, cluster),
                changes: change::changes(existing, cluster),
                kept: fixed::kept(existing),
                outside: Outsiders { existing, cluster }.all(),
            };
            cluster.adoption = Some(adoption);
        }
    }
}

/// Finds what exists and is declared.
///
/// Ids are what the provider's documents say under "Import" (AWS provider 6, read 2026-11).
fn imports(context: &mut Context<'_>, existing: &Existing, cluster: &Cluster) -> Vec<Import> {
    let name = cluster.eks_name.as_str();
    let mut imports = vec![Import { what: Adopted::Cluster, id: name.to_owned() }];
    let mut add = |what, id| imports.push(Import { what, id });
    if log_group(existing).is_some() {
        add(Adopted::LogGroup, log_group_name(name));
    }
    if let Some(arn) = oidc_provider(existing) {
        add(Adopted::OidcProvider, arn.to_owned());
    }
    for (addon, _) in addons(existing, cluster) {
        add(Adopted::Addon(addon.name.clone()), format!("{name}:{}", addon.name));
    }
    for (list, roles, policy) in ACCESS_LISTS {
        for role in roles(cluster) {
            let Some(entry) = entry(existing, role) else { continue };
            check_type(context, existing, entry, role);
            add(Adopted::AccessEntry(list, role.value.clone()), format!("{name}:{}", role.value));
            let arn = format!("arn:{}:eks::aws:cluster-access-policy/{policy}", cluster.partition);
            if let Some(own) = policies(existing, role).into_iter().find(|own| policy_arn(own) == Some(&arn))
            {
                check_scope(context, existing, own, role, &arn);
                let id = format!("{name}#{}#{arn}", role.value);
                add(Adopted::AccessPolicy(list, role.value.clone()), id);
            }
        }
    }
    let mut tenants: Vec<&str> = tenant_roles(cluster).collect();
    tenants.sort_unstable();
    tenants.dedup();
    for role in tenants {
        if let Some(entry) = entry(existing, role) {
            check_type(context, existing, entry, role);
            add(Adopted::TenantEntry(role.to_owned()), format!("{name}:{role}"));
        }
    }
    for range in &cluster.settings.private_cidrs {
        if let Some(id) = existing.all(existing::RULES).find_map(|rule| endpoint_rule(existing, rule, range))
        {
            add(Adopted::EndpointRule(range.clone()), id.to_owned());
        }
    }
    for addon in cluster.settings.addons.iter().filter(|addon| addon.kind == AddonKind::Helm) {
        let id = association(existing, addon).and_then(|association| text(association, "associationId"));
        if let Some(id) = id {
            add(Adopted::Association(addon.name.clone()), format!("{name},{}", id.value));
        }
    }
    imports
}

fn log_group_name(cluster: &str) -> String {
    format!("/aws/eks/{cluster}/cluster")
}

fn log_group(existing: &Existing) -> Option<&Node> {
    let name = log_group_name(existing.name());
    existing
        .all(existing::LOG_GROUPS)
        .find(|group| text(group, "logGroupName").is_some_and(|own| own.value == name))
}

/// Returns the ARN of the provider that stands for the cluster's issuer: its URL without the scheme is the ARN's end.
fn oidc_provider(existing: &Existing) -> Option<&str> {
    let issuer = existing.text("identity.oidc.issuer")?.value.trim_start_matches("https://");
    let arns = existing.all(existing::OIDC_PROVIDERS).filter_map(|provider| text(provider, "Arn"));
    arns.map(|arn| arn.value).find(|arn| arn.split_once('/').is_some_and(|(_, url)| url == issuer))
}

/// Returns the EKS add-ons that both have, and what AWS says of them.
fn addons<'a>(existing: &'a Existing, cluster: &'a Cluster) -> impl Iterator<Item = (&'a Addon, &'a Node)> {
    let own = cluster.settings.addons.iter().filter(|addon| addon.kind == AddonKind::EksAddon);
    own.filter_map(|addon| Some((addon, existing_addon(existing, addon.name.as_str())?)))
}

fn existing_addon<'a>(existing: &'a Existing, name: &str) -> Option<&'a Node> {
    existing.all(existing::ADDON).find(|addon| text(addon, "addonName").is_some_and(|own| own.value == name))
}

/// Returns the access policies of a role.
fn policies<'e>(existing: &'e Existing, role: &str) -> Vec<&'e Node> {
    let answers = existing.answers(existing::ACCESS_POLICIES).iter();
    let of_role = answers.filter(|answer| text(answer, "principalArn").is_some_and(|own| own.value == role));
    let lists = of_role.filter_map(|answer| answer.get(existing::ACCESS_POLICIES));
    lists
        .flat_map(
            |list| if let Value::Array(items) = &list.value { items.iter().collect() } else { Vec::new() },
        )
        .collect()
}

fn policy_arn(policy: &Node) -> Option<&str> {
    text(policy, "policyArn").map(|arn| arn.value)
}

/// An entry's type never changes.
fn check_type(context: &mut Context<'_>, existing: &Existing, entry: &Node, role: &str) {
    let Some(kind) = text(entry, "type").filter(|kind| kind.value != "STANDARD") else { return };
    let cluster = existing.name().to_owned();
    let problem = Problem::NotAdoptable {
        what: format!("the access entry of `{role}` is of type `{}`", kind.value),
        why: "the blueprint lets this role in as people are let in, and an entry's type never changes",
        help: format!(
            "take the role out of the blueprint, or {}",
            run_and_again(&eks(existing, "delete-access-entry", &[("principal-arn", role)]))
        ),
        cluster,
    };
    context.push(problem, kind.span);
}

/// Another scope would take the policy away for a moment, and put it back.
fn check_scope(context: &mut Context<'_>, existing: &Existing, policy: &Node, role: &str, arn: &str) {
    let Some(scope) = text(policy, "accessScope.type").filter(|scope| scope.value != "cluster") else {
        return;
    };
    let cluster = existing.name().to_owned();
    let problem = Problem::NotAdoptable {
        what: format!("`{role}` has its access policy in some namespaces only"),
        why: "the blueprint gives it on the whole cluster, and Terraform would replace one by the other",
        help: run_and_again(&eks(
            existing,
            "associate-access-policy",
            &[("principal-arn", role), ("policy-arn", arn), ("access-scope", "type=cluster")],
        )),
        cluster,
    };
    context.push(problem, scope.span);
}

fn tenant_roles(cluster: &Cluster) -> impl Iterator<Item = &str> {
    let tenants = cluster.tenants.iter();
    let roles =
        tenants.flat_map(|tenant| Rights::ALL.into_iter().flat_map(move |rights| tenant.roles(rights)));
    roles.map(String::as_str)
}

/// Returns the id of a rule that lets a range in to port 443 of the cluster's own security group.
fn endpoint_rule<'e>(existing: &Existing, rule: &'e Node, range: &str) -> Option<&'e str> {
    let is = |path: &str, value: &str| text(rule, path).is_some_and(|own| own.value == value);
    let is_port = |path: &str| matches!(rule.at(path).map(|port| &port.value), Some(Value::Integer(443)));
    let group = existing.text("resourcesVpcConfig.clusterSecurityGroupId")?.value;
    let is_it = !is_true(rule, "IsEgress")
        && is("GroupId", group)
        && is("IpProtocol", "tcp")
        && is("CidrIpv4", range)
        && is_port("FromPort")
        && is_port("ToPort");
    text(rule, "SecurityGroupRuleId").filter(|_| is_it).map(|id| id.value)
}

/// Returns what AWS says of the association of an add-on's service account.
fn association<'e>(existing: &'e Existing, addon: &Addon) -> Option<&'e Node> {
    let account = addon.facts.service_account.as_deref()?;
    let is = |node: &Node, path: &str, value: &str| text(node, path).is_some_and(|own| own.value == value);
    existing
        .all(existing::ASSOCIATIONS)
        .find(|node| is(node, "namespace", &addon.facts.namespace) && is(node, "serviceAccount", account))
}

/// Makes a command of the AWS CLI about a cluster.
fn eks(existing: &Existing, command: &str, about: &[(&str, &str)]) -> String {
    let mut line =
        format!("aws eks {command}{} --cluster-name {}", existing.in_region(), word(existing.name()));
    for (option, value) in about {
        line.push_str(&format!(" --{option} {}", word(value)));
    }
    line
}

/// Returns texts as a sentence has them, sorted.
fn listed<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut items: Vec<String> = items.into_iter().map(|item| item.as_ref().to_owned()).collect();
    items.sort();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}
