//! Two trees → what changed: which stacks a change touches, which addresses came, went, changed or moved, and in which values.
//!
//! | module | what it has |
//! | --- | --- |
//! | [`content`] | what a block says, and how two differ |
//! | [`folder`] | the blocks of one folder by their addresses |
//! | [`instance`] | whether a call makes a resource at all |
//! | [`renamed`] | roots that lie elsewhere now |
//! | [`retired`] | whether what is destroyed was to go |
//! | [`calls`] | which stacks call which modules |
//! | [`own`] | what a person put beside a tree's files, for the modules that it calls |
//! | [`show`] | a change as text, and as data |
//! | [`touched`] | the stacks that a change touches, with those that depend on them |
//!
//! Comments and layout say nothing here; the unified text differences show them. What a change *means* for who uses it, an outage, is not
//! said.

pub mod calls;
pub mod content;
pub mod folder;
pub mod instance;
pub mod own;
pub mod renamed;
pub mod retired;
pub mod show;
pub mod touched;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::file::File;
use crate::hcl::address;
use crate::model::Stack;
use crate::model::facts::{Facts, StackFacts};
use crate::tree::{Manifest, difference};
use calls::{Calls, called};
use folder::{Around, Declarations, Item, Renamed, Succession, declarations, items};
use own::OwnFiles;
use renamed::Rename;

/// A generated tree, wherever it lies.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The text of each file.
    files: BTreeMap<Utf8PathBuf, String>,
    /// Its stacks.
    stacks: Vec<Root>,
    /// What a person put there.
    own: OwnFiles,
}

/// The root module of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The stack's name.
    pub stack: String,
    /// Its folder below the output directory.
    pub folder: Utf8PathBuf,
    /// Where its state is: bucket and key, or the workspace that keeps it.
    pub state: Option<String>,
    /// Whether it is to be destroyed.
    pub retired: bool,
    /// Calls in it that go with applications that are to be destroyed on its cluster.
    pub leaving: Vec<String>,
}

impl Tree {
    /// Takes what was rendered, with its stacks in the order in which they are applied.
    pub fn rendered(files: &[File], stacks: &[Stack]) -> Self {
        let known = stacks.iter().cloned().map(StackFacts::of).collect();
        Self {
            files: files.iter().map(|file| (file.path.clone(), file.text.clone())).collect(),
            stacks: stacks.iter().map(|it| Root::of(&it.name, Utf8Path::new(&it.folder), &known)).collect(),
            own: OwnFiles::default(),
        }
    }

    /// Takes what lies somewhere, with its manifest and the facts of that, which know the stacks; they are in the order of their names.
    pub fn written(files: BTreeMap<Utf8PathBuf, String>, manifest: &Manifest, facts: &Facts) -> Self {
        let mut folders: BTreeMap<&str, &Utf8Path> = BTreeMap::new();
        for (path, record) in &manifest.files {
            if let (Some(stack), Some(folder)) = (&record.stack, path.parent()) {
                let known = folders.entry(stack).or_insert(folder);
                *known = (*known).min(folder);
            }
        }
        let stacks = folders.into_iter().map(|(stack, folder)| Root::of(stack, folder, facts.stacks()));
        Self { stacks: stacks.collect(), files, own: OwnFiles::default() }
    }

    fn has(&self, folder: &Utf8Path) -> bool {
        self.files.keys().any(|path| path.parent() == Some(folder))
    }

    /// Returns every folder that is a module or a root.
    fn modules(&self) -> BTreeSet<&Utf8Path> {
        let is_hcl = |path: &&Utf8PathBuf| Sort::of(path) == Sort::Terraform;
        self.files.keys().filter(is_hcl).filter_map(|path| path.parent()).collect()
    }
}

/// How two trees differ.
#[derive(Debug)]
pub struct Change {
    /// Folders with another name; what lies in them is compared with what lay there.
    pub renames: Vec<Rename>,
    /// Every stack of both: the new tree's in their order, then those that are gone.
    pub stacks: Vec<StackChange>,
    /// Every root and module that differs, by more than comments and layout: roots in the order of their stacks, then modules.
    pub folders: Vec<FolderChange>,
    /// Every file that differs, by path.
    pub files: Vec<FileChange>,
}

/// How a stack differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackChange {
    /// The stack's name.
    pub name: String,
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// Which of the trees have it.
    pub presence: Presence,
    /// The files that touch it, its own and those of modules that it calls; none where it is as it was.
    pub files: Vec<Utf8PathBuf>,
    /// Whether the blueprint says that it is to be destroyed, or did while it was there.
    pub retired: bool,
    /// How many resources it has, those of the modules that it calls among them; of one that is gone, had.
    pub resources: usize,
}

/// Which of two trees have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The new one alone.
    Added,
    /// The old one alone.
    Removed,
    /// Both.
    Both,
}

/// How a root or a module differs.
#[derive(Debug)]
pub struct FolderChange {
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// The stacks that it is a part of: the one whose root it is, or all that call it.
    pub stacks: Vec<String>,
    /// Whether it is a stack's root.
    pub is_root: bool,
    /// The addresses that differ, by file.
    pub items: Vec<Item>,
    /// Every file of it that differs by more than comments and layout.
    pub files: Vec<Utf8PathBuf>,
    /// Those of them that declare no addresses: charts, what a person put there.
    pub others: Vec<Utf8PathBuf>,
}

/// How a file differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file, below the output directory.
    pub path: Utf8PathBuf,
    /// What became of it.
    pub what: FileWhat,
    /// From the old text to the new one, as a unified diff; empty for a file that only one of them has.
    pub diff: String,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileWhat {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same: comments and layout differ.
    Layout,
    /// It differs, and plinth did not write it.
    Own,
}

/// What a file is to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Terraform reads it as HCL.
    Terraform,
    /// Something in a module may read it: a chart, a policy.
    Other,
    /// Nothing that is applied reads it: pages, tests.
    Silent,
}

impl Sort {
    fn of(path: &Utf8Path) -> Self {
        let name = path.file_name().unwrap_or_default();
        match path.extension() {
            Some("tf" | "tofu") => Self::Terraform,
            Some("md") => Self::Silent,
            _ if name.ends_with(".tftest.hcl") || name == ".gitignore" => Self::Silent,
            _ => Self::Other,
        }
    }
}

/// One file of both trees.
struct Pair<'a> {
    path: &'a Utf8Path,
    old: Option<&'a str>,
    new: Option<&'a str>,
    /// What both declare; nothing where it is no Terraform, or cannot be read.
    declared: Option<(Declarations, Declarations)>,
}

impl<'a> Pair<'a> {
    fn of(path: &'a Utf8Path, old: Option<&'a str>, new: Option<&'a str>) -> Self {
        let read =
            |text: Option<&str>| text.map_or(Some(Declarations::new()), |text| declarations(path, text));
        let declared = (Sort::of(path) == Sort::Terraform).then(|| Some((read(old)?, read(new)?))).flatten();
        Self { path, old, new, declared }
    }

    /// Whether a plan could tell the two texts apart.
    fn differs(&self) -> bool {
        match (&self.declared, Sort::of(self.path), self.old, self.new) {
            (_, Sort::Silent, ..) => false,
            (Some((old, new)), ..) => old != new,
            (None, _, Some(old), Some(new)) => without_header(old) != without_header(new),
            (None, ..) => true,
        }
    }

    fn change(&self) -> FileChange {
        let is_layout = Sort::of(self.path) == Sort::Terraform && !self.differs();
        let (what, diff) = match (self.old, self.new) {
            (None, _) => (FileWhat::Added, String::new()),
            (_, None) => (FileWhat::Removed, String::new()),
            (Some(old), Some(new)) => {
                let names = [format!("a/{}", self.path), format!("b/{}", self.path)];
                let diff = difference([old, new], [&names[0], &names[1]]);
                (if is_layout { FileWhat::Layout } else { FileWhat::Changed }, diff)
            }
        };
        FileChange { path: self.path.to_owned(), what, diff }
    }
}

/// Drops the first line where it is the comment that says where a file comes from.
fn without_header(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with('#') => rest,
        _ => text,
    }
}

/// Both trees, and what they call.
struct Both<'a> {
    old: &'a Tree,
    new: &'a Tree,
    old_calls: Calls,
    new_calls: Calls,
    /// Variables of modules with another name.
    variables: BTreeMap<Utf8PathBuf, Renamed>,
}

/// What differs in one root or module.
struct Part {
    items: Vec<Item>,
    others: Vec<Utf8PathBuf>,
    /// All files that differ.
    files: Vec<Utf8PathBuf>,
}

/// Compares two trees. `own` are files that differ among those that plinth did not write, by their paths from the tree's folder.
pub fn compare(old: &Tree, new: &Tree, own: &[Utf8PathBuf]) -> Change {
    let renames = renamed::renames(old, new);
    let old = &old.renamed(&renames, new);
    let paths: BTreeSet<&Utf8PathBuf> = old.files.keys().chain(new.files.keys()).collect();
    let texts = paths.into_iter().map(|path| (path, old.files.get(path), new.files.get(path)));
    let pairs: Vec<Pair<'_>> = texts
        .filter(|(_, old, new)| old != new)
        .map(|(path, old, new)| Pair::of(path, old.map(String::as_str), new.map(String::as_str)))
        .collect();
    let modules = old.modules().into_iter().chain(new.modules()).chain(new.own_modules());
    let modules: BTreeSet<&Utf8Path> = modules.collect();
    // A module may be a submodule of git's, which is like a file.
    let owner = |path: &Utf8Path| path.ancestors().find_map(|folder| modules.get(folder).copied());
    let mut folders: BTreeMap<&Utf8Path, (Vec<&Pair<'_>>, Vec<&Utf8PathBuf>)> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| pair.differs()) {
        if let Some(folder) = owner(pair.path) {
            folders.entry(folder).or_default().0.push(pair);
        }
    }
    let mut files: Vec<FileChange> = pairs.iter().map(Pair::change).collect();
    for path in own {
        let is_read = |folder: &&Utf8Path| match Sort::of(path) {
            Sort::Silent => path.extension() == Some("md") && new.own.reads_pages(folder),
            Sort::Terraform | Sort::Other => true,
        };
        if let Some(folder) = owner(path).filter(is_read) {
            folders.entry(folder).or_default().1.push(path);
            files.push(FileChange { path: path.clone(), what: FileWhat::Own, diff: String::new() });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));

    let calls = |tree: &Tree| Calls::read(tree.files.iter().chain(&new.own.files), &new.own.at);
    let (old_calls, new_calls) = (calls(old), calls(new));
    let mut both = Both { old, new, old_calls, new_calls, variables: BTreeMap::new() };
    let variables = folders.iter().map(|(folder, (pairs, _))| {
        let Versions { old, new, .. } = versions(pairs);
        ((*folder).to_owned(), both.succession(folder).variables(&old, &new))
    });
    both.variables = variables.filter(|(_, variables)| !variables.is_empty()).collect();
    let parts = folders.into_iter().map(|(folder, (pairs, own))| (folder, both.part(folder, &pairs, &own)));
    // A block that goes to another file of its folder is the same block.
    let parts = parts.filter(|(_, part)| !part.items.is_empty() || !part.others.is_empty());
    let parts: BTreeMap<&Utf8Path, Part> = parts.collect();
    let stacks = both.stacks(&parts);
    let folders = parts.into_iter().map(|(folder, mut part)| {
        both.judge(folder, &mut part.items, &stacks);
        let is_user =
            |stack: &&StackChange| stack.folder == folder || both.reach(&stack.folder).contains(folder);
        FolderChange {
            folder: folder.to_owned(),
            stacks: stacks.iter().filter(is_user).map(|stack| stack.name.clone()).collect(),
            is_root: stacks.iter().any(|stack| stack.folder == folder),
            items: part.items,
            files: part.files,
            others: part.others,
        }
    });
    let mut folders: Vec<FolderChange> = folders.collect();
    folders.sort_by_key(|change| {
        let is_root = |stack: &StackChange| stack.folder == change.folder;
        stacks.iter().position(is_root).unwrap_or(usize::MAX)
    });
    Change { renames, stacks, folders, files }
}

impl Both<'_> {
    fn part(&self, folder: &Utf8Path, pairs: &[&Pair<'_>], own: &[&Utf8PathBuf]) -> Part {
        let Versions { old, new, mut others } = versions(pairs);
        others.extend(own.iter().map(|path| (*path).clone()));
        let mut files: Vec<Utf8PathBuf> = pairs.iter().map(|pair| pair.path.to_owned()).collect();
        files.extend(own.iter().map(|path| (*path).clone()));
        others.sort();
        files.sort();
        let none = Renamed::new();
        let around = Around {
            succession: &self.succession(folder),
            variables: self.variables.get(folder).unwrap_or(&none),
            of_call: &|call| {
                let called = called(folder, call).and_then(|called| self.variables.get(&called));
                called.cloned().unwrap_or_default()
            },
            holds: &|call| self.old_calls.makes(folder, call),
        };
        Part { items: items(&old, &new, &around), others, files }
    }

    /// Reads what a folder says of addresses that are gone; a file that says it may be as it was.
    fn succession(&self, folder: &Utf8Path) -> Succession {
        let says =
            |text: &str| text.lines().any(|line| line.starts_with("moved ") || line.starts_with("removed "));
        let files = self.new.files.iter().filter(|(path, text)| path.parent() == Some(folder) && says(text));
        let declared: Vec<Declarations> = files.filter_map(|(path, text)| declarations(path, text)).collect();
        Succession::of(&declared)
    }

    /// Says of each stack which files touch it.
    fn stacks(&self, parts: &BTreeMap<&Utf8Path, Part>) -> Vec<StackChange> {
        let has = |tree: &Tree, root: &Root| tree.stacks.iter().any(|known| known.folder == root.folder);
        let gone = self.old.stacks.iter().filter(|root| !has(self.new, root));
        let presence = |root| if has(self.old, root) { Presence::Both } else { Presence::Added };
        let all = self.new.stacks.iter().map(|root| (root, presence(root)));
        let all = all.chain(gone.map(|root| (root, Presence::Removed)));
        let resources = |tree: &Tree| {
            let files = tree.files.iter().map(|(path, text)| (path.as_path(), text.as_str()));
            address::contents(files)
        };
        let (before, after) = (resources(self.old), resources(self.new));
        all.map(|(root, presence)| {
            let contents = if presence == Presence::Removed { &before } else { &after };
            let reach = self.reach(&root.folder);
            let parts =
                parts.iter().filter(|(folder, _)| **folder == root.folder || reach.contains(**folder));
            StackChange {
                name: root.stack.clone(),
                folder: root.folder.clone(),
                presence,
                files: parts.flat_map(|(_, part)| part.files.iter().cloned()).collect(),
                retired: root.retired,
                resources: address::addresses(contents, root.folder.as_str()).len(),
            }
        })
        .collect()
    }

    /// Returns the modules that a root calls, or called.
    fn reach(&self, root: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
        let mut reach = self.old_calls.reach(root);
        reach.append(&mut self.new_calls.reach(root));
        reach
    }
}

/// What both versions of a folder declare.
struct Versions {
    old: Declarations,
    new: Declarations,
    /// Files that declare nothing.
    others: Vec<Utf8PathBuf>,
}

fn versions(pairs: &[&Pair<'_>]) -> Versions {
    let mut versions = Versions { old: Declarations::new(), new: Declarations::new(), others: Vec::new() };
    for pair in pairs {
        match &pair.declared {
            Some((old, new)) => {
                join(&mut versions.old, old);
                join(&mut versions.new, new);
            }
            None => versions.others.push(pair.path.to_owned()),
        }
    }
    versions
}

fn join(into: &mut Declarations, from: &Declarations) {
    for (address, declared) in from {
        match into.get_mut(address) {
            Some(first) => first.content.join(declared.content.clone()),
            None => drop(into.insert(address.clone(), declared.clone())),
        }
    }
}

impl Change {
    /// Whether both trees are the same, comments included.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.renames.is_empty()
    }

    /// Whether an apply would destroy what the blueprint does not retire.
    pub fn is_destructive(&self) -> bool {
        self.destroyed().any(|(_, item, _)| !item.retired)
    }

    /// Returns every address that an apply would destroy, with its folder's change.
    pub fn destroyed(&self) -> impl Iterator<Item = (&FolderChange, &Item, &String)> {
        let items =
            self.folders.iter().flat_map(|folder| folder.items.iter().map(move |item| (folder, item)));
        items.flat_map(|(folder, item)| item.destroys.iter().map(move |address| (folder, item, address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let root =
            |stack: &str| Root::of(stack, Utf8Path::new(&format!("environments/{stack}")), &BTreeMap::new());
        Tree {
            files: files.iter().map(|(path, text)| ((*path).into(), (*text).to_owned())).collect(),
            stacks: ["a", "b"].map(root).to_vec(),
            ..Tree::default()
        }
    }

    /// What becomes of a root whose only file is this.
    fn items(old: &str, new: &str) -> Vec<String> {
        let file = "environments/a/main.tf";
        let change = compare(&tree(&[(file, old)]), &tree(&[(file, new)]), &[]);
        let items = change.folders.iter().flat_map(|folder| &folder.items);
        items.map(|item| format!("{} {:?} {:?}", item.address, item.what, item.destroys)).collect()
    }

    #[test]
    fn an_address_that_nothing_names_any_more_is_destroyed() {
        let old = "resource \"x\" \"a\" {\n  b = 1\n}\n";
        for (new, expected) in [
            ("", vec![r#"x.a Removed ["x.a"]"#]),
            ("resource \"x\" \"a\" {\n  b = 2\n}\n", vec!["x.a Changed []"]),
            ("resource \"x\" \"c\" {\n  b = 1\n}\n", vec![r#"x.a Removed ["x.a"]"#, "x.c Added []"]),
            (
                "resource \"x\" \"c\" {\n  b = 1\n}\nmoved {\n  from = x.a\n  to   = x.c\n}\n",
                vec!["moved x.a Added []", r#"x.c Moved { from: "x.a" } []"#],
            ),
            // Moved twice since, and from one to the other in a circle.
            (
                "resource \"x\" \"d\" {\n  b = 1\n}\nmoved {\n  from = x.a\n  to   = x.c\n}\nmoved {\n  from = x.c\n  to   = x.d\n}\n",
                vec!["moved x.a Added []", "moved x.c Added []", r#"x.d Moved { from: "x.a" } []"#],
            ),
            (
                "moved {\n  from = x.a\n  to   = x.c\n}\nmoved {\n  from = x.c\n  to   = x.a\n}\n",
                vec!["moved x.a Added []", "moved x.c Added []", r#"x.a Removed ["x.a"]"#],
            ),
            // Moved to nowhere.
            (
                "moved {\n  from = x.a\n  to   = x.c\n}\n",
                vec!["moved x.a Added []", r#"x.a Removed ["x.a"]"#],
            ),
            (
                "removed {\n  from = x.a\n  lifecycle {\n    destroy = false\n  }\n}\n",
                vec!["removed x.a Added []", "x.a Removed []"],
            ),
            (
                "removed {\n  from = x.a\n  lifecycle {\n    destroy = true\n  }\n}\n",
                vec!["removed x.a Added []", r#"x.a Removed ["x.a"]"#],
            ),
        ] {
            assert_eq!(items(old, new), expected, "{new}");
        }
    }

    #[test]
    fn only_what_is_made_can_be_destroyed() {
        let old = "data \"x\" \"a\" {}\nvariable \"v\" {}\nlocals {\n  l = 1\n}\noutput \"o\" {}\ncheck \"c\" {}\nprovider \"aws\" {}\n";
        assert_eq!(items(old, "").len(), 6);
        assert!(items(old, "").iter().all(|item| item.ends_with("Removed []")), "{:?}", items(old, ""));
    }

    #[test]
    fn a_literal_key_that_goes_is_destroyed() {
        let each = |keys: &str| format!("resource \"x\" \"a\" {{\n  for_each = {{ {keys} }}\n}}\n");
        assert_eq!(items(&each("a = 1, b = 2"), &each("a = 1, c = 2")), [r#"x.a Changed ["x.a[\"b\"]"]"#]);
        assert_eq!(items(&each("a = 1"), &each("a = 2, c = 2")), ["x.a Changed []"]);
        let many = |argument: &str| format!("resource \"x\" \"a\" {{\n  {argument}\n}}\n");
        for (old, new, lost) in [
            ("for_each = toset([\"a\", \"b\"])", "for_each = toset([\"b\"])", r#"["x.a[\"a\"]"]"#),
            ("for_each = toset([\"a\"])", "for_each = toset(var.all)", "[]"),
            ("count = 2", "count = 1", r#"["x.a[1]"]"#),
            ("count = 1", "count = 0", r#"["x.a[0]"]"#),
            ("b = 1", "count = 0", r#"["x.a"]"#),
            // The engines move the only one to the first of several, and back.
            ("b = 1", "count = 1", "[]"),
            ("count = 1", "b = 1", "[]"),
            ("b = 1", "for_each = { a = 1 }", r#"["x.a"]"#),
            ("count = var.enabled ? 1 : 0", "count = 0", "[]"),
        ] {
            assert_eq!(items(&many(old), &many(new)), [format!("x.a Changed {lost}")], "{old}: {new}");
        }
    }

    #[test]
    fn what_is_known_by_another_name_is_another_one() {
        let release = |name: &str, version: &str| {
            format!(
                "resource \"helm_release\" \"a\" {{\n  name = \"{name}\"\n  version = \"{version}\"\n}}\n"
            )
        };
        let destroyed = ["helm_release.a Changed [\"helm_release.a\"]"];
        assert_eq!(items(&release("a", "1"), &release("b", "1")), destroyed);
        assert_eq!(items(&release("a", "1"), &release("a", "2")), ["helm_release.a Changed []"]);
    }

    #[test]
    fn what_no_call_made_is_not_destroyed() {
        let variable = "variable \"on\" {\n  default = false\n}\n";
        let made = format!(
            "{variable}resource \"x\" \"a\" {{\n  count = var.on ? 1 : 0\n}}\nresource \"x\" \"b\" {{}}\n"
        );
        let destroyed = |argument: &str, retired: bool| {
            let call = format!("module \"m\" {{\n  source = \"../../modules/m\"\n{argument}}}\n");
            let plain = call.replace(argument, "");
            let with = |module: &str| {
                tree(&[
                    ("environments/a/main.tf", &call),
                    ("environments/b/main.tf", &plain),
                    ("modules/m/main.tf", module),
                ])
            };
            let (old, mut new) = (with(&made), with("resource \"x\" \"b\" {}\n"));
            new.stacks[0].retired = retired;
            let change = compare(&old, &new, &[]);
            change.destroyed().map(|(_, item, address)| (address.clone(), item.retired)).collect::<Vec<_>>()
        };
        assert_eq!(destroyed("  off = true\n", false), []);
        assert_eq!(destroyed("  on = true\n", false), [("x.a".to_owned(), false)]);
        assert_eq!(destroyed("  on = local.on\n", false), [("x.a".to_owned(), false)]);
        assert_eq!(destroyed("  on = true\n", true), [("x.a".to_owned(), true)]);
    }

    #[test]
    fn a_rename_is_no_more_than_a_move() {
        let pool = |name: &str, rest: &str| {
            tree(&[
                (
                    "modules/m/main.tf",
                    &format!(
                        "variable \"{name}_size\" {{\n  description = \"Of {name}.\"\n}}\nresource \"x\" \"pool_{name}\" {{\n  \
                         b = var.{name}_size\n}}\nresource \"x\" \"z\" {{\n  depends_on = [x.pool_{name}, x.pool_c]\n}}\n{rest}"
                    ),
                ),
                (
                    "environments/a/main.tf",
                    &format!("module \"m\" {{\n  source = \"../../modules/m\"\n  {name}_size = 1\n}}\n"),
                ),
            ])
        };
        let moved = "moved {\n  from = x.pool_a_b\n  to   = x.pool_d\n}\n";
        let change = compare(&pool("a_b", ""), &pool("d", moved), &[]);
        let items = change.folders.iter().flat_map(|folder| &folder.items);
        let said: Vec<String> =
            items.map(|it| format!("{} {:?} {:?}", it.address, it.what, it.differences)).collect();
        assert_eq!(
            said,
            [
                "moved x.pool_a_b Added []",
                r#"var.d_size Moved { from: "var.a_b_size" } []"#,
                r#"x.pool_d Moved { from: "x.pool_a_b" } []"#,
            ]
        );
        // Without a word of it, it is another one.
        let change = compare(&pool("a_b", ""), &pool("d", ""), &[]);
        assert!(change.is_destructive());
    }

    #[test]
    fn a_call_is_destroyed_where_its_module_makes_something() {
        let call = "module \"m\" {\n  source = \"../../modules/m\"\n}\n";
        let destroys = |module: &str| {
            let module = ("modules/m/main.tf", module);
            let old = tree(&[("environments/a/main.tf", call), module]);
            let change = compare(&old, &tree(&[("environments/a/main.tf", ""), module]), &[]);
            change.destroyed().map(|(_, _, address)| address.clone()).collect::<Vec<_>>()
        };
        assert_eq!(destroys("resource \"x\" \"a\" {}\n"), ["module.m"]);
        assert_eq!(destroys("data \"x\" \"a\" {}\n"), Vec::<String>::new());
    }

    #[test]
    fn a_module_touches_those_that_call_it_through_others_too() {
        let outer = "module \"n\" {\n  source = \"../n\"\n}\n";
        let call = "module \"m\" {\n  source = \"../../modules/m\"\n}\n";
        let with = |inner: &str, page: &str| {
            tree(&[
                ("environments/a/main.tf", call),
                ("environments/b/main.tf", "locals {}\n"),
                ("modules/m/main.tf", outer),
                ("modules/n/main.tf", inner),
                ("modules/n/README.md", page),
                ("modules/n/chart/values.yaml", "a: 1\n"),
            ])
        };
        let old = with("resource \"x\" \"a\" {}\n", "Old.\n");
        let touched = |new: &Tree, own: &[Utf8PathBuf]| {
            let change = compare(&old, new, own);
            let stacks = change.stacks.iter().filter(|stack| !stack.files.is_empty());
            stacks.map(|stack| stack.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(touched(&with("resource \"x\" \"a\" {\n  b = 1\n}\n", "Old.\n"), &[]), ["a"]);
        assert!(
            touched(&with("# why\nresource \"x\" \"a\" {\n}\n", "New.\n"), &[]).is_empty(),
            "says the same"
        );
        let mut chart = old.clone();
        chart.files.insert("modules/n/chart/values.yaml".into(), "a: 2\n".to_owned());
        assert_eq!(touched(&chart, &[]), ["a"], "what lies deeper belongs to the module above");
        let mut moved = old.clone();
        moved.files.insert("modules/n/main.tf".into(), String::new());
        moved.files.insert("modules/n/other.tf".into(), "resource \"x\" \"a\" {}\n".to_owned());
        assert!(touched(&moved, &[]).is_empty(), "another file of the same folder");
        assert_eq!(touched(&old, &["environments/b/own.tf".into(), "README.txt".into()]), ["b"]);
    }

    #[test]
    fn a_file_that_is_no_hcl_is_compared_as_text() {
        let file = "environments/a/main.tf";
        let change = compare(&tree(&[(file, "a {")]), &tree(&[(file, "a {}")]), &[]);
        assert_eq!(change.folders[0].others, [file]);
        assert_eq!(change.files[0].what, FileWhat::Changed);
    }
}
