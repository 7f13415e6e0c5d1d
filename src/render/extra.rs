//! A blueprint's own templates that make files more: each sees what `plinth show --format json` prints.

use std::collections::BTreeMap;

use anyhow::bail;
use serde_json::{Map, Value};
use tera::Context;

use super::template::{EXTRA, FOLDER, Own};
use super::{Output, Whole};

/// What a path may name, and so what a template makes a file for: each of them, wherever they come together.
const PLACES: [&[&str]; 5] =
    [&[], &["environment"], &["environment", "cluster"], &["app"], &["app", "environment"]];

/// Lays them out, below the files that plinth's own templates make.
///
/// # Errors
/// A path that names what there is none of, or that plinth makes a file at itself.
pub(super) fn outputs(whole: &Whole<'_>, own: &Own, outputs: &mut Vec<Output>) -> anyhow::Result<()> {
    let extra: Vec<&str> = own.keys().filter_map(|name| name.strip_prefix(EXTRA)).collect();
    if extra.is_empty() {
        return Ok(());
    }
    let model = serde_json::to_value(whole.model)?;
    // A file belongs to the stack among whose files it lies.
    let stacks: BTreeMap<String, Option<String>> =
        outputs.iter().map(|output| (folder(&output.path).to_owned(), output.stack.clone())).collect();
    for path in extra {
        let template = format!("{EXTRA}{path}");
        if has_rest(path) {
            bail!(
                "a brace without the other in `{FOLDER}/{template}`\n\nhelp: a name stands between two, as in {{environment}}"
            );
        }
        let named = named(path);
        let Some(place) = PLACES
            .iter()
            .find(|place| place.len() == named.len() && named.iter().all(|name| place.contains(name)))
        else {
            let holes: Vec<String> = named.iter().map(|name| format!("{{{name}}}")).collect();
            bail!(
                "a path with {} leads to nothing of a blueprint: `{FOLDER}/{template}`\n\nhelp: it may have {{environment}}, \
                 {{environment}} and {{cluster}}, {{app}}, or {{app}} and {{environment}}",
                holes.join(" and ")
            );
        };
        for view in views(&model, place) {
            let path = named
                .iter()
                .fold(path.to_owned(), |path, hole| path.replace(&format!("{{{hole}}}"), name(&view, hole)));
            if outputs.iter().any(|output| output.path == path) {
                bail!(
                    "`{FOLDER}/{template}` makes `{path}`, which another template makes already\n\nhelp: give it another name; to change \
                     what plinth writes there, eject its template: `plinth eject {path}`"
                );
            }
            let stack = stacks.get(folder(&path)).cloned().flatten();
            let view = Context::from_serialize(&view)?;
            outputs.push(Output { path, template: template.clone(), stack, view });
        }
    }
    Ok(())
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the names in braces of a path, each once, in their order.
fn named(path: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for (name, _) in path.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        if !named.contains(&name) {
            named.push(name);
        }
    }
    named
}

/// Whether a path has a brace beside those of its names.
fn has_rest(path: &str) -> bool {
    let rest =
        named(path).iter().fold(path.to_owned(), |rest, name| rest.replace(&format!("{{{name}}}"), ""));
    rest.contains(['{', '}'])
}

/// What a hole of a path is filled with. An application's environment is the folder of its root module there.
fn name<'a>(view: &'a Map<String, Value>, hole: &str) -> &'a str {
    let (of, key) = match (hole, view.get("attachment")) {
        ("environment", Some(attachment)) => (attachment, "folder"),
        _ => (&view[hole], "name"),
    };
    of[key].as_str().unwrap_or_default()
}

/// Returns the model once for each thing of a place, with that thing by its name.
fn views(model: &Value, place: &[&str]) -> Vec<Map<String, Value>> {
    let list = |of: &Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    let with = |things: &[(&str, &Value)]| {
        let mut view = model.as_object().cloned().unwrap_or_default();
        view.extend(things.iter().map(|(name, thing)| ((*name).to_owned(), (*thing).clone())));
        view
    };
    let environments = list(model, "environments");
    let mut views = Vec::new();
    match place {
        [] => views.push(with(&[])),
        ["environment"] => views.extend(environments.iter().map(|own| with(&[("environment", own)]))),
        ["environment", ..] => {
            for environment in &environments {
                for cluster in list(environment, "clusters") {
                    views.push(with(&[("environment", environment), ("cluster", &cluster)]));
                }
            }
        }
        ["app"] => views.extend(list(model, "apps").iter().map(|app| with(&[("app", app)]))),
        _ => {
            for app in list(model, "apps") {
                for attachment in list(&app, "attachments") {
                    let is = |of: &&Value, key: &str| of["name"] == attachment[key];
                    let environment = environments.iter().find(|own| is(own, "environment"));
                    let environment = environment.cloned().unwrap_or_default();
                    let clusters = list(&environment, "clusters");
                    let cluster = clusters.iter().find(|own| is(own, "cluster")).cloned().unwrap_or_default();
                    views.push(with(&[
                        ("app", &app),
                        ("attachment", &attachment),
                        ("environment", &environment),
                        ("cluster", &cluster),
                    ]));
                }
            }
        }
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_in_their_order() {
        assert_eq!(named("environments/{environment}/{cluster}/x.tf"), ["environment", "cluster"]);
        assert_eq!(named("environments/{environment}/{environment}.tfvars"), ["environment"], "each once");
        assert!(named("modules/x.tf").is_empty());
    }

    #[test]
    fn what_is_no_hole_is_found() {
        assert!(!has_rest("environments/{environment}/{cluster}/x.tf"));
        for path in
            ["{environment.txt", "environment}.txt", "{{environment}", "{environment}}", "{environment}/{"]
        {
            assert!(has_rest(path), "{path}");
        }
    }
}
