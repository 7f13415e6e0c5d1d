//! Text that has broken quoting somewhere.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

/// Text that is always tried.
pub const KNOWN: &[&str] = &[
    "",
    " ",
    "${",
    "%{",
    "$${",
    "$$${",
    "$$$${",
    "%%{",
    "%%%{",
    "$%{",
    "%${",
    "$",
    "$$",
    "%",
    "\\",
    "\\\\",
    "\\${",
    "\"",
    "\\\"",
    "\" }\n}\nresource \"aws_vpc\" \"evil\" {}\n",
    "${file(\"/etc/passwd\")}",
    "%{ for x in [1] }${x}%{ endfor ~}",
    "${~ \"x\" ~}",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\t",
    "<<EOT\nEOT",
    "# comment",
    "/* comment */",
    "// comment",
    "{{ x }} {% raw %} {# #}",
    "\u{0}",
    "\u{7}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{9f}",
    "\u{2028}\u{2029}",
    "\u{feff}text",
    "\u{202e}right to left",
    "\\u0041 \\n \\t",
    "null",
    "true",
    "for",
    "1e3",
    "=var.name",
    "Zürich 東京 한국 🧪 👩\u{200d}👩\u{200d}👧",
    // One character or two: HCL makes both one.
    "e\u{301}",
    "\u{301}",
    "\u{212b}",
    "\u{1112}\u{1161}\u{11ab}",
    "\u{1e9b}\u{323}",
    "\u{10ffff}\u{e000}\u{fffd}\u{ffff}",
];

/// Text made of pieces that mean something to HCL, TOML, Tera, YAML, JSON, shells or Unicode.
pub fn text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "\"", "\\", "\n", "\r\n", "\r", "\t", "$", "%", "{", "}", "${", "%{", "$${", "$$${", "~", "'", "`",
        "#", "//", "/*", "<<", "EOT", "=", ":", ",", " ", "  ", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}",
        "\u{2028}", "\u{feff}", "e\u{301}", "\u{301}", "\u{1161}", "🧪", "é", "\\u0022", "\\n", "{{", "}}",
        "{%", "a", "Z", "0", "-", "_", ".", "var.x", "null", "for",
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        2 => "[ -~]{0,3}",
        1 => any::<char>().prop_filter("composes in newer Unicode only", |c| !is_new(*c)).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Scripts whose characters compose since Unicode 16 (2024-09): the engines, built with Go's tables of Unicode 15, leave
/// them as they are, and our NFC does not.
fn is_new(character: char) -> bool {
    matches!(u32::from(character), 0x105c0..=0x105ff | 0x11380..=0x113ff | 0x16100..=0x1613f | 0x16d40..=0x16d7f)
}

/// What HCL makes of text: Unicode's form NFC. That is the one thing that does not come back unchanged.
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}
