//! What an add-on of the blueprint's own may do in the account: refuses what IAM refuses, and rights without bounds.

use super::{check_numbers, own};
use crate::blueprint::keys::{Addon as Keys, Statement};
use crate::blueprint::node::{Node, Value};
use crate::blueprint::pattern::{Placeholder, Scope};
use crate::blueprint::read::Named;
use crate::diagnostic::Spanned;
use crate::model::{Context, check_repeated};
use crate::problem::Problem;

/// Characters of a policy, white space aside (IAM user guide, "IAM and AWS STS quotas", read 2026-11).
const MOST_POLICY: usize = 6_144;

/// Managed policies that bound nothing: all rights, all but those on people, and those on roles, which are all rights in the
/// end (AWS managed policy reference, read 2026-11).
const WITHOUT_BOUNDS: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

/// Checks the rights of an add-on.
pub(super) fn check(context: &mut Context<'_>, wish: &Named<Keys>, scope: &Scope<'_>) {
    let Named { name, value } = wish;
    let rights = [
        ("managed_policies", value.managed_policies.as_ref().map(|policies| policies.span)),
        ("statements", value.statements.as_ref().map(|statements| statements.span)),
    ];
    for (key, at) in rights {
        if let Some(at) = at.filter(|_| value.service_account.is_none()) {
            context.push(Problem::RightsOfNobody { addon: name.to_string(), key }, at);
        }
    }
    for policy in value.managed_policies.iter().flat_map(|policies| policies.iter()) {
        if WITHOUT_BOUNDS.contains(&policy.as_str()) {
            context.push(Problem::PolicyWithoutBounds { policy: policy.value.clone() }, policy.span);
        } else if !policy.split('/').all(is_name) {
            context.push(Problem::InvalidPolicyName { value: policy.value.clone() }, policy.span);
        }
    }
    let Some(statements) = &value.statements else { return };
    for statement in statements.iter() {
        check_statement(context, statement, scope);
    }
    let sids: Vec<Spanned<String>> =
        statements.iter().filter_map(|statement| statement.sid.clone()).collect();
    check_repeated(context, &sids);
    let characters = length(statements, scope);
    if characters > MOST_POLICY {
        let addon = name.to_string();
        context.push(Problem::StatementsTooLong { addon, characters, most: MOST_POLICY }, statements.span);
    }
}

/// Whether text is a name of IAM's, or a part of a path.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b))
}

/// Refuses a statement that IAM refuses, and rights without bounds: every action, and handing over whichever role.
fn check_statement(context: &mut Context<'_>, statement: &Statement, scope: &Scope<'_>) {
    let empty = [
        ("actions", statement.actions.is_empty(), statement.actions.span),
        ("resources", statement.resources.is_empty(), statement.resources.span),
    ];
    for (key, _, at) in empty.into_iter().filter(|(_, is_empty, _)| *is_empty) {
        context.push(Problem::EmptyStatement { key }, at);
    }
    // IAM takes letters and digits alone (IAM JSON policy reference, "Sid", read 2026-11).
    if let Some(sid) = &statement.sid
        && (sid.is_empty() || !sid.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        context.push(Problem::InvalidSid { value: sid.value.clone() }, sid.span);
    }
    for resource in statement.resources.iter() {
        let outside = Placeholder::ALL.into_iter().find(|(_, placeholder)| {
            resource.mentions(*placeholder) && own::part(*placeholder, scope.project).is_none()
        });
        let text = resource.expand(scope);
        if let Some((word, _)) = outside {
            context.push(Problem::PlaceholderOutsideModule { word }, resource.span);
        } else if !is_resource(&text) {
            context.push(Problem::InvalidResource { value: text }, resource.span);
        }
    }
    for action in statement.actions.iter() {
        let is_action = action.split_once(':').is_some_and(|(service, name)| {
            !service.is_empty()
                && service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_".contains(&b))
        });
        if !is_action {
            context.push(Problem::InvalidAction { value: action.value.clone() }, action.span);
            continue;
        }
        let all = statement.resources.iter().find(|resource| takes_any_role(&resource.expand(scope)));
        let hands_over = matches(&action.to_ascii_lowercase(), "iam:passrole");
        if let Some(all) = all.filter(|_| hands_over) {
            context.push_conflict(Problem::PassesEveryRole, all.span, action.span);
        }
    }
    if let Some(conditions) = &statement.conditions {
        check_numbers(context, conditions);
        check_conditions(context, conditions);
    }
}

/// Whether IAM takes text as a resource: all of them, or an ARN with its six parts (IAM JSON policy reference, "Resource", read
/// 2026-11).
fn is_resource(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_arn = matches!(
        parts[..],
        ["arn", partition, service, _, _, name]
            if !partition.is_empty() && !service.is_empty() && !name.is_empty()
    );
    text == "*" || is_plain && is_arn
}

/// Whether a resource takes roles of any name: it names neither a role nor a path of them.
fn takes_any_role(resource: &str) -> bool {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let ["arn", _, service, _, _, name] = parts[..] else { return resource.contains('*') };
    let is_any = |name: &str| name.starts_with(['*', '?']);
    matches(service, "iam") && name.strip_prefix("role/").map_or_else(|| matches(name, "role/a"), is_any)
}

/// Whether a pattern of IAM's takes text: `*` stands for any, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    match pattern_rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let pattern = pattern_rest.as_str();
            text.char_indices().any(|(at, _)| matches(pattern, &text[at..])) || matches(pattern, "")
        }
        Some(own) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|other| own == '?' || own == other)
                && matches(pattern_rest.as_str(), rest.as_str())
        }
    }
}

/// Refuses conditions of another form than IAM's: by operator, and by key of the request, what it must be.
fn check_conditions(context: &mut Context<'_>, conditions: &Node) {
    let is_plain = |node: &Node| {
        matches!(node.value, Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_))
    };
    for operator in conditions.children() {
        if !matches!(operator.value, Value::Table(_)) {
            context.push(Problem::InvalidCondition { is_operator: true }, operator.span);
            continue;
        }
        for wanted in operator.children() {
            let is_wanted = match &wanted.value {
                Value::Array(items) => !items.is_empty() && items.iter().all(is_plain),
                _ => is_plain(wanted),
            };
            if !is_wanted {
                context.push(Problem::InvalidCondition { is_operator: false }, wanted.span);
            }
        }
    }
}

/// Returns the length of the policy that statements become.
fn length(statements: &[Statement], scope: &Scope<'_>) -> usize {
    let statements = statements.iter().map(|statement| {
        let actions: Vec<&str> = statement.actions.iter().map(|action| action.as_str()).collect();
        let resources: Vec<String> =
            statement.resources.iter().map(|resource| resource.expand(scope)).collect();
        let mut data = serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
        if let Some(sid) = &statement.sid {
            data["Sid"] = sid.value.clone().into();
        }
        if let Some(conditions) = &statement.conditions {
            data["Condition"] = conditions.to_json();
        }
        data
    });
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": statements.collect::<Vec<serde_json::Value>>(),
    });
    policy.to_string().chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_what_iam_takes() {
        for pattern in ["iam:passrole", "iam:*", "iam:p*", "iam:passrol?", "*", "i*e", "iam:pass*role*"] {
            assert!(matches(pattern, "iam:passrole"), "{pattern}");
        }
        for pattern in ["", "iam:passrole?", "iam:get*", "s3:*", "iam:pass"] {
            assert!(!matches(pattern, "iam:passrole"), "{pattern}");
        }
    }

    #[test]
    fn resources_that_take_any_role() {
        let every = [
            "*",
            "arn:*",
            "arn:aws:iam::111111111111:*",
            "arn:aws:iam::111111111111:role/*",
            "arn:aws:iam::111111111111:role/?*",
            "arn:aws:iam::111111111111:r*",
            "arn:aws:i*::111111111111:role*",
        ];
        for resource in every {
            assert!(takes_any_role(resource), "{resource}");
        }
        let some = ["role/runner", "role/runners/*", "role/runner-*", "user/*"];
        for name in some {
            assert!(!takes_any_role(&format!("arn:aws:iam::111111111111:{name}")), "{name}");
        }
        assert!(!takes_any_role("arn:aws:s3:::bucket/*"));
    }
}
