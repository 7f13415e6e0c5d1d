//! How long a whole run takes, against a floor that no generator can beat.
//!
//! `cargo bench --bench generate` runs the release binary as a user would, on a small blueprint and on one of two clusters, and prints wall
//! time, CPU time (user and system, of the whole process) and the ratio to the floor: starting the same binary for its
//! version, plus writing the same bytes with nothing else done. Linux only: CPU time is read from /proc.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Enough runs that the kernel's clock ticks of 10 ms blur by less than a tenth of a millisecond.
const RUNS: u32 = 100;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!("{:<34} {:>9} {:>9} {:>7}", "whole process", "wall ms", "CPU ms", "floor x");
    for name in ["minimal", "azavea"] {
        let blueprint = root.join(format!("blueprints/{name}.toml"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("tree");
        let start = measure(|| plinth(&["--version"]));
        let fresh = measure(|| {
            let _ = fs::remove_dir_all(&out);
            plinth(&["generate", text(&blueprint), "--out", text(&out)]);
        });
        let again = measure(|| plinth(&["generate", text(&blueprint), "--out", text(&out)]));
        let check = measure(|| plinth(&["check", text(&blueprint), "--out", text(&out)]));
        let files = read(&out, &out);
        let copy = folder.path().join("copy");
        let write = measure(|| {
            let _ = fs::remove_dir_all(&copy);
            for (path, bytes) in &files {
                let target = copy.join(path);
                fs::create_dir_all(target.parent().expect("a file lies in a folder")).expect("a folder");
                fs::write(target, bytes).expect("a file");
            }
        });
        let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        println!("{name}: {} files, {} kB", files.len(), bytes / 1000);
        let floor = start.cpu + write.cpu;
        for (what, cost) in [("  floor: start", &start), ("  floor: write the same bytes", &write)] {
            println!("{what:<34} {:>9.2} {:>9.2}", ms(cost.wall), ms(cost.cpu));
        }
        for (what, cost) in
            [("  generate, fresh", &fresh), ("  generate, nothing to do", &again), ("  check", &check)]
        {
            let ratio = cost.cpu.as_secs_f64() / floor.as_secs_f64();
            println!("{what:<34} {:>9.2} {:>9.2} {ratio:>7.1}", ms(cost.wall), ms(cost.cpu));
        }
        println!("{:<34} {:>9} kB", "  peak memory of generate", peak_memory(&blueprint, &out));
    }
}

struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn measure(mut run: impl FnMut()) -> Cost {
    run();
    let (wall, cpu) = (Instant::now(), cpu_time());
    for _ in 0..RUNS {
        run();
    }
    Cost { wall: wall.elapsed() / RUNS, cpu: cpu_time().saturating_sub(cpu) / RUNS }
}

/// CPU time of this process and of its children that have ended: fields 14 to 17 of /proc/self/stat, in ticks of 10 ms.
fn cpu_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("/proc/self/stat");
    let after_name = stat.rsplit(") ").next().expect("the name stands in parentheses");
    let ticks = after_name.split(' ').skip(11).take(4).map(|field| field.parse::<u64>().expect("a number"));
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn plinth(arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_plinth"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("plinth runs");
    assert!(status.success(), "plinth {arguments:?}: {status}");
}

/// The highest resident size that polling sees; a run of a few milliseconds is polled some hundred times.
fn peak_memory(blueprint: &Path, out: &Path) -> u64 {
    let mut highest = 0;
    for _ in 0..20 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plinth"))
            .args(["generate", text(blueprint), "--out", text(out)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("plinth runs");
        let status = format!("/proc/{}/status", child.id());
        while child.try_wait().expect("a child").is_none() {
            let seen = fs::read_to_string(&status).unwrap_or_default();
            let line = seen.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let size =
                line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|size| size.parse().ok());
            highest = highest.max(size.unwrap_or(0));
        }
    }
    highest
}

fn read(root: &Path, folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(read(root, &path));
        } else {
            let relative = path.strip_prefix(root).expect("below the root").to_owned();
            files.push((relative, fs::read(&path).expect("a file")));
        }
    }
    files
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of plain text")
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
