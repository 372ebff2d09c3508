//! Which other programs use a database.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::sys::stat::{major, minor};

use crate::marker::beside;

/// A process that has a database open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub pid: i32,
    /// What the kernel calls it, such as `litestream`.
    pub name: String,
}

/// The processes that have the database open, or hold a lock on it, but for this one and those that descend from `host`.
///
/// They would go on with the old file when it was replaced. What processes of other users have open, the kernel shows to root
/// alone, but their locks to everybody.
pub fn users(database: &Path, host: Option<i32>) -> Vec<User> {
    let files = files(database);
    if files.is_empty() {
        return Vec::new();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|it| it.file_name().to_str()?.parse().ok());
    let mut found: Vec<i32> = pids.filter(|pid| has_open(*pid, &files)).collect();
    found.extend(lock_holders(&files));
    others(found, host)
}

/// The processes that hold a lock on the database, but for this one and those that descend from `host`. Opens none of its files.
pub fn lockers(database: &Path, host: Option<i32>) -> Vec<User> {
    let files = files(database);
    if files.is_empty() {
        return Vec::new();
    }
    others(lock_holders(&files), host)
}

/// The device and inode of the database and of what SQLite keeps beside it.
fn files(database: &Path) -> HashSet<(u64, u64)> {
    let target = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let files = ["", "-wal", "-shm", "-journal"].map(|it| beside(&target, it));
    let files = files.iter().filter_map(|it| fs::metadata(it).ok());
    files.map(|it| (it.dev(), it.ino())).collect()
}

fn others(mut found: Vec<i32>, host: Option<i32>) -> Vec<User> {
    found.sort_unstable();
    found.dedup();
    let own = i32::try_from(std::process::id()).ok();
    let others = found.into_iter().filter(|pid| Some(*pid) != own);
    let others = others.filter(|pid| host.is_none_or(|host| !descends(*pid, host)));
    let named = others.map(|pid| User {
        pid,
        name: fs::read_to_string(format!("/proc/{pid}/comm")).map_or_else(
            |_| "a process".to_owned(),
            |it| it.trim().escape_debug().to_string(),
        ),
    });
    named.collect()
}

fn has_open(pid: i32, files: &HashSet<(u64, u64)>) -> bool {
    let open = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let mut open = open.filter_map(|it| fs::metadata(it.path()).ok());
    open.any(|it| files.contains(&(it.dev(), it.ino())))
}

/// As in `1: POSIX  ADVISORY  READ 1234 08:01:5678 0 EOF`; the device in hexadecimal digits.
fn lock_holders(files: &HashSet<(u64, u64)>) -> Vec<i32> {
    let wanted = files
        .iter()
        .map(|&(device, inode)| format!("{:02x}:{:02x}:{inode}", major(device), minor(device)));
    let wanted: HashSet<String> = wanted.collect();
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let holder = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let file = words.iter().position(|word| wanted.contains(*word))?;
        // In another namespace it has no number here.
        words
            .get(file.checked_sub(1)?)?
            .parse()
            .ok()
            .filter(|pid| *pid > 0)
    };
    locks.lines().filter_map(holder).collect()
}

fn descends(pid: i32, from: i32) -> bool {
    let mut next = Some(pid);
    while let Some(pid) = next.filter(|it| *it > 1 || *it == from) {
        if pid == from {
            return true;
        }
        next = parent(pid);
    }
    false
}

fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let rest = &stat[stat.rfind(')')? + 1..];
    rest.split_whitespace().nth(1)?.parse().ok()
}
