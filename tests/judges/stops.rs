//! Scripts that are stopped at random points and started again, until they have done their work. The points are the same in
//! every run; `PROPTEST_RNG_SEED` draws others.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::place::{Place, without_colour};
use crate::random::config;
use crate::tree::{read, write};

/// Counts those commands of a script that change something or work for long; at the one that was drawn, it stops the script and
/// all that it has started.
///
/// Killed is what can be: an engine whose apply is killed cannot write down what it has made, so that gets Ctrl-C instead,
/// and ends by itself.
const WRAPPER: &str = r#"#!/bin/sh
trap : INT
case "NAME $*" in
  *' version' | *' state '* | 'aws sts '* | *' get'* | *' describe-'* | *' list-'* | *' update-kubeconfig '*) exec 'PROGRAM' "$@" ;;
esac
read -r count <'COUNT'
count=$((count + 1))
echo "$count" >'COUNT'
[ "$count" = "${STOP_AT:-0}" ] || exec 'PROGRAM' "$@"
echo "NAME $*" >'STOPPED'
case "$STOP_HOW $*" in
  before*) kill -KILL 0 ;;
  behind*) 'PROGRAM' "$@"; kill -KILL 0 ;;
  hang*) signal=HUP ;;
  *' apply '* | interrupt*) signal=INT ;;
  *) signal=KILL ;;
esac
(sleep "$STOP_AFTER" && kill -"$signal" 0) &
'PROGRAM' "$@"
status=$?
kill "$!" 2>/dev/null
exit "$status"
"#;

/// How a script is stopped at a command: killed before it or behind it, killed or interrupted while it runs. When the terminal
/// hangs up, it is not: there is somebody to listen still, and all goes on.
const HOW: [&str; 5] = ["before", "behind", "kill", "interrupt", "hang up"];

pub struct Stops<'p> {
    place: &'p Place,
    runner: TestRunner,
    /// The program that makes a terminal, and what is typed there as often as it is asked for.
    keyboard: Option<(PathBuf, String)>,
}

impl<'p> Stops<'p> {
    /// Puts itself before the programs that scripts run. With another salt, others are drawn.
    pub fn new(place: &'p Place, kubectl: &Path, salt: u64) -> Self {
        let mut config = config(1);
        if let RngSeed::Fixed(seed) = &mut config.rng_seed {
            *seed += salt;
        }
        let stops = Self { place, runner: TestRunner::new(config), keyboard: None };
        for (name, program) in
            [("aws", place.aws_path()), ("terraform", place.terraform_path()), ("kubectl", kubectl)]
        {
            let text = WRAPPER
                .replace("COUNT", &stops.file("count").display().to_string())
                .replace("STOPPED", &stops.file("stopped").display().to_string())
                .replace("PROGRAM", &program.display().to_string())
                .replace("NAME", name);
            place.put_first(name, &text);
        }
        stops
    }

    /// From now on scripts run at a terminal, where somebody answers every question with this word.
    pub fn answer(&mut self, terminal: &Path, word: &str) {
        self.keyboard = Some((terminal.to_owned(), word.to_owned()));
    }

    /// From now on there is no terminal to ask at.
    pub fn answer_no_more(&mut self) {
        self.keyboard = None;
    }

    /// Runs a script that is stopped as often as said, each time at one of so many commands, and then once more in peace.
    /// Returns what the last run said.
    pub fn go(&mut self, script: &str, arguments: &[&str], times: usize, commands: u32) -> String {
        for _ in 0..times {
            let drawn = (1..=commands, prop::sample::select(&HOW[..]), 1_u32..10);
            let (at, how, tenths) = drawn.new_tree(&mut self.runner).expect("there is one").current();
            let after = format!("{}.{}", tenths / 10, tenths % 10);
            let variables =
                [("STOP_AT", at.to_string()), ("STOP_HOW", how.to_owned()), ("STOP_AFTER", after.clone())];
            let (is_done, said) = self.run(script, arguments, &variables);
            let stopped = self.file("stopped");
            let command = if stopped.exists() { read(&stopped) } else { "none: it was done".to_owned() };
            let is_late = if is_done { ", which did not stop it" } else { "" };
            eprintln!("{script}, command {at}: {how} (after {after} s) {}{is_late}", command.trim_end());
            let may_stop = stopped.exists() && how != "hang up";
            assert!(may_stop || is_done, "{script} was not stopped, and did not end well:\n{said}");
        }
        let (is_done, said) = self.run(script, arguments, &[]);
        eprintln!(
            "{script} {}: done, in {} commands",
            arguments.join(" "),
            read(&self.file("count")).trim_end()
        );
        assert!(is_done, "{script} {}:\n{said}", arguments.join(" "));
        said
    }

    /// Runs a script, anew where somebody who was killed has left a state locked. Returns whether it ended well, and what it
    /// said.
    fn run(&self, script: &str, arguments: &[&str], variables: &[(&str, String)]) -> (bool, String) {
        // Nobody else is at work here.
        let arguments = [arguments, &["--", "-lock-timeout=1s"]].concat();
        loop {
            write(&self.file("count"), "0\n");
            let _ = std::fs::remove_file(self.file("stopped"));
            let file = self.file("said");
            let output = File::create(&file).expect("a file of ours");
            let mut command = self.command(script, &arguments);
            command.stdout(output.try_clone().expect("a file")).stderr(output).process_group(0);
            let mut child = command.envs(variables.iter().cloned()).spawn().expect("the script runs");
            let keyboard = child.stdin.take();
            if let (Some(mut keyboard), Some((_, word))) = (keyboard.as_ref(), &self.keyboard) {
                // As often as there are stacks, and more; kept open, since a terminal that is closed ends what runs there.
                keyboard.write_all(format!("{word}\n").repeat(30).as_bytes()).expect("it reads");
            }
            let status = child.wait().expect("the script ends");
            drop(keyboard);
            let said = without_colour(&read(&file)).replace('\r', "");
            if status.success() || !said.contains("Error acquiring the state lock") {
                return (status.success(), said);
            }
            self.unlock(script, &said);
        }
    }

    fn command(&self, script: &str, arguments: &[&str]) -> Command {
        let Some((terminal, _)) = &self.keyboard else {
            return self.place.command(&self.place.folder().join(script), arguments);
        };
        let call = format!("{script} {}", arguments.join(" "));
        let mut command = self.place.command(terminal, &["-qec", &call, "/dev/null"]);
        command.current_dir(self.place.folder()).stdin(Stdio::piped());
        command
    }

    /// Unlocks a state as the script says.
    fn unlock(&self, script: &str, said: &str) {
        let word = |before: &str| {
            let (_, rest) = said.split_once(before).unwrap_or_else(|| panic!("no `{before}` in\n{said}"));
            rest.split_whitespace().next().expect("a word").to_owned()
        };
        let (stack, lock) = (word("then, terraform -chdir="), word("  ID: "));
        let tree = Path::new(script).ancestors().nth(2).expect("scripts lie in a tree");
        let chdir = format!("-chdir={}", self.place.folder().join(tree).join(&stack).display());
        let arguments = [&chdir, "force-unlock", "-force", &lock];
        let mut command = self.place.command(Path::new("terraform"), &arguments);
        let output = command.output().expect("terraform runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        eprintln!("{stack} was locked by a run that was killed: unlocked");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.folder().join(name)
    }
}
