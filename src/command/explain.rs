//! `plinth explain`: where a value comes from.

use std::io::Write;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::{CLEAN, FAILED, Printed, Written};
use crate::blueprint::Reading;
use crate::blueprint::explain::{self, Answer, Question, Setting, Unknown, Voice, dotted, explain};
use crate::catalog::Catalog;
use crate::diagnostic::Sources;
use crate::model::beneath::beneath;
use crate::problem::suggest;

/// What is asked of a blueprint.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A key or a table by its path: `cluster.network.nat`, `apps.hello`
    key: String,
    #[command(flatten)]
    pub(super) written: Written,
    /// Only clusters of this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only clusters of this name
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let Some(path) = explain::path(&self.key) else {
            bail!("`{}` is not a key's path\n\nhelp: write it as `cluster.network.nat`", self.key);
        };
        let is_of_clusters = path[0] == "cluster";
        let question =
            Question { path, environment: self.environment.clone(), cluster: self.cluster.clone() };
        if !is_of_clusters && (question.environment.is_some() || question.cluster.is_some()) {
            bail!(
                "`{}` is not a key that each cluster has\n\nhelp: leave `--environment` and `--cluster` out, or write \
                 `cluster.…`",
                self.key
            );
        }
        let Some(Reading { sources, root, blueprint: Some(blueprint), .. }) = self.written.read(out, err)?
        else {
            return Ok(FAILED);
        };
        let beneath = beneath(&blueprint, &Catalog::load());
        let answers = match explain(&root, &blueprint, &beneath, &question) {
            Ok(answers) => answers,
            Err(Unknown { word, within, known }) => {
                let place =
                    if within.is_empty() { "the blueprint".to_owned() } else { format!("`{within}`") };
                let help =
                    if known.is_empty() { "it has no keys".to_owned() } else { suggest(&word, &known) };
                bail!("there is no `{word}` in {place}\n\nhelp: {help}");
            }
        };
        match self.written.format {
            Printed::Json => {
                let answers: Vec<Value> = answers.iter().map(|answer| data(answer, &sources)).collect();
                writeln!(out, "{:#}", json!({ "answers": answers }))?;
            }
            Printed::Text => {
                let mut said: Option<&Answer> = None;
                for answer in &answers {
                    // Clusters that differ share the key, and its meaning.
                    let is_new = said.is_none_or(|said| said.path != answer.path);
                    write!(out, "{}", text(answer, is_new, &sources))?;
                    said = Some(answer);
                }
            }
        }
        Ok(CLEAN)
    }
}

fn text(answer: &Answer, is_new: bool, sources: &Sources) -> String {
    let Answer { path, about, clusters, set, over } = answer;
    let mut said = dotted(path);
    match set {
        Some(setting) => said.push_str(&format!(" = {}\n", value(&setting.value))),
        None => said.push_str(" is not set\n"),
    }
    if let Some(about) = about.filter(|_| is_new) {
        said.push_str(&format!("  {about}\n"));
    }
    if !clusters.is_empty() {
        said.push_str(&format!("  in    {}\n", clusters.join(", ")));
    }
    let from = |setting: &Setting| match &setting.by {
        Voice::Line { at, layer } if layer.is_empty() => sources.place(*at).to_string(),
        Voice::Line { at, layer } => format!("{}, {layer}", sources.place(*at)),
        Voice::Catalog => "the catalog".to_owned(),
        Voice::BuiltIn => "built-in default".to_owned(),
    };
    if let Some(setting) = set {
        said.push_str(&format!("  from  {}\n", from(setting)));
    }
    for setting in over {
        said.push_str(&format!("  over  {} from {}\n", value(&setting.value), from(setting)));
    }
    said
}

/// Writes a value as TOML does, on one line.
fn value(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, item)| format!("{} = {}", dotted(std::slice::from_ref(key)), self::value(item)))
                .collect();
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        // A text of JSON is one of TOML.
        scalar => scalar.to_string(),
    }
}

fn data(answer: &Answer, sources: &Sources) -> Value {
    let one = |setting: &Setting| {
        let (place, layer) = match &setting.by {
            Voice::Line { at, layer } => (Some(sources.place(*at)), layer.as_str()),
            Voice::Catalog => (None, "catalog"),
            Voice::BuiltIn => (None, ""),
        };
        json!({
            "value": setting.value,
            "layer": (!layer.is_empty()).then_some(layer),
            "file": place.as_ref().map(|place| place.file),
            "line": place.and_then(|place| place.range).map(|range| range.line),
            "is_default": setting.by == Voice::BuiltIn,
        })
    };
    json!({
        "key": dotted(&answer.path),
        "about": answer.about,
        "clusters": answer.clusters,
        "set": answer.set.as_ref().map(one),
        "over": answer.over.iter().map(one).collect::<Vec<_>>(),
    })
}
