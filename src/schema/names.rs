//! Arguments that are no values but names: what a block depends on, who provides it, whose changes it ignores.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block};
use hcl_edit::visit::{self, Visit};

use super::block::Against;
use super::expression::Scope;
use super::kind::Type;
use super::module::Module;
use super::provider::Schemas;
use super::{At, Node, World, key_text};

impl<'a> World<'a> {
    /// `name = names`.
    pub(super) fn names(
        &self,
        at: At<'_, 'a>,
        attribute: &'a Attribute,
        against: &Against<'_>,
        scope: &Scope,
    ) {
        let value = &attribute.value;
        match attribute.key.as_str() {
            "provider" => self.provider_of(at, value),
            "ignore_changes" => self.ignored(at, value, against),
            "depends_on" | "replace_triggered_by" => {
                let is_replacing = attribute.key.as_str() == "replace_triggered_by";
                let Expression::Array(items) = value else {
                    return self.fault(at, value, "a list of names is needed here");
                };
                for item in items {
                    let is_resource = |path: &Traversal| {
                        let first = self::path(path).first().copied().unwrap_or_default();
                        !matches!(first, "var" | "local" | "module" | "data" | "path" | "terraform")
                    };
                    match item {
                        Expression::Traversal(path) if !is_replacing || is_resource(path) => {
                            self.expression(at, item, scope);
                        }
                        // As in Terraform 0.11; it warns.
                        Expression::String(text) if is_path(text) && !is_replacing => {}
                        _ => self.fault(at, item, "the name of a resource is needed here"),
                    }
                }
            }
            "from" | "to" if !matches!(value, Expression::Traversal(_)) => {
                self.fault(at, value, "an address is needed here, without quotes: `aws_vpc.this`");
            }
            "when" => self.one_word(at, value, &["create", "destroy"]),
            "on_failure" => self.one_word(at, value, &["continue", "fail"]),
            _ => {}
        }
    }

    fn one_word(&self, at: At<'_, 'a>, value: &'a Expression, words: &[&str]) {
        let word = match value {
            Expression::Variable(word) => Some(word.as_str()),
            Expression::String(word) => Some(word.as_str()),
            _ => None,
        };
        if !word.is_some_and(|word| words.contains(&word)) {
            self.fault(at, value, format!("`{}` is needed here", words.join("` or `")));
        }
    }

    fn ignored(&self, at: At<'_, 'a>, value: &'a Expression, against: &Against<'_>) {
        let items: Vec<&Expression> = match value {
            Expression::Array(items) => items.iter().collect(),
            Expression::Variable(all) if all.as_str() == "all" => return,
            Expression::String(all) if all.as_str() == "all" => return,
            other => return self.fault(at, other, "a list of names is needed here, or `all`"),
        };
        for item in items {
            let first = match item {
                Expression::Variable(name) => name.as_str(),
                Expression::Traversal(path) => self::path(path).first().copied().unwrap_or_default(),
                Expression::String(text) if is_path(text) => {
                    text.split(['.', '[']).next().unwrap_or_default()
                }
                _ => {
                    self.fault(at, item, "the name of an argument is needed here");
                    continue;
                }
            };
            let Some((_, schema)) = against.within else { continue };
            if !schema.free && !schema.attributes.contains_key(first) && !schema.blocks.contains_key(first) {
                let known: Vec<String> =
                    schema.attributes.keys().chain(schema.blocks.keys()).cloned().collect();
                let near = super::meant(first, &known);
                self.fault(at, item, format!("there is no `{first}` whose changes could be ignored{near}"));
            }
        }
    }

    /// A provider, by its name in this module: `aws`, `aws.east`.
    fn provider_of(&self, at: At<'_, 'a>, value: &'a Expression) {
        let Some(name) = provider_name(value) else {
            return self.fault(at, value, "the name of a provider is needed here: `aws`, or `aws.east`");
        };
        let (own, alias) =
            name.split_once('.').map_or((name.as_str(), None), |(own, alias)| (own, Some(alias)));
        if alias.is_some() && !at.module.configured.contains(&name) {
            let known: Vec<String> = at.module.configured.iter().cloned().collect();
            let text =
                format!("no provider `{name}` is configured in this module{}", super::meant(&name, &known));
            self.fault(at, value, text);
        } else if alias.is_none() && !at.module.requires(own) {
            self.fault(at, value, format!("`required_providers` of this module has no `{own}`"));
        }
    }

    /// `providers` of a call: what is handed on is there, and what the module wants is handed on.
    pub(super) fn handed_on(&self, at: At<'_, 'a>, block: &'a Block, called: Option<&Module<'a>>) {
        let given = block.body.get_attribute("providers");
        let mut keys = Vec::new();
        match given.map(|given| &given.value) {
            Some(Expression::Object(entries)) => {
                for (key, value) in entries {
                    self.provider_of(at, value.expr());
                    let name = key_text(key).or_else(|| key.as_expr().and_then(provider_name));
                    keys.extend(name);
                }
            }
            Some(other) => {
                return self.fault(at, other, "a map of providers is needed here: `{ aws = aws.east }`");
            }
            None => {}
        }
        for alias in called.into_iter().flat_map(|called| &called.awaited) {
            if !keys.contains(alias) {
                let name = block.labels.first().map_or("", |label| label.as_str());
                let text = format!("module `{name}` needs the provider `{alias}`, which is not handed on");
                self.fault(at, &block.ident, text);
            }
        }
    }

    /// Checks that the provider of a resource is required, and has what is asked of it.
    pub(super) fn of_provider(&self, at: At<'_, 'a>, block: &'a Block, mode: &str, kind: &'a str) {
        let own = kind.split('_').next().unwrap_or_default();
        let named = block.body.get_attribute("provider").and_then(|named| provider_name(&named.value));
        let named = named.as_deref().map(|name| name.split('.').next().unwrap_or_default());
        let local = named.unwrap_or(own);
        if let (Some(from), Some(provider)) = (at.of, at.module.providers.get(local)) {
            self.needs.borrow_mut().entry(from).or_default().insert(Node::Provider(provider));
        }
        if !at.module.requires(local) && self.missing.borrow_mut().insert(local.to_owned()) {
            let text = format!("`required_providers` of this module has no `{local}`, which `{kind}` needs");
            self.fault(at, &block.labels[0], text);
        }
        let Some(provider) = at.module.source_of(local).filter(|name| Schemas::is_provider(name)) else {
            return self.unknown(at, block, mode, kind);
        };
        if provider == own && self.schemas.find(mode, kind).is_some() {
            return;
        }
        let known = Schemas::names(mode, provider);
        if known.iter().any(|name| name == kind) {
            return self.unknown(at, block, mode, kind);
        }
        let what = match mode {
            "data" => "data source",
            "ephemeral" => "ephemeral resource",
            _ => "resource",
        };
        let near = super::meant(kind, &known);
        self.fault(at, &block.labels[0], format!("the provider `{provider}` has no {what} `{kind}`{near}"));
    }

    /// Notes what nothing is known of.
    fn unknown(&self, at: At<'_, 'a>, block: &'a Block, mode: &str, kind: &str) {
        let place = World::place(at, &block.ident, format!("{mode} {kind}"));
        self.found.borrow_mut().unknown.insert(place);
    }

    /// `count`: a literal number of instances is none that cannot be.
    pub(super) fn count(&self, at: At<'_, 'a>, value: &'a Expression) {
        let text = match value {
            Expression::Null(_) => "`null`".to_owned(),
            Expression::Number(number) => number.to_string(),
            Expression::UnaryOp(operation) => match &operation.expr {
                Expression::Number(number) => format!("-{number}"),
                _ => return,
            },
            _ => return,
        };
        if text.parse::<u32>().is_err() {
            self.fault(at, value, format!("`count` is a whole number, and this is {text}"));
        }
    }

    /// `for_each`: a map, or a set of texts.
    pub(super) fn for_each(&self, at: At<'_, 'a>, value: &'a Expression, kind: &Type) {
        let is_right = match kind {
            Type::Set(of) => matches!(**of, Type::Any | Type::String),
            Type::Any => !value.is_null(),
            kind => matches!(kind, Type::Map(_) | Type::Object(_)),
        };
        if !is_right {
            let what = if value.is_null() { "`null`" } else { kind.words() };
            let what = if matches!(kind, Type::Set(_)) { "a set of something else" } else { what };
            let help =
                if matches!(kind, Type::List(_) | Type::Tuple(_)) { ": `toset(…)` makes one" } else { "" };
            self.fault(
                at,
                value,
                format!("`for_each` needs a map or a set of texts, and this is {what}{help}"),
            );
        }
    }
}

/// Returns the name of a provider as it is written in a module.
pub fn provider_name(value: &Expression) -> Option<String> {
    match value {
        Expression::Variable(name) => Some(name.as_str().to_owned()),
        Expression::Traversal(path) => match (self::path(path).as_slice(), path.operators.len()) {
            ([name, alias], 1) => Some(format!("{name}.{alias}")),
            _ => None,
        },
        // As in Terraform 0.11; it warns.
        Expression::String(text) if is_path(text) => Some(text.as_str().to_owned()),
        _ => None,
    }
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(is_identifier)
}

/// Whether a text can be a name in the language.
pub fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Returns the names at the beginning of a path: of `data.aws_vpc.this[0].id` the first three.
pub fn path(path: &Traversal) -> Vec<&str> {
    let mut names = Vec::new();
    if let Expression::Variable(first) = &path.expr {
        names.push(first.as_str());
        for operator in &path.operators {
            let TraversalOperator::GetAttr(name) = operator.value() else { break };
            names.push(name.as_str());
        }
    }
    names
}

/// Whether an expression names something that a test says it looks for.
pub fn any(expression: &Expression, is_it: &dyn Fn(&Traversal) -> bool) -> bool {
    struct Finding<'f> {
        is_it: &'f dyn Fn(&Traversal) -> bool,
        found: bool,
    }
    impl Visit for Finding<'_> {
        fn visit_traversal(&mut self, path: &Traversal) {
            self.found |= (self.is_it)(path);
            visit::visit_traversal(self, path);
        }
    }
    let mut finding = Finding { is_it, found: false };
    finding.visit_expr(expression);
    finding.found
}
