//! Names that people call, and what must hold of them.

use serde::Serialize;

use crate::blueprint::keys::App as Keys;
use crate::blueprint::pattern::Scope;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Name, is_label};
use crate::diagnostic::Span;
use crate::model::addon::{EXTERNAL_DNS, LOAD_BALANCER_CONTROLLER};
use crate::model::{App, Cluster, Context};
use crate::problem::Problem;

/// A host in one environment.
#[derive(Debug, Clone, Serialize)]
pub struct Host {
    /// Its name in the blueprint.
    pub name: Name,
    /// What people call.
    pub domain_name: String,
    /// The zone that it is in; none where it is the cluster's only one.
    pub zone: Option<String>,
    /// Where its name stands in the blueprint.
    #[serde(skip)]
    pub at: Span,
}

/// Returns an application's hosts in one environment.
pub(in crate::model) fn hosts(
    context: &mut Context<'_>,
    keys: &Keys,
    scope: &Scope<'_>,
    cluster: &Cluster,
) -> Vec<Host> {
    let limit = context.catalog.name_limit("aws_acm_certificate");
    let mut hosts = Vec::new();
    let zones = cluster.settings.addons.iter().find(|addon| addon.name.as_str() == EXTERNAL_DNS);
    let zones = zones.map_or(0, |addon| addon.access.len());
    for Named { name, value } in keys.hosts.iter() {
        let domain_name = value.domain_name.expand(scope);
        let zone = value.zone.as_ref().map(|zone| (zone.expand(scope), zone.span));
        let at = value.domain_name.span;
        let names = std::iter::once((&domain_name, at)).chain(zone.iter().map(|(zone, at)| (zone, *at)));
        let mut is_good = true;
        for (text, at) in names.filter(|(text, _)| !is_domain_name(text)) {
            context.push(Problem::InvalidDomainName { value: text.clone() }, at);
            is_good = false;
        }
        if domain_name.len() > limit {
            let what = format!("host `{}`", name.value);
            let problem = Problem::NameTooLong { name: domain_name.clone(), what, limit, settle: None };
            context.push(problem, at);
            is_good = false;
        }
        match &zone {
            Some((zone, span)) if is_good && !format!(".{domain_name}").ends_with(&format!(".{zone}")) => {
                let problem =
                    Problem::HostOutsideZone { domain_name: domain_name.clone(), zone: zone.clone() };
                context.push_conflict(problem, at, *span);
            }
            None if zones != 1 => {
                let cluster = cluster.eks_name.clone();
                context
                    .push(Problem::HostWithoutZone { domain_name: domain_name.clone(), cluster, zones }, at);
            }
            _ => {}
        }
        let zone = zone.map(|(zone, _)| zone);
        let missing: Vec<&str> = [LOAD_BALANCER_CONTROLLER, EXTERNAL_DNS]
            .into_iter()
            .filter(|addon| !cluster.has(addon))
            .collect();
        if !missing.is_empty() {
            let addons = missing.into_iter().map(str::to_owned).collect();
            let cluster = cluster.eks_name.clone();
            context.push(Problem::HostLeadsNowhere { domain_name: domain_name.clone(), cluster, addons }, at);
        }
        hosts.push(Host { name: name.value.clone(), domain_name, zone, at });
    }
    hosts
}

/// Refuses names that two of the blueprint's hosts would have: one record leads to one load balancer.
pub(in crate::model) fn check_hosts(context: &mut Context<'_>, apps: &[App]) {
    let mut seen: Vec<&Host> = Vec::new();
    for host in apps.iter().flat_map(|app| &app.attachments).flat_map(|attachment| &attachment.hosts) {
        match seen.iter().find(|known| known.domain_name == host.domain_name) {
            Some(twin) => {
                let problem = Problem::HostTwice { domain_name: host.domain_name.clone() };
                if twin.at == host.at {
                    context.push(problem, host.at);
                } else {
                    context.push_conflict(problem, host.at, twin.at);
                }
            }
            None => seen.push(host),
        }
    }
}

/// Labels of letters, digits and hyphens, two at least, in lower case.
fn is_domain_name(text: &str) -> bool {
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && !text.rsplit('.').next().unwrap_or_default().starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_are_names_of_dns() {
        for good in ["example.com", "api.staging.example.com", "a-b.xn--p1ai"] {
            assert!(is_domain_name(good), "{good}");
        }
        for bad in
            ["example", "Example.com", "-a.example.com", "a..com", "*.example.com", "10.0.0.1", "a_b.com", ""]
        {
            assert!(!is_domain_name(bad), "{bad}");
        }
    }
}
