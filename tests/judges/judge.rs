//! Where judges are, and what is said where there is none.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;

/// Finds a judge: in the folder that `PLINTH_JUDGES` names, then on `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let own = env::var_os("PLINTH_JUDGES").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(env::split_paths(&path));
    let judge = folders.map(|folder| folder.join(name)).find(|file| file.is_file())?;
    Some(std::path::absolute(judge).expect("a folder that was found has an absolute path"))
}

/// Finds data of a judge: in the folder that `PLINTH_JUDGES` names.
fn find_data(name: &str) -> Option<PathBuf> {
    let own = env::var_os("PLINTH_JUDGES").filter(|folder| !folder.is_empty()).map(PathBuf::from)?;
    own.join(name).canonicalize().ok()
}

/// Returns the judges that a test needs, in the order asked for; `None` when one is missing, which has been said then.
///
/// `what` ends the sentence "not run: …".
///
/// # Panics
/// When one is missing and `CI` is set: there, nothing may be skipped.
pub fn required<const N: usize>(what: &str, names: [&str; N]) -> Option<[PathBuf; N]> {
    all(what, names, names.map(find), "in PLINTH_JUDGES or on PATH")
}

/// Likewise the folders of data that a test needs.
pub fn data<const N: usize>(what: &str, names: [&str; N]) -> Option<[PathBuf; N]> {
    all(what, names, names.map(find_data), "in PLINTH_JUDGES")
}

fn all<const N: usize>(
    what: &str,
    names: [&str; N],
    found: [Option<PathBuf>; N],
    place: &str,
) -> Option<[PathBuf; N]> {
    let missing: Vec<&str> =
        names.into_iter().zip(&found).filter(|(_, judge)| judge.is_none()).map(|(name, _)| name).collect();
    if missing.is_empty() {
        return Some(found.map(|judge| judge.expect("none is missing")));
    }
    let said = format!("not run: {what} (no `{}` {place})", missing.join("`, no `"));
    assert!(!is_ci(), "{said}; CI runs every judge");
    // Not `eprintln!`, which the test harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "{said}");
    None
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}
