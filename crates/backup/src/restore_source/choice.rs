//! The files that a person has chosen to restore.

use std::path::PathBuf;

/// Files that a person has chosen, where there are several, or where they would not be found. They are looked for here,
/// then in the folder that is restored from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is to become `isso.cfg`.
    pub settings: Option<PathBuf>,
    /// What is to become `comments.db`.
    pub database: Option<PathBuf>,
}
