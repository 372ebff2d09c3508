//! The lock that says that Isso runs on a volume.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;

use super::Volume;
use crate::lock::Lock;

/// Says that Isso runs on a volume, as long as this lives. The kernel gives the lock back when the process dies.
#[derive(Debug)]
pub struct InUse {
    _lock: Lock,
}

/// Keeps [`Volume::mark_in_use`] waiting as long as this lives.
#[derive(Debug)]
pub struct Unused {
    _file: Option<File>,
}

impl Volume {
    /// Marks the volume as one that Isso runs on, or is being started on, with settings that were accepted and have a
    /// usable password. Waits until nothing [settles an unused volume](Volume::unused).
    ///
    /// The mark is a lock on a file of the volume, so other containers see it that have the same volume mounted.
    pub fn mark_in_use(&self) -> io::Result<InUse> {
        let lock = Lock::acquire(&self.in_use_path(), None)?;
        Ok(InUse { _lock: lock })
    }

    /// Keeps the volume unused, for as long as it takes to settle it; nothing if Isso runs on it.
    pub fn unused(&self) -> Option<Unused> {
        let path = self.in_use_path();
        // Opening a pipe would wait for a writer.
        let is_file = fs::metadata(&path).is_ok_and(|there| there.is_file());
        // Where the file cannot be opened, no supervisor can have locked it.
        let Some(file) = is_file.then(|| File::open(&path).ok()).flatten() else {
            return Some(Unused { _file: None });
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => None,
            Ok(()) | Err(TryLockError::Error(_)) => Some(Unused { _file: Some(file) }),
        }
    }

    fn in_use_path(&self) -> PathBuf {
        self.root.join(".in-use")
    }
}
