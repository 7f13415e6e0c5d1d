//! Terraform and OpenTofu, run as a person would run them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::judge;

/// What makes the stand-in providers reliable: on several threads they crash in about one validation of a hundred
/// (`concurrent map writes`, seen in 2026-11: 7 of 400, and none of 400 on one thread, in the same time).
pub const ONE_THREAD: (&str, &str) = ("GOMAXPROCS", "1");

/// Schemas of providers are most of what a command reads, and collecting garbage meanwhile is a fifth of its time.
const SELDOM_COLLECTED: (&str, &str) = ("GOGC", "400");

/// One of the two engines, and the environment in which it runs.
#[derive(Clone)]
pub struct Engine {
    /// `terraform` or `tofu`
    pub name: &'static str,
    binary: PathBuf,
    environment: Vec<(String, String)>,
}

/// What a command printed, and its exit status.
pub struct Run {
    /// Exit status; -1 when a signal ended it.
    pub status: i32,
    /// What it printed: stdout alone.
    pub stdout: String,
    /// What it printed, stderr behind stdout.
    pub output: String,
}

impl Engine {
    /// Finds an engine for work that needs no provider.
    pub fn plain(name: &'static str, what: &str) -> Option<Self> {
        let [binary] = judge::required(&format!("{name}: {what}"), [name])?;
        let environment = vec![("CHECKPOINT_DISABLE".to_owned(), "1".to_owned())];
        Some(Self { name, binary, environment })
    }

    /// Finds an engine with the stand-in providers.
    pub fn with_providers(name: &'static str, what: &str) -> Option<Self> {
        let [binary, offline] = judge::required(&format!("{name}: {what}"), [name, "offline"])?;
        let printed =
            Command::new(&offline).arg("env").stdin(Stdio::null()).output().expect("`offline env` runs");
        assert!(printed.status.success(), "offline env: {}", String::from_utf8_lossy(&printed.stderr));
        let mut environment = exports(&String::from_utf8_lossy(&printed.stdout));
        assert!(!environment.is_empty(), "`offline env` printed no exports");
        environment
            .extend([ONE_THREAD, SELDOM_COLLECTED].map(|(key, value)| (key.to_owned(), value.to_owned())));
        Some(Self { name, binary, environment })
    }

    /// Says in which account of the stand-in world the caller is.
    pub fn in_account(mut self, account: &str) -> Self {
        self.environment.push(("STANDIN_ACCOUNT".to_owned(), account.to_owned()));
        self
    }

    /// Runs a command in a folder; with a world, what is applied is kept there.
    pub fn run(&self, folder: &Path, world: Option<&Path>, arguments: &[&str]) -> Run {
        let mut command = Command::new(&self.binary);
        // What the person who runs the tests has set for their own work must not reach it.
        for (key, _) in env::vars_os() {
            if key.to_str().is_some_and(|key| key.starts_with("TF_") || key.starts_with("AWS_")) {
                command.env_remove(key);
            }
        }
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        match world {
            Some(world) => command.env("STANDIN_WORLD", world),
            None => command.env_remove("STANDIN_WORLD"),
        };
        let output = command
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("cannot run `{}`: {error}", self.binary.display()));
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let text = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
        Run { status: output.status.code().unwrap_or(-1), stdout, output: text }
    }
}

/// Reads `export NAME=VALUE` lines.
fn exports(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Ugly boxes and line breaks taken out, so that a sentence can be looked for.
pub fn flat(text: &str) -> String {
    text.replace(['│', '╷', '╵'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
