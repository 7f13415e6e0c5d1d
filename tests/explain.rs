//! `explain` is right for every key of the committed blueprints: what it says holds is what reading makes of them, and the
//! line that it names holds the key.

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Deref;
use std::sync::OnceLock;

use harness::{Run, plinth, repository};
use plinth::blueprint::explain::{Answer, Beneath, Question, Setting, Voice, explain, path};
use plinth::blueprint::include::nothing;
use plinth::blueprint::scalar::IpFamily;
use plinth::blueprint::{Reading, lock, read};
use plinth::catalog::{AddonKind, Catalog};
use plinth::diagnostic::Source;
use plinth::hcl::value::Value as Data;
use plinth::model::addon::{VPC_CNI, custom_networking};
use plinth::model::beneath::beneath;
use plinth::model::{Facts, addon_values, resolve};
use plinth::render::template::Own;
use plinth::render::{origin, render};
use serde_json::Value;

fn source(path: String) -> Source {
    let text = fs::read_to_string(repository().join(&path)).expect("readable");
    Source { path, text }
}

/// A blueprint, and what lies beneath its clusters.
struct Asked {
    reading: Reading,
    beneath: BTreeMap<String, Beneath>,
}

impl Asked {
    fn of(reading: Reading) -> Self {
        let beneath = beneath(reading.blueprint.as_ref().expect("a right blueprint"), catalog());
        Self { reading, beneath }
    }
}

impl Deref for Asked {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

fn reading(name: &str) -> Asked {
    Asked::of(read(source(format!("blueprints/{name}.toml")), &nothing))
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(Catalog::load)
}

fn ask(reading: &Asked, path: &[String], place: Option<(&str, &str)>) -> Vec<Answer> {
    let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
    let question = Question {
        path: path.to_vec(),
        environment: place.map(|(environment, _)| environment.to_owned()),
        cluster: place.map(|(_, cluster)| cluster.to_owned()),
    };
    explain(&reading.root, blueprint, &reading.beneath, &question)
        .unwrap_or_else(|unknown| panic!("{path:?}: {unknown:?}"))
}

/// The committed blueprints.
fn committed() -> Vec<String> {
    let folder = fs::read_dir(repository().join("blueprints")).expect("a folder of blueprints");
    let mut names: Vec<String> = folder
        .filter_map(|entry| {
            entry.expect("readable").file_name().to_str()?.strip_suffix(".toml").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 4, "{names:?}");
    names
}

/// Every value that is no table and no list of tables, by its path.
fn leaves(value: &Value, path: &[String], found: &mut Vec<(Vec<String>, Value)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                leaves(value, &[path, std::slice::from_ref(key)].concat(), found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, value) in items.iter().enumerate() {
                leaves(value, &[path, &[format!("[{at}]")]].concat(), found);
            }
        }
        value => found.push((path.to_vec(), value.clone())),
    }
}

/// Keys of a network that are for a VPC of plinth's, and for one that exists already.
const OF_OWN_VPC: [&str; 5] = ["zones", "nat", "subnets", "endpoints", "pod_cidr"];
const OF_EXISTING_VPC: [&str; 5] =
    ["private_subnets", "public_subnets", "pod_subnets", "security_groups", "tag_subnets"];

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
fn compare(reading: &Asked, path: &[String], place: Option<(&str, &str)>, expected: &Value) -> bool {
    let answers = ask(reading, path, place);
    let [answer] = answers.as_slice() else { panic!("{path:?}: {answers:?}") };
    let set = answer.set.as_ref().unwrap_or_else(|| panic!("{path:?} of {place:?} is not set"));
    assert_eq!(plain(&set.value), plain(expected), "{path:?} of {place:?}");
    let Voice::Line { at, .. } = set.by else { return false };
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
    for name in committed() {
        let reading = reading(&name);
        let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
        for environment in &blueprint.environments {
            for cluster in &environment.value.clusters {
                let mut found = Vec::new();
                leaves(
                    &serde_json::to_value(&cluster.value).expect("data"),
                    &["cluster".to_owned()],
                    &mut found,
                );
                let network = cluster.value.network.as_ref();
                let is_existing = network.is_some_and(|network| network.vpc_id.is_some());
                let is_ipv6 = network.is_some_and(|network| *network.ip_family == IpFamily::Ipv6);
                let of_others = if is_existing { &OF_OWN_VPC[..] } else { &OF_EXISTING_VPC };
                // With IPv6 EKS chooses the range of Services.
                let is_foreign = |key: &str| of_others.contains(&key) || is_ipv6 && key == "service_cidr";
                let applies = |path: &[String]| path[1] != "network" || !is_foreign(&path[2]);
                for (path, value) in found.into_iter().filter(|(path, _)| applies(path)) {
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
    for name in committed() {
        let reading = reading(&name);
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

/// Every leaf as it is written, with the line of its key, by a parser that shares nothing with the reader.
fn lines(text: &str) -> Vec<(Vec<String>, usize, Value)> {
    fn gather(
        table: &dyn toml_edit::TableLike,
        path: &[String],
        text: &str,
        found: &mut Vec<(Vec<String>, usize, Value)>,
    ) {
        for (name, item) in table.iter() {
            let path = [path, &[name.to_owned()]].concat();
            if let Some(table) = item.as_table_like() {
                gather(table, &path, text, found);
            } else if let Some(tables) = item.as_array_of_tables() {
                for (at, table) in tables.iter().enumerate() {
                    gather(table, &[path.clone(), vec![format!("[{at}]")]].concat(), text, found);
                }
            } else if let Some(tables) =
                item.as_array().filter(|list| list.iter().any(toml_edit::Value::is_inline_table))
            {
                for (at, table) in tables.iter().filter_map(toml_edit::Value::as_inline_table).enumerate() {
                    gather(table, &[path.clone(), vec![format!("[{at}]")]].concat(), text, found);
                }
            } else {
                let key = table.get_key_value(name).map(|(key, _)| key.span());
                let start = key.flatten().expect("a place").start;
                let value =
                    toml::from_str::<toml::Table>(&format!("x = {}", item.to_string().trim())).expect("TOML");
                let value = serde_json::to_value(&value["x"]).expect("data");
                found.push((path, text[..start].matches('\n').count() + 1, value));
            }
        }
    }
    let document = toml_edit::Document::parse(text).expect("TOML");
    let mut found = Vec::new();
    gather(document.as_table(), &[], text, &mut found);
    found
}

/// A key of clusters, and the layer in which it is written.
struct OfClusters<'p> {
    layer: String,
    /// How many layers can lie over it.
    above: usize,
    environment: Option<String>,
    cluster: Option<String>,
    key: &'p [String],
}

fn of_clusters(path: &[String]) -> Option<OfClusters<'_>> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let (above, depth) = match words.as_slice() {
        ["cluster", ..] => (2, 1),
        ["environments", _, "cluster", ..] => (1, 3),
        ["environments", _, "clusters", _, ..] => (0, 4),
        _ => return None,
    };
    Some(OfClusters {
        layer: words[..depth].join("."),
        above,
        environment: (above < 2).then(|| path[1].clone()),
        cluster: (above < 1).then(|| path[3].clone()),
        key: &path[depth..],
    })
}

/// What is written is found again: at its line, with its value, and before what stands in a lower layer.
#[test]
fn every_line_that_sets_something_is_named() {
    let mut compared = 0;
    for name in committed() {
        let reading = reading(&name);
        let written = lines(&reading.sources.main().text);
        for (path, line, value) in &written {
            let is_here = |setting: &&Setting| match &setting.by {
                Voice::Line { at, .. } => reading.sources.place(*at).range.expect("a line").line == *line,
                _ => false,
            };
            let Some(OfClusters { layer: own_layer, above: most, environment, cluster, key }) =
                of_clusters(path)
            else {
                let answers = ask(&reading, path, None);
                let set = answers[0].set.as_ref().filter(is_here);
                assert_eq!(
                    set.map(|set| plain(&set.value)),
                    Some(plain(value)),
                    "{name}: {path:?} in line {line}"
                );
                compared += 1;
                continue;
            };
            let asked = [&["cluster".to_owned()][..], key].concat();
            let question = Question { path: asked, environment, cluster };
            let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
            let answers =
                explain(&reading.root, blueprint, &reading.beneath, &question).expect("a known key");
            assert!(!answers.is_empty(), "{name}: {path:?}");
            for answer in answers {
                let said: Vec<&Setting> = answer.set.iter().chain(&answer.over).collect();
                let own = said.iter().position(is_here);
                let own = own
                    .unwrap_or_else(|| panic!("{name}: line {line} is not named for {path:?}: {answer:?}"));
                assert_eq!(plain(&said[own].value), plain(value), "{name}: {path:?}");
                let is_layer = matches!(&said[own].by, Voice::Line { layer, .. } if *layer == own_layer);
                assert!(is_layer, "{name}: {path:?} is of {own_layer}: {answer:?}");
                // The standard is named last, and each layer once.
                let above =
                    said[..own].iter().filter(|setting| matches!(setting.by, Voice::Line { .. })).count();
                assert!(above <= most, "{name}: {path:?}: {answer:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 350, "{compared} leaves");
}

/// What plinth decides by itself is what the model takes, as `show` prints it.
#[test]
fn defaults_are_what_the_model_takes() {
    const KARPENTER: [(&str, &str); 11] = [
        ("capacity", "/capacity"),
        ("limits.cpu", "/cpu_limit"),
        ("expire_after", "/expire_after"),
        ("termination_grace_period", "/termination_grace_period"),
        ("weight", "/weight"),
        ("architecture", "/architecture"),
        ("disk_gib", "/disk/gib"),
        ("ami", "/ami_family"),
        ("disruption.consolidate_after", "/disruption/consolidate_after"),
        ("disruption.policy", "/disruption/policy"),
        ("disruption.budgets[0].nodes", "/disruption/budgets/0/nodes"),
    ];
    const MANAGED: [(&str, &str); 4] = [
        ("size.desired", "/desired_size"),
        ("capacity[0]", "/capacity_type"),
        ("disk_gib", "/disk/gib"),
        ("ami", "/ami_family"),
    ];
    let mut built_in = 0;
    for name in committed() {
        let reading = reading(&name);
        let blueprint = format!("blueprints/{name}.toml");
        let shown = plinth(&repository(), &["show", &blueprint, "--format", "json"]).stdout;
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        let list = |value: &Value, key: &str| value[key].as_array().cloned().expect("a list");
        let clusters =
            list(&shown, "environments").into_iter().flat_map(|environment| list(&environment, "clusters"));
        for cluster in clusters {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            let (environment, own) = (text(&cluster["environment"]), text(&cluster["name"]));
            for (pools, rows) in [("karpenter_pools", &KARPENTER[..]), ("managed_pools", &MANAGED)] {
                for pool in list(&cluster, pools) {
                    for (key, pointer) in rows {
                        let key = format!("cluster.node_pools.{}.{key}", text(&pool["name"]));
                        let path = path(&key).expect("a path");
                        // A list that plinth decides has no places in the blueprint: all of it is asked for.
                        let list = path.iter().position(|step| step == "[0]").unwrap_or(path.len());
                        let answers = ask(&reading, &path[..list], Some((&environment, &own)));
                        let Some(set) = answers[0].set.as_ref() else {
                            // Instance types say it.
                            assert!(key.ends_with("architecture"), "{key}");
                            continue;
                        };
                        built_in += u32::from(set.by == Voice::BuiltIn);
                        let said = if set.value[0].is_object() { &set.value[0]["nodes"] } else { &set.value };
                        let said = match said {
                            Value::Array(words) if key.ends_with("capacity[0]") => {
                                Value::from(text(&words[0]).to_uppercase().replace('-', "_"))
                            }
                            Value::String(image) if key.ends_with("ami") => {
                                Value::from(image.split('@').next().expect("a family"))
                            }
                            said => said.clone(),
                        };
                        let taken = pool.pointer(pointer).expect("a field of show");
                        assert_eq!(plain(&said), plain(taken), "{key} of {environment}/{own}");
                    }
                }
            }
        }
    }
    assert!(built_in > 100, "{built_in} built in");
}

/// What is said of an add-on's values and version is what the model has, whoever sets it.
#[test]
fn addons_are_what_the_model_takes() {
    let (mut pinned, mut placed, mut asked) = (0, 0, 0);
    for name in committed() {
        let lock = source(format!("blueprints/{}", lock::FILE));
        let main = source(format!("blueprints/{name}.toml"));
        let reading = Asked::of(read(main, &|_| Ok(vec![lock.clone()])));
        let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
        let (model, _) = resolve(blueprint, catalog(), &Facts::default(), "blueprint.toml");
        for cluster in model.environments.iter().flat_map(|environment| &environment.clusters) {
            for addon in &cluster.settings.addons {
                let said = |key: &str| {
                    let question = Question {
                        path: ["cluster", "addons", addon.name.as_str(), key].map(str::to_owned).to_vec(),
                        environment: Some(cluster.environment.clone()),
                        cluster: Some(cluster.name.clone()),
                    };
                    explain(&reading.root, blueprint, &reading.beneath, &question)
                        .expect("an add-on of the cluster")
                };
                let whose = format!("{name}: {} of {}", addon.name, cluster.eks_name);
                let mut values = Value::Object(serde_json::Map::new());
                for answer in said("values") {
                    let Some(set) = answer.set else { continue };
                    placed += u32::from(set.value.to_string().contains("NoSchedule"));
                    asked += u32::from(matches!(set.by, Voice::Line { .. }));
                    let path = &answer.path[4..];
                    *path.iter().fold(&mut values, |value, key| &mut value[key.as_str()]) = set.value;
                }
                let mut taken = addon_values(&addon.facts).merged(addon.values.clone());
                if addon.name.as_str() == VPC_CNI && cluster.network.has_pod_subnets() {
                    taken = custom_networking().merged(taken);
                }
                assert_eq!(plain(&values), plain(&Data::to_data(&taken)), "{whose}");
                let version = said("version").remove(0).set;
                let text = version.as_ref().map_or("", |set| set.value.as_str().expect("text"));
                assert_eq!(text, addon.version, "{whose}");
                if addon.kind == AddonKind::EksAddon {
                    let Some(Setting { by: Voice::Line { at, .. }, .. }) = version else { panic!("{whose}") };
                    let place = reading.sources.place(at);
                    let line = lock.text.lines().nth(place.range.expect("a line").line - 1);
                    assert_eq!(place.file, lock.path);
                    assert_eq!(line, Some(format!("{} = \"{text}\"", addon.name).as_str()));
                    pinned += 1;
                }
            }
        }
    }
    assert!(pinned > 40 && placed > 10 && asked > 10, "{pinned} pinned, {placed} placed, {asked} asked for");
}

#[test]
fn what_does_not_apply_is_not_said_to_hold() {
    let reading = reading("enterprise");
    let table = |key: &str| path(key).expect("a path");
    let existing = ask(&reading, &table("cluster.network"), Some(("staging", "main")));
    let held = |answers: &[Answer], key: &str| {
        answers.iter().any(|answer| answer.path == table(key) && answer.set.is_some())
    };
    for key in ["zones", "nat", "subnets", "endpoints"] {
        assert!(!held(&existing, &format!("cluster.network.{key}")), "{key} is not for a VPC that exists");
    }
    assert!(held(&existing, "cluster.network.tag_subnets"));
    let own = ask(&reading, &table("cluster.network"), Some(("production", "main")));
    assert!(held(&own, "cluster.network.zones") && !held(&own, "cluster.network.tag_subnets"));
    let pools = ask(&reading, &table("cluster.node_pools"), Some(("production", "main")));
    assert!(
        held(&pools, "cluster.node_pools.worker.weight") && !held(&pools, "cluster.node_pools.core.weight")
    );
}

#[test]
fn lists_have_places_and_addons_a_catalog() {
    let explained =
        |key: &str| explained(&[key, "blueprints/azavea.toml", "--environment", "staging"]).stdout;
    assert_eq!(
        explained("cluster.admins[0]"),
        "cluster.admins[0] = \"arn:{partition}:iam::{account}:role/platform-admin\"\n  in    staging/main\n  \
         from  blueprints/azavea.toml:19, cluster\n"
    );
    let version = explained("cluster.addons.karpenter.version");
    assert!(version.ends_with("  in    staging/main\n  from  the catalog\n"), "{version}");
    let nested = explained("cluster.addons.karpenter.values.replicas");
    assert!(nested.starts_with("cluster.addons.karpenter.values.replicas = 2\n"), "{nested}");
    let all = explained("cluster");
    assert!(all.contains("cluster.addons.karpenter.version") && !all.contains("karpenter.values."), "{all}");
}

#[test]
fn a_table_that_starts_anew_takes_nothing_from_below() {
    let text = "format = 1\nproject.name = \"a\"\n[cluster.node_pools.batch]\nkind = \"managed\"\ndisk_gib = 64\n\
                size = { min = 1 }\n[environments.dev]\naccount = \"111111111111\"\nregion = \"us-east-1\"\n\
                deploy_role = \"x\"\ncluster.node_pools.batch.kind = \"karpenter\"\n";
    let source = Source { path: "blueprint.toml".to_owned(), text: text.to_owned() };
    let reading = Asked::of(read(source, &nothing));
    let key = ["cluster", "node_pools", "batch", "disk_gib"].map(str::to_owned);
    let answers = ask(&reading, &key, None);
    let built_in = Setting { value: Value::from(50), by: Voice::BuiltIn };
    assert_eq!(answers[0].set, Some(built_in), "the pool of the other kind has none of its own");
    assert_eq!(answers[0].over[0].value, Value::from(64), "and says what does not hold any more");
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
        "cluster.network.nat = \"per-zone\"\n  How private subnets reach the internet: through one gateway, which is in the \
         first of `zones`, or through one in each zone.\n  in    production/main\n  \
         from  blueprints/azavea.toml:74, environments.production.cluster\n  \
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
        "value": "per-zone", "layer": "environments.production.cluster", "file": "blueprints/azavea.toml", "line": 74,
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
        (&["cluster", "--environment", "test"], "there is no `test` in `environments`", "choose one of"),
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

/// What a core service brings stands in no table, and can be asked for all the same, with the nodes that it brings along.
#[test]
fn what_a_core_service_brings_is_explained() {
    let case = repository().join("tests/cases/core-service-messaging");
    let said = |key: &str| {
        let Run { status, stdout, stderr, .. } = plinth(&case, &["explain", key, "blueprint.toml"]);
        assert_eq!(status, 0, "{stderr}");
        stdout
    };
    let service = "  in    staging/main\n  from  blueprint.toml:20, core service `messaging`\n";
    let nats = said("cluster.addons.nats");
    assert!(nats.starts_with("cluster.addons.nats.enabled = true\n"), "{nats}");
    assert!(nats.contains(service) && nats.contains("cluster.addons.nats.values."), "{nats}");
    assert!(said("cluster.addons").contains("cluster.addons.nats.version"));
    let placement = said("cluster.addons.nats.placement");
    let middleware =
        "cluster.addons.nats.placement = \"middleware\"\n  in    staging/main\n  from  the catalog\n";
    assert!(placement.ends_with(middleware), "{placement}");
    let kind = said("cluster.node_pools.middleware.kind");
    let karpenter = "cluster.node_pools.middleware.kind = \"karpenter\"\n  in    staging/main\n  \
                     from  blueprint.toml:20, add-on `nats`\n";
    assert!(kind.ends_with(karpenter), "{kind}");
    assert!(plinth(&case, &["explain", "cluster.addons.nets", "blueprint.toml"]).status != 0);
}

/// Values that another key brings about name its line.
#[test]
fn values_name_the_key_that_brings_them_about() {
    let text = "format = 1\nproject.name = \"a\"\ncluster.kubernetes_version = \"1.36\"\n\
                cluster.network = { prefix_delegation = true }\n\
                cluster.addons.cert-manager.placement = \"middleware\"\n[environments.dev]\n\
                account = \"111111111111\"\nregion = \"us-east-1\"\ndeploy_role = \"x\"\n";
    let source = Source { path: "blueprint.toml".to_owned(), text: text.to_owned() };
    let reading = Asked::of(read(source, &nothing));
    for (key, value, line) in [
        ("cluster.addons.cert-manager.values.nodeSelector.node-type", "middleware", 5),
        ("cluster.addons.vpc-cni.values.env.ENABLE_PREFIX_DELEGATION", "true", 4),
    ] {
        let answers = ask(&reading, &path(key).expect("a path"), None);
        let set = answers[0].set.as_ref().expect("a value");
        assert_eq!(set.value, value, "{key}");
        let Voice::Line { at, layer } = &set.by else { panic!("{key}: {set:?}") };
        assert_eq!(reading.sources.place(*at).range.map(|range| range.line), Some(line), "{key}");
        assert_eq!(layer, "cluster", "{key}");
    }
}

/// Every key that a message about a generated line names can be asked for.
#[test]
fn keys_of_generated_lines_can_be_asked_for() {
    let mut keys = BTreeSet::new();
    for name in committed() {
        let lock = source(format!("blueprints/{}", lock::FILE));
        let main = source(format!("blueprints/{name}.toml"));
        let reading = Asked::of(read(main, &|_| Ok(vec![lock.clone()])));
        let blueprint = reading.blueprint.as_ref().expect("a right blueprint");
        let (model, _) = resolve(blueprint, catalog(), &Facts::default(), "blueprint.toml");
        let (files, _) = render(&model, catalog(), &Own::new()).expect("it renders");
        for file in files {
            // The first line of a block is enough: its other lines have the same key.
            let begins = file.text.lines().enumerate().filter(|(_, line)| line.ends_with('{'));
            for (index, _) in begins {
                let Some(key) = origin::key(&model, &file, index + 1) else {
                    assert_ne!(file.path.extension(), Some("tf"), "{} has no key", file.path);
                    continue;
                };
                if keys.insert((name.clone(), key.clone())) {
                    let asked = path(&key).expect("a path");
                    assert!(!ask(&reading, &asked, None).is_empty(), "{name}, {}: {key}", file.path);
                }
            }
        }
    }
    let keys: BTreeSet<String> = keys.into_iter().map(|(_, key)| key).collect();
    for key in
        ["cluster", "cluster.addons.external-dns", "cluster.node_pools.core", "cluster.node_pools.worker"]
    {
        assert!(keys.contains(key), "{key} is not among {keys:?}");
    }
    assert!(keys.len() > 25, "{keys:?}");
}
