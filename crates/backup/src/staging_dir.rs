//! A folder for unfinished work, beside where the work is to go.

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

/// A hidden folder that is removed when dropped. One that a killed process has left is removed by the next.
#[derive(Debug)]
pub(crate) struct StagingDir {
    folder: TempDir,
    beside: PathBuf,
    /// Held while somebody works here.
    _lock: File,
}

/// Where the work is to go cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StagingDirError {
    /// The folder.
    #[error("cannot write to the folder {0}")]
    Folder(PathBuf, #[source] io::Error),
    /// The finished work.
    #[error("cannot put the finished file in place as {0}")]
    Publish(PathBuf, #[source] io::Error),
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // What is left here is removed by the next one.
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

/// Whether a folder of this name holds unfinished work.
pub(crate) fn is_staging_name(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(PREFIX)
}

/// Removes what killed processes have left. A folder whose lock is held stays.
pub(crate) fn remove_abandoned(beside: &Path) -> io::Result<()> {
    let mut failed = Ok(());
    for entry in fs::read_dir(beside)? {
        let entry = entry?;
        if !is_staging_name(&entry.file_name()) {
            continue;
        }
        let in_use = match is_locked(&entry.path()) {
            Some(locked) => locked,
            // Killed before there was a lock, or about to make one.
            None if is_bare(&entry) => is_young(&entry),
            // What holds more has got its lock since, or had one, and its owner was killed while he tidied up.
            None => is_locked(&entry.path()).unwrap_or(false),
        };
        let removed = match in_use {
            true => Ok(()),
            false => remove(&entry.path()),
        };
        match removed {
            // By who has just finished his work there, or by another who tidies up.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // The others may still be removable.
            Err(error) => failed = Err(error),
            Ok(()) => {}
        }
    }
    failed
}

/// Whether a process works in a folder; none if there is no lock in it.
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

/// Under another name first: a host that was asked to put these files in place, by a command that was killed then, must
/// find all of them or none.
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
