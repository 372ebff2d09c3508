//! The process that has locked a data folder.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use nix::sys::stat::{major, minor};

/// A process that has locked the folder; its id, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockHolder(pub Option<i32>);

impl LockHolder {
    /// The process that holds the lock of a file.
    pub(super) fn of(lock: &Metadata) -> LockHolder {
        LockHolder(process(lock))
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(process) => write!(f, "process {process}"),
            None => f.write_str("another process"),
        }
    }
}

/// The process that holds the lock of a file, if `/proc/locks` shows it.
fn process(lock: &Metadata) -> Option<i32> {
    let (major, minor) = (major(lock.dev()), minor(lock.dev()));
    let file = format!("{major:02x}:{minor:02x}:{}", lock.ino());
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // As in `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`.
    locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| *word == file)?;
        let process = words.get(at.checked_sub(1)?)?.parse().ok();
        // In another namespace it has no number here.
        process.filter(|process| *process > 0)
    })
}
