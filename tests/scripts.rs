//! The generated scripts, as far as bash alone can tell: what they say of themselves, what a dry run prints, and that they
//! keep to what macOS' bash 3.2 knows. What they do is judged in `judges.rs`.

mod harness;

use std::fs;
use std::process::{Command, Stdio};

use harness::{expect_file, report, repository};

const SCRIPTS: [&str; 7] = ["bootstrap", "plan", "apply", "destroy", "connect", "upgrade", "lock-providers"];

/// What pipelines run, where the blueprint has some.
const OF_PIPELINES: &str = "pipeline";

/// Runs a script of a committed tree, where there is neither an engine nor a login.
fn run(tree: &str, script: &str, arguments: &[&str]) -> (i32, String, String) {
    run_on("/usr/bin:/bin", tree, script, arguments)
}

fn run_on(path: &str, tree: &str, script: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new("bash")
        .arg(repository().join("generated").join(tree).join("scripts").join(script))
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .stdin(Stdio::null())
        .output()
        .expect("there is bash");
    let text = |bytes| String::from_utf8(bytes).expect("scripts print UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn scripts_say_how_they_are_used() {
    for script in SCRIPTS.into_iter().chain([OF_PIPELINES]) {
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
        (&["upgrade", "staging"], "an argument is missing"),
        (&["connect", "staging", "main", "cluster"], "too many arguments"),
        (&["connect", "staging", "eu"], "no cluster eu in staging; there is: main"),
        (
            &["apply", "staging", "main", "cluster", "--saved", "--", "-refresh=false"],
            "give plan options to scripts/plan",
        ),
        (&["destroy", "stagign"], "no environment stagign; there is: staging production"),
        (&["apply", "staging", "mian"], "no stack staging mian ; there is: - state, main cluster"),
        (&["plan", "staging", "main", "cluters"], "main cluster, main services"),
        (&["destroy", "staging", ""], "an argument is empty"),
        (&["apply", "staging", "--saved"], "--saved needs a STACK"),
    ] {
        let (status, _, error) = run("azavea", arguments[0], &arguments[1..]);
        assert_eq!((status, error.contains(said)), (2, true), "{arguments:?}: {error}");
        let help = format!("help: scripts/{} --help", arguments[0]);
        assert!(error.contains(&help), "{arguments:?}: {error}");
    }
    let (status, _, error) = run("azavea", "connect", &["staging"]);
    assert_eq!((status, error.contains("help: https://docs.aws.amazon.com/cli/")), (1, true), "{error}");
    let (status, _, error) = run("enterprise", "connect", &["development"]);
    assert_eq!((status, error.contains("several clusters, name one: edge main")), (2, true), "{error}");
}

/// A command that fails where nobody has a word for it: the script says that it ended, and what to do; once.
#[test]
fn scripts_do_not_end_without_a_word() {
    let bin = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let file = bin.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("a file of ours");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    };
    put("terraform", "echo Terraform v1.11.4");
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    for (answers, expected, words) in [
        (
            "*get-caller*) echo 111111111111 ;; *assume-role*) ;; *) echo denied >&2; exit 254",
            1,
            "denied\nerror: bootstrap ended before all was done\nhelp: scripts/bootstrap --help lists what you must be allowed to do\n\
             help: then run the same command again: it goes on from there\n",
        ),
        (
            "*) echo expired >&2; exit 255",
            1,
            "expired\nerror: no AWS credentials that work\nhelp: log in to account 111111111111",
        ),
    ] {
        put("aws", &format!("case \"$*\" in {answers} ;; esac"));
        let (status, _, error) = run_on(&path, "azavea", "bootstrap", &["staging", "--auto-approve"]);
        assert_eq!((status, error.contains(words)), (expected, true), "{error}");
        assert_eq!(error.matches("error:").count(), 1, "{error}");
    }
}

/// Dry runs print everything that would be run; they need neither tools nor a login.
#[test]
fn dry_runs_print_the_sequence() {
    let mut differences = Vec::new();
    for (script, tree, of) in [
        ("destroy", "azavea", &["staging"][..]),
        ("destroy", "enterprise", &["development"]),
        ("destroy", "everything", &["laboratory"]),
        ("upgrade", "azavea", &["production", "main"]),
        ("upgrade", "enterprise", &["development", "edge"]),
    ] {
        let (status, printed, error) = run(tree, script, &[of, &["--dry-run"]].concat());
        assert_eq!((status, error.as_str()), (0, ""), "{script} {tree} {of:?}");
        let path = repository().join(format!("tests/scripts/{script}-{tree}-{}.txt", of.join("-")));
        differences.extend(expect_file(&path, &printed));
    }
    // A protected environment is shown, too, though it would be refused.
    let (status, printed, _) = run("azavea", "destroy", &["production", "--dry-run"]);
    assert_eq!(status, 0, "{printed}");
    let (status, _, error) = run("azavea", "destroy", &["production"]);
    assert_eq!((status, error.contains("production is protected")), (1, true), "{error}");
    report(&differences, "UPDATE=1 cargo test --test scripts");
}

/// What came after bash 3.2 (bash's NEWS, read 2026-11). There is no such bash to run them with: nothing but names is found
/// here, and what a newer one takes in another way is not.
const NEWER: [&str; 35] = [
    "declare -A",
    "local -A",
    "declare -n",
    "local -n",
    "local -",
    "declare -g",
    "mapfile",
    "readarray",
    "coproc",
    "wait -n",
    "printf -v",
    "printf '%(",
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
    "@U}",
    "@L}",
    "globstar",
    "lastpipe",
    "inherit_errexit",
    "EPOCH",
    "BASHPID",
    "exec {",
    "read -N",
    "read -i",
    "[[ -v",
    "[ -v ",
    "${!",
];

/// What the tools of GNU know and those of macOS do not (manual pages of macOS 14, read 2026-11). Options in full are found
/// by their dashes.
const GNU: [&str; 29] = [
    "sed -i",
    "sed -r",
    "sed -s",
    "sed -z",
    "date -d",
    "date -I",
    "date +%N",
    "stat -c",
    "grep -P",
    "xargs -d",
    "xargs -r",
    "readlink -e",
    "readlink -m",
    "realpath",
    "mktemp -p",
    "-printf",
    "-regextype",
    "head -n -",
    "sort -V",
    "cp -a",
    "base64 -w",
    "md5sum",
    "sha256sum",
    "timeout ",
    "tac",
    "flock",
    "setsid",
    "nproc",
    "numfmt",
];

/// Those of which all options have one letter on macOS.
const TOOLS: [&str; 21] = [
    "awk", "basename", "cat", "cksum", "cp", "cut", "date", "dirname", "find", "grep", "head", "ls", "mkdir",
    "mktemp", "mv", "rm", "sed", "sort", "tail", "tr", "xargs",
];

/// What a script has that neither bash 3.2 nor the tools of macOS would take.
fn strange_to_macos(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let at = format!("{name}:{}: {line}", number + 1);
        found.extend(NEWER.iter().filter(|it| line.contains(**it)).map(|it| format!("{it}: {at}")));
        found.extend(GNU.iter().filter(|it| has_word(line, it)).map(|it| format!("{it}: {at}")));
        for tool in TOOLS {
            let is_long = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphabetic());
            let command = format!("{tool} --");
            if has_word(line, &command) && line.split(&command).skip(1).any(is_long) {
                found.push(format!("{tool}, an option in full: {at}"));
            }
        }
        // Basic regular expressions of GNU's sed.
        let expression = line
            .split("sed ")
            .skip(1)
            .flat_map(|rest| ["\\+", "\\?", "\\|", "\\s", "\\w"].map(|it| (rest, it)));
        found.extend(
            expression.filter(|(rest, it)| rest.contains(it)).map(|(_, it)| format!("sed, {it}: {at}")),
        );
        // An array without elements counts as unset before bash 4.4.
        let bare = line.match_indices("\"${").filter(|(start, _)| {
            let word = line[start + 3..].split('}').next().unwrap_or_default();
            word.ends_with("[@]") && !line[..*start].ends_with(&format!("${{{word}+"))
        });
        found.extend(bare.map(|_| format!("an array that may be empty: {at}")));
        // `${word:0:-1}`: a length may be negative since bash 4.2.
        let length = line.split("${").skip(1).filter_map(|rest| rest.split('}').next()?.split(':').nth(2));
        found.extend(
            length.filter(|it| it.trim_start().starts_with('-')).map(|_| format!("a negative length: {at}")),
        );
    }
    // The `)` of a pattern would end the substitution.
    for (start, _) in text.match_indices("$(") {
        let end = text[start..].find(')').map_or(text.len(), |length| start + length);
        if text[start..end].contains("case ") {
            found.push(format!("{name}: case within a substitution: {}", &text[start..end]));
        }
    }
    found
}

/// Whether a line has a text that does not begin in the middle of a word.
fn has_word(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(start, _)| {
        !line[..start].ends_with(|it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_')
    })
}

#[test]
fn scripts_keep_to_what_macos_has() {
    let mut found = Vec::new();
    for tree in ["azavea", "enterprise"] {
        let scripts = repository().join("generated").join(tree).join("scripts");
        let files = fs::read_dir(scripts).expect("there are scripts").map(|file| file.expect("readable"));
        // Pipelines run on Linux.
        for file in files.filter(|file| file.file_name() != OF_PIPELINES) {
            let text = fs::read_to_string(file.path()).expect("a script is text");
            found.extend(strange_to_macos(&file.path().to_string_lossy(), &text));
        }
    }
    assert_eq!(found, Vec::<String>::new());
    for strange in [
        "mapfile -t rows",
        "run \"${options[@]}\"",
        "name=${name,,}",
        "short=${name:0:-1}",
        "date -d yesterday",
        "grep --quiet x",
        "sed 's/a\\+//'",
        "x=$(case $y in a) b ;; esac)",
    ] {
        assert!(!strange_to_macos("it", strange).is_empty(), "nothing is found in: {strange}");
    }
    let usual =
        ["cp -- \"$1\" .", "terraform --help", "role=${role:-none}", "${1:---all}", "${a[@]+\"${a[@]}\"}"];
    assert_eq!(strange_to_macos("it", &usual.join("\n")), Vec::<String>::new());
}
