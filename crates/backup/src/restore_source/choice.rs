//! The files that a person has chosen to restore.

use std::path::PathBuf;

/// Files that a person has chosen, because there are several, or because they would not be found. A relative path
/// begins in the working directory, or else in the folder that is restored from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is to become `isso.cfg`.
    pub settings: Option<PathBuf>,
    /// What is to become `comments.db`.
    pub database: Option<PathBuf>,
}
