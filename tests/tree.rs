//! Files in memory ↔ disk, on a real file system.

#[path = "tree/directory.rs"]
mod directory;
#[path = "tree/journal.rs"]
mod journal;
#[path = "tree/keeping.rs"]
mod keeping;
#[path = "tree/manifest.rs"]
mod manifest;
#[path = "tree/obstacles.rs"]
mod obstacles;
#[path = "tree/ownership.rs"]
mod ownership;
#[path = "harness/random.rs"]
mod random;
#[path = "tree/sequences.rs"]
mod sequences;
#[path = "tree/stray.rs"]
mod stray;
#[path = "tree/writing.rs"]
mod writing;
