//! Types of Terraform's language, as far as they are known before a plan.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl_edit::expr::Expression;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::Value as Json;

/// A type. What cannot be known before a plan is [`Type::Any`], which fits everywhere. A copy shares its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Not known, or anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// Elements in an order.
    List(Rc<Type>),
    /// Elements without order, each once.
    Set(Rc<Type>),
    /// Elements by text.
    Map(Rc<Type>),
    /// Elements in an order, each with a type of its own.
    Tuple(Rc<[Type]>),
    /// Attributes by name.
    Object(Rc<BTreeMap<String, Field>>),
}

/// An attribute of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its type.
    pub kind: Type,
    /// Whether a value that becomes such an object can do without it.
    pub optional: bool,
}

impl Type {
    /// An object all of whose attributes are there.
    pub fn object(fields: impl IntoIterator<Item = (String, Type)>) -> Self {
        let field = |(name, kind)| (name, Field { kind, optional: false });
        Self::Object(Rc::new(fields.into_iter().map(field).collect()))
    }

    /// A list of something.
    pub fn list(of: Self) -> Self {
        Self::List(Rc::new(of))
    }

    /// A set of something.
    pub fn set(of: Self) -> Self {
        Self::Set(Rc::new(of))
    }

    /// A map of something.
    pub fn map(of: Self) -> Self {
        Self::Map(Rc::new(of))
    }

    /// Whether it is known to be one value without elements.
    pub fn is_single(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// Whether it is known to have elements.
    pub fn has_elements(&self) -> bool {
        !self.is_single() && *self != Self::Any
    }

    /// Returns what `for` or `for_each` over such a value gives for each element.
    #[must_use]
    pub fn element(&self) -> Self {
        match self {
            Self::List(of) | Self::Set(of) | Self::Map(of) => (**of).clone(),
            Self::Tuple(of) => common(of),
            Self::Object(fields) => {
                common(&fields.values().map(|field| field.kind.clone()).collect::<Vec<_>>())
            }
            Self::Any | Self::Bool | Self::Number | Self::String => Self::Any,
        }
    }

    /// Returns the type of `value.name`.
    ///
    /// # Errors
    /// In words, where there is no such attribute.
    pub fn attribute(&self, name: &str) -> Result<Self, String> {
        match self {
            Self::Any => Ok(Self::Any),
            Self::Map(of) => Ok((**of).clone()),
            Self::Object(fields) => fields.get(name).map(|field| field.kind.clone()).ok_or_else(|| {
                let known: Vec<String> = fields.keys().cloned().collect();
                format!("there is no attribute `{name}`{}", super::meant(name, &known))
            }),
            Self::List(_) | Self::Tuple(_) | Self::Set(_) => {
                Err(format!("`.{name}` is asked of {}: take one of its elements first", self.words()))
            }
            Self::Bool | Self::Number | Self::String => {
                Err(format!("`.{name}` is asked of {}, which has no attributes", self.words()))
            }
        }
    }

    /// Returns the type of `value[index]`.
    ///
    /// # Errors
    /// In words, where such a value has no elements, or not this one.
    pub fn index(&self, index: &Expression) -> Result<Self, String> {
        match (self, index) {
            (Self::Object(_), Expression::String(name)) => self.attribute(name),
            (Self::Object(_), Expression::Number(at)) => self.attribute(&at.to_string()),
            (Self::Tuple(of), Expression::Number(at)) => {
                let at = at.as_u64().and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| of.get(at).cloned()).ok_or_else(|| "there is no such element".to_owned())
            }
            (Self::List(of), Expression::String(name)) if name.parse::<u32>().is_err() => {
                Err(format!("a list of {} has no element `\"{}\"`", of.words(), name.as_str()))
            }
            (Self::Set(_), _) => Err("elements of a set have no place: `tolist` gives them one".to_owned()),
            (Self::Bool | Self::Number | Self::String, _) => {
                Err(format!("`[…]` is asked of {}, which has no elements", self.words()))
            }
            _ => Ok(self.element()),
        }
    }

    /// Whether a value of this type can become one of another.
    pub fn becomes(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Any, _)
            | (_, Self::Any)
            | (Self::Bool, Self::Bool | Self::String)
            | (Self::Number, Self::Number | Self::String)
            | (Self::List(_), Self::Tuple(_))
            // Only its text can tell.
            | (Self::String, Self::String | Self::Number | Self::Bool) => true,
            (
                Self::List(of) | Self::Set(of),
                Self::List(wanted) | Self::Set(wanted),
            )
            | (Self::Map(of), Self::Map(wanted)) => of.becomes(wanted),
            (Self::Tuple(of), Self::List(wanted) | Self::Set(wanted)) => of.iter().all(|of| of.becomes(wanted)),
            (Self::Object(fields), Self::Map(wanted)) => fields.values().all(|field| field.kind.becomes(wanted)),
            (Self::Object(fields), Self::Object(wanted)) => {
                wanted.iter().all(|(name, wanted)| match fields.get(name) {
                    Some(field) => field.kind.becomes(&wanted.kind),
                    None => wanted.optional,
                })
            }
            (Self::Map(of), Self::Object(wanted)) => wanted.values().all(|wanted| of.becomes(&wanted.kind)),
            (Self::Tuple(of), Self::Tuple(wanted)) => {
                of.len() == wanted.len() && of.iter().zip(wanted.iter()).all(|(of, wanted)| of.becomes(wanted))
            }
            _ => false,
        }
    }

    /// Names it in a sentence.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Bool => "`true` or `false`",
            Self::Number => "a number",
            Self::String => "a text",
            Self::List(_) | Self::Tuple(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
        }
    }

    /// Reads a type expression: `map(object({ name = string, size = optional(number, 1) }))`.
    ///
    /// # Errors
    /// In words, where it is none.
    pub fn read(expression: &Expression) -> Result<Self, String> {
        match expression {
            Expression::Variable(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "any" | "list" | "set" | "map" => Ok(Self::Any),
                other => Err(format!("there is no type `{other}`")),
            },
            Expression::FuncCall(call) => {
                let name = call.name.name.as_str();
                let arguments: Vec<&Expression> = call.args.iter().collect();
                let [inner] = arguments.as_slice() else {
                    return Err(format!("`{name}` is the type of one kind of element: `{name}(string)`"));
                };
                match (name, inner) {
                    ("list", inner) => Ok(Self::list(Self::read(inner)?)),
                    ("set", inner) => Ok(Self::set(Self::read(inner)?)),
                    ("map", inner) => Ok(Self::map(Self::read(inner)?)),
                    ("tuple", Expression::Array(items)) => {
                        items.iter().map(Self::read).collect::<Result<_, _>>().map(Self::Tuple)
                    }
                    ("object", Expression::Object(fields)) => {
                        let mut out = BTreeMap::new();
                        for (key, value) in fields {
                            let name = super::key_text(key).ok_or_else(|| "a name is needed".to_owned())?;
                            out.insert(name, Self::field(value.expr())?);
                        }
                        Ok(Self::Object(Rc::new(out)))
                    }
                    ("optional", _) => Err("`optional` stands within `object` alone".to_owned()),
                    (other, _) => Err(format!("there is no type `{other}`")),
                }
            }
            _ => Err("this is not a type".to_owned()),
        }
    }

    /// Reads the type of an attribute: `number`, `optional(number)`, `optional(number, 1)`.
    fn field(kind: &Expression) -> Result<Field, String> {
        if let Expression::FuncCall(call) = kind
            && call.name.name.as_str() == "optional"
        {
            return match call.args.iter().collect::<Vec<_>>().as_slice() {
                [kind] | [kind, _] => Ok(Field { kind: Self::read(kind)?, optional: true }),
                _ => Err("`optional` has a type, and a default after it".to_owned()),
            };
        }
        Ok(Field { kind: Self::read(kind)?, optional: false })
    }

    /// Reads the JSON form, `["list", "string"]`.
    fn of_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => Some(match name.as_str() {
                "string" => Self::String,
                "number" => Self::Number,
                "bool" => Self::Bool,
                _ => Self::Any,
            }),
            Json::Array(parts) => {
                let inner = parts.get(1)?;
                match parts.first()?.as_str()? {
                    "list" => Some(Self::list(Self::of_json(inner)?)),
                    "set" => Some(Self::set(Self::of_json(inner)?)),
                    "map" => Some(Self::map(Self::of_json(inner)?)),
                    "tuple" => {
                        inner.as_array()?.iter().map(Self::of_json).collect::<Option<_>>().map(Self::Tuple)
                    }
                    "object" => {
                        let optional = parts.get(2).and_then(Json::as_array);
                        let is_optional = |name: &str| {
                            optional
                                .is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
                        };
                        let fields = inner.as_object()?.iter().map(|(name, kind)| {
                            let field = Field { kind: Self::of_json(kind)?, optional: is_optional(name) };
                            Some((name.clone(), field))
                        });
                        fields.collect::<Option<_>>().map(|fields| Self::Object(Rc::new(fields)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::of_json(&json).ok_or_else(|| D::Error::custom(format!("no type: {json}")))
    }
}

/// Returns the type that all have, if they have one.
pub fn common(kinds: &[Type]) -> Type {
    match kinds.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => first.clone(),
        // Of other lists it is still known that they are lists.
        Some(_) if kinds.iter().all(|kind| matches!(kind, Type::List(_) | Type::Tuple(_))) => {
            Type::list(common(&kinds.iter().map(Type::element).collect::<Vec<_>>()))
        }
        _ => Type::Any,
    }
}
