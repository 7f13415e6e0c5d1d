//! `environments/`: a root module for each stack, thin and literal.

use serde::Serialize;
use tera::Context;

use super::adoption::{self, has_imports, imports_view, is_adopted};
use super::cluster_module::object;
use super::template::view;
use super::tenant::{self, Place, TenantView};
use super::{
    Output, ProviderView, Row, Scope, Whole, always, arguments, lay_out, nothing, part, provider, root, row,
    services_module,
};
use crate::blueprint::scalar::SubnetId;
use crate::blueprint::usual;
use crate::catalog::Catalog;
use crate::diagnostic::Spanned;
use crate::hcl::value::Value;
use crate::model::addon::EFS;
use crate::model::delivery::Cloud;
use crate::model::identity::{STATE_STACK_KEY, stack_key};
use crate::model::network::{ExistingZone, Network, Zone};
use crate::model::stack::{Level, MadeAs};
use crate::model::{Cluster, Environment, Tenant};

struct ForEnvironment<'a> {
    whole: Whole<'a>,
    environment: &'a Environment,
}

impl Scope for ForEnvironment<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        path.replace("{environment}", &self.environment.name)
    }

    fn stack(&self, _: &str) -> Option<String> {
        Some(self.environment.stack(Level::State))
    }
}

pub(super) struct ForCluster<'a> {
    pub whole: Whole<'a>,
    pub environment: &'a Environment,
    pub cluster: &'a Cluster,
}

impl Scope for ForCluster<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        path.replace("{environment}", &self.environment.name).replace("{cluster}", &self.cluster.name)
    }

    fn stack(&self, path: &str) -> Option<String> {
        // A page about the cluster lies above its stacks.
        let folder = path.strip_prefix("environments/")?.rsplit_once('/')?.0;
        let stacks = [Level::Cluster, Level::Services, Level::Tenants].map(|level| self.cluster.stack(level));
        stacks.into_iter().find(|stack| stack == folder)
    }
}

fn state_rows<'a>() -> Vec<Row<ForEnvironment<'a>>> {
    let mut rows = root("environments/{environment}/state", always, state_terraform, state_providers);
    rows.extend([
        row("environments/{environment}/state/main.tf", always, state_main),
        row("environments/{environment}/state/outputs.tf", always, nothing),
    ]);
    rows
}

fn cluster_rows<'a>() -> Vec<Row<ForCluster<'a>>> {
    let cluster = "environments/{environment}/{cluster}/cluster";
    let services = "environments/{environment}/{cluster}/services";
    let tenants = "environments/{environment}/{cluster}/tenants";
    let outputs = "parts/root_outputs.tf";
    let mut rows = root(cluster, always, cluster_terraform, cluster_providers);
    rows.extend([
        row("environments/{environment}/{cluster}/cluster/main.tf", always, cluster_main),
        part(format!("{cluster}/outputs.tf"), outputs, always, cluster_outputs),
    ]);
    rows.extend(root(services, always, services_terraform, services_providers));
    rows.extend([
        row("environments/{environment}/{cluster}/services/main.tf", always, services_main),
        part(format!("{services}/outputs.tf"), outputs, always, services_outputs),
    ]);
    rows.extend(root(tenants, has_tenants, tenants_terraform, tenants_providers));
    rows.extend([
        row("environments/{environment}/{cluster}/tenants/main.tf", has_tenants, tenants_main),
        row("environments/{environment}/{cluster}/tenants/outputs.tf", has_tenants, tenants_outputs),
    ]);
    let imports = "parts/imports.tf";
    rows.extend([
        part(
            format!("{cluster}/imports.tf"),
            imports,
            |scope| has_imports(scope, Level::Cluster),
            |scope| imports_view(scope, Level::Cluster),
        ),
        part(
            format!("{services}/imports.tf"),
            imports,
            |scope| has_imports(scope, Level::Services),
            |scope| imports_view(scope, Level::Services),
        ),
        part(
            format!("{tenants}/imports.tf"),
            imports,
            |scope| has_imports(scope, Level::Tenants),
            |scope| imports_view(scope, Level::Tenants),
        ),
        row("environments/{environment}/{cluster}/ADOPTION.md", is_adopted, adoption::page),
    ]);
    rows
}

fn cluster_terraform(scope: &ForCluster<'_>) -> Context {
    terraform(scope, Level::Cluster, false, false)
}

fn cluster_providers(scope: &ForCluster<'_>) -> Context {
    providers(scope, false, false)
}

fn services_terraform(scope: &ForCluster<'_>) -> Context {
    terraform(scope, Level::Services, helm(scope), kubernetes(scope))
}

fn services_providers(scope: &ForCluster<'_>) -> Context {
    providers(scope, helm(scope), kubernetes(scope))
}

fn tenants_terraform(scope: &ForCluster<'_>) -> Context {
    terraform(scope, Level::Tenants, false, true)
}

fn tenants_providers(scope: &ForCluster<'_>) -> Context {
    providers(scope, false, true)
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&[row("environments/.gitignore", always, nothing)], whole, outputs);
    for environment in &whole.model.environments {
        lay_out(&state_rows(), &ForEnvironment { whole: *whole, environment }, outputs);
        for cluster in &environment.clusters {
            lay_out(&cluster_rows(), &ForCluster { whole: *whole, environment, cluster }, outputs);
        }
    }
}

fn helm(scope: &ForCluster<'_>) -> bool {
    services_module::has_helm(&scope.whole.model.fleet)
}

fn kubernetes(scope: &ForCluster<'_>) -> bool {
    services_module::has_kubernetes(&scope.whole.model.fleet)
}

fn has_tenants(scope: &ForCluster<'_>) -> bool {
    !scope.cluster.tenants.is_empty()
}

/// As whom a root module reaches AWS, and where alone. Either is always known in a tree; an application's own repository may leave both
/// to whoever runs it.
#[derive(Serialize)]
pub(super) struct Caller<'a> {
    has_account: bool,
    account: &'a str,
    has_role: bool,
    role: &'a str,
}

impl<'a> Caller<'a> {
    pub fn new(account: Option<&'a str>, role: Option<&'a str>) -> Self {
        let (has_account, has_role) = (account.is_some(), role.is_some());
        Self { has_account, account: account.unwrap_or_default(), has_role, role: role.unwrap_or_default() }
    }
}

/// A backend block's literals.
#[derive(Serialize)]
pub(super) struct Backend<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub region: &'a str,
    pub has_kms_key: bool,
    pub kms_key_id: &'a str,
    #[serde(flatten)]
    pub caller: Caller<'a>,
}

/// The view of a root's `terraform.tf`; without a backend, the state stays beside it.
#[derive(Serialize)]
pub(super) struct RootTerraform<'a> {
    pub providers: Vec<ProviderView<'a>>,
    pub has_backend: bool,
    pub backend: Option<Backend<'a>>,
    pub has_cloud: bool,
    pub cloud: Option<CloudView<'a>>,
}

/// A `cloud` block's literals: it stands in place of a backend.
#[derive(Serialize)]
pub(super) struct CloudView<'a> {
    host: &'a str,
    is_usual_host: bool,
    organization: &'a str,
    project: &'a str,
    workspace: String,
}

impl<'a> CloudView<'a> {
    /// The workspace of a stack, where workspaces keep states.
    pub fn of(whole: &Whole<'a>, made_as: &MadeAs) -> Option<Self> {
        let cloud = whole.model.cloud()?;
        let Cloud { host, organization, project, .. } = cloud;
        let is_usual_host = host == usual::HCP_HOST;
        Some(Self { host, is_usual_host, organization, project, workspace: cloud.workspace(made_as) })
    }
}

/// The view of the `terraform.tf` of a root in a tree.
pub(super) fn root_terraform<'a>(
    whole: &Whole<'a>,
    environment: &'a Environment,
    key: &str,
    cloud: Option<CloudView<'_>>,
    role: &'a str,
    helm: bool,
    kubernetes: bool,
) -> Context {
    let facts = &whole.catalog.providers;
    let mut providers = vec![provider("aws", &facts.aws, "~>")];
    providers.extend(helm.then(|| provider("helm", &facts.helm, "~>")));
    providers.extend(kubernetes.then(|| provider("kubernetes", &facts.kubernetes, "~>")));
    let backend = Backend {
        bucket: &environment.state.bucket,
        key,
        region: &environment.region,
        has_kms_key: true,
        kms_key_id: &environment.state.key_alias_arn,
        caller: Caller::new(Some(&environment.account), Some(role)),
    };
    let (has_backend, has_cloud) = (cloud.is_none(), cloud.is_some());
    view(&RootTerraform { providers, has_backend, backend: Some(backend), has_cloud, cloud })
}

/// The view of a root's `providers.tf`.
#[derive(Serialize)]
pub(super) struct RootProviders<'a> {
    pub tags: Value,
    pub region: &'a str,
    #[serde(flatten)]
    pub caller: Caller<'a>,
    pub cluster_name: &'a str,
    pub has_helm: bool,
    pub has_kubernetes: bool,
    #[serde(flatten)]
    pub api: Api,
}

/// Where providers find the Kubernetes API.
#[derive(Serialize)]
pub(super) struct Api {
    is_looked_up: bool,
    endpoint: Value,
    certificate: Value,
}

impl Api {
    /// The root looks its cluster up by itself.
    pub fn looked_up() -> Self {
        let cluster = "data.aws_eks_cluster.this";
        Self {
            is_looked_up: true,
            endpoint: Value::expression(format!("{cluster}.endpoint")),
            certificate: Value::expression(format!("{cluster}.certificate_authority[0].data")),
        }
    }

    /// The attachment has found it, and no fact of the cluster is used before all its rules have passed.
    pub fn attached() -> Self {
        Self {
            is_looked_up: false,
            endpoint: Value::expression("module.attachment.endpoint"),
            certificate: Value::expression("module.attachment.certificate_authority"),
        }
    }
}

fn terraform(scope: &ForCluster<'_>, stack: Level, helm: bool, kubernetes: bool) -> Context {
    let ForCluster { whole, environment, cluster, .. } = scope;
    let key = stack_key(&cluster.identity, stack.word());
    let cloud = CloudView::of(whole, &environment.made_as(&cluster.identity, stack.word()));
    root_terraform(whole, environment, &key, cloud, &environment.deploy_role, helm, kubernetes)
}

fn providers(scope: &ForCluster<'_>, has_helm: bool, has_kubernetes: bool) -> Context {
    view(&RootProviders {
        tags: object(&scope.cluster.tags),
        region: &scope.cluster.region,
        caller: Caller::new(Some(&scope.environment.account), Some(&scope.environment.deploy_role)),
        cluster_name: &scope.cluster.eks_name,
        has_helm,
        has_kubernetes,
        api: Api::looked_up(),
    })
}

fn state_terraform(scope: &ForEnvironment<'_>) -> Context {
    let environment = scope.environment;
    root_terraform(&scope.whole, environment, STATE_STACK_KEY, None, &environment.deploy_role, false, false)
}

fn state_providers(scope: &ForEnvironment<'_>) -> Context {
    let Environment { tags, region, account, deploy_role, .. } = scope.environment;
    view(&RootProviders {
        tags: object(tags),
        region,
        caller: Caller::new(Some(account), Some(deploy_role)),
        cluster_name: "",
        has_helm: false,
        has_kubernetes: false,
        api: Api::looked_up(),
    })
}

/// The view of what makes a bucket and a key for states.
#[derive(Serialize)]
pub(super) struct StateView<'a> {
    pub states: &'static str,
    pub bucket: &'a str,
    pub key_alias: &'a str,
    pub key_description: String,
    pub account_root: String,
}

/// Returns how a key for states is described, by scripts/bootstrap and by the stack that adopts it alike.
pub(super) fn key_description(whole: &Whole<'_>, name: &str) -> String {
    format!("Terraform states of {} {name}.", whole.model.project)
}

fn state_main(scope: &ForEnvironment<'_>) -> Context {
    let Environment { name, account, partition, state, .. } = scope.environment;
    view(&StateView {
        states: "all states of this environment",
        bucket: &state.bucket,
        key_alias: &state.key_alias,
        key_description: key_description(&scope.whole, name),
        account_root: format!("arn:{partition}:iam::{account}:root"),
    })
}

fn cluster_main(scope: &ForCluster<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        name: &'a str,
        account: &'a str,
        region: &'a str,
        partition: &'a str,
        vpc_cidr: String,
        vpc: VpcView,
        admins: Value,
        has_viewers: bool,
        viewers: Value,
        has_readers: bool,
        readers: Value,
        has_arguments: bool,
        arguments: Vec<arguments::Argument>,
        protected: bool,
        has_efs: bool,
    }
    let ForCluster { whole, environment, cluster } = scope;
    let roles = |roles: &[Spanned<String>]| Value::strings(roles.iter().map(|role| &role.value));
    let arguments = arguments::cluster(&whole.model.fleet, cluster);
    view(&Main {
        name: &cluster.eks_name,
        account: &environment.account,
        region: &cluster.region,
        partition: &cluster.partition,
        vpc_cidr: cluster.network.cidr.to_string(),
        vpc: VpcView::of(&cluster.network),
        admins: roles(&cluster.access.admins),
        has_viewers: !cluster.access.viewers.is_empty(),
        viewers: roles(&cluster.access.viewers),
        has_readers: !cluster.access.readers.is_empty(),
        readers: roles(&cluster.access.readers),
        has_arguments: !arguments.is_empty(),
        arguments,
        protected: environment.protected && !cluster.retired,
        has_efs: cluster.has(EFS),
    })
}

/// A VPC as a root names it: ranges of one's own, or ids of one that exists already.
#[derive(Serialize)]
struct VpcView {
    is_own: bool,
    has_pod_cidr: bool,
    pod_cidr: Value,
    nat_zones: Value,
    zones: Value,
    id: Value,
    private_subnets: Value,
    has_public_subnets: bool,
    public_subnets: Value,
    has_pod_subnets: bool,
    pod_subnets: Value,
}

impl VpcView {
    fn of(network: &Network) -> Self {
        let own = network.own();
        let zones = own.iter().flat_map(|own| &own.zones);
        let zones = zones.map(|zone| (zone.name.clone(), ranges(zone, network.is_ipv6())));
        let pod_cidr = own.and_then(|own| own.pod_cidr);
        let existing = network.existing();
        let [private, public, pods] = [
            |zone: &ExistingZone| Some(zone.private.value.clone()),
            |zone: &ExistingZone| zone.public.as_ref().map(|id| id.value.clone()),
            |zone: &ExistingZone| zone.pods.as_ref().map(|id| id.value.clone()),
        ]
        .map(|id: fn(&ExistingZone) -> Option<SubnetId>| -> Vec<(String, Value)> {
            let zones = existing.iter().flat_map(|existing| &existing.zones);
            zones.filter_map(|zone| Some((zone.name.clone(), id(zone)?.as_str().into()))).collect()
        });
        Self {
            is_own: own.is_some(),
            has_pod_cidr: pod_cidr.is_some(),
            pod_cidr: pod_cidr.map_or(Value::Null, |range| Value::String(range.to_string())),
            nat_zones: Value::strings(network.nat_zones()),
            zones: Value::Object(zones.collect()),
            id: existing.map_or(Value::Null, |existing| existing.id.as_str().into()),
            private_subnets: Value::Object(private),
            has_public_subnets: !public.is_empty(),
            public_subnets: Value::Object(public),
            has_pod_subnets: !pods.is_empty(),
            pod_subnets: Value::Object(pods),
        }
    }
}

/// Returns what a zone's subnets take of the VPC's ranges.
fn ranges(zone: &Zone, is_ipv6: bool) -> Value {
    let range = |range: ipnet::Ipv4Net| Value::String(range.to_string());
    let mut ranges = vec![("private_cidr", range(zone.private)), ("public_cidr", range(zone.public))];
    ranges.extend(zone.pods.map(|pods| ("pod_cidr", range(pods))));
    if is_ipv6 {
        let (private, public) = zone.ipv6_parts();
        ranges.extend([("private_ipv6", private.into()), ("public_ipv6", public.into())]);
    }
    Value::Object(ranges.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[derive(Serialize)]
struct RootOutput {
    name: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct RootOutputs {
    module: &'static str,
    outputs: Vec<RootOutput>,
}

fn cluster_outputs(scope: &ForCluster<'_>) -> Context {
    let mut outputs = vec![
        RootOutput { name: "name", description: "Name of the EKS cluster." },
        RootOutput { name: "vpc_id", description: "The cluster's VPC." },
    ];
    outputs.extend(scope.cluster.network.own().map(|_| RootOutput {
        name: "nat_addresses",
        description: "Public addresses by zone from which pods reach the internet.",
    }));
    outputs.push(RootOutput { name: "contract", description: "Name of the contract document." });
    view(&RootOutputs { module: "cluster", outputs })
}

fn services_outputs(scope: &ForCluster<'_>) -> Context {
    let mut outputs = vec![RootOutput { name: "contract", description: "Name of the contract document." }];
    outputs.extend(
        (!scope.whole.model.fleet.helm_addons.is_empty())
            .then_some(RootOutput { name: "releases", description: "Chart versions by release." }),
    );
    view(&RootOutputs { module: "services", outputs })
}

fn services_main(scope: &ForCluster<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        #[serde(flatten)]
        needs: services_module::Needs,
        name: &'a str,
        account: &'a str,
        region: &'a str,
        partition: &'a str,
        has_arguments: bool,
        arguments: Vec<arguments::Argument>,
    }
    let ForCluster { whole, environment, cluster } = scope;
    let arguments = arguments::services(&whole.model.fleet, cluster);
    view(&Main {
        needs: services_module::Needs::of(&whole.model.fleet),
        name: &cluster.eks_name,
        account: &environment.account,
        region: &cluster.region,
        partition: &cluster.partition,
        has_arguments: !arguments.is_empty(),
        arguments,
    })
}

fn tenants_main(scope: &ForCluster<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        name: &'a str,
        /// The modules whose namespaces are guarded: those of applications that are retired are let go.
        guarded: Vec<String>,
        tenants: Vec<TenantView<'a>>,
        has_principals: bool,
        principals: Value,
    }
    let ForCluster { whole, cluster, environment, .. } = scope;
    let module = |own: &Tenant| format!("tenant_{}", own.identity.identifier());
    let guarded = platform_owned(cluster).filter(|own| environment.protected && !own.retired).map(module);
    let tenants = platform_owned(cluster).map(|own| {
        let identifier = own.identity.identifier();
        let place = Place {
            module: module(own),
            source: "../../../../modules/tenant",
            egress_policy: format!("{identifier}_egress"),
            network: "module.attachment.network",
            environment: scope.environment,
        };
        TenantView::of(&whole.model.fleet, cluster, own, place)
    });
    let principals = tenant::principals(&cluster.tenants);
    view(&Main {
        name: &cluster.eks_name,
        guarded: guarded.collect(),
        tenants: tenants.collect(),
        has_principals: !principals.is_empty(),
        principals: Value::Object(principals),
    })
}

/// The applications whose namespaces this stack makes.
fn platform_owned(cluster: &Cluster) -> impl Iterator<Item = &Tenant> {
    cluster.tenants.iter().filter(|tenant| !tenant.is_app_owned)
}

fn tenants_outputs(scope: &ForCluster<'_>) -> Context {
    #[derive(Serialize)]
    struct Outputs {
        namespaces: Value,
    }
    let namespaces = platform_owned(scope.cluster).map(|tenant| {
        (
            tenant.app.to_string(),
            Value::expression(format!("module.tenant_{}.namespace", tenant.identity.identifier())),
        )
    });
    view(&Outputs { namespaces: Value::Object(namespaces.collect()) })
}
