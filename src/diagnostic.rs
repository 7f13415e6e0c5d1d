//! What is wrong, where, and what to do: the one way every stage says it.
//!
//! Stages push [`Diagnostic`]s, which are facts; [`crate::problem`] turns facts into words;
//! this module sorts them into file order, drops repetitions and draws them.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::problem::{Problem, Words};

/// A range of bytes in the blueprint's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A value and the place in the blueprint that decided it.
///
/// A value that no line of the blueprint decided (a built-in default) carries an empty span.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Wraps a value that the blueprint does not mention.
    pub fn built_in(value: T) -> Self {
        Self { value, span: Span::default() }
    }

    /// Whether a line of the blueprint decided the value.
    pub fn is_written(&self) -> bool {
        self.span != Span::default()
    }
}

impl<T: serde::Serialize> serde::Serialize for Spanned<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The text of a blueprint and the name that messages give it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as the user typed it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Returns line and column of a byte, both counted from 1, columns in characters.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..floor_char(&self.text, byte)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

fn floor_char(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One thing that is wrong with a blueprint, or worth a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, as facts.
    pub problem: Problem,
    /// The key or value at fault.
    pub at: Span,
    /// The other half of a conflict.
    pub also: Option<Span>,
}

/// Everything that a run found, in any order until it is printed.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    unread: BTreeSet<&'static str>,
}

impl Diagnostics {
    /// Adds a problem at a place.
    pub fn push(&mut self, problem: Problem, at: Span) {
        self.found.push(Diagnostic { problem, at, also: None });
    }

    /// Adds a problem at a place that conflicts with another place.
    pub fn push_conflict(&mut self, problem: Problem, at: Span, also: Span) {
        self.found.push(Diagnostic { problem, at, also: Some(also) });
    }

    /// Remembers a key that was written but could not be read, or is misspelled: that it is missing is no second
    /// mistake.
    pub fn unread(&mut self, key: &'static str) {
        self.unread.insert(key);
    }

    fn is_follower(&self, diagnostic: &Diagnostic) -> bool {
        let problem = &diagnostic.problem;
        problem.for_want_of().iter().any(|key| self.unread.contains(key))
            || self.found.iter().any(|other| problem.follows_from(&other.problem))
    }

    /// Whether anything was found that stops a run.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|d| !d.problem.is_note())
    }

    /// Whether a problem of this code was found.
    pub fn holds(&self, problem: &Problem) -> bool {
        self.found.iter().any(|found| found.problem.code() == problem.code())
    }

    /// Takes over what another stage found.
    pub fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
        self.unread.extend(other.unread);
    }

    /// Returns what was found in file order, each once.
    ///
    /// A layer that several clusters share is read once for each of them, so the same mistake
    /// can be pushed more than once. What only follows from another mistake is left out.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let stops = self.has_errors();
        let mut all: Vec<&Diagnostic> = Vec::new();
        for diagnostic in &self.found {
            let same =
                |d: &&Diagnostic| d.at == diagnostic.at && d.problem.is_same_mistake(&diagnostic.problem);
            // A note is about what is written, and then nothing is.
            let is_moot = stops && diagnostic.problem.is_note();
            if !is_moot && !self.is_follower(diagnostic) && !all.iter().any(same) {
                all.push(diagnostic);
            }
        }
        all.sort_by_key(|d| (d.at, d.problem.code()));
        all
    }

    /// Draws everything that was found, errors and notes, ready to print.
    pub fn render(&self, source: &Source, colour: bool) -> String {
        // A fixed width: what is printed must not depend on the terminal.
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(140);
        let mut out = String::new();
        for diagnostic in self.sorted() {
            out.push_str(&draw(diagnostic, source, &renderer));
            out.push_str("\n\n");
        }
        let errors = self.sorted().iter().filter(|d| !d.problem.is_note()).count();
        if errors > 0 {
            let plural = if errors == 1 { "" } else { "s" };
            out.push_str(&format!("{errors} error{plural} in {}; nothing was written\n", source.path));
        }
        out
    }
}

fn draw(diagnostic: &Diagnostic, source: &Source, renderer: &Renderer) -> String {
    let Words { what, label, also, help } = diagnostic.problem.words();
    let level = if diagnostic.problem.is_note() { Level::NOTE } else { Level::ERROR };
    let title = level.primary_title(what).id(diagnostic.problem.code());
    let mut report = if diagnostic.at == Span::default() {
        // About the blueprint as a whole: no line is at fault.
        vec![if diagnostic.problem.is_note() {
            Group::with_title(title)
        } else {
            title.element(Origin::path(source.path.as_str()))
        }]
    } else {
        let annotation = AnnotationKind::Primary.span(visible(diagnostic.at, &source.text)).label(label);
        let mut snippet =
            Snippet::source(source.text.as_str()).path(source.path.as_str()).annotation(annotation);
        if let Some(other) = diagnostic.also {
            let other = visible(other, &source.text);
            snippet = snippet.annotation(AnnotationKind::Context.span(other).label(also));
        }
        vec![title.element(snippet)]
    };
    if let Some(help) = help {
        report.push(Group::with_title(Level::HELP.secondary_title(help)));
    }
    renderer.render(&report)
}

/// Narrows a span to its first line: a caret under a whole table says less than one under its head.
fn visible(span: Span, text: &str) -> std::ops::Range<usize> {
    let start = floor_char(text, span.start);
    let end = floor_char(text, span.end.max(start));
    let line = text[start..end].find(['\n', '\r']).map_or(end, |at| start + at);
    start..line
}
