//! What the catalog knows of an add-on or a core service, as a page: `plinth catalog NAME` prints it, `docs/addons` holds those of
//! the add-ons.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::blueprint::scalar::{KubernetesVersion, Name, Placement};
use crate::catalog::{Addon, AddonKind, Bundle, Catalog, Crds, KubernetesRange, Pods, Replicas, Workload};
use crate::hcl::value::Value;
use crate::model;
use crate::model::addon::KARPENTER;
use crate::render;

/// A page about one add-on.
#[derive(Debug, Clone)]
pub struct Page {
    /// The add-on's name.
    pub title: String,
    /// What it is, in a few words.
    pub about: String,
    /// Short facts, each with what it is about.
    pub facts: Vec<(&'static str, String)>,
    /// The rest, under headings.
    pub parts: Vec<Part>,
}

/// What stands under one heading.
#[derive(Debug, Clone)]
pub struct Part {
    /// The heading.
    pub title: &'static str,
    /// What stands there.
    pub blocks: Vec<Block>,
}

/// A paragraph, a list, or text that is copied.
#[derive(Debug, Clone)]
pub enum Block {
    /// Prose. Code stands in backticks.
    Text(String),
    /// An item of a list.
    Item(String),
    /// TOML.
    Code(String),
}

/// Whether the pinned version of an add-on runs on a Kubernetes version, by what its own project says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// EKS has a version for each Kubernetes version.
    ByEks,
    /// Its project tests it.
    Supported,
    /// Newer than what its project tests.
    Untested,
    /// Older than what its project supports.
    Unsupported,
    /// Its project states no range.
    Unstated,
}

impl Support {
    /// Judges an add-on.
    pub fn of(facts: &Addon, kubernetes: &KubernetesVersion) -> Self {
        let range = &facts.kubernetes;
        if range.is_below(kubernetes) {
            Self::Unsupported
        } else if range.is_above(kubernetes) {
            Self::Untested
        } else if range.from.is_some() || range.to.is_some() {
            Self::Supported
        } else if facts.kind == AddonKind::EksAddon {
            Self::ByEks
        } else {
            Self::Unstated
        }
    }

    /// One word, or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::ByEks => "by EKS",
            Self::Supported => "supported",
            Self::Untested => "untested",
            Self::Unsupported => "unsupported",
            Self::Unstated => "not stated",
        }
    }
}

/// Says which Kubernetes versions an add-on is for; nothing where its project states none.
pub fn range(range: &KubernetesRange) -> String {
    match (&range.from, &range.to) {
        (Some(from), Some(to)) if from == to => from.clone(),
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("{from} and later"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => String::new(),
    }
}

/// Writes a page about an add-on.
///
/// # Panics
/// When a name in the catalog is not a name: the tests read all of them.
pub fn page(catalog: &Catalog, name: &str, facts: &Addon) -> Page {
    let values = model::addon_values(facts);
    let mut parts = vec![
        Part { title: "In a blueprint", blocks: blueprint(catalog, name, facts, &values) },
        Part { title: "What runs", blocks: workloads(facts, &values) },
        Part { title: "Permissions", blocks: permissions(name, facts) },
        Part { title: "Network", blocks: vec![Block::Text(facts.network.clone())] },
    ];
    let prose = |title, text: &Option<String>| {
        let blocks = vec![Block::Text(text.clone()?)];
        Some(Part { title, blocks })
    };
    parts.extend(prose("Before a newer version", &facts.upgrade));
    let mut before = prose("Before it goes", &facts.destroy);
    if let Some(part) = before.as_mut().filter(|_| !facts.destroy_first.is_empty()) {
        let kinds: Vec<String> = facts.destroy_first.iter().map(|kind| format!("`{kind}`")).collect();
        let text = format!(
            "`scripts/destroy` deletes all objects of these kinds, in this order: {}.",
            kinds.join(", ")
        );
        part.blocks.push(Block::Text(text));
    }
    parts.extend(before);
    parts.extend(prose("Note", &facts.note));
    parts.extend(set_values(name, &values));
    Page {
        title: name.to_owned(),
        about: facts.about.clone(),
        facts: self::facts(catalog, name, facts),
        parts,
    }
}

/// Writes a page about a core service.
pub fn service(catalog: &Catalog, name: &str, bundle: &Bundle) -> Page {
    let names =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut facts = vec![("in the cluster", names(&bundle.in_cluster))];
    facts.extend((!bundle.aws.is_empty()).then(|| ("by AWS", names(&bundle.aws))));
    facts.extend((!bundle.stands_for.is_empty()).then(|| ("stands for", bundle.stands_for.join(", "))));
    let mut code = format!("[cluster.services.{name}]\n");
    if !bundle.aws.is_empty() {
        code.push_str("kind = \"in-cluster\"      # or \"aws\"\n");
    }
    let brought: BTreeSet<&str> = bundle.in_cluster.iter().map(String::as_str).collect();
    let needed = needed(catalog, brought.iter().copied());
    let by_aws = self::needed(catalog, bundle.aws.iter().map(String::as_str));
    for (need, mut why) in needed.into_iter().filter(|(need, _)| !brought.contains(need)) {
        if !bundle.aws.is_empty() && !by_aws.contains_key(need) {
            why.push_str("; not for kind = \"aws\"");
        }
        code.push_str(&format!("\n{}", table(need, &catalog.addons[need], &why)));
    }
    for addon in &brought {
        let facts = &catalog.addons[*addon];
        if facts.access.as_ref().is_some_and(|access| access.default.is_none()) {
            code.push_str(&format!("\n{}", table(addon, facts, "")));
        }
    }
    Page {
        title: name.to_owned(),
        about: bundle.about.clone(),
        facts,
        parts: vec![Part { title: "In a blueprint", blocks: vec![Block::Code(code)] }],
    }
}

fn facts(catalog: &Catalog, name: &str, facts: &Addon) -> Vec<(&'static str, String)> {
    let identifier = Name::new(name).expect("the catalog's names are names").identifier();
    let code = |text: &str| format!("`{text}`");
    let names = |names: &[String]| names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    let version = facts.version.as_deref().unwrap_or_default();
    let chart = code(facts.chart.as_deref().unwrap_or_default());
    let (kind, module) = match facts.kind {
        AddonKind::EksAddon => ("an EKS add-on".to_owned(), "cluster"),
        AddonKind::Helm => {
            let from = code(facts.repository.as_deref().unwrap_or_default());
            (format!("the Helm chart {chart} from {from}"), "services")
        }
    };
    let mut rows = vec![("what", kind)];
    rows.push((
        "version",
        match facts.kind {
            AddonKind::EksAddon => "by `plinth.lock`, else the default of the Kubernetes version".to_owned(),
            AddonKind::Helm => format!("{version}, of {}", facts.as_of),
        },
    ));
    rows.push((
        "Kubernetes",
        match range(&facts.kubernetes) {
            none if none.is_empty() && facts.kind == AddonKind::EksAddon => "all that EKS offers".to_owned(),
            none if none.is_empty() => "its project states no range".to_owned(),
            range => range,
        },
    ));
    rows.push(("namespace", code(&facts.namespace)));
    rows.push((
        "runs on",
        match facts.placement {
            Placement::Core => "nodes for system services, `node-type = core`".to_owned(),
            Placement::Middleware => "nodes for middleware, `node-type = middleware`".to_owned(),
            Placement::Everywhere => "every node that its pods choose".to_owned(),
        },
    ));
    let definitions = match facts.crds {
        Crds::None => None,
        Crds::OwnChart => Some(format!(
            "by the chart {}, upgraded with it",
            code(facts.crd_chart.as_deref().unwrap_or_default())
        )),
        Crds::WithRelease => Some("with the release, upgraded with it".to_owned()),
        Crds::Once => Some("with the first release; Helm never upgrades them".to_owned()),
    };
    rows.extend(definitions.map(|text| ("definitions", text)));
    rows.extend((!facts.needs.is_empty()).then(|| ("needs", names(&facts.needs))));
    rows.extend((!facts.after.is_empty()).then(|| ("comes after", names(&facts.after))));
    let dependents = catalog.addons.iter().filter(|(_, other)| other.needs.iter().any(|need| need == name));
    let dependents: Vec<String> = dependents.map(|(name, _)| name.clone()).collect();
    rows.extend((!dependents.is_empty()).then(|| ("needed by", names(&dependents))));
    for (other, why) in &facts.excludes {
        rows.push(("not beside", format!("{}: {why}", code(other))));
    }
    let services = catalog.bundles.iter().filter_map(|(service, bundle)| {
        let kinds = [(&bundle.in_cluster, ""), (&bundle.aws, ", where it is `aws`")];
        let (_, how) = kinds.into_iter().find(|(addons, _)| addons.iter().any(|addon| addon == name))?;
        Some(format!("{}{how}", code(service)))
    });
    let services: Vec<String> = services.collect();
    rows.extend((!services.is_empty()).then(|| ("service", services.join("; "))));
    rows.extend(facts.required.as_ref().map(|why| ("every cluster", format!("has it: {why}"))));
    rows.push(("written to", code(&format!("modules/{module}/addon_{identifier}.tf"))));
    rows.push(("facts from", format!("{}, read {}", facts.source, facts.as_of)));
    if facts.kind != AddonKind::EksAddon {
        // The day is that of the release, and stands beside the version.
        rows.last_mut().expect("a row was pushed").1.clone_from(&facts.source);
    }
    rows
}

fn blueprint(catalog: &Catalog, name: &str, facts: &Addon, values: &Value) -> Vec<Block> {
    let mut blocks = Vec::new();
    let is_required = facts.required.is_some();
    if is_required {
        blocks.push(Block::Text("Every cluster has it. A table changes it:".to_owned()));
    }
    // The first number of replicas is what is changed most often. Where no two run on one node, more would want more nodes.
    let replicas = facts.pods.iter().filter(|pods| !pods.apart).find_map(|pods| match &pods.replicas {
        Some(Replicas::Key(key)) => Some((key, values.at(key)?)),
        _ => None,
    });
    let is_changed = matches!(replicas, Some((_, Value::Number(_))));
    let mut code =
        table(name, facts, if is_required || is_changed { "" } else { "      # the catalog's defaults" });
    if let Some((key, Value::Number(number))) = replicas {
        let more = number.as_u64().unwrap_or(1) + 1;
        code.push_str(&format!("values.{key} = {more}\n"));
    }
    for (need, why) in needed(catalog, [name]) {
        code.push_str(&format!("\n{}", table(need, &catalog.addons[need], &why)));
    }
    if !is_required {
        code.push_str(&format!(
            "\n[environments.staging.cluster.addons.{name}]\nenabled = false      # in this environment alone\n"
        ));
    }
    blocks.push(Block::Code(code));
    blocks
}

/// Writes the table of an add-on, with what must be given.
fn table(name: &str, facts: &Addon, note: &str) -> String {
    let access = facts.access.as_ref().filter(|access| access.default.is_none()).map(|access| {
        format!("access = [\"arn:{{partition}}:{}NAME\"]      # {}\n", access.arns[0], access.about)
    });
    format!("[cluster.addons.{name}]{note}\n{}", access.unwrap_or_default())
}

/// Returns what must be switched on for add-ons, beyond what every cluster has, in the order of names, each with the comment
/// that says why.
fn needed<'c>(catalog: &'c Catalog, names: impl IntoIterator<Item = &'c str>) -> BTreeMap<&'c str, String> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut needed = BTreeMap::new();
    let mut open = names.clone();
    let mut is_middleware = false;
    while let Some((next, facts)) = open.pop().and_then(|next| catalog.addons.get_key_value(next)) {
        is_middleware |= facts.pods.iter().any(|pods| facts.placement_of(pods) == Placement::Middleware);
        open.extend(facts.needs.iter().map(String::as_str));
        if !names.contains(&next.as_str()) && facts.required.is_none() {
            needed.insert(next.as_str(), "      # it needs this".to_owned());
        }
    }
    if let (true, Some((maker, _))) = (is_middleware, catalog.addons.get_key_value(KARPENTER)) {
        // Karpenter makes the nodes for middleware, where nothing else does.
        let why = "      # makes its nodes; or a managed pool middleware, or placement = \"core\"";
        needed.entry(maker.as_str()).or_insert_with(|| why.to_owned());
    }
    needed
}

fn workloads(facts: &Addon, values: &Value) -> Vec<Block> {
    let item = |pods: &Pods| {
        let count = match (&pods.replicas, pods.kind) {
            (Some(Replicas::Key(key)), _) => {
                let number = values
                    .at(key)
                    .map_or_else(|| "as many as the chart says".to_owned(), ToString::to_string);
                format!("{number} (`{key}`)")
            }
            (Some(Replicas::Fixed(number)), _) => number.to_string(),
            (None, Workload::DaemonSet) => "one on each node".to_owned(),
            (None, Workload::Job) => "once for each release".to_owned(),
            (None, _) => "1".to_owned(),
        };
        let placement = facts.placement_of(pods);
        let place = if placement == facts.placement || pods.kind == Workload::DaemonSet {
            String::new()
        } else {
            format!(", on {} nodes", placement.word())
        };
        let apart = if pods.apart { ", no two on one node" } else { "" };
        let asked =
            requests(pods, values).map(|asked| format!("; a pod asks for {asked}")).unwrap_or_default();
        Block::Item(format!("{:?} `{}`: {count}{place}{apart}{asked}", pods.kind, pods.name))
    };
    facts.pods.iter().map(item).collect()
}

/// Says what a pod asks for, where that is known.
fn requests(pods: &Pods, values: &Value) -> Option<String> {
    let set = pods.requests.as_ref().and_then(|key| values.at(key));
    let of = |resource: &str, default: u32, unit: &str| match set.and_then(|set| set.at(resource)) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => (default > 0).then(|| format!("{default}{unit}")),
    };
    let (cpu, memory) = (of("cpu", pods.cpu_milli, "m"), of("memory", pods.memory_mib, "Mi"));
    let asked: Vec<String> = cpu
        .map(|cpu| format!("{cpu} CPU"))
        .into_iter()
        .chain(memory.map(|memory| format!("{memory} of memory")))
        .collect();
    let each = if pods.containers > 1 {
        format!(" in each of {} containers", pods.containers)
    } else {
        String::new()
    };
    (!asked.is_empty()).then(|| format!("{}{each}", asked.join(", ")))
}

fn permissions(name: &str, facts: &Addon) -> Vec<Block> {
    let Some(account) = &facts.service_account else {
        return vec![Block::Text("None in AWS: it has no IAM role.".to_owned())];
    };
    let irsa = if facts.fargate.is_some() { "; on Fargate, by the token of the account (IRSA)" } else { "" };
    let mut blocks = vec![Block::Text(format!(
        "The service account `{account}` of `{}` takes the IAM role `<cluster>-{name}`, by EKS Pod Identity{irsa}. The role may:",
        facts.namespace
    ))];
    blocks.extend(
        facts
            .managed_policies
            .iter()
            .map(|policy| Block::Item(format!("what AWS' own policy `{policy}` allows"))),
    );
    let limited = facts.access.as_ref().map(|access| {
        let default = match access.default.as_deref() {
            None => "It must be given",
            Some([]) => "Without it, there are none",
            Some(_) => "Without it, they are those of the cluster's name",
        };
        Block::Text(format!("The key `access` limits it: a list of ARNs, {}. {default}.", access.about))
    });
    if !facts.policies.is_empty() {
        let texts = render::policy_texts(name, facts.kind);
        blocks.extend(facts.policies.iter().map(|policy| {
            let about = texts.get(policy).map_or(String::new(), |about| format!(": {about}"));
            Block::Item(format!("`<cluster>-{name}-{}`{about}", policy.replace('_', "-")))
        }));
    }
    blocks.extend(limited);
    blocks
}

fn set_values(name: &str, values: &Value) -> Option<Part> {
    let data = values.to_data();
    let code = toml::to_string(&data).expect("the catalog is TOML");
    (!code.is_empty()).then(|| Part {
        title: "Values",
        blocks: vec![
            Block::Text(format!(
                "What plinth sets; `[cluster.addons.{name}.values]` is merged over it. Text behind `=` is an HCL expression, which \
                 plinth fills in."
            )),
            Block::Code(code),
        ],
    })
}

/// How wide text is in a terminal.
const WIDTH: usize = 110;

impl Page {
    /// Writes the page for a terminal.
    pub fn text(&self) -> String {
        let mut out = format!("{}: {}\n\n", self.title, self.about);
        let width = self.facts.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
        for (label, text) in &self.facts {
            let indent = " ".repeat(width + 4);
            let head = format!("  {label:width$}  ");
            out.push_str(&wrapped(&text.replace('`', ""), &head, &indent));
        }
        for Part { title, blocks } in &self.parts {
            out.push_str(&format!("\n{title}\n"));
            for block in blocks {
                match block {
                    Block::Text(text) => out.push_str(&wrapped(&text.replace('`', ""), "  ", "  ")),
                    Block::Item(text) => out.push_str(&wrapped(&text.replace('`', ""), "  - ", "    ")),
                    Block::Code(code) => {
                        for line in code.trim_end().lines() {
                            out.push_str(format!("    {line}").trim_end());
                            out.push('\n');
                        }
                    }
                }
            }
        }
        out
    }
}

/// Breaks prose into lines.
fn wrapped(text: &str, head: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut line = head.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            indent.clone_into(&mut line);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    format!("{out}{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_is_by_the_range_of_the_project() {
        let catalog = Catalog::load();
        let of = |name: &str, version: &str| {
            let version = KubernetesVersion::new(version).expect("a version");
            Support::of(&catalog.addons[name], &version)
        };
        assert_eq!(of("karpenter", "1.36"), Support::Supported);
        assert_eq!(of("karpenter", "1.37"), Support::Untested);
        assert_eq!(of("karpenter", "1.9"), Support::Unsupported, "by number, not by letter");
        assert_eq!(of("coredns", "1.37"), Support::ByEks);
    }

    #[test]
    fn lines_are_no_wider_than_the_page() {
        let catalog = Catalog::load();
        for (name, facts) in &catalog.addons {
            let text = page(&catalog, name, facts).text();
            let is_prose = |line: &&str| !line.starts_with("    ");
            let widest = text.lines().filter(is_prose).map(|line| line.chars().count()).max();
            assert!(widest <= Some(WIDTH), "{name}");
        }
    }
}
