//! What leaves: a stack that was generated and is no longer made holds things that nobody would ever destroy.
//!
//! A stack is known by where its state is, so a rename that keeps the state is none, and a state that is looked for elsewhere is
//! one, whatever the stack is called. What it would have been known by, had the blueprint said it, follows from the names that it
//! was made under.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::{Cluster, Environment};
use super::facts::{ClusterFacts, StackFacts};
use super::rename::{self, Renaming};
use super::stack::{ACCOUNT, MadeAs, Stack, app_stack};
use super::{Facts, Model, identity};
use crate::blueprint::scalar::{Former, Name};
use crate::blueprint::{Blueprint, MAIN};
use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::problem::Problem;

/// What is taken out: all stacks that go with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// An environment.
    Environment(String),
    /// A cluster of an environment that stays.
    Cluster(String, String),
    /// An application, of which nothing stays.
    App(String),
    /// An application's place, environment and cluster.
    Place(String, String, String),
    /// What accounts have for pipelines.
    Accounts,
}

/// A stack that would be left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// What the scripts call it: environment, cluster and stack.
    pub words: String,
    /// The addresses of its resources.
    pub resources: Vec<String>,
}

/// What may be what was taken out, under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heir {
    /// What it is called now; none where it may be one of several.
    pub name: Option<String>,
    /// Whether its table says that it was something else.
    pub is_renamed: bool,
    /// What its table has to say.
    pub renaming: Renaming,
}

/// Finds stacks that the last run made and this blueprint does not, though it never said that they are to be destroyed; and what
/// is still here, and would be made anew for its name.
///
/// To be asked only of a blueprint that is right: what could not be read would be missed.
pub fn check(model: &Model, blueprint: &Blueprint, facts: &Facts) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let stacks = model.stacks();
    let mut leaving: BTreeMap<Removed, (MadeAs, Vec<Left>)> = BTreeMap::new();
    for (name, known) in facts.stacks() {
        if known.retired || stacks.iter().any(|stack| has_state(stack, known)) {
            continue;
        }
        let made_as = known.made_as();
        let same = stacks.iter().find(|stack| stack.made_as == made_as);
        if let Some(stack) = same.or_else(|| stacks.iter().find(|stack| stack.name == *name)) {
            moves(model, blueprint, &mut diagnostics, stack, known);
        } else if let Some(removed) = removed(model, known) {
            let left =
                Left { name: name.clone(), words: words(model, known), resources: facts.addresses(known) };
            leaving.entry(removed).or_insert_with(|| (made_as, Vec::new())).1.push(left);
        }
    }
    for (removed, (made_as, stacks)) in leaving {
        let (at, heir) = heir(model, blueprint, facts, &removed, &made_as).unzip();
        let at = at.or_else(|| match &removed {
            Removed::Place(app, ..) => Some(blueprint.file.apps.get(app)?.value.environments.span),
            Removed::Accounts => Some(blueprint.file.delivery.as_ref()?.span),
            Removed::Environment(_) | Removed::Cluster(..) | Removed::App(_) => None,
        });
        let problem = Problem::StackLeaves { removed, stacks, heir: heir.map(Box::new) };
        diagnostics.push(problem, at.unwrap_or_default());
    }
    check_eks_names(model, blueprint, facts, stacks, &mut diagnostics);
    check_regions(model, blueprint, facts, stacks, &mut diagnostics);
    rename::check_kept(blueprint, facts, &mut diagnostics);
    diagnostics
}

fn has_state(stack: &Stack, known: &StackFacts) -> bool {
    (&stack.bucket, &stack.key) == (&known.bucket, &known.key)
}

/// Returns the environment that a stack was in, if it is there, whatever it is called now; and the cluster.
fn place<'m>(model: &'m Model, known: &StackFacts) -> (Option<&'m Environment>, Option<&'m Cluster>) {
    let made_as = known.made_as();
    let all = &model.environments;
    let same = all.iter().find(|here| here.identity == made_as.environment);
    let Some(environment) = same.or_else(|| all.iter().find(|here| here.name == known.environment)) else {
        return (None, None);
    };
    let same = environment.clusters.iter().find(|here| here.identity == made_as.cluster);
    let cluster = same.or_else(|| environment.clusters.iter().find(|here| here.name == known.cluster));
    (Some(environment), cluster)
}

/// Returns what the scripts call a stack once its table is put back.
fn words(model: &Model, known: &StackFacts) -> String {
    if known.stack == ACCOUNT {
        return known.environment.clone();
    }
    let (environment, cluster) = place(model, known);
    let environment = environment.map_or(&known.environment, |environment| &environment.name);
    let cluster = cluster.map_or(&known.cluster, |cluster| &cluster.name);
    format!("{environment} {cluster} {}", known.stack)
}

/// Says what was taken out that a stack belonged to; nothing of `tenants` alone, which leaves with the last application.
fn removed(model: &Model, known: &StackFacts) -> Option<Removed> {
    if known.stack == ACCOUNT {
        return Some(Removed::Accounts);
    }
    let (environment, cluster) = place(model, known);
    let Some(environment) = environment else {
        return Some(Removed::Environment(known.environment.clone()));
    };
    let Some(cluster) = cluster else {
        return Some(Removed::Cluster(environment.name.clone(), known.cluster.clone()));
    };
    let app = known.stack.strip_prefix("apps/")?;
    let made_as = known.made_as().stack;
    let same = model.apps.iter().find(|here| app_stack(&here.identity) == made_as);
    let here = same.or_else(|| model.apps.iter().find(|here| here.name.as_str() == app));
    Some(match here {
        Some(here) => Removed::Place(here.name.to_string(), environment.name.clone(), cluster.name.clone()),
        None => Removed::App(app.to_owned()),
    })
}

/// A table that may be new: its name, and what it says of former ones.
type Table<'a> = (&'a Spanned<Name>, Option<&'a Spanned<Former>>);

/// Finds what was taken out among what is new: what says so, or the only one of its kind.
fn heir(
    model: &Model,
    blueprint: &Blueprint,
    facts: &Facts,
    removed: &Removed,
    made_as: &MadeAs,
) -> Option<(Span, Heir)> {
    // What there was: the names, and what those were made as.
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let stacks = facts.stacks().values().map(|stack| (stack, stack.made_as()));
    let app = |stack: &str| stack.strip_prefix("apps/").map(str::to_owned);
    let (old, first, tables, all): (&String, String, String, Vec<Table<'_>>) = match removed {
        Removed::Environment(old) => {
            known.extend(stacks.map(|(stack, made_as)| (stack.environment.clone(), made_as.environment)));
            let all = blueprint.environments.iter();
            let all = all.map(|it| (&it.name, it.value.environment.renamed_from.as_ref()));
            (old, made_as.environment.clone(), "environments".to_owned(), all.collect())
        }
        Removed::Cluster(environment, old) => {
            let here = stacks.filter(|(_, was)| was.environment == made_as.environment);
            known.extend(here.map(|(stack, made_as)| (stack.cluster.clone(), made_as.cluster)));
            let all = blueprint.environments.get(environment).map(|it| it.value.clusters.iter());
            let all = all.into_iter().flatten().filter(|it| *it.value.enabled);
            let all = all.map(|it| (&it.name, it.value.renamed_from.as_ref()));
            (old, made_as.cluster.clone(), format!("environments.{environment}.clusters"), all.collect())
        }
        Removed::App(old) => {
            known.extend(
                stacks.filter_map(|(stack, made_as)| Some((app(&stack.stack)?, app(&made_as.stack)?))),
            );
            let all = model.placed_apps().filter_map(|it| blueprint.file.apps.get(it.name.as_str()));
            let all = all.map(|it| (&it.name, it.value.renamed_from.as_ref()));
            (old, app(&made_as.stack)?, "apps".to_owned(), all.collect())
        }
        Removed::Place(..) | Removed::Accounts => return None,
    };
    let is_new = |(name, former): &Table<'_>| {
        let made_as = identity::of(name, *former);
        !known.iter().any(|(old, first)| old == name.as_str() || first == made_as.as_str())
    };
    let says = |(_, former): &Table<'_>| {
        rename::written(*former).iter().any(|name| name.as_str() == old || name.as_str() == first)
    };
    let mut new: Vec<Table<'_>> = all.into_iter().filter(is_new).collect();
    if let Some(one) = new.iter().copied().find(says) {
        new = vec![one];
    } else {
        // Every environment has one unless it says otherwise.
        new.retain(|(name, _)| name.as_str() != MAIN || !matches!(removed, Removed::Cluster(..)));
    }
    match new.as_slice() {
        [] => None,
        [(name, former)] => {
            let heir = Heir {
                name: Some(name.to_string()),
                is_renamed: former.is_some(),
                renaming: Renaming::of(Some(format!("{tables}.{name}", name = name.value)), &first, name),
            };
            Some((former.map_or(name.span, |former| former.span), heir))
        }
        _ => {
            let renaming = Renaming { table: None, former: vec![first] };
            Some((Span::default(), Heir { name: None, is_renamed: false, renaming }))
        }
    }
}

/// Reports a stack whose state would be looked for elsewhere: the engine would find nothing, and make everything again.
fn moves(
    model: &Model,
    blueprint: &Blueprint,
    diagnostics: &mut Diagnostics,
    stack: &Stack,
    known: &StackFacts,
) {
    let (at, renaming) = renaming(blueprint, stack, known).unzip();
    let environment = model.environments.iter().find(|here| here.name == stack.environment);
    let account = model.accounts().iter().find(|account| account.id == stack.account);
    let at = at.unwrap_or_else(|| {
        let app = stack.stack.strip_prefix("apps/").and_then(|app| blueprint.file.apps.get(app));
        let elsewhere = || account.map_or_else(Span::default, |account| account.state.at);
        environment.map_or_else(elsewhere, |environment| {
            let cluster = environment.clusters.iter().find(|cluster| cluster.name == stack.cluster);
            match (app, cluster) {
                // All states of an environment are in one bucket.
                _ if known.bucket != stack.bucket => environment.state.at,
                (Some(app), _) => app.name.span,
                (None, Some(cluster)) => cluster.at,
                (None, None) => environment.at,
            }
        })
    });
    let problem = Problem::StateMoves {
        stack: stack.name.clone(),
        from: format!("{}/{}", known.bucket, known.key),
        to: format!("{}/{}", stack.bucket, stack.key),
        is_bucket: known.bucket != stack.bucket,
        renaming,
    };
    diagnostics.push(problem, at);
}

/// Reports clusters that keep their states and would be called otherwise: AWS could only make them again.
fn check_eks_names(
    model: &Model,
    blueprint: &Blueprint,
    facts: &Facts,
    stacks: &[Stack],
    diagnostics: &mut Diagnostics,
) {
    for (from, was) in facts.clusters() {
        let Some(known) = stack_of(facts, was).filter(|known| !known.retired) else { continue };
        let Some(stack) = stacks.iter().find(|stack| has_state(stack, known)) else { continue };
        let mut clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
        let here = clusters.find(|it| (&it.environment, &it.name) == (&stack.environment, &stack.cluster));
        let Some(here) = here.filter(|here| here.eks_name != *from) else { continue };
        let (at, renaming) = renaming(blueprint, stack, known).unzip();
        let problem = Problem::EksNameChanges { from: from.clone(), to: here.eks_name.clone(), renaming };
        diagnostics.push(problem, at.unwrap_or(here.at));
    }
}

/// Returns the stack that made a cluster.
fn stack_of<'f>(facts: &'f Facts, was: &ClusterFacts) -> Option<&'f StackFacts> {
    let is_its = |stack: &&StackFacts| {
        (&stack.environment, &stack.cluster) == (&was.environment, &was.cluster) && stack.stack == "cluster"
    };
    facts.stacks().values().find(is_its)
}

/// Reports what would be looked for in another region, where it is not: a bucket never moves, nor does a cluster.
fn check_regions(
    model: &Model,
    blueprint: &Blueprint,
    facts: &Facts,
    stacks: &[Stack],
    diagnostics: &mut Diagnostics,
) {
    let mut moving = BTreeSet::new();
    for stack in stacks {
        let Some((name, known)) = facts.stacks().iter().find(|(_, known)| has_state(stack, known)) else {
            continue;
        };
        let Some(from) = known.region.as_ref().filter(|from| **from != stack.region) else { continue };
        let of_account = || blueprint.file.delivery.as_ref()?.region.as_ref().map(|region| region.span);
        let target = blueprint.environments.get(&stack.environment);
        let at = target.map(|target| target.value.environment.region.span).or_else(of_account);
        moving.extend(at.map(|at| at.start));
        let problem = Problem::RegionChanges {
            what: format!("bucket `{}`", stack.bucket),
            fact: format!("stack {name}"),
            from: from.clone(),
            to: stack.region.clone(),
            is_cluster: false,
        };
        diagnostics.push(problem, at.unwrap_or_default());
    }
    for cluster in model.environments.iter().flat_map(|environment| &environment.clusters) {
        let was = facts.clusters().get(&cluster.eks_name).filter(|was| was.region != cluster.region);
        let Some(was) = was.filter(|was| stack_of(facts, was).is_some_and(|stack| !stack.retired)) else {
            continue;
        };
        let target = blueprint.environments.get(&cluster.environment).map(|target| &target.value);
        let at = target.map(|target| {
            let own = target.clusters.get(&cluster.name).and_then(|own| own.value.region.as_ref());
            own.unwrap_or(&target.environment.region).span
        });
        let at = at.unwrap_or(cluster.at);
        // What is said of the environment's bucket already.
        if moving.contains(&at.start) {
            continue;
        }
        let problem = Problem::RegionChanges {
            what: format!("cluster `{}`", cluster.eks_name),
            fact: format!("cluster {}", cluster.eks_name),
            from: was.region.clone(),
            to: cluster.region.clone(),
            is_cluster: true,
        };
        diagnostics.push(problem, at);
    }
}

/// Returns what the blueprint would have to say for a stack to be what it was, and where: nothing where it says that.
fn renaming(blueprint: &Blueprint, stack: &Stack, known: &StackFacts) -> Option<(Span, Box<Renaming>)> {
    let (was, is) = (known.made_as(), &stack.made_as);
    let target = blueprint.environments.get(&stack.environment)?;
    let cluster = || target.value.clusters.get(&stack.cluster);
    let app = || blueprint.file.apps.get(stack.stack.strip_prefix("apps/")?);
    let (table, first, name, former) = if was.environment != is.environment {
        let former = target.value.environment.renamed_from.as_ref();
        (format!("environments.{}", stack.environment), was.environment.as_str(), &target.name, former)
    } else if was.cluster != is.cluster {
        let table = format!("environments.{}.clusters.{}", stack.environment, stack.cluster);
        let cluster = cluster()?;
        (table, was.cluster.as_str(), &cluster.name, cluster.value.renamed_from.as_ref())
    } else if was.stack != is.stack {
        let app = app()?;
        let first = was.stack.strip_prefix("apps/")?;
        (format!("apps.{}", app.name.value), first, &app.name, app.value.renamed_from.as_ref())
    } else {
        return None;
    };
    let renaming = Renaming::of(Some(table), first, name);
    Some((former.map_or(name.span, |former| former.span), Box::new(renaming)))
}
