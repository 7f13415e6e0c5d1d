//! Files in memory ↔ disk.
//!
//! In come the rendered files and the output directory; out goes a [`Drift`], which says for each
//! path how the two differ and whose the text on disk is, and which can write the files. What
//! plinth wrote last is known by the manifest, `.plinth/manifest.json`. This is the only stage that
//! writes to the disk.
//!
//! ```text
//! path        what a generated path may look like
//! checksum    what counts as the same text: line ends and byte order marks do not
//! manifest    what plinth wrote last
//! journal     what a run is about to write, for the next one where it is stopped
//! disk        what lies at a path now
//! ownership   the three of them compared: Drift, State
//! stray       what plinth made and nothing knows any more
//! difference  an edit, shown
//! lock        one run at a time
//! write       all or nothing: stage, remove, replace, manifest last
//! error       what can go wrong, and what to do then
//! ```
//!
//! Left to others: what the texts are (`render`), what a change means (`review`), how it is shown
//! (`report`).

mod checksum;
mod difference;
mod disk;
mod error;
mod journal;
mod lock;
mod manifest;
mod ownership;
mod path;
mod stray;
mod write;

pub use checksum::{Checksum, text};
pub use difference::{Side, lines as difference, unified};
pub use disk::{Obstacle, Thing};
pub use error::{Damage, Error, Refusal};
pub use journal::JOURNAL;
pub use manifest::{MANIFEST, Manifest, Record};
pub use ownership::{Drift, Entry, State};
pub use path::{Fault, PathFault};
pub use write::{Report, replace};
