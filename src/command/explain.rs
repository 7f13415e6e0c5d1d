//! `plinth explain`: where a value comes from.

use std::io::Write;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::{CLEAN, FAILED, Printed, Written};
use crate::blueprint::Reading;
use crate::blueprint::explain::{Answer, Question, Setting, Unknown, explain};
use crate::diagnostic::{Place, Sources};
use crate::problem::suggest;

/// What is asked of a blueprint.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A key or a table by its path: `cluster.network.nat`, `apps.hello`
    key: String,
    #[command(flatten)]
    written: Written,
    /// Only clusters of this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only clusters of this name
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let Ok(path) = toml_edit::Key::parse(&self.key) else {
            bail!("`{}` is not a key's path\n\nhelp: write it as `cluster.network.nat`", self.key);
        };
        let path: Vec<String> = path.iter().map(|key| key.get().to_owned()).collect();
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
        let answers = match explain(&root, &blueprint, &question) {
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
                for answer in &answers {
                    write!(out, "{}", text(answer, &sources))?;
                }
            }
        }
        Ok(CLEAN)
    }
}

/// Writes a path as TOML does.
fn dotted(path: &[String]) -> String {
    path.iter().map(|key| toml_edit::Key::new(key).display_repr().into_owned()).collect::<Vec<_>>().join(".")
}

fn text(answer: &Answer, sources: &Sources) -> String {
    let Answer { path, about, clusters, set, over } = answer;
    let mut said = dotted(path);
    match set {
        Some(setting) => said.push_str(&format!(" = {}\n", value(&setting.value))),
        None => said.push_str(" is not set\n"),
    }
    if let Some(about) = about.filter(|_| set.is_none()) {
        said.push_str(&format!("  {about}\n"));
    }
    if !clusters.is_empty() {
        said.push_str(&format!("  in    {}\n", clusters.join(", ")));
    }
    let from = |setting: &Setting| match &setting.at {
        Some((at, layer)) if layer.is_empty() => sources.place(*at).to_string(),
        Some((at, layer)) => format!("{}, {layer}", sources.place(*at)),
        None => "built-in default".to_owned(),
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
        let place = setting.at.as_ref().map(|(at, _)| sources.place(*at));
        let Place { file, range } = place.unwrap_or(Place { file: "", range: None });
        json!({
            "value": setting.value,
            "layer": setting.at.as_ref().map(|(_, layer)| layer).filter(|layer| !layer.is_empty()),
            "file": (!file.is_empty()).then_some(file),
            "line": range.map(|range| range.line),
            "is_default": setting.at.is_none(),
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
