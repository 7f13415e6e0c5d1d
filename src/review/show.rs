//! A [`Change`] as text, and as data.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::content::Difference;
use super::folder::{Item, What};
use super::renamed::Rename;
use super::{Change, FileWhat, FolderChange, Presence};

/// How much of a value is shown.
const WIDTH: usize = 100;

/// Says what changes since `base`, the texts' differences aside.
pub fn text(base: &str, change: &Change) -> String {
    let mut said = summary(base, change);
    for folder in &change.folders {
        said.push_str(&format!("\n{}\n", heading(folder, change)));
        let is_whole = presence(folder, change) != Presence::Both;
        let mut file = None;
        for item in folder.items.iter().filter(|item| !is_whole || !item.destroys.is_empty()) {
            if file != Some(&item.file) {
                file = Some(&item.file);
                said.push_str(&format!(
                    "  {}\n",
                    item.file.strip_prefix(&folder.folder).unwrap_or(&item.file)
                ));
            }
            said.push_str(&line(item));
            for difference in &item.differences {
                said.push_str(&format!("        {}\n", value(difference)));
            }
        }
        for path in &folder.others {
            said.push_str(&format!("  {}\n", path.strip_prefix(&folder.folder).unwrap_or(path)));
        }
    }
    let shown: BTreeSet<_> = change.folders.iter().flat_map(|folder| &folder.files).collect();
    let rest: Vec<String> = change
        .files
        .iter()
        .filter(|file| !shown.contains(&file.path))
        .map(|file| match file.what {
            FileWhat::Added => format!("  + {}\n", file.path),
            FileWhat::Removed => format!("  - {}\n", file.path),
            FileWhat::Layout => format!("  ~ {} (comments and layout)\n", file.path),
            FileWhat::Changed | FileWhat::Own => format!("  ~ {}\n", file.path),
        })
        .collect();
    if !rest.is_empty() {
        said.push_str(&format!("\nfiles that no plan reads, or that say the same\n{}", rest.concat()));
    }
    said
}

fn summary(base: &str, change: &Change) -> String {
    let all = change.stacks.len();
    if change.is_empty() {
        return format!("nothing differs from {base}: {all} stacks\n");
    }
    let touched = change.stacks.iter().filter(|stack| !stack.files.is_empty()).count();
    let differ = if touched == 1 { "differs" } else { "differ" };
    let mut said = format!("{touched} of {all} stacks {differ} from {base}\n");
    let items = || change.folders.iter().flat_map(|folder| &folder.items);
    let count = |is: fn(&What) -> bool| items().filter(|item| is(&item.what)).count();
    let numbers = [
        (count(|what| *what == What::Added), "added"),
        (count(|what| *what == What::Removed), "removed"),
        (count(|what| *what == What::Changed), "changed"),
        (count(|what| matches!(what, What::Moved { .. })), "moved"),
    ];
    let numbers: Vec<String> = numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if !numbers.is_empty() {
        said.push_str(&format!("addresses: {}\n", numbers.join(", ")));
    }
    for Rename { from, to } in &change.renames {
        said.push_str(&format!("renamed: {from} -> {to}, with the same states\n"));
    }
    for (folder, _, address) in change.destroyed() {
        said.push_str(&format!("destroyed: {address} ({})\n", of(folder)));
    }
    said
}

/// Says whose an address is: the folder, which names its stack, or a module's with the stacks that call it.
pub fn of(folder: &FolderChange) -> String {
    match (folder.is_root, folder.stacks.is_empty()) {
        (true, _) => folder.folder.to_string(),
        (false, true) => format!("{}, which no stack calls", folder.folder),
        (false, false) => format!("{}, called by {}", folder.folder, folder.stacks.join(", ")),
    }
}

fn presence(folder: &FolderChange, change: &Change) -> Presence {
    let stack = change.stacks.iter().find(|stack| stack.folder == folder.folder);
    stack.map_or(Presence::Both, |stack| stack.presence)
}

fn heading(folder: &FolderChange, change: &Change) -> String {
    let number = folder.items.len();
    match presence(folder, change) {
        Presence::Added => format!("{}: a new stack, {number} addresses", folder.folder),
        Presence::Removed => format!("{}: the stack is gone, {number} addresses", folder.folder),
        Presence::Both => of(folder),
    }
}

fn line(item: &Item) -> String {
    let (mark, from) = match &item.what {
        What::Added => ('+', String::new()),
        What::Removed => ('-', String::new()),
        What::Changed if item.differences.is_empty() => ('~', ": another order".to_owned()),
        What::Changed => ('~', String::new()),
        What::Moved { from } => ('~', format!(", moved from {from}")),
    };
    let mut said = format!("    {mark} {}{from}", item.address);
    match item.destroys.as_slice() {
        [] => {}
        [whole] if *whole == item.address => said.push_str(": destroyed"),
        instances => said.push_str(&format!(": destroys {}", instances.join(", "))),
    }
    said + "\n"
}

fn value(Difference { path, old, new }: &Difference) -> String {
    let path = if path.is_empty() { "value" } else { path };
    match (old, new) {
        (Some(old), Some(new)) => {
            let common = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
            format!("~ {path}: {} -> {}", short(old, common), short(new, common))
        }
        (Some(old), None) => format!("- {path} = {}", short(old, 0)),
        (None, new) => format!("+ {path} = {}", short(new.as_deref().unwrap_or_default(), 0)),
    }
}

/// Cuts a long value down to the part that differs, which begins after `common` characters.
fn short(value: &str, common: usize) -> String {
    let value = value.replace('\n', "\\n");
    if value.chars().count() <= WIDTH {
        return value;
    }
    let start = common.saturating_sub(WIDTH / 4);
    let part: String = value.chars().skip(start).take(WIDTH).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if value.chars().count() > start + WIDTH { "…" } else { "" };
    format!("{before}{part}{after}")
}

/// Returns the change as data; `docs/json.md` says what the fields are.
pub fn data(change: &Change) -> Value {
    let stacks = change.stacks.iter().map(|stack| {
        let change = match stack.presence {
            Presence::Added => "added",
            Presence::Removed => "removed",
            Presence::Both if stack.files.is_empty() => "none",
            Presence::Both => "changed",
        };
        json!({ "name": stack.name, "folder": stack.folder, "change": change, "files": stack.files })
    });
    let folders = change.folders.iter().map(|folder| {
        json!({
            "folder": folder.folder,
            "is_root": folder.is_root,
            "stacks": folder.stacks,
            "addresses": folder.items.iter().map(item).collect::<Vec<_>>(),
            "files": folder.files,
            "other_files": folder.others,
        })
    });
    let files = change.files.iter().map(|file| {
        let change = match file.what {
            FileWhat::Added => "added",
            FileWhat::Removed => "removed",
            FileWhat::Changed => "changed",
            FileWhat::Layout => "layout",
            FileWhat::Own => "own",
        };
        json!({ "path": file.path, "change": change, "diff": file.diff })
    });
    let renames = change.renames.iter().map(|Rename { from, to }| json!({ "from": from, "to": to }));
    json!({
        "renames": renames.collect::<Vec<_>>(),
        "stacks": stacks.collect::<Vec<_>>(),
        "folders": folders.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    let (change, from) = match &item.what {
        What::Added => ("added", None),
        What::Removed => ("removed", None),
        What::Changed => ("changed", None),
        What::Moved { from } => ("moved", Some(from)),
    };
    let values = item
        .differences
        .iter()
        .map(|Difference { path, old, new }| json!({ "path": path, "old": old, "new": new }));
    json!({
        "address": item.address,
        "file": item.file,
        "change": change,
        "from": from,
        "destroys": item.destroys,
        "values": values.collect::<Vec<_>>(),
    })
}
