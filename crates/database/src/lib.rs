//! A last look at the database before Isso gets it.
//!
//! Isso creates a database that is missing, and answers `/info` with 200 when it is corrupt. Either
//! would hide the loss of every comment behind a server that looks well, so both are refused here.
//! That a database was there is remembered by a marker beside it, `comments.db.exists`, written
//! once Isso has used it; deleting the marker is how a person says that an empty start is meant.

use std::fs::{File, metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

const NOTE: &str = "Isso has used the database beside this file. Should it vanish, Isso is not started, so that\n\
    nobody takes an empty database for the comments. Delete this file to begin with an empty one.\n";

/// Why Isso is not started on this database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Isso would fail, not create it.
    #[error("the database folder {0} is missing or cannot be entered")]
    Folder(PathBuf, #[source] io::Error),
    /// SQLite needs to create its journal beside the database.
    #[error("the database folder {0} cannot be written")]
    ReadOnly(PathBuf, #[source] io::Error),
    /// It was there before.
    #[error(
        "the database {database} is gone; restore a backup, or delete {marker} to begin with an empty one"
    )]
    Missing {
        /// Where it was.
        database: PathBuf,
        /// What remembers it.
        marker: PathBuf,
    },
    /// It had comments before, or at least Isso's tables.
    #[error(
        "the database {database} is empty; restore a backup, or delete it and {marker} to begin with an empty one"
    )]
    Empty {
        /// Where it is.
        database: PathBuf,
        /// What remembers that it was not empty.
        marker: PathBuf,
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

/// How closely a database is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its pages and rows (`quick_check`).
    Pages,
    /// Its indexes too (`integrity_check`).
    Indexes,
}

/// Says whether Isso may have the database, or a backup may. Reads all of it, about 0.7 s for each GiB.
///
/// A journal left by a crash is rolled back, as Isso itself would do. The file is never opened but
/// through SQLite: closing a descriptor drops the locks that this process holds on it
/// (<https://www.sqlite.org/howtocorrupt.html>, "Posix advisory locks canceled").
pub fn check_database(database: &Path, depth: Depth) -> Result<(), DatabaseError> {
    let folder = database.parent().unwrap_or(Path::new("/"));
    metadata(folder.join(".")).map_err(|e| DatabaseError::Folder(folder.to_owned(), e))?;
    writable(folder).map_err(|e| DatabaseError::ReadOnly(folder.to_owned(), e))?;

    let marker = marker(database);
    let known = marker.exists();
    match metadata(database) {
        Err(e) if e.kind() == ErrorKind::NotFound && !known => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let database = database.to_owned();
            return Err(DatabaseError::Missing { database, marker });
        }
        // Anything else that is wrong with the file, SQLite says better.
        _ => {}
    }
    match inspect(database, depth) {
        Ok(Content::Damaged(damage)) => Err(DatabaseError::Corrupt {
            database: database.to_owned(),
            damage,
        }),
        Ok(Content::Nothing) if known => Err(DatabaseError::Empty {
            database: database.to_owned(),
            marker,
        }),
        Ok(Content::Nothing | Content::Comments) => Ok(()),
        Err(error) => match error.sqlite_error_code() {
            // In use is not broken: an older generation may still be finishing a request.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(()),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Err(DatabaseError::Corrupt {
                    database: database.to_owned(),
                    damage: error.to_string(),
                })
            }
            _ => Err(DatabaseError::Unreadable(database.to_owned(), error)),
        },
    }
}

/// Remembers that the database is there. Repeatable; a database that is not there is not noted.
pub fn remember(database: &Path) -> io::Result<()> {
    if !database.exists() {
        return Ok(());
    }
    match File::create_new(marker(database)) {
        // That the marker exists is all that counts, so a part of the note would do no harm.
        Ok(mut file) => file.write_all(NOTE.as_bytes()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
}

fn marker(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".exists");
    name.into()
}

fn writable(folder: &Path) -> io::Result<()> {
    use nix::unistd::{AccessFlags, access};
    Ok(access(folder, AccessFlags::W_OK | AccessFlags::X_OK)?)
}

enum Content {
    Comments,
    Nothing,
    Damaged(String),
}

fn inspect(database: &Path, depth: Depth) -> rusqlite::Result<Content> {
    // Not read-only, or a hot journal could not be rolled back; not creating.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let one_row = |sql| connection.query_row(sql, [], |row| row.get::<_, String>(0));
    let damage = one_row(match depth {
        Depth::Pages => "PRAGMA quick_check(1)",
        Depth::Indexes => "PRAGMA integrity_check(1)",
    })?;
    if damage != "ok" {
        return Ok(Content::Damaged(damage));
    }
    match one_row("SELECT name FROM sqlite_master WHERE name = 'comments'") {
        Ok(_) => Ok(Content::Comments),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Content::Nothing),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A database as Isso leaves it, with the marker, then something happens to it.
    fn check(accident: impl FnOnce(&Path), expected: Result<(), &str>) {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let connection = Connection::open(&database).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE comments (text); CREATE INDEX found ON comments (text);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)
                 INSERT INTO comments SELECT hex(randomblob(50)) FROM n;",
            )
            .unwrap();
        drop(connection);
        remember(&database).unwrap();
        accident(&database);
        let outcome = check_database(&database, Depth::Pages).map_err(|e| e.to_string());
        match expected {
            Ok(()) => assert_eq!(outcome, Ok(())),
            Err(part) => {
                let error = outcome.unwrap_err();
                assert!(error.contains(part), "{error}");
                assert!(error.contains(folder.path().to_str().unwrap()), "{error}");
            }
        }
    }

    #[test]
    fn a_sound_database_is_taken() {
        check(|_| {}, Ok(()));
    }

    #[test]
    fn a_database_that_vanished_is_missed() {
        check(
            |db| fs::remove_file(db).unwrap(),
            Err("is gone; restore a backup, or delete"),
        );
    }

    #[test]
    fn without_the_marker_an_empty_start_is_meant() {
        check(
            |db| {
                fs::remove_file(db).unwrap();
                fs::remove_file(marker(db)).unwrap();
            },
            Ok(()),
        );
    }

    #[test]
    fn an_emptied_database_is_noticed() {
        check(|db| drop(File::create(db).unwrap()), Err("is empty"));
        check(
            |db| {
                let connection = Connection::open(db).unwrap();
                connection.execute_batch("DROP TABLE comments").unwrap();
            },
            Err("is empty"),
        );
    }

    #[test]
    fn a_corrupt_database_is_noticed() {
        let truncate = |db: &Path| {
            File::options()
                .write(true)
                .open(db)
                .unwrap()
                .set_len(9000)
                .unwrap();
        };
        check(truncate, Err("is corrupt"));
        let scribble = |db: &Path| {
            use std::os::unix::fs::FileExt;
            let file = File::options().write(true).open(db).unwrap();
            file.write_all_at(&[0x5a; 2000], 3 * 4096).unwrap();
        };
        check(scribble, Err("is corrupt"));
        let replace = |db: &Path| {
            let mut file = File::create(db).unwrap();
            file.write_all(&[b'x'; 5000]).unwrap();
        };
        check(replace, Err("is corrupt"));
    }

    #[test]
    fn a_database_in_use_is_not_corrupt() {
        let mut writer = None;
        check(
            |db| {
                let connection = Connection::open(db).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                writer = Some(connection);
            },
            Ok(()),
        );
    }

    #[test]
    fn a_missing_folder_is_named() {
        check(
            |db| fs::remove_dir_all(db.parent().unwrap()).unwrap(),
            Err("is missing or cannot be entered"),
        );
    }
}
