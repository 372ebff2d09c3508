//! What is unusual in the rows of Isso's database: comments that are never shown, comments that the next start deletes,
//! and pages that have several threads.
//!
//! Everything is read in short steps with pauses between them, because a reader's lock keeps Isso from committing, and
//! within a limit of time, because a database may be large.

mod comments;
mod threads;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

pub use comments::{CommentCounts, CommentProblem, Problems, count_comments};
pub use threads::same_pages;

use crate::guard::{Access, open};

/// Why rows were not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The time was not enough.
    #[error("reading the database {0} took longer than {1:?}")]
    TooSlow(PathBuf, Duration),
    /// SQLite cannot read it.
    #[error("SQLite cannot read the database {0}")]
    Sqlite(PathBuf, #[source] rusqlite::Error),
}

/// Opens a database for reading, which ends with an error once the limit is over.
pub fn open_within(database: &Path, limit: Duration) -> Result<Connection, ReadError> {
    /// So many of SQLite's instructions take less than a millisecond.
    const INSTRUCTIONS: i32 = 10_000;
    let failed = |error| ReadError::Sqlite(database.to_owned(), error);
    let mut connection = open(database, Access::Read).map_err(failed)?;
    let end = Instant::now() + limit;
    connection
        .progress_handler(INSTRUCTIONS, Some(move || Instant::now() > end))
        .map_err(failed)?;
    Ok(connection)
}

/// The error of a read that [`open_within`] began.
fn read_error(database: &Path, limit: Duration, error: rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => ReadError::TooSlow(database.to_owned(), limit),
        _ => ReadError::Sqlite(database.to_owned(), error),
    }
}
