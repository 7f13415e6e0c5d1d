//! READMEs: made after the other files, from what those really declare.

use serde::Serialize;
use tera::Context;

use super::access;
use super::arguments::Argument;
use super::delivery::has_script;
use super::network::{NetworkView, has_interface_endpoints};
use super::resource::{self, Use};
use super::services_module::{EBS, Needs, has_helm, has_kubernetes};
use super::template::view;
use super::tenant::{TenantModule, has_apps};
use super::{Output, Whole};
use crate::blueprint::scalar::{PodIdentity, SubnetId};
use crate::diagnostic::Spanned;
use crate::file::File;
use crate::hcl::document::{Declaration, Document};
use crate::model::addon::{EFS, KARPENTER, LOAD_BALANCER_CONTROLLER};
use crate::model::app::{Attachment, Rights};
use crate::model::resource::Kind;
use crate::model::settings::Share;
use crate::model::stack::app_stack;
use crate::model::{App, Model, Stack};

/// # Errors
/// A module's file that does not parse: a template is broken.
pub(super) fn outputs(whole: &Whole<'_>, files: &[File]) -> anyhow::Result<Vec<Output>> {
    let mut outputs = Vec::new();
    let own = resource::modules(whole.model);
    let modules = modules(whole);
    for module in ["cluster", "services", "tenant", "attachment"].into_iter().chain(own) {
        let folder = format!("modules/{module}");
        if let Some(declared) = declared(files, &folder)? {
            let mut view = modules.clone();
            view.extend(self::view(&declared));
            outputs.push(page(format!("{folder}/README.md"), view));
        }
    }
    outputs.push(page("environments/README.md".to_owned(), environments(whole)));
    outputs.extend(has_apps(whole).then(|| page("environments/COST.md".to_owned(), cost(whole))));
    for app in whole.model.placed_apps() {
        let path = format!("apps/{}/README.md", app.name);
        outputs.push(Output {
            path,
            template: "apps/{app}/README.md".to_owned(),
            stack: None,
            view: application(whole, app),
        });
    }
    Ok(outputs)
}

/// A page whose template lies where the page will lie.
pub(super) fn page(path: String, view: Context) -> Output {
    Output { template: path.clone(), path, stack: None, view }
}

#[derive(Serialize)]
struct VariableView {
    name: String,
    description: String,
    kind: String,
    is_required: bool,
    default: String,
}

#[derive(Serialize)]
struct OutputView {
    name: String,
    description: String,
    kind: String,
}

/// What a module takes and gives.
#[derive(Serialize)]
pub(super) struct Declared {
    variables: Vec<VariableView>,
    outputs: Vec<OutputView>,
}

/// Reads a module's inputs and outputs back from its files; nothing where there is no such module.
///
/// # Errors
/// A file of it that does not parse: a template is broken.
pub(super) fn declared(files: &[File], folder: &str) -> anyhow::Result<Option<Declared>> {
    let text = |name: &str| {
        let path = format!("{folder}/{name}");
        files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    };
    let (Some(variables), Some(outputs)) = (text("variables.tf"), text("outputs.tf")) else {
        return Ok(None);
    };
    let variable = |declared: Declaration| VariableView {
        name: declared.name,
        description: declared.description,
        kind: declared.kind,
        is_required: declared.default.is_none(),
        default: declared.default.unwrap_or_default(),
    };
    let output =
        |Declaration { name, description, kind, .. }: Declaration| OutputView { name, description, kind };
    let parse = |text| Document::parse(text).map_err(|error| anyhow::anyhow!("{folder}: {error}"));
    Ok(Some(Declared {
        variables: parse(variables)?.variables(variables).into_iter().map(variable).collect(),
        outputs: parse(outputs)?.outputs(outputs).into_iter().map(output).collect(),
    }))
}

/// Returns what the pages of all modules see; each sees what it declares besides.
fn modules(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Modules {
        #[serde(flatten)]
        needs: Needs,
        accesses: Vec<Argument>,
        has_helm: bool,
        has_kubernetes: bool,
        has_load_balancers: bool,
        has_karpenter: bool,
        has_efs: bool,
        has_tests: bool,
        network: NetworkView,
        #[serde(flatten)]
        tenant: TenantModule,
        has_fargate: bool,
        has_core_on_fargate: bool,
    }
    let fleet = &whole.model.fleet;
    view(&Modules {
        needs: Needs::of(fleet),
        accesses: access::examples(&fleet.helm_addons),
        has_helm: has_helm(fleet),
        has_kubernetes: has_kubernetes(fleet),
        has_load_balancers: fleet.addon(LOAD_BALANCER_CONTROLLER).is_some(),
        has_karpenter: has_karpenter(whole),
        has_efs: fleet.addon(EFS).is_some(),
        has_tests: whole.model.has_tests,
        network: NetworkView::of(whole),
        tenant: TenantModule::of(whole),
        has_fargate: !fleet.fargate_pools.is_empty(),
        has_core_on_fargate: fleet.core_on_fargate != Share::None,
    })
}

/// A row of the table of clusters.
#[derive(Serialize)]
struct ClusterView<'a> {
    environment: &'a str,
    protected: bool,
    account: &'a str,
    region: &'a str,
    name: &'a str,
    eks_name: &'a str,
    kubernetes: &'a str,
    vpc: String,
    zones: usize,
    nat: usize,
    adopted: bool,
}

fn cluster_views(model: &Model) -> Vec<ClusterView<'_>> {
    let mut clusters = Vec::new();
    for environment in &model.environments {
        clusters.extend(environment.clusters.iter().map(|cluster| ClusterView {
            environment: &environment.name,
            protected: environment.protected,
            account: &environment.account,
            region: &cluster.region,
            name: &cluster.name,
            eks_name: &cluster.eks_name,
            kubernetes: cluster.settings.kubernetes_version.as_str(),
            vpc: cluster.network.cidr.to_string(),
            zones: cluster.network.zone_names().len(),
            nat: cluster.network.nat_zones().len(),
            adopted: cluster.adoption.is_some(),
        }));
    }
    clusters
}

/// A cluster in a VPC that exists already.
#[derive(Serialize)]
struct ExistingView<'a> {
    cluster: &'a str,
    vpc_id: &'a str,
    private: String,
    public: String,
    pods: String,
    tags: &'static str,
}

fn existing_views(model: &Model) -> Vec<ExistingView<'_>> {
    let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
    let networks = clusters.filter_map(|cluster| {
        let vpc = cluster.network.existing()?;
        Some(ExistingView {
            cluster: &cluster.eks_name,
            vpc_id: vpc.id.as_str(),
            private: ids(vpc.zones.iter().map(|zone| &zone.private)),
            public: ids(vpc.zones.iter().filter_map(|zone| zone.public.as_ref())),
            pods: ids(vpc.zones.iter().filter_map(|zone| zone.pods.as_ref())),
            tags: if vpc.tag_subnets { "made by the cluster's stack" } else { "must be there" },
        })
    });
    networks.collect()
}

/// A cluster that only machines inside its network reach.
#[derive(Serialize)]
struct PrivateView<'a> {
    name: &'a str,
    ranges: String,
}

fn private_views(model: &Model) -> Vec<PrivateView<'_>> {
    let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
    let private = clusters.filter(|cluster| cluster.settings.public_cidrs.is_empty());
    private
        .map(|cluster| PrivateView {
            name: &cluster.eks_name,
            ranges: cluster.settings.private_cidrs.join(", "),
        })
        .collect()
}

fn environments(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct RoleView {
        arn: String,
        purpose: String,
    }
    #[derive(Serialize)]
    struct UnreachedView<'a> {
        name: &'a str,
        account: &'a str,
    }
    #[derive(Serialize)]
    struct Environments<'a> {
        blueprint: &'a str,
        clusters: Vec<ClusterView<'a>>,
        stacks: &'a [Stack],
        has_apps: bool,
        has_karpenter: bool,
        has_fargate: bool,
        has_core_on_fargate: bool,
        has_retired: bool,
        has_protected: bool,
        has_interface_endpoints: bool,
        has_tags: bool,
        networks: Vec<ExistingView<'a>>,
        has_own_vpc: bool,
        roles: Vec<RoleView>,
        private_clusters: Vec<PrivateView<'a>>,
        has_delivery: bool,
        has_accounts: bool,
        has_cloud: bool,
        delivery_account: &'a str,
        pipelines: Vec<PipelineView>,
        unreached: Vec<UnreachedView<'a>>,
        environments: Vec<&'a str>,
    }
    let model = whole.model;
    view(&Environments {
        has_interface_endpoints: has_interface_endpoints(whole),
        has_tags: model.fleet.network.tags.is_any(),
        networks: existing_views(model),
        has_own_vpc: !model.fleet.network.existing.is_all(),
        blueprint: &model.blueprint,
        clusters: cluster_views(model),
        stacks: model.stacks(),
        has_apps: model.placed_apps().next().is_some(),
        has_karpenter: has_karpenter(whole),
        has_fargate: !model.fleet.fargate_pools.is_empty(),
        has_core_on_fargate: model.fleet.core_on_fargate != Share::None,
        has_retired: model.has_retired(),
        has_protected: model.environments.iter().any(|environment| environment.protected),
        roles: roles(model)
            .into_iter()
            .map(|(arn, purposes)| RoleView { arn, purpose: purposes.join(", ") })
            .collect(),
        private_clusters: private_views(model),
        has_delivery: model.has_delivery(),
        has_accounts: model.has_accounts(),
        has_cloud: model.cloud().is_some(),
        delivery_account: model
            .environments
            .iter()
            .find_map(|environment| environment.delivery_account())
            .unwrap_or_default(),
        pipelines: pipelines(model),
        unreached: model
            .environments
            .iter()
            .filter(|environment| environment.delivery_account().is_none())
            .map(|environment| UnreachedView { name: &environment.name, account: &environment.account })
            .collect(),
        environments: model.environments.iter().map(|environment| environment.name.as_str()).collect(),
    })
}

/// How to read what a team costs.
fn cost(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct AppView<'a> {
        team: &'a str,
        name: &'a str,
        namespace: &'a str,
        clusters: String,
    }
    #[derive(Serialize)]
    struct Cost<'a> {
        apps: Vec<AppView<'a>>,
        environments: String,
        has_volumes: bool,
        has_load_balancers: bool,
        has_opencost: bool,
        pods_are_labelled: bool,
        pods_are_labelled_everywhere: bool,
    }
    let Model { fleet, apps, environments, .. } = whole.model;
    let has = |addon: &str| fleet.addon(addon).is_some();
    let mut apps: Vec<AppView<'_>> = apps
        .iter()
        .map(|app| {
            let places = app.attachments.iter().map(|attachment| whole.model.place_of(attachment));
            let clusters: Vec<&str> = places.map(|(_, cluster)| cluster.eks_name.as_str()).collect();
            AppView {
                team: &app.team,
                name: app.name.as_str(),
                namespace: &app.namespace,
                clusters: clusters.join(", "),
            }
        })
        .collect();
    apps.sort_by_key(|app| (app.team, app.name));
    let mut environments: Vec<&str> =
        environments.iter().map(|environment| environment.name.as_str()).collect();
    environments.sort_unstable();
    view(&Cost {
        apps,
        environments: environments.join(", "),
        has_volumes: has(EBS),
        has_load_balancers: has(LOAD_BALANCER_CONTROLLER),
        has_opencost: has("opencost"),
        pods_are_labelled: fleet.tenant_pods.is_any(),
        pods_are_labelled_everywhere: fleet.tenant_pods.is_all(),
    })
}

/// Returns the ids of subnets, for a cell of a table.
fn ids<'a>(subnets: impl Iterator<Item = &'a Spanned<SubnetId>>) -> String {
    let ids: Vec<&str> = subnets.map(|id| id.as_str()).collect();
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}

#[derive(Serialize)]
struct PipelineView {
    arn: String,
    roles: Vec<String>,
}

/// Returns the roles that pipelines run as, each with the roles that must trust it, in the order of stacks.
fn pipelines(model: &Model) -> Vec<PipelineView> {
    let mut pipelines: Vec<PipelineView> = Vec::new();
    let plans_apart = model.delivery.as_ref().is_none_or(|delivery| has_script(delivery.engine));
    for environment in &model.environments {
        let Some(pipeline) = &environment.pipeline else { continue };
        let deploys = environment.deploy_roles(&model.apps).map(|role| (&pipeline.deploy_role, role));
        let plans = environment.plan_role.iter().filter(|_| plans_apart);
        let plans = plans.map(|role| (&pipeline.plan_role, role));
        for (arn, role) in deploys.chain(plans) {
            let at = pipelines.iter().position(|known| known.arn == *arn).unwrap_or_else(|| {
                pipelines.push(PipelineView { arn: arn.clone(), roles: Vec::new() });
                pipelines.len() - 1
            });
            if !pipelines[at].roles.contains(role) {
                pipelines[at].roles.push(role.clone());
            }
        }
    }
    pipelines
}

fn has_karpenter(whole: &Whole<'_>) -> bool {
    whole.model.fleet.addon(KARPENTER).is_some()
}

/// Returns the IAM roles that the blueprint names and does not make, with what each is for, in the order of stacks.
fn roles(model: &Model) -> Vec<(String, Vec<String>)> {
    let mut roles: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |arn: &str, purpose: String| match roles.iter_mut().find(|(known, _)| known == arn) {
        Some((_, purposes)) if purposes.contains(&purpose) => {}
        Some((_, purposes)) => purposes.push(purpose),
        None => roles.push((arn.to_owned(), vec![purpose])),
    };
    for environment in &model.environments {
        add(&environment.deploy_role, format!("deploys {}", environment.name));
        for cluster in &environment.clusters {
            for admin in cluster.access.admins.iter().filter(|admin| admin.value != environment.deploy_role) {
                add(&admin.value, format!("administers {}", cluster.eks_name));
            }
            for viewer in &cluster.access.viewers {
                add(viewer, format!("reads {}, for plans", cluster.eks_name));
            }
            for reader in &cluster.access.readers {
                add(reader, format!("reads {}", cluster.eks_name));
            }
            for tenant in &cluster.tenants {
                for rights in Rights::ALL {
                    for role in tenant.roles(rights) {
                        add(role, format!("{} {} on {}", rights.verb(), tenant.app, cluster.eks_name));
                    }
                }
            }
        }
        for app in &model.apps {
            let own = app.attachments.iter().filter(|attachment| attachment.environment == environment.name);
            for attachment in own.filter(|attachment| attachment.deploy_role != environment.deploy_role) {
                add(&attachment.deploy_role, format!("deploys {} to {}", app.name, attachment.folder));
            }
        }
    }
    roles
}

fn application(whole: &Whole<'_>, app: &App) -> Context {
    #[derive(Serialize)]
    struct RootView<'a> {
        folder: &'a str,
        environment: &'a str,
        cluster_name: &'a str,
        stack: String,
        cluster: &'a str,
        account: &'a str,
        region: &'a str,
        state: String,
        role: &'a str,
    }
    #[derive(Serialize)]
    struct Application<'a> {
        app: &'a str,
        owns_namespace: bool,
        roots: Vec<RootView<'a>>,
        uses: Vec<Use>,
        actions: Vec<resource::Actions>,
        has_roles: bool,
        passed_to: Vec<&'static str>,
        has_association: bool,
        has_key: bool,
        has_databases: bool,
        database_port: u32,
        is_bounded: bool,
        has_secrets: bool,
        has_hosts: bool,
        has_user_pools: bool,
        is_guarded: bool,
        has_cloud: bool,
    }
    let mut roots = Vec::new();
    for attachment in &app.attachments {
        let (environment, cluster) = whole.model.place_of(attachment);
        roots.push(RootView {
            folder: &attachment.folder,
            environment: &environment.name,
            cluster_name: &cluster.name,
            stack: app_stack(app.name.as_str()),
            cluster: &cluster.eks_name,
            account: &environment.account,
            region: &cluster.region,
            state: match whole.model.cloud() {
                Some(cloud) => {
                    let made_as = environment.made_as(&cluster.identity, &app_stack(&app.identity));
                    format!("{}/{}/{}", cloud.host, cloud.organization, cloud.workspace(&made_as))
                }
                None => format!("{}/{}", environment.state.bucket, attachment.state_key),
            },
            role: &attachment.deploy_role,
        });
    }
    let is_protected = |attachment: &Attachment| {
        let protected = whole.model.place_of(attachment).0.protected && !attachment.retired;
        protected && !resource::guards(app).is_empty()
    };
    view(&Application {
        has_cloud: whole.model.cloud().is_some(),
        app: app.name.as_str(),
        owns_namespace: app.owns_namespace(),
        roots,
        uses: resource::uses(app),
        actions: resource::actions(app),
        has_roles: resource::has_roles(app),
        passed_to: resource::passed_to(app),
        has_association: app.roles().any(|account| account.identity == PodIdentity::PodIdentity),
        has_key: app.has_key,
        has_databases: app.database_port.is_some(),
        database_port: app.database_port.unwrap_or_default(),
        is_bounded: app.attachments.iter().all(|at| whole.model.place_of(at).1.settings.network_policy),
        has_secrets: app.has(Kind::Secret),
        has_hosts: app.has(Kind::Host),
        has_user_pools: app.has(Kind::UserPool),
        is_guarded: app.attachments.iter().any(is_protected),
    })
}
