//! Committed trees, from empty accounts to every environment and back to empty accounts, in a stand-in world.
//!
//! All environments of a tree live in one world, as they do at AWS: names that only one of them may have would clash. The
//! order is that of a person: what `scripts/bootstrap` makes, then each stack as the scripts list them; then back.
//!
//! A world costs a minute and more, so each is judged in all that it can show. Both engines deploy staging of azavea, where
//! `attachment.rs` asks for the application `franklin` at every stage, and trees of their own besides: fleet and the
//! tenants' are OpenTofu's, the others Terraform's. That all roots of all trees validate with both, `.ci/run` sees to.

use crate::attachment;
use crate::engine::{Engine, flat};
use crate::tree::{self, read, write};
use crate::world::{Environment, World};
use crate::{tenants, truth};

/// Some addresses that each stack must have made: it is not empty, and holds what its name says.
const ADDRESSES: [(&str, &[&str]); 4] = [
    ("state", &["aws_s3_bucket.state", "aws_kms_key.state", "aws_s3_bucket_versioning.state"]),
    (
        "main/cluster",
        &[
            "module.cluster.aws_vpc.this",
            "module.cluster.aws_eks_cluster.this",
            "module.cluster.aws_eks_node_group.core",
            "module.cluster.aws_eks_addon.vpc_cni",
            "module.cluster.aws_ssm_parameter.contract",
        ],
    ),
    (
        "main/services",
        &[
            "module.services.helm_release.karpenter",
            "module.services.helm_release.aws_load_balancer_controller",
            "module.services.helm_release.node_pool_worker",
            "module.services.kubernetes_storage_class_v1.gp3",
            "module.services.aws_ssm_parameter.contract",
        ],
    ),
    (
        "main/tenants",
        &[
            "module.tenant_argo.kubernetes_namespace_v1.this",
            "module.tenant_daskhub.kubernetes_namespace_v1.this",
            "module.tenant_franklin.kubernetes_namespace_v1.this",
            "module.tenant_franklin.kubernetes_network_policy_v1.to_databases[\"us-east-1a\"]",
        ],
    ),
];

/// All of it; and while it is there, what its tenants may do in a real control plane.
#[test]
fn terraform_applies_and_destroys_azavea() {
    let what = "azavea applied, planned again and destroyed in a stand-in world";
    let Some(engine) = Engine::with_providers("terraform", what) else { return };
    let world = World::new(&engine, "azavea");
    assert_all_roots_are_known(&world);
    deploy_all(&world, &ADDRESSES, &attachment::judge);
    if let Some(plane) = truth::judge(&world, "azavea") {
        tenants::judge(&world, &plane);
    }
    take_down_all(&world, "azavea");
}

/// One environment of it; and while it is there, an application more.
#[test]
fn tofu_applies_and_destroys_staging_of_azavea() {
    let what = "staging of azavea applied, planned again and destroyed in a stand-in world";
    let Some(engine) = Engine::with_providers("tofu", what) else { return };
    let mut world = World::new(&engine, "azavea");
    world.environments.retain(|environment| environment.name == "staging");
    deploy_all(&world, &ADDRESSES, &attachment::judge);
    add_application(&mut world);
    take_down_all(&world, "azavea");
}

#[test]
fn terraform_applies_and_destroys_minimal() {
    there_and_back("terraform", "minimal");
}

/// There alone: `scripts.rs` brings it up and down, and does not ask whether anything is left to do, whether contracts fit
/// what reads them, and what the clusters are given.
#[test]
fn terraform_applies_enterprise() {
    there("terraform", "enterprise", |_| ());
}

/// Every add-on of the catalog.
#[test]
fn terraform_applies_and_destroys_everything() {
    there_and_back("terraform", "everything");
}

/// With the engine that the blueprint names.
#[test]
fn tofu_applies_and_destroys_fleet() {
    there_and_back("tofu", "fleet");
}

/// Two applications of one team, and one of the platform's own, which makes its namespace itself: no entry clashes. Who has
/// rights on all of the cluster has an entry already. One of them has something of each kind in AWS.
const TENANTS: [(&str, &[&str]); 1] = [(
    "main/tenants",
    &[
        "module.tenant_tiles.kubernetes_network_policy_v1.to_databases[\"us-east-1a\"]",
        "module.tenant_maps.kubernetes_network_policy_v1.default_deny",
        "module.tenant_tiles.kubernetes_service_account_v1.this[\"watch\"]",
        "kubernetes_network_policy_v1.tiles_egress",
        "aws_eks_access_entry.tenant[\"arn:aws:iam::111111111111:role/web\"]",
        "aws_eks_access_entry.tenant[\"arn:aws:iam::111111111111:role/tiles-deploy\"]",
    ],
)];

#[test]
fn tofu_applies_and_destroys_tenants() {
    let Some(engine) = Engine::with_providers("tofu", "tenants applied and destroyed in a stand-in world")
    else {
        return;
    };
    let blueprint = tree::repository().join("tests/judges/fixtures/tenants.toml");
    let world = World::generated(&engine, &blueprint);
    deploy_all(&world, &TENANTS, &|_, _, _| ());
    let entries = addresses(&world, &world.environment("staging").stack("main/tenants"));
    assert!(
        !entries.contains("role/platform"),
        "an administrator of the cluster gets a second entry\n{entries}"
    );
    take_down_all(&world, "tenants");
}

fn there_and_back(engine: &'static str, blueprint: &str) {
    there(engine, blueprint, |world| take_down_all(world, blueprint));
}

fn there(engine: &'static str, blueprint: &str, back: impl FnOnce(&World<'_>)) {
    let what = format!("{blueprint} applied, planned again and destroyed in a stand-in world");
    let Some(engine) = Engine::with_providers(engine, &what) else { return };
    let world = World::new(&engine, blueprint);
    assert_all_roots_are_known(&world);
    deploy_all(&world, &[], &|_, _, _| ());
    truth::judge(&world, blueprint);
    back(&world);
}

fn assert_all_roots_are_known(world: &World<'_>) {
    let environments = world.environments.iter();
    let mut known: Vec<&String> = environments.flat_map(|environment| &environment.roots).collect();
    known.sort();
    let roots = tree::roots(&world.tree);
    assert_eq!(
        roots.iter().collect::<Vec<_>>(),
        known,
        "root modules of the tree (left), and of its scripts (right)"
    );
}

/// What is asked of a world when a root module of an environment has been applied.
type Judge = dyn Fn(&World<'_>, &Environment, &str);

fn deploy_all(world: &World<'_>, expected: &[(&str, &[&str])], judge: &Judge) {
    for environment in &world.environments {
        deploy(world, environment, expected, judge);
    }
    attachment::assert_contracts_fit(world);
}

fn take_down_all(world: &World<'_>, blueprint: &str) {
    let environments = &world.environments;
    for (index, environment) in environments.iter().enumerate().rev() {
        take_down(world, environment, blueprint);
        // Its neighbour does not notice.
        if let Some(remaining) = index.checked_sub(1).map(|index| &environments[index]) {
            assert_nothing_to_do(world, remaining.roots.get(1).unwrap_or(remaining.state()));
        }
    }
    let left: Vec<String> =
        world.objects().iter().map(|object| format!("{} {}", object["type"], object["id"])).collect();
    assert!(left.is_empty(), "left in the world after everything was destroyed:\n{}", left.join("\n"));
}

/// Applies everything of an environment; a second plan of each root module must have nothing to do.
fn deploy(world: &World<'_>, environment: &Environment, expected: &[(&str, &[&str])], judge: &Judge) {
    world.bootstrap(environment);
    for root in &environment.roots {
        if root.ends_with("/cluster") {
            world.make_existing_vpc(environment, root);
        }
        let plan = world.apply(root);
        let adopts = plan.contains("Plan: 3 to import,");
        let is_state = root == environment.state();
        assert_eq!(adopts, is_state, "{root}: the state stack adopts bucket, key and alias\n{plan}");
        assert_nothing_to_do(world, root);
        assert!(!addresses(world, root).is_empty() || root.starts_with("apps/"), "{root}: holds nothing");
        for (_, addresses) in expected.iter().filter(|(stack, _)| *root == environment.stack(stack)) {
            assert_addresses(world, root, addresses);
        }
        if environment.is_protected && root.ends_with("/cluster") {
            assert_addresses(world, root, &["terraform_data.protected"]);
        }
        if root.starts_with("apps/") {
            assert_attached(world, environment, root);
            assert_addresses(world, root, addresses_of_app(root));
        }
        judge(world, environment, root);
    }
}

/// Adds the application of `tests/edits/app-more`: its place on the cluster and its stub come, nothing else happens.
fn add_application(world: &mut World<'_>) {
    let edit: toml::Table =
        read(&tree::repository().join("tests/edits/app-more/edit.toml")).parse().expect("TOML");
    let edit = edit["append"].as_str().expect("lines of a blueprint");
    assert!(edit.trim().lines().count() <= 5, "an application takes five lines:{edit}");
    generate_edited(world, "azavea", |blueprint| format!("{blueprint}{edit}"));
    let staging = &mut world.environments[0];
    let (tenants, stub) = (staging.stack("main/tenants"), staging.app("tiler"));
    staging.roots.push(stub.clone());
    tree::keep_state_here(&world.tree.join(&stub));
    let said = world.apply(&tenants);
    assert!(said.contains(" 0 to change, 0 to destroy."), "{tenants}: an application more\n{said}");
    assert_addresses(world, &tenants, &["module.tenant_tiler.kubernetes_namespace_v1.this"]);
    world.apply(&stub);
    assert_attached(world, &world.environments[0], &stub);
}

/// Destroys everything of an environment, protected or not, as a person would.
fn take_down(world: &World<'_>, environment: &Environment, blueprint: &str) {
    if environment.is_protected && !environment.is_account() {
        let guarded = guarded(world, environment);
        for root in &guarded {
            assert_refuses_to_destroy(world, root, "terraform_data.protected");
        }
        lift_protection(world, blueprint, &guarded);
        for root in &guarded {
            apply_lifted_protection(world, root);
        }
    }
    for root in environment.roots.iter().rev() {
        if root == environment.state() {
            assert_refuses_to_destroy(world, root, "aws_s3_bucket.state");
            lift_state_protection(world, root);
        }
        destroy(world, root);
        let owner = format!("owner/{root}");
        if world.tree.join(&owner).exists() {
            // Nothing was changed in a VPC that others own, and nothing is left behind.
            assert_nothing_to_do(world, &owner);
            destroy(world, &owner);
        }
    }
    destroy(world, &environment.bootstrap());
}

/// Returns some addresses that an application's stub must have made.
fn addresses_of_app(root: &str) -> &'static [&'static str] {
    match root {
        "apps/argo/staging" => &[
            "module.application.module.bucket_artifacts.aws_s3_bucket.this",
            "module.application.module.role_argo.aws_eks_pod_identity_association.this",
            "module.application.module.role_argo.aws_iam_role_policy.this[\"bucket_artifacts\"]",
            "module.application.module.user_pool_staff.aws_cognito_user_pool_client.load_balancer",
        ],
        "apps/franklin/production" => &[
            "module.application.module.database_stac.aws_db_instance.this",
            "module.application.module.host_api.aws_acm_certificate_validation.this",
            "terraform_data.protected_database_stac",
            "terraform_data.protected_key",
        ],
        "apps/tiles/staging" => &[
            "module.application.module.aurora_database_archive.aws_rds_cluster_instance.this[\"1\"]",
            "module.application.module.queue_jobs.aws_sns_topic_subscription.this[\"scenes\"]",
            "module.application.module.registry_renderer.aws_ecr_repository.this",
            "module.application.module.role_watch.aws_iam_role_policy.this[\"secret_token\"]",
            "module.application.module.state_machine_nightly.aws_sfn_state_machine.this",
        ],
        _ => &[],
    }
}

fn assert_nothing_to_do(world: &World<'_>, root: &str) {
    // Exit status 2, which ends the test, says that there are changes.
    let plan = world.run(root, &["plan", "-input=false", "-detailed-exitcode"]);
    assert!(plan.contains("No changes."), "{root}: a second plan has something to do\n{plan}");
}

fn addresses(world: &World<'_>, root: &str) -> String {
    world.try_run(root, &["state", "list"]).0.stdout
}

fn assert_addresses(world: &World<'_>, root: &str, expected: &[&str]) {
    let addresses = addresses(world, root);
    for address in expected {
        assert!(addresses.lines().any(|line| line == *address), "{root}: no {address} in\n{addresses}");
    }
}

/// The stub of an application found its cluster.
fn assert_attached(world: &World<'_>, environment: &Environment, root: &str) {
    let (run, _) = world.try_run(root, &["output", "-json"]);
    let outputs: serde_json::Value = serde_json::from_str(&run.stdout).expect("outputs are JSON");
    let cluster = outputs["cluster_name"]["value"].as_str().unwrap_or_default();
    let names = &environment.clusters;
    assert!(
        names.iter().any(|(name, _)| name == cluster),
        "{root}: attached to {cluster}, not one of {names:?}"
    );
    assert!(outputs["namespace"]["value"].is_string(), "{root}: no namespace: {outputs}");
}

fn destroy(world: &World<'_>, root: &str) {
    let said = world.run(root, &["destroy", "-input=false", "-auto-approve"]);
    assert!(said.contains("Destroy complete!"), "{root}: not destroyed\n{said}");
    assert_eq!(addresses(world, root), "", "{root}: still in the state");
}

/// A destroy must stop at plan, name the guard, and leave the world as it is.
fn assert_refuses_to_destroy(world: &World<'_>, root: &str, guard: &str) {
    let before = world.text();
    let (run, seconds) = world.try_run(root, &["destroy", "-input=false", "-auto-approve", "-no-color"]);
    let said = flat(&run.output);
    let is_refused = run.status == 1 && said.contains(guard) && said.contains("prevent_destroy");
    assert!(
        is_refused && !said.contains("Destroying..."),
        "{root}: destroy must stop at plan, at {guard}; exit status {}\n{}",
        run.status,
        run.output
    );
    assert!(before == world.text(), "{root}: the refused destroy changed the world");
    eprintln!("{} destroy in {root}: refused, as it must be ({seconds:.1} s)", world.engine.name);
}

/// Returns the root modules with guards: each cluster's, and those of applications that keep data.
fn guarded(world: &World<'_>, environment: &Environment) -> Vec<String> {
    let is_guarded = |root: &&String| {
        read(&world.tree.join(root).join("main.tf")).contains("\"terraform_data\" \"protected")
    };
    let mut guarded: Vec<String> = environment.roots.iter().filter(is_guarded).cloned().collect();
    let clusters = environment.roots.iter().filter(|root| root.ends_with("/cluster"));
    assert!(
        clusters.into_iter().all(|root| guarded.contains(root)),
        "a cluster without a guard: {guarded:?}"
    );
    guarded.sort();
    guarded
}

/// Takes an environment's protection away as a person would: in the blueprint, then generate.
fn lift_protection(world: &World<'_>, blueprint: &str, guarded: &[String]) {
    let said = generate_edited(world, blueprint, |blueprint| {
        let is_switch = |line: &&str| line.starts_with("protection ") && line.ends_with("= true");
        assert_eq!(blueprint.lines().filter(is_switch).count(), 1, "one protected environment");
        let lines = blueprint.lines().map(|line| if is_switch(&line) { "protection = false" } else { line });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    });
    // The guards and deletion protection; scripts, which ask back before they touch a protected environment; pipelines, in
    // the new order of deployment.
    let is_pipelines = |line: &str| line.starts_with("~ delivery/") || line == "~ scripts/pipeline";
    let changes = said.lines().filter(|line| {
        line.starts_with(['~', '+', '-']) && !line.ends_with("README.md") && !is_pipelines(line)
    });
    let mut expected: Vec<String> = guarded.iter().map(|root| format!("~ {root}/main.tf")).collect();
    expected.push("~ scripts/lib.sh".to_owned());
    assert_eq!(changes.collect::<Vec<_>>(), expected, "what `protection = false` changes");
    eprintln!("plinth generate with `protection = false`: {}", expected.join(", "));
}

/// Generates a world's tree from a committed blueprint, edited; returns what `plinth generate` says.
fn generate_edited(world: &World<'_>, blueprint: &str, edit: impl Fn(&str) -> String) -> String {
    let name = format!("{blueprint}.toml");
    let blueprints = tree::repository().join("blueprints");
    let file = world.folder().join(&name);
    let lock = "plinth.lock";
    write(&world.folder().join(lock), &read(&blueprints.join(lock)));
    write(&file, &edit(&read(&blueprints.join(&name))));
    world.generate(&file)
}

fn apply_lifted_protection(world: &World<'_>, root: &str) {
    let addresses = addresses(world, root);
    let guards = addresses.lines().filter(|address| address.starts_with("terraform_data.protected")).count();
    let plan = world.run(root, &["plan", "-input=false", "-out=plan"]);
    // Whatever AWS refuses to delete is told that it may.
    let kept = [
        "aws_cognito_user_pool.this",
        "aws_db_instance.this",
        "aws_eks_cluster.this",
        "aws_rds_cluster.this",
        "aws_secretsmanager_secret.this",
    ];
    let is_told = |line: &&str| !line.contains("data.") && kept.iter().any(|kind| line.ends_with(kind));
    let changed = addresses.lines().filter(is_told).count();
    let expected = format!("Plan: 0 to add, {changed} to change, {guards} to destroy.");
    assert!(plan.contains(&expected), "{root}: the guards go, {expected}\n{plan}");
    assert!(plan.contains("# terraform_data.protected"), "{root}: the guard goes\n{plan}");
    world.run(root, &["apply", "-input=false", "plan"]);
}

/// Takes the state stack's protection away as a person would: by an override file.
fn lift_state_protection(world: &World<'_>, root: &str) {
    let lifted = |kind: &str| {
        format!("resource \"{kind}\" \"state\" {{\n  lifecycle {{\n    prevent_destroy = false\n  }}\n}}\n")
    };
    let text = lifted("aws_s3_bucket") + &lifted("aws_kms_key");
    write(&world.tree.join(root).join("protection_override.tf"), &text);
}
