//! An edit, shown: what stands in a message when plinth would not overwrite a file. And an edit, kept, where the file is shared.

use camino::Utf8Path;
use similar::{TextDiff, TextMerge};

use super::checksum;

/// One side of a difference: its text, and whose it is.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its text.
    pub text: &'a [u8],
    /// Whose it is.
    pub label: &'a str,
}

/// Returns how one text becomes the other, as a unified diff with three lines of context; empty
/// when both are the same.
///
/// Line ends and byte order marks are left out of it, and what is not UTF-8 is shown as `�`.
pub fn unified(path: &Utf8Path, from: Side<'_>, to: Side<'_>) -> String {
    let [before, after] = [from, to].map(|side| checksum::text(side.text));
    let header = [format!("a/{path} ({})", from.label), format!("b/{path} ({})", to.label)];
    lines([&before, &after], [&header[0], &header[1]])
}

/// Returns how one text becomes the other, each with its name.
#[must_use]
pub fn lines([before, after]: [&str; 2], [from, to]: [&str; 2]) -> String {
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(from, to).to_string()
}

/// Puts two changes of one text together, line by line; `None` where both change the same lines, or one is not UTF-8.
pub(super) fn merge(base: &str, ours: &str, theirs: &[u8]) -> Option<String> {
    let [base, ours, theirs] = [base.as_bytes(), ours.as_bytes(), theirs].map(checksum::normalise);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let (base, ours, theirs) = (text(&base)?, text(&ours)?, text(&theirs)?);
    let merge = TextMerge::from_lines(&base, &ours, &theirs);
    (!merge.is_conflicted()).then(|| merge.to_string())
}
