//! Commands as a person types them.

/// Returns a text as one word of a shell.
///
/// ```
/// assert_eq!(plinth::shell::word("blueprint.toml"), "blueprint.toml");
/// // zsh looks for files that match `?`, and stops where there are none.
/// assert_eq!(plinth::shell::word("git::https://x?ref=v1"), "'git::https://x?ref=v1'");
/// assert_eq!(plinth::shell::word("Ann's"), r"'Ann'\''s'");
/// ```
pub fn word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:=,@%+-".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
