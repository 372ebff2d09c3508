//! The data folder of the standalone host.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use isso_cfg::Volume;

use crate::error::Failure;

/// Where everything of one Isso lives: the volume, the Python environment and the API's socket.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder given, else the user's data folder. Nothing is made yet.
    pub fn locate(given: Option<PathBuf>) -> Result<Self, Failure> {
        let dir = match given {
            Some(dir) => dir,
            None => etcetera::base_strategy::choose_base_strategy()
                .map_err(|source| {
                    Failure::new("there is no home folder to keep the data in", source)
                        .hint("name a folder with --data DIR")
                })?
                .data_dir()
                .join("issoctl"),
        };
        let absolute = std::path::absolute(&dir)
            .map_err(|source| Failure::new(format!("no such place: {}", dir.display()), source))?;
        match absolute.to_str() {
            // Isso expands `$NAME` in dbpath, and configparser trims it and ends it at a line break.
            Some(text) if !text.contains(['$', '\n', '\r']) && text.trim() == text => {
                Ok(Self(absolute))
            }
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
            .create(&self.0)
            .map_err(|source| {
                Failure::new(
                    format!("cannot make the folder {}", self.0.display()),
                    source,
                )
                .hint("choose another one with --data DIR")
            })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The volume, as on StartOS, right inside the folder.
    pub fn volume(&self) -> Volume {
        let dbpath = self.0.join("db/comments.db");
        Volume::new(&self.0, dbpath.to_string_lossy())
    }

    /// The private Python environment.
    pub fn runtime(&self) -> PathBuf {
        self.0.join("runtime")
    }

    /// Where backups go that nobody wants elsewhere.
    pub fn backups(&self) -> PathBuf {
        self.0.join("backups")
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

    /// Takes the folder for one `up`; the lock is held as long as the file is open.
    pub fn lock(&self) -> Result<File, Failure> {
        let file = self.lock_file("up.lock")?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Failure::plain(format!(
                "another `issoctl up` runs on {}",
                self.0.display()
            ))
            .hint("see it with `issoctl status`, end it with `issoctl stop`")),
            Err(TryLockError::Error(source)) => Err(self.unlockable(source)),
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
            .open(self.0.join(name))
            .map_err(|source| self.unlockable(source))
    }

    fn unlockable(&self, source: std::io::Error) -> Failure {
        Failure::new(format!("cannot lock {}", self.0.display()), source)
    }
}
