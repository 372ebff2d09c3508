//! Why a database is refused.

use std::io;
use std::path::PathBuf;

use crate::writing::Unwritable;

/// Why Isso is not started on this database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Isso would fail, not create it.
    #[error("the database folder {0} is missing or cannot be entered")]
    Folder(PathBuf, #[source] io::Error),
    /// Isso has to make its tables first, or SQLite has to write to it before it can be read.
    #[error("the database {database} cannot be used, since nothing can be written to it")]
    Unwritable {
        /// Where it is, or is to be.
        database: PathBuf,
        /// What is in the way.
        source: Unwritable,
    },
    /// It was there before.
    #[error("the database {database} is gone; restore a backup, or delete {marker} to begin with an empty one")]
    Missing {
        /// Where it was.
        database: PathBuf,
        /// What remembers it.
        marker: PathBuf,
    },
    /// It had comments before, or at least Isso's tables.
    #[error("the database {database} is empty; restore a backup, or delete it and {marker} to begin with an empty one")]
    Empty {
        /// Where it is.
        database: PathBuf,
        /// What remembers that it was not empty.
        marker: PathBuf,
    },
    /// Another program's, or one that lost a table.
    #[error(
        "the database {database} is not Isso's: it has no table `{lacks}` as Isso makes it; \
         restore a backup, or move the file away to begin with an empty one"
    )]
    NotIsso {
        /// Where it is.
        database: PathBuf,
        /// The table of Isso's that is not there.
        lacks: &'static str,
    },
    /// SQLite finds damage.
    #[error("the database {database} is corrupt ({damage}); restore a backup")]
    Corrupt {
        /// Where it is.
        database: PathBuf,
        /// The first damage SQLite names.
        damage: String,
    },
    /// The file is there and cannot be read or written.
    #[error("the database {0} cannot be opened")]
    Unreadable(PathBuf, #[source] rusqlite::Error),
}
