//! The configuration of gunicorn: hooks without which requests, comments or mails may be lost. `gunicorn.conf.py` gives
//! the reason of each.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const HOOKS: &str = include_str!("../gunicorn.conf.py");
const GUARD: &str = include_str!("../guard.conf.py");

/// The path of the hooks of a gunicorn in a [`crate::Runtime`].
pub(crate) fn beside(gunicorn: &Path) -> PathBuf {
    gunicorn.with_file_name("gunicorn.conf.py")
}

/// Whether the file holds the hooks of this version.
pub(crate) fn are_current(path: &Path) -> bool {
    fs::read(path).is_ok_and(|found| found == HOOKS.as_bytes())
}

pub(crate) fn write(path: &Path) -> io::Result<()> {
    File::create(path)?.write_all(HOOKS.as_bytes())
}

/// Writes a configuration that reads the one which a gunicorn has already, and refuses what cannot be supervised.
pub(crate) fn write_guard(path: &Path) -> io::Result<()> {
    // JSON's strings are Python's.
    let hooks = serde_json::to_string(HOOKS)?;
    File::create(path)?.write_all(format!("HOOKS = {hooks}\n{GUARD}").as_bytes())
}
