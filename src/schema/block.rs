//! Blocks against their schemas.

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body};

use super::expression::Scope;
use super::kind::Type;
use super::provider;
use super::{At, World, key_text};

/// Arguments that every resource and data source takes.
const META: [&str; 4] = ["count", "for_each", "depends_on", "provider"];

/// Blocks that every resource and data source takes.
const META_BLOCKS: [&str; 3] = ["lifecycle", "connection", "provisioner"];

/// What a body must agree with.
struct Against<'s> {
    schema: &'s provider::Block,
    /// What it is called in messages.
    what: &'s str,
    /// Whether it is the resource or data source itself.
    is_top: bool,
}

impl<'a> World<'a> {
    /// A `resource` or `data` block.
    pub(super) fn resource(&self, at: At<'_, 'a>, block: &'a Block) {
        let [kind, _] = block.labels.as_slice() else {
            return self.fault(at, &block.ident, "it needs a type and a name");
        };
        let (mode, kind) = (block.ident.as_str(), kind.as_str());
        let schema = self.schemas.find(mode, kind);
        if schema.is_none() {
            self.unknown(at, block, mode, kind);
        }
        let scope = self.repeated(at, &block.body);
        for attribute in block.body.attributes() {
            match attribute.key.as_str() {
                "provider" => {}
                key if META.contains(&key) => drop(self.expression(at, &attribute.value, &Scope::default())),
                _ => {}
            }
        }
        if let Some(schema) = &schema {
            let against = Against { schema, what: kind, is_top: true };
            self.body(at, &block.ident, &block.body, &against, &scope);
        } else {
            self.walk(at, &block.body, &scope);
        }
        for lifecycle in block.body.get_blocks("lifecycle") {
            self.lifecycle(at, &lifecycle.body, schema.as_deref(), &scope);
        }
    }

    /// A `provider` block: its configuration.
    pub(super) fn provider(&self, at: At<'_, 'a>, block: &'a Block) {
        const META: [&str; 2] = ["alias", "version"];
        let schema = block.labels.first().and_then(|name| self.schemas.find("provider", name.as_str()));
        let Some(schema) = schema else { return self.walk(at, &block.body, &Scope::default()) };
        // In its block, whatever a provider needs may come from the environment.
        let mut schema = (*schema).clone();
        for name in META {
            let kind = Type::String;
            let text = provider::Attribute {
                kind,
                required: false,
                optional: true,
                computed: false,
                one_of: Vec::new(),
            };
            schema.attributes.insert(name.to_owned(), text);
        }
        let against = Against { schema: &schema, what: "the provider", is_top: false };
        self.body(at, &block.ident, &block.body, &against, &Scope::default());
    }

    fn unknown(&self, at: At<'_, 'a>, block: &'a Block, mode: &str, kind: &str) {
        let known = self.schemas.names(mode, kind.split('_').next().unwrap_or_default());
        match crate::problem::nearest(kind, &known) {
            // One letter off is a slip; anything else may be newer than these schemas.
            Some(near) if near.len().abs_diff(kind.len()) <= 1 => {
                let text = format!("no provider has a {mode} `{kind}`; did you mean `{near}`?");
                self.fault(at, &block.labels[0], text);
            }
            _ => drop(self.found.borrow_mut().unknown.insert(format!("{mode} {kind}"))),
        }
    }

    fn lifecycle(&self, at: At<'_, 'a>, body: &'a Body, schema: Option<&provider::Block>, scope: &Scope) {
        let this = Scope { this: Some(schema.map_or(Type::Any, provider::Block::kind)), ..scope.clone() };
        for attribute in body.attributes() {
            match attribute.key.as_str() {
                // These name the resource's own attributes.
                "ignore_changes" => self.ignored(at, attribute, schema),
                "replace_triggered_by" => drop(self.expression(at, &attribute.value, scope)),
                "create_before_destroy" | "prevent_destroy" => {}
                other => {
                    let known = [
                        "create_before_destroy",
                        "prevent_destroy",
                        "ignore_changes",
                        "replace_triggered_by",
                    ];
                    let text = format!(
                        "`lifecycle` has no `{other}`{}",
                        super::meant(other, &known.map(str::to_owned))
                    );
                    self.fault(at, &attribute.key, text);
                }
            }
        }
        for block in body.blocks() {
            let scope = if block.ident.as_str() == "postcondition" { &this } else { scope };
            self.walk(at, &block.body, scope);
        }
    }

    fn ignored(&self, at: At<'_, 'a>, attribute: &'a Attribute, schema: Option<&provider::Block>) {
        let Expression::Array(items) = &attribute.value else { return };
        for item in items {
            let first = match item {
                Expression::Variable(name) => Some(name.as_str()),
                Expression::Traversal(path) => match &path.expr {
                    Expression::Variable(name) => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            };
            let (Some(name), Some(schema)) = (first, schema) else { continue };
            if !schema.attributes.contains_key(name) && !schema.blocks.contains_key(name) {
                let text =
                    format!("there is no `{name}` whose changes could be ignored{}", meant(name, schema));
                self.fault(at, item, text);
            }
        }
    }

    /// A block with a schema, from its name to its end.
    fn body(&self, at: At<'_, 'a>, head: &dyn Span, body: &'a Body, against: &Against<'_>, scope: &Scope) {
        let Against { schema, what, is_top } = *against;
        for attribute in body.attributes().filter(|it| !is_top || !META.contains(&it.key.as_str())) {
            let key = attribute.key.as_str();
            if let Some(known) = schema.attributes.get(key) {
                self.argument(at, attribute, known, scope, what);
            } else {
                let text = if schema.blocks.contains_key(key) {
                    format!("`{key}` of {what} is a block: write `{key} {{ … }}`")
                } else {
                    format!("{what} has no argument `{key}`{}", meant(key, schema))
                };
                self.fault(at, &attribute.key, text);
                self.expression(at, &attribute.value, scope);
            }
        }
        for (name, known) in schema.attributes.iter().filter(|(_, known)| known.required) {
            if body.get_attribute(name).is_none() {
                self.fault(at, head, format!("{what} needs `{name}`, {}", known.kind.words()));
            }
        }
        for block in body.blocks().filter(|it| !is_top || !META_BLOCKS.contains(&it.ident.as_str())) {
            let name = block.ident.as_str();
            if name == "dynamic" {
                self.dynamic(at, block, schema, scope, what);
            } else if let Some(nested) = schema.nested(name) {
                let what = format!("`{name}` of {what}");
                let inner = Against { schema: &nested, what: &what, is_top: false };
                self.body(at, &block.ident, &block.body, &inner, scope);
            } else {
                let text = if schema.attributes.contains_key(name) {
                    format!("`{name}` of {what} is an argument: write `{name} = …`")
                } else {
                    format!("{what} has no block `{name}`{}", meant(name, schema))
                };
                self.fault(at, &block.ident, text);
            }
        }
        for (name, nested) in &schema.blocks {
            let is_dynamic = body.get_blocks("dynamic").any(|block| label(block) == name);
            let number = body.get_blocks(name).count();
            if !is_dynamic && number < nested.min {
                self.fault(at, head, format!("{what} needs a block `{name}`"));
            }
            let most = nested.max.unwrap_or(usize::MAX);
            if let Some(one_more) = body.get_blocks(name).nth(most) {
                let text = format!("{what} has {number} blocks `{name}`, and {most} at most can be");
                self.fault(at, &one_more.ident, text);
            }
        }
    }

    fn dynamic(&self, at: At<'_, 'a>, block: &'a Block, schema: &provider::Block, scope: &Scope, what: &str) {
        let name = label(block);
        let Some(nested) = schema.nested(name) else {
            return self.fault(
                at,
                &block.ident,
                format!("{what} has no block `{name}`{}", meant(name, schema)),
            );
        };
        let over = block.body.get_attribute("for_each").map(|each| self.expression(at, &each.value, scope));
        let over = over.unwrap_or_else(|| {
            self.fault(at, &block.ident, "`dynamic` needs `for_each`");
            Type::Any
        });
        let iterator = block.body.get_attribute("iterator").map(|iterator| &iterator.value);
        let iterator = match iterator {
            Some(Expression::Variable(iterator)) => iterator.as_str(),
            _ => name,
        };
        let kind = Type::object([("key".to_owned(), Type::Any), ("value".to_owned(), over.element())]);
        let inner = scope.with(iterator, kind);
        for content in block.body.get_blocks("content") {
            let what = format!("`{name}` of {what}");
            let against = Against { schema: &nested, what: &what, is_top: false };
            self.body(at, &content.ident, &content.body, &against, &inner);
        }
    }

    /// `name = value`.
    fn argument(
        &self,
        at: At<'_, 'a>,
        attribute: &'a Attribute,
        known: &provider::Attribute,
        scope: &Scope,
        what: &str,
    ) {
        let key = attribute.key.as_str();
        if !known.required && !known.optional {
            let text = format!("`{key}` of {what} is what the provider says; nobody can set it");
            self.fault(at, &attribute.key, text);
        }
        self.fits(at, &attribute.value, &known.kind, scope);
        let texts: Vec<(&str, &Expression)> = match &attribute.value {
            value @ Expression::String(text) => vec![(text.as_str(), value)],
            Expression::Array(items) => {
                items.iter().filter_map(|item| Some((item.as_str()?, item))).collect()
            }
            _ => Vec::new(),
        };
        for (text, value) in texts {
            if !known.one_of.is_empty() && !known.one_of.iter().any(|one| one == text) {
                let near = super::meant(text, &known.one_of);
                self.fault(at, value, format!("`{key}` of {what} takes no `{text}`{near}"));
            }
        }
    }

    /// Checks an expression, and that its value can become one of a type.
    pub(super) fn fits(&self, at: At<'_, 'a>, expression: &'a Expression, wanted: &Type, scope: &Scope) {
        match (expression, wanted) {
            (Expression::Null(_), _) => {}
            (Expression::Parenthesis(inner), _) => self.fits(at, inner.inner(), wanted, scope),
            (Expression::Conditional(choice), _) => {
                self.expression(at, &choice.cond_expr, scope);
                self.fits(at, &choice.true_expr, wanted, scope);
                self.fits(at, &choice.false_expr, wanted, scope);
            }
            (Expression::String(text), Type::Number) if text.parse::<f64>().is_err() => {
                self.fault(
                    at,
                    expression,
                    format!("a number is needed, and this is the text `{}`", text.as_str()),
                );
            }
            (Expression::String(text), Type::Bool) if !["true", "false"].contains(&text.as_str()) => {
                let text = format!("`true` or `false` is needed, and this is the text `{}`", text.as_str());
                self.fault(at, expression, text);
            }
            (Expression::Array(items), Type::List(of) | Type::Set(of)) => {
                items.iter().for_each(|item| self.fits(at, item, of, scope));
            }
            (Expression::Object(entries), Type::Map(of)) => {
                for (key, value) in entries {
                    if let (None, Some(key)) = (key_text(key), key.as_expr()) {
                        self.expression(at, key, scope);
                    }
                    self.fits(at, value.expr(), of, scope);
                }
            }
            (Expression::Object(entries), Type::Object(fields)) => {
                for (key, value) in entries {
                    match key_text(key).and_then(|name| fields.get(&name)) {
                        Some(field) => self.fits(at, value.expr(), &field.kind, scope),
                        // Terraform drops what it does not know.
                        None => drop(self.expression(at, value.expr(), scope)),
                    }
                }
                let names: Vec<Option<String>> = entries.iter().map(|(key, _)| key_text(key)).collect();
                let is_known = names.iter().all(Option::is_some);
                let has = |name: &String| names.iter().flatten().any(|known| known == name);
                for (name, _) in
                    fields.iter().filter(|(name, field)| is_known && !field.optional && !has(name))
                {
                    self.fault(at, expression, format!("`{name}` is missing in this object"));
                }
            }
            _ => {
                let kind = self.expression(at, expression, scope);
                if !kind.becomes(wanted) && !scope.lenient {
                    let text = format!("{} is needed, and this is {}", wanted.words(), kind.words());
                    self.fault(at, expression, text);
                }
            }
        }
    }
}

fn label(block: &Block) -> &str {
    block.labels.first().map_or("", |label| label.as_str())
}

fn meant(name: &str, schema: &provider::Block) -> String {
    let attributes = schema.attributes.iter().filter(|(_, known)| known.required || known.optional);
    let known: Vec<String> = attributes.map(|(name, _)| name).chain(schema.blocks.keys()).cloned().collect();
    super::meant(name, &known)
}
