//! The places in a volume where restored files go.

use std::fs;
use std::path::Path;

use isso_cfg::resolve;
use nix::unistd::{AccessFlags, access};

use crate::stage_error::StageError;

/// Checks that these files can be put in place in the volume at `root`, before Isso is stopped for it. They are named
/// by their paths in a volume, as [`RestoreSource::files`](crate::RestoreSource::files) has them.
pub fn check_places(root: &Path, files: &[&str]) -> Result<(), StageError> {
    for file in files {
        let link = root.join(file);
        let place = resolve(&link).map_err(|error| StageError::Link(link.clone(), error))?;
        let folder = place.parent().unwrap_or(root);
        if let Err(error) = fs::metadata(folder) {
            // A folder that is missing is made, unless it is one that a link names.
            if place != link || fs::symlink_metadata(folder).is_ok() {
                return Err(StageError::Link(link, error));
            }
            continue;
        }
        if device(folder) != device(root) && root.exists() {
            return Err(StageError::Apart(folder.to_owned(), root.to_owned()));
        }
        // To bring a rename to the disk, the folder is opened to be read.
        access(folder, AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK)
            .map_err(|error| StageError::Write(folder.to_owned(), error.into()))?;
    }
    Ok(())
}

/// The file system that a file or folder is on.
pub(crate) fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|it| it.dev())
}
