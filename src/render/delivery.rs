//! Delivery: `accounts/` with the roles that pipelines log in as, the pipelines, and the script that they run.

use serde::Serialize;
use tera::Context;

use super::cluster_module::object;
use super::environment::{Api, Backend, Caller, RootProviders, RootTerraform, StateView};
use super::scripts::{Stack, stacks};
use super::template::view;
use super::{Output, Row, Scope, Whole, always, lay_out, part, provider, root, row};
use crate::blueprint::scalar::{DeliveryEngine, Engine};
use crate::catalog::{Action, Catalog};
use crate::hcl::value::Value;
use crate::model::delivery::{Account, LoginRole, Purpose};
use crate::model::identity::ACCOUNT_STACK_KEY;
use crate::model::{Delivery, Environment};

/// The folder of the tree whose content belongs at the repository's root.
const FOLDER: &str = "delivery/";

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
        let is_page = path.ends_with(".md");
        let at_root = path.strip_prefix(FOLDER).filter(|_| self.delivery.folder.is_empty() && !is_page);
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
        row("scripts/pipeline", always, pipeline),
        row("delivery/README.md", always, page),
        row("delivery/.github/workflows/plinth-plan.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-deploy.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-stack.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-drift.yml", is_github, pipeline),
    ]
}

fn is_github(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::GithubActions
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    let Some(delivery) = &whole.model.delivery else { return };
    for account in &delivery.accounts {
        lay_out(&account_rows(), &ForAccount { whole: *whole, delivery, account }, outputs);
    }
    lay_out(&delivery_rows(), &ForDelivery { whole: *whole, delivery }, outputs);
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

/// Who issues a pipeline's tokens, and for whom.
struct Issuer {
    host: &'static str,
    audience: &'static str,
}

impl Issuer {
    fn of(engine: DeliveryEngine) -> Self {
        match engine {
            DeliveryEngine::GithubActions => {
                Self { host: "token.actions.githubusercontent.com", audience: "sts.amazonaws.com" }
            }
            DeliveryEngine::GitlabCi => Self { host: "gitlab.com", audience: "https://gitlab.com" },
        }
    }
}

/// Returns what the tokens of a role's pipelines must claim, as tests of IAM with the claims and their values.
///
/// Subjects: GitHub docs, "OpenID Connect reference"; GitLab docs, "Connect to cloud services". IAM reads `ref` of GitHub's tokens
/// outside GovCloud (AWS, "AWS STS supports validation of select identity provider specific claims", 2026-01). Read 2026-11.
fn claims(
    delivery: &Delivery,
    account: &Account,
    role: &LoginRole,
) -> Vec<(&'static str, Vec<(&'static str, Vec<String>)>)> {
    let Delivery { engine, repository, branch, .. } = delivery;
    let audience = ("aud", vec![Issuer::of(*engine).audience.to_owned()]);
    match (engine, role.purpose) {
        (DeliveryEngine::GithubActions, Purpose::Plan) => {
            let subjects = vec![
                format!("repo:{repository}:pull_request"),
                format!("repo:{repository}:ref:refs/heads/{branch}"),
            ];
            vec![("StringEquals", vec![audience, ("sub", subjects)])]
        }
        (DeliveryEngine::GithubActions, Purpose::Deploy) => {
            let environments = role.environments.iter();
            let subjects = environments.map(|name| format!("repo:{repository}:environment:{name}")).collect();
            let branch = ("ref", vec![format!("refs/heads/{branch}")]);
            let branch = (account.partition == "aws").then_some(branch);
            vec![("StringEquals", [audience, ("sub", subjects)].into_iter().chain(branch).collect())]
        }
        (DeliveryEngine::GitlabCi, Purpose::Plan) => {
            let subjects = vec![format!("project_path:{repository}:ref_type:branch:ref:*")];
            vec![("StringEquals", vec![audience]), ("StringLike", vec![("sub", subjects)])]
        }
        (DeliveryEngine::GitlabCi, Purpose::Deploy) => {
            let subjects = vec![format!("project_path:{repository}:ref_type:branch:ref:{branch}")];
            vec![("StringEquals", vec![audience, ("sub", subjects)])]
        }
    }
}

fn account_main(scope: &ForAccount<'_>) -> Context {
    #[derive(Serialize)]
    struct RoleView<'a> {
        name: &'a str,
        path: &'a str,
        description: String,
        conditions: Value,
        roles: Value,
    }
    #[derive(Serialize)]
    struct Main<'a> {
        host: &'static str,
        url: String,
        audience: &'static str,
        session: u32,
        roles: Vec<RoleView<'a>>,
    }
    let ForAccount { delivery, account, .. } = scope;
    let Issuer { host, audience } = Issuer::of(delivery.engine);
    let one_or_all = |values: Vec<String>| match values.as_slice() {
        [only] => only.as_str().into(),
        _ => Value::strings(&values),
    };
    let roles = account.roles.iter().map(|role| {
        let tests = claims(delivery, account, role).into_iter().map(|(test, claims)| {
            let claims =
                claims.into_iter().map(|(claim, values)| (format!("{host}:{claim}"), one_or_all(values)));
            (test.to_owned(), Value::Object(claims.collect()))
        });
        let verb = if role.purpose == Purpose::Plan { "plan" } else { "deploy" };
        RoleView {
            name: role.name(),
            path: role.path(),
            description: format!("Pipelines of {} that {verb}.", scope.whole.model.project),
            conditions: Value::Object(tests.collect()),
            roles: Value::strings(&role.goes_on_to),
        }
    });
    view(&Main { host, url: format!("https://{host}"), audience, session: SESSION, roles: roles.collect() })
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
    let all = stacks(model);
    let mut views: Vec<StackView> = Vec::new();
    for environment in &model.environments {
        let Environment { name, region, pipeline, plan_role, .. } = environment;
        let (Some(pipeline), Some(plan_role)) = (pipeline, plan_role) else { continue };
        for stack in all.iter().filter(|stack| stack.environment == *name) {
            let reaches_api = !matches!(stack.stack.as_str(), "state" | "cluster");
            let label = scope.delivery.runners.get(&format!("{name}/{}", stack.cluster));
            let runner = label.filter(|_| reaches_api).map_or(host_runner(scope.delivery), String::as_str);
            // Applications do not wait for each other, all others go one by one.
            let before = views.iter().rev().find(|before| {
                before.stack.environment == *name
                    && ["-", stack.cluster.as_str()].contains(&before.stack.cluster.as_str())
                    && !before.stack.stack.starts_with("apps/")
            });
            views.push(StackView {
                job: job(&stack.name),
                after: before.iter().map(|before| before.job.clone()).collect(),
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

/// The runner that the host of the repository has for everybody.
fn host_runner(delivery: &Delivery) -> &'static str {
    match delivery.engine {
        DeliveryEngine::GithubActions => "ubuntu-latest",
        DeliveryEngine::GitlabCi => "-",
    }
}

fn pipeline(scope: &ForDelivery<'_>) -> Context {
    #[derive(Serialize)]
    struct EngineView<'a> {
        binary: &'static str,
        /// The input of the action that installs it.
        input: &'static str,
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
    let engine = match whole.model.engine {
        Engine::Terraform => EngineView {
            binary: "terraform",
            input: "terraform",
            version: &facts.engines.terraform,
            action: action("terraform"),
        },
        Engine::OpenTofu => EngineView {
            binary: "tofu",
            input: "tofu",
            version: &facts.engines.opentofu,
            action: action("opentofu"),
        },
    };
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
        repository: &delivery.repository,
        branch: &delivery.branch,
        has_folder: !delivery.folder.is_empty(),
        folder: &delivery.folder,
        has_install: delivery.install.is_some(),
        host: Issuer::of(delivery.engine).host,
        accounts: accounts.collect(),
        environments: environments.collect(),
        has_protected: whole.model.environments.iter().any(|environment| environment.protected),
        has_runners: !delivery.runners.is_empty(),
    })
}
