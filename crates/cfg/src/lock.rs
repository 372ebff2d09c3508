//! The one lock of a volume.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use crate::atomic;

/// The lock of a volume, held while somebody writes; given back when dropped, and by the kernel when the process dies.
#[derive(Debug)]
pub struct Lock {
    /// Closing the file gives the lock back.
    _file: File,
}

impl Lock {
    /// Waits for the lock of the volume in a folder, for who replaces files by other means than a [`Volume`](crate::Volume).
    pub fn of_volume(root: &Path) -> io::Result<Lock> {
        Lock::acquire(&root.join(".lock"))
    }

    /// Waits for the lock. The file at `path` is made if needed, never written, and never removed.
    pub(crate) fn acquire(path: &Path) -> io::Result<Lock> {
        loop {
            // A folder cannot be locked, and opening a pipe would wait for a reader.
            if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
                atomic::move_aside(path, "rejected")?;
            }
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .mode(0o600)
                .open(path)?;
            file.lock()?;
            // Whoever removed the file, or restored a volume, while we waited has left us with the lock of a file that
            // nobody else would open.
            if is_at(&file, path)? {
                return Ok(Lock { _file: file });
            }
        }
    }
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::metadata(path) {
        Ok(present) => Ok((present.dev(), present.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
