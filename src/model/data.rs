//! The model as data, for `plinth show`: how fields are written that are no data by themselves.

use serde::{Serialize, Serializer};

use crate::hcl::value::Value;

/// Writes pairs as a table, in their order.
pub(super) fn map<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// Likewise of values that can stand in HCL.
pub(super) fn values<S: Serializer>(pairs: &[(String, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value.to_data())))
}

/// Writes a value that can stand in HCL.
pub(super) fn value<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    value.to_data().serialize(serializer)
}
