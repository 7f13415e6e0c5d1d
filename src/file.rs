//! One generated file, in memory: what `render` makes and what `schema`, `tree` and `review` take.

use camino::Utf8PathBuf;

/// Holds one generated file before it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it lies below the output directory: relative, with forward slashes on every platform.
    pub path: Utf8PathBuf,
    /// The whole text. `tree` writes it with LF line ends and without a byte order mark, whatever
    /// stands here.
    pub text: String,
    /// Whether it is a script that a person runs.
    pub executable: bool,
    /// The template that made it.
    pub template: String,
    /// The stack that it belongs to, if it belongs to one.
    pub stack: Option<String>,
    /// Whose it is once it is written.
    pub keeping: Keeping,
}

/// Says whose a file is once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// plinth's: it is written anew whenever it differs, and an edit is refused.
    Ours,
    /// plinth's, and edits are kept: what plinth writes next is merged with them. The manifest carries its text, which both started
    /// from.
    Shared,
    /// A person's: it is written where there is none, and never touched again.
    Theirs,
}
