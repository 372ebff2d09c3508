//! Why the data folder cannot be used.

use std::io;
use std::path::PathBuf;

use super::LockHolder;
use crate::api::ClientError;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The folder could not be made.
    #[error("cannot make the folder {}", .path.display())]
    Create {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has no files of an Isso.
    #[error("no Isso is set up in {}", .0.display())]
    NoIsso(PathBuf),
    /// Another process holds the lock of the backups.
    #[error("another backup is being made or put back")]
    BackupRunning,
    /// A file that is to be locked could not be opened.
    #[error("cannot open {}, which is to be locked", .path.display())]
    OpenLock {
        /// The file.
        path: PathBuf,
        /// Whether something other than a file stands there.
        is_no_file: bool,
        /// What the system says.
        source: io::Error,
    },
    /// The system could not lock a file.
    #[error("cannot lock {}", .path.display())]
    Lock {
        /// The data folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has locked the folder, and does not answer.
    #[error(
        "{holder} has taken {}: another `issoctl up` that does not answer yet, or a command that changes the files",
        .path.display()
    )]
    Taken {
        /// The data folder.
        path: PathBuf,
        /// The process.
        holder: LockHolder,
    },
    /// A host has locked the folder, and does not answer yet.
    #[error("the `issoctl up` of {} does not answer yet: {holder} still installs or starts Isso", .path.display())]
    NotReady {
        /// The data folder.
        path: PathBuf,
        /// The host's process.
        holder: LockHolder,
    },
    /// No host runs in the folder.
    #[error("no `issoctl up` runs on {}", .0.display())]
    NotRunning(PathBuf),
    /// Whether a host runs in the folder could not be found out.
    #[error(transparent)]
    Client(#[from] ClientError),
}
