//! Add-ons that the catalog does not have: what a blueprint writes of them takes the form of the catalog's facts, and from there on
//! they are as any other.

use serde_json::Map;

use super::rights;
use crate::blueprint::keys::{Addon as Keys, Cluster, Statement};
use crate::blueprint::pattern::{Placeholder, Scope};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Name, Placement};
use crate::catalog::{self, AddonKind, Crds, KubernetesRange, Pods, Workload};
use crate::diagnostic::{Span, Spanned};
use crate::hcl::value::Value;
use crate::model::{Context, rename};
use crate::problem::Problem;

/// Keys of an add-on of the blueprint's own, and where they are written.
fn keys(keys: &Keys) -> [(&'static str, Option<Span>); 12] {
    macro_rules! rows {
        ($($key:ident,)*) => { [$((stringify!($key), keys.$key.as_ref().map(|key| key.span)),)*] };
    }
    rows! {
        chart, repository, crd_chart, namespace, node_selector, tolerations, service_account, managed_policies,
        statements, needs, after, renamed_from,
    }
}

/// Checks what is written of an add-on that is on: of the catalog's only what the catalog leaves open, of one's own all that a
/// release needs.
pub(super) fn check(context: &mut Context<'_>, cluster: &Cluster, wish: &Named<Keys>, scope: &Scope<'_>) {
    let Named { name, value } = wish;
    let catalog = context.catalog;
    let written = keys(value);
    if let Some(facts) = catalog.addons.get(name.as_str()) {
        for (key, at) in written {
            if let Some(at) = at {
                context.push(Problem::CatalogAddonKey { addon: name.to_string(), key }, at);
            }
        }
        let placed = value.placement.as_ref().filter(|placed| {
            let moves = facts.pods.iter().any(|pods| pods.kind != Workload::DaemonSet);
            placed.value == Placement::Everywhere || !moves
        });
        if let Some(placed) = placed {
            let problem = Problem::PlacementNotTaken { addon: name.to_string(), placement: placed.word() };
            context.push(problem, placed.span);
        }
        return;
    }
    if let Some(refused) = catalog.refused.get(name.as_str()).filter(|_| value.chart.is_none()) {
        let (why, instead) = (refused.why.clone(), refused.instead.clone());
        context.push(Problem::AddonRefused { addon: name.to_string(), why, instead }, name.span);
        return;
    }
    let Some(chart) = &value.chart else {
        let known = catalog.addons.keys().cloned().collect();
        let is_service = catalog.bundles.contains_key(name.as_str());
        let problem =
            Problem::UnknownAddon { name: name.to_string(), known, is_service, switched_off: false };
        context.push(problem, name.span);
        return;
    };
    check_name(context, wish);
    check_chart(context, wish, chart);
    rights::check(context, wish, scope);
    check_paths(context, value);
    if let Some(tolerations) = &value.tolerations {
        let selectors = value.node_selector.as_ref().map_or(1, |selectors| selectors.len());
        if tolerations.len() != selectors {
            let problem = Problem::TolerationsForOthers { selectors, tolerations: tolerations.len() };
            context.push(problem, tolerations.span);
        }
    }
    let others = value.needs.iter().chain(&value.after).flat_map(|names| names.iter());
    for other in others {
        let is_known = catalog.addons.contains_key(other.as_str())
            || cluster.addons.names().contains(&other.to_string());
        if !is_known {
            let known = catalog.addons.keys().cloned().chain(cluster.addons.names()).collect();
            let problem = Problem::UnknownAddon {
                name: other.to_string(),
                known,
                is_service: false,
                switched_off: false,
            };
            context.push(problem, other.span);
        }
    }
}

/// Refuses to switch off what neither the catalog nor a layer below has: the add-on that was meant would stay.
pub(super) fn check_known(context: &mut Context<'_>, cluster: &Cluster, wish: &Named<Keys>) {
    let Named { name, value } = wish;
    let (addons, refused) = (&context.catalog.addons, &context.catalog.refused);
    if value.chart.is_some() || addons.contains_key(name.as_str()) || refused.contains_key(name.as_str()) {
        return;
    }
    let own = cluster.addons.iter().filter(|other| other.value.chart.is_some());
    let known = own.map(|other| other.name.to_string()).chain(addons.keys().cloned()).collect();
    let problem =
        Problem::UnknownAddon { name: name.to_string(), known, is_service: false, switched_off: true };
    context.push(problem, name.span);
}

/// Refuses names that the module gives to something else, and those that Helm does not take.
fn check_name(context: &mut Context<'_>, wish: &Named<Keys>) {
    let Named { name, value } = wish;
    // Releases beside those of add-ons: pools of Karpenter's, classes, charts of definitions, objects. Policies likewise: those
    // of statements, and of the catalog's add-ons.
    let is_release = name.as_str() == "snapshot-classes"
        || name.as_str().starts_with("node-pool-")
        || ["-crd", "-objects"].iter().any(|end| name.as_str().ends_with(end));
    let is_policy = name.as_str().ends_with("-statements")
        || context.catalog.addons.iter().any(|(addon, facts)| {
            let mut policies = facts.policies.iter().map(|policy| policy.replace('_', "-"));
            policies.any(|policy| name.as_str() == format!("{addon}-{policy}"))
        });
    let taken = [
        (is_release, "plinth names releases of its own so"),
        (is_policy, "plinth names policies of add-ons so"),
    ];
    for (_, why) in taken.into_iter().filter(|(is_taken, _)| *is_taken) {
        context.push(Problem::ReservedName { value: name.to_string(), why }, name.span);
    }
    let limit = context.catalog.name_limit("helm_release");
    let former = rename::former(value.renamed_from.as_ref());
    let made_as = rename::made_as(&former, name);
    let release = if value.crd_chart.is_some() { format!("{made_as}-crd") } else { made_as.to_string() };
    if release.len() > limit {
        let what = format!("the release of add-on `{}`", name.value);
        context.push(Problem::NameTooLong { name: release, what, limit, settle: None }, name.span);
    }
}

/// Refuses what is no chart, where it does not come from, and a chart of no version.
fn check_chart(context: &mut Context<'_>, wish: &Named<Keys>, chart: &Spanned<String>) {
    let Named { name, value } = wish;
    let lacking = [("repository", value.repository.is_none()), ("version", value.version.is_none())];
    let keys: Vec<&str> = lacking.into_iter().filter(|(_, lacks)| *lacks).map(|(key, _)| key).collect();
    if !keys.is_empty() {
        context.push(Problem::OwnAddonNeeds { addon: name.to_string(), keys }, chart.span);
    }
    let is_of_registry = value.repository.as_ref().is_some_and(|repository| repository.starts_with("oci://"));
    for chart in [Some(chart), value.crd_chart.as_ref()].into_iter().flatten() {
        let is_chart = chart.split('/').all(is_word) && (is_of_registry || !chart.contains('/'));
        if !is_chart {
            context.push(Problem::InvalidChart { value: chart.value.clone() }, chart.span);
        }
    }
    if let Some(repository) = &value.repository {
        let place = ["https://", "oci://"].iter().find_map(|scheme| repository.strip_prefix(scheme));
        let is_place = place.is_some_and(|place| {
            place.starts_with(|c: char| c.is_ascii_alphanumeric()) && place.bytes().all(is_of_address)
        });
        if !is_place {
            let has_scheme = place.is_some();
            let problem = Problem::InvalidRepository { value: repository.value.clone(), has_scheme };
            context.push(problem, repository.span);
        }
    }
}

/// Whether text is one part of a chart's path.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Whether an address is written with a character as it is.
fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"\\<>^`{|}".contains(&byte)
}

/// Refuses paths to values that lead nowhere.
fn check_paths(context: &mut Context<'_>, keys: &Keys) {
    for path in keys.node_selector.iter().chain(&keys.tolerations).flat_map(|paths| paths.iter()) {
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
        if !path.split('.').all(is_part) {
            context.push(Problem::InvalidValuePath { value: path.value.clone() }, path.span);
        }
    }
}

/// Returns what a placeholder is in the module, which serves all clusters; nothing for what it does not know.
pub(super) fn part(placeholder: Placeholder, project: &str) -> Option<String> {
    match placeholder {
        Placeholder::Project => Some(project.to_owned()),
        Placeholder::Account => Some("${var.account_id}".to_owned()),
        Placeholder::Region => Some("${var.region}".to_owned()),
        Placeholder::Partition => Some("${var.partition}".to_owned()),
        Placeholder::Environment | Placeholder::Cluster => None,
    }
}

/// Returns the facts of an add-on of the blueprint's own; none where it says nothing of a chart.
pub(super) fn facts(project: &str, wish: &Named<Keys>) -> Option<catalog::Addon> {
    let Named { name, value: keys } = wish;
    let chart = keys.chart.as_ref()?.value.clone();
    let texts = |list: &Option<Spanned<Vec<Spanned<String>>>>| -> Vec<String> {
        list.iter().flat_map(|list| list.iter()).map(|text| text.value.clone()).collect()
    };
    let names = |list: &Option<Spanned<Vec<Spanned<Name>>>>| -> Vec<String> {
        list.iter().flat_map(|list| list.iter()).map(|name| name.value.to_string()).collect()
    };
    // Where all pods are on all nodes, they are those of a DaemonSet.
    let everywhere =
        keys.placement.as_ref().is_some_and(|placement| placement.value == Placement::Everywhere);
    let tolerations = texts(&keys.tolerations);
    let mut selectors = texts(&keys.node_selector);
    if selectors.is_empty() && !everywhere {
        selectors.push("nodeSelector".to_owned());
    }
    let pods = selectors.into_iter().enumerate().map(|(index, selector)| Pods {
        name: name.to_string(),
        kind: if everywhere { Workload::DaemonSet } else { Workload::Deployment },
        replicas: None,
        placement: None,
        selector: Some(selector),
        tolerations: tolerations.get(index).cloned(),
        requests: None,
        containers: 1,
        cpu_milli: 0,
        memory_mib: 0,
        apart: false,
    });
    let statements = keys.statements.iter().flat_map(|statements| statements.iter());
    let former = rename::former(keys.renamed_from.as_ref());
    Some(catalog::Addon {
        about: format!("chart {chart}"),
        kind: AddonKind::Helm,
        repository: Some(
            keys.repository.as_ref().map(|repository| repository.value.clone()).unwrap_or_default(),
        ),
        chart: Some(chart),
        crd_chart: keys.crd_chart.as_ref().map(|chart| chart.value.clone()),
        version: None,
        as_of: String::new(),
        source: String::new(),
        kubernetes: KubernetesRange::default(),
        namespace: keys
            .namespace
            .as_ref()
            .map_or_else(|| rename::made_as(&former, name), |namespace| &namespace.value)
            .to_string(),
        placement: if everywhere { Placement::Everywhere } else { Placement::Core },
        before_nodes: false,
        required: None,
        needs: names(&keys.needs),
        after: names(&keys.after),
        excludes: std::collections::BTreeMap::new(),
        service_account: keys.service_account.as_ref().map(|account| account.value.to_string()),
        managed_policies: texts(&keys.managed_policies),
        policies: Vec::new(),
        access: None,
        crds: if keys.crd_chart.is_some() { Crds::OwnChart } else { Crds::None },
        network: String::new(),
        upgrade: None,
        destroy: None,
        destroy_first: Vec::new(),
        note: None,
        keys: Vec::new(),
        values: Map::new(),
        when: Vec::new(),
        pods: pods.collect(),
        statements: statements.map(|statement| value(project, statement)).collect(),
        former,
        objects: Vec::new(),
        fargate: None,
    })
}

/// Writes a statement as IAM does.
fn value(project: &str, statement: &Statement) -> Value {
    let resources = statement.resources.iter().map(|resource| {
        Value::Expression(resource.interpolated(|placeholder| part(placeholder, project).unwrap_or_default()))
    });
    let sid = statement.sid.as_ref().map(|sid| ("Sid", Value::from(sid.as_str())));
    let conditions =
        statement.conditions.as_ref().map(|data| ("Condition", Value::from_data(&data.to_json())));
    let entries = sid.into_iter().chain([
        ("Effect", Value::from("Allow")),
        ("Action", Value::strings(statement.actions.iter().map(|action| &action.value))),
        ("Resource", Value::List(resources.collect())),
    ]);
    Value::Object(entries.chain(conditions).map(|(key, value)| (key.to_owned(), value)).collect())
}
