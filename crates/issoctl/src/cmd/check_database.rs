//! `issoctl check-database`: one thorough check, in a process of its own that [`crate::checks`] starts.

use std::path::Path;
use std::process::ExitCode;

use isso_database::{CheckError, check_thoroughly};
use isso_lifecycle::with_causes;
use rustix::process::nice;

use crate::checks::Checked;
use crate::output::Output;

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
