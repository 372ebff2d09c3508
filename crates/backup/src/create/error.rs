//! Why no backup is made.

use std::io;
use std::path::PathBuf;

use isso_cfg::VolumeError;
use isso_database::DatabaseError;

use crate::counts::DatabaseProblem;
use crate::progress::Cancelled;
use crate::snapshot_error::SnapshotError;
use crate::space::NoSpace;
use crate::staging_dir::StagingDirError;

/// Why no backup was made. No part of one is left then.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The settings cannot be read.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// There is neither a database nor an `isso.cfg`.
    #[error("there is nothing to back up in {0}")]
    Nothing(PathBuf),
    /// The database is gone or damaged.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database could not be copied.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The copy is damaged, and so is the database.
    #[error("the database {0} is damaged")]
    Unsound(PathBuf, #[source] DatabaseProblem),
    /// The folder for the backup cannot be written.
    #[error(transparent)]
    StagingDir(#[from] StagingDirError),
    /// The disk is too full.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// The archive cannot be written.
    #[error("cannot write the backup to {0}")]
    Write(PathBuf, #[source] io::Error),
    /// The caller has cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
