//! Who has the data folder: locks, and whether it can be written to.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::stat::{major, minor};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, access};
use tokio::time::sleep;

use super::DataDir;
use crate::api::Client;
use crate::error::Failure;

/// How long a process waits for another that has taken the folder and does not answer: a command, as a rule.
const PATIENCE: Duration = Duration::from_secs(5);
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// What became of an attempt to take the folder.
#[derive(Debug)]
pub enum Taken {
    /// It is taken, as long as the file is open. There may be none where this user may only read.
    Now(Option<File>),
    /// A host has it, and answers.
    ByHost,
}

/// Locks a file if that is possible at once: alone, or together with other processes that only read.
type TryLock = fn(&File) -> Result<(), TryLockError>;

/// A process that has taken the folder; its number, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder(pub Option<i32>);

impl DataDir {
    /// Takes the backups: one is made or put back at a time.
    pub fn lock_backups(&self) -> Result<File, Failure> {
        self.create()?;
        let file = self.lock_file("backup.lock")?;
        self.lock_backups_with(&file, File::try_lock)?;
        Ok(file)
    }

    /// The same, to make a backup: a user who may only read makes one beside others who only read.
    pub fn lock_backups_to_read(&self) -> Result<Option<File>, Failure> {
        match self.may_only_read() {
            true => self.lock_backups_as_reader(),
            false => self.lock_backups().map(Some),
        }
    }

    fn lock_backups_as_reader(&self) -> Result<Option<File>, Failure> {
        let file = self.lock_file_to_read("backup.lock")?;
        if let Some(file) = &file {
            self.lock_backups_with(file, File::try_lock_shared)?;
        }
        Ok(file)
    }

    fn lock_backups_with(&self, file: &File, lock: TryLock) -> Result<(), Failure> {
        lock(file).map_err(|error| match error {
            TryLockError::WouldBlock => {
                Failure::plain("another backup is being made or put back").hint("wait until it is done")
            }
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

    /// Takes the folder for one process; the lock is held as long as the file is open. A command that has it works for
    /// a moment and is waited for; a host that answers is not.
    pub async fn lock(&self) -> Result<Taken, Failure> {
        self.take(|| self.lock_file("up.lock").map(Some), File::try_lock).await
    }

    /// Takes the folder for a command that may change files, or only read where its user may do no more.
    pub async fn lock_for_command(&self) -> Result<Taken, Failure> {
        if !self.may_only_read() {
            return self.lock().await;
        }
        let open = || self.lock_file_to_read("up.lock");
        self.take(open, File::try_lock_shared).await
    }

    async fn take(&self, open: impl Fn() -> Result<Option<File>, Failure>, lock: TryLock) -> Result<Taken, Failure> {
        let end = Instant::now() + PATIENCE;
        loop {
            // The lock's file may have been removed beside a running host.
            if Client::connect(self)?.is_some() {
                return Ok(Taken::ByHost);
            }
            let Some(file) = open()? else {
                return Ok(Taken::Now(None));
            };
            match lock(&file) {
                Ok(()) => return Ok(Taken::Now(Some(file))),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(TRY_AGAIN).await,
                Err(TryLockError::WouldBlock) => return Err(self.taken()),
                Err(TryLockError::Error(source)) => return Err(self.unlockable(source)),
            }
        }
    }

    /// That another process has taken the folder and does not answer.
    fn taken(&self) -> Failure {
        let holder = self.taken_by().unwrap_or(Holder(None));
        let folder = self.path.display();
        let hint = "wait until it says that Isso serves, or until that command has ended";
        Failure::plain(format!(
            "{holder} has taken {folder}: another `issoctl up` that does not answer yet, or a command that changes the files"
        ))
        .exit(Failure::NOT_RUNNING)
        .hint(match holder {
            Holder(Some(process)) => format!("{hint}; to end it now: kill {process}"),
            Holder(None) => hint.to_owned(),
        })
    }

    /// The process that has taken the folder, if one has: one that installs Isso does not answer yet.
    ///
    /// The lock is tried for an instant. A process that wants it just then tries again.
    pub fn taken_by(&self) -> Option<Holder> {
        let path = self.path.join("up.lock");
        // Opening a pipe would wait for a writer.
        let lock = std::fs::metadata(&path).ok().filter(Metadata::is_file)?;
        match File::open(&path).ok()?.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(Holder(holder(&lock))),
            _ => None,
        }
    }

    /// Waits until no `up` runs on the folder.
    pub fn wait_until_free(&self) -> Result<(), Failure> {
        self.lock_file("up.lock")?
            .lock()
            .map_err(|source| self.unlockable(source))
    }

    fn lock_file(&self, name: &str) -> Result<File, Failure> {
        self.open(name, File::options().create(true).truncate(false).write(true))
            .map_err(|source| self.unopened(name, source))
    }

    /// Nothing if it is not there: then no process has locked it.
    fn lock_file_to_read(&self, name: &str) -> Result<Option<File>, Failure> {
        match self.open(name, File::options().read(true)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unopened(name, source)),
        }
    }

    fn open(&self, name: &str, options: &mut OpenOptions) -> io::Result<File> {
        options
            // A link might have root make a file elsewhere, and a pipe would be waited for.
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(self.path.join(name))
    }

    fn unopened(&self, name: &str, source: io::Error) -> Failure {
        let lock = self.path.join(name).display().to_string();
        let failure = Failure::new(format!("cannot open {lock}, which is to be locked"), source);
        match std::fs::symlink_metadata(&lock).is_ok_and(|there| !there.is_file()) {
            true => failure.hint(format!("it is no file; remove it: rm -r {}", shell_words::quote(&lock))),
            false => failure,
        }
    }

    fn unlockable(&self, source: io::Error) -> Failure {
        Failure::new(format!("cannot lock {}", self.path.display()), source)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(process) => write!(f, "process {process}"),
            None => f.write_str("another process"),
        }
    }
}

/// The process that holds the lock of a file, if the kernel tells.
fn holder(lock: &Metadata) -> Option<i32> {
    let (major, minor) = (major(lock.dev()), minor(lock.dev()));
    let file = format!("{major:02x}:{minor:02x}:{}", lock.ino());
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // As in `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`.
    locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| *word == file)?;
        let process = words.get(at.checked_sub(1)?)?.parse().ok();
        // In another namespace it has no number here.
        process.filter(|process| *process > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_a_lock_that_a_writer_has_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let data = DataDir {
            path,
            by_default: false,
        };
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
