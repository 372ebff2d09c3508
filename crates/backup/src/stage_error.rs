//! Why files are not staged.

use std::io;
use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::counts::DatabaseProblem;
use crate::progress::Cancelled;
use crate::space::NoSpace;
use crate::staging_dir::StagingDirError;

/// Why nothing was staged. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The backup.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Its database.
    #[error("the database in {0} cannot be used")]
    Unsound(PathBuf, #[source] DatabaseProblem),
    /// The folder to work in.
    #[error(transparent)]
    StagingDir(#[from] StagingDirError),
    /// The disk is too full.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// A file cannot be written.
    #[error("cannot write to {0}")]
    Write(PathBuf, #[source] io::Error),
    /// Files are put into an empty folder only.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The parts of a volume must lie on one file system, for files can only be renamed within one.
    #[error("{0} is on another file system than {1}, so nothing can be put in place at once")]
    Apart(PathBuf, PathBuf),
    /// A link of the volume leads nowhere.
    #[error("{0} is a link that leads nowhere, so nothing can be put in its place")]
    Link(PathBuf, #[source] io::Error),
    /// What was to be put in place was not prepared for it.
    #[error("{0} holds no files that were prepared to be put in place")]
    NotStaged(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
