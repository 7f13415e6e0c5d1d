//! HCL: values as text, formatting, reading back.
//!
//! Nothing here knows blueprints. [`value`] is the one way from data to HCL text; [`format`]
//! leaves text as `terraform fmt` would; [`document`] finds the blocks of a finished file, [`address`] the resources of a whole
//! root module.

pub mod address;
pub mod document;
pub mod format;
pub mod value;
