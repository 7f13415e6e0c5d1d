//! Add-ons that the catalog does not have: what a blueprint writes of them takes the form of the catalog's facts, and from there on
//! they are as any other.

use serde_json::Map;

use crate::blueprint::keys::{Addon as Keys, Cluster, Statement};
use crate::blueprint::pattern::Placeholder;
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Name, Placement};
use crate::catalog::{self, AddonKind, Crds, KubernetesRange, Pods, Workload};
use crate::diagnostic::{Span, Spanned};
use crate::hcl::value::Value;
use crate::model::Context;
use crate::problem::Problem;

/// Keys of an add-on of the blueprint's own, and where they are written.
fn keys(keys: &Keys) -> [(&'static str, Option<Span>); 11] {
    macro_rules! rows {
        ($($key:ident,)*) => { [$((stringify!($key), keys.$key.as_ref().map(|key| key.span)),)*] };
    }
    rows! {
        chart, repository, crd_chart, namespace, node_selector, tolerations, service_account, managed_policies,
        statements, needs, after,
    }
}

/// Checks what is written of an add-on that is on: of the catalog's only what the catalog leaves open, of one's own all that a
/// release needs.
pub(super) fn check(context: &mut Context<'_>, cluster: &Cluster, wish: &Named<Keys>) {
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
        context.push(Problem::UnknownAddon { name: name.to_string(), known, is_service }, name.span);
        return;
    };
    // Releases beside those of add-ons: pools of Karpenter's, classes, charts of definitions, objects.
    let is_taken = name.as_str() == "snapshot-classes"
        || name.as_str().starts_with("node-pool-")
        || ["-crd", "-objects"].iter().any(|end| name.as_str().ends_with(end));
    if is_taken {
        let why = "plinth names releases of its own so";
        context.push(Problem::ReservedName { value: name.to_string(), why }, name.span);
    }
    for (key, is_there) in [("repository", value.repository.is_some()), ("version", value.version.is_some())]
    {
        if !is_there {
            context.push(Problem::OwnAddonNeeds { addon: name.to_string(), key }, chart.span);
        }
    }
    if let Some(repository) = &value.repository
        && !["https://", "oci://"].iter().any(|scheme| repository.starts_with(scheme))
    {
        context.push(Problem::InvalidRepository { value: repository.value.clone() }, repository.span);
    }
    let rights = [
        ("managed_policies", value.managed_policies.as_ref().map(|policies| policies.span)),
        ("statements", value.statements.as_ref().map(|statements| statements.span)),
    ];
    for (key, at) in rights {
        if let Some(at) = at.filter(|_| value.service_account.is_none()) {
            context.push(Problem::RightsOfNobody { addon: name.to_string(), key }, at);
        }
    }
    if let Some(tolerations) = &value.tolerations {
        let selectors = value.node_selector.as_ref().map_or(1, |selectors| selectors.len());
        if tolerations.len() != selectors {
            let problem = Problem::TolerationsForOthers { selectors, tolerations: tolerations.len() };
            context.push(problem, tolerations.span);
        }
    }
    value
        .statements
        .iter()
        .flat_map(|all| all.iter())
        .for_each(|statement| check_statement(context, statement));
    let others = value.needs.iter().chain(&value.after).flat_map(|names| names.iter());
    for other in others {
        let is_known = catalog.addons.contains_key(other.as_str())
            || cluster.addons.names().contains(&other.to_string());
        if !is_known {
            let known = catalog.addons.keys().cloned().chain(cluster.addons.names()).collect();
            let problem = Problem::UnknownAddon { name: other.to_string(), known, is_service: false };
            context.push(problem, other.span);
        }
    }
}

/// Refuses rights without bounds: every action, and handing over whichever role.
fn check_statement(context: &mut Context<'_>, statement: &Statement) {
    for action in statement.actions.iter() {
        let is_action =
            action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !is_action || action.starts_with('*') {
            context.push(Problem::InvalidAction { value: action.value.clone() }, action.span);
        }
        let hands_over =
            ["iam:*", "iam:PassRole", "iam:Pass*"].iter().any(|known| action.eq_ignore_ascii_case(known));
        let all = statement.resources.iter().find(|resource| {
            let text = resource.interpolated(|_| String::new());
            text == "\"*\"" || text.contains(":role/*")
        });
        if let Some(all) = all.filter(|_| hands_over) {
            context.push_conflict(Problem::PassesEveryRole, all.span, action.span);
        }
    }
    for resource in statement.resources.iter() {
        for (word, placeholder) in Placeholder::ALL {
            let is_of_module = part(placeholder, "").is_some();
            if resource.mentions(placeholder) && !is_of_module {
                context.push(Problem::PlaceholderOutsideModule { word }, resource.span);
            }
        }
    }
}

/// Returns what a placeholder is in the module, which serves all clusters; nothing for what it does not know.
fn part(placeholder: Placeholder, project: &str) -> Option<String> {
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
        namespace: keys.namespace.as_ref().unwrap_or(name).to_string(),
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
        note: None,
        keys: Vec::new(),
        values: Map::new(),
        when: Vec::new(),
        pods: pods.collect(),
        statements: statements.map(|statement| value(project, statement)).collect(),
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
