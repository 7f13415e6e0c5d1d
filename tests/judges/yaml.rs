//! YAML, read as JSON.

use std::path::Path;

use serde_json::Value;

use crate::tree::read;

/// Reads the documents of a file.
pub fn documents(file: &Path) -> Vec<Value> {
    let text = read(file);
    parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Reads the documents of a text; empty ones are left out.
pub fn parse(text: &str) -> Result<Vec<Value>, String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| error.to_string())?;
    Ok(documents.into_iter().filter(|document| !document.is_null()).collect())
}
