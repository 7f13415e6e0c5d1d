//! Files that plinth made and that nothing knows any more: no manifest, no journal, no blueprint.
//!
//! That happens where a merge dropped one side's manifest, or somebody removed it. Terraform reads such a file like any other, so it must
//! not go unseen; and since nothing says what it was, it is never removed either.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Drift, Error};
use crate::file::{NOTE, declares};

/// The folders of a tree in which Terraform finds something.
const FOLDERS: [&str; 4] = ["accounts", "apps", "environments", "modules"];

impl Drift<'_> {
    /// Finds Terraform files that begin as all of plinth's do and that nothing knows, sorted.
    ///
    /// # Errors
    /// [`Error::Unrecorded`] where there is no manifest, and one of them keeps a state: then nothing says what would be left behind.
    /// [`Error::Io`] when a folder or a file cannot be read.
    pub fn strays(&self) -> Result<Vec<Utf8PathBuf>, Error> {
        let mut known: HashSet<&str> = self.known.paths().into_iter().map(Utf8Path::as_str).collect();
        known.extend(self.files.iter().map(|file| file.path.as_str()));
        let mut strays = Vec::new();
        for folder in FOLDERS {
            gather(&self.root, Utf8Path::new(folder), &known, &mut strays)?;
        }
        strays.sort();
        let keeps_state = |(_, text): &&(Utf8PathBuf, String)| {
            let begins =
                |line: &str| ["backend \"", "cloud {"].iter().any(|word| line.trim_start().starts_with(word));
            text.lines().any(begins)
        };
        let roots: Vec<Utf8PathBuf> = strays
            .iter()
            .filter(keeps_state)
            .filter_map(|(path, _)| path.parent().map(Utf8Path::to_owned))
            .collect();
        if self.known.manifest.is_none() && !roots.is_empty() {
            return Err(Error::Unrecorded { root: self.root.clone(), roots });
        }
        Ok(strays.into_iter().map(|(path, _)| path).collect())
    }
}

/// Gathers them from a folder and all below it, with their texts.
fn gather(
    root: &Utf8Path,
    folder: &Utf8Path,
    known: &HashSet<&str>,
    strays: &mut Vec<(Utf8PathBuf, String)>,
) -> Result<(), Error> {
    let place = root.join(folder);
    // A tree of its own, as `plinth attach` makes, has its own manifest.
    if place.join(".plinth").exists() {
        return Ok(());
    }
    let children = match fs::read_dir(&place) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        children => children.map_err(Error::io("read", &place))?,
    };
    for child in children {
        let child = child.map_err(Error::io("read", &place))?;
        let kind = child.file_type().map_err(Error::io("read", &place))?;
        // What is hidden is Terraform's; a name that is no UTF-8 was never plinth's.
        let Some(name) = child.file_name().into_string().ok().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        // With `/` on every platform, as the manifest has it.
        let path = Utf8PathBuf::from(format!("{folder}/{name}"));
        if kind.is_dir() {
            gather(root, &path, known, strays)?;
        } else if kind.is_file()
            && !known.contains(path.as_str())
            && declares(&path, |twin| root.join(twin).exists())
        {
            let place = root.join(&path);
            let bytes = fs::read(&place).map_err(Error::io("read", &place))?;
            let text = super::text(&bytes);
            if text.lines().next().is_some_and(|line| line.contains(NOTE)) {
                strays.push((path, text));
            }
        }
    }
    Ok(())
}
