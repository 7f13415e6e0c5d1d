//! IAM roles that the blueprint names.

use super::Context;
use crate::blueprint::pattern::{Pattern, Scope};
use crate::diagnostic::Spanned;
use crate::problem::Problem;

/// Expands a role's ARN and checks it: an IAM role, of the environment's own account and partition.
///
/// EKS keeps access entries for roles of the cluster's account only, and a provider that assumes a role of another
/// account would build there.
pub(super) fn role(
    context: &mut Context<'_>,
    pattern: &Spanned<Pattern>,
    scope: &Scope<'_>,
) -> Option<Spanned<String>> {
    let arn = pattern.expand(scope);
    let mut parts = arn.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(5).collect();
    let resource = parts.next().unwrap_or_default();
    let name = resource.strip_prefix("role/").unwrap_or_default();
    let is_role = matches!(head.as_slice(), ["arn", partition, "iam", "", account]
        if partition.starts_with("aws") && account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b));
    if !is_role {
        context.push(Problem::InvalidArn { value: arn }, pattern.span);
        return None;
    }
    if head[1] != scope.partition {
        let (region, partition) = (scope.region.to_owned(), scope.partition.to_owned());
        context.push(Problem::RoleInOtherPartition { arn: arn.clone(), region, partition }, pattern.span);
    } else if head[4] != scope.account {
        let account = scope.account.to_owned();
        context.push(Problem::RoleInOtherAccount { arn: arn.clone(), account }, pattern.span);
    }
    Some(Spanned::new(arn, pattern.span))
}
