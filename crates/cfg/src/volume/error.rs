//! The errors of a volume.

use std::io;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::document::EditError;
use crate::store::StoreError;

/// Why a volume could not be used.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// A folder could not be made.
    #[error("the folder {} could not be made", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The lock could not be taken.
    #[error("the lock {} could not be taken", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("{} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{} could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that Isso refuses could not be kept aside, so it was left as it is.
    #[error("{} could not be kept aside", path.display())]
    SetAside {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `isso.cfg` is missing or empty; or it sets nothing while last good settings are kept.
    #[error("{} is missing or empty", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// `isso.cfg` may hold half of a value: its save was cut off, or its author's editor ends no file with a line
    /// break.
    #[error("{} ends in the midst of a line, as if it could not be saved to its end", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
    },
    /// Isso's parser would refuse `isso.cfg`.
    #[error("{} is not a file Isso can read: {}", path.display(), first(diagnostics))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong.
        diagnostics: Vec<Diagnostic>,
    },
    /// `store.json` is damaged.
    #[error("{} is damaged", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// How.
        source: StoreError,
    },
    /// An enforced key could not be put right.
    #[error("a setting that must hold could not be written")]
    Enforce {
        /// Why.
        source: EditError,
    },
}

fn first(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [] => String::new(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first} (and {} more)", others.len()),
    }
}
