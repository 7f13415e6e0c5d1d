//! The third step: lines, their indentation, and the columns that neighbouring lines share.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::spacing::needs_space;
use super::token::{Kind, Token};

/// How many spaces a level of indentation is worth.
const INDENT: usize = 2;

/// Sets the spaces before every token.
pub(super) fn lay_out(tokens: &mut [Token<'_>]) {
    let lines = lines(tokens);
    indent(tokens, &lines);
    for line in &lines {
        space(&mut tokens[line.lead()]);
        space(&mut tokens[line.assignment()]);
    }
    // Moving a `=` moves the comment behind it, so the order of these two matters.
    align(tokens, &lines, Line::assignment);
    align(tokens, &lines, Line::comment);
}

/// A line of output, as positions in the list of tokens: up to three cells, one behind the other.
///
/// The second and third cell begin where the neighbouring lines have theirs. A heredoc is part of
/// the line it opens on, to its closing marker.
struct Line {
    start: usize,
    /// Where `=` and what follows it begins; same as `comment_start` if there is none to align.
    assignment_start: usize,
    /// Where the comment behind something else begins; same as `end` if there is none.
    comment_start: usize,
    end: usize,
}

impl Line {
    /// Returns where the tokens before any `=` and any comment are.
    fn lead(&self) -> Range<usize> {
        self.start..self.assignment_start
    }

    fn assignment(&self) -> Range<usize> {
        self.assignment_start..self.comment_start
    }

    fn comment(&self) -> Range<usize> {
        self.comment_start..self.end
    }

    /// Cuts the tokens at `range`, which make up one line, into cells.
    fn new(tokens: &[Token<'_>], range: Range<usize>) -> Self {
        let line = &tokens[range.clone()];
        let comment = match line {
            [_, .., last] if last.kind == Kind::Comment => line.len() - 1,
            _ => line.len(),
        };
        // An argument whose value goes on in the next line is left alone: `tags = {` does not stand
        // in one column with the arguments around it.
        let assignment = (1..comment)
            .find(|&at| line[at].kind == Kind::Equal)
            .filter(|&at| depth_change(&line[at..comment]) == 0)
            .unwrap_or(comment);
        Self {
            start: range.start,
            assignment_start: range.start + assignment,
            comment_start: range.start + comment,
            end: range.end,
        }
    }
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut start = 0;
    tokens
        .split_inclusive(Token::ends_line)
        .map(|line| {
            let range = start..start + line.len();
            start = range.end;
            Line::new(tokens, range)
        })
        .collect()
}

fn depth_change(tokens: &[Token<'_>]) -> isize {
    tokens.iter().map(|token| token.kind.depth_change()).sum()
}

/// Sets the spaces before the first token of every line.
///
/// However many brackets a line opens, the next one is a single level deeper. `levels` holds, for
/// each level, how many brackets have to close to leave it.
fn indent(tokens: &mut [Token<'_>], lines: &[Line]) {
    let mut levels: Vec<usize> = Vec::new();
    for line in lines {
        if tokens[line.start].kind == Kind::Newline {
            continue;
        }
        let lead = &tokens[line.lead()];
        let lead_end = lead.iter().position(|token| token.kind == Kind::OpenHeredoc).unwrap_or(lead.len());
        let change = depth_change(&lead[..lead_end]) + depth_change(&tokens[line.assignment()]);
        if change < 0 {
            close_levels(&mut levels, change.unsigned_abs());
        }
        tokens[line.start].spaces = INDENT * levels.len();
        if change > 0 {
            levels.push(change.unsigned_abs());
        }
    }
}

/// Takes `closed` brackets off the innermost levels.
fn close_levels(levels: &mut Vec<usize>, mut closed: usize) {
    while let Some(level) = levels.last_mut() {
        if closed < *level {
            *level -= closed;
            return;
        }
        closed -= *level;
        levels.pop();
        if closed == 0 {
            return;
        }
    }
}

/// Sets the spaces between the tokens of a cell.
fn space(cell: &mut [Token<'_>]) {
    for at in 1..cell.len() {
        let before = at.checked_sub(2).map(|at| cell[at].kind);
        let spaced = needs_space(before, &cell[at - 1], cell[at].kind);
        cell[at].spaces = usize::from(spaced);
    }
}

/// Gives a cell the same column in all consecutive lines that have it.
fn align(tokens: &mut [Token<'_>], lines: &[Line], cell: fn(&Line) -> Range<usize>) {
    let has_cell = |line: &Line| !cell(line).is_empty();
    for group in lines.chunk_by(|line, next| has_cell(line) && has_cell(next)) {
        if !group.iter().all(has_cell) {
            // A line without the cell is a group of its own.
            continue;
        }
        let width = |line: &Line| columns(&tokens[line.start..cell(line).start]);
        let widths: Vec<usize> = group.iter().map(width).collect();
        let widest = widths.iter().copied().max().unwrap_or_default();
        for (line, width) in group.iter().zip(widths) {
            tokens[cell(line).start].spaces = widest - width + 1;
        }
    }
}

/// Returns how many columns tokens take up, with the spaces before each.
///
/// A column is a grapheme cluster, what a reader takes for one character, however wide it is on
/// screen and however many code points it is made of.
fn columns(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|token| token.spaces + token.text.graphemes(true).count()).sum()
}
