//! What is in a database, and whether it can be trusted.

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

/// How long counting may take; Isso cannot commit meanwhile.
const QUICK: Duration = Duration::from_millis(300);

/// How long it may take to read a schema; that of Isso takes no time at all.
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
    /// It is a database of something else.
    #[error("it is not Isso's: {0}")]
    Schema(SchemaProblem),
    /// Its schema takes too long to read.
    #[error("its tables cannot be read within {0} s, and Isso reads them for each request")]
    Endless(u64),
    /// What a killed writer has left beside it cannot be read.
    #[error("the journal beside it cannot be read")]
    Journal(#[source] io::Error),
    /// It belongs to something that Isso does not do.
    #[error(
        "the journal beside it is of a transaction over several databases, and SQLite would delete the file that it names"
    )]
    SuperJournal,
    /// Nobody wants to know any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Counts what is in a database that Isso may be using; nothing if that takes too long or cannot be done.
pub fn count(database: &Path) -> Option<Counts> {
    count_quickly(&open(database, Access::Read).ok()?)
}

/// Counts what is in a database that no process uses, without a trace.
pub(crate) fn count_immutable(database: &Path) -> Option<Counts> {
    count_quickly(&open_immutable(database).ok()?)
}

/// Tells in the same way what else than a database of Isso it is; nothing if it is one.
pub(crate) fn find_schema_problem_immutable(database: &Path) -> Result<Option<SchemaProblem>, DatabaseProblem> {
    let connection = open_immutable(database).map_err(DatabaseProblem::Unreadable)?;
    in_time(&connection, ENOUGH, &(), schema_problem)
}

/// Tells what else than a database of Isso it is; nothing if it is one.
pub(crate) fn find_schema_problem(
    database: &Path,
    progress: &dyn Progress,
) -> Result<Option<SchemaProblem>, DatabaseProblem> {
    let connection = open(database, Access::Read).map_err(DatabaseProblem::Unreadable)?;
    in_time(&connection, ENOUGH, progress, schema_problem)
}

/// Has SQLite look at everything in a database that nobody else uses, then counts.
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

/// Reads a schema. SQLite takes the longer for one more table the more it has read, and there is no end to it in a file
/// of some megabytes.
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

/// Has SQLite give up when there is a reason to.
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

/// Rolls back what a killed writer has left, and takes a write-ahead log in, so that the file is all there is.
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
