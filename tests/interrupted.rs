//! A run that is killed, or that the system fails, at any moment: every file is the old one or the new one, and the next run finishes
//! it, whether that is the same command, the one before it, or one that wants something else again.
//!
//! plinth is traced from outside, system call by system call; it knows nothing of the test. Linux on x86-64 only: elsewhere the calls have
//! other numbers.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use camino::Utf8Path;
use harness::{Run, Tree, copy, plinth, read_tree, render_of, repository};
use nix::errno::Errno;
use nix::libc::{PTRACE_EVENT_EXEC, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use plinth::blueprint::include::nothing;
use plinth::tree::{Drift, Error, JOURNAL, MANIFEST};
use tempfile::TempDir;

/// System calls that change what is on disk, or say that a change has to last: number and name.
const CHANGES: [(u64, &str); 16] = [
    (1, "write"),
    (73, "flock"),
    (74, "fsync"),
    (75, "fdatasync"),
    (77, "ftruncate"),
    (82, "rename"),
    (83, "mkdir"),
    (84, "rmdir"),
    (86, "link"),
    (87, "unlink"),
    (91, "fchmod"),
    (257, "openat"),
    (258, "mkdirat"),
    (263, "unlinkat"),
    (264, "renameat"),
    (316, "renameat2"),
];

/// `O_CREAT` of `openat`: opening to read changes nothing.
const CREATES: u64 = 0o100;

/// What happens to a run.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// It dies before the call.
    Killed,
    /// The call fails.
    Fails(Errno),
}

/// How a run ended: with a status, unless it was killed; the changes that it had tried until then; and what it said was wrong.
struct End {
    status: Option<i32>,
    tried: Vec<&'static str>,
    stderr: String,
}

/// Runs plinth, and lets the n-th change, from 0, meet its fate; without one, all succeed.
fn trace(folder: &Path, arguments: &[&str], fate: Option<(usize, Fate)>) -> End {
    // It stops itself, so that nothing happens before it is traced.
    let said = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut child = Command::new("sh")
        .args([
            "-c",
            "kill -STOP $$; exec \"$0\" \"$@\" >/dev/null 2>\"$SAID\"",
            env!("CARGO_BIN_EXE_plinth"),
        ])
        .env("SAID", said.path())
        .args(arguments)
        .current_dir(folder)
        .spawn()
        .expect("a shell");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process"));
    assert_eq!(waitpid(pid, Some(WaitPidFlag::WUNTRACED)), Ok(WaitStatus::Stopped(pid, Signal::SIGSTOP)));
    let options = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL | Options::PTRACE_O_TRACEEXEC;
    ptrace::seize(pid, options).expect("a child may be traced");
    kill(pid, Signal::SIGCONT).expect("it is there");

    let (mut tried, mut failing) = (Vec::new(), None);
    // None while it is the shell still; then whether the next stop is before a call, or behind it.
    let mut enters: Option<bool> = None;
    let status = loop {
        match waitpid(pid, None).expect("a child") {
            WaitStatus::Exited(_, status) => break Some(status),
            WaitStatus::Signaled(..) => break None,
            // The event lies within the call that made it plinth.
            WaitStatus::PtraceEvent(_, _, PTRACE_EVENT_EXEC) => enters = Some(false),
            WaitStatus::PtraceSyscall(_) => {
                let is_before = enters.replace(enters != Some(true)) == Some(true);
                let mut registers = ptrace::getregs(pid).expect("it is stopped");
                if let (true, Some(name)) = (is_before, change(&registers)) {
                    tried.push(name);
                    match fate.filter(|(at, _)| at + 1 == tried.len()) {
                        Some((_, Fate::Killed)) => kill(pid, Signal::SIGKILL).expect("it is there"),
                        Some((_, Fate::Fails(error))) => {
                            // No such call: the kernel does nothing.
                            registers.orig_rax = u64::MAX;
                            ptrace::setregs(pid, registers).expect("it is stopped");
                            failing = Some(error);
                        }
                        None => {}
                    }
                } else if let (false, Some(error)) = (is_before, failing.take_if(|_| !is_before)) {
                    registers.rax = (-i64::from(error as i32)).cast_unsigned();
                    ptrace::setregs(pid, registers).expect("it is stopped");
                }
            }
            WaitStatus::Stopped(_, signal)
                if !matches!(signal, Signal::SIGSTOP | Signal::SIGCONT | Signal::SIGTRAP) =>
            {
                ptrace::syscall(pid, signal).expect("it is stopped");
                continue;
            }
            _ => {}
        }
        // Gone, if it was killed just now: waiting says so.
        ptrace::syscall(pid, None).ok();
    };
    child.wait().ok();
    End { status, tried, stderr: fs::read_to_string(said.path()).expect("UTF-8") }
}

/// Names the call that is about to be made, if it changes a file.
fn change(registers: &user_regs_struct) -> Option<&'static str> {
    let (_, name) = CHANGES.iter().find(|(number, _)| *number == registers.orig_rax)?;
    let is_change = match *name {
        // Opening to read changes nothing.
        "openat" => registers.rdx & CREATES != 0,
        // What it prints is no file.
        "write" => registers.rdi > 2,
        _ => true,
    };
    is_change.then_some(*name)
}

/// What brings one tree to the other, so that files come, change and go; and what else may be wanted after that was killed.
const ATTACH: &str = "attach franklin --cluster azavea-staging-main --region us-east-1";
const WAYS: [(&str, &str, &[&str]); 2] = [
    (
        ATTACH,
        "attach --update --source git::https://example.com/acme.git//modules/attachment?ref=v1",
        &["attach --update", "attach --update --mode data-only"],
    ),
    ("", ATTACH, &["attach maps --cluster azavea-production-main --region us-west-2 --mode data-only"]),
];

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

/// A folder as one command leaves it.
fn folder_after(command: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    if !command.is_empty() {
        let Run { status, stderr, .. } = plinth(folder.path(), &words(command));
        assert_eq!(status, 0, "{stderr}");
    }
    folder
}

/// All files but the lock, which a run may leave.
fn everything(folder: &Path) -> Tree {
    let mut files = read_tree(folder);
    files.retain(|path, _| Path::new(path).file_name().is_none_or(|name| name != "lock"));
    files
}

/// What names of files begin with that are not in their place yet.
const STAGED: &str = ".plinth-";

/// Whether a file is there only while a run goes on.
fn is_passing(path: &str) -> bool {
    path.contains(STAGED) || path.ends_with(JOURNAL)
}

fn without_passing(files: &Tree) -> Tree {
    let mut files = files.clone();
    files.retain(|path, _| !is_passing(path));
    files
}

fn judge(before: &str, command: &str, others: &[&str], fates: &[Fate]) {
    let start = folder_after(before);
    let old = everything(start.path());
    let begun = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(start.path(), folder.path());
        folder
    };
    let folder = begun();
    let End { status, tried, .. } = trace(folder.path(), &words(command), None);
    assert_eq!(status, Some(0), "{command}");
    let new = everything(folder.path());
    assert!(tried.len() > 20 && old != new, "{command}: {tried:?}");
    let after = |first: &str, next: &str| {
        let folder = begun();
        if !first.is_empty() {
            assert_eq!(plinth(folder.path(), &words(first)).status, 0, "{first}");
        }
        (plinth(folder.path(), &words(next)).status, everything(folder.path()))
    };
    let expected: Vec<_> = others.iter().map(|next| [after("", next), after(command, next)]).collect();
    let mut runs = 0;
    for at in 0..tried.len() {
        for fate in fates {
            let folder = begun();
            let End { status: ended, tried, .. } = trace(folder.path(), &words(command), Some((at, *fate)));
            let what = format!("{command}: {} number {at}: {fate:?}", tried[at]);
            let now = everything(folder.path());
            match ended {
                None => assert!(matches!(fate, Fate::Killed), "{what}"),
                // A temporary file that cannot be removed is not worth an error.
                Some(0) => assert!(without_passing(&now) == new, "{what}: it says that all is well"),
                Some(status) => assert_eq!(status, 2, "{what}"),
            }
            for (path, text) in &now {
                let is_whole = old.get(path) == Some(text) || new.get(path) == Some(text);
                assert!(is_whole || is_passing(path), "{what}: {path} is neither the old nor the new one");
            }
            for (path, text) in &old {
                assert!(now.contains_key(path) || new.get(path) != Some(text), "{what}: {path} is gone");
            }
            // What else is wanted next ends as it would if that run had not begun, or had ended.
            if ended.is_none() && at % 3 == 0 {
                let is_done = now.get(MANIFEST) == new.get(MANIFEST);
                for (next, [of_old, of_new]) in others.iter().zip(&expected) {
                    let copied = tempfile::tempdir().expect("a temporary folder");
                    copy(folder.path(), copied.path());
                    let Run { status, stderr, .. } = plinth(copied.path(), &words(next));
                    let (expected, tree) = if is_done { of_new } else { of_old };
                    assert_eq!(status, *expected, "{what}, then {next}: {stderr}");
                    // What is refused leaves the journal to whoever comes next.
                    let now = everything(copied.path());
                    let now = if status == 0 { now } else { without_passing(&now) };
                    assert!(now == *tree, "{what}, then {next}");
                }
            }
            let Run { status, stderr, .. } = plinth(folder.path(), &words(command));
            assert_eq!(status, 0, "{what}: the next run: {stderr}");
            let now = everything(folder.path());
            // What a killed run had staged is swept; where removing failed, there is nothing to do for the next run.
            let now = if ended.is_none() { now } else { without_passing(&now) };
            assert!(now == new, "{what}: the next run finishes");
            runs += 1;
        }
    }
    eprintln!("{command}: {} changes, {runs} runs", tried.len());
}

#[test]
fn run_that_is_killed_is_finished_by_the_next() {
    for (before, command, others) in WAYS {
        judge(before, command, others, &[Fate::Killed]);
    }
}

#[test]
fn run_that_the_system_fails_is_finished_by_the_next() {
    for (before, command, _) in WAYS {
        judge(before, command, &[], &[Fate::Fails(Errno::ENOSPC)]);
    }
}

/// A blueprint, what it comes to, and the tree that a run makes of it where nothing was.
struct Wanted {
    name: &'static str,
    made: harness::Made,
    tree: Tree,
    folders: BTreeSet<String>,
}

/// What applications run on.
const WORKERS: &str = "[cluster.addons.karpenter]\n[cluster.node_pools.worker]\nkind = \"karpenter\"\n";

/// What is added to the smallest blueprint. From the first to any other, files come, change and go.
const WANTED: [(&str, &str); 3] = [
    ("a", "[cluster.addons.metrics-server]\n"),
    ("b", "[cluster.addons.keda]\n[apps.maps]\nteam = \"gis\"\nenvironments = [\"dev\"]\nqueues.jobs = {}\n"),
    (
        "c",
        "[cluster.addons.metrics-server.values]\nreplicas = 3\n[apps.tiles]\nteam = \"gis\"\nenvironments = [\"dev\"]\n",
    ),
];

/// The folders below one, as `git clean -d` would find them.
fn folders_below(folder: &Path) -> BTreeSet<String> {
    let entries =
        walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(|entry| entry.expect("readable"));
    let folders = entries.filter(|entry| entry.file_type().is_dir());
    let below = |path: &Path| path.strip_prefix(folder).expect("below it").display().to_string();
    folders.map(|entry| below(entry.path())).collect()
}

/// Writes the blueprints into a folder, and a tree of each.
fn wanted(folder: &Path) -> Vec<Wanted> {
    let minimal = fs::read_to_string(repository().join("blueprints/minimal.toml")).expect("readable");
    let make = |(name, more): (&'static str, &str)| {
        let text = format!("{minimal}{WORKERS}{more}");
        fs::create_dir_all(folder.join(name)).expect("writable");
        fs::write(folder.join(name).join("blueprint.toml"), &text).expect("writable");
        let made = render_of(&text, "blueprint.toml", &nothing).unwrap_or_else(|error| panic!("{error}"));
        let root = format!("{name}/tree");
        let Run { status, stderr, .. } =
            plinth(folder, &["generate", &format!("{name}/blueprint.toml"), "--out", &root]);
        assert_eq!(status, 0, "{stderr}");
        let root = folder.join(root);
        Wanted { name, made, tree: read_tree(&root), folders: folders_below(&root) }
    };
    WANTED.into_iter().map(make).collect()
}

impl Wanted {
    /// Writes the tree as `plinth generate` does.
    fn write(&self, root: &Path) -> Result<(), Error> {
        let root = Utf8Path::from_path(root).expect("UTF-8");
        Drift::compare(root, &self.made.files, &self.made.facts)?.write(&[]).map(drop)
    }

    /// Nothing differs from the tree that is made where nothing was: no file, no folder, not the manifest.
    fn is_at(&self, root: &Path, what: &str) {
        let now = read_tree(root);
        let paths: BTreeSet<&String> = now.keys().chain(self.tree.keys()).collect();
        let differing: Vec<_> =
            paths.into_iter().filter(|path| now.get(*path) != self.tree.get(*path)).collect();
        assert!(differing.is_empty(), "{what}, then {}: {differing:?} differ", self.name);
        assert_eq!(folders_below(root), self.folders, "{what}, then {}", self.name);
    }
}

/// How many changes lie between two kills of `generate`.
const STEP: usize = 9;

/// Kills `generate` before every ninth change that it makes, and lets each of the three come next. What lies between, `attach` tries:
/// both write by the same steps, and tracing so many calls takes its time.
#[test]
fn generate_that_is_killed_is_finished_by_any_other() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let place = place.path();
    let all = wanted(place);
    let [a, b, c] = all.as_slice() else { panic!("three of them") };
    let generate = |wanted: &Wanted, tree: &str, fate| {
        let blueprint = format!("{}/blueprint.toml", wanted.name);
        trace(place, &["generate", &blueprint, "--out", tree], fate)
    };
    let fresh = |tree: &str, from: &str| {
        let root = place.join(tree);
        if root.exists() {
            fs::remove_dir_all(&root).expect("writable");
        }
        copy(&place.join(from), &root);
        root
    };
    fresh("all", "a/tree");
    let End { tried, .. } = generate(b, "all", None);
    assert!(tried.len() > 100, "{tried:?}");
    let (mut kills, mut states) = (0, BTreeMap::<&str, usize>::new());
    for at in (0..tried.len()).step_by(STEP) {
        let killed = fresh("killed", "a/tree");
        let End { status, tried, .. } = generate(b, "killed", Some((at, Fate::Killed)));
        let what = format!("killed before {} number {at}", tried[at]);
        assert_eq!(status, None, "{what}");
        kills += 1;
        for next in [a, c, b] {
            let root = fresh("next", "killed");
            next.write(&root).unwrap_or_else(|error| panic!("{what}, then {}: {error}", next.name));
            next.is_at(&root, &what);
        }
        // What was edited in between is a person's: the journal does not cover it, nor does it cover a file that nobody wrote.
        let differs = |path: &str, text: &str| {
            !path.starts_with(".plinth/")
                && a.tree.get(path).map(String::as_str) != Some(text)
                && killed.join(path).exists()
        };
        let mut differing = b.tree.iter().filter(|(path, text)| differs(path, text)).map(|(path, _)| path);
        // What only the killed run made, if it came so far.
        let edited = differing.clone().find(|path| !a.tree.contains_key(*path)).or_else(|| differing.next());
        let path = edited.expect("a file that differs");
        for next in [a, c, b].into_iter().filter(|_| at % (3 * STEP) == 0) {
            let root = fresh("next", "killed");
            let text = format!("{}# Mine.\n", fs::read_to_string(root.join(path)).expect("readable"));
            fs::write(root.join(path), &text).expect("writable");
            fs::write(root.join("mine_override.tf"), "# Mine.\n").expect("writable");
            match next.write(&root) {
                Err(Error::Refused(refusals)) => assert_eq!(refusals[0].path, **path, "{what}"),
                other => panic!("{what}, {path} edited, then {}: {other:?}", next.name),
            }
            assert_eq!(fs::read_to_string(root.join(path)).expect("readable"), text, "{what}");
            assert!(root.join("mine_override.tf").exists(), "{what}");
        }
        // A second one that is killed, on top of the first.
        if at % (2 * STEP) == 0 {
            fresh("then", "killed");
            let End { tried: again, .. } = generate(c, "then", Some(((at * 7) % 90, Fate::Killed)));
            kills += 1;
            *states.entry(again.last().copied().unwrap_or_default()).or_default() += 1;
            for next in [a, b, c] {
                let root = fresh("next", "then");
                let what = format!(
                    "{what}, then c before {} number {}",
                    again.last().expect("some"),
                    again.len() - 1
                );
                next.write(&root).unwrap_or_else(|error| panic!("{what}, then {}: {error}", next.name));
                next.is_at(&root, &what);
            }
        }
    }
    eprintln!("{kills} kills of generate, second ones at {states:?}");
}

/// NFS without its lock daemon, and others: working there goes on, and whoever does so knows.
#[test]
fn file_system_that_cannot_lock_is_said_to_be_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let End { tried, .. } = trace(folder_after("").path(), &words(ATTACH), None);
    let locks = tried.iter().position(|name| *name == "flock").expect("a lock");
    let fate = Fate::Fails(Errno::ENOLCK);
    let End { status, stderr, .. } = trace(folder.path(), &words(ATTACH), Some((locks, fate)));
    assert_eq!(status, Some(0), "{stderr}");
    let said = "warning: the file system of `.` cannot lock: nothing keeps another run from writing there at the same moment\n";
    assert_eq!(stderr, said);
    assert!(everything(folder.path()) == everything(folder_after(ATTACH).path()));
}
