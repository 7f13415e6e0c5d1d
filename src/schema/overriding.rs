//! Override files, `override.tf` and `x_override.tf`: what they say takes the place of what the other files of their folder say of the
//! same thing, before anything is looked at. Arguments replace arguments, and blocks of a kind all blocks of that kind.

use std::collections::BTreeMap;
use std::ops::Range;

use camino::Utf8Path;
use hcl_edit::Span;
use hcl_edit::structure::{Block, BlockLabel, Body};

use super::{Fault, line_and_column};
use crate::file::File;

/// A file as it is with what overrides it.
pub(super) struct Merged<'a> {
    pub file: File,
    pub body: Body,
    /// Where each byte of its text comes from.
    from: Vec<(&'a File, usize)>,
}

/// What becomes of the files that are overridden, by their paths.
#[derive(Default)]
pub(super) struct Overriding<'a> {
    pub merged: BTreeMap<&'a Utf8Path, Merged<'a>>,
    pub faults: Vec<Fault>,
}

/// Blocks that are merged argument by argument, and not replaced.
const DEEP: [&str; 2] = ["lifecycle", "required_providers"];

/// Whether a file overrides others.
pub(super) fn overrides(path: &Utf8Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// A piece of a text that is put elsewhere.
type Piece<'a> = (&'a File, Range<usize>);

/// What changes in a text: what leaves, and what takes its place.
type Edit<'a> = (Range<usize>, Option<Piece<'a>>);

impl<'a> Overriding<'a> {
    /// Merges override files into the others, in the order of their names.
    pub fn of(bodies: &'a [(&'a File, Body)]) -> Self {
        let mut all = Self::default();
        let mut files: Vec<&(&File, Body)> =
            bodies.iter().filter(|(file, _)| overrides(&file.path)).collect();
        files.sort_by_key(|(file, _)| &file.path);
        for (file, body) in files {
            let folder: Vec<&(&File, Body)> = bodies
                .iter()
                .filter(|(other, _)| other.path.parent() == file.path.parent() && !overrides(&other.path))
                .collect();
            for attribute in body.attributes() {
                let text = format!("`{}` stands outside of every block", attribute.key.as_str());
                all.fault(file, &attribute.key, text);
            }
            for block in body.blocks() {
                all.block(file, block, &folder);
            }
        }
        all
    }

    /// Says where a fault in a merged file really is.
    pub fn place(&self, fault: Fault) -> Fault {
        let Some(merged) = self.merged.get(fault.path.as_path()) else { return fault };
        let text = &merged.file.text;
        let line = text.split_inclusive('\n').take(fault.line - 1).map(str::len).sum::<usize>();
        let column = text[line..].chars().take(fault.column - 1).map(char::len_utf8).sum::<usize>();
        let Some((file, offset)) = merged.from.get(line + column) else { return fault };
        let (line, column) = line_and_column(&file.text, *offset);
        Fault { line, column, text: fault.text, ..Fault::of(file) }
    }

    fn fault(&mut self, file: &File, node: &dyn Span, text: String) {
        let (line, column) = line_and_column(&file.text, node.span().map_or(0, |span| span.start));
        self.faults.push(Fault { line, column, text, ..Fault::of(file) });
    }

    /// A block of an override file.
    fn block(&mut self, file: &'a File, block: &'a Block, folder: &[&'a (&'a File, Body)]) {
        let kind = block.ident.as_str();
        match kind {
            "moved" | "import" | "removed" | "check" => {
                return self.fault(file, &block.ident, format!("`{kind}` cannot stand in an override file"));
            }
            "locals" => {
                for entry in block.body.attributes() {
                    let has = |base: &Block| {
                        base.ident.as_str() == "locals" && base.body.has_attribute(entry.key.as_str())
                    };
                    let piece = (file, entry.span().unwrap_or_default());
                    let edit = |base: &Block, _: &str| {
                        let span = base.body.get_attribute(entry.key.as_str()).and_then(Span::span);
                        span.map(|span| (span, Some(piece.clone()))).into_iter().collect()
                    };
                    if !self.edit(folder, &has, &edit) {
                        let text =
                            format!("there is no `local.{}` that could be overridden", entry.key.as_str());
                        self.fault(file, &entry.key, text);
                    }
                }
                return;
            }
            _ => {}
        }
        let labels = |block: &Block| block.labels.iter().map(BlockLabel::as_str).map(str::to_owned).collect();
        let (own, alias): (Vec<String>, _) = (labels(block), alias(block));
        let is_same = |base: &Block| {
            base.ident.as_str() == kind
                && labels(base) == own
                && (kind != "provider" || self::alias(base) == alias)
        };
        // Of several `terraform` blocks the one that says the same.
        let is_nearest = |base: &Block| {
            is_same(base) && block.body.blocks().any(|inner| base.body.has_blocks(inner.ident.as_str()))
        };
        let edit = |base: &Block, text: &str| merge(file, base, block, text);
        if matches!(kind, "resource" | "data" | "module" | "output")
            && let Some(depends) = block.body.get_attribute("depends_on")
            && depends.value.as_array().is_none_or(|names| !names.is_empty())
        {
            self.fault(file, &depends.key, "`depends_on` cannot be overridden".to_owned());
        }
        if self.edit(folder, &is_nearest, &edit) || self.edit(folder, &is_same, &edit) {
            return;
        }
        // What the configuration as a whole says needs no base.
        let is_whole = kind == "terraform" || kind == "provider" && alias.is_none();
        if is_whole && self.append(folder, file, block) {
            return;
        }
        // As Terraform writes addresses: only a resource's have no word before them.
        let word = (kind != "resource").then_some(kind);
        let name = word.into_iter().chain(own.iter().map(String::as_str)).collect::<Vec<_>>().join(".");
        self.fault(file, &block.ident, format!("there is no `{name}` that could be overridden"));
    }

    /// Puts a block behind what the first file of a folder has; says whether there is one.
    fn append(&mut self, folder: &[&'a (&'a File, Body)], file: &'a File, block: &'a Block) -> bool {
        let Some((first, _)) = folder.first() else { return false };
        let known = self.merged.get(first.path.as_path());
        let text = known.map_or(&first.text, |known| &known.file.text).clone();
        let end = text.len();
        let edits = block.span().map(|span| (end..end, Some((file, span)))).into_iter().collect();
        self.put(first, text, edits);
        true
    }

    /// Changes a file.
    fn put(&mut self, file: &'a File, text: String, edits: Vec<Edit<'a>>) {
        let from = match self.merged.get(file.path.as_path()) {
            Some(known) => known.from.clone(),
            None => (0..text.len()).map(|at| (file, at)).collect(),
        };
        let (text, from) = apply(text, from, edits);
        // What is put together of what was read can be read.
        if let Ok(body) = text.parse::<Body>() {
            let merged = Merged { file: File { text, ..file.clone() }, body, from };
            self.merged.insert(&file.path, merged);
        }
    }

    /// Changes the first block of a folder that is looked for; says whether there is one.
    fn edit(
        &mut self,
        folder: &[&'a (&'a File, Body)],
        is_it: &dyn Fn(&Block) -> bool,
        edit: &dyn Fn(&Block, &str) -> Vec<Edit<'a>>,
    ) -> bool {
        for (file, body) in folder {
            let known = self.merged.get(file.path.as_path());
            let body = known.map_or(body, |known| &known.body);
            let Some(base) = body.blocks().find(|block| is_it(block)) else { continue };
            let text = known.map_or(&file.text, |known| &known.file.text);
            let (edits, text) = (edit(base, text), text.clone());
            self.put(file, text, edits);
            return true;
        }
        false
    }
}

fn apply<'a>(
    mut text: String,
    mut from: Vec<(&'a File, usize)>,
    mut edits: Vec<Edit<'a>>,
) -> (String, Vec<(&'a File, usize)>) {
    edits.sort_by_key(|(range, _)| range.start);
    for (range, piece) in edits.into_iter().rev() {
        let (mut new, mut places) = (String::new(), Vec::new());
        if let Some((file, piece)) = piece {
            new = format!("\n{}\n", &file.text[piece.clone()]);
            places.push((file, piece.start));
            places.extend(piece.clone().map(|at| (file, at)));
            places.push((file, piece.end.saturating_sub(1)));
        }
        text.replace_range(range.clone(), &new);
        from.splice(range, places);
    }
    (text, from)
}

/// Returns what changes in a block that is overridden by another.
fn merge<'a>(file: &'a File, base: &Block, over: &'a Block, text: &str) -> Vec<Edit<'a>> {
    let (Some(whole), Some(_)) = (base.span(), over.span()) else { return Vec::new() };
    let head = base.labels.last().map_or_else(|| base.ident.span(), Span::span).unwrap_or_default().end;
    let Some(opens) = text[head..].find('{').map(|at| head + at + 1) else { return Vec::new() };
    let closes = text[..whole.end].rfind('}').unwrap_or(whole.end);
    let mut edits: Vec<Edit<'a>> = Vec::new();
    let mut put = |span: Option<Range<usize>>| {
        edits.extend(span.map(|span| (opens..opens, Some((file, span)))));
    };
    for attribute in over.body.attributes() {
        put(attribute.span());
    }
    let deep = |name: &str| {
        base.body.blocks().find(|inner| inner.ident.as_str() == name && DEEP.contains(&inner.ident.as_str()))
    };
    for block in over.body.blocks() {
        match deep(block.ident.as_str()) {
            Some(_) => {}
            None => put(block.span()),
        }
    }
    for attribute in base.body.attributes() {
        if over.body.has_attribute(attribute.key.as_str()) {
            edits.extend(attribute.span().map(|span| (span, None)));
        }
    }
    let kinds: Vec<&str> = over.body.blocks().map(kind_of).collect();
    for block in base.body.blocks() {
        let kind = kind_of(block);
        let replaces = |over: &&str| {
            *over == kind || matches!((*over, kind), ("backend", "cloud") | ("cloud", "backend"))
        };
        if kinds.iter().any(replaces) && deep(kind).is_none() {
            edits.extend(block.span().map(|span| (span, None)));
        }
    }
    for block in over.body.blocks() {
        if let Some(inner) = deep(block.ident.as_str()) {
            edits.extend(merge(file, inner, block, text));
        }
    }
    // What is left of a block on one line needs lines of its own.
    if !text[opens..closes].contains('\n')
        && let Some(first) = over.body.iter().next()
        && let Some(span) = first.span()
    {
        edits.push((closes..closes, Some((file, span.start..span.start))));
    }
    edits
}

/// Returns what a block within another is, also where it is dynamic.
fn kind_of(block: &Block) -> &str {
    match (block.ident.as_str(), block.labels.first()) {
        ("dynamic", Some(label)) => label.as_str(),
        (kind, _) => kind,
    }
}

fn alias(block: &Block) -> Option<&str> {
    block.body.get_attribute("alias").and_then(|alias| alias.value.as_str())
}
