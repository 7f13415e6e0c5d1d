//! The documents are true: every command in a `console` block is run, and prints what stands below it.

use std::path::Path;
use std::process::Command;

use plinth::blueprint::keys::TABLES;
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

/// What a module's README says to write is what is committed under `tests/by_hand`, where the engines apply it.
#[test]
fn modules_are_used_as_their_readmes_say() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for module in ["cluster", "services"] {
        let folder = format!("generated/azavea/modules/{module}");
        let readme = std::fs::read_to_string(repository.join(&folder).join("README.md")).expect("readable");
        let (_, rest) = readme.split_once("## Use\n").expect("a part on how to use it");
        let (_, rest) = rest.split_once("```hcl\n").expect("an example");
        let (example, _) = rest.split_once("```\n").expect("an end of the example");
        let own = format!("./modules/{module}");
        assert_eq!(example.matches(&own).count(), 1, "{folder}/README.md: the example names its source");
        let example = example.replace(&own, &format!("../../../{folder}"));
        let path = repository.join(format!("tests/by_hand/{module}/main.tf"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the repository is writable");
            std::fs::write(&path, &example).expect("the repository is writable");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let diff = TextDiff::from_lines(&written, &example);
        assert!(
            written == example,
            "{} is behind; `UPDATE=1 cargo test --test docs` writes it:\n{}",
            path.display(),
            diff.unified_diff().header("tests/by_hand", "README.md")
        );
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
        `public_subnets` and `pod_subnets`; of one with another `ip_family` the keys `pod_cidr` and `service_cidr`.\n\n`{project}`, `{environment}`, `{cluster}`, `{account}`, `{region}` and `{partition}` stand in \
        ARNs and in the bucket's name.\n"
        .to_owned();
    for (table, keys) in TABLES {
        let mut title = table.to_string();
        title[..1].make_ascii_uppercase();
        reference.push_str(&format!("\n## {title}\n\n| key | | what it means |\n| --- | --- | --- |\n"));
        for key in *keys {
            let required = if key.required { "required" } else { "" };
            reference.push_str(&format!("| `{}` | {required} | {} |\n", key.name, key.about.trim()));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/blueprint.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &reference).expect("the repository is writable");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(&written, &reference);
    assert!(
        written == reference,
        "docs/blueprint.md is behind; `UPDATE=1 cargo test --test docs` writes it:\n{}",
        diff.unified_diff().header("docs/blueprint.md", "src/blueprint/keys.rs")
    );
}
