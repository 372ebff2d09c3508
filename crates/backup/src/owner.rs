//! Whom files belong to.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use nix::unistd::geteuid;

/// Root does its work for the Isso of somebody else, so what it makes is given to whom the folder around it belongs.
/// Nobody else may give files away.
pub(crate) fn give(path: &Path, owner: &Metadata) -> io::Result<()> {
    let there = fs::symlink_metadata(path)?;
    if !geteuid().is_root() || (there.uid(), there.gid()) == (owner.uid(), owner.gid()) {
        return Ok(());
    }
    lchown(path, Some(owner.uid()), Some(owner.gid()))
}
