//! The generated scripts, as far as bash alone can tell: what they say of themselves, what a dry run prints, and that they
//! keep to what macOS' bash 3.2 knows. What they do is judged in `judges.rs`.

mod harness;

use std::fs;
use std::process::{Command, Stdio};

use harness::{expect_file, report, repository};

const SCRIPTS: [&str; 7] = ["bootstrap", "plan", "apply", "destroy", "connect", "upgrade", "lock-providers"];

/// Runs a script of a committed tree, where there is neither an engine nor a login.
fn run(tree: &str, script: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new("bash")
        .arg(repository().join("generated").join(tree).join("scripts").join(script))
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .stdin(Stdio::null())
        .output()
        .expect("there is bash");
    let text = |bytes| String::from_utf8(bytes).expect("scripts print UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn scripts_say_how_they_are_used() {
    for script in SCRIPTS {
        let (status, help, _) = run("enterprise", script, &["--help"]);
        assert_eq!(status, 0, "{script} --help");
        assert!(help.starts_with(&format!("Usage: scripts/{script}")), "{help}");
        assert!(!help.contains("shellcheck") && help.lines().count() > 3, "{script}: {help}");
        // Each option of the first line is explained, or is a word of an explanation.
        let options =
            help.split(['[', ']', ' ', '\n']).filter(|word| word.starts_with("--") && word.len() > 2);
        for option in options {
            let explained = help.lines().skip(1).any(|line| line.contains(option));
            assert!(explained, "{script}: {option} is not explained:\n{help}");
        }
        let (status, _, error) = run("enterprise", script, &["--nonsense"]);
        assert_eq!(
            (status, error.contains("error: unknown option --nonsense")),
            (2, true),
            "{script}: {error}"
        );
    }
    for (arguments, said) in [
        (&["destroy"][..], "an argument is missing"),
        (&["destroy", "stagign"], "no environment stagign; there is: staging production"),
        (&["apply", "staging", "mian"], "no stack staging mian ; there is: - state, main cluster"),
        (&["plan", "staging", "main", "cluters"], "main cluster, main services"),
        (&["destroy", "staging", ""], "an argument is empty"),
        (&["apply", "staging", "--saved"], "--saved needs a STACK"),
    ] {
        let (status, _, error) = run("azavea", arguments[0], &arguments[1..]);
        assert_eq!((status, error.contains(said)), (2, true), "{arguments:?}: {error}");
    }
}

/// `destroy --dry-run` prints everything that a destroy would run; it needs neither tools nor a login.
#[test]
fn dry_runs_print_the_sequence() {
    let mut differences = Vec::new();
    for (tree, environment) in
        [("azavea", "staging"), ("enterprise", "development"), ("everything", "laboratory")]
    {
        let (status, printed, error) = run(tree, "destroy", &[environment, "--dry-run"]);
        assert_eq!((status, error.as_str()), (0, ""), "{tree} {environment}");
        let path = repository().join(format!("tests/scripts/destroy-{tree}-{environment}.txt"));
        differences.extend(expect_file(&path, &printed));
    }
    // A protected environment is shown, too, though it would be refused.
    let (status, printed, _) = run("azavea", "destroy", &["production", "--dry-run"]);
    assert_eq!(status, 0, "{printed}");
    let (status, _, error) = run("azavea", "destroy", &["production"]);
    assert_eq!((status, error.contains("production is protected")), (1, true), "{error}");
    report(&differences, "UPDATE=1 cargo test --test scripts");
}

/// What came after bash 3.2 (bash's NEWS, read 2026-11).
const NEWER: [&str; 30] = [
    "declare -A",
    "local -A",
    "declare -n",
    "local -n",
    "declare -g",
    "mapfile",
    "readarray",
    "coproc",
    "wait -n",
    "printf -v",
    "|&",
    "&>>",
    ";;&",
    ";&",
    "[-1]",
    "^^}",
    ",,}",
    "^}",
    "@Q}",
    "@P}",
    "globstar",
    "lastpipe",
    "inherit_errexit",
    "EPOCH",
    "BASHPID",
    "exec {",
    "read -N",
    "[[ -v",
    "-v \"",
    "${!",
];

#[test]
fn scripts_keep_to_bash_3() {
    let mut found = Vec::new();
    for script in SCRIPTS.into_iter().chain(["lib.sh"]) {
        let text = fs::read_to_string(repository().join("generated/enterprise/scripts").join(script));
        let text = text.expect("a script is text");
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let at = format!("{script}:{}: {line}", number + 1);
            found.extend(NEWER.iter().filter(|it| line.contains(**it)).map(|it| format!("{it}: {at}")));
            // An array without elements counts as unset before bash 4.4.
            let bare = line.match_indices("\"${").filter(|(start, _)| {
                let word = line[start + 3..].split('}').next().unwrap_or_default();
                word.ends_with("[@]") && !line[..*start].ends_with(&format!("${{{word}+"))
            });
            found.extend(bare.map(|_| format!("an array that may be empty: {at}")));
        }
        // The `)` of a pattern would end the substitution.
        for (start, _) in text.match_indices("$(") {
            let end = text[start..].find(')').map_or(text.len(), |length| start + length);
            if text[start..end].contains("case ") {
                found.push(format!("{script}: case within a substitution: {}", &text[start..end]));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
