//! Clusters that come under the blueprint: `imports.tf` in the roots that own what exists, and the page that says what differs.

use serde::Serialize;
use tera::Context;

use super::condition::Condition;
use super::environment::ForCluster;
use super::one_line;
use super::services_module::installs;
use super::template::view;
use crate::hcl::value::{Value, quote};
use crate::model::adoption::{Adopted, Adoption, Change, Import, Kept, Outside};
use crate::model::stack::Level;
use crate::model::{Cluster, Fleet};

/// Where something is declared: the stack, and the address within its root.
struct Declared {
    stack: Level,
    address: String,
}

impl Declared {
    fn new(stack: Level, address: impl AsRef<str>) -> Self {
        let address = address.as_ref();
        let address = match stack {
            Level::Tenants => address.to_owned(),
            _ => format!("module.{}.{address}", stack.word()),
        };
        Self { stack, address }
    }

    /// Finds where a root declares what exists already.
    fn of(what: &Adopted, fleet: &Fleet, cluster: &Cluster) -> Self {
        let keyed = |address: &str, key: &str| format!("{address}[{}]", quote(key));
        match what {
            Adopted::Cluster => Self::new(Level::Cluster, "aws_eks_cluster.this"),
            Adopted::LogGroup => Self::new(Level::Cluster, "aws_cloudwatch_log_group.cluster"),
            Adopted::OidcProvider => Self::new(Level::Cluster, "aws_iam_openid_connect_provider.this"),
            Adopted::Addon(name) => {
                let member = fleet.addon(name.as_str()).expect("the fleet has what a cluster has");
                let by_services = cluster.settings.core_is_on_fargate() && installs(fleet, &member.standard);
                let index = Condition::installation(fleet, member, by_services).index();
                let stack = if by_services { Level::Services } else { Level::Cluster };
                Self::new(stack, format!("aws_eks_addon.{}{index}", name.identifier()))
            }
            Adopted::AccessEntry(list, role) => {
                Self::new(Level::Cluster, keyed(&format!("aws_eks_access_entry.{list}"), role))
            }
            Adopted::AccessPolicy(list, role) => {
                Self::new(Level::Cluster, keyed(&format!("aws_eks_access_policy_association.{list}"), role))
            }
            Adopted::TenantEntry(role) => {
                Self::new(Level::Tenants, keyed("aws_eks_access_entry.tenant", role))
            }
            Adopted::EndpointRule(range) => {
                Self::new(Level::Cluster, keyed("aws_vpc_security_group_ingress_rule.endpoint", range))
            }
            Adopted::Association(name) => {
                let member = fleet.addon(name.as_str()).expect("the fleet has what a cluster has");
                let index = Condition::pod_identity(fleet, member).index();
                let address = format!("aws_eks_pod_identity_association.{}{index}", name.identifier());
                Self::new(Level::Services, address)
            }
        }
    }
}

/// Whether a stack of a cluster takes something over.
pub(super) fn has_imports(scope: &ForCluster<'_>, stack: Level) -> bool {
    imports(scope, stack).next().is_some()
}

/// Returns the imports of one stack, with their addresses.
fn imports<'s>(scope: &'s ForCluster<'_>, stack: Level) -> impl Iterator<Item = (String, &'s Import)> {
    let all = scope.cluster.adoption.iter().flat_map(|adoption| &adoption.imports);
    let declared =
        all.map(|import| (Declared::of(&import.what, &scope.whole.model.fleet, scope.cluster), import));
    declared
        .filter(move |(declared, _)| declared.stack == stack)
        .map(|(declared, import)| (declared.address, import))
}

/// The view of a stack's `imports.tf`.
pub(super) fn imports_view(scope: &ForCluster<'_>, stack: Level) -> Context {
    #[derive(Serialize)]
    struct ImportView<'a> {
        address: Value,
        id: &'a str,
    }
    #[derive(Serialize)]
    struct Imports<'a> {
        imports: Vec<ImportView<'a>>,
    }
    let imports = imports(scope, stack);
    let imports =
        imports.map(|(address, import)| ImportView { address: Value::expression(address), id: &import.id });
    view(&Imports { imports: imports.collect() })
}

/// Whether a cluster comes under the blueprint.
pub(super) fn is_adopted(scope: &ForCluster<'_>) -> bool {
    scope.cluster.adoption.is_some()
}

/// The view of a cluster's `ADOPTION.md`.
pub(super) fn page(scope: &ForCluster<'_>) -> Context {
    #[derive(Serialize)]
    struct StackView {
        name: &'static str,
        imports: Vec<ImportRow>,
        count: usize,
    }
    #[derive(Serialize)]
    struct ImportRow {
        address: String,
        id: String,
    }
    #[derive(Serialize)]
    struct ChangeRow {
        what: String,
        has: String,
        becomes: String,
        note: Value,
    }
    #[derive(Serialize)]
    struct KeptRow {
        key: &'static str,
        value: String,
        why: Value,
    }
    #[derive(Serialize)]
    struct OutsideRow {
        what: &'static str,
        name: String,
        has: String,
        has_more: bool,
        todo: Value,
        has_command: bool,
        command: String,
    }
    #[derive(Serialize)]
    struct Page<'a> {
        eks_name: &'a str,
        environment: &'a str,
        cluster: &'a str,
        file: &'a str,
        stacks: Vec<StackView>,
        changes: Vec<ChangeRow>,
        has_changes: bool,
        kept: Vec<KeptRow>,
        first: Vec<OutsideRow>,
        has_first: bool,
        outside: Vec<OutsideRow>,
        has_outside: bool,
        has_tenants: bool,
    }
    let Some(adoption) = &scope.cluster.adoption else { return Context::new() };
    let Adoption { file, changes, kept, outside, .. } = adoption;
    let stacks = [Level::Cluster, Level::Services, Level::Tenants].into_iter().map(|stack| {
        let imports = imports(scope, stack);
        let imports: Vec<ImportRow> =
            imports.map(|(address, import)| ImportRow { address, id: import.id.clone() }).collect();
        StackView { name: stack.word(), count: imports.len(), imports }
    });
    let change = |Change { what, has, becomes, note }: &Change| ChangeRow {
        what: what.clone(),
        has: one_line(has),
        becomes: one_line(becomes),
        note: Value::expression(*note),
    };
    let row = |Outside { what, name, has, todo, command, .. }: &Outside| OutsideRow {
        what,
        name: one_line(name),
        has: one_line(has),
        has_more: !has.is_empty(),
        todo: Value::expression(*todo),
        has_command: !command.is_empty(),
        command: one_line(command),
    };
    let (first, later): (Vec<&Outside>, Vec<&Outside>) = outside.iter().partition(|outside| outside.first);
    view(&Page {
        eks_name: &scope.cluster.eks_name,
        environment: &scope.environment.name,
        cluster: &scope.cluster.name,
        file: file.as_str(),
        stacks: stacks.filter(|stack| stack.count > 0).collect(),
        has_changes: !changes.is_empty(),
        changes: changes.iter().map(change).collect(),
        kept: kept
            .iter()
            .map(|Kept { key, value, why }| KeptRow {
                key,
                value: one_line(value),
                why: Value::expression(*why),
            })
            .collect(),
        has_first: !first.is_empty(),
        first: first.into_iter().map(row).collect(),
        has_outside: !later.is_empty(),
        outside: later.into_iter().map(row).collect(),
        has_tenants: !scope.cluster.tenants.is_empty(),
    })
}
