//! Waits for a database that another process has locked.

use std::time::Instant;

use rusqlite::Connection;

use crate::progress::{Progress, check_cancelled};
use crate::snapshot_error::{BUSY, SnapshotError};

/// Repeats a query while another process has the database locked, until [`BUSY`] is over or the caller cancels.
pub(crate) fn retry_while_locked<T>(
    work: impl Fn() -> rusqlite::Result<T>,
    progress: &dyn Progress,
    failed: &dyn Fn(rusqlite::Error) -> SnapshotError,
) -> Result<T, SnapshotError> {
    let end = Instant::now() + BUSY;
    loop {
        check_cancelled(progress)?;
        match work().map_err(failed) {
            Err(SnapshotError::Locked(_)) if Instant::now() < end => {}
            done => return done,
        }
    }
}

/// Reads the schema, for which SQLite takes its SHARED lock.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
}
