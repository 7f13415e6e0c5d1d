//! The language's own blocks: `variable`, `output`, `terraform`, `moved` and their like.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, BlockLabel};

use super::block::{self, Against};
use super::expression::Scope;
use super::kind::Type;
use super::provider::{self, Schemas};
use super::{At, Node, World, key_text, names};

impl<'a> World<'a> {
    /// A block of the top level.
    pub(super) fn top(&self, at: At<'_, 'a>, block: &'a Block) {
        let kind = block.ident.as_str();
        let what = format!("`{kind}`");
        let Some(schema) = self.schemas.find("block", kind).filter(|_| kind != "dynamic") else {
            let known = Schemas::all("block");
            let text = format!("there are no blocks {what}{}", super::meant(kind, &known));
            return self.fault(at, &block.ident, text);
        };
        if block.labels.len() != schema.labels {
            let needs = ["no name", "a name", "a type and a name"][schema.labels.min(2)];
            let verb = if schema.labels == 0 { "takes" } else { "needs" };
            return self.fault(at, &block.ident, format!("{what} {verb} {needs}"));
        }
        if let Some(label) = block.labels.iter().find(|label| !names::is_identifier(label.as_str())) {
            let text = format!("`{}` cannot be a name: letters, digits, `_` and `-` can", label.as_str());
            self.fault(at, label, text);
        }
        let against = Against::plain(&schema, &what);
        let plain = Scope::default();
        match kind {
            "resource" | "data" | "ephemeral" => self.resource(at, block),
            "variable" => self.variable(at, block, &against),
            "provider" => self.provider(at, block),
            "locals" => {
                for entry in block.body.attributes() {
                    let at = At { of: Some(Node::Local(entry.key.as_str())), ..at };
                    self.expression(at, &entry.value, &plain);
                }
                if let Some(inner) = block.body.blocks().next() {
                    self.fault(at, &inner.ident, "`locals` has values alone, and no blocks");
                }
            }
            "module" => self.call(at, block, &against),
            "terraform" => self.settings(at, block, &against),
            "import" => {
                let scope = self.repeated(at, &block.body);
                self.body(at, &block.ident, &block.body, &against, &scope);
                // What it brings under management is declared.
                let to = block.body.get_attribute("to").map(|to| &to.value);
                if let Some(to @ Expression::Traversal(_)) = to
                    && !self.imports_into_module(at, to)
                {
                    self.expression(at, to, &scope);
                }
                if !block.body.has_attribute("id") && !block.body.has_attribute("identity") {
                    self.fault(at, &block.ident, "`import` needs `id`, a text");
                }
            }
            "removed" => {
                let this = Type::Any;
                let free = provider::Block::free();
                let against = Against { within: Some((&this, &free)), ..against };
                self.body(at, &block.ident, &block.body, &against, &plain);
                self.left(at, block);
            }
            "moved" => {
                self.body(at, &block.ident, &block.body, &against, &plain);
                self.left(at, block);
            }
            "action" => self.walk(at, &block.body, &plain),
            _ => self.body(at, &block.ident, &block.body, &against, &plain),
        }
    }

    fn variable(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>) {
        /// Names that a call uses for itself.
        const TAKEN: [&str; 8] =
            ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];
        let Some(name) = block.labels.first().map(BlockLabel::as_str) else { return };
        // A variable's own rules do not make it used.
        let own = Scope { own: Some(name.to_owned()), ..Scope::default() };
        self.body(at, &block.ident, &block.body, against, &own);
        if TAKEN.contains(&name) {
            self.fault(
                at,
                &block.labels[0],
                format!("no variable can be called `{name}`: a call of a module has that"),
            );
        }
        let kind = block.body.get_attribute("type").map(|kind| (kind, Type::read(&kind.value)));
        let default = block.body.get_attribute("default");
        match (kind, default) {
            (Some((kind, Err(text))), _) => self.fault(at, &kind.value, text),
            (Some((kind, Ok(wanted))), default) => {
                if let Some(default) = default {
                    self.fits(at, &default.value, &wanted, &Scope::default());
                }
                self.defaults(at, &kind.value);
            }
            _ => {}
        }
        let refuses_null =
            block.body.get_attribute("nullable").is_some_and(|it| it.value.as_bool() == Some(false));
        if let Some(default) = default.filter(|default| refuses_null && default.value.is_null()) {
            self.fault(at, &default.value, "`nullable = false`, and the default is `null`");
        }
        for rule in block.body.get_blocks("validation") {
            let is_own = |path: &Traversal| names::path(path).starts_with(&["var", name]);
            if let Some(condition) = rule.body.get_attribute("condition")
                && !names::any(&condition.value, &is_own)
            {
                self.fault(
                    at,
                    &condition.value,
                    format!("this condition does not name `var.{name}`, which it is about"),
                );
            }
        }
    }

    /// The defaults of optional attributes, `optional(number, 1)`, fit their types.
    fn defaults(&self, at: At<'_, 'a>, kind: &'a Expression) {
        match kind {
            Expression::FuncCall(call) => {
                let arguments: Vec<&Expression> = call.args.iter().collect();
                if let ("optional", [kind, default]) = (call.name.name.as_str(), arguments.as_slice())
                    && let Ok(wanted) = Type::read(kind)
                {
                    self.fits(at, default, &wanted, &Scope::default());
                }
                if let Some(inner) = arguments.first() {
                    self.defaults(at, inner);
                }
            }
            Expression::Object(fields) => {
                fields.iter().for_each(|(_, value)| self.defaults(at, value.expr()));
            }
            Expression::Array(items) => items.iter().for_each(|item| self.defaults(at, item)),
            _ => {}
        }
    }

    /// A `terraform` block.
    fn settings(&self, at: At<'_, 'a>, block: &'a Block, against: &Against<'_>) {
        // A backend's arguments are literals, and its own affair.
        for backend in block.body.get_blocks("backend") {
            for attribute in backend.body.attributes() {
                if let Some(part) = block::not_constant(&attribute.value) {
                    self.fault(
                        at,
                        part,
                        "a backend takes literal values: it is read before anything is computed",
                    );
                }
            }
        }
        for attribute in block.body.attributes() {
            let known = against.schema.attributes.get(attribute.key.as_str());
            match known {
                Some(_) if attribute.key.as_str() == "required_version" => {
                    self.constraint(at, &attribute.value);
                }
                Some(_) => {}
                None => {
                    let text = format!("`terraform` has no argument `{}`", attribute.key.as_str());
                    self.fault(at, &attribute.key, text);
                }
            }
        }
        for inner in block.body.blocks() {
            match against.schema.blocks.get(inner.ident.as_str()) {
                Some(known) if known.block.labels != inner.labels.len() => {
                    let text =
                        format!("`{}` of `terraform` needs another number of names", inner.ident.as_str());
                    self.fault(at, &inner.ident, text);
                }
                Some(_) => {}
                None => {
                    let text = format!("`terraform` has no block `{}`", inner.ident.as_str());
                    self.fault(at, &inner.ident, text);
                }
            }
        }
        self.counted(at, &block.ident, &block.body, against.schema, against.what);
        for entry in block.body.get_blocks("required_providers").flat_map(|it| it.body.attributes()) {
            let Expression::Object(entries) = &entry.value else {
                self.constraint(at, &entry.value);
                continue;
            };
            for (key, value) in entries {
                match key_text(key).as_deref() {
                    Some("version") => self.constraint(at, value.expr()),
                    Some("source" | "configuration_aliases") => {}
                    other => {
                        let text = format!("a required provider has no `{}`", other.unwrap_or("…"));
                        self.fault(at, value.expr(), text);
                    }
                }
            }
        }
    }

    /// A version constraint, `>= 1.5, < 2.0`.
    fn constraint(&self, at: At<'_, 'a>, value: &'a Expression) {
        let is_version = |text: &str| {
            let text = text.trim().trim_start_matches(['=', '!', '>', '<', '~']).trim();
            let numbers = text.split(['-', '+']).next().unwrap_or_default();
            !numbers.is_empty() && numbers.split('.').all(|number| number.parse::<u64>().is_ok())
        };
        match value {
            Expression::String(text) if text.split(',').all(is_version) => {}
            Expression::String(text) => {
                self.fault(at, value, format!("`{}` is no version constraint: `~> 6.0` is", text.as_str()));
            }
            _ => self.fault(at, value, "a version constraint is needed here, as a text: `\"~> 6.0\"`"),
        }
    }

    /// A `moved` or `removed` block: what it says is gone is gone, and where it went to is there.
    fn left(&self, at: At<'_, 'a>, block: &'a Block) {
        let address = |key: &str| {
            let value = &block.body.get_attribute(key)?.value;
            let Expression::Traversal(path) = value else { return None };
            let is_plain =
                path.operators.iter().all(|step| matches!(step.value(), TraversalOperator::GetAttr(_)));
            Some((value, names::path(path), is_plain))
        };
        let is_there = |names: &[&str]| match names {
            ["module", name] => Some(at.module.calls.contains_key(*name)),
            ["module" | "data", ..] => None,
            [kind, name] => Some(at.module.resources.contains_key(&((*kind).to_owned(), (*name).to_owned()))),
            _ => None,
        };
        let from = address("from");
        if let Some((value, names, is_plain)) = &from
            && *is_plain
            && is_there(names) == Some(true)
        {
            let text =
                format!("`{}` is still there: Terraform would not know which is meant", names.join("."));
            self.fault(at, *value, text);
        }
        if let Some((value, _, false)) = &from
            && block.ident.as_str() == "removed"
        {
            self.fault(at, *value, "all instances are removed together: no index can stand here");
        }
        if let (Some((_, from, _)), Some((value, to, _))) = (from, address("to")) {
            let goes_on = at.module.files.iter().flat_map(|(_, body)| body.blocks()).any(|other| {
                let from = other.body.get_attribute("from").map(|from| &from.value);
                matches!(other.ident.as_str(), "moved" | "removed")
                    && matches!(from, Some(Expression::Traversal(from)) if names::path(from) == to)
            });
            if is_there(&to) == Some(false) && !goes_on {
                let text =
                    format!("this module has no `{}`: what moves there would be destroyed", to.join("."));
                self.fault(at, value, text);
            }
            let is_call = |names: &[&str]| names.len() == 2 && names[0] == "module";
            if is_call(&from) != is_call(&to) {
                self.fault(at, value, "a module becomes a module, and a resource a resource");
            }
        }
    }
}
