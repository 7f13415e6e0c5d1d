//! When Karpenter replaces nodes by itself.

use serde::Serialize;

use super::{Report, check_repeated};
use crate::blueprint::cron;
use crate::blueprint::keys::{Budget as BudgetKeys, NodePool as Keys};
use crate::blueprint::scalar::seconds;
use crate::blueprint::usual;
use crate::problem::{Measure, Problem};

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
            check_budget(report, budget);
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

/// Refuses a budget that would never apply, and what Karpenter's definition takes once.
fn check_budget(report: &mut impl Report, budget: &BudgetKeys) {
    if let Some(schedule) = &budget.schedule
        && let Some(fault) = cron::fault(schedule.as_str())
    {
        let value = schedule.to_string();
        report.report(Problem::InvalidSchedule { value, fault }, schedule.span, None);
    }
    let duration = budget.duration.as_ref();
    if let Some(duration) = duration.filter(|duration| seconds(duration.as_str()) == Some(0)) {
        let (value, what) = (duration.to_string(), "a budget to apply".to_owned());
        report.report(Problem::TooLittle { value, what, of: Measure::Other }, duration.span, None);
    }
    check_repeated(report, budget.reasons.as_ref().map_or(&[], |reasons| reasons.as_slice()));
}
