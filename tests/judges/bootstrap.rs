//! A fresh account, bootstrapped by the generated script: real AWS CLI and real S3 backend against moto, stand-in
//! providers for the resources.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::engine::ONE_THREAD;
use crate::judge;
use crate::tree::{self, read, write};

/// The account that moto says it is.
const ACCOUNT: &str = "123456789012";
const BUCKET: &str = "minimal-dev-123456789012-terraform-state";

/// The account of the committed blueprint, to which moto takes who assumes a role of it.
const OTHER_ACCOUNT: &str = "111111111111";
const OTHER_BUCKET: &str = "minimal-dev-111111111111-terraform-state";

#[test]
fn a_fresh_account_is_bootstrapped_twice() {
    let judges = judge::required("scripts/bootstrap", ["offline", "terraform", "aws", "moto_front.py"]);
    let Some([offline, terraform, aws, moto]) = judges else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Place { folder: folder.path().to_owned(), offline, terraform, aws, moto: Moto::start(&moto) };
    place.generate("minimal", |blueprint| blueprint.replace(OTHER_ACCOUNT, ACCOUNT));
    place.make_world(ACCOUNT, BUCKET);

    let first = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(first.contains("3 to import"), "the first run adopts bucket, key and alias:\n{first}");
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
    let objects = place.aws(&[
        "s3api",
        "list-objects-v2",
        "--bucket",
        BUCKET,
        "--query",
        "Contents[].Key",
        "--output",
        "text",
    ]);
    assert_eq!(objects.trim(), "state/terraform.tfstate", "the lock is gone, and nothing else is there");
    let versions = place.aws(&["s3api", "get-bucket-versioning", "--bucket", BUCKET]);
    assert!(versions.contains("Enabled"), "{versions}");
}

/// The caller's account holds nothing afterwards: the AWS CLI acted as the deploy role, and so did the engine.
#[test]
fn an_account_is_bootstrapped_from_the_delivery_account() {
    let judges = judge::required(
        "scripts/bootstrap from a delivery account",
        ["offline", "terraform", "aws", "moto_front.py"],
    );
    let Some([offline, terraform, aws, moto]) = judges else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Place { folder: folder.path().to_owned(), offline, terraform, aws, moto: Moto::start(&moto) };
    place.generate("minimal", |blueprint| format!("{blueprint}\n[delivery]\naccount = \"{ACCOUNT}\"\n"));
    place.make_world(OTHER_ACCOUNT, OTHER_BUCKET);

    let first = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(first.contains("3 to import"), "the first run adopts bucket, key and alias:\n{first}");
    let second = place.script("minimal/scripts/bootstrap", &["dev", "--auto-approve"]);
    assert!(second.contains("dev - state: nothing to change"), "{second}");

    let buckets = ["s3api", "list-buckets", "--query", "Buckets[].Name", "--output", "text"];
    assert_eq!(place.aws(&buckets).trim(), "", "the delivery account got a bucket");
    let role = format!("arn:aws:iam::{OTHER_ACCOUNT}:role/terraform");
    let session = place.aws(&[
        "sts",
        "assume-role",
        "--region",
        "us-east-1",
        "--role-arn",
        &role,
        "--role-session-name",
        "test",
        "--query",
        "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]",
        "--output",
        "text",
    ]);
    let session: Vec<&str> = session.split_whitespace().collect();
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    let credentials: Vec<(&str, &str)> = names.into_iter().zip(session).collect();
    assert_eq!(
        place.aws_as(&credentials, &buckets).trim(),
        OTHER_BUCKET,
        "the environment's account has one"
    );
}

#[test]
fn scripts_refuse_the_wrong_account() {
    let judges =
        judge::required("scripts/plan in a wrong account", ["offline", "terraform", "aws", "moto_front.py"]);
    let Some([offline, terraform, aws, moto]) = judges else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Place { folder: folder.path().to_owned(), offline, terraform, aws, moto: Moto::start(&moto) };
    tree::copy(&tree::generated("azavea"), &place.folder.join("azavea"));
    for script in ["plan", "apply", "bootstrap", "connect"] {
        let (status, said) = place.run(&format!("azavea/scripts/{script}"), &["staging"]);
        assert_ne!(status, 0, "scripts/{script}:\n{said}");
        let sentence =
            format!("wrong AWS account: staging is 111111111111, your credentials are for {ACCOUNT}");
        assert!(said.contains(&sentence), "scripts/{script}:\n{said}");
    }
}

/// A moto server on loopback; it ends with the test.
struct Moto {
    server: Child,
    port: u16,
}

impl Moto {
    fn start(server: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let server = Command::new(server)
            .arg(port.to_string())
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let moto = Self { server, port };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return moto;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("moto does not answer on port {port}");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

struct Place {
    folder: PathBuf,
    offline: PathBuf,
    terraform: PathBuf,
    aws: PathBuf,
    moto: Moto,
}

impl Place {
    /// Generates a committed blueprint, edited.
    fn generate(&self, name: &str, edit: impl FnOnce(String) -> String) {
        let blueprint = read(&tree::repository().join(format!("blueprints/{name}.toml")));
        let here = self.folder.join(format!("{name}.toml"));
        write(&here, &edit(blueprint));
        let status = Command::new(env!("CARGO_BIN_EXE_plinth"))
            .args(["generate", &here.to_string_lossy(), "--out", &self.folder.join(name).to_string_lossy()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("plinth runs");
        assert!(status.success());
    }

    /// The stand-in provider looks for what is to be imported in its world, not in moto: it is put there, too.
    fn make_world(&self, account: &str, bucket: &str) {
        let root = self.folder.join("bootstrap");
        tree::copy(&tree::repository().join("tests/judges/fixtures/bootstrap"), &root);
        let variables = serde_json::json!({
            "account": account,
            "region": "us-east-1",
            "partition": "aws",
            "roles": { "terraform": "/" },
            "bucket": bucket,
            "key_alias": "alias/minimal-dev-terraform-state",
        });
        write(&root.join("terraform.tfvars.json"), &variables.to_string());
        for arguments in [&["init", "-input=false"][..], &["apply", "-input=false", "-auto-approve"][..]] {
            let mut command = Command::new(&self.offline);
            command.arg(&self.terraform).args(arguments).current_dir(&root);
            command.env(ONE_THREAD.0, ONE_THREAD.1);
            let output = command.env("STANDIN_WORLD", self.world()).output().expect("terraform runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    fn world(&self) -> PathBuf {
        self.folder.join("world.json")
    }

    /// Runs a script and returns what it said.
    fn script(&self, path: &str, arguments: &[&str]) -> String {
        let (status, said) = self.run(path, arguments);
        assert_eq!(status, 0, "{path} {}:\n{said}", arguments.join(" "));
        said
    }

    fn run(&self, path: &str, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(&self.offline);
        command.arg(self.folder.join(path)).args(arguments);
        self.environment(&mut command);
        command
            .env(ONE_THREAD.0, ONE_THREAD.1)
            .env("OFFLINE_S3", self.endpoint())
            .env("STANDIN_WORLD", self.world())
            .env("STANDIN_ACCOUNT", ACCOUNT);
        let output = command.stdin(Stdio::null()).output().expect("the script runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), without_colour(&String::from_utf8_lossy(&said)))
    }

    fn aws(&self, arguments: &[&str]) -> String {
        self.aws_as(&[], arguments)
    }

    fn aws_as(&self, credentials: &[(&str, &str)], arguments: &[&str]) -> String {
        let mut command = Command::new(&self.aws);
        command.args(arguments);
        self.environment(&mut command);
        command.envs(credentials.iter().copied());
        let output = command.stdin(Stdio::null()).output().expect("the AWS CLI runs");
        assert!(
            output.status.success(),
            "aws {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.moto.port)
    }

    fn environment(&self, command: &mut Command) {
        let own = [&self.aws, &self.terraform]
            .map(|judge| judge.parent().expect("a file lies in a folder").to_owned());
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths(own.into_iter().chain(std::env::split_paths(&inherited))).expect("folders");
        command
            .env("PATH", path)
            // Not HOME: `offline` keeps what it built there.
            .env("AWS_CONFIG_FILE", self.folder.join("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder.join("credentials"))
            .env("KUBECONFIG", self.folder.join("kubeconfig"))
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1");
    }
}

/// Takes terminal colours out.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}
