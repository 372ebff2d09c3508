//! Opens a database that may come from anywhere: its data is read, but none of its triggers and views is run.

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Result};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// No comment is as long as this, nor a statement that makes a table.
const LONGEST_VALUE: i32 = 64 * 1024 * 1024;
const LONGEST_STATEMENT: i32 = 1024 * 1024;

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing is written.
    Read,
    /// A transaction that a killed writer has left is rolled back, as Isso would do, and a write-ahead log may be moved
    /// into the database. No statement changes a row.
    Recover,
    /// Statements change rows.
    Write,
}

/// Held while a transaction writes, and while the database is open without SQLite.
static DESCRIPTORS: Mutex<()> = Mutex::new(());

/// Does something for which no other thread of this process may close the database: closing any descriptor of a file
/// drops the locks that SQLite holds on it (<https://www.sqlite.org/howtocorrupt.html>, "Posix advisory locks
/// canceled"). SQLite's own descriptors are no danger, for it closes none while a lock is held.
pub(crate) fn without_descriptors<T>(work: impl FnOnce() -> T) -> T {
    let _alone = DESCRIPTORS.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Opens a database as SQLite's documentation advises for one that cannot be trusted
/// (<https://www.sqlite.org/security.html>): its triggers and views do nothing, its schema may call no function with
/// side effects, CHECK constraints are not evaluated, a cell is checked before it is believed, and no value may fill
/// the memory.
///
/// Waits up to five seconds for another process that has it locked.
pub fn open(database: &Path, access: Access) -> Result<Connection> {
    let mode = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Recover | Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let connection = Connection::open_with_flags(database, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    guard(&connection)?;
    if access == Access::Write {
        connection.execute_batch("PRAGMA query_only = OFF")?;
    }
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Sets a connection up to trust nothing in the database. Must come before it reads anything.
pub(crate) fn guard(connection: &Connection) -> Result<()> {
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(option, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST_STATEMENT),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    connection.execute_batch(
        "PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA ignore_check_constraints = ON; PRAGMA mmap_size = 0;",
    )
}

#[cfg(test)]
mod tests {
    use std::fs::canonicalize;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::thorough::check_thoroughly;
    use crate::users::lock_holders;

    #[test]
    fn no_descriptor_is_closed_while_this_process_writes() {
        let folder = tempfile::tempdir().expect("there is room");
        let database = folder.path().join("comments.db");
        let connection = Connection::open(&database).expect("there is room");
        connection.execute_batch("CREATE TABLE t (x)").expect("it is SQL");
        let path = canonicalize(&database).expect("it is there");
        let (sender, begun) = mpsc::channel();
        let checking = without_descriptors(|| {
            connection.execute_batch("BEGIN IMMEDIATE").expect("it is free");
            let checking = thread::spawn(move || {
                sender.send(()).expect("it is waited for");
                check_thoroughly(&database).map(drop)
            });
            begun.recv().expect("it begins");
            for _ in 0..100 {
                assert!(!lock_holders(&path).is_empty(), "the lock is gone");
                thread::sleep(Duration::from_millis(1));
            }
            connection.execute_batch("ROLLBACK").expect("it is its own");
            checking
        });
        let checked = checking.join().expect("it does not panic");
        checked.expect("the database is whole");
    }
}
