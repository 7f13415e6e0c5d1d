//! Addresses of resources: what each folder declares, and what a root module comes to with all modules that it calls.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use hcl_edit::structure::{Block, Body};
use serde::{Deserialize, Serialize};

use crate::file::declares;

/// What one folder declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Its resources, `aws_vpc.this`, sorted.
    pub resources: Vec<String>,
    /// The folders of the modules that it calls, by the names of the calls.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<String, String>,
}

/// Reads what folders declare; of files that are no HCL, nothing.
pub fn contents<'a>(
    files: impl Iterator<Item = (&'a Utf8Path, &'a str)> + Clone,
) -> BTreeMap<String, Contents> {
    let mut folders: BTreeMap<String, Contents> = BTreeMap::new();
    let all = files.clone();
    let is_there = |path: &Utf8Path| all.clone().any(|(other, _)| other.as_str() == path.as_str());
    for (path, text) in files.filter(|(path, _)| declares(path, is_there)) {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        // Parsing costs more than looking.
        let found = looked_at(folder, text).unwrap_or_else(|| parsed(folder, text));
        if found != Contents::default() {
            let contents = folders.entry(folder.to_string()).or_default();
            contents.resources.extend(found.resources);
            contents.modules.extend(found.modules);
        }
    }
    for contents in folders.values_mut() {
        contents.resources.sort();
    }
    folders
}

/// Reads what a file declares.
fn parsed(folder: &Utf8Path, text: &str) -> Contents {
    let mut contents = Contents::default();
    let body: Body = text.parse().unwrap_or_default();
    for block in body.blocks() {
        match (block.ident.as_str(), block.labels.as_slice()) {
            ("resource", [kind, name]) => {
                contents.resources.push(format!("{}.{}", kind.as_str(), name.as_str()));
            }
            ("module", [name]) => {
                let called = source(folder, block).map(|path| (name.as_str().to_owned(), path.to_string()));
                contents.modules.extend(called);
            }
            _ => {}
        }
    }
    contents
}

/// The same, line by line: what is formatted begins its blocks at the margin, where else only a heredoc has anything. None where that does
/// not tell.
fn looked_at(folder: &Utf8Path, text: &str) -> Option<Contents> {
    if text.contains("<<") {
        return None;
    }
    let mut contents = Contents::default();
    let mut call = None;
    for line in text.lines() {
        if let Some(("resource", kind, name)) = in_line(line) {
            contents.resources.push(format!("{kind}.{name}"));
        } else if let Some(rest) = line.strip_prefix("module \"") {
            call = Some(rest.strip_suffix("\" {")?);
        } else if let Some(name) = call
            && let Some(rest) =
                line.strip_prefix("  source").and_then(|rest| rest.trim_start().strip_prefix("= \""))
            && let Some(source) = rest.strip_suffix('"')
        {
            contents.modules.extend(beside(folder, source).map(|path| (name.to_owned(), path.to_string())));
        } else if line == "}" {
            call = None;
        }
    }
    Some(contents)
}

/// Reads `resource` or `data`, type and name in the first line of such a block.
pub fn in_line(line: &str) -> Option<(&'static str, &str, &str)> {
    let read = |mode: &'static str| Some((mode, line.strip_prefix(mode)?.strip_prefix(" \"")?));
    let (mode, rest) = read("resource").or_else(|| read("data"))?;
    let (kind, rest) = rest.split_once("\" \"")?;
    Some((mode, kind, rest.split_once('"')?.0))
}

/// Returns the addresses of all resources of a root module, sorted. An instance of one that has several is not told apart.
pub fn addresses(folders: &BTreeMap<String, Contents>, root: &str) -> Vec<String> {
    fn gather(folders: &BTreeMap<String, Contents>, folder: &str, prefix: &str, found: &mut Vec<String>) {
        let Some(contents) = folders.get(folder) else { return };
        found.extend(contents.resources.iter().map(|resource| format!("{prefix}{resource}")));
        for (name, called) in &contents.modules {
            // Whoever wrote the manifest by hand could let a module call itself.
            if prefix.len() < 1_000 {
                gather(folders, called, &format!("{prefix}module.{name}."), found);
            }
        }
    }
    let mut found = Vec::new();
    gather(folders, root, "", &mut found);
    found.sort();
    found
}

/// Returns the folder of a call whose module lies beside.
pub fn source(folder: &Utf8Path, call: &Block) -> Option<Utf8PathBuf> {
    beside(folder, call.body.get_attribute("source")?.value.as_str()?)
}

/// Returns the folder that a `source` names; none where it is no path. One above the tree begins with `..`.
pub fn beside(folder: &Utf8Path, source: &str) -> Option<Utf8PathBuf> {
    let is_local = source.starts_with("./") || source.starts_with("../") || source == "..";
    let mut path = folder.to_owned();
    for part in source.split('/').filter(|part| is_local && !matches!(*part, "" | ".")) {
        // The name of what ends with `..` is none.
        if part != ".." || path.file_name().is_none() {
            path.push(part);
        } else {
            path.pop();
        }
    }
    is_local.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_through_modules() {
        let files = [
            ("roots/a/main.tf", "module \"b\" {\n  source = \"../../modules/b\"\n}\n"),
            (
                "modules/b/main.tf",
                "module \"c\" {\n  a      = \"source\"\n  source = \"../c\"\n}\nmodule \"d\" { source = \"../d\" }\n",
            ),
            (
                "modules/d/main.tf",
                "locals {\n  a = <<-B\n    b\nresource \"x\" \"no\" {\n  B\n}\nresource \"x\" \"a\" {}\n",
            ),
            ("modules/b/x.tf", "resource \"aws_vpc\" \"this\" {\n}\ndata \"aws_vpc\" \"other\" {\n}\n"),
            ("modules/c/main.tf", "resource \"aws_eip\" \"nat\" {\n  for_each = var.zones\n}\n"),
            ("modules/c/main.tofu", "resource \"aws_eip\" \"nat\" {\n}\n"),
            ("modules/c/more.tofu", "resource \"aws_eip\" \"more\" {\n}\n"),
            ("modules/c/not.md", "resource \"aws_eip\" \"no\" {\n"),
        ];
        let folders = contents(files.iter().map(|(path, text)| (Utf8Path::new(path), *text)));
        assert_eq!(
            addresses(&folders, "roots/a"),
            [
                "module.b.aws_vpc.this",
                "module.b.module.c.aws_eip.more",
                "module.b.module.c.aws_eip.nat",
                "module.b.module.d.x.a",
            ]
        );
        assert!(addresses(&folders, "roots/b").is_empty());
    }

    #[test]
    fn a_source_leads_to_a_folder() {
        for (folder, source, expected) in [
            ("modules/a", "../b", Some("modules/b")),
            ("modules/a", "./b//c/", Some("modules/a/b/c")),
            ("modules/a", "../..", Some("")),
            ("modules/a", "../../../lib", Some("../lib")),
            ("../lib/a", "../../../x/./y", Some("../../x/y")),
            ("/repository/tree", "../lib", Some("/repository/lib")),
            ("modules/a", "terraform-aws-modules/vpc/aws", None),
            ("modules/a", "git::https://example.com/a.git", None),
        ] {
            assert_eq!(
                beside(Utf8Path::new(folder), source).as_deref(),
                expected.map(Utf8Path::new),
                "{source}"
            );
        }
    }
}
