//! Volumes of nodes.

use serde::Serialize;

use super::{Ground, Report};
use crate::blueprint::keys::NodePool as Keys;
use crate::blueprint::pattern::Pattern;
use crate::blueprint::scalar::PoolKind;
use crate::diagnostic::Spanned;
use crate::problem::Problem;

/// The gp3 volume of images and pods, and the key of all volumes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disk {
    /// GiB.
    pub gib: u32,
    /// I/O operations per second; none: gp3's own.
    pub iops: Option<u32>,
    /// MiB per second; none: gp3's own.
    pub throughput: Option<u32>,
    /// ARN of the key; none: `aws/ebs`.
    pub kms_key: Option<String>,
}

/// What a gp3 volume has without being asked for more, and what it can have (EBS user guide, "General Purpose SSD
/// volumes", limits of 2025-09, read 2026-11).
mod gp3 {
    pub const IOPS: u32 = 3_000;
    pub const MOST_IOPS: u32 = 80_000;
    pub const THROUGHPUT: u32 = 125;
    pub const MOST_THROUGHPUT: u32 = 2_000;
    pub const IOPS_PER_GIB: u32 = 500;
    pub const IOPS_PER_THROUGHPUT: u32 = 4;
}

/// Resolves the volumes of a pool.
pub(super) fn resolve(report: &mut impl Report, ground: &Ground<'_>, kind: PoolKind, keys: &Keys) -> Disk {
    let gib = match &keys.disk_gib {
        // An image with a few containers needs 20.
        Some(gib) => {
            // Karpenter's own rule for `volumeSize`; EBS takes 64 TiB.
            let most = if kind == PoolKind::Karpenter { 59_000 } else { 65_536 };
            report.range(gib, 20, most);
            gib.value
        }
        None => 50,
    };
    if let Some(iops) = &keys.disk_iops {
        report.range(iops, gp3::IOPS, gp3::MOST_IOPS);
        if iops.value > gib.saturating_mul(gp3::IOPS_PER_GIB) {
            let needs = iops.div_ceil(gp3::IOPS_PER_GIB);
            let problem = Problem::DiskTooSmall { iops: iops.value, gib, needs };
            report.report(problem, iops.span, keys.disk_gib.as_ref().map(|gib| gib.span));
        }
    }
    if let Some(throughput) = &keys.disk_throughput {
        report.range(throughput, gp3::THROUGHPUT, gp3::MOST_THROUGHPUT);
        let iops = keys.disk_iops.as_ref().map_or(gp3::IOPS, |iops| iops.value);
        let needs = throughput.value.saturating_mul(gp3::IOPS_PER_THROUGHPUT);
        if needs > iops && throughput.value <= gp3::MOST_THROUGHPUT {
            let problem = Problem::DiskTooSlow { throughput: throughput.value, iops, needs };
            report.report(problem, throughput.span, keys.disk_iops.as_ref().map(|iops| iops.span));
        }
    }
    Disk {
        gib,
        iops: keys.disk_iops.as_ref().map(|iops| iops.value),
        throughput: keys.disk_throughput.as_ref().map(|throughput| throughput.value),
        kms_key: keys.disk_kms_key.as_ref().and_then(|key| kms_key(report, ground, key)),
    }
}

/// Expands a key's ARN and checks it. EBS takes keys of its own region only; another account's is common, where one
/// account holds the keys of all.
fn kms_key(report: &mut impl Report, ground: &Ground<'_>, pattern: &Spanned<Pattern>) -> Option<String> {
    // A module's defaults are for clusters of every region.
    let scope = ground.scope?;
    let arn = pattern.expand(scope);
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else {
        report.report(Problem::InvalidKey { value: arn }, pattern.span, None);
        return None;
    };
    let id = resource.strip_prefix("key/").unwrap_or_default();
    let is_key = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_key || account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        report.report(Problem::InvalidKey { value: arn }, pattern.span, None);
        return None;
    }
    if *partition != scope.partition || *region != scope.region {
        let region = scope.region.to_owned();
        report.report(Problem::KeyElsewhere { arn: arn.clone(), region }, pattern.span, None);
    }
    Some(arn)
}
