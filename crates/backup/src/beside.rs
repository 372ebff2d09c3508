//! Files that stand beside a database and are named after it.

use std::fs;
use std::path::{Path, PathBuf};

/// The path of a file with something after its name, such as `comments.db-journal`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The files in which SQLite keeps what has not reached a database yet, by what follows the database's name. SQLite
/// makes them beside the file itself, wherever a link leads.
pub(crate) fn journals(database: &Path) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let real = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    ["-journal", "-wal"]
        .into_iter()
        .map(move |suffix| (suffix, with_suffix(&real, suffix)))
}
