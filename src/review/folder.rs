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
    /// What an apply destroys for it: an address that nothing names any more, or that AWS and Helm cannot call otherwise; keys of its
    /// literal `for_each`, numbers of its literal `count`.
    pub destroys: Vec<String>,
    /// Whether all of that was to go: the blueprint retires it, or did.
    pub retired: bool,
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
    /// It is another's successor: a `moved` block says so, or of a variable its name, which leads on likewise.
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
            Structure::Block(block) => {
                let mut content = Content::of_body(&block.body, text);
                if matches!(block.ident.as_str(), "variable" | "output") {
                    // For readers: no plan shows it, and no state holds it.
                    content.remove("description");
                }
                add(address(block, text), content);
            }
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
pub fn is_made(address: &str) -> bool {
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

/// Old name and new name of variables that differ in nothing else.
pub type Renamed = Vec<(String, String)>;

impl Succession {
    /// Follows an address of the old version through all moves to the one that the new version has; none where it is lost on the
    /// way, to nowhere, to an address that was another's, or in a circle.
    fn heir(&self, address: &str, old: &Declarations, new: &Declarations) -> Option<&str> {
        let mut at = self.moved.get(address)?;
        for _ in 0..=self.moved.len() {
            if old.contains_key(at) {
                return None;
            }
            if new.contains_key(at) {
                return Some(at);
            }
            at = self.moved.get(at)?;
        }
        None
    }

    /// Finds variables that have another name since what they are about has: the words that differ between an address and its
    /// heir's differ between them, too.
    pub fn variables(&self, old: &Declarations, new: &Declarations) -> Renamed {
        let moves = old.keys().filter_map(|address| Some((address.as_str(), self.heir(address, old, new)?)));
        let words: BTreeSet<(String, String)> = moves.filter_map(|(was, is)| differing(was, is)).collect();
        let gone = old.keys().filter_map(|address| address.strip_prefix("var."));
        let gone = gone.filter(|name| !new.contains_key(&format!("var.{name}")));
        let pairs = gone.filter_map(|name| {
            let mut names = words.iter().filter_map(|(was, is)| replaced(name, was, is));
            let now = names.find(|now| {
                let address = format!("var.{now}");
                new.contains_key(&address) && !old.contains_key(&address)
            });
            Some((name.to_owned(), now?))
        });
        pairs.collect()
    }
}

/// Returns the words in which two addresses differ: `worker_large` and `spot` of `x.pool_worker_large` and `x.pool_spot`.
fn differing(was: &str, is: &str) -> Option<(String, String)> {
    let name = |address: &str| address.rsplit('.').next().unwrap_or_default().to_owned();
    let (was, is) = (name(was), name(is));
    let (was, is): (Vec<&str>, Vec<&str>) = (was.split('_').collect(), is.split('_').collect());
    let shortest = was.len().min(is.len()) - 1;
    let before = was.iter().zip(&is).take(shortest).take_while(|(a, b)| a == b).count();
    let (was, is) = (&was[before..], &is[before..]);
    let shortest = was.len().min(is.len()) - 1;
    let behind = was.iter().rev().zip(is.iter().rev()).take(shortest).take_while(|(a, b)| a == b).count();
    let (was, is) = (was[..was.len() - behind].join("_"), is[..is.len() - behind].join("_"));
    (was != is).then_some((was, is))
}

/// Puts words in the place of others within a name; none where it has not got them.
fn replaced(name: &str, was: &str, is: &str) -> Option<String> {
    let (around, word) = (format!("_{name}_"), format!("_{was}_"));
    let found = around.contains(&word).then(|| around.replacen(&word, &format!("_{is}_"), 1));
    found.map(|found| found.trim_matches('_').to_owned())
}

/// What is known beside the two versions of a folder.
pub struct Around<'a> {
    /// What the new version says of addresses that are gone.
    pub succession: &'a Succession,
    /// Its variables with another name.
    pub variables: &'a Renamed,
    /// Those of the module that a call names.
    pub of_call: &'a dyn Fn(&Declared) -> Renamed,
    /// Whether a call of a module makes anything.
    pub holds: &'a dyn Fn(&Declared) -> bool,
}

impl Around<'_> {
    /// Says of the old version's content what it would be under the new names.
    fn under_new_names(&self, was: &Declared) -> Content {
        let variables = self.variables.iter().map(|(was, is)| (format!("var.{was}"), format!("var.{is}")));
        let moved = &self.succession.moved;
        let last =
            |is: &String| (0..moved.len()).fold(is.clone(), |is, _| moved.get(&is).cloned().unwrap_or(is));
        let moved = moved.iter().map(|(was, is)| (was.clone(), last(is)));
        let names: Vec<(String, String)> = variables.chain(moved).collect();
        let mut content = was.content.clone();
        for (was, is) in (self.of_call)(was) {
            content.rename(&was, &is);
        }
        if names.is_empty() { content } else { content.under_new_names(&names) }
    }
}

/// Compares what two versions of a folder declare.
pub fn items(old: &Declarations, new: &Declarations, around: &Around<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut inherited: BTreeSet<String> = BTreeSet::new();
    for (address, was) in old {
        let variable = address.strip_prefix("var.").and_then(|name| {
            let (_, now) = around.variables.iter().find(|(was, _)| was == name)?;
            Some(format!("var.{now}"))
        });
        let heir = variable.or_else(|| around.succession.heir(address, old, new).map(str::to_owned));
        let found = match (new.get_key_value(address), &heir) {
            (Some((_, now)), _) => Some((address, now, What::Changed)),
            (None, Some(heir)) => {
                new.get_key_value(heir).map(|(heir, now)| (heir, now, What::Moved { from: address.clone() }))
            }
            (None, None) => None,
        };
        let Some((heir, now, what)) = found else {
            let is_module = address.starts_with("module.");
            let is_kept = around.succession.forgotten.contains(address);
            let is_lost = is_made(address) && !is_kept && (!is_module || (around.holds)(was));
            items.push(Item {
                address: address.clone(),
                file: was.file.clone(),
                what: What::Removed,
                differences: Vec::new(),
                destroys: is_lost.then(|| address.clone()).into_iter().collect(),
                retired: false,
            });
            continue;
        };
        let before = around.under_new_names(was);
        if matches!(what, What::Moved { .. }) {
            inherited.insert(heir.clone());
        } else if before == now.content {
            continue;
        }
        let differences = Content::differences(&before, &now.content);
        let destroys = if is_replaced(heir, &differences) {
            vec![heir.clone()]
        } else {
            lost_instances(heir, &before, &now.content)
        };
        let file = now.file.clone();
        items.push(Item { address: heir.clone(), file, what, differences, destroys, retired: false });
    }
    let is_new = |address: &str| !old.contains_key(address) && !inherited.contains(address);
    for (address, now) in new.iter().filter(|(address, _)| is_new(address)) {
        items.push(Item {
            address: address.clone(),
            file: now.file.clone(),
            what: What::Added,
            differences: Vec::new(),
            destroys: Vec::new(),
            retired: false,
        });
    }
    items.sort_by(|a, b| (&a.file, &a.address).cmp(&(&b.file, &b.address)));
    items
}

/// Names that a node pool or an add-on carries, and that AWS and Helm cannot change (providers' schemas, "Forces replacement", read
/// 2026-11).
const FIXED_NAMES: [(&str, &str); 7] = [
    ("aws_eks_fargate_profile", "fargate_profile_name"),
    ("aws_eks_node_group", "node_group_name_prefix"),
    ("aws_iam_policy", "name"),
    ("aws_iam_role", "name"),
    ("aws_launch_template", "name"),
    ("helm_release", "name"),
    ("helm_release", "namespace"),
];

/// Whether a resource has another name in AWS or in a cluster, and so is another one.
fn is_replaced(address: &str, differences: &[Difference]) -> bool {
    let kind = address.split('.').next().unwrap_or_default();
    differences
        .iter()
        .any(|it| it.old.is_some() && it.new.is_some() && FIXED_NAMES.contains(&(kind, &it.path)))
}

/// Returns the instances that a literal `for_each` or `count` has no longer.
fn lost_instances(address: &str, was: &Content, now: &Content) -> Vec<String> {
    let (true, Some(was), Some(now)) = (is_made(address), instances(was), instances(now)) else {
        return Vec::new();
    };
    // The engines take the first of several for the only one, and the other way round.
    let is_kept = |key: &String| {
        let twin = if key.is_empty() {
            "[0]"
        } else if key == "[0]" {
            ""
        } else {
            key
        };
        now.contains(key) || now.iter().any(|now| now == twin)
    };
    was.iter().filter(|key| !is_kept(key)).map(|key| format!("{address}{key}")).collect()
}

/// Returns the keys of a resource's instances as they stand behind its address; none where they are not literal.
fn instances(content: &Content) -> Option<Vec<String>> {
    if let Some(count) = content.get("count") {
        let count: usize = count.as_text()?.parse().ok()?;
        return Some((0..count).map(|number| format!("[{number}]")).collect());
    }
    let quoted = |key: &str| format!("[\"{key}\"]");
    match content.get("for_each") {
        None => Some(vec![String::new()]),
        Some(table @ Content::Table(_)) => Some(table.keys().into_iter().map(quoted).collect()),
        Some(Content::Call(name, arguments)) if name == "toset" => match arguments.as_slice() {
            [Content::List(keys)] => {
                let literal =
                    |key: &Content| Some(quoted(key.as_text()?.strip_prefix('"')?.strip_suffix('"')?));
                keys.iter().map(literal).collect()
            }
            _ => None,
        },
        Some(_) => None,
    }
}
