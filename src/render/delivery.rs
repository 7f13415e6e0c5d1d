//! Delivery: the pipelines, the script that they run, and the page that says how to begin.

use serde::Serialize;
use tera::Context;

use super::account::{self, SESSION};
use super::scripts::binary;
use super::template::view;
use super::{Output, Row, Scope, Whole, always, lay_out, part, row};
use crate::blueprint::scalar::{DeliveryEngine, Engine};
use crate::blueprint::usual;
use crate::catalog::{Action, Catalog};
use crate::hcl::value::Value;
use crate::model::delivery::{Cloud, Purpose};
use crate::model::stack::Level;
use crate::model::{Delivery, Environment, Model, Stack};

/// The folder of the tree whose content belongs at the repository's root.
const FOLDER: &str = "delivery/";

/// What stays in that folder: what says how to begin, what the repository's root only names, and what jobs leave there.
const PAGE: &str = "delivery/README.md";
const GITLAB_CI: &str = "delivery/gitlab-ci.yml";
const GITLAB_STACK: &str = "delivery/gitlab-stack.yml";
const IGNORED: &str = "delivery/.gitignore";
const STAYS: [&str; 4] = [PAGE, GITLAB_CI, GITLAB_STACK, IGNORED];

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
        let goes = self.delivery.folder.is_empty() && !STAYS.contains(&path);
        let at_root = path.strip_prefix(FOLDER).filter(|_| goes);
        at_root.unwrap_or(path).to_owned()
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

fn delivery_rows<'a>() -> Vec<Row<ForDelivery<'a>>> {
    vec![
        row(PAGE, always, page),
        row("scripts/pipeline", calls_script, pipeline),
        row(IGNORED, calls_script, pipeline),
        row("delivery/.github/workflows/plinth-plan.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-deploy.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-stack.yml", is_github, pipeline),
        row("delivery/.github/workflows/plinth-drift.yml", is_github, pipeline),
        row(GITLAB_CI, is_gitlab, pipeline),
        row(GITLAB_STACK, is_gitlab, pipeline),
        row("delivery/atlantis.yaml", is_atlantis, atlantis),
    ]
}

fn is_github(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::GithubActions
}

fn is_gitlab(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::GitlabCi
}

fn is_hcp(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::HcpTerraform
}

fn calls_script(scope: &ForDelivery<'_>) -> bool {
    has_script(scope.delivery.engine)
}

/// Whether pipelines are jobs that run `scripts/pipeline`.
pub(super) fn has_script(engine: DeliveryEngine) -> bool {
    matches!(engine, DeliveryEngine::GithubActions | DeliveryEngine::GitlabCi)
}

fn is_atlantis(scope: &ForDelivery<'_>) -> bool {
    scope.delivery.engine == DeliveryEngine::Atlantis
}

/// A stack for Terramate, which lies in its root module.
struct ForStack<'a> {
    whole: Whole<'a>,
    stack: &'a Stack,
    before: Option<&'a Stack>,
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
    let Stack { name, environment, cluster, stack, level, folder, .. } = scope.stack;
    let up = "../".repeat(folder.split('/').count());
    let after: Vec<String> = scope.before.iter().map(|before| format!("{up}{}", before.folder)).collect();
    let place = match level {
        Level::State => environment.clone(),
        _ => format!("{environment} {cluster}"),
    };
    view(&Terramate {
        name,
        description: format!("The stack {stack} of {place}."),
        has_after: !after.is_empty(),
        after: Value::strings(&after),
        tags: Value::strings([environment.as_str(), level.word()]),
    })
}

/// Returns the stacks that pipelines plan and apply, in order. Those of accounts are an administrator's: who may change them may give
/// pipelines any rights. What is retired is a person's to destroy: an apply would make it again.
fn delivered(model: &Model) -> Vec<Stack> {
    let all = model.stacks().iter();
    all.filter(|stack| stack.deploy_role.is_some() && !stack.retired).cloned().collect()
}

/// Returns the stack that a stack reads from directly, after which it is applied.
fn before<'a>(all: &'a [Stack], stack: &Stack) -> Option<&'a Stack> {
    all.iter().filter(|other| stack.depends_on(other)).max_by_key(|other| other.level)
}

/// Returns a stack and those before it, the nearest first.
fn chain<'a>(all: &'a [Stack], stack: &'a Stack) -> impl Iterator<Item = &'a Stack> {
    std::iter::successors(Some(stack), |stack| before(all, stack))
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    let Some(delivery) = &whole.model.delivery else { return };
    account::outputs(whole, delivery, outputs);
    lay_out(&delivery_rows(), &ForDelivery { whole: *whole, delivery }, outputs);
    if delivery.engine == DeliveryEngine::Terramate {
        let all = delivered(whole.model);
        for stack in &all {
            let before = before(&all, stack);
            let path = "{stack}/stack.tm.hcl".to_owned();
            let rows = [part(path, "parts/stack.tm.hcl", always, terramate)];
            lay_out(&rows, &ForStack { whole: *whole, stack, before }, outputs);
        }
    }
}

/// A stack as pipelines see it.
#[derive(Serialize)]
struct StackView {
    /// What the job is called in the graph of jobs.
    job: String,
    /// Jobs that come before it, also not directly: a job that was left out says nothing of those before it.
    after: Vec<String>,
    #[serde(flatten)]
    stack: Stack,
    region: String,
    plan_role: String,
    login_plan_role: String,
    login_deploy_role: String,
    runner: String,
    /// The stack before it, `-` for the first.
    before: String,
    protected: &'static str,
}

/// Returns what pipelines know of each stack that they plan and apply.
fn stack_views(scope: &ForDelivery<'_>) -> Vec<StackView> {
    let model = scope.whole.model;
    let all = delivered(model);
    let mut views: Vec<StackView> = Vec::new();
    for environment in &model.environments {
        let Environment { name, region, pipeline, plan_role, protected, .. } = environment;
        let (Some(pipeline), Some(plan_role)) = (pipeline, plan_role) else { continue };
        for stack in all.iter().filter(|stack| stack.environment == *name) {
            let mut runners = scope.delivery.runners.iter().filter(|_| stack.reaches_api);
            let own = runners.find(|own| own.environment == *name && own.cluster == stack.cluster);
            let runner = own.map_or(hosted(scope), |own| own.label.as_str());
            let earlier: Vec<&Stack> = chain(&all, stack).skip(1).collect();
            views.push(StackView {
                job: job(&stack.name),
                after: earlier.iter().rev().map(|earlier| job(&earlier.name)).collect(),
                before: earlier.first().map_or("-", |before| &before.name).to_owned(),
                protected: if *protected { "yes" } else { "no" },
                stack: stack.clone(),
                region: region.clone(),
                plan_role: plan_role.clone(),
                login_plan_role: pipeline.plan_role.clone(),
                login_deploy_role: pipeline.deploy_role.clone(),
                runner: runner.to_owned(),
            });
        }
    }
    if !unprotected(&views).is_empty() {
        for view in views.iter_mut().filter(|view| view.protected == "yes") {
            view.after.insert(0, UNPROTECTED.to_owned());
        }
    }
    views
}

/// Returns the jobs of environments that are not protected: those that are come after them. None where all are alike.
fn unprotected(views: &[StackView]) -> Vec<String> {
    let is_mixed = views.iter().any(|view| view.protected == "yes");
    let others = views.iter().filter(|view| is_mixed && view.protected == "no");
    others.map(|view| view.job.clone()).collect()
}

/// The job that waits for all of them. No stack's job has this name: theirs have an environment's before a `_`.
const UNPROTECTED: &str = "unprotected";

/// Names of jobs take no slash, and names of the blueprint no underscore.
fn job(stack: &str) -> String {
    stack.replace('/', "_")
}

/// The runner that the host has for everybody: on GitLab a job without a tag.
fn hosted(scope: &ForDelivery<'_>) -> &'static str {
    if is_gitlab(scope) { "-" } else { "ubuntu-latest" }
}

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
        is_gitlab: bool,
        hosted: &'static str,
        repository: &'a str,
        image: &'a str,
        audience: String,
        branch: &'a str,
        branch_ref: String,
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
        hours: u32,
        /// Of GitHub's, which `needs` names; GitLab's protected jobs wait for a person each.
        has_unprotected: bool,
        unprotected: Vec<String>,
        stacks: Vec<StackView>,
        has_retired: bool,
    }
    let ForDelivery { whole, delivery } = scope;
    let facts = &whole.catalog.delivery;
    let action = |name: &str| &facts.actions[name];
    let (version, action_name) = match whole.model.engine {
        Engine::Terraform => (&facts.engines.terraform, "terraform"),
        Engine::OpenTofu => (&facts.engines.opentofu, "opentofu"),
    };
    let engine = EngineView { binary: binary(whole.model.engine), version, action: action(action_name) };
    let stacks = stack_views(scope);
    let unprotected = unprotected(&stacks);
    view(&Pipelines {
        is_gitlab: is_gitlab(scope),
        hosted: hosted(scope),
        repository: &delivery.repository,
        image: delivery.image.as_deref().unwrap_or_default(),
        audience: account::gitlab_audience(delivery),
        branch: &delivery.branch,
        branch_ref: format!("refs/heads/{}", delivery.branch),
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
        hours: SESSION / 3600,
        has_unprotected: !unprotected.is_empty(),
        unprotected,
        stacks,
        has_retired: whole.model.has_retired(),
    })
}

/// Returns the folders of modules that a stack calls.
fn modules(stack: &Stack) -> Vec<&str> {
    match stack.level {
        Level::State => vec![],
        Level::Cluster => vec!["modules/cluster"],
        Level::Services => vec!["modules/services"],
        Level::Tenants => vec!["modules/tenant", "modules/attachment"],
        // What it is called is its application's folder.
        Level::App => vec![&stack.stack, "modules"],
    }
}

/// Returns a path of the tree as the repository has it.
fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A workspace of HCP Terraform.
#[derive(Serialize)]
struct WorkspaceView {
    name: String,
    folder: String,
    /// Folders besides of which a change concerns it.
    watches: Vec<String>,
    /// The workspace after whose runs it has one.
    has_after: bool,
    after: String,
    role: String,
    /// Whether its providers speak to a cluster's API.
    reaches_api: bool,
}

fn workspaces(scope: &ForDelivery<'_>) -> Vec<WorkspaceView> {
    let model = scope.whole.model;
    let all = delivered(model);
    let folder = &scope.delivery.folder;
    let workspaces = all.iter().filter(|stack| stack.level != Level::State).map(|stack| {
        let after = before(&all, stack).filter(|before| before.level != Level::State);
        let mut environments = model.environments.iter();
        let environment = environments.find(|environment| environment.name == stack.environment);
        let pipeline = environment.and_then(|environment| environment.pipeline.as_ref());
        WorkspaceView {
            name: stack.key.clone(),
            folder: below(folder, &stack.folder),
            watches: modules(stack).into_iter().map(|module| below(folder, module)).collect(),
            has_after: after.is_some(),
            after: after.map_or(String::new(), |before| before.key.clone()),
            role: pipeline.map_or(String::new(), |pipeline| pipeline.deploy_role.clone()),
            reaches_api: stack.reaches_api,
        }
    });
    workspaces.collect()
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
    let all = delivered(scope.whole.model);
    let projects = all.iter().map(|stack| {
        let up = "../".repeat(stack.folder.split('/').count());
        let modules = modules(stack);
        let after: Vec<String> = before(&all, stack).into_iter().map(|before| before.name.clone()).collect();
        ProjectView {
            name: stack.name.clone(),
            folder: below(folder, &stack.folder),
            group: chain(&all, stack).count() - 1,
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
        is_gitlab: bool,
        is_atlantis: bool,
        is_hcp: bool,
        cloud: Option<&'a Cloud>,
        workspaces: Vec<WorkspaceView>,
        reaches_api: bool,
        has_other_host: bool,
        is_opentofu: bool,
        binary: &'static str,
        roles: Vec<&'a str>,
        repository: &'a str,
        image: &'a str,
        branch: &'a str,
        has_folder: bool,
        folder: &'a str,
        has_install: bool,
        host: &'a str,
        accounts: Vec<AccountView<'a>>,
        environments: Vec<EnvironmentView<'a>>,
        has_protected: bool,
        has_unprotected: bool,
        has_runners: bool,
        has_accounts: bool,
        has_account: bool,
        has_retired: bool,
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
    let workspaces = if is_hcp(scope) { workspaces(scope) } else { Vec::new() };
    view(&Page {
        is_hcp: is_hcp(scope),
        cloud: delivery.cloud.as_ref(),
        has_other_host: delivery.issuer != usual::HCP_HOST,
        reaches_api: workspaces.iter().any(|workspace| workspace.reaches_api),
        workspaces,
        is_github: is_github(scope),
        is_gitlab: is_gitlab(scope),
        is_atlantis: is_atlantis(scope),
        is_opentofu: whole.model.engine == Engine::OpenTofu,
        binary: binary(whole.model.engine),
        roles: deploy_roles(whole.model),
        repository: &delivery.repository,
        image: delivery.image.as_deref().unwrap_or_default(),
        branch: &delivery.branch,
        has_folder: !delivery.folder.is_empty(),
        folder: &delivery.folder,
        has_install: delivery.install.is_some(),
        host: &delivery.issuer,
        accounts: accounts.collect(),
        environments: environments.collect(),
        has_protected: whole.model.environments.iter().any(|environment| environment.protected),
        has_unprotected: !unprotected(&stack_views(scope)).is_empty(),
        has_runners: !delivery.runners.is_empty(),
        has_accounts: whole.model.has_accounts(),
        has_account: whole.model.has_delivery(),
        has_retired: whole.model.has_retired(),
    })
}
