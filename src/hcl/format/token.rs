//! The tokens that the steps of the formatter hand to each other.

use std::borrow::Cow;

/// The sort of a token, as coarse as the layout rules allow.
///
/// HCL tells some thirty sorts apart. Those which no rule distinguishes (all the binary operators,
/// for one) share a variant here, so that a `match` on it reads like the rules themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    /// `${` or `${~`
    OpenInterpolation,
    /// `%{` or `%{~`
    OpenDirective,
    /// `}` or `~}` where it ends an interpolation or a directive
    CloseTemplate,
    OpenQuote,
    CloseQuote,
    /// `<<MARKER` or `<<-MARKER` with the line end
    OpenHeredoc,
    /// the line of the closing marker, with the spaces around it but without the line end
    CloseHeredoc,
    /// a piece of text between quotes
    QuotedText,
    /// a piece of text in a heredoc, with the line end if it has one
    HeredocText,
    Identifier,
    Number,
    /// any comment; those begun by `#` or `//` hold their line end
    Comment,
    Newline,
    /// `=`
    Equal,
    /// `=>`
    Arrow,
    Minus,
    Bang,
    /// any other operator: arithmetic, comparison, logic
    Operator,
    Question,
    Colon,
    DoubleColon,
    Dot,
    Ellipsis,
    Comma,
}

impl Kind {
    /// Returns by how much the token changes the depth of brackets.
    pub(super) fn depth_change(self) -> isize {
        match self {
            Self::OpenBrace
            | Self::OpenBracket
            | Self::OpenParen
            | Self::OpenInterpolation
            | Self::OpenDirective => 1,
            Self::CloseBrace | Self::CloseBracket | Self::CloseParen | Self::CloseTemplate => -1,
            _ => 0,
        }
    }
}

/// A piece of source that layout never looks into, and the white space before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'source> {
    pub(super) kind: Kind,
    pub(super) text: Cow<'source, str>,
    /// How many spaces to write before the token. The spaces of the source are of no account, so the
    /// scanner leaves this at zero and the layout sets it.
    pub(super) spaces: usize,
}

impl<'source> Token<'source> {
    pub(super) fn new(kind: Kind, text: impl Into<Cow<'source, str>>) -> Self {
        Self { kind, text: text.into(), spaces: 0 }
    }

    /// Says whether a new line of output begins behind this token.
    ///
    /// A comment begun by `#` or `//` holds the line end that closes it. A heredoc holds many line
    /// ends and still belongs to one line, the one it opens on.
    pub(super) fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }
}
