//! Text with placeholders: `arn:{partition}:iam::{account}:role/admin`.

use crate::hcl::value::template_text;
use crate::problem::Problem;

use super::node::{Node, Value};
use super::read::{Read, Reader};
use super::shape::{Shape, Text};

/// What a placeholder can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `{project}`
    Project,
    /// `{environment}`
    Environment,
    /// `{cluster}`
    Cluster,
    /// `{account}`
    Account,
    /// `{region}`
    Region,
    /// `{partition}`
    Partition,
}

impl Placeholder {
    /// Every placeholder by its word.
    pub const ALL: [(&'static str, Self); 6] = [
        ("project", Self::Project),
        ("environment", Self::Environment),
        ("cluster", Self::Cluster),
        ("account", Self::Account),
        ("region", Self::Region),
        ("partition", Self::Partition),
    ];
}

/// What placeholders stand for in one cluster of one environment.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The environment's name.
    pub environment: &'a str,
    /// The cluster's name within its environment, `main`.
    pub cluster: &'a str,
    /// The environment's account.
    pub account: &'a str,
    /// The cluster's region.
    pub region: &'a str,
    /// The region's partition, `aws`.
    pub partition: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

/// Text whose placeholders are known to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

impl Pattern {
    /// Parses text: `{word}` is a placeholder, `{{` and `}}` are braces.
    ///
    /// # Errors
    /// [`Problem::UnknownPlaceholder`] for a word that is none, [`Problem::LoneBrace`] for a brace without its
    /// other half.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(Problem::LoneBrace { brace: "}" });
            }
            let (word, after) = rest.split_once('}').ok_or(Problem::LoneBrace { brace: "{" })?;
            let found = Placeholder::ALL.iter().find(|(name, _)| *name == word);
            let (_, placeholder) =
                found.ok_or_else(|| Problem::UnknownPlaceholder { word: word.to_owned() })?;
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Placeholder(*placeholder));
            rest = after;
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        Ok(Self(pieces))
    }

    /// Makes one of a text of plinth's own.
    pub(crate) fn built_in(text: &'static str) -> Self {
        Self::parse(text).expect("tests read the blueprint's defaults")
    }

    /// Whether the text has a placeholder.
    pub fn mentions(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Piece::Placeholder(placeholder))
    }

    /// Writes the text as a template of HCL, with parts of one in place of placeholders.
    pub fn interpolated(&self, part: impl Fn(Placeholder) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => template_text(text),
            Piece::Placeholder(placeholder) => part(*placeholder),
        });
        format!("\"{}\"", pieces.collect::<String>())
    }

    /// Fills the placeholders in.
    pub fn expand(&self, scope: &Scope<'_>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Placeholder(Placeholder::Project) => scope.project,
            Piece::Placeholder(Placeholder::Environment) => scope.environment,
            Piece::Placeholder(Placeholder::Cluster) => scope.cluster,
            Piece::Placeholder(Placeholder::Account) => scope.account,
            Piece::Placeholder(Placeholder::Region) => scope.region,
            Piece::Placeholder(Placeholder::Partition) => scope.partition,
        });
        pieces.collect()
    }
}

impl Read for Pattern {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::String(text) = &node.value else {
            return reader.wrong_type(node, "a string");
        };
        match Self::parse(text) {
            Ok(pattern) => Some(pattern),
            Err(problem) => reader.fail(problem, node.span),
        }
    }

    fn shape() -> Shape {
        let words = Placeholder::ALL.map(|(word, _)| word).join("|");
        Shape::Text(Text {
            what: "text with placeholders",
            pattern: Some(format!(r"^([^{{}}]|\{{\{{|\}}\}}|\{{({words})\}})*$")),
            example: Some("arn:{partition}:iam::{account}:role/admin"),
            ..Text::default()
        })
    }
}

impl serde::Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let word = |placeholder: &Placeholder| {
            let found = Placeholder::ALL.iter().find(|(_, known)| known == placeholder);
            found.map(|(word, _)| format!("{{{word}}}")).unwrap_or_default()
        };
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Piece::Placeholder(placeholder) => word(placeholder),
        });
        serializer.serialize_str(&pieces.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'static> = Scope {
        project: "azavea",
        environment: "staging",
        cluster: "main",
        account: "111111111111",
        region: "us-east-1",
        partition: "aws",
    };

    #[test]
    fn fills_placeholders_and_unescapes_braces() {
        let pattern = Pattern::parse("{{{project}}}-{environment}/{cluster}").expect("valid");
        assert_eq!(pattern.expand(&SCOPE), "{azavea}-staging/main");
    }

    #[test]
    fn becomes_a_template_of_hcl() {
        let pattern = Pattern::parse("a${{b}}${region}\"").expect("valid");
        assert_eq!(pattern.interpolated(|_| "${var.region}".to_owned()), r#""a$${b}${"$"}${var.region}\"""#);
    }

    #[test]
    fn refuses_unknown_words_and_lone_braces() {
        for text in ["{acount}", "{account", "account}", "{}"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
