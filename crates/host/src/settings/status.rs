//! The part of the status that is about the settings.

use serde::{Deserialize, Serialize};

/// Whether Isso runs on what `isso.cfg` says, and why not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsStatus {
    /// Whether Isso runs, or ran last, on what the file says.
    pub in_force: bool,
    /// Why it does not. Nothing while Isso is taking the file over, or has not run yet.
    pub reason: Option<String>,
    /// The lines that Isso would refuse.
    pub problems: Vec<FileProblem>,
}

/// A line of `isso.cfg` that Isso would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The offending text, never a secret.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl SettingsStatus {
    /// The status when the file cannot be read, for this reason.
    pub fn unknown(reason: String) -> SettingsStatus {
        SettingsStatus {
            in_force: false,
            reason: Some(reason),
            problems: Vec::new(),
        }
    }
}
