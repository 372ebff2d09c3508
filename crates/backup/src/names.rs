//! Free names for what a restore keeps.

use std::fs;
use std::path::{Path, PathBuf};

use isso_cfg::{numbered_names, timestamp};
use time::OffsetDateTime;

use crate::places::device;

/// A folder that is not there yet, for the files that give way: beside the backups, or if those lie on another file
/// system, in the volume itself.
pub(crate) fn free_name(root: &Path, prefix: &str) -> PathBuf {
    let is_apart = device(&root.join("backups")).is_some_and(|it| Some(it) != device(root));
    let folder = if is_apart { "" } else { "backups/" };
    PathBuf::from(free_beside(root, format!("{folder}{prefix}{}", now())))
}

/// The present time, as it stands in names.
pub(crate) fn now() -> String {
    timestamp(OffsetDateTime::now_utc())
}

/// The first name of this stem that is free in the volume.
pub(crate) fn free_beside(root: &Path, stem: String) -> String {
    let free = numbered_names(stem, "").find(|name| fs::symlink_metadata(root.join(name)).is_err());
    free.expect("there is always another number")
}
