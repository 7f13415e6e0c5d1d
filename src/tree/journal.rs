//! What plinth may have written: the manifest, and the journal of a run that was stopped.
//!
//! A run writes down what it is about to write, in `.plinth/journal`, before it touches any other file, and drops that after the manifest
//! is replaced. A run that is stopped in between leaves the journal, and whichever run comes next knows its files by it, whatever that
//! one wants to write.
//!
//! The journal is a manifest without facts. Where several runs were stopped, one after the other, it holds a line of each.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::write::{is_temporary, temporary};
use super::{Checksum, Error, Manifest, Record};

/// Where the journal lies below the output directory.
pub const JOURNAL: &str = ".plinth/journal";

/// All that plinth wrote, or was about to.
#[derive(Debug)]
pub(super) struct Known {
    /// What the last finished run wrote.
    pub manifest: Option<Manifest>,
    /// What the runs after it were about to write; none where none was stopped.
    pub journal: Option<Manifest>,
    /// Whether one was stopped before it had written even that.
    has_staged: bool,
}

impl Known {
    /// Reads what is known of an output directory.
    ///
    /// # Errors
    /// [`Error::Manifest`] when the manifest or the journal cannot be used, [`Error::InTheWay`] and [`Error::Io`] when one cannot be
    /// read at all.
    pub(super) fn read(root: &Utf8Path) -> Result<Self, Error> {
        // The journal first: a run that ends meanwhile replaces the manifest before it drops the journal.
        let journal = Manifest::read_at(root, Utf8Path::new(JOURNAL))?;
        Ok(Self { manifest: Manifest::read(root)?, journal, has_staged: has_staged(root) })
    }

    /// Whether a run was stopped, or is going on.
    pub(super) fn is_interrupted(&self) -> bool {
        self.journal.is_some() || self.has_staged
    }

    /// Returns the paths of all files that are known.
    pub(super) fn paths(&self) -> BTreeSet<&Utf8Path> {
        let manifests = self.manifest.iter().chain(&self.journal);
        manifests.flat_map(|manifest| manifest.files.keys()).map(Utf8PathBuf::as_path).collect()
    }

    /// Returns what is known of one path.
    pub(super) fn past(&self, path: &Utf8Path) -> Past<'_> {
        Past {
            recorded: self.manifest.iter().flat_map(|manifest| manifest.records(path)).collect(),
            begun: self.journal.iter().flat_map(|journal| journal.records(path)).collect(),
        }
    }

    /// Writes down what a run is about to write, so that it lasts; what runs before it began stays.
    ///
    /// # Errors
    /// [`Error::Io`]; nothing was written then.
    pub(super) fn begin(
        &self,
        root: &Utf8Path,
        records: impl Iterator<Item = (Utf8PathBuf, Record)>,
    ) -> Result<(), Error> {
        let before = self.journal.iter().flat_map(Manifest::all);
        let before = before.map(|(path, record)| (path.clone(), record.clone()));
        let text = Manifest::gather(before.chain(records)).render();
        let place = root.join(JOURNAL);
        let folder = place.parent().expect("it lies in a folder");
        let mut staged = temporary(folder, false)?;
        let write = || {
            staged.write_all(text.as_bytes())?;
            staged.as_file().sync_all()?;
            staged.persist(&place).map_err(|error| error.error)?;
            sync(folder);
            Ok(())
        };
        write().map_err(Error::io("write", &place))
    }

    /// Drops the journal of a run that is done, or that never began to replace files while no other was stopped.
    pub(super) fn end(root: &Utf8Path) -> Result<(), Error> {
        let place = root.join(JOURNAL);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &place)(error)),
            _ => Ok(()),
        }
    }
}

/// Makes what was renamed in a folder outlast a power failure, where the system can: Windows opens no folders, and some file systems
/// have nothing to say of them.
pub(super) fn sync(folder: &Utf8Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Whether something lies in `.plinth` that was to become the journal or the manifest.
fn has_staged(root: &Utf8Path) -> bool {
    let children = fs::read_dir(root.join(".plinth")).into_iter().flatten();
    children.filter_map(Result::ok).any(|child| is_temporary(&child.file_name()))
}

/// What plinth wrote at one path, or was about to.
pub(super) struct Past<'a> {
    recorded: Vec<&'a Record>,
    begun: Vec<&'a Record>,
}

impl Past<'_> {
    /// Whether a run that ended wrote there.
    pub(super) fn is_recorded(&self) -> bool {
        !self.recorded.is_empty()
    }

    /// Whether any run did, or was about to.
    pub(super) fn is_known(&self) -> bool {
        self.is_recorded() || !self.begun.is_empty()
    }

    /// Whether the file was given to a person.
    pub(super) fn is_given(&self) -> bool {
        self.recorded.iter().any(|record| record.once)
    }

    /// Whether the file would have been a person's, had the run ended.
    pub(super) fn is_to_be_given(&self) -> bool {
        !self.is_recorded() && self.begun.iter().all(|record| record.once)
    }

    /// Whether plinth wrote this text, all of it.
    pub(super) fn wrote(&self, text: &[u8]) -> bool {
        let sum = Checksum::of(text);
        let recorded = self.recorded.iter().filter(|record| !record.once);
        recorded.chain(&self.begun).any(|record| record.sha256 == sum && !record.is_merged())
    }

    /// Returns the texts of plinth's that a text on disk may have begun as, before it was edited.
    pub(super) fn bases(&self, text: &[u8]) -> BTreeSet<&str> {
        let sum = Checksum::of(text);
        let base = |record: &&&Record| record.is_merged() && record.sha256 == sum;
        // As the run left it that put both together: what it began as is known.
        if let Some(merged) = self.begun.iter().find(base) {
            return merged.text.as_deref().into_iter().collect();
        }
        let recorded = self.recorded.iter().filter(|record| !record.once);
        recorded.chain(&self.begun).filter_map(|record| record.text.as_deref()).collect()
    }

    /// Returns the template that made the file.
    pub(super) fn template(&self) -> Option<&str> {
        self.recorded.iter().chain(&self.begun).next().map(|record| record.template.as_str())
    }
}
