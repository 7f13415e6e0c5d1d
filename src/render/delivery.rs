//! Delivery: `accounts/` with the roles that pipelines log in as, the pipelines, and the script that they run.

use serde::Serialize;
use tera::Context;

use super::cluster_module::object;
use super::environment::{Api, Backend, Caller, RootProviders, RootTerraform, StateView};
use super::scripts::binary;
use super::template::view;
use super::{Output, Row, Scope, Whole, always, lay_out, part, provider, root, row};
use crate::blueprint::scalar::{DeliveryEngine, Engine};
use crate::catalog::{Action, Catalog};
use crate::hcl::value::Value;
use crate::model::delivery::{Account, LoginRole, Purpose};
use crate::model::identity::ACCOUNT_STACK_KEY;
use crate::model::{Delivery, Environment, Model, Stack};

/// The folder of the tree whose content belongs at the repository's root.
const FOLDER: &str = "delivery/";

/// What says how to begin: it stays in that folder.
const PAGE: &str = "delivery/README.md";

/// The longest session of a role that pipelines log in as, in seconds: an upgrade replaces all nodes, and takes hours.
const SESSION: u32 = 4 * 3600;

struct ForAccount<'a> {
    whole: Whole<'a>,
    delivery: &'a Delivery,
    account: &'a Account,
}

impl Scope for ForAccount<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        path.replace("{account}", &self.account.id)
    }

    fn stack(&self, _: &str) -> Option<String> {
        Some(format!("accounts/{}", self.account.id))
    }
}

struct ForDelivery<'a> {
    whole: Whole<'a>,
    delivery: &'a Delivery,
}

impl Scope for ForDelivery<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    /// What belongs at the repository's root lies there where the tree does, else below a folder from which it is copied.
    fn place(&self, path: &str) -> String {
        let at_root = path.strip_prefix(FOLDER).filter(|_| self.delivery.folder.is_empty() && path != PAGE);
        at_root.unwrap_or(path).to_owned()
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

fn account_rows<'a>() -> Vec<Row<ForAccount<'a>>> {
    let mut rows = root("accounts/{account}", always, account_terraform, account_providers);
    rows.extend([
        part(
            "accounts/{account}/state.tf".to_owned(),
            "environments/{environment}/state/main.tf",
            always,
            account_state,
        ),
        row("accounts/{account}/main.tf", always, account_main),
        row("accounts/{account}/outputs.tf", always, account_main),
    ]);
    rows
}

fn delivery_rows<'a>() -> Vec<Row<ForDelivery<'a>>> {
    vec![
        row(PAGE, always, page),
        row("scripts/pipeline", is_github, pipeline),
        row("delivery/.github/workflows/plinth-plan.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-deploy.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-stack.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-drift.yml", is_github, pipeline),
        row("delivery/atlantis.yaml", is_atlantis, atlantis),
    ]
}

fn is_github(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::GithubActions
}

fn is_atlantis(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::Atlantis
}

/// A stack for Terramate, which lies in its root module.
struct ForStack<'a> {
    whole: Whole<'a>,
    stack: &'a Stack,
    before: Vec<&'a Stack>,
}

impl Scope for ForStack<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        path.replace("{stack}", &self.stack.folder)
    }

    fn stack(&self, _: &str) -> Option<String> {
        Some(self.stack.name.clone())
    }
}

fn terramate(scope: &ForStack<'_>) -> Context {
    #[derive(Serialize)]
    struct Terramate<'a> {
        name: &'a str,
        description: String,
        has_after: bool,
        after: Value,
        tags: Value,
    }
    let Stack { name, environment, cluster, stack, folder, .. } = scope.stack;
    let up = "../".repeat(folder.split('/').count());
    let after: Vec<String> = scope.before.iter().map(|before| format!("{up}{}", before.folder)).collect();
    let place = if cluster == "-" { environment.clone() } else { format!("{environment} {cluster}") };
    let kind = stack.split('/').next().unwrap_or_default();
    view(&Terramate {
        name,
        description: format!("The stack {stack} of {place}."),
        has_after: !after.is_empty(),
        after: Value::strings(&after),
        tags: Value::strings([environment.as_str(), kind]),
    })
}

/// Returns the stacks that a stack reads from directly: those after which it is applied. Applications read from tenants, not from
/// each other.
fn before<'a>(all: &'a [Stack], stack: &Stack) -> Vec<&'a Stack> {
    let earlier = all.iter().take_while(|earlier| earlier.folder != stack.folder);
    let earlier = earlier.filter(|earlier| {
        earlier.environment == stack.environment
            && ["-", stack.cluster.as_str()].contains(&earlier.cluster.as_str())
            && !earlier.stack.starts_with("apps/")
    });
    earlier.last().into_iter().collect()
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    let Some(delivery) = &whole.model.delivery else { return };
    for account in &delivery.accounts {
        lay_out(&account_rows(), &ForAccount { whole: *whole, delivery, account }, outputs);
    }
    lay_out(&delivery_rows(), &ForDelivery { whole: *whole, delivery }, outputs);
    if delivery.engine == DeliveryEngine::Terramate {
        let all = whole.model.stacks();
        for stack in &all {
            let before = before(&all, stack);
            let path = "{stack}/stack.tm.hcl".to_owned();
            let rows = [part(path, "parts/stack.tm.hcl", always, terramate)];
            lay_out(&rows, &ForStack { whole: *whole, stack, before }, outputs);
        }
    }
}

fn account_terraform(scope: &ForAccount<'_>) -> Context {
    let Account { id, region, state, .. } = scope.account;
    let backend = Backend {
        bucket: &state.bucket,
        key: ACCOUNT_STACK_KEY,
        region,
        has_kms_key: true,
        kms_key_id: &state.key_alias_arn,
        caller: Caller::new(Some(id), None),
    };
    let providers = vec![provider("aws", &scope.whole.catalog.providers.aws, "~>")];
    view(&RootTerraform { providers, has_backend: true, backend: Some(backend) })
}

fn account_providers(scope: &ForAccount<'_>) -> Context {
    let Account { id, region, tags, .. } = scope.account;
    view(&RootProviders {
        tags: object(tags),
        region,
        caller: Caller::new(Some(id), None),
        cluster_name: "",
        has_helm: false,
        has_kubernetes: false,
        api: Api::looked_up(),
    })
}

fn account_state(scope: &ForAccount<'_>) -> Context {
    let Account { id, partition, state, .. } = scope.account;
    view(&StateView {
        states: "the state of what this account has for pipelines",
        bucket: &state.bucket,
        key_alias: &state.key_alias,
        key_description: format!("Terraform state of {} delivery.", scope.whole.model.project),
        account_root: format!("arn:{partition}:iam::{id}:root"),
    })
}

/// Who issues the tokens of GitHub's jobs, and for whom.
const ISSUER: &str = "token.actions.githubusercontent.com";
const AUDIENCE: &str = "sts.amazonaws.com";

/// Returns what the tokens of a role's jobs must claim, each claim with the values of which it must have one.
///
/// GitHub docs, "OpenID Connect reference". IAM reads `ref` in the commercial regions (AWS, "AWS STS supports validation of select
/// identity provider specific claims", 2026-01). Read 2026-11.
fn claims(delivery: &Delivery, account: &Account, role: &LoginRole) -> Vec<(&'static str, Vec<String>)> {
    let Delivery { repository, branch, .. } = delivery;
    let mut claims = vec![("aud", vec![AUDIENCE.to_owned()])];
    match role.purpose {
        Purpose::Plan => claims.push((
            "sub",
            vec![
                format!("repo:{repository}:pull_request"),
                format!("repo:{repository}:ref:refs/heads/{branch}"),
            ],
        )),
        Purpose::Deploy => {
            let environments = role.environments.iter();
            let subjects = environments.map(|name| format!("repo:{repository}:environment:{name}"));
            claims.push(("sub", subjects.collect()));
            let branch = ("ref", vec![format!("refs/heads/{branch}")]);
            claims.extend((account.partition == "aws").then_some(branch));
        }
    }
    claims
}

fn account_main(scope: &ForAccount<'_>) -> Context {
    #[derive(Serialize)]
    struct RoleView<'a> {
        name: &'a str,
        path: &'a str,
        description: String,
        claims: Value,
        roles: Value,
    }
    #[derive(Serialize)]
    struct Main<'a> {
        url: String,
        audience: &'static str,
        session: u32,
        roles: Vec<RoleView<'a>>,
    }
    let ForAccount { delivery, account, .. } = scope;
    let one_or_all = |values: Vec<String>| match values.as_slice() {
        [only] => only.as_str().into(),
        _ => Value::strings(&values),
    };
    let roles = account.roles.iter().map(|role| {
        let claims = claims(delivery, account, role).into_iter();
        let claims = claims.map(|(claim, values)| (format!("{ISSUER}:{claim}"), one_or_all(values)));
        let verb = if role.purpose == Purpose::Plan { "plan" } else { "deploy" };
        RoleView {
            name: role.name(),
            path: role.path(),
            description: format!("Pipelines of {} that {verb}.", scope.whole.model.project),
            claims: Value::Object(claims.collect()),
            roles: Value::strings(&role.goes_on_to),
        }
    });
    view(&Main {
        url: format!("https://{ISSUER}"),
        audience: AUDIENCE,
        session: SESSION,
        roles: roles.collect(),
    })
}

/// A stack as pipelines see it.
#[derive(Serialize)]
struct StackView {
    /// What the job is called in the graph of jobs.
    job: String,
    /// Jobs that come before it.
    after: Vec<String>,
    #[serde(flatten)]
    stack: Stack,
    region: String,
    plan_role: String,
    login_plan_role: String,
    login_deploy_role: String,
    runner: String,
}

/// Returns the stacks that pipelines plan and apply, in order. Those of accounts are an administrator's: who may change them may give
/// pipelines any rights.
fn stack_views(scope: &ForDelivery<'_>) -> Vec<StackView> {
    let model = scope.whole.model;
    let all = model.stacks();
    let mut views: Vec<StackView> = Vec::new();
    for environment in &model.environments {
        let Environment { name, region, pipeline, plan_role, .. } = environment;
        let (Some(pipeline), Some(plan_role)) = (pipeline, plan_role) else { continue };
        for stack in all.iter().filter(|stack| stack.environment == *name) {
            let reaches_api = !matches!(stack.stack.as_str(), "state" | "cluster");
            let mut runners = scope.delivery.runners.iter().filter(|_| reaches_api);
            let own = runners.find(|own| own.environment == *name && own.cluster == stack.cluster);
            let runner = own.map_or(HOSTED, |own| own.label.as_str());
            views.push(StackView {
                job: job(&stack.name),
                after: before(&all, stack).into_iter().map(|before| job(&before.name)).collect(),
                stack: stack.clone(),
                region: region.clone(),
                plan_role: plan_role.clone(),
                login_plan_role: pipeline.plan_role.clone(),
                login_deploy_role: pipeline.deploy_role.clone(),
                runner: runner.to_owned(),
            });
        }
    }
    views
}

/// Names of jobs take no slash, and names of the blueprint no underscore.
fn job(stack: &str) -> String {
    stack.replace('/', "_")
}

/// The runner that GitHub has for everybody.
const HOSTED: &str = "ubuntu-latest";

fn pipeline(scope: &ForDelivery<'_>) -> Context {
    #[derive(Serialize)]
    struct EngineView<'a> {
        /// Its binary, by which the action that installs it names its inputs.
        binary: &'static str,
        version: &'a str,
        action: &'a Action,
    }
    #[derive(Serialize)]
    struct Pipelines<'a> {
        branch: &'a str,
        blueprint: &'a str,
        has_folder: bool,
        folder: &'a str,
        has_install: bool,
        install: &'a str,
        checkout: &'a Action,
        credentials: &'a Action,
        upload: &'a Action,
        download: &'a Action,
        engine: EngineView<'a>,
        session: u32,
        minutes: u32,
        stacks: Vec<StackView>,
    }
    let ForDelivery { whole, delivery } = scope;
    let facts = &whole.catalog.delivery;
    let action = |name: &str| &facts.actions[name];
    let (version, action_name) = match whole.model.engine {
        Engine::Terraform => (&facts.engines.terraform, "terraform"),
        Engine::OpenTofu => (&facts.engines.opentofu, "opentofu"),
    };
    let engine = EngineView { binary: binary(whole.model.engine), version, action: action(action_name) };
    view(&Pipelines {
        branch: &delivery.branch,
        blueprint: &delivery.blueprint,
        has_folder: !delivery.folder.is_empty(),
        folder: &delivery.folder,
        has_install: delivery.install.is_some(),
        install: delivery.install.as_deref().unwrap_or_default(),
        checkout: action("checkout"),
        credentials: action("credentials"),
        upload: action("upload"),
        download: action("download"),
        engine,
        session: SESSION,
        minutes: SESSION / 60,
        stacks: stack_views(scope),
    })
}

fn atlantis(scope: &ForDelivery<'_>) -> Context {
    #[derive(Serialize)]
    struct ProjectView {
        name: String,
        folder: String,
        group: usize,
        has_after: bool,
        after: Vec<String>,
        modules: Vec<String>,
    }
    #[derive(Serialize)]
    struct Atlantis {
        branch: String,
        projects: Vec<ProjectView>,
    }
    let Delivery { branch, folder, .. } = scope.delivery;
    let all = scope.whole.model.stacks();
    let projects = all.iter().map(|stack| {
        let up = "../".repeat(stack.folder.split('/').count());
        let modules: &[&str] = match stack.stack.as_str() {
            "state" => &[],
            "cluster" => &["modules/cluster"],
            "services" => &["modules/services"],
            "tenants" => &["modules/tenant", "modules/attachment"],
            app => &[app, "modules"],
        };
        let after: Vec<String> = before(&all, stack).into_iter().map(|before| before.name.clone()).collect();
        let chain = std::iter::successors(Some(stack), |stack| before(&all, stack).first().copied());
        ProjectView {
            name: stack.name.clone(),
            folder: [folder.as_str(), &stack.folder]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/"),
            group: chain.count() - 1,
            has_after: !after.is_empty(),
            after,
            modules: modules.iter().map(|module| format!("{up}{module}/**")).collect(),
        }
    });
    // Atlantis reads a regular expression, in which a dot is any character.
    view(&Atlantis {
        branch: format!("/^{}$/", branch.replace('.', "\\.").replace('/', "\\/")),
        projects: projects.collect(),
    })
}

/// Returns the roles that backends and providers assume, each once.
fn deploy_roles(model: &Model) -> Vec<&str> {
    let mut roles: Vec<&str> = Vec::new();
    for role in model.environments.iter().flat_map(|environment| environment.deploy_roles(&model.apps)) {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    roles
}

fn page(scope: &ForDelivery<'_>) -> Context {
    #[derive(Serialize)]
    struct RoleView<'a> {
        arn: &'a str,
        environments: String,
        is_plan: bool,
        goes_on_to: &'a [String],
    }
    #[derive(Serialize)]
    struct AccountView<'a> {
        id: &'a str,
        roles: Vec<RoleView<'a>>,
    }
    #[derive(Serialize)]
    struct EnvironmentView<'a> {
        name: &'a str,
        protected: bool,
    }
    #[derive(Serialize)]
    struct Page<'a> {
        is_github: bool,
        is_atlantis: bool,
        is_opentofu: bool,
        binary: &'static str,
        roles: Vec<&'a str>,
        repository: &'a str,
        branch: &'a str,
        has_folder: bool,
        folder: &'a str,
        has_install: bool,
        host: &'static str,
        accounts: Vec<AccountView<'a>>,
        environments: Vec<EnvironmentView<'a>>,
        has_protected: bool,
        has_runners: bool,
    }
    let ForDelivery { whole, delivery } = scope;
    let accounts = delivery.accounts.iter().map(|account| AccountView {
        id: &account.id,
        roles: account
            .roles
            .iter()
            .map(|role| RoleView {
                arn: &role.arn,
                environments: role.environments.join(", "),
                is_plan: role.purpose == Purpose::Plan,
                goes_on_to: &role.goes_on_to,
            })
            .collect(),
    });
    let environments = whole
        .model
        .environments
        .iter()
        .map(|environment| EnvironmentView { name: &environment.name, protected: environment.protected });
    view(&Page {
        is_github: is_github(scope),
        is_atlantis: is_atlantis(scope),
        is_opentofu: whole.model.engine == Engine::OpenTofu,
        binary: binary(whole.model.engine),
        roles: deploy_roles(whole.model),
        repository: &delivery.repository,
        branch: &delivery.branch,
        has_folder: !delivery.folder.is_empty(),
        folder: &delivery.folder,
        has_install: delivery.install.is_some(),
        host: ISSUER,
        accounts: accounts.collect(),
        environments: environments.collect(),
        has_protected: whole.model.environments.iter().any(|environment| environment.protected),
        has_runners: !delivery.runners.is_empty(),
    })
}
