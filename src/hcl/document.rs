//! A finished file, read back: its blocks, their addresses, where they begin.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use super::format::one_line;

/// A parsed file.
#[derive(Debug)]
pub struct Document {
    body: Body,
}

/// A variable or an output of a module, as its own file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// A variable's type as written, on one line; of an output what its value comes to.
    pub kind: String,
    /// A variable's default as written, on one line; none: it must be passed.
    pub default: Option<String>,
}

impl Document {
    /// Parses HCL.
    ///
    /// # Errors
    /// The parser's message, with line and column.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Body>().map(|body| Self { body }).map_err(|error| error.to_string())
    }

    /// Returns each resource's address, `aws_vpc.this`, with the byte behind its opening brace.
    pub fn resources(&self, text: &str) -> Vec<(String, usize)> {
        self.body
            .blocks()
            .filter_map(|block| {
                match block.ident.as_str() {
                    "resource" => address(block, ""),
                    "data" => address(block, "data."),
                    _ => None,
                }
                .and_then(|address| Some((address, opening(block, text)?)))
            })
            .collect()
    }

    /// Returns the variables in the order of the file.
    pub fn variables(&self, text: &str) -> Vec<Declaration> {
        self.declarations("variable", text)
    }

    /// Returns the outputs in the order of the file.
    pub fn outputs(&self, text: &str) -> Vec<Declaration> {
        self.declarations("output", text)
    }

    fn declarations(&self, kind: &str, text: &str) -> Vec<Declaration> {
        let blocks = self.body.get_blocks(kind);
        blocks
            .filter_map(|block| {
                let written = |key: &str| {
                    let value = &block.body.get_attribute(key)?.value;
                    one_line(&text[value.span()?]).ok()
                };
                let description =
                    block.body.get_attribute("description").and_then(|attribute| match &attribute.value {
                        Expression::String(text) => Some(text.as_str().to_owned()),
                        _ => None,
                    });
                Some(Declaration {
                    name: block.labels.first()?.as_str().to_owned(),
                    description: description.unwrap_or_default(),
                    kind: written("type")
                        .or_else(|| block.body.get_attribute("value").map(|it| kind_of(&it.value)))
                        .unwrap_or_default(),
                    default: written("default"),
                })
            })
            .collect()
    }
}

/// Says what an output's value comes to, since HCL declares no type of it. Conversions say it, lists and objects show it;
/// anything else is text, which [`Declaration`]s of this project's own files bear out.
fn kind_of(value: &Expression) -> String {
    let of_call = |name: &str, argument: Option<&Expression>| match (name, argument) {
        ("tobool", _) => "bool".to_owned(),
        ("tolist" | "concat" | "sort", _) => "list(string)".to_owned(),
        ("tomap", Some(argument)) if matches!(argument, Expression::ForExpr(_)) => kind_of(argument),
        ("tomap" | "merge", _) => "map(string)".to_owned(),
        ("try" | "coalesce", Some(argument)) => kind_of(argument),
        _ => "string".to_owned(),
    };
    match value {
        Expression::FuncCall(call) => of_call(call.name.name.as_str(), call.args.iter().next()),
        Expression::Conditional(choice) if matches!(choice.true_expr, Expression::Null(_)) => {
            kind_of(&choice.false_expr)
        }
        Expression::Conditional(choice) => kind_of(&choice.true_expr),
        Expression::Parenthesis(inner) => kind_of(inner.inner()),
        Expression::ForExpr(each) if each.key_expr.is_some() => format!("map({})", kind_of(&each.value_expr)),
        Expression::Array(items) => {
            format!("list({})", items.iter().next().map_or("string".to_owned(), kind_of))
        }
        Expression::ForExpr(each) => format!("list({})", kind_of(&each.value_expr)),
        Expression::Object(_) => "object".to_owned(),
        _ => "string".to_owned(),
    }
}

fn address(block: &Block, prefix: &str) -> Option<String> {
    match block.labels.as_slice() {
        [kind, name] => Some(format!("{prefix}{}.{}", kind.as_str(), name.as_str())),
        _ => None,
    }
}

/// Finds the byte behind a block's `{`: labels hold no brace, since they are identifiers.
fn opening(block: &Block, text: &str) -> Option<usize> {
    let span = block.span()?;
    text[span.clone()].find('{').map(|at| span.start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_have_types() {
        let kind = |value: &str| {
            let text = format!("output \"it\" {{\n  value = {value}\n}}\n");
            let outputs = Document::parse(&text).expect("HCL").outputs(&text);
            outputs[0].kind.clone()
        };
        for (value, expected) in [
            ("aws_vpc.this.id", "string"),
            ("\"arn:${var.partition}\"", "string"),
            ("tolist(try(local.a, []))", "list(string)"),
            ("var.a == null ? null : [for x in var.a : x]", "list(string)"),
            ("[{ Sid = \"a\" }]", "list(object)"),
            ("[]", "list(string)"),
            ("{ for zone, it in aws_eip.nat : zone => it.public_ip }", "map(string)"),
            ("tomap({ for name, it in local.a : name => tobool(it) })", "map(bool)"),
            ("tomap(try(local.a, {}))", "map(string)"),
            ("try({ a = 1 }, null)", "object"),
        ] {
            assert_eq!(kind(value), expected, "{value}");
        }
    }
}
