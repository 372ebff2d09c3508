//! What the routes for backups take and answer.

use std::path::PathBuf;

use isso_cfg::Volume;
use serde::{Deserialize, Serialize};

/// Where the files of the host's Isso are, and which Isso serves them.
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
    /// Why there is none, if there is none.
    pub error: Option<String>,
}

/// Files to be put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestoreBody {
    /// The name of their folder in the data folder. No path: the host puts nothing else in place.
    pub staging: String,
}

/// What was put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestoreAnswer {
    /// Where the files before are now, or were until they were put back.
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
    /// Where the files are now with which it did not.
    pub kept: Option<PathBuf>,
    /// Why the files before could not be put back, if they could not. They are still where a restore keeps them.
    pub failed: Option<String>,
}

/// The files of `supervise` may lie anywhere, and are renamed nowhere.
pub const NOT_TOGETHER: &str =
    "the files of this Isso do not lie in one folder, so they cannot be put in place at once";
/// What to do instead.
pub const NOT_TOGETHER_HINT: &str = "unpack the backup with --into DIR, stop Isso, and put the files where they belong";

impl Files {
    /// The volume that these are the files of.
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
