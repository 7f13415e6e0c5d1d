//! What git knows: files as they are at a revision. git is called as a program, the one that people have.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, anyhow, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// A repository with its working tree.
#[derive(Debug)]
pub struct Repository {
    /// The folder at its top, with no link in the path.
    top: Utf8PathBuf,
}

/// A revision that is there.
#[derive(Debug)]
pub struct Commit {
    id: String,
}

/// Files at a revision: the object that holds the text of each, by path from the repository's top.
pub type Listing = BTreeMap<Utf8PathBuf, String>;

impl Repository {
    /// Finds the repository that a folder belongs to.
    ///
    /// # Errors
    /// When git is not there, or the folder is in no repository.
    pub fn of(folder: &Utf8Path) -> anyhow::Result<Self> {
        let output = git(folder, &["rev-parse", "--show-toplevel"])?;
        if !output.status.success() {
            bail!("`{folder}` is in no git repository that can be read\n{}", said(&output));
        }
        Ok(Self { top: String::from_utf8(output.stdout)?.trim_end_matches(['\r', '\n']).into() })
    }

    /// Returns a path as git has it, from the repository's top; `None` for one that lies elsewhere. It need not exist.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn inside(&self, path: &Utf8Path) -> anyhow::Result<Option<Utf8PathBuf>> {
        let path = real(path).with_context(|| format!("cannot read `{path}`"))?;
        Ok(path.strip_prefix(&self.top).ok().map(Utf8Path::to_owned))
    }

    /// Finds a revision; `None` where there is none of that name.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn commit(&self, revision: &str) -> anyhow::Result<Option<Commit>> {
        // git would take it for an option.
        if revision.starts_with('-') {
            return Ok(None);
        }
        let output =
            git(&self.top, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !id.is_empty()).then_some(Commit { id }))
    }

    /// Lists the files below a folder at a revision; links and submodules are left out.
    ///
    /// # Errors
    /// When git fails.
    pub fn list(&self, commit: &Commit, folder: &Utf8Path) -> anyhow::Result<Listing> {
        let folder = if folder.as_str().is_empty() { "." } else { folder.as_str() };
        let output = run(&self.top, &["ls-tree", "-r", "-z", &commit.id, "--", folder])?;
        let files = listed(&output).filter(|(mode, ..)| mode.starts_with("100"));
        Ok(files.map(|(_, object, path)| (path.into(), object.to_owned())).collect())
    }

    /// Reads objects, in the order in which they are asked for.
    ///
    /// # Errors
    /// When git fails, or does not have one of them.
    ///
    /// # Panics
    /// Never: both pipes were asked for.
    pub fn read(&self, objects: &[&str]) -> anyhow::Result<Vec<Vec<u8>>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = Command::new("git")
            .args(["-C", self.top.as_str(), "cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| absent(&error))?;
        let mut asked = child.stdin.take().expect("its input is a pipe");
        let lines = objects.join("\n") + "\n";
        // It answers while it is asked: whoever only writes first fills the pipe, and both wait.
        let output = std::thread::scope(|scope| {
            scope.spawn(move || asked.write_all(lines.as_bytes()));
            child.wait_with_output()
        })?;
        if !output.status.success() {
            bail!("`git cat-file` failed\n{}", said(&output));
        }
        let mut rest = output.stdout.as_slice();
        objects
            .iter()
            .map(|object| {
                // `8ab6… blob 1234`, the text, a line end
                let (text, behind) =
                    entry(rest).ok_or_else(|| anyhow!("git cannot read its object {object}"))?;
                rest = behind;
                Ok(text.to_vec())
            })
            .collect()
    }

    /// Returns the files below folders that are not as they are at a revision, those among them that git does not know yet; not what it
    /// is told to ignore. A submodule is like a file: git does not look into it.
    ///
    /// # Errors
    /// When git fails.
    pub fn changed(&self, commit: &Commit, folders: &[&Utf8Path]) -> anyhow::Result<Vec<Utf8PathBuf>> {
        let submodules = self.submodules(commit, folders)?;
        let asked = folders.iter().copied().chain(submodules.iter().map(|path| &**path));
        let asked: Vec<&str> =
            asked.map(|path| if path.as_str().is_empty() { "." } else { path.as_str() }).collect();
        let below = |command: &[&str]| run(&self.top, &[command, &asked].concat());
        let changed = below(&["diff", "--name-only", "--no-renames", "-z", &commit.id, "--"])?;
        let new = below(&["ls-files", "--others", "--exclude-standard", "-z", "--"])?;
        let paths = [changed, new].concat();
        let paths = paths.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(paths.map(|path| String::from_utf8_lossy(path).into_owned().into()).collect())
    }

    /// Returns the submodules that folders lie in.
    fn submodules(&self, commit: &Commit, folders: &[&Utf8Path]) -> anyhow::Result<Vec<Utf8PathBuf>> {
        let above: BTreeSet<&str> = folders
            .iter()
            .flat_map(|folder| folder.ancestors())
            .map(Utf8Path::as_str)
            .filter(|folder| !folder.is_empty())
            .collect();
        if above.is_empty() {
            return Ok(Vec::new());
        }
        let above: Vec<&str> = above.into_iter().collect();
        let output = run(&self.top, &[&["ls-tree", "-z", &commit.id, "--"], &*above].concat())?;
        let submodules = listed(&output).filter(|(mode, ..)| *mode == "160000");
        Ok(submodules.map(|(_, _, path)| path.into()).collect())
    }
}

/// Reads what `git ls-tree -z` prints: mode, object and path of each entry.
fn listed(output: &[u8]) -> impl Iterator<Item = (&str, &str, &str)> {
    output.split(|byte| *byte == 0).filter_map(|entry| {
        // `100644 blob 8ab6…<tab>path`
        let (facts, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
        let mut facts = facts.split(' ');
        Some((facts.next()?, facts.nth(1)?, path))
    })
}

/// Cuts one answer of `git cat-file --batch` off.
fn entry(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let size = std::str::from_utf8(&rest[..end]).ok()?.rsplit(' ').next()?.parse::<usize>().ok()?;
    let text = rest.get(end + 1..end + 1 + size)?;
    Some((text, rest.get(end + size + 2..)?))
}

/// Runs git in a folder and returns what it prints.
fn run(folder: &Utf8Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = git(folder, arguments)?;
    if !output.status.success() {
        bail!("`git {}` failed\n{}", arguments[0], said(&output));
    }
    Ok(output.stdout)
}

fn git(folder: &Utf8Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command.output().map_err(|error| absent(&error))
}

fn absent(error: &std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => {
            anyhow!(
                "a git revision needs the program `git`, which is not in PATH\n\nhelp: install git, or name a folder with a generated tree"
            )
        }
        _ => anyhow!("cannot run `git`: {error}"),
    }
}

/// What git said of it, indented.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Returns a path without links and `..`, as far as it exists.
///
/// # Errors
/// When the file system refuses.
pub fn real(path: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
    match path.canonicalize_utf8() {
        Err(error) if error.kind() == ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if !parent.as_str().is_empty() => Ok(real(parent)?.join(name)),
            (Some(_), Some(name)) => Ok(real(Utf8Path::new("."))?.join(name)),
            _ => Err(error),
        },
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn answers_are_cut_by_their_length() {
        let answers = b"8ab6 blob 3\na\nb\n8ab7 blob 0\n\n8ab8 missing\n";
        let (first, rest) = entry(answers).expect("an object");
        assert_eq!(first, b"a\nb");
        let (second, rest) = entry(rest).expect("an object");
        assert_eq!(second, b"");
        assert_eq!(entry(rest), None);
        assert_eq!(entry(b"8ab6 blob 9\nshort\n"), None);
    }
}
