//! What the manifest looks like, and what happens when it is lost or broken.

use plinth::file::File;
use plinth::tree::{Damage, Drift, Error, MANIFEST, Manifest, State};
use serde_json::{Map, json};

use super::directory::{Directory, facts, file};

fn damage(text: &str) -> (Damage, String, Option<String>) {
    let directory = Directory::new();
    directory.put(MANIFEST, text);
    match Manifest::read(&directory.root) {
        Err(error) => {
            let (message, help) = (error.to_string(), error.help());
            let Error::Manifest { damage, path } = error else { panic!("unexpected {error:?}") };
            assert_eq!(path, directory.root.join(MANIFEST));
            (damage, message, help)
        }
        other => panic!("expected an error, got {other:?}"),
    }
}

#[test]
fn one_line_for_each_file_and_fact_in_order() {
    let directory = Directory::new();
    let files = [
        file("b.tf", "b\n"),
        File { stack: Some("staging/main/cluster".to_owned()), ..file("a/\"c\".tf", "a\n") },
        file("a.tf", "a\n"),
    ];
    // A quotation mark cannot stand in a path; in a template it can.
    let files = [files[0].clone(), File { path: "a/c.tf".into(), ..files[1].clone() }, files[2].clone()];
    let facts = facts(json!({ "versions": { "b": [{ "y": 1, "x": null }], "a": "1.36" }, "cells": 2 }));
    Drift::compare(&directory.root, &files, &facts).unwrap().write(&[]).unwrap();
    let sums = [
        "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7",
        "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f",
    ];
    let expected = r#"{
  "format": 1,
  "files": {
    "a/c.tf": {"sha256":"A","template":"a/\"c\".tf.tera","stack":"staging/main/cluster"},
    "a.tf": {"sha256":"A","template":"a.tf.tera"},
    "b.tf": {"sha256":"B","template":"b.tf.tera"}
  },
  "facts": {
    "cells": 2,
    "versions": {"a":"1.36","b":[{"x":null,"y":1}]}
  }
}
"#;
    assert_eq!(
        directory.text(MANIFEST),
        expected.replace("\"A\"", &format!("\"{}\"", sums[0])).replace("\"B\"", &format!("\"{}\"", sums[1]))
    );
    let read = Manifest::read(&directory.root).unwrap().unwrap();
    assert_eq!(read, Manifest::of(&files, facts));
}

#[test]
fn nothing_generated_is_a_manifest_too() {
    let directory = Directory::new();
    assert_eq!(Manifest::read(&directory.root).unwrap(), None);
    directory.write(&[]);
    assert_eq!(directory.text(MANIFEST), "{\n  \"format\": 1,\n  \"files\": {},\n  \"facts\": {}\n}\n");
    assert_eq!(Manifest::read(&directory.root).unwrap(), Some(Manifest::default()));
}

#[test]
fn order_of_files_and_facts_does_not_matter() {
    let directory = Directory::new();
    let (one, other) = (facts(json!({ "a": 1, "b": 2 })), facts(json!({ "b": 2, "a": 1 })));
    let files = [file("a", "1\n"), file("b", "1\n")];
    Drift::compare(&directory.root, &files, &one).unwrap().write(&[]).unwrap();
    let files = [file("b", "1\n"), file("a", "1\n")];
    assert!(Drift::compare(&directory.root, &files, &other).unwrap().is_clean());
    // Nor does the layout: a formatter may have gone over every JSON file.
    let manifest: serde_json::Value = serde_json::from_str(&directory.text(MANIFEST)).unwrap();
    directory.put(MANIFEST, serde_json::to_string_pretty(&manifest).unwrap());
    assert!(Drift::compare(&directory.root, &files, &other).unwrap().is_clean());
}

#[test]
fn changed_fact_makes_the_manifest_stale_and_nothing_else() {
    let directory = Directory::new();
    let files = [file("a", "1\n")];
    directory.write(&files);
    let before = directory.times();
    let drift = Drift::compare(&directory.root, &files, &facts(json!({ "kubernetes": "1.36" }))).unwrap();
    assert!(drift.is_manifest_stale() && !drift.is_clean());
    assert_eq!(drift.write(&[]).unwrap().unchanged, 1);
    assert_eq!(directory.times()["a"], before["a"]);
    assert_eq!(Manifest::read(&directory.root).unwrap().unwrap().facts["kubernetes"], "1.36");
}

#[test]
fn lost_manifest_costs_nothing_where_the_text_is_right() {
    let directory = Directory::new();
    let files = [file("same", "1\n"), file("other", "1\n")];
    directory.write(&files);
    directory.remove(MANIFEST);
    assert_eq!(directory.write(&files).unchanged, 2);
    directory.remove(MANIFEST);
    let new = [file("same", "1\n"), file("other", "2\n")];
    assert_eq!(
        directory.states(&new),
        [("other".to_owned(), State::Foreign), ("same".to_owned(), State::Unchanged)]
    );
}

#[test]
fn file_that_is_gone_and_no_longer_generated_is_forgotten() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n"), file("b", "1\n")]);
    directory.remove("b");
    let files = [file("a", "1\n")];
    let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
    assert!(drift.is_manifest_stale());
    assert_eq!(drift.entries().len(), 1);
    drift.write(&[]).unwrap();
    assert!(!directory.text(MANIFEST).contains("\"b\""));
}

/// A line of a file as plinth writes it.
fn line(path: &str, text: &str) -> String {
    let sum = plinth::tree::Checksum::of(text.as_bytes());
    format!("    \"{path}\": {{\"sha256\":\"{sum}\",\"template\":\"t\"}}")
}

#[test]
fn both_sides_of_a_git_conflict_are_read() {
    let (ours, theirs, base) = (line("a", "1\n"), line("a", "2\n"), line("a", "0\n"));
    let (only, b) = (line("only", "1\n"), line("b", "1\n"));
    let begin = "{\n  \"format\": 1,\n  \"files\": {\n";
    let end = "  },\n  \"facts\": {\n    \"x\": 1\n  }\n}\n";
    for text in [
        format!("{begin}<<<<<<< HEAD\n{ours},\n=======\n{theirs},\n{only},\n>>>>>>> x\n{b}\n{end}"),
        // As `merge.conflictStyle = diff3` has it; the base is no side.
        format!(
            "{begin}<<<<<<< HEAD\n{ours}\n||||||| 1\n{base}\n=======\n{theirs},\n{only},\n{b}\n>>>>>>> x\n{end}"
        ),
        // As a union merge leaves it, or whoever takes the marks away: a comma is missing.
        format!("{begin}{ours}\n{theirs},\n{only},\n{b}\n{end}"),
        format!("{begin}{ours},\n{theirs},\n{only},\n{b}\n{end}"),
        // A conflict that goes from one table into the other.
        format!(
            "{begin}{b},\n<<<<<<< HEAD\n{ours}\n  }},\n  \"facts\": {{\n    \"y\": 1,\n=======\n{theirs},\n{only}\n  }},\n  \
             \"facts\": {{\n>>>>>>> x\n    \"x\": 1\n  }}\n}}\n"
        ),
        format!("{begin}{b},\n<<<<<<< HEAD\n{ours},\n{only}\n{end}=======\n{theirs}\n{end}>>>>>>> x\n")
            .replace('\n', "\r\n"),
    ] {
        let directory = Directory::new();
        directory.put(MANIFEST, &text);
        let manifest = Manifest::read(&directory.root).unwrap().unwrap();
        let paths: Vec<_> = manifest.files.keys().map(|path| path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "only"], "{text}");
        assert_eq!(manifest.facts["x"], 1, "{text}");
        for (on_disk, state) in
            [("1\n", State::Stale), ("2\n", State::Stale), ("0\n", State::Edited), ("3\n", State::Unchanged)]
        {
            directory.put("a", on_disk);
            assert_eq!(directory.states(&[file("a", "3\n")]), [("a".to_owned(), state)], "{text}");
        }
        directory.put("only", "1\n");
        directory.write(&[file("a", "3\n")]);
        assert_eq!(directory.contents().into_keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(Manifest::read(&directory.root).unwrap().unwrap().files.len(), 1);
    }
}

#[test]
fn git_conflict_in_another_layout_is_named_with_its_line_and_a_way_out() {
    let conflict = "{\n  \"format\": 1,\n<<<<<<< HEAD\n  \"files\":\n    {},\n=======\n  \"files\": {}\n>>>>>>> main\n}\n";
    let (damage, message, help) = damage(conflict);
    assert_eq!(damage, Damage::Conflict { line: 3 });
    assert!(
        message.ends_with(
            "/.plinth/manifest.json` has a git conflict at line 3 that plinth cannot read both sides of"
        ),
        "{message}"
    );
    assert!(help.unwrap().starts_with("keep the lines of both sides, "));
}

#[test]
fn manifest_of_a_newer_plinth_is_not_guessed_at() {
    let (damage, _, help) = damage(r#"{ "format": 2, "files": [] }"#);
    assert_eq!(damage, Damage::Newer { format: 2 });
    assert_eq!(help.unwrap(), "use the plinth that wrote it, or a newer one");
}

#[test]
fn broken_manifest_is_an_error_and_nothing_is_written() {
    for (text, part) in [
        ("", "EOF"),
        ("{\n  \"format\": 1,\n  \"fi", "line 3"),
        ("[]", "no `format`"),
        (r#"{ "format": "1" }"#, "no `format`"),
        (r#"{ "format": 1 }"#, "`files`"),
        (r#"{ "format": 1, "files": { "a": { "template": "t" } } }"#, "`sha256`"),
    ] {
        let (damage, message, help) = damage(text);
        assert!(matches!(damage, Damage::Unreadable(_)), "{damage:?}");
        assert!(message.contains(part), "{message}");
        assert!(help.unwrap().contains("git checkout HEAD -- "));
    }
    let directory = Directory::new();
    directory.put(MANIFEST, "{");
    let before = directory.everything();
    assert!(matches!(directory.try_write(&[file("a", "1\n")], &[]), Err(Error::Manifest { .. })));
    assert_eq!(directory.everything(), before);
}

#[test]
fn manifest_cannot_make_plinth_remove_a_file_elsewhere() {
    let directory = Directory::new();
    directory.put("victim", "a\n");
    for path in ["../victim", "/etc/victim", "a/../../victim", ".git/config", ".plinth/x"] {
        let record =
            r#"{"sha256":"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7","template":"t"}"#;
        let (damage, ..) = damage(&format!(r#"{{ "format": 1, "files": {{ "{path}": {record} }} }}"#));
        assert!(matches!(&damage, Damage::Unreadable(reason) if reason.contains(path)), "{damage:?}");
    }
}
