//! Has SQLite copy a database, page by page.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use crate::locked::{read, retry_while_locked};
use crate::progress::{BackupStep, Progress, check_cancelled};
use crate::snapshot_error::SnapshotError;
use crate::throttle::{STEP, write_all_out};

/// Copies a database to a new file, of one read transaction.
pub(crate) fn copy_through_sqlite(
    connection: &Connection,
    to: &Path,
    progress: &dyn Progress,
    failed: &dyn Fn(rusqlite::Error) -> SnapshotError,
) -> Result<(), SnapshotError> {
    // One transaction, or every commit would make it begin anew.
    if connection.is_autocommit() {
        connection.execute_batch("BEGIN").map_err(failed)?;
        retry_while_locked(|| read(connection), progress, failed)?;
    }
    let page: u32 = connection
        .query_row("PRAGMA page_size", [], |row| row.get(0))
        .map_err(failed)?;
    let pages = i32::try_from(STEP / u64::from(page.max(1))).unwrap_or(i32::MAX);
    let unwritten = |error| SnapshotError::Write(to.to_owned(), error);
    let of_copy = |error: rusqlite::Error| unwritten(io::Error::other(error));
    // Opened before SQLite locks the copy, closed after SQLite has unlocked it: closing it earlier would drop that
    // lock.
    let file = File::create_new(to).map_err(unwritten)?;
    let mut copy = Connection::open(to).map_err(of_copy)?;
    let backup = Backup::new(connection, &mut copy).map_err(of_copy)?;
    let mut left = None;
    loop {
        check_cancelled(progress)?;
        let step = backup.step(pages.max(1)).map_err(|error| match is_of_writing(&error) {
            true => of_copy(error),
            false => failed(error),
        })?;
        let counted = backup.progress();
        let [total, remaining] = [counted.pagecount, counted.remaining].map(|pages| u64::try_from(pages).unwrap_or(0));
        if left.is_none() {
            progress.begin(BackupStep::Copy, total * u64::from(page));
        }
        let copied = left.unwrap_or(total).saturating_sub(remaining) * u64::from(page);
        progress.advance(copied);
        // All of the file: what SQLite has kept in its cache, it writes during a later step.
        write_all_out(&file).map_err(unwritten)?;
        left = Some(remaining);
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok(())
}

/// Whether an error of a step is of the copy: the database is only read.
fn is_of_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|it| {
            [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE].contains(&it.extended_code)
        })
}
