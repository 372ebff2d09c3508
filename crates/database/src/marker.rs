//! The marker, a file beside a database that says that there was one.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const NOTE: &str = "Isso has used the database beside this file. Should it vanish, Isso is not started, so that\n\
    nobody takes an empty database for the comments. Delete this file to begin with an empty one.\n";

/// Makes the marker, unless it is there or the database is not.
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

pub(crate) fn marker(database: &Path) -> PathBuf {
    beside(database, ".exists")
}

/// The path of a database with something after its name.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
