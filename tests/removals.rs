//! Removals in steps: what was generated leaves only after the blueprint said that it is to be destroyed.

mod harness;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use harness::{Run, plinth, read_tree, repository};
use tempfile::TempDir;

/// A folder with azavea's blueprint, generated once.
struct Place {
    folder: TempDir,
    blueprint: String,
}

impl Place {
    fn new() -> Self {
        let blueprint = fs::read_to_string(repository().join("blueprints/azavea.toml")).expect("readable");
        let place = Self { folder: tempfile::tempdir().expect("a temporary folder"), blueprint };
        place.generates(&place.blueprint);
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, command: &str, blueprint: &str) -> Run {
        fs::write(self.path().join("azavea.toml"), blueprint).expect("writable");
        plinth(self.path(), &[command, "azavea.toml", "--out", "tree"])
    }

    fn generates(&self, blueprint: &str) {
        let Run { status, stderr, .. } = self.run("generate", blueprint);
        assert_eq!(status, 0, "{stderr}");
    }

    /// Nothing is written, and both commands say why.
    fn refuses(&self, blueprint: &str, words: &[&str]) {
        let before = read_tree(&self.path().join("tree"));
        for command in ["check", "generate"] {
            let Run { status, stderr, .. } = self.run(command, blueprint);
            assert_eq!(status, 2, "{command}: {stderr}");
            for word in words {
                assert!(stderr.contains(word), "{command} does not say `{word}`:\n{stderr}");
            }
        }
        assert_eq!(read_tree(&self.path().join("tree")), before, "something was written");
    }

    fn has(&self, path: &str) -> bool {
        self.path().join("tree").join(path).exists()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join("tree").join(path)).expect("readable")
    }
}

/// Replaces text that stands there once.
fn with(blueprint: &str, find: &str, by: &str) -> String {
    assert_eq!(blueprint.matches(find).count(), 1, "`{find}`");
    blueprint.replace(find, by)
}

/// Takes out a table with its sub-tables, and what refers to it.
fn without_production(blueprint: &str) -> String {
    let (head, rest) = blueprint.split_once("[environments.production]").expect("production");
    let (_, rest) = rest.split_once("# Runs workflows").expect("what follows it");
    format!("{head}# Runs workflows{rest}").replace("[\"staging\", \"production\"]", "[\"staging\"]")
}

fn without_franklin(blueprint: &str) -> String {
    let (head, rest) = blueprint.split_once("[apps.franklin]").expect("franklin");
    let (_, rest) = rest.split_once("# What the security scanner").expect("what follows it");
    // Its database is what one waiver is about.
    let rest = rest.replace("[[waive]]\nid     = \"CKV_AWS_293\"", "[[waive]]\nid     = \"CKV_AWS_21\"");
    let rest = rest.replace("scope  = \"aws_db_instance.this\"", "scope  = \"aws_s3_bucket.state\"");
    format!("{head}# What the security scanner{rest}")
}

#[test]
fn an_environment_leaves_in_steps() {
    let place = Place::new();
    let gone = without_production(&place.blueprint);
    place.refuses(
        &gone,
        &["error[E0801]: environment `production`", "`retire = true`", "production/main/cluster, "],
    );

    let retired = with(&place.blueprint, "protection      = true", "protection      = true\nretire = true");
    place.generates(&retired);
    for root in ["environments/production/main/cluster", "apps/franklin/production"] {
        let main = place.read(&format!("{root}/main.tf"));
        assert!(!main.contains("prevent_destroy"), "{root} is guarded still:\n{main}");
        assert!(
            place.has(&format!("{root}/terraform.tf")) && place.has(&format!("{root}/providers.tf")),
            "{root}"
        );
    }
    let main = place.read("environments/production/main/cluster/main.tf");
    assert!(!main.contains("deletion_protection = true"), "{main}");
    assert!(
        place.read("scripts/lib.sh").contains("\nenvironments/production/main/tenants\n"),
        "scripts know it"
    );

    place.generates(&gone);
    assert!(
        !place.has("environments/production") && !place.has("apps/franklin/production"),
        "its roots are gone"
    );
    assert!(place.has("environments/staging/main/cluster/main.tf"), "staging stays");
    assert!(!place.read("scripts/lib.sh").contains("retired()"), "nothing is retired");
    // And it may come again.
    place.generates(&place.blueprint);
    assert_eq!(
        place.read("environments/production/main/cluster/main.tf").matches("prevent_destroy").count(),
        2
    );
}

#[test]
fn whoever_stays_after_all_stays() {
    let place = Place::new();
    place.generates(&with(
        &place.blueprint,
        "protection      = true",
        "protection      = true\nretire = true",
    ));
    place.generates(&place.blueprint);
    place.refuses(&without_production(&place.blueprint), &["environment `production`"]);
}

#[test]
fn an_application_leaves_in_steps() {
    let place = Place::new();
    let gone = without_franklin(&place.blueprint);
    place.refuses(&gone, &["error[E0801]: application `franklin`", "apps/franklin/staging, "]);
    let team = "team         = \"raster-foundry\"";
    place.generates(&with(&place.blueprint, team, &format!("{team}\nretire = true")));
    for environment in ["staging", "production"] {
        let tenants = place.read(&format!("environments/{environment}/main/tenants/main.tf"));
        assert!(tenants.contains("module \"tenant_franklin\""), "its namespace goes after its stub");
    }
    place.generates(&gone);
    assert!(!place.has("apps/franklin"));
    assert!(!place.read("environments/staging/main/tenants/main.tf").contains("franklin"));
}

#[test]
fn a_place_leaves_in_steps_and_an_edit_is_kept() {
    let place = Place::new();
    let (head, franklin) = place.blueprint.split_once("[apps.franklin]").expect("franklin");
    let elsewhere = franklin.replace("[\"staging\", \"production\"]", "[\"staging\"]");
    let gone = format!("{head}[apps.franklin]{elsewhere}");
    place.refuses(&gone, &["application `franklin` in `production`", "`retire = [\"production\"]`"]);
    let retired = format!("{head}[apps.franklin]\nretire = [\"production\"]{franklin}");
    place.generates(&retired);
    assert!(!place.read("apps/franklin/production/main.tf").contains("prevent_destroy"));
    assert!(!place.read("apps/argo/production/main.tf").is_empty());

    let main = place.path().join("tree/apps/franklin/production/main.tf");
    let text = fs::read_to_string(&main).expect("readable");
    fs::write(&main, format!("{text}# mine\n")).expect("writable");
    let Run { status, stderr, .. } = place.run("generate", &gone);
    assert!(status == 1 && stderr.contains("apps/franklin/production/main.tf"), "{stderr}");
    fs::write(&main, text).expect("writable");
    place.generates(&gone);
    assert!(!place.has("apps/franklin/production") && place.has("apps/franklin/staging/main.tf"));
}

/// What is retired is destroyed in a protected environment, too, and nothing makes it again.
#[test]
fn scripts_take_what_is_retired() {
    let place = Place::new();
    let (head, franklin) = place.blueprint.split_once("[apps.franklin]").expect("franklin");
    place.generates(&format!("{head}[apps.franklin]\nretire = [\"production\"]{franklin}"));
    let run = |script: &str, arguments: &[&str]| {
        let output = Command::new("bash")
            .arg(place.path().join("tree/scripts").join(script))
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null())
            .output()
            .expect("there is bash");
        let text = |bytes| String::from_utf8(bytes).expect("scripts print UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    };
    for script in ["plan", "apply"] {
        let (status, _, error) = run(script, &["production", "main", "apps/franklin"]);
        let says = "production main apps/franklin is retired";
        assert_eq!((status, error.contains(says)), (1, true), "{script}: {error}");
        // It goes on with the others, as far as there are tools.
        let (status, _, error) = run(script, &["production"]);
        assert!(status == 1 && !error.contains("retired"), "{script}: {error}");
    }
    let (status, _, error) = run("destroy", &["production"]);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("the blueprint does not retire: - state, main cluster"), "{error}");
    assert!(error.contains("what it retires can be destroyed: main apps/franklin\n"), "{error}");
    let (_, _, error) = run("destroy", &["production", "main", "apps/franklin"]);
    assert!(!error.contains("is protected, and"), "{error}");
    let (status, printed, error) = run("destroy", &["production", "main", "apps/franklin", "--dry-run"]);
    assert_eq!((status, error.as_str()), (0, ""));
    let steps: Vec<usize> = ["lets go of its protection", " apply ", " -destroy"]
        .iter()
        .map(|step| printed.find(step).unwrap_or_else(|| panic!("no `{step}` in\n{printed}")))
        .collect();
    assert!(steps.is_sorted(), "{printed}");
}

/// The provider and the roles of pipelines, which nobody would ever look for again.
#[test]
fn what_accounts_have_for_pipelines_leaves_in_steps() {
    let place = Place::new();
    let deploy = "deploy_role          = \"arn:aws:iam::111111111111:role/terraform\"";
    let plan = "plan_role            = \"arn:aws:iam::111111111111:role/terraform-plan\"";
    let roles = with(&place.blueprint, deploy, &format!("{deploy}\n{plan}"));
    let delivery = "[delivery]\nengine = \"github-actions\"\nblueprint = \"blueprints/azavea.toml\"\nrepository = \"acme/platform\"\n";
    let delivered = format!("{roles}\n{delivery}");
    place.generates(&delivered);
    let left = [
        "error[E0801]: what pipelines log in to",
        "`retire = true` in `[delivery]`",
        "accounts/222222222222, ",
    ];
    place.refuses(&roles, &left);
    let other = delivered.replace("\"acme/platform\"", "\"acme/platform\"\naccount = \"999999999999\"");
    place.refuses(&other, &left);

    place.generates(&delivered.replace(delivery, &format!("{delivery}retire = true\n")));
    assert!(place.read("scripts/lib.sh").contains("\naccounts/222222222222\n"), "scripts know it");
    let script = place.path().join("tree/scripts/destroy");
    let output = Command::new("bash").arg(script).args(["222222222222", "--dry-run"]).output();
    let printed = String::from_utf8(output.expect("there is bash").stdout).expect("UTF-8");
    assert!(printed.contains("-destroy -target=aws_iam_role.pipeline"), "{printed}");
    place.generates(&roles);
    assert!(!place.has("accounts"));

    // Where its environment goes, an account goes with it.
    place.generates(&delivered);
    let protected = "protection      = true";
    place.generates(&with(&delivered, protected, &format!("{protected}\nretire = true")));
    let gone = without_production(&roles);
    place.generates(&format!("{gone}\n{delivery}"));
    assert!(!place.has("accounts/222222222222") && place.has("accounts/111111111111/main.tf"));
}

/// All names change at once, and every state stays where it is.
#[test]
fn renames_are_no_removals() {
    let place = Place::new();
    let renamed = place
        .blueprint
        .replace("[environments.production]", "[environments.live]\nrenamed_from = \"production\"");
    let renamed = renamed.replace("\"production\"]", "\"live\"]");
    let unsaid = renamed.replace("\nrenamed_from = \"production\"", "");
    place.refuses(&unsaid, &["write `renamed_from = \"production\"` in `[environments.live]`"]);
    let renamed = renamed.replace("[apps.franklin]", "[apps.catalog]\nrenamed_from = \"franklin\"");
    let renamed = renamed.replace("[apps.franklin.", "[apps.catalog.");
    let backends = |place: &Place| {
        let tree = read_tree(&place.path().join("tree"));
        let backends = tree.into_iter().filter(|(path, _)| path.ends_with("/terraform.tf"));
        let mut backends: Vec<String> = backends.map(|(_, text)| text).collect();
        backends.sort();
        backends
    };
    let before = backends(&place);
    place.generates(&renamed);
    assert_eq!(backends(&place), before, "buckets and keys of states");
    assert!(
        place.has("apps/catalog/live/main.tf")
            && !place.has("apps/franklin")
            && !place.has("environments/production")
    );
    // The name stays for good: without it, everything would be looked for elsewhere.
    place.refuses(
        &renamed.replace("\nrenamed_from = \"franklin\"", ""),
        &["error[E0802]: the state of stack `apps/catalog/"],
    );
}
