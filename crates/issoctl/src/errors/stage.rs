//! Errors of staging a restore.

use isso_host::backup::{ArchiveError, DatabaseProblem, StageError};
use isso_host::database::SchemaProblem;

use crate::failure::Failure;

/// Says in `message` what was not done, and in the hint what to do about the source.
pub fn stage_error(message: &str, error: StageError) -> Failure {
    let hint = match &error {
        StageError::Apart(..) | StageError::Link(..) => {
            Some("unpack it with --into DIR, stop Isso, and copy the files to where they belong")
        }
        StageError::Unsound(_, DatabaseProblem::Schema(SchemaProblem::NotIsso(_))) => {
            Some("name Isso's database with --database FILE")
        }
        StageError::Unsound(_, DatabaseProblem::Schema(SchemaProblem::Altered(_))) => Some(
            "take another one (`issoctl backup list`), or put the schema right in a copy of the database, and name that with --database FILE",
        ),
        StageError::Unsound(..) => Some(
            "take another one (`issoctl backup list`), or save what can be saved: sqlite3 DAMAGED .recover | sqlite3 comments.db",
        ),
        StageError::Archive(ArchiveError::Changing(_)) => Some("stop the Isso that writes to it, and restore then"),
        StageError::Archive(_) => Some("take another one: `issoctl backup list`"),
        _ => None,
    };
    let failure = Failure::new(message, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
