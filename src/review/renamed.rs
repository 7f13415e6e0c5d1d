//! Roots that lie elsewhere now: a stack is known by where its state is, not by its folder.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Tree;

/// A folder with another name: the old one, and the new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// Where it was.
    pub from: Utf8PathBuf,
    /// Where it is.
    pub to: Utf8PathBuf,
}

/// Finds the folders of the old tree whose states the new one keeps elsewhere.
pub fn renames(old: &Tree, new: &Tree) -> Vec<Rename> {
    let is_there = |tree: &Tree, folder: &Utf8Path| tree.files.keys().any(|path| path.starts_with(folder));
    // Only a stack that lies nowhere any more can be one that lies somewhere now.
    let gone = old.stacks.iter().filter(|root| !new.stacks.iter().any(|kept| kept.folder == root.folder));
    let came = new.stacks.iter().filter(|root| !old.stacks.iter().any(|kept| kept.folder == root.folder));
    let homes: BTreeMap<&String, &Utf8PathBuf> =
        came.filter_map(|root| Some((root.state.as_ref()?, &root.folder))).collect();
    let mut renames: Vec<Rename> = Vec::new();
    for root in gone {
        let Some(home) = root.state.as_ref().and_then(|state| homes.get(state)) else { continue };
        let (mut from, mut to) = (root.folder.as_path(), home.as_path());
        // What lies beside it has moved along, an application's module for one, unless it is there still.
        while let (Some(above), Some(new_above)) = (from.parent(), to.parent()) {
            let is_same = from.file_name() == to.file_name();
            if !is_same || above == new_above || is_there(new, above) || is_there(old, new_above) {
                break;
            }
            (from, to) = (above, new_above);
        }
        let rename = Rename { from: from.to_owned(), to: to.to_owned() };
        if !renames.contains(&rename) {
            renames.push(rename);
        }
    }
    renames
}

impl Tree {
    /// Puts its files where they lie under their new names.
    #[must_use]
    pub fn renamed(&self, renames: &[Rename], stacks_of: &Self) -> Self {
        let place = |path: &Utf8Path| {
            let found =
                renames.iter().find_map(|Rename { from, to }| Some(to.join(path.strip_prefix(from).ok()?)));
            found.unwrap_or_else(|| path.to_owned())
        };
        let mut tree = self.clone();
        tree.files = self.files.iter().map(|(path, text)| (place(path), text.clone())).collect();
        for root in &mut tree.stacks {
            root.folder = place(&root.folder);
            if let Some(now) = stacks_of.stacks.iter().find(|now| now.folder == root.folder) {
                root.stack.clone_from(&now.stack);
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::super::Root;
    use super::*;

    fn tree(roots: &[(&str, &str)], others: &[&str]) -> Tree {
        let root = |(folder, state): &(&str, &str)| Root {
            state: Some((*state).to_owned()),
            ..Root::of(folder, Utf8Path::new(folder), &BTreeMap::new())
        };
        let files = roots.iter().map(|(folder, _)| format!("{folder}/main.tf"));
        let files = files.chain(others.iter().map(|path| (*path).to_owned()));
        Tree {
            files: files.map(|path| (path.into(), String::new())).collect(),
            stacks: roots.iter().map(root).collect(),
            ..Tree::default()
        }
    }

    fn found(old: &Tree, new: &Tree) -> Vec<String> {
        renames(old, new).into_iter().map(|Rename { from, to }| format!("{from} -> {to}")).collect()
    }

    #[test]
    fn stacks_are_followed_by_their_states() {
        let old = tree(&[("apps/a/staging", "1"), ("apps/a/production", "2")], &["apps/a/module/main.tf"]);
        let all = tree(&[("apps/b/staging", "1"), ("apps/b/production", "2")], &["apps/b/module/main.tf"]);
        assert_eq!(found(&old, &all), ["apps/a -> apps/b"]);
        let moved = old.renamed(&renames(&old, &all), &all);
        assert!(moved.files.contains_key(Utf8Path::new("apps/b/module/main.tf")));
        assert_eq!(moved.stacks, all.stacks);
        // One place alone, another state, and the same folders.
        let one = tree(&[("apps/a/stage", "1"), ("apps/a/production", "2")], &["apps/a/module/main.tf"]);
        assert_eq!(found(&old, &one), ["apps/a/staging -> apps/a/stage"]);
        let other = tree(&[("apps/b/staging", "3"), ("apps/b/production", "4")], &["apps/b/module/main.tf"]);
        assert!(found(&old, &other).is_empty());
        assert!(found(&old, &old).is_empty());
        let environments = [
            tree(&[("e/a/main/cluster", "1"), ("e/a/state", "2")], &[]),
            tree(&[("e/b/main/cluster", "1"), ("e/b/state", "2")], &[]),
        ];
        assert_eq!(found(&environments[0], &environments[1]), ["e/a -> e/b"]);
    }
}
