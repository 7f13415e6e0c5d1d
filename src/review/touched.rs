//! The stacks that a change touches, with those that depend on them, in the order in which they are applied.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{Change, Presence};
use crate::model::Stack;

/// A stack that has to be planned.
#[derive(Debug)]
pub struct Affected<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The files that touch it; none where it only depends on others.
    pub files: Vec<&'a Utf8Path>,
    /// The stacks that are touched and that it depends on.
    pub after: Vec<&'a str>,
}

/// Finds the stacks of a model that any of the changes affects: each is from another base to the model.
pub fn affected<'a>(changes: &'a [Change], stacks: &'a [Stack]) -> Vec<Affected<'a>> {
    let files = |stack: &Stack| {
        let known = changes.iter().flat_map(|change| &change.stacks);
        let known = known.filter(|known| known.folder == stack.folder);
        let files: BTreeSet<&Utf8Path> = known.flat_map(|known| &known.files).map(|file| &**file).collect();
        files.into_iter().collect::<Vec<_>>()
    };
    let all: Vec<(&Stack, Vec<&Utf8Path>)> = stacks.iter().map(|stack| (stack, files(stack))).collect();
    let touched: Vec<&Stack> =
        all.iter().filter(|(_, files)| !files.is_empty()).map(|(stack, _)| *stack).collect();
    let all = all.into_iter().map(|(stack, files)| {
        let after = touched.iter().filter(|other| stack.depends_on(other)).map(|other| other.name.as_str());
        Affected { stack, files, after: after.collect() }
    });
    all.filter(|affected| !affected.files.is_empty() || !affected.after.is_empty()).collect()
}

/// Says which stacks the changes since any of `bases` affect, and why.
pub fn text(bases: &[&str], changes: &[Change], stacks: &[Stack]) -> String {
    let found = affected(changes, stacks);
    let width = found.iter().map(|affected| affected.stack.name.len()).max().unwrap_or_default();
    let mut said = String::new();
    for Affected { stack, files, after } in &found {
        let why = match files.as_slice() {
            [] => format!("depends on {}", after.join(", ")),
            [file] => format!("touched by {file}"),
            [file, other] => format!("touched by {file}, {other}"),
            [file, rest @ ..] => format!("touched by {file} and {} other files", rest.len()),
        };
        let then =
            if stack.retired { "; it is retired: `scripts/destroy` takes it, and no apply" } else { "" };
        said.push_str(&format!("{:width$}  {why}{then}\n", stack.name));
    }
    let known = changes.iter().flat_map(|change| &change.stacks);
    let gone = known.filter(|stack| stack.presence == Presence::Removed).map(|stack| &stack.name);
    for name in gone.collect::<BTreeSet<_>>() {
        said.push_str(&format!("{name} is gone: nothing is left to plan\n"));
    }
    let are = if found.len() == 1 { "is" } else { "are" };
    said + &format!(
        "{} of {} stacks {are} affected since {}\n",
        found.len(),
        stacks.len(),
        bases.join(" or ")
    )
}
