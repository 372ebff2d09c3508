//! Keeps what stands in the place of a file under another name, and closes files to other users.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use time::OffsetDateTime;

use super::files::is_read_only;
use super::{Note, Volume, VolumeError};
use crate::atomic::{self, folder_of};
use crate::file_names::timestamp;

/// Keeps the bytes of a file beside it, as `<file>.<what>-<time>`.
pub(super) fn set_aside(path: &Path, what: &str, bytes: &[u8]) -> Result<Note, VolumeError> {
    let kept = atomic::write_beside(path, &format!("{what}-{}", now()), bytes);
    let kept = kept.map_err(|source| VolumeError::SetAside {
        path: path.to_owned(),
        source,
    })?;
    Ok(Note::SetAside {
        path: path.to_owned(),
        kept,
    })
}

/// Moves a folder, a pipe or a file that cannot be read out of the place of a file. A link counts as what it names.
pub(super) fn make_way(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let is_in_the_way = match fs::metadata(path) {
        Ok(there) => there.is_file() && is_closed_to_us(path) || !there.is_file(),
        // A link to nowhere: what it names could not be made where there is no folder for it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::symlink_metadata(path).is_ok() && !atomic::resolve(path).is_ok_and(|target| folder_of(&target).is_dir())
        }
        Err(_) => true,
    };
    if is_in_the_way {
        move_aside(path, notes)?;
    }
    Ok(())
}

/// Whether this process may not read the file: in a container, a file may belong to a user that the container does not
/// know.
fn is_closed_to_us(path: &Path) -> bool {
    File::open(path).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
        // The owner of a file may open it to itself.
        && fs::set_permissions(path, Permissions::from_mode(atomic::MODE)).is_err()
}

/// Moves a file, or another thing that is no folder, out of the place of a folder in the volume.
pub(super) fn make_way_for_folder(path: &Path, volume: &Volume, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let is_there = fs::symlink_metadata(path).is_ok();
    if path != volume.root() && is_there && !path.is_dir() {
        move_aside(path, notes)?;
    }
    Ok(())
}

fn move_aside(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let kept = atomic::move_aside(path, &format!("rejected-{}", now())).map_err(|source| VolumeError::SetAside {
        path: path.to_owned(),
        source,
    })?;
    notes.push(Note::SetAside {
        path: path.to_owned(),
        kept,
    });
    Ok(())
}

/// Closes a file to other users, because it holds passwords. A file that is written anew is closed anyway.
pub(super) fn close(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let failed = |source| VolumeError::Write {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    match fs::set_permissions(path, Permissions::from_mode(atomic::MODE)) {
        Ok(()) => notes.push(Note::Closed { path: path.to_owned() }),
        // The file belongs to another user, who alone may close it.
        Err(error) if is_read_only(&error) => {}
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

fn now() -> String {
    timestamp(OffsetDateTime::now_utc())
}
