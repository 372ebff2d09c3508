//! The outcome of a restore.

use std::io;
use std::path::PathBuf;

/// A restore that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the files before are now, laid out as a volume; nothing where there were none.
    pub before: Option<PathBuf>,
    /// What was put in place, by where it stands in a volume.
    pub files: Vec<String>,
}

/// The files could not be put in place.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The files that were there are in place again.
    #[error("cannot put {path} in place; everything is as it was")]
    Undone {
        /// The file in question.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// They are neither.
    #[error(
        "cannot put {path} in place, nor back what was there; Isso is not started until it can be, which every start tries again"
    )]
    Halfway {
        /// The file in question.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
