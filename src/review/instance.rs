//! Whether a call of a module makes a resource at all, as far as literals tell: `count = var.keda_enabled ? 1 : 0`.

use hcl_edit::expr::{BinaryOperator, Expression, UnaryOperator};

use super::content::Content;

/// The value of a variable, where it is literal.
type Values<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Whether a resource certainly has no instance where its module's variables have these values.
pub fn is_none(resource: &Content, values: Values<'_>) -> bool {
    let many = resource.get("count").or_else(|| resource.get("for_each"));
    let expression = many.and_then(|many| many.to_string().parse::<Expression>().ok());
    expression.is_some_and(|expression| is_empty(&expression, values))
}

/// Returns what an argument or a default says, where that is literal.
pub fn literal(content: &Content) -> Option<String> {
    let text = content.to_string();
    let is_literal = match content {
        Content::Text(text) => {
            let is_quoted = text.starts_with('"') && !text.contains("${") && !text.contains("%{");
            is_quoted || matches!(text.as_str(), "true" | "false" | "null") || text.parse::<f64>().is_ok()
        }
        // Whatever it holds, it is there.
        Content::List(_) | Content::Table(_) => true,
        Content::Blocks(_) | Content::Call(..) => false,
    };
    is_literal.then_some(text)
}

fn is_empty(expression: &Expression, values: Values<'_>) -> bool {
    match expression {
        Expression::Parenthesis(inner) => is_empty(inner.inner(), values),
        Expression::Conditional(either) => match truth(&either.cond_expr, values) {
            Some(true) => is_empty(&either.true_expr, values),
            Some(false) => is_empty(&either.false_expr, values),
            None => is_empty(&either.true_expr, values) && is_empty(&either.false_expr, values),
        },
        Expression::Array(items) => items.is_empty(),
        Expression::Object(entries) => entries.is_empty(),
        Expression::FuncCall(call) if call.name.name.as_str() == "toset" => {
            call.args.iter().all(|set| is_empty(set, values))
        }
        other => value(other, values).as_deref() == Some("0"),
    }
}

/// Returns whether a condition holds; none where literals do not tell.
fn truth(condition: &Expression, values: Values<'_>) -> Option<bool> {
    match condition {
        Expression::Parenthesis(inner) => truth(inner.inner(), values),
        Expression::UnaryOp(not) if *not.operator.value() == UnaryOperator::Not => {
            Some(!truth(&not.expr, values)?)
        }
        Expression::BinaryOp(both) => {
            let truths = || (truth(&both.lhs_expr, values), truth(&both.rhs_expr, values));
            let is_same = || Some(value(&both.lhs_expr, values)? == value(&both.rhs_expr, values)?);
            match *both.operator.value() {
                BinaryOperator::Eq => is_same(),
                BinaryOperator::NotEq => Some(!is_same()?),
                BinaryOperator::And => match truths() {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (one, other) => Some(one? && other?),
                },
                BinaryOperator::Or => match truths() {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (one, other) => Some(one? || other?),
                },
                _ => None,
            }
        }
        other => value(other, values)?.parse().ok(),
    }
}

fn value(expression: &Expression, values: Values<'_>) -> Option<String> {
    let text = expression.to_string().trim().to_owned();
    match text.strip_prefix("var.") {
        Some(name) => values(name),
        None => literal(&Content::Text(text)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn literals_tell_what_is_not_made() {
        let known = BTreeMap::from([("off", "false"), ("on", "true"), ("port", "null"), ("zone", "\"a\"")]);
        let values = |name: &str| known.get(name).map(|value| (*value).to_owned());
        for (many, expected) in [
            ("count = var.off ? 1 : 0", true),
            ("count = var.on ? 1 : 0", false),
            ("count = var.on ? 0 : 1", true),
            ("count = !var.on && var.unknown ? 1 : 0", true),
            ("count = var.on && var.unknown ? 1 : 0", false),
            ("count = var.on || var.unknown ? 0 : 1", true),
            ("count = var.zone == \"b\" ? 1 : 0", true),
            ("count = var.unknown ? 1 : 0", false),
            ("count = 0", true),
            ("for_each = var.port != null ? var.network.private_cidrs : {}", true),
            ("for_each = var.zone != null ? var.network.private_cidrs : {}", false),
            ("for_each = toset([])", true),
            ("b = 1", false),
        ] {
            let content = Content::of_body(&many.parse().expect("HCL"), many);
            assert_eq!(is_none(&content, &values), expected, "{many}");
        }
    }
}
