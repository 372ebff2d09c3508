//! Finds the other programs that use a database.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

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

/// The processes that have the database open, or hold a lock on it, but for this one and those that descend from
/// `host`.
///
/// They would go on with the old file when it is replaced. The kernel shows the open files of another user's process to
/// root alone, and its locks to every user.
pub fn users(database: &Path, host: Option<i32>) -> Vec<User> {
    let target = resolved(database);
    let files = files(&target);
    if files.is_empty() {
        return Vec::new();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|it| it.file_name().to_str()?.parse().ok());
    let mut found: Vec<i32> = pids.filter(|pid| has_open(*pid, &files)).collect();
    found.extend(lock_holders(&target));
    others(found, host)
}

/// The processes that hold a lock on the database, but for this one and those that descend from `host`. Opens none of
/// its files.
pub fn lockers(database: &Path, host: Option<i32>) -> Vec<User> {
    others(lock_holders(&resolved(database)), host)
}

fn resolved(database: &Path) -> PathBuf {
    fs::canonicalize(database).unwrap_or_else(|_| database.to_owned())
}

/// The device and inode of the database and of what SQLite keeps beside it.
fn files(target: &Path) -> HashSet<(u64, u64)> {
    let files = ["", "-wal", "-shm", "-journal"].map(|it| beside(target, it));
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
        name: fs::read_to_string(format!("/proc/{pid}/comm"))
            .map_or_else(|_| "a process".to_owned(), |it| it.trim().escape_debug().to_string()),
    });
    named.collect()
}

fn has_open(pid: i32, files: &HashSet<(u64, u64)>) -> bool {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut open = open.filter_map(|it| fs::metadata(it.path()).ok());
    open.any(|it| files.contains(&(it.dev(), it.ino())))
}

pub(crate) fn lock_holders(target: &Path) -> Vec<i32> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let (mounts, locks) = (read("/proc/self/mountinfo"), read("/proc/locks"));
    let mut wanted = HashSet::new();
    for (device, inode) in files(target) {
        // Of a file in a subvolume of btrfs, the kernel's table of locks names the device of the whole file system.
        for (major, minor) in mounted_above(target, &mounts).chain([(major(device), minor(device))]) {
            wanted.insert(format!("{major:02x}:{minor:02x}:{inode}"));
        }
    }
    holders(&locks, &wanted)
}

/// The devices of the file systems that a path lies in or below, as in `36 35 0:31 /sub /data rw - btrfs /dev/sda rw`.
fn mounted_above<'a>(path: &'a Path, mounts: &'a str) -> impl Iterator<Item = (u64, u64)> + 'a {
    mounts.lines().filter_map(move |line| {
        let mut words = line.split(' ').skip(2);
        let (device, point) = (words.next()?, words.nth(1)?);
        let (major, minor) = device.split_once(':')?;
        path.starts_with(point)
            .then_some((major.parse().ok()?, minor.parse().ok()?))
    })
}

/// The processes that hold a lock on one of these files, from lines like `1: POSIX  ADVISORY  READ 1234 08:01:5678 0
/// EOF`, with the device in hexadecimal digits.
fn holders(locks: &str, wanted: &HashSet<String>) -> Vec<i32> {
    let holder = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let file = words.iter().position(|word| wanted.contains(*word))?;
        // In another namespace it has no number here.
        words.get(file.checked_sub(1)?)?.parse().ok().filter(|pid| *pid > 0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_in_a_subvolume_is_found_by_the_device_of_its_file_system() {
        let mounts = "28 1 0:26 / / rw shared:1 - btrfs /dev/sda2 rw,subvol=/root\n\
                      36 28 0:47 / /srv rw - tmpfs tmpfs rw\n";
        let above = |path| mounted_above(Path::new(path), mounts).collect::<Vec<_>>();
        assert_eq!(above("/data/db/comments.db"), [(0, 26)]);
        assert_eq!(above("/srv/comments.db"), [(0, 26), (0, 47)]);
        let locks = "1: POSIX  ADVISORY  READ 12 00:1a:257 1073741826 1073742335\n\
                     2: POSIX  ADVISORY  WRITE 13 00:1b:257 0 EOF\n";
        assert_eq!(holders(locks, &HashSet::from(["00:1a:257".to_owned()])), [12]);
    }
}
