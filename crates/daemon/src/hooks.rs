//! gunicorn's configuration: what keeps it from losing something of Isso. The file says why.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const HOOKS: &str = include_str!("../gunicorn.conf.py");
const GUARD: &str = include_str!("../guard.conf.py");

/// Where a gunicorn of a [`crate::Runtime`] finds its hooks.
pub(crate) fn beside(gunicorn: &Path) -> PathBuf {
    gunicorn.with_file_name("gunicorn.conf.py")
}

/// Whether they are what this version writes.
pub(crate) fn stand(path: &Path) -> bool {
    fs::read(path).is_ok_and(|found| found == HOOKS.as_bytes())
}

pub(crate) fn write(path: &Path) -> io::Result<()> {
    File::create(path)?.write_all(HOOKS.as_bytes())
}

/// For a gunicorn that has a configuration of its own.
pub(crate) fn write_guard(path: &Path) -> io::Result<()> {
    // JSON's strings are Python's.
    let hooks = serde_json::to_string(HOOKS)?;
    File::create(path)?.write_all(format!("HOOKS = {hooks}\n{GUARD}").as_bytes())
}
