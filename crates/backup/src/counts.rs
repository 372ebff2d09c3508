//! Counts what is in a database, and checks whether it can be trusted.

use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError::Timeout;
use std::thread;
use std::time::{Duration, Instant};

use isso_database::{
    Access, Depth, SchemaProblem, find_damage, has_super_journal, open, open_immutable, schema_problem,
};
use rusqlite::{Connection, ErrorCode};

use crate::beside::with_suffix;
use crate::manifest::Counts;
use crate::progress::{Cancelled, Progress, check_cancelled};

/// How long counting may take, because Isso cannot commit meanwhile.
const QUICK: Duration = Duration::from_millis(300);

/// How long reading a schema may take. Isso's own takes some microseconds.
const ENOUGH: Duration = Duration::from_secs(30);

/// Why a copy of a database is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseProblem {
    /// SQLite finds damage.
    #[error("SQLite finds: {0}")]
    Damaged(String),
    /// SQLite cannot read it.
    #[error("SQLite cannot read it")]
    Unreadable(#[source] rusqlite::Error),
    /// Its schema is not Isso's.
    #[error("it is not Isso's: {0}")]
    Schema(SchemaProblem),
    /// Its schema takes too long to read.
    #[error("its tables cannot be read within {0} s, and Isso reads them for each request")]
    Endless(u64),
    /// The journal that a killed writer has left beside it cannot be read.
    #[error("the journal beside it cannot be read")]
    Journal(#[source] io::Error),
    /// Its journal names a super-journal, which Isso never makes.
    #[error(
        "the journal beside it is of a transaction over several databases, and SQLite would delete the file that it names"
    )]
    SuperJournal,
    /// The caller has cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Counts what is in a database that Isso may be using; `None` if that takes too long or cannot be done.
pub fn count(database: &Path) -> Option<Counts> {
    count_quickly(&open(database, Access::Read).ok()?)
}

/// Counts what is in a database that no process uses, and makes no file beside it.
pub(crate) fn count_immutable(database: &Path) -> Option<Counts> {
    count_quickly(&open_immutable(database).ok()?)
}

/// Says why a database that no process uses is not Isso's, and makes no file beside it; `None` if it is Isso's.
pub(crate) fn find_schema_problem_immutable(database: &Path) -> Result<Option<SchemaProblem>, DatabaseProblem> {
    let connection = open_immutable(database).map_err(DatabaseProblem::Unreadable)?;
    in_time(&connection, ENOUGH, &(), schema_problem)
}

/// Says why a database is not Isso's; `None` if it is.
pub(crate) fn find_schema_problem(
    database: &Path,
    progress: &dyn Progress,
) -> Result<Option<SchemaProblem>, DatabaseProblem> {
    let connection = open(database, Access::Read).map_err(DatabaseProblem::Unreadable)?;
    in_time(&connection, ENOUGH, progress, schema_problem)
}

/// Has SQLite check everything in a database that no other process uses, and counts what is in it.
pub(crate) fn check_and_count(
    database: &Path,
    depth: Depth,
    progress: &dyn Progress,
) -> Result<Counts, DatabaseProblem> {
    let connection = open(database, Access::Read).map_err(DatabaseProblem::Unreadable)?;
    let counts = interrupted_if(
        || progress.is_cancelled(),
        &connection,
        |connection| check(connection, depth),
    );
    check_cancelled(progress)?;
    counts
}

fn check(connection: &Connection, depth: Depth) -> Result<Counts, DatabaseProblem> {
    match find_damage(connection, depth) {
        Ok(None) => {}
        Ok(Some(found)) => return Err(DatabaseProblem::Damaged(found)),
        Err(error) => return Err(DatabaseProblem::Unreadable(error)),
    }
    counted(connection).map_err(DatabaseProblem::Unreadable)
}

fn count_quickly(connection: &Connection) -> Option<Counts> {
    let end = Instant::now() + QUICK;
    interrupted_if(|| Instant::now() > end, connection, counted).ok()
}

/// Reads a schema within a limit. The more tables SQLite has read, the longer it takes for one more, so the schema of a
/// crafted file of some megabytes would keep it busy without end.
fn in_time<T>(
    connection: &Connection,
    limit: Duration,
    progress: &dyn Progress,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, DatabaseProblem> {
    let end = Instant::now() + limit;
    let is_over = || progress.is_cancelled() || Instant::now() > end;
    let read = interrupted_if(is_over, connection, read);
    check_cancelled(progress)?;
    read.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => DatabaseProblem::Endless(limit.as_secs()),
        _ => DatabaseProblem::Unreadable(error),
    })
}

/// Interrupts SQLite once `is_over` says so.
fn interrupted_if<T>(
    is_over: impl Fn() -> bool + Send,
    connection: &Connection,
    work: impl FnOnce(&Connection) -> T,
) -> T {
    let interrupt = connection.get_interrupt_handle();
    thread::scope(|scope| {
        let (done, wait) = mpsc::channel::<()>();
        scope.spawn(move || {
            loop {
                if is_over() {
                    interrupt.interrupt();
                }
                if wait.recv_timeout(Duration::from_millis(50)) != Err(Timeout) {
                    break;
                }
            }
        });
        let result = work(connection);
        drop(done);
        result
    })
}

/// A table that Isso has not made yet is an empty one.
fn counted(connection: &Connection) -> rusqlite::Result<Counts> {
    let count = |table: &str| -> rusqlite::Result<u64> {
        if !connection.table_exists(None, table)? {
            return Ok(0);
        }
        let count = format!("SELECT count(*) FROM {table}");
        let count: i64 = connection.query_row(&count, [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    Ok(Counts {
        comments: count("comments")?,
        threads: count("threads")?,
    })
}

/// Rolls back what a killed writer has left, and moves a write-ahead log into the database, so that the file alone
/// holds everything.
pub(crate) fn recover_database(database: &Path, progress: &dyn Progress) -> Result<(), DatabaseProblem> {
    if has_super_journal(database).map_err(DatabaseProblem::Journal)? {
        return Err(DatabaseProblem::SuperJournal);
    }
    let connection = open(database, Access::Recover).map_err(DatabaseProblem::Unreadable)?;
    in_time(&connection, ENOUGH, progress, |connection| {
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
    })?;
    if with_suffix(database, "-wal").exists() {
        let taken = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        taken.map_err(DatabaseProblem::Unreadable)?;
    }
    let closed = connection.close();
    closed.map_err(|(_, error)| DatabaseProblem::Unreadable(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_without_end_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let made = Connection::open(&database).unwrap();
        made.execute_batch(
            "PRAGMA synchronous = OFF; CREATE TABLE t (a); PRAGMA writable_schema = ON;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 60000)
             INSERT INTO sqlite_schema SELECT 'table', 't' || i, 't' || i, 2, 'CREATE TABLE t' || i || ' (a)' FROM n",
        )
        .unwrap();
        drop(made);
        let connection = open(&database, Access::Read).unwrap();
        let read = in_time(&connection, Duration::ZERO, &(), schema_problem);
        assert!(matches!(read, Err(DatabaseProblem::Endless(0))), "{read:?}");
    }
}
