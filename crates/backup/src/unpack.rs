//! Restores into a folder that holds nothing else.

use std::fs;
use std::io;
use std::path::Path;

use crate::progress::Progress;
use crate::restore_source::RestoreSource;
use crate::stage::{Inspection, Settings, stage_as};
use crate::stage_error::StageError;
use crate::staging_dir::remove_abandoned;
use crate::swap::swap;

/// Unpacks all files into a folder, which must be empty or missing.
pub fn restore_into(source: &RestoreSource, folder: &Path, progress: &dyn Progress) -> Result<Inspection, StageError> {
    let unwritten = |error| StageError::Write(folder.to_owned(), error);
    // A folder in which this was begun and killed counts as empty.
    let _ = remove_abandoned(folder);
    let is_there = match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(StageError::NotEmpty(folder.to_owned())),
        Ok(false) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(unwritten(error)),
    };
    let put = || {
        let staged = stage_as(source, folder, Settings::AsTheyAre, progress)?;
        swap(folder, staged.path()).map_err(|error| unwritten(io::Error::other(error)))?;
        Ok(staged.inspection)
    };
    let put = put();
    if put.is_err() && !is_there {
        // It is empty again, unless another process has put files into it.
        let _ = fs::remove_dir(folder);
    }
    put
}
