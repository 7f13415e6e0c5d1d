//! `plinth catalog` and `plinth catalog pin`.

mod harness;

use std::fs;
use std::path::Path;

use harness::{Run, plinth, read_tree, repository};
use plinth::blueprint::include::nothing;
use plinth::blueprint::{self, Reading};
use plinth::catalog::Catalog;
use plinth::diagnostic::Source;
use plinth::model;
use plinth::reference::{self, Block};
use serde_json::{Value, json};

fn run(folder: &Path, command: &str) -> Run {
    plinth(folder, &command.split_whitespace().collect::<Vec<_>>())
}

fn catalog(command: &str) -> Run {
    run(&repository(), command)
}

#[test]
fn every_add_on_and_service_has_a_line_and_a_page() {
    let Run { status, stdout, stderr } = catalog("catalog");
    assert_eq!((status, stderr.as_str()), (0, ""));
    let (addons, services) = stdout.split_once("\n\n").expect("two tables");
    let known = Catalog::load();
    let names = |table: &str| -> Vec<String> {
        let words = table.lines().skip(1).filter_map(|line| line.split_whitespace().next());
        words.map(str::to_owned).collect()
    };
    assert!(names(addons).iter().eq(known.addons.keys()), "{addons}");
    assert!(names(services).iter().eq(known.bundles.keys()), "{services}");
    for name in known.addons.keys().chain(known.bundles.keys()) {
        let Run { status, stdout, .. } = catalog(&format!("catalog {name}"));
        assert_eq!(status, 0, "{name}");
        assert!(stdout.starts_with(&format!("{name}: ")), "{stdout}");
        assert!(stdout.lines().all(|line| line == line.trim_end()), "{name}: spaces at the end of a line");
        assert!(!stdout.contains('`'), "{name}: Markdown in a terminal");
    }
}

#[test]
fn support_is_judged_by_the_version_that_is_asked_for() {
    let support = |version: &str| {
        let Run { stdout, .. } = catalog(&format!("catalog keda --kubernetes {version} --format json"));
        let json: Value = serde_json::from_str(&stdout).expect("JSON");
        json["support"].as_str().expect("a word").to_owned()
    };
    assert_eq!(support("1.35"), "supported");
    assert_eq!(support("1.36"), "untested");
    let Run { stdout, .. } = catalog("catalog --kubernetes 1.36");
    let line = stdout.lines().find(|line| line.starts_with("keda ")).expect("a line");
    assert!(line.contains(" untested "), "{line}");
    assert_eq!(catalog("catalog --kubernetes latest").status, 2);
}

#[test]
fn a_name_that_is_misspelt_or_refused_is_told() {
    let Run { status, stderr, .. } = catalog("catalog karpentr");
    assert_eq!(status, 2);
    assert_eq!(stderr, "error: the catalog has no `karpentr`\n\nhelp: did you mean `karpenter`?\n");
    let Run { status, stderr, .. } = catalog("catalog ingress-nginx");
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: the catalog refuses `ingress-nginx`: it is retired"), "{stderr}");
}

/// What a page tells people to write is right, in one blueprint with the least that a cluster needs.
#[test]
fn pages_show_blueprints_that_are_right() {
    let catalog = Catalog::load();
    let least = "format = 1\nproject = { name = \"acme\" }\n\
        [cluster]\nkubernetes_version = \"1.36\"\nendpoint = { public_cidrs = [\"203.0.113.0/24\"] }\n\
        [cluster.node_pools.core]\nkind = \"managed\"\ninstance_types = [\"m6i.4xlarge\"]\nsize = { min = 3, max = 4 }\n\
        [environments.staging]\naccount = \"111111111111\"\nregion = \"us-east-1\"\n\
        deploy_role = \"arn:aws:iam::111111111111:role/terraform\"\ncluster.network.cidr = \"10.1.0.0/16\"\n\
        [environments.production]\naccount = \"222222222222\"\nregion = \"us-east-1\"\n\
        deploy_role = \"arn:aws:iam::222222222222:role/terraform\"\ncluster.network.cidr = \"10.2.0.0/16\"\n";
    let addons = catalog.addons.iter().map(|(name, facts)| (name, reference::page(&catalog, name, facts)));
    let services =
        catalog.bundles.iter().map(|(name, bundle)| (name, reference::service(&catalog, name, bundle)));
    for (name, page) in addons.chain(services) {
        let code = page.parts[0].blocks.iter().find_map(|block| match block {
            Block::Code(code) => Some(code.as_str()),
            _ => None,
        });
        let text = format!("{least}{}", code.expect("a blueprint"));
        let source = Source { path: "blueprint.toml".to_owned(), text };
        let Reading { sources, blueprint, mut diagnostics, .. } = blueprint::read(source, &nothing);
        if let Some(blueprint) = blueprint {
            let facts = model::Facts::default();
            diagnostics.extend(model::resolve(&blueprint, &catalog, &facts, "blueprint.toml").1);
        }
        assert!(!diagnostics.has_errors(), "{name}: {}", diagnostics.render(&sources, false));
    }
}

/// A folder with a blueprint of two Kubernetes versions, and AWS' answer.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fleet = fs::read_to_string(repository().join("blueprints/fleet.toml")).expect("readable");
    fs::write(folder.path().join("blueprint.toml"), fleet.replace("../generated/fleet", "tree"))
        .expect("writable");
    let answer = repository().join("tests/pin/describe-addon-versions.json");
    fs::copy(answer, folder.path().join("versions.json")).expect("writable");
    folder
}

fn lock(folder: &Path) -> String {
    fs::read_to_string(folder.join("plinth.lock")).expect("a lock")
}

#[test]
fn versions_are_pinned_once_and_the_same() {
    let folder = project();
    let folder = folder.path();
    let first = run(folder, "catalog pin versions.json");
    assert_eq!((first.status, first.stderr.as_str()), (0, ""));
    let committed = fs::read_to_string(repository().join("blueprints/plinth.lock")).expect("readable");
    for line in lock(folder).lines() {
        assert!(committed.contains(line), "{line}");
    }
    let again = run(folder, "catalog pin versions.json");
    assert_eq!(again.stdout, "plinth.lock: 0 pinned, 10 unchanged\n");
    let check = run(folder, "check");
    assert!(!check.stderr.contains("N0501") && !check.stderr.contains("N0550"), "{}", check.stderr);
}

#[test]
fn the_newest_is_taken_where_it_is_asked_for() {
    let folder = project();
    let folder = folder.path();
    run(folder, "catalog pin versions.json");
    let before = lock(folder);
    let dry = run(folder, "catalog pin versions.json --newest --dry-run");
    assert_eq!(dry.status, 1, "something would change");
    assert_eq!(lock(folder), before, "a dry run writes nothing");
    let run = run(folder, "catalog pin versions.json --newest --format json");
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let change = json!({
        "kubernetes_version": "1.36", "addon": "kube-proxy", "from": "v1.36.0-eksbuild.21", "to": "v1.36.0-eksbuild.25",
    });
    assert!(json["changed"].as_array().is_some_and(|changes| changes.contains(&change)), "{json:#}");
    assert!(lock(folder).contains("kube-proxy = \"v1.36.0-eksbuild.25\""));
}

/// An answer about one add-on changes that one; one that AWS does not offer stays unpinned, and is told.
#[test]
fn what_the_answer_lacks_is_left_and_told() {
    let folder = project();
    let folder = folder.path();
    let text = fs::read_to_string(folder.join("versions.json")).expect("readable");
    let mut answer: Value = serde_json::from_str(&text).expect("JSON");
    let addons = answer["addons"].as_array_mut().expect("a list");
    addons.retain(|addon| addon["addonName"] == "coredns");
    fs::write(folder.join("coredns.json"), answer.to_string()).expect("writable");
    let part = run(folder, "catalog pin coredns.json");
    assert_eq!(part.status, 0);
    let told =
        "note: the answer has no default version of `vpc-cni` for Kubernetes 1.36: it stays unpinned\n";
    assert!(part.stderr.contains(told), "{}", part.stderr);
    assert!(part.stdout.contains("2 pinned"), "{}", part.stdout);
    run(folder, "catalog pin versions.json");
    let whole = lock(folder);
    let part = run(folder, "catalog pin coredns.json");
    assert_eq!((part.stderr.as_str(), lock(folder)), ("", whole), "what was pinned stays");
}

#[test]
fn what_is_no_answer_writes_nothing() {
    let folder = project();
    let folder = folder.path();
    for (name, text) in [
        ("empty.json", r#"{ "addons": [] }"#),
        ("cut.json", r#"{ "addons": [{ "addonName": "coredns" }], "nextToken": "x" }"#),
        ("other.json", r#"{ "clusters": [] }"#),
        ("half.json", r#"{ "addons": ["#),
    ] {
        fs::write(folder.join(name), text).expect("writable");
        let before = read_tree(folder);
        let Run { status, stderr, .. } = run(folder, &format!("catalog pin {name}"));
        assert_eq!(status, 2, "{name}");
        assert!(stderr.contains("is not what `aws eks describe-addon-versions` prints"), "{stderr}");
        assert_eq!(read_tree(folder), before, "{name}");
    }
    fs::write(folder.join("plinth.lock"), "format = 1\n[eks-addons.\"1.36\"]\ncoredns = 1\n")
        .expect("writable");
    let Run { status, stderr, .. } = run(folder, "catalog pin versions.json");
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error[E0103]") && stderr.contains("plinth.lock:3:11"), "{stderr}");
    assert!(stderr.ends_with("1 error in plinth.lock; nothing was written\n"), "{stderr}");
}

/// The blueprint that is built in lies in no folder: a lock that happens to be there is another's.
#[test]
fn the_starter_takes_no_lock() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("plinth.lock"), "no lock").expect("writable");
    let Run { status, stderr, .. } = run(folder.path(), "generate --starter --out tree");
    assert_eq!(status, 0, "{stderr}");
    assert!(stderr.contains("N0501"), "{stderr}");
}

#[test]
fn a_kubernetes_version_that_no_cluster_can_have_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = run(folder.path(), "catalog --kubernetes 1.99");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    let told = "error: this release does not support Kubernetes `1.99` on EKS\n\nhelp: choose one of ";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
}
