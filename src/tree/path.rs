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
use crate::render::template::EXTRA;

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

impl PathFault {
    /// Whether a template has a part in it that is not plinth's.
    pub(super) fn is_of_extra(&self) -> bool {
        let other = match &self.fault {
            Fault::Collides { template, .. } => Some(template),
            _ => None,
        };
        other.into_iter().chain([&self.template]).any(|template| template.starts_with(EXTRA))
    }
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
    /// The two are one file, or one is a file and the other wants it as a directory, or they are one directory, at least where
    /// the file system does not tell upper and lower case apart.
    Collides {
        /// The other.
        other: Utf8PathBuf,
        /// The template that asks for it, or for a file in it.
        template: String,
    },
}

impl fmt::Display for PathFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, template, fault } = self;
        if let Fault::Collides { other, template: first } = fault
            && other == path
        {
            return write!(formatter, "`{path}` is made by two templates: `{first}` and `{template}`");
        }
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
            Self::Collides { other, template } => {
                write!(
                    formatter,
                    "cannot exist beside `{other}` of template `{template}` on every file system"
                )
            }
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
        let alone = fault(file.path.as_str()).map(|fault| (&*file.path, fault));
        let Some((path, fault)) = alone.or_else(|| collision(&mut taken, file)) else { continue };
        // Of two directories, with whatever is in them, once is enough.
        if !faults.iter().any(|known| known.path == path && known.fault == fault) {
            faults.push(PathFault { path: path.to_owned(), template: file.template.clone(), fault });
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
    by: &'a File,
}

/// Enters a path with its directories, unless one of them is taken already by something else: then it says which.
fn collision<'a>(taken: &mut BTreeMap<String, Taken<'a>>, file: &'a File) -> Option<(&'a Utf8Path, Fault)> {
    // From the top: what lies in a directory collides because that does.
    let mut places: Vec<&Utf8Path> =
        file.path.ancestors().filter(|place| !place.as_str().is_empty()).collect();
    places.reverse();
    for place in &places {
        let is_file = *place == file.path;
        if let Some(other) = taken.get(&fold(place))
            && (other.spelling != *place || other.is_file || is_file)
        {
            let of_both = if other.is_file || is_file { &*other.by.path } else { other.spelling };
            let fault = Fault::Collides { other: of_both.to_owned(), template: other.by.template.clone() };
            return Some((if other.is_file { &file.path } else { place }, fault));
        }
    }
    for place in places {
        let is_file = place == file.path;
        taken.entry(fold(place)).or_insert(Taken { spelling: place, is_file, by: file });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Keeping;

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
            let [first, second] = [first, second].map(|path| File {
                path: path.into(),
                text: String::new(),
                executable: false,
                template: String::new(),
                stack: None,
                keeping: Keeping::Ours,
            });
            let mut taken = BTreeMap::new();
            assert_eq!(collision(&mut taken, &first), None);
            collision(&mut taken, &second).is_some()
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
