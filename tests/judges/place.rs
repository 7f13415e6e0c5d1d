//! Somewhere to run the generated scripts for real: accounts of moto's server, the AWS CLI, the S3 backend. The resources
//! themselves are of the stand-in providers.

use std::ffi::OsString;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use walkdir::WalkDir;

use crate::engine::ONE_THREAD;
use crate::judge;
use crate::tree::{self, read, write};
use crate::world::{self, Environment};

/// The account that moto says the caller is in.
pub const ACCOUNT: &str = "123456789012";

/// A folder with trees, a moto server and what scripts find on `PATH`.
pub struct Place {
    offline: PathBuf,
    terraform: PathBuf,
    aws: PathBuf,
    moto: Moto,
    folder: TempDir,
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

impl Place {
    pub fn new(what: &str) -> Option<Self> {
        let [offline, terraform, aws, moto] =
            judge::required(what, ["offline", "terraform", "aws", "moto_front.py"])?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("bin")).expect("a folder can be made");
        Some(Self { offline, terraform, aws, moto: Moto::start(&moto), folder })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Generates a committed blueprint, edited; with the versions that it locks.
    pub fn generate(&self, name: &str, edit: impl FnOnce(String) -> String) {
        let blueprints = tree::repository().join("blueprints");
        let blueprint = read(&blueprints.join(format!("{name}.toml")));
        let here = self.folder().join(format!("{name}.toml"));
        write(&here, &edit(blueprint));
        write(&self.folder().join("plinth.lock"), &read(&blueprints.join("plinth.lock")));
        tree::generate(&here, &self.folder().join(name));
    }

    /// Returns an environment of a tree.
    pub fn environment(&self, tree: &str, name: &str) -> Environment {
        let mut all = world::environments(&self.folder().join(tree)).into_iter();
        all.find(|environment| environment.name == name).expect("an environment of the tree")
    }

    /// Makes what an environment takes for granted; and what its bootstrap will make, since the stand-in provider looks for
    /// what is to be imported in its world, not in moto.
    pub fn make_world(&self, tree: &str, environment: &Environment) {
        let tree = self.folder().join(tree);
        let root = self.folder().join(environment.bootstrap());
        world::write_bootstrap(&tree, environment, &root);
        self.apply_by_hand(&root);
        world::give_zones_their_ids(&tree, environment, &[self.world(), root.join("terraform.tfstate")]);
        for cluster in environment.roots.iter().filter(|root| root.ends_with("/cluster")) {
            let owner = self.folder().join("owner").join(cluster);
            if let Some(ids) = world::write_owner(&tree, environment, cluster, &owner) {
                self.apply_by_hand(&owner);
                let outputs = self.engine_by_hand(&owner, &["output", "-json"]);
                ids.give(&outputs, &[self.world(), owner.join("terraform.tfstate")]);
            }
        }
    }

    fn apply_by_hand(&self, root: &Path) {
        self.engine_by_hand(root, &["init", "-input=false"]);
        self.engine_by_hand(root, &["apply", "-input=false", "-auto-approve"]);
    }

    /// Runs the engine in a root module that is not of the tree, with its state beside it; returns what it says.
    fn engine_by_hand(&self, root: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.offline);
        command.arg(&self.terraform).args(arguments).current_dir(root);
        command.env(ONE_THREAD.0, ONE_THREAD.1);
        let output = command.env("STANDIN_WORLD", self.world()).output().expect("terraform runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes a mirror that has the stand-in providers for all platforms that people lock. They are the same for each.
    pub fn mirror_for_all_platforms(&self) -> PathBuf {
        let output =
            Command::new(&self.offline).arg("where").output().expect("`offline` says where it keeps them");
        let own = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("mirror");
        let mirror = self.folder().join("mirror");
        for entry in WalkDir::new(&own).min_depth(5).max_depth(5) {
            let built = entry.expect("readable").into_path();
            let version =
                mirror.join(built.parent().and_then(|it| it.strip_prefix(&own).ok()).expect("below it"));
            std::fs::create_dir_all(&version).expect("a folder of ours");
            for platform in ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"] {
                std::os::unix::fs::symlink(&built, version.join(platform)).expect("a folder of ours");
            }
        }
        mirror
    }

    /// The stand-in providers' world.
    pub fn world(&self) -> PathBuf {
        self.folder().join("world.json")
    }

    /// Puts a program before all others on the `PATH` of scripts.
    pub fn put_first(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.first(name);
        write(&file, text);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("a file of ours");
    }

    /// Takes it away again.
    pub fn take_away(&self, name: &str) {
        std::fs::remove_file(self.first(name)).expect("it was put there");
    }

    /// Where a program lies that is before all others.
    pub fn first(&self, name: &str) -> PathBuf {
        self.folder().join("bin").join(name)
    }

    /// The AWS CLI itself.
    pub fn aws_path(&self) -> &Path {
        &self.aws
    }

    /// The engine itself.
    pub fn terraform_path(&self) -> &Path {
        &self.terraform
    }

    /// Runs a script and returns what it said; it must succeed.
    pub fn script(&self, path: &str, arguments: &[&str]) -> String {
        let (status, said) = self.run(path, arguments);
        assert_eq!(status, 0, "{path} {}:\n{said}", arguments.join(" "));
        said
    }

    /// Runs a script: its exit status, and what it said.
    pub fn run(&self, path: &str, arguments: &[&str]) -> (i32, String) {
        self.run_with(&[], path, arguments)
    }

    /// Likewise with variables of the environment.
    pub fn run_with(&self, variables: &[(&str, &str)], path: &str, arguments: &[&str]) -> (i32, String) {
        let mut command = self.command(&self.folder().join(path), arguments);
        let output = command.envs(variables.iter().copied()).output().expect("the script runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), without_colour(&String::from_utf8_lossy(&said)))
    }

    /// Runs a script at a terminal and types one answer: its exit status, and what it said.
    pub fn type_at(&self, terminal: &Path, call: &str, answer: &str) -> (i32, String) {
        let mut command = self.command(terminal, &["-qec", call, "/dev/null"]);
        let mut script = command
            .current_dir(self.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a terminal can be had");
        let mut keyboard = script.stdin.take().expect("piped");
        keyboard.write_all(format!("{answer}\n").as_bytes()).expect("it reads");
        let output = script.wait_with_output().expect("it ends");
        drop(keyboard);
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A program in the environment of scripts, without input.
    pub fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.offline);
        // A manager of Python versions would put itself first on the PATH, on the way to `offline`.
        command.args(["sh", "-c", "PATH=$PLACE_PATH; export PATH; exec \"$@\"", "sh"]);
        command.arg(program).args(arguments).stdin(Stdio::null());
        self.set_environment(&mut command);
        command
            .env("PLACE_PATH", self.path())
            .env(ONE_THREAD.0, ONE_THREAD.1)
            .env("OFFLINE_S3", self.endpoint())
            .env("STANDIN_WORLD", self.world())
            .env("STANDIN_ACCOUNT", ACCOUNT);
        command
    }

    /// Runs the AWS CLI.
    pub fn aws(&self, arguments: &[&str]) -> String {
        self.aws_as(&[], arguments)
    }

    /// Runs the AWS CLI with the credentials of a role.
    pub fn aws_as(&self, credentials: &[(String, String)], arguments: &[&str]) -> String {
        let mut command = Command::new(&self.aws);
        command.args(arguments);
        self.set_environment(&mut command);
        command.envs(credentials.iter().map(|(key, value)| (key, value)));
        let output = command.stdin(Stdio::null()).output().expect("the AWS CLI runs");
        assert!(
            output.status.success(),
            "aws {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Credentials of a role.
    pub fn assume(&self, role: &str) -> Vec<(String, String)> {
        const QUERY: &str = "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]";
        let arguments = [
            "sts",
            "assume-role",
            "--region",
            "us-east-1",
            "--role-session-name",
            "test",
            "--role-arn",
            role,
        ];
        let session = self.aws(&[&arguments[..], &["--query", QUERY, "--output", "text"]].concat());
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        let values = session.split_whitespace().map(str::to_owned);
        names.map(str::to_owned).into_iter().zip(values).collect()
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.moto.port)
    }

    /// First what was put first, then the judges.
    fn path(&self) -> OsString {
        let own = [&self.aws, &self.terraform]
            .map(|judge| judge.parent().expect("a file lies in a folder").to_owned());
        let first = std::iter::once(self.folder().join("bin"));
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(first.chain(own).chain(std::env::split_paths(&inherited))).expect("folders")
    }

    fn set_environment(&self, command: &mut Command) {
        command
            .env("PATH", self.path())
            // Not HOME: `offline` keeps what it built there.
            .env("AWS_CONFIG_FILE", self.folder().join("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder().join("credentials"))
            .env("KUBECONFIG", self.folder().join("kubeconfig"))
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1");
    }
}

/// Takes terminal colours out.
pub fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}
