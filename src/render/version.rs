//! Versions of add-ons: a literal, a variable, or AWS' default.

use serde::Serialize;

use super::condition::Condition;
use crate::hcl::value::Value;
use crate::model::settings::{FleetAddon, Share};

/// A version as an argument: `null` where it is not pinned.
pub(super) fn pinned(version: &str) -> Value {
    if version.is_empty() { Value::Null } else { version.into() }
}

fn variable(addon: &FleetAddon) -> String {
    format!("var.{}_version", addon.name.identifier())
}

/// An add-on's version: a literal, or a variable where clusters differ.
pub(super) fn version(addon: &FleetAddon) -> Value {
    if addon.version_differs {
        Value::expression(variable(addon))
    } else {
        Value::String(addon.version.clone())
    }
}

/// Where an EKS add-on's version comes from.
#[derive(Serialize)]
pub(super) struct VersionView {
    version: Value,
    reads_default: bool,
    default_because: &'static str,
    kubernetes_version: Value,
}

impl VersionView {
    /// `kubernetes` is what holds the cluster's Kubernetes version.
    pub fn of(addon: &FleetAddon, condition: &Condition, kubernetes: &str) -> Self {
        let identifier = addon.name.identifier();
        let default = format!("data.aws_eks_addon_version.{identifier}{}.version", condition.index());
        let (version, default_because) = match addon.pinned {
            Share::All => (version(addon), ""),
            Share::Some => {
                let version = Value::expression(format!("coalesce({}, {default})", variable(addon)));
                (version, "For clusters without a pinned version")
            }
            Share::None => (Value::expression(default), "Not pinned"),
        };
        Self {
            version,
            reads_default: !addon.pinned.is_all(),
            default_because,
            kubernetes_version: Value::expression(kubernetes),
        }
    }
}
