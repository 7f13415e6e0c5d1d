//! `plinth show`: what a blueprint comes to.

use std::io::Write;

use anyhow::bail;
use clap::Args;
use serde_json::Value;

use super::{CLEAN, FAILED, Printed, Written};
use crate::problem::suggest;

/// Which part of a model is shown.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) written: Written,
    /// Only this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only clusters of this name
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
}

impl Show {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let Some(mut model) = self.written.resolve(out, err)? else {
            return Ok(FAILED);
        };
        if let Some(name) = &self.environment {
            let known: Vec<String> = model.environments.iter().map(|known| known.name.clone()).collect();
            model.environments.retain(|environment| environment.name == *name);
            if model.environments.is_empty() {
                bail!("there is no environment `{name}`\n\nhelp: {}", suggest(name, &known));
            }
        }
        if let Some(name) = &self.cluster {
            let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
            let mut known: Vec<String> = clusters.map(|known| known.name.clone()).collect();
            known.sort();
            known.dedup();
            for environment in &mut model.environments {
                environment.clusters.retain(|cluster| cluster.name == *name);
            }
            if !known.contains(name) {
                bail!("there is no cluster `{name}`\n\nhelp: {}", suggest(name, &known));
            }
            model.environments.retain(|environment| !environment.clusters.is_empty());
        }
        for app in &mut model.apps {
            app.attachments.retain(|attachment| {
                let mut clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
                clusters
                    .any(|own| own.environment == attachment.environment && own.name == attachment.cluster)
            });
        }
        model.apps.retain(|app| !app.attachments.is_empty());
        let data = serde_json::to_value(&model)?;
        match self.written.format {
            Printed::Json => writeln!(out, "{data:#}")?,
            Printed::Text => write!(out, "{}", text(&data, 0))?,
        }
        Ok(CLEAN)
    }
}

/// Writes data for people: a line for each value, an indented part for each table, nothing for what is empty.
fn text(data: &Value, depth: usize) -> String {
    let Value::Object(entries) = data else { return String::new() };
    let indent = "  ".repeat(depth);
    let lines: Vec<(&String, String)> =
        entries.iter().filter_map(|(key, value)| Some((key, line(value)?))).collect();
    let width = lines.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
    let mut said = String::new();
    for (key, line) in lines {
        said.push_str(&format!("{indent}{key:width$}  {line}\n"));
    }
    for (key, value) in entries.iter().filter(|(_, value)| line(value).is_none()) {
        let body = match value {
            Value::Array(items) => items.iter().map(|item| part(item, depth + 1)).collect(),
            value => text(value, depth + 1),
        };
        if !body.is_empty() {
            said.push_str(&format!("{indent}{key}\n{body}"));
        }
    }
    said
}

/// Writes one entry of a list under its name, or under a dash.
fn part(item: &Value, depth: usize) -> String {
    let mut item = item.clone();
    let name = ["name", "app", "key", "namespace", "folder"].iter().find_map(|key| {
        let name = item.get(key)?.as_str()?.to_owned();
        item.as_object_mut()?.shift_remove(*key);
        Some(name)
    });
    format!("{}{}\n{}", "  ".repeat(depth), name.unwrap_or_else(|| "-".to_owned()), text(&item, depth + 1))
}

/// Writes a value that stands on one line; none for a table, or a list of them.
fn line(value: &Value) -> Option<String> {
    match value {
        Value::Object(_) | Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(line).collect();
            items.map(|items| items.join(", "))
        }
        scalar => Some(scalar.to_string()),
    }
}
