//! All or nothing: everything that can fail is tried before the first file changes.
//!
//! 1. Write down what is about to be written, in the journal: whatever follows is known to be plinth's.
//! 2. Stage: each text is written under a temporary name where it will stand. A full disk or a
//!    directory that is not writable shows here, and dropping what was staged undoes it.
//! 3. Remove what is left over, and directories that became empty by it.
//! 4. Replace each file by a rename: no file is ever half written.
//! 5. Replace the manifest, and drop the journal: until then a run that was killed is known by it, and the next
//!    run, whatever it writes, finishes the job.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::{Builder, TempPath};

use super::disk::below;
use super::journal::{Known, sync};
use super::lock::Lock;
use super::{Drift, Entry, Error, MANIFEST, State, checksum};

/// What temporary names begin and end with; Terraform reads neither. Six letters and digits stand
/// between.
const TEMPORARY: (&str, &str) = (".plinth-", ".tmp");

/// Says what writing did, or would do. Paths are sorted, and lie below the output directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Files that were not there.
    pub created: Vec<Utf8PathBuf>,
    /// Files that were there with another text, or as a script without its executable bit.
    pub changed: Vec<Utf8PathBuf>,
    /// Files that are no longer generated.
    pub removed: Vec<Utf8PathBuf>,
    /// How many files were left alone, as they were right already.
    pub unchanged: usize,
    /// Whether the file system could not keep other runs from writing at the same moment.
    pub is_unlocked: bool,
}

impl Report {
    /// Whether no file was touched, or would be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

impl Drift<'_> {
    /// Says what [`Drift::write`] would do, for a dry run.
    ///
    /// # Errors
    /// [`Error::Refused`], as writing would.
    pub fn plan(&self, force: &[Utf8PathBuf]) -> Result<Report, Error> {
        self.permit(force)?;
        let mut report = Report::default();
        for Entry { path, state, .. } in &self.entries {
            match state {
                State::Unchanged => report.unchanged += 1,
                State::New | State::Missing => report.created.push(path.clone()),
                State::Stale | State::Merged | State::Edited | State::Foreign => {
                    report.changed.push(path.clone());
                }
                State::LeftOver | State::LeftOverEdited => report.removed.push(path.clone()),
            }
        }
        Ok(report)
    }

    /// Writes what differs, removes what is left over, and then the manifest. With nothing to do it
    /// touches nothing.
    ///
    /// `force` names the edited and foreign files to give up, by exact path below the output
    /// directory. The disk is compared once more, under the lock, so that an edit made since
    /// [`Drift::compare`] is not lost.
    ///
    /// # Errors
    /// [`Error::Refused`] when a file that is edited or foreign is not in `force`, [`Error::Busy`]
    /// when another run is writing, [`Error::Io`], and all of [`Drift::compare`]. Nothing was
    /// written then, except when the system fails between the first rename and the last; the next
    /// run then finishes the job.
    pub fn write(&self, force: &[Utf8PathBuf]) -> Result<Report, Error> {
        // A run with nothing to do takes no lock, nor does one that is refused where plinth never
        // wrote: either would leave a directory. Elsewhere the refusal may come of having compared
        // while another run was between its first file and its manifest, so it is asked again.
        match self.plan(force) {
            Ok(report) if self.is_clean() => return Ok(report),
            Err(refusal) if !self.root.join(".plinth").is_dir() => return Err(refusal),
            Ok(_) | Err(_) => {}
        }
        let lock = Lock::take(&self.root)?;
        let now = Drift::compare(&self.root, self.files, &self.manifest.facts)?;
        let mut report = now.plan(force)?;
        report.is_unlocked = !lock.is_held;
        if !now.is_clean() {
            now.apply(&report)?;
        }
        Ok(report)
    }

    /// Does what a report says.
    fn apply(&self, report: &Report) -> Result<(), Error> {
        self.sweep();
        if !report.is_empty() {
            let written = self.entries.iter().filter(|entry| entry.state != State::Unchanged);
            self.known.begin(&self.root, written.flat_map(|entry| entry.records(&self.manifest)))?;
        }
        let staged = self.stage(report).inspect_err(|_| {
            // Nothing is there yet that it could tell of, unless it tells of an earlier run, too. Where it cannot be removed it does
            // no harm.
            if self.known.journal.is_none() {
                let _ = Known::end(&self.root);
            }
        })?;

        for path in &report.removed {
            let place = self.root.join(path);
            fs::remove_file(&place).map_err(Error::io("remove", &place))?;
        }
        for path in report.removed.iter().chain(&self.forgotten) {
            prune(&self.root, path);
        }
        for (place, text) in staged {
            let parent = place.parent().expect("every path was joined to the output directory");
            fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
            text.persist(&place).map_err(|failed| Error::io("replace", &place)(failed.error))?;
        }
        sync(&self.root.join(".plinth"));
        Known::end(&self.root)
    }

    /// Writes each text under a temporary name, the manifest last, and tries what else can fail.
    fn stage(&self, report: &Report) -> Result<Vec<(Utf8PathBuf, TempPath)>, Error> {
        let mut staged = Vec::new();
        for entry in &self.entries {
            let Entry { path, state, file, .. } = entry;
            if let (Some(file), Some(text)) = (file.filter(|_| *state != State::Unchanged), entry.text()) {
                let text = checksum::normalise(text.as_bytes());
                staged.push((self.root.join(path), stage(&self.root, path, &text, file.executable)?));
            }
        }
        if self.is_manifest_stale() {
            let text = self.manifest.render();
            let path = Utf8Path::new(MANIFEST);
            staged.push((self.root.join(path), stage(&self.root, path, text.as_bytes(), false)?));
        }
        let parents: BTreeSet<_> = report.removed.iter().filter_map(|path| path.parent()).collect();
        for parent in parents {
            // Tries whether removing will work, by what needs the same right.
            temporary(&below(&self.root, parent), false)?;
        }
        Ok(staged)
    }

    /// Removes what a run that was killed had staged, so that it does not lie about or keep a
    /// directory from going.
    ///
    /// Whatever cannot be read or removed stays: it does no harm.
    fn sweep(&self) {
        let ours = self.entries.iter().map(|entry| &entry.path).chain(&self.forgotten);
        let directories: BTreeSet<&Utf8Path> = ours
            .map(Utf8PathBuf::as_path)
            .chain([Utf8Path::new(MANIFEST)])
            .flat_map(|path| path.ancestors().skip(1))
            .collect();
        for directory in directories {
            let Ok(children) = fs::read_dir(self.root.join(directory)) else {
                continue;
            };
            for child in children.filter_map(Result::ok).filter(|child| is_temporary(&child.file_name())) {
                let _ = fs::remove_file(child.path());
            }
        }
    }
}

/// Writes a text under a temporary name, to be renamed later; dropping it removes it.
///
/// It lies in the file's own directory, or in the nearest one above that exists, which is the same
/// file system. Its handle is closed: a tree has more files than macOS lets a process open (256).
fn stage(root: &Utf8Path, path: &Utf8Path, text: &[u8], is_executable: bool) -> Result<TempPath, Error> {
    let above = path.ancestors().skip(1).map(|directory| below(root, directory));
    // Not `is_dir`: where a link stood, `compare` has refused, and where a file stands that goes,
    // we look further up.
    let mut existing = above.filter(|place| fs::symlink_metadata(place).is_ok_and(|found| found.is_dir()));
    let directory = existing.next().unwrap_or_else(|| root.to_owned());
    let mut staged = temporary(&directory, is_executable)?;
    staged.write_all(text).map_err(Error::io("write", &root.join(path)))?;
    if path == MANIFEST {
        // The others are not waited for: which of them did not get there the manifest tells.
        staged.as_file().sync_all().map_err(Error::io("write", &root.join(path)))?;
    }
    Ok(staged.into_temp_path())
}

/// Writes a file at once, so that it is never half written: one of a person's own, which keeps its permissions.
///
/// # Errors
/// [`Error::Io`] when its folder or the file cannot be written.
pub fn replace(path: &Utf8Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut staged = temporary(folder, false)?;
    let write = || {
        staged.write_all(text.as_bytes())?;
        if let Ok(metadata) = fs::metadata(path) {
            fs::set_permissions(staged.path(), metadata.permissions())?;
        }
        staged.persist(path).map_err(|error| error.error)
    };
    write().map(drop).map_err(Error::io("write", path))
}

/// Makes an empty file under a temporary name.
pub(super) fn temporary(directory: &Utf8Path, is_executable: bool) -> Result<tempfile::NamedTempFile, Error> {
    let (prefix, suffix) = TEMPORARY;
    let mut builder = Builder::new();
    builder.prefix(prefix).suffix(suffix);
    if let Some(permissions) = permissions(is_executable) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(directory).map_err(|error| {
        // tempfile puts the path into the error, which would then stand in the message twice, with
        // a name nobody knows.
        Error::io("write into", directory)(
            error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error),
        )
    })
}

/// Returns the permissions that a new file asks for; the system takes the umask off, as it does for
/// every other program.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there are none")]
fn permissions(is_executable: bool) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(if is_executable { 0o777 } else { 0o666 }))
}

/// Returns the permissions that a new file asks for: none, as the system knows no executable bit.
#[cfg(not(unix))]
fn permissions(_: bool) -> Option<Permissions> {
    None
}

pub(super) fn is_temporary(name: &OsStr) -> bool {
    let (prefix, suffix) = TEMPORARY;
    let middle = name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(suffix));
    middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Removes the directories above a file that is gone, as far as they are empty, and never the
/// output directory.
///
/// A directory that cannot be removed stays: git does not see it, and it may be somebody's working
/// directory.
fn prune(root: &Utf8Path, path: &Utf8Path) {
    for directory in path.ancestors().skip(1).filter(|directory| !directory.as_str().is_empty()) {
        match fs::remove_dir(root.join(directory)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return,
        }
    }
}
