//! A fresh account, bootstrapped by the generated script: real AWS CLI and real S3 backend against moto, stand-in
//! providers for the resources.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::tree;

const BUCKET: &str = "minimal-dev-123456789012-terraform-state";

/// The account of the committed blueprint, to which moto takes who assumes a role of it.
const OTHER_ACCOUNT: &str = "111111111111";
const OTHER_BUCKET: &str = "minimal-dev-111111111111-terraform-state";

/// What `scripts/bootstrap` changes, in its order.
const STEPS: [&str; 7] = [
    "create-bucket",
    "put-public-access-block",
    "put-bucket-versioning",
    "create-key",
    "create-alias",
    "put-bucket-encryption",
    "create-service-linked-role",
];

#[test]
fn a_fresh_account_is_bootstrapped_twice() {
    let Some(place) = Place::new("scripts/bootstrap") else { return };
    place.generate("minimal", |blueprint| blueprint.replace(OTHER_ACCOUNT, ACCOUNT));
    place.make_world("minimal", &place.environment("minimal", "dev"));

    for step in STEPS {
        kill_behind(&place, step);
    }
    place.take_away("aws");
    let first = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(first.contains("3 to import"), "the first run adopts bucket, key and alias:\n{first}");
    for made in ["create-bucket", "create-key", "create-alias", "create-service-linked-role"] {
        assert!(!first.contains(made), "{made}, though it was there:\n{first}");
    }
    let count = |arguments: &[&str]| {
        place
            .aws(&[arguments, &["--region", "us-east-1", "--output", "text"]].concat())
            .split_whitespace()
            .count()
    };
    assert_eq!(count(&["s3api", "list-buckets", "--query", "Buckets[].Name"]), 1, "buckets");
    assert_eq!(count(&["kms", "list-keys", "--query", "Keys[].KeyId"]), 1, "keys");
    let second = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(
        second.contains("dev - state: nothing to change"),
        "the second run finds all as it should be:\n{second}"
    );

    // A14: without `kms_key_id` in the backend, S3 would be asked for AES256, whatever the bucket's default is.
    let state = ["--bucket", BUCKET, "--key", "state/terraform.tfstate"];
    let head = place.aws(&[&["s3api", "head-object"], &state[..]].concat());
    assert!(head.contains("\"ServerSideEncryption\": \"aws:kms\""), "{head}");
    assert!(head.contains("alias/minimal-dev-terraform-state"), "{head}");
    let versions = place.aws(&["s3api", "get-bucket-versioning", "--bucket", BUCKET]);
    assert!(versions.contains("Enabled"), "{versions}");

    refuses_while_another_applies(&place);
    let objects = ["s3api", "list-objects-v2", "--bucket", BUCKET, "--query", "Contents[].Key"];
    let objects = place.aws(&[&objects[..], &["--output", "text"]].concat());
    assert_eq!(objects.trim(), "state/terraform.tfstate", "the lock is gone, and nothing else is there");
    let versions = ["s3api", "list-object-versions", "--prefix", "state/", "--query", "Versions[].VersionId"];
    assert!(count(&[&versions[..], &["--bucket", BUCKET]].concat()) > 1, "old states are kept");
}

/// Runs the script until it has made a step, and kills it and all that it started there and then.
fn kill_behind(place: &Place, step: &str) {
    // Its own process group: 0 is the script, and what it runs.
    let killer = format!(
        "#!/bin/sh\n{} \"$@\" || exit\n[ \"$2\" != {step} ] || kill -KILL 0\n",
        place.aws_path().display()
    );
    place.put_first("aws", &killer);
    let script = place.folder().join("minimal/scripts/bootstrap");
    let mut command = place.command(&script, &["dev", "--auto-approve"]);
    let output = command.process_group(0).output().expect("the script runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), None, "killed behind {step}:\n{said}");
    assert!(said.contains(step), "killed before {step}:\n{said}");
}

/// An apply that asks holds the lock meanwhile; another one says so, and how to get rid of a lock that nobody holds.
fn refuses_while_another_applies(place: &Place) {
    let folder = place.folder().join("minimal/environments/dev/state");
    let [terraform] = judge::required("terraform", ["terraform"]).expect("the place has it");
    let mut other =
        place.command(&terraform, &["apply", "-no-color", "-replace=aws_s3_bucket_versioning.state"]);
    let other = other.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().expect("terraform runs");
    let mut lines = BufReader::new(other.stdout.take().expect("piped")).lines();
    assert!(lines.any(|line| line.expect("text").contains("Do you want to perform")), "it asks");
    let arguments = ["dev", "-", "state", "--auto-approve", "--", "-lock-timeout=1s"];
    let (status, said) = place.run("minimal/scripts/apply", &arguments);
    assert_ne!(status, 0, "two applies at once:\n{said}");
    assert!(said.contains("Error acquiring the state lock"), "{said}");
    assert!(said.contains("-chdir=environments/dev/state force-unlock ID"), "{said}");
    drop(other.stdin.take());
    other.wait().expect("terraform ends");
}

/// The caller's account holds nothing afterwards: the AWS CLI acted as the deploy role, and so did the engine.
#[test]
fn an_account_is_bootstrapped_from_the_delivery_account() {
    let Some(place) = Place::new("scripts/bootstrap from a delivery account") else { return };
    place.generate("minimal", |blueprint| format!("{blueprint}\n[delivery]\naccount = \"{ACCOUNT}\"\n"));
    place.make_world("minimal", &place.environment("minimal", "dev"));

    let first = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(first.contains("3 to import"), "the first run adopts bucket, key and alias:\n{first}");
    let second = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(second.contains("dev - state: nothing to change"), "{second}");

    let buckets = ["s3api", "list-buckets", "--query", "Buckets[].Name", "--output", "text"];
    assert_eq!(place.aws(&buckets).trim(), "", "the delivery account got a bucket");
    let credentials = place.assume(&format!("arn:aws:iam::{OTHER_ACCOUNT}:role/terraform"));
    assert_eq!(
        place.aws_as(&credentials, &buckets).trim(),
        OTHER_BUCKET,
        "the environment's account has one"
    );
}

#[test]
fn scripts_refuse_the_wrong_account() {
    let Some(place) = Place::new("scripts/plan in a wrong account") else { return };
    tree::copy(&tree::generated("azavea"), &place.folder().join("azavea"));
    let calls: [&[&str]; 6] = [
        &["plan", "staging"],
        &["apply", "staging"],
        &["bootstrap", "staging"],
        &["connect", "staging"],
        &["destroy", "staging"],
        &["upgrade", "staging", "main"],
    ];
    for call in calls {
        let (status, said) = place.run(&format!("azavea/scripts/{}", call[0]), &call[1..]);
        assert_ne!(status, 0, "scripts/{}:\n{said}", call[0]);
        let sentence =
            format!("wrong AWS account: staging is 111111111111, your credentials are for {ACCOUNT}");
        assert!(said.contains(&sentence), "scripts/{}:\n{said}", call[0]);
    }
}
