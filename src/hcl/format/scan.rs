//! The first step: cutting source into tokens.
//!
//! HCL cannot be cut by one set of rules: inside quotes a space is text, inside `${ }` inside those
//! quotes it is nothing again, and a heredoc in there starts over. The scanner keeps a stack of what
//! is open; its top says which rules hold. Brackets of code live on the same stack, since a `}` can
//! only be read (end of a block, or end of an interpolation?) by knowing what it closes. That makes
//! the check for balance a by-product.

use super::token::{Kind, Token};
use super::{FormatError, Problem};

/// The tokens of a source text.
pub(super) struct Scanned<'source> {
    pub(super) tokens: Vec<Token<'source>>,
    /// How many bytes follow the last token. Terraform writes that many spaces behind the last line.
    pub(super) tail: usize,
}

/// Cuts `source` into tokens.
///
/// # Errors
///
/// Returns an error for a text that is not made of HCL tokens, or whose brackets do not pair up.
pub(super) fn scan(source: &str) -> Result<Scanned<'_>, FormatError> {
    let mut scanner = Scanner {
        source,
        // A byte order mark belongs to the file, not to the text. Terraform drops it.
        at: if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        covered: 0,
        tokens: Vec::new(),
        open: Vec::new(),
    };
    while scanner.at < source.len() {
        match scanner.open.last().map(|open| open.context) {
            Some(Context::Quote) => scanner.quoted()?,
            Some(Context::Heredoc { marker, line_start }) => scanner.heredoc(marker, line_start)?,
            _ => scanner.code()?,
        }
    }
    if let Some(open) = scanner.open.last() {
        let opener = scanner.source[open.at..open.end].trim_end().to_owned();
        return Err(scanner.error(open.at, Problem::Unclosed(opener)));
    }
    Ok(Scanned { tail: source.len() - scanner.covered, tokens: scanner.tokens })
}

/// What the scanner is inside of, and where that was opened.
struct Open<'source> {
    context: Context<'source>,
    at: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Context<'source> {
    Brace,
    Bracket,
    Paren,
    Template,
    Quote,
    Heredoc {
        marker: &'source str,
        /// Whether the scanner is at the start of a line of text: only there the marker closes.
        line_start: bool,
    },
}

struct Scanner<'source> {
    source: &'source str,
    /// Where the next token, or the white space before it, begins.
    at: usize,
    /// Where the last token ended.
    covered: usize,
    tokens: Vec<Token<'source>>,
    open: Vec<Open<'source>>,
}

impl<'source> Scanner<'source> {
    fn rest(&self) -> &'source str {
        &self.source[self.at..]
    }

    fn error(&self, at: usize, problem: Problem) -> FormatError {
        FormatError::at_offset(self.source, at, problem)
    }

    fn emit(&mut self, kind: Kind, length: usize) {
        let text = &self.source[self.at..self.at + length];
        self.tokens.push(Token::new(kind, text));
        self.at += length;
        self.covered = self.at;
    }

    fn emit_open(&mut self, kind: Kind, length: usize, context: Context<'source>) {
        let at = self.at;
        self.emit(kind, length);
        self.open.push(Open { context, at, end: self.at });
    }

    fn emit_close(
        &mut self,
        kind: Kind,
        length: usize,
        context: Context<'source>,
    ) -> Result<(), FormatError> {
        match self.open.pop() {
            Some(open) if open.context == context => {
                self.emit(kind, length);
                Ok(())
            }
            _ => {
                let closer = self.rest()[..length].to_owned();
                Err(self.error(self.at, Problem::Unopened(closer)))
            }
        }
    }

    /// Notes where in a line of its text the innermost heredoc is; does nothing outside heredocs.
    fn set_line_start(&mut self, at_start: bool) {
        if let Some(Open { context: Context::Heredoc { line_start, .. }, .. }) = self.open.last_mut() {
            *line_start = at_start;
        }
    }

    /// Opens the template sequence the scanner stands at, if it stands at one.
    fn template_sequence(&mut self) -> bool {
        let rest = self.rest();
        let kind = match rest.get(..2) {
            Some("${") => Kind::OpenInterpolation,
            Some("%{") => Kind::OpenDirective,
            _ => return false,
        };
        let length = if rest[2..].starts_with('~') { 3 } else { 2 };
        self.set_line_start(false);
        self.emit_open(kind, length, Context::Template);
        true
    }

    /// Scans one token of a quoted string.
    ///
    /// A lone `$` or `%` and the escapes `$${` and `%%{` are tokens of their own, as they are for
    /// Terraform, whose rewrites only look at strings made of a single token.
    fn quoted(&mut self) -> Result<(), FormatError> {
        if self.template_sequence() {
            return Ok(());
        }
        let rest = self.rest();
        match rest.as_bytes()[0] {
            b'"' => return self.emit_close(Kind::CloseQuote, 1, Context::Quote),
            b'$' | b'%' => {
                let length = if is_escaped_introducer(rest) { 3 } else { 1 };
                self.emit(Kind::QuotedText, length);
                return Ok(());
            }
            _ => {}
        }
        let mut escaped = false;
        let mut length = rest.len();
        for (offset, character) in rest.char_indices() {
            match character {
                '\r' | '\n' => return Err(self.error(self.at + offset, Problem::NewlineInString)),
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' | '$' | '%' => {
                    length = offset;
                    break;
                }
                _ => {}
            }
        }
        self.emit(Kind::QuotedText, length);
        Ok(())
    }

    /// Scans one token of a heredoc: at most the rest of a line.
    fn heredoc(&mut self, marker: &'source str, line_start: bool) -> Result<(), FormatError> {
        if self.template_sequence() {
            return Ok(());
        }
        let rest = self.rest();
        let line = rest.find('\n').map_or(rest, |end| &rest[..=end]);
        let text = &line[..introducer(line).unwrap_or(line.len())];
        let content = line_content(text);
        if let Some(offset) = content.find('\r') {
            return Err(self.error(self.at + offset, Problem::BareCarriageReturn));
        }
        let ends_line = content.len() < text.len();
        if ends_line && line_start && content.trim() == marker {
            self.open.pop();
            self.emit(Kind::CloseHeredoc, content.len());
            // The line end is code again: it ends the argument whose value the heredoc is.
            self.emit(Kind::Newline, text.len() - content.len());
            return Ok(());
        }
        self.set_line_start(ends_line);
        self.emit(Kind::HeredocText, text.len());
        Ok(())
    }

    /// Scans one token of code, or skips a white space.
    fn code(&mut self) -> Result<(), FormatError> {
        let rest = self.rest();
        let mut characters = rest.chars();
        // `code` is only called with source left, so the default is never met.
        let first = characters.next().unwrap_or_default();
        let second = characters.next().unwrap_or_default();
        match (first, second) {
            (' ' | '\t', _) => self.at += 1,
            ('\n', _) => self.emit(Kind::Newline, 1),
            ('\r', '\n') => self.emit(Kind::Newline, 2),
            ('\r', _) => return Err(self.error(self.at, Problem::BareCarriageReturn)),
            ('#', _) | ('/', '/') => {
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                self.emit(Kind::Comment, length);
            }
            ('/', '*') => match rest[2..].find("*/") {
                Some(end) => self.emit(Kind::Comment, 2 + end + 2),
                None => return Err(self.error(self.at, Problem::Unclosed("/*".to_owned()))),
            },
            ('{', _) => self.emit_open(Kind::OpenBrace, 1, Context::Brace),
            ('[', _) => self.emit_open(Kind::OpenBracket, 1, Context::Bracket),
            ('(', _) => self.emit_open(Kind::OpenParen, 1, Context::Paren),
            ('"', _) => self.emit_open(Kind::OpenQuote, 1, Context::Quote),
            (']', _) => self.emit_close(Kind::CloseBracket, 1, Context::Bracket)?,
            (')', _) => self.emit_close(Kind::CloseParen, 1, Context::Paren)?,
            ('}', _) if self.in_template() => {
                self.emit_close(Kind::CloseTemplate, 1, Context::Template)?;
            }
            ('}', _) => self.emit_close(Kind::CloseBrace, 1, Context::Brace)?,
            ('~', '}') => self.emit_close(Kind::CloseTemplate, 2, Context::Template)?,
            ('0'..='9', _) => self.emit(Kind::Number, number_length(rest)),
            _ if starts_identifier(first) => self.emit(Kind::Identifier, identifier_length(rest)),
            _ => {
                if let Some((length, marker)) = heredoc_opener(rest) {
                    let context = Context::Heredoc { marker, line_start: true };
                    self.emit_open(Kind::OpenHeredoc, length, context);
                } else if let Some((kind, length)) = symbol(rest) {
                    self.emit(kind, length);
                } else {
                    return Err(self.error(self.at, Problem::UnknownCharacter(first)));
                }
            }
        }
        Ok(())
    }

    fn in_template(&self) -> bool {
        self.open.last().is_some_and(|open| open.context == Context::Template)
    }
}

/// Says whether the text begins with `$${` or `%%{`, which stand for `${` and `%{` themselves.
fn is_escaped_introducer(text: &str) -> bool {
    text.starts_with("$${") || text.starts_with("%%{")
}

/// Finds the first `${` or `%{` in a text that is not escaped.
fn introducer(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(offset) = text[at..].find(['$', '%']) {
        at += offset;
        if is_escaped_introducer(&text[at..]) {
            at += 3;
        } else if text[at + 1..].starts_with('{') {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

/// Returns a line without its line end.
fn line_content(line: &str) -> &str {
    line.strip_suffix('\n').map_or(line, |content| content.strip_suffix('\r').unwrap_or(content))
}

/// Returns the length of the heredoc introducer at the start of the text, and its marker.
fn heredoc_opener(text: &str) -> Option<(usize, &str)> {
    let after = text.strip_prefix("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    if !after.starts_with(starts_identifier) {
        return None;
    }
    let (marker, rest) = after.split_at(identifier_length(after));
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
    Some((text.len() - rest.len(), marker))
}

/// Returns the symbol at the start of the text, the longest that fits.
fn symbol(text: &str) -> Option<(Kind, usize)> {
    const SYMBOLS: [(&str, Kind); 22] = [
        ("...", Kind::Ellipsis),
        ("=>", Kind::Arrow),
        ("::", Kind::DoubleColon),
        ("==", Kind::Operator),
        ("!=", Kind::Operator),
        ("<=", Kind::Operator),
        (">=", Kind::Operator),
        ("&&", Kind::Operator),
        ("||", Kind::Operator),
        ("=", Kind::Equal),
        ("-", Kind::Minus),
        ("!", Kind::Bang),
        ("?", Kind::Question),
        (":", Kind::Colon),
        (".", Kind::Dot),
        (",", Kind::Comma),
        ("+", Kind::Operator),
        ("*", Kind::Operator),
        ("/", Kind::Operator),
        ("%", Kind::Operator),
        ("<", Kind::Operator),
        (">", Kind::Operator),
    ];
    SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol)).map(|&(symbol, kind)| (kind, symbol.len()))
}

/// Returns the length of the number at the start of the text.
///
/// Digits, dots and exponents in any order, so long as no dot is the last: `1..2` is one (malformed)
/// number to HCL, yet `1...` is a number and an ellipsis.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                at += 1;
                length = at;
            }
            b'.' => at += 1,
            b'e' | b'E' => {
                let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
                let digit = at + 1 + usize::from(signed);
                if !is_digit(digit) {
                    break;
                }
                at = digit + 1;
                length = at;
            }
            _ => break,
        }
    }
    length
}

fn identifier_length(text: &str) -> usize {
    text.find(|character| !continues_identifier(character)).unwrap_or(text.len())
}

fn starts_identifier(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || is_foreign_letter(character)
}

fn continues_identifier(character: char) -> bool {
    starts_identifier(character) || character.is_ascii_digit() || character == '-'
}

/// Says whether a character outside ASCII can be part of an identifier.
///
/// HCL goes by the Unicode properties `ID_Start` and `ID_Continue`, which the standard library does
/// not have. Wider is safe here: where a character is not part of a string or a comment it is part
/// of an identifier, or the text is no HCL. So only what people paste by accident is told apart: odd
/// spaces, control characters, typographic quotes and dashes.
fn is_foreign_letter(character: char) -> bool {
    !character.is_ascii()
        && !character.is_whitespace()
        && !character.is_control()
        && !matches!(character, '\u{2000}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
