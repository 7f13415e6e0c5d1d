//! What providers take, and the language itself: schemas of resources, data sources, functions and blocks, embedded.
//!
//! `schemas/*.txt` has a line for each: kind, name, and what it takes as JSON, sorted. Only lines that are asked for are read.
//! `examples/provider_schemas.rs` makes the files but `language.txt`, which is written by hand.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::kind::{Field, Type};

/// AWS provider 6.66.
const AWS: &str = include_str!("../../schemas/aws.txt");
/// Helm provider 3.
const HELM: &str = include_str!("../../schemas/helm.txt");
/// Kubernetes provider 3; of two names for one resource the one with a version.
const KUBERNETES: &str = include_str!("../../schemas/kubernetes.txt");
/// What Terraform itself provides: `terraform_data`.
const TERRAFORM: &str = include_str!("../../schemas/terraform.txt");
/// The functions of Terraform 1.11.
const FUNCTIONS: &str = include_str!("../../schemas/functions.txt");
/// The blocks of Terraform 1.11. What newer ones take besides is let through.
const LANGUAGE: &str = include_str!("../../schemas/language.txt");

const FILES: [&str; 6] = [AWS, FUNCTIONS, HELM, KUBERNETES, LANGUAGE, TERRAFORM];

/// Everything that these providers have, also what has no schema here: a line for each provider and kind of thing.
const NAMES: &str = include_str!("../../schemas/names.txt");

/// A block: of a resource, or within one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Block {
    /// How many names stand before its brace.
    pub labels: usize,
    /// Whether it takes what is not listed as well.
    pub free: bool,
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
    /// The texts or numbers that it takes; of a list or set, that its elements are. Empty: any.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The least number.
    #[serde(default)]
    pub min: Option<f64>,
    /// The greatest number.
    #[serde(default)]
    pub max: Option<f64>,
    /// What can be written there.
    #[serde(default)]
    pub written: Written,
    /// Whether its attributes are declared one by one, as newer providers do: it is never written as a block then.
    #[serde(default)]
    pub nested: bool,
}

impl Attribute {
    /// One that may be set, to any value of a type.
    pub fn optional(kind: Type) -> Self {
        let (one_of, written) = (Vec::new(), Written::Expression);
        let (min, max) = (None, None);
        Self {
            kind,
            required: false,
            optional: true,
            computed: false,
            one_of,
            min,
            max,
            written,
            nested: false,
        }
    }
}

/// What can be written behind an equals sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    /// Whatever gives such a value.
    #[default]
    Expression,
    /// A value that names nothing and calls nothing.
    Literal,
    /// Names, which are no values there: of resources, providers, attributes.
    Names,
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

/// What a function takes and returns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The type of its value.
    pub returns: Type,
    /// Its arguments.
    pub takes: Vec<Parameter>,
    /// Any number of arguments besides.
    #[serde(default)]
    pub more: Option<Parameter>,
}

/// An argument of a function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it must become.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether it can be `null`.
    #[serde(default)]
    pub nullable: bool,
}

/// Every schema, read when it is asked for.
#[derive(Debug, Default)]
pub struct Schemas {
    blocks: Read<Block>,
    functions: Read<Signature>,
    kinds: RefCell<HashMap<(String, String), Type>>,
}

/// What was read; none for what is in no file.
type Read<T> = RefCell<HashMap<(String, String), Option<Rc<T>>>>;

impl Schemas {
    /// Returns the block of a `resource` or `data` source of a type, or one of the language's own (`block`); none where it is not
    /// known.
    pub fn find(&self, kind: &str, name: &str) -> Option<Rc<Block>> {
        read(&self.blocks, kind, name)
    }

    /// Returns what a function takes.
    pub fn function(&self, name: &str) -> Option<Rc<Signature>> {
        read(&self.functions, "function", name)
    }

    /// Returns the type of what a reference to a resource or data source gives.
    pub fn kind(&self, mode: &str, name: &str) -> Type {
        let key = (mode.to_owned(), name.to_owned());
        if let Some(known) = self.kinds.borrow().get(&key) {
            return known.clone();
        }
        let kind = self.find(mode, name).map_or(Type::Any, |block| block.kind());
        self.kinds.borrow_mut().insert(key, kind.clone());
        kind
    }

    /// Whether it is one of the providers that are known here.
    pub fn is_provider(name: &str) -> bool {
        ["aws", "helm", "kubernetes", "terraform"].contains(&name)
    }

    /// Returns everything of a kind that one of these providers has.
    pub fn names(mode: &str, provider: &str) -> Vec<String> {
        let prefix = format!("names {mode}.{provider} ");
        let names = NAMES.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default();
        let mut names: Vec<String> =
            names.split_whitespace().map(|name| format!("{provider}_{name}")).collect();
        if names.is_empty() {
            names = Self::all(mode);
            names.retain(|name| name.split('_').next() == Some(provider));
        }
        names
    }

    /// Returns all that a kind has a line for: functions, blocks of the language.
    pub fn all(kind: &str) -> Vec<String> {
        let name =
            |line: &str| Some(line.strip_prefix(kind)?.strip_prefix(' ')?.split(' ').next()?.to_owned());
        FILES.iter().flat_map(|file| file.lines()).filter_map(name).collect()
    }
}

fn read<T: DeserializeOwned>(known: &Read<T>, kind: &str, name: &str) -> Option<Rc<T>> {
    let key = (kind.to_owned(), name.to_owned());
    if let Some(known) = known.borrow().get(&key) {
        return known.clone();
    }
    // The lines are this project's own, and a test reads them all.
    let found = line(kind, name).and_then(|text| serde_json::from_str(text).ok()).map(Rc::new);
    known.borrow_mut().insert(key, found.clone());
    found
}

/// Finds the line of a name by halves: most of the text is never looked at.
fn line(kind: &str, name: &str) -> Option<&'static str> {
    let file = match (kind, name.split('_').next()) {
        ("function", _) => FUNCTIONS,
        ("block" | "provisioner", _) => LANGUAGE,
        (_, Some("aws")) => AWS,
        (_, Some("helm")) => HELM,
        (_, Some("kubernetes")) => KUBERNETES,
        (_, Some("terraform")) => TERRAFORM,
        _ => return None,
    };
    let key = format!("{kind} {name} ");
    let (mut from, mut to) = (0, file.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        // Lines are long: the standard library's search takes several times as long.
        let begins = memchr::memrchr(b'\n', &file.as_bytes()[from..middle]).map_or(from, |at| from + at + 1);
        let ends = memchr::memchr(b'\n', &file.as_bytes()[middle..]).map_or(file.len(), |at| middle + at);
        let line = &file[begins..ends];
        match line.strip_prefix(key.as_str()) {
            Some(found) => return Some(found),
            None if line < key.as_str() => from = ends + 1,
            None => to = begins,
        }
    }
    None
}

impl Block {
    /// One that takes everything.
    pub fn free() -> Rc<Self> {
        Rc::new(Self { free: true, ..Self::default() })
    }

    /// Returns what stands within a block of a name.
    ///
    /// A list or set of objects can be written as blocks as well, unless its attributes are declared; what they leave out is
    /// `null` then.
    pub fn nested(&self, name: &str) -> Option<Cow<'_, Self>> {
        if let Some(nested) = self.blocks.get(name) {
            return Some(Cow::Borrowed(&nested.block));
        }
        let fields = match &self.attributes.get(name).filter(|attribute| !attribute.nested)?.kind {
            Type::List(of) | Type::Set(of) => match &**of {
                Type::Object(fields) => fields,
                _ => return None,
            },
            _ => return None,
        };
        let attributes = fields
            .iter()
            .map(|(name, field)| (name.clone(), Attribute::optional(field.kind.clone())))
            .collect();
        Some(Cow::Owned(Self { attributes, ..Self::default() }))
    }

    /// Returns the type that a reference to such a block has.
    fn kind(&self) -> Type {
        if self.free {
            return Type::Any;
        }
        let attributes = self.attributes.iter().map(|(name, it)| (name.clone(), it.kind.clone()));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let inner = Rc::new(nested.block.kind());
            let kind = match nested.nesting {
                Nesting::Single | Nesting::Group => (*inner).clone(),
                Nesting::List => Type::List(inner),
                Nesting::Set => Type::Set(inner),
                Nesting::Map => Type::Map(inner),
            };
            (name.clone(), kind)
        });
        let field = |(name, kind)| (name, Field { kind, optional: false });
        Type::Object(Rc::new(attributes.chain(blocks).map(field).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        let mut number = 0;
        assert!(FILES.iter().all(|file| file.is_ascii()), "files are cut between any two bytes");
        for text in FILES.iter().flat_map(|file| file.lines()) {
            let (kind, rest) = text.split_once(' ').expect("a kind");
            let (name, json) = rest.split_once(' ').expect("a name");
            assert_eq!(line(kind, name), Some(json), "{kind} {name} is not where it is looked for");
            let error = match kind {
                "function" => serde_json::from_str::<Signature>(json).err(),
                _ => serde_json::from_str::<Block>(json).err(),
            };
            assert!(error.is_none(), "{kind} {name}: {error:?}");
            number += 1;
        }
        assert!(number > 950, "{number} lines");
        assert_eq!(line("resource", "aws_nothing"), None);
        assert_eq!(line("resource", "zzz"), None);
    }

    #[test]
    fn names_hold_everything() {
        for (mode, least) in [("data", 600), ("resource", 1_600)] {
            let names = Schemas::names(mode, "aws");
            assert!(names.len() > least, "{mode}: {}", names.len());
            for line in AWS.lines().filter_map(|line| line.strip_prefix(&format!("{mode} "))) {
                let name = line.split(' ').next().expect("a name");
                assert!(names.iter().any(|known| known == name), "{mode} {name}");
            }
        }
    }
}
