//! A journal that a run left, which was stopped: whatever it was about to write is plinth's, and nothing else becomes that by it.

use plinth::file::{File, Keeping};
use plinth::tree::{Checksum, Drift, Error, JOURNAL, MANIFEST, State};
use serde_json::Map;

use super::directory::{Directory, file, refused};

/// Leaves a journal that says what runs were about to write.
fn journal(directory: &Directory, records: &[(&str, &str)]) {
    let line = |(path, text): &(&str, &str)| {
        let sum = Checksum::of(text.as_bytes());
        format!("    \"{path}\": {{\"sha256\":\"{sum}\",\"template\":\"t\"}}")
    };
    let lines: Vec<String> = records.iter().map(line).collect();
    let files = format!("{{\n{}\n  }}", lines.join(",\n"));
    directory.put(JOURNAL, format!("{{\n  \"format\": 1,\n  \"files\": {files},\n  \"facts\": {{}}\n}}\n"));
}

fn is_clean(directory: &Directory, files: &[File]) -> bool {
    Drift::compare(&directory.root, files, &Map::new()).unwrap().is_clean()
}

fn names(directory: &Directory) -> Vec<String> {
    directory.everything().into_keys().collect()
}

#[test]
fn what_it_names_is_plinths_and_goes_or_changes() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n"), file("b", "1\n")]);
    directory.put("a", "2\n");
    directory.put("new/c", "2\n");
    directory.remove("b");
    let files = [file("a", "3\n"), file("b", "1\n")];
    // Without it, both were somebody's; the second nobody would find.
    assert_eq!(refused(directory.try_write(&files, &[])), [("a".to_owned(), State::Edited)]);
    journal(&directory, &[("a", "2\n"), ("new/c", "2\n")]);
    let states = [("a", State::Stale), ("b", State::Missing), ("new/c", State::LeftOver)];
    assert_eq!(directory.states(&files), states.map(|(path, state)| (path.to_owned(), state)));
    let report = directory.write(&files);
    assert_eq!(
        (report.created, report.changed, report.removed),
        (vec!["b".into()], vec!["a".into()], vec!["new/c".into()])
    );
    assert_eq!(names(&directory), [".plinth", MANIFEST, "a", "b"]);
    assert!(is_clean(&directory, &files));
}

#[test]
fn journals_of_several_runs_are_lines_of_one() {
    for text in ["1\n", "2\n", "3\n"] {
        let directory = Directory::new();
        directory.write(&[file("a", "1\n")]);
        directory.put("a", text);
        journal(&directory, &[("a", "2\n"), ("a", "3\n"), ("b", "2\n"), ("c", "3\n")]);
        let files = [file("a", "4\n")];
        assert_eq!(directory.states(&files), [("a".to_owned(), State::Stale)]);
        directory.write(&files);
        assert_eq!(names(&directory), [".plinth", MANIFEST, "a"]);
    }
}

#[test]
fn what_was_edited_since_is_a_persons() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    directory.put("a", "mine\n");
    directory.put("b", "mine\n");
    directory.put("d", "mine\n");
    journal(&directory, &[("a", "2\n"), ("b", "2\n"), ("c", "2\n")]);
    let before = directory.everything();
    let edited = [("a".to_owned(), State::Edited), ("b".to_owned(), State::LeftOverEdited)];
    assert_eq!(refused(directory.try_write(&[file("a", "1\n")], &[])), edited);
    assert_eq!(directory.everything(), before, "the journal, too, is as it was");
}

#[test]
fn tree_that_is_right_is_not_clean_while_a_journal_lies_there() {
    let directory = Directory::new();
    let files = [file("a", "1\n")];
    directory.write(&files);
    for leave in [
        |directory: &Directory| journal(directory, &[("a", "2\n"), ("b/c", "2\n")]),
        |directory: &Directory| directory.put(".plinth/.plinth-Ab12Cd.tmp", "half"),
    ] {
        leave(&directory);
        std::fs::create_dir_all(directory.root.join("b")).unwrap();
        let before = directory.times();
        let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
        assert!(drift.is_interrupted() && !drift.is_clean());
        assert_eq!(directory.times(), before, "comparing writes nothing");
        drift.write(&[]).unwrap();
        assert!(is_clean(&directory, &files));
        let _ = std::fs::remove_dir(directory.root.join("b"));
        assert_eq!(names(&directory), [".plinth", MANIFEST, "a"]);
    }
}

#[test]
fn one_that_cannot_be_read_loses_nothing() {
    let traversal = r#"{"format":1,"files":{"../a":{"sha256":"x","template":"t"}},"facts":{}}"#;
    for text in ["", "{\n  \"format\": 1,\n  \"fi", "half", "{}", traversal] {
        let directory = Directory::new();
        directory.write(&[file("a", "1\n")]);
        directory.put("a", "2\n");
        directory.put(JOURNAL, text);
        let before = directory.everything();
        let error = directory.try_write(&[file("a", "1\n")], &[]).unwrap_err();
        let path = directory.root.join(JOURNAL);
        assert!(matches!(&error, Error::Manifest { path: at, .. } if *at == path), "{text}: {error:?}");
        assert!(error.help().unwrap().starts_with(&format!("remove it (`rm {path}`): ")));
        assert_eq!(directory.everything(), before);
        directory.remove(JOURNAL);
        assert_eq!(refused(directory.try_write(&[file("a", "1\n")], &[])).len(), 1);
    }
}

#[test]
fn one_of_a_newer_plinth_is_not_guessed_at() {
    let directory = Directory::new();
    directory.put(JOURNAL, r#"{ "format": 2 }"#);
    let error = directory.try_write(&[file("a", "1\n")], &[]).unwrap_err();
    assert_eq!(error.help().unwrap(), "use the plinth that wrote it, or a newer one");
}

/// A run that was refused, or could not begin, leaves none.
#[test]
fn nothing_written_leaves_none() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    directory.put("a", "mine\n");
    directory.try_write(&[file("a", "2\n"), file("b", "2\n")], &[]).unwrap_err();
    assert!(!directory.exists(JOURNAL));
}

fn kept(path: &str, text: &str, keeping: Keeping) -> File {
    File { keeping, ..file(path, text) }
}

/// What a run merged with a person's edits is not plinth's alone: the next run takes what that one added back, and keeps the edits.
#[test]
fn edits_outlive_a_run_that_merged_them() {
    let text = |first: &str| format!("{first}\n2\n3\n4\n5\n");
    let shared = |first: &str| [kept("a", &text(first), Keeping::Shared)];
    let directory = Directory::new();
    directory.write(&shared("1"));
    let edited = |first: &str| text(first).replace('5', "mine");
    // As a run leaves it that stops before its rename, or behind it.
    let lines = ["1", "x"].map(|first| {
        let (merged, base) = (Checksum::of(edited(first).as_bytes()), text(first));
        format!("\"a\": {{\"sha256\":\"{merged}\",\"template\":\"t\",\"text\":{base:?}}}")
    });
    let lines = lines.join(",");
    for (next, on_disk) in [("1", "x"), ("x", "x"), ("y", "x"), ("1", "1"), ("x", "1"), ("y", "1")] {
        directory.put("a", edited(on_disk));
        directory.put(JOURNAL, format!("{{\"format\":1,\"files\":{{{lines}}},\"facts\":{{}}}}"));
        directory.write(&shared(next));
        assert_eq!(directory.text("a"), edited(next), "{next} over {on_disk}");
        directory.put("a", text(next));
        directory.write(&shared("1"));
    }
}

#[test]
fn what_was_to_be_a_persons_is_not_yet() {
    let directory = Directory::new();
    directory.write(&[]);
    let begun = |text: &str| {
        directory.put("a", text);
        let sum = Checksum::of(b"1\n");
        let line = format!("\"a\": {{\"sha256\":\"{sum}\",\"template\":\"t\",\"once\":true}}");
        directory.put(JOURNAL, format!("{{\"format\":1,\"files\":{{{line}}},\"facts\":{{}}}}"));
    };
    begun("1\n");
    directory.write(&[]);
    assert!(!directory.exists("a"), "nobody has seen it");
    begun("1\n");
    directory.write(&[kept("a", "2\n", Keeping::Theirs)]);
    assert_eq!(directory.text("a"), "2\n");
    directory.write(&[]);
    for files in [&[][..], &[kept("a", "2\n", Keeping::Theirs)]] {
        begun("mine\n");
        directory.write(files);
        assert_eq!(directory.text("a"), "mine\n", "somebody has");
    }
    // One that is not there yet is still to be written.
    directory.write(&[]);
    begun("1\n");
    directory.remove("a");
    directory.write(&[kept("a", "2\n", Keeping::Theirs)]);
    assert_eq!(directory.text("a"), "2\n");
}
