//! Files that are a person's once they are written, and files that both write.

use plinth::file::{File, Keeping};
use plinth::tree::State;

use super::directory::{Directory, file, refused};

fn theirs(path: &str, text: &str) -> File {
    File { keeping: Keeping::Theirs, ..file(path, text) }
}

fn shared(path: &str, text: &str) -> File {
    File { keeping: Keeping::Shared, ..file(path, text) }
}

fn is(path: &str, state: State) -> Vec<(String, State)> {
    vec![(path.to_owned(), state)]
}

#[test]
fn what_is_written_once_is_never_touched_again() {
    let directory = Directory::new();
    assert_eq!(directory.states(&[theirs("a", "1\n")]), is("a", State::New));
    directory.write(&[theirs("a", "1\n")]);
    for text in ["1\n", "x\n"] {
        directory.put("a", text);
        assert_eq!(directory.states(&[theirs("a", "2\n")]), is("a", State::Unchanged));
        directory.write(&[theirs("a", "2\n")]);
        assert_eq!(directory.text("a"), text);
    }
    let before = directory.everything();
    directory.write(&[theirs("a", "3\n")]);
    assert_eq!(directory.everything(), before, "not even the manifest");
    directory.remove("a");
    assert_eq!(directory.states(&[theirs("a", "2\n")]), []);
    directory.write(&[theirs("a", "2\n")]);
    assert!(!directory.exists("a"), "whoever removes it has a reason");
}

#[test]
fn what_is_written_once_outlives_its_template() {
    let directory = Directory::new();
    directory.write(&[theirs("a", "1\n")]);
    assert_eq!(directory.states(&[]), []);
    directory.write(&[]);
    assert_eq!(directory.text("a"), "1\n");
    // Nor does it become plinth's because plinth writes such a file by now.
    directory.write(&[theirs("b", "1\n")]);
    assert_eq!(directory.states(&[file("b", "2\n")]), is("b", State::Foreign));
}

#[test]
fn what_was_there_before_is_left_alone() {
    let directory = Directory::new();
    directory.put("a", "x\n");
    directory.write(&[theirs("a", "1\n")]);
    assert_eq!(directory.text("a"), "x\n");
    directory.put("b", "x\n");
    assert_eq!(directory.states(&[shared("b", "1\n")]), is("b", State::Foreign));
}

#[test]
fn edits_are_merged_where_they_do_not_meet() {
    let directory = Directory::new();
    directory.write(&[shared("a", "1\n2\n3\n4\n5\n")]);
    directory.put("a", "1\n2\n3\n4\nx\n");
    // Nothing new: the edit stands.
    assert_eq!(directory.states(&[shared("a", "1\n2\n3\n4\n5\n")]), is("a", State::Unchanged));
    let newer = [shared("a", "y\n2\n3\n4\n5\n")];
    assert_eq!(directory.states(&newer), is("a", State::Merged));
    directory.write(&newer);
    assert_eq!(directory.text("a"), "y\n2\n3\n4\nx\n");
    assert_eq!(directory.states(&newer), is("a", State::Unchanged));
    let conflict = [shared("a", "y\n2\n3\n4\nz\n")];
    assert_eq!(refused(directory.try_write(&conflict, &[])), is("a", State::Edited));
    assert_eq!(directory.text("a"), "y\n2\n3\n4\nx\n");
    directory.try_write(&conflict, &["a"]).expect("given up");
    assert_eq!(directory.text("a"), "y\n2\n3\n4\nz\n");
}

#[test]
fn line_ends_of_windows_are_no_edit_and_no_text_is_none_to_merge() {
    let directory = Directory::new();
    directory.write(&[shared("a", "1\n2\n3\n")]);
    directory.put("a", "1\r\n2\r\nx\r\n");
    directory.write(&[shared("a", "y\n2\n3\n")]);
    assert_eq!(directory.text("a"), "y\n2\nx\n");
    directory.put("a", b"y\n2\n\xff\n");
    assert_eq!(directory.states(&[shared("a", "z\n2\n3\n")]), is("a", State::Edited));
}
