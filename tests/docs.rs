//! The documents are true: every command in a `console` block is run, and prints what stands below it.

mod harness;

use std::path::Path;
use std::process::Command;

use harness::{expect_file, report, repository};
use plinth::blueprint::read::Key;
use plinth::blueprint::schema::schema;
use plinth::blueprint::shape::{Shape, tables};
use similar::TextDiff;

/// Runs the blocks of a document one after another in one folder, as a reader would.
fn run(document: &str, folder: &Path) -> String {
    let plinth = Path::new(env!("CARGO_BIN_EXE_plinth"));
    let path = format!(
        "{}:{}",
        plinth.parent().expect("a binary lies in a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
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
        let result = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .current_dir(folder)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .output()
            .expect("a shell");
        out.push_str(&String::from_utf8_lossy(&result.stdout));
    }
    out
}

#[test]
fn readme_prints_what_it_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let readme = include_str!("../README.md");
    let real = run(readme, folder.path());
    let diff = TextDiff::from_lines(readme, &real);
    assert!(
        readme == real,
        "README.md does not show what its commands print:\n{}",
        diff.unified_diff().header("README.md", "what its commands print")
    );
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
        `public_subnets` and `pod_subnets`; of one with another `ip_family` the keys `pod_cidr` and `service_cidr`.\n\n`{project}`, \
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
