//! Beside the steps: an expression on one line, without comments.

use super::spacing::needs_space;
use super::token::{Kind, Token};

/// Writes an expression's tokens on one line.
///
/// Line ends and comments go, and so do commas before a closing bracket; the entries of an object are parted by commas. Texts that say
/// the same in another layout become one text. A heredoc keeps its lines: they are its value.
pub(super) fn join(tokens: &[Token<'_>]) -> String {
    let comma = Token::new(Kind::Comma, ",");
    let mut kept: Vec<&Token<'_>> = Vec::with_capacity(tokens.len());
    // Whether a line end parts entries in each bracket that is open.
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let last = kept.last().map(|token| token.kind);
        match token.kind {
            Kind::Newline | Kind::Comment => {
                let is_parted = matches!(last, Some(Kind::OpenBrace | Kind::Comma));
                if token.ends_line() && open.last() == Some(&true) && !is_parted {
                    kept.push(&comma);
                }
                continue;
            }
            kind if kind.depth_change() > 0 => {
                let rest = tokens[at + 1..].iter();
                let mut rest = rest.filter(|token| !matches!(token.kind, Kind::Newline | Kind::Comment));
                let is_for = rest.next().is_some_and(|token| token.text == "for");
                open.push(kind == Kind::OpenBrace && !is_for);
            }
            kind if kind.depth_change() < 0 => {
                open.pop();
                if last == Some(Kind::Comma) {
                    kept.pop();
                }
            }
            _ => {}
        }
        kept.push(token);
    }
    let mut text = String::new();
    for (at, token) in kept.iter().enumerate() {
        text.push_str(&token.text);
        let before = at.checked_sub(1).map(|before| kept[before].kind);
        if kept.get(at + 1).is_some_and(|after| needs_space(before, token, after.kind)) {
            text.push(' ');
        }
    }
    text
}
