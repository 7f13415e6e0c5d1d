//! Quantities in Kubernetes' own notation.

use std::collections::BTreeMap;

use super::node::{Node, Value};
use super::read::{Read, Reader};
use super::shape::{Shape, Text};
use crate::diagnostic::Spanned;
use crate::problem::Problem;

/// What may stand behind a number.
struct Units {
    names: &'static [&'static str],
    /// A quantity in them.
    example: &'static str,
    /// What messages call such a quantity.
    what: &'static str,
}

/// Declares units by their names and an example.
macro_rules! units {
    ($names:expr, $example:literal) => {
        &Units { names: &$names, example: $example, what: concat!("a quantity such as ", $example) }
    };
}

const CORES: &Units = units!(["m"], "`16` or `\"500m\"`");
const BYTES: &Units = units!(["Ki", "Mi", "Gi", "Ti", "Pi", "k", "M", "G", "T", "P"], "`\"64Gi\"`");
const BYTES_OR_PERCENT: &Units =
    units!(["%", "Ki", "Mi", "Gi", "Ti", "Pi", "k", "M", "G", "T", "P"], "`\"500Mi\"` or `\"10%\"`");
const COUNT: &Units = units!([], "`1000`");
const COUNT_OR_PERCENT: &Units = units!(["%", "k", "M"], "`1000` or `\"10%\"`");

/// Declares a Kubernetes quantity: `16` and `"16"` are the same.
macro_rules! quantity {
    ($(#[doc = $doc:literal])* $Type:ident, $units:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $Type(pub String);

        impl Read for $Type {
            fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
                read_amount(node, reader, $units).map(Self)
            }

            fn shape() -> Shape {
                amount($units)
            }
        }
    };
}

quantity! {
    /// CPUs: cores, or thousandths of one with `m`.
    Cores, CORES
}
quantity! {
    /// Memory or storage, in bytes or a multiple.
    Bytes, BYTES
}

/// Declares a table of quantities: its keys are Kubernetes' own, each with the units that it takes.
macro_rules! quantities {
    ($(#[doc = $doc:literal])* $Type:ident, $name:literal, $keys:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $Type(pub BTreeMap<String, Spanned<String>>);

        impl Read for $Type {
            fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
                read_amounts(node, reader, $name, $keys).map(Self)
            }

            fn shape() -> Shape {
                let keys: &[(&'static str, &Units)] = $keys;
                Shape::Fields(keys.iter().map(|(key, units)| (*key, amount(units))).collect())
            }
        }
    };
}

quantities! {
    /// What a node keeps back from pods: for the kubelet and the container runtime, or for the system.
    Reserved, "a reservation of the kubelet",
    &[("cpu", CORES), ("ephemeral-storage", BYTES), ("memory", BYTES), ("pid", COUNT)]
}
quantities! {
    /// Below what a node evicts pods at once, by signal.
    Eviction, "`eviction_hard`", &[
        ("imagefs.available", BYTES_OR_PERCENT),
        ("imagefs.inodesFree", COUNT_OR_PERCENT),
        ("memory.available", BYTES_OR_PERCENT),
        ("nodefs.available", BYTES_OR_PERCENT),
        ("nodefs.inodesFree", COUNT_OR_PERCENT),
        ("pid.available", COUNT_OR_PERCENT),
    ]
}

fn read_amount(node: &Node, reader: &mut Reader, units: &Units) -> Option<String> {
    match &node.value {
        Value::Integer(number) if *number >= 0 => Some(number.to_string()),
        Value::Integer(number) => {
            let (value, from, to) = (*number, 0, i64::from(u32::MAX));
            reader.fail(Problem::OutOfRange { value, from, to }, node.span)
        }
        Value::String(text) if is_amount(text, units) && !is_more_than_all(text) => Some(text.clone()),
        Value::String(text) => {
            reader.fail(Problem::InvalidQuantity { value: text.clone(), example: units.example }, node.span)
        }
        _ => reader.wrong_type(node, units.what),
    }
}

fn read_amounts(
    node: &Node,
    reader: &mut Reader,
    name: &'static str,
    keys: &[(&str, &Units)],
) -> Option<BTreeMap<String, Spanned<String>>> {
    let Value::Table(table) = &node.value else {
        return reader.wrong_table(node, "a table of quantities", name);
    };
    let mut read = BTreeMap::new();
    for (key, entry) in &table.0 {
        let amount = if let Some((_, units)) = keys.iter().find(|(known, _)| known == key) {
            read_amount(&entry.node, reader, units)
        } else {
            let allowed = keys.iter().map(|(known, _)| (*known).to_owned()).collect();
            let problem =
                Problem::UnknownKey { key: key.clone(), table: name, allowed, home: None, is_table: false };
            reader.fail(problem, entry.key)
        };
        read.extend(amount.map(|amount| (key.clone(), Spanned::new(amount, entry.node.span))));
    }
    (read.len() == table.0.len()).then_some(read)
}

/// Multiples of a byte that a quantity of memory can be written in.
const MULTIPLES: &[(&str, u128)] = &[
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
];

/// Reads CPUs in thousandths, rounded up; none where it is no such quantity.
pub fn millicores(text: &str) -> Option<u32> {
    match text.strip_suffix('m') {
        Some(number) => scaled(number, 1, 1),
        None => scaled(text, 1_000, 1),
    }
}

/// Reads memory in MiB, rounded up; none where it is no such quantity.
pub fn mebibytes(text: &str) -> Option<u32> {
    let multiple = MULTIPLES.iter().find_map(|(unit, multiple)| Some((text.strip_suffix(unit)?, *multiple)));
    let (number, multiple) = multiple.unwrap_or((text, 1));
    scaled(number, multiple, 1 << 20)
}

/// Whether a quantity that was read lies in a range. One that is too large for its type lies in none.
pub fn is_within(quantity: Option<u32>, range: std::ops::Range<u32>) -> bool {
    quantity.is_some_and(|quantity| range.contains(&quantity))
}

/// Reads a decimal number, times one number and divided by another, rounded up.
fn scaled(number: &str, times: u128, by: u128) -> Option<u32> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let by = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?.checked_mul(by)?;
    u32::try_from(digits.checked_mul(times)?.div_ceil(by)).ok()
}

/// Whether text is a percentage above 100.
fn is_more_than_all(text: &str) -> bool {
    text.strip_suffix('%')
        .and_then(|number| number.parse::<f64>().ok())
        .is_some_and(|percent| percent > 100.0)
}

/// Whether text is a number with one of the units behind it.
fn is_amount(text: &str, units: &Units) -> bool {
    let number = units.names.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// The shape of whole numbers, and of what [`is_amount`] takes, percentages up to 100.
fn amount(units: &Units) -> Shape {
    let percent = if units.names.contains(&"%") { r"|0*(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%" } else { "" };
    let units: Vec<&str> = units.names.iter().copied().filter(|unit| *unit != "%").collect();
    let text = Text {
        what: "quantity",
        pattern: Some(format!(r"^([0-9]+(\.[0-9]+)?({})?{percent})$", units.join("|"))),
        ..Text::default()
    };
    Shape::Either(vec![Shape::Number { from: 0, to: i64::MAX }, Shape::Text(text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_numbers() {
        assert_eq!(
            (millicores("1"), millicores("250m"), millicores("0.1")),
            (Some(1000), Some(250), Some(100))
        );
        assert_eq!(
            (mebibytes("70Mi"), mebibytes("1Gi"), mebibytes("1.5Gi")),
            (Some(70), Some(1024), Some(1536))
        );
        assert_eq!((mebibytes("256M"), mebibytes("1048576")), (Some(245), Some(1)));
        assert_eq!((millicores("much"), mebibytes("1Xi"), mebibytes("99999999P")), (None, None, None));
    }
}
