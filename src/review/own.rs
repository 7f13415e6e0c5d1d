//! What a person put beside a tree's files. It is no part of the tree, but of the stacks: Terraform reads it in their roots and modules, and in
//! those that it calls, wherever they lie.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Tree;
use super::calls::Calls;

/// The text of files by their paths from the tree's folder: outside of the tree these begin with `..`.
pub type Texts = BTreeMap<Utf8PathBuf, String>;

/// Terraform files of a person.
#[derive(Debug, Clone, Default)]
pub struct OwnFiles {
    /// The folder of the tree, with no link in the path.
    pub(super) at: Utf8PathBuf,
    /// The files themselves.
    pub(super) files: Texts,
    /// Folders that they call, and in which plinth writes nothing.
    called: BTreeSet<Utf8PathBuf>,
}

impl Tree {
    /// Takes in what a person put in its roots and modules, and what lies in those that any of that calls. `at` is the folder of the
    /// tree, with no link in the path; `read` returns a person's Terraform files in a folder, which need not be there.
    ///
    /// That is done for the new tree alone. What was called before and is no longer needs no look: a file that called it differs.
    ///
    /// # Errors
    /// When `read` fails.
    pub fn with_own<E>(
        mut self,
        at: &Utf8Path,
        read: impl Fn(&Utf8Path) -> Result<Texts, E>,
    ) -> Result<Self, E> {
        let ours: BTreeSet<Utf8PathBuf> = self.modules().into_iter().map(Utf8Path::to_owned).collect();
        let mut next = ours.clone();
        let mut own = OwnFiles { at: at.to_owned(), ..OwnFiles::default() };
        while let Some(folder) = next.pop_first() {
            let found = read(&folder)?;
            for called in Calls::read(&found, at).folders().filter(|called| !ours.contains(*called)) {
                if own.called.insert(called.to_owned()) {
                    next.insert(called.to_owned());
                }
            }
            own.files.extend(found);
        }
        self.own = own;
        Ok(self)
    }

    /// Returns the folders of modules in which plinth writes nothing, by their paths from the tree's: outside of it these begin with `..`.
    pub fn own_modules(&self) -> impl Iterator<Item = &Utf8Path> {
        self.own.called.iter().map(Utf8PathBuf::as_path)
    }
}

impl OwnFiles {
    /// Whether one of them that lies in a folder may read pages there.
    pub(super) fn reads_pages(&self, folder: &Utf8Path) -> bool {
        self.files.iter().any(|(path, text)| path.parent() == Some(folder) && text.contains(".md"))
    }
}
