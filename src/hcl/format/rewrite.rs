//! The second step: the changes of `terraform fmt` that are more than white space.
//!
//! They all undo habits of Terraform 0.11 and before: labels without quotes, `"${x}"` where `x` is
//! meant, and type names in quotes. Each looks only at block headers and at whole values of
//! arguments, so there is no need to parse expressions; it is enough to find where a value ends.

use super::token::{Kind, Token};
use super::{FormatError, Problem};

/// Returns the tokens with old habits brought up to date.
///
/// # Errors
///
/// Returns an error when something other than an argument or a block stands in a body.
pub(super) fn rewrite<'source>(tokens: &[Token<'source>]) -> Result<Vec<Token<'source>>, FormatError> {
    let mut body = Body { tokens, at: 0, rewritten: Vec::with_capacity(tokens.len()), blocks: Vec::new() };
    while let Some(token) = tokens.get(body.at) {
        match token.kind {
            Kind::Newline | Kind::Comment => body.copy(1),
            Kind::CloseBrace => {
                body.blocks.pop();
                body.copy(1);
            }
            Kind::Identifier => match body.kind_after_comments(body.at + 1) {
                Some(Kind::Equal) => body.argument(),
                Some(Kind::OpenBrace | Kind::OpenQuote | Kind::Identifier) => {
                    body.block_header()?;
                }
                _ => return Err(body.not_an_item(body.at)),
            },
            _ => return Err(body.not_an_item(body.at)),
        }
    }
    Ok(body.rewritten)
}

/// A walk over the bodies of a file, outermost and nested alike.
struct Body<'tokens, 'source> {
    tokens: &'tokens [Token<'source>],
    at: usize,
    rewritten: Vec<Token<'source>>,
    /// The types of the blocks around the walker, outermost first.
    blocks: Vec<&'tokens str>,
}

impl Body<'_, '_> {
    fn copy(&mut self, count: usize) {
        let end = self.at + count;
        self.rewritten.extend_from_slice(&self.tokens[self.at..end]);
        self.at = end;
    }

    fn copy_comments(&mut self) {
        self.copy(self.comments(self.at));
    }

    /// Counts the comments from `start` on that leave the line open.
    fn comments(&self, start: usize) -> usize {
        self.tokens[start..]
            .iter()
            .take_while(|token| token.kind == Kind::Comment && !token.ends_line())
            .count()
    }

    fn kind_after_comments(&self, start: usize) -> Option<Kind> {
        let token = self.tokens.get(start + self.comments(start))?;
        Some(token.kind)
    }

    /// Says that the tokens from `start` on make no sense in a body.
    fn not_an_item(&self, start: usize) -> FormatError {
        let before: String = self.tokens[..start].iter().map(|token| &*token.text).collect();
        let text = self.tokens[start].text.clone().into_owned();
        FormatError::after(&before, Problem::NotAnItem(text))
    }

    /// Rewrites `name = value`, up to the end of the value.
    fn argument(&mut self) {
        let name = &*self.tokens[self.at].text;
        self.copy(1);
        self.copy_comments();
        self.copy(1);
        self.copy_comments();

        let value = &self.tokens[self.at..self.at + self.value_length()];
        let is_type = name == "type" && self.blocks == ["variable"];
        let rewritten = if is_type { modern_type(value) } else { unwrapped(value) };
        match rewritten {
            Some(rewritten) => self.rewritten.extend(rewritten),
            None => self.rewritten.extend_from_slice(value),
        }
        self.at += value.len();
    }

    /// Counts the tokens of the value at hand, which ends with its line unless a bracket is open.
    fn value_length(&self) -> usize {
        let mut depth = 0;
        let mut length = 0;
        for (offset, token) in self.tokens[self.at..].iter().enumerate() {
            if depth == 0 && (token.ends_line() || token.kind == Kind::CloseBrace) {
                break;
            }
            depth += token.kind.depth_change();
            // A comment behind the value is no part of it, unless more of the value follows.
            if token.kind != Kind::Comment {
                length = offset + 1;
            }
        }
        length
    }

    /// Rewrites the type and the labels of a block, up to its opening brace.
    ///
    /// Comments before and between labels go, comments behind the last one stay: so does Terraform.
    fn block_header(&mut self) -> Result<(), FormatError> {
        let start = self.at;
        self.blocks.push(&self.tokens[start].text);
        self.copy(1);
        loop {
            let label = self.at + self.comments(self.at);
            match self.tokens.get(label).map(|token| token.kind) {
                Some(Kind::Identifier) => {
                    let name = self.tokens[label].text.clone();
                    self.rewritten.extend([
                        Token::new(Kind::OpenQuote, "\""),
                        Token::new(Kind::QuotedText, name),
                        Token::new(Kind::CloseQuote, "\""),
                    ]);
                    self.at = label + 1;
                }
                Some(Kind::OpenQuote) => {
                    let length = self.tokens[label..]
                        .iter()
                        .position(|token| token.kind == Kind::CloseQuote)
                        .map_or(1, |end| end + 1);
                    self.at = label;
                    self.copy(length);
                }
                Some(Kind::OpenBrace) => {
                    self.copy_comments();
                    self.copy(1);
                    return Ok(());
                }
                _ => return Err(self.not_an_item(start)),
            }
        }
    }
}

/// Returns the type expression for a type constraint of Terraform 0.11, or of early 0.12.
///
/// In quotes, `list` and `map` held strings; bare, their elements are of any type.
fn modern_type<'source>(value: &[Token<'source>]) -> Option<Vec<Token<'source>>> {
    let (name, element) = match value {
        [name] if name.kind == Kind::Identifier => match &*name.text {
            "list" | "map" | "set" => (name, Some("any")),
            _ => return None,
        },
        [open, name, close]
            if open.kind == Kind::OpenQuote
                && name.kind == Kind::QuotedText
                && close.kind == Kind::CloseQuote =>
        {
            match &*name.text {
                "string" => (name, None),
                "list" | "map" => (name, Some("string")),
                _ => return None,
            }
        }
        _ => return None,
    };
    let mut tokens = vec![Token::new(Kind::Identifier, name.text.clone())];
    if let Some(element) = element {
        tokens.push(Token::new(Kind::OpenParen, "("));
        tokens.push(Token::new(Kind::Identifier, element));
        tokens.push(Token::new(Kind::CloseParen, ")"));
    }
    Some(tokens)
}

/// Returns the expression inside `"${ }"`, if that is all the value consists of.
fn unwrapped<'source>(value: &[Token<'source>]) -> Option<Vec<Token<'source>>> {
    let [open_quote, open, inside @ .., close, close_quote] = value else {
        return None;
    };
    let delimiters = [open_quote.kind, open.kind, close.kind, close_quote.kind];
    let wrapped =
        delimiters == [Kind::OpenQuote, Kind::OpenInterpolation, Kind::CloseTemplate, Kind::CloseQuote];
    if !wrapped || !is_single_expression(inside) {
        return None;
    }
    let inside = without_outer_newlines(inside);

    // Line ends are free inside `${ }`. Outside they are so only inside some other bracket.
    let spans_lines = inside.iter().any(|token| token.kind == Kind::Newline);
    let in_parens = matches!(inside, [first, .., last]
        if first.kind == Kind::OpenParen && last.kind == Kind::CloseParen);
    if !spans_lines || in_parens {
        return Some(inside.to_vec());
    }
    let mut tokens = vec![Token::new(Kind::OpenParen, "(")];
    tokens.extend_from_slice(inside);
    tokens.push(Token::new(Kind::CloseParen, ")"));
    Some(tokens)
}

/// Says whether the tokens between the first `"${` and the last `}"` of a value are one expression,
/// and not the middle of, say, `"${a}-${b}"`.
///
/// Terraform is content with a rough sign: no text and no `${` or `}` outside further quotes.
fn is_single_expression(inside: &[Token<'_>]) -> bool {
    let mut quotes = 0_usize;
    for token in inside {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes = quotes.saturating_sub(1),
            Kind::OpenInterpolation | Kind::CloseTemplate | Kind::QuotedText if quotes == 0 => {
                return false;
            }
            _ => {}
        }
    }
    !inside.is_empty()
}

fn without_outer_newlines<'tokens, 'source>(
    mut tokens: &'tokens [Token<'source>],
) -> &'tokens [Token<'source>] {
    while let [first, rest @ ..] = tokens
        && first.kind == Kind::Newline
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && last.kind == Kind::Newline
    {
        tokens = rest;
    }
    tokens
}
