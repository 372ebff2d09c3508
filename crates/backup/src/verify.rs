//! Looking whether a backup is good.

use std::path::Path;

use crate::progress::Progress;
use crate::restore_source::RestoreSource;
use crate::stage::{Inspection, stage};
use crate::stage_error::StageError;

/// Does all of a restore but the end: reads every byte, has SQLite look at the database, for which there must be room
/// in the folder `scratch`, and repairs the settings there.
pub fn verify(source: &RestoreSource, scratch: &Path, progress: &dyn Progress) -> Result<Inspection, StageError> {
    Ok(stage(source, scratch, progress)?.inspection)
}
