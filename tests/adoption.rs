//! Clusters that exist already: what is gathered, and what is left when `import` goes.

mod harness;

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{Run, plinth, read_tree, repository};
use plinth::blueprint::existing::Existing;
use plinth::diagnostic::{Diagnostics, Source};

fn case() -> std::path::PathBuf {
    repository().join("tests/cases/cluster-that-exists")
}

fn answers() -> String {
    fs::read_to_string(case().join("legacy.json")).expect("readable")
}

fn read(text: String) -> (Option<Existing>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let source = Source { path: "legacy.json".to_owned(), text };
    (Existing::read(&source, 0, &mut diagnostics), diagnostics)
}

/// What stays without `import` is the same tree, but for what imports.
#[test]
fn import_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["blueprint.toml", "legacy.json"] {
        fs::copy(case().join(file), folder.path().join(file)).expect("writable");
    }
    let generate = || {
        let Run { status, stderr, .. } =
            plinth(folder.path(), &["generate", "blueprint.toml", "--out", "tree"]);
        assert_eq!(status, 0, "{stderr}");
        let mut tree = read_tree(&folder.path().join("tree"));
        tree.remove(".plinth/manifest.json");
        tree
    };
    let with = generate();
    let blueprint = fs::read_to_string(case().join("blueprint.toml")).expect("readable");
    let lines: Vec<&str> = blueprint.lines().filter(|line| !line.starts_with("import ")).collect();
    assert_eq!(lines.len() + 1, blueprint.lines().count());
    fs::write(folder.path().join("blueprint.toml"), lines.join("\n")).expect("writable");
    fs::remove_file(folder.path().join("legacy.json")).expect("it was there");
    let without = generate();
    let gone: Vec<&String> = with.keys().filter(|path| !without.contains_key(*path)).collect();
    assert_eq!(
        gone,
        [
            "environments/production/main/ADOPTION.md",
            "environments/production/main/cluster/imports.tf",
            "environments/production/main/services/imports.tf",
            "environments/production/main/tenants/imports.tf",
        ]
    );
    let changed = without.iter().filter(|(path, text)| with.get(*path) != Some(text));
    let changed: Vec<&String> = changed.map(|(path, _)| path).collect();
    assert_eq!(changed, ["environments/README.md"], "it names the page");
}

/// However a file of answers is cut or bent, that is said, and nothing breaks.
#[test]
fn broken_answers_are_mistakes() {
    let whole = answers();
    assert!(!read(whole.clone()).1.has_errors(), "the answers are complete");
    for end in (0..whole.trim_end().len()).filter(|end| end % 37 == 0 && whole.is_char_boundary(*end)) {
        let (_, diagnostics) = read(whole[..end].to_owned());
        assert!(diagnostics.has_errors(), "cut at {end}");
    }
    for (old, new) in [
        ("{", "["),
        ("\"legacy\"", "null"),
        ("\"legacy\"", "7"),
        (": \"", ": [\""),
        ("[", "{}, ["),
        ("true", "1e999"),
        ("\"arn", "\"\u{fc}\\ud800"),
    ] {
        read(whole.replace(old, new));
        read(whole.replacen(old, new, 1));
    }
    let deep = format!("{{\"cluster\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    read(deep);
}

/// The script that gathers the answers asks for all that plinth reads, with any AWS CLI: this one answers from the case.
#[test]
fn script_gathers_what_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).expect("writable");
    // Each answer by what was asked for, as the AWS CLI is asked.
    let mut asked = 0;
    for document in serde_json::Deserializer::from_str(&answers()).into_iter::<serde_json::Value>() {
        let document = document.expect("JSON");
        let name = answer_name(&document);
        fs::write(bin.join(name), serde_json::to_string_pretty(&document).expect("JSON")).expect("writable");
        asked += 1;
    }
    let aws = bin.join("aws");
    fs::write(&aws, FAKE_AWS).expect("writable");
    executable(&aws);
    // As a user of the binary has it.
    let script = folder.path().join("describe-cluster");
    let Run { status, stdout, .. } = plinth(folder.path(), &["describe-cluster"]);
    assert_eq!(status, 0);
    fs::write(&script, stdout).expect("writable");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .arg(script)
        .args(["legacy", "--profile", "production"])
        .env("PATH", path)
        .output()
        .expect("the script runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let documents = serde_json::Deserializer::from_str(&printed).into_iter::<serde_json::Value>();
    assert_eq!(documents.count(), asked);
    assert!(!read(printed).1.has_errors(), "what the script prints is complete");
}

/// Answers from files beside it; a list asked for as words comes as words.
const FAKE_AWS: &str = r#"#!/usr/bin/env bash
set -euo pipefail
command=$2 one="" query=""
case " $* " in *" --profile production "*) ;; *) echo "no profile" >&2; exit 1 ;; esac
shift 2
while [ $# -gt 0 ]; do
  case $1 in
    --addon-name | --nodegroup-name | --fargate-profile-name | --principal-arn) one=$2 ;;
    --query) query=$2 ;;
  esac
  shift
done
case $query in
  cluster.accessConfig.authenticationMode) echo API_AND_CONFIG_MAP; exit ;;
  cluster.*) echo id; exit ;;
  *"[]") sed -n 's/^    "\(.*\)",\{0,1\}$/\1/p' "$(dirname "$0")/$command"; exit ;;
esac
cat "$(dirname "$0")/$command${one:+-${one//[^a-z0-9-]/_}}"
"#;

fn answer_name(document: &serde_json::Value) -> String {
    let text = |path: &str| document.pointer(path).and_then(serde_json::Value::as_str).map(str::to_owned);
    let named = [
        ("cluster", "describe-cluster", None),
        ("addons", "list-addons", None),
        ("addon", "describe-addon", Some("/addon/addonName")),
        ("nodegroups", "list-nodegroups", None),
        ("nodegroup", "describe-nodegroup", Some("/nodegroup/nodegroupName")),
        ("fargateProfileNames", "list-fargate-profiles", None),
        ("fargateProfile", "describe-fargate-profile", Some("/fargateProfile/fargateProfileName")),
        ("accessEntries", "list-access-entries", None),
        ("accessEntry", "describe-access-entry", Some("/accessEntry/principalArn")),
        ("associatedAccessPolicies", "list-associated-access-policies", Some("/principalArn")),
        ("associations", "list-pod-identity-associations", None),
        ("OpenIDConnectProviderList", "list-open-id-connect-providers", None),
        ("logGroups", "describe-log-groups", None),
        ("Subnets", "describe-subnets", None),
        ("SecurityGroupRules", "describe-security-group-rules", None),
    ];
    let (_, command, one) =
        named.iter().find(|(key, ..)| document.get(key).is_some()).expect("an answer that is known");
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' { c } else { '_' };
    match one {
        Some(path) => {
            let one = text(path).expect("it has a name");
            format!("{command}-{}", one.chars().map(plain).collect::<String>())
        }
        None => (*command).to_owned(),
    }
}

fn executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("writable");
}
