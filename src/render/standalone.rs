//! An application's root module in a repository of its own, and the attachment beside it: `plinth attach`.
//!
//! Providers, backend and attachment are those of `apps/`; what is written once, and what plinth keeps up to date, are two tables.

use serde::Serialize;
use tera::Context;

use super::app::attachment_module;
use super::cluster_module::object;
use super::environment::{Api, Backend, Caller, RootProviders, RootTerraform};
use super::readme::{Declared, declared, page};
use super::template::{source, view};
use super::{Output, Row, Scope, always, lay_out, nothing, part, provider, root, row};
use crate::catalog::Catalog;
use crate::file::File;
use crate::hcl::value::Value;
use crate::model::Standalone;
use crate::model::standalone::State;

/// The folder of the templates whose files lie at the top.
const TOP: &str = "attach/";

struct ForRoot<'a> {
    standalone: &'a Standalone,
    catalog: &'a Catalog,
}

impl Scope for ForRoot<'_> {
    fn catalog(&self) -> &Catalog {
        self.catalog
    }

    fn place(&self, path: &str) -> String {
        path.strip_prefix(TOP).unwrap_or(path).to_owned()
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

/// What a person goes on from.
fn begun_rows<'a>() -> Vec<Row<ForRoot<'a>>> {
    let mut rows = root("attach", always, terraform, providers);
    rows.extend([
        part("attach/.gitignore".to_owned(), "apps/.gitignore", always, nothing),
        row("attach/main.tf", always, main),
        row("attach/outputs.tf", always, main),
    ]);
    rows
}

/// What plinth keeps up to date.
fn shared_rows<'a>() -> Vec<Row<ForRoot<'a>>> {
    let mut rows = vec![row("attach/attachment.tf", always, attachment)];
    rows.extend(attachment_module(is_vendored));
    rows
}

fn is_vendored(scope: &ForRoot<'_>) -> bool {
    scope.standalone.source.is_none()
}

pub(super) fn begun(standalone: &Standalone, catalog: &Catalog) -> Vec<Output> {
    outputs(&begun_rows(), standalone, catalog)
}

pub(super) fn shared(standalone: &Standalone, catalog: &Catalog) -> Vec<Output> {
    outputs(&shared_rows(), standalone, catalog)
}

fn outputs<'a>(rows: &[Row<ForRoot<'a>>], standalone: &'a Standalone, catalog: &'a Catalog) -> Vec<Output> {
    let mut outputs = Vec::new();
    lay_out(rows, &ForRoot { standalone, catalog }, &mut outputs);
    outputs
}

/// The pages, made after the files that they are about.
///
/// # Errors
/// A module's file that does not parse: a template is broken.
pub(super) fn pages(standalone: &Standalone, files: &[File]) -> anyhow::Result<Vec<Output>> {
    #[derive(Serialize)]
    struct Module {
        has_tests: bool,
        #[serde(flatten)]
        declared: Declared,
    }
    let folder = "modules/attachment";
    let module = declared(files, folder)?
        .map(|declared| page(format!("{folder}/README.md"), view(&Module { has_tests: false, declared })));
    let readme =
        Output { path: "README.md".to_owned(), ..page("attach/README.md".to_owned(), readme(standalone)) };
    Ok(module.into_iter().chain([readme]).collect())
}

/// Returns the version of the contract that the attachment reads, as its template has it.
///
/// # Panics
/// When the template does not say it.
pub fn contract() -> String {
    let text = source("modules/attachment/contract.tf");
    let part = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
        line.map(|rest| rest.trim_matches([' ', '=', '"'])).expect("the module says which contract it reads")
    };
    format!("{}.{}", part("contract_major"), part("contract_minor"))
}

fn caller(standalone: &Standalone) -> Caller<'_> {
    Caller::new(standalone.account.as_deref(), standalone.role.as_deref())
}

fn terraform(scope: &ForRoot<'_>) -> Context {
    let facts = &scope.catalog.providers;
    let standalone = scope.standalone;
    let backend = standalone.state.as_ref().map(|State { bucket, key, region, kms_key }| Backend {
        bucket,
        key,
        region,
        has_kms_key: kms_key.is_some(),
        kms_key_id: kms_key.as_ref().map_or("", |key| key.as_str()),
        caller: caller(standalone),
    });
    view(&RootTerraform {
        providers: vec![provider("aws", &facts.aws, "~>"), provider("kubernetes", &facts.kubernetes, "~>")],
        has_backend: backend.is_some(),
        backend,
        has_cloud: false,
        cloud: None,
    })
}

fn providers(scope: &ForRoot<'_>) -> Context {
    let standalone = scope.standalone;
    view(&RootProviders {
        tags: object(&standalone.tags),
        region: &standalone.region,
        caller: caller(standalone),
        cluster_name: standalone.cluster.as_str(),
        has_helm: false,
        has_kubernetes: true,
        api: Api::attached(),
    })
}

fn main(scope: &ForRoot<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        app: &'a str,
        has_service_account: bool,
    }
    let standalone = scope.standalone;
    view(&Main { app: standalone.app.as_str(), has_service_account: standalone.service_account().is_some() })
}

fn attachment(scope: &ForRoot<'_>) -> Context {
    #[derive(Serialize)]
    struct Attachment<'a> {
        is_vendored: bool,
        source: &'a str,
        cluster: &'a str,
        has_contract: bool,
        mode: &'a str,
        namespace: &'a str,
        app: &'a str,
        team: Value,
        service_accounts: Value,
    }
    let standalone = scope.standalone;
    view(&Attachment {
        is_vendored: is_vendored(scope),
        source: standalone.source.as_ref().map_or("./modules/attachment", |source| source.as_str()),
        cluster: standalone.cluster.as_str(),
        has_contract: standalone.has_contract(),
        mode: standalone.mode.word(),
        namespace: standalone.namespace.as_str(),
        app: standalone.app.as_str(),
        team: standalone.team.as_ref().map_or(Value::Null, |team| team.as_str().into()),
        service_accounts: Value::strings(&standalone.service_accounts),
    })
}

fn readme(standalone: &Standalone) -> Context {
    #[derive(Serialize)]
    struct Readme<'a> {
        app: &'a str,
        cluster: &'a str,
        region: &'a str,
        namespace: &'a str,
        has_account: bool,
        account: &'a str,
        has_role: bool,
        role: &'a str,
        has_state: bool,
        bucket: &'a str,
        state_key: &'a str,
        has_kms_key: bool,
        has_contract: bool,
        is_vendored: bool,
        source: &'a str,
        policy: Vec<String>,
    }
    let state = standalone.state.as_ref();
    let policy = format!("{:#}", standalone.policy());
    view(&Readme {
        app: standalone.app.as_str(),
        cluster: standalone.cluster.as_str(),
        region: &standalone.region,
        namespace: standalone.namespace.as_str(),
        has_account: standalone.account.is_some(),
        account: standalone.account.as_deref().unwrap_or_default(),
        has_role: standalone.role.is_some(),
        role: standalone.role.as_deref().unwrap_or_default(),
        has_state: state.is_some(),
        bucket: state.map_or("", |state| &state.bucket),
        state_key: state.map_or("", |state| &state.key),
        has_kms_key: state.is_some_and(|state| state.kms_key.is_some()),
        has_contract: standalone.has_contract(),
        is_vendored: standalone.source.is_none(),
        source: standalone.source.as_ref().map_or("", |source| source.as_str()),
        policy: policy.lines().map(str::to_owned).collect(),
    })
}
