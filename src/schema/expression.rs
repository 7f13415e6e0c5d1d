//! References and types of expressions.

use hcl_edit::expr::{BinaryOperator, UnaryOperator};
use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::{Directive, Element, Template};
use hcl_edit::{Decorated, Span};

use super::kind::{Type, common};
use super::module::{Declared, variable_type};
use super::{At, World, function, key_text};
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
const MEANINGS: [(&str, &str); 9] = [
    ("each", "`each` has `key` and `value`, within a block with `for_each`"),
    ("count", "`count` has `index`, within a block with `count`"),
    ("self", "`self` stands in `postcondition` and `provisioner` alone"),
    ("path", "`path` has `module`, `root` and `cwd`"),
    ("terraform", "`terraform` has `workspace`"),
    ("var", "the name of a variable is missing behind `var`"),
    ("local", "the name of a local value is missing behind `local`"),
    ("module", "the name of a module is missing behind `module`"),
    ("data", "the type and the name of a data source are missing behind `data`"),
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
            Expression::String(_) => Type::String,
            Expression::Array(items) => {
                Type::Tuple(items.iter().map(|item| self.expression(at, item, scope)).collect())
            }
            Expression::Object(entries) => {
                let (mut fields, mut is_known) = (Vec::new(), true);
                for (key, value) in entries {
                    let kind = self.expression(at, value.expr(), scope);
                    let text = key_text(key);
                    if let (None, Some(key)) = (&text, key.as_expr()) {
                        self.expression(at, key, scope);
                    }
                    is_known &= text.is_some();
                    fields.push((text.unwrap_or_default(), kind));
                }
                let kinds: Vec<Type> = fields.iter().map(|(_, kind)| kind.clone()).collect();
                if is_known { Type::object(fields) } else { Type::map(common(&kinds)) }
            }
            Expression::StringTemplate(template) => self.elements(at, template.iter(), scope),
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
            Expression::Conditional(choice) => {
                self.expression(at, &choice.cond_expr, scope);
                let yes = self.expression(at, &choice.true_expr, scope);
                let no = self.expression(at, &choice.false_expr, scope);
                match (choice.true_expr.is_null(), choice.false_expr.is_null()) {
                    (true, _) => no,
                    (_, true) => yes,
                    _ => common(&[yes, no]),
                }
            }
            Expression::FuncCall(call) => self.function(at, call, scope),
            Expression::Traversal(path) => self.traversal(at, path, scope),
            Expression::UnaryOp(operation) => {
                self.expression(at, &operation.expr, scope);
                if *operation.operator.value() == UnaryOperator::Not { Type::Bool } else { Type::Number }
            }
            Expression::BinaryOp(operation) => {
                self.expression(at, &operation.lhs_expr, scope);
                self.expression(at, &operation.rhs_expr, scope);
                match operation.operator.value() {
                    BinaryOperator::Plus
                    | BinaryOperator::Minus
                    | BinaryOperator::Mul
                    | BinaryOperator::Div
                    | BinaryOperator::Mod => Type::Number,
                    _ => Type::Bool,
                }
            }
            Expression::ForExpr(each) => {
                let over = self.expression(at, &each.intro.collection_expr, scope);
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
                    self.expression(at, &condition.expr, &inner);
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
                    let is_text = matches!(kind, Type::Any | Type::Bool | Type::Number | Type::String);
                    if !is_text && !scope.quiet && !scope.lenient {
                        let text = format!("{} cannot stand within a text", kind.words());
                        self.fault(at, &inner.expr, text);
                    }
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) => {
                        self.expression(at, &choice.if_expr.cond_expr, scope);
                        self.template(at, &choice.if_expr.template, scope);
                        if let Some(other) = &choice.else_expr {
                            self.template(at, &other.template, scope);
                        }
                    }
                    Directive::For(each) => {
                        let over = self.expression(at, &each.for_expr.collection_expr, scope);
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

    fn function(&self, at: At<'_, 'a>, call: &'a FuncCall, scope: &Scope) -> Type {
        let name = call.name.name.as_str();
        let is_lenient = scope.lenient || matches!(name, "try" | "can");
        let inner = Scope { lenient: is_lenient, ..scope.clone() };
        let arguments: Vec<Type> =
            call.args.iter().map(|argument| self.expression(at, argument, &inner)).collect();
        if call.name.is_namespaced() {
            return Type::Any;
        }
        match (name, &arguments[..]) {
            ("jsondecode", [_]) => return self.document(at, call, &inner),
            // What is not there yet is read as nothing; once it is, it is what it is.
            ("try", [Type::Object(fields), Type::Object(none)]) if none.is_empty() => {
                return Type::Object(fields.clone());
            }
            _ => {}
        }
        function::returns(name, &arguments).unwrap_or_else(|known| {
            if !scope.quiet {
                let text = format!("there is no function `{name}`{}", super::meant(name, &known));
                self.fault(at, &call.name.name, text);
            }
            Type::Any
        })
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
                    if !scope.quiet && !scope.lenient {
                        self.fault(at, step, text);
                    }
                    return Type::Any;
                }
            };
        }
        kind
    }

    /// Resolves the name with which a reference begins, and says how many steps belong to it.
    fn root(&self, at: At<'_, 'a>, root: &str, path: &'a Traversal, scope: &Scope) -> (Type, usize) {
        let name = |at: usize| match path.operators.get(at).map(Decorated::value) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let module = at.module;
        let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        let (what, key, kind, taken) = match (root, name(0), name(1)) {
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
                ("variable", format!("var.{first}"), kind, 1)
            }
            ("local", Some(first), _) => {
                let kind = module.locals.contains_key(first).then(|| self.local(at, first));
                ("local value", format!("local.{first}"), kind, 1)
            }
            ("module", Some(first), _) => {
                let kind = module.calls.get(first).map(|call| self.called(at, call));
                ("module", format!("module.{first}"), kind, 1)
            }
            ("data", Some(first), Some(second)) => {
                let declared = module.data.get(&pair(first, second));
                let kind = declared.map(|declared| self.object("data", first, declared));
                ("data source", format!("data.{first}.{second}"), kind, 2)
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
                ("resource", format!("{kind}.{first}"), found, 1)
            }
        };
        let Some(kind) = kind else {
            self.fault_in(scope, at, path, || {
                let near = super::meant(&key, &module.names());
                format!("this module has no {what} `{key}`{near}")
            });
            return (Type::Any, path.operators.len());
        };
        let is_own = scope.own.as_ref().is_some_and(|own| key == format!("var.{own}"));
        if !scope.quiet && !is_own {
            self.used.borrow_mut().insert((at.folder.to_owned(), key));
        }
        (kind, taken)
    }

    /// Reports something, unless a type is only being found out.
    fn fault_in(&self, scope: &Scope, at: At<'_, 'a>, node: &impl Span, text: impl FnOnce() -> String) {
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
        let outputs = module.outputs.iter().map(|(name, (file, block))| {
            let kind = self.remembered(folder, format!("output.{name}"), || {
                let value = block.body.get_attribute("value")?;
                let quiet = Scope { quiet: true, ..Scope::default() };
                Some(self.expression(At { folder, module, file }, &value.value, &quiet))
            });
            (name.clone(), kind)
        });
        repeated(&call.1.body, Type::object(outputs))
    }

    fn remembered(&self, folder: &camino::Utf8Path, key: String, find: impl Fn() -> Option<Type>) -> Type {
        let key = (folder.to_owned(), key);
        if let Some(known) = self.types.borrow().get(&key) {
            // None: a circle, which Terraform reports better.
            return known.clone().unwrap_or(Type::Any);
        }
        self.types.borrow_mut().insert(key.clone(), None);
        let kind = find().unwrap_or(Type::Any);
        self.types.borrow_mut().insert(key, Some(kind.clone()));
        kind
    }

    /// Returns the type of a resource or data source.
    fn object(&self, mode: &str, kind: &str, declared: &Declared<'a>) -> Type {
        let one = self.schemas.find(mode, kind).map_or(Type::Any, |schema| schema.kind());
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
