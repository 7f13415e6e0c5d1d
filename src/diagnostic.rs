//! What is wrong, where, and what to do: the one way every stage says it.
//!
//! Stages push [`Diagnostic`]s, which are facts; [`crate::problem`] turns facts into words;
//! this module sorts them into file order, drops repetitions and draws them; [`crate::report`] prints them for machines.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::problem::{Problem, Words};

/// A range of bytes in the blueprint's text, counted through all its files ([`Sources`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Moves a span that was counted from the start of a file to behind what lies before the file.
    #[must_use]
    pub fn behind(self, base: usize) -> Self {
        Self { start: self.start + base, end: self.end + base }
    }
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

/// The text of one file of a blueprint, and the name that messages give it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as the user typed it, or as it follows from that.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// The files of a blueprint, laid one behind the other, so that two numbers say a place in any of them.
#[derive(Debug, Clone)]
pub struct Sources {
    main: Source,
    included: Vec<(usize, Source)>,
}

impl Sources {
    /// Begins with the file that was asked for.
    pub fn new(main: Source) -> Self {
        Self { main, included: Vec::new() }
    }

    /// Returns the file that was asked for.
    pub fn main(&self) -> &Source {
        &self.main
    }

    /// Puts a file behind the others and returns where it begins.
    pub fn add(&mut self, source: Source) -> usize {
        let (start, last) = self.included.last().map_or((0, &self.main), |(start, last)| (*start, last));
        // One byte lies between two files: the end of one is not the start of the next.
        let start = start + last.text.len() + 1;
        self.included.push((start, source));
        start
    }

    /// Returns the file in which a span lies, and its bytes there, as far as its first line goes: a caret under a whole
    /// table says less than one under its head.
    fn visible(&self, span: Span) -> (&Source, std::ops::Range<usize>) {
        let included = self.included.iter().rev().find(|(start, _)| *start <= span.start);
        let (base, source) = included.map_or((0, &self.main), |(start, source)| (*start, source));
        let start = floor_char(&source.text, span.start - base);
        let end = floor_char(&source.text, span.end.max(span.start) - base);
        let line = source.text[start..end].find(['\n', '\r']).map_or(end, |at| start + at);
        // A place between two lines counts as the former one's where the gutter is made: it gets the character behind it.
        let is_between = start == line && (start == 0 || source.text[..start].ends_with('\n'));
        let next = source.text[start..].chars().next().filter(|c| is_between && !c.is_control());
        (source, start..line + next.map_or(0, char::len_utf8))
    }

    /// Says in words of editors where a span lies; nowhere in particular if no line is at fault.
    pub fn place(&self, span: Span) -> Place<'_> {
        if span == Span::default() {
            return Place { file: &self.main.path, range: None };
        }
        let (source, bytes) = self.visible(span);
        let (line, column) = source.position(bytes.start);
        let (_, end_column) = source.position(bytes.end);
        Place { file: &source.path, range: Some(Range { line, column, end_column }) }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'s> {
    /// The file's path.
    pub file: &'s str,
    /// The place within it; none for the file as a whole.
    pub range: Option<Range>,
}

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Counted from 1.
    pub line: usize,
    /// The first character, counted from 1.
    pub column: usize,
    /// One past the last character.
    pub end_column: usize,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.range {
            Some(Range { line, .. }) => write!(f, "{}:{line}", self.file),
            None => f.write_str(self.file),
        }
    }
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
            || self.found.iter().any(|other| {
                other.also.is_some() && other.also == diagnostic.also && other.problem.outdoes(problem)
            })
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
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        // A fixed width: what is printed must not depend on the terminal.
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(140);
        let mut out = String::new();
        let found = self.sorted();
        for diagnostic in &found {
            out.push_str(&draw(diagnostic, sources, &renderer));
            out.push_str("\n\n");
        }
        let errors: Vec<&Diagnostic> =
            found.into_iter().filter(|diagnostic| !diagnostic.problem.is_note()).collect();
        if !errors.is_empty() {
            let plural = if errors.len() == 1 { "" } else { "s" };
            let mut files: Vec<&str> = errors.iter().map(|error| sources.place(error.at).file).collect();
            files.sort_by_key(|file| *file != sources.main.path);
            files.dedup();
            let files = match files.as_slice() {
                [one] => (*one).to_owned(),
                [one, other] => format!("{one} and {other}"),
                _ => format!("{} files", files.len()),
            };
            out.push_str(&format!("{} error{plural} in {files}; nothing was written\n", errors.len()));
        }
        out
    }
}

fn draw(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let Words { what, label, also, help } = diagnostic.problem.words();
    let level = if diagnostic.problem.is_note() { Level::NOTE } else { Level::ERROR };
    let title = level.primary_title(what).id(diagnostic.problem.code());
    if let (true, true, Some(help)) = (diagnostic.at == Span::default(), diagnostic.problem.is_note(), &help)
    {
        // One below the other, without the gutter of a snippet that is not there.
        let help = Group::with_title(Level::HELP.secondary_title(help.as_str()));
        let title = renderer.render(&[Group::with_title(title)]).trim_end().to_owned();
        return format!("{title}\n{}", renderer.render(&[help]));
    }
    let mut report = if diagnostic.at == Span::default() {
        // About the blueprint as a whole: no line is at fault.
        vec![if diagnostic.problem.is_note() {
            Group::with_title(title)
        } else {
            title.element(Origin::path(sources.main.path.as_str()))
        }]
    } else {
        let (source, at) = sources.visible(diagnostic.at);
        if source.text.is_empty() {
            // There is no line to show.
            let group = title.element(Origin::path(source.path.as_str()));
            let help = help.map(|help| Group::with_title(Level::HELP.secondary_title(help)));
            let report: Vec<_> = [group].into_iter().chain(help).collect();
            return renderer.render(&report);
        }
        let mut snippet = snippet(source).annotation(AnnotationKind::Primary.span(at).label(label));
        let mut elsewhere = None;
        if let Some(other) = diagnostic.also {
            let (file, other) = sources.visible(other);
            let annotation = AnnotationKind::Context.span(other).label(also);
            if std::ptr::eq(file, source) {
                snippet = snippet.annotation(annotation);
            } else {
                elsewhere = Some(self::snippet(file).annotation(annotation));
            }
        }
        vec![title.element(snippet).elements(elsewhere)]
    };
    if let Some(help) = help {
        report.push(Group::with_title(Level::HELP.secondary_title(help)));
    }
    renderer.render(&report)
}

fn snippet(source: &Source) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(source.text.as_str()).path(source.path.as_str())
}
