//! The lock that a supervisor holds while Isso runs on a volume.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;

use super::Volume;
use crate::lock::Lock;

/// Marks a volume as one that Isso runs on, until it is dropped. The kernel releases the lock when the process dies.
#[derive(Debug)]
pub struct RunMark {
    _lock: Lock,
}

/// Keeps Isso from being started on a volume, until it is dropped: [`Volume::mark_in_use`] waits for it.
#[derive(Debug)]
pub struct PrepareGuard {
    _file: Option<File>,
}

impl Volume {
    /// Marks the volume as one that Isso runs on, or is being started on, with settings that were accepted and have a
    /// usable password. Waits until no other process [keeps the volume unused](Volume::keep_unused).
    ///
    /// The mark is a lock on a file of the volume, so every container that has the volume mounted sees it.
    pub fn mark_in_use(&self) -> io::Result<RunMark> {
        let lock = Lock::acquire(&self.in_use_path(), None)?;
        Ok(RunMark { _lock: lock })
    }

    /// Keeps the volume unused for as long as it takes to prepare it; `None` if Isso runs on it.
    pub fn keep_unused(&self) -> Option<PrepareGuard> {
        let path = self.in_use_path();
        // Opening a pipe would wait for a writer.
        let is_file = fs::metadata(&path).is_ok_and(|there| there.is_file());
        // Where the file cannot be opened, no supervisor can have locked it.
        let Some(file) = is_file.then(|| File::open(&path).ok()).flatten() else {
            return Some(PrepareGuard { _file: None });
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => None,
            Ok(()) | Err(TryLockError::Error(_)) => Some(PrepareGuard { _file: Some(file) }),
        }
    }

    fn in_use_path(&self) -> PathBuf {
        self.root.join(".in-use")
    }
}
