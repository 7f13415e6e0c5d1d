//! `plinth catalog pin`: exact versions of EKS add-ons, out of what AWS' API says, into the lock.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::io::Write;

use anyhow::{Context as _, bail};
use camino::Utf8Path;
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::{
    CLEAN, FAILED, FINDINGS, Printed, Resolved, Written, generate_command, open, read, resolve, say,
};
use crate::blueprint::lock::{self, parts};
use crate::blueprint::scalar::KubernetesVersion;
use crate::catalog::{AddonKind, Catalog};
use crate::diagnostic::Span;
use crate::tree::replace;

/// Where versions come from, and for which blueprint.
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// What `aws eks describe-addon-versions` prints, one document or several behind each other; `-` for standard input
    file: String,
    #[command(flatten)]
    written: Written,
    /// The newest version that runs on the Kubernetes version, in place of the one that AWS marks as its default
    #[arg(long)]
    newest: bool,
    /// Say what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// One page of AWS' answer, as far as it matters here (EKS API reference, "DescribeAddonVersions", read 2026-11).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    addons: Vec<Offer>,
    #[serde(default, alias = "NextToken")]
    next_token: Option<String>,
}

/// An EKS add-on and its versions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    addon_name: String,
    #[serde(default)]
    addon_versions: Vec<Version>,
}

/// A version, and the clusters that take it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    addon_version: String,
    #[serde(default)]
    compatibilities: Vec<Compatibility>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compatibility {
    cluster_version: String,
    #[serde(default)]
    default_version: bool,
}

/// What becomes of one version.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    kubernetes: KubernetesVersion,
    addon: String,
    from: Option<String>,
    to: String,
}

impl Pin {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let offers = self.offers()?;
        let reading = read(open(&self.written.blueprint)?);
        let old = reading.blueprint.as_ref().map(|blueprint| blueprint.lock.clone()).unwrap_or_default();
        let Resolved { sources, diagnostics, model, .. } = resolve(reading, None, None, &Catalog::load())?;
        let Some((model, _)) = model.filter(|_| !diagnostics.has_errors()) else {
            say(&diagnostics, &sources, self.written.format.into(), out, err)?;
            return Ok(FAILED);
        };
        let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
        let wanted: BTreeSet<(u32, &str)> = clusters
            .flat_map(|cluster| {
                let addons = cluster.settings.addons.iter().filter(|addon| addon.kind == AddonKind::EksAddon);
                addons.map(|addon| (cluster.settings.kubernetes_version.minor(), addon.name.as_str()))
            })
            .collect();
        let (mut lock, mut changes, mut missing, mut same) = (old.clone(), Vec::new(), Vec::new(), 0);
        for (minor, addon) in wanted {
            let kubernetes = KubernetesVersion::new(&format!("1.{minor}")).expect("a minor version");
            let from = old.version(&kubernetes, addon).map(str::to_owned);
            match choose(&offers, addon, &kubernetes, self.newest) {
                Some(to) if from.as_deref() == Some(to) => same += 1,
                Some(to) => {
                    lock.pin(&kubernetes, addon, to, Span::default());
                    changes.push(Change { kubernetes, addon: addon.to_owned(), from, to: to.to_owned() });
                }
                None if from.is_some() => same += 1,
                None => missing.push((kubernetes, addon)),
            }
        }
        let path = self.written.blueprint.with_file_name(lock::FILE);
        if !self.dry_run && !changes.is_empty() {
            replace(&path, &lock.to_text())?;
        }
        match self.written.format {
            Printed::Json => {
                let change = |Change { kubernetes, addon, from, to }: &Change| json!({ "kubernetes_version": kubernetes.as_str(), "addon": addon, "from": from, "to": to });
                let lacks = |(kubernetes, addon): &(KubernetesVersion, &str)| json!({ "kubernetes_version": kubernetes.as_str(), "addon": addon });
                let json = json!({
                    "path": path,
                    "changed": changes.iter().map(change).collect::<Vec<_>>(),
                    "unchanged": same,
                    "missing": missing.iter().map(lacks).collect::<Vec<_>>(),
                });
                writeln!(out, "{json:#}")?;
            }
            Printed::Text => self.print(&path, &changes, &missing, same, out, err)?,
        }
        Ok(if self.dry_run && !changes.is_empty() { FINDINGS } else { CLEAN })
    }

    fn print(
        &self,
        path: &Utf8Path,
        changes: &[Change],
        missing: &[(KubernetesVersion, &str)],
        same: usize,
        out: &mut impl Write,
        err: &mut impl Write,
    ) -> anyhow::Result<()> {
        for (kubernetes, addon) in missing {
            let why = if self.newest { "no version" } else { "no default version" };
            writeln!(
                err,
                "note: the answer has {why} of `{addon}` for Kubernetes {kubernetes}: it stays unpinned"
            )?;
        }
        let width = changes.iter().map(|change| change.addon.len()).max().unwrap_or_default();
        for Change { kubernetes, addon, from, to } in changes {
            match from {
                Some(from) => writeln!(out, "~ {kubernetes}  {addon:width$}  {from} -> {to}")?,
                None => writeln!(out, "+ {kubernetes}  {addon:width$}  {to}")?,
            }
        }
        let would = if self.dry_run { "would be " } else { "" };
        writeln!(out, "{path}: {} {would}pinned, {same} unchanged", changes.len())?;
        if !changes.is_empty() && !self.dry_run {
            let command = generate_command(Some(&self.written.blueprint), None);
            writeln!(out, "next: run `{command}`")?;
        }
        Ok(())
    }

    /// Reads AWS' answer.
    fn offers(&self) -> anyhow::Result<Vec<Offer>> {
        let text = if self.file == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            text
        } else {
            std::fs::read_to_string(&self.file).with_context(|| format!("cannot read `{}`", self.file))?
        };
        let name = if self.file == "-" { "standard input" } else { &self.file };
        parse(&text).with_context(|| format!("{name} is not what `aws eks describe-addon-versions` prints"))
    }
}

fn parse(text: &str) -> anyhow::Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for answer in serde_json::Deserializer::from_str(text).into_iter::<Answer>() {
        let Answer { addons, next_token } = answer?;
        if next_token.is_some() {
            bail!("it is cut off: there is a next page (leave out `--max-items` and `--no-paginate`)");
        }
        offers.extend(addons);
    }
    if offers.is_empty() {
        bail!("it names no add-on");
    }
    Ok(offers)
}

/// Returns the version of an add-on for a Kubernetes version: AWS' default, or the newest.
fn choose<'o>(
    offers: &'o [Offer],
    addon: &str,
    kubernetes: &KubernetesVersion,
    newest: bool,
) -> Option<&'o str> {
    let versions =
        offers.iter().filter(|offer| offer.addon_name == addon).flat_map(|offer| &offer.addon_versions);
    let takes = |version: &&Version| {
        let mut clusters = version.compatibilities.iter();
        clusters.any(|it| it.cluster_version == kubernetes.as_str() && (newest || it.default_version))
    };
    let fitting = versions.filter(takes).filter(|version| parts(&version.addon_version).is_some());
    fitting.max_by_key(|version| parts(&version.addon_version)).map(|version| version.addon_version.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{
        "addons": [{
            "addonName": "coredns", "type": "networking", "publisher": "eks", "owner": "aws",
            "addonVersions": [
                { "addonVersion": "v1.9.3-eksbuild.99", "compatibilities": [{ "clusterVersion": "1.35", "platformVersions": ["*"], "defaultVersion": false }] },
                { "addonVersion": "v1.14.3-eksbuild.9", "compatibilities": [{ "clusterVersion": "1.35", "platformVersions": ["*"], "defaultVersion": true }, { "clusterVersion": "1.36", "defaultVersion": false }] },
                { "addonVersion": "v1.14.3-eksbuild.16", "compatibilities": [{ "clusterVersion": "1.35", "defaultVersion": false }] },
                { "addonVersion": "v2.0.0", "compatibilities": [{ "clusterVersion": "1.35", "defaultVersion": true }] }
            ]
        }]
    }"#;

    fn chosen(kubernetes: &str, newest: bool) -> Option<String> {
        let offers = parse(ANSWER).expect("an answer");
        let kubernetes = KubernetesVersion::new(kubernetes).expect("a version");
        choose(&offers, "coredns", &kubernetes, newest).map(str::to_owned)
    }

    #[test]
    fn the_default_or_the_newest_by_number() {
        assert_eq!(chosen("1.35", false).as_deref(), Some("v1.14.3-eksbuild.9"));
        assert_eq!(chosen("1.35", true).as_deref(), Some("v1.14.3-eksbuild.16"));
        assert_eq!(chosen("1.36", false), None, "AWS marks none");
        assert_eq!(chosen("1.36", true).as_deref(), Some("v1.14.3-eksbuild.9"));
        assert_eq!(chosen("1.3", true), None);
    }

    #[test]
    fn several_answers_behind_each_other_are_one() {
        let two = format!("{ANSWER}\n{}", ANSWER.replace("coredns", "vpc-cni"));
        assert_eq!(parse(&two).expect("answers").len(), 2);
    }

    #[test]
    fn half_an_answer_is_none() {
        let cut = ANSWER.replacen('{', r#"{ "nextToken": "abc","#, 1);
        assert!(parse(&cut).is_err());
        assert!(parse(r#"{ "addons": [] }"#).is_err());
        assert!(parse("").is_err());
        assert!(parse("addons: []").is_err());
    }
}
