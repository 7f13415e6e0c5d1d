//! Physical names, read from a generated tree: what each root module would make, where the name must be unique.

use std::collections::BTreeMap;

use camino::Utf8Path;

use hcl::{Attribute, Body, Expression};
use proptest::prelude::*;
use proptest::sample::select;

use super::harness::Tree;

/// A name and where it may stand once: kind of resource, account, region (none where AWS knows no region).
pub type Place = (String, String, String, String);

/// A blueprint of two environments in one account, with names that are made of each other's endings.
///
/// Much of what comes out is refused; what is not must not collide.
pub fn crowded() -> impl Strategy<Value = String> {
    let part = || {
        select(vec![
            "a",
            "b",
            "a-b",
            "cluster",
            "karpenter",
            "node",
            "b-node",
            "flow-logs",
            "terraform-state",
        ])
    };
    let region = || select(vec!["us-east-1", "eu-west-1"]);
    let environment =
        || (part(), region(), proptest::collection::vec((part(), region(), any::<bool>()), 0..3));
    let addons = (any::<bool>(), any::<bool>());
    (part(), part(), addons, environment(), environment()).prop_map(|(project, pool, addons, one, other)| {
        let mut text = format!(
            "format = 1\nproject.name = \"{project}\"\n[cluster]\nkubernetes_version = \"1.36\"\n\
             endpoint.public_cidrs = [\"203.0.113.0/24\"]\n"
        );
        for name in ["core", pool] {
            text.push_str(&format!(
                "[cluster.node_pools.{name}]\nkind = \"managed\"\ninstance_types = [\"t3.large\"]\nsize = {{ min = 2, max = 2 }}\n"
            ));
        }
        let (has_karpenter, has_load_balancers) = addons;
        let addons = [("karpenter", has_karpenter), ("aws-load-balancer-controller", has_load_balancers)];
        for (addon, _) in addons.iter().filter(|(_, is_on)| *is_on) {
            text.push_str(&format!("[cluster.addons.{addon}]\n"));
        }
        let other = if one.0 == other.0 { ("other", other.1, other.2) } else { other };
        for (index, (name, region, clusters)) in [one, other].into_iter().enumerate() {
            let index = index * 100;
            text.push_str(&format!(
                "[environments.{name}]\naccount = \"111111111111\"\nregion = \"{region}\"\n\
                 deploy_role = \"arn:aws:iam::111111111111:role/deploy\"\ncluster.network.cidr = \"10.{index}.0.0/16\"\n"
            ));
            for (at, (cluster, region, is_named)) in clusters.into_iter().enumerate() {
                // The name is the cluster's own, or the last part of one.
                let own = if is_named { format!("name = \"{cluster}\"\n") } else { String::new() };
                let key = if is_named || at > 0 { format!("c{at}-{cluster}") } else { cluster.to_owned() };
                text.push_str(&format!(
                    "[environments.{name}.clusters.{key}]\nregion = \"{region}\"\n{own}network.cidr = \"10.{}.0.0/16\"\n",
                    index + at + 1
                ));
            }
        }
        text
    })
}

/// Returns every name that the tree's roots would make, each with the root that makes it.
pub fn physical(tree: &Tree) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let modules = ["cluster", "services"].map(|module| patterns(tree, &format!("modules/{module}/")));
    let of_module = |stack: &str| if stack == "cluster" { &modules[0] } else { &modules[1] };
    for (path, text) in tree {
        let stack = path.rsplit('/').nth(1).unwrap_or_default();
        let is_root = path.starts_with("environments/") && path.ends_with("/main.tf");
        if is_root && matches!(stack, "cluster" | "services") {
            let body = parse(path, text);
            let call =
                body.blocks().find(|block| block.identifier() == "module").expect("a root calls its module");
            let argument = |name: &str| text_of(call.body().attributes(), name).unwrap_or_default();
            let name = argument(if stack == "cluster" { "name" } else { "cluster_name" });
            let account = argument("account_id");
            // A module without roles is told no account; its names are the cluster's then, and those are looked at.
            if account.is_empty() {
                continue;
            }
            for (kind, pattern) in of_module(stack) {
                let name = pattern.replace("${var.name}", &name).replace("${var.cluster_name}", &name);
                found.push((place(kind, name, &account, &argument("region")), path.clone()));
            }
        } else if is_root && stack == "state" {
            let region = tree.get(&path.replace("main.tf", "providers.tf")).expect("a root has providers");
            let region =
                region.lines().find_map(|line| line.trim().strip_prefix("region")).expect("a region");
            let region = region.trim_matches([' ', '=', '"']);
            for (kind, name) in patterns(tree, path) {
                found.push((place(&kind, name, "111111111111", region), path.clone()));
            }
        }
    }
    found
}

fn place(kind: &str, name: String, account: &str, region: &str) -> Place {
    let region = if kind.starts_with("aws_iam_") { "" } else { region };
    (kind.to_owned(), account.to_owned(), region.to_owned(), name)
}

/// Returns the names of AWS resources as the files below a path write them, `${var.name}-node`.
fn patterns(tree: &Tree, below: &str) -> Vec<(String, String)> {
    const KEYS: [&str; 2] = ["name", "bucket"];
    let mut patterns = Vec::new();
    for (path, text) in tree
        .iter()
        .filter(|(path, _)| path.starts_with(below) && Utf8Path::new(path).extension() == Some("tf"))
    {
        for block in parse(path, text).blocks().filter(|block| block.identifier() == "resource") {
            let label = |index: usize| block.labels().get(index).map_or("", |label| label.as_str());
            let name = KEYS.iter().find_map(|key| text_of(block.body().attributes(), key));
            // A role's own policy has a name within the role.
            let is_unique = label(0).starts_with("aws_") && label(0) != "aws_iam_role_policy";
            if let Some(name) = name.filter(|_| is_unique) {
                patterns.push((label(0).to_owned(), name));
            }
        }
    }
    assert!(!patterns.is_empty(), "nothing is named below {below}");
    patterns
}

fn parse(path: &str, text: &str) -> Body {
    hcl::parse(text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text of an attribute: a literal, a template as written, or `var.name` alone.
fn text_of<'a>(mut attributes: impl Iterator<Item = &'a Attribute>, key: &str) -> Option<String> {
    let attribute = attributes.find(|attribute| attribute.key() == key)?;
    match attribute.expr() {
        Expression::String(text) => Some(text.clone()),
        Expression::TemplateExpr(template) => Some(template.to_string().trim_matches('"').to_owned()),
        Expression::Traversal(_) => {
            let text = attribute.expr().to_string();
            text.starts_with("var.").then(|| format!("${{{text}}}"))
        }
        _ => None,
    }
}

/// Looks for a name that two roots would make in one place.
pub fn collision(tree: &Tree) -> Option<String> {
    let mut seen: BTreeMap<Place, String> = BTreeMap::new();
    for (place, root) in physical(tree) {
        if let Some(other) = seen.get(&place) {
            return Some(format!("{other} and {root} both make {place:?}"));
        }
        seen.insert(place, root);
    }
    None
}
