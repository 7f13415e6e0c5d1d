//! IAM roles that the blueprint names, and what each may do in a cluster.

use serde::Serialize;

use super::Context;
use crate::blueprint::keys::Cluster as ClusterKeys;
use crate::blueprint::pattern::{Pattern, Scope};
use crate::blueprint::scalar::is_account;
use crate::diagnostic::{Span, Spanned};
use crate::problem::{Principal, Problem};

/// Who has rights on a whole cluster. Each role once: EKS keeps one access entry for a principal.
#[derive(Debug, Clone, Serialize)]
pub struct Access {
    /// Roles with full rights: the deploy role, then people.
    pub admins: Vec<Spanned<String>>,
    /// Roles that plan: they read everything, secrets included.
    pub viewers: Vec<Spanned<String>>,
    /// Roles that read everything but secrets.
    pub readers: Vec<Spanned<String>>,
}

impl Access {
    /// Gathers the roles of a cluster, and refuses one that stands in two lists.
    ///
    /// The deploy role may stand among the admins: a pattern may well come out as it in one environment.
    pub(super) fn resolve(
        context: &mut Context<'_>,
        keys: &ClusterKeys,
        scope: &Scope<'_>,
        deploy_role: &Spanned<String>,
        plan_role: Option<&Spanned<String>>,
    ) -> Self {
        let mut access = Self { admins: vec![deploy_role.clone()], viewers: Vec::new(), readers: Vec::new() };
        for role in roles(context, &keys.admins, scope) {
            if access.admins.iter().all(|known| known.value != role.value) {
                access.check(context, &role);
                access.admins.push(role);
            }
        }
        if let Some(role) = plan_role {
            if role.value == deploy_role.value {
                let problem = Problem::PrincipalTaken { arn: role.value.clone(), rights: "deploys" };
                context.push_conflict(problem, role.span, deploy_role.span);
            } else {
                access.check(context, role);
            }
            access.viewers.push(role.clone());
        }
        for role in roles(context, &keys.readers, scope) {
            access.check(context, &role);
            access.readers.push(role);
        }
        access
    }

    /// Whether a role has full rights.
    pub fn administers(&self, role: &str) -> bool {
        self.admins.iter().any(|admin| admin.value == role)
    }

    /// Looks for another entry of the same role: under the same ARN, or under one that cannot be another role's.
    ///
    /// Names of roles are unique in an account whatever their path, and letters' case does not tell them apart (IAM
    /// user guide, "IAM and AWS STS quotas", read 2026-11): of two ARNs that differ in these only, one is of no role.
    pub(super) fn check(&self, context: &mut Context<'_>, role: &Spanned<String>) {
        let readers = self.viewers.iter().chain(&self.readers).map(|known| (known, "reads"));
        let mut all = self.admins.iter().map(|known| (known, "administers")).chain(readers);
        let name = role_name(&role.value);
        let Some((known, rights)) = all.find(|(known, _)| role_name(known).eq_ignore_ascii_case(name)) else {
            return;
        };
        let arn = role.value.clone();
        let problem = if known.value == arn {
            Problem::PrincipalTaken { arn, rights }
        } else {
            Problem::SameRole { arn, other: known.value.clone() }
        };
        context.push_conflict(problem, role.span, known.span);
    }
}

/// Returns a role's name without its path.
fn role_name(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or_default()
}

/// The ARN of an IAM role, and where it is.
pub(super) struct Arn {
    pub text: String,
    pub partition: String,
    pub account: String,
}

/// Expands the ARN of a role and checks that it is one, of whichever account.
///
/// The ARN stays as it is, path and all. An access entry wants the role's real ARN, and EKS refuses one without its
/// path as `invalid principal`; the path was to be left out in the `aws-auth` ConfigMap, which plinth does not use (EKS
/// user guide, "Create access entries"; terraform-aws-modules/terraform-aws-eks#2969. Read 2026-11).
pub(super) fn arn(context: &mut Context<'_>, pattern: &Spanned<Pattern>, scope: &Scope<'_>) -> Option<Arn> {
    parse(pattern.expand(scope)).map_err(|problem| context.push(problem, pattern.span)).ok()
}

/// Takes the ARN of a role apart.
pub(super) fn parse(arn: String) -> Result<Arn, Problem> {
    let mut parts = arn.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(5).collect();
    let resource = parts.next().unwrap_or_default();
    let ["arn", partition, service, "", account] = head.as_slice() else {
        return Err(Problem::InvalidArn { value: arn });
    };
    let is_placed = partition.starts_with("aws") && is_account(account);
    if let Some(principal) = other_principal(service, resource).filter(|_| is_placed) {
        return Err(Problem::NotARole { arn, principal });
    }
    let name = resource.strip_prefix("role/").unwrap_or_default();
    let is_role = *service == "iam"
        && is_placed
        && !role_name(name).is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b));
    if !is_role {
        return Err(Problem::InvalidArn { value: arn });
    }
    let (partition, account) = ((*partition).to_owned(), (*account).to_owned());
    Ok(Arn { text: arn, partition, account })
}

/// Expands a role's ARN and checks it: an IAM role, of the environment's own account and partition.
///
/// A provider that assumes a role of another account would build there, and a person of another account is let in by a
/// role of this one.
pub(super) fn role(
    context: &mut Context<'_>,
    pattern: &Spanned<Pattern>,
    scope: &Scope<'_>,
) -> Option<Spanned<String>> {
    let Arn { text: arn, partition, account } = self::arn(context, pattern, scope)?;
    if partition != scope.partition {
        let (region, partition) = (scope.region.to_owned(), scope.partition.to_owned());
        context.push(Problem::RoleInOtherPartition { arn: arn.clone(), region, partition }, pattern.span);
    } else if account != scope.account {
        let delivery = context.blueprint.file.delivery.as_ref();
        let is_delivery = delivery
            .and_then(|delivery| delivery.account.as_ref())
            .is_some_and(|delivery| delivery.as_str() == account);
        let account = scope.account.to_owned();
        context.push(Problem::RoleInOtherAccount { arn: arn.clone(), account, is_delivery }, pattern.span);
    }
    Some(Spanned::new(arn, pattern.span))
}

/// Expands the roles of a list, and refuses one that stands there twice.
pub(super) fn roles(
    context: &mut Context<'_>,
    patterns: &[Spanned<Pattern>],
    scope: &Scope<'_>,
) -> Vec<Spanned<String>> {
    let mut roles: Vec<Spanned<String>> =
        patterns.iter().filter_map(|pattern| role(context, pattern, scope)).collect();
    let again: Vec<Span> = super::repeated(&roles)
        .map(|(again, first)| {
            let problem = Problem::RepeatedReference { value: again.value.clone() };
            context.push_conflict(problem, again.span, first.span);
            again.span
        })
        .collect();
    roles.retain(|role| !again.contains(&role.span));
    roles
}

/// The longest name and the longest path of a role (IAM user guide, "IAM and AWS STS quotas", read 2026-11).
const LONGEST_NAME: usize = 64;
const LONGEST_PATH: usize = 512;

/// Where IAM Identity Center keeps the roles that it makes of permission sets.
pub const SSO_PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// Finds what an ARN names where it is not the ARN of a role, or not the whole of it.
///
/// IAM Identity Center calls its roles `AWSReservedSSO_`, the permission set and 16 hexadecimal digits (IAM Identity
/// Center user guide, "Referencing permission sets in resource policies, Amazon EKS Cluster config maps, and AWS KMS key
/// policies", read 2026-11). A service-linked role is for its service alone (IAM user guide, "Service-linked roles", read
/// 2026-11).
fn other_principal(service: &str, resource: &str) -> Option<Principal> {
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    match (service, kind) {
        ("sts", "assumed-role") => {
            let role = name.split('/').next().unwrap_or_default();
            Some(Principal::Session { role: role.to_owned() })
        }
        ("sts", "federated-user") | ("iam", "user") => Some(Principal::User),
        ("iam", "group") => Some(Principal::Group),
        ("iam", "root") => Some(Principal::Account),
        ("iam", "role") if name.contains(['*', '?']) => Some(Principal::Wildcard),
        ("iam", "role") if is_service_linked(name) => Some(Principal::ServiceLinked),
        ("iam", "role") if role_name(name).len() > LONGEST_NAME => {
            Some(Principal::TooLong { what: "name", length: role_name(name).len(), most: LONGEST_NAME })
        }
        ("iam", "role") if path_length(name) > LONGEST_PATH => {
            Some(Principal::TooLong { what: "path", length: path_length(name), most: LONGEST_PATH })
        }
        ("iam", "role") => {
            let set = role_name(name).strip_prefix("AWSReservedSSO_")?;
            let is_whole = set.rsplit_once('_').is_some_and(|(set, suffix)| {
                !set.is_empty() && suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit())
            });
            let role = role_name(name).to_owned();
            if !is_whole {
                Some(Principal::SsoWithoutSuffix { role })
            } else if name.starts_with(SSO_PATH) {
                None
            } else {
                Some(Principal::SsoWithoutPath { role })
            }
        }
        _ => None,
    }
}

/// Whether a role was made by a service of AWS for itself.
fn is_service_linked(name: &str) -> bool {
    name.starts_with("aws-service-role/") || role_name(name).starts_with("AWSServiceRoleFor")
}

/// Returns the length of a role's path, which begins and ends with `/`.
fn path_length(name: &str) -> usize {
    name.len() - role_name(name).len() + 1
}
