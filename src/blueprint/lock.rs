//! `plinth.lock`: the exact versions of EKS add-ons, by Kubernetes version.
//!
//! It lies beside the blueprint, `plinth catalog pin` writes it, and it is committed. One lock serves all blueprints of its
//! folder. Which versions AWS offers for a Kubernetes version is known to its API alone, so no release of plinth can carry them.

use std::collections::BTreeMap;

use super::node::{self, Node, Table, Value};
use super::scalar::KubernetesVersion;
use crate::diagnostic::{Diagnostics, Source, Span, Spanned};
use crate::problem::Problem;

/// Its name, beside the blueprint.
pub const FILE: &str = "plinth.lock";

/// The format that this release reads and writes.
pub const FORMAT: u32 = 1;

/// The table that holds the versions.
const EKS_ADDONS: &str = "eks-addons";

/// How a line of Git begins where two branches have changed the same.
pub const CONFLICT: &str = "<<<<<<<";

/// Versions by minor of Kubernetes, and by add-on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock(BTreeMap<u32, BTreeMap<String, Pin>>);

/// One version, and where it stands.
#[derive(Debug, Clone)]
pub struct Pin {
    /// `v1.14.3-eksbuild.16`
    pub version: String,
    /// Where the add-on's name stands.
    pub at: Span,
}

// The same lock is the same wherever its lines stand.
impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Eq for Pin {}

impl Lock {
    /// Reads a lock. What is wrong with it is pushed, and the rest of it returned.
    ///
    /// `base` is where the file begins among the blueprint's [`crate::diagnostic::Sources`].
    pub fn read(source: &Source, base: usize, diagnostics: &mut Diagnostics) -> Self {
        let mut lock = Self::default();
        let mut syntax = Diagnostics::default();
        let root = node::parse(source, base, &mut syntax);
        // Half a lock would look like versions that are missing, and its mistakes come of one: a conflict, a lost line.
        if let Some(first) = syntax.sorted().first() {
            if let Problem::Syntax { message, text } = first.problem.clone() {
                let conflict = source.text.lines().find(|line| line.starts_with(CONFLICT));
                let text = conflict.map_or(text, str::to_owned);
                diagnostics.push(Problem::LockSyntax { message, text }, first.at);
            }
            return lock;
        }
        let Value::Table(table) = &root.value else { return lock };
        match root.get("format").map(|format| (format, &format.value)) {
            None => {
                let start = Span { start: base, end: base };
                diagnostics.push(Problem::MissingKey { key: "format", table: FILE }, start);
            }
            Some((_, Value::Integer(format))) if *format == i64::from(FORMAT) => {}
            Some((node, Value::Integer(format))) => {
                // Another format has keys that look like mistakes to this release.
                diagnostics.push(Problem::LockFormat { format: *format, known: FORMAT }, node.span);
                return lock;
            }
            Some((node, _)) => refuse("a whole number", node, diagnostics),
        }
        for (key, entry) in &table.0 {
            match (key.as_str(), &entry.node.value) {
                ("format", _) => {}
                (EKS_ADDONS, Value::Table(minors)) => lock.read_minors(minors, diagnostics),
                (EKS_ADDONS, _) => refuse("a table", &entry.node, diagnostics),
                _ => {
                    let problem = Problem::UnknownKey {
                        key: key.clone(),
                        table: FILE,
                        allowed: vec![EKS_ADDONS.to_owned(), "format".to_owned()],
                        home: None,
                        is_table: matches!(entry.node.value, Value::Table(_)),
                    };
                    diagnostics.push(problem, entry.key);
                }
            }
        }
        lock
    }

    fn read_minors(&mut self, minors: &Table, diagnostics: &mut Diagnostics) {
        for (minor, entry) in &minors.0 {
            // `[eks-addons.1.36]` is a table `36` in a table `1`.
            if let (Value::Table(inner), Ok(_)) = (&entry.node.value, minor.parse::<u32>()) {
                for (part, inner) in &inner.0 {
                    let at = Span { start: entry.key.start, end: inner.key.end };
                    let whole = format!("{minor}.{part}");
                    diagnostics.push(Problem::LockMinorBare { minor: whole, table: EKS_ADDONS }, at);
                }
                continue;
            }
            let Some(version) = KubernetesVersion::new(minor) else {
                let problem = Problem::InvalidKubernetesVersion { value: minor.clone() };
                diagnostics.push(problem, entry.key);
                continue;
            };
            let Value::Table(addons) = &entry.node.value else {
                refuse("a table", &entry.node, diagnostics);
                continue;
            };
            for (addon, entry) in &addons.0 {
                match entry.node.as_str() {
                    Some(text) if is_version(text) => self.pin(&version, addon, text, entry.key),
                    Some(text) => {
                        let problem = Problem::InvalidLockedVersion { value: text.to_owned() };
                        diagnostics.push(problem, entry.node.span);
                    }
                    None => refuse("a string", &entry.node, diagnostics),
                }
            }
        }
    }

    /// Sets the version of an add-on for a Kubernetes version.
    pub fn pin(&mut self, kubernetes: &KubernetesVersion, addon: &str, version: &str, at: Span) {
        let pin = Pin { version: version.to_owned(), at };
        self.0.entry(kubernetes.minor()).or_default().insert(addon.to_owned(), pin);
    }

    /// Returns the version of an add-on for a Kubernetes version.
    pub fn version(&self, kubernetes: &KubernetesVersion, addon: &str) -> Option<&str> {
        self.pinned(kubernetes, addon).map(|pin| pin.version.as_str())
    }

    /// Likewise, with its place.
    pub fn pinned(&self, kubernetes: &KubernetesVersion, addon: &str) -> Option<&Pin> {
        self.0.get(&kubernetes.minor())?.get(addon)
    }

    /// Whether it holds no version.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// Returns the names of add-ons, each with its place.
    pub fn names(&self) -> impl Iterator<Item = Spanned<&str>> {
        self.0.values().flatten().map(|(name, pin)| Spanned::new(name.as_str(), pin.at))
    }

    /// Writes the file: sorted, so that the same versions are the same bytes.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "# Exact versions of EKS add-ons, by Kubernetes version. `plinth catalog pin` writes this file; commit it.\n\
             format = {FORMAT}\n"
        );
        for (minor, addons) in self.0.iter().filter(|(_, addons)| !addons.is_empty()) {
            text.push_str(&format!("\n[{EKS_ADDONS}.\"1.{minor}\"]\n"));
            for (name, pin) in addons {
                text.push_str(&format!("{name} = \"{}\"\n", pin.version));
            }
        }
        text
    }
}

fn refuse(expected: &'static str, node: &Node, diagnostics: &mut Diagnostics) {
    let text = node.as_str().map(str::to_owned);
    let problem = Problem::WrongType { expected, of: None, found: node.value.kind(), text };
    diagnostics.push(problem, node.span);
}

/// Whether text is the version of an EKS add-on, `v1.14.3-eksbuild.16`.
pub fn is_version(text: &str) -> bool {
    parts(text).is_some()
}

/// Returns the numbers of a version, by which versions are older and newer.
pub fn parts(text: &str) -> Option<[u64; 4]> {
    let (version, build) = text.strip_prefix('v')?.split_once("-eksbuild.")?;
    let semver::Version { major, minor, patch, pre, build: metadata } =
        semver::Version::parse(version).ok()?;
    let is_digits = !build.is_empty() && build.bytes().all(|byte| byte.is_ascii_digit());
    (pre.is_empty() && metadata.is_empty() && is_digits).then_some(())?;
    Some([major, minor, patch, build.parse().ok()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Lock, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let source = Source { path: FILE.to_owned(), text: text.to_owned() };
        let lock = Lock::read(&source, 0, &mut diagnostics);
        (lock, diagnostics)
    }

    #[test]
    fn what_is_written_is_read() {
        let mut lock = Lock::default();
        let version = |text: &str| KubernetesVersion::new(text).expect("a version");
        for (kubernetes, addon, pin) in [
            ("1.36", "vpc-cni", "v1.22.4-eksbuild.3"),
            ("1.36", "coredns", "v1.14.3-eksbuild.16"),
            ("1.9", "coredns", "v1.2.2-eksbuild.1"),
        ] {
            lock.pin(&version(kubernetes), addon, pin, Span::default());
        }
        let text = lock.to_text();
        assert!(text.find("\"1.9\"") < text.find("\"1.36\""), "by number, not by letter: {text}");
        let (again, diagnostics) = read(&text);
        assert!(!diagnostics.has_errors());
        assert_eq!(again, lock);
        assert_eq!(again.version(&version("1.36"), "coredns"), Some("v1.14.3-eksbuild.16"));
        assert_eq!(again.version(&version("1.35"), "coredns"), None);
    }

    #[test]
    fn a_kubernetes_version_is_written_one_way() {
        for version in ["1.+36", "1.036", "1.", "2.36", "1.36.1"] {
            let (lock, diagnostics) =
                read(&format!("format = 1\n[eks-addons.\"{version}\"]\ncoredns = \"v1.14.3-eksbuild.16\"\n"));
            assert!(diagnostics.has_errors() && lock.is_empty(), "{version}");
        }
    }

    #[test]
    fn versions_are_those_of_eks() {
        for text in ["v1.14.3-eksbuild.16", "v0.9.0-eksbuild.5"] {
            assert!(is_version(text), "{text}");
        }
        for text in [
            "1.14.3-eksbuild.1",
            "v1.14-eksbuild.1",
            "v1.14.3",
            "v1.14.3-eksbuild.",
            "v1.14.3-eksbuild.+1",
            "latest",
        ] {
            assert!(!is_version(text), "{text}");
        }
        assert!(parts("v1.9.0-eksbuild.9") < parts("v1.10.0-eksbuild.1"));
        assert!(parts("v1.10.0-eksbuild.9") < parts("v1.10.0-eksbuild.10"));
    }
}
