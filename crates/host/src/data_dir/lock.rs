//! The locks of the data folder, and whether the folder can be written to.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, access};
use tokio::time::sleep;

use super::{DataDir, DataDirError, LockHolder};
use crate::api::Client;

/// How long a process waits for another that has locked the folder and does not answer: a command, as a rule.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long it waits between two attempts.
const LOCK_RETRY: Duration = Duration::from_millis(50);

/// What became of an attempt to lock the folder.
#[derive(Debug)]
pub enum FolderLock {
    /// It is locked as long as the file is open. There may be no file where this user may only read.
    Held(Option<File>),
    /// A host has locked it, and answers.
    HostRuns,
}

/// Locks a file if that is possible at once: exclusively, or shared with other processes that only read.
type TryLock = fn(&File) -> Result<(), TryLockError>;

impl DataDir {
    /// Locks the backups of a folder that exists: one backup at a time is made or restored.
    pub fn lock_backups(&self) -> Result<File, DataDirError> {
        let file = self.lock_file("backup.lock")?;
        self.lock_backups_with(&file, File::try_lock)?;
        Ok(file)
    }

    /// Locks the backups to make one. A user who may only read shares the lock with others who may only read.
    pub fn lock_backups_unless_read_only(&self) -> Result<Option<File>, DataDirError> {
        match self.may_only_read() {
            true => self.lock_backups_as_reader(),
            false => self.lock_backups().map(Some),
        }
    }

    fn lock_backups_as_reader(&self) -> Result<Option<File>, DataDirError> {
        let file = self.lock_file_to_read("backup.lock")?;
        if let Some(file) = &file {
            self.lock_backups_with(file, File::try_lock_shared)?;
        }
        Ok(file)
    }

    fn lock_backups_with(&self, file: &File, lock: TryLock) -> Result<(), DataDirError> {
        lock(file).map_err(|error| match error {
            TryLockError::WouldBlock => DataDirError::BackupRunning,
            TryLockError::Error(source) => self.unlockable(source),
        })
    }

    /// Whether the folder is there and this user may not write in it. Others may.
    pub fn may_only_read(&self) -> bool {
        self.path.is_dir() && access(&self.path, AccessFlags::W_OK | AccessFlags::X_OK).is_err()
    }

    /// Whether no user may write in the folder: its disk is mounted read-only, as one that is rescued.
    pub fn is_read_only(&self) -> bool {
        statvfs(&self.path).is_ok_and(|disk| disk.flags().contains(FsFlags::ST_RDONLY))
    }

    /// Locks the folder for one process. Waits for a command that holds the lock, which takes a moment; does not wait
    /// for a host that answers.
    pub async fn lock(&self) -> Result<FolderLock, DataDirError> {
        self.acquire(|| self.lock_file("up.lock").map(Some), File::try_lock)
            .await
    }

    /// Locks the folder for a command that changes files. Where its user may only read, the lock is shared.
    pub async fn lock_for_command(&self) -> Result<FolderLock, DataDirError> {
        if !self.may_only_read() {
            return self.lock().await;
        }
        let open = || self.lock_file_to_read("up.lock");
        self.acquire(open, File::try_lock_shared).await
    }

    async fn acquire(
        &self,
        open: impl Fn() -> Result<Option<File>, DataDirError>,
        lock: TryLock,
    ) -> Result<FolderLock, DataDirError> {
        let end = Instant::now() + LOCK_WAIT;
        loop {
            // The lock's file may have been removed beside a running host.
            if Client::connect(&self.path)?.is_some() {
                return Ok(FolderLock::HostRuns);
            }
            let Some(file) = open()? else {
                return Ok(FolderLock::Held(None));
            };
            match lock(&file) {
                Ok(()) => return Ok(FolderLock::Held(Some(file))),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(LOCK_RETRY).await,
                Err(TryLockError::WouldBlock) => return Err(self.no_answer()),
                Err(TryLockError::Error(source)) => return Err(self.unlockable(source)),
            }
        }
    }

    /// The error that another process has locked the folder and does not answer.
    fn no_answer(&self) -> DataDirError {
        DataDirError::Taken {
            path: self.path.clone(),
            holder: self.taken_by().unwrap_or(LockHolder(None)),
        }
    }

    /// Connects to the host of the folder; that none runs is an error.
    pub fn client(&self) -> Result<Client, DataDirError> {
        let path = self.path.clone();
        Client::connect(&path)?.ok_or_else(|| match self.taken_by() {
            Some(holder) => DataDirError::NotReady { path, holder },
            None => DataDirError::NotRunning(path),
        })
    }

    /// The process that has locked the folder, if one has. A host that still installs Isso does not answer yet.
    ///
    /// To find out, the lock is taken for an instant. A process that wants it just then tries again.
    pub fn taken_by(&self) -> Option<LockHolder> {
        let path = self.path.join("up.lock");
        // Opening a pipe would wait for a writer.
        let lock = std::fs::metadata(&path).ok().filter(Metadata::is_file)?;
        match File::open(&path).ok()?.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(LockHolder::of(&lock)),
            _ => None,
        }
    }

    /// Waits until no `up` runs in the folder. Blocks.
    pub fn wait_until_free(&self) -> Result<(), DataDirError> {
        self.lock_file("up.lock")?
            .lock()
            .map_err(|source| self.unlockable(source))
    }

    fn lock_file(&self, name: &str) -> Result<File, DataDirError> {
        self.open(name, File::options().create(true).truncate(false).write(true))
            .map_err(|source| self.unopened(name, source))
    }

    /// Opens a lock file to read. Returns nothing if it is missing: then no process has locked it.
    fn lock_file_to_read(&self, name: &str) -> Result<Option<File>, DataDirError> {
        match self.open(name, File::options().read(true)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unopened(name, source)),
        }
    }

    fn open(&self, name: &str, options: &mut OpenOptions) -> io::Result<File> {
        options
            // Through a link, root would make a file elsewhere. Opening a pipe would wait for a writer.
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(self.path.join(name))
    }

    fn unopened(&self, name: &str, source: io::Error) -> DataDirError {
        let path = self.path.join(name);
        DataDirError::OpenLock {
            is_no_file: std::fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()),
            path,
            source,
        }
    }

    fn unlockable(&self, source: io::Error) -> DataDirError {
        DataDirError::Lock {
            path: self.path.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_a_lock_that_a_writer_has_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::new(folder.path().to_owned());
        assert!(data.lock_backups_as_reader().unwrap().is_none());
        let writer = data.lock_backups().unwrap();
        data.lock_backups_as_reader().unwrap_err();
        drop(writer);
        let readers = [(); 2].map(|()| data.lock_backups_as_reader().unwrap().unwrap());
        data.lock_backups().unwrap_err();
        drop(readers);
        data.lock_backups().unwrap();
        assert!(!data.is_read_only());
    }
}
