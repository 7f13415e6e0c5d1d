//! The blueprint's JSON Schema, for editors.
//!
//! Draft 7: what Taplo and VS Code's "Even Better TOML" check by without being told (their validator is built with its
//! default drafts, taplo-common, read 2026-11), and Tombi reads it, too. In that draft nothing counts beside a `$ref`, so
//! only what stands in several places is one, and it stands in an `allOf`.
//!
//! To JSON `3.0` is the integer 3 (json-schema.org, "Numeric types", read 2026-11): that TOML tells them apart, only
//! plinth itself says.

use serde_json::{Map, Value, json};

use super::keys::{Cluster, File};
use super::read::{Key, Read};
use super::shape::{Shape, Table, Text};

/// Makes the schema.
pub fn schema() -> Value {
    let mut file = of(&File::shape());
    let required = file.shift_remove("required");
    let mut schema = Map::new();
    let mut set = |key: &str, value: Value| schema.insert(key.to_owned(), value);
    set("$schema", json!("http://json-schema.org/draft-07/schema#"));
    set("title", json!("plinth blueprint"));
    for (key, value) in file {
        set(&key, value);
    }
    set("description", json!("The shared EKS clusters of an organisation, for `plinth generate`."));
    // What a blueprint includes holds the rest.
    set("required", json!(["format"]));
    set("if", json!({ "not": { "required": ["include"] } }));
    set("then", json!({ "required": required }));
    set("definitions", json!({ "cluster": of(&Cluster::shape()) }));
    Value::Object(schema)
}

/// The schema of one shape, without a description.
fn of(shape: &Shape) -> Map<String, Value> {
    let schema = match shape {
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Number { from, to: i64::MAX } => json!({ "type": "integer", "minimum": from }),
        Shape::Number { from, to } => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Shape::OneOf(numbers) => json!({ "type": "integer", "enum": numbers }),
        Shape::Text(text) => return text_schema(text),
        Shape::Words(words) => {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let meanings: Vec<&str> = words.iter().map(|(_, about)| about.trim()).collect();
            json!({ "type": "string", "enum": allowed, "x-taplo": { "docs": { "enumValues": meanings } } })
        }
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::Table(table) => return table_schema(table),
        Shape::Fields(keys) => {
            let properties: Map<String, Value> =
                keys.iter().map(|(key, shape)| ((*key).to_owned(), Value::Object(of(shape)))).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Shape::Layer => json!({ "allOf": [{ "$ref": "#/definitions/cluster" }] }),
        Shape::Named(value) => {
            let names = of(&super::scalar::Name::shape());
            json!({ "type": "object", "propertyNames": names, "additionalProperties": of(value) })
        }
        Shape::Entries(value) => json!({ "type": "object", "additionalProperties": of(value) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of).collect::<Vec<_>>() }),
        Shape::Data => json!({ "type": "object" }),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

fn text_schema(text: &Text) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("string"));
    schema.extend(text.pattern.as_ref().map(|pattern| ("pattern".to_owned(), json!(pattern))));
    if !text.except.is_empty() {
        schema.insert("not".to_owned(), json!({ "enum": text.except }));
    }
    schema.extend(text.example.map(|example| ("examples".to_owned(), json!([example]))));
    schema
}

fn table_schema(table: &Table) -> Map<String, Value> {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), Value::Object(key_schema(key)))).collect();
    let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("description".to_owned(), json!(table.title));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn key_schema(key: &Key) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!(key.about));
    let mut shape = of(&(key.shape)());
    shape.shift_remove("description");
    schema.append(&mut shape);
    // Editors fill it in: the commonest, where it depends on something else.
    schema.extend(key.defaults().into_iter().next().map(|(default, _)| ("default".to_owned(), default)));
    schema
}
