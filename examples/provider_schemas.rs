//! Turns what `terraform providers schema -json` prints into the lines of `schemas/*.txt`.
//!
//! ```sh
//! terraform providers schema -json > schemas.json
//! cargo run --example provider_schemas -- schemas.json [FACTS.json] > schemas/aws.txt
//! ```
//!
//! Descriptions and versions are left out: the check needs names, types, and who sets what. A second file may add what
//! providers check beyond their schemas, by type and path of keys:
//! `{"resources": {"aws_eks_cluster": {"kubernetes_network_config.ip_family": {"val": [{"k": "in", "v": ["ipv4", "ipv6"]}]}}}}`.

use std::io::Write;

use anyhow::Context;
use serde_json::{Map, Value, json};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().context("name the file that `terraform providers schema -json` wrote")?;
    let schemas = read(&path)?;
    let facts = arguments.next().map_or(Ok(Value::Null), |path| read(&path))?;
    let providers = schemas["provider_schemas"].as_object().context("no `provider_schemas` in the file")?;
    let mut lines: Vec<String> = Vec::new();
    for (address, provider) in providers {
        let name = address.rsplit('/').next().unwrap_or_default();
        lines.push(format!("provider {name} {}\n", block(&provider["provider"]["block"], &Value::Null, "")));
        for (kind, key, of) in
            [("data", "data_source_schemas", "data"), ("resource", "resource_schemas", "resources")]
        {
            for (name, schema) in provider[key].as_object().into_iter().flatten() {
                let block = block(&schema["block"], &facts[of][name], "");
                lines.push(format!("{kind} {name} {block}\n"));
            }
        }
    }
    lines.sort();
    Ok(std::io::stdout().write_all(lines.concat().as_bytes())?)
}

fn read(path: &str) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| format!("{path} is not JSON"))
}

fn block(schema: &Value, facts: &Value, within: &str) -> Value {
    let attributes = schema["attributes"].as_object().into_iter().flatten();
    let attributes: Map<String, Value> = attributes
        .map(|(name, facts_of)| (name.clone(), attribute(facts_of, &facts[format!("{within}{name}")])))
        .collect();
    let blocks = schema["block_types"].as_object().into_iter().flatten();
    let blocks: Map<String, Value> = blocks
        .map(|(name, nested)| {
            let inner = block(&nested["block"], facts, &format!("{within}{name}."));
            let mut out = json!({ "nesting": nested["nesting_mode"], "block": inner });
            for (key, from) in [("min", "min_items"), ("max", "max_items")] {
                if nested[from].as_u64().is_some_and(|items| items > 0) {
                    out[key] = nested[from].clone();
                }
            }
            (name.clone(), out)
        })
        .collect();
    let mut out = Map::new();
    for (key, entries) in [("attributes", attributes), ("blocks", blocks)] {
        if !entries.is_empty() {
            out.insert(key.to_owned(), Value::Object(entries));
        }
    }
    Value::Object(out)
}

fn attribute(schema: &Value, facts: &Value) -> Value {
    let mut out =
        json!({ "type": schema.get("type").cloned().unwrap_or_else(|| nested(&schema["nested_type"])) });
    for key in ["required", "optional", "computed"] {
        if schema[key] == true {
            out[key] = Value::Bool(true);
        }
    }
    let checks = facts["val"].as_array().into_iter().flatten();
    if let Some(values) = checks.filter(|check| check["k"] == "in").map(|check| check["v"].clone()).next() {
        out["one_of"] = values;
    }
    out
}

/// Writes the type of an attribute with attributes of its own as other types are written; what may be left out is listed, as
/// in a type that is an `object` with optional keys.
fn nested(schema: &Value) -> Value {
    let attributes = schema["attributes"].as_object().into_iter().flatten();
    let (mut keys, mut optional) = (Map::new(), Vec::new());
    for (name, facts) in attributes {
        keys.insert(name.clone(), attribute(facts, &Value::Null)["type"].clone());
        if facts["required"] != true {
            optional.push(Value::String(name.clone()));
        }
    }
    let object = json!(["object", keys, optional]);
    match schema["nesting_mode"].as_str() {
        Some("single") | None => object,
        Some(mode) => json!([mode, object]),
    }
}
