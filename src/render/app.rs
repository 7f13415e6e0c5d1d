//! `modules/tenant`, `modules/attachment` and `apps/`: what an application gets, and how it finds its cluster.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::Context;

use super::cluster_module::object;
use super::environment::{RootProviders, root_terraform};
use super::template::view;
use super::{Output, Providers, Row, Scope, Whole, always, lay_out, module, nothing, provider, root, row};
use crate::model::app::Attachment;
use crate::model::{App, Cluster, Environment};

struct ForApp<'a> {
    whole: Whole<'a>,
    app: &'a App,
}

impl Scope for ForApp<'_> {
    fn whole(&self) -> &Whole<'_> {
        &self.whole
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
    fn whole(&self) -> &Whole<'_> {
        &self.whole
    }

    fn place(&self, path: &str) -> String {
        // The folder of a cluster other than `main` carries its name, too.
        path.replace("{app}", self.app.name.as_str()).replace("{environment}", &self.attachment.folder)
    }

    fn stack(&self, _: &str) -> Option<String> {
        Some(format!("apps/{}/{}", self.app.name, self.attachment.folder))
    }
}

fn module_rows<'a>() -> Vec<Row<Whole<'a>>> {
    let mut rows = module("modules/attachment", has_apps, aws_only);
    rows.extend([
        row("modules/attachment/variables.tf", has_apps, nothing),
        row("modules/attachment/outputs.tf", has_apps, nothing),
        row("modules/attachment/contract.tf", has_apps, nothing),
        row("modules/attachment/cluster.tf", has_apps, nothing),
    ]);
    rows.extend(module("modules/tenant", has_apps, kubernetes_only));
    rows.extend([
        row("modules/tenant/variables.tf", has_apps, tenant_variables),
        row("modules/tenant/outputs.tf", has_apps, tenant_access),
        row("modules/tenant/namespace.tf", has_apps, nothing),
        row("modules/tenant/quota.tf", has_apps, nothing),
        row("modules/tenant/access.tf", has_apps, tenant_access),
        row("apps/.gitignore", has_apps, nothing),
    ]);
    rows
}

fn app_rows<'a>() -> Vec<Row<ForApp<'a>>> {
    let mut rows = module("apps/{app}/module", always, |scope: &ForApp| aws_only(&scope.whole));
    rows.extend([
        row("apps/{app}/module/variables.tf", always, app_name),
        row("apps/{app}/module/main.tf", always, app_name),
        row("apps/{app}/module/outputs.tf", always, app_name),
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
    view(&AppName { app: scope.app.name.as_str() })
}

pub(super) fn outputs(whole: &Whole<'_>, outputs: &mut Vec<Output>) {
    lay_out(&module_rows(), whole, outputs);
    for app in &whole.model.apps {
        lay_out(&app_rows(), &ForApp { whole: *whole, app }, outputs);
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

fn has_apps(whole: &Whole<'_>) -> bool {
    whole.model.apps.iter().any(|app| !app.attachments.is_empty())
}

fn aws_only(whole: &Whole<'_>) -> Context {
    view(&Providers { providers: vec![provider("aws", &whole.catalog.providers.aws, ">=")] })
}

fn kubernetes_only(whole: &Whole<'_>) -> Context {
    view(&Providers { providers: vec![provider("kubernetes", &whole.catalog.providers.kubernetes, ">=")] })
}

/// The rules of the standard's version: no cluster knows rules that are newer than itself, so one of another version
/// passes its own.
fn tenant_variables(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Variables {
        pod_security_version: String,
    }
    view(&Variables { pod_security_version: format!("v{}", whole.model.fleet.kubernetes_version) })
}

fn tenant_access(whole: &Whole<'_>) -> Context {
    #[derive(Serialize)]
    struct Access {
        has_readers: bool,
    }
    view(&Access { has_readers: whole.model.has_tenant_readers() })
}

#[derive(Serialize)]
struct AppName<'a> {
    app: &'a str,
}

fn app_name(scope: &ForApp<'_>) -> Context {
    view(&AppName { app: scope.app.name.as_str() })
}

fn terraform(scope: &ForAttachment<'_>) -> Context {
    root_terraform(
        &scope.whole,
        scope.environment,
        scope.attachment.state_key.clone(),
        &scope.attachment.deploy_role,
        false,
        false,
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
        account: &scope.environment.account,
        role: &scope.attachment.deploy_role,
        cluster_name: "",
        has_helm: false,
        has_kubernetes: false,
    })
}

fn main(scope: &ForAttachment<'_>) -> Context {
    #[derive(Serialize)]
    struct Main<'a> {
        cluster_name: &'a str,
        namespace: &'a str,
    }
    view(&Main { cluster_name: &scope.cluster.eks_name, namespace: &scope.app.namespace })
}
