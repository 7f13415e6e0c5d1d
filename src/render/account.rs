//! `accounts/`: what an account has for pipelines, the provider of their tokens and the roles that they log in as.

use serde::Serialize;
use tera::Context;

use super::cluster_module::object;
use super::environment::{Api, Backend, Caller, RootProviders, RootTerraform, StateView, key_description};
use super::template::view;
use super::{Output, Row, Scope, Whole, always, lay_out, nothing, part, provider, root, row};
use crate::blueprint::scalar::DeliveryEngine;
use crate::catalog::Catalog;
use crate::hcl::value::Value;
use crate::model::Delivery;
use crate::model::delivery::{Account, Cloud, LoginRole, Purpose};
use crate::model::identity::ACCOUNT_STACK_KEY;

/// The longest session of a role that pipelines log in as, in seconds: an upgrade replaces all nodes, and takes hours.
pub(super) const SESSION: u32 = 4 * 3600;

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
        Some(self.account.stack())
    }
}

pub(super) fn outputs(whole: &Whole<'_>, delivery: &Delivery, outputs: &mut Vec<Output>) {
    if !delivery.accounts.is_empty() {
        let path = "accounts/.gitignore".to_owned();
        lay_out(&[part(path, "apps/.gitignore", always, nothing)], whole, outputs);
    }
    for account in &delivery.accounts {
        lay_out(&account_rows(), &ForAccount { whole: *whole, delivery, account }, outputs);
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
    view(&RootTerraform {
        providers,
        has_backend: true,
        backend: Some(backend),
        has_cloud: false,
        cloud: None,
    })
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
        key_description: key_description(&scope.whole, id),
        account_root: format!("arn:{partition}:iam::{id}:root"),
    })
}

/// Returns for whom the tokens of jobs are, as the documentation of their host has it: an account has one provider for each host.
fn audience(delivery: &Delivery) -> String {
    match delivery.engine {
        DeliveryEngine::GitlabCi => gitlab_audience(delivery),
        // HCP Terraform docs, "Use dynamic credentials with the AWS provider", read 2026-11.
        DeliveryEngine::HcpTerraform => "aws.workload.identity".to_owned(),
        DeliveryEngine::GithubActions | DeliveryEngine::Atlantis | DeliveryEngine::Terramate => {
            "sts.amazonaws.com".to_owned()
        }
    }
}

/// Returns for whom GitLab's jobs ask for tokens (GitLab docs, "Configure OpenID Connect in AWS", read 2026-11).
pub(super) fn gitlab_audience(delivery: &Delivery) -> String {
    format!("https://{}", delivery.issuer)
}

/// Returns what the tokens of a role's jobs must say of themselves, each claim with the values of which it must have one.
fn claims(delivery: &Delivery, account: &Account, role: &LoginRole) -> Vec<(&'static str, Vec<String>)> {
    let mut claims = vec![("aud", vec![audience(delivery)])];
    claims.extend(match delivery.engine {
        DeliveryEngine::GitlabCi => vec![("sub", vec![gitlab_subject(delivery, role.purpose)])],
        DeliveryEngine::HcpTerraform => vec![("sub", hcp_subjects(delivery, role))],
        DeliveryEngine::GithubActions | DeliveryEngine::Atlantis | DeliveryEngine::Terramate => {
            github_claims(delivery, account, role)
        }
    });
    claims
}

/// GitHub docs, "OpenID Connect reference". IAM reads `ref` in the commercial regions (AWS, "AWS STS supports validation of select
/// identity provider specific claims", 2026-01). Read 2026-11.
fn github_claims(
    delivery: &Delivery,
    account: &Account,
    role: &LoginRole,
) -> Vec<(&'static str, Vec<String>)> {
    let Delivery { repository, branch, .. } = delivery;
    match role.purpose {
        Purpose::Plan => vec![(
            "sub",
            vec![
                format!("repo:{repository}:pull_request"),
                format!("repo:{repository}:ref:refs/heads/{branch}"),
            ],
        )],
        Purpose::Deploy => {
            let environments = role.environments.iter();
            let subjects = environments.map(|name| format!("repo:{repository}:environment:{name}"));
            let branch = ("ref", vec![format!("refs/heads/{branch}")]);
            let branch = (account.partition == "aws").then_some(branch);
            [("sub", subjects.collect())].into_iter().chain(branch).collect()
        }
    }
}

/// A merge request's job has the source branch there. IAM reads nothing else of GitLab's tokens, and no environment can stand
/// there (GitLab docs, "OpenID Connect (OIDC) Authentication Using ID Tokens" and "Projects API",
/// `ci_id_token_sub_claim_components`, read 2026-11).
fn gitlab_subject(delivery: &Delivery, purpose: Purpose) -> String {
    let Delivery { repository, branch, .. } = delivery;
    let branch = match purpose {
        Purpose::Plan => "*",
        Purpose::Deploy => branch,
    };
    format!("project_path:{repository}:ref_type:branch:ref:{branch}")
}

/// The workspaces of the role's environments, in either phase of a run (HCP Terraform docs, "Workload identity", read 2026-11).
fn hcp_subjects(delivery: &Delivery, role: &LoginRole) -> Vec<String> {
    let Some(Cloud { organization, project, .. }) = &delivery.cloud else { return Vec::new() };
    let prefixes = role.workspaces.iter();
    prefixes
        .map(|prefix| {
            format!("organization:{organization}:project:{project}:workspace:{prefix}*:run_phase:*")
        })
        .collect()
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
        audience: String,
        session: u32,
        sid: &'static str,
        operator: &'static str,
        roles: Vec<RoleView<'a>>,
    }
    let ForAccount { delivery, account, .. } = scope;
    let one_or_all = |values: Vec<String>| match values.as_slice() {
        [only] => only.as_str().into(),
        _ => Value::strings(&values),
    };
    let has_wildcard = matches!(delivery.engine, DeliveryEngine::GitlabCi | DeliveryEngine::HcpTerraform);
    let roles = account.roles.iter().map(|role| {
        let claims = claims(delivery, account, role).into_iter();
        let claims =
            claims.map(|(claim, values)| (format!("{}:{claim}", delivery.issuer), one_or_all(values)));
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
        url: format!("https://{}", delivery.issuer),
        audience: audience(delivery),
        session: SESSION,
        sid: match delivery.engine {
            DeliveryEngine::HcpTerraform => "RunsOfWorkspaces",
            _ => "PipelinesOfOneRepository",
        },
        operator: if has_wildcard { "StringLike" } else { "StringEquals" },
        roles: roles.collect(),
    })
}
