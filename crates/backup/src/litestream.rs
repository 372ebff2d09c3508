//! Finds the folder that Litestream keeps beside a database.

use std::fs;
use std::path::{Path, PathBuf};

use isso_cfg::resolve;

/// The folder in which Litestream remembers how far it has copied a database, if there is one.
pub fn litestream(database: &Path) -> Option<PathBuf> {
    let target = resolve(database).unwrap_or_else(|_| database.to_owned());
    let state = |path: &Path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let state = path.with_file_name(format!(".{name}-litestream"));
        fs::symlink_metadata(&state).is_ok().then_some(state)
    };
    state(&target).or_else(|| state(database))
}
