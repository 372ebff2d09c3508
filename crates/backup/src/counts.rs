//! What is in a database, and whether it can be trusted.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError::Timeout;
use std::thread;
use std::time::{Duration, Instant};

use isso_database::{
    Access, Depth, Foreign, find_damage, foreign, open, open_immutable, stranger_journal,
};
use rusqlite::Connection;

use crate::manifest::Counts;
use crate::watch::{Cancelled, Watch, go_on};

/// Who counts keeps Isso from writing for so long.
const QUICK: Duration = Duration::from_millis(300);

/// Why a copy of a database is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// SQLite finds damage.
    #[error("SQLite finds: {0}")]
    Damaged(String),
    /// SQLite cannot read it.
    #[error("SQLite cannot read it")]
    Unreadable(#[source] rusqlite::Error),
    /// It is a database of something else.
    #[error("it is not Isso's: {0}")]
    Foreign(Foreign),
    /// What a killed writer has left beside it cannot be read.
    #[error("the journal beside it cannot be read")]
    Journal(#[source] io::Error),
    /// It belongs to something that Isso does not do.
    #[error(
        "the journal beside it is of a transaction over several databases, and SQLite would delete the file that it names"
    )]
    StrangerJournal,
    /// Nobody wants to know any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Counts what is in a database that Isso may be using; nothing if that takes too long or cannot be done.
pub fn count(database: &Path) -> Option<Counts> {
    quickly(&open(database, Access::Read).ok()?)
}

/// Counts what is in a database that no process uses, without a trace.
pub(crate) fn count_still(database: &Path) -> Option<Counts> {
    quickly(&open_immutable(database).ok()?)
}

/// Tells in the same way what else than a database of Isso it is; nothing if it is one.
pub(crate) fn foreign_still(database: &Path) -> rusqlite::Result<Option<Foreign>> {
    foreign(&open_immutable(database)?)
}

/// Tells what else than a database of Isso it is; nothing if it is one.
pub(crate) fn is_foreign(database: &Path) -> rusqlite::Result<Option<Foreign>> {
    foreign(&open(database, Access::Read)?)
}

/// Has SQLite look at everything in a database that nobody else uses, then counts.
pub(crate) fn of_sound(
    database: &Path,
    depth: Depth,
    watch: &dyn Watch,
) -> Result<Counts, Unsound> {
    let connection = open(database, Access::Read).map_err(Unsound::Unreadable)?;
    let counts = interrupted_if(
        || watch.is_cancelled(),
        &connection,
        |connection| look(connection, depth),
    );
    go_on(watch)?;
    counts
}

fn look(connection: &Connection, depth: Depth) -> Result<Counts, Unsound> {
    match find_damage(connection, depth) {
        Ok(None) => {}
        Ok(Some(found)) => return Err(Unsound::Damaged(found)),
        Err(error) => return Err(Unsound::Unreadable(error)),
    }
    counted(connection).map_err(Unsound::Unreadable)
}

fn quickly(connection: &Connection) -> Option<Counts> {
    let end = Instant::now() + QUICK;
    interrupted_if(|| Instant::now() > end, connection, counted).ok()
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
            while wait.recv_timeout(Duration::from_millis(50)) == Err(Timeout) {
                if is_over() {
                    interrupt.interrupt();
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
pub(crate) fn settle_database(database: &Path) -> Result<(), Unsound> {
    if stranger_journal(database).map_err(Unsound::Journal)? {
        return Err(Unsound::StrangerJournal);
    }
    let settle = || {
        let connection = open(database, Access::Settle)?;
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        if with_suffix(database, "-wal").exists() {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        connection.close().map_err(|(_, error)| error)
    };
    settle().map_err(Unsound::Unreadable)
}

/// `comments.db-journal` and the like.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
