//! What the roles of add-ons are limited to: variables of the modules, and lines of the add-ons' files.

use serde::Serialize;

use super::arguments::Argument;
use super::condition::Condition;
use crate::hcl::value::Value;
use crate::model::settings::{FleetAddon, Member};

/// An add-on's role that the blueprint limits: each cluster says to what.
#[derive(Serialize)]
pub(super) struct AccessVariable {
    identifier: String,
    about: String,
    has_default: bool,
    /// Whether the add-on cannot do without.
    is_required: bool,
    at_least_one: Value,
    arns: String,
    /// How such an ARN begins.
    example: String,
}

impl AccessVariable {
    pub fn of(member: &Member<FleetAddon>) -> Option<Self> {
        let addon = &member.standard;
        let access = addon.facts.access.as_ref().filter(|_| addon.access_given)?;
        let identifier = addon.name.identifier();
        let condition = Condition::addon(member);
        let unless = if condition.is_always() { String::new() } else { format!("!{} || ", condition.test()) };
        let arns: Vec<String> = access.arns.iter().map(|kind| kind.replace('.', "\\.")).collect();
        Some(Self {
            about: access.about.clone(),
            has_default: access.default.as_ref().is_some_and(|default| !default.is_empty()),
            is_required: access.default.is_none(),
            at_least_one: Value::expression(format!("{unless}length(var.{identifier}_access) > 0")),
            identifier,
            arns: arns.join("|"),
            example: format!("arn:aws:{}…", access.arns[0]),
        })
    }
}

/// Returns an argument for each add-on whose role must be limited, for the example of how a module is called.
pub(super) fn examples(members: &[Member<FleetAddon>]) -> Vec<Argument> {
    let required =
        members.iter().filter(|member| Condition::addon(member).is_always()).filter_map(|member| {
            let addon = &member.standard;
            let access = addon.facts.access.as_ref().filter(|_| addon.access_given)?;
            let value = Value::strings([format!("arn:aws:{}EXAMPLE", access.arns[0])]);
            let name = format!("{}_access", addon.name.identifier());
            access.default.is_none().then_some(Argument { name, value })
        });
    required.collect()
}

/// What an add-on's role is limited to, as the add-on's file says it.
#[derive(Serialize)]
pub(super) struct AccessView<'a> {
    has_access: bool,
    access_about: &'a str,
    access: Value,
    /// Where the role is limited to something: blocks of policies that would be empty otherwise.
    access_everywhere: bool,
    access_count: Value,
    access_index: Value,
}

impl<'a> AccessView<'a> {
    /// `name` is the variable that holds the cluster's name.
    pub fn of(member: &'a Member<FleetAddon>, name: &str) -> Self {
        let addon = &member.standard;
        let (local, variable) = (
            format!("local.{}_access", addon.name.identifier()),
            format!("var.{}_access", addon.name.identifier()),
        );
        let facts = addon.facts.access.as_ref();
        let default = facts.and_then(|facts| facts.default.as_deref()).unwrap_or_default();
        // Written for the services module, which calls the cluster's name otherwise than the cluster's own.
        let texts = default.iter().map(|arn| format!("\"{}\"", arn.replace("var.cluster_name", name)));
        let texts = Value::List(texts.map(Value::expression).collect());
        let access = match (addon.access_given, default.is_empty()) {
            (true, true) => Value::expression(variable),
            (true, false) => Value::expression(format!("length({variable}) > 0 ? {variable} : {texts}")),
            (false, _) => texts,
        };
        let may_be_empty =
            addon.access_given && facts.is_some_and(|facts| facts.default.is_some()) && default.is_empty();
        let condition = Condition::addon(member).and(may_be_empty, &format!("length({local}) > 0"));
        Self {
            has_access: facts.is_some(),
            access_about: facts.map_or("", |facts| &facts.about),
            access,
            access_everywhere: condition.is_always(),
            access_count: condition.count(),
            access_index: condition.index(),
        }
    }
}
