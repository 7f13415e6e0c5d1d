//! What `scripts/destroy` takes out of a cluster before its services go: real kubectl before a real control plane.
//!
//! Beside the control plane's own controllers (StatefulSets, claims in use, quotas), stand-ins play those that let go of
//! objects late: each can be switched on by itself, so that the script stands before every wait in turn.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::control_plane::ControlPlane;
use crate::definitions::Definitions;
use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::scripts::{kubectl_of, make_cluster};
use crate::tree::{read, write};
use crate::world::Environment;

const CLUSTER: &str = "azavea-staging-main";
const INGRESSES: &str = "/apis/networking.k8s.io/v1/namespaces/franklin/ingresses";
const GATEWAYS: &str = "/apis/gateway.networking.k8s.io/v1/namespaces/franklin/gateways";
const APPLICATIONS: &str = "/apis/argoproj.io/v1alpha1/namespaces/franklin/applications";
/// By which Argo CD takes away what an Application has deployed.
const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
const NODE_CLAIMS: &str = "/apis/karpenter.sh/v1/nodeclaims";

/// Who lets go of what, in the order in which the script comes to them, and what it says when they do not.
const WAITS: [(&str, &str); 8] = [
    // made again and again, in namespaces that nobody has closed
    ("applications", "error: applications.argoproj.io are still there"),
    ("gateways", "error: gateways.gateway.networking.k8s.io are still there"),
    ("targetgroupbindings", "error: targetgroupbindings.elbv2.k8s.aws are still there"),
    ("ingresses", "error: ingresses are still there"),
    ("services", "error: services are still there"),
    ("pods", "error: the worker nodes of azavea-staging-main do not let go of their pods"),
    ("nodeclaims", "there is still: nodeclaim.karpenter.sh/spot-1"),
    ("persistentvolumes", "there is still: pvc-"),
];

#[test]
#[expect(clippy::too_many_lines, reason = "one story of one cluster, which takes long to start")]
fn destroy_waits_for_what_controllers_take_away() {
    let what = "scripts/destroy, before a control plane";
    let Some(place) = Place::new(what) else { return };
    let Some([kubectl]) = judge::required(what, ["kubectl"]) else { return };
    let Some([addons]) = judge::data(what, ["addons"]) else { return };
    let Some(cluster) = ControlPlane::start(what) else { return };
    let kubectl = kubectl_of(&place, &kubectl, &cluster);
    place.put_first("kubectl", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", kubectl.display()));
    place.put_first(
        "aws",
        &AWS.replace("AWS", &place.aws_path().display().to_string()).replace("FOLDER", &path_of(&place)),
    );
    place.put_first("terraform", &TERRAFORM.replace("FOLDER", &path_of(&place)));
    let state = place.folder().join("state.json");
    for file in [&state, &place.folder().join("inside"), &place.folder().join("refused")] {
        write(file, "");
    }
    place.generate("azavea", |blueprint| {
        format!("{}[cluster.addons.argo-cd]\n", blueprint.replace("111111111111", ACCOUNT))
    });
    let staging = place.environment("azavea", "staging");
    let destroy = |patience: &str, flags: &[&str]| {
        let arguments = [&["staging", "--auto-approve"], flags].concat();
        place.run_with(&[("PLINTH_PATIENCE", patience)], "azavea/scripts/destroy", &arguments)
    };

    let (status, said) = destroy("3", &[]);
    assert_eq!(status, 0, "there is no cluster, so nothing holds it:\n{said}");
    assert!(said.contains("EKS has no cluster azavea-staging-main: nothing to drain"), "{said}");

    forgets(&place, "-destroy -refresh=false", || destroy("3", &[]));
    refuses_what_would_stop_it(&place, &state, || destroy("3", &[]));
    refuses_versions(&place, &staging);

    make_cluster(&place, &staging, CLUSTER, "1.36", true);
    let (status, said) = destroy("3", &[]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("EKS protects azavea-staging-main from deletion"), "{said}");
    place.aws(&["eks", "delete-cluster", "--region", "us-east-1", "--name", CLUSTER]);
    make_cluster(&place, &staging, CLUSTER, "1.36", false);
    refuses_strange_nodes(&place, &state, || destroy("3", &["--skip-drain"]));
    let answering = read(&place.first("kubectl"));
    place.put_first("kubectl", "#!/bin/sh\necho refused >&2\nexit 1\n");
    forgets(&place, "-destroy", || destroy("3", &["--skip-drain"]));
    place.put_first("kubectl", &answering);
    refuse(&place, "get-resources");
    let (status, said) = destroy("3", &[]);
    assert!(
        status == 1 && said.contains("leaves behind could not be listed\nhelp: scripts/destroy --help"),
        "{said}"
    );
    assert!(!said.contains("== destroy"), "{said}");
    refuse(&place, "");

    let world = &StandIn {
        plane: &cluster,
        at_work: Mutex::default(),
        is_over: false.into(),
        refused: 0.into(),
        healed: false.into(),
        made: 0.into(),
    };
    thread::scope(|scope| {
        let _end = End(&world.is_over);
        scope.spawn(move || world.live());
        fill(&cluster, &Definitions::load(&addons));

        minds_budgets(&place);
        let before = cluster.objects();
        let (status, said) = destroy("3", &[]);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("error: applications still hold these on azavea-staging-main"), "{said}");
        for held in [
            "franklin Ingress front",
            "franklin Gateway edge",
            "franklin TargetGroupBinding own",
            "franklin PersistentVolumeClaim data",
            "franklin Service web",
        ] {
            assert!(said.contains(held), "{held}:\n{said}");
        }
        assert!(!said.contains("+ kubectl delete"), "{said}");
        assert_eq!(before, cluster.objects(), "a destroy that is refused changes nothing");

        for (late, words) in WAITS {
            let (status, said) = destroy("3", &["--with-applications"]);
            assert_eq!(status, 1, "nobody lets go of {late}:\n{said}");
            assert!(said.contains(words), "nobody lets go of {late}:\n{said}");
            let expected = if late == "persistentvolumes" { Duration::from_secs(12) } else { Duration::ZERO };
            scope.spawn(move || {
                thread::sleep(expected);
                world_of(world).insert(late);
            });
        }
        let removed = leave_behind(&place);
        let (status, said) = destroy("30", &["--with-applications"]);
        assert!(status == 1 && said.contains("would keep the network of azavea-staging-main"), "{said}");
        refuse(&place, "delete-log-group");
        let (status, said) = destroy("120", &["--with-applications", "--sweep"]);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("these are not removed: /aws/eks/azavea-staging-main/cluster\n"), "{said}");
        assert!(!said.contains("\nNext:"), "{said}");
        refuse(&place, "");
        for command in removed {
            assert!(said.contains(&format!("+ aws {command}")), "{command}:\n{said}");
        }
        assert!(said.contains("stays: aws ec2 delete-volume"), "{said}");
        let (status, said) = destroy("3", &["--sweep"]);
        assert_eq!(status, 0, "a second time:\n{said}");
        assert!(said.contains("+ aws logs delete-log-group "), "{said}");
    });

    let left = cluster.objects();
    let is_made = |object: &&String| {
        let kind = object.split(' ').next().unwrap_or_default();
        let gone = [
            "Application",
            "Ingress",
            "Gateway",
            "TargetGroupBinding",
            "NodeClaim",
            "PersistentVolume",
            "PersistentVolumeClaim",
        ];
        gone.contains(&kind) || object.ends_with("/web") || object.starts_with("NodePool /worker")
    };
    assert_eq!(left.iter().filter(is_made).collect::<Vec<_>>(), Vec::<&String>::new());
    for kept in ["NodePool /core", "Service franklin/inner", "StatefulSet nats/nats", "Node /managed-1"] {
        assert!(left.contains(kept), "{kept} in {left:?}");
    }
    assert!(world.refused.load(Ordering::Relaxed) > 0, "nobody tried to make Ingress and Gateway again");
    assert!(world.healed.load(Ordering::Relaxed), "nobody made an Application again");
}

/// An AWS that minds which groups are named in rules of others, as moto's does not, and that refuses what a file says.
const AWS: &str = r#"#!/bin/sh
for last; do :; done
case "$*" in
  'ec2 delete-security-group '*)
    query="SecurityGroupRules[?ReferencedGroupInfo.GroupId=='$last'].[SecurityGroupRuleId]"
    [ -z "$('AWS' ec2 describe-security-group-rules --region us-east-1 --output text --query "$query")" ] || { echo DependencyViolation >&2 && exit 254; }
    ;;
esac
read -r refused <'FOLDER/refused'
case "$2" in "$refused") echo AccessDenied >&2 && exit 254 ;; esac
exec 'AWS' "$@"
"#;

/// An engine for which no stack holds anything but what two files say, as this is about what Terraform does not know. What is
/// inside a cluster it cannot ask for.
const TERRAFORM: &str = r#"#!/bin/sh
inside='FOLDER/inside'
case "$*" in
  version) echo 'Terraform v1.11.4' ;;
  *services' state pull') cat 'FOLDER/state.json' ;;
  *services' state list') cat "$inside" ;;
  *services' state rm '*) for address; do grep -vxF -e "$address" "$inside" >"$inside.new"; mv "$inside.new" "$inside"; done ;;
  *services' plan '*) grep -E 'helm_release|kubernetes_' "$inside" && echo 'Kubernetes cluster unreachable' >&2 && exit 1; exit 2 ;;
  *services' apply '*) : >"$inside" ;;
esac
"#;

fn path_of(place: &Place) -> String {
    place.folder().display().to_string()
}

/// From now on AWS refuses a call.
fn refuse(place: &Place, call: &str) {
    write(&place.folder().join("refused"), &format!("{call}\n"));
}

/// What is inside a cluster that is gone, or that nobody reaches, no engine can ask for: the state forgets it, and the rest goes.
fn forgets(place: &Place, plan: &str, destroy: impl Fn() -> (i32, String)) {
    let inside = place.folder().join("inside");
    let addresses =
        ["module.services.helm_release.nats", "module.a[\"b c\"].kubernetes_storage_class_v1.gp3"];
    write(&inside, &format!("{}\nmodule.services.aws_iam_role.nats\n{}\n", addresses[0], addresses[1]));
    let (status, said) = destroy();
    assert_eq!(status, 0, "{said}");
    let forgotten = format!("state rm -lock-timeout=2m {} '{}'\n", addresses[0], addresses[1]);
    assert!(said.contains(&forgotten), "{forgotten}\n{said}");
    assert!(said.contains(&format!("services plan -input=false -lock-timeout=2m -detailed-exitcode -out=.terraform/plinth-destroy.tfplan {plan}\n")), "{said}");
    assert_eq!(read(&inside), "", "{said}");
}

/// EKS deletes no cluster that has node groups or Fargate profiles, and the state knows only its own.
fn refuses_strange_nodes(place: &Place, state: &Path, destroy: impl Fn() -> (i32, String)) {
    let of = ["--region", "us-east-1", "--cluster-name", CLUSTER, "--nodegroup-name", "by-hand"];
    let role = format!("arn:aws:iam::{ACCOUNT}:role/node");
    let made = ["eks", "create-nodegroup", "--node-role", &role, "--subnets", "subnet-1"];
    place.aws(&[&made[..], &of].concat());
    let (status, said) = destroy();
    assert!(
        status == 1 && said.contains("that its state does not, and goes only after them: by-hand\n"),
        "{said}"
    );
    assert!(!said.contains("== destroy"), "{said}");
    let attributes = json!({ "cluster_name": CLUSTER, "node_group_name": "by-hand" });
    put(state, &[&resource("aws_eks_node_group", "core", &attributes)]);
    let (status, said) = destroy();
    assert_eq!(status, 0, "{said}");
    write(state, "");
    place.aws(&[&["eks", "delete-nodegroup"], &of[..]].concat());
}

/// A resource as a state has it.
fn resource(kind: &str, name: &str, attributes: &Value) -> Value {
    let instances = json!([{ "schema_version": 0, "attributes": attributes }]);
    json!({ "mode": "managed", "type": kind, "name": name, "provider": "p", "instances": instances })
}

fn put(state: &Path, resources: &[&Value]) {
    let text = serde_json::to_string_pretty(&json!({ "version": 4, "resources": resources }));
    write(state, &text.expect("values are text"));
}

fn upgrade(place: &Place, flags: &[&str]) -> (i32, String) {
    place.run("azavea/scripts/upgrade", &[&["staging", "main", "--auto-approve"], flags].concat())
}

/// An upgrade by two versions, or back.
fn refuses_versions(place: &Place, staging: &Environment) {
    for (version, words) in [
        ("1.34", "help: set kubernetes_version = \"1.35\" in the blueprint first"),
        ("1.37", "error: these stacks do not go back from 1.37 to 1.36"),
    ] {
        make_cluster(place, staging, CLUSTER, version, true);
        let (status, said) = upgrade(place, &[]);
        assert!(status == 1 && said.contains(words), "{said}");
        place.aws(&["eks", "delete-cluster", "--region", "us-east-1", "--name", CLUSTER]);
    }
}

/// Budgets that let no pod go stop an upgrade that nobody watches.
fn minds_budgets(place: &Place) {
    let (status, said) = upgrade(place, &[]);
    assert!(status == 1 && said.contains("\n  franklin/map\n"), "{said}");
    assert!(said.contains("error: these budgets would stop the upgrade half-way"), "{said}");
    let (status, said) = upgrade(place, &["--ignore-budgets"]);
    assert!(status == 0 && said.contains("staging main tenants: nothing to change"), "{said}");
}

/// Guards that are not applied away yet; buckets and repositories that AWS would not delete, as there is something in them.
fn refuses_what_would_stop_it(place: &Place, state: &Path, destroy: impl Fn() -> (i32, String)) {
    const US: [&str; 2] = ["--region", "us-east-1"];
    const KEPT: [&str; 2] = ["azavea-staging-main-velero", "franklin/api"];
    let object = ["--bucket", KEPT[0], "--key", "backup"];
    let bucket = resource("aws_s3_bucket", "velero", &json!({ "arn": format!("arn:aws:s3:::{}", KEPT[0]) }));
    let arn = format!("arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{}", KEPT[1]);
    let repository = resource("aws_ecr_repository", "this", &json!({ "arn": arn }));
    let guard = resource("terraform_data", "protected", &json!({}));

    put(state, &[&guard, &bucket]);
    let (status, said) = destroy();
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains(
            "error: the blueprint protects staging no more, but that is not applied yet: main/services"
        ),
        "{said}"
    );
    assert!(said.contains("help: scripts/apply staging "), "{said}");

    put(state, &[&bucket, &repository]);
    let (status, said) = destroy();
    assert_eq!(status, 0, "both are gone already, though the state has them:\n{said}");
    place.aws(&[&["s3api", "create-bucket", "--bucket", KEPT[0]], &US[..]].concat());
    let versioning = ["s3api", "put-bucket-versioning", "--versioning-configuration", "Status=Enabled"];
    place.aws(&[&versioning[..], &["--bucket", KEPT[0]], &US].concat());
    place.aws(&[&["s3api", "put-object"], &object[..], &US].concat());
    place.aws(&[&["s3api", "delete-object"], &object[..], &US].concat());
    place.aws(&[&["ecr", "create-repository", "--repository-name", KEPT[1]], &US[..]].concat());
    let image = ["ecr", "put-image", "--image-tag", "1", "--image-manifest"];
    let manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:0" } });
    place.aws(&[&image[..], &[&manifest.to_string(), "--repository-name", KEPT[1]], &US].concat());
    let (status, said) = destroy();
    assert_eq!(status, 1, "{said}");
    for held in [
        "bucket azavea-staging-main-velero (environments/staging/main/services) holds \"backup\"",
        "repository franklin/api (environments/staging/main/services) holds \"sha256:",
        "help: empty them, with all versions",
    ] {
        assert!(said.contains(held), "{held}:\n{said}");
    }
    assert!(!said.contains(" plan "), "something is destroyed:\n{said}");
    write(state, "");
}

/// Puts there what a cluster's controllers leave when nobody waits for them. Returns the commands that take it away.
fn leave_behind(place: &Place) -> Vec<String> {
    let made = |arguments: &[&str], query: &str| {
        let output = ["--region", "us-east-1", "--output", "text", "--query", query];
        place.aws(&[arguments, &output].concat()).trim().to_owned()
    };
    let tagged = |kind: &str, key: &str| {
        format!(
            "ResourceType={kind},Tags=[{{Key={key},Value={CLUSTER}}},{{Key=kubernetes.io/cluster/{CLUSTER},Value=owned}},{{Key=karpenter.sh/nodepool,Value=worker}}]"
        )
    };
    let subnet = made(&["ec2", "describe-subnets"], "Subnets[0].SubnetId");
    let vpc = made(&["ec2", "describe-subnets"], "Subnets[0].VpcId");
    let others = made(&["ec2", "describe-subnets"], "Subnets[1].SubnetId");
    let instance = made(
        &[
            "ec2",
            "run-instances",
            "--image-id",
            "ami-12c6146b",
            "--subnet-id",
            &subnet,
            "--tag-specifications",
            &tagged("instance", "Cluster"),
        ],
        "Instances[0].InstanceId",
    );
    let group =
        ["ec2", "create-security-group", "--group-name", "k8s-elb-a", "--description", "a", "--vpc-id", &vpc];
    let tag = tagged("security-group", "elbv2.k8s.aws/cluster");
    let group = made(&[&group[..], &["--tag-specifications", &tag]].concat(), "GroupId");
    // EKS' own group: a rule there names it, as the in-tree controller has left it.
    let own = [
        "ec2",
        "create-security-group",
        "--group-name",
        "eks-cluster-sg",
        "--description",
        "a",
        "--vpc-id",
        &vpc,
    ];
    let own = made(&own, "GroupId");
    let rule = |way: &str| {
        let call = format!("authorize-security-group-{way}");
        let pairs = format!("IpProtocol=tcp,FromPort=80,ToPort=80,UserIdGroupPairs=[{{GroupId={group}}}]");
        let arguments = ["ec2", &call, "--group-id", &own, "--ip-permissions", &pairs];
        made(&arguments, "SecurityGroupRules[0].SecurityGroupRuleId")
    };
    let rules = ["ingress", "egress"].map(|way| {
        let rule = rule(way);
        format!("ec2 revoke-security-group-{way} --region us-east-1 --group-id {own} --security-group-rule-ids {rule}")
    });
    let interface = ["ec2", "create-network-interface", "--subnet-id", &subnet, "--tag-specifications"];
    let tag = tagged("network-interface", "cluster.k8s.amazonaws.com/name");
    let interface = made(&[&interface[..], &[&tag]].concat(), "NetworkInterface.NetworkInterfaceId");
    let volume =
        ["ec2", "create-volume", "--availability-zone", "us-east-1a", "--size", "1", "--tag-specifications"];
    made(&[&volume[..], &[&tagged("volume", "Cluster")]].concat(), "VolumeId");
    let balancer =
        ["elbv2", "create-load-balancer", "--name", "web", "--subnets", &subnet, &others, "--tags"];
    let tag = format!("Key=elbv2.k8s.aws/cluster,Value={CLUSTER}");
    let balancer = made(&[&balancer[..], &[&tag]].concat(), "LoadBalancers[0].LoadBalancerArn");
    let name = format!("/aws/eks/{CLUSTER}/cluster");
    place.aws(&["logs", "create-log-group", "--region", "us-east-1", "--log-group-name", &name]);
    let [ingress, egress] = rules;
    vec![
        ingress,
        egress,
        format!("ec2 terminate-instances --region us-east-1 --instance-ids {instance}"),
        format!("elbv2 delete-load-balancer --region us-east-1 --load-balancer-arn {balancer}"),
        format!("ec2 delete-network-interface --region us-east-1 --network-interface-id {interface}"),
        format!("ec2 delete-security-group --region us-east-1 --group-id {group}"),
        format!("logs delete-log-group --region us-east-1 --log-group-name {name}"),
    ]
}

/// Ends the stand-ins, also when the test fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn world_of<'w>(world: &'w StandIn<'_>) -> std::sync::MutexGuard<'w, BTreeSet<&'static str>> {
    world.at_work.lock().expect("no stand-in panics")
}

/// The controllers, the scheduler and the kubelets that a control plane without nodes lacks.
struct StandIn<'p> {
    plane: &'p ControlPlane,
    /// Kinds of which somebody lets go.
    at_work: Mutex<BTreeSet<&'static str>>,
    is_over: AtomicBool,
    /// How often an Ingress or a Gateway was refused to whoever keeps it as Git has it.
    refused: AtomicUsize,
    /// Whether an Application was made again by the one that it belongs to.
    healed: AtomicBool,
    /// How often.
    made: AtomicUsize,
}

impl StandIn<'_> {
    fn live(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            self.round();
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn round(&self) {
        let list = |path: &str| -> Vec<Value> {
            let answer = self.plane.request("GET", path, None);
            answer.body["items"].as_array().cloned().unwrap_or_default()
        };
        let at_work = world_of(self).clone();
        let goes = |object: &Value| !object["metadata"]["deletionTimestamp"].is_null();
        let name = |object: &Value| object["metadata"]["name"].as_str().expect("a name").to_owned();
        let namespace = |object: &Value| object["metadata"]["namespace"].as_str().expect("one").to_owned();
        let pods = list("/api/v1/pods");
        let claims = list("/api/v1/persistentvolumeclaims");

        // Who made something in AWS takes it away, then the finalizer.
        let kinds = [
            ("gateways", "/apis/gateway.networking.k8s.io/v1"),
            ("targetgroupbindings", "/apis/elbv2.k8s.aws/v1beta1"),
            ("ingresses", "/apis/networking.k8s.io/v1"),
            ("services", "/api/v1"),
        ];
        for (kind, group) in kinds.iter().filter(|(kind, _)| at_work.contains(kind)) {
            for object in list(&format!("{group}/{kind}")).iter().filter(|object| goes(object)) {
                let path = format!("{group}/namespaces/{}/{kind}/{}", namespace(object), name(object));
                self.plane.merge(&path, &json!({ "metadata": { "finalizers": null } }));
            }
        }
        // Argo CD: what an Application is to deploy is there, also when that is another one, in a namespace of its own; once
        // when it is at work, else again and again.
        for parent in list("/apis/argoproj.io/v1alpha1/applications").iter().filter(|it| goes(it)) {
            if !at_work.contains("applications") || !self.healed.swap(true, Ordering::Relaxed) {
                let to = format!("again-{}", self.made.fetch_add(1, Ordering::Relaxed));
                let metadata = json!({ "name": to });
                let space = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
                self.plane.request("POST", "/api/v1/namespaces", Some(&space));
                let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{to}/applications");
                self.plane.request("POST", &path, Some(&application_of_argo("child", &json!([FINALIZER]))));
            }
            let path = format!(
                "/apis/argoproj.io/v1alpha1/namespaces/{}/applications/{}",
                namespace(parent),
                name(parent)
            );
            self.plane.merge(&path, &json!({ "metadata": { "finalizers": null } }));
        }
        // Kubelets: a pod has ended.
        for pod in pods.iter().filter(|pod| goes(pod) && at_work.contains("pods")) {
            let path = format!("/api/v1/namespaces/{}/pods/{}", namespace(pod), name(pod));
            self.plane.request("DELETE", &path, Some(&json!({ "gracePeriodSeconds": 0 })));
        }
        // Karpenter: a node goes when its pods have.
        for claim in list(NODE_CLAIMS).iter().filter(|claim| goes(claim) && at_work.contains("nodeclaims")) {
            let node = name(claim);
            if pods.iter().all(|pod| pod["spec"]["nodeName"] != node.as_str()) {
                self.plane
                    .merge(&format!("{NODE_CLAIMS}/{node}"), &json!({ "metadata": { "finalizers": null } }));
                self.plane.request("DELETE", &format!("/api/v1/nodes/{node}"), None);
            }
        }
        // The storage driver: a volume for each claim, gone after its claim.
        for claim in claims.iter().filter(|claim| claim["status"]["phase"] == "Pending" && !goes(claim)) {
            self.plane.request("POST", "/api/v1/persistentvolumes", Some(&volume(claim)));
        }
        let volumes = list("/api/v1/persistentvolumes");
        let released = volumes.iter().filter(|volume| volume["status"]["phase"] == "Released");
        for volume in released.filter(|_| at_work.contains("persistentvolumes")) {
            self.plane.request("DELETE", &format!("/api/v1/persistentvolumes/{}", name(volume)), None);
        }
        // The scheduler: pods whose claims are there, and stay.
        let is_bound = |pod: &Value, wanted: &Value| {
            claims.iter().any(|claim| {
                namespace(claim) == namespace(pod)
                    && claim["metadata"]["name"] == *wanted
                    && claim["status"]["phase"] == "Bound"
                    && !goes(claim)
            })
        };
        for pod in pods.iter().filter(|pod| pod["spec"]["nodeName"].is_null()) {
            let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
            let mut wanted = volumes.filter_map(|volume| volume["persistentVolumeClaim"].get("claimName"));
            if wanted.all(|wanted| is_bound(pod, wanted)) {
                let binding = json!({
                    "apiVersion": "v1",
                    "kind": "Binding",
                    "metadata": { "name": name(pod) },
                    "target": { "apiVersion": "v1", "kind": "Node", "name": "managed-1" },
                });
                let path = format!("/api/v1/namespaces/{}/pods/{}/binding", namespace(pod), name(pod));
                self.plane.request("POST", &path, Some(&binding));
            }
        }
        // Who keeps everything as Git has it.
        for (kind, path, object) in [("ingresses", INGRESSES, ingress()), ("gateways", GATEWAYS, gateway())] {
            if at_work.contains(kind) && list(path).is_empty() {
                let answer = self.plane.request("POST", path, Some(&object));
                let is_refused =
                    answer.status == 403 && answer.body["message"].to_string().contains("plinth-destroy");
                assert!(is_refused, "there again: {}", answer.body);
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Puts a cluster's daily life there, and waits until it has settled.
fn fill(plane: &ControlPlane, definitions: &Definitions) {
    let karpenter = json!({
        "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" },
        "requirements": [{ "key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"] }],
    });
    let pool = |name: &str| {
        json!({
            "apiVersion": "karpenter.sh/v1",
            "kind": "NodePool",
            "metadata": { "name": name },
            "spec": { "template": { "metadata": { "labels": { "node-type": name } }, "spec": karpenter } },
        })
    };
    let binding = json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": { "name": "own", "namespace": "franklin", "finalizers": ["elbv2.k8s.aws/resources"] },
        "spec": {
            "targetGroupARN": "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/own/0123456789abcdef",
            "serviceRef": { "name": "web", "port": 80 },
        },
    });
    let claim_kind = json!({ "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim" });
    plane.apply("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &applications_of_argo());
    plane.know(definitions, &[pool("worker"), claim_kind, binding.clone(), gateway()]);

    for (name, labels) in
        [("franklin", json!({ "Application": "franklin", "Team": "maps" })), ("nats", json!({}))]
    {
        let metadata = json!({ "name": name, "labels": labels });
        plane.apply(
            "/api/v1/namespaces",
            &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }),
        );
    }
    for (name, node_type, owner) in
        [("core-1", "core", None), ("managed-1", "worker", None), ("spot-1", "worker", Some("worker"))]
    {
        let mut labels = json!({ "node-type": node_type });
        if let Some(owner) = owner {
            labels["karpenter.sh/nodepool"] = owner.into();
        }
        let metadata = json!({ "name": name, "labels": labels });
        plane.apply("/api/v1/nodes", &json!({ "apiVersion": "v1", "kind": "Node", "metadata": metadata }));
    }
    for name in ["core", "worker"] {
        plane.apply("/apis/karpenter.sh/v1/nodepools", &pool(name));
    }
    let worker = plane.get("/apis/karpenter.sh/v1/nodepools/worker");
    plane.apply(
        NODE_CLAIMS,
        &json!({
            "apiVersion": "karpenter.sh/v1",
            "kind": "NodeClaim",
            "metadata": {
                "name": "spot-1",
                "labels": { "node-type": "worker", "karpenter.sh/nodepool": "worker" },
                "finalizers": ["karpenter.sh/termination"],
                "ownerReferences": [{
                    "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "name": "worker",
                    "uid": worker["metadata"]["uid"], "blockOwnerDeletion": true,
                }],
            },
            "spec": karpenter,
        }),
    );
    plane.apply(
        "/apis/storage.k8s.io/v1/storageclasses",
        &json!({
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": { "name": "gp3" },
            "provisioner": "ebs.csi.aws.com",
        }),
    );
    for (name, finalizers) in [("root", json!([FINALIZER])), ("child", json!([]))] {
        plane.apply(APPLICATIONS, &application_of_argo(name, &finalizers));
    }
    application(plane, &binding);
    system_service(plane);
    crate::control_plane::wait("the cluster has not settled", || {
        let pods = plane.get("/api/v1/pods");
        let pods = pods["items"].as_array().expect("a list");
        let bound = pods.iter().filter(|pod| pod["spec"]["nodeName"].is_string()).count();
        let budget = plane.get("/apis/policy/v1/namespaces/franklin/poddisruptionbudgets/map");
        let is_settled = bound == 3 && budget["status"]["expectedPods"] == 2;
        (!is_settled).then(|| format!("{bound} pods have a node; {}", budget["status"])).into_iter().collect()
    });
}

/// What an application has: load balancers, a pod with a claim on a managed node, one that a budget keeps on a spot node.
fn application(plane: &ControlPlane, binding: &Value) {
    plane.apply("/apis/elbv2.k8s.aws/v1beta1/namespaces/franklin/targetgroupbindings", binding);
    plane.apply(INGRESSES, &ingress());
    plane.apply(GATEWAYS, &gateway());
    for (name, kind, finalizers) in
        [("web", "LoadBalancer", json!(["service.k8s.aws/resources"])), ("inner", "ClusterIP", json!([]))]
    {
        plane.apply(
            "/api/v1/namespaces/franklin/services",
            &json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": { "name": name, "finalizers": finalizers },
                "spec": { "type": kind, "ports": [{ "port": 80 }], "selector": { "app": "map" } },
            }),
        );
    }
    plane.apply(
        "/api/v1/namespaces/franklin/persistentvolumeclaims",
        &json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "data" }, "spec": claim() }),
    );
    for (name, node, volumes) in [
        ("db", "managed-1", json!([{ "name": "data", "persistentVolumeClaim": { "claimName": "data" } }])),
        ("map", "spot-1", json!([])),
    ] {
        plane.apply(
            "/api/v1/namespaces/franklin/pods",
            &json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": { "name": name, "labels": { "app": "map" } },
                "spec": { "nodeName": node, "containers": [{ "name": "main", "image": "main" }], "volumes": volumes },
            }),
        );
    }
    plane.apply(
        "/apis/policy/v1/namespaces/franklin/poddisruptionbudgets",
        &json!({
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": { "name": "map" },
            "spec": { "minAvailable": 1, "selector": { "matchLabels": { "app": "map" } } },
        }),
    );
}

/// Argo CD's kind, as far as it matters here: its chart has the definition among its templates.
fn applications_of_argo() -> Value {
    let schema =
        json!({ "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": "applications.argoproj.io" },
        "spec": {
            "group": "argoproj.io",
            "names": { "kind": "Application", "plural": "applications" },
            "scope": "Namespaced",
            "versions": [{ "name": "v1alpha1", "served": true, "storage": true, "schema": schema }],
        },
    })
}

/// What Argo CD keeps as Git has it.
fn application_of_argo(name: &str, finalizers: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": name, "finalizers": finalizers },
        "spec": {
            "project": "default",
            "source": { "repoURL": "https://example.com/git" },
            "destination": { "name": "in-cluster" },
            "syncPolicy": { "automated": { "selfHeal": true } },
        },
    })
}

/// A system service, whose controller makes pod and claim again.
fn system_service(plane: &ControlPlane) {
    plane.apply(
        "/apis/apps/v1/namespaces/nats/statefulsets",
        &json!({
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": { "name": "nats" },
            "spec": {
                "serviceName": "nats",
                "selector": { "matchLabels": { "app": "nats" } },
                "template": {
                    "metadata": { "labels": { "app": "nats" } },
                    "spec": { "containers": [{ "name": "main", "image": "main" }] },
                },
                "volumeClaimTemplates": [{ "metadata": { "name": "data" }, "spec": claim() }],
            },
        }),
    );
}

fn claim() -> Value {
    json!({
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "gp3",
        "resources": { "requests": { "storage": "1Gi" } },
    })
}

fn ingress() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": "front", "finalizers": ["ingress.k8s.aws/resources"] },
        "spec": { "defaultBackend": { "service": { "name": "web", "port": { "number": 80 } } } },
    })
}

fn gateway() -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": { "name": "edge", "finalizers": ["gateway.k8s.aws/alb"] },
        "spec": { "gatewayClassName": "alb", "listeners": [{ "name": "http", "port": 80, "protocol": "HTTP" }] },
    })
}

/// The volume that a storage driver makes for a claim.
fn volume(claim: &Value) -> Value {
    let id = format!("pvc-{}", claim["metadata"]["uid"].as_str().expect("an id"));
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": { "name": id, "annotations": { "pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com" } },
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": claim["spec"]["resources"]["requests"],
            "storageClassName": "gp3",
            "persistentVolumeReclaimPolicy": "Delete",
            "csi": { "driver": "ebs.csi.aws.com", "volumeHandle": id },
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": claim["metadata"]["namespace"],
                "name": claim["metadata"]["name"],
                "uid": claim["metadata"]["uid"],
            },
        },
    })
}
