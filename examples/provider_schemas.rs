//! Turns what Terraform prints of providers and functions into the lines of `schemas/*.txt`.
//!
//! ```sh
//! terraform providers schema -json > schemas.json
//! cargo run --example provider_schemas -- schemas.json [FACTS.json…] > schemas/aws.txt
//! cargo run --example provider_schemas -- --names schemas.json… > schemas/names.txt
//! terraform metadata functions -json > functions.json
//! cargo run --example provider_schemas -- functions.json > schemas/functions.txt
//! ```
//!
//! Descriptions and versions are left out: the check needs names, types, and who sets what. More files may add what
//! providers check beyond their schemas, by type and path of keys:
//! `{"resources": {"aws_eks_cluster": {"kubernetes_network_config.ip_family": {"val": [{"k": "in", "v": ["ipv4", "ipv6"]}]}}}}`.
//! `schemas/aws.facts.json` has some. With `--names`, whole providers become lists of what they have, since `schemas/aws.txt` and
//! `schemas/kubernetes.txt` need not have all of it.

use std::io::Write;

use anyhow::Context;
use serde_json::{Map, Value, json};

fn main() -> anyhow::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_names = arguments.first().is_some_and(|first| first == "--names");
    let rest = arguments.split_off(usize::from(is_names));
    let files = rest.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<Value>>>()?;
    let (first, others) = files.split_first().context("name the file that Terraform printed")?;
    let mut lines = match first.get("function_signatures") {
        Some(signatures) => functions(signatures),
        None if is_names => files.iter().flat_map(names).collect(),
        None => schemas(first, others)?,
    };
    lines.sort();
    Ok(std::io::stdout().write_all(lines.concat().as_bytes())?)
}

/// The kinds of things that providers have: as their blocks are called, and as the file and the facts call them.
const KINDS: [(&str, &str, &str); 3] = [
    ("data", "data_source_schemas", "data"),
    ("ephemeral", "ephemeral_resource_schemas", "ephemeral"),
    ("resource", "resource_schemas", "resources"),
];

fn schemas(printed: &Value, facts: &[Value]) -> anyhow::Result<Vec<String>> {
    let providers = printed["provider_schemas"].as_object().context("no `provider_schemas` in the file")?;
    let mut lines = Vec::new();
    for (address, provider) in providers {
        let name = address.rsplit('/').next().unwrap_or_default();
        lines.push(format!("provider {name} {}\n", block(&provider["provider"]["block"], &Value::Null, "")));
        for (kind, key, of) in KINDS.into_iter().filter(|(kind, ..)| *kind != "ephemeral") {
            for (name, schema) in provider[key].as_object().into_iter().flatten() {
                let mut known = Map::new();
                for more in facts.iter().filter_map(|facts| facts[of][name].as_object()) {
                    known.extend(more.clone());
                }
                let block = block(&schema["block"], &Value::Object(known), "");
                lines.push(format!("{kind} {name} {block}\n"));
            }
        }
    }
    Ok(lines)
}

/// Lists what each provider has, without its own name in front.
fn names(printed: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (address, provider) in printed["provider_schemas"].as_object().into_iter().flatten() {
        let own = address.rsplit('/').next().unwrap_or_default();
        for (kind, key, _) in KINDS {
            let names = provider[key].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            let mut names: Vec<&str> =
                names.filter_map(|name| name.strip_prefix(own)?.strip_prefix('_')).collect();
            names.sort_unstable();
            lines.push(format!("names {kind}.{own} {} \n", names.join(" ")));
        }
    }
    lines
}

/// Leaves out what functions are for, and the second name that each has: `core::upper`.
fn functions(signatures: &Value) -> Vec<String> {
    let kind = |parameter: &Value| {
        let mut out = json!({ "type": parameter["type"] });
        if parameter["is_nullable"] == true {
            out["nullable"] = Value::Bool(true);
        }
        out
    };
    let signatures = signatures.as_object().into_iter().flatten();
    let line = |(name, signature): (&String, &Value)| {
        let takes: Vec<Value> = signature["parameters"].as_array().into_iter().flatten().map(kind).collect();
        let mut out = json!({ "returns": signature["return_type"], "takes": takes });
        if let Some(more) = signature.get("variadic_parameter") {
            out["more"] = kind(more);
        }
        format!("function {name} {out}\n")
    };
    signatures.filter(|(name, _)| !name.contains("::")).map(line).collect()
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
    // What has attributes of its own takes no blocks; a list of objects takes them.
    if schema.get("nested_type").is_some() {
        out["nested"] = Value::Bool(true);
    }
    for check in facts["val"].as_array().into_iter().flatten() {
        match check["k"].as_str() {
            Some("in") if out["one_of"].is_null() => out["one_of"] = check["v"].clone(),
            Some("int") => {
                for bound in ["min", "max"].into_iter().filter(|bound| check[*bound].is_number()) {
                    out[bound] = check[bound].clone();
                }
            }
            _ => {}
        }
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
