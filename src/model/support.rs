//! How long EKS supports a Kubernetes version, judged by a day that somebody names.

use super::adoption;
use crate::blueprint::Blueprint;
use crate::blueprint::scalar::KubernetesVersion;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::problem::Problem;

/// How many days before the end of standard support it is worth a word: an upgrade wants a quarter.
const NOTICE_DAYS: i64 = 90;

/// Judges the version of every cluster by a day.
///
/// Clusters have the upgrade policy `STANDARD`, so EKS upgrades them by itself when standard support ends (EKS user guide,
/// "View current cluster upgrade policy", read 2026-11). What the catalog does not list has been refused already.
pub fn check(blueprint: &Blueprint, catalog: &Catalog, today: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let clusters = blueprint.environments.iter().flat_map(|target| target.value.clusters.iter());
    for cluster in clusters.filter(|cluster| *cluster.value.enabled) {
        let Some(written) = &cluster.value.kubernetes_version else { continue };
        let versions = &catalog.kubernetes.versions;
        let Some(row) = versions.iter().find(|row| row.version == written.as_str()) else { continue };
        let import = cluster.value.import.as_ref().and_then(|import| blueprint.existing.get(&import.value));
        if let Some((problem, at)) = import.and_then(|existing| adoption::support(existing, catalog, today)) {
            diagnostics.push(problem, at);
            continue;
        }
        let left = days(&row.standard_support_ends) - days(today);
        let (version, next) = (written.to_string(), next(&written.value));
        let next = versions.iter().any(|row| row.version == next).then_some(next);
        let problem = if days(&row.extended_support_ends) < days(today) {
            Problem::SupportEnded { version, ended: row.extended_support_ends.clone(), next }
        } else if left < 0 {
            Problem::ExtendedSupport { version, since: row.standard_support_ends.clone(), next }
        } else if left <= NOTICE_DAYS {
            Problem::SupportEnds { version, ends: row.standard_support_ends.clone(), left, next }
        } else {
            continue;
        };
        diagnostics.push(problem, written.span);
    }
    diagnostics
}

/// Returns the next minor version.
pub(super) fn next(version: &KubernetesVersion) -> String {
    format!("1.{}", version.minor().saturating_add(1))
}

/// Counts the days from 1970-01-01 to a day as `2027-03-31` (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms": years begin in March, so that the leap day is the last).
fn days(date: &str) -> i64 {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok()).unwrap_or_default();
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()), number(parts.next()), number(parts.next()));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        assert_eq!(days("1970-01-01"), 0);
        assert_eq!(days("2000-03-01") - days("2000-02-28"), 2);
        assert_eq!(days("2027-03-01") - days("2027-02-28"), 1);
        assert_eq!(days("2026-12-02") - days("2026-09-03"), 90);
    }

    #[test]
    fn every_version_ends_on_days() {
        for row in Catalog::load().kubernetes.versions {
            assert!(days(&row.standard_support_ends) < days(&row.extended_support_ends), "{}", row.version);
        }
    }
}
