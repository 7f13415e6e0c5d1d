//! Holds the formatter to what `terraform fmt` does.
//!
//! `tests/format/ugly` has one snippet for each thing that the layout has to get right, named for
//! it; `tests/format/formatted` has what Terraform makes of it. Nobody writes the second by hand,
//! and this project's own formatter does not either: [`REFRESH`] says how to make them anew.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use plinth::hcl::format::format;
use similar::TextDiff;

const UGLY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format/ugly");
const FORMATTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format/formatted");

const REFRESH: &str = "\
What is expected here comes from Terraform, so `UPDATE=1 cargo test --test format` is NOT for these \
files. After a change to a snippet in tests/format/ugly, let the real program make its counterpart:

    rm -r tests/format/formatted && cp -r tests/format/ugly tests/format/formatted
    terraform fmt -recursive tests/format/formatted

then read the difference, and run the tests once more with `terraform` and `tofu` within reach.";

type TestResult = Result<(), Box<dyn Error>>;

/// File names and contents, in order of name.
type Corpus = BTreeMap<String, String>;

#[test]
fn ugly_snippets_come_out_as_from_terraform() -> TestResult {
    let (ugly, formatted) = (read(UGLY)?, read(FORMATTED)?);
    assert!(
        ugly.keys().eq(formatted.keys()),
        "tests/format/ugly and tests/format/formatted hold different files\n\n{REFRESH}",
    );
    assert_same("terraform", &formatted, "plinth", &run_plinth(&ugly)?);
    Ok(())
}

#[test]
fn formatted_snippets_stay_as_they_are() -> TestResult {
    let formatted = read(FORMATTED)?;
    assert_same("formatted once", &formatted, "formatted twice", &run_plinth(&formatted)?);
    Ok(())
}

#[test]
fn real_terraform_agrees() -> TestResult {
    let formatted = read(FORMATTED)?;
    for name in ["terraform", "tofu"] {
        if let Some(judge) = find_judge(name) {
            assert_same("tests/format/formatted", &formatted, name, &run_judge(&judge)?);
        } else {
            let notice =
                format!("not run: {name} fmt over tests/format/ugly (no {name} in PATH or PLINTH_JUDGES)");
            // Not `eprintln!`, which the harness swallows when a test passes.
            writeln!(io::stderr(), "{notice}")?;
            assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{notice}");
        }
    }
    Ok(())
}

fn read(directory: impl AsRef<Path>) -> Result<Corpus, Box<dyn Error>> {
    let mut corpus = Corpus::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            corpus.insert(name.into_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(corpus)
}

fn run_plinth(corpus: &Corpus) -> Result<Corpus, Box<dyn Error>> {
    corpus
        .iter()
        .map(|(name, source)| {
            let text = format(source).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.clone(), text))
        })
        .collect()
}

/// Finds a program in the directories of `PLINTH_JUDGES`, or else in those of `PATH`.
fn find_judge(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    ["PLINTH_JUDGES", "PATH"]
        .into_iter()
        .filter_map(env::var_os)
        .flat_map(|paths| env::split_paths(&paths).collect::<Vec<_>>())
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}

/// Returns what the program makes of the ugly snippets.
fn run_judge(judge: &Path) -> Result<Corpus, Box<dyn Error>> {
    let copy = tempfile::tempdir()?;
    for (name, source) in read(UGLY)? {
        fs::write(copy.path().join(name), source)?;
    }
    // A configuration file that is not there is a warning; an empty one, nothing.
    let config = copy.path().join("empty.tfrc");
    fs::write(&config, "")?;
    let output = Command::new(judge)
        .args(["fmt", "-recursive", "-list=false", "-no-color"])
        .current_dir(copy.path())
        .env("TF_CLI_CONFIG_FILE", &config)
        .env("CHECKPOINT_DISABLE", "1")
        .output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} fmt: {}\n{complaint}", judge.display(), output.status).into());
    }
    read(copy.path())
}

/// Fails with the differences of all files, so that one run shows what a change has broken.
#[track_caller]
fn assert_same(expected_by: &str, expected: &Corpus, actual_by: &str, actual: &Corpus) {
    let differences: Vec<String> = expected
        .iter()
        .filter(|(name, text)| actual.get(*name) != Some(*text))
        .map(|(name, text)| {
            let actual = actual.get(name).map_or("", String::as_str);
            TextDiff::from_lines(visible(text), visible(actual))
                .unified_diff()
                .header(&format!("{name} ({expected_by})"), &format!("{name} ({actual_by})"))
                .to_string()
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {} files differ\n\n{}\n{REFRESH}",
        differences.len(),
        expected.len(),
        differences.join("\n"),
    );
}

/// Makes what a terminal does not show visible, since that is what most differences consist of.
fn visible(text: &str) -> String {
    text.replace('\r', "␍").replace('\t', "⇥").replace('\u{feff}', "<BOM>")
}
