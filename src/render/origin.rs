//! Lines of generated files → lines of templates, for messages. Only asked when something is wrong: templates are rendered once more
//! then, with a mark at the beginning of each of their lines.

use std::collections::BTreeMap;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::template::{Engine, Own};
use super::{Output, Whole};
use crate::catalog::Catalog;
use crate::file::File;
use crate::model::Model;

/// Around a mark: characters that nobody writes.
const MARK: [char; 2] = ['\u{E000}', '\u{E001}'];

/// Where a generated line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The template's name.
    pub template: String,
    /// Its line, from 1.
    pub line: usize,
}

/// For each line of some generated files, from the first, where it comes from; `None` for a line that no template has.
pub type Origins = BTreeMap<Utf8PathBuf, Vec<Option<Origin>>>;

/// Finds the origins of the lines of those files that are asked for.
///
/// # Errors
/// A template cannot be rendered, as in [`super::render`].
pub fn origins(
    model: &Model,
    catalog: &Catalog,
    own: &Own,
    files: &[File],
    asked: &dyn Fn(&Utf8Path) -> bool,
) -> anyhow::Result<Origins> {
    let (engine, names) = marking(own).context("a template cannot be read")?;
    let outputs: Vec<Output> = super::outputs(&Whole { model, catalog }, own)?;
    let mut origins = Origins::new();
    for output in outputs.iter().filter(|output| asked(Utf8Path::new(&output.path))) {
        let Some(file) = files.iter().find(|file| file.path == output.path) else { continue };
        // A filter that takes what a template wrote may refuse the marks in it.
        let Ok(text) = engine.render(&output.template, &output.view) else { continue };
        let lines = aligned(&text, &file.text);
        let origin = |(index, line): (usize, usize)| Origin { template: names[index].clone(), line };
        origins.insert(file.path.clone(), lines.into_iter().map(|line| line.map(origin)).collect());
    }
    Ok(origins)
}

/// Finds the origin of one line of a file that cannot be formatted.
pub(super) fn of_line(own: &Own, output: &Output, line: usize) -> Option<Origin> {
    let (engine, names) = marking(own).ok()?;
    let marked = engine.render(&output.template, &output.view).ok()?;
    let text = Engine::load(own).ok()?.render(&output.template, &output.view).ok()?;
    let text = super::header(&output.path, text.trim_start_matches('\n').trim_end(), "");
    let (index, line) = *aligned(&marked, &text).get(line - 1)?.as_ref()?;
    Some(Origin { template: names[index].clone(), line })
}

/// Compiles all templates with marks, and lists their names.
fn marking(own: &Own) -> tera::TeraResult<(Engine, Vec<String>)> {
    let mut names = Vec::new();
    let engine = Engine::mapped(own, &mut |name, text| {
        names.push(name.to_owned());
        marked(text, names.len() - 1).into()
    });
    Ok((engine?, names))
}

/// Puts a mark with template and line before each line that does not begin inside of a tag.
fn marked(text: &str, template: usize) -> String {
    let mut marked = String::with_capacity(text.len() * 2);
    let mut end: Option<&str> = None;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if end.is_none() {
            marked.push_str(&format!("{}{template}:{}{}", MARK[0], index + 1, MARK[1]));
        }
        marked.push_str(line);
        let mut rest = line;
        loop {
            let found = match end {
                Some(end) => rest.find(end).map(|at| (at, None)),
                None => [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
                    .into_iter()
                    .filter_map(|(begin, end)| Some((rest.find(begin)?, Some(end))))
                    .min(),
            };
            let Some((at, next)) = found else { break };
            rest = &rest[at + 2..];
            end = next;
        }
    }
    marked
}

/// Returns the mark of each line of the final text, which was formatted since: lines are told by what is in them but blanks.
fn aligned(marked: &str, text: &str) -> Vec<Option<(usize, usize)>> {
    let mut last = None;
    let mut before: Vec<(String, Option<(usize, usize)>)> = Vec::new();
    for line in marked.lines() {
        let mut own = None;
        let mut bare = String::new();
        for (index, part) in line.split(MARK[0]).enumerate() {
            let said = if index == 0 {
                part
            } else {
                part.split_once(MARK[1]).map_or(part, |(mark, rest)| {
                    last = mark
                        .split_once(':')
                        .and_then(|(index, line)| Some((index.parse().ok()?, line.parse().ok()?)));
                    rest
                })
            };
            let said = bare_of(said);
            if bare.is_empty() && !said.is_empty() {
                own = last;
            }
            bare.push_str(&said);
        }
        if !bare.is_empty() {
            before.push((bare, own));
        }
    }
    let after: Vec<(usize, String)> = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index, bare_of(line)))
        .filter(|(_, bare)| !bare.is_empty())
        .collect();
    let mut lines = vec![None; text.lines().count()];
    let [old, new]: [Vec<&str>; 2] = [
        before.iter().map(|(bare, _)| bare.as_str()).collect(),
        after.iter().map(|(_, bare)| bare.as_str()).collect(),
    ];
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let is_known = match op {
            DiffOp::Equal { .. } => true,
            DiffOp::Replace { old_len, new_len, .. } => old_len == new_len,
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => false,
        };
        if is_known {
            for (old, new) in op.old_range().zip(op.new_range()) {
                lines[after[new].0] = before[old].1;
            }
        }
    }
    lines
}

fn bare_of(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Names the part of a blueprint that a line of a file is made for, by a key that `plinth explain` takes.
pub fn key(model: &Model, file: &File, line: usize) -> Option<String> {
    let block = file.text.lines().take(line).filter(|line| line.starts_with("resource \"")).last();
    key_of(model, &file.path, block)
}

/// The same of a whole file, or of a block of it, by its first line.
pub(super) fn key_of(model: &Model, path: &Utf8Path, block: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = path.components().map(|part| part.as_str()).collect();
    let clusters = || model.environments.iter().flat_map(|environment| &environment.clusters);
    Some(match parts[..] {
        // Every environment has the cluster `main`, whether or not it is written.
        ["environments", environment, "state" | "main", ..] => format!("environments.{environment}"),
        ["environments", environment, cluster, _, ..] => {
            format!("environments.{environment}.clusters.{cluster}")
        }
        ["apps", app, _, ..] => format!("apps.{app}"),
        ["modules", "cluster" | "services", name] => {
            let wanted =
                name.strip_prefix("addon_").and_then(|rest| rest.split_once('.')).map(|(name, _)| name);
            let addon = clusters()
                .flat_map(|cluster| &cluster.settings.addons)
                .find(|addon| wanted == Some(addon.name.as_str().replace('-', "_").as_str()));
            let pools = clusters().flat_map(|cluster| {
                let settings = &cluster.settings;
                let managed = settings.managed_pools.iter().map(|pool| pool.name.as_str());
                let karpenter = settings.karpenter_pools.iter().map(|pool| pool.name.as_str());
                managed.chain(karpenter).chain(settings.fargate_pools.iter().map(|pool| pool.name.as_str()))
            });
            // Its block is called `core`, or `node_pool_worker`.
            let is_of = |pool: &&str| {
                let label = pool.replace('-', "_");
                block
                    .and_then(|block| block.split('"').nth(3))
                    .is_some_and(|name| name.strip_prefix("node_pool_").unwrap_or(name) == label)
            };
            let pool = pools.into_iter().find(is_of);
            match (addon, pool.filter(|_| matches!(name, "node_pools.tf" | "fargate.tf"))) {
                (Some(addon), _) => format!("cluster.addons.{}", addon.name),
                (None, Some(pool)) => format!("cluster.node_pools.{pool}"),
                (None, None) => "cluster".to_owned(),
            }
        }
        ["accounts" | "delivery", ..] => "delivery".to_owned(),
        ["modules", _, ..] => "apps".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_out_of_tags() {
        let text = "a\n{{ b\n  | hcl }}\n{#- c\n d #}\ne\n";
        let [begin, end] = MARK;
        let mark = |line: usize| format!("{begin}7:{line}{end}");
        let expected = format!(
            "{}a\n{}{{{{ b\n  | hcl }}}}\n{}{{#- c\n d #}}\n{}e\n",
            mark(1),
            mark(2),
            mark(4),
            mark(6)
        );
        assert_eq!(marked(text, 7), expected);
    }

    #[test]
    fn lines_are_found_after_formatting() {
        let text = marked("resource \"x\" \"y\" {\n{%- if z %}\n  name = \"n\"\n{%- endif %}\n}\n", 0);
        let text = text.replace("{%- if z %}", "").replace("{%- endif %}", "");
        let lines = aligned(&text, "# A first line.\n\nresource \"x\" \"y\" {\n  name   =   \"n\"\n}\n");
        assert_eq!(lines, [None, None, Some((0, 1)), Some((0, 3)), Some((0, 5))]);
    }
}
