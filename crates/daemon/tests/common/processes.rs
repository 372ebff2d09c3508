//! The processes of the system.

use std::fs;
use std::path::Path;

/// The processes, zombies included, of a process group.
pub fn group(leader: i32) -> Vec<i32> {
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid| process_group(*pid) == Some(leader)).collect()
}

/// Counts the workers of a gunicorn that have set up their own signal handlers: they handle SIGABRT,
/// and no longer SIGCHLD as the master does.
pub fn booted(master: i32) -> usize {
    const CHILD: u64 = 1 << (17 - 1);
    const ABORT: u64 = 1 << (6 - 1);
    let is_booted = |pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let mut lines = status.lines();
        let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
        caught & ABORT != 0 && caught & CHILD == 0
    };
    group(master).into_iter().filter(is_booted).count()
}

fn process_group(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name, in brackets, may hold anything; then follow state, parent and group.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(2)?.parse().ok()
}
