//! What lies at a path now. Reads only, so that `check` works on a checkout that nobody may write
//! to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, FileType, Metadata};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Error;
use super::write::is_temporary;

/// Names what stands where a generated file or its directory should be. Neither is given up by
/// `--force`: it is not a text that could be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Where it stands, with the output directory in front.
    pub path: Utf8PathBuf,
    /// What it is.
    pub thing: Thing,
}

/// Tells apart what can stand in the way of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A symbolic link, wherever it leads: what lies behind it is somebody else's.
    Link,
    /// A file where a directory should be.
    File,
    /// A directory where a file should be.
    Directory,
    /// A pipe, a socket or a device.
    Special,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thing = match self.thing {
            Thing::Link => "a symbolic link",
            Thing::File => "a file, and a directory should be there",
            Thing::Directory => "a directory, and a file should be there",
            Thing::Special => "a pipe, socket or device",
        };
        write!(formatter, "`{}` is {thing}", self.path)
    }
}

/// What was found at a path.
pub(super) enum Found {
    /// Nothing, or what goes away before the file is written.
    Nothing,
    /// A file.
    Text { bytes: Vec<u8>, is_executable: bool },
    /// Something that is not a file, there or above.
    Blocked(Obstacle),
}

/// What was found at a directory.
#[derive(Clone)]
enum Ground {
    Directory,
    Nothing,
    Blocked(Obstacle),
}

/// Looks at paths below the output directory, and at each directory once.
pub(super) struct Disk<'a> {
    root: &'a Utf8Path,
    going: BTreeSet<&'a Utf8Path>,
    grounds: BTreeMap<Utf8PathBuf, Ground>,
}

impl<'a> Disk<'a> {
    /// Looks below `root`, which may not exist yet, and may itself be a link: that is the person's
    /// choice.
    pub(super) fn new(root: &'a Utf8Path) -> Self {
        Self { root, going: BTreeSet::new(), grounds: BTreeMap::new() }
    }

    /// Takes these files of ours as gone where they stand in the way: they are removed before
    /// anything is written, so `a` may become `a/b`, and `a/b` may become `a`.
    pub(super) fn without(self, going: BTreeSet<&'a Utf8Path>) -> Self {
        Self { going, ..self }
    }

    /// Finds what lies at a path, without following any link on the way.
    ///
    /// # Errors
    /// [`Error::Io`] when it is there and cannot be read.
    pub(super) fn look(&mut self, path: &Utf8Path) -> Result<Found, Error> {
        let parent = path.parent().unwrap_or(Utf8Path::new(""));
        match self.ground(parent)? {
            Ground::Directory => {}
            Ground::Nothing => return Ok(Found::Nothing),
            Ground::Blocked(obstacle) => return Ok(Found::Blocked(obstacle)),
        }
        let place = self.root.join(path);
        let Some(metadata) = metadata(&place)? else {
            return Ok(Found::Nothing);
        };
        match thing(metadata.file_type()) {
            Thing::File => match fs::read(&place) {
                Ok(bytes) => Ok(Found::Text { bytes, is_executable: is_executable(&metadata) }),
                // Removed since it was looked at: another run is writing.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
                Err(error) => Err(Error::io("read", &place)(error)),
            },
            Thing::Directory if self.is_going(path)? => Ok(Found::Nothing),
            thing @ (Thing::Directory | Thing::Link | Thing::Special) => {
                Ok(Found::Blocked(Obstacle { path: place, thing }))
            }
        }
    }

    /// Finds what a file in this directory would stand on; the empty path is the output directory.
    fn ground(&mut self, directory: &Utf8Path) -> Result<Ground, Error> {
        if let Some(known) = self.grounds.get(directory) {
            return Ok(known.clone());
        }
        let above = match directory.parent() {
            Some(parent) => self.ground(parent)?,
            None => Ground::Directory,
        };
        let ground = match above {
            Ground::Directory => self.step(directory)?,
            Ground::Nothing | Ground::Blocked(_) => above,
        };
        self.grounds.insert(directory.to_owned(), ground.clone());
        Ok(ground)
    }

    /// Finds what a directory is, whose parent is one.
    fn step(&self, directory: &Utf8Path) -> Result<Ground, Error> {
        let is_root = directory.as_str().is_empty();
        let place = below(self.root, directory);
        let metadata = if is_root { absent(fs::metadata(&place), &place)? } else { metadata(&place)? };
        Ok(match metadata.map(|metadata| thing(metadata.file_type())) {
            None => Ground::Nothing,
            Some(Thing::Directory) => Ground::Directory,
            Some(Thing::File) if self.going.contains(directory) => Ground::Nothing,
            Some(thing @ (Thing::File | Thing::Link | Thing::Special)) => {
                Ground::Blocked(Obstacle { path: place, thing })
            }
        })
    }

    /// Whether a directory holds nothing but our files that go away, so that it goes with them.
    fn is_going(&self, directory: &Utf8Path) -> Result<bool, Error> {
        // An empty directory, or one without any file of ours, is somebody else's and would stay.
        if !self.going.iter().any(|gone| gone.starts_with(directory)) {
            return Ok(false);
        }
        let place = self.root.join(directory);
        for child in fs::read_dir(&place).map_err(Error::io("read", &place))? {
            let child = child.map_err(Error::io("read", &place))?;
            let kind = child.file_type().map_err(Error::io("read", &place))?;
            let Ok(name) = child.file_name().into_string() else {
                return Ok(false);
            };
            let path = directory.join(&name);
            let goes = match thing(kind) {
                Thing::Directory => self.is_going(&path)?,
                // What a run that was stopped had staged there is swept.
                Thing::File => self.going.contains(&*path) || is_temporary(OsStr::new(&name)),
                Thing::Link | Thing::Special => false,
            };
            if !goes {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Returns where a path lies on disk; the empty one is the output directory, without a slash behind.
pub(super) fn below(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    if path.as_str().is_empty() { root.to_owned() } else { root.join(path) }
}

/// Whether two names lead to one file, as `Readme.md` and `README.md` do on macOS and Windows.
pub(super) fn is_same_file(one: &Utf8Path, other: &Utf8Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let identity =
            |path| fs::symlink_metadata(path).ok().map(|metadata: Metadata| (metadata.dev(), metadata.ino()));
        identity(one).is_some_and(|first| identity(other) == Some(first))
    }
    #[cfg(not(unix))]
    {
        let identity = |path: &Utf8Path| path.canonicalize().ok();
        identity(one).is_some_and(|first| identity(other) == Some(first))
    }
}

/// Whether the owner may run the file. Where the system has no such bit, every file may be run.
#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

/// Whether the owner may run the file. Where the system has no such bit, every file may be run.
#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    true
}

/// Returns what is known of a path itself, not of what a link there leads to; `None` where there is
/// nothing.
fn metadata(place: &Utf8Path) -> Result<Option<Metadata>, Error> {
    absent(fs::symlink_metadata(place), place)
}

fn absent(metadata: io::Result<Metadata>, place: &Utf8Path) -> Result<Option<Metadata>, Error> {
    match metadata {
        Ok(metadata) => Ok(Some(metadata)),
        // A file above: reached only when the output directory itself lies below a file. Writing
        // says so.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::io("read", place)(error)),
    }
}

fn thing(file_type: FileType) -> Thing {
    if file_type.is_symlink() {
        Thing::Link
    } else if file_type.is_dir() {
        Thing::Directory
    } else if file_type.is_file() {
        Thing::File
    } else {
        Thing::Special
    }
}
