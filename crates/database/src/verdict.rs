//! The verdict of a thorough check, kept in a file beside the database.

use std::fs::{Metadata, metadata, read};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::marker::beside;

/// The verdict of a thorough check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What is broken; `None` of a database that is whole.
    pub damage: Option<Damage>,
    /// SQLite's change counter at that moment (<https://www.sqlite.org/fileformat.html>, 1.3.9).
    pub change_counter: u32,
    /// The state of the file that this was found in.
    pub state: FileState,
    /// When, in seconds since 1970.
    pub checked: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Damage {
    /// The first damage that SQLite names.
    pub found: String,
    /// Whether all rows can be read, and only an index does not match them.
    pub only_indexes: bool,
}

/// The state of a file. Two states are told apart without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileState {
    /// How long it is, in bytes.
    pub size: u64,
    /// Which file it is.
    pub inode: u64,
    /// When it was last changed or put here, in nanoseconds since 1970 (`st_ctime`). No program can set it, so a good
    /// copy is told from a damaged file of the same length, counter and date.
    pub changed_ns: i64,
}

impl FileState {
    /// Reads the state of the file, without opening it.
    pub fn of(database: &Path) -> io::Result<FileState> {
        Ok(FileState::from(&metadata(database)?))
    }
}

impl From<&Metadata> for FileState {
    fn from(metadata: &Metadata) -> FileState {
        let seconds = metadata.ctime().saturating_mul(1_000_000_000);
        FileState {
            size: metadata.size(),
            inode: metadata.ino(),
            changed_ns: seconds.saturating_add(metadata.ctime_nsec()),
        }
    }
}

impl Verdict {
    /// How long ago the check was. If the clock was put back since, it counts as old.
    pub fn age(&self) -> Duration {
        let checked = UNIX_EPOCH + Duration::from_secs(self.checked);
        let age = SystemTime::now().duration_since(checked);
        age.unwrap_or(Duration::MAX)
    }

    /// Replaces the file beside the database with a new one of mode 0600. After a failure the old one is still there.
    pub(crate) fn keep(&self, database: &Path) -> io::Result<()> {
        let folder = database.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, self)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(beside(database, ".checked"))?;
        Ok(())
    }
}

/// The last verdict on a database, whether or not it has changed since; `None` if there is none that can be read.
pub fn last_verdict(database: &Path) -> Option<Verdict> {
    serde_json::from_slice(&read(beside(database, ".checked")).ok()?).ok()
}
