//! A fresh account, bootstrapped by the generated script: real AWS CLI and real S3 backend against moto, stand-in
//! providers for the resources.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use crate::judge;
use crate::place::{ACCOUNT, Place};
use crate::tree::{self, read, write};

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

    refuses_another_region(&place);
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

/// A tree that says another region than its bucket is in, as plinth does not let one be.
fn refuses_another_region(place: &Place) {
    let lib = place.folder().join("minimal/scripts/lib.sh");
    let right = read(&lib);
    let wrong = right.replace(&format!("{ACCOUNT} us-east-1 "), &format!("{ACCOUNT} eu-west-1 "));
    assert_ne!(wrong, right, "the table has the region");
    write(&lib, &wrong);
    let (status, said) = place.run("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    let sentence = format!("error: bucket {BUCKET} is in us-east-1, and never moves to eu-west-1");
    assert!(status == 1 && said.contains(&sentence) && !said.contains("put-"), "{said}");
    write(&lib, &right);
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

/// The caller's account holds nothing afterwards: the AWS CLI acted as the deploy role, and so did the engine. That is OpenTofu,
/// with lock files, and a plan that is kept and applied.
#[test]
fn an_account_is_bootstrapped_from_the_delivery_account() {
    let what = "scripts/bootstrap from a delivery account, with OpenTofu";
    let Some(place) = Place::new(what) else { return };
    let Some([tofu]) = judge::required(what, ["tofu"]) else { return };
    place.put_first("tofu", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", tofu.display()));
    let more = format!("\n[terraform]\nengine = \"opentofu\"\n\n[delivery]\naccount = \"{ACCOUNT}\"\n");
    place.generate("minimal", |blueprint| blueprint + &more);
    place.make_world("minimal", &place.environment("minimal", "dev"));

    let mirror = format!("-fs-mirror={}", place.mirror_for_all_platforms().display());
    let said = place.script("minimal/scripts/lock-providers", &["--", &mirror]);
    let locks = ["state", "main/cluster", "main/services"]
        .map(|stack| format!("environments/dev/{stack}/.terraform.lock.hcl"));
    for lock in &locks {
        assert!(said.contains(&format!("\n  {lock}\n")), "{said}");
        let lock = read(&place.folder().join("minimal").join(lock));
        assert!(lock.contains("provider \"registry.opentofu.org/hashicorp/aws\""), "{lock}");
    }
    let first = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(first.contains("3 to import"), "the first run adopts bucket, key and alias:\n{first}");
    let second = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(second.contains("dev - state: nothing to change"), "{second}");
    assert!(second.contains(" -lockfile=readonly") && !second.contains("note:"), "{second}");

    let replace = ["dev", "-", "state", "--", "-replace=aws_s3_bucket_versioning.state"];
    let planned = place.script("minimal/scripts/plan", &replace);
    assert!(planned.contains("Next: scripts/apply dev - state --saved"), "{planned}");
    let saved = ["dev", "-", "state", "--saved", "--auto-approve"];
    let applied = place.script("minimal/scripts/apply", &saved);
    assert!(applied.contains("1 added, 0 changed, 1 destroyed"), "{applied}");
    let (status, said) = place.run("minimal/scripts/apply", &saved);
    assert!(status == 1 && said.contains("error: no plan of dev - state is saved"), "{said}");

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
