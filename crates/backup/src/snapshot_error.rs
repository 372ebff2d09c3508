//! Why a database cannot be copied.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::progress::Cancelled;

/// How long writers may be kept waiting. Isso gives up after 5 s, and so does the person who comments.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// How long another process may keep the database locked.
pub(crate) const BUSY: Duration = Duration::from_secs(30);

/// Why no snapshot was made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The database is there and cannot be read.
    #[error("the database {0} cannot be read")]
    Database(PathBuf, #[source] rusqlite::Error),
    /// Another program has it locked.
    #[error(
        "the database {0} was locked by another program for {BUSY} s; end that program and try again",
        BUSY = BUSY.as_secs()
    )]
    Locked(PathBuf),
    /// The comparison takes too long.
    #[error(
        "the database {0} is too large for this disk: Isso could not write for longer than {PATIENCE} s; \
         stop Isso for the backup, or have SQLite use a write-ahead log (`PRAGMA journal_mode = WAL`)",
        PATIENCE = PATIENCE.as_secs()
    )]
    TooLarge(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// The copy cannot be written.
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    /// The caller has cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
