//! `plinth attach`: an application's root module for one cluster, in a repository of its own.
//!
//! What is told comes from three sources, each laid over the next: the command line, a blueprint, and the record that an earlier run left in
//! the manifest.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::{Map, Value, json};

use super::refusal::{OVERRIDE, Ways, unusable};
use super::{CLEAN, FAILED, FINDINGS, Printed, Written, folder, print_report, proof, say, tidy, warn};
use crate::catalog::Catalog;
use crate::diagnostic::{Source, Sources, Span, Spanned};
use crate::file::{File, Keeping};
use crate::model::standalone::{self, OPTIONS, Options, Said};
use crate::problem::suggest;
use crate::render;
use crate::render::origin::Origins;
use crate::render::template::Own;
use crate::shell::word;
use crate::tree::{Drift, Error as TreeError, Manifest, Report, Side, unified};

/// The manifest's fact that holds the record.
const RECORD: &str = "attachment";

/// An application, its cluster, and where the files go.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  plinth attach franklin --cluster azavea-staging-main --region us-east-1 --from blueprint.toml\n  \
                        plinth attach --update"
)]
pub(super) struct Attach {
    /// The application
    #[arg(required_unless_present = "update")]
    app: Option<String>,
    /// Name of the EKS cluster
    #[arg(long, value_name = "EKS_NAME", required_unless_present = "update")]
    cluster: Option<String>,
    /// Region of the cluster; a blueprint knows it
    #[arg(long, required_unless_present_any = ["update", "from"])]
    region: Option<String>,
    /// Account of the cluster, in place of whichever the caller is in
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// ARN of the role that applies, in place of whoever calls
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    /// Namespace of the application, in place of its name
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Team that pays for the application: a label and a tag
    #[arg(long, value_name = "NAME")]
    team: Option<String>,
    /// Service accounts of its pods, with commas between, in place of one of its name
    #[arg(long, value_name = "NAMES")]
    service_accounts: Option<String>,
    /// Bucket that keeps the state; without it, the state lies beside the files
    #[arg(long, value_name = "BUCKET")]
    state_bucket: Option<String>,
    /// Region of that bucket, where it is not the cluster's
    #[arg(long, value_name = "REGION")]
    state_region: Option<String>,
    /// ARN of the KMS key that encrypts the state, or of its alias
    #[arg(long, value_name = "ARN")]
    state_kms_key: Option<String>,
    /// `data-only` for a cluster that plinth did not make [default: contract]
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// Take the attachment from git, `git::https://…//modules/attachment?ref=v1.0.0`, in place of a copy
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Blueprint of the platform: says account, role, state bucket, namespace and team
    #[arg(long, value_name = "BLUEPRINT")]
    from: Option<Utf8PathBuf>,
    /// Bring what plinth wrote here up to date; what is not said is as in the last run
    #[arg(long)]
    update: bool,
    /// Where the files go, in place of this folder
    #[arg(long, value_name = "DIR", value_parser = folder, default_value = ".")]
    out: Utf8PathBuf,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Give up the edit of this file, by its path in the folder; may be repeated
    #[arg(long, value_name = "PATH")]
    force: Vec<Utf8PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Printed::Text)]
    pub(super) format: Printed,
}

impl Attach {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let folder = tidy(&self.out);
        let manifest = Manifest::read(&self.out).map_err(|error| unusable(&error))?;
        let recorded = manifest.map(|manifest| self::recorded(&manifest, &folder)).transpose()?;
        if self.update && recorded.is_none() {
            bail!(
                "there is no attachment in `{folder}` to update\n\nhelp: name the folder of one with `--out`, or write one: \
                 `plinth attach APP --cluster EKS_NAME --region REGION`"
            );
        }
        let Some(Said { mut options, tags, lacks, lacks_role }) = self.said(recorded.as_ref(), out, err)?
        else {
            return Ok(FAILED);
        };
        if let Some(recorded) = &recorded {
            if self.update {
                options = laid_over(options, recorded);
            } else if let Some(other) =
                OPTIONS.iter().find(|option| options.get(*option) != recorded.get(*option))
            {
                let was =
                    recorded.get(other).map_or("without ".to_owned(), |was| format!("with `{was}` as "));
                bail!(
                    "`{folder}` has an attachment already, made {was}{}\n\nhelp: name another folder with `--out`, or write \
                     `--update` and the options that change; files that are yours stay as they are",
                    shown(other)
                );
            }
        }
        let (command, told) = told(&options);
        let catalog = Catalog::load();
        let standalone = match standalone::resolve(&told, &tags, &catalog) {
            Ok(standalone) => standalone,
            Err(diagnostics) => {
                let sources = Sources::new(Source { path: "the command line".to_owned(), text: command });
                say(&diagnostics, &sources, self.format.into(), out, err)?;
                return Ok(FAILED);
            }
        };
        let before = recorded.as_ref().filter(|recorded| **recorded != options);
        let before = before.map(|recorded| begun(recorded, &tags, &catalog)).transpose()?;
        let files = render::render_standalone(&standalone, &catalog)?;
        proof::prove(&files, &Own::new(), Utf8Path::new(""), None, &|_| Ok(Origins::new()))?;
        let record = record(&options);
        let drift = Drift::compare(&self.out, &files, &record).map_err(|error| unusable(&error))?;
        drift.check_force(&self.force).map_err(|error| unusable(&error))?;
        let result = if self.dry_run { drift.plan(&self.force) } else { drift.write(&self.force) };
        let report = match result {
            Ok(report) => report,
            Err(error) => {
                let ways =
                    Ways { command: self.again(&command), keep: OVERRIDE, blueprint: None, root: &self.out };
                let status = ways.refuse(&error, self.format.into(), out, err)?;
                let is_read = self.format == Printed::Text && matches!(error, TreeError::Refused(_));
                if recorded.is_none() && is_read {
                    writeln!(err, "help: or name an empty folder with `--out`")?;
                }
                return Ok(status);
            }
        };
        warn(&report, &folder, err)?;
        let yours = before.map(|before| outdated(&before, &files, &self.out)).unwrap_or_default();
        self.print(&report, &folder, recorded.is_none(), &yours, out)?;
        if let (Some(place), Some(path), Printed::Text) = (lacks, &self.from, self.format) {
            let app = &standalone.app;
            writeln!(
                out,
                "next: put `\"{place}\"` among `environments` of `[apps.{app}]` in `{path}`, so that its namespace is made"
            )?;
        }
        if let (true, Some(path), Printed::Text) = (lacks_role, &self.from, self.format) {
            let app = &standalone.app;
            writeln!(
                out,
                "next: set `deploy_role` of `[apps.{app}]` in `{path}`; the platform's own role deploys it there, which is not for an application"
            )?;
        }
        Ok(if self.dry_run && !drift.is_clean() { FINDINGS } else { CLEAN })
    }

    /// Returns this command, all that it was told from elsewhere among it, without what is given up.
    fn again(&self, told: &str) -> String {
        let mut command = if self.update { "plinth attach --update".to_owned() } else { told.to_owned() };
        if self.update {
            let given = self.given().into_iter().filter(|(option, _)| *option != OPTIONS[0]);
            command.extend(given.map(|(option, value)| format!(" --{option} {}", word(&value))));
            let from = self.from.iter();
            command.extend(from.map(|from| format!(" --from {}", word(from.as_str()))));
        }
        if self.out != "." {
            command.push_str(&format!(" --out {}", word(self.out.as_str())));
        }
        command
    }

    /// Returns what the command line says.
    fn given(&self) -> Options {
        self.options().into_iter().filter_map(|(option, value)| Some((option, value.clone()?))).collect()
    }

    fn options(&self) -> [(&'static str, &Option<String>); OPTIONS.len()] {
        [
            ("app", &self.app),
            ("cluster", &self.cluster),
            ("region", &self.region),
            ("account", &self.account),
            ("role", &self.role),
            ("namespace", &self.namespace),
            ("team", &self.team),
            ("service-accounts", &self.service_accounts),
            ("state-bucket", &self.state_bucket),
            ("state-region", &self.state_region),
            ("state-kms-key", &self.state_kms_key),
            ("mode", &self.mode),
            ("source", &self.source),
        ]
    }

    /// Returns what the command line says, and after it a blueprint; `None` when that is wrong, which has been said then.
    fn said(
        &self,
        recorded: Option<&Options>,
        out: &mut impl Write,
        err: &mut impl Write,
    ) -> anyhow::Result<Option<Said>> {
        let given = self.given();
        let Some(path) = &self.from else { return Ok(Some(Said { options: given, ..Said::default() })) };
        let written = Written { blueprint: path.clone(), format: self.format };
        let Some(model) = written.resolve(out, err)? else { return Ok(None) };
        let asked = |option: &str| {
            let known = given.get(option).or_else(|| recorded?.get(option));
            known.map(String::as_str).unwrap_or_default()
        };
        let (app, cluster) = (asked("app"), asked("cluster"));
        let Some(Said { options, tags, lacks, lacks_role }) = standalone::of_model(&model, app, cluster)
        else {
            let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
            let known: Vec<String> = clusters.map(|cluster| cluster.eks_name.clone()).collect();
            bail!("`{path}` has no cluster `{cluster}`\n\nhelp: {}", suggest(cluster, &known));
        };
        for (option, value) in &given {
            if let Some(other) = options.get(option).filter(|other| *other != value) {
                bail!(
                    "{} is `{value}`, and `{path}` says `{other}`\n\nhelp: leave it out: the blueprint knows it",
                    shown(option)
                );
            }
        }
        Ok(Some(Said { options: laid_over(given, &options), tags, lacks, lacks_role }))
    }

    fn print(
        &self,
        report: &Report,
        folder: &Utf8Path,
        is_first: bool,
        yours: &[(Utf8PathBuf, String)],
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        if self.format == Printed::Json {
            let json = json!({
                "created": report.created,
                "changed": report.changed,
                "removed": report.removed,
                "unchanged": report.unchanged,
                "yours": yours.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            });
            writeln!(out, "{json:#}")?;
            return Ok(());
        }
        print_report(report, folder, self.dry_run, out)?;
        for (path, difference) in yours {
            writeln!(
                out,
                "\n`{path}` is yours, and does not follow; with these options it would begin otherwise:\n{}",
                difference.trim_end()
            )?;
        }
        if is_first && !self.dry_run {
            let readme = tidy(&folder.join("README.md"));
            writeln!(out, "next: read {readme}, then run `terraform init` beside it")?;
        }
        Ok(())
    }
}

/// Renders what earlier options began; nothing where they are not right any more.
fn begun(options: &Options, tags: &[(String, String)], catalog: &Catalog) -> anyhow::Result<Vec<File>> {
    let (_, told) = told(options);
    match standalone::resolve(&told, tags, catalog) {
        Ok(standalone) => render::render_standalone(&standalone, catalog),
        Err(_) => Ok(Vec::new()),
    }
}

/// Lists the files of a person's own that would have been begun otherwise, and how.
fn outdated(before: &[File], now: &[File], folder: &Utf8Path) -> Vec<(Utf8PathBuf, String)> {
    let theirs =
        now.iter().filter(|file| file.keeping == Keeping::Theirs && folder.join(&file.path).exists());
    let differs = theirs.filter_map(|file| {
        let old = before.iter().find(|old| old.path == file.path)?;
        let from = Side { text: old.text.as_bytes(), label: "as begun" };
        let to = Side { text: file.text.as_bytes(), label: "as begun today" };
        Some((file.path.clone(), unified(&file.path, from, to)))
            .filter(|(_, difference)| !difference.is_empty())
    });
    differs.collect()
}

/// Takes what one source says, and of the other what the first leaves open.
fn laid_over(first: Options, then: &Options) -> Options {
    let mut options = then.clone();
    options.extend(first);
    options
}

/// Names an option as it is typed.
fn shown(option: &str) -> String {
    if option == OPTIONS[0] { "APP".to_owned() } else { format!("`--{option}`") }
}

/// Writes the command that says it all, and where each value stands in it: mistakes are shown there, whatever source they come from.
fn told(options: &Options) -> (String, BTreeMap<&'static str, Spanned<String>>) {
    let mut command = "plinth attach".to_owned();
    let mut told = BTreeMap::new();
    for option in OPTIONS {
        let Some(value) = options.get(option) else { continue };
        command.push(' ');
        if option != OPTIONS[0] {
            command.push_str(&format!("--{option} "));
        }
        let start = command.len();
        command.push_str(&word(value));
        told.insert(option, Spanned::new(value.clone(), Span { start, end: command.len() }));
    }
    (command, told)
}

/// Whether a manifest is an attachment's; a tree has none of its files.
pub(super) fn is_attachment(manifest: &Manifest) -> bool {
    manifest.facts.contains_key(RECORD)
}

/// Reads the record of an earlier run.
///
/// # Errors
/// Another command wrote the folder, or a newer plinth: this one would take its files away, or back.
fn recorded(manifest: &Manifest, folder: &Utf8Path) -> anyhow::Result<Options> {
    let Some(record) = manifest.facts.get(RECORD) else {
        bail!("`{folder}` holds what `plinth generate` wrote\n\nhelp: name another folder with `--out`");
    };
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    let version = |text: &str| semver::Version::parse(text).ok();
    let written_by = text("plinth").unwrap_or_default();
    if version(written_by) > version(env!("CARGO_PKG_VERSION")) {
        bail!(
            "plinth {written_by} wrote the attachment in `{folder}`\n\nhelp: install that release, or a later one"
        );
    }
    Ok(OPTIONS.into_iter().filter_map(|option| Some((option, text(option)?.to_owned()))).collect())
}

/// Writes the record: what was told, and which plinth wrote the attachment for which contract.
fn record(options: &Options) -> Map<String, Value> {
    let mut record: Map<String, Value> =
        options.iter().map(|(option, value)| ((*option).to_owned(), Value::from(value.clone()))).collect();
    record.insert("plinth".to_owned(), env!("CARGO_PKG_VERSION").into());
    record.insert("contract".to_owned(), render::standalone::contract().into());
    Map::from_iter([(RECORD.to_owned(), Value::Object(record))])
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::{Cli, Command};

    #[test]
    fn every_option_is_told() {
        let cli = Cli::try_parse_from(["plinth", "attach", "--update"]).expect("a command");
        let Command::Attach(attach) = cli.command else { panic!("it is another command") };
        assert_eq!(attach.options().map(|(option, _)| option), OPTIONS);
    }
}
