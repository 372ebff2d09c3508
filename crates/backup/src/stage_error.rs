//! Why files are not staged.

use std::io;
use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::counts::DatabaseProblem;
use crate::progress::Cancelled;
use crate::space::NoSpace;
use crate::staging_dir::StagingDirError;

/// Why nothing was staged. The volume is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The source cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Its database cannot be used.
    #[error("the database in {0} cannot be used")]
    Unsound(PathBuf, #[source] DatabaseProblem),
    /// The staging folder cannot be made.
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
    /// The files that are to be put in place were not staged for this volume.
    #[error("{0} holds no files that were prepared to be put in place")]
    NotStaged(PathBuf, #[source] io::Error),
    /// The caller has cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
