//! The room on a disk.

use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

/// The disk is too full for what is to be written.
#[derive(Debug, thiserror::Error)]
#[error("there is not enough room in {folder}: {needed} bytes are needed, {free} are free")]
pub struct NoSpace {
    folder: PathBuf,
    needed: u64,
    free: u64,
}

/// Fails if there is certainly too little room. Succeeds where the file system does not say how much there is.
pub(crate) fn need(folder: &Path, needed: u64) -> Result<(), NoSpace> {
    let Ok(there) = statvfs(folder) else {
        return Ok(());
    };
    let free = there.blocks_available().saturating_mul(there.fragment_size());
    // Some file systems on a network say 0 of 0.
    if there.blocks() == 0 || free >= needed {
        return Ok(());
    }
    Err(NoSpace {
        folder: folder.to_owned(),
        needed,
        free,
    })
}
