//! Looking whether a backup is good.

use std::path::Path;

use crate::origin::Origin;
use crate::prepare::{Look, PrepareError, prepare};
use crate::watch::Watch;

/// Does all of a restore but the end: reads every byte, has SQLite look at the database, for which there must be room
/// in the folder `scratch`, and repairs the settings there.
pub fn verify(origin: &Origin, scratch: &Path, watch: &dyn Watch) -> Result<Look, PrepareError> {
    Ok(prepare(origin, scratch, watch)?.look)
}
