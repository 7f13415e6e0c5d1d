//! The documents are true: every command in a `console` block is run, and prints what stands below it.

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{expect_file, report, repository, shell};
use plinth::blueprint::read::Key;
use plinth::blueprint::scalar::KubernetesVersion;
use plinth::blueprint::schema::schema;
use plinth::blueprint::shape::{Shape, tables};
use plinth::catalog::{AddonKind, Catalog};
use plinth::model::standalone::OPTIONS;
use plinth::reference::{Block, Page, Part, Support, page, range};
use plinth::tree::MANIFEST;
use serde_json::Value;
use similar::TextDiff;

/// Runs the blocks of a document one after another in one folder, as a reader would.
fn run(document: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut in_console = false;
    for line in document.lines() {
        match line {
            "```console" => in_console = true,
            "```" => in_console = false,
            _ => {}
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) else {
            // What stands in a block beside its commands is what they printed.
            if !in_console || line == "```console" {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        };
        out.push_str(line);
        out.push('\n');
        let command = command.replace("cargo run --release -- ", "plinth ");
        out.push_str(&shell(&command, folder).0);
    }
    out
}

#[test]
fn readme_prints_what_it_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // What AWS' API says.
    let answer = repository().join("tests/pin/describe-addon-versions.json");
    std::fs::copy(answer, folder.path().join("versions.json")).expect("writable");
    prints("README.md", folder.path());
}

#[test]
fn attach_page_prints_what_it_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["azavea.toml", "plinth.lock"] {
        let from = repository().join("blueprints").join(file);
        std::fs::copy(from, folder.path().join(file)).expect("writable");
    }
    prints("docs/attach.md", folder.path());
}

#[test]
fn adoption_page_prints_what_it_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case = repository().join("tests/cases/cluster-that-exists");
    std::fs::copy(case.join("legacy.json"), folder.path().join("legacy.json")).expect("writable");
    let blueprint = std::fs::read_to_string(case.join("blueprint.toml")).expect("readable");
    // As somebody writes it who has not seen the errors yet.
    let unknown = ["role_arn", "secrets_kms_key", "service_cidr", "security_groups"];
    let lines = blueprint.lines().filter(|line| !unknown.iter().any(|key| line.starts_with(key)));
    let blueprint = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(folder.path().join("blueprint.toml"), blueprint).expect("writable");
    prints("docs/adopt.md", folder.path());
}

#[test]
fn templates_page_prints_what_it_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blueprint = std::fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
    let blueprint = blueprint.replace("../generated/minimal", "tree");
    std::fs::write(folder.path().join("blueprint.toml"), blueprint).expect("writable");
    prints("docs/templates.md", folder.path());
}

fn prints(document: &str, folder: &Path) {
    let text = std::fs::read_to_string(repository().join(document)).expect("readable");
    let real = run(&text, folder);
    let diff = TextDiff::from_lines(&text, &real);
    assert!(
        text == real,
        "{document} does not show what its commands print:\n{}",
        diff.unified_diff().header(document, "what its commands print")
    );
}

/// Says where a document comes from.
fn made_from(what: &str) -> String {
    format!("<!-- Made by `UPDATE=1 cargo test --test docs` from {what}. -->\n")
}

/// Compares a document that is made from the code with what is committed, or writes it.
fn expect(path: &str, real: &str) {
    let stale = expect_file(&repository().join(path), real);
    report(&stale.into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test docs");
}

/// What a module's README says to write is what is committed under `tests/by_hand`, where the engines apply it.
#[test]
fn modules_are_used_as_their_readmes_say() {
    for module in ["cluster", "services"] {
        let folder = format!("generated/azavea/modules/{module}");
        let readme = std::fs::read_to_string(repository().join(&folder).join("README.md")).expect("readable");
        let (_, rest) = readme.split_once("## Use\n").expect("a part on how to use it");
        let (_, rest) = rest.split_once("```hcl\n").expect("an example");
        let (example, _) = rest.split_once("```\n").expect("an end of the example");
        let own = format!("./modules/{module}");
        assert_eq!(example.matches(&own).count(), 1, "{folder}/README.md: the example names its source");
        let example = example.replace(&own, &format!("../../../{folder}"));
        expect(&format!("tests/by_hand/{module}/main.tf"), &example);
    }
}

/// The reference of the blueprint's keys, made from their declarations.
#[test]
fn blueprint_reference_is_current() {
    let mut reference = "# The blueprint's keys\n\n\
        <!-- Made by `UPDATE=1 cargo test --test docs` from src/blueprint/keys.rs. -->\n\n\
        `[cluster]` is the standard. `[environments.E.cluster]` and `[environments.E.clusters.C]` take the same keys and are laid over \
        it: tables merge, lists and values replace. What no longer fits is left behind: of a node pool with another `kind` everything; of a \
        network with another `vpc_id` the keys `cidr`, `zones`, `nat`, `subnets`, `endpoints`, `pod_cidr`, `private_subnets`, \
        `public_subnets`, `pod_subnets` and `security_groups`; of one with another `ip_family` the keys `pod_cidr` and `service_cidr`.\n\n`{project}`, \
        `{environment}`, `{cluster}`, `{account}`, `{region}` and `{partition}` stand in \
        text with placeholders; `{{` is a brace. A name has lower-case letters, digits and single hyphens, a letter first.\n\n\
        Editors know all of this from [blueprint.schema.json](blueprint.schema.json), which `plinth schema` prints.\n"
        .to_owned();
    for table in tables() {
        let mut title = table.title.to_owned();
        title[..1].make_ascii_uppercase();
        reference.push_str(&format!(
            "\n## {title}\n\n| key | takes | default | what it means |\n| --- | --- | --- | --- |\n"
        ));
        for key in table.keys {
            let default = if key.required { "required".to_owned() } else { default(key) };
            let shape = (key.shape)();
            let (name, takes) = (key.name, shape.describe());
            reference.push_str(&format!(
                "| `{name}` | {takes} | {default} | {}{} |\n",
                key.about,
                words(&shape)
            ));
        }
    }
    expect("docs/blueprint.md", &reference);
}

/// What a namespace may ask for stands in the tenant module: the reference says what is there.
#[test]
fn quota_is_what_the_tenant_module_keeps() {
    let module = repository().join("templates/modules/tenant/variables.tf");
    let module = std::fs::read_to_string(module).expect("readable");
    let quota = tables().into_iter().find(|table| table.title.starts_with("`quota")).expect("a table");
    for key in quota.keys {
        let name = if key.name == "volumes" { "persistent_volume_claims" } else { key.name };
        let line =
            module.lines().find(|line| line.trim().starts_with(&format!("{name} "))).expect("an argument");
        let said = default(key);
        let said = said.trim_matches('`');
        assert!(line.contains(&format!(", {said})")), "{said}: {line}");
    }
}

/// What holds without a key; where that depends on what its table is of, each value with what it is for.
fn default(key: &Key) -> String {
    let values = key.defaults();
    if let [(value, _)] = values.as_slice() {
        return format!("`{value}`");
    }
    let values = values.iter().map(|(value, sorts)| {
        let sorts: Vec<&str> = sorts.iter().map(|sort| sort.describe()).collect();
        format!("`{value}` ({})", sorts.join(", "))
    });
    values.collect::<Vec<_>>().join(", ")
}

/// What each of the words means that a key takes.
fn words(shape: &Shape) -> String {
    let words = match shape {
        Shape::Words(words) => words,
        Shape::List(item) => return words(item),
        _ => return String::new(),
    };
    words
        .iter()
        .fold(String::new(), |said, (word, about)| format!("{said}<br>`\"{word}\"`: {}", about.trim()))
}

#[test]
fn schema_is_current() {
    let schema = serde_json::to_string_pretty(&schema()).expect("a schema is JSON");
    expect("docs/blueprint.schema.json", &format!("{schema}\n"));
}

/// A page for each add-on, and the list of them.
#[test]
fn addon_pages_are_current() {
    let catalog = Catalog::load();
    let folder = repository().join("docs/addons");
    let mut stale = Vec::new();
    for (name, facts) in &catalog.addons {
        let made = made_from(&format!("catalog/addons/{name}.toml"));
        stale.extend(expect_file(
            &folder.join(format!("{name}.md")),
            &markdown(&page(&catalog, name, facts), &made),
        ));
    }
    for entry in std::fs::read_dir(&folder).expect("a folder of pages") {
        let path = entry.expect("readable").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8");
        if !catalog.addons.contains_key(name) {
            if harness::is_accepting() {
                std::fs::remove_file(&path).expect("ours");
            } else {
                stale.push(format!("{}: the catalog has no such add-on\n", path.display()));
            }
        }
    }
    stale.extend(expect_file(&repository().join("docs/addons.md"), &list_of_addons(&catalog)));
    report(&stale, "UPDATE=1 cargo test --test docs");
}

fn markdown(page: &Page, made: &str) -> String {
    let mut out = format!("# {}\n\n{made}\n{}.\n\n| | |\n| --- | --- |\n", page.title, capital(&page.about));
    for (label, text) in &page.facts {
        out.push_str(&format!("| {label} | {text} |\n"));
    }
    for Part { title, blocks } in &page.parts {
        out.push_str(&format!("\n## {title}\n\n"));
        let mut was_item = true;
        for (index, block) in blocks.iter().enumerate() {
            let is_item = matches!(block, Block::Item(_));
            if index > 0 && !(is_item && was_item) {
                out.push('\n');
            }
            was_item = is_item;
            match block {
                Block::Text(text) => out.push_str(&format!("{text}\n")),
                Block::Item(text) => out.push_str(&format!("- {text}\n")),
                Block::Code(code) => out.push_str(&format!("```toml\n{}\n```\n", code.trim_end())),
            }
        }
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn list_of_addons(catalog: &Catalog) -> String {
    let default = &catalog.kubernetes.default;
    let kubernetes = KubernetesVersion::new(default).expect("a version");
    let made = made_from("catalog/addons");
    let mut out = format!(
        "# The add-ons of the catalog\n\n{made}\n\
         `[cluster.addons.NAME]` gives every cluster an add-on; an empty table takes the catalog's defaults. What a pinned version is for, and \
         which nodes its pods run on, stands here; a page of each says the rest, and so does `plinth catalog NAME`. Versions of EKS add-ons \
         stand in [plinth.lock](../README.md#exact-versions-of-eks-add-ons).\n\n\
         | add-on | version | of | Kubernetes | on {default} | nodes | what it is |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for (name, facts) in &catalog.addons {
        let version = match (&facts.version, facts.kind) {
            (Some(version), AddonKind::Helm) => version.clone(),
            _ => "by EKS".to_owned(),
        };
        out.push_str(&format!(
            "| [{name}](addons/{name}.md) | {version} | {} | {} | {} | {} | {} |\n",
            facts.as_of,
            range(&facts.kubernetes),
            Support::of(facts, &kubernetes).word(),
            facts.placement.word(),
            facts.about,
        ));
    }
    out
}

/// The services in the document are those of the catalog, and its examples the files in `docs/examples`.
#[test]
fn services_page_has_every_service_and_example() {
    let path = repository().join("docs/services.md");
    let document = std::fs::read_to_string(&path).expect("docs/services.md");
    let examples = std::fs::read_dir(repository().join("docs/examples")).expect("a folder of examples");
    let mut names: Vec<String> =
        examples.map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    let mut real = document.clone();
    let (before, rest) =
        real.split_once("<!-- From catalog/bundles.toml: -->\n").expect("a place for services");
    let (_, after) = rest.split_once("<!-- end -->\n").expect("its end");
    real = format!("{before}<!-- From catalog/bundles.toml: -->\n\n{}\n<!-- end -->\n{after}", services());
    for name in names {
        let text = std::fs::read_to_string(repository().join("docs/examples").join(&name)).expect("readable");
        let head = format!("[{name}](examples/{name}):\n\n```yaml\n");
        let (before, rest) =
            real.split_once(&head).unwrap_or_else(|| panic!("docs/services.md lacks `{head}`"));
        let (_, after) = rest.split_once("```\n").expect("an end of the example");
        real = format!("{before}{head}{text}```\n{after}");
    }
    report(&expect_file(&path, &real).into_iter().collect::<Vec<_>>(), "UPDATE=1 cargo test --test docs");
}

fn services() -> String {
    let links = |addons: &[String]| -> String {
        let links: Vec<String> = addons.iter().map(|name| format!("[{name}](addons/{name}.md)")).collect();
        links.join(", ")
    };
    let head =
        "| service | what it is | stands for | in the cluster | by AWS |\n| --- | --- | --- | --- | --- |\n";
    Catalog::load().bundles.iter().fold(head.to_owned(), |table, (name, bundle)| {
        let (stands_for, about) = (bundle.stands_for.join(", "), &bundle.about);
        let (here, aws) = (links(&bundle.in_cluster), links(&bundle.aws));
        format!("{table}| `{name}` | {about} | {stands_for} | {here} | {aws} |\n")
    })
}

/// What a manifest says is what the page about it lists, field for field.
#[test]
fn manifest_page_has_every_field_and_no_other() {
    let page = std::fs::read_to_string(repository().join("docs/manifest.md")).expect("readable");
    let place = tempfile::tempdir().expect("a temporary folder");
    let run = |command: &str| {
        let run = harness::plinth(place.path(), &command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.status, 0, "{command}: {}", run.stderr);
    };
    // What is not in all trees: an attachment, something that is retired.
    run("attach maps --cluster azavea-staging-main --region us-east-1 --account 111111111111 --out app");
    let azavea = std::fs::read_to_string(repository().join("blueprints/azavea.toml")).expect("readable");
    let retired =
        azavea.replace("team         = \"raster-foundry\"", "retire = true\nteam = \"raster-foundry\"");
    assert_ne!(azavea, retired);
    std::fs::write(place.path().join("azavea.toml"), retired).expect("writable");
    run("generate azavea.toml --out tree");
    let renamed = azavea.replace("[apps.franklin]", "[apps.maps]\nrenamed_from = [\"franklin\"]");
    let renamed = renamed.replace("[apps.franklin.", "[apps.maps.");
    let pool = "[cluster.node_pools.worker-large-disk]\n";
    let renamed = renamed.replace(pool, &format!("{pool}renamed_from = \"worker-disk\"\n"));
    let own = "renamed_from = \"theirs\"\nchart = \"x\"\nrepository = \"https://example.com\"\nversion = \"1.0.0\"\nnamespace = \"x\"";
    let renamed = format!("{renamed}\n[cluster.addons.ours]\n{own}\n");
    std::fs::write(place.path().join("azavea.toml"), renamed).expect("writable");
    run("generate azavea.toml --out renamed");
    let minimal = std::fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
    for zones in [2, 3] {
        let network = format!("network = {{ cidr = \"10.0.0.0/16\", zones = {zones} }}");
        let text = minimal.replace("network.cidr = \"10.0.0.0/16\"", &network);
        std::fs::write(place.path().join("minimal.toml"), text).expect("writable");
        run("generate minimal.toml --out zones");
    }

    let mut manifests: Vec<_> =
        ["app", "tree", "renamed", "zones"].map(|folder| place.path().join(folder)).into();
    let trees = std::fs::read_dir(repository().join("generated")).expect("readable");
    manifests.extend(trees.map(|entry| entry.expect("readable").path()));
    let (mut records, mut facts) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<String>>::new());
    for folder in manifests {
        let text = std::fs::read_to_string(folder.join(MANIFEST)).expect("readable");
        let manifest: Value = serde_json::from_str(&text).expect("JSON");
        let top: Vec<&str> = manifest.as_object().expect("a table").keys().map(String::as_str).collect();
        assert_eq!(top, ["format", "files", "facts"]);
        let keys = |value: &Value| value.as_object().expect("a table").keys().cloned().collect::<Vec<_>>();
        for record in manifest["files"].as_object().expect("a table").values() {
            records.extend(keys(record));
        }
        for (name, fact) in manifest["facts"].as_object().expect("a table") {
            let kind = name.split(' ').next().expect("a word");
            // A waiver's is true or false.
            let fields = if fact.is_boolean() { Vec::new() } else { keys(fact) };
            facts.entry(kind.to_owned()).or_default().extend(fields);
        }
    }
    let rows = |begin: &str| -> Vec<Vec<String>> {
        let (_, rest) = page.split_once(begin).expect("a table");
        let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.split('`').skip(1).step_by(2).map(str::to_owned).collect()).collect()
    };
    let documented: BTreeSet<String> =
        rows("| field | what |\n").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(records, documented, "fields of a file");
    let mut kinds = BTreeSet::new();
    for row in rows("| name | fields |\n") {
        let kind = row[0].split(' ').next().expect("a word").to_owned();
        let documented: BTreeSet<String> = row[1..].iter().filter(|field| *field != "-").cloned().collect();
        let mut found = facts.get(&kind).cloned().unwrap_or_default();
        if kind == "attachment" {
            // "by option", which `plinth attach --help` lists.
            found.retain(|field| !OPTIONS.contains(&field.as_str()));
            let row = row[1..].iter().filter(|word| *word != "plinth attach").cloned();
            assert_eq!(found, row.collect(), "{kind}");
        } else {
            assert_eq!(found, documented, "{kind}");
        }
        kinds.insert(kind);
    }
    assert_eq!(facts.into_keys().collect::<BTreeSet<_>>(), kinds, "kinds of facts");
}
