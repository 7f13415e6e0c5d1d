//! plinth: one blueprint in, a deployable Terraform tree out.
//!
//! The pipeline, read from top to bottom; no stage reaches back:
//!
//! | stage | from | to |
//! | --- | --- | --- |
//! | [`blueprint`] | text | tables as written, every value with its span |
//! | [`catalog`] | embedded TOML | facts; nothing is decided there |
//! | [`model`] | tables + facts | what it means: merged, resolved, checked |
//! | [`render`] | model | files in memory, through the templates |
//! | [`hcl`] | | values as text, formatting, reading back |
//! | [`schema`] | files | what Terraform would refuse in them |
//! | [`tree`] | files | files on disk: manifest, ownership, drift |
//! | [`review`] | two trees | what changed |
//!
//! [`diagnostic`] says where something is wrong, [`problem`] says it in words, [`report`] for machines. [`reference`] says what the catalog
//! knows of an add-on. [`git`] has files of other revisions, [`shell`] writes what a person is to type. [`command`] wires the
//! stages to the command line.

pub mod blueprint;
pub mod catalog;
pub mod command;
pub mod diagnostic;
pub mod file;
pub mod git;
pub mod hcl;
pub mod model;
pub mod problem;
pub mod reference;
pub mod render;
pub mod report;
pub mod review;
pub mod schema;
pub mod shell;
pub mod tree;
