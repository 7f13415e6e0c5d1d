//! The blocks of one folder by their addresses, and how those of two versions differ.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use hcl_edit::structure::{Block, Body, Structure};

use super::content::{Content, Difference};

/// A block of a folder, or a local value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The file that declares it, the first of them where it is `terraform`.
    pub file: Utf8PathBuf,
    /// What it says.
    pub content: Content,
}

/// What a folder declares, by address: `aws_vpc.this`, `data.aws_iam_policy_document.node`, `module.cluster`, `var.zones`, `local.tags`.
pub type Declarations = BTreeMap<String, Declared>;

/// An address that came, went, changed or moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its address within the folder.
    pub address: String,
    /// The file that declares it; of what is gone, the one that did.
    pub file: Utf8PathBuf,
    /// What became of it.
    pub what: What,
    /// The single values that differ; empty for what came or went, and where nothing but an order differs.
    pub differences: Vec<Difference>,
    /// What an apply destroys for it: an address that nothing names any more, or keys of its literal `for_each`.
    pub destroys: Vec<String>,
}

/// What became of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It is another's successor: a `moved` block says so.
    Moved {
        /// The old address.
        from: String,
    },
}

/// Reads what a file declares; none where it is not HCL, which can be with an edited one.
pub fn declarations(path: &Utf8Path, text: &str) -> Option<Declarations> {
    let body: Body = text.parse().ok()?;
    let mut declared = Declarations::new();
    let mut add = |address: String, content: Content| {
        // OpenTofu reads `x.tofu` in place of `x.tf`: the two are no one block.
        let address = match path.extension() {
            Some("tofu") => format!("{address} (OpenTofu)"),
            _ => address,
        };
        match declared.get_mut(&address) {
            Some(Declared { content: first, .. }) => first.join(content),
            None => drop(declared.insert(address, Declared { file: path.to_owned(), content })),
        }
    };
    for structure in &body {
        match structure {
            Structure::Block(block) if block.ident.as_str() == "locals" => {
                for entry in block.body.attributes() {
                    add(format!("local.{}", entry.key.as_str()), Content::of(&entry.value, text));
                }
            }
            Structure::Block(block) => add(address(block, text), Content::of_body(&block.body, text)),
            Structure::Attribute(attribute) => {
                add(attribute.key.as_str().to_owned(), Content::of(&attribute.value, text));
            }
        }
    }
    Some(declared)
}

/// Returns what Terraform calls a block; of those without a name, what they are about.
fn address(block: &Block, text: &str) -> String {
    let labels: Vec<&str> = block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
    let name = labels.join(".");
    let of = |key: &str| {
        let content = block.body.get_attribute(key).map(|attribute| Content::of(&attribute.value, text));
        content.map(|content| content.to_string()).unwrap_or_default()
    };
    match block.ident.as_str() {
        "resource" => name,
        "variable" => format!("var.{name}"),
        kind @ ("moved" | "removed") => format!("{kind} {}", of("from")),
        kind @ "import" => format!("{kind} {}", of("to")),
        "provider" if block.body.has_attribute("alias") => {
            format!("provider.{name}.{}", of("alias").trim_matches('"'))
        }
        kind if labels.is_empty() => kind.to_owned(),
        kind => format!("{kind}.{name}"),
    }
}

/// Whether something in AWS or in a cluster goes with the address: a resource, or what a module makes.
fn is_made(address: &str) -> bool {
    const LANGUAGE: [&str; 12] = [
        "check",
        "data",
        "ephemeral",
        "import",
        "local",
        "moved",
        "output",
        "provider",
        "removed",
        "run",
        "terraform",
        "var",
    ];
    let kind = address.split(['.', ' ']).next().unwrap_or_default();
    address.contains('.') && !LANGUAGE.contains(&kind)
}

/// What the language says of addresses that are gone.
#[derive(Debug, Default)]
pub struct Succession {
    /// Old address to new address, of `moved` blocks.
    moved: BTreeMap<String, String>,
    /// Addresses that leave the state and stay in the world, of `removed` blocks.
    forgotten: BTreeSet<String>,
}

impl Succession {
    /// Gathers the blocks of a whole folder.
    pub fn of(declared: &[Declarations]) -> Self {
        let mut succession = Self::default();
        for (address, Declared { content, .. }) in declared.iter().flatten() {
            let text = |key: &str| content.get(key).and_then(Content::as_text).map(str::to_owned);
            if let (Some(from), Some(to)) = (text("from"), text("to")) {
                succession.moved.insert(from, to);
            } else if let Some(from) = address.strip_prefix("removed ") {
                let keeps = match content.get("lifecycle") {
                    Some(Content::Blocks(blocks)) => {
                        blocks.iter().any(|it| it.get("destroy").and_then(Content::as_text) == Some("false"))
                    }
                    _ => false,
                };
                if keeps {
                    succession.forgotten.insert(from.to_owned());
                }
            }
        }
        succession
    }
}

/// Compares what two versions of a folder declare. `holds` says whether a call of a module makes anything.
pub fn items(
    old: &Declarations,
    new: &Declarations,
    succession: &Succession,
    holds: &dyn Fn(&Declared) -> bool,
) -> Vec<Item> {
    let mut items = Vec::new();
    let mut inherited: BTreeSet<&str> = BTreeSet::new();
    for (address, was) in old {
        let heir = succession.moved.get(address).filter(|heir| !old.contains_key(*heir));
        if let Some(now) = new.get(address) {
            if was.content != now.content {
                items.push(Item {
                    address: address.clone(),
                    file: now.file.clone(),
                    what: What::Changed,
                    differences: Content::differences(&was.content, &now.content),
                    destroys: lost_keys(address, was, now),
                });
            }
        } else if let Some((heir, now)) = heir.and_then(|heir| new.get_key_value(heir)) {
            inherited.insert(heir);
            items.push(Item {
                address: heir.clone(),
                file: now.file.clone(),
                what: What::Moved { from: address.clone() },
                differences: Content::differences(&was.content, &now.content),
                destroys: lost_keys(heir, was, now),
            });
        } else {
            let is_module = address.starts_with("module.");
            let is_lost =
                is_made(address) && !succession.forgotten.contains(address) && (!is_module || holds(was));
            items.push(Item {
                address: address.clone(),
                file: was.file.clone(),
                what: What::Removed,
                differences: Vec::new(),
                destroys: is_lost.then(|| address.clone()).into_iter().collect(),
            });
        }
    }
    let is_new = |address: &str| !old.contains_key(address) && !inherited.contains(address);
    for (address, now) in new.iter().filter(|(address, _)| is_new(address)) {
        items.push(Item {
            address: address.clone(),
            file: now.file.clone(),
            what: What::Added,
            differences: Vec::new(),
            destroys: Vec::new(),
        });
    }
    items.sort_by(|a, b| (&a.file, &a.address).cmp(&(&b.file, &b.address)));
    items
}

/// Returns the instances that a literal `for_each` has no longer.
fn lost_keys(address: &str, was: &Declared, now: &Declared) -> Vec<String> {
    let (Some(was @ Content::Table(_)), Some(now @ Content::Table(_))) =
        (was.content.get("for_each"), now.content.get("for_each"))
    else {
        return Vec::new();
    };
    let lost = |key: &&str| is_made(address) && !now.keys().contains(key);
    was.keys().into_iter().filter(lost).map(|key| format!("{address}[\"{key}\"]")).collect()
}
