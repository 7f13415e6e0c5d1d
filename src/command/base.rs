//! What a tree is compared with: itself as it lies on disk, a tree in another folder, or one of an earlier revision.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Write};

use anyhow::{Context as _, anyhow};
use camino::{Utf8Path, Utf8PathBuf};

use super::refusal::unusable;
use super::{FAILED, Leaving, Place, Rendered, eject, facts_of, folder_of, load, recorded, root, say, tidy};
use crate::blueprint::{self, Reading, include};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Source, Sources};
use crate::git::{self, Commit, Listing, Repository};
use crate::model;
use crate::render;
use crate::render::template::{FOLDER, Own};
use crate::review::calls::Syntax;
use crate::review::own::Texts;
use crate::review::{Change, Tree, compare};
use crate::tree::{Drift, Error as TreeError, MANIFEST, Manifest, text};

/// A tree, compared with others.
pub(super) struct Comparison {
    /// How it differs from each of them.
    pub changes: Vec<Change>,
    /// What the blueprint comes to now.
    pub new: Rendered,
}

/// Compares what a blueprint comes to with what each `--base` names; one that is not given is what lies where the tree is written to.
///
/// `Err` within is the exit status where that cannot be, which has been said then.
pub(super) fn comparison(
    bases: &[Option<&str>],
    place: &Place,
    out: &mut impl Write,
    err: &mut impl Write,
) -> anyhow::Result<Result<Comparison, u8>> {
    let Some(new) = load(place, None, Leaving::Shown, out, err)? else { return Ok(Err(FAILED)) };
    let folder = git::real(&tidy(&new.root)).with_context(|| format!("cannot read `{}`", new.root))?;
    let tree = Tree::rendered(&new.files, &new.stacks);
    let ours = new.files.iter().map(|file| &*file.path).collect();
    let tree = tree.with_own(&folder, |below| terraform(&folder, below, &ours))?;
    let mut changes = Vec::new();
    for base in bases {
        let old = match Base::read(*base, place, &new, &tree) {
            Ok(old) => old,
            Err(Failure::Tree(error)) => return Err(unusable(&error)),
            Err(Failure::Blueprint(diagnostics, sources)) => {
                say(&diagnostics, &sources, place.format, out, err)?;
                return Ok(Err(FAILED));
            }
            Err(Failure::Other(error)) => return Err(error),
        };
        changes.push(compare(&old.tree, &tree, &old.own));
    }
    Ok(Ok(Comparison { changes, new }))
}

/// Reads the Terraform files of a folder, if it is there, those aside that plinth makes.
fn terraform(root: &Utf8Path, folder: &Utf8Path, ours: &BTreeSet<&Utf8Path>) -> anyhow::Result<Texts> {
    let place = root.join(folder);
    let children = match place.read_dir_utf8() {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Texts::new());
        }
        children => children.with_context(|| format!("cannot read `{place}`"))?,
    };
    let mut found = Texts::new();
    for child in children {
        let child = child.with_context(|| format!("cannot read `{place}`"))?;
        let (place, path) = (child.path(), folder.join(child.file_name()));
        if Syntax::of(place).is_some() && !ours.contains(&*path) && place.is_file() {
            let bytes = fs::read(place).with_context(|| format!("cannot read `{place}`"))?;
            found.insert(path, text(&bytes));
        }
    }
    Ok(found)
}

/// The older of two trees.
struct Base {
    tree: Tree,
    /// Files that differ between it and the new tree, and that plinth did not write.
    own: Vec<Utf8PathBuf>,
}

/// Why there is nothing to compare with.
enum Failure {
    /// The tree cannot be read.
    Tree(TreeError),
    /// The blueprint of the base is wrong.
    Blueprint(Diagnostics, Sources),
    /// Anything else.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Base {
    /// A folder is one with a manifest; any other word is a git revision.
    fn read(base: Option<&str>, place: &Place, new: &Rendered, tree: &Tree) -> Result<Self, Failure> {
        match base {
            None => Self::folder(&new.root, new),
            Some(folder) if Utf8Path::new(folder).join(MANIFEST).is_file() => {
                Self::folder(folder.into(), new)
            }
            Some(base) if place.starter => Err(anyhow!(
                "`{base}` holds no generated tree, and the blueprint that is built in has no revisions"
            )
            .into()),
            Some(revision) => Self::revision(revision, place, new, tree),
        }
    }

    /// What writing the new tree to a folder would find there: the files of its manifest, and what stands in their way.
    fn folder(folder: &Utf8Path, new: &Rendered) -> Result<Self, Failure> {
        let drift = Drift::compare(folder, &new.files, &new.facts).map_err(Failure::Tree)?;
        // Without a manifest, nobody knows what leaves.
        drift.strays().map_err(Failure::Tree)?;
        let (manifest, facts) = recorded(folder).map_err(Failure::Tree)?;
        let entries = drift.entries().iter();
        let files = entries.filter_map(|entry| Some((entry.path.clone(), entry.on_disk()?))).collect();
        Ok(Self { tree: Tree::written(files, &manifest, &facts), own: Vec::new() })
    }

    /// The tree as it is committed. Where it is not, it is what the blueprint of that revision comes to.
    ///
    /// What is committed is what was applied, whichever plinth wrote it: a newer plinth that writes other text changes stacks, too,
    /// though the blueprint is as it was. Rendering both would hide that.
    fn revision(revision: &str, place: &Place, new: &Rendered, now: &Tree) -> Result<Self, Failure> {
        let path = &place.blueprint;
        let folder = folder_of(path);
        let repository = Repository::of(folder)?;
        let commit = repository.commit(revision)?.ok_or_else(|| unknown(revision))?;
        let history = History { repository: &repository, commit: &commit, revision };
        let below_top = repository.inside(folder)?.context("git knows no such folder")?;
        let reading = history.blueprint(&below_top.join(path.file_name().unwrap_or_default()))?;
        // The tree may have moved since.
        let root = match reading.as_ref().and_then(|reading| reading.blueprint.as_ref()) {
            Some(blueprint) => {
                let output = blueprint.file.output.as_ref();
                root(path, place.out.as_deref(), output.map(|output| output.dir.as_str()))
            }
            None => new.root.clone(),
        };
        let written = match repository.inside(&tidy(&root))? {
            Some(root) => history.tree(&root)?,
            None => None,
        };
        let (tree, manifest) = match (written, reading) {
            (Some(written), _) => written,
            // Whatever an earlier run left on the disk is plinth's, too.
            (None, Some(reading)) => {
                let (manifest, _) = recorded(&new.root).map_err(Failure::Tree)?;
                (rendered(reading, path, &history.templates(&below_top)?)?, manifest)
            }
            (None, None) => (Tree::default(), Manifest::default()),
        };
        let own = history.own(&manifest, new, now)?;
        Ok(Self { tree, own })
    }
}

/// Files at a revision.
struct History<'a> {
    repository: &'a Repository,
    commit: &'a Commit,
    revision: &'a str,
}

impl History<'_> {
    /// Reads one file; `None` where it was not there.
    fn text(&self, path: &Utf8Path) -> anyhow::Result<Option<String>> {
        let listing = self.repository.list(self.commit, path)?;
        Ok(self.texts(&listing)?.remove(path))
    }

    fn texts(&self, listing: &Listing) -> anyhow::Result<BTreeMap<Utf8PathBuf, String>> {
        let objects: Vec<&str> = listing.values().map(String::as_str).collect();
        let texts = self.repository.read(&objects)?;
        Ok(listing.keys().cloned().zip(texts.iter().map(|bytes| text(bytes))).collect())
    }

    /// Reads a blueprint with what it included then, and its lock; `None` where it was not there.
    fn blueprint(&self, path: &Utf8Path) -> anyhow::Result<Option<Reading>> {
        let source =
            |path: &Utf8Path, text: String| Source { path: format!("{}:{path}", self.revision), text };
        let Some(text) = self.text(path)? else { return Ok(None) };
        let beside = self.repository.list(self.commit, path.parent().unwrap_or(Utf8Path::new("")))?;
        Ok(Some(blueprint::read(source(path, text), &|pattern| {
            let found = include::among(beside.keys().map(Utf8PathBuf::as_path), path, pattern);
            let found = found.into_iter().map(|path| (path.to_owned(), beside[path].clone())).collect();
            let texts = self.texts(&found).map_err(io::Error::other)?;
            Ok(texts.into_iter().map(|(path, text)| source(&path, text)).collect())
        })))
    }

    /// Reads the templates that lay beside a blueprint in a folder.
    fn templates(&self, folder: &Utf8Path) -> anyhow::Result<Own> {
        let folder = folder.join(FOLDER);
        let texts = self.texts(&self.repository.list(self.commit, &folder)?)?.into_iter();
        let named =
            texts.filter_map(|(path, text)| Some((path.strip_prefix(&folder).ok()?.to_string(), text)));
        Ok(named.filter(|(name, _)| eject::is_used(name)).collect())
    }

    /// Reads a tree with its manifest; `None` where none is committed.
    fn tree(&self, root: &Utf8Path) -> anyhow::Result<Option<(Tree, Manifest)>> {
        let path = root.join(MANIFEST);
        let Some(written) = self.text(&path)? else { return Ok(None) };
        let damaged = |damage| anyhow!("`{}:{path}` {damage}", self.revision);
        let manifest = Manifest::parse(written.as_bytes()).map_err(damaged)?;
        let facts = facts_of(&manifest, || written).map_err(damaged)?;
        let listing = self.repository.list(self.commit, root)?;
        let is_ours =
            |path: &Utf8Path| path.strip_prefix(root).is_ok_and(|below| manifest.files.contains_key(below));
        let listing = listing.into_iter().filter(|(path, _)| is_ours(path)).collect();
        let texts = self.texts(&listing)?.into_iter();
        let files = texts.filter_map(|(path, text)| Some((path.strip_prefix(root).ok()?.to_owned(), text)));
        Ok(Some((Tree::written(files.collect(), &manifest, &facts), manifest)))
    }

    /// Finds what is not as it was in the tree's folder and in the modules that a person's files call, among the files that no plinth
    /// wrote. Modules outside of the repository are left out.
    fn own(&self, was: &Manifest, new: &Rendered, now: &Tree) -> anyhow::Result<Vec<Utf8PathBuf>> {
        let is_ours = |path: &Utf8Path| {
            path == MANIFEST || was.files.contains_key(path) || new.files.iter().any(|file| file.path == path)
        };
        let root = tidy(&new.root);
        let Some(tree) = self.repository.inside(&root)? else { return Ok(Vec::new()) };
        let mut places = vec![(tree.clone(), Utf8Path::new(""))];
        for folder in now.own_modules() {
            places.extend(self.repository.inside(&root.join(folder))?.map(|place| (place, folder)));
        }
        let folders: Vec<&Utf8Path> = places.iter().map(|(place, _)| &**place).collect();
        let changed = self.repository.changed(self.commit, &folders)?;
        let changed = changed.iter().filter(|path| !path.strip_prefix(&tree).is_ok_and(is_ours));
        let in_place = |path: &Utf8Path, (place, folder): &(Utf8PathBuf, &Utf8Path)| {
            // A submodule around a module is the module itself.
            let is_around = place.starts_with(path);
            if is_around {
                Some((*folder).to_owned())
            } else {
                Some(folder.join(path.strip_prefix(place).ok()?))
            }
        };
        let known: BTreeSet<Utf8PathBuf> =
            changed.flat_map(|path| places.iter().filter_map(|place| in_place(path, place))).collect();
        Ok(known.into_iter().collect())
    }
}

/// Renders a blueprint of the past. What was known of its clusters then is left out: a version that goes up now is not one that went down.
fn rendered(reading: Reading, path: &Utf8Path, own: &Own) -> Result<Tree, Failure> {
    let Reading { sources, blueprint, mut diagnostics, .. } = reading;
    let catalog = Catalog::load();
    let Some(blueprint) = blueprint else { return Err(Failure::Blueprint(diagnostics, sources)) };
    let name = path.file_name().unwrap_or("blueprint.toml");
    let (model, found) = model::resolve(&blueprint, &catalog, &model::Facts::default(), name);
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return Err(Failure::Blueprint(diagnostics, sources));
    }
    // Its notes are of the past, too.
    let (files, _) = render::render(&model, &catalog, own)?;
    Ok(Tree::rendered(&files, model.stacks()))
}

fn unknown(revision: &str) -> anyhow::Error {
    if Utf8Path::new(revision).is_dir() {
        return anyhow!(
            "`{revision}` is a folder without a generated tree, and no git revision\n\nhelp: name a folder that holds `{MANIFEST}`, \
             or a branch, a tag or a commit"
        );
    }
    anyhow!(
        "git knows no revision `{revision}`, and there is no such folder\n\nhelp: name a branch, a tag or a commit; a clone of a \
         pipeline has few of them (`git fetch origin main`, or `fetch-depth: 0` of actions/checkout)"
    )
}
