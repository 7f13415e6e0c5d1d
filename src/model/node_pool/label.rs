//! Labels and taints of nodes: syntax, and what others keep for themselves.

use super::{CORE, CORE_TAINT, Ground, MIDDLEWARE, NODE_TYPE, Report, Taint, WORKER, image};
use crate::blueprint::keys::{NodePool as Keys, Taint as TaintKeys};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{AmiFamily, TaintEffect};
use crate::problem::Problem;

/// The taint of nodes with GPUs, which Kubernetes' own convention names for the resource: pods that want none keep off.
const GPU: &str = "nvidia.com/gpu";

/// The label by which the device plugin finds its nodes: one of three that its chart looks for.
const GPU_LABEL: (&str, &str) = ("nvidia.com/gpu.present", "true");

/// Returns a pool's labels, `node-type` first.
pub(super) fn labels(
    report: &mut impl Report,
    ground: &Ground<'_>,
    pool: &Named<Keys>,
) -> Vec<(String, String)> {
    let Named { name, value: keys } = pool;
    let node_type = if matches!(name.as_str(), CORE | MIDDLEWARE) { name.as_str() } else { WORKER };
    let mut labels = vec![(NODE_TYPE.to_owned(), node_type.to_owned())];
    if needs_device_plugin(ground, keys) {
        labels.push((GPU_LABEL.0.to_owned(), GPU_LABEL.1.to_owned()));
    }
    for (key, value) in keys.labels.iter().flat_map(|labels| labels.0.iter()) {
        if let Some(why) = key_fault(key).or_else(|| reserved(key)) {
            report.report(Problem::InvalidLabel { key: key.clone(), of: "label", why }, value.key, None);
        }
        if !is_value(value) {
            report.report(Problem::InvalidLabelValue { value: value.to_string() }, value.span, None);
        }
        match labels.iter().position(|(known, _)| known == key) {
            Some(at) => labels[at].1.clone_from(&value.value),
            None => labels.push((key.clone(), value.value.clone())),
        }
    }
    labels
}

/// Returns a pool's taints; core's, middleware's or that of GPUs among them.
pub(super) fn taints(report: &mut impl Report, ground: &Ground<'_>, pool: &Named<Keys>) -> Vec<Taint> {
    let Named { name, value: keys } = pool;
    let built_in = |key: &str, value: &str| Taint {
        key: key.to_owned(),
        value: value.to_owned(),
        effect: TaintEffect::NoSchedule,
    };
    let mut taints = Vec::new();
    if name.as_str() == CORE {
        taints.push(built_in(CORE_TAINT, "true"));
    } else if name.as_str() == MIDDLEWARE {
        taints.push(built_in(NODE_TYPE, MIDDLEWARE));
    } else if keys.taints.is_none() && image::has_gpus(ground, keys) {
        taints.push(built_in(GPU, ""));
    }
    let mut seen: Vec<&TaintKeys> = Vec::new();
    for taint in keys.taints.iter().flat_map(|taints| taints.iter()) {
        if let Some(why) = key_fault(&taint.key) {
            let key = taint.key.value.clone();
            report.report(Problem::InvalidLabel { key, of: "taint", why }, taint.key.span, None);
        }
        if let Some(value) = taint.value.as_ref().filter(|value| !is_value(value)) {
            report.report(Problem::InvalidLabelValue { value: value.to_string() }, value.span, None);
        }
        if let Some(first) = seen
            .iter()
            .find(|first: &&&TaintKeys| first.key.value == taint.key.value && *first.effect == *taint.effect)
        {
            report.report(
                Problem::RepeatedTaint { key: taint.key.value.clone() },
                taint.key.span,
                Some(first.key.span),
            );
        }
        seen.push(taint);
        taints.push(Taint {
            key: taint.key.value.clone(),
            value: taint.value.as_ref().map(|value| value.value.clone()).unwrap_or_default(),
            effect: taint.effect.value,
        });
    }
    taints
}

/// Whether a pool's GPUs reach pods through the device plugin: Bottlerocket brings its own.
pub(super) fn needs_device_plugin(ground: &Ground<'_>, keys: &Keys) -> bool {
    image::has_gpus(ground, keys) && image::family(keys) != AmiFamily::Bottlerocket
}

/// Says what is wrong with the shape of a key (Kubernetes, "Labels and Selectors", read 2026-11).
fn key_fault(key: &str) -> Option<&'static str> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if name.is_empty() || !is_value(name) {
        return Some("63 letters, digits, `-`, `_` and `.` at most, with a letter or digit at both ends");
    }
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_domain = |domain: &str| domain.len() <= 253 && domain.split('.').all(part);
    if prefix.is_some_and(|prefix| !is_domain(prefix)) {
        return Some("what stands before `/` is a domain in lower case");
    }
    None
}

/// Whether text can be the value of a label or a taint.
fn is_value(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || (text.len() <= 63
            && text.starts_with(is_end)
            && text.ends_with(is_end)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)))
}

/// Says who keeps a label for himself.
///
/// The kubelet refuses to start with labels of Kubernetes' domains but for two (Kubernetes, `NodeRestriction`), the NodePool
/// definition refuses Karpenter's own, EKS those of `eks.amazonaws.com`. Read 2026-11.
fn reserved(key: &str) -> Option<&'static str> {
    let domain = key.split_once('/')?.0;
    let is_in = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    if is_in("karpenter.sh") || is_in("karpenter.k8s.aws") {
        Some("Karpenter sets it itself")
    } else if is_in("eks.amazonaws.com") {
        Some("EKS sets it itself")
    } else if (is_in("kubernetes.io") || is_in("k8s.io"))
        && !is_in("node.kubernetes.io")
        && !is_in("kubelet.kubernetes.io")
    {
        Some("a node may not give itself labels of Kubernetes")
    } else if key == "node.kubernetes.io/instance-type" {
        Some("Kubernetes sets it itself")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_qualified_names() {
        for good in ["disk", "example.com/team", "nvidia.com/gpu", "A_b.c-1"] {
            assert_eq!(key_fault(good), None, "{good}");
        }
        for bad in ["", "-a", "a/", "/a", "Example.com/a", "a b", "a/b/c", "é"] {
            assert!(key_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn labels_of_others_are_refused() {
        for key in ["karpenter.sh/nodepool", "topology.kubernetes.io/zone", "eks.amazonaws.com/nodegroup"] {
            assert!(reserved(key).is_some(), "{key}");
        }
        for key in
            ["node-type", "node.kubernetes.io/purpose", "notkarpenter.sh/x", "example.com/kubernetes.io"]
        {
            assert_eq!(reserved(key), None, "{key}");
        }
    }
}
