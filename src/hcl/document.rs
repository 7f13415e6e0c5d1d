//! A finished file, read back: its blocks, their addresses, where they begin.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

/// A parsed file.
#[derive(Debug)]
pub struct Document {
    body: Body,
}

/// A variable or an output of a module, as its own file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// A variable's type as written, on one line.
    pub kind: String,
    /// A variable's default as written, on one line; none: it must be passed.
    pub default: Option<String>,
}

impl Document {
    /// Parses HCL.
    ///
    /// # Errors
    /// The parser's message, with line and column.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Body>().map(|body| Self { body }).map_err(|error| error.to_string())
    }

    /// Returns each resource's address, `aws_vpc.this`, with the byte behind its opening brace.
    pub fn resources(&self, text: &str) -> Vec<(String, usize)> {
        self.body
            .blocks()
            .filter_map(|block| {
                match block.ident.as_str() {
                    "resource" => address(block, ""),
                    "data" => address(block, "data."),
                    _ => None,
                }
                .and_then(|address| Some((address, opening(block, text)?)))
            })
            .collect()
    }

    /// Returns the variables in the order of the file.
    pub fn variables(&self, text: &str) -> Vec<Declaration> {
        self.declarations("variable", text)
    }

    /// Returns the outputs in the order of the file.
    pub fn outputs(&self, text: &str) -> Vec<Declaration> {
        self.declarations("output", text)
    }

    fn declarations(&self, kind: &str, text: &str) -> Vec<Declaration> {
        let blocks = self.body.get_blocks(kind);
        blocks
            .filter_map(|block| {
                let written = |key: &str| {
                    let value = &block.body.get_attribute(key)?.value;
                    Some(one_line(&text[value.span()?]))
                };
                let description =
                    block.body.get_attribute("description").and_then(|attribute| match &attribute.value {
                        Expression::String(text) => Some(text.as_str().to_owned()),
                        _ => None,
                    });
                Some(Declaration {
                    name: block.labels.first()?.as_str().to_owned(),
                    description: description.unwrap_or_default(),
                    kind: written("type").unwrap_or_default(),
                    default: written("default"),
                })
            })
            .collect()
    }
}

fn address(block: &Block, prefix: &str) -> Option<String> {
    match block.labels.as_slice() {
        [kind, name] => Some(format!("{prefix}{}.{}", kind.as_str(), name.as_str())),
        _ => None,
    }
}

/// Finds the byte behind a block's `{`: labels hold no brace, since they are identifiers.
fn opening(block: &Block, text: &str) -> Option<usize> {
    let span = block.span()?;
    text[span.clone()].find('{').map(|at| span.start + at + 1)
}

/// Joins an expression's lines, with a comma where a line break ended an entry. Comments are left out.
fn one_line(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        // The formatter aligned it; on one line that is only wide.
        let words: Vec<&str> = line.split(" #").next().unwrap_or_default().split_whitespace().collect();
        let line = words.join(" ");
        if line.is_empty() {
            continue;
        }
        let entry_ended =
            !out.is_empty() && !out.ends_with(['{', '[', '(', ',']) && !line.starts_with(['}', ']', ')']);
        let is_inside = out.ends_with(['[', '(']) || line.starts_with([']', ')']);
        out.push_str(if entry_ended {
            ", "
        } else if out.is_empty() || is_inside {
            ""
        } else {
            " "
        });
        out.push_str(&line);
    }
    out
}
