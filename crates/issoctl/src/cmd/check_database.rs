//! `issoctl check-database`: one thorough check of a database, in its own process, which a host starts.

use std::path::Path;
use std::process::ExitCode;

use isso_host::CheckReport;
use isso_host::backup::lower_priority;
use isso_host::database::{CheckError, check_thoroughly};
use isso_host::lifecycle::with_causes;

use crate::output::Output;

/// Checks the database at the lowest priority, and prints a [`CheckReport`].
pub fn run(database: &Path) -> ExitCode {
    lower_priority();
    let checked = match check_thoroughly(database) {
        Ok(verdict) => CheckReport::Verdict(verdict),
        Err(CheckError::Changed(_)) => CheckReport::Changed,
        Err(error) => CheckReport::Failed(with_causes(&error)),
    };
    Output { json: true }.json(&checked);
    ExitCode::SUCCESS
}
