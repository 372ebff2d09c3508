//! The session key, with which Isso signs logins, edit cookies and the links in mails.
//!
//! Isso makes the key at its first start, keeps it in the table `preferences`, and reads it at every start
//! ([`isso/db/preferences.py`](https://github.com/isso-comments/isso/blob/0.14.0/isso/db/preferences.py)). So a new key
//! counts once Isso was started again. That there is one, a file beside the database tells ([`KeyState`]): to look for
//! the key itself would be to open the database, which another process may have locked.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use rusqlite::{ErrorCode, Transaction, TransactionBehavior};
use tempfile::NamedTempFile;

use crate::error::DatabaseError;
use crate::guard::{Access, open, without_descriptors};
use crate::marker::beside;
use crate::quick::is_there;
use crate::schema::{Tables, tables};
use crate::thorough::damage_of;
use crate::verdict::FileState;
use crate::writing::{ROOM_FOR_A_COMMENT, check_writing};

/// As long as Isso makes it.
const KEY_BYTES: usize = 24;
const NOTE: &str = "Isso got a new session key when this file was made. A running issoctl compares the file, and puts a\n\
    new key in force. Nothing is lost if you delete it.\n";

/// What became of the session key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// There is a new one, which Isso takes at its next start.
    Renewed,
    /// There is no database, or no table in it yet: Isso will make a key with its tables.
    NoKey,
}

/// Why the session key was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    /// The database is not one to write to.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The system has no random numbers.
    #[error("the system's random number generator did not deliver")]
    Randomness(#[source] SysError),
    /// SQLite did not take it; the key is the one before.
    #[error("the new session key cannot be written to the database {database}")]
    Write {
        /// Where it is.
        database: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The new key is in the database, and no running Isso is told of it.
    #[error("the session key is a new one, but {path} cannot be written, by which a running issoctl would notice")]
    Unnoticed {
        /// The file that tells of a new key.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl RenewalError {
    /// Whether another process had the database locked for longer than it was waited for.
    pub fn is_locked(&self) -> bool {
        match self {
            RenewalError::Write { source, .. } => source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy),
            _ => false,
        }
    }
}

/// Gives Isso another session key. Whatever the one before has signed is void as soon as Isso was started again.
///
/// A running Isso goes on meanwhile. It waits for this transaction as for another worker's, and this one waits up to
/// five seconds for each lock of Isso's. Of a process that is killed, either the old key is left or the new one.
pub fn renew_session_key(database: &Path) -> Result<Renewal, RenewalError> {
    let key = new_key().map_err(RenewalError::Randomness)?;
    if !is_there(database)? {
        return Ok(Renewal::NoKey);
    }
    check_writing(database, ROOM_FOR_A_COMMENT).map_err(|source| DatabaseError::Unwritable {
        database: database.to_owned(),
        source,
    })?;
    let found = write(database, &key).map_err(|error| failed(database, error))?;
    match found {
        Tables::Isso => {}
        Tables::Nothing => return Ok(Renewal::NoKey),
        Tables::NotIsso(lacks) => {
            let database = database.to_owned();
            return Err(DatabaseError::NotIsso { database, lacks }.into());
        }
    }
    // After the key: a process that sees the file starts an Isso that must find the new key.
    let path = beside(database, ".signed-out");
    note(&path).map_err(|source| RenewalError::Unnoticed { path, source })?;
    Ok(Renewal::Renewed)
}

/// Tells whether the session key was renewed between two moments. Opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyState(Option<FileState>);

impl KeyState {
    /// Reads the state of the file that tells of a new key.
    pub fn of(database: &Path) -> io::Result<KeyState> {
        match FileState::of(&beside(database, ".signed-out")) {
            Ok(state) => Ok(KeyState(Some(state))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(KeyState(None)),
            Err(error) => Err(error),
        }
    }
}

/// Makes a key as Isso does: hexadecimal digits of random bytes, here from the kernel.
fn new_key() -> Result<String, SysError> {
    let mut bytes = [0; KEY_BYTES];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the key if the tables are Isso's, and says whose they are.
fn write(database: &Path, key: &str) -> rusqlite::Result<Tables> {
    without_descriptors(|| {
        let mut connection = open(database, Access::Write)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = tables(&transaction)?;
        if found == Tables::Isso {
            put(&transaction, key)?;
            transaction.commit()?;
        }
        Ok(found)
    })
}

fn put(transaction: &Transaction<'_>, key: &str) -> rusqlite::Result<()> {
    let changed = transaction.execute("UPDATE preferences SET value = ?1 WHERE key = 'session-key'", [key])?;
    if changed == 0 {
        transaction.execute("INSERT INTO preferences (key, value) VALUES ('session-key', ?1)", [key])?;
    }
    Ok(())
}

fn failed(database: &Path, source: rusqlite::Error) -> RenewalError {
    let database = database.to_owned();
    match damage_of(&source) {
        Some(damage) => {
            let damage = damage.found;
            DatabaseError::Corrupt { database, damage }.into()
        }
        None => RenewalError::Write { database, source },
    }
}

/// Replaces the file, so that its state is another one.
fn note(path: &Path) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new("/")))?;
    file.write_all(NOTE.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
