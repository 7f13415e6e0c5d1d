//! What counts as the same text.
//!
//! Git on Windows checks files out with CRLF, and some editors there add a byte order mark. Neither
//! is an edit, so texts are compared, and summed, with LF and without the mark.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the text with LF line ends and without a leading byte order mark.
///
/// Works on bytes: what lies on disk need not be UTF-8. A CR that stands alone stays; no checkout
/// makes one.
pub(super) fn normalise(text: &[u8]) -> Cow<'_, [u8]> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    if !text.contains(&b'\r') {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.iter().copied().peekable();
    let mut lines = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            lines.push(byte);
        }
    }
    Cow::Owned(lines)
}

/// Returns a text as it is compared and shown; what is not UTF-8 is `�`.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&normalise(bytes)).into_owned()
}

/// Identifies a text: the SHA-256 of its normalised form, in lower-case hexadecimal.
///
/// plinth writes normalised text, so `sha256sum` prints the same wherever the checkout did not
/// change line ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(String);

impl Checksum {
    /// Sums a text up.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        let sum = Sha256::digest(normalise(text));
        Self(sum.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_changes_line_ends_and_marks_and_nothing_else() {
        for (given, expected) in [
            (&b""[..], &b""[..]),
            (b"a\nb\n", b"a\nb\n"),
            (b"a\r\nb\r\n", b"a\nb\n"),
            (b"\xEF\xBB\xBFa\r\n", b"a\n"),
            (b"a\r", b"a\r"),
            (b"a\rb\r\r\nc", b"a\rb\r\nc"),
            (b"a\xEF\xBB\xBF", b"a\xEF\xBB\xBF"),
        ] {
            assert_eq!(*normalise(given), *expected, "{}", given.escape_ascii());
        }
    }

    #[test]
    fn sum_is_what_sha256sum_prints() {
        let expected = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7";
        assert_eq!(Checksum::of(b"a\n").to_string(), expected);
        assert_eq!(Checksum::of(b"\xEF\xBB\xBFa\r\n").to_string(), expected);
    }
}
