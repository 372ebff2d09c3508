//! The quick check, made before Isso uses the database or StartOS copies it.

use std::fs::metadata;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::error::DatabaseError;
use crate::guard::{Access, open};
use crate::marker::marker;
use crate::schema::{Tables, sample, tables};
use crate::thorough::{Depth, check_thoroughly, damage_of};
use crate::verdict::{Damage, FileState, last_verdict};
use crate::writing::{ROOM_FOR_TABLES, check_writing};

/// Says whether Isso may be started on the database, or the database backed up. Takes the same time for every size,
/// unless the database is known to be damaged and has changed since.
///
/// A database that cannot be written to is taken if Isso has made its tables: pages go on showing its comments. Whether
/// new ones can be saved, [`check_writing`] says.
///
/// A journal left by a crash is rolled back, as Isso itself would do. Damage that a thorough check found counts if it
/// is in the pages or, with [`Depth::Indexes`], in an index.
pub fn check_database(database: &Path, depth: Depth) -> Result<(), DatabaseError> {
    if !is_there(database)? {
        return is_writable(database);
    }
    let marker = marker(database);
    let known = marker.exists();
    match inspect(database) {
        Ok(Tables::NotIsso(lacks)) => Err(DatabaseError::NotIsso {
            database: database.to_owned(),
            lacks,
        }),
        Ok(Tables::Nothing) if known => Err(DatabaseError::Empty {
            database: database.to_owned(),
            marker,
        }),
        Ok(Tables::Nothing) => {
            is_writable(database)?;
            known_damage(database, depth)
        }
        Ok(Tables::Isso) => known_damage(database, depth),
        Err(error) => match (damage_of(&error), error.sqlite_error_code()) {
            // A database in use is not broken: an older generation may still be finishing a request.
            (_, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => Ok(()),
            (Some(damage), _) => Err(corrupt(database, damage)),
            // Even to read, SQLite may have to write: to roll a journal back, or to index a write-ahead log.
            _ => is_writable(database).and_then(|()| Err(DatabaseError::Unreadable(database.to_owned(), error))),
        },
    }
}

/// Whether there is a database. One that is missing although it was there is an error.
pub(crate) fn is_there(database: &Path) -> Result<bool, DatabaseError> {
    let folder = database.parent().unwrap_or(Path::new("/"));
    metadata(folder.join(".")).map_err(|e| DatabaseError::Folder(folder.to_owned(), e))?;
    let marker = marker(database);
    match metadata(database) {
        Err(e) if e.kind() == ErrorKind::NotFound && !marker.exists() => Ok(false),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let database = database.to_owned();
            Err(DatabaseError::Missing { database, marker })
        }
        // SQLite names any other error better.
        _ => Ok(true),
    }
}

/// Isso makes its tables at its first start, and ends with a traceback where it cannot.
fn is_writable(database: &Path) -> Result<(), DatabaseError> {
    check_writing(database, ROOM_FOR_TABLES).map_err(|source| DatabaseError::Unwritable {
        database: database.to_owned(),
        source,
    })
}

/// Fails if the last thorough check found damage. A database that has changed since is checked again: a person may have
/// repaired it.
fn known_damage(database: &Path, depth: Depth) -> Result<(), DatabaseError> {
    let counts = |damage: &Damage| depth == Depth::Indexes || !damage.only_indexes;
    let Some(last) = last_verdict(database) else {
        return Ok(());
    };
    let Some(mut damage) = last.damage.filter(counts) else {
        return Ok(());
    };
    if FileState::of(database).ok() != Some(last.state) {
        // A database that cannot be checked just now still counts as damaged.
        if let Ok(verdict) = check_thoroughly(database) {
            match verdict.damage.filter(counts) {
                Some(found) => damage = found,
                None => return Ok(()),
            }
        }
    }
    Err(corrupt(database, damage))
}

fn corrupt(database: &Path, damage: Damage) -> DatabaseError {
    DatabaseError::Corrupt {
        database: database.to_owned(),
        damage: damage.found,
    }
}

fn inspect(database: &Path) -> rusqlite::Result<Tables> {
    // Not read-only, or a hot journal could not be rolled back; not creating.
    let connection = open(database, Access::Recover)?;
    // All reads are of one transaction. SQLite compares the file's length with the header's when it begins to read.
    let transaction = connection.unchecked_transaction()?;
    let found = tables(&transaction)?;
    if found == Tables::Isso {
        sample(&transaction)?;
    }
    is_complete(&transaction, database)?;
    Ok(found)
}

/// Fails if the file is shorter than its header says. SQLite accepts a last page of which only a part is there.
fn is_complete(connection: &Connection, database: &Path) -> rusqlite::Result<()> {
    let one = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    // Some pages of a write-ahead log are not in the file yet.
    if mode == "wal" {
        return Ok(());
    }
    let length = one("PRAGMA page_count")?.saturating_mul(one("PRAGMA page_size")?);
    let there = metadata(database).map_or(length, |file| i64::try_from(file.len()).unwrap_or(i64::MAX));
    if there >= length {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(format!(
            "the file has {there} bytes, and says itself that it has {length}"
        )),
    ))
}
