//! References and types of expressions.

use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, UnaryOperator};
use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::{Directive, Element, Template};
use hcl_edit::{Decorated, Span};

use super::kind::{Type, common};
use super::module::{Declared, variable_type};
use super::provider::Schemas;
use super::{At, Node, World, function, key_text};
use crate::hcl::address::source;

/// What an expression can name besides what its module declares.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The type of `each.value`, within a block with `for_each`.
    pub each: Option<Type>,
    /// Whether there is a `count.index`.
    pub count: bool,
    /// The type of `self`.
    pub this: Option<Type>,
    /// Names that `for` and `dynamic` bring, the innermost last.
    pub names: Vec<(String, Type)>,
    /// The variable whose rules these are: naming it does not use it.
    pub own: Option<String>,
    /// Whether a value that is not there is no fault: within `try` and `can`.
    pub lenient: bool,
    /// Whether nothing is reported or counted as used: a type is being found out.
    pub quiet: bool,
}

/// What the language's own names have.
const MEANINGS: [(&str, &str); 10] = [
    ("each", "`each` has `key` and `value`, within a block with `for_each`"),
    ("count", "`count` has `index`, within a block with `count`"),
    ("self", "`self` stands in `postcondition` and `provisioner` alone"),
    ("path", "`path` has `module`, `root` and `cwd`"),
    ("terraform", "`terraform` has `workspace`"),
    ("var", "the name of a variable is missing behind `var`"),
    ("local", "the name of a local value is missing behind `local`"),
    ("module", "the name of a module is missing behind `module`"),
    ("data", "the type and the name of a data source are missing behind `data`"),
    ("ephemeral", "the type and the name of an ephemeral resource are missing behind `ephemeral`"),
];

impl Scope {
    /// The same, with one more name.
    #[must_use]
    pub fn with(&self, name: &str, kind: Type) -> Self {
        let mut inner = self.clone();
        inner.names.push((name.to_owned(), kind));
        inner
    }
}

impl<'a> World<'a> {
    /// Checks an expression, and returns its type.
    pub(super) fn expression(&self, at: At<'_, 'a>, expression: &'a Expression, scope: &Scope) -> Type {
        match expression {
            Expression::Null(_) => Type::Any,
            Expression::Bool(_) => Type::Bool,
            Expression::Number(_) => Type::Number,
            Expression::String(_) => {
                self.one_line(at, expression, scope);
                Type::String
            }
            Expression::Array(items) => {
                Type::Tuple(items.iter().map(|item| self.expression(at, item, scope)).collect())
            }
            Expression::Object(entries) => {
                let (mut fields, mut is_known) = (Vec::new(), true);
                for (key, value) in entries {
                    let kind = self.expression(at, value.expr(), scope);
                    let text = key_text(key);
                    if let (None, Some(key)) = (&text, key.as_expr()) {
                        self.fits(at, key, &Type::String, scope);
                    }
                    is_known &= text.is_some();
                    fields.push((text.unwrap_or_default(), kind));
                }
                let kinds: Vec<Type> = fields.iter().map(|(_, kind)| kind.clone()).collect();
                if is_known { Type::object(fields) } else { Type::map(common(&kinds)) }
            }
            Expression::StringTemplate(template) => {
                for part in template {
                    if let Element::Literal(text) = part {
                        self.one_line(at, text, scope);
                    }
                }
                self.elements(at, template.iter(), scope)
            }
            Expression::HeredocTemplate(heredoc) => {
                self.template(at, &heredoc.template, scope);
                Type::String
            }
            Expression::Parenthesis(inner) => self.expression(at, inner.inner(), scope),
            Expression::Variable(name) => {
                let known = scope.names.iter().rev().find(|(known, _)| known == name.as_str());
                if known.is_none() && !scope.quiet {
                    let text = format!("there is nothing called `{}` here", name.as_str());
                    self.fault(at, name, text);
                }
                known.map_or(Type::Any, |(_, kind)| kind.clone())
            }
            Expression::Conditional(choice) => self.conditional(at, choice, scope),
            Expression::FuncCall(call) => self.function(at, call, scope),
            Expression::Traversal(path) => self.traversal(at, path, scope),
            Expression::UnaryOp(operation) => {
                let is_not = *operation.operator.value() == UnaryOperator::Not;
                let kind = if is_not { Type::Bool } else { Type::Number };
                self.fits(at, &operation.expr, &kind, scope);
                kind
            }
            Expression::BinaryOp(operation) => self.operation(at, operation, scope),
            Expression::ForExpr(each) => {
                let over = self.over(at, &each.intro.collection_expr, scope);
                let mut inner = scope.clone();
                if let Some(key) = &each.intro.key_var {
                    let kind = if matches!(over, Type::List(_) | Type::Tuple(_)) {
                        Type::Number
                    } else {
                        Type::String
                    };
                    inner
                        .names
                        .push((key.as_str().to_owned(), if over == Type::Any { Type::Any } else { kind }));
                }
                inner.names.push((each.intro.value_var.as_str().to_owned(), over.element()));
                if let Some(condition) = &each.cond {
                    self.fits(at, &condition.expr, &Type::Bool, &inner);
                }
                let value = self.expression(at, &each.value_expr, &inner);
                match &each.key_expr {
                    Some(key) => {
                        self.expression(at, key, &inner);
                        Type::map(if each.grouping { Type::list(value) } else { value })
                    }
                    None => Type::list(value),
                }
            }
        }
    }

    fn template(&self, at: At<'_, 'a>, template: &'a Template, scope: &Scope) {
        self.elements(at, template.iter(), scope);
    }

    fn elements(&self, at: At<'_, 'a>, elements: impl Iterator<Item = &'a Element>, scope: &Scope) -> Type {
        for element in elements {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(inner) => {
                    let kind = self.expression(at, &inner.expr, scope);
                    if kind.has_elements() || inner.expr.is_null() {
                        let what = if inner.expr.is_null() { "`null`" } else { kind.words() };
                        self.unfit(at, &inner.expr, scope, format!("{what} cannot stand within a text"));
                    }
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) => {
                        self.fits(at, &choice.if_expr.cond_expr, &Type::Bool, scope);
                        self.template(at, &choice.if_expr.template, scope);
                        if let Some(other) = &choice.else_expr {
                            self.template(at, &other.template, scope);
                        }
                    }
                    Directive::For(each) => {
                        let over = self.over(at, &each.for_expr.collection_expr, scope);
                        let mut inner = scope.clone();
                        if let Some(key) = &each.for_expr.key_var {
                            inner.names.push((key.as_str().to_owned(), Type::Any));
                        }
                        inner.names.push((each.for_expr.value_var.as_str().to_owned(), over.element()));
                        self.template(at, &each.for_expr.template, &inner);
                    }
                },
            }
        }
        Type::String
    }

    fn conditional(&self, at: At<'_, 'a>, choice: &'a Conditional, scope: &Scope) -> Type {
        self.fits(at, &choice.cond_expr, &Type::Bool, scope);
        let yes = self.expression(at, &choice.true_expr, scope);
        let no = self.expression(at, &choice.false_expr, scope);
        match (choice.true_expr.is_null(), choice.false_expr.is_null()) {
            (true, _) => no,
            (_, true) => yes,
            _ => {
                if yes.is_single() && no.has_elements() || yes.has_elements() && no.is_single() {
                    let text = format!("a value cannot be {} or {}", yes.words(), no.words());
                    self.unfit(at, choice, scope, text);
                }
                common(&[yes, no])
            }
        }
    }

    fn operation(&self, at: At<'_, 'a>, operation: &'a BinaryOp, scope: &Scope) -> Type {
        let (of, gives) = match operation.operator.value() {
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::Mod => (Type::Number, Type::Number),
            BinaryOperator::Less
            | BinaryOperator::LessEq
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEq => (Type::Number, Type::Bool),
            BinaryOperator::And | BinaryOperator::Or => (Type::Bool, Type::Bool),
            BinaryOperator::Eq | BinaryOperator::NotEq => (Type::Any, Type::Bool),
        };
        self.fits(at, &operation.lhs_expr, &of, scope);
        self.fits(at, &operation.rhs_expr, &of, scope);
        gives
    }

    /// A text between quotes ends on the line on which it begins; the parser lets it go on.
    fn one_line(&self, at: At<'_, 'a>, text: &impl Span, scope: &Scope) {
        if text.span().is_some_and(|span| at.file.text[span].contains('\n')) {
            self.fault_in(scope, at, text, || {
                "a text between quotes ends on its line: write `\\n`, or `<<-EOT`".to_owned()
            });
        }
    }

    /// What a `for` goes over.
    fn over(&self, at: At<'_, 'a>, collection: &'a Expression, scope: &Scope) -> Type {
        let over = self.expression(at, collection, scope);
        if over.is_single() {
            self.unfit(
                at,
                collection,
                scope,
                format!("`for` needs a list, a set or a map, and this is {}", over.words()),
            );
        }
        over
    }

    fn function(&self, at: At<'_, 'a>, call: &'a FuncCall, scope: &Scope) -> Type {
        let name = call.name.name.as_str();
        let is_lenient = scope.lenient || matches!(name, "try" | "can");
        let inner = Scope { lenient: is_lenient, ..scope.clone() };
        let namespace: Vec<&str> = call.name.namespace.iter().map(|part| part.as_str()).collect();
        let signature = match namespace.as_slice() {
            [] | ["core"] => self.schemas.function(name),
            ["provider", provider, ..] => {
                if !at.module.requires(provider) {
                    self.fault_in(scope, at, &call.name.name, || {
                        format!("`required_providers` of this module has no `{provider}`")
                    });
                }
                call.args.iter().for_each(|argument| drop(self.expression(at, argument, &inner)));
                return Type::Any;
            }
            _ => None,
        };
        let Some(signature) = signature else {
            call.args.iter().for_each(|argument| drop(self.expression(at, argument, &inner)));
            self.fault_in(scope, at, &call.name.name, || {
                let known = Schemas::all("function");
                format!("there is no function `{name}`{}", super::meant(name, &known))
            });
            return Type::Any;
        };
        let last = call.args.len().saturating_sub(1);
        let arguments: Vec<Type> = call
            .args
            .iter()
            .enumerate()
            .map(|(number, argument)| {
                // What `…` spreads out is many arguments.
                if call.args.expand_final() && number == last {
                    let kind = self.expression(at, argument, &inner);
                    if kind.is_single() || matches!(kind, Type::Map(_) | Type::Object(_)) {
                        self.unfit(
                            at,
                            argument,
                            &inner,
                            format!("`...` needs a list, and this is {}", kind.words()),
                        );
                    }
                    return Type::Any;
                }
                let Some(takes) = function::parameter(name, &signature, number) else {
                    return self.expression(at, argument, &inner);
                };
                if argument.is_null() && !takes.nullable && !matches!(name, "try" | "can") {
                    self.unfit(at, argument, &inner, format!("`{name}` does not take `null`"));
                }
                let kind = self.fits(at, argument, &takes.kind, &inner);
                if let Some(text) = function::unwanted(name, number, &kind) {
                    self.unfit(at, argument, &inner, text);
                }
                kind
            })
            .collect();
        if !call.args.expand_final()
            && let Some(text) = function::miscounted(name, &signature, arguments.len())
        {
            self.fault_in(scope, at, &call.name.name, || text);
        }
        if let ("lookup", [of @ Type::Object(fields), ..]) = (name, &arguments[..])
            && let Some(Expression::String(key)) = call.args.get(1)
            && !fields.contains_key(key.as_str())
            && self.is_published(of)
        {
            self.unpublished(at, key, key.as_str(), of, &inner);
        }
        let literal = call.args.iter().next().and_then(Expression::as_str);
        if let Some(text) = literal.and_then(|text| function::misread(name, text, arguments.len() - 1)) {
            self.unfit(at, call, &inner, text);
        }
        match (name, &arguments[..]) {
            ("jsondecode", [_]) => return self.document(at, call, &inner),
            // What is not there yet is read as nothing; once it is, it is what it is.
            ("try", [Type::Object(fields), Type::Object(none)]) if none.is_empty() => {
                return Type::Object(fields.clone());
            }
            _ => {}
        }
        if call.args.expand_final() && arguments.len() == 1 {
            return function::returns(name, &signature, &[]);
        }
        function::returns(name, &signature, &arguments)
    }

    fn traversal(&self, at: At<'_, 'a>, path: &'a Traversal, scope: &Scope) -> Type {
        // Whatever stands in brackets is an expression of its own.
        for operator in &path.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.expression(at, index, scope);
            }
        }
        let is_root = match &path.expr {
            Expression::Variable(name) => !scope.names.iter().any(|(known, _)| known == name.as_str()),
            _ => false,
        };
        let (kind, taken) = match &path.expr {
            // The parser takes `10.0.0.0` for a part of a part of 10.0.
            Expression::Number(_) => {
                self.fault_in(scope, at, path, || "this is no number; a text stands in quotes".to_owned());
                return Type::Any;
            }
            Expression::Variable(root) if is_root => self.root(at, root.as_str(), path, scope),
            other => (self.expression(at, other, scope), 0),
        };
        let rest = &path.operators[taken.min(path.operators.len())..];
        self.steps(at, kind, rest, scope)
    }

    /// Follows the steps behind a name.
    fn steps(
        &self,
        at: At<'_, 'a>,
        mut kind: Type,
        steps: &'a [Decorated<TraversalOperator>],
        scope: &Scope,
    ) -> Type {
        for (number, step) in steps.iter().enumerate() {
            let is_index = |at: usize| {
                matches!(steps.get(at).map(Decorated::value), Some(TraversalOperator::LegacyIndex(_)))
            };
            if is_index(number) && is_index(number + 1) {
                self.fault_in(scope, at, step, || {
                    "Terraform reads `.0.1` as a number: write `[0][1]`".to_owned()
                });
            }
            let next = match step.value() {
                TraversalOperator::GetAttr(name) => kind.attribute(name.as_str()),
                TraversalOperator::Index(index) => kind.index(index),
                TraversalOperator::LegacyIndex(_) => Ok(kind.element()),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let element = match &kind {
                        Type::List(_) | Type::Set(_) | Type::Tuple(_) => kind.element(),
                        // A single value becomes a list of one; `null` becomes an empty one.
                        other => other.clone(),
                    };
                    return Type::list(self.steps(at, element, &steps[number + 1..], scope));
                }
            };
            kind = match next {
                Ok(kind) => kind,
                Err(text) => {
                    match step.value() {
                        TraversalOperator::GetAttr(name) if self.is_published(&kind) => {
                            self.unpublished(at, step, name.as_str(), &kind, scope);
                        }
                        _ => self.unfit(at, step, scope, text),
                    }
                    return Type::Any;
                }
            };
        }
        kind
    }

    /// Resolves the name with which a reference begins, and says how many steps belong to it.
    fn root(&self, at: At<'_, 'a>, root: &'a str, path: &'a Traversal, scope: &Scope) -> (Type, usize) {
        let name = |at: usize| match path.operators.get(at).map(Decorated::value) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let module = at.module;
        let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        let (what, key, kind, taken, node) = match (root, name(0), name(1)) {
            ("each", Some("key"), _) if scope.each.is_some() => return (Type::String, 1),
            ("each", Some("value"), _) if scope.each.is_some() => {
                return (scope.each.clone().unwrap_or(Type::Any), 1);
            }
            ("count", Some("index"), _) if scope.count => return (Type::Number, 1),
            ("self", _, _) if scope.this.is_some() => return (scope.this.clone().unwrap_or(Type::Any), 0),
            ("path", Some("module" | "root" | "cwd"), _)
            | ("terraform", Some("workspace" | "applying"), _) => {
                return (Type::String, 1);
            }
            ("var", Some(first), _) => {
                let kind = module.variables.get(first).map(variable_type);
                ("variable", format!("var.{first}"), kind, 1, None)
            }
            ("local", Some(first), _) => {
                let kind = module.locals.contains_key(first).then(|| self.local(at, first));
                ("local value", format!("local.{first}"), kind, 1, Some(Node::Local(first)))
            }
            ("module", Some(first), _) => {
                let kind = module.calls.get(first).map(|call| self.called(at, call));
                ("module", format!("module.{first}"), kind, 1, None)
            }
            ("data", Some(first), Some(second)) => {
                let declared = module.data.get(&pair(first, second));
                let kind = declared.map(|declared| self.object("data", first, declared));
                ("data source", format!("data.{first}.{second}"), kind, 2, Some(Node::Data(first, second)))
            }
            ("ephemeral", Some(first), Some(second)) => {
                let declared = module.ephemeral.get(&pair(first, second));
                let kind = declared.map(|_| Type::Any);
                ("ephemeral resource", format!("ephemeral.{first}.{second}"), kind, 2, None)
            }
            (root, first, _) if first.is_none() || MEANINGS.iter().any(|(known, _)| *known == root) => {
                let meaning =
                    MEANINGS.iter().find(|(known, _)| *known == root).map(|(_, text)| (*text).to_owned());
                self.fault_in(scope, at, path, || {
                    meaning.unwrap_or_else(|| format!("there is nothing called `{root}` here"))
                });
                return (Type::Any, path.operators.len());
            }
            (kind, first, _) => {
                let first = first.unwrap_or_default();
                let declared = module.resources.get(&pair(kind, first));
                let found = declared.map(|declared| self.object("resource", kind, declared));
                // One whose type is misspelt has been reported where it is declared.
                let is_misspelt = |(other, name): &&(String, String)| {
                    name == first
                        && kind.split('_').next() == other.split('_').next()
                        && self.schemas.find("resource", other).is_none()
                };
                let found = found.or_else(|| module.resources.keys().find(is_misspelt).map(|_| Type::Any));
                ("resource", format!("{kind}.{first}"), found, 1, Some(Node::Resource(kind, first)))
            }
        };
        let Some(kind) = kind else {
            self.fault_in(scope, at, path, || {
                let near = super::meant(&key, &module.names());
                format!("this module has no {what} `{key}`{near}")
            });
            return (Type::Any, path.operators.len());
        };
        let address = key.clone();
        let is_own = scope.own.as_ref().is_some_and(|own| key == format!("var.{own}"));
        if !scope.quiet {
            if let (Some(from), Some(to)) = (at.of, node) {
                if from == to && matches!(to, Node::Resource(..) | Node::Data(..)) {
                    self.fault(at, path, format!("`{key}` names itself"));
                }
                self.needs.borrow_mut().entry(from).or_default().insert(to);
            }
            if !is_own {
                self.used.borrow_mut().insert(key);
            }
        }
        let repeated = match what {
            "resource" => module.resources.get(&pair(root, name(0).unwrap_or_default())),
            "data source" => module.data.get(&pair(name(0).unwrap_or_default(), name(1).unwrap_or_default())),
            "module" => module.calls.get(name(0).unwrap_or_default()),
            _ => None,
        };
        if let (Some((_, block)), Some(next)) = (repeated, name(taken))
            && let Some(by) = ["for_each", "count"].into_iter().find(|by| block.body.has_attribute(by))
            // The instances of a module may be called as its outputs are not.
            && (what != "module" || matches!(&kind, Type::Map(of) if of.attribute(next).is_ok() && **of != Type::Any))
        {
            let index = if by == "count" { "count.index" } else { "each.key" };
            // Terraform looks at that before it computes anything: `try` does not help.
            self.fault_in(scope, at, &path.operators[taken], || {
                format!("`{address}` has `{by}`: say whose `.{next}` is meant, `{address}[{index}]`")
            });
            return (Type::Any, path.operators.len());
        }
        (kind, taken)
    }

    /// Reports a value that is not what it should be; within `try` and `can` that is no fault.
    pub(super) fn unfit(&self, at: At<'_, 'a>, node: &dyn Span, scope: &Scope, text: impl Into<String>) {
        if !scope.quiet && !scope.lenient {
            self.fault(at, node, text);
        }
    }

    /// Reports something, unless a type is only being found out.
    pub(super) fn fault_in(
        &self,
        scope: &Scope,
        at: At<'_, 'a>,
        node: &impl Span,
        text: impl FnOnce() -> String,
    ) {
        if !scope.quiet {
            self.fault(at, node, text());
        }
    }

    /// Returns the type of a local value.
    fn local(&self, at: At<'_, 'a>, name: &str) -> Type {
        self.remembered(at.folder, format!("local.{name}"), || {
            let (file, value) = at.module.locals.get(name)?;
            Some(self.expression(At { file, ..at }, value, &Scope { quiet: true, ..Scope::default() }))
        })
    }

    /// Returns the type of a module that is called: an object of its outputs.
    fn called(&self, at: At<'_, 'a>, call: &Declared<'a>) -> Type {
        let folder = source(at.folder, call.1);
        let Some((folder, module)) = folder.and_then(|folder| self.modules.get_key_value(&folder)) else {
            return Type::Any;
        };
        let outputs = self.remembered(folder, "outputs".to_owned(), || {
            let quiet = Scope { quiet: true, ..Scope::default() };
            let outputs = module.outputs.iter().map(|(name, (file, block))| {
                let value = block.body.get_attribute("value");
                let at = At { folder, module, file, of: None };
                let kind = value.map(|value| self.expression(at, &value.value, &quiet));
                (name.clone(), kind.unwrap_or(Type::Any))
            });
            Some(Type::object(outputs))
        });
        repeated(&call.1.body, outputs)
    }

    fn remembered(&self, folder: &camino::Utf8Path, key: String, find: impl Fn() -> Option<Type>) -> Type {
        let key = (folder.to_owned(), key);
        if let Some(known) = self.types.borrow().get(&key) {
            // None: a circle, which is reported elsewhere.
            return known.clone().unwrap_or(Type::Any);
        }
        self.types.borrow_mut().insert(key.clone(), None);
        let kind = find().unwrap_or(Type::Any);
        self.types.borrow_mut().insert(key, Some(kind.clone()));
        kind
    }

    /// Returns the type of a resource or data source.
    fn object(&self, mode: &str, kind: &str, declared: &Declared<'a>) -> Type {
        let one = self.schemas.kind(mode, kind);
        repeated(&declared.1.body, one)
    }

    /// Returns what a block that may have `count` or `for_each` can name besides, and checks these two.
    pub(super) fn repeated(&self, at: At<'_, 'a>, body: &'a Body) -> Scope {
        let plain = Scope { quiet: true, ..Scope::default() };
        let over = body.get_attribute("for_each").map(|each| self.expression(at, &each.value, &plain));
        let each = over.map(|over| match over {
            // Keys and values of a set are the same.
            Type::Set(_) => Type::String,
            other => other.element(),
        });
        Scope { each, count: body.has_attribute("count"), ..Scope::default() }
    }
}

/// Returns the type of a block with `count` or `for_each`.
fn repeated(body: &Body, one: Type) -> Type {
    if body.has_attribute("count") {
        Type::list(one)
    } else if body.has_attribute("for_each") {
        Type::map(one)
    } else {
        one
    }
}
