//! The generated scripts, as far as bash alone can tell: what they say of themselves, what a dry run prints, and that they
//! keep to what macOS' bash 3.2 knows. What they do is judged in `judges.rs`.

mod harness;

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use harness::{expect_file, report, repository};

const SCRIPTS: [&str; 7] = ["bootstrap", "plan", "apply", "destroy", "connect", "upgrade", "lock-providers"];

/// What pipelines run, where the blueprint has some.
const OF_PIPELINES: &str = "pipeline";

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

/// A tree whose scripts find an engine, an AWS CLI and a kubectl that a test has made.
struct Fakes {
    folder: tempfile::TempDir,
}

impl Fakes {
    fn new(tree: &str) -> Self {
        let fakes = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for part in ["scripts", "environments"] {
            harness::copy(
                &repository().join("generated").join(tree).join(part),
                &fakes.folder.path().join(part),
            );
        }
        fs::create_dir(fakes.folder.path().join("bin")).expect("a folder of ours");
        fakes
    }

    /// Makes a program of what it answers, as branches of `case` over its arguments.
    fn put(&self, name: &str, answers: &str) -> &Self {
        use std::os::unix::fs::PermissionsExt as _;
        // What is asked all the time.
        let usual = match name {
            "terraform" => {
                "version) echo Terraform v1.11.4 ;; *' init '*) mkdir -p \"${1#-chdir=}/.terraform\" ;;\n\
                 *' state list') ;; *' plan '*) : >\"${1#-chdir=}/.terraform/plinth.tfplan\"; exit 2 ;;"
            }
            "aws" => "*get-caller*) echo 111111111111 ;;",
            _ => "",
        };
        let file = self.folder.path().join("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\ncase \"$*\" in {answers}\n{usual}\nesac\n"))
            .expect("a file of ours");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        self
    }

    /// Runs a script in a process group of its own; both streams are what it says.
    fn run(&self, script: &str, arguments: &[&str]) -> (i32, String) {
        let path = self.folder.path().join("bin");
        let command = "exec 2>&1; export PATH=\"$1:/usr/bin:/bin\"; shift; exec bash \"$@\"";
        let output = Command::new("bash")
            .args(["-c", command, "bash"])
            .args([path, self.folder.path().join("scripts").join(script)])
            .args(arguments)
            .env_clear()
            .env("TF_WORKSPACE", "another")
            .process_group(0)
            .stdin(Stdio::null())
            .output()
            .expect("there is bash");
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a script that must say something and end so.
    fn says(&self, call: &str, expected: i32, words: &[&str]) -> String {
        let arguments: Vec<&str> = call.split(' ').collect();
        let (status, said) = self.run(arguments[0], &arguments[1..]);
        assert_eq!(status, expected, "{call}:\n{said}");
        for word in words {
            assert!(said.contains(word), "{call}: no `{word}` in\n{said}");
        }
        said
    }
}

/// A command that fails where nobody has a word for it: the script says that it ended, and what to do; once.
#[test]
fn scripts_do_not_end_without_a_word() {
    let fakes = Fakes::new("azavea");
    fakes.put("terraform", "");
    for (answers, words) in [
        (
            "*assume-role*) ;; *get-caller*) echo 111111111111 ;; *) echo denied >&2; exit 254 ;;",
            "denied\nerror: bootstrap ended before all was done\nhelp: scripts/bootstrap --help lists what you must be allowed to do\n\
             help: then run the same command again: it goes on from there\n",
        ),
        (
            "*) echo expired >&2; exit 255 ;;",
            "expired\nerror: no AWS credentials that work\nhelp: log in to account 111111111111",
        ),
    ] {
        let said = fakes.put("aws", answers).says("bootstrap staging --auto-approve", 1, &[words]);
        assert_eq!(said.matches("error:").count(), 1, "{said}");
    }
}

/// The engine dies of HUP unless whoever starts it ignores that.
#[test]
fn a_lost_terminal_kills_no_apply() {
    let fakes = Fakes::new("azavea");
    fakes
        .put("aws", "")
        .put("terraform", "*' apply '*) kill -HUP 0; echo \"applied in ${TF_WORKSPACE-default}\" ;;");
    fakes.says("apply staging main cluster --auto-approve", 0, &["\napplied in default\n"]);
}

/// What stands half-way is not read from; what fails otherwise says what it may wait for.
#[test]
fn plans_wait_for_what_is_not_applied_to_the_end() {
    let fakes = Fakes::new("azavea");
    fakes.put("aws", "");
    let holds = |address: &str| format!("*/cluster' state list') echo {address} ;;");
    fakes
        .put("terraform", &(holds("module.cluster.aws_eks_cluster.this") + " *services' plan '*) exit 1 ;;"));
    let waits = [
        "\n  staging main cluster: changes, never applied to the end\n",
        "\n  staging main services: waits, cannot be planned yet\n",
        "\n  staging main apps/franklin: waits, cannot be planned yet\n",
    ];
    fakes.says("plan staging main", 0, &waits);
    fakes.put(
        "terraform",
        &(holds("module.cluster.aws_ssm_parameter.contract") + " *services' plan '*) exit 1 ;;"),
    );
    let may_wait = [
        "error: the plan of environments/staging/main/services failed\nhelp: the last lines above say what failed\n\
         help: if it reads what is not made yet, it waits for: scripts/apply staging main cluster\n",
        "force-unlock ID",
    ];
    fakes.says("plan staging main", 1, &may_wait);
}

/// What `scripts/plan` kept is applied as long as the files are those that it planned.
#[test]
fn saved_plans_are_of_these_very_files() {
    let fakes = Fakes::new("azavea");
    fakes.put("aws", "").put("terraform", "*' apply '*) echo applied ;;");
    let (plan, apply) = ("plan staging main cluster", "apply staging main cluster --saved --auto-approve");
    let none = ["error: no plan of staging main cluster is saved\nhelp: scripts/plan staging main cluster\n"];
    fakes.says(apply, 1, &none);
    fakes.says(plan, 0, &["Next: scripts/apply staging main cluster --saved"]);
    fakes.says(apply, 0, &["\napplied\n"]);
    fakes.says(apply, 1, &none);

    fakes.says(plan, 0, &[]);
    fs::remove_file(fakes.folder.path().join("environments/staging/main/cluster/outputs.tf"))
        .expect("it is there");
    let gone = "is older than a change of ./environments/staging/main/cluster/outputs.tf\n";
    fakes.says(apply, 1, &[gone]);
    // What an apply has planned and nobody wanted is not kept.
    fakes.says(plan, 0, &[]);
    fakes.put("terraform", "*' apply '*) exit 1 ;;").says(
        "apply staging main cluster --auto-approve",
        1,
        &["failed twice"],
    );
    fakes.says(apply, 1, &none);
}

/// A plan to destroy is never what somebody applies later, not even where the script was killed at its question.
#[test]
fn saved_plans_destroy_nothing() {
    let fakes = Fakes::new("azavea");
    let plan = "for it; do case \"$it\" in -out=*) : >\"${1#-chdir=}/${it#-out=}\" ;; esac; done; exit 2";
    let engine =
        format!("*' apply '*) kill -KILL $PPID ;; *services' state list') echo a.b ;; *' plan '*) {plan} ;;");
    fakes.put("aws", "").put("terraform", &engine);
    fakes.says("destroy staging main services --auto-approve", -1, &[" -destroy -refresh=false\n"]);
    let none = "error: no plan of staging main services is saved\n";
    fakes.says("apply staging main services --saved --auto-approve", 1, &[none]);
}

/// What is inside a cluster is forgotten with the cluster alone: else it runs on, in no state.
#[test]
fn what_runs_on_is_not_forgotten() {
    let fakes = Fakes::new("azavea");
    fakes.put("aws", "*list-clusters*) echo azavea-staging-main ;;").put("kubectl", "*readyz*) exit 1 ;;");
    fakes.put("terraform", "*services' state list') echo module.services.helm_release.karpenter ;;");
    let said = fakes.says(
        "destroy staging main services --skip-drain --auto-approve",
        1,
        &["error: azavea-staging-main is there, and gives kubectl no answer: what is inside it would run on, and be in no state\n"],
    );
    assert!(!said.contains("state rm") && !said.contains(" plan "), "{said}");
}

#[test]
fn dry_runs_say_what_is_refused() {
    let fakes = Fakes::new("azavea");
    let note = "note: without --dry-run this is refused: production is protected and is not destroyed\n";
    fakes.says("destroy production --dry-run", 0, &[note]);
}

/// An upgrade that cannot look does not begin; and only what EKS does not list is not there.
#[test]
fn upgrades_look_first() {
    let fakes = Fakes::new("azavea");
    fakes.put("terraform", "*' apply '*) echo applied ;;");
    let call = "upgrade staging main --auto-approve";
    let describe = |listed: &str| format!("*describe-cluster*) exit 254 ;; *list-clusters*) {listed} ;;");
    let said = fakes.put("aws", &describe("")).says(call, 1, &["error: azavea-staging-main was not found\n"]);
    assert!(!said.contains("plan"), "{said}");
    for listed in ["echo azavea-staging-main", "exit 254"] {
        fakes.put("aws", &describe(listed));
        fakes.says(call, 1, &["error: EKS does not say which Kubernetes azavea-staging-main has\n"]);
    }
    fakes.put("aws", "*describe-cluster*) echo 1.35 ;;");
    let unseen = "error: azavea-staging-main cannot be reached with kubectl: nothing has been changed\n";
    for kubectl in ["*readyz*) exit 1 ;;", "*readyz*) ;; *) exit 1 ;;"] {
        fakes.put("kubectl", kubectl);
        let words =
            if kubectl.contains("readyz*) exit") { unseen } else { "error: the disruption budgets of" };
        let said = fakes.says(call, 1, &[words]);
        assert!(!said.contains("\napplied"), "{said}");
    }
    fakes.put("kubectl", "*) exit 1 ;;");
    fakes.says(&format!("{call} --ignore-budgets"), 0, &["note: not looked at", "\napplied\n"]);
}

/// A bucket of another region is left alone, and a role that somebody made meanwhile is good.
#[test]
fn bootstraps_take_what_is_there() {
    let fakes = Fakes::new("azavea");
    let rest = "*list-buckets*) echo there ;; *list-aliases*) echo key ;; *KeyState*) echo Enabled ;; *list-roles*) cat \"$0.role\" ;;";
    fakes.put("terraform", "*' apply '*) echo applied ;;");
    let call = "bootstrap staging --auto-approve";
    let role = fakes.folder.path().join("bin/aws.role");
    for (home, status, words) in [
        (
            "eu-west-1",
            1,
            "-terraform-state is in eu-west-1, and never moves to us-east-1\nhelp: in the blueprint, write \"eu-west-1\"",
        ),
        ("None", 0, "\napplied\n"),
    ] {
        fs::write(&role, "").expect("a file of ours");
        let answers = format!(
            "*get-bucket-location*) echo {home} ;; *create-service*) echo role >\"$0.role\"; exit 254 ;; {rest}"
        );
        let said = fakes.put("aws", &answers).says(call, status, &[words]);
        assert_eq!(said.contains("put-"), status == 0, "{said}");
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
