//! What can go wrong between memory and disk, and what to do then.

use std::error;
use std::fmt;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{JOURNAL, MANIFEST, Obstacle, PathFault, State};

/// Says why the files could not be compared or written. Unless it says otherwise, nothing was
/// written.
#[derive(Debug)]
pub enum Error {
    /// Writing would overwrite or remove what a person wrote. `generate` ends with exit status 1,
    /// and with 2 on all others.
    Refused(Vec<Refusal>),
    /// A path is to be given up, and it is none of the tree's.
    NotInTree {
        /// The path as it was written.
        path: Utf8PathBuf,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Generated paths that cannot be written on every system. `model` lets no such name through,
    /// so this is our bug.
    Paths(Vec<PathFault>),
    /// Something that is not a file where a file should be, or not a directory above it.
    InTheWay(Vec<Obstacle>),
    /// The manifest cannot be used.
    Manifest {
        /// The manifest.
        path: Utf8PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// There is no manifest, and there are roots that no blueprint makes: what is in their states would be left behind unseen.
    Unrecorded {
        /// The output directory.
        root: Utf8PathBuf,
        /// The folders of the roots, below it.
        roots: Vec<Utf8PathBuf>,
    },
    /// Another run is writing to the same output directory.
    Busy {
        /// The output directory.
        root: Utf8PathBuf,
    },
    /// The file system refused. When it did so after the first file was replaced, the next run
    /// finishes the job.
    Io {
        /// What was tried, as in "cannot {action}".
        action: &'static str,
        /// On what.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Names one file that a person wrote or edited, and that is in the way of what plinth would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file, below the output directory.
    pub path: Utf8PathBuf,
    /// [`State::Edited`], [`State::Foreign`] or [`State::LeftOverEdited`].
    pub state: State,
    /// The template that makes the file, or that made it; none where that is not known.
    pub template: Option<String>,
    /// From plinth's text to the person's, as a unified diff; `None` where plinth would remove the
    /// file.
    pub difference: Option<String>,
}

/// Says why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Git left both sides of a merge in it.
    Conflict {
        /// The line of the first marker, from 1.
        line: usize,
    },
    /// A fact of it is not written as plinth writes it, and what it guards would go unseen.
    Fact {
        /// The line on which it stands, from 1; 0 where that is not known.
        line: usize,
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It has a format that only a newer plinth knows.
    Newer {
        /// The format that it names.
        format: u64,
    },
    /// It is cut off, no JSON, incomplete, or lists a path that no plinth would write.
    Unreadable(String),
}

impl Error {
    /// Wraps what the system said, for `map_err`.
    pub(super) fn io(action: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// Says what to do about it, if there is something to do.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotInTree { meant, .. } => {
                let meant = meant.as_ref().map(|path| format!("did you mean `{path}`? "));
                format!("{}paths begin at the output directory, as `plinth check` prints them", meant.unwrap_or_default())
            }
            Self::Paths(faults) if faults.iter().any(PathFault::is_of_extra) => {
                "name the template of your own otherwise".to_owned()
            }
            // Whoever was asked to write knows the command, and its blueprint.
            Self::Refused(_) | Self::Paths(_) => return None,
            Self::InTheWay(_) => "move it away and run plinth again".to_owned(),
            Self::Manifest { path, damage: Damage::Fact { .. } } => format!(
                "bring back the last good one (`git checkout HEAD -- {path}`), or write the line as its neighbours are written"
            ),
            Self::Manifest { damage: Damage::Conflict { .. }, .. } => {
                "keep the lines of both sides, one for each file and fact, and run plinth again: it reads them with git's marks or \
                 without, and `plinth generate` writes the file anew"
                    .to_owned()
            }
            Self::Manifest { path, damage: Damage::Unreadable(_) } if path.ends_with(JOURNAL) => {
                format!(
                    "remove it (`rm {path}`): plinth then takes what the run that was stopped wrote for somebody else's, and shows each \
                     file before it is given up"
                )
            }
            Self::Manifest { damage: Damage::Newer { .. }, .. } => {
                "use the plinth that wrote it, or a newer one".to_owned()
            }
            Self::Manifest { path, damage: Damage::Unreadable(_) } => format!(
                "bring back the last good one (`git checkout HEAD -- {path}`); without any, remove \
                 it: plinth then knows no file as its own, and leaves alone each that differs from \
                 what it would write"
            ),
            Self::Unrecorded { root, .. } => {
                let path = root.join(MANIFEST);
                format!(
                    "bring the manifest back (`git checkout HEAD -- {path}`, or out of an older commit); without any, destroy what these \
                     roots hold, remove their folders, and run plinth again"
                )
            }
            Self::Busy { .. } => "wait for the other run to end, then run plinth again".to_owned(),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "make it writable, or name another directory with `--out`".to_owned()
                }
                io::ErrorKind::StorageFull => "free some space, then run plinth again".to_owned(),
                _ => return None,
            },
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusals) => {
                write!(formatter, "nothing was written: it would undo what was written by hand")?;
                lines(formatter, refusals)
            }
            Self::NotInTree { path, .. } => {
                write!(formatter, "nothing was written: `--force {path}` names no generated file")
            }
            Self::Paths(faults) => {
                write!(formatter, "a generated path cannot be written on every system")?;
                lines(formatter, faults)
            }
            Self::InTheWay(obstacles) => {
                write!(formatter, "something else stands where generated files should be")?;
                lines(formatter, obstacles)
            }
            Self::Manifest { path, damage } => write!(formatter, "`{path}` {damage}"),
            Self::Unrecorded { root, roots } => {
                write!(
                    formatter,
                    "`{root}` has no `{MANIFEST}`, and roots that plinth made and the blueprint does not, each with a state"
                )?;
                lines(formatter, roots)
            }
            Self::Busy { root } => write!(formatter, "another plinth is writing to `{root}`"),
            Self::Io { action, path, source } => write!(formatter, "cannot {action} `{path}`: {source}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { line } => {
                write!(formatter, "has a git conflict at line {line} that plinth cannot read both sides of")
            }
            Self::Fact { line, name, reason } => {
                write!(formatter, "has a fact that cannot be read, `{name}` in line {line}: {reason}")
            }
            Self::Newer { format } => write!(formatter, "has format {format}, from a newer plinth"),
            Self::Unreadable(reason) => write!(formatter, "is not as plinth writes it: {reason}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is {}", self.path, self.state)
    }
}

impl error::Error for Error {}

fn lines(formatter: &mut fmt::Formatter<'_>, things: &[impl fmt::Display]) -> fmt::Result {
    things.iter().try_for_each(|thing| write!(formatter, "\n  {thing}"))
}
