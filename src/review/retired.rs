//! Whether what is destroyed was to go: with a stack that is retired, with an application's tenant, or with what a module made for those
//! alone.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::calls::Call;
use super::folder::{Declarations, Item, What, declarations};
use super::instance::{self, literal};
use super::{Both, Presence, Root, StackChange};
use crate::model::facts::StackFacts;

/// What clusters have for the sake of applications: it goes with the last of them.
const FOR_TENANTS: [&str; 3] = [
    "modules/services/tenant_network.tf",
    "modules/services/tenant_placement.tf",
    "modules/services/tenants.tf",
];

impl Root {
    /// `known` are the facts of all stacks.
    pub(super) fn of(stack: &str, folder: &Utf8Path, known: &BTreeMap<String, StackFacts>) -> Self {
        let here = known.get(stack);
        let beside = |other: &&StackFacts| {
            let is_of_tenants = |it: &&StackFacts| {
                it.stack == "tenants"
                    && (&it.environment, &it.cluster) == (&other.environment, &other.cluster)
            };
            other.retired && here.is_some_and(|here| is_of_tenants(&here))
        };
        let leaving = known.values().filter(beside).filter_map(|app| {
            Some(format!("module.tenant_{}", app.made_as().stack.strip_prefix("apps/")?.replace('-', "_")))
        });
        Self {
            stack: stack.to_owned(),
            folder: folder.to_owned(),
            state: here.map(|here| format!("{}/{}", here.bucket, here.key)),
            retired: here.is_some_and(|here| here.retired),
            leaving: leaving.collect(),
        }
    }
}

impl Both<'_> {
    /// Says of what is destroyed in a folder whether it was to go.
    pub(super) fn judge(&self, folder: &Utf8Path, items: &mut [Item], stacks: &[StackChange]) {
        let is_root = |stack: &&StackChange| stack.folder == folder;
        let root = stacks.iter().find(is_root);
        if root.is_none() && !self.new.has(folder) {
            // What it made goes with the calls, which say so.
            for item in items.iter_mut() {
                item.destroys.clear();
            }
        }
        let mut users =
            stacks.iter().filter(|it| is_root(it) || self.reach(&it.folder).contains(folder)).peekable();
        let is_retired = users.peek().is_some() && users.all(|stack| stack.retired);
        let mut tenants = stacks.iter().filter(|it| it.name.ends_with("/tenants")).peekable();
        let is_gone = |stack: &StackChange| stack.presence == Presence::Removed && stack.retired;
        let without_tenants = tenants.peek().is_some() && tenants.all(is_gone);
        let roots = self.old.stacks.iter().chain(&self.new.stacks).filter(|root| root.folder == folder);
        let leaving: Vec<&String> = roots.flat_map(|root| &root.leaving).collect();
        for item in items.iter_mut().filter(|item| !item.destroys.is_empty()) {
            if root.is_none() && !is_retired {
                self.weigh(folder, item, stacks);
            }
            item.retired |= is_retired
                || !leaving.is_empty() && self.goes_with(item, &leaving)
                || without_tenants && FOR_TENANTS.iter().any(|file| item.file == *file);
        }
    }

    /// Looks whether what a module has no longer was made by any call that stays: what some clusters or tenants alone had goes with
    /// them, or never was.
    fn weigh(&self, folder: &Utf8Path, item: &mut Item, stacks: &[StackChange]) {
        let here = self.old.files.iter().filter(|(path, _)| path.parent() == Some(folder));
        let mut declared = Declarations::new();
        for (path, text) in here {
            declared.extend(declarations(path, text).unwrap_or_default());
        }
        let Some(was) = declared.get(&item.address).filter(|_| item.what == What::Removed) else { return };
        let leaves = |call: &&Call| {
            let is_user =
                |it: &&StackChange| it.folder == call.folder || self.reach(&it.folder).contains(&call.folder);
            let mut roots =
                self.old.stacks.iter().chain(&self.new.stacks).filter(|root| root.folder == call.folder);
            stacks.iter().filter(is_user).all(|stack| stack.retired)
                || roots.any(|root| root.leaving.contains(&call.address))
        };
        let (gone, stay): (Vec<&Call>, Vec<&Call>) = self.old_calls.of(folder).iter().partition(leaves);
        let is_none = |call: &Call| {
            let default = |name: &str| declared.get(&format!("var.{name}"))?.content.get("default");
            let value = |name: &str| literal(call.content.get(name).or_else(|| default(name))?);
            instance::is_none(&was.content, &value)
        };
        if stay.into_iter().all(is_none) {
            if gone.is_empty() {
                item.destroys.clear();
            } else {
                item.retired = true;
            }
        }
    }

    /// Whether an address in the root of a cluster's tenants is of none but those that are to go: a tenant itself, its guard, the
    /// access of who has rights there alone.
    fn goes_with(&self, item: &Item, leaving: &[&String]) -> bool {
        const TENANT: &str = "module.tenant_";
        let leaves = |name: &str| leaving.iter().any(|leaving| *leaving == name);
        if item.address.starts_with(TENANT) {
            return leaves(&item.address);
        }
        let declared = self.old.files.get(&item.file).and_then(|text| declarations(&item.file, text));
        let Some(was) = declared.as_ref().and_then(|declared| declared.get(&item.address)) else {
            return false;
        };
        item.destroys.iter().all(|instance| {
            let key = instance.strip_prefix(&*item.address).unwrap_or_default();
            let key = key.trim_start_matches("[\"").trim_end_matches("\"]");
            let entry = was.content.get("for_each").and_then(|entries| entries.get(key));
            let said = entry.unwrap_or(&was.content).to_string();
            let names: Vec<&str> = said
                .split(|c: char| !c.is_alphanumeric() && !"._-".contains(c))
                .filter(|word| word.starts_with(TENANT))
                .map(|word| word.match_indices('.').nth(1).map_or(word, |(at, _)| &word[..at]))
                .collect();
            !names.is_empty() && names.into_iter().all(leaves)
        })
    }
}
