//! The one lock of a volume.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use crate::atomic;

/// The pause between two tries of a lock with a time limit: the kernel has no such wait.
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The lock of a volume, held while a process writes. Dropping it releases the lock, and so does the kernel when the
/// process dies.
#[derive(Debug)]
pub struct Lock {
    /// Closing the file releases the lock.
    _file: File,
}

impl Lock {
    /// Waits for the lock of the volume in a folder. This is for a restore, which replaces files without a
    /// [`Volume`](crate::Volume). Fails with [`io::ErrorKind::TimedOut`] when other processes hold the lock for longer
    /// than `timeout`.
    pub fn of_volume(root: &Path, timeout: Duration) -> io::Result<Lock> {
        Lock::acquire(&root.join(".lock"), Some(timeout))
    }

    /// Waits for the lock, without end if there is no `timeout`. The file at `path` is made if needed, never written,
    /// and never removed.
    pub(crate) fn acquire(path: &Path, timeout: Option<Duration>) -> io::Result<Lock> {
        let end = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            // A folder or a pipe cannot be opened to write, and through a link root might make a file in another place.
            if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
                atomic::move_aside(path, "rejected")?;
            }
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .mode(0o600)
                // If a pipe is put there at this moment, opening it would wait for a reader.
                .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
                .open(path)?;
            match end {
                None => file.lock()?,
                Some(end) => lock_until(&file, end)?,
            }
            // If another process removed the file meanwhile, or restored a volume, this is the lock of a file that no
            // other process would open.
            if is_at(&file, path)? {
                return Ok(Lock { _file: file });
            }
        }
    }
}

/// Takes the lock of a file as soon as it is free, but not later than `end`.
fn lock_until(file: &File, end: Instant) -> io::Result<()> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(BETWEEN_TRIES),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "another process holds it and does not give it back",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(present) => Ok((present.dev(), present.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
