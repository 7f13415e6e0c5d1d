//! What AWS says of a cluster that exists already: `import = "clusters/legacy.json"`.
//!
//! The file holds answers of the AWS CLI, one behind the other and as they are; `docs/describe-cluster` has the commands. Here they are put
//! in order, and it is made sure that none is missing: what nobody asked for must not look like what is not there. What follows
//! from them is `model`'s.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::node::{Entry, Node, Table, Value};
use crate::diagnostic::{Diagnostics, Source, Span, Spanned};
use crate::problem::Problem;
use crate::shell::word;

/// An answer of the AWS CLI, known by its key.
pub struct Answer {
    /// The key that holds it.
    key: &'static str,
    /// What to run; what it is about goes behind it.
    command: &'static str,
    /// Of an answer about one thing: which list it is on, and by which of its keys it is known there.
    one_of: Option<(&'static str, &'static str)>,
}

const fn list(key: &'static str, command: &'static str) -> Answer {
    Answer { key, command, one_of: None }
}

const fn each(key: &'static str, command: &'static str, list: &'static str, name: &'static str) -> Answer {
    Answer { key, command, one_of: Some((list, name)) }
}

/// The cluster itself.
pub const CLUSTER: &str = "cluster";
/// Its EKS add-ons.
pub const ADDON: &str = "addon";
/// Its managed node groups.
pub const NODE_GROUP: &str = "nodegroup";
/// Its Fargate profiles.
pub const FARGATE_PROFILE: &str = "fargateProfile";
/// Who may enter it.
pub const ACCESS_ENTRY: &str = "accessEntry";
/// With which rights.
pub const ACCESS_POLICIES: &str = "associatedAccessPolicies";
/// Which service accounts have a role by Pod Identity.
pub const ASSOCIATIONS: &str = "associations";
/// The account's OpenID Connect providers.
pub const OIDC_PROVIDERS: &str = "OpenIDConnectProviderList";
/// Its log groups.
pub const LOG_GROUPS: &str = "logGroups";
/// The subnets of its VPC.
pub const SUBNETS: &str = "Subnets";
/// The rules of the security group that EKS made for it.
pub const RULES: &str = "SecurityGroupRules";

/// Every answer that there has to be (AWS CLI 2 reference, read 2026-11).
const ANSWERS: [Answer; 15] = [
    list(CLUSTER, "aws eks describe-cluster --name {cluster}"),
    list("addons", "aws eks list-addons --cluster-name {cluster}"),
    each(ADDON, "aws eks describe-addon --cluster-name {cluster} --addon-name {one}", "addons", "addonName"),
    list("nodegroups", "aws eks list-nodegroups --cluster-name {cluster}"),
    each(
        NODE_GROUP,
        "aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {one}",
        "nodegroups",
        "nodegroupName",
    ),
    list("fargateProfileNames", "aws eks list-fargate-profiles --cluster-name {cluster}"),
    each(
        FARGATE_PROFILE,
        "aws eks describe-fargate-profile --cluster-name {cluster} --fargate-profile-name {one}",
        "fargateProfileNames",
        "fargateProfileName",
    ),
    list("accessEntries", "aws eks list-access-entries --cluster-name {cluster}"),
    each(
        ACCESS_ENTRY,
        "aws eks describe-access-entry --cluster-name {cluster} --principal-arn {one}",
        "accessEntries",
        "principalArn",
    ),
    each(
        ACCESS_POLICIES,
        "aws eks list-associated-access-policies --cluster-name {cluster} --principal-arn {one}",
        "accessEntries",
        "principalArn",
    ),
    list(ASSOCIATIONS, "aws eks list-pod-identity-associations --cluster-name {cluster}"),
    list(OIDC_PROVIDERS, "aws iam list-open-id-connect-providers"),
    list(LOG_GROUPS, "aws logs describe-log-groups --log-group-name-prefix /aws/eks/{cluster}/"),
    list(SUBNETS, "aws ec2 describe-subnets --filters Name=vpc-id,Values={vpc}"),
    list(RULES, "aws ec2 describe-security-group-rules --filters Name=group-id,Values={group}"),
];

/// What `describe-cluster` always says, and cannot be done without.
const OF_CLUSTER: [&str; 7] = [
    "name",
    "arn",
    "version",
    "status",
    "roleArn",
    "resourcesVpcConfig.vpcId",
    "kubernetesNetworkConfig.ipFamily",
];

/// Deeper than any answer; what lies below says nothing here.
const DEEPEST: usize = 32;

/// A cluster that exists, as AWS describes it. Complete where the diagnostics hold no error.
#[derive(Debug, Clone)]
pub struct Existing {
    /// What `describe-cluster` says.
    pub cluster: Node,
    answers: BTreeMap<&'static str, Vec<Node>>,
}

impl Existing {
    /// Reads a file of answers. What is wrong with it is pushed, and the rest of it returned where there is a cluster.
    ///
    /// `base` is where the file begins among the blueprint's [`crate::diagnostic::Sources`].
    pub fn read(source: &Source, base: usize, diagnostics: &mut Diagnostics) -> Option<Self> {
        let start = Span { start: base, end: base };
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let base = base + source.text.len() - text.len();
        let mut answers: BTreeMap<&'static str, Vec<Node>> = BTreeMap::new();
        let mut documents = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        loop {
            let document = match documents.next() {
                None => break,
                Some(Ok(document)) => document,
                Some(Err(error)) => {
                    let at = byte(text, error.line(), error.column());
                    let problem = Problem::NotAnswers { why: reason(&error) };
                    diagnostics.push(problem, Span { start: base + at, end: base + at });
                    return None;
                }
            };
            let nodes = match node(document, text, base, 0) {
                // As `jq -s` puts them together.
                Some(Node { value: Value::Array(items), .. }) => items,
                node => node.into_iter().collect(),
            };
            for node in nodes {
                if let Some(answer) = ANSWERS.iter().find(|answer| node.get(answer.key).is_some()) {
                    answers.entry(answer.key).or_default().push(node);
                } else {
                    let found = match &node.value {
                        Value::Table(table) => table.0.keys().cloned().collect(),
                        _ => Vec::new(),
                    };
                    let known = ANSWERS.iter().map(|answer| answer.key).collect();
                    diagnostics.push(Problem::UnknownAnswer { found, known }, node.span);
                }
            }
        }
        let Some(cluster) = answers.get(CLUSTER).and_then(|of| of.first()?.get(CLUSTER)).cloned() else {
            let command = ANSWERS[0].command.replace("{cluster}", "NAME") + " --region REGION";
            diagnostics.push(Problem::AnswerMissing { what: format!("`{CLUSTER}`"), command }, start);
            return None;
        };
        let existing = Self { cluster, answers };
        existing.check_lists(start, diagnostics);
        existing.check_cluster(diagnostics);
        existing.check_each(diagnostics);
        existing.check_names(diagnostics);
        Some(existing)
    }

    /// Returns what the answers of one kind hold: each thing that was described, or each that is on a list.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &Node> {
        let answers = self.answers.get(key).into_iter().flatten();
        answers.filter_map(move |answer| answer.get(key)).flat_map(|held| match &held.value {
            Value::Array(items) => items.iter().collect(),
            _ => vec![held],
        })
    }

    /// Returns the answers of one kind as a whole, with what stands beside.
    pub fn answers(&self, key: &str) -> &[Node] {
        self.answers.get(key).map_or(&[], Vec::as_slice)
    }

    /// Returns a text that `describe-cluster` gives.
    pub fn text(&self, path: &str) -> Option<Spanned<&str>> {
        text(&self.cluster, path)
    }

    /// Returns the cluster's name.
    pub fn name(&self) -> &str {
        self.text("name").map(|name| name.value).unwrap_or_default()
    }

    /// Returns the cluster's region.
    pub fn region(&self) -> &str {
        self.text("arn").and_then(|arn| arn.value.split(':').nth(3)).unwrap_or_default()
    }

    /// Returns the end of a command of the AWS CLI that asks where the cluster is.
    pub fn in_region(&self) -> String {
        format!(" --region {}", word(self.region()))
    }

    /// Returns the command that gives an answer, about one thing of a list.
    fn command(&self, command: &str, one: &str) -> String {
        let of = |path: &str| self.text(path).map(|text| text.value).unwrap_or_default();
        let group = of("resourcesVpcConfig.clusterSecurityGroupId");
        let known = [
            ("{cluster}", self.name()),
            ("{vpc}", of("resourcesVpcConfig.vpcId")),
            ("{group}", group),
            ("{one}", one),
        ];
        let command = known
            .iter()
            .fold(command.to_owned(), |command, (hole, value)| command.replace(hole, &word(value)));
        command + &self.in_region()
    }

    fn check_lists(&self, start: Span, diagnostics: &mut Diagnostics) {
        for answer in ANSWERS.iter().filter(|answer| answer.one_of.is_none()) {
            // Of a cluster without access entries AWS does not list any: it refuses.
            let is_refused = answer.key == "accessEntries" && !has_access_entries(&self.cluster);
            if !self.answers.contains_key(answer.key) && !is_refused {
                let (what, command) = (format!("`{}`", answer.key), self.command(answer.command, ""));
                diagnostics.push(Problem::AnswerMissing { what, command }, start);
            }
        }
    }

    fn check_cluster(&self, diagnostics: &mut Diagnostics) {
        for path in OF_CLUSTER.into_iter().filter(|path| self.text(path).is_none()) {
            diagnostics.push(Problem::AnswerIncomplete { answer: CLUSTER, path }, self.cluster.span);
        }
    }

    /// Looks for what is on a list and was not described.
    fn check_each(&self, diagnostics: &mut Diagnostics) {
        for Answer { key, command, one_of } in &ANSWERS {
            let Some((list, name)) = one_of else { continue };
            // What the policies are of stands beside them.
            let is_beside = *key == ACCESS_POLICIES;
            for listed in self.all(list).filter(|listed| listed.as_str().is_some()) {
                let is_it = |node: &Node| text(node, name).map(|name| name.value) == listed.as_str();
                let is_described =
                    if is_beside { self.answers(key).iter().any(is_it) } else { self.all(key).any(is_it) };
                if !is_described {
                    let one = listed.as_str().unwrap_or_default();
                    let problem = Problem::AnswerMissing {
                        what: format!("`{key}` of `{one}`"),
                        command: self.command(command, one),
                    };
                    diagnostics.push(problem, listed.span);
                }
            }
        }
    }

    /// Looks for answers about another cluster.
    fn check_names(&self, diagnostics: &mut Diagnostics) {
        let own = self.name();
        let second = self.all(CLUSTER).skip(1).filter_map(|cluster| text(cluster, "name"));
        let of_cluster = ANSWERS.iter().flat_map(|answer| {
            self.answers(answer.key)
                .iter()
                .chain(self.all(answer.key))
                .filter_map(|node| text(node, "clusterName"))
        });
        let mut seen: Vec<Span> = Vec::new();
        for other in second.chain(of_cluster.filter(|name| name.value != own)) {
            if !seen.contains(&other.span) {
                seen.push(other.span);
                let (cluster, other_name) = (own.to_owned(), other.value.to_owned());
                diagnostics.push(Problem::AnswerOfOther { cluster, other: other_name }, other.span);
            }
        }
    }
}

/// Whether a cluster lets people in by access entries, and not by its `ConfigMap` alone.
pub fn has_access_entries(cluster: &Node) -> bool {
    text(cluster, "accessConfig.authenticationMode").is_some_and(|mode| mode.value != "CONFIG_MAP")
}

/// Returns the text at a path.
pub fn text<'n>(node: &'n Node, path: &str) -> Option<Spanned<&'n str>> {
    let node = node.at(path)?;
    Some(Spanned::new(node.as_str()?, node.span))
}

/// Returns the texts of the list at a path.
pub fn texts<'n>(node: &'n Node, path: &str) -> Vec<&'n str> {
    match node.at(path).map(|list| &list.value) {
        Some(Value::Array(items)) => items.iter().filter_map(Node::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether a path is `true`.
pub fn is_true(node: &Node, path: &str) -> bool {
    matches!(node.at(path).map(|flag| &flag.value), Some(Value::Boolean(true)))
}

/// Returns a value of JSON with its places; none for `null`, which is a key that is not there.
fn node(raw: &RawValue, text: &str, base: usize, depth: usize) -> Option<Node> {
    let raw_text = raw.get();
    // A raw value is a part of the text that it was read from.
    let start = raw_text.as_ptr() as usize - text.as_ptr() as usize + base;
    let span = Span { start, end: start + raw_text.len() };
    let below = |raw: &RawValue| node(raw, text, base, depth + 1);
    let value = match raw_text.bytes().next()? {
        _ if depth > DEEPEST => return None,
        b'{' => {
            let entries: BTreeMap<String, &RawValue> = serde_json::from_str(raw_text).ok()?;
            let entry = |(key, raw): (String, &RawValue)| {
                let node = below(raw)?;
                Some((key, Entry { key: node.span, node }))
            };
            Value::Table(Table(entries.into_iter().filter_map(entry).collect()))
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(raw_text).ok()?;
            Value::Array(items.into_iter().filter_map(below).collect())
        }
        b'"' => Value::String(serde_json::from_str(raw_text).ok()?),
        b't' => Value::Boolean(true),
        b'f' => Value::Boolean(false),
        b'n' => return None,
        _ => match raw_text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Float(raw_text.parse().ok()?),
        },
    };
    Some(Node { value, span })
}

/// Returns the byte that a line and a column name, both counted from 1, columns in bytes.
fn byte(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns what the parser says, without the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
