//! Reads and writes one file, with errors that name it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::VolumeError;
use crate::atomic;

/// How many bytes `isso.cfg` or `store.json` may have. A host holds several copies of one.
pub const SETTINGS_MAX: u64 = 1024 * 1024;

/// Reads a file; `None` if there is none. A file of more than 1 MiB is an error.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, VolumeError> {
    let failed = |source| VolumeError::Read {
        path: path.to_owned(),
        source,
    };
    match fs::metadata(path) {
        // Opening a pipe would wait for a writer.
        Ok(there) if !there.is_file() => Err(failed(io::Error::other("it is not a file"))),
        Ok(there) => read_up_to_most(path, there.len()).map(Some).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn read_up_to_most(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The file may grow meanwhile.
    let read = File::open(path)?.take(SETTINGS_MAX + 1).read_to_end(&mut bytes)?;
    let size = size.max(read as u64);
    if size > SETTINGS_MAX {
        return Err(io::Error::other(format!(
            "it has {size} bytes, and settings may have {SETTINGS_MAX} at most"
        )));
    }
    Ok(bytes)
}

/// Replaces a file.
pub(super) fn write(path: &Path, contents: &[u8]) -> Result<(), VolumeError> {
    atomic::write(path, contents).map_err(|source| VolumeError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Makes a folder and its parents, unless they are there.
pub(super) fn make_folder(path: &Path) -> Result<(), VolumeError> {
    let mut builder = fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(|source| VolumeError::Folder {
        path: path.to_owned(),
        source,
    })
}

/// Says whether an error means that this process may not write there.
pub(super) fn is_read_only(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}
