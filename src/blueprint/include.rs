//! Further files of a blueprint: `include = ["environments/*.toml"]`.
//!
//! Their tables join those of the file that includes them, as if all stood in one. Nothing is laid over anything here: a
//! key that stands in two files is a mistake.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::lock::FILE;
use super::node::{self, Node, Table, Value};
use super::read::{Read, Reader};
use super::scalar::Glob;
use crate::diagnostic::{Diagnostics, Source, Sources, Spanned};
use crate::problem::Problem;

/// Finds the files of a pattern, sorted by path.
pub type Find<'a> = dyn Fn(&Glob) -> io::Result<Vec<Source>> + 'a;

/// Finds nothing: for a blueprint that is in memory.
///
/// # Errors
/// Never.
pub fn nothing(_: &Glob) -> io::Result<Vec<Source>> {
    Ok(Vec::new())
}

/// Finds files on the disk, below the folder of the blueprint.
///
/// The blueprint itself is not among them, though a pattern such as `*.toml` takes it in.
///
/// # Errors
/// When a folder or a file cannot be read; the message names it.
pub fn beside(blueprint: &Utf8Path, pattern: &Glob) -> io::Result<Vec<Source>> {
    let folder = blueprint.parent().unwrap_or(Utf8Path::new(""));
    let mut found = vec![folder.to_owned()];
    for part in pattern.as_str().split('/') {
        let mut next = Vec::new();
        for folder in found {
            next.extend(entries(&folder, part)?);
        }
        found = next;
    }
    if let Some(folder) = found.iter().find(|path| pattern.as_str() == FILE && path.is_dir()) {
        return Err(named(folder, &io::Error::other("it is a folder")));
    }
    found.retain(|path| path.is_file() && path != blueprint);
    let read = |path: Utf8PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|error| named(&path, &error))?;
        Ok(Source { path: path.into_string().replace('\\', "/"), text })
    };
    found.into_iter().map(read).collect()
}

/// Finds the files of a pattern among paths, as [`beside`] does on the disk.
pub fn among<'a>(
    paths: impl Iterator<Item = &'a Utf8Path>,
    blueprint: &Utf8Path,
    pattern: &Glob,
) -> Vec<&'a Utf8Path> {
    let folder = blueprint.parent().unwrap_or(Utf8Path::new(""));
    let parts: Vec<&str> = pattern.as_str().split('/').collect();
    let is_meant = |path: &&Utf8Path| {
        let names: Vec<&str> =
            path.strip_prefix(folder).map(|path| path.iter().collect()).unwrap_or_default();
        names.len() == parts.len()
            && parts.iter().zip(&names).all(|(part, name)| fits(part, name))
            && *path != blueprint
    };
    let mut found: Vec<&Utf8Path> = paths.filter(is_meant).collect();
    found.sort();
    found
}

/// Whether a part of a pattern takes a name. As in a shell, `*` does not mean what is hidden.
fn fits(part: &str, name: &str) -> bool {
    if part.contains('*') { !name.starts_with('.') && takes(part, name) } else { part == name }
}

/// Returns what a folder holds under a name, or under all names that a pattern takes.
fn entries(folder: &Utf8Path, pattern: &str) -> io::Result<Vec<Utf8PathBuf>> {
    if !pattern.contains('*') {
        return Ok(vec![folder.join(pattern)].into_iter().filter(|path| path.exists()).collect());
    }
    let here = if folder.as_str().is_empty() { Utf8Path::new(".") } else { folder };
    if !here.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in here.read_dir_utf8().map_err(|error| named(here, &error))? {
        let name = entry.map_err(|error| named(here, &error))?.file_name().to_owned();
        if fits(pattern, &name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

fn named(path: &Utf8Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{path}`: {error}"))
}

/// Whether a pattern, in which `*` is any text, takes a name.
fn takes(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.any(|at| takes(rest, &name[at..]))
        }),
    }
}

/// Returns what a blueprint includes, as far as that can be read.
pub fn patterns(root: &Node) -> Vec<Glob> {
    let list = root.get("include").and_then(|list| Vec::<Glob>::read(list, &mut Reader::default()));
    list.unwrap_or_default()
}

/// Puts the tables of all included files into those of the main one.
pub(super) fn join(sources: &mut Sources, root: &mut Node, find: &Find<'_>, reader: &mut Reader) {
    let patterns = root.get("include").map(|list| Vec::<Spanned<Glob>>::read(list, reader));
    let diagnostics = &mut reader.diagnostics;
    let mut known: Vec<String> = vec![sources.main().path.clone()];
    for pattern in patterns.flatten().unwrap_or_default() {
        let found = match find(&pattern.value) {
            Ok(found) => found,
            Err(error) => {
                let problem = Problem::IncludeUnreadable { why: error.to_string() };
                diagnostics.push(problem, pattern.span);
                continue;
            }
        };
        if found.is_empty() {
            let problem = Problem::IncludeFindsNothing { pattern: pattern.value.to_string() };
            diagnostics.push(problem, pattern.span);
        }
        for source in found {
            // Two patterns may well take the same file.
            if known.contains(&source.path) {
                continue;
            }
            known.push(source.path.clone());
            let base = sources.add(source.clone());
            let included = node::parse(&source, base, diagnostics);
            if let (Value::Table(into), Value::Table(table)) = (&mut root.value, included.value) {
                add(into, table, true, diagnostics);
            }
        }
    }
}

fn add(into: &mut Table, table: Table, is_top: bool, diagnostics: &mut Diagnostics) {
    for (key, entry) in table.0 {
        if is_top && key == "include" {
            diagnostics.push(Problem::NestedInclude, entry.key);
            continue;
        }
        let Some(first) = into.0.get_mut(&key) else {
            into.0.insert(key, entry);
            continue;
        };
        match (&mut first.node.value, entry.node.value) {
            (Value::Table(into), Value::Table(table)) => add(into, table, false, diagnostics),
            _ => diagnostics.push_conflict(Problem::KeyTwice { key }, entry.key, first.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{among, takes};
    use crate::blueprint::scalar::Glob;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, name) in
            [("*", ""), ("*.toml", "a.toml"), ("a*b*c", "abc"), ("a*b*c", "a-b-b-c"), ("ä*", "äß")]
        {
            assert!(takes(pattern, name), "{pattern} and {name}");
        }
        for (pattern, name) in
            [("*.toml", "a.tom"), ("a*b*c", "acb"), ("", "a"), ("a.toml", "a.toml.bak"), ("*a", "ab")]
        {
            assert!(!takes(pattern, name), "{pattern} and {name}");
        }
    }

    #[test]
    fn paths_are_found_as_files_are() {
        let paths = [
            "p/b.toml",
            "p/envs/b.toml",
            "p/envs/a.toml",
            "p/envs/.c.toml",
            "p/envs/deep/d.toml",
            "envs/e.toml",
        ];
        let found = |pattern: &str| {
            among(paths.iter().map(Utf8Path::new), Utf8Path::new("p/b.toml"), &Glob::file(pattern))
        };
        assert_eq!(found("envs/*.toml"), ["p/envs/a.toml", "p/envs/b.toml"]);
        assert_eq!(found("*.toml"), Vec::<&str>::new(), "the blueprint itself is not meant");
        assert_eq!(found("*/deep/d.toml"), ["p/envs/deep/d.toml"]);
    }
}
