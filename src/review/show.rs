//! A [`Change`] as text, and as data.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::content::Difference;
use super::folder::{Item, What, is_made};
use super::renamed::Rename;
use super::{Change, FileWhat, FolderChange, Presence, StackChange};

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
            FileWhat::Layout => format!("  ~ {} (comments, descriptions and layout)\n", file.path),
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
    let count = |is_counted: &dyn Fn(&Item) -> bool| {
        change.folders.iter().flat_map(|folder| &folder.items).filter(|item| is_counted(item)).count()
    };
    let of_made = |is: fn(&What) -> bool| count(&|item| is_made(&item.address) && is(&item.what));
    let numbers = [
        (of_made(|what| *what == What::Added), "added"),
        (of_made(|what| *what == What::Removed), "removed"),
        (of_made(|what| *what == What::Changed), "changed"),
        (of_made(|what| matches!(what, What::Moved { .. })), "moved"),
    ];
    let numbers: Vec<String> = numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if !numbers.is_empty() {
        said.push_str(&format!("resources and calls: {}\n", numbers.join(", ")));
    }
    // Those that come and go do so with what they are about.
    let others = count(&|item| !is_made(&item.address) && item.what == What::Changed);
    if others > 0 {
        said.push_str(&format!("variables, locals, outputs and the like: {others} changed\n"));
    }
    for Rename { from, to } in &change.renames {
        said.push_str(&format!("renamed: {from} -> {to}, with the same states\n"));
    }
    for (folder, _, address) in change.destroyed().filter(|(_, item, _)| !item.retired) {
        said.push_str(&format!("destroyed: {address} ({})\n", of(folder)));
    }
    let gone = change.stacks.iter().filter(|stack| stack.presence == Presence::Removed && stack.retired);
    for stack in gone {
        said.push_str(&format!("destroyed as retired: {} ({})\n", stack.folder, resources(stack.resources)));
    }
    let is_here = |folder: &FolderChange| presence(folder, change) == Presence::Both;
    for (folder, _, address) in change.destroyed().filter(|(folder, item, _)| item.retired && is_here(folder))
    {
        said.push_str(&format!("destroyed as retired: {address} ({})\n", of(folder)));
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
    stack(folder, change).map_or(Presence::Both, |stack| stack.presence)
}

fn stack<'a>(folder: &FolderChange, change: &'a Change) -> Option<&'a StackChange> {
    change.stacks.iter().find(|stack| stack.folder == folder.folder)
}

fn resources(number: usize) -> String {
    format!("{number} resource{}", if number == 1 { "" } else { "s" })
}

fn heading(folder: &FolderChange, change: &Change) -> String {
    let Some(stack) = stack(folder, change) else { return of(folder) };
    let number = resources(stack.resources);
    match stack.presence {
        Presence::Added => format!("{}: a new stack, {number}", folder.folder),
        Presence::Removed if stack.retired => {
            format!("{}: the stack is gone as retired, {number}", folder.folder)
        }
        Presence::Removed => format!("{}: the stack is gone, {number}", folder.folder),
        Presence::Both if stack.retired => format!("{}, retired", folder.folder),
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
        [] => return said + "\n",
        [whole] if *whole == item.address && item.what == What::Removed => said.push_str(": destroyed"),
        [whole] if *whole == item.address => said.push_str(": destroyed, and made anew"),
        instances => said.push_str(&format!(": destroys {}", instances.join(", "))),
    }
    if item.retired {
        said.push_str(", as retired");
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
        json!({
            "name": stack.name,
            "folder": stack.folder,
            "change": change,
            "retired": stack.retired,
            "resources": stack.resources,
            "files": stack.files,
        })
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
        "retired": item.retired,
        "values": values.collect::<Vec<_>>(),
    })
}
