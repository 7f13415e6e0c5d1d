//! Every state, as `compare` sees it, as `write` treats it, and as `write` with `--force` does.

use plinth::file::File;
use plinth::tree::{Drift, Error, State};
use serde_json::Map;

use super::directory::{Directory, file, refused, script};

/// What a person did since plinth wrote.
enum Done {
    Nothing,
    Put(&'static str),
    Removed,
}

/// How one file comes to stand as it does, and what becomes of it.
struct Case {
    state: State,
    /// What plinth wrote last.
    written: Option<&'static str>,
    done: Done,
    /// What plinth would write now.
    new: Option<&'static str>,
    /// What is on disk after writing; `Err` when writing is refused, with what it is after
    /// `--force`.
    after: Result<Option<&'static str>, Option<&'static str>>,
}

const CASES: [Case; 12] = [
    // written, and nobody touched it
    Case {
        state: State::Unchanged,
        written: Some("1\n"),
        done: Done::Nothing,
        new: Some("1\n"),
        after: Ok(Some("1\n")),
    },
    Case {
        state: State::Stale,
        written: Some("1\n"),
        done: Done::Nothing,
        new: Some("2\n"),
        after: Ok(Some("2\n")),
    },
    Case { state: State::LeftOver, written: Some("1\n"), done: Done::Nothing, new: None, after: Ok(None) },
    // written, and edited
    Case {
        state: State::Edited,
        written: Some("1\n"),
        done: Done::Put("x\n"),
        new: Some("1\n"),
        after: Err(Some("1\n")),
    },
    Case {
        state: State::Edited,
        written: Some("1\n"),
        done: Done::Put("x\n"),
        new: Some("2\n"),
        after: Err(Some("2\n")),
    },
    Case {
        state: State::LeftOverEdited,
        written: Some("1\n"),
        done: Done::Put("x\n"),
        new: None,
        after: Err(None),
    },
    // edited into what plinth would write: the person was faster
    Case {
        state: State::Unchanged,
        written: Some("1\n"),
        done: Done::Put("2\n"),
        new: Some("2\n"),
        after: Ok(Some("2\n")),
    },
    // written, and removed
    Case {
        state: State::Missing,
        written: Some("1\n"),
        done: Done::Removed,
        new: Some("1\n"),
        after: Ok(Some("1\n")),
    },
    Case {
        state: State::Missing,
        written: Some("1\n"),
        done: Done::Removed,
        new: Some("2\n"),
        after: Ok(Some("2\n")),
    },
    // never written
    Case { state: State::New, written: None, done: Done::Nothing, new: Some("1\n"), after: Ok(Some("1\n")) },
    Case {
        state: State::Foreign,
        written: None,
        done: Done::Put("x\n"),
        new: Some("1\n"),
        after: Err(Some("1\n")),
    },
    Case {
        state: State::Unchanged,
        written: None,
        done: Done::Put("1\n"),
        new: Some("1\n"),
        after: Ok(Some("1\n")),
    },
];

const PATH: &str = "a/b.tf";

impl Case {
    /// The directory in this state, with a file beside that is as it should be and one that is a
    /// person's.
    fn set_up(&self) -> (Directory, Vec<File>) {
        let directory = Directory::new();
        directory.write(&files(self.written));
        directory.put("a/mine.tf", "mine\n");
        match self.done {
            Done::Put(text) => directory.put(PATH, text),
            Done::Removed => directory.remove(PATH),
            Done::Nothing => {}
        }
        (directory, files(self.new))
    }
}

fn files(text: Option<&str>) -> Vec<File> {
    [file("beside.tf", "beside\n")].into_iter().chain(text.map(|text| file(PATH, text))).collect()
}

fn on_disk(directory: &Directory) -> Option<String> {
    directory.contents().remove(PATH)
}

#[test]
fn compare_names_each_state() {
    for case in CASES {
        let (directory, files) = case.set_up();
        let before = directory.everything();
        let states = directory.states(&files);
        assert_eq!(states, [(PATH.to_owned(), case.state), ("beside.tf".to_owned(), State::Unchanged)]);
        assert_eq!(directory.everything(), before, "{}", case.state);
    }
}

#[test]
fn write_settles_each_state_or_refuses() {
    for case in CASES {
        let (directory, files) = case.set_up();
        let before = directory.everything();
        let result = directory.try_write(&files, &[]);
        if let Ok(after) = case.after {
            result.unwrap();
            assert_eq!(on_disk(&directory).as_deref(), after, "{}", case.state);
            let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
            assert!(drift.is_clean(), "{}", case.state);
        } else {
            assert_eq!(refused(result), [(PATH.to_owned(), case.state)]);
            assert_eq!(directory.everything(), before, "{}", case.state);
        }
        assert_eq!(directory.text("a/mine.tf"), "mine\n");
    }
}

#[test]
fn write_with_force_settles_each_state() {
    for case in CASES {
        let (directory, files) = case.set_up();
        let force = ["./a/b.tf", "never/generated.tf"];
        directory.try_write(&files, &force).unwrap();
        let after = case.after.unwrap_or_else(|forced| forced);
        assert_eq!(on_disk(&directory).as_deref(), after, "{}", case.state);
        assert!(Drift::compare(&directory.root, &files, &Map::new()).unwrap().is_clean(), "{}", case.state);
        assert_eq!(directory.text("a/mine.tf"), "mine\n");
    }
}

#[test]
fn report_says_what_was_done() {
    let directory = Directory::new();
    let old = ["same", "stale", "gone", "left", "edited"].map(|path| file(path, "1\n"));
    assert_eq!(directory.write(&old).created, ["edited", "gone", "left", "same", "stale"]);
    directory.remove("gone");
    directory.put("edited", "x\n");

    let new = [("same", "1\n"), ("stale", "2\n"), ("gone", "1\n"), ("edited", "1\n"), ("new", "1\n")];
    let new = new.map(|(path, text)| file(path, text));
    let drift = Drift::compare(&directory.root, &new, &Map::new()).unwrap();
    let force = ["edited".into()];
    let planned = drift.plan(&force).unwrap();
    assert_eq!(directory.text("edited"), "x\n", "a plan writes nothing");
    let report = drift.write(&force).unwrap();
    assert_eq!(report, planned);
    assert_eq!(report.created, ["gone", "new"]);
    assert_eq!(report.changed, ["edited", "stale"]);
    assert_eq!(report.removed, ["left"]);
    assert_eq!(report.unchanged, 1);
}

#[test]
fn one_edit_keeps_every_other_file_from_being_written() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n"), file("b", "1\n"), file("c", "1\n"), file("d", "1\n")]);
    directory.put("b", "x\n");
    directory.put("c", "x\n");
    let before = (directory.everything(), directory.times());
    let new = [file("a", "2\n"), file("b", "2\n"), file("e", "2\n")];

    // Both are named, not only the first; and giving up one does not give up the other.
    let both = [("b".to_owned(), State::Edited), ("c".to_owned(), State::LeftOverEdited)];
    assert_eq!(refused(directory.try_write(&new, &[])), both);
    assert_eq!(refused(directory.try_write(&new, &["c"])), both[..1]);
    assert_eq!((directory.everything(), directory.times()), before);
}

#[test]
fn forcing_a_directory_does_not_force_what_is_in_it() {
    let directory = Directory::new();
    directory.put("a/b", "x\n");
    let before = (directory.everything(), directory.times());
    let result = directory.try_write(&[file("a/b", "1\n")], &["a"]);
    assert_eq!(refused(result), [("a/b".to_owned(), State::Foreign)]);
    // Where plinth never wrote, a refusal leaves not even its directory.
    assert_eq!((directory.everything(), directory.times()), before);
}

#[test]
fn edit_made_after_comparing_is_not_lost() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    let files = [file("a", "2\n")];
    let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
    directory.put("a", "x\n");
    assert_eq!(refused(drift.write(&[])), [("a".to_owned(), State::Edited)]);
    assert_eq!(directory.text("a"), "x\n");
}

#[test]
fn windows_checkout_is_no_edit() {
    let text = "a\nb\n";
    for checkout in ["a\r\nb\r\n", "\u{feff}a\nb\n", "\u{feff}a\r\nb\r\n", "a\r\nb\n"] {
        let directory = Directory::new();
        directory.write(&[file("same", text), file("stale", text), file("left", text)]);
        for path in ["same", "stale", "left"] {
            directory.put(path, checkout);
        }
        let manifest = directory.text(".plinth/manifest.json").replace('\n', "\r\n");
        directory.put(".plinth/manifest.json", format!("\u{feff}{manifest}"));

        let clean = ["same", "stale", "left"].map(|path| file(path, text));
        assert!(Drift::compare(&directory.root, &clean, &Map::new()).unwrap().is_clean());

        directory.write(&[file("same", text), file("stale", "c\n")]);
        assert_eq!(directory.text("same"), checkout, "right already, so not touched");
        assert_eq!(directory.text("stale"), "c\n");
        assert!(!directory.exists("left"));
    }
    // What is no line end is an edit.
    let directory = Directory::new();
    directory.write(&[file("a", text)]);
    directory.put("a", "a\nb");
    assert_eq!(directory.states(&[file("a", text)]), [("a".to_owned(), State::Edited)]);
}

#[test]
fn text_is_written_with_plain_line_ends() {
    let directory = Directory::new();
    let files = [file("a", "\u{feff}a\r\nb\r\n")];
    directory.write(&files);
    assert_eq!(directory.text("a"), "a\nb\n");
    assert_eq!(directory.states(&files), [("a".to_owned(), State::Unchanged)]);
}

#[test]
fn edit_is_shown_as_a_unified_diff() {
    let directory = Directory::new();
    directory.write(&[file("a/b.tf", "one\ntwo\n")]);
    directory.put("a/b.tf", "one\r\n2\r\n");
    let Err(Error::Refused(refusals)) = directory.try_write(&[file("a/b.tf", "one\ntwo\n")], &[]) else {
        panic!("expected a refusal");
    };
    assert_eq!(
        refusals[0].difference.as_deref(),
        Some(
            "--- a/a/b.tf (as plinth would write it)\n\
             +++ b/a/b.tf (on disk)\n\
             @@ -1,2 +1,2 @@\n one\n-two\n+2\n"
        )
    );
}

#[test]
fn stale_file_is_shown_in_the_direction_of_writing() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n"), file("gone", "1\n")]);
    directory.put("gone", "x\n");
    let files = [file("a", "2\n"), file("new", "1\n")];
    let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
    let differences: Vec<_> = drift.entries().iter().map(plinth::tree::Entry::difference).collect();
    let stale = "--- a/a (on disk)\n+++ b/a (as plinth would write it)\n@@ -1 +1 @@\n-1\n+2\n";
    assert_eq!(differences, [Some(stale.to_owned()), None, None]);
}

#[test]
fn bytes_that_are_no_text_are_an_edit_like_any_other() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    directory.put("a", b"\xff\xfe\n");
    let Err(Error::Refused(refusals)) = directory.try_write(&[file("a", "1\n")], &[]) else {
        panic!("expected a refusal");
    };
    assert!(refusals[0].difference.as_deref().unwrap().ends_with("-1\n+\u{fffd}\u{fffd}\n"));
}

#[cfg(unix)]
#[test]
fn script_without_its_executable_bit_is_stale() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let directory = Directory::new();
    let files = [script("scripts/plan", "#!/bin/sh\n"), file("a", "1\n")];
    directory.write(&files);
    let place = directory.root.join("scripts/plan");
    fs::set_permissions(&place, Permissions::from_mode(0o644)).unwrap();
    // On a Windows disk every file may be run: for what is no script that says nothing.
    fs::set_permissions(directory.root.join("a"), Permissions::from_mode(0o777)).unwrap();

    let expected = [("a".to_owned(), State::Unchanged), ("scripts/plan".to_owned(), State::Stale)];
    assert_eq!(directory.states(&files), expected);
    let drift = Drift::compare(&directory.root, &files, &Map::new()).unwrap();
    assert_eq!(drift.entries()[1].difference().as_deref(), Some("old mode 100644\nnew mode 100755\n"));
    assert_eq!(directory.write(&files).changed, ["scripts/plan"]);
    assert_ne!(fs::metadata(&place).unwrap().permissions().mode() & 0o100, 0);

    // An edited one stays a person's, whatever its mode.
    directory.put("scripts/plan", "#!/bin/bash\n");
    fs::set_permissions(&place, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(directory.states(&files)[1].1, State::Edited);
}

#[cfg(unix)]
#[test]
fn name_that_changes_case_only_is_not_left_over_where_both_are_one_file() {
    // A hard link stands in for a file system that does not tell upper and lower case apart.
    let directory = Directory::new();
    directory.write(&[file("docs/Readme.md", "1\n")]);
    std::fs::hard_link(directory.root.join("docs/Readme.md"), directory.root.join("docs/README.md")).unwrap();
    assert_eq!(
        directory.states(&[file("docs/README.md", "2\n")]),
        [("docs/README.md".to_owned(), State::Stale)]
    );

    // Where they are two files, the old one goes.
    let directory = Directory::new();
    directory.write(&[file("docs/Readme.md", "1\n")]);
    directory.write(&[file("docs/README.md", "1\n")]);
    assert!(!directory.exists("docs/Readme.md") && directory.exists("docs/README.md"));
}
