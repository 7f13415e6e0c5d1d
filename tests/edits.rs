//! Edits: one key of `blueprints/azavea.toml` changes, and only the lines change that must.
//!
//! A folder in `tests/edits` is named for the edit. `edit.toml` says what is typed, `expected.diff` what it does to
//! the generated tree, `expected.txt` what `plinth diff` and `plinth affected` say of that.

mod harness;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::{Made, Tree, expect_file, folders, make, name, render_of, report, repository};
use plinth::blueprint::include::nothing;
use plinth::review::{self, compare, show, touched};
use serde::Deserialize;
use similar::TextDiff;

/// `edit.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Text that stands in the blueprint once, and what takes its place.
    #[serde(default)]
    replace: Vec<Replace>,
    /// What is added at the end.
    #[serde(default)]
    append: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replace {
    find: String,
    with: String,
}

fn azavea() -> String {
    fs::read_to_string(repository().join("blueprints/azavea.toml")).expect("the blueprint")
}

fn generate(text: &str) -> Tree {
    make(text, "azavea.toml").unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn edit(folder: &Path, mut text: String) -> String {
    let edit = fs::read_to_string(folder.join("edit.toml")).expect("edit.toml");
    let Edit { replace, append } = toml::from_str(&edit).unwrap_or_else(|error| panic!("{error}"));
    for Replace { find, with } in replace {
        assert_eq!(
            text.matches(&find).count(),
            1,
            "{}: `{find}` must stand in azavea.toml once",
            name(folder)
        );
        text = text.replace(&find, &with);
    }
    text + &append
}

/// Shows how two trees differ. Of a file that comes or goes the name is enough.
fn difference(old: &Tree, new: &Tree) -> String {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut out = String::new();
    for path in paths {
        match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                let diff = TextDiff::from_lines(old, new);
                let (a, b) = (format!("a/{path}"), format!("b/{path}"));
                out.push_str(&diff.unified_diff().context_radius(2).header(&a, &b).to_string());
            }
            (Some(_), None) => out.push_str(&format!("removed {path}\n")),
            (None, _) => out.push_str(&format!("created {path}\n")),
        }
    }
    out
}

/// What plinth says of two trees.
fn meaning(old: &Made, new: &Made) -> String {
    let [old, tree] = [old, new].map(|made| review::Tree::rendered(&made.files, &made.stacks));
    let change = compare(&old, &tree, &[]);
    let (diff, affected) = (show::text("main", &change), touched::text(&["main"], &[change], &new.stacks));
    format!("$ plinth diff --base main\n{diff}\n$ plinth affected --base main\n{affected}")
}

#[test]
fn edits_change_only_what_they_must() {
    let render = |text: &str| {
        render_of(text, "azavea.toml", &nothing).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
    };
    let before = render(&azavea());
    let mut differences = Vec::new();
    for folder in folders("edits") {
        let after = render(&edit(&folder, azavea()));
        let difference = difference(&before.tree(), &after.tree());
        differences.extend(expect_file(&folder.join("expected.diff"), &difference));
        differences.extend(expect_file(&folder.join("expected.txt"), &meaning(&before, &after)));
    }
    report(&differences, "UPDATE=1 cargo test --test edits");
}

#[test]
fn comments_and_spaces_change_nothing() {
    let written = azavea();
    let before = generate(&written);
    let commented = written.replace('\n', " # because\n");
    assert_eq!(difference(&before, &generate(&commented)), "", "a comment on every line");
    let bare = written.lines().map(|line| line.split(" # ").next().unwrap_or_default().to_owned() + "\n");
    let bare: String = bare.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(difference(&before, &generate(&bare)), "", "no comments");
    let spaced = written.replace(" = ", "\t  =   ").replace('\n', "  \n\n");
    assert_eq!(difference(&before, &generate(&spaced)), "", "other spaces and blank lines");
    let windows = written.replace('\n', "\r\n");
    assert_eq!(difference(&before, &generate(&windows)), "", "line ends of Windows");
}
