//! A folder for unfinished files, beside the place where the finished ones go.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use isso_cfg::{numbered_names, sync_folder};
use nix::fcntl::OFlag;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::{Builder, TempDir};

use crate::remove;

const PREFIX: &str = ".issoctl-";
const LOCK: &str = "lock";
const UNLOCKED: &str = "locking";
/// Added to the name of a folder that is being removed.
const GONE: &str = "gone";

/// A hidden folder. Dropping it removes it; one that a killed process has left is removed by the next process that
/// stages files there.
#[derive(Debug)]
pub(crate) struct StagingDir {
    folder: TempDir,
    beside: PathBuf,
    /// Locked for as long as this process uses the folder.
    _lock: File,
}

/// Why files cannot be staged in a folder, or not get their names there.
#[derive(Debug, thiserror::Error)]
pub enum StagingDirError {
    /// The folder cannot be written.
    #[error("cannot write to the folder {0}")]
    Folder(PathBuf, #[source] io::Error),
    /// The finished file cannot get its name.
    #[error("cannot put the finished file in place as {0}")]
    Publish(PathBuf, #[source] io::Error),
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // Files that are left are removed with the next staging folder.
        let _ = remove(self.path());
    }
}

impl StagingDir {
    /// Makes one in a folder, which is made if it is missing.
    pub fn new(beside: &Path) -> Result<StagingDir, StagingDirError> {
        let make = || {
            fs::create_dir_all(beside)?;
            // In a folder that is shared, another user may have left what only that user can remove.
            let _ = remove_abandoned(beside);
            let folder = Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(beside)?;
            // The lock gets its name only once it is held, so a `lock` that is not held means that the work has ended.
            let unlocked = folder.path().join(UNLOCKED);
            let lock = File::create_new(&unlocked)?;
            lock.lock()?;
            fs::rename(unlocked, folder.path().join(LOCK))?;
            Ok((folder, lock))
        };
        let (folder, _lock) = make().map_err(|error| StagingDirError::Folder(beside.to_owned(), error))?;
        Ok(StagingDir {
            folder,
            beside: beside.to_owned(),
            _lock,
        })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives a finished file, which is on the disk already, its name in the folder; the first free one of those
    /// that begin so.
    pub fn publish(&self, file: &Path, (stem, suffix): &(String, &str)) -> Result<PathBuf, StagingDirError> {
        let is_taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
        let (renamed, path) = numbered_names(stem.clone(), suffix)
            .map(|name| self.beside.join(name))
            .map(|path| (rename_unless_taken(file, &path), path))
            .find(|(renamed, _)| !renamed.as_ref().is_err_and(is_taken))
            .expect("there is always another number");
        match renamed.and_then(|()| sync_folder(&self.beside)) {
            Ok(()) => Ok(path),
            Err(error) => Err(StagingDirError::Publish(path, error)),
        }
    }
}

fn rename_unless_taken(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems cannot do both at once.
        Err(Errno::INVAL | Errno::NOSYS) if !to.exists() => fs::rename(from, to),
        Err(Errno::INVAL | Errno::NOSYS) => Err(io::ErrorKind::AlreadyExists.into()),
        renamed => Ok(renamed?),
    }
}

/// Whether a name is that of a staging folder.
pub(crate) fn is_staging_name(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(PREFIX)
}

/// Removes the staging folders that killed processes have left. A folder whose lock is held stays.
pub(crate) fn remove_abandoned(beside: &Path) -> io::Result<()> {
    let mut failed = Ok(());
    for entry in fs::read_dir(beside)? {
        let entry = entry?;
        if !is_staging_name(&entry.file_name()) {
            continue;
        }
        let in_use = match is_locked(&entry.path()) {
            Some(locked) => locked,
            // Its process was killed before it made the lock, or is about to make it.
            None if is_bare(&entry) => is_young(&entry),
            // It holds more files: its process has made the lock since, or was killed while it removed the folder.
            None => is_locked(&entry.path()).unwrap_or(false),
        };
        let removed = match in_use {
            true => Ok(()),
            false => remove(&entry.path()),
        };
        match removed {
            // The process that used it, or another one, has just removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // The others may still be removable.
            Err(error) => failed = Err(error),
            Ok(()) => {}
        }
    }
    failed
}

/// Whether a process uses a staging folder; `None` if there is no lock in it.
fn is_locked(folder: &Path) -> Option<bool> {
    // Opening a pipe would wait for a writer.
    let lock = File::options()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(folder.join(LOCK));
    match lock {
        Ok(lock) => Some(lock.try_lock().is_err()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(true),
    }
}

/// Renames a staging folder, and then removes it. A command may have been killed after it asked the host to put these
/// files in place, and the host must find all of them or none.
fn remove(folder: &Path) -> io::Result<()> {
    if folder.extension().is_some_and(|it| it == GONE) {
        return remove::remove(folder);
    }
    let gone = folder.with_extension(GONE);
    fs::rename(folder, &gone)?;
    remove::remove(&gone)
}

fn is_bare(entry: &fs::DirEntry) -> bool {
    let mut names = fs::read_dir(entry.path()).into_iter().flatten().flatten();
    names.all(|it| it.file_name() == UNLOCKED)
}

fn is_young(entry: &fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|it| it.modified());
    age.ok()
        .and_then(|made| made.elapsed().ok())
        .is_some_and(|age| age.as_secs() < 2)
}
