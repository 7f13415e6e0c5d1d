//! An output directory to try things on, and what it holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use plinth::file::{File, Keeping};
use plinth::tree::{Drift, Error, Report, State};
use serde_json::{Map, Value};
use tempfile::TempDir;

/// An output directory that is removed after the test.
pub struct Directory {
    _keep: TempDir,
    pub root: Utf8PathBuf,
}

/// What lies at each path: the text of a file, where a link leads, or that it is a directory.
pub type Contents = BTreeMap<String, String>;

impl Directory {
    pub fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(keep.path().join("out")).unwrap();
        Self { _keep: keep, root }
    }

    /// Puts a file there as a person would.
    pub fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let place = self.root.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).unwrap();
    }

    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    /// Writes files, and expects that this is allowed and does what the result then says.
    pub fn write(&self, files: &[File]) -> Report {
        self.try_write(files, &[]).unwrap()
    }

    pub fn try_write(&self, files: &[File], force: &[&str]) -> Result<Report, Error> {
        let force: Vec<_> = force.iter().map(Utf8PathBuf::from).collect();
        Drift::compare(&self.root, files, &Map::new())?.write(&force)
    }

    pub fn states(&self, files: &[File]) -> Vec<(String, State)> {
        let drift = Drift::compare(&self.root, files, &Map::new()).unwrap();
        drift.entries().iter().map(|entry| (entry.path.to_string(), entry.state)).collect()
    }

    /// Everything below the output directory, without `.plinth`.
    pub fn contents(&self) -> Contents {
        let mut contents = self.everything();
        contents.retain(|path, _| !path.starts_with(".plinth"));
        contents
    }

    pub fn everything(&self) -> Contents {
        let mut contents = Contents::new();
        walk(&self.root, &mut |place| {
            let kind = fs::symlink_metadata(place).unwrap().file_type();
            let what = if kind.is_dir() {
                "<directory>".to_owned()
            } else if kind.is_symlink() {
                format!("<link to {}>", fs::read_link(place).unwrap().display())
            } else {
                String::from_utf8_lossy(&fs::read(place).unwrap()).into_owned()
            };
            contents.insert(self.below(place), what);
        });
        contents
    }

    /// When each file and directory, the output directory among them, was last changed.
    pub fn times(&self) -> BTreeMap<String, SystemTime> {
        let time = |place: &Path| fs::symlink_metadata(place).unwrap().modified().unwrap();
        let mut times = BTreeMap::from([(String::new(), time(self.root.as_std_path()))]);
        walk(&self.root, &mut |place| {
            times.insert(self.below(place), time(place));
        });
        times
    }

    fn below(&self, place: &Path) -> String {
        place.strip_prefix(&self.root).unwrap().to_str().unwrap().to_owned()
    }
}

fn walk(directory: &Utf8Path, visit: &mut impl FnMut(&Path)) {
    let Ok(children) = fs::read_dir(directory) else {
        return;
    };
    for child in children {
        let child = child.unwrap();
        visit(&child.path());
        if child.file_type().unwrap().is_dir() {
            walk(Utf8Path::from_path(&child.path()).unwrap(), visit);
        }
    }
}

pub fn file(path: &str, text: &str) -> File {
    File {
        path: path.into(),
        text: text.to_owned(),
        executable: false,
        template: format!("{path}.tera"),
        stack: None,
        keeping: Keeping::Ours,
    }
}

pub fn script(path: &str, text: &str) -> File {
    File { executable: true, ..file(path, text) }
}

/// The paths that a run was refused for, with their states.
pub fn refused(result: Result<Report, Error>) -> Vec<(String, State)> {
    match result {
        Err(Error::Refused(refusals)) => {
            refusals.into_iter().map(|refusal| (refusal.path.into_string(), refusal.state)).collect()
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub fn facts(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(facts) => facts,
        other => panic!("facts are an object, not {other}"),
    }
}
