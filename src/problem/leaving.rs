//! What leaves without a word: its sentences.

use super::words::Words;
use crate::blueprint::place;
use crate::model::removal::{Heir, Left, Removed};
use crate::model::rename::Renaming;

/// How many addresses of a stack are listed: the manifest has them all.
const LISTED: usize = 4;

/// Says what leaves, what it may be now, how it leaves in steps, and what of it there is.
pub(super) fn words(removed: &Removed, stacks: &[Left], heir: Option<&Heir>) -> Words {
    let Steps { what, old, table, key, script } = Steps::of(removed);
    let count: usize = stacks.iter().map(|stack| stack.resources.len()).sum();
    let (mut help, mut label) = (String::new(), String::new());
    if let Some(Heir { name, is_renamed, renaming }) = heir {
        let now = name.as_ref().map_or("has another name now".to_owned(), |name| format!("is `{name}` now"));
        help.push_str(&format!("if it {now}, {}\n", written(renaming)));
        label = String::from("new here");
        if *is_renamed {
            let first = renaming.former.first().or(name.as_ref()).map_or(old, String::as_str);
            label =
                if first == old { format!("not `{old}`") } else { format!("`{old}` was made as `{first}`") };
        }
        help.push_str("if it is to go, ");
    } else if let Removed::Place(..) = removed {
        label = String::from("it is not here any more");
    }
    help.push_str(&format!(
        "put it back, with `{key}` in `{table}`, and run `plinth generate`; destroy it with "
    ));
    let scripts: Vec<String> = match script {
        Some(words) => vec![words],
        None => stacks.iter().map(|stack| stack.words.clone()).collect(),
    };
    let scripts: Vec<String> = scripts.iter().map(|words| format!("`scripts/destroy {words}`")).collect();
    help.push_str(&format!("{}; then take it out\nleft behind would be:", scripts.join(" and ")));
    for Left { name, resources, .. } in stacks {
        help.push_str(&format!("\n  {name}, {}: {}", resources.len(), some_of(resources)));
    }
    let plural = if count == 1 { "" } else { "s" };
    Words::new(format!("{what} would leave {count} resource{plural} behind")).label(label).help(help)
}

/// Says what a table has to say of former names.
pub(super) fn written(Renaming { table, former }: &Renaming) -> String {
    let table = table.as_ref().map_or("its table".to_owned(), |table| format!("`[{table}]`"));
    match former.as_slice() {
        [] => format!("take `renamed_from` out of {table}: it was made under this very name"),
        [one] => format!("write `renamed_from = \"{one}\"` in {table}"),
        all => {
            let all: Vec<String> = all.iter().map(|name| format!("\"{name}\"")).collect();
            format!("write `renamed_from = [{}]` in {table}", all.join(", "))
        }
    }
}

/// The words of one kind of thing.
struct Steps<'a> {
    what: String,
    /// Its name when it was here.
    old: &'a str,
    table: String,
    key: String,
    /// What the script is told; none where each stack is destroyed by itself.
    script: Option<String>,
}

impl<'a> Steps<'a> {
    fn of(removed: &'a Removed) -> Self {
        let everywhere = "retire = true".to_owned();
        match removed {
            Removed::Environment(name) => Self {
                what: format!("environment `{name}`"),
                old: name,
                table: format!("[environments.{name}]"),
                key: everywhere,
                script: Some(name.clone()),
            },
            Removed::Cluster(environment, name) => Self {
                what: format!("cluster `{environment}/{name}`"),
                old: name,
                table: format!("[environments.{environment}.clusters.{name}]"),
                key: everywhere,
                script: Some(format!("{environment} {name}")),
            },
            Removed::App(app) => Self {
                what: format!("application `{app}`"),
                old: app,
                table: format!("[apps.{app}]"),
                key: everywhere,
                script: None,
            },
            Removed::Accounts => Self {
                what: "what pipelines log in to".to_owned(),
                old: "",
                table: "[delivery]".to_owned(),
                key: everywhere,
                script: None,
            },
            Removed::Place(app, environment, cluster) => {
                let place = place(environment, cluster);
                Self {
                    what: format!("application `{app}` in `{place}`"),
                    old: app,
                    table: format!("[apps.{app}]"),
                    key: format!("retire = [\"{place}\"]"),
                    script: None,
                }
            }
        }
    }
}

/// Lists the first addresses, and says how many there are besides.
fn some_of(addresses: &[String]) -> String {
    let first: Vec<&str> = addresses.iter().take(LISTED).map(String::as_str).collect();
    let first = first.join(", ");
    match addresses.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
