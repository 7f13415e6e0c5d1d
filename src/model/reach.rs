//! Whether pods find nodes: those of applications, and those of a Fargate pool's namespaces.

use super::environment::{Cluster, Environment};
use super::node_pool::{CORE, KarpenterPool, MIDDLEWARE, Taint};
use super::{Context, app, identity};
use crate::blueprint::keys::{Cluster as ClusterKeys, NodePool};
use crate::blueprint::read::Named;
use crate::blueprint::scalar::{Name, PoolKind, TaintEffect};
use crate::diagnostic::Span;
use crate::problem::Problem;

/// Checks every cluster, after its applications are known.
pub(super) fn check(context: &mut Context<'_>, environments: &[Environment]) {
    let blueprint = context.blueprint;
    for cluster in environments.iter().flat_map(|environment| &environment.clusters) {
        let Some(keys) = blueprint.cluster(&cluster.environment, &cluster.name) else { continue };
        check_namespaces(context, cluster, &keys.value);
        check_tenants(context, cluster, &keys.value);
        check_choice(context, cluster, &keys.value);
    }
}

/// Applications need a pool beside core and that of middleware: no pod of theirs tolerates the taints of these.
fn check_tenants(context: &mut Context<'_>, cluster: &Cluster, keys: &ClusterKeys) {
    let settings = &cluster.settings;
    let is_on_fargate = |namespace: &str| {
        let selectors = settings.fargate_pools.iter().flat_map(|pool| &pool.selectors);
        selectors.into_iter().any(|selector| selector.namespace == namespace && selector.labels.is_empty())
    };
    let Some(tenant) = cluster.tenants.iter().find(|tenant| !is_on_fargate(&tenant.namespace)) else {
        return;
    };
    // What is written counts, since a pool with a mistake is a pool.
    let takes_apps = |name: &Name| !matches!(name.as_str(), CORE | MIDDLEWARE);
    let pools = keys.node_pools.iter().filter(|pool| *pool.value.enabled && takes_apps(&pool.name));
    if !keys.node_pools.has_broken() && pools.clone().all(is_fargate) {
        let (app, cluster_name) = (tenant.app.to_string(), cluster.eks_name.clone());
        let problem = Problem::NowhereToRun { app, cluster: cluster_name };
        // One pool in the standard mends it for all.
        if !context.diagnostics.holds(&problem) {
            context.push(problem, cluster.at);
        }
        return;
    }
    let managed = settings.managed_pools.iter().map(|pool| (&pool.name, &pool.taints));
    let karpenter = settings.karpenter_pools.iter().map(|pool| (&pool.name, &pool.taints));
    let mut others = managed.chain(karpenter).filter(|(name, _)| takes_apps(name)).peekable();
    if others.peek().is_none() || others.any(|(_, taints)| !taints.iter().any(keeps_off)) {
        return;
    }
    let taints = pools.into_iter().find_map(|pool| pool.value.taints.as_ref().map(|taints| taints.span));
    if let Some(at) = taints {
        context.push(Problem::EveryPoolTainted { cluster: cluster.eks_name.clone() }, at);
    }
}

fn is_fargate(pool: &Named<NodePool>) -> bool {
    pool.value.kind.as_ref().is_some_and(|kind| kind.value == PoolKind::Fargate)
}

fn keeps_off(taint: &Taint) -> bool {
    taint.effect != TaintEffect::PreferNoSchedule
}

/// Of two pools of one weight that take the same pods Karpenter tries the one first whose name comes later in the alphabet, and
/// the other is hardly ever needed (kubernetes-sigs/karpenter, `nodepool.go`, `OrderByWeight`; its guide asks for pools that
/// exclude each other: Karpenter, "NodePools". Read 2026-11).
fn check_choice(context: &mut Context<'_>, cluster: &Cluster, keys: &ClusterKeys) {
    let pools = &cluster.settings.karpenter_pools;
    let takes = |pool: &KarpenterPool| {
        let KarpenterPool { weight, architecture, capacity, instance_types, labels, taints, .. } = pool;
        (*weight, *architecture, capacity.clone(), instance_types.clone(), labels.clone(), taints.clone())
    };
    let at = |pool: &KarpenterPool| {
        keys.node_pools.get(pool.name.as_str()).map_or(Span::default(), |named| named.name.span)
    };
    for (index, pool) in pools.iter().enumerate() {
        if let Some(twin) = pools[..index].iter().find(|twin| takes(twin) == takes(pool)) {
            let problem = Problem::SamePods { pool: pool.name.to_string(), other: twin.name.to_string() };
            context.push_conflict(problem, at(pool), at(twin));
        }
    }
}

/// What a Fargate pool takes must be applications: add-ons need the nodes of core, and Pod Identity.
fn check_namespaces(context: &mut Context<'_>, cluster: &Cluster, keys: &ClusterKeys) {
    let apps = &context.blueprint.file.apps;
    let known: Vec<String> = apps.iter().map(|app| identity::namespace(app).to_string()).collect();
    for pool in keys.node_pools.iter().filter(|pool| *pool.value.enabled && is_fargate(pool)) {
        for namespace in pool.value.namespaces.iter().flat_map(|namespaces| namespaces.iter()) {
            let name = namespace.to_string();
            if let Some(owner) = app::owner(&cluster.settings.addons, &name).filter(|_| name != "default") {
                let problem = Problem::FargateNamespaceTaken { namespace: name, owner };
                context.push(problem, namespace.span);
            } else if known.contains(&name) {
                context.push(Problem::ApplicationOnFargate { namespace: name }, namespace.span);
            } else if !apps.has_broken() && name != "default" {
                let known = known.clone();
                context.push(Problem::NamespaceOfNobody { namespace: name, known }, namespace.span);
            }
        }
    }
}
