//! What the parser of TOML complains of, in words of ours.
//!
//! The parser says it in sentences and nothing else, so a complaint is known by how its sentence begins; the test below
//! holds each row to a text that is met with it.

use super::Words;

/// A key, or a table, stands twice.
pub const TWICE: &str = "duplicate key";
/// A key is written below one that is no table, or one in braces.
pub const EXTENDED: &str = "cannot extend value of type";
/// A text of several lines has no end.
pub const ENDLESS: &str = "invalid multi-line";
/// A text in single quotes has no end.
pub const LITERAL: &str = "invalid literal string, expected `'`";
/// A key has no value.
pub const NO_VALUE: &str = "key with no value";
/// What is open up to the end of the file.
pub const UNCLOSED: [&str; 2] = ["unclosed inline table", "unclosed array"];
/// A table stands in single brackets, and before it in double ones. The parser says [`TWICE`].
pub const LIST_BEFORE: &str = "table after a list of tables";

/// How a complaint begins, what stands beside the caret, and what to type.
type Row = (&'static str, &'static str, &'static str);

/// Complaints, each before those that begin alike and say less.
const COMPLAINTS: &[Row] = &[
    ("unclosed inline table", "never closed", "write `}` behind its last key"),
    ("unclosed array table", "the header is not closed", "write `]]` here"),
    ("unclosed array", "never closed", "write `]` behind its last value"),
    ("unclosed table", "the header is not closed", "write `]` here"),
    (ENDLESS, "never closed", "write the same three quotes where the text ends"),
    ("invalid basic string, expected `\"`", "the text is not closed", "write `\"` where it ends"),
    (LITERAL, "the text is not closed", "write `'` where it ends"),
    ("invalid basic string", "a character that no text may have", "remove it, or write it as `\\u0000`"),
    (
        "missing escaped value",
        "`\\` begins an escape, and this is none",
        "write `\\\\` for the character itself",
    ),
    ("string values must be quoted", "text without quotes", "put it in quotes"),
    ("invalid boolean", "text without quotes", "put it in quotes"),
    ("invalid float", "not a number", "put it in quotes, if it is text"),
    ("unexpected leading zero", "no number begins so", "an account and a version are text: put it in quotes"),
    (LIST_BEFORE, "in single brackets", "write it in double brackets, as the others: `[[…]]`"),
    (
        TWICE,
        "again",
        "write it once; a table stands in one place: under its `[header]`, in dotted keys, or in braces",
    ),
    ("cannot extend value of type inline table", "outside of the braces", "write it inside the braces"),
    (
        EXTENDED,
        "below a key that is no table",
        "it has a value already, further up: remove that, or make it a table with `[header]`",
    ),
    (NO_VALUE, "no `=` here", "write `key = value`"),
    ("missing assignment between key-value pairs", "no `=` here", "write `key = value`"),
    (
        "unquoted keys cannot be empty",
        "a key is missing",
        "write `key = value`, and no dot more than there are keys",
    ),
    ("invalid key-value pair", "no key begins so", "remove it, or write `key = value`"),
    ("invalid unquoted key", "more than letters, digits, `-` and `_`", "put the key in quotes"),
    ("extra assignment between key-value pairs", "a comma is missing", "write `,` in front of this key"),
    ("missing comma between key-value pairs", "a comma is missing", "write `,` here"),
    ("missing comma between array elements", "a comma is missing", "write `,` here"),
    (
        "missing key for inline table element",
        "a key is missing",
        "write `key = value`, with `,` between two of them",
    ),
    ("extra comma", "a comma too many", "remove it"),
    ("unexpected `=` in array", "a list has no keys", "write a table, `{ key = value }`, or values alone"),
    ("missing array opening", "nothing is open here", "remove `]`, or write `[` where the list begins"),
    (
        "missing inline table opening",
        "nothing is open here",
        "remove `}`, or write `{` where the table begins",
    ),
    ("unexpected key or value", "behind a value that is complete", "remove it, or begin a new line"),
];

/// Makes the sentences of a complaint; `text` is what stands at the caret.
pub(super) fn words(message: &str, text: &str) -> Words {
    let row = COMPLAINTS.iter().find(|(begins, ..)| message.starts_with(begins));
    let words = Words::new("the blueprint is not valid TOML").also("first here");
    let Some((begins, label, help)) = row else {
        // Without a line break, which would end the label.
        let message = message.lines().collect::<Vec<_>>().join(", ");
        return words
            .label(message)
            .help("write `key = value`: text in quotes, a list in `[…]`, a table in `{…}`");
    };
    let meant = text.to_ascii_lowercase();
    let help = match *begins {
        "invalid boolean" if matches!(meant.as_str(), "true" | "false") => format!("write `{meant}`"),
        "string values must be quoted" if text.trim().is_empty() => "write a value behind `=`".to_owned(),
        "string values must be quoted" | "invalid boolean" if is_plain(text) => format!("write `\"{text}\"`"),
        _ => (*help).to_owned(),
    };
    let label =
        if text.trim().is_empty() && *begins == "string values must be quoted" { "no value" } else { label };
    words.label(label).help(help)
}

/// Whether text is one word that can stand in quotes as it is.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "-_./:{}*@".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::node;
    use crate::diagnostic::{Diagnostics, Source};
    use crate::problem::Problem;

    /// What is said first of a text.
    fn complaint(text: &str) -> Option<String> {
        let mut found = Diagnostics::default();
        node::parse(&Source { path: String::new(), text: text.to_owned() }, 0, &mut found);
        let first = found.sorted().first().map(|found| found.problem.clone())?;
        match first {
            Problem::Syntax { message, .. } => Some(message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_parser_says_what_the_rows_wait_for() {
        let texts = [
            "a = {",
            "[[a]",
            "a = [",
            "[a",
            "a = \"\"\"x",
            "a = \"x",
            "a = 'x",
            "a = \"x\u{1}\"",
            "a = \"\\q\"",
            "a = x",
            "a = True",
            "a = 10.0.0.0/16",
            "a = 01",
            "[[a]]\n[a]",
            "a = 1\na = 2",
            "a = {}\n[a.b]",
            "a = 1\n[a.b]",
            "a",
            "a = { b 1 }",
            "= 1",
            "}",
            "ä = 1",
            "a = { b = 1 c = 2 }",
            "a = { b = 'c' d = 1 }",
            "a = ['x' 'y']",
            "a = { b = 1, [c] }",
            "a = [1,,2]",
            "a = ['x' = 2]",
            "a = ]",
            "a = }",
            "a = 1 ]",
        ];
        assert_eq!(texts.len(), COMPLAINTS.len(), "a text for each row");
        for (text, (begins, ..)) in texts.iter().zip(COMPLAINTS) {
            let message = complaint(text).unwrap_or_else(|| panic!("{text:?} is right"));
            let row = COMPLAINTS.iter().find(|(begins, ..)| message.starts_with(begins));
            assert_eq!(row.map(|(begins, ..)| begins), Some(begins), "{text:?}: {message}");
        }
    }

    #[test]
    fn what_is_meant_is_written() {
        let help = |message: &str, text: &str| words(message, text).help.unwrap_or_default();
        assert_eq!(help("invalid boolean, expected `true`", "True"), "write `true`");
        assert_eq!(help("invalid boolean, expected `true`", "t3.large"), "write `\"t3.large\"`");
        assert_eq!(help("string values must be quoted", ""), "write a value behind `=`");
        assert!(help("something new", "x").contains("text in quotes"), "never without a help");
    }
}
