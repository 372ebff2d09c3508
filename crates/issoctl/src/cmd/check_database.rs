//! `issoctl check-database`: one thorough check, in a process of its own that [`crate::checks`] starts.

use std::path::Path;
use std::process::ExitCode;

use isso_database::{CheckError, Verdict, check_thoroughly};
use isso_lifecycle::with_causes;
use rustix::process::nice;
use serde::{Deserialize, Serialize};

use crate::output::Output;

/// What came of a check. It is printed, for the database's folder may be full.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Checked {
    /// The database was read.
    Verdict(Verdict),
    /// It was written to meanwhile.
    Changed,
    /// It could not be read.
    Failed(String),
}

/// Checks, and prints a [`Checked`].
pub fn run(database: &Path) -> ExitCode {
    // Where that is not granted, the check is the same.
    let _ = nice(19);
    let checked = match check_thoroughly(database) {
        Ok(verdict) => Checked::Verdict(verdict),
        Err(CheckError::Changed(_)) => Checked::Changed,
        Err(error) => Checked::Failed(with_causes(&error)),
    };
    Output { json: true }.json(&checked);
    ExitCode::SUCCESS
}
