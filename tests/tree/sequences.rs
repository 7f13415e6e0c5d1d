//! Properties over whatever people and plinth do, one after the other.

use std::collections::BTreeMap;

use plinth::file::File;
use plinth::tree::{Drift, Error};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Map;

use super::directory::{Contents, Directory, file};
use super::random::config;

type Texts = BTreeMap<String, String>;

/// One thing that happens to an output directory.
#[derive(Debug, Clone)]
enum Event {
    /// plinth writes these files, with these paths forced.
    Write(Texts, Vec<String>),
    /// A person writes this text.
    Put(String, String),
    /// A person removes this file, if it is there.
    Remove(String),
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "d/a", "d/b", "d/e/a", "d/e/f/a", "g/a"]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "1\n", "2\n"]).prop_map(str::to_owned)
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (btree_map(path(), text(), 0..6), vec(path(), 0..2)).prop_map(|(files, force)| Event::Write(files, force)),
        1 => (path(), text()).prop_map(|(path, text)| Event::Put(path, text)),
        1 => path().prop_map(Event::Remove),
    ]
}

fn files(texts: &Texts) -> Vec<File> {
    texts.iter().map(|(path, text)| file(path, text)).collect()
}

/// The files of a directory, without its directories.
fn only_files(contents: Contents) -> Texts {
    contents.into_iter().filter(|(_, what)| what != "<directory>").collect()
}

/// What DESIGN.md says of ownership, in the fewest words: the disk, and what plinth wrote last.
#[derive(Default)]
struct Expected {
    disk: Texts,
    recorded: Texts,
}

impl Expected {
    /// The paths that would be refused.
    fn refused(&self, new: &Texts, force: &[String]) -> Vec<String> {
        let is_somebodys = |path: &String, text: &String| {
            let is_generated_or_was = new.contains_key(path) || self.recorded.contains_key(path);
            is_generated_or_was && new.get(path) != Some(text) && self.recorded.get(path) != Some(text)
        };
        let theirs =
            self.disk.iter().filter(|(path, text)| is_somebodys(path, text) && !force.contains(path));
        theirs.map(|(path, _)| path.clone()).collect()
    }

    fn write(&mut self, new: &Texts) {
        self.disk.retain(|path, _| !self.recorded.contains_key(path));
        self.disk.extend(new.clone());
        self.recorded.clone_from(new);
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn nobody_loses_a_text(events in vec(event(), 1..12)) {
        let directory = Directory::new();
        let mut expected = Expected::default();
        for event in events {
            match event {
                Event::Put(path, text) => {
                    directory.put(&path, &text);
                    expected.disk.insert(path, text);
                }
                Event::Remove(path) => {
                    if expected.disk.remove(&path).is_some() {
                        directory.remove(&path);
                    }
                }
                Event::Write(new, force) => {
                    let files = files(&new);
                    let force: Vec<&str> = force.iter().map(String::as_str).collect();
                    let refused = expected.refused(&new, &force.iter().map(ToString::to_string).collect::<Vec<_>>());
                    match directory.try_write(&files, &force) {
                        Ok(_) => {
                            prop_assert!(refused.is_empty(), "written over {:?}", refused);
                            expected.write(&new);
                            prop_assert!(Drift::compare(&directory.root, &files, &Map::new()).unwrap().is_clean());
                        }
                        Err(Error::Refused(found)) => {
                            let found: Vec<_> = found.into_iter().map(|refusal| refusal.path.into_string()).collect();
                            prop_assert_eq!(found, refused);
                        }
                        Err(other) => return Err(TestCaseError::fail(other.to_string())),
                    }
                }
            }
            prop_assert_eq!(&only_files(directory.contents()), &expected.disk);
        }
    }

    /// Also where what was a file becomes a directory, and the reverse.
    #[test]
    fn disk_holds_the_last_tree_and_what_is_a_persons(trees in vec(tree(), 1..6)) {
        let directory = Directory::new();
        let mine = [("own/mine", "mine\n"), ("z/mine", "mine\n"), ("mine", "mine\n")];
        for (path, text) in mine {
            directory.put(path, text);
        }
        std::fs::create_dir(directory.root.join("empty")).unwrap();
        let mut expected = Texts::new();
        for tree in trees {
            directory.write(&files(&tree));
            expected = tree;
            expected.extend(mine.map(|(path, text)| (path.to_owned(), text.to_owned())));
            prop_assert_eq!(&only_files(directory.contents()), &expected);
        }
        // No directory without a file, but the person's.
        let mut directories: Vec<_> = directory.contents().into_iter().filter(|(_, what)| what == "<directory>").collect();
        directories.retain(|(path, _)| !expected.keys().any(|file| file.starts_with(&format!("{path}/"))));
        prop_assert_eq!(directories, [("empty".to_owned(), "<directory>".to_owned())]);
    }
}

/// A tree in which no path is both a file and a directory; between two trees it may change.
fn tree() -> impl Strategy<Value = Texts> {
    let path = prop::sample::select(vec!["a", "a/b", "a/b/c", "a/b/d", "a/e", "f/a", "z", "z/a", "own/a"]);
    btree_map(path.prop_map(str::to_owned), text(), 0..7).prop_map(|mut texts| {
        texts.remove("z"); // where a person's file lies below
        let paths: Vec<_> = texts.keys().cloned().collect();
        texts.retain(|path, _| !paths.iter().any(|other| other.starts_with(&format!("{path}/"))));
        texts
    })
}
