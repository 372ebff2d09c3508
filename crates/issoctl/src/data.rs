//! The data folder of the standalone host.

use std::fmt;
use std::fs::{DirBuilder, File, Metadata, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::CommandFactory;
use etcetera::BaseStrategy;
use isso_cfg::{Environment, Volume};
use nix::fcntl::OFlag;
use nix::sys::stat::{major, minor};
use nix::unistd::{AccessFlags, access};
use tokio::time::sleep;

use crate::api::Client;
use crate::cli::Cli;
use crate::error::Failure;

/// How long a process waits for another that has taken the folder and does not answer: a command, as a rule.
const PATIENCE: Duration = Duration::from_secs(5);
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// What became of an attempt to take the folder.
#[derive(Debug)]
pub enum Taken {
    /// It is taken, as long as the file is open.
    Now(File),
    /// A host has it, and answers.
    ByHost,
    /// Nothing may be written there, so no host can take it either.
    Unneeded,
}

/// A process that has taken the folder; its number, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder(pub Option<i32>);

/// Where everything of one Isso lives: the volume, the Python environment and the API's socket.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    /// Whether it is the folder that is taken when none is named.
    by_default: bool,
}

impl DataDir {
    /// The folder given, else the user's data folder. Nothing is made yet.
    pub fn locate(given: Option<PathBuf>) -> Result<Self, Failure> {
        let default = etcetera::base_strategy::choose_base_strategy()
            .map(|folders| folders.data_dir().join("issoctl"));
        let by_default = match (&given, &default) {
            (Some(given), Ok(default)) => given == default,
            (given, _) => given.is_none(),
        };
        let dir = given.map_or(default, Ok).map_err(|source| {
            Failure::new("there is no home folder to keep the data in", source)
                .hint("name a folder with --data DIR")
        })?;
        let absolute = std::path::absolute(&dir)
            .map_err(|source| Failure::new(format!("no such place: {}", dir.display()), source))?;
        let is_folder = match std::fs::metadata(&absolute) {
            Ok(found) => found.is_dir(),
            Err(error) => error.kind() != ErrorKind::NotADirectory,
        };
        if !is_folder {
            let message = format!("{} is no folder, and lies in none", absolute.display());
            return Err(Failure::usage(message)
                .hint("name the folder that holds config/ and db/, or a new one: --data DIR"));
        }
        match absolute.to_str() {
            // Isso expands `$NAME` in dbpath, and configparser trims it and ends it at a line break.
            Some(text) if !text.contains(['$', '\n', '\r']) && text.trim() == text => Ok(Self {
                path: absolute,
                by_default,
            }),
            _ => Err(Failure::usage(format!(
                "the data folder's name cannot stand in isso.cfg: {}",
                absolute.display()
            ))
            .hint("choose one without `$`, line breaks or white space at its end")),
        }
    }

    /// Makes the folder, for its owner alone.
    pub fn create(&self) -> Result<(), Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(|source| {
                Failure::new(
                    format!("cannot make the folder {}", self.path.display()),
                    source,
                )
                .hint("choose another one with --data DIR")
            })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A text for a person with the commands in it spelled so that they work from any terminal, and on this folder:
    /// `issoctl status` becomes `issoctl --data DIR status`, and the program is named by its path where the
    /// shell would not find it.
    pub fn spell(&self, text: &str) -> String {
        let mut program = program();
        if !self.by_default {
            let folder = self.path.to_string_lossy();
            program += &format!(" --data {}", shell_words::quote(&folder));
        }
        let mut parts = text.split("issoctl ");
        let mut spelled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let word = part.split(|c: char| !c.is_ascii_lowercase()).next();
            let is_command = Cli::command()
                .find_subcommand(word.unwrap_or_default())
                .is_some();
            spelled += if is_command { &program } else { "issoctl" };
            spelled += " ";
            spelled += part;
        }
        spelled
    }

    /// The volume, as on StartOS, right inside the folder. The environment of this command stands in for that of the host.
    pub fn volume(&self) -> Volume {
        let dbpath = self.path.join("db/comments.db");
        Volume::new(&self.path, dbpath.to_string_lossy())
            .with_environment(Environment::elsewhere(std::env::vars_os()))
    }

    /// Fails where no Isso was ever set up, before anything is made there.
    pub fn holds_isso(&self) -> Result<(), Failure> {
        let volume = self.volume();
        // While a restore that was broken off is unfinished, the files may all lie in its folder.
        let files = [
            volume.config_path(),
            volume.db_path(),
            self.path.join(".restore"),
        ];
        if files.iter().any(|file| file.exists()) {
            return Ok(());
        }
        // What cannot be looked at may be there.
        if volume
            .config_path()
            .metadata()
            .is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
        {
            return Ok(());
        }
        let message = format!("no Isso is set up in {}", self.path.display());
        Err(Failure::usage(message)
            .hint("set one up with `issoctl up`, or name another folder with --data DIR"))
    }

    /// The private Python environment.
    pub fn runtime(&self) -> PathBuf {
        self.path.join("runtime")
    }

    /// Where backups go that nobody wants elsewhere.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }

    /// Takes the backups: one is made or put back at a time.
    pub fn lock_backups(&self) -> Result<File, Failure> {
        self.create()?;
        let file = self.lock_file("backup.lock")?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(Failure::plain("another backup is being made or put back")
                    .hint("wait until it is done"))
            }
            Err(TryLockError::Error(source)) => Err(self.unlockable(source)),
        }
    }

    /// The same, to make a backup: where nothing may be written, as on a disk that is rescued, no other process makes one here either.
    pub fn lock_backups_to_read(&self) -> Result<Option<File>, Failure> {
        match self.is_read_only() {
            true => Ok(None),
            false => self.lock_backups().map(Some),
        }
    }

    /// Whether the folder is there and nothing may be written in it.
    pub fn is_read_only(&self) -> bool {
        self.path.is_dir() && access(&self.path, AccessFlags::W_OK | AccessFlags::X_OK).is_err()
    }

    /// Takes the folder for one process; the lock is held as long as the file is open. A command that has it works for a
    /// moment and is waited for; a host that answers is not.
    pub async fn lock(&self) -> Result<Taken, Failure> {
        let end = Instant::now() + PATIENCE;
        loop {
            // The lock's file may have been removed beside a running host.
            if Client::connect(self)?.is_some() {
                return Ok(Taken::ByHost);
            }
            let file = self.lock_file("up.lock")?;
            match file.try_lock() {
                Ok(()) => return Ok(Taken::Now(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(TRY_AGAIN).await,
                Err(TryLockError::WouldBlock) => return Err(self.taken()),
                Err(TryLockError::Error(source)) => return Err(self.unlockable(source)),
            }
        }
    }

    /// Takes the folder for a command that changes files.
    pub async fn lock_for_command(&self) -> Result<Taken, Failure> {
        match self.is_read_only() && Client::connect(self)?.is_none() {
            true => Ok(Taken::Unneeded),
            false => self.lock().await,
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
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            // A link might have root make a file elsewhere, and a pipe would be waited for.
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(self.path.join(name))
            .map_err(|source| {
                let lock = self.path.join(name).display().to_string();
                let failure =
                    Failure::new(format!("cannot open {lock}, which is to be locked"), source);
                match std::fs::symlink_metadata(&lock).is_ok_and(|there| !there.is_file()) {
                    true => failure.hint(format!(
                        "it is no file; remove it: rm -r {}",
                        shell_words::quote(&lock)
                    )),
                    false => failure,
                }
            })
    }

    fn unlockable(&self, source: std::io::Error) -> Failure {
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

/// This program, as a shell finds it.
fn program() -> String {
    let Ok(own) = std::env::current_exe() else {
        return "issoctl".to_owned();
    };
    let found = which::which("issoctl").ok();
    match found.and_then(|path| path.canonicalize().ok()) {
        Some(found) if found == own => "issoctl".to_owned(),
        _ => shell_words::quote(&own.to_string_lossy()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_a_text_lead_to_the_folder_that_was_named() {
        let program = program();
        let spell = |path: &str, by_default, text: &str| {
            let path = path.into();
            DataDir { path, by_default }.spell(text)
        };
        assert_eq!(
            spell(
                "/srv/my site",
                false,
                "see `issoctl status` and `issoctl logs`, not issoctl itself"
            ),
            format!(
                "see `{program} --data '/srv/my site' status` and `{program} --data '/srv/my site' logs`, not issoctl itself"
            )
        );
        assert_eq!(
            spell(
                "/home/a/.local/share/issoctl",
                true,
                "issoctl action run set-admin-password"
            ),
            format!("{program} action run set-admin-password")
        );
    }
}
