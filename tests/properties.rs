//! What holds for every blueprint, tried on random ones.
//!
//! `PROPTEST_CASES=1000 PROPTEST_RNG_SEED=$RANDOM cargo test --test properties` tries more, and others.

mod harness;

#[path = "properties/blueprint.rs"]
mod blueprint;
#[path = "properties/names.rs"]
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use harness::random::config;
use harness::{Tree, make, make_of, plinth, repository};
use ipnet::Ipv4Net;
use plinth::blueprint::include::nothing;
use plinth::blueprint::scalar::Glob;
use plinth::catalog::Catalog;
use plinth::diagnostic::Source;
use plinth::hcl::format::format;
use plinth::model::Model;
use plinth::render::template::Own;
use plinth::tree::Drift;
use proptest::prelude::*;
use walkdir::WalkDir;

use blueprint::{Blueprint, blueprints};

fn generate(text: &str) -> Tree {
    make(text, "blueprint.toml").unwrap_or_else(|diagnostics| panic!("{diagnostics}\n{text}"))
}

fn resolve(text: &str) -> Model {
    let source = Source { path: "blueprint.toml".to_owned(), text: text.to_owned() };
    let read = plinth::blueprint::read(source, &nothing).blueprint.expect("a valid blueprint");
    plinth::model::resolve(&read, &Catalog::load(), &plinth::model::Facts::default(), "blueprint.toml").0
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn same_bytes_whatever_the_order_of_keys(blueprint in blueprints(), seed in any::<u64>()) {
        let first = generate(&blueprint.text());
        prop_assert_eq!(&first, &generate(&blueprint.text()), "generated twice");
        prop_assert_eq!(&first, &generate(&blueprint.shuffled(seed)), "in another order");
    }

    #[test]
    fn same_bytes_however_many_files(blueprint in blueprints(), seed in any::<u64>()) {
        let files = blueprint.split(seed);
        let parts = files.iter().enumerate().skip(1);
        let parts: Vec<Source> =
            parts.map(|(at, text)| Source { path: format!("parts/{at}.toml"), text: text.clone() }).collect();
        // The lock is asked for, too, and there is none.
        let find = |glob: &Glob| Ok(if glob.as_str() == "parts/*.toml" { parts.clone() } else { Vec::new() });
        let made = make_of(&files[0], "blueprint.toml", &find);
        prop_assert_eq!(made, Ok(generate(&blueprint.text())));
    }

    #[test]
    fn every_file_parses_and_is_formatted(blueprint in blueprints()) {
        for (path, text) in generate(&blueprint.text()) {
            prop_assert!(text.ends_with('\n') && !text.contains('\r'), "{}: line ends", path);
            if matches!(Utf8Path::new(&path).extension(), Some("tf" | "tofu")) {
                let parsed = text.parse::<hcl_edit::structure::Body>();
                prop_assert!(parsed.is_ok(), "{path}: {}", parsed.expect_err("not parsed"));
                prop_assert_eq!(format(&text), Ok(text), "{}: formatted", path);
            }
        }
    }

    #[test]
    fn subnets_lie_in_their_vpc_and_share_no_address(blueprint in blueprints()) {
        let model = resolve(&blueprint.text());
        for cluster in model.environments.iter().flat_map(|environment| &environment.clusters) {
            let Some(vpc) = cluster.network.own() else { continue };
            let subnets: Vec<Ipv4Net> = vpc.zones.iter().flat_map(|zone| [zone.private, zone.public]).collect();
            for (index, zone) in vpc.zones.iter().enumerate() {
                prop_assert_eq!(zone.pods.is_some(), vpc.pod_cidr.is_some());
                let others = || vpc.zones[..index].iter();
                prop_assert!(others().all(|other| other.ipv6_parts() != zone.ipv6_parts()));
                if let (Some(pods), Some(range)) = (zone.pods, vpc.pod_cidr) {
                    prop_assert!(range.contains(&pods), "{pods} of {}", cluster.eks_name);
                    prop_assert!(others().all(|other| other.pods != Some(pods)), "{pods} twice");
                }
            }
            for (index, subnet) in subnets.iter().enumerate() {
                prop_assert!(cluster.network.cidr.contains(subnet), "{subnet} of {}", cluster.eks_name);
                for other in &subnets[..index] {
                    prop_assert!(!subnet.contains(other) && !other.contains(subnet), "{subnet} and {other}");
                }
            }
            for zone in &vpc.nat_zones {
                prop_assert!(vpc.zones.iter().any(|own| own.name == *zone), "NAT in {zone}");
            }
        }
    }

    #[test]
    fn no_path_escapes_or_collides_and_no_two_stacks_share_a_state(blueprint in blueprints()) {
        let files = generate(&blueprint.text());
        let mut folded = BTreeSet::new();
        let mut states: BTreeMap<(String, String), String> = BTreeMap::new();
        for (path, text) in &files {
            let escapes = path.starts_with('/') || path.split('/').any(|part| matches!(part, "" | "." | ".."));
            prop_assert!(!escapes, "{} leads out", path);
            prop_assert!(folded.insert(path.to_lowercase()), "{} collides", path);
            if text.contains("backend \"s3\"") {
                let argument = |name: &str| {
                    let mut lines = text.lines().map(str::trim).filter_map(|line| line.split_once(" = "));
                    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.to_owned())
                };
                let state = (argument("bucket").expect("a bucket"), argument("key").expect("a key"));
                if let Some(other) = states.insert(state, path.clone()) {
                    prop_assert!(false, "{path} and {other} keep their states in one place");
                }
            }
        }
        let roots = files.keys().filter(|path| path.ends_with("/providers.tf")).count();
        prop_assert_eq!(states.len(), roots, "each root has a state");
    }

    #[test]
    fn renaming_an_environment_changes_its_own_files(blueprint in blueprints(), pick in any::<usize>()) {
        let old = blueprint.environments[pick % blueprint.environments.len()].name.clone();
        let before = generate(&blueprint.text());
        let after = generate(&blueprint.renamed(&old, "renamed").text());
        let of_environment = |path: &str| {
            let parts: Vec<&str> = path.split('/').collect();
            let folder = match parts.as_slice() {
                ["environments", environment, ..] => environment,
                ["apps", _, folder, ..] => folder.split('-').next().unwrap_or_default(),
                _ => "",
            };
            folder == old || folder == "renamed"
        };
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for path in paths {
            let is_summary = Utf8Path::new(path).extension() == Some("md") || path.starts_with("scripts/");
            if !is_summary && !of_environment(path) {
                prop_assert_eq!(before.get(path), after.get(path), "{}", path);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(64))]

    /// Clusters of one account, in one region or in two, are refused or have no name in common.
    #[test]
    fn no_two_clusters_of_an_account_make_one_name(text in names::crowded()) {
        match make(&text, "blueprint.toml") {
            Ok(tree) => prop_assert_eq!(names::collision(&tree), None, "{}", text),
            Err(said) => {
                let codes = said.lines().filter_map(|line| line.strip_prefix("error["));
                for code in codes {
                    prop_assert!(code.starts_with("E02"), "{}\n{}", said, text);
                }
            }
        }
    }
}

/// When each file was written last.
fn times(root: &Path) -> BTreeMap<String, SystemTime> {
    let entries = WalkDir::new(root).into_iter().map(|entry| entry.expect("readable"));
    let time = |entry: walkdir::DirEntry| {
        let modified = entry.metadata().expect("metadata").modified().expect("a time");
        (entry.path().display().to_string(), modified)
    };
    entries.map(time).collect()
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn what_is_generated_is_clean_and_stays_untouched(blueprint in blueprints()) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let files = write(&blueprint, root);
        let facts = serde_json::Map::new();
        let drift = Drift::compare(root, &files, &facts).expect("comparable");
        prop_assert!(drift.is_clean(), "{:?}", drift.entries());
        let before = times(folder.path());
        let report = drift.write(&[]).expect("writable");
        prop_assert_eq!(report.unchanged, files.len());
        prop_assert_eq!(before, times(folder.path()), "something was touched");
    }
}

fn write(blueprint: &Blueprint, root: &Utf8Path) -> Vec<plinth::file::File> {
    let model = resolve(&blueprint.text());
    let (files, _) =
        plinth::render::render(&model, &Catalog::load(), &Own::new()).expect("templates are whole");
    let facts = serde_json::Map::new();
    let none: [Utf8PathBuf; 0] = [];
    Drift::compare(root, &files, &facts).expect("comparable").write(&none).expect("writable");
    files
}

/// What can be wrong with a blueprint is said; nothing else may happen.
fn survives(text: &str) -> Result<(), TestCaseError> {
    match make(text, "blueprint.toml") {
        Ok(_) => Ok(()),
        Err(said) => {
            prop_assert!(said.starts_with("error[E"), "{}", said);
            Ok(())
        }
    }
}

/// Ways in which a person, an editor or a merge spoils a file.
#[derive(Debug, Clone)]
enum Damage {
    /// A line is gone.
    Remove(usize),
    /// A line is there twice.
    Repeat(usize),
    /// Two lines change places.
    Swap(usize, usize),
    /// What is right of `=` is another line's.
    Mix(usize, usize),
    /// What is right of `=` is something else.
    Set(usize, &'static str),
    /// A piece of text is put somewhere.
    Insert(usize, String),
    /// The rest is gone.
    Cut(usize),
}

fn damages() -> impl Strategy<Value = Damage> {
    const VALUES: &[&str] = &[
        "\"\"",
        "[]",
        "{}",
        "0",
        "-1",
        "1.5",
        "true",
        "99999999999999999999",
        "\"{\"",
        "\"}\"",
        "\"${x}\"",
        "\"🚀\"",
        "[[]]",
        "[{}]",
        "2027-03-31",
        "nan",
        "\"10.0.0.0/0\"",
        "\"0.0.0.0/32\"",
        "\"255.255.255.255/17\"",
        "\"a\\nb\"",
        "[\"us-east-1a\", \"us-east-1e\"]",
        "{ enabled = false }",
        "6",
        "\"Never\"",
        "\"../../x\"",
    ];
    prop_oneof![
        any::<usize>().prop_map(Damage::Remove),
        any::<usize>().prop_map(Damage::Repeat),
        any::<(usize, usize)>().prop_map(|(a, b)| Damage::Swap(a, b)),
        any::<(usize, usize)>().prop_map(|(a, b)| Damage::Mix(a, b)),
        (any::<usize>(), proptest::sample::select(VALUES)).prop_map(|(at, value)| Damage::Set(at, value)),
        (any::<usize>(), "\\PC{1,4}").prop_map(|(at, text)| Damage::Insert(at, text)),
        any::<usize>().prop_map(Damage::Cut),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    let mut text = text.to_owned();
    for damage in damages {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let count = lines.len().max(1);
        lines.resize(count, String::new());
        match damage {
            Damage::Remove(at) => drop(lines.remove(at % count)),
            Damage::Repeat(at) => lines.insert(at % count, lines[at % count].clone()),
            Damage::Swap(a, b) => lines.swap(a % count, b % count),
            Damage::Mix(a, b) => {
                let value = lines[b % count].split_once('=').map(|(_, value)| value.to_owned());
                set(&mut lines[a % count], &value.unwrap_or_default());
            }
            Damage::Set(at, value) => set(&mut lines[at % count], value),
            Damage::Insert(at, inserted) => {
                let mut at = at % (text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, inserted);
                continue;
            }
            Damage::Cut(at) => lines.truncate(at % count),
        }
        text = lines.join("\n") + "\n";
    }
    text
}

fn set(line: &mut String, value: &str) {
    if let Some((key, _)) = line.split_once('=') {
        *line = format!("{key}= {value}");
    }
}

fn azavea() -> String {
    std::fs::read_to_string(repository().join("blueprints/azavea.toml")).expect("the blueprint")
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn garbage_is_refused_in_words(text in "\\PC{0,200}") {
        survives(&text)?;
    }

    #[test]
    fn garbage_of_tokens_is_refused_in_words(
        tokens in proptest::collection::vec(
            proptest::sample::select(vec![
                "[", "]", "{", "}", "=", ".", ",", "\n", "\"", "'", "#", "format", "1", "cluster", "environments",
                "project", "name", "\"a\"", "apps", "network", "node_pools", "core", "true", "size", "\u{feff}", "\r",
            ]),
            0..60,
        ),
    ) {
        survives(&tokens.join(" "))?;
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_damaged_blueprint_is_refused_in_words(damages in proptest::collection::vec(damages(), 1..4)) {
        survives(&damaged(&azavea(), &damages))?;
    }
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn exit_statuses_are_as_promised(damages in proptest::collection::vec(damages(), 1..3)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = damaged(&azavea(), &damages);
        std::fs::write(folder.path().join("blueprint.toml"), &text).expect("writable");
        let check = plinth(folder.path(), &["check", "--out", "tree"]);
        prop_assert!(matches!(check.status, 1 | 2), "check: {} {}", check.status, check.stderr);
        let generate = plinth(folder.path(), &["generate", "--out", "tree"]);
        let expected = if check.status == 2 { 2 } else { 0 };
        prop_assert_eq!(generate.status, expected, "generate: {}", generate.stderr);
        prop_assert_eq!(folder.path().join("tree").exists(), expected == 0, "written or not");
    }
}
