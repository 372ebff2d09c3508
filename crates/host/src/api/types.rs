//! What clients send to and get from the routes for backups and restores.

use std::path::PathBuf;

use isso_cfg::Volume;
use serde::{Deserialize, Serialize};

/// The paths of the host's files, and the version of Isso.
#[derive(Debug, Serialize, Deserialize)]
pub struct Files {
    pub(super) root: PathBuf,
    pub(super) config: PathBuf,
    pub(super) store: Option<PathBuf>,
    pub(super) database: PathBuf,
    /// The version of Isso, if one serves.
    pub isso: Option<String>,
}

/// The end of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Why the backup failed; nothing if it was made.
    pub error: Option<String>,
}

/// The staged files that the host is to put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestoreBody {
    /// The name of their folder in the data folder. It cannot be a path, so no other files are put in place.
    pub staging: String,
}

/// The answer to a restore that put files in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestoreAnswer {
    /// The folder of the files before. If the restore was undone, they are not there any more.
    pub before: Option<PathBuf>,
    /// Set if Isso did not serve with them.
    // An `up` that was started before issoctl was replaced does not tell it.
    #[serde(default)]
    pub undone: Option<RestoreUndone>,
}

/// A restore that was undone.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestoreUndone {
    /// Why Isso did not serve.
    pub why: String,
    /// The folder of the files with which Isso did not serve.
    pub kept: Option<PathBuf>,
    /// Why the files before could not be put back; nothing if they were. They then stay in `before`.
    pub failed: Option<String>,
}

/// The error of a restore into files that lie in several folders, as those of `supervise` may.
pub const NOT_TOGETHER: &str =
    "the files of this Isso do not lie in one folder, so they cannot be put in place at once";
/// What to do about [`NOT_TOGETHER`].
pub const NOT_TOGETHER_HINT: &str = "unpack the backup with --into DIR, stop Isso, and put the files where they belong";

impl Files {
    /// The volume of these files.
    pub fn volume(&self) -> Volume {
        let database = self.database.to_string_lossy();
        match self.store {
            Some(_) => Volume::new(&self.root, database),
            None => Volume::of_config(&self.config, database),
        }
    }

    /// Whether they lie in one folder, as those of `up` do.
    pub fn are_together(&self) -> bool {
        self.store.is_some()
    }
}
