//! One run at a time: two that write at once would each remove what the other takes for left over.

use std::fs::{self, File, TryLockError};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
#[cfg(not(unix))]
use camino::Utf8PathBuf;

use super::Error;

/// How long the second run waits. A write of 1,000 files takes a second or two on ext4; who is not
/// done by then is stopped or stuck, and waiting for that would look like hanging.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it looks meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps other runs from writing to an output directory, until dropped or until the process ends
/// in any way.
pub(super) struct Lock {
    /// Holds the lock as long as it is open.
    _handle: File,
    /// Whether the file system can lock.
    pub is_held: bool,
    #[cfg(not(unix))]
    directory: Utf8PathBuf,
}

impl Lock {
    /// Takes the lock; makes `.plinth` if need be.
    ///
    /// The lock is on the directory `.plinth` itself, so nothing is left behind, not even by a run
    /// that was killed. It is not on the output directory, where `flock . plinth generate` in a
    /// person's Makefile would wait for itself.
    ///
    /// # Errors
    /// [`Error::Busy`] when another run still writes after three seconds; [`Error::Io`] when
    /// `.plinth` cannot be made.
    pub(super) fn take(root: &Utf8Path) -> Result<Self, Error> {
        let directory = root.join(".plinth");
        fs::create_dir_all(&directory).map_err(Error::io("make", &directory))?;
        let handle = open(&directory).map_err(Error::io("open", &directory))?;
        let deadline = Instant::now() + PATIENCE;
        let is_held = loop {
            match handle.try_lock() {
                // Some file systems cannot lock (NFS wants a handle for writing, others have no
                // locks at all). Refusing to work there would be worse: what is on disk is compared
                // once more just before writing, in any case.
                Err(TryLockError::Error(_)) => break false,
                Ok(()) => break true,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Busy { root: root.to_owned() });
                }
            }
        };
        Ok(Self {
            _handle: handle,
            is_held,
            #[cfg(not(unix))]
            directory,
        })
    }
}

/// Opens what is locked.
#[cfg(unix)]
fn open(directory: &Utf8Path) -> io::Result<File> {
    File::open(directory)
}

/// Opens what is locked: a file, since Windows cannot lock a directory.
#[cfg(not(unix))]
fn open(directory: &Utf8Path) -> io::Result<File> {
    File::create(directory.join("lock"))
}

#[cfg(not(unix))]
impl Drop for Lock {
    fn drop(&mut self) {
        // Still in use by a run that waits: then that one removes it.
        let _ = fs::remove_file(self.directory.join("lock"));
    }
}
