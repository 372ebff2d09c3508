//! Replaces a file so that a reader, or a crash, finds the old one or the new one and never a part.
//!
//! The `tempfile` crate makes the temporary file and renames it. No crate for atomic writes does the rest:
//! `atomicwrites` and `atomic-write-file` replace a symbolic link itself instead of the file that it names, and do not
//! give the new file the owner of the old one. An `isso.cfg` may be such a link, and may belong to another user than
//! root.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::file_names::numbered_names;

/// The mode of every file that is written: they hold passwords.
pub(crate) const MODE: u32 = 0o600;

/// So many files of one name and one second are kept.
const MOST_KEPT: usize = 999;

/// Writes a file anew: a temporary file beside it, flushed, renamed over it, and the folder flushed.
///
/// When this returns, the new contents survive a crash; before, the old do. The new file has mode 0600 and, if root
/// writes it, the owner of the old one. A link is followed: the file that it names is replaced, and the link stays.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let target = resolve(path)?;
    write_temporary(&target, contents)?
        .persist(&target)
        .map_err(|error| error.error)?;
    sync_folder(folder_of(&target))
}

/// Writes a file beside another under the first free name, so that no file is overwritten; gives its path.
pub(crate) fn write_beside(path: &Path, suffix: &str, contents: &[u8]) -> io::Result<PathBuf> {
    let mut file = write_temporary(path, contents)?;
    for name in kept_names(path, suffix) {
        file = match file.persist_noclobber(&name) {
            Ok(_) => {
                sync_folder(folder_of(path))?;
                return Ok(name);
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => error.file,
            Err(error) => return Err(error.error),
        };
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames a file, folder, link or pipe to the first free name beside it; gives that name.
pub(crate) fn move_aside(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    // Every writer holds the volume's lock, so the name stays free until the rename.
    let free = kept_names(path, suffix).find(|name| fs::symlink_metadata(name).is_err());
    let name = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(path, &name)?;
    sync_folder(folder_of(path))?;
    Ok(name)
}

/// Removes the temporary files that a killed writer left beside a file. The caller holds the lock.
pub(crate) fn remove_leftovers(path: &Path) -> io::Result<()> {
    let target = resolve(path)?;
    let prefix = prefix(&target);
    for entry in fs::read_dir(folder_of(&target))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The folder that a path is in; for a bare name, the working directory.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Brings the names in a folder to the disk. A file system that can do that for no folder keeps them anyway.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// Follows links to the file that they finally name, which need not exist.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    // Linux gives up after 40 links as well: https://man7.org/linux/man-pages/man7/path_resolution.7.html
    let mut target = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(target);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Writes a temporary file that is to stand beside a file or in its place, down to the disk.
fn write_temporary(path: &Path, contents: &[u8]) -> io::Result<NamedTempFile> {
    let mode = Permissions::from_mode(MODE);
    let mut file = Builder::new()
        .prefix(&prefix(path))
        .permissions(mode)
        .tempfile_in(folder_of(path))?;
    file.write_all(contents)?;
    keep_owner(path, file.as_file())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The beginning of the names of temporary files, by which they are found when their writer was killed.
fn prefix(path: &Path) -> String {
    format!(".{}.new-", file_name(path))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names under which a file may be kept beside its place. There is an end to them, so that a file system that calls
/// every name taken is an error.
fn kept_names(path: &Path, suffix: &str) -> impl Iterator<Item = PathBuf> {
    let stem = format!("{}.{suffix}", file_name(path));
    let names = numbered_names(stem, "").take(MOST_KEPT);
    names.map(|name| path.with_file_name(name))
}

fn keep_owner(old: &Path, new: &File) -> io::Result<()> {
    let old = match fs::metadata(old) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let present = new.metadata()?;
    if (old.uid(), old.gid()) == (present.uid(), present.gid()) {
        return Ok(());
    }
    match std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid())) {
        // Only root may give files away. Another user who may replace the file becomes its owner.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        // In a user namespace (a rootless container) the owner may have no number; then the user who writes owns the
        // file.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}
