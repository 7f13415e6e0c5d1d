//! The delivery account: where pipelines log in, to go on from there into each environment's account.

use serde::Serialize;

use super::Context;
use super::access;
use super::environment::Environment;
use crate::blueprint::pattern::{Pattern, Placeholder, Scope};
use crate::blueprint::usual;
use crate::diagnostic::Spanned;
use crate::problem::Problem;

/// The roles of the delivery account that an environment's pipelines run as.
#[derive(Debug, Clone, Serialize)]
pub struct Pipeline {
    /// The delivery account.
    pub account: String,
    /// ARN of the role that assumes deploy roles.
    pub deploy_role: String,
    /// ARN of the role that assumes the plan role.
    pub plan_role: String,
}

impl Pipeline {
    /// Resolves the roles for one environment; none where it has no delivery account, or one that cannot reach it.
    ///
    /// A role of one partition cannot be assumed from another (AWS GovCloud (US) user guide, "AWS Identity and Access
    /// Management", read 2026-11).
    pub(super) fn resolve(context: &mut Context<'_>, environment: &Scope<'_>) -> Option<Self> {
        let blueprint = context.blueprint;
        let keys = blueprint.file.delivery.as_ref()?;
        let partition = keys.partition.word();
        let scope = Scope { account: keys.account.as_str(), partition, ..*environment };
        let deploy_role = role(context, keys.deploy_role.as_ref(), usual::PIPELINE_DEPLOY_ROLE, &scope);
        let plan_role = role(context, keys.plan_role.as_ref(), usual::PIPELINE_PLAN_ROLE, &scope);
        if let (Some(plan), Some(_)) =
            (&plan_role, deploy_role.as_ref().filter(|deploy| plan_role.as_ref() == Some(deploy)))
        {
            let [plan_at, deploy_at] =
                [&keys.plan_role, &keys.deploy_role].map(|role| role.as_ref().map(|role| role.span));
            let at = plan_at.or(deploy_at).unwrap_or(keys.account.span);
            let problem = Problem::SamePipelineRole { arn: plan.clone() };
            match deploy_at.filter(|deploy| *deploy != at) {
                Some(also) => context.push_conflict(problem, at, also),
                None => context.push(problem, at),
            }
        }
        let account = keys.account.to_string();
        let pipeline = Self { account, deploy_role: deploy_role?, plan_role: plan_role? };
        (partition == environment.partition).then_some(pipeline)
    }
}

/// Returns a role of the delivery account: the one that is written, else the usual one.
fn role(
    context: &mut Context<'_>,
    written: Option<&Spanned<Pattern>>,
    usual: &'static str,
    scope: &Scope<'_>,
) -> Option<String> {
    let Some(pattern) = written else {
        return Some(Pattern::built_in(usual).expand(scope));
    };
    for (word, placeholder) in [("cluster", Placeholder::Cluster), ("region", Placeholder::Region)] {
        if pattern.mentions(placeholder) {
            context.push(Problem::PlaceholderTooEarly { word }, pattern.span);
        }
    }
    let arn = access::arn(context, pattern, scope)?;
    if arn.account != scope.account || arn.partition != scope.partition {
        let (arn, account) = (arn.text, scope.account.to_owned());
        context.push(Problem::RoleOutsideDelivery { arn, account }, pattern.span);
        return None;
    }
    Some(arn.text)
}

/// Refuses a delivery account from which no environment can be reached.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment]) {
    let Some(keys) = context.blueprint.file.delivery.as_ref() else { return };
    let (account, partition) = (&keys.account, &keys.partition);
    let reaches = environments.iter().any(|environment| environment.partition == partition.word());
    if let Some(other) = environments.first().filter(|_| !reaches) {
        let problem =
            Problem::DeliveryReachesNothing { partition: partition.word(), other: other.partition.clone() };
        context.push(problem, if partition.is_written() { partition.span } else { account.span });
    }
}

#[cfg(test)]
mod tests {
    use crate::blueprint::scalar::Partition;
    use crate::catalog::Catalog;

    #[test]
    fn every_partition_of_a_region_can_be_written() {
        for (name, region) in Catalog::load().regions {
            assert!(Partition::WORDS.contains(&region.partition.as_str()), "{name}: {}", region.partition);
        }
    }
}
