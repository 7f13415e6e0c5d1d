//! The stacks that a change touches, with those that depend on them, in the order in which they are applied.

use camino::Utf8PathBuf;

use super::{Change, Presence};
use crate::model::Stack;

/// A stack that has to be planned.
#[derive(Debug)]
pub struct Affected<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The files that touch it; none where it only depends on others.
    pub files: &'a [Utf8PathBuf],
    /// The stacks that are touched and that it depends on.
    pub after: Vec<&'a str>,
}

/// Finds the stacks of a model that a change affects.
pub fn affected<'a>(change: &'a Change, stacks: &'a [Stack]) -> Vec<Affected<'a>> {
    let files = |stack: &Stack| {
        let known = change.stacks.iter().find(|known| known.folder == stack.folder);
        known.map_or(&[][..], |known| &known.files)
    };
    let touched: Vec<&Stack> = stacks.iter().filter(|stack| !files(stack).is_empty()).collect();
    let all = stacks.iter().map(|stack| {
        let after = touched.iter().filter(|other| stack.depends_on(other)).map(|other| other.name.as_str());
        Affected { stack, files: files(stack), after: after.collect() }
    });
    all.filter(|affected| !affected.files.is_empty() || !affected.after.is_empty()).collect()
}

/// Says which stacks a change since `base` affects, and why.
pub fn text(base: &str, change: &Change, stacks: &[Stack]) -> String {
    let found = affected(change, stacks);
    let width = found.iter().map(|affected| affected.stack.name.len()).max().unwrap_or_default();
    let mut said = String::new();
    for Affected { stack, files, after } in &found {
        let why = match files {
            [] => format!("depends on {}", after.join(", ")),
            [file] => format!("touched by {file}"),
            [file, other] => format!("touched by {file}, {other}"),
            [file, rest @ ..] => format!("touched by {file} and {} other files", rest.len()),
        };
        let then =
            if stack.retired { "; it is retired: `scripts/destroy` takes it, and no apply" } else { "" };
        said.push_str(&format!("{:width$}  {why}{then}\n", stack.name));
    }
    for stack in change.stacks.iter().filter(|stack| stack.presence == Presence::Removed) {
        said.push_str(&format!("{} is gone: nothing is left to plan\n", stack.name));
    }
    let are = if found.len() == 1 { "is" } else { "are" };
    said + &format!("{} of {} stacks {are} affected since {base}\n", found.len(), stacks.len())
}
