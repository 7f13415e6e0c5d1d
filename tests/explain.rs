//! `explain` is right for every key of the committed blueprints: what it says holds is what reading makes of them, and the
//! line that it names holds the key.

mod harness;

use std::fs;

use harness::{Run, plinth, repository};
use plinth::blueprint::explain::{Answer, Question, explain};
use plinth::blueprint::include::nothing;
use plinth::blueprint::{Reading, read};
use plinth::diagnostic::Source;
use serde_json::Value;

fn reading(name: &str) -> Reading {
    let path = format!("blueprints/{name}.toml");
    let text = fs::read_to_string(repository().join(&path)).expect("readable");
    read(Source { path, text }, &nothing)
}

fn ask(reading: &Reading, path: &[String], place: Option<(&str, &str)>) -> Vec<Answer> {
    let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
    let question = Question {
        path: path.to_vec(),
        environment: place.map(|(environment, _)| environment.to_owned()),
        cluster: place.map(|(_, cluster)| cluster.to_owned()),
    };
    explain(&reading.root, blueprint, &question).unwrap_or_else(|unknown| panic!("{path:?}: {unknown:?}"))
}

/// Every value that is no table, by its path.
fn leaves(value: &Value, path: &[String], found: &mut Vec<(Vec<String>, Value)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                leaves(value, &[path, std::slice::from_ref(key)].concat(), found);
            }
        }
        value => found.push((path.to_vec(), value.clone())),
    }
}

/// A quantity is a number or a text, and the same.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        value => value.clone(),
    }
}

/// Asks for one key and compares; returns whether a line of the blueprint set it.
fn compare(reading: &Reading, path: &[String], place: Option<(&str, &str)>, expected: &Value) -> bool {
    let answers = ask(reading, path, place);
    let [answer] = answers.as_slice() else { panic!("{path:?}: {answers:?}") };
    let set = answer.set.as_ref().unwrap_or_else(|| panic!("{path:?} of {place:?} is not set"));
    assert_eq!(plain(&set.value), plain(expected), "{path:?} of {place:?}");
    let Some((at, _)) = set.at else { return false };
    let key = path.last().expect("a key");
    let range = reading.sources.place(at).range.expect("a line");
    let line = reading.sources.main().text.lines().nth(range.line - 1).expect("the line");
    let written: String = line.chars().skip(range.column - 1).take(range.end_column - range.column).collect();
    assert!(written.contains(key.as_str()), "{path:?}: `{written}` of line {}: {line}", range.line);
    true
}

#[test]
fn right_for_every_key_of_every_cluster() {
    let (mut written, mut built_in) = (0, 0);
    for name in ["azavea", "enterprise", "fleet", "minimal", "starter"] {
        let reading = reading(name);
        let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
        for environment in &blueprint.environments {
            for cluster in &environment.value.clusters {
                let mut found = Vec::new();
                leaves(
                    &serde_json::to_value(&cluster.value).expect("data"),
                    &["cluster".to_owned()],
                    &mut found,
                );
                for (path, value) in found {
                    let place = (environment.name.as_str(), cluster.name.as_str());
                    let is_written = compare(&reading, &path, Some(place), &value);
                    *(if is_written { &mut written } else { &mut built_in }) += 1;
                }
            }
        }
    }
    assert!(written > 120 && built_in > 100, "{written} written, {built_in} built in");
}

#[test]
fn right_for_every_key_of_projects_environments_and_applications() {
    let mut written = 0;
    for name in ["azavea", "enterprise", "fleet", "minimal", "starter"] {
        let reading = reading(name);
        let file = &reading.blueprint.as_ref().expect("a right blueprint").file;
        let mut found = Vec::new();
        leaves(&serde_json::to_value(file).expect("data"), &[], &mut found);
        let is_layer = |path: &[String]| {
            path[0] == "cluster" || (path[0] == "environments" && path[2].starts_with("cluster"))
        };
        for (path, value) in found.into_iter().filter(|(path, _)| !is_layer(path)) {
            // What a waiver leaves out is not written.
            written += u32::from(compare(&reading, &path, None, &value));
        }
    }
    assert!(written > 60, "{written} written");
}

#[test]
fn a_table_that_starts_anew_takes_nothing_from_below() {
    let text = "format = 1\nproject.name = \"a\"\n[cluster.node_pools.batch]\nkind = \"managed\"\ndisk_gib = 50\n\
                size = { min = 1 }\n[environments.dev]\naccount = \"111111111111\"\nregion = \"us-east-1\"\n\
                deploy_role = \"x\"\ncluster.node_pools.batch.kind = \"karpenter\"\n";
    let reading = read(Source { path: "blueprint.toml".to_owned(), text: text.to_owned() }, &nothing);
    let key = ["cluster", "node_pools", "batch", "disk_gib"].map(str::to_owned);
    let answers = ask(&reading, &key, None);
    assert_eq!(answers[0].set, None, "the pool of the other kind has none");
    assert_eq!(answers[0].over[0].value, Value::from(50), "and says what does not hold any more");
}

fn explained(arguments: &[&str]) -> Run {
    plinth(&repository(), &[&["explain"], arguments].concat())
}

#[test]
fn says_value_line_and_what_it_overrode() {
    let Run { status, stdout, stderr } = explained(&["cluster.network.nat", "blueprints/azavea.toml"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(
        stdout,
        "cluster.network.nat = \"per-zone\"\n  in    production/main\n  \
         from  blueprints/azavea.toml:70, environments.production.cluster\n  \
         over  \"single\" from blueprints/azavea.toml:23, cluster\n  over  \"single\" from built-in default\n\
         cluster.network.nat = \"single\"\n  in    staging/main\n  from  blueprints/azavea.toml:23, cluster\n  \
         over  \"single\" from built-in default\n"
    );
    let same = explained(&["environments.production.cluster.network.nat", "blueprints/azavea.toml"]).stdout;
    let narrowed =
        explained(&["cluster.network.nat", "blueprints/azavea.toml", "--environment", "production"]).stdout;
    assert_eq!(same, narrowed, "two ways to ask");
    assert!(stdout.starts_with(&same));

    let unset = explained(&["cluster.region", "blueprints/azavea.toml"]).stdout;
    assert!(
        unset.starts_with("cluster.region is not set\n  The region, in place of the environment's.\n"),
        "{unset}"
    );
    let quoted = explained(&["project.tags.\"no such tag\"", "blueprints/azavea.toml"]).stdout;
    assert_eq!(quoted, "project.tags.\"no such tag\" is not set\n");
}

#[test]
fn json_says_the_same() {
    let json = explained(&["cluster.network.nat", "blueprints/azavea.toml", "--format", "json"]).stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let answer = &json["answers"][0];
    assert_eq!(answer["key"], "cluster.network.nat");
    assert_eq!(answer["clusters"], serde_json::json!(["production/main"]));
    let set = serde_json::json!({
        "value": "per-zone", "layer": "environments.production.cluster", "file": "blueprints/azavea.toml", "line": 70,
        "is_default": false,
    });
    assert_eq!(answer["set"], set);
    assert_eq!(answer["over"][1]["is_default"], Value::Bool(true));
}

#[test]
fn unknown_words_are_met_with_the_nearest() {
    for (arguments, what, help) in [
        (&["cluster.network.nta"][..], "there is no `nta` in `cluster.network`", "did you mean `nat`?"),
        (
            &["cluster.node_pools.workr.weight"],
            "there is no `workr` in `cluster.node_pools`",
            "did you mean `worker`?",
        ),
        (&["projct.name"], "there is no `projct` in the blueprint", "did you mean `project`?"),
        (&["cluster.network.nat.x"], "there is no `x` in `cluster.network.nat`", "it has no keys"),
        (&["cluster", "--environment", "prod"], "there is no `prod` in `environments`", "choose one of"),
        (&["cluster", "--cluster", "min"], "there is no `min` in `clusters`", "write `main`"),
        (&["a..b"], "`a..b` is not a key's path", "write it as"),
        (
            &["project.name", "--environment", "staging"],
            "`project.name` is not a key that each cluster has",
            "leave",
        ),
    ] {
        let blueprint = ["blueprints/azavea.toml"];
        let arguments = [&arguments[..1], &blueprint, &arguments[1..]].concat();
        let Run { status, stdout, stderr } = explained(&arguments);
        assert_eq!((status, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.starts_with(&format!("error: {what}")), "{arguments:?}: {stderr}");
        assert!(stderr.contains(&format!("help: {help}")), "{arguments:?}: {stderr}");
    }
}

/// What a core service brings stands in no table, and can be asked for all the same.
#[test]
fn an_addon_that_a_core_service_brings_is_explained() {
    let case = repository().join("tests/cases/core-service-messaging");
    let said = |key: &str| {
        let Run { status, stdout, stderr, .. } = plinth(&case, &["explain", key, "blueprint.toml"]);
        assert_eq!(status, 0, "{stderr}");
        stdout
    };
    let nats = "cluster.addons.nats = {}\n  in    staging/main\n  from  blueprint.toml:20, core service `messaging`\n";
    assert_eq!(said("cluster.addons.nats"), nats);
    assert!(said("cluster.addons").ends_with(nats));
    assert!(plinth(&case, &["explain", "cluster.addons.nets", "blueprint.toml"]).status != 0);
}
