//! What a generated path may look like.
//!
//! A path is put together from the blueprint's names, so it is checked here once more, whatever
//! `model` checked: nothing leaves the output directory, and every tree can be checked out on
//! Windows and macOS.

use std::collections::BTreeMap;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

use super::Error;
use crate::file::File;

/// Says what is wrong with one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFault {
    /// The path, as it came.
    pub path: Utf8PathBuf,
    /// The template that asks for it.
    pub template: String,
    /// What is wrong.
    pub fault: Fault,
}

/// Names a way in which a path cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is empty, or has an empty part or `.` in it.
    Unclear,
    /// It starts at the root of the disk, or goes up with `..`.
    LeadsOut,
    /// It holds a character that a checkout on Windows cannot hold: one of `\ : * ? " < > |` or a
    /// control character.
    Character(char),
    /// A part of it ends with a dot or a space, which Windows drops.
    Ending,
    /// It lies in `.plinth`, which is for the manifest, or in a `.git`.
    Reserved,
    /// The two are one file, or one is a file and the other wants it as a directory, at least where
    /// the file system does not tell upper and lower case apart.
    Collides(Utf8PathBuf),
}

impl fmt::Display for PathFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, template, fault } = self;
        write!(formatter, "`{path}` {fault} (template `{template}`)")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclear => write!(formatter, "is empty or has an empty part"),
            Self::LeadsOut => write!(formatter, "leads out of the output directory"),
            Self::Character(character) => {
                write!(formatter, "holds {character:?}, which Windows does not allow")
            }
            Self::Ending => {
                write!(formatter, "has a part that ends with a dot or a space, which Windows drops")
            }
            Self::Reserved => write!(formatter, "lies in a directory that is not for generated files"),
            Self::Collides(other) => write!(formatter, "cannot exist beside `{other}` on every file system"),
        }
    }
}

/// Checks all paths of a tree, each alone and then all together.
///
/// # Errors
/// [`Error::Paths`] with every fault, in the order of `files`.
pub(super) fn check(files: &[File]) -> Result<(), Error> {
    let mut faults: Vec<PathFault> = Vec::new();
    let mut taken: BTreeMap<String, Taken<'_>> = BTreeMap::new();
    for file in files {
        let alone = fault(file.path.as_str());
        if let Some(fault) = alone.or_else(|| collision(&mut taken, &file.path)) {
            faults.push(PathFault { path: file.path.clone(), template: file.template.clone(), fault });
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Paths(faults)) }
}

/// Finds what is wrong with one path, looked at alone.
pub(super) fn fault(path: &str) -> Option<Fault> {
    if path.starts_with('/') || path.split(['/', '\\']).any(|part| part == "..") {
        return Some(Fault::LeadsOut);
    }
    let is_refused = |&c: &char| c.is_control() || r#"\:*?"<>|"#.contains(c);
    if let Some(character) = path.chars().find(is_refused) {
        return Some(Fault::Character(character));
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Some(Fault::Unclear);
    }
    if path.split('/').any(|part| part.ends_with(['.', ' '])) {
        return Some(Fault::Ending);
    }
    // Upper and lower case alike: on macOS and Windows `.GIT/hooks` is `.git/hooks`.
    let mut parts = path.split('/').map(str::to_lowercase).enumerate();
    let is_reserved = parts.any(|(depth, part)| part == ".git" || (depth == 0 && part == ".plinth"));
    is_reserved.then_some(Fault::Reserved)
}

/// Returns the form in which two paths are the same on a file system that does not tell upper and
/// lower case apart.
pub(super) fn fold(path: &Utf8Path) -> String {
    path.as_str().to_lowercase()
}

/// What stands at a path, or at a directory above one, and which file put it there.
struct Taken<'a> {
    spelling: &'a Utf8Path,
    is_file: bool,
    by: &'a Utf8Path,
}

/// Enters a path with its directories, unless one of them is taken already by something else.
fn collision<'a>(taken: &mut BTreeMap<String, Taken<'a>>, path: &'a Utf8Path) -> Option<Fault> {
    let places = || path.ancestors().filter(|place| !place.as_str().is_empty());
    for place in places() {
        if let Some(other) = taken.get(&fold(place))
            && (other.spelling != place || other.is_file || place == path)
        {
            return Some(Fault::Collides(other.by.to_owned()));
        }
    }
    for place in places() {
        let is_file = place == path;
        taken.entry(fold(place)).or_insert(Taken { spelling: place, is_file, by: path });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_found() {
        for good in
            ["a", "a/b.tf", ".github/workflows/plan.yml", "a/..b", "a/.gitignore", "x/.plinth/y", "ä ö/ü.tf"]
        {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, expected) in [
            ("", Fault::Unclear),
            ("a//b", Fault::Unclear),
            ("a/", Fault::Unclear),
            ("./a", Fault::Unclear),
            ("/etc/passwd", Fault::LeadsOut),
            ("a/../../b", Fault::LeadsOut),
            ("..\\b", Fault::LeadsOut),
            ("a\\b", Fault::Character('\\')),
            ("C:/a", Fault::Character(':')),
            ("a\nb", Fault::Character('\n')),
            ("a./b", Fault::Ending),
            ("a ", Fault::Ending),
            (".plinth/manifest.json", Fault::Reserved),
            (".Plinth", Fault::Reserved),
            ("a/.GIT/hooks/pre-commit", Fault::Reserved),
        ] {
            assert_eq!(fault(bad), Some(expected), "{bad}");
        }
    }

    #[test]
    fn collisions_are_found_through_directories() {
        let collide = |first: &str, second: &str| {
            let mut taken = BTreeMap::new();
            assert_eq!(collision(&mut taken, Utf8Path::new(first)), None);
            collision(&mut taken, Utf8Path::new(second)).is_some()
        };
        assert!(collide("a/b", "a/b"));
        assert!(collide("a/b", "A/B"));
        assert!(collide("a/b", "A/c"), "one directory on macOS, two on Linux");
        assert!(collide("a", "a/b"));
        assert!(collide("a/b", "a"));
        assert!(!collide("a/b", "a/c"));
        assert!(!collide("a/b", "ab"));
    }
}
