//! What a status tells of the settings.

use serde::{Deserialize, Serialize};

/// How `isso.cfg` and the running Isso stand to each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsStatus {
    /// Whether Isso runs, or ran last, on what the file says.
    pub in_force: bool,
    /// Why it does not, unless it is just taking the file over or has not run yet.
    pub reason: Option<String>,
    /// The lines at fault.
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
    /// What the file says cannot be told, for this reason.
    pub fn unknown(reason: String) -> SettingsStatus {
        SettingsStatus {
            in_force: false,
            reason: Some(reason),
            problems: Vec::new(),
        }
    }
}
