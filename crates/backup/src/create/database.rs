//! Copying the database for a backup, and checking the copy.

use std::fs;
use std::io;
use std::path::Path;

use isso_database::{DatabaseError, Depth, SchemaProblem, check_database};
use nix::unistd::{AccessFlags, access};

use super::Create;
use super::error::CreateError;
use crate::archive::ArchiveError;
use crate::beside::with_suffix;
use crate::counts::{self, DatabaseProblem, recover_database};
use crate::low_priority::at_low_priority;
use crate::manifest::Counts;
use crate::progress::{BackupStep, Progress, check_cancelled};
use crate::restore_source;
use crate::snapshot::snapshot;
use crate::snapshot_error::SnapshotError;
use crate::space;

impl Create<'_> {
    /// Copies the database and checks the copy. Returns what is in it, and what in its schema a restore would refuse;
    /// `None` if Isso has made no table yet.
    pub(super) fn copy_database(
        &self,
        database: &Path,
        copy: &Path,
        progress: &dyn Progress,
    ) -> Result<Option<(Counts, Option<String>)>, CreateError> {
        let there = match fs::metadata(database) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A database that is gone is an error, one that Isso has not made yet is not.
                check_not_emptied(database)?;
                return Ok(None);
            }
            there => there.map_err(|error| SnapshotError::Read(database.to_owned(), error))?,
        };
        // The copy needs its own size, and the archive seldom less than a third of it.
        space::need(self.to, there.len() + there.len() / 3)?;
        match snapshot(database, copy, self.idle, progress) {
            // SQLite writes beside a database to read one that was left half written, or has a log.
            Err(SnapshotError::Database(..)) if is_read_only(database) => {
                copy_unused(database, copy, progress)?;
            }
            copied => copied?,
        }
        progress.begin(BackupStep::Check, 0);
        let counts = at_low_priority(|| counts::check_and_count(copy, Depth::Pages, progress));
        let counts = counts.map_err(|error| match error {
            // The copy is gone, which says nothing of the database.
            DatabaseProblem::Unreadable(error) if !copy.exists() => {
                CreateError::Write(self.to.to_owned(), io::Error::other(error))
            }
            error => CreateError::Unsound(database.to_owned(), error),
        })?;
        let problem = counts::find_schema_problem(copy, progress);
        check_cancelled(progress)?;
        if (counts.comments, counts.threads) == (0, 0) {
            // Backups of an emptied database would in time take the place of those that have comments.
            check_not_emptied(database)?;
            if matches!(problem, Ok(Some(SchemaProblem::NotIsso(_)))) {
                // Isso has made no table in it yet.
                return Ok(None);
            }
        }
        let altered = match problem {
            Ok(other) => other.map(|it| it.to_string()),
            Err(error) => Some(error.to_string()),
        };
        Ok(Some((counts, altered)))
    }
}

/// A database that had comments and has none any more is an error.
fn check_not_emptied(database: &Path) -> Result<(), DatabaseError> {
    let marker = with_suffix(database, ".exists");
    match check_database(database, Depth::Pages) {
        // A backup only reads the database.
        Err(DatabaseError::Unwritable { .. }) if !marker.exists() => Ok(()),
        Err(DatabaseError::Unwritable { .. }) => {
            let database = database.to_owned();
            Err(match database.exists() {
                true => DatabaseError::Empty { database, marker },
                false => DatabaseError::Missing { database, marker },
            })
        }
        checked => checked,
    }
}

fn is_read_only(database: &Path) -> bool {
    let folder = database.parent().unwrap_or(Path::new("/"));
    access(folder, AccessFlags::W_OK).is_err()
}

/// Copies a database that no process writes to, with what SQLite has left beside it, and plays that into the copy.
fn copy_unused(database: &Path, copy: &Path, progress: &dyn Progress) -> Result<(), CreateError> {
    let unwritten = |error| CreateError::Write(copy.to_owned(), io::Error::other(error));
    match fs::remove_file(copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
        _ => {}
    }
    let size = fs::metadata(database).map_or(0, |it| it.len());
    progress.begin(BackupStep::Copy, size);
    restore_source::copy_database(database, copy, progress).map_err(|error| match error {
        ArchiveError::Cancelled(cancelled) => cancelled.into(),
        ArchiveError::Read(path, error) => SnapshotError::Read(path, error).into(),
        error => CreateError::Write(copy.to_owned(), io::Error::other(error)),
    })?;
    recover_database(copy, progress).map_err(|error| CreateError::Unsound(database.to_owned(), error))
}
