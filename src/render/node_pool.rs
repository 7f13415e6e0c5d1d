//! A node pool in its module: the variable that holds its settings, and what its blocks say literally.
//!
//! A setting is one row of [`MANAGED`] or [`KARPENTER`]. The variable's type is made of the rows, and so is what a
//! root passes to it.

use serde::Serialize;

use super::cluster_module::{Switch, object};
use super::condition::Condition;
use crate::blueprint::scalar::Name;
use crate::hcl::value::Value;
use crate::model::node_pool::{CORE, Taint};
use crate::model::settings::{Member, Share};
use crate::model::{Fleet, KarpenterPool, ManagedPool};

/// A setting of a pool: a field of the variable that holds them.
struct Field<Pool> {
    name: &'static str,
    /// Its type, in Terraform's words.
    of: &'static str,
    /// What it is for a pool; null: nothing.
    value: fn(&Pool) -> Value,
    /// What a reader of the variable must know, line by line.
    comment: &'static [&'static str],
}

/// The settings of a managed node group.
const MANAGED: &[Field<ManagedPool>] = &[
    field("instance_types", "list(string)", |pool| Value::strings(&pool.instance_types)),
    field("ami_type", "string", |pool| pool.ami_type.into()),
    field("capacity_type", "string", |pool| pool.capacity_type.into()),
    field("min_size", "number", |pool| pool.min_size.into()),
    field("max_size", "number", |pool| pool.max_size.into()),
    field("desired_size", "number", |pool| pool.desired_size.into()),
    field("disk_gib", "number", |pool| pool.disk_gib.into()),
    field("labels", "map(string)", |pool| object(&pool.labels)),
];

/// The settings of a Karpenter pool.
const KARPENTER: &[Field<KarpenterPool>] = &[
    field("capacity", "list(string)", |pool| Value::strings(&pool.capacity)),
    field("architecture", "string", |pool| pool.architecture.into()),
    field("instance_types", "list(string)", |pool| Value::strings(&pool.instance_types)),
    field("cpu_limit", "string", |pool| pool.cpu_limit.as_str().into()),
    field("memory_limit", "string", |pool| pool.memory_limit.as_deref().map_or(Value::Null, Value::from)),
    field("expire_after", "string", |pool| pool.expire_after.as_str().into()),
    Field {
        comment: &[
            "The longest that a pod may hold up a node that expires, drifts or is destroyed. After it Karpenter deletes the",
            "pod, whatever its disruption budget or do-not-disrupt says: longer than the longest job.",
        ],
        ..field("termination_grace_period", "string", |pool| pool.termination_grace_period.as_str().into())
    },
    field("disk_gib", "number", |pool| pool.disk_gib.into()),
    field("weight", "number", |pool| pool.weight.into()),
    field("labels", "map(string)", |pool| object(&pool.labels)),
    field("taints", "list(object({ key = string, value = optional(string), effect = string }))", |pool| {
        taints(&pool.taints)
    }),
];

const fn field<Pool>(name: &'static str, of: &'static str, value: fn(&Pool) -> Value) -> Field<Pool> {
    Field { name, of, value, comment: &[] }
}

/// Taints as a variable takes them.
fn taints(taints: &[Taint]) -> Value {
    let one = |taint: &Taint| {
        let mut fields = vec![("key".to_owned(), Value::String(taint.key.clone()))];
        fields.extend(
            (!taint.value.is_empty()).then(|| ("value".to_owned(), Value::String(taint.value.clone()))),
        );
        fields.push(("effect".to_owned(), taint.effect.into()));
        Value::Object(fields)
    };
    Value::List(taints.iter().map(one).collect())
}

/// The variable that holds a pool's settings. With `_enabled` behind it, it says whether a cluster has the pool; since
/// this one ends in `_node_pool`, no pool's name makes one of the other kind.
pub(super) fn variable(name: &Name) -> String {
    format!("{}_node_pool", name.identifier())
}

/// The variables that say whether a cluster has a pool; where core runs has one of its own.
pub(super) fn switches<'a>(fleet: &Fleet, pools: impl Iterator<Item = (bool, &'a Name)>) -> Vec<Switch> {
    let has_own = |name: &Name| name.as_str() == CORE && fleet.core_on_fargate == Share::Some;
    pools
        .filter(|(everywhere, name)| !everywhere && !has_own(name))
        .map(|(_, name)| Switch { name: variable(name), what: format!("node pool {name}") })
        .collect()
}

/// What a root passes of a managed group; nothing where it is the standard's.
pub(super) fn managed_argument(own: &ManagedPool, standard: &ManagedPool) -> Option<Value> {
    argument(MANAGED, own, standard)
}

/// What a root passes of a Karpenter pool; nothing where it is the standard's.
pub(super) fn karpenter_argument(own: &KarpenterPool, standard: &KarpenterPool) -> Option<Value> {
    argument(KARPENTER, own, standard)
}

fn argument<Pool>(fields: &[Field<Pool>], own: &Pool, standard: &Pool) -> Option<Value> {
    let values = fields.iter().map(|field| (field.name, (field.value)(own), (field.value)(standard)));
    let differing: Vec<(String, Value)> = values
        .filter(|(_, own, standard)| own != standard)
        .map(|(name, own, _)| (name.to_owned(), own))
        .collect();
    (!differing.is_empty()).then_some(Value::Object(differing))
}

/// A pool as the templates of its variable and its blocks see it.
#[derive(Serialize)]
pub(super) struct PoolView<Blocks> {
    name: String,
    identifier: String,
    variable: String,
    everywhere: bool,
    count: Value,
    fields: Vec<FieldView>,
    #[serde(flatten)]
    blocks: Blocks,
}

#[derive(Serialize)]
struct FieldView {
    name: &'static str,
    of: Value,
    has_default: bool,
    default: Value,
    comment: &'static [&'static str],
}

fn view<Pool, Blocks>(
    fields: &[Field<Pool>],
    name: &Name,
    member: &Member<Pool>,
    condition: &Condition,
    blocks: Blocks,
) -> PoolView<Blocks> {
    let fields = fields.iter().map(|field| {
        let default = (field.value)(&member.standard);
        FieldView {
            name: field.name,
            of: Value::expression(field.of),
            has_default: default != Value::Null,
            default,
            comment: field.comment,
        }
    });
    PoolView {
        name: name.to_string(),
        identifier: name.identifier(),
        variable: variable(name),
        everywhere: condition.is_always(),
        count: condition.count(),
        fields: fields.collect(),
        blocks,
    }
}

/// What the blocks of a managed group need besides its variable.
#[derive(Serialize)]
pub(super) struct ManagedBlocks {
    index: Value,
    taints: Vec<TaintView>,
}

#[derive(Serialize)]
struct TaintView {
    key: String,
    value: String,
    has_value: bool,
    effect: &'static str,
}

/// EKS spells Kubernetes' effects its own way.
fn eks_effect(effect: &str) -> &'static str {
    match effect {
        "PreferNoSchedule" => "PREFER_NO_SCHEDULE",
        "NoExecute" => "NO_EXECUTE",
        _ => "NO_SCHEDULE",
    }
}

pub(super) fn managed(fleet: &Fleet, member: &Member<ManagedPool>) -> PoolView<ManagedBlocks> {
    let name = &member.standard.name;
    let condition = Condition::pool(fleet, member, name, true);
    let taints = member.standard.taints.iter().map(|taint| TaintView {
        key: taint.key.clone(),
        value: taint.value.clone(),
        has_value: !taint.value.is_empty(),
        effect: eks_effect(taint.effect),
    });
    let blocks = ManagedBlocks { index: condition.index(), taints: taints.collect() };
    view(MANAGED, name, member, &condition, blocks)
}

/// What the objects of a Karpenter pool need besides its variable.
#[derive(Serialize)]
pub(super) struct KarpenterBlocks {}

pub(super) fn karpenter(fleet: &Fleet, member: &Member<KarpenterPool>) -> PoolView<KarpenterBlocks> {
    let name = &member.standard.name;
    view(KARPENTER, name, member, &Condition::pool(fleet, member, name, false), KarpenterBlocks {})
}
