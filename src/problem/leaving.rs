//! What leaves without a word: its sentences.

use super::words::Words;
use crate::blueprint::MAIN;
use crate::model::removal::Removed;

/// How many addresses of a stack are listed: the manifest has them all.
const LISTED: usize = 4;

/// Says what leaves, how it leaves in steps, and what of it there is.
pub(super) fn words(removed: &Removed, stacks: &[(String, Vec<String>)], renamed: Option<&str>) -> Words {
    let Steps { what, table, key, script } = Steps::of(removed);
    let count: usize = stacks.iter().map(|(_, resources)| resources.len()).sum();
    let mut help = format!(
        "put it back, with `{key}` in `{table}`, and run `plinth generate`; destroy it with `{script}`; then take it out"
    );
    let former = match removed {
        Removed::Environment(old) => Some((old, "environments".to_owned())),
        Removed::Cluster(environment, old) => Some((old, format!("environments.{environment}.clusters"))),
        Removed::App(old) => Some((old, "apps".to_owned())),
        Removed::Place(..) | Removed::Accounts => None,
    };
    if let Some((new, (old, tables))) = renamed.zip(former) {
        help.push_str(&format!(
            "\nif it has another name now, write `renamed_from = \"{old}\"` in `[{tables}.{new}]`"
        ));
    }
    help.push_str("\nleft behind would be:");
    for (stack, resources) in stacks {
        help.push_str(&format!("\n  {stack}, {}: {}", resources.len(), some_of(resources)));
    }
    let plural = if count == 1 { "" } else { "s" };
    Words::new(format!("{what} would leave {count} resource{plural} behind"))
        .label("it was here when plinth ran last")
        .help(help)
}

/// The words of one kind of thing.
struct Steps {
    what: String,
    table: String,
    key: String,
    script: String,
}

impl Steps {
    fn of(removed: &Removed) -> Self {
        let everywhere = "retire = true".to_owned();
        match removed {
            Removed::Environment(name) => Self {
                what: format!("environment `{name}`"),
                table: format!("[environments.{name}]"),
                key: everywhere,
                script: format!("scripts/destroy {name}"),
            },
            Removed::Cluster(environment, name) => Self {
                what: format!("cluster `{environment}/{name}`"),
                table: format!("[environments.{environment}.clusters.{name}]"),
                key: everywhere,
                script: format!("scripts/destroy {environment} {name}"),
            },
            Removed::App(app) => Self {
                what: format!("application `{app}`"),
                table: format!("[apps.{app}]"),
                key: everywhere,
                script: format!("scripts/destroy ENVIRONMENT CLUSTER apps/{app}"),
            },
            Removed::Accounts => Self {
                what: "what pipelines log in to".to_owned(),
                table: "[delivery]".to_owned(),
                key: everywhere,
                script: "scripts/destroy ACCOUNT".to_owned(),
            },
            Removed::Place(app, environment, cluster) => {
                let place =
                    if cluster == MAIN { environment.clone() } else { format!("{environment}/{cluster}") };
                Self {
                    what: format!("application `{app}` in `{place}`"),
                    table: format!("[apps.{app}]"),
                    key: format!("retire = [\"{place}\"]"),
                    script: format!("scripts/destroy {environment} {cluster} apps/{app}"),
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
