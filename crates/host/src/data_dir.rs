//! The data folder: the paths of one Isso's files, and the locks on them.

mod error;
mod holder;
mod lock;

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use isso_cfg::{Environment, Volume};

pub use error::DataDirError;
pub use holder::LockHolder;
pub use lock::FolderLock;

/// The folder with all files of one Isso: the volume, the Python environment and the API's socket.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// The data folder at this absolute path, which `isso.cfg` must be able to hold. Makes nothing.
    pub fn new(path: PathBuf) -> DataDir {
        DataDir { path }
    }

    /// Makes the folder, for its owner alone.
    pub fn create(&self) -> Result<(), DataDirError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(|source| DataDirError::Create {
                path: self.path.clone(),
                source,
            })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The volume, as on StartOS, right inside the folder. Its settings are read with these variables.
    pub fn volume(&self, environment: Environment) -> Volume {
        Volume::new(&self.path, self.database().to_string_lossy()).with_environment(environment)
    }

    /// Fails where no Isso was ever set up, before anything is made there.
    pub fn require_isso(&self) -> Result<(), DataDirError> {
        let config = Volume::new(&self.path, self.database().to_string_lossy()).config_path();
        // While a restore that was broken off is unfinished, the files may all lie in its folder.
        let files = [&config, &self.database(), &self.path.join(".restore")];
        // A file that this user may not see counts as there.
        let is_denied = || {
            let found = config.metadata();
            found.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
        };
        match files.iter().any(|file| file.exists()) || is_denied() {
            true => Ok(()),
            false => Err(DataDirError::NoIsso(self.path.clone())),
        }
    }

    /// The private Python environment.
    pub fn runtime(&self) -> PathBuf {
        self.path.join("runtime")
    }

    /// The folder for backups if no other is named.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }

    fn database(&self) -> PathBuf {
        self.path.join("db/comments.db")
    }
}
