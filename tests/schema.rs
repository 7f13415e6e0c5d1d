//! The schema for editors says what plinth itself says, as far as one value can be judged without another.

mod harness;

use std::fs;
use std::path::PathBuf;

use harness::random::config;
use harness::{folders, repository};
use jsonschema::Validator;
use plinth::blueprint::include::nothing;
use plinth::blueprint::schema::schema;
use plinth::blueprint::shape::{Shape, Text, tables};
use plinth::blueprint::{Reading, read};
use plinth::diagnostic::Source;
use proptest::prelude::*;
use serde_json::Value;

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).expect("a schema of draft 7")
}

/// Every blueprint that is committed: examples, and cases right and wrong.
fn blueprints() -> Vec<PathBuf> {
    let all = fs::read_dir(repository().join("blueprints")).expect("a folder of blueprints");
    let examples = all.map(|entry| entry.expect("readable").path());
    let cases = folders("cases").into_iter().map(|case| case.join("blueprint.toml"));
    let mut found: Vec<PathBuf> = examples.chain(cases).filter(|path| path.is_file()).collect();
    found.sort();
    found
}

/// What no schema can say: TOML itself, the bits of a range behind its prefix, that a table of names has one, that there
/// is a file.
const BEYOND: [&str; 5] = ["E0101", "E0302", "E0213", "E0121", "E0128"];

#[test]
fn the_schema_refuses_what_reading_refuses_and_nothing_else() {
    let validator = validator();
    let (mut refused, mut accepted) = (0, 0);
    for path in blueprints() {
        let text = fs::read_to_string(&path).expect("readable");
        let Ok(data) = toml::from_str::<toml::Table>(&text) else { continue };
        let data = serde_json::to_value(data).expect("TOML is JSON");
        let found = read(Source { path: path.display().to_string(), text }, &nothing).diagnostics;
        let codes: Vec<&str> = found.sorted().iter().map(|found| found.problem.code()).collect();
        let is_wrong = codes.iter().any(|code| !BEYOND.contains(code));
        let says: Vec<String> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
        assert_eq!(
            !says.is_empty(),
            is_wrong,
            "{}: plinth says {codes:?}, the schema {says:?}",
            path.display()
        );
        *(if is_wrong { &mut refused } else { &mut accepted }) += 1;
    }
    assert!(refused > 30 && accepted > 50, "{refused} refused, {accepted} accepted");
}

/// The schema's objects, wherever they stand.
fn objects<'s>(schema: &'s Value, found: &mut Vec<&'s Value>) {
    match schema {
        Value::Object(entries) => {
            found.push(schema);
            entries.values().for_each(|value| objects(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        _ => {}
    }
}

#[test]
fn every_key_of_every_table_is_in_the_schema() {
    let schema = schema();
    let mut all = Vec::new();
    objects(&schema, &mut all);
    let tables = tables();
    assert!(tables.len() > 15, "{} tables", tables.len());
    for table in tables {
        let names: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
        let same = all
            .iter()
            .filter_map(|object| object["properties"].as_object())
            .filter(|properties| properties.keys().map(String::as_str).eq(names.iter().copied()));
        // Tables of other things may have the same keys, and say something else of them.
        let described: Vec<Vec<Option<&str>>> = same
            .map(|properties| names.iter().map(|name| properties[*name]["description"].as_str()).collect())
            .collect();
        let about: Vec<Option<&str>> = table.keys.iter().map(|key| Some(key.about)).collect();
        assert!(described.contains(&about), "{}: {about:?} is not among {described:?}", table.title);
    }
}

/// Every text with a rule that some key takes.
fn texts(shape: &Shape, found: &mut Vec<Text>) {
    match shape {
        Shape::Text(text)
            if text.pattern.is_some() && found.iter().all(|known| known.pattern != text.pattern) =>
        {
            found.push(text.clone());
        }
        Shape::List(inner) | Shape::Entries(inner) | Shape::Named(inner) => texts(inner, found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
        _ => {}
    }
}

#[test]
fn examples_obey_their_rules() {
    let mut found = Vec::new();
    for key in tables().iter().flat_map(|table| table.keys) {
        texts(&(key.shape)(), &mut found);
    }
    assert!(found.len() > 8, "{} texts with a rule", found.len());
    for text in found {
        let schema = serde_json::json!({ "pattern": text.pattern });
        let validator = jsonschema::draft7::new(&schema).expect("a pattern");
        if let Some(example) = text.example {
            assert!(validator.is_valid(&Value::from(example)), "{example} and {:?}", text.pattern);
        }
    }
}

const BUDGET: &str = "[[cluster.node_pools.a.disruption.budgets]]";

/// What an editor fills in is what its schema lets through.
#[test]
fn defaults_obey_the_schema() {
    let schema = schema();
    let mut all = Vec::new();
    objects(&schema, &mut all);
    let mut compared = 0;
    for object in all.iter().filter(|object| object.get("default").is_some_and(|value| !value.is_object())) {
        let validator = jsonschema::draft7::new(object).expect("a schema");
        assert!(validator.is_valid(&object["default"]), "{}", object["description"]);
        compared += 1;
    }
    assert!(compared > 30, "{compared} defaults");
}

/// A blueprint in which one value is a text, and whether plinth takes it there.
fn takes(table: &str, key: &str, text: &str) -> bool {
    let value = Value::from(text);
    let value = if key == "include" { Value::from(vec![value]) } else { value };
    let source = Source { path: "blueprint.toml".to_owned(), text: format!("{table}\n{key} = {value}\n") };
    let line = source.text.lines().count();
    let Reading { sources, diagnostics: found, .. } = read(source, &nothing);
    !found.sorted().iter().any(|found| {
        sources.place(found.at).range.is_some_and(|range| range.line == line)
            && !BEYOND.contains(&found.problem.code())
    })
}

proptest! {
    #![proptest_config(config(256))]

    /// The regular expressions are a second form of the rules in the code: both judge alike.
    #[test]
    fn patterns_judge_as_the_rules_do(
        (table, key, good) in prop_oneof![
            Just(("[project]", "name", "[a-z]{1,3}(-[a-z0-9]{1,3})?")),
            Just(("[environments.a]", "account", "[0-9]{12}")),
            Just(("[environments.a]", "deploy_role", "[a-z]{0,2}(\\{account\\}|\\{\\{|\\}\\})?[a-z]{0,2}")),
            Just(("[cluster]", "kubernetes_version", "1\\.[0-9]{1,2}")),
            Just(("[cluster.node_pools.a]", "expire_after", "([0-9]{1,2}[smh]){1,2}|Never")),
            Just((BUDGET, "schedule", "(\\*(/[0-9]{1,2})?|[0-9]{1,2}(-[0-9]{1,2})?) [0-9,-]{1,4} (\\?|[1-3]) ([a-d][ae][nrc]|1?[0-9]) ([sm][uo]n|[0-7])|@(daily|hourly)")),
            Just((BUDGET, "duration", "([0-9]{1,2}[hm]){1,2}")),
            Just(("[cluster.node_pools.a.limits]", "cpu", "[0-9]{1,2}(\\.[0-9])?m?")),
            Just(("[cluster.node_pools.a.limits]", "memory", "[0-9]{1,2}(Ki|Mi|G)?")),
            Just(("[cluster.network]", "cidr", "[0-9]{1,3}\\.[0-9]{1,3}\\.0\\.0/[0-9]{1,2}")),
            Just(("[cluster.network]", "vpc_id", "vpc-[0-9a-f]{7,8}")),
            Just(("[cluster.node_pools.a]", "ami", "(al2023|bottlerocket)(@[a-z0-9.]{0,3})?")),
            Just(("[[waive]]", "until", "20[0-9]{2}-[01][0-9]-[0-3][0-9]")),
            Just(("[[waive]]", "until", "[12][0-9]{3}-02-29")),
            Just(("[output]", "dir", "[a-z./ \\n]{0,4}")),
            Just(("format = 1", "include", "[a.*/ ]{0,6}")),
        ].prop_flat_map(|(table, key, pattern)| {
            (Just(table), Just(key), proptest::string::string_regex(pattern).expect("a pattern"))
        }),
        at in any::<usize>(),
        noise in proptest::option::of("[a-zA-Z0-9{}./ -]"),
    ) {
        let mut text = good;
        if let Some(noise) = noise {
            text.insert_str(at % (text.len() + 1), &noise);
        }
        let shape = tables().into_iter().filter_map(|known| known.get(key)).map(|key| (key.shape)());
        let mut rules = Vec::new();
        shape.for_each(|shape| texts(&shape, &mut rules));
        let rule = rules.first().expect("a text with a rule");
        let validator = jsonschema::draft7::new(&serde_json::json!({ "pattern": rule.pattern })).expect("a pattern");
        let by_schema = validator.is_valid(&Value::from(text.as_str())) && !rule.except.contains(&text.as_str());
        prop_assert_eq!(takes(table, key, &text), by_schema, "{} = {:?}", key, text);
    }
}
