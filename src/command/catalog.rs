//! `plinth catalog`: the add-ons there are, and all about one.

use std::io::Write;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::pin::Pin;
use super::{CLEAN, Printed};
use crate::blueprint::scalar::KubernetesVersion;
use crate::catalog::{Addon, Bundle, Catalog, Refused};
use crate::model;
use crate::problem::{Problem, suggest};
use crate::reference::{Support, page, range, service};

/// What is asked of the catalog.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Catalogue {
    #[command(subcommand)]
    action: Option<Action>,
    /// Say all about this add-on, or this core service
    name: Option<String>,
    /// The Kubernetes version by which support is judged; without it, the catalog's default
    #[arg(long, value_name = "VERSION", value_parser = version)]
    kubernetes: Option<KubernetesVersion>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Printed::Text)]
    pub(super) format: Printed,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Writes exact versions of EKS add-ons into `plinth.lock`, beside the blueprint
    Pin(Pin),
}

fn version(text: &str) -> Result<KubernetesVersion, String> {
    KubernetesVersion::new(text).ok_or_else(|| "write a minor version as 1.36".to_owned())
}

impl Catalogue {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        if let Some(Action::Pin(pin)) = &self.action {
            return pin.run(out, err);
        }
        let catalog = Catalog::load();
        if let Some(asked) = &self.kubernetes {
            let supported: Vec<String> =
                catalog.kubernetes.versions.iter().map(|row| row.version.clone()).collect();
            if !supported.iter().any(|version| version == asked.as_str()) {
                let problem = Problem::UnsupportedKubernetes { version: asked.to_string(), supported };
                let words = problem.words();
                return Err(anyhow!("{}\n\nhelp: {}", words.what, words.help.unwrap_or_default()));
            }
        }
        let kubernetes = self.kubernetes.clone().unwrap_or_else(|| {
            KubernetesVersion::new(&catalog.kubernetes.default).expect("the catalog's default is a version")
        });
        let json = self.format == Printed::Json;
        match &self.name {
            None if json => {
                let addons = catalog.addons.iter().map(|(name, facts)| entry(name, facts, &kubernetes));
                let services = catalog.bundles.iter().map(|(name, bundle)| service_entry(name, bundle));
                let json = json!({
                    "kubernetes_version": kubernetes.as_str(),
                    "addons": addons.collect::<Vec<_>>(),
                    "services": services.collect::<Vec<_>>(),
                });
                writeln!(out, "{json:#}")?;
            }
            None => {
                write!(out, "{}\n{}", list(&catalog, &kubernetes), services(&catalog))?;
            }
            Some(name) => match (catalog.addons.get(name), catalog.bundles.get(name)) {
                (Some(facts), _) if json => writeln!(out, "{:#}", entry(name, facts, &kubernetes))?,
                (Some(facts), _) => write!(out, "{}", page(&catalog, name, facts).text())?,
                (None, Some(bundle)) if json => writeln!(out, "{:#}", service_entry(name, bundle))?,
                (None, Some(bundle)) => write!(out, "{}", service(&catalog, name, bundle).text())?,
                (None, None) => return Err(unknown(&catalog, name)),
            },
        }
        Ok(CLEAN)
    }
}

/// Says what was probably meant by a name, or why the catalog does not have it.
fn unknown(catalog: &Catalog, name: &str) -> anyhow::Error {
    if let Some(Refused { why, instead }) = catalog.refused.get(name) {
        return anyhow!("the catalog refuses `{name}`: {why}\n\nhelp: {instead}");
    }
    let known: Vec<String> = catalog.addons.keys().chain(catalog.bundles.keys()).cloned().collect();
    anyhow!("the catalog has no `{name}`\n\nhelp: {}", suggest(name, &known))
}

/// Writes a line for each core service.
fn services(catalog: &Catalog) -> String {
    let mut rows = vec![["service", "in the cluster", "by AWS", "what it is"].map(str::to_owned)];
    for (name, bundle) in &catalog.bundles {
        let about = match bundle.stands_for.as_slice() {
            [] => bundle.about.clone(),
            services => format!("{} (as {})", bundle.about, services.join(", ")),
        };
        rows.push([name.clone(), bundle.in_cluster.join(", "), bundle.aws.join(", "), about]);
    }
    table(&rows)
}

/// All about a core service, as data.
fn service_entry(name: &str, bundle: &Bundle) -> Value {
    json!({
        "name": name,
        "about": bundle.about,
        "stands_for": bundle.stands_for,
        "in_cluster": bundle.in_cluster,
        "aws": bundle.aws,
    })
}

/// Writes a line for each add-on.
fn list(catalog: &Catalog, kubernetes: &KubernetesVersion) -> String {
    let head =
        ["add-on", "kind", "version", "as of", "Kubernetes", kubernetes.as_str(), "nodes", "what it is"];
    let mut rows = vec![head.map(str::to_owned)];
    for (name, facts) in &catalog.addons {
        rows.push([
            name.clone(),
            facts.kind.word().to_owned(),
            facts.version.clone().unwrap_or_else(|| "by EKS".to_owned()),
            facts.as_of.clone(),
            range(&facts.kubernetes),
            Support::of(facts, kubernetes).word().to_owned(),
            facts.placement.word().to_owned(),
            facts.about.clone(),
        ]);
    }
    table(&rows)
}

/// Writes rows in columns.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// All about an add-on, as data; `docs/json.md` says what the fields are.
fn entry(name: &str, facts: &Addon, kubernetes: &KubernetesVersion) -> Value {
    let workloads = facts
        .pods
        .iter()
        .map(|pods| json!({ "name": pods.name, "kind": pods.kind, "placement": facts.placement_of(pods) }));
    json!({
        "name": name,
        "about": facts.about,
        "kind": facts.kind,
        "repository": facts.repository,
        "chart": facts.chart,
        "crd_chart": facts.crd_chart,
        "version": facts.version,
        "as_of": facts.as_of,
        "source": facts.source,
        "kubernetes": { "from": facts.kubernetes.from, "to": facts.kubernetes.to },
        "support": Support::of(facts, kubernetes),
        "namespace": facts.namespace,
        "placement": facts.placement,
        "required": facts.required,
        "needs": facts.needs,
        "after": facts.after,
        "excludes": facts.excludes,
        "service_account": facts.service_account,
        "managed_policies": facts.managed_policies,
        "policies": facts.policies,
        "access": facts.access.as_ref().map(|access| &access.about),
        "crds": facts.crds,
        "workloads": workloads.collect::<Vec<_>>(),
        "network": facts.network,
        "upgrade": facts.upgrade,
        "destroy": facts.destroy,
        "destroy_first": facts.destroy_first,
        "note": facts.note,
        "values": model::addon_values(facts).to_data(),
    })
}
