//! Machine images: family, version, and what the instance types' processors and accelerators make of it.

use super::{Ground, Report, check_repeated};
use crate::blueprint::keys::NodePool as Keys;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{AmiFamily, Architecture, InstanceType, PoolKind};
use crate::blueprint::usual;
use crate::catalog::Instances;
use crate::diagnostic::Spanned;
use crate::problem::{Problem, nearest};

/// Returns the family of a pool's image.
pub(super) fn family(keys: &Keys) -> AmiFamily {
    keys.ami.as_ref().map_or(usual::AMI, |ami| ami.family)
}

/// Returns the version of the image where the pool pins one, after checking that it is one of its kind.
///
/// Karpenter names an image by its release, `v20260714` and `v1.64.0` (karpenter.sh, `NodeClasses`); EKS by Kubernetes
/// version and day, `1.36.1-20260714`, or by version and build, `1.47.0-6154605b` (EKS user guide, "Amazon Linux AMI
/// versions", and `releaseVersion` of `CreateNodegroup`). Read 2026-11.
pub(super) fn version(
    report: &mut impl Report,
    ground: &Ground<'_>,
    kind: PoolKind,
    keys: &Keys,
) -> Option<String> {
    let ami = keys.ami.as_ref()?;
    let version = ami.version.as_ref()?;
    let (is_good, example) = match (kind, ami.family) {
        (PoolKind::Managed, AmiFamily::Al2023) => (is_release(version, is_day), "1.36.1-20260714"),
        (PoolKind::Managed, AmiFamily::Bottlerocket) => (is_release(version, is_build), "1.47.0-6154605b"),
        (PoolKind::Karpenter | PoolKind::Fargate, AmiFamily::Al2023) => {
            (version.strip_prefix('v').is_some_and(is_day), "v20260714")
        }
        (PoolKind::Karpenter | PoolKind::Fargate, AmiFamily::Bottlerocket) => {
            (version.strip_prefix('v').is_some_and(is_version), "v1.64.0")
        }
    };
    if !is_good {
        let (version, family, kind) = (version.clone(), ami.family.word(), kind.word());
        report.report(Problem::InvalidAmiVersion { version, family, kind, example }, ami.span, None);
    } else if kind == PoolKind::Managed && ami.family == AmiFamily::Al2023 {
        check_kubernetes(report, ground, ami.span, version);
    }
    Some(version.clone())
}

/// EKS refuses an image of another minor version than the group's, which is the cluster's.
fn check_kubernetes(
    report: &mut impl Report,
    ground: &Ground<'_>,
    at: crate::diagnostic::Span,
    version: &str,
) {
    let Some(kubernetes) = ground.kubernetes else { return };
    if !version.starts_with(&format!("{kubernetes}.")) {
        let (version, kubernetes) = (version.to_owned(), kubernetes.to_owned());
        report.report(Problem::AmiForOtherKubernetes { version, kubernetes }, at, None);
    }
}

/// Finds what is strange about an instance type. A family that could be new is worth a note, since AWS brings some each year; one
/// that follows none of AWS' rules is a slip.
///
/// A family has the letters of a series, a generation, and letters for what it has besides, each once; behind a hyphen stands
/// anything (Amazon EC2 instance types guide, "Amazon EC2 instance type naming conventions", read 2026-11).
fn unknown(facts: &Instances, instance: &InstanceType) -> Option<Problem> {
    let (family, size) = (instance.family(), instance.size());
    let value = instance.to_string();
    if !facts.families.iter().any(|known| known == family) {
        let near = nearest(family, &facts.families).map(|near| format!("{near}.{size}"));
        let could_be = facts.families.iter().any(|known| could_be(family, known));
        return Some(if could_be {
            Problem::UnknownFamily { value, near }
        } else {
            Problem::UnknownInstance { value, near }
        });
    }
    let number = |text: &str| {
        text.bytes().next().is_some_and(|b| b != b'0') && text.bytes().all(|b| b.is_ascii_digit())
    };
    let is_large = size.strip_suffix("xlarge").is_some_and(number)
        || size.strip_prefix("metal-").and_then(|size| size.strip_suffix("xl")).is_some_and(number);
    let sizes: Vec<String> = SIZES.map(str::to_owned).into();
    let near = nearest(size, &sizes).map(|near| format!("{family}.{near}"));
    (!is_large && !SIZES.contains(&size)).then_some(Problem::UnknownInstance { value, near })
}

/// Sizes that no number is in, and the numbers that are most used.
const SIZES: [&str; 12] = [
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge",
    "16xlarge", "metal",
];

/// Whether a family could be a later one of another's series.
fn could_be(family: &str, known: &str) -> bool {
    let [(series, generation, rest), (known_series, known_generation, _)] = [family, known].map(|family| {
        let digits = family.find(|c: char| c.is_ascii_digit()).unwrap_or(family.len());
        let rest =
            family[digits..].find(|c: char| !c.is_ascii_digit()).map_or(family.len(), |at| digits + at);
        (&family[..digits], family[digits..rest].parse::<u32>().unwrap_or_default(), &family[rest..])
    });
    let letters = rest.split('-').next().unwrap_or_default();
    let is_plain = letters.chars().all(|c| "abdefginqsz".contains(c));
    let is_once = letters.chars().enumerate().all(|(at, c)| letters.find(c) == Some(at));
    series == known_series && (1..=known_generation + 2).contains(&generation) && is_plain && is_once
}

fn is_release(version: &str, is_end: fn(&str) -> bool) -> bool {
    version.split_once('-').is_some_and(|(version, end)| is_version(version) && is_end(end))
}

fn is_version(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(part)
}

fn is_day(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_build(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}

/// What EKS calls the image of a managed group (API `CreateNodegroup`, `amiType`, read 2026-11).
pub(super) fn ami_type(family: AmiFamily, architecture: Architecture, has_gpus: bool) -> &'static str {
    use Architecture::{Amd64, Arm64};
    match (family, architecture, has_gpus) {
        (AmiFamily::Al2023, Amd64, false) => "AL2023_x86_64_STANDARD",
        (AmiFamily::Al2023, Amd64, true) => "AL2023_x86_64_NVIDIA",
        (AmiFamily::Al2023, Arm64, false) => "AL2023_ARM_64_STANDARD",
        (AmiFamily::Al2023, Arm64, true) => "AL2023_ARM_64_NVIDIA",
        (AmiFamily::Bottlerocket, Amd64, false) => "BOTTLEROCKET_x86_64",
        (AmiFamily::Bottlerocket, Amd64, true) => "BOTTLEROCKET_x86_64_NVIDIA",
        (AmiFamily::Bottlerocket, Arm64, false) => "BOTTLEROCKET_ARM_64",
        (AmiFamily::Bottlerocket, Arm64, true) => "BOTTLEROCKET_ARM_64_NVIDIA",
    }
}

/// Whether a pool's instance types have NVIDIA GPUs.
pub(super) fn has_gpus(ground: &Ground<'_>, keys: &Keys) -> bool {
    keys.instance_types.iter().flat_map(|types| types.iter()).any(|instance| is_nvidia(ground, instance))
}

fn is_nvidia(ground: &Ground<'_>, instance: &InstanceType) -> bool {
    ground.catalog.instances.nvidia.iter().any(|family| family == instance.family())
}

/// Refuses instance types whose accelerators nodes could not use, GPUs beside none, and those that take no prefixes where
/// the cluster uses them.
pub(super) fn check_instances(report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) {
    let Some(types) = &pool.value.instance_types else { return };
    check_repeated(report, types);
    let facts = &ground.catalog.instances;
    for instance in types.iter() {
        let is_of = |families: &[String]| families.iter().any(|family| family == instance.family());
        if let Some(problem) = unknown(facts, instance) {
            report.report(problem, instance.span, None);
        }
        if let Some((why, _)) = facts.refused.iter().find(|(_, families)| is_of(families)) {
            let problem = Problem::RefusedInstance { instance: instance.to_string(), why: why.clone() };
            report.report(problem, instance.span, None);
        }
        if let Some(at) = ground.prefixes.filter(|_| is_of(&facts.xen)) {
            let problem = Problem::NoPrefixes { instance: instance.to_string() };
            report.report(problem, instance.span, Some(at));
        }
    }
    let with: Option<&Spanned<InstanceType>> = types.iter().find(|instance| is_nvidia(ground, instance));
    let without = types.iter().find(|instance| !is_nvidia(ground, instance));
    if let (Some(with), Some(without)) = (with, without) {
        let problem = Problem::MixedGpus { with: with.to_string(), without: without.to_string() };
        report.report(problem, without.span, Some(with.span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_families_are_told_from_slips() {
        let facts = crate::catalog::Catalog::load().instances;
        let judge = |family: &str| facts.families.iter().any(|known| could_be(family, known));
        for new in ["m9i", "c10g", "g8e", "r9gdn", "p7-b400", "trn4"] {
            assert!(judge(new), "{new}");
        }
        for slip in ["m7gg", "mi6", "t33", "mm5", "c6x", "m0"] {
            assert!(!judge(slip), "{slip}");
        }
    }

    #[test]
    fn every_family_of_a_rule_is_a_family() {
        let facts = crate::catalog::Catalog::load().instances;
        let rules = [&facts.nvidia, &facts.xen].into_iter().chain(facts.refused.values());
        for family in rules.flatten() {
            assert!(facts.families.contains(family), "{family}");
        }
    }

    #[test]
    fn releases_are_told_apart() {
        assert!(is_release("1.36.1-20260714", is_day) && !is_release("1.36.1-20260714", is_version));
        assert!(is_release("1.47.0-6154605b", is_build) && !is_release("1.64.0", is_build));
        assert!(!is_release("1.36-20260714", is_day));
    }
}
