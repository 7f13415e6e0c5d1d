//! When Karpenter replaces nodes by itself.

use serde::Serialize;

use super::Report;
use crate::blueprint::keys::NodePool as Keys;
use crate::blueprint::usual;
use crate::problem::Problem;

/// When Karpenter replaces nodes that could be fewer or cheaper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disruption {
    /// How long no pod must have come or gone before, `5m`.
    pub consolidate_after: String,
    /// `WhenEmptyOrUnderutilized`
    pub policy: &'static str,
    /// How many nodes may go at once.
    pub budgets: Vec<Budget>,
}

/// How many nodes may go at once, always or at certain hours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// `10%`, or a number.
    pub nodes: String,
    /// Cron, in UTC.
    pub schedule: Option<String>,
    /// `8h`
    pub duration: Option<String>,
    /// `Drifted`, `Empty`, `Underutilized`; empty: all.
    pub reasons: Vec<&'static str>,
}

impl From<&usual::Karpenter> for Disruption {
    fn from(usual: &usual::Karpenter) -> Self {
        let nodes = usual.budget.to_owned();
        Self {
            consolidate_after: usual.consolidate_after.to_owned(),
            policy: usual.policy.word(),
            budgets: vec![Budget { nodes, schedule: None, duration: None, reasons: Vec::new() }],
        }
    }
}

/// Resolves a pool's disruption.
pub(super) fn resolve(report: &mut impl Report, keys: &Keys, usual: &usual::Karpenter) -> Disruption {
    let default = Disruption::from(usual);
    let Some(written) = &keys.disruption else { return default };
    let budgets = written.budgets.as_ref().map(|budgets| {
        let budgets = budgets.iter().map(|budget| {
            match (&budget.schedule, &budget.duration) {
                (Some(set), None) => {
                    report.report(Problem::HalfBudget { has: "schedule", lacks: "duration" }, set.span, None);
                }
                (None, Some(set)) => {
                    report.report(Problem::HalfBudget { has: "duration", lacks: "schedule" }, set.span, None);
                }
                _ => {}
            }
            Budget {
                nodes: budget.nodes.0.clone(),
                schedule: budget.schedule.as_ref().map(|set| set.to_string()),
                duration: budget.duration.as_ref().map(|set| set.to_string()),
                reasons: budget
                    .reasons
                    .iter()
                    .flat_map(|reasons| reasons.iter())
                    .map(|reason| reason.word())
                    .collect(),
            }
        });
        budgets.collect()
    });
    Disruption {
        consolidate_after: written
            .consolidate_after
            .as_ref()
            .map_or(default.consolidate_after, |set| set.to_string()),
        policy: written.policy.as_ref().map_or(default.policy, |policy| policy.word()),
        budgets: budgets.unwrap_or(default.budgets),
    }
}
