//! A run that is killed, or that the system fails, at any moment: every file is the old one or the new one, and the same command
//! finishes it. What another blueprint makes of such a tree is not tried here.
//!
//! plinth is traced from outside, system call by system call; it knows nothing of the test. Linux on x86-64 only: elsewhere the calls have
//! other numbers.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod harness;

use std::path::Path;
use std::process::Command;

use harness::{Run, Tree, plinth, read_tree};
use nix::errno::Errno;
use nix::libc::{PTRACE_EVENT_EXEC, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
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

/// How a run ended: with a status, unless it was killed; and the changes that it had tried until then.
struct End {
    status: Option<i32>,
    tried: Vec<&'static str>,
}

/// Runs plinth, and lets the n-th change, from 0, meet its fate; without one, all succeed.
fn trace(folder: &Path, arguments: &[&str], fate: Option<(usize, Fate)>) -> End {
    // It stops itself, so that nothing happens before it is traced.
    let mut child = Command::new("sh")
        .args(["-c", "kill -STOP $$; exec \"$0\" \"$@\" >/dev/null 2>&1", env!("CARGO_BIN_EXE_plinth")])
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
    End { status, tried }
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

/// What brings one tree to the other; both ways, so that files come, change and go.
const ATTACH: &str = "attach franklin --cluster azavea-staging-main --region us-east-1";
const WAYS: [(&str, &str); 2] = [
    (ATTACH, "attach --update --source git::https://example.com/acme.git//modules/attachment?ref=v1"),
    ("", ATTACH),
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

fn without_staged(files: &Tree) -> Tree {
    let mut files = files.clone();
    files.retain(|path, _| !path.contains(STAGED));
    files
}

fn judge(before: &str, command: &str, fates: &[Fate]) {
    let old = everything(folder_after(before).path());
    let folder = folder_after(before);
    let End { status, tried } = trace(folder.path(), &words(command), None);
    assert_eq!(status, Some(0), "{command}");
    let new = everything(folder.path());
    assert!(tried.len() > 20 && old != new, "{command}: {tried:?}");
    let mut runs = 0;
    for at in 0..tried.len() {
        for fate in fates {
            let folder = folder_after(before);
            let End { status: ended, tried } = trace(folder.path(), &words(command), Some((at, *fate)));
            let what = format!("{command}: {} number {at}: {fate:?}", tried[at]);
            let now = everything(folder.path());
            match ended {
                None => assert!(matches!(fate, Fate::Killed), "{what}"),
                // A temporary file that cannot be removed is not worth an error.
                Some(0) => assert!(without_staged(&now) == new, "{what}: it says that all is well"),
                Some(status) => assert_eq!(status, 2, "{what}"),
            }
            for (path, text) in &now {
                let is_whole = old.get(path) == Some(text) || new.get(path) == Some(text);
                assert!(
                    is_whole || path.contains(STAGED),
                    "{what}: {path} is neither the old nor the new one"
                );
            }
            for (path, text) in &old {
                assert!(now.contains_key(path) || new.get(path) != Some(text), "{what}: {path} is gone");
            }
            let Run { status, stderr, .. } = plinth(folder.path(), &words(command));
            assert_eq!(status, 0, "{what}: the next run: {stderr}");
            let now = everything(folder.path());
            // What a killed run had staged is swept; where removing failed, there is nothing to do for the next run.
            let now = if ended.is_none() { now } else { without_staged(&now) };
            assert!(now == new, "{what}: the next run finishes");
            runs += 1;
        }
    }
    eprintln!("{command}: {} changes, {runs} runs", tried.len());
}

#[test]
fn run_that_is_killed_is_finished_by_the_next() {
    for (before, command) in WAYS {
        judge(before, command, &[Fate::Killed]);
    }
}

#[test]
fn run_that_the_system_fails_is_finished_by_the_next() {
    for (before, command) in WAYS {
        judge(before, command, &[Fate::Fails(Errno::ENOSPC)]);
    }
}
