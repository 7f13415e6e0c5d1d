//! `scripts/`
use super::{Output, Whole};
pub(super) fn outputs(_whole: &Whole<'_>, _outputs: &mut Vec<Output>) {}
