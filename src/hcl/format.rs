//! The layout of HCL source, byte for byte as `terraform fmt` leaves it.
//!
//! A generator that writes Terraform has to leave files which `terraform fmt -check` accepts, on
//! machines that have no `terraform`. This module is that command without the command: text in,
//! canonical text out. Terraform does it in four steps, and so does this module, one file each:
//!
//! 1. `scan` cuts the source into tokens. Layout is a matter of tokens, not of syntax trees, so
//!    nothing is lost on the way: comments and line ends are tokens like any other.
//! 2. `rewrite` makes the few changes that are more than white space: bare block labels get
//!    quotes, `"${x}"` becomes `x`, and the type names of Terraform 0.11 become type expressions.
//! 3. `layout` groups the tokens into lines, indents them, and lines up `=` and trailing comments.
//! 4. `spacing` decides, for each neighbouring pair on a line, whether a space stands between.
//!
//! Many rules look arbitrary (a minus sign after `=>` is taken for a subtraction, a file that ends
//! in spaces keeps them). They are Terraform's, and the tests in `tests/format.rs` hold this module
//! to what the real program does. It differs only where that loses or respells part of the input:
//!
//! - `x[true]` and `x[null]` keep their key, which Terraform drops;
//! - block labels stay as written, where Terraform drops those with a lone `$` or `%` in them and
//!   spells escapes, control characters and uncomposed letters its own way.

mod layout;
mod one_line;
mod rewrite;
mod scan;
mod spacing;
mod token;

use std::fmt;

/// Formats HCL native syntax as `terraform fmt` does.
///
/// The source may be a whole file or any run of arguments and blocks; it is not checked for anything
/// that Terraform would find wrong at a later stage. Formatting formatted text changes nothing, save
/// in the few corners where Terraform itself needs two passes (one wrapper `"${ }"` in another).
///
/// # Errors
///
/// Returns a [`FormatError`] when the source is no HCL on the face of it: a character the language
/// does not use, a string, comment, heredoc or bracket that never ends, a bracket closed by one of
/// another kind, or a line that begins neither an argument nor a block.
///
/// # Examples
///
/// ```
/// # use plinth::hcl::format::format;
/// let ugly = "variable region{\ntype=\"string\"\ndefault   = \"eu-west-1\"\n}\n";
/// let formatted = format(ugly)?;
/// assert_eq!(
///     formatted,
///     "variable \"region\" {\n  type    = string\n  default = \"eu-west-1\"\n}\n",
/// );
/// # Ok::<(), plinth::hcl::format::FormatError>(())
/// ```
pub fn format(source: &str) -> Result<String, FormatError> {
    let scanned = scan::scan(source)?;
    let mut tokens = rewrite::rewrite(&scanned.tokens)?;
    layout::lay_out(&mut tokens);

    let mut formatted = String::with_capacity(source.len());
    for token in &tokens {
        push_spaces(&mut formatted, token.spaces);
        formatted.push_str(&token.text);
    }
    push_spaces(&mut formatted, scanned.tail);
    Ok(formatted)
}

/// Writes an expression on one line, without its comments, so that what says the same in another layout is the same text.
///
/// # Errors
/// As [`format`].
///
/// # Examples
///
/// ```
/// # use plinth::hcl::format::one_line;
/// assert_eq!(one_line("[\n  \"a\", # first\n  \"b\",\n]")?, "[\"a\", \"b\"]");
/// assert_eq!(one_line("{\n  a   = 1\n  bcd = 2\n}")?, "{ a = 1, bcd = 2 }");
/// # Ok::<(), plinth::hcl::format::FormatError>(())
/// ```
pub fn one_line(source: &str) -> Result<String, FormatError> {
    Ok(one_line::join(&scan::scan(source)?.tokens))
}

fn push_spaces(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n(' ', count));
}

/// Says why a text cannot be formatted, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    line: usize,
    problem: Problem,
}

impl FormatError {
    /// Places `problem` at the line (counted from one) that holds the byte `offset` of `source`.
    fn at_offset(source: &str, offset: usize, problem: Problem) -> Self {
        Self::after(&source[..offset], problem)
    }

    /// Places `problem` right behind the text `before`.
    fn after(before: &str, problem: Problem) -> Self {
        let line = 1 + before.bytes().filter(|&byte| byte == b'\n').count();
        Self { line, problem }
    }

    /// Returns the line of the source that holds the problem, counted from one.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns what is wrong in that line.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for FormatError {}

/// What can be wrong with a text that is to be formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A character that HCL does not use outside strings and comments.
    UnknownCharacter(char),
    /// A quoted string that runs over the end of its line.
    NewlineInString,
    /// A carriage return that is not part of a line end.
    BareCarriageReturn,
    /// A bracket, quote, heredoc or comment that never ends; the text is what opens it.
    Unclosed(String),
    /// A closing bracket that nothing, or a bracket of another kind, opens.
    Unopened(String),
    /// A line of a body that begins neither an argument nor a block; the text is what it begins with.
    NotAnItem(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCharacter(character) => {
                write!(f, "the character {character:?} has no meaning in HCL")
            }
            Self::NewlineInString => f.write_str("a quoted string must end on its own line"),
            Self::BareCarriageReturn => f.write_str("a carriage return without a line feed"),
            Self::Unclosed(opener) => write!(f, "`{opener}` is never closed"),
            Self::Unopened(closer) => write!(f, "`{closer}` closes nothing"),
            Self::NotAnItem(start) => {
                write!(f, "`{start}` begins neither an argument nor a block")
            }
        }
    }
}

#[cfg(test)]
mod tests;
