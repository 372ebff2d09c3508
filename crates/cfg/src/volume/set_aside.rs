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

/// Keeps what stood in a file beside it, as `<file>.<what>-<time>`.
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

/// Moves out of a file's place what is no file, or cannot be read. A link is as good as what it names.
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

/// Whether a file is there that we may not read: in a container, a file may belong to a user that it does not know.
fn is_closed_to_us(path: &Path) -> bool {
    File::open(path).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
        // One that is ours we open to ourselves.
        && fs::set_permissions(path, Permissions::from_mode(atomic::MODE)).is_err()
}

/// Moves a file, or whatever else is no folder, out of the place of a folder in the volume.
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

/// Takes the rights of others away from a file that needs no writing, for it holds passwords.
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
        // It is somebody else's file, and it is for them to close it.
        Err(error) if is_read_only(&error) => {}
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

fn now() -> String {
    timestamp(OffsetDateTime::now_utc())
}
