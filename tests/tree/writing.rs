//! All or nothing, and nothing when there is nothing to do.

use std::collections::BTreeSet;
use std::fs::{self, File as Handle};
use std::thread;
use std::time::Duration;

use plinth::tree::{Drift, Error, MANIFEST};
use serde_json::Map;

use super::directory::{Directory, file, refused, script};

#[test]
fn second_write_touches_nothing() {
    let directory = Directory::new();
    let files = [file("a/b/c.tf", "1\n"), script("scripts/plan", "#!/bin/sh\n"), file("d.tf", "")];
    directory.write(&files);
    let before = directory.times();
    thread::sleep(Duration::from_millis(20));
    let report = directory.write(&files);
    assert_eq!(
        (report.unchanged, report.created.len(), report.changed.len(), report.removed.len()),
        (3, 0, 0, 0)
    );
    assert_eq!(directory.times(), before);
}

#[test]
fn only_what_differs_is_written() {
    let directory = Directory::new();
    directory.write(&[file("a/same", "1\n"), file("b/stale", "1\n")]);
    let before = directory.times();
    thread::sleep(Duration::from_millis(20));
    directory.write(&[file("a/same", "1\n"), file("b/stale", "2\n")]);
    let after = directory.times();
    assert_eq!((before["a"], before["a/same"]), (after["a"], after["a/same"]));
    assert_ne!(before["b/stale"], after["b/stale"]);
    assert_ne!(before[MANIFEST], after[MANIFEST]);

    // A file that comes back as it was is nothing new to the manifest.
    directory.remove("a/same");
    directory.write(&[file("a/same", "1\n"), file("b/stale", "2\n")]);
    assert_eq!(after[MANIFEST], directory.times()[MANIFEST]);
}

#[test]
fn nothing_is_left_beside_the_files_and_the_manifest() {
    let directory = Directory::new();
    directory.write(&[file("a/b", "1\n")]);
    directory.write(&[file("a/b", "2\n"), file("c", "1\n")]);
    let all: Vec<_> = directory.everything().into_keys().collect();
    assert_eq!(all, [".plinth", MANIFEST, "a", "a/b", "c"]);
}

#[test]
fn directory_goes_when_it_became_empty_and_only_then() {
    let directory = Directory::new();
    directory.write(&["a/b/c/1", "a/b/2", "own/3", "d/4", "e/f/5"].map(|path| file(path, "1\n")));
    directory.put("own/mine", "mine\n");
    fs::create_dir(directory.root.join("d/empty")).unwrap();
    fs::create_dir(directory.root.join("empty")).unwrap();
    // Gone already, with its directory left behind: by a person, or by a run that was killed here.
    directory.remove("e/f/5");
    directory.write(&[]);
    let left: Vec<_> = directory.contents().into_keys().collect();
    assert_eq!(left, ["d", "d/empty", "empty", "own", "own/mine"]);
    assert!(directory.root.exists());
}

#[test]
fn file_becomes_a_directory_and_back() {
    let directory = Directory::new();
    let (one, other) = ([file("a", "1\n"), file("x", "1\n")], [file("a/b/c", "2\n"), file("x", "1\n")]);
    directory.write(&one);
    directory.write(&other);
    assert_eq!(directory.text("a/b/c"), "2\n");
    directory.write(&one);
    assert_eq!(directory.text("a"), "1\n");
    // An edit on the way is kept, like everywhere.
    directory.put("a", "x\n");
    assert_eq!(refused(directory.try_write(&other, &[])).len(), 1);
    directory.try_write(&other, &["a"]).unwrap();
    assert_eq!(directory.text("a/b/c"), "2\n");
}

#[test]
fn run_that_was_killed_is_finished_by_the_next() {
    let files = [file("stale", "2\n"), file("new/1", "1\n"), file("new/2", "1\n")];
    // The steps of a run, one after the other; it dies after each.
    let steps: [fn(&Directory); 4] = [
        |directory| directory.put("new/.plinth-Ab12Cd.tmp", "half"),
        |directory| directory.remove("left/1"),
        |directory| directory.put("stale", "2\n"),
        |directory| directory.put("new/1", "1\n"),
    ];
    for died_after in 1..=steps.len() {
        let directory = Directory::new();
        directory.write(&[file("stale", "1\n"), file("left/1", "1\n"), file("left/2", "1\n")]);
        for step in &steps[..died_after] {
            step(&directory);
        }
        directory.write(&files);
        let all: Vec<_> = directory.everything().into_keys().collect();
        assert_eq!(
            all,
            [".plinth", MANIFEST, "new", "new/1", "new/2", "stale"],
            "died after step {died_after}"
        );
        assert!(Drift::compare(&directory.root, &files, &Map::new()).unwrap().is_clean());
    }
}

#[test]
fn only_our_own_temporary_names_are_swept() {
    let directory = Directory::new();
    let names =
        [".plinth-notes.txt", ".plinth-.tmp", ".plinth-toolong.tmp", "x.plinth-Ab12Cd.tmp", "Ab12Cd.tmp"];
    for name in names {
        directory.put(&format!("a/{name}"), "mine\n");
    }
    directory.put("elsewhere/.plinth-Ab12Cd.tmp", "mine\n");
    directory.write(&[file("a/1", "1\n")]);
    assert_eq!(directory.contents().len(), names.len() + 4);
}

#[test]
fn run_at_the_same_moment_waits() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    let other = Handle::open(directory.root.join(".plinth")).unwrap();
    other.try_lock().unwrap();
    let ends = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        drop(other);
    });
    directory.write(&[file("a", "2\n")]);
    assert!(ends.is_finished(), "wrote while the other run did");
    assert_eq!(directory.text("a"), "2\n");
}

#[test]
fn run_that_waits_too_long_says_so() {
    let directory = Directory::new();
    directory.write(&[file("a", "1\n")]);
    let other = Handle::open(directory.root.join(".plinth")).unwrap();
    other.try_lock().unwrap();
    let before = directory.everything();
    let error = directory.try_write(&[file("a", "2\n")], &[]).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }));
    assert_eq!(error.to_string(), format!("another plinth is writing to `{}`", directory.root));
    assert_eq!(directory.everything(), before);
    // Comparing needs no lock, and neither does a run with nothing to do.
    directory.write(&[file("a", "1\n")]);
    drop(other);
    directory.write(&[file("a", "2\n")]);
}

#[test]
fn many_runs_at_once_leave_one_whole_tree() {
    // Each run finds files of another that the manifest does not know yet, and must not take them
    // for a person's. Without that being asked again under the lock, some of these rounds fail.
    for _ in 0..20 {
        let directory = Directory::new();
        thread::scope(|scope| {
            for run in 0..4 {
                let directory = &directory;
                scope.spawn(move || {
                    let names = (0..20).map(|n| format!("{}/{n}", n % 3));
                    let files: Vec<_> = names.map(|name| file(&name, &format!("{run}\n"))).collect();
                    directory.try_write(&files, &[]).unwrap();
                });
            }
        });
        let contents = directory.contents();
        let texts: BTreeSet<_> = contents.values().filter(|text| *text != "<directory>").collect();
        assert_eq!(texts.len(), 1, "two runs are mixed: {contents:?}");
        assert_eq!(contents.len(), 23);
    }
}

#[cfg(unix)]
mod modes {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use super::*;

    fn mode(directory: &Directory, path: &str) -> u32 {
        fs::metadata(directory.root.join(path)).unwrap().permissions().mode() & 0o777
    }

    fn chmod(directory: &Directory, path: &str, mode: u32) {
        fs::set_permissions(directory.root.join(path), Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn permissions_are_those_of_any_other_program() {
        let directory = Directory::new();
        directory.write(&[file("text", "1\n"), script("script", "1\n")]);
        // Whatever the umask of this run is: a file made in the usual way shows it.
        directory.put("usual", "");
        let usual = mode(&directory, "usual");
        assert_eq!(mode(&directory, "text"), usual);
        assert_eq!(mode(&directory, MANIFEST), usual);
        assert_eq!(mode(&directory, "script"), usual | (usual & 0o444) >> 2);

        // Also when the file is replaced, and when what was a script is none any more.
        directory.write(&[file("text", "2\n"), file("script", "2\n")]);
        assert_eq!((mode(&directory, "text"), mode(&directory, "script")), (usual, usual));
    }

    /// Runs a test of this file again as a user to whom permissions apply; they do not apply to
    /// root.
    fn as_anybody(test: &str, body: impl FnOnce()) {
        let nobody = 65534;
        let is_root = tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0;
        if !is_root {
            return body();
        }
        let program = std::env::current_exe().unwrap();
        let name = format!("writing::modes::{test}");
        let output = Command::new(program).args(["--exact", &name]).uid(nobody).gid(nobody).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn comparing_works_where_nothing_can_be_written() {
        as_anybody("comparing_works_where_nothing_can_be_written", || {
            let directory = Directory::new();
            let files = [file("a/b", "1\n"), file("c", "1\n")];
            directory.write(&files);
            let places = ["a/b", "c", MANIFEST, "a", ".plinth", ""];
            for path in places {
                chmod(&directory, path, if directory.root.join(path).is_dir() { 0o555 } else { 0o444 });
            }
            let before = directory.times();
            assert!(Drift::compare(&directory.root, &files, &Map::new()).unwrap().is_clean());
            directory.write(&files);
            assert_eq!(directory.states(&[file("a/b", "2\n")]).len(), 2);
            assert_eq!(directory.times(), before);
            for path in places.iter().rev() {
                chmod(&directory, path, 0o755);
            }
        });
    }

    #[test]
    fn directory_that_cannot_be_written_is_found_before_anything_changes() {
        as_anybody("directory_that_cannot_be_written_is_found_before_anything_changes", || {
            let directory = Directory::new();
            directory.write(&[file("a/1", "1\n"), file("z/left", "1\n"), file("z/stale", "1\n")]);
            chmod(&directory, "z", 0o555);
            let before = directory.everything();
            for new in [
                // one file to replace, one to make, one to remove there
                [file("a/1", "2\n"), file("z/stale", "2\n"), file("z/left", "1\n")].to_vec(),
                [file("a/1", "2\n"), file("z/stale", "1\n"), file("z/left", "1\n"), file("z/y/new", "1\n")]
                    .to_vec(),
                [file("a/1", "2\n"), file("z/stale", "1\n")].to_vec(),
            ] {
                let error = directory.try_write(&new, &[]).unwrap_err();
                let expected = format!("cannot write into `{}/z`: permission denied", directory.root);
                assert_eq!(error.to_string(), expected);
                assert_eq!(error.help().unwrap(), "make it writable, or name another directory with `--out`");
                assert_eq!(directory.everything(), before);
            }
            chmod(&directory, "z", 0o755);
        });
    }

    #[test]
    fn file_that_cannot_be_read_is_an_error() {
        as_anybody("file_that_cannot_be_read_is_an_error", || {
            let directory = Directory::new();
            directory.write(&[file("a", "1\n")]);
            chmod(&directory, "a", 0o000);
            let error = directory.try_write(&[file("a", "2\n")], &[]).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("cannot read `{}/a`: ", directory.root)),
                "{error}"
            );
        });
    }
}
