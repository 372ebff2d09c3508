//! Verifies a backup.

use std::path::Path;

use crate::progress::Progress;
use crate::restore_source::RestoreSource;
use crate::stage::{Inspection, stage};
use crate::stage_error::StageError;

/// Stages the files in the folder `scratch`, where there must be room for them, and removes them again: reads every
/// byte, has SQLite check the database, and repairs the settings there.
pub fn verify(source: &RestoreSource, scratch: &Path, progress: &dyn Progress) -> Result<Inspection, StageError> {
    Ok(stage(source, scratch, progress)?.inspection)
}
