//! What `hcl::value` writes, the engines read back: whatever the text.
//!
//! One root module holds a whole batch of strings, so that one start of an engine judges many.

use std::path::Path;

use plinth::hcl::value::Value;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use crate::engine::Engine;
use crate::nasty::{self, KNOWN, nfc};
use crate::random::config;
use crate::tree::write;

const BATCHES: u32 = 24;
const STRINGS: usize = 150;

#[test]
fn terraform_reads_back_what_was_quoted() {
    reads_back("terraform");
}

#[test]
fn tofu_reads_back_what_was_quoted() {
    reads_back("tofu");
}

fn reads_back(engine: &'static str) {
    let Some(engine) = Engine::plain(engine, "strings quoted by plinth, read back") else { return };
    judge(&engine, &KNOWN.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        .expect("known text comes back");
    let batches = prop::collection::vec(nasty::text(), STRINGS);
    let result = TestRunner::new(config(BATCHES)).run(&batches, |texts| judge(&engine, &texts));
    result.unwrap_or_else(|failure| panic!("{}: {failure}", engine.name));
}

/// Puts each text where text can stand: a value, a key, an item of a list, both inside a call.
fn judge(engine: &Engine, texts: &[String]) -> Result<(), TestCaseError> {
    let entry = |text: &String| {
        let own = Value::String(text.clone());
        let list = Value::List(vec![own.clone(), Value::from("between"), own.clone()]);
        Value::Object(vec![(text.clone(), own), ("list of three".to_owned(), list)])
    };
    let written = Value::List(texts.iter().map(entry).collect()).to_string();
    let expected: Vec<Json> = texts
        .iter()
        .map(|text| json!({ nfc(text): nfc(text), "list of three": [nfc(text), "between", nfc(text)] }))
        .collect();
    let read = evaluate(engine, &written).map_err(TestCaseError::fail)?;
    let read = read.as_array().ok_or_else(|| TestCaseError::fail("not a list"))?;
    prop_assert_eq!(read.len(), expected.len());
    for ((text, read), expected) in texts.iter().zip(read).zip(&expected) {
        prop_assert_eq!(read, expected, "{:?} does not come back", text);
    }
    Ok(())
}

/// Lets an engine evaluate an expression and returns what it reads.
///
/// # Errors
/// What the engine printed, when it refuses.
pub fn evaluate(engine: &Engine, expression: &str) -> Result<Json, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Not through jsonencode: it writes a carriage return before an accent as `\r` and the accent, and the engines make
    // one letter of `r` and accent then.
    let root = format!("locals {{\n  it = {expression}\n}}\n\noutput \"it\" {{\n  value = local.it\n}}\n");
    write(&folder.path().join("main.tf"), &root);
    run(engine, folder.path(), &["apply", "-auto-approve", "-input=false", "-no-color"])
        .map_err(|said| format!("{said}\n{root}"))?;
    let printed = run(engine, folder.path(), &["output", "-json"])?;
    let outputs: Json = serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))?;
    Ok(outputs["it"]["value"].clone())
}

fn run(engine: &Engine, folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let run = engine.run(folder, None, arguments);
    if run.status == 0 { Ok(run.stdout) } else { Err(run.output) }
}
