//! The string literals of an HCL file.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Body;
use hcl_edit::visit::{Visit, visit_expr, visit_object_key};

/// A string without interpolation, as it stands in a file.
pub struct Literal {
    /// What the parser reads.
    pub value: String,
    /// What is written, quotes included.
    pub written: String,
}

/// Returns every string literal of a file: values, list items and keys of objects.
///
/// # Errors
/// The parser's message.
pub fn literals(text: &str) -> Result<Vec<Literal>, String> {
    let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| error.to_string())?;
    let mut found = Collector { text, literals: Vec::new() };
    found.visit_body(&body);
    Ok(found.literals)
}

struct Collector<'a> {
    text: &'a str,
    literals: Vec<Literal>,
}

impl Visit for Collector<'_> {
    fn visit_expr(&mut self, expression: &Expression) {
        if let Expression::String(value) = expression
            && let Some(span) = expression.span()
        {
            self.literals.push(Literal {
                value: value.as_str().to_owned(),
                written: self.text[span].trim().to_owned(),
            });
        }
        visit_expr(self, expression);
    }

    fn visit_object_key(&mut self, key: &ObjectKey) {
        if let ObjectKey::Ident(name) = key {
            let written = format!("\"{}\"", name.as_str());
            self.literals.push(Literal { value: name.as_str().to_owned(), written });
        }
        visit_object_key(self, key);
    }
}
