//! An application's root module in a repository of its own: what `plinth attach` makes.
//!
//! What it is told stands in [`OPTIONS`], from whatever source: the command line, a blueprint, the record of an earlier run. Here that
//! is read by the rules of the blueprint's own keys, and what nobody says is decided.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Model;
use super::access;
use super::identity::{bucket_fault, standalone_key};
use crate::blueprint;
use crate::blueprint::node::{self, Node};
use crate::blueprint::read::{Read, Reader};
use crate::blueprint::scalar::{AccountId, AttachmentMode, EksName, GitSource, Name, StateKey};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Span, Spanned};
use crate::problem::Problem;

/// What can be said of an attachment, in the order of the command line; the first is its one argument.
pub const OPTIONS: [&str; 13] = [
    "app",
    "cluster",
    "region",
    "account",
    "role",
    "namespace",
    "team",
    "service-accounts",
    "state-bucket",
    "state-region",
    "state-kms-key",
    "mode",
    "source",
];

/// Values by option.
pub type Options = BTreeMap<&'static str, String>;

/// An application's root module for one cluster.
#[derive(Debug, Clone)]
pub struct Standalone {
    /// The application.
    pub app: Name,
    /// Who pays and who is asked, where that is known.
    pub team: Option<Name>,
    /// Its namespace.
    pub namespace: Name,
    /// Service accounts that its pods run as.
    pub service_accounts: Vec<Name>,
    /// EKS name of its cluster.
    pub cluster: EksName,
    /// The cluster's region.
    pub region: String,
    /// The region's partition.
    pub partition: String,
    /// The cluster's account; without it, any that the caller is in.
    pub account: Option<String>,
    /// ARN of the role that applies it; without it, whoever calls.
    pub role: Option<String>,
    /// Where its state lives; without it, beside it.
    pub state: Option<State>,
    /// Where facts come from.
    pub mode: AttachmentMode,
    /// Where the module comes from, unless it lies beside it.
    pub source: Option<GitSource>,
    /// Tags of its AWS resources, sorted by key.
    pub tags: Vec<(String, String)>,
}

/// Where a state lives.
#[derive(Debug, Clone)]
pub struct State {
    /// The bucket.
    pub bucket: String,
    /// The state's name in it.
    pub key: String,
    /// The bucket's region.
    pub region: String,
    /// ARN of the key that encrypts it, or of an alias; without it, the bucket's default.
    pub kms_key: Option<StateKey>,
}

impl Standalone {
    /// Returns the service account that examples run as.
    pub fn service_account(&self) -> Option<&Name> {
        self.service_accounts.first()
    }

    /// Whether the cluster publishes what its platform decides.
    pub fn has_contract(&self) -> bool {
        self.mode == AttachmentMode::Contract
    }

    /// Returns what the role that applies it must be allowed in AWS, as an IAM policy.
    ///
    /// The S3 backend's rights: Terraform, "S3 backend", "S3 bucket permissions"; an alias is no resource of a policy about the
    /// use of its key (KMS developer guide, "Use aliases to control access to KMS keys"). Read 2026-11.
    pub fn policy(&self) -> Value {
        let Self { cluster, region, partition, .. } = self;
        let account = self.account.as_deref().unwrap_or("*");
        let mut statements = vec![statement(
            "FindCluster",
            &["eks:DescribeCluster"],
            &[format!("arn:{partition}:eks:{region}:{account}:cluster/{cluster}")],
        )];
        if self.has_contract() {
            statements.push(statement(
                "ReadContract",
                &["ssm:GetParametersByPath"],
                &[format!("arn:{partition}:ssm:{region}:{account}:parameter/plinth/{cluster}")],
            ));
        } else {
            // What is not known yet cannot be named.
            let lists = ["ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"];
            statements.push(statement("FindNetwork", &lists, &["*".to_owned()]));
        }
        if let Some(state) = &self.state {
            let bucket = format!("arn:{partition}:s3:::{}", state.bucket);
            let (object, lock) =
                (format!("{bucket}/{}", state.key), format!("{bucket}/{}.tflock", state.key));
            statements.push(statement("ListStates", &["s3:ListBucket"], &[bucket]));
            statements.push(statement("KeepState", &["s3:GetObject", "s3:PutObject"], &[object]));
            let lock_rights = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
            statements.push(statement("LockState", &lock_rights, &[lock]));
            statements.extend(state.kms_key.as_ref().map(|key| use_of(key.as_str())));
        }
        json!({ "Version": "2012-10-17", "Statement": statements })
    }
}

fn statement(sid: &str, actions: &[&str], resources: &[String]) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

fn use_of(key: &str) -> Value {
    let actions = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"];
    let Some((place, alias)) = key.split_once(":alias/") else {
        return statement("UseStateKey", &actions, &[key.to_owned()]);
    };
    let mut statement = statement("UseStateKey", &actions, &[format!("{place}:key/*")]);
    statement["Condition"] =
        json!({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": format!("alias/{alias}") } });
    statement
}

/// What a blueprint says of an application's attachment to a cluster.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Values by option.
    pub options: Options,
    /// The cluster's tags.
    pub tags: Vec<(String, String)>,
    /// The place that the application's `environments` lack, `production/eu`; none where it lives there.
    pub lacks: Option<String>,
    /// Whether the platform's own role deploys the application there, which is not handed out.
    pub lacks_role: bool,
}

/// Finds what a blueprint says; `None` when it has no such cluster. The application may be unknown to it, or not live there.
pub fn of_model(model: &Model, app: &str, cluster: &str) -> Option<Said> {
    let mut clusters = model
        .environments
        .iter()
        .flat_map(|environment| environment.clusters.iter().map(move |cluster| (environment, cluster)));
    let (environment, cluster) = clusters.find(|(_, known)| known.eks_name == cluster)?;
    let mut options = Options::from([
        ("region", cluster.region.clone()),
        ("account", environment.account.clone()),
        ("state-bucket", environment.state.bucket.clone()),
        ("state-region", environment.region.clone()),
        ("state-kms-key", environment.state.key_alias_arn.clone()),
    ]);
    let (mut lives_there, mut lacks_role) = (false, false);
    if let Some(app) = model.apps.iter().find(|known| known.name.as_str() == app) {
        let accounts: Vec<&str> = app.service_accounts.iter().map(|account| account.name.as_str()).collect();
        options.insert("namespace", app.namespace.clone());
        options.insert("team", app.team.clone());
        options.insert("service-accounts", accounts.join(","));
        let mut attachments = app.attachments.iter();
        let own = attachments.find(|own| own.environment == environment.name && own.cluster == cluster.name);
        lives_there = own.is_some();
        // Who assumes the platform's role administers the cluster, and reads every state.
        lacks_role = own.is_some_and(|own| own.deploy_role == environment.deploy_role);
        options.extend(own.filter(|_| !lacks_role).map(|own| ("role", own.deploy_role.clone())));
    }
    let place = blueprint::place(&environment.name, &cluster.name);
    Some(Said { options, tags: cluster.tags.clone(), lacks: (!lives_there).then_some(place), lacks_role })
}

/// Reads what an attachment is told.
///
/// # Errors
/// What breaks a rule, at the places that were told.
pub fn resolve(
    told: &BTreeMap<&'static str, Spanned<String>>,
    tags: &[(String, String)],
    catalog: &Catalog,
) -> Result<Standalone, Diagnostics> {
    let mut told = Told { values: told, reader: Reader::default() };
    let standalone = standalone(&mut told, tags, catalog);
    let diagnostics = told.reader.diagnostics;
    standalone.filter(|_| !diagnostics.has_errors()).ok_or(diagnostics)
}

/// What an attachment is told, and what is wrong with it.
struct Told<'a> {
    values: &'a BTreeMap<&'static str, Spanned<String>>,
    reader: Reader,
}

impl Told<'_> {
    fn push(&mut self, problem: Problem, at: Span) {
        self.reader.diagnostics.push(problem, at);
    }

    /// Reads an option by the rules of a key's type.
    fn read<T: Read>(&mut self, option: &str) -> Option<T> {
        let value = self.values.get(option)?;
        self.read_part(value.value.clone(), value.span)
    }

    fn read_part<T: Read>(&mut self, text: String, span: Span) -> Option<T> {
        T::read(&Node { value: node::Value::String(text), span }, &mut self.reader)
    }

    fn names(&mut self, option: &str) -> Option<Vec<Name>> {
        let Spanned { value, span } = self.values.get(option)?;
        let mut start = span.start;
        let mut names = Vec::new();
        for part in value.split(',') {
            let at = Span { start, end: start + part.len() };
            start += part.len() + 1;
            names.extend(self.read_part::<Name>(part.to_owned(), at));
        }
        Some(names)
    }
}

fn standalone(told: &mut Told<'_>, tags: &[(String, String)], catalog: &Catalog) -> Option<Standalone> {
    let app = told.read::<Name>("app");
    let cluster = told.read::<EksName>("cluster");
    let namespace = told.read::<Name>("namespace");
    let team = told.read::<Name>("team");
    let service_accounts = told.names("service-accounts");
    for (option, name, what, limit) in [
        ("app", app.as_ref(), "the label of the application", "kubernetes_label"),
        ("namespace", namespace.as_ref(), "the namespace", "kubernetes_namespace"),
        ("team", team.as_ref(), "the team's label", "kubernetes_label"),
    ] {
        let limit = catalog.name_limit(limit);
        if let Some((name, told_at)) =
            name.zip(told.values.get(option)).filter(|(name, _)| name.as_str().len() > limit)
        {
            let (name, what) = (name.to_string(), what.to_owned());
            told.push(Problem::NameTooLong { name, what, limit, settle: None }, told_at.span);
        }
    }
    let mode = told.read("mode").unwrap_or(AttachmentMode::Contract);
    let source = told.read("source");
    let account = told.read::<AccountId>("account");
    let place = region(told, "region", catalog);
    let role = role(told, account.as_ref(), place.as_ref());
    let state = state(told, catalog);
    // All mistakes are found: from here on, what must be there is.
    let (app, cluster, (region, partition)) = (app?, cluster?, place?);
    let state = state.map(|(bucket, of_bucket, kms_key)| State {
        key: standalone_key(&app, cluster.as_str()),
        region: of_bucket.unwrap_or_else(|| region.clone()),
        bucket,
        kms_key,
    });
    let mut tags: BTreeMap<String, String> = tags.iter().cloned().collect();
    tags.insert("Application".to_owned(), app.to_string());
    tags.extend(team.iter().map(|team| ("Team".to_owned(), team.to_string())));
    // On a cluster of plinth's, an application has a service account of its own name.
    let usual = if mode == AttachmentMode::Contract { vec![app.clone()] } else { Vec::new() };
    Some(Standalone {
        namespace: namespace.unwrap_or_else(|| app.clone()),
        service_accounts: service_accounts.unwrap_or(usual),
        cluster,
        account: account
            .map(|account| account.to_string())
            .or(role.as_ref().map(|role| role.account.clone())),
        role: role.map(|role| role.text),
        tags: tags.into_iter().collect(),
        app,
        team,
        region,
        partition,
        state,
        mode,
        source,
    })
}

/// Reads a region; returns it with its partition.
fn region(told: &mut Told<'_>, option: &str, catalog: &Catalog) -> Option<(String, String)> {
    let Spanned { value, span } = told.values.get(option)?.clone();
    let Some(facts) = catalog.regions.get(&value) else {
        let known = catalog.regions.keys().cloned().collect();
        told.push(Problem::UnknownRegion { value, known }, span);
        return None;
    };
    Some((value, facts.partition.clone()))
}

/// The role must be the cluster's account's: a provider that assumes another one would build there.
fn role(
    told: &mut Told<'_>,
    account: Option<&AccountId>,
    place: Option<&(String, String)>,
) -> Option<access::Arn> {
    let Spanned { value, span } = told.values.get("role")?.clone();
    let role = access::parse(value).map_err(|problem| told.push(problem, span)).ok()?;
    let arn = role.text.clone();
    if let Some((region, partition)) = place.filter(|(_, partition)| *partition != role.partition).cloned() {
        told.push(Problem::RoleInOtherPartition { arn, region, partition }, span);
    } else if let Some(account) = account.filter(|account| account.as_str() != role.account) {
        let account = account.to_string();
        told.push(Problem::RoleInOtherAccount { arn, account, is_delivery: false }, span);
    }
    Some(role)
}

/// Reads where the state lives: bucket, its region, its key.
fn state(told: &mut Told<'_>, catalog: &Catalog) -> Option<(String, Option<String>, Option<StateKey>)> {
    let region = region(told, "state-region", catalog).map(|(region, _)| region);
    let kms_key = told.read("state-kms-key");
    let Spanned { value: bucket, span } = told.values.get("state-bucket")?.clone();
    let limit = catalog.name_limit("aws_s3_bucket");
    if bucket.chars().count() > limit {
        let what = "the state bucket".to_owned();
        told.push(Problem::NameTooLong { name: bucket.clone(), what, limit, settle: None }, span);
    } else if let Some(why) = bucket_fault(&bucket) {
        told.push(Problem::InvalidBucketName { name: bucket.clone(), why }, span);
    }
    Some((bucket, region, kms_key))
}
