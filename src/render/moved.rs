//! `moved`: what has another name now keeps its address's past.

use serde::Serialize;

use crate::blueprint::scalar::Name;
use crate::hcl::value::Value;
use crate::model::rename::history;

/// A `moved` block.
#[derive(Debug, Serialize)]
pub(super) struct Moved {
    from: Value,
    to: Value,
}

/// Returns the moves of something through all its names, the oldest first.
///
/// An address is its type, and the name as an identifier between a prefix and a suffix. Each step leads to the next name, since
/// Terraform takes one source for each address.
pub(super) fn moved(former: &[Name], name: &Name, addresses: &[(&str, &str)]) -> Vec<Moved> {
    let names = history(former, name);
    let at = |(prefix, suffix): &(&str, &str), name: &Name| {
        Value::expression(format!("{prefix}{}{suffix}", name.identifier()))
    };
    let moves = addresses.iter().flat_map(|address| {
        names.windows(2).map(move |step| Moved { from: at(address, step[0]), to: at(address, step[1]) })
    });
    moves.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_to_the_next() {
        let name = |text: &str| Name::new(text).expect("a name");
        let steps = |former: &[&str]| {
            let former: Vec<Name> = former.iter().map(|text| name(text)).collect();
            let moved = moved(&former, &name("c-d"), &[("helm_release.", ""), ("aws_iam_role.", "_x")]);
            let text = |value: &Value| match value {
                Value::Expression(text) => text.clone(),
                other => panic!("{other:?}"),
            };
            moved.iter().map(|step| format!("{} {}", text(&step.from), text(&step.to))).collect::<Vec<_>>()
        };
        assert!(steps(&[]).is_empty());
        assert_eq!(
            steps(&["a", "b-b"]),
            [
                "helm_release.a helm_release.b_b",
                "helm_release.b_b helm_release.c_d",
                "aws_iam_role.a_x aws_iam_role.b_b_x",
                "aws_iam_role.b_b_x aws_iam_role.c_d_x",
            ]
        );
    }
}
