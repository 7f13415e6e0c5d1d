//! Addresses and physical names: what Terraform and AWS know the things of the examples by.
//!
//! `tests/addresses/<blueprint>.txt` lists every one that a release has made. A template that gives a thing another address or
//! another name destroys it in every cluster that is there, so a line never goes by itself: either a `moved` block leads from
//! the old address to the new one, and the name stays, or a person takes the line out, having read what that means.

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use harness::{Tree, is_accepting, read_tree, repository};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body};

const BLUEPRINTS: [&str; 5] = ["azavea", "enterprise", "everything", "fleet", "minimal"];

/// Arguments that AWS, Kubernetes or Helm know a thing by, or the engine its state.
const NAMES: [&str; 12] = [
    "name",
    "name_prefix",
    "node_group_name_prefix",
    "fargate_profile_name",
    "identifier",
    "cluster_identifier",
    "bucket",
    "key",
    "domain",
    "namespace",
    "cluster_name",
    "service_account",
];

/// A thing of a folder: its address, and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    folder: String,
    address: String,
    names: String,
}

impl Line {
    fn text(&self) -> String {
        format!("{} {}{}", self.folder, self.address, self.names)
    }
}

/// What a tree declares: lines, and by folder and address where a thing was before.
#[derive(Debug, Default)]
struct Declared {
    lines: BTreeSet<Line>,
    moved: BTreeMap<(String, String), String>,
}

fn declared(tree: &Tree) -> Declared {
    let mut declared = Declared::default();
    let is_hcl = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "tf");
    for (path, text) in tree.iter().filter(|(path, _)| is_hcl(path)) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let body: Body = text.parse().expect("a generated file is HCL");
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
            let address = match (block.ident.as_str(), labels.as_slice()) {
                ("resource", [kind, name]) => format!("{kind}.{name}"),
                ("module", [name]) => format!("module.{name}"),
                ("terraform", []) => {
                    for backend in block.body.get_blocks("backend") {
                        let names = names(backend, text);
                        declared.lines.insert(Line {
                            folder: folder.into(),
                            address: "backend".into(),
                            names,
                        });
                    }
                    continue;
                }
                ("moved", []) => {
                    let written = |key: &str| {
                        let value = &block.body.get_attribute(key).expect("a move has both ends").value;
                        text[value.span().expect("parsed")].to_owned()
                    };
                    declared.moved.insert((folder.to_owned(), written("from")), written("to"));
                    continue;
                }
                _ => continue,
            };
            let many = if block.body.has_attribute("for_each") { "[*]" } else { "" };
            let mut add = |behind: &str, names: String| {
                let address = format!("{address}{behind}");
                declared.lines.insert(Line { folder: folder.into(), address, names });
            };
            add(many, names(block, text));
            for key in block.body.get_attribute("for_each").iter().flat_map(|each| keys(&each.value)) {
                add(&format!("[\"{key}\"]"), String::new());
            }
            let mut found = BTreeSet::new();
            objects(&block.body, text, &mut found);
            for object in found {
                add(many, object);
            }
        }
    }
    declared
}

/// Lists what a block says of a thing's names, at its top and in its blocks `metadata`.
fn names(block: &Block, text: &str) -> String {
    let metadata = block.body.get_blocks("metadata").map(|metadata| &metadata.body);
    let mut out = String::new();
    for body in std::iter::once(&block.body).chain(metadata) {
        for attribute in body.attributes().filter(|it| NAMES.contains(&it.key.as_str())) {
            let value = &text[attribute.value.span().expect("parsed")];
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            out.push_str(&format!(" {}={value}", attribute.key.as_str()));
        }
    }
    out
}

/// Returns the keys of a literal `for_each`.
fn keys(each: &Expression) -> Vec<String> {
    match each {
        Expression::Object(entries) => {
            let literal = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                ObjectKey::Expression(key) => key.as_str().map(str::to_owned),
            };
            entries.iter().filter_map(|(key, _)| literal(key)).collect()
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "toset" => {
            let lists = call.args.iter().filter_map(Expression::as_array);
            lists.flat_map(|list| list.iter().filter_map(|key| key.as_str().map(str::to_owned))).collect()
        }
        _ => Vec::new(),
    }
}

/// Finds the objects of Kubernetes among the values of a release: kind, name and namespace, ` NodePool="worker"`.
fn objects(body: &Body, text: &str, found: &mut BTreeSet<String>) {
    for attribute in body.attributes() {
        objects_in(&attribute.value, text, found);
    }
    for block in body.blocks() {
        objects(&block.body, text, found);
    }
}

fn objects_in(value: &Expression, text: &str, found: &mut BTreeSet<String>) {
    let written = |value: &Expression| {
        text[value.span().expect("parsed")].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    match value {
        Expression::Object(entries) => {
            let under = |entries: &Object, key: &str| {
                let is_it = |name: &ObjectKey| match name {
                    ObjectKey::Ident(name) => name.as_str() == key,
                    ObjectKey::Expression(name) => name.as_str() == Some(key),
                };
                entries.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value.expr().clone())
            };
            if let (Some(kind), Some(Expression::Object(metadata))) =
                (under(entries, "kind"), under(entries, "metadata"))
            {
                let namespace =
                    under(&metadata, "namespace").map(|it| format!(" namespace={}", written(&it)));
                let name = under(&metadata, "name").map(|name| written(&name)).unwrap_or_default();
                let kind = kind.as_str().map_or_else(|| written(&kind), str::to_owned);
                found.insert(format!(" {kind}={name}{}", namespace.unwrap_or_default()));
            }
            entries.iter().for_each(|(_, value)| objects_in(value.expr(), text, found));
        }
        Expression::Array(items) => items.iter().for_each(|item| objects_in(item, text, found)),
        Expression::FuncCall(call) => call.args.iter().for_each(|item| objects_in(item, text, found)),
        Expression::Parenthesis(inner) => objects_in(inner.inner(), text, found),
        Expression::Conditional(both) => {
            objects_in(&both.true_expr, text, found);
            objects_in(&both.false_expr, text, found);
        }
        Expression::ForExpr(each) => objects_in(&each.value_expr, text, found),
        _ => {}
    }
}

/// Returns the lines of a list that a tree has no more, and that no `moved` block leads on from under the same name.
fn lost(listed: &str, now: &Declared) -> Vec<String> {
    let here: BTreeSet<String> = now.lines.iter().map(Line::text).collect();
    let is_kept = |line: &str| {
        let (folder, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (address, names) =
            rest.split_once(' ').map_or((rest, String::new()), |(a, n)| (a, format!(" {n}")));
        let (at, instance) = address.split_at(address.find('[').unwrap_or(address.len()));
        let mut at = at.to_owned();
        // A move may lead to another one.
        for _ in 0..=now.moved.len() {
            if here.contains(&format!("{folder} {at}{instance}{names}")) {
                return true;
            }
            let Some(next) = now.moved.get(&(folder.to_owned(), at.clone())) else { return false };
            at.clone_from(next);
        }
        false
    };
    listed.lines().filter(|line| !is_kept(line)).map(str::to_owned).collect()
}

#[test]
fn no_address_and_no_name_goes_by_itself() {
    let (mut gone, mut unlisted) = (Vec::new(), Vec::new());
    for blueprint in BLUEPRINTS {
        let path = repository().join(format!("tests/addresses/{blueprint}.txt"));
        let listed = fs::read_to_string(&path).unwrap_or_default();
        let now = declared(&read_tree(&repository().join("generated").join(blueprint)));
        gone.extend(lost(&listed, &now).into_iter().map(|line| format!("{blueprint}: {line}")));
        let known: BTreeSet<&str> = listed.lines().collect();
        let here: BTreeSet<String> = now.lines.iter().map(Line::text).collect();
        let new: Vec<&String> = here.iter().filter(|line| !known.contains(line.as_str())).collect();
        if is_accepting() {
            let all: BTreeSet<&str> =
                known.iter().copied().chain(new.iter().map(|line| line.as_str())).collect();
            let lines: Vec<&str> = all.into_iter().collect();
            fs::write(&path, lines.join("\n") + "\n").expect("writable");
        } else {
            unlisted.extend(new.into_iter().map(|line| format!("{blueprint}: {line}")));
        }
    }
    assert!(
        gone.is_empty(),
        "these are known by another address or another name now, or not made any more:\n{}\n\nWhoever has one of them would \
         lose it. Give the template a `moved` block from the old address to the new one, and leave the name as it was; see \
         src/render/moved.rs. Where an example lost it on purpose, take the line out of tests/addresses by hand",
        gone.join("\n")
    );
    assert!(
        unlisted.is_empty(),
        "these are new:\n{}\n\naccept them with `UPDATE=1 cargo test --test addresses`",
        unlisted.join("\n")
    );
}

#[test]
fn what_goes_is_found() {
    let tree = |text: &str| declared(&Tree::from([("modules/a/main.tf".to_owned(), text.to_owned())]));
    let block = |name: &str, physical: &str| {
        format!("resource \"aws_sqs_queue\" \"{name}\" {{\n  name = \"{physical}\"\n}}\n")
    };
    let moved = "moved {\n  from = aws_sqs_queue.old\n  to   = aws_sqs_queue.new\n}\n";
    let listed = "modules/a aws_sqs_queue.old name=\"x\"\n";
    for (text, is_lost) in [
        (block("old", "x"), false),
        (block("new", "x"), true),
        (block("old", "y"), true),
        (String::new(), true),
        (block("new", "x") + moved, false),
        (block("new", "y") + moved, true),
        (block("old", "x").replace("  name", "  for_each = var.all\n  name"), true),
    ] {
        assert_eq!(!lost(listed, &tree(&text)).is_empty(), is_lost, "{text}");
    }
    // What is known by a key, and what a release holds.
    let release = |address: &str, key: &str, node_pool: &str| {
        format!(
            "resource \"helm_release\" \"{address}\" {{\n  for_each = toset([\"{key}\"])\n  values = [yamlencode({{ objects = [\n    \
             {{ kind = \"NodePool\", metadata = {{ name = \"{node_pool}\", namespace = \"n\" }} }},\n  ] }})]\n}}\n"
        )
    };
    let lines = tree(&release("old", "k", "x")).lines;
    let listed: Vec<String> = lines.iter().map(Line::text).collect();
    assert_eq!(
        listed,
        [
            "modules/a helm_release.old[\"k\"]",
            "modules/a helm_release.old[*]",
            "modules/a helm_release.old[*] NodePool=\"x\" namespace=\"n\"",
        ]
    );
    let moved = "moved {\n  from = helm_release.old\n  to   = helm_release.new\n}\n";
    for (text, gone) in [
        (release("old", "k", "x"), 0),
        (release("old", "k", "y"), 1),
        (release("old", "l", "x"), 1),
        (release("new", "k", "x") + moved, 0),
        (release("new", "k", "x"), 3),
    ] {
        assert_eq!(lost(&listed.join("\n"), &tree(&text)).len(), gone, "{text}");
    }
}
