//! READMEs
use super::{Output, Whole};
use crate::file::File;
pub(super) fn outputs(_whole: &Whole<'_>, _files: &[File]) -> Vec<Output> {
    Vec::new()
}
