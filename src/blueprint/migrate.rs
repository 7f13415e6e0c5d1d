//! Older formats of the blueprint, moved forward: text in, text out, with every comment where it was.

use toml_edit::{DocumentMut, InlineTable, Item, Key, Table, Value};

use super::FORMAT;

/// The oldest format that can be moved forward.
pub const OLDEST: u32 = 0;

/// From one format to the next.
struct Step {
    from: u32,
    renames: &'static [Rename],
}

/// A key that has another name since. Renames are done in their order, so a table goes by what it is called then.
struct Rename {
    /// Tables that hold it, by path; `*` is any name.
    tables: &'static [&'static str],
    from: &'static str,
    to: &'static str,
}

/// Where a cluster's keys stand.
const LAYERS: &[&str] = &["cluster", "environments.*.cluster", "environments.*.clusters.*"];

/// Where a node pool's keys stand.
const POOLS: &[&str] = &[
    "cluster.node_pools.*",
    "environments.*.cluster.node_pools.*",
    "environments.*.clusters.*.node_pools.*",
];

/// Every step that there is, the oldest first. Format 0 was written before the first release.
const STEPS: &[Step] = &[Step {
    from: 0,
    renames: &[
        Rename { tables: &[""], from: "standard", to: "cluster" },
        Rename { tables: LAYERS, from: "nodes", to: "node_pools" },
        Rename { tables: POOLS, from: "type", to: "kind" },
    ],
}];

/// Moves one file of a blueprint from a format to this release's.
///
/// # Errors
/// What stands in the way, as a sentence: text that is not TOML, a table that has a key by both its names.
pub fn migrate(text: &str, format: u32) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    for step in STEPS.iter().filter(|step| step.from >= format) {
        for Rename { tables, from, to } in step.renames {
            for path in *tables {
                let path: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
                rename(document.as_item_mut(), &path, from, to)?;
            }
        }
    }
    if let Some(Item::Value(written)) = document.get_mut("format") {
        let decor = written.decor().clone();
        *written = Value::from(i64::from(FORMAT));
        *written.decor_mut() = decor;
    }
    Ok(document.to_string())
}

/// Renames a key in every table of a path.
fn rename(item: &mut Item, path: &[&str], from: &str, to: &str) -> Result<(), String> {
    let Some((name, rest)) = path.split_first() else {
        return rename_here(item, from, to);
    };
    let Some(table) = item.as_table_like_mut() else { return Ok(()) };
    for (key, item) in table.iter_mut() {
        if *name == "*" || key.get() == *name {
            rename(item, rest, from, to)?;
        }
    }
    Ok(())
}

fn rename_here(item: &mut Item, from: &str, to: &str) -> Result<(), String> {
    let Some(table) = item.as_table_like() else { return Ok(()) };
    if !table.contains_key(from) {
        return Ok(());
    }
    if table.contains_key(to) {
        return Err(format!(
            "a table has both `{from}` and `{to}`, which is what it is called now: remove one of them"
        ));
    }
    match item {
        Item::Table(table) => {
            let entries = keys(table.iter().map(|(name, _)| name), |name| table.key(name), from, to);
            let items: Vec<Item> = table.iter().map(|(_, item)| item.clone()).collect();
            Table::clear(table);
            for (key, item) in entries.iter().zip(items) {
                table.insert_formatted(key, item);
            }
        }
        Item::Value(Value::InlineTable(table)) => {
            let entries = keys(table.iter().map(|(name, _)| name), |name| table.key(name), from, to);
            let values: Vec<Value> = table.iter().map(|(_, value)| value.clone()).collect();
            InlineTable::clear(table);
            for (key, value) in entries.iter().zip(values) {
                table.insert_formatted(key, value);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns a table's keys in their order, one of them renamed, each with the comments before it.
fn keys<'t>(
    names: impl Iterator<Item = &'t str>,
    key: impl Fn(&str) -> Option<&'t Key>,
    from: &str,
    to: &str,
) -> Vec<Key> {
    let keys = names.filter_map(key).map(|key| {
        if key.get() == from {
            Key::new(to)
                .with_leaf_decor(key.leaf_decor().clone())
                .with_dotted_decor(key.dotted_decor().clone())
        } else {
            key.clone()
        }
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_from_the_oldest_format_to_this_one() {
        let from: Vec<u32> = STEPS.iter().map(|step| step.from).collect();
        assert_eq!(from, (OLDEST..FORMAT).collect::<Vec<_>>());
    }

    #[test]
    fn both_names_are_refused() {
        let said = migrate("standard = {}\ncluster = {}\n", 0).expect_err("one of them is lost otherwise");
        assert!(said.contains("`standard` and `cluster`"), "{said}");
    }
}
