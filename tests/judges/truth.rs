//! What a deployed tree gives to Kubernetes is true: definitions know its objects, a control plane takes them and gives
//! them back.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::control_plane::{ControlPlane, Release};
use crate::definitions::Definitions;
use crate::emitted::{self, Emitted};
use crate::world::World;
use crate::{judge, karpenter, permissions, placement, tree, values, yaml};

/// Judges what the clusters of a deployed tree were given. Returns the control plane that took it, empty again.
pub fn judge(world: &World<'_>, tree: &str) -> Option<ControlPlane> {
    let what = format!("what {tree} gives to Kubernetes, in a control plane");
    let [addons] = judge::data(&what, ["addons"])?;
    let clusters = emitted::clusters(world);
    let definitions = Definitions::load(&addons);
    for cluster in &clusters {
        let what = format!("{tree}, {}", cluster.cluster);
        assert_defined(&definitions, &what, &cluster.releases);
        values::judge(&addons, &what, cluster);
        placement::judge(&what, tree, cluster);
        permissions::judge(&addons, &what, cluster);
    }
    let clusters: Vec<Emitted> = clusters.into_iter().filter(Emitted::has_objects).collect();
    if clusters.is_empty() {
        return None;
    }
    let plane = ControlPlane::start(&what)?;
    let objects = clusters.iter().flat_map(|cluster| &cluster.releases).flat_map(Release::objects);
    plane.know(&definitions, &objects.collect::<Vec<_>>());
    let chart = world.tree.join("modules/services/charts/objects");
    for Emitted { cluster, objects, releases, .. } in &clusters {
        plane.there_and_back(&format!("{tree}, {cluster}"), &chart, objects, releases);
    }
    Some(plane)
}

/// What applications can copy from the docs; and, in the same control plane, what must not be.
#[test]
fn examples_are_true_and_mistakes_refused() {
    let what = "examples of the docs, and planted mistakes, against definitions and in a control plane";
    let Some([addons]) = judge::data(what, ["addons"]) else { return };
    let definitions = Definitions::load(&addons);
    let examples = examples();
    assert!(examples.len() > 5, "docs/examples is nearly empty");
    assert_defined(&definitions, "docs/examples", &examples);
    let Some(plane) = ControlPlane::start(what) else { return };
    plane.know(&definitions, &examples.iter().flat_map(Release::objects).collect::<Vec<_>>());
    plane.there_and_back("docs/examples", &chart(), &[], &examples);
    refuses_mistakes(&plane, &definitions);
}

/// Each rule that is written out in `karpenter.rs` is one of the control plane's, and it refuses an unknown field as well.
fn refuses_mistakes(plane: &ControlPlane, definitions: &Definitions) {
    let right = karpenter::right();
    plane.know(definitions, &right);
    let paths = ["/apis/karpenter.k8s.aws/v1/ec2nodeclasses", "/apis/karpenter.sh/v1/nodepools"];
    for (path, object) in paths.iter().zip(&right) {
        assert_eq!(plane.refusal(path, object), None, "{object}");
        assert_eq!(definitions.problems(object), Some(Vec::new()), "{object}");
    }
    for (which, at, value) in karpenter::mistakes() {
        let wrong = karpenter::set(&right[which], at, &value);
        assert!(plane.refusal(paths[which], &wrong).is_some(), "{at} = {value} is not refused");
    }
    let unknown =
        karpenter::set(&right[1], "/spec/template/spec/subnetID", &json!("subnet-0123456789abcdef0"));
    assert!(plane.refusal(paths[1], &unknown).is_some(), "the control plane takes an unknown field");
    assert!(definitions.problems(&unknown).is_some_and(|found| found.len() == 1), "a definition takes it");
}

fn assert_defined(definitions: &Definitions, what: &str, releases: &[Release]) {
    let mut wrong = Vec::new();
    for release in releases {
        for object in release.objects() {
            let name = format!("{}: {} {}", release.name, object["kind"], object["metadata"]["name"]);
            match definitions.problems(&object) {
                Some(problems) => wrong.extend(problems.iter().map(|problem| format!("{name}: {problem}"))),
                None if is_built_in(&object) => {}
                None => wrong.push(format!("{name}: no definition of {}", object["apiVersion"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

/// Whether an API server knows the kind by itself: the control plane judges those.
fn is_built_in(object: &Value) -> bool {
    const GROUPS: [&str; 6] = [
        "admissionregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "networking.k8s.io",
        "rbac.authorization.k8s.io",
    ];
    let version = object["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').is_none_or(|(group, _)| GROUPS.contains(&group))
}

/// The files of `docs/examples`, each as a release.
fn examples() -> Vec<Release> {
    let folder = tree::repository().join("docs/examples");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|it| it.expect("readable"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let release = |file: walkdir::DirEntry| {
        let name = file.path().file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        let values = json!({ "objects": yaml::documents(file.path()) }).to_string();
        Release { name, namespace: "default".to_owned(), values: vec![values], wait: false }
    };
    files.map(release).collect()
}

fn chart() -> PathBuf {
    tree::generated("azavea").join("modules/services/charts/objects")
}
