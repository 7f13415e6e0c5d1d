//! Free text of a blueprint, thrown in at every key that takes it, comes out of the generated files unchanged.
//!
//! Each text carries a mark, by which its literals are found again; what our parser reads must be the text to the byte,
//! what an engine reads must be its NFC.

use std::collections::{BTreeMap, BTreeSet};

use plinth::blueprint::Reading;
use plinth::blueprint::include::nothing;
use plinth::catalog::Catalog;
use plinth::diagnostic::{Diagnostics, Source};
use plinth::file::File;
use plinth::render::template::Own;
use plinth::{blueprint, model, render};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use toml::{Table, Value};

use crate::engine::Engine;
use crate::escaping::evaluate;
use crate::literal::{Literal, literals};
use crate::nasty::{self, KNOWN, nfc};
use crate::random::config;

/// A blueprint with a place for every key below.
const BASE: &str = r#"
format = 1

[project]
name = "acme"

[delivery]
account = "555555555555"

[cluster]
kubernetes_version = "1.36"
endpoint.public_cidrs = ["203.0.113.0/24"]
admins = ["arn:aws:iam::{account}:role/admin"]

[cluster.node_pools.core]
kind = "managed"
instance_types = ["t3.large"]
size = { min = 2, max = 4 }

[cluster.node_pools.spare]
kind = "managed"
instance_types = ["t3.large"]
size = { min = 0, max = 4 }

[cluster.node_pools.worker]
kind = "karpenter"

[cluster.addons.karpenter]
[cluster.addons.vpc-cni]
[cluster.addons.metrics-server]

[environments.one]
account = "111111111111"
region = "us-east-1"
deploy_role = "arn:aws:iam::111111111111:role/terraform"
cluster.network.cidr = "10.1.0.0/16"

[environments.two]
account = "222222222222"
region = "us-east-1"
deploy_role = "arn:aws:iam::222222222222:role/terraform"
cluster.network.cidr = "10.2.0.0/16"

[apps.app]
team = "team"
environments = ["one", "two"]

[[waive]]
id = "CKV_AWS_18"
scope = "aws_s3_bucket.state"
reason = "plain"
"#;

/// Every key that takes free text, with a file in which that text must stand. `*` is the text itself, as a key.
const PLACES: &[(&str, &str)] = &[
    ("cluster.addons.vpc-cni.values.plain", "modules/cluster/addon_vpc_cni.tf"),
    ("cluster.addons.vpc-cni.values.*", "modules/cluster/addon_vpc_cni.tf"),
    ("cluster.addons.metrics-server.values.deep.list[]", "modules/services/addon_metrics_server.tf"),
    ("cluster.addons.metrics-server.values.deep.*", "modules/services/addon_metrics_server.tf"),
    ("environments.two.cluster.addons.vpc-cni.values.own.*", "environments/two/main/cluster/main.tf"),
    ("environments.two.cluster.addons.metrics-server.values.own", "environments/two/main/services/main.tf"),
];

/// Keys with rules, each with a value that obeys.
const RULED: &[(&str, &str)] = &[
    ("project.name", "acme"),
    ("project.owner", "operations"),
    ("project.repository", "https://git.example.com/acme"),
    ("project.tags.Plain", "plain"),
    ("state.bucket", "{project}-{environment}-{account}-terraform-state"),
    ("terraform.engine", "terraform"),
    ("cluster.kubernetes_version", "1.36"),
    ("cluster.admins[]", "arn:aws:iam::{account}:role/admin"),
    ("cluster.readers[]", "arn:aws:iam::{account}:role/reader"),
    ("delivery.account", "555555555555"),
    ("delivery.deploy_role", "arn:aws:iam::{account}:role/deploy"),
    ("cluster.node_pools.core.instance_types[]", "t3.large"),
    ("cluster.node_pools.core.labels.plain", "plain"),
    ("cluster.node_pools.spare.ami", "al2023@1.36.1-20260714"),
    ("cluster.node_pools.spare.kubelet.kube_reserved.memory", "500Mi"),
    ("cluster.node_pools.spare.taints[].key", "example.com/plain"),
    ("cluster.node_pools.spare.taints[].value", "plain"),
    ("cluster.node_pools.worker.ami", "bottlerocket@v1.64.0"),
    ("cluster.node_pools.worker.disk_kms_key", "arn:aws:kms:us-east-1:{account}:key/1234abcd"),
    ("cluster.node_pools.worker.disruption.consolidate_after", "5m"),
    ("cluster.node_pools.worker.expire_after", "168h"),
    ("cluster.node_pools.worker.labels.plain", "plain"),
    ("cluster.node_pools.worker.limits.memory", "64Gi"),
    ("cluster.node_pools.worker.taints[].value", "plain"),
    ("cluster.addons.karpenter.version", "1.14.0"),
    ("environments.one.account", "111111111111"),
    ("environments.one.region", "us-east-1"),
    ("environments.one.deploy_role", "arn:aws:iam::111111111111:role/terraform"),
    ("environments.one.plan_role", "arn:aws:iam::111111111111:role/terraform-plan"),
    ("environments.one.cluster.network.cidr", "10.1.0.0/16"),
    ("environments.one.cluster.node_pools.core.labels.own", "own"),
    ("environments.one.cluster.name", "acme-one-main"),
    ("apps.app.team", "team"),
    ("apps.app.namespace", "app"),
    ("apps.app.environments[]", "one"),
    ("apps.app.admins[]", "arn:aws:iam::{account}:role/app"),
    ("apps.app.readers[]", "arn:aws:iam::{account}:role/app-reader"),
    ("apps.app.deploy_role", "arn:aws:iam::{account}:role/app"),
    ("apps.app.quota.memory", "64Gi"),
];

#[test]
fn our_parser_reads_back_every_key() {
    let mut runner = TestRunner::new(config(32));
    let result = runner.run(&batch(), |texts| {
        for (place, literal, text) in found(&texts).map_err(TestCaseError::fail)? {
            prop_assert_eq!(literal.value, text, "{}", place);
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn terraform_reads_back_every_key() {
    engine_reads_back("terraform");
}

#[test]
fn tofu_reads_back_every_key() {
    engine_reads_back("tofu");
}

fn engine_reads_back(engine: &'static str) {
    let Some(engine) = Engine::plain(engine, "strings of a blueprint, read back from the generated files")
    else {
        return;
    };
    let result = TestRunner::new(config(8)).run(&batch(), |texts| {
        let found = found(&texts).map_err(TestCaseError::fail)?;
        let items: Vec<&str> = found.iter().map(|(_, literal, _)| literal.written.as_str()).collect();
        let list = format!("[\n{},\n]", items.join(",\n"));
        let read = evaluate(&engine, &list).map_err(TestCaseError::fail)?;
        for ((place, _, text), read) in found.iter().zip(read.as_array().into_iter().flatten()) {
            let text = nfc(text);
            prop_assert_eq!(read.as_str(), Some(text.as_str()), "{}", place);
        }
        prop_assert_eq!(read.as_array().map(Vec::len), Some(found.len()));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{}: {failure}", engine.name));
}

/// A key with rules refuses text that breaks them; where it takes it, no file gets other blocks by it.
#[test]
fn keys_with_rules_refuse_or_quote() {
    let shapes = |table: &Table| -> Result<BTreeMap<String, Vec<String>>, String> {
        let (files, _) = generate(table, "acme.toml")?;
        let hcl = files.iter().filter(|file| is_hcl(file));
        hcl.map(|file| Ok((file.path.to_string(), shape(&file.text)?))).collect()
    };
    let text = prop_oneof![3 => nasty::text(), 1 => prop::sample::select(KNOWN).prop_map(str::to_owned)];
    let spoiled = (prop::sample::select(RULED), text, any::<bool>());
    let result = TestRunner::new(config(100)).run(&spoiled, |((key, value), text, is_behind)| {
        let text = if is_behind { format!("{value}{text}") } else { format!("{text}{value}") };
        let mut table = blueprint(&[]);
        put(&mut table, key, value);
        let usual = shapes(&table).map_err(TestCaseError::fail)?;
        put(&mut table, key, &text);
        match shapes(&table) {
            Ok(spoiled) => prop_assert_eq!(spoiled, usual, "{} = {:?}", key, text),
            Err(refusal) => prop_assert!(refusal.contains("error[E"), "{} = {:?}: {}", key, text, refusal),
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The kinds and labels of a file's blocks, outer ones first.
fn shape(text: &str) -> Result<Vec<String>, String> {
    fn blocks(body: &hcl_edit::structure::Body, shape: &mut Vec<String>) {
        for block in body.blocks() {
            let labels: Vec<&str> =
                block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
            shape.push(format!("{} {}", block.ident.as_str(), labels.join(".")));
            blocks(&block.body, shape);
        }
    }
    let body: hcl_edit::structure::Body = text.parse().map_err(|error| format!("{error}\n{text}"))?;
    let mut shape = Vec::new();
    blocks(&body, &mut shape);
    Ok(shape)
}

fn is_hcl(file: &File) -> bool {
    matches!(file.path.extension(), Some("tf" | "tofu"))
}

/// A reason that breaks out of its comment, or the blueprint's file name that does, would change more than a comment.
#[test]
fn comments_end_with_their_line() {
    let mut runner = TestRunner::new(config(32));
    let file_name = prop_oneof![3 => nasty::text(), 1 => "-{0,4}>"];
    let plain = blueprint(&[]);
    let (usual, _) = generate(&plain, "acme.toml").expect("the blueprint is right");
    let result = runner.run(&(nasty::text(), file_name), |(reason, name)| {
        let mut waived = plain.clone();
        // An empty one is refused.
        waived["waive"][0]["reason"] = Value::String(format!("{reason}k"));
        let (files, _) = generate(&waived, &name).map_err(TestCaseError::fail)?;
        for (file, usual) in files.iter().zip(&usual) {
            prop_assert_eq!(&file.path, &usual.path);
            if is_hcl(file) {
                prop_assert_eq!(without_comments(file), without_comments(usual), "{}", file.path);
            }
            prop_assert_eq!(file.text.lines().count(), usual.text.lines().count(), "{}", file.path);
            // A README's first line is one comment, from its first byte to its last.
            if file.path.extension() == Some("md") {
                let first = file.text.lines().next().unwrap_or_default();
                prop_assert_eq!(first.find("-->"), Some(first.len() - 3), "{}: {}", file.path, first);
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The lines of an HCL file but for the first, which names the blueprint, and the scanner's.
fn without_comments(file: &File) -> Vec<&str> {
    file.text.split('\n').skip(1).filter(|line| !line.trim_start().starts_with("#checkov:skip=")).collect()
}

/// A text for each place.
fn batch() -> impl Strategy<Value = Vec<String>> {
    let one = prop_oneof![3 => nasty::text(), 1 => prop::sample::select(KNOWN).prop_map(str::to_owned)];
    prop::collection::vec(one, PLACES.len()).prop_map(|texts| {
        // The mark stands at either end, so that the other end of the text stands at the quote.
        let mark = |(index, text): (usize, String)| {
            if text.len() % 2 == 0 { format!("{text}k{index:02}k") } else { format!("k{index:02}k{text}") }
        };
        texts.into_iter().enumerate().map(mark).collect()
    })
}

/// Generates with these texts and returns each literal that carries one, with its place and the text that it should be.
fn found(texts: &[String]) -> Result<Vec<(&'static str, Literal, String)>, String> {
    let (files, _) = generate(&blueprint(texts), "acme.toml")?;
    let mut found = Vec::new();
    let mut seen: BTreeSet<(usize, &str)> = BTreeSet::new();
    for file in files.iter().filter(|file| is_hcl(file)) {
        let literals =
            literals(&file.text).map_err(|error| format!("{}: {error}\n{}", file.path, file.text))?;
        for literal in literals {
            let mark = (0..texts.len()).find(|index| literal.value.contains(&format!("k{index:02}k")));
            if let Some(index) = mark {
                seen.insert((index, file.path.as_str()));
                found.push((PLACES[index].0, literal, texts[index].clone()));
            }
        }
    }
    for (index, (place, file)) in PLACES.iter().enumerate() {
        if !seen.contains(&(index, file)) {
            let text = files.iter().find(|candidate| candidate.path == *file).map(|file| file.text.as_str());
            return Err(format!(
                "{place} = {:?} is no literal of {file}\n{}",
                texts[index],
                text.unwrap_or("(no such file)")
            ));
        }
    }
    Ok(found)
}

/// The base with a text at each place.
fn blueprint(texts: &[String]) -> Table {
    let mut table: Table = BASE.parse().expect("the base is TOML");
    for ((place, _), text) in PLACES.iter().zip(texts) {
        put(&mut table, place, text);
    }
    table
}

/// Puts text at a dotted path: `[]` is a list of one, `*` the text itself as a key.
fn put(table: &mut Table, path: &str, text: &str) {
    let value = || Value::String(text.to_owned());
    let (word, rest) = path.split_once('.').map_or((path, None), |(word, rest)| (word, Some(rest)));
    let (word, is_list) = word.strip_suffix("[]").map_or((word, false), |word| (word, true));
    let key = if word == "*" { text } else { word };
    match (rest, is_list) {
        (None, false) => {
            table.insert(key.to_owned(), value());
        }
        (None, true) => {
            table.insert(key.to_owned(), Value::Array(vec![value()]));
        }
        (Some(rest), false) => {
            let inner = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
            put(inner.as_table_mut().expect("a table"), rest, text);
        }
        // The only list of tables: taints.
        (Some(rest), true) => {
            let effect = BTreeMap::from([("key", "plain"), ("effect", "NoSchedule")]);
            let one = || Value::Array(vec![Value::try_from(effect.clone()).expect("a table")]);
            let list = table.entry(key).or_insert_with(one).as_array_mut().expect("a list");
            put(list[0].as_table_mut().expect("a table"), rest, text);
        }
    }
}

/// The pipeline, from text to files.
fn generate(table: &Table, file_name: &str) -> Result<(Vec<File>, Diagnostics), String> {
    let text = toml::to_string(table).expect("a table is TOML");
    assert_eq!(text.parse::<Table>().as_ref(), Ok(table), "the blueprint says what was meant");
    let source = Source { path: file_name.to_owned(), text };
    let Reading { sources, blueprint: read, mut diagnostics, .. } = blueprint::read(source, &nothing);
    let catalog = Catalog::load();
    let mut files = Vec::new();
    if let Some(read) = read {
        let (resolved, found) = model::resolve(&read, &catalog, &model::Facts::default(), file_name);
        diagnostics.extend(found);
        if !diagnostics.has_errors() {
            let (rendered, found) =
                render::render(&resolved, &catalog, &Own::new()).map_err(|error| format!("{error:#}"))?;
            diagnostics.extend(found);
            files = rendered;
        }
    }
    if diagnostics.has_errors() {
        return Err(format!(
            "a key that took any text has a rule now: take it out of PLACES, or mind the rule\n{}",
            diagnostics.render(&sources, false)
        ));
    }
    Ok((files, diagnostics))
}
