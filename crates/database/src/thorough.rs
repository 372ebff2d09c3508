//! The thorough check: reads every page, and keeps no writer waiting.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::guard::{Access, guard, open, without_descriptors};
use crate::marker::beside;
use crate::verdict::{Damage, FileState, Verdict};

/// How closely a database is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its pages and rows (`quick_check`).
    Pages,
    /// Its indexes too (`integrity_check`).
    Indexes,
}

/// Why a thorough check came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The database was written to, so the pages are not of one moment.
    #[error("the database {0} was written to meanwhile")]
    Changed(PathBuf),
    /// The file cannot be read.
    #[error("cannot read the database {0}")]
    Read(PathBuf, #[source] io::Error),
    /// SQLite cannot use it, for a reason that is no damage.
    #[error("SQLite cannot read the database {0}")]
    Sqlite(PathBuf, #[source] rusqlite::Error),
}

/// Reads the whole database, about 0.7 s for each GiB, and remembers what it found.
///
/// With SQLite's rollback journal, which Isso uses, a reader's lock keeps Isso from committing. So none is taken:
/// a verdict counts if the file was the same before and after. In WAL mode readers block no writer, so there SQLite
/// reads one transaction.
pub fn check_thoroughly(database: &Path) -> Result<Verdict, CheckError> {
    let begun = Instant::now();
    let unread = |error| CheckError::Read(database.to_owned(), error);
    let failed = |error| CheckError::Sqlite(database.to_owned(), error);
    let before = Moment::of(database).map_err(unread)?;
    if before.is_written {
        return Err(CheckError::Changed(database.to_owned()));
    }
    let opened = match before.has_wal {
        true => open(database, Access::Read),
        false => open_immutable(database),
    };
    let damage = match opened.map(|connection| examine(&connection)) {
        Ok(Ok(damage)) => damage,
        Ok(Err(error)) | Err(error) => Some(damage_of(&error).ok_or(error).map_err(failed)?),
    };
    if !before.has_wal && Moment::of(database).map_err(unread)? != before {
        return Err(CheckError::Changed(database.to_owned()));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let verdict = Verdict {
        damage,
        change_counter: before.change_counter,
        state: before.state,
        checked: now.unwrap_or_default().as_secs(),
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    // A verdict that cannot be kept is still returned.
    let _ = verdict.keep(database);
    Ok(verdict)
}

/// The first damage that SQLite finds, on one line.
pub fn find_damage(connection: &Connection, depth: Depth) -> rusqlite::Result<Option<String>> {
    let check = match depth {
        Depth::Pages => "PRAGMA quick_check(1)",
        Depth::Indexes => "PRAGMA integrity_check(1)",
    };
    let found: String = connection.query_row(check, [], |row| row.get(0))?;
    // A line above the damage names the database, which is always this one.
    let line = found.lines().find(|line| !line.starts_with("***"));
    Ok((found != "ok").then(|| line.unwrap_or(&found).to_owned()))
}

/// Opens a database to read it without locks and without a trace: SQLite, where there was a write-ahead log once,
/// makes files beside it even to read. What is read is not of one moment if another process writes.
pub fn open_immutable(database: &Path) -> rusqlite::Result<Connection> {
    let bytes = database.as_os_str().as_bytes().iter();
    let escaped: String = bytes.map(|byte| format!("%{byte:02x}")).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?;
    guard(&connection)?;
    Ok(connection)
}

fn examine(connection: &Connection) -> rusqlite::Result<Option<Damage>> {
    let Some(found) = find_damage(connection, Depth::Indexes)? else {
        return Ok(None);
    };
    let only_indexes = find_damage(connection, Depth::Pages)?.is_none();
    Ok(Some(Damage { found, only_indexes }))
}

/// The damage that an error of SQLite stands for, if it does.
pub(crate) fn damage_of(error: &rusqlite::Error) -> Option<Damage> {
    let damaged = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    );
    damaged.then(|| Damage {
        found: error.to_string(),
        only_indexes: false,
    })
}

/// A state of the file, and whether it is one between two transactions.
#[derive(PartialEq, Eq)]
struct Moment {
    state: FileState,
    change_counter: u32,
    has_wal: bool,
    is_written: bool,
}

impl Moment {
    fn of(database: &Path) -> io::Result<Moment> {
        without_descriptors(|| Moment::read(database))
    }

    fn read(database: &Path) -> io::Result<Moment> {
        let mut file = File::open(database)?;
        // As much as SQLite's header: 18 and 19 tell the journal mode, 24 to 27 hold the change counter
        // (<https://www.sqlite.org/fileformat.html>, 1.3). A file that ends sooner is no database, as SQLite will find.
        let mut header = [0; 100];
        let mut length = 0;
        while length < header.len() {
            match file.read(&mut header[length..])? {
                0 => break,
                read => length += read,
            }
        }
        let counter = [header[24], header[25], header[26], header[27]];
        Ok(Moment {
            state: FileState::from(&file.metadata()?),
            change_counter: u32::from_be_bytes(counter),
            has_wal: header[18..20] == [2, 2],
            is_written: has_journal(database)?,
        })
    }
}

/// Whether a transaction is under way, or was when its process died. A journal that is kept between two of them
/// is empty, or its header is (<https://www.sqlite.org/pragma.html#pragma_journal_mode>).
fn has_journal(database: &Path) -> io::Result<bool> {
    let mut first = [0];
    match File::open(beside(database, "-journal")) {
        Ok(mut journal) => Ok(journal.read(&mut first)? == 1 && first != [0]),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
