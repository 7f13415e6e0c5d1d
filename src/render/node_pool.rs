//! A node pool in its module: the variable that holds its settings, and what its blocks say literally.
//!
//! A setting is one row of [`Settings::FIELDS`]. The variable's type is made of the rows, and so are its validations and
//! what a root passes to it. A setting that no cluster makes appears nowhere.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cluster_module::{Switch, object};
use super::condition::Condition;
use super::moved::{Moved, moved};
use crate::blueprint::scalar::{AmiFamily, Name, TaintEffect};
use crate::blueprint::usual;
use crate::hcl::value::Value;
use crate::model::addon::CLUSTER_AUTOSCALER;
use crate::model::node_pool::disruption::{Budget, Disruption};
use crate::model::node_pool::kubelet::Kubelet;
use crate::model::node_pool::{CORE, NodesPool, Pool, Taint};
use crate::model::settings::{FleetPool, Share};
use crate::model::{Fleet, KarpenterPool, ManagedPool};

/// A setting of a pool: a field of the variable that holds them.
pub(super) struct Field<P> {
    name: &'static str,
    /// Its type, in Terraform's words.
    of: &'static str,
    /// What it is for a pool; null: nothing.
    value: fn(&P) -> Value,
    /// When it appears.
    shown: Shown<P>,
    /// What a reader of the variable must know, line by line.
    comment: &'static [&'static str],
    /// What its value must be, beyond its type.
    rule: Option<Rule>,
    /// Whether it names something of one account: no default of a module can.
    of_account: bool,
}

/// When a field appears in its module.
enum Shown<P> {
    Always,
    /// Where it is something else than this in any cluster. In the other modules the blocks say this, or nothing.
    Beyond(fn(&P) -> Value),
}

/// A condition in HCL, `{}` being the field, and what is said where it does not hold.
#[derive(Clone, Copy)]
struct Rule {
    condition: &'static str,
    message: &'static str,
}

/// A pool whose module holds it in a variable.
pub(super) trait Settings: NodesPool + 'static {
    /// The variable's fields, in its order.
    const FIELDS: &'static [Field<Self>];
}

impl Settings for ManagedPool {
    const FIELDS: &'static [Field<Self>] = &[
        field("instance_types", "list(string)", |pool| Value::strings(&pool.instance_types)),
        field("ami_type", "string", |pool| pool.ami_type.into()),
        field("release_version", "string", |pool: &Self| text(pool.release_version.as_deref())).optional(
            Rule {
                condition: r#"can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+-[0-9a-f]{8}$", {}))"#,
                message: "release_version is EKS' release of the machine image, such as 1.36.1-20260714.",
            },
        ),
        field("capacity_type", "string", |pool| pool.capacity_type.into()),
        field("min_size", "number", |pool| pool.min_size.into()),
        field("max_size", "number", |pool| pool.max_size.into()),
        field("desired_size", "number", |pool| pool.desired_size.into()),
        disk_gib(),
        disk_iops(),
        disk_throughput(),
        disk_kms_key(),
        kubelet(),
        field("labels", "map(string)", |pool| object(&pool.labels)),
    ];
}

impl Settings for KarpenterPool {
    const FIELDS: &'static [Field<Self>] = &[
        field("capacity", "list(string)", |pool| Value::strings(&pool.capacity)),
        field("capacity_reservations", "list(string)", |pool: &Self| match pool.capacity_reservations.as_slice() {
            [] => Value::Null,
            ids => Value::strings(ids),
        })
        .optional(Rule {
            condition: r#"alltrue([for id in {} : can(regex("^cr-[0-9a-z]+$", id))])"#,
            message: "capacity_reservations are ids such as cr-0123456789abcdef0.",
        })
        .of_account(),
        field("architecture", "string", |pool| pool.architecture.into()),
        field("instance_types", "list(string)", |pool| Value::strings(&pool.instance_types)),
        field("ami_alias", "string", |pool: &Self| pool.ami_alias.as_str().into())
            .beyond(|pool| pool.catalog_alias.as_str().into())
            .rule(Rule {
                condition: r#"can(regex("^(al2023|bottlerocket)@v[0-9.]+$", {}))"#,
                message: "ami_alias is a pinned image such as al2023@v20260714: @latest would replace every node on each release.",
            }),
        field("cpu_limit", "string", |pool| pool.cpu_limit.as_str().into()),
        field("memory_limit", "string", |pool| text(pool.memory_limit.as_deref())),
        field("gpu_limit", "number", |pool: &Self| number(pool.gpu_limit))
            .optional(Rule { condition: "{} >= 0", message: "gpu_limit is a number of GPUs." }),
        field("consolidate_after", "string", |pool: &Self| pool.disruption.consolidate_after.as_str().into())
            .beyond(|_| Disruption::from(&usual::WORKER).consolidate_after.as_str().into())
            .rule(Rule {
                condition: r#"can(regex("^(([0-9]+(s|m|h))+|Never)$", {}))"#,
                message: "consolidate_after is a duration such as 5m, or Never.",
            }),
        field("consolidation_policy", "string", |pool: &Self| pool.disruption.policy.into())
            .beyond(|_| Disruption::from(&usual::WORKER).policy.into())
            .rule(Rule {
                condition: r#"contains(["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"], {})"#,
                message: "consolidation_policy is WhenEmpty, WhenEmptyOrUnderutilized or Balanced.",
            }),
        field(
            "budgets",
            "list(object({ nodes = string, schedule = optional(string), duration = optional(string), reasons = optional(list(string)) }))",
            |pool: &Self| budgets(&pool.disruption),
        )
        .beyond(|_| budgets(&Disruption::from(&usual::WORKER)))
        .rule(Rule {
            condition: "alltrue([for budget in {} : (budget.schedule == null) == (budget.duration == null)])",
            message: "A budget has schedule and duration, or neither.",
        }),
        field("expire_after", "string", |pool| pool.expire_after.as_str().into()),
        Field {
            comment: &[
                "The longest that a pod may hold up a node that expires, drifts or is destroyed. After it Karpenter deletes the",
                "pod, whatever its disruption budget or do-not-disrupt says: longer than the longest job.",
            ],
            ..field("termination_grace_period", "string", |pool| pool.termination_grace_period.as_str().into())
        },
        disk_gib(),
        disk_iops(),
        disk_throughput(),
        disk_kms_key(),
        kubelet(),
        field("weight", "number", |pool| pool.weight.into()),
        field("labels", "map(string)", |pool| object(&pool.labels)),
        field("taints", "list(object({ key = string, value = optional(string), effect = string }))", |pool| {
            taints(&pool.taints)
        }),
    ];
}

const fn disk_gib<P: NodesPool>() -> Field<P> {
    field("disk_gib", "number", |pool| pool.disk().gib.into())
}

const fn disk_iops<P: NodesPool>() -> Field<P> {
    field("disk_iops", "number", |pool: &P| number(pool.disk().iops)).optional(Rule {
        condition: "{} >= 3000 && {} <= 80000",
        message: "disk_iops is 3000 to 80000, what gp3 offers.",
    })
}

const fn disk_throughput<P: NodesPool>() -> Field<P> {
    field("disk_throughput", "number", |pool: &P| number(pool.disk().throughput)).optional(Rule {
        condition: "{} >= 125 && {} <= 2000",
        message: "disk_throughput is 125 to 2000 MiB per second, what gp3 offers.",
    })
}

const fn disk_kms_key<P: NodesPool>() -> Field<P> {
    field("disk_kms_key", "string", |pool: &P| text(pool.disk().kms_key.as_deref()))
        .optional(Rule {
            condition: r#"can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", {}))"#,
            message: "disk_kms_key is the ARN of a KMS key.",
        })
        .of_account()
}

/// The kubelet's own names, which its configuration and Karpenter's node class share.
const fn kubelet<P: NodesPool>() -> Field<P> {
    let of = "object({
        maxPods                     = optional(number)
        kubeReserved                = optional(map(string))
        systemReserved              = optional(map(string))
        evictionHard                = optional(map(string))
        imageGCHighThresholdPercent = optional(number)
        imageGCLowThresholdPercent  = optional(number)
    })";
    field("kubelet", of, |pool: &P| kubelet_settings(pool.kubelet())).optional(Rule {
        condition: "coalesce({}.maxPods, 110) >= 8 && coalesce({}.maxPods, 110) <= 250",
        message: "maxPods is 8 to 250.",
    })
}

const fn field<P>(name: &'static str, of: &'static str, value: fn(&P) -> Value) -> Field<P> {
    Field { name, of, value, shown: Shown::Always, comment: &[], rule: None, of_account: false }
}

impl<P> Field<P> {
    /// Shows the field only where some cluster sets it.
    const fn optional(self, rule: Rule) -> Self {
        self.beyond(|_| Value::Null).rule(rule)
    }

    /// Shows the field only where it is something else in some cluster.
    const fn beyond(mut self, built_in: fn(&P) -> Value) -> Self {
        self.shown = Shown::Beyond(built_in);
        self
    }

    /// Names something of one account.
    const fn of_account(mut self) -> Self {
        self.of_account = true;
        self
    }

    const fn rule(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    fn is_shown(&self, pool: &FleetPool<P>) -> bool {
        match self.shown {
            Shown::Always => true,
            Shown::Beyond(built_in) => pool.own.iter().any(|own| (self.value)(own) != built_in(own)),
        }
    }

    /// The variable's default: the standard's value, but nothing where some cluster has nothing, since Terraform puts a
    /// default in the place of null.
    fn default(&self, pool: &FleetPool<P>) -> Value {
        let is_lacking = pool.own.iter().any(|own| (self.value)(own) == Value::Null);
        if self.of_account || is_lacking { Value::Null } else { (self.value)(&pool.standard) }
    }

    /// Whether who calls the module may leave the field out and have nothing then.
    fn may_lack(&self, pool: &FleetPool<P>) -> bool {
        self.default(pool) == Value::Null
    }
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn number(number: Option<u32>) -> Value {
    number.map_or(Value::Null, Value::from)
}

/// An object of what is set; null where nothing is.
fn set(fields: Vec<(&str, Value)>) -> Value {
    let set = fields.into_iter().filter(|(_, value)| *value != Value::Null);
    let set: Vec<(String, Value)> = set.map(|(name, value)| (name.to_owned(), value)).collect();
    if set.is_empty() { Value::Null } else { Value::Object(set) }
}

fn kubelet_settings(kubelet: &Kubelet) -> Value {
    let map = |entries: &BTreeMap<String, String>| {
        set(entries.iter().map(|(key, value)| (key.as_str(), value.as_str().into())).collect())
    };
    set(vec![
        ("maxPods", number(kubelet.max_pods)),
        ("kubeReserved", map(&kubelet.kube_reserved)),
        ("systemReserved", map(&kubelet.system_reserved)),
        ("evictionHard", map(&kubelet.eviction_hard)),
        ("imageGCHighThresholdPercent", number(kubelet.image_gc_high)),
        ("imageGCLowThresholdPercent", number(kubelet.image_gc_low)),
    ])
}

fn budgets(disruption: &Disruption) -> Value {
    let one = |budget: &Budget| {
        let reasons = if budget.reasons.is_empty() { Value::Null } else { Value::strings(&budget.reasons) };
        set(vec![
            ("nodes", budget.nodes.as_str().into()),
            ("schedule", text(budget.schedule.as_deref())),
            ("duration", text(budget.duration.as_deref())),
            ("reasons", reasons),
        ])
    };
    Value::List(disruption.budgets.iter().map(one).collect())
}

/// Taints as a variable takes them.
fn taints(taints: &[Taint]) -> Value {
    let one = |taint: &Taint| {
        let value = (!taint.value.is_empty()).then_some(taint.value.as_str());
        set(vec![
            ("key", taint.key.as_str().into()),
            ("value", text(value)),
            ("effect", taint.effect.word().into()),
        ])
    };
    Value::List(taints.iter().map(one).collect())
}

/// The variable that holds a pool's settings. With `_enabled` behind it, it says whether a cluster has the pool; since
/// this one ends in `_node_pool`, no pool's name makes one of the other kind.
pub(super) fn variable(name: &Name) -> String {
    format!("{}_node_pool", name.identifier())
}

/// The variable that says whether a cluster has a pool, where not every cluster has it. Where core runs has one of its
/// own.
pub(super) fn switch<P: Pool>(fleet: &Fleet, pool: &FleetPool<P>) -> Option<Switch> {
    let name = pool.standard.name();
    let has_own = name.as_str() == CORE && fleet.core_on_fargate == Share::Some;
    (!pool.everywhere && !has_own).then(|| Switch {
        name: variable(name),
        what: format!("node pool {name}"),
        default: pool.in_standard,
    })
}

/// What a root passes of a cluster's pool; nothing where it is the standard's.
pub(super) fn argument<P: Settings>(pool: &FleetPool<P>, own: &P) -> Option<Value> {
    let shown = P::FIELDS.iter().filter(|field| field.is_shown(pool));
    let values = shown.map(|field| (field.name, (field.value)(own), field.default(pool)));
    let differing: Vec<(String, Value)> = values
        .filter(|(_, own, default)| own != default)
        .map(|(name, own, _)| (name.to_owned(), own))
        .collect();
    (!differing.is_empty()).then_some(Value::Object(differing))
}

/// A pool as the templates of its variable and its blocks see it.
#[derive(Serialize)]
pub(super) struct PoolView<Blocks> {
    name: String,
    /// The name that AWS and Kubernetes know.
    made_as: String,
    identifier: String,
    moved: Vec<Moved>,
    variable: String,
    everywhere: bool,
    count: Value,
    fields: Vec<FieldView>,
    rules: Vec<RuleView>,
    /// By field: whether some cluster sets it.
    sets: BTreeMap<&'static str, bool>,
    /// By field: whether it may be null.
    lacks: BTreeMap<&'static str, bool>,
    is_bottlerocket: bool,
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

#[derive(Serialize)]
struct RuleView {
    condition: Value,
    message: &'static str,
}

fn view<P: Settings, Blocks>(
    pool: &FleetPool<P>,
    condition: &Condition,
    addresses: &[(&str, &str)],
    blocks: Blocks,
) -> PoolView<Blocks> {
    let name = pool.standard.name();
    let shown: Vec<&Field<P>> = P::FIELDS.iter().filter(|field| field.is_shown(pool)).collect();
    let fields = shown.iter().map(|field| {
        let default = field.default(pool);
        FieldView {
            name: field.name,
            of: Value::expression(field.of),
            has_default: default != Value::Null,
            default,
            comment: field.comment,
        }
    });
    let rules = shown.iter().filter_map(|field| {
        let Rule { condition, message } = field.rule?;
        let reference = format!("var.{}.{}", variable(name), field.name);
        let condition = condition.replace("{}", &reference);
        let condition = match field.default(pool) {
            Value::Null => format!("{reference} == null ? true : {condition}"),
            _ => condition,
        };
        Some(RuleView { condition: Value::expression(condition), message })
    });
    PoolView {
        name: name.to_string(),
        made_as: pool.standard.made_as().to_string(),
        identifier: name.identifier(),
        moved: moved(pool.standard.former(), name, addresses),
        variable: variable(name),
        everywhere: condition.is_always(),
        count: condition.count(),
        fields: fields.collect(),
        rules: rules.collect(),
        sets: P::FIELDS.iter().map(|field| (field.name, field.is_shown(pool))).collect(),
        lacks: P::FIELDS.iter().map(|field| (field.name, field.may_lack(pool))).collect(),
        is_bottlerocket: pool.standard.ami_family() == AmiFamily::Bottlerocket,
        blocks,
    }
}

/// What the blocks of a managed group need besides its variable.
#[derive(Serialize)]
pub(super) struct ManagedBlocks {
    index: Value,
    groups: Vec<GroupView>,
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
fn eks_effect(effect: TaintEffect) -> &'static str {
    match effect {
        TaintEffect::NoSchedule => "NO_SCHEDULE",
        TaintEffect::PreferNoSchedule => "PREFER_NO_SCHEDULE",
        TaintEffect::NoExecute => "NO_EXECUTE",
    }
}

pub(super) fn managed(fleet: &Fleet, pool: &FleetPool<ManagedPool>) -> PoolView<ManagedBlocks> {
    let condition = Condition::pool(fleet, pool, true);
    let taints = pool.standard.taints.iter().map(|taint| TaintView {
        key: taint.key.clone(),
        value: taint.value.clone(),
        has_value: !taint.value.is_empty(),
        effect: eks_effect(taint.effect),
    });
    let groups = groups(fleet, pool);
    let mut addresses = vec![("aws_launch_template.", "")];
    addresses.extend(
        groups.iter().map(|group| ("aws_eks_node_group.", if group.autoscaled { AUTOSCALED } else { "" })),
    );
    let blocks = ManagedBlocks { index: condition.index(), groups, taints: taints.collect() };
    view(pool, &condition, &addresses, blocks)
}

/// A block of a managed pool's node group. Terraform cannot say of one cluster that it leaves a size to something else, and of
/// another that it does not: where clusters differ in the cluster autoscaler there are two blocks, and a cluster has one of them.
#[derive(Serialize)]
pub(super) struct GroupView {
    identifier: String,
    everywhere: bool,
    count: Value,
    /// Whether its size is the cluster autoscaler's.
    autoscaled: bool,
    /// What the group was before every cluster had the autoscaler; empty: there is none, or not in every cluster.
    was: String,
    /// What it was then.
    became: String,
}

/// What stands behind the name of a group that the cluster autoscaler sizes.
const AUTOSCALED: &str = "_autoscaled";

impl GroupView {
    /// Its address in the module.
    pub fn address(&self) -> Value {
        Value::expression(format!("aws_eks_node_group.{}", self.identifier))
    }
}

/// Which clusters have the cluster autoscaler.
pub(super) fn autoscaled(fleet: &Fleet) -> Share {
    fleet
        .addon(CLUSTER_AUTOSCALER)
        .map_or(Share::None, |addon| if addon.everywhere { Share::All } else { Share::Some })
}

/// Returns the blocks of a managed pool's node groups. Their addresses say what they are: another cluster, with the autoscaler
/// or without, moves none of them.
pub(super) fn groups(fleet: &Fleet, pool: &FleetPool<ManagedPool>) -> Vec<GroupView> {
    let share = autoscaled(fleet);
    let plain = pool.standard.name.identifier();
    // An address has one past. A pool with another name was with the autoscaler before it got that.
    let was = pool.standard.made_as().identifier();
    let group = |autoscaled: bool| {
        let term = format!(
            "{}var.{}_enabled",
            if autoscaled { "" } else { "!" },
            CLUSTER_AUTOSCALER.replace('-', "_")
        );
        let condition = Condition::pool(fleet, pool, true).and(share == Share::Some, &term);
        GroupView {
            identifier: if autoscaled { format!("{plain}{AUTOSCALED}") } else { plain.clone() },
            everywhere: condition.is_always(),
            count: condition.count(),
            autoscaled,
            was: if share == Share::All { was.clone() } else { String::new() },
            became: format!("{was}{AUTOSCALED}"),
        }
    };
    let (without, with) = (share != Share::All, share != Share::None);
    without.then(|| group(false)).into_iter().chain(with.then(|| group(true))).collect()
}

/// What the objects of a Karpenter pool need besides its variable.
#[derive(Serialize)]
pub(super) struct KarpenterBlocks {
    /// The image where no cluster pins another.
    ami_alias: String,
    /// Whether the node class, its disk or the pool has keys that some cluster leaves out.
    has_gaps: bool,
    disk_has_gaps: bool,
    sets_disruption: bool,
}

pub(super) fn karpenter(fleet: &Fleet, pool: &FleetPool<KarpenterPool>) -> PoolView<KarpenterBlocks> {
    let fields = |names: &[&str]| -> Vec<&Field<KarpenterPool>> {
        let named = KarpenterPool::FIELDS.iter().filter(|field| names.contains(&field.name));
        named.filter(|field| field.is_shown(pool)).collect()
    };
    let has_gaps = |names: &[&str]| fields(names).iter().any(|field| field.may_lack(pool));
    let blocks = KarpenterBlocks {
        ami_alias: pool.standard.catalog_alias.clone(),
        has_gaps: has_gaps(&["capacity_reservations", "kubelet"]),
        disk_has_gaps: has_gaps(&["disk_iops", "disk_throughput", "disk_kms_key"]),
        sets_disruption: !fields(&["consolidate_after", "consolidation_policy", "budgets"]).is_empty(),
    };
    view(pool, &Condition::pool(fleet, pool, false), &[("helm_release.node_pool_", "")], blocks)
}

/// The keys of all Karpenter pools that have one.
pub(super) fn volume_keys(pools: &[FleetPool<KarpenterPool>]) -> Vec<Value> {
    let with_key = pools.iter().filter(|pool| pool.own.iter().any(|own| own.disk.kms_key.is_some()));
    let key = |pool: &FleetPool<KarpenterPool>| format!("var.{}.disk_kms_key", variable(&pool.standard.name));
    with_key.map(|pool| Value::expression(key(pool))).collect()
}

/// Whether a pool has a key wherever it is.
pub(super) fn all_have_key(pool: &FleetPool<KarpenterPool>) -> bool {
    pool.own.iter().all(|own| own.disk.kms_key.is_some())
}
