//! What stands in the way, and paths that lead elsewhere.

use std::fs;

use plinth::file::File;
use plinth::tree::{Drift, Error, Fault, Thing};

use super::directory::{Directory, file, refused};

/// What stands in the way of files, and where.
fn in_the_way(directory: &Directory, files: &[File]) -> Vec<(String, Thing)> {
    let before = directory.everything();
    let result = directory.try_write(files, &["a", "a/b"]);
    assert_eq!(directory.everything(), before);
    match result {
        Err(Error::InTheWay(obstacles)) => obstacles
            .into_iter()
            .map(|obstacle| {
                (obstacle.path.strip_prefix(&directory.root).unwrap().to_string(), obstacle.thing)
            })
            .collect(),
        other => panic!("expected an obstacle, got {other:?}"),
    }
}

fn faults(paths: &[&str]) -> Vec<(String, Fault)> {
    let directory = Directory::new();
    let files: Vec<_> = paths.iter().map(|path| file(path, "1\n")).collect();
    match directory.try_write(&files, &[]) {
        Err(Error::Paths(faults)) => {
            assert!(!directory.root.exists());
            faults.into_iter().map(|fault| (fault.path.into_string(), fault.fault)).collect()
        }
        other => panic!("expected a fault, got {other:?}"),
    }
}

#[test]
fn no_path_leads_out_and_all_faults_come_together() {
    let found = faults(&["../a", "good", "/tmp/a", "a/../../b", ".plinth/manifest.json", "a:b", ""]);
    let expected = [
        ("../a", Fault::LeadsOut),
        ("/tmp/a", Fault::LeadsOut),
        ("a/../../b", Fault::LeadsOut),
        (".plinth/manifest.json", Fault::Reserved),
        ("a:b", Fault::Character(':')),
        ("", Fault::Unclear),
    ];
    assert_eq!(found, expected.map(|(path, fault)| (path.to_owned(), fault)));
}

#[test]
fn paths_do_not_collide_on_any_file_system() {
    let collides =
        |other: &str, by: &str| Fault::Collides { other: other.into(), template: format!("{by}.tera") };
    assert_eq!(faults(&["a/b", "a/b"]), [("a/b".to_owned(), collides("a/b", "a/b"))]);
    assert_eq!(faults(&["apps/Franklin/a", "apps/franklin/b"]).len(), 1);
    assert_eq!(faults(&["a", "a/b"]), [("a/b".to_owned(), collides("a", "a"))]);
    assert_eq!(faults(&["a/b", "a"]), [("a".to_owned(), collides("a/b", "a/b"))]);
    // Of two directories once, however much is in them.
    assert_eq!(faults(&["a/b", "c", "A/b", "A/c", "A/d/e"]), [("A".to_owned(), collides("a", "a/b"))]);
}

#[test]
fn template_of_ones_own_that_collides_can_be_named_otherwise() {
    let directory = Directory::new();
    let extra = File { template: "extra/Modules/mine.tf".to_owned(), ..file("Modules/mine.tf", "") };
    let files = [extra, file("modules/a", ""), file("modules/b", "")];
    let error = Drift::compare(&directory.root, &files, &serde_json::Map::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a generated path cannot be written on every system\n  `modules` cannot exist beside `Modules` of template \
         `extra/Modules/mine.tf` on every file system (template `modules/a.tera`)"
    );
    assert_eq!(error.help().as_deref(), Some("name the template of your own otherwise"));
}

#[test]
fn message_names_path_template_and_fault() {
    let directory = Directory::new();
    let error = Drift::compare(&directory.root, &[file("../a", "")], &serde_json::Map::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a generated path cannot be written on every system\n  \
         `../a` leads out of the output directory (template `../a.tera`)"
    );
}

#[cfg(unix)]
#[test]
fn links_are_never_followed_or_replaced() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("b"), "theirs\n").unwrap();
    let inside = |directory: &Directory| directory.root.join("inside").into_std_path_buf();
    for target in [
        |_: &Directory, out: &std::path::Path| out.to_owned(),
        |d: &Directory, _: &std::path::Path| d.root.join("inside").into(),
    ] {
        // in place of a directory
        let directory = Directory::new();
        directory.put("inside/b", "1\n");
        symlink(target(&directory, elsewhere.path()), directory.root.join("a")).unwrap();
        assert!(inside(&directory).exists());
        assert_eq!(
            in_the_way(&directory, &[file("a/b", "1\n"), file("a/c", "1\n")]),
            [("a".to_owned(), Thing::Link)]
        );
        // in place of a file, even when the text behind it is right
        let directory = Directory::new();
        directory.put("inside/b", "1\n");
        symlink(target(&directory, elsewhere.path()).join("b"), directory.root.join("a")).unwrap();
        assert_eq!(in_the_way(&directory, &[file("a", "1\n")]), [("a".to_owned(), Thing::Link)]);
    }
    // one that leads nowhere
    let directory = Directory::new();
    directory.put("x", "");
    symlink("nowhere", directory.root.join("a")).unwrap();
    assert_eq!(in_the_way(&directory, &[file("a", "1\n")]), [("a".to_owned(), Thing::Link)]);
    assert_eq!(in_the_way(&directory, &[file("a/b", "1\n")]), [("a".to_owned(), Thing::Link)]);
    // in place of .plinth, or of the manifest
    let directory = Directory::new();
    directory.put("x", "");
    symlink(elsewhere.path(), directory.root.join(".plinth")).unwrap();
    assert_eq!(in_the_way(&directory, &[file("a", "1\n")]), [(".plinth".to_owned(), Thing::Link)]);

    assert_eq!(fs::read_to_string(elsewhere.path().join("b")).unwrap(), "theirs\n");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_behind_a_link_is_removed() {
    let directory = Directory::new();
    directory.write(&[file("a/b", "1\n"), file("a/d/e", "1\n"), file("c", "1\n")]);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("b"), "1\n").unwrap();
    fs::create_dir(elsewhere.path().join("d")).unwrap();
    fs::write(elsewhere.path().join(".plinth-Ab12Cd.tmp"), "").unwrap();
    fs::remove_dir_all(directory.root.join("a")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), directory.root.join("a")).unwrap();
    directory.write(&[file("c", "1\n")]);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 3);
    assert!(directory.exists("a"));
}

#[cfg(unix)]
#[test]
fn output_directory_itself_may_be_a_link() {
    let mut directory = Directory::new();
    directory.put("x", "");
    let link = directory.root.parent().unwrap().join("link");
    std::os::unix::fs::symlink(&directory.root, &link).unwrap();
    directory.root = link;
    directory.write(&[file("a/b", "1\n")]);
    assert_eq!(directory.text("a/b"), "1\n");
}

#[test]
fn file_in_place_of_a_directory_and_the_reverse() {
    let directory = Directory::new();
    directory.put("a", "theirs\n");
    assert_eq!(in_the_way(&directory, &[file("a/b/c", "1\n")]), [("a".to_owned(), Thing::File)]);

    let directory = Directory::new();
    directory.put("a/b/mine", "theirs\n");
    assert_eq!(
        in_the_way(&directory, &[file("a/b", "1\n"), file("c", "1\n")]),
        [("a/b".to_owned(), Thing::Directory)]
    );
    // A person's file among ours that would go.
    let directory = Directory::new();
    directory.write(&[file("a/b/ours", "1\n")]);
    directory.put("a/b/mine", "theirs\n");
    assert_eq!(in_the_way(&directory, &[file("a/b", "1\n")]), [("a/b".to_owned(), Thing::Directory)]);
    // An empty directory of a person's among ours.
    directory.remove("a/b/mine");
    fs::create_dir(directory.root.join("a/b/empty")).unwrap();
    assert_eq!(in_the_way(&directory, &[file("a/b", "1\n")]), [("a/b".to_owned(), Thing::Directory)]);
}

#[test]
fn output_directory_that_is_a_file_is_an_error() {
    let directory = Directory::new();
    fs::write(&directory.root, "theirs\n").unwrap();
    let result = directory.try_write(&[file("a", "1\n")], &[]);
    assert!(matches!(&result, Err(Error::InTheWay(found)) if found[0].path == directory.root), "{result:?}");
    // Or lies below one.
    let below = Drift::compare(&directory.root.join("out"), &[], &serde_json::Map::new());
    assert!(matches!(below.unwrap().write(&[]), Err(Error::Io { .. })));
    assert_eq!(fs::read_to_string(&directory.root).unwrap(), "theirs\n");
}

#[cfg(unix)]
#[test]
fn special_file_is_neither_read_nor_replaced() {
    // Reading a pipe would wait for ever. A socket is one that can be made without any crate.
    let directory = Directory::new();
    directory.put("x", "");
    let _socket = std::os::unix::net::UnixListener::bind(directory.root.join("a")).unwrap();
    let result = directory.try_write(&[file("a", "1\n")], &["a"]);
    assert!(matches!(&result, Err(Error::InTheWay(found)) if found[0].thing == Thing::Special), "{result:?}");
}

#[test]
fn all_obstacles_come_together() {
    let directory = Directory::new();
    directory.put("a", "theirs\n");
    directory.put("b/mine", "theirs\n");
    directory.put("c", "theirs\n");
    let files = [file("b", "1\n"), file("a/1", "1\n"), file("a/2", "1\n"), file("c", "1\n")];
    let found = in_the_way(&directory, &files);
    assert_eq!(found, [("a".to_owned(), Thing::File), ("b".to_owned(), Thing::Directory)]);
    assert_eq!(refused(directory.try_write(&files[3..], &[])).len(), 1);
}
