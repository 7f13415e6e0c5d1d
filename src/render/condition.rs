//! When a block of a module exists: in every cluster, or where the variables of the module say so.

use crate::hcl::value::Value;
use crate::model::Fleet;
use crate::model::node_pool::{CORE, Pool};
use crate::model::settings::{FleetAddon, FleetNetwork, FleetPool, Member, Share};

use super::node_pool;

/// Which clusters have a block. Without terms all have it, and it carries no `count`.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition(Vec<String>);

/// The variable that says where core runs, in modules whose clusters differ in that.
const CORE_ON_FARGATE: &str = "var.core_on_fargate";

impl Condition {
    /// What only some clusters have, by the variable that says whether.
    fn switch(everywhere: bool, name: &str) -> Self {
        Self(if everywhere { Vec::new() } else { vec![format!("var.{name}_enabled")] })
    }

    /// A further condition, where it is one.
    pub fn and(mut self, holds: bool, term: &str) -> Self {
        self.0.extend(holds.then(|| term.to_owned()));
        self
    }

    /// Blocks of a node pool: `core` has its own variable where clusters differ in its kind.
    pub fn pool<P: Pool>(fleet: &Fleet, pool: &FleetPool<P>, is_managed: bool) -> Self {
        let name = pool.standard.name();
        match fleet.core_on_fargate {
            Share::Some if name.as_str() == CORE && is_managed => Self(vec![format!("!{CORE_ON_FARGATE}")]),
            Share::Some if name.as_str() == CORE => Self(vec![CORE_ON_FARGATE.to_owned()]),
            _ => Self::switch(pool.everywhere, &node_pool::variable(name)),
        }
    }

    /// What clusters with any Fargate pool have.
    pub fn any_fargate_pool(fleet: &Fleet) -> Self {
        let conditions = fleet.fargate_pools.iter().map(|pool| Self::pool(fleet, pool, false));
        let conditions: Vec<Self> = conditions.collect();
        if conditions.iter().any(Self::is_always) {
            return Self::default();
        }
        let tests: Vec<String> = conditions.iter().map(Self::test).collect();
        Self(vec![if tests.len() == 1 { tests.concat() } else { format!("({})", tests.join(" || ")) }])
    }

    /// What a VPC of the cluster's own has, where some clusters are in one that exists already.
    pub fn own_vpc(fleet: &FleetNetwork) -> Self {
        Self::default().and(fleet.existing == Share::Some, "var.vpc_id == null")
    }

    /// What a VPC with interface endpoints has, where clusters differ in them.
    pub fn interface_endpoints(fleet: &FleetNetwork) -> Self {
        Self::default().and(fleet.endpoints_differ, "length(local.interface_endpoints) > 0")
    }

    /// Blocks of an add-on.
    pub fn addon(addon: &Member<FleetAddon>) -> Self {
        Self::switch(addon.everywhere, &addon.standard.name.identifier())
    }

    /// The installation of an EKS add-on by one of the modules: what needs a node of core waits for the services stack
    /// where core is on Fargate, since Karpenter makes that node.
    pub fn installation(fleet: &Fleet, addon: &Member<FleetAddon>, by_services: bool) -> Self {
        let differs = fleet.core_on_fargate == Share::Some && addon.standard.needs_core_node();
        let term = if by_services { CORE_ON_FARGATE.to_owned() } else { format!("!{CORE_ON_FARGATE}") };
        Self::addon(addon).and(differs, &term)
    }

    /// What an add-on has where pods carry identities by Pod Identity, and not by IRSA.
    pub fn pod_identity(fleet: &Fleet, addon: &Member<FleetAddon>) -> Self {
        let differs = fleet.core_on_fargate == Share::Some && addon.standard.facts.fargate.is_some();
        Self::addon(addon).and(differs, &format!("!{CORE_ON_FARGATE}"))
    }

    /// Whether every cluster has the block.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// The condition as HCL.
    pub fn test(&self) -> String {
        self.0.join(" && ")
    }

    /// A set that is empty where the condition does not hold, for `for_each`.
    pub fn set(&self, items: &Value) -> Value {
        Value::expression(if self.is_always() {
            format!("toset({items})")
        } else {
            format!("toset({} ? {items} : [])", self.test())
        })
    }

    /// What a `count` is set to.
    pub fn count(&self) -> Value {
        Value::expression(match self.0.as_slice() {
            [only] if only.starts_with('!') => format!("{} ? 0 : 1", &only[1..]),
            _ => format!("{} ? 1 : 0", self.test()),
        })
    }

    /// `[0]` behind an address whose block has a `count`, nothing behind the others.
    pub fn index(&self) -> Value {
        Value::expression(if self.is_always() { "" } else { "[0]" })
    }
}
