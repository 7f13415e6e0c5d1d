//! Two branches that each generated, merged by a real git: whatever git makes of the manifest, nothing is stranded and nothing lost.

mod harness;

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{Run, plinth, read_tree, repository};
use tempfile::TempDir;

/// A repository with a blueprint and its tree, committed on `main`.
struct Project {
    folder: TempDir,
}

/// What applications run on, and one of them.
const BASE: &str = "\n[cluster.addons.karpenter]\n[cluster.addons.metrics-server]\n[cluster.node_pools.worker]\nkind = \"karpenter\"\n";

fn app(name: &str) -> String {
    format!("\n[apps.{name}]\nteam = \"gis\"\nenvironments = [\"dev\"]\n# end of {name}\n")
}

impl Project {
    fn new(more: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let minimal = fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
        project.write(&format!("{}{BASE}{more}", minimal.replace("../generated/minimal", "tree")));
        project.git("init -q -b main");
        project.generates("base");
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, blueprint: &str) {
        fs::write(self.path().join("blueprint.toml"), blueprint).expect("writable");
    }

    fn blueprint(&self) -> String {
        fs::read_to_string(self.path().join("blueprint.toml")).expect("readable")
    }

    fn manifest(&self) -> String {
        fs::read_to_string(self.path().join("tree/.plinth/manifest.json")).expect("readable")
    }

    fn git(&self, arguments: &str) -> bool {
        let settings = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        command.args(settings).args(arguments.split_whitespace()).current_dir(self.path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.output().expect("there is git").status.success()
    }

    fn run(&self, command: &str) -> Run {
        plinth(self.path(), &command.split_whitespace().collect::<Vec<_>>())
    }

    fn generates(&self, message: &str) {
        let Run { status, stderr, .. } = self.run("generate");
        assert_eq!(status, 0, "{stderr}");
        assert!(self.git("add -A") && self.git(&format!("commit -q -m {message}")), "{message}");
    }

    /// Makes a branch with another blueprint.
    fn branch(&self, name: &str, edit: impl Fn(&str) -> String) {
        assert!(self.git("checkout -q main") && self.git(&format!("checkout -q -b {name}")));
        self.write(&edit(&self.blueprint()));
        self.generates(name);
    }

    /// Merges one branch into another; git stops where both changed a line.
    fn merge(&self, ours: &str, theirs: &str) {
        assert!(self.git(&format!("checkout -q {ours}")));
        let is_merged = self.git(&format!("merge -q --no-edit {theirs}"));
        assert!(!is_merged, "git finds nothing to ask about");
    }

    /// Resolves what is left as docs/manifest.md says: the blueprint by hand, and with the command that plinth prints what git has merged
    /// into texts that neither side made.
    fn resolve(&self, blueprint: &str) {
        self.write(blueprint);
        let Run { status, stderr, .. } = self.run("generate");
        if status == 1 {
            let command = stderr.lines().last().expect("a help").trim();
            assert!(command.starts_with("plinth generate blueprint.toml --force "), "{stderr}");
            let (said, status) = harness::shell(command, self.path());
            assert_eq!(status, 0, "{said}");
        } else {
            assert_eq!(status, 0, "{stderr}");
        }
        let Run { status, stdout, .. } = self.run("check");
        assert_eq!(status, 0, "{stdout}");
        // Nothing is there but what the merged blueprint makes where nothing was.
        let fresh = tempfile::tempdir().expect("a temporary folder");
        let out = fresh.path().join("tree");
        assert_eq!(self.run(&format!("generate --out {}", out.display())).status, 0);
        let (real, expected) = (read_tree(&self.path().join("tree")), read_tree(&out));
        let differing: Vec<_> = real
            .keys()
            .chain(expected.keys())
            .filter(|path| real.get(*path) != expected.get(*path))
            .collect();
        assert!(differing.is_empty(), "{differing:?}");
    }
}

/// Each adds an application; the merged blueprint has both.
#[test]
fn both_add_an_application() {
    let project = Project::new("");
    let base = project.blueprint();
    project.branch("maps", |text| format!("{text}{}", app("maps")));
    project.branch("tiles", |text| format!("{text}{}", app("tiles")));
    project.merge("maps", "tiles");
    assert!(project.manifest().contains("<<<<<<<"), "git leaves both sides:\n{}", project.manifest());
    project.resolve(&format!("{base}{}{}", app("maps"), app("tiles")));
}

/// Each adds an application, and one of both is given up by the merge: whatever was written for it goes.
#[test]
fn both_add_and_one_is_given_up() {
    for kept in ["maps", "tiles"] {
        let project = Project::new("");
        let base = project.blueprint();
        for name in ["maps", "tiles"] {
            project.branch(name, |text| format!("{text}[cluster.addons.keda]\n{}", app(name)));
        }
        project.merge("maps", "tiles");
        let given_up = if kept == "maps" { "tiles" } else { "maps" };
        project.write(&format!("{base}{}", app(kept)));
        // It is a removal, so it is one in steps, though the other branch alone knew it.
        let Run { status, stderr, .. } = project.run("check");
        assert_eq!(status, 2, "{stderr}");
        assert!(stderr.contains(&format!("error[E0801]: application `{given_up}`")), "{stderr}");
        let retired = app(given_up).replace("team", "retire = true\nteam");
        project.resolve(&format!("{base}{}{retired}", app(kept)));
        project.resolve(&format!("{base}{}", app(kept)));
        assert!(!project.path().join("tree/apps").join(given_up).exists());
        assert!(!project.path().join("tree/modules/services/addon_keda.tf").exists());
    }
}

/// One takes out what the other changes.
#[test]
fn one_removes_what_the_other_edits() {
    let project = Project::new(&app("maps"));
    let without = |text: &str| text.replace("[cluster.addons.metrics-server]\n", "");
    project.branch("less", without);
    project.branch("more", |text| {
        text.replace(
            "[cluster.addons.metrics-server]\n",
            "[cluster.addons.metrics-server]\nvalues.replicas = 3\n",
        )
    });
    for (ours, theirs) in [("less", "more"), ("more", "less")] {
        project.merge(ours, theirs);
        assert!(project.git("show :3:blueprint.toml"), "a conflict");
        let merged = without(&fs::read_to_string(project.path().join("blueprint.toml")).expect("readable"));
        assert!(merged.contains("<<<<<<<"));
        assert!(project.git("checkout -q less -- blueprint.toml"));
        project.resolve(&project.blueprint());
        assert!(!project.path().join("tree/modules/services/addon_metrics_server.tf").exists());
        assert!(project.git("merge --abort") || project.git("reset -q --hard"));
    }
}

/// Whoever takes one side's manifest after all is told what is stranded by it.
#[test]
fn one_sides_manifest_leaves_strays_that_are_named() {
    let project = Project::new("");
    let base = project.blueprint();
    for name in ["maps", "tiles"] {
        project.branch(name, |text| format!("{text}[cluster.addons.keda]\n{}", app(name)));
    }
    project.merge("maps", "tiles");
    assert!(project.git("checkout -q --ours -- tree"));
    project.write(&format!("{base}[cluster.addons.keda]\n{}", app("maps")));
    let Run { status, stdout, .. } = project.run("check");
    assert_eq!(status, 1);
    assert!(stdout.contains("\nstray            apps/tiles/dev/terraform.tf\n"), "{stdout}");
    let Run { status, stderr, .. } = project.run("generate");
    assert_eq!(status, 0, "{stderr}");
    assert!(stderr.contains("stray            apps/tiles/dev/terraform.tf\n"), "{stderr}");
    assert!(project.path().join("tree/apps/tiles/dev/terraform.tf").exists(), "nobody removes it");
}
