//! What providers take: schemas of their resources and data sources, embedded.
//!
//! `schemas/*.txt` has a line for each: kind, name, and its block as JSON. Only lines that are asked for are parsed.
//! `examples/provider_schemas.rs` makes the files.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::Deserialize;

use super::kind::{Field, Type};

/// AWS provider 6.66, Helm provider 3, Kubernetes provider 3 (of two names for one resource the one with a version), and
/// what Terraform itself has.
const FILES: [&str; 4] = [
    include_str!("../../schemas/aws.txt"),
    include_str!("../../schemas/helm.txt"),
    include_str!("../../schemas/kubernetes.txt"),
    include_str!("../../schemas/terraform.txt"),
];

/// A block: of a resource, or within one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Block {
    /// `name = value`.
    pub attributes: BTreeMap<String, Attribute>,
    /// `name { … }`.
    pub blocks: BTreeMap<String, Nested>,
}

/// An attribute.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether it must be set.
    #[serde(default)]
    pub required: bool,
    /// Whether it may be set.
    #[serde(default)]
    pub optional: bool,
    /// Whether the provider sets it, where nobody else does.
    #[serde(default)]
    pub computed: bool,
    /// The texts that it takes; of a list or set, that its elements are. Empty: any.
    #[serde(default)]
    pub one_of: Vec<String>,
}

/// A block within a block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nested {
    /// How several of them are held.
    pub nesting: Nesting,
    /// What is in it.
    pub block: Block,
    /// The fewest.
    #[serde(default)]
    pub min: usize,
    /// The most; none: any number.
    #[serde(default)]
    pub max: Option<usize>,
}

/// How blocks of one name are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nesting {
    /// At most one.
    Single,
    /// At most one, which is always there.
    Group,
    /// In an order.
    List,
    /// Without order.
    Set,
    /// By label.
    Map,
}

/// Every schema, read when it is asked for.
#[derive(Debug, Default)]
pub struct Schemas {
    lines: HashMap<&'static str, &'static str>,
    read: RefCell<HashMap<String, Option<Rc<Block>>>>,
}

impl Schemas {
    /// Finds the lines.
    pub fn load() -> Self {
        let mut lines = HashMap::new();
        for line in FILES.iter().flat_map(|file| file.lines()) {
            let name_ends = line.match_indices(' ').nth(1).map_or(line.len(), |(at, _)| at);
            let (name, block) = line.split_at(name_ends);
            lines.insert(name, block);
        }
        Self { lines, read: RefCell::default() }
    }

    /// Returns the block of a `resource` or `data` source of a type; none where it is not known.
    pub fn find(&self, kind: &str, name: &str) -> Option<Rc<Block>> {
        let key = format!("{kind} {name}");
        if let Some(known) = self.read.borrow().get(&key) {
            return known.clone();
        }
        // The lines are this project's own, and a test reads them all.
        let block =
            self.lines.get(key.as_str()).and_then(|text| serde_json::from_str(text).ok()).map(Rc::new);
        self.read.borrow_mut().insert(key, block.clone());
        block
    }

    /// Returns the names of a kind that belong to a provider.
    pub fn names(&self, kind: &str, provider: &str) -> Vec<String> {
        let prefix = format!("{kind} {provider}_");
        let mut names: Vec<String> = self
            .lines
            .keys()
            .filter(|key| key.starts_with(&prefix))
            .map(|key| key[kind.len() + 1..].to_owned())
            .collect();
        names.sort();
        names
    }
}

impl Block {
    /// Returns what stands within a block of a name.
    ///
    /// A list or set of objects can be written as blocks as well; what they leave out is `null` then.
    pub fn nested(&self, name: &str) -> Option<Cow<'_, Self>> {
        if let Some(nested) = self.blocks.get(name) {
            return Some(Cow::Borrowed(&nested.block));
        }
        let fields = match &self.attributes.get(name)?.kind {
            Type::List(of) | Type::Set(of) => match &**of {
                Type::Object(fields) => fields,
                _ => return None,
            },
            _ => return None,
        };
        let attribute = |kind: &Type| Attribute {
            kind: kind.clone(),
            required: false,
            optional: true,
            computed: false,
            one_of: Vec::new(),
        };
        let attributes = fields.iter().map(|(name, field)| (name.clone(), attribute(&field.kind))).collect();
        Some(Cow::Owned(Self { attributes, blocks: BTreeMap::new() }))
    }

    /// Returns the type that a reference to such a block has.
    pub fn kind(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, it)| (name.clone(), it.kind.clone()));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let inner = Box::new(nested.block.kind());
            let kind = match nested.nesting {
                Nesting::Single | Nesting::Group => *inner,
                Nesting::List => Type::List(inner),
                Nesting::Set => Type::Set(inner),
                Nesting::Map => Type::Map(inner),
            };
            (name.clone(), kind)
        });
        let field = |(name, kind)| (name, Field { kind, optional: false });
        Type::Object(attributes.chain(blocks).map(field).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        let schemas = Schemas::load();
        for (name, text) in &schemas.lines {
            let block = serde_json::from_str::<Block>(text);
            assert!(block.is_ok(), "{name}: {block:?}");
        }
        assert!(schemas.lines.len() > 800, "{}", schemas.lines.len());
    }
}
