//! Blocks against their schemas: those of providers, and those of the language.

use std::borrow::Cow;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Traversal};
use hcl_edit::structure::{Attribute, Block, Body};

use super::expression::Scope;
use super::kind::Type;
use super::provider::{self, Written};
use super::{At, Node, World, key_text};

/// What a body must agree with.
#[derive(Clone, Copy)]
pub(super) struct Against<'s> {
    /// What is listed for it.
    pub schema: &'s provider::Block,
    /// What the language adds to that.
    pub meta: Option<&'s provider::Block>,
    /// What it is called in messages.
    pub what: &'s str,
    /// The resource or data source that it is in: its type, and its schema.
    pub within: Option<(&'s Type, &'s provider::Block)>,
}

impl<'s> Against<'s> {
    pub fn plain(schema: &'s provider::Block, what: &'s str) -> Self {
        Self { schema, meta: None, what, within: None }
    }
}

impl<'a> World<'a> {
    /// A `resource`, `data` or `ephemeral` block.
    pub(super) fn resource(&self, at: At<'_, 'a>, block: &'a Block) {
        let [kind, name] = block.labels.as_slice() else { return };
        let (mode, kind, name) = (block.ident.as_str(), kind.as_str(), name.as_str());
        let of = match mode {
            "resource" => Some(Node::Resource(kind, name)),
            "data" => Some(Node::Data(kind, name)),
            _ => None,
        };
        let at = At { of, ..at };
        self.of_provider(at, block, mode, kind);
        let schema = self.schemas.find(mode, kind).unwrap_or_else(provider::Block::free);
        let meta = self.schemas.find("block", mode);
        let this = self.schemas.kind(mode, kind);
        let scope = self.repeated(at, &block.body);
        let against =
            Against { schema: &schema, meta: meta.as_deref(), what: kind, within: Some((&this, &schema)) };
        self.body(at, &block.ident, &block.body, &against, &scope);
        if let Some(id) =
            block.body.get_attribute("id").filter(|_| mode == "resource" && kind.starts_with("aws_"))
        {
            // The schema says that it could be set, the provider then says that it cannot.
            self.fault(at, &id.key, format!("`id` of {kind} is what the provider says; nobody can set it"));
        }
    }

    /// A `provider` block: its configuration.
    pub(super) fn provider(&self, at: At<'_, 'a>, block: &'a Block) {
        let Some(name) = block.labels.first() else { return };
        // In its block, whatever a provider needs may come from the environment.
        let schema = self.schemas.find("provider", name.as_str()).unwrap_or_else(provider::Block::free);
        let meta = self.schemas.find("block", "provider");
        let against = Against { schema: &schema, meta: meta.as_deref(), what: "the provider", within: None };
        let at = At { of: Some(Node::Provider(name.as_str())), ..at };
        self.body(at, &block.ident, &block.body, &against, &Scope::default());
    }

    /// A block with a schema, from its name to its end.
    pub(super) fn body(
        &self,
        at: At<'_, 'a>,
        head: &dyn Span,
        body: &'a Body,
        against: &Against<'_>,
        scope: &Scope,
    ) {
        let Against { schema, meta, what, .. } = *against;
        for attribute in body.attributes() {
            let key = attribute.key.as_str();
            // What the language says of every resource comes first.
            let known = meta.and_then(|meta| meta.attributes.get(key)).or_else(|| schema.attributes.get(key));
            if let Some(known) = known {
                self.argument(at, attribute, known, against, scope);
                continue;
            }
            self.expression(at, &attribute.value, scope);
            if !schema.free {
                let text = if schema.blocks.contains_key(key) {
                    format!("`{key}` of {what} is a block: write `{key} {{ … }}`")
                } else {
                    format!("{what} has no argument `{key}`{}", meant(key, against))
                };
                self.fault(at, &attribute.key, text);
            }
        }
        let required = |of: &provider::Block| -> Vec<(String, &'static str)> {
            let required = of.attributes.iter().filter(|(_, known)| known.required);
            required.map(|(name, known)| (name.clone(), known.kind.words())).collect()
        };
        for (name, words) in meta.into_iter().chain([schema]).flat_map(required) {
            match body.get_attribute(&name) {
                None => self.fault(at, head, format!("{what} needs `{name}`, {words}")),
                Some(given) if given.value.is_null() => {
                    self.fault(
                        at,
                        &given.value,
                        format!("{what} needs `{name}`, {words}, and this is `null`"),
                    );
                }
                Some(_) => {}
            }
        }
        if let (Some(_), Some(second)) = (body.get_attribute("count"), body.get_attribute("for_each"))
            && meta.is_some()
        {
            self.fault(at, &second.key, format!("{what} has both `count` and `for_each`"));
        }
        for block in body.blocks() {
            self.nested(at, block, against, scope);
        }
        for of in meta.into_iter().chain([schema]) {
            self.counted(at, head, body, of, what);
        }
    }

    /// A block within a block.
    fn nested(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>, scope: &Scope) {
        let Against { schema, meta, what, within } = *against;
        let name = block.ident.as_str();
        if name == "dynamic" && !schema.free {
            return self.dynamic(at, block, against, scope);
        }
        let of_language = meta.and_then(|meta| meta.blocks.get(name));
        let of_language = of_language.or_else(|| meta.is_none().then(|| schema.blocks.get(name)).flatten());
        // What may name the resource as `self`.
        let this = within
            .filter(|_| matches!(name, "postcondition" | "provisioner" | "connection"))
            .map(|(this, _)| Scope { this: Some(this.clone()), ..scope.clone() });
        let scope = this.as_ref().unwrap_or(scope);
        let inner = match of_language {
            Some(nested) => Some(Cow::Borrowed(&nested.block)),
            None => schema.nested(name),
        };
        let Some(inner) = inner else {
            self.walk(at, &block.body, scope);
            if schema.free {
                return;
            }
            let text = if schema.attributes.contains_key(name) {
                format!("`{name}` of {what} is an argument: write `{name} = …`")
            } else {
                format!("{what} has no block `{name}`{}", meant(name, against))
            };
            return self.fault(at, &block.ident, text);
        };
        let what = format!("`{name}` of {what}");
        if block.labels.len() != inner.labels {
            let text = match inner.labels {
                0 => format!("{what} takes no name"),
                _ => format!("{what} needs a name"),
            };
            return self.fault(at, &block.ident, text);
        }
        if name == "data" {
            return self.resource(at, block);
        }
        if name == "provisioner" {
            return self.provisioner(at, block, against, scope);
        }
        let against = Against { schema: &inner, meta: None, what: &what, within };
        self.body(at, &block.ident, &block.body, &against, scope);
        if matches!(name, "precondition" | "postcondition" | "assert") {
            self.condition(at, &block.body);
        }
    }

    /// Enough blocks of each name, and not too many.
    pub(super) fn counted(
        &self,
        at: At<'_, 'a>,
        head: &dyn Span,
        body: &'a Body,
        schema: &provider::Block,
        what: &str,
    ) {
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

    fn provisioner(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>, scope: &Scope) {
        let Some(schema) = self.schemas.find("provisioner", label(block)) else {
            let known = provider::Schemas::all("provisioner");
            let text =
                format!("there is no provisioner `{}`{}", label(block), super::meant(label(block), &known));
            return self.fault(at, &block.ident, text);
        };
        let is_last = block.body.get_attribute("when").is_some_and(|when| match &when.value {
            Expression::Variable(when) => when.as_str() == "destroy",
            when => when.as_str() == Some("destroy"),
        });
        // When a resource goes, nothing else may be there any more.
        let is_foreign = |path: &Traversal| match super::names::path(path).first() {
            Some(first) => !["self", "each", "count", "path", "terraform"].contains(first),
            None => false,
        };
        for attribute in block.body.attributes().filter(|_| is_last) {
            if super::names::any(&attribute.value, &is_foreign) {
                self.fault(
                    at,
                    &attribute.value,
                    "what runs at the end can name `self` alone, `each.key` and `count.index`",
                );
            }
        }
        let what = format!("provisioner `{}`", label(block));
        let against = Against { schema: &schema, meta: None, what: &what, ..*against };
        self.body(at, &block.ident, &block.body, &against, scope);
    }

    /// A condition that names nothing checks nothing, which Terraform refuses.
    pub(super) fn condition(&self, at: At<'_, 'a>, body: &'a Body) {
        if let Some(condition) = body.get_attribute("condition")
            && !super::names::any(&condition.value, &|_| true)
        {
            self.fault(at, &condition.value, "this condition names nothing that it could check");
        }
    }

    fn dynamic(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>, scope: &Scope) {
        let Against { schema, what, .. } = *against;
        let name = label(block);
        let Some(nested) = schema.nested(name) else {
            let text = if schema.attributes.contains_key(name) {
                format!("`{name}` of {what} is an argument: write `{name} = [for … in … : …]`")
            } else {
                format!("{what} has no block `{name}`{}", meant(name, against))
            };
            return self.fault(at, &block.ident, text);
        };
        let iterator = block.body.get_attribute("iterator").map(|iterator| &iterator.value);
        let iterator = match iterator {
            Some(Expression::Variable(iterator)) => iterator.as_str(),
            Some(other) => {
                self.fault(at, other, "a name is needed here, without quotes");
                name
            }
            None => name,
        };
        let over = block.body.get_attribute("for_each").map_or(Type::Any, |each| {
            let quiet = Scope { quiet: true, ..scope.clone() };
            let over = self.expression(at, &each.value, &quiet);
            if over.is_single() {
                let text = format!("`for_each` needs a list, a set or a map, and this is {}", over.words());
                self.fault(at, &each.value, text);
            }
            over
        });
        let kind = Type::object([("key".to_owned(), Type::Any), ("value".to_owned(), over.element())]);
        let inner = scope.with(iterator, kind);
        if let Some(own) = self.schemas.find("block", "dynamic") {
            let against = Against::plain(&own, "`dynamic`");
            for attribute in block.body.attributes() {
                let known = own.attributes.get(attribute.key.as_str());
                if let Some(known) = known {
                    self.argument(at, attribute, known, &against, &inner);
                } else {
                    let text = format!("`dynamic` has no argument `{}`", attribute.key.as_str());
                    self.fault(at, &attribute.key, text);
                }
            }
            if block.body.get_attribute("for_each").is_none() {
                self.fault(at, &block.ident, "`dynamic` needs `for_each`");
            }
            self.counted(at, &block.ident, &block.body, &own, "`dynamic`");
        }
        for content in block.body.get_blocks("content") {
            let what = format!("`{name}` of {what}");
            let against = Against { schema: &nested, meta: None, what: &what, within: against.within };
            self.body(at, &content.ident, &content.body, &against, &inner);
        }
    }

    /// `name = value`.
    fn argument(
        &self,
        at: At<'_, 'a>,
        attribute: &'a Attribute,
        known: &provider::Attribute,
        against: &Against<'_>,
        scope: &Scope,
    ) {
        let key = attribute.key.as_str();
        let what = against.what;
        if !known.required && !known.optional {
            let text = format!("`{key}` of {what} is what the provider says; nobody can set it");
            self.fault(at, &attribute.key, text);
        }
        match known.written {
            Written::Names => return self.names(at, attribute, against, scope),
            Written::Literal => {
                if let Some(part) = not_constant(&attribute.value) {
                    let text = format!(
                        "`{key}` of {what} takes a literal value: it is read before anything is computed"
                    );
                    return self.fault(at, part, text);
                }
            }
            Written::Expression => {}
        }
        let kind = self.fits(at, &attribute.value, &known.kind, scope);
        if against.meta.is_some() || matches!(what, "`module`" | "`import`") {
            match key {
                "count" => self.count(at, &attribute.value),
                "for_each" => self.for_each(at, &attribute.value, &kind),
                _ => {}
            }
        }
        if !known.one_of.is_empty() || known.min.is_some() || known.max.is_some() {
            self.value(at, &attribute.value, known, &format!("`{key}` of {what}"), None);
        }
    }

    /// Checks a literal value, in whatever it stands, against what an argument takes.
    fn value(
        &self,
        at: At<'_, 'a>,
        value: &'a Expression,
        known: &provider::Attribute,
        what: &str,
        named: Option<&'a Expression>,
    ) {
        let text = match value {
            Expression::String(text) => text.as_str().to_owned(),
            Expression::Number(number) => number.to_string(),
            Expression::Array(items) => {
                return items.iter().for_each(|item| self.value(at, item, known, what, named));
            }
            Expression::Parenthesis(inner) => return self.value(at, inner.inner(), known, what, named),
            Expression::Conditional(choice) => {
                self.value(at, &choice.true_expr, known, what, named);
                return self.value(at, &choice.false_expr, known, what, named);
            }
            Expression::FuncCall(call) if matches!(call.name.name.as_str(), "try" | "coalesce") => {
                return call.args.iter().for_each(|argument| self.value(at, argument, known, what, named));
            }
            Expression::Traversal(path) if named.is_none() => {
                if let Some((_, local)) = local_name(path).and_then(|name| at.module.locals.get(name)) {
                    self.value(at, local, known, what, Some(value));
                }
                return;
            }
            _ => return,
        };
        let place = named.unwrap_or(value);
        if !known.one_of.is_empty() && !known.one_of.contains(&text) {
            let near = super::meant(&text, &known.one_of);
            return self.fault(at, place, format!("{what} takes no `{text}`{near}"));
        }
        let Ok(number) = text.parse::<f64>() else { return };
        if known.min.is_some_and(|least| number < least) || known.max.is_some_and(|most| number > most) {
            let bounds = match (known.min, known.max) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("{least} at least"),
                (None, Some(most)) => format!("{most} at most"),
                (None, None) => return,
            };
            self.fault(at, place, format!("{what} takes no `{text}`, but {bounds}"));
        }
    }

    /// Checks an expression, and that its value can become one of a type; returns the type it has.
    pub(super) fn fits(
        &self,
        at: At<'_, 'a>,
        expression: &'a Expression,
        wanted: &Type,
        scope: &Scope,
    ) -> Type {
        match (expression, wanted) {
            (Expression::Null(_), _) => Type::Any,
            (Expression::Parenthesis(inner), _) => self.fits(at, inner.inner(), wanted, scope),
            (Expression::Conditional(choice), _) if *wanted != Type::Any => {
                self.fits(at, &choice.cond_expr, &Type::Bool, scope);
                let yes = self.fits(at, &choice.true_expr, wanted, scope);
                let no = self.fits(at, &choice.false_expr, wanted, scope);
                if choice.true_expr.is_null() { no } else { yes }
            }
            (Expression::String(text), Type::Number) if text.parse::<f64>().is_err() => {
                let text = format!("a number is needed, and this is the text `{}`", text.as_str());
                self.unfit(at, expression, scope, text);
                Type::String
            }
            (Expression::String(text), Type::Bool) if !["true", "false"].contains(&text.as_str()) => {
                let text = format!("`true` or `false` is needed, and this is the text `{}`", text.as_str());
                self.unfit(at, expression, scope, text);
                Type::String
            }
            (Expression::Array(items), Type::List(of) | Type::Set(of)) => {
                Type::Tuple(items.iter().map(|item| self.fits(at, item, of, scope)).collect())
            }
            (Expression::Object(entries), Type::Map(of)) => {
                let mut kinds = Vec::new();
                for (key, value) in entries {
                    if let (None, Some(key)) = (key_text(key), key.as_expr()) {
                        self.fits(at, key, &Type::String, scope);
                    }
                    kinds.push((key_text(key), self.fits(at, value.expr(), of, scope)));
                }
                if kinds.iter().all(|(key, _)| key.is_some()) {
                    Type::object(kinds.into_iter().filter_map(|(key, kind)| Some((key?, kind))))
                } else {
                    wanted.clone()
                }
            }
            (Expression::Object(entries), Type::Object(fields)) => {
                for (key, value) in entries {
                    match key_text(key).and_then(|name| fields.get(&name)) {
                        Some(field) => self.fits(at, value.expr(), &field.kind, scope),
                        // Terraform drops what it does not know.
                        None => self.expression(at, value.expr(), scope),
                    };
                }
                let names: Vec<Option<String>> = entries.iter().map(|(key, _)| key_text(key)).collect();
                let is_known = names.iter().all(Option::is_some);
                let has = |name: &String| names.iter().flatten().any(|known| known == name);
                for (name, _) in
                    fields.iter().filter(|(name, field)| is_known && !field.optional && !has(name))
                {
                    self.unfit(at, expression, scope, format!("`{name}` is missing in this object"));
                }
                wanted.clone()
            }
            _ => {
                let kind = self.expression(at, expression, scope);
                if !kind.becomes(wanted) {
                    let text = format!("{} is needed, and this is {}", wanted.words(), kind.words());
                    self.unfit(at, expression, scope, text);
                }
                kind
            }
        }
    }
}

/// Finds what cannot stand where a value is read before anything is computed.
pub(super) fn not_constant(expression: &Expression) -> Option<&Expression> {
    match expression {
        Expression::Variable(_) | Expression::Traversal(_) | Expression::FuncCall(_) => Some(expression),
        Expression::Array(items) => items.iter().find_map(not_constant),
        Expression::Object(entries) => entries.iter().find_map(|(_, value)| not_constant(value.expr())),
        Expression::Parenthesis(inner) => not_constant(inner.inner()),
        Expression::UnaryOp(operation) => not_constant(&operation.expr),
        Expression::BinaryOp(operation) => {
            not_constant(&operation.lhs_expr).or_else(|| not_constant(&operation.rhs_expr))
        }
        Expression::Conditional(choice) => [&choice.cond_expr, &choice.true_expr, &choice.false_expr]
            .into_iter()
            .find_map(|part| not_constant(part)),
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => {
            super::names::any(expression, &|_| true).then_some(expression)
        }
        _ => None,
    }
}

/// Returns the name of a local value, where a path is that and nothing more.
fn local_name(path: &Traversal) -> Option<&str> {
    match super::names::path(path).as_slice() {
        ["local", name] => Some(name),
        _ => None,
    }
}

fn label(block: &Block) -> &str {
    block.labels.first().map_or("", |label| label.as_str())
}

fn meant(name: &str, against: &Against<'_>) -> String {
    let mut known: Vec<String> = Vec::new();
    for schema in against.meta.into_iter().chain([against.schema]) {
        let attributes = schema.attributes.iter().filter(|(_, known)| known.required || known.optional);
        known.extend(attributes.map(|(name, _)| name).chain(schema.blocks.keys()).cloned());
    }
    super::meant(name, &known)
}
