//! Volumes of nodes.

use serde::Serialize;

use super::{Ground, Report};
use crate::blueprint::keys::NodePool as Keys;
use crate::blueprint::number::{DiskGib, Iops};
use crate::blueprint::pattern::{Pattern, Scope};
use crate::blueprint::scalar::{PoolKind, is_account};
use crate::blueprint::usual;
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

/// How size, operations and throughput of a gp3 volume depend on each other (EBS user guide, "General Purpose SSD
/// volumes", limits of 2025-09, read 2026-11).
mod gp3 {
    pub const IOPS_PER_GIB: u32 = 500;
    pub const IOPS_PER_THROUGHPUT: u32 = 4;
}

/// Karpenter's own rule for `volumeSize`, in GiB.
const MOST_OF_KARPENTER: u32 = 59_000;

/// Resolves the volumes of a pool.
pub(super) fn resolve(report: &mut impl Report, ground: &Ground<'_>, kind: PoolKind, keys: &Keys) -> Disk {
    let gib = match &keys.disk_gib {
        Some(gib) => {
            let value = gib.get();
            if kind == PoolKind::Karpenter && value > MOST_OF_KARPENTER {
                let (from, to) = (DiskGib::FROM.into(), MOST_OF_KARPENTER.into());
                report.report(Problem::OutOfRange { value: value.into(), from, to }, gib.span, None);
            }
            value
        }
        None => usual::DISK_GIB,
    };
    if let Some(iops) = &keys.disk_iops
        && iops.get() > gib.saturating_mul(gp3::IOPS_PER_GIB)
    {
        let needs = iops.get().div_ceil(gp3::IOPS_PER_GIB);
        let problem = Problem::DiskTooSmall { iops: iops.get(), gib, needs };
        report.report(problem, iops.span, keys.disk_gib.as_ref().map(|gib| gib.span));
    }
    if let Some(throughput) = &keys.disk_throughput {
        let iops = keys.disk_iops.as_ref().map_or(Iops::FROM, |iops| iops.get());
        let needs = throughput.get() * gp3::IOPS_PER_THROUGHPUT;
        if needs > iops {
            let problem = Problem::DiskTooSlow { throughput: throughput.get(), iops, needs };
            report.report(problem, throughput.span, keys.disk_iops.as_ref().map(|iops| iops.span));
        }
    }
    Disk {
        gib,
        iops: keys.disk_iops.as_ref().map(|iops| iops.get()),
        throughput: keys.disk_throughput.as_ref().map(|throughput| throughput.get()),
        kms_key: keys.disk_kms_key.as_ref().and_then(|key| kms_key(report, ground, key)),
    }
}

/// Expands a key's ARN and checks it.
fn kms_key(report: &mut impl Report, ground: &Ground<'_>, pattern: &Spanned<Pattern>) -> Option<String> {
    // A module's defaults are for clusters of every region.
    let scope = ground.scope?;
    key(pattern, scope).map_err(|problem| report.report(problem, pattern.span, None)).ok()
}

/// Expands a key's ARN and checks it. What encrypts takes keys of its own region only; another account's is common, where
/// one account holds the keys of all.
pub(in crate::model) fn key(pattern: &Pattern, scope: &Scope<'_>) -> Result<String, Problem> {
    let arn = pattern.expand(scope);
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else {
        return Err(Problem::InvalidKey { value: arn });
    };
    let id = resource.strip_prefix("key/").unwrap_or_default();
    let is_key = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_key || !is_account(account) {
        return Err(Problem::InvalidKey { value: arn });
    }
    if *partition != scope.partition || *region != scope.region {
        return Err(Problem::KeyElsewhere { region: scope.region.to_owned(), arn });
    }
    Ok(arn)
}
