//! The fourth step: the spaces between the tokens of a line.

use super::token::{Kind, Token};

/// Says whether a space stands between `token` and the next one of its cell.
///
/// `before` is the token before that, if the cell has one. The rules are tried in order, and the
/// order matters: each one is an exception to those below it.
#[expect(
    clippy::match_same_arms,
    reason = "the arms are rules in order of precedence; merging them would change the order"
)]
pub(super) fn needs_space(before: Option<Kind>, token: &Token<'_>, after: Kind) -> bool {
    match (token.kind, after) {
        // Calls, attribute access, and the ends of lists stick to what they follow.
        (_, Kind::Newline | Kind::Comma | Kind::Ellipsis | Kind::Dot)
        | (Kind::Dot, _)
        | (Kind::Identifier, Kind::OpenParen | Kind::DoubleColon)
        | (Kind::DoubleColon, Kind::Identifier) => false,
        (Kind::Comma, _) => true,

        // White space inside a string is part of the string.
        (Kind::QuotedText | Kind::HeredocText | Kind::OpenQuote | Kind::OpenHeredoc, _)
        | (_, Kind::QuotedText | Kind::HeredocText | Kind::CloseQuote | Kind::CloseHeredoc) => false,

        // `for x in [1, 2]` is no index into something called `in`.
        (Kind::Identifier, _) if token.text == "in" && before == Some(Kind::Identifier) => true,
        (kind, Kind::OpenBracket) if can_be_indexed(kind) => false,

        (Kind::Bang, _) => false,
        (Kind::Minus, _) => !is_negation(before),

        // Braces are the only brackets with spaces on their inside, unless there is nothing inside.
        (Kind::OpenBrace, Kind::CloseBrace) => false,
        (Kind::OpenBrace, _) | (_, Kind::CloseBrace) => true,
        // `${ { a = 1 } }` keeps its two pairs of braces apart.
        (Kind::OpenInterpolation | Kind::OpenDirective, Kind::OpenBrace)
        | (Kind::CloseBrace, Kind::CloseTemplate) => true,
        (Kind::CloseTemplate, Kind::OpenInterpolation | Kind::OpenDirective) => false,
        (kind, after) => kind.depth_change() <= 0 && after.depth_change() >= 0,
    }
}

fn can_be_indexed(kind: Kind) -> bool {
    matches!(kind, Kind::Identifier | Kind::Number) || kind.depth_change() < 0
}

/// Says whether a minus behind `before` makes a number negative rather than subtract something.
///
/// `=>`, `${` and `%{` are missing from Terraform's list, which therefore writes `${- x}`.
fn is_negation(before: Option<Kind>) -> bool {
    matches!(
        before,
        None | Some(
            Kind::OpenParen
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::Equal
                | Kind::Colon
                | Kind::Comma
                | Kind::Question
                | Kind::Operator
                | Kind::Minus
                | Kind::Bang
        )
    )
}
