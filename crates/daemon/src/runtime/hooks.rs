//! The file beside gunicorn that keeps it from forking at the wrong moment; the file says why.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{RuntimeError, file};

const HOOKS: &str = include_str!("../../gunicorn.conf.py");

/// Where a gunicorn finds its hooks.
pub(crate) fn hooks(gunicorn: &Path) -> PathBuf {
    gunicorn.with_file_name("gunicorn.conf.py")
}

/// Whether they are what this version writes.
pub(super) fn stand(gunicorn: &Path) -> bool {
    fs::read(hooks(gunicorn)).is_ok_and(|found| found == HOOKS.as_bytes())
}

pub(super) fn write(gunicorn: &Path) -> Result<(), RuntimeError> {
    let path = hooks(gunicorn);
    let written = File::create(&path).and_then(|mut hooks| hooks.write_all(HOOKS.as_bytes()));
    written.map_err(file("write", &path))
}
