//! `modules/attachment` and `apps/`: how an application finds its cluster, and what it owns.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::Context;

use super::cluster_module::object;
use super::environment::{Api, Caller, CloudView, RootProviders, root_terraform};
use super::resource::{self, Guard, OutputView};
use super::template::view;
use super::tenant::{self, Place, TenantView, has_apps};
use super::{Output, Providers, Row, Scope, Whole, always, lay_out, module, nothing, provider, root, row};
use crate::catalog::Catalog;
use crate::hcl::value::Value;
use crate::model::app::Attachment;
use crate::model::resource::Kind;
use crate::model::stack::app_stack;
use crate::model::{App, Cluster, Environment};

#[derive(Clone, Copy)]
pub(super) struct ForApp<'a> {
    pub whole: Whole<'a>,
    pub app: &'a App,
}

impl Scope for ForApp<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        path.replace("{app}", self.app.name.as_str())
    }

    fn stack(&self, _: &str) -> Option<String> {
        None
    }
}

struct ForAttachment<'a> {
    whole: Whole<'a>,
    app: &'a App,
    attachment: &'a Attachment,
    environment: &'a Environment,
    cluster: &'a Cluster,
}

impl Scope for ForAttachment<'_> {
    fn catalog(&self) -> &Catalog {
        self.whole.catalog
    }

    fn place(&self, path: &str) -> String {
        // The folder of a cluster other than `main` carries its name, too.
        path.replace("{app}", self.app.name.as_str()).replace("{environment}", &self.attachment.folder)
    }

    fn stack(&self, _: &str) -> Option<String> {
        Some(self.app.stack(self.attachment))
    }
}

/// The files of the attachment, its page aside.
pub(super) fn attachment_module<S: Scope>(when: fn(&S) -> bool) -> Vec<Row<S>> {
    let mut rows = module("modules/attachment", when, aws_only);
    rows.extend([
        row("modules/attachment/variables.tf", when, nothing),
        row("modules/attachment/outputs.tf", when, nothing),
        row("modules/attachment/contract.tf", when, nothing),
        row("modules/attachment/cluster.tf", when, nothing),
        row("modules/attachment/data_only.tf", when, nothing),
    ]);
    rows
}

fn module_rows<'a>() -> Vec<Row<Whole<'a>>> {
    let mut rows = attachment_module(has_apps);
    rows.extend([row("modules/attachment/tests/attachment.tftest.hcl", tenant::has_tests, nothing)]);
    rows.extend(tenant::rows(has_apps));
    rows.extend([row("apps/.gitignore", has_apps, nothing)]);
    rows
}

fn app_rows<'a>() -> Vec<Row<ForApp<'a>>> {
    let mut rows = module("apps/{app}/module", always, aws_only);
    rows.extend([
        row("apps/{app}/module/variables.tf", always, application),
        row("apps/{app}/module/main.tf", always, application),
        row("apps/{app}/module/outputs.tf", always, application),
    ]);
    rows
}

fn attachment_rows<'a>() -> Vec<Row<ForAttachment<'a>>> {
    let mut rows = root("apps/{app}/{environment}", always, terraform, providers);
    rows.extend([
        row("apps/{app}/{environment}/main.tf", always, main),
        row("apps/{app}/{environment}/outputs.tf", always, outputs_view),
    ]);
    rows
}

fn outputs_view(scope: &ForAttachment<'_>) -> Context {
    #[derive(Serialize)]
    struct Outputs<'a> {
        app: &'a str,
        outputs: Vec<OutputView>,
    }
    view(&Outputs { app: scope.app.name.as_str(), outputs: resource::outputs_of(scope.app) })
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&module_rows(), whole, outputs);
    resource::module_outputs(whole, outputs);
    for app in whole.model.placed_apps() {
        let scope = ForApp { whole: *whole, app };
        lay_out(&app_rows(), &scope, outputs);
        resource::app_outputs(&scope, outputs);
        for attachment in &app.attachments {
            let (environment, cluster) = whole.model.place_of(attachment);
            lay_out(
                &attachment_rows(),
                &ForAttachment { whole: *whole, app, attachment, environment, cluster },
                outputs,
            );
        }
    }
}

pub(super) fn aws_only<S: Scope>(scope: &S) -> Context {
    view(&Providers { providers: vec![provider("aws", &scope.catalog().providers.aws, ">=")] })
}

fn application(scope: &ForApp<'_>) -> Context {
    #[derive(Serialize)]
    struct Application<'a> {
        app: &'a str,
        team: &'a str,
        service_accounts: Value,
        owns_namespace: bool,
        takes_account: bool,
        takes_boundary: bool,
        has_hosts: bool,
        is_protected: bool,
        has_retired: bool,
        outputs: Vec<OutputView>,
    }
    let app = scope.app;
    view(&Application {
        app: app.name.as_str(),
        team: &app.team,
        service_accounts: Value::strings(app.service_accounts.iter().map(|account| &account.name)),
        owns_namespace: app.owns_namespace(),
        takes_account: resource::takes_account(app),
        takes_boundary: resource::takes_boundary(app),
        has_hosts: app.has(Kind::Host),
        is_protected: resource::is_protected(app),
        has_retired: resource::lets_go(scope.whole.model, app),
        outputs: resource::outputs_of(app),
    })
}

fn terraform(scope: &ForAttachment<'_>) -> Context {
    let made_as = scope.environment.made_as(&scope.cluster.identity, &app_stack(&scope.app.identity));
    root_terraform(
        &scope.whole,
        scope.environment,
        &scope.attachment.state_key,
        CloudView::of(&scope.whole, &made_as),
        &scope.attachment.deploy_role,
        false,
        scope.attachment.owns_namespace,
    )
}

fn providers(scope: &ForAttachment<'_>) -> Context {
    // What an application is billed by is its own, whatever the project's tags say.
    let mut tags: BTreeMap<String, String> = scope.cluster.tags.iter().cloned().collect();
    tags.insert("Application".to_owned(), scope.app.name.to_string());
    tags.insert("Team".to_owned(), scope.app.team.clone());
    let tags: Vec<(String, String)> = tags.into_iter().collect();
    view(&RootProviders {
        tags: object(&tags),
        region: &scope.cluster.region,
        caller: Caller::new(Some(&scope.environment.account), Some(&scope.attachment.deploy_role)),
        cluster_name: &scope.cluster.eks_name,
        has_helm: false,
        has_kubernetes: scope.attachment.owns_namespace,
        api: Api::looked_up(),
    })
}

fn main(scope: &ForAttachment<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        cluster_name: &'a str,
        namespace: &'a str,
        takes_account: bool,
        account: &'a str,
        takes_boundary: bool,
        has_hosts: bool,
        hosts: Value,
        protection: bool,
        retired: bool,
        guards: Vec<Guard>,
        owns_namespace: bool,
        tenant: Option<TenantView<'a>>,
    }
    let ForAttachment { whole, app, attachment, environment, cluster } = scope;
    let has_guards = environment.protected && !attachment.retired;
    let protection = environment.protected && resource::is_protected(app);
    let own = cluster.tenants.iter().find(|tenant| tenant.app == app.name && attachment.owns_namespace);
    let tenant = own.map(|tenant| {
        let place = Place {
            module: "tenant".to_owned(),
            source: "../../../modules/tenant",
            egress_policy: "egress".to_owned(),
            network: "module.application.network",
            environment,
        };
        TenantView::of(&whole.model.fleet, cluster, tenant, place)
    });
    let hosts = attachment.hosts.iter().map(|host| {
        let parts = [("domain_name", Some(&host.domain_name)), ("zone", host.zone.as_ref())];
        let parts = parts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?.clone()))));
        (host.name.to_string(), Value::Object(parts.collect()))
    });
    view(&Main {
        cluster_name: &cluster.eks_name,
        namespace: &app.namespace,
        takes_account: resource::takes_account(app),
        account: &environment.account,
        takes_boundary: resource::takes_boundary(app),
        has_hosts: !attachment.hosts.is_empty(),
        hosts: Value::Object(hosts.collect()),
        protection,
        retired: protection && attachment.retired,
        guards: if has_guards { resource::guards(app) } else { Vec::new() },
        owns_namespace: tenant.is_some(),
        tenant,
    })
}
