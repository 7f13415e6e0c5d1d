//! Whose each file is: what plinth would write, what it wrote last, and what is on disk now,
//! compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use super::difference::{Side, merge, unified};
use super::disk::{self, Disk, Found};
use super::journal::{Known, Past};
use super::{Checksum, Error, Manifest, Obstacle, Record, Refusal, checksum, path};
use crate::file::{File, Keeping};
use crate::problem::nearest;

/// Says how one file stands to what plinth would write.
///
/// | | recorded, as written | recorded, changed since | not recorded | gone from disk |
/// | --- | --- | --- | --- | --- |
/// | generated | `Stale` | `Edited` | `Foreign` | `Missing` if recorded, else `New` |
/// | no longer | `LeftOver` | `LeftOverEdited` | not looked at | forgotten |
///
/// A generated file whose text is on disk already is `Unchanged`, whoever put it there. What is edited is `Merged` where plinth shares the
/// file and both texts go together. A file that is written once ([`Keeping::Theirs`]) is `New` or `Unchanged`, and not looked at when it is
/// gone.
///
/// What a run was about to write that was stopped is as written, too. Where a merge left two records of a file, it may be as either says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// What plinth would write is on disk.
    Unchanged,
    /// Not there yet, and never was.
    New,
    /// As plinth wrote it, which is not what it would write now; or a script that lost its
    /// executable bit.
    Stale,
    /// Written by plinth, and gone.
    Missing,
    /// Written by plinth, and changed since by somebody else.
    Edited,
    /// Changed since by somebody else, elsewhere than plinth changes it now: writing keeps both.
    Merged,
    /// As plinth wrote it, and no longer generated.
    LeftOver,
    /// Changed by somebody else, and no longer generated.
    LeftOverEdited,
    /// Not written by plinth, where it would write a file.
    Foreign,
}

impl State {
    /// Whether somebody else's work would be lost, so that writing needs `--force`.
    #[must_use]
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Edited | Self::LeftOverEdited | Self::Foreign)
    }

    /// Decides; `None` when there is nothing to say of the path.
    fn of(new: Option<&File>, past: Option<&Past<'_>>, found: Option<&OnDisk>) -> Option<Self> {
        let is_as_written = |text: &OnDisk| past.is_some_and(|past| past.wrote(&text.bytes));
        Some(match (new, found) {
            (None, None) => return None,
            (None, Some(text)) if is_as_written(text) => Self::LeftOver,
            (None, Some(_)) => Self::LeftOverEdited,
            (Some(_), None) if past.is_some_and(Past::is_recorded) => Self::Missing,
            (Some(_), None) => Self::New,
            // The text decides before the manifest does: after a run that was killed, or a lost
            // manifest, all is well.
            (Some(file), Some(text)) if file.executable && !text.is_executable && text.is(file) => {
                Self::Stale
            }
            (Some(file), Some(text)) if text.is(file) => Self::Unchanged,
            (Some(_), Some(text)) if is_as_written(text) => Self::Stale,
            (Some(_), Some(_)) if past.is_some_and(Past::is_known) => Self::Edited,
            (Some(_), Some(_)) => Self::Foreign,
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Unchanged => "unchanged",
            Self::New => "new",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Edited => "edited",
            Self::Merged => "merged",
            Self::LeftOver => "left over",
            Self::LeftOverEdited => "left over and edited",
            Self::Foreign => "foreign",
        })
    }
}

/// A file on disk.
#[derive(Debug)]
struct OnDisk {
    bytes: Vec<u8>,
    is_executable: bool,
}

impl OnDisk {
    /// Whether the text is what plinth would write.
    fn is(&self, file: &File) -> bool {
        checksum::normalise(&self.bytes) == checksum::normalise(file.text.as_bytes())
    }
}

/// Tells one file's state.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The file, below the output directory.
    pub path: Utf8PathBuf,
    /// How it stands.
    pub state: State,
    /// What plinth would write there; `None` for what is left over.
    pub file: Option<&'a File>,
    found: Option<OnDisk>,
    /// What is written in place of the file's text: that, with a person's edits.
    merged: Option<Merged>,
}

/// A text that is plinth's and a person's.
#[derive(Debug)]
struct Merged {
    text: String,
    /// plinth's text that the person's began as.
    base: String,
}

impl<'a> Entry<'a> {
    /// Looks at one generated file; `None` when there is nothing to say of it.
    fn of(file: &'a File, past: &Past<'_>, found: Option<OnDisk>) -> Option<Self> {
        let mut entry =
            Self { path: file.path.clone(), state: State::Unchanged, file: Some(file), found, merged: None };
        if file.keeping == Keeping::Theirs {
            entry.state = match &entry.found {
                // Gone, though it was written once: that was meant.
                None if past.is_recorded() => return None,
                None => State::New,
                // A run that was stopped began it, and nobody has touched it since.
                Some(found) if past.is_to_be_given() && past.wrote(&found.bytes) && !found.is(file) => {
                    State::Stale
                }
                Some(_) => State::Unchanged,
            };
            return Some(entry);
        }
        // What was a person's own is not plinth's because plinth writes such a file now.
        let past = Some(past).filter(|past| !past.is_given());
        entry.state = State::of(Some(file), past, entry.found.as_ref())?;
        if let (State::Edited, Some(past), Some(found)) = (entry.state, past, &entry.found) {
            let bases = past.bases(&found.bytes).into_iter();
            let mut merged: BTreeMap<String, &str> =
                bases.filter_map(|base| Some((merge(base, &file.text, &found.bytes)?, base))).collect();
            // Two runs that were stopped may leave two texts to begin with: what is not clear is the person's to say.
            let only = if merged.len() == 1 { merged.pop_first() } else { None };
            entry.merged = only.map(|(text, base)| Merged { text, base: base.to_owned() });
            if let Some(merged) = &entry.merged {
                let is_there = merged.text.as_bytes() == &*checksum::normalise(&found.bytes);
                entry.state = if is_there { State::Unchanged } else { State::Merged };
            }
        }
        Some(entry)
    }

    /// Returns what is written there; `None` for what is left over.
    pub(super) fn text(&self) -> Option<&str> {
        let merged = self.merged.as_ref().map(|merged| merged.text.as_str());
        merged.or(self.file.map(|file| file.text.as_str()))
    }

    /// Returns the template that makes the file, or that made it.
    fn template(&self, known: &Known) -> Option<String> {
        let now = self.file.map(|file| file.template.clone());
        now.or_else(|| known.past(&self.path).template().map(str::to_owned))
    }

    /// Returns what is written there, as a journal has it. What is merged with a person's edits is told by two records, each with the text
    /// of plinth's that it began as: as it was, and as it will be.
    pub(super) fn records(&self, manifest: &Manifest) -> Vec<(Utf8PathBuf, Record)> {
        let Some(record) = manifest.files.get(&self.path) else { return Vec::new() };
        let with = |text: &[u8], base: &str| Record {
            sha256: Checksum::of(text),
            text: Some(base.to_owned()),
            ..record.clone()
        };
        let records = match (&self.merged, self.file, &self.found) {
            (Some(merged), Some(file), Some(found)) => {
                vec![with(&found.bytes, &merged.base), with(merged.text.as_bytes(), &file.text)]
            }
            _ => vec![record.clone()],
        };
        records.into_iter().map(|record| (self.path.clone(), record)).collect()
    }

    /// Returns the text that lies on disk now, with LF line ends; `None` where there is none.
    #[must_use]
    pub fn on_disk(&self) -> Option<String> {
        self.found.as_ref().map(|found| checksum::text(&found.bytes))
    }

    /// Shows how plinth's text and the one on disk differ, as a unified diff; `None` where there
    /// are not two texts.
    ///
    /// For an edited or foreign file it leads from plinth's text to the person's, so that it shows
    /// the edit. For a stale one it leads from the disk to plinth's text, so that it shows what
    /// writing would do.
    #[must_use]
    pub fn difference(&self) -> Option<String> {
        let (file, found) = (self.file?, self.found.as_ref()?);
        let ours = Side { text: self.text()?.as_bytes(), label: "as plinth would write it" };
        let theirs = Side { text: &found.bytes, label: "on disk" };
        if self.state.is_refused() {
            return Some(unified(&self.path, ours, theirs));
        }
        let mode =
            if file.executable && !found.is_executable { "old mode 100644\nnew mode 100755\n" } else { "" };
        Some(format!("{mode}{}", unified(&self.path, theirs, ours)))
    }
}

/// Says how the output directory differs from what plinth would write, file for file.
#[derive(Debug)]
pub struct Drift<'a> {
    pub(super) root: Utf8PathBuf,
    pub(super) files: &'a [File],
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) manifest: Manifest,
    /// What was written before.
    pub(super) known: Known,
    /// Known, no longer generated, and gone from disk: only the manifest or the journal still knows them.
    pub(super) forgotten: Vec<Utf8PathBuf>,
    is_manifest_stale: bool,
}

impl<'a> Drift<'a> {
    /// Compares files with the output directory `root`, which may not exist yet. Writes nothing,
    /// and takes no lock.
    ///
    /// `facts` is what the next manifest will carry for later runs. Files of which the manifest
    /// knows nothing and which are not generated are somebody else's; they are not looked at.
    ///
    /// # Errors
    /// [`Error::Paths`] when two files collide or one would leave `root`; [`Error::Manifest`] when
    /// the manifest cannot be used; [`Error::InTheWay`] with everything that is not a file or a
    /// directory where one should be; [`Error::Io`] when something cannot be read.
    pub fn compare(root: &Utf8Path, files: &'a [File], facts: &Map<String, Value>) -> Result<Self, Error> {
        path::check(files)?;
        let mut manifest = Manifest::of(files, facts.clone());
        let known = Known::read(root)?;
        for (path, record) in
            known.manifest.iter().flat_map(|previous| &previous.files).filter(|(_, record)| record.once)
        {
            // It is as it was written, whatever plinth would write today.
            manifest.files.entry(path.clone()).and_modify(|own| {
                if own.once {
                    own.clone_from(record);
                }
            });
        }
        let is_manifest_stale = known.manifest.as_ref() != Some(&manifest);

        let renamed = respelled(root, &known, files);
        let is_left_over = |path: &Utf8Path| {
            !manifest.files.contains_key(path)
                && !renamed.values().any(|old| *old == path)
                && !known.past(path).is_given()
        };
        let left_over: BTreeSet<&Utf8Path> =
            known.paths().into_iter().filter(|path| is_left_over(path)).collect();

        let mut disk = Disk::new(root).without(left_over.clone());
        let (mut entries, mut forgotten, mut obstacles) = (Vec::new(), Vec::new(), Vec::<Obstacle>::new());
        for file in files {
            let past = known.past(renamed.get(&*file.path).copied().unwrap_or(&file.path));
            match disk.look(&file.path)? {
                // One thing may stand in the way of many files.
                Found::Blocked(obstacle) if obstacles.contains(&obstacle) => {}
                Found::Blocked(obstacle) => obstacles.push(obstacle),
                found => entries.extend(Entry::of(file, &past, found.into_file())),
            }
        }
        for path in left_over {
            let found = match disk.look(path)? {
                // What now stands there or above is not ours, and not to be looked behind.
                Found::Blocked(_) => continue,
                found => found.into_file(),
            };
            let past = known.past(path);
            match State::of(None, Some(&past), found.as_ref()) {
                // It was to be a person's, and became it.
                Some(State::LeftOverEdited) if past.is_to_be_given() => {}
                Some(state) => {
                    entries.push(Entry { path: path.to_owned(), state, file: None, found, merged: None });
                }
                None => forgotten.push(path.to_owned()),
            }
        }
        if !obstacles.is_empty() {
            obstacles.sort_by(|one, other| one.path.cmp(&other.path));
            return Err(Error::InTheWay(obstacles));
        }
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { root: root.to_owned(), files, entries, manifest, known, forgotten, is_manifest_stale })
    }

    /// Returns every generated and every left-over file with its state, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// Whether the manifest says something else than it would after writing.
    #[must_use]
    pub fn is_manifest_stale(&self) -> bool {
        self.is_manifest_stale
    }

    /// Whether a run was stopped before it was done, or another is going on.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.known.is_interrupted()
    }

    /// Whether there is nothing to write, and nothing for `check` to say.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.is_manifest_stale
            && !self.is_interrupted()
            && self.entries.iter().all(|entry| entry.state == State::Unchanged)
    }

    /// Checks that writing loses nobody's work but what `force` gives up: exact paths below the
    /// output directory.
    ///
    /// A path in `force` that needs none is passed over, so that the same command can be run twice.
    ///
    /// # Errors
    /// [`Error::Refused`] with every other file that is edited or foreign.
    pub(super) fn permit(&self, force: &[Utf8PathBuf]) -> Result<(), Error> {
        let is_forced = |path: &Utf8Path| force.iter().any(|given| below_root(given) == path);
        let refusals: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.state.is_refused() && !is_forced(&entry.path))
            .map(|entry| Refusal {
                path: entry.path.clone(),
                state: entry.state,
                template: entry.template(&self.known),
                difference: entry.difference(),
            })
            .collect();
        if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
    }
}

/// A path as the manifest has it; a shell completes it with `./`.
fn below_root(given: &Utf8Path) -> &Utf8Path {
    given.strip_prefix("./").unwrap_or(given)
}

impl Drift<'_> {
    /// Looks for paths that a person gives up though they are none of the tree's: misspelled, or not from its root.
    ///
    /// # Errors
    /// [`Error::NotInTree`] with the first of them.
    pub fn check_force(&self, force: &[Utf8PathBuf]) -> Result<(), Error> {
        let is_ours = |given: &Utf8Path| self.entries.iter().any(|entry| entry.path == below_root(given));
        let Some(stray) = force.iter().find(|given| !is_ours(given)) else { return Ok(()) };
        let paths: Vec<String> = self.entries.iter().map(|entry| entry.path.to_string()).collect();
        let from_elsewhere = paths.iter().find(|path| stray.ends_with(path.as_str()));
        let meant = from_elsewhere.or_else(|| nearest(stray.as_str(), &paths)).cloned();
        Err(Error::NotInTree { path: stray.clone(), meant })
    }
}

impl Found {
    /// Returns the file that was found, if one was.
    fn into_file(self) -> Option<OnDisk> {
        match self {
            Self::Text { bytes, is_executable } => Some(OnDisk { bytes, is_executable }),
            Self::Nothing | Self::Blocked(_) => None,
        }
    }
}

/// Finds files whose name changed in upper and lower case only, where the file system takes both
/// names for one file.
///
/// Returns the recorded name of each. Without this the old name would be left over there, and
/// removing it would remove the new file.
fn respelled<'a>(
    root: &Utf8Path,
    known: &'a Known,
    files: &'a [File],
) -> BTreeMap<&'a Utf8Path, &'a Utf8Path> {
    let generated: BTreeMap<_, _> =
        files.iter().map(|file| (path::fold(&file.path), file.path.as_path())).collect();
    let pairs = known.paths().into_iter().filter_map(|old| Some((*generated.get(&path::fold(old))?, old)));
    pairs.filter(|(new, old)| new != old && disk::is_same_file(&root.join(new), &root.join(old))).collect()
}
