//! Looking whether a backup is good.

use std::path::Path;

use isso_cfg::Diagnostic;

use crate::manifest::Counts;
use crate::origin::Origin;
use crate::prepare::{PrepareError, prepare};
use crate::watch::Watch;

/// A backup that can be put back.
#[derive(Debug)]
pub struct Verified {
    /// What is in its database.
    pub database: Option<Counts>,
    /// What Isso would refuse or misread in its `isso.cfg`.
    pub diagnostics: Vec<Diagnostic>,
}

/// Does all of a restore but the end: reads every byte, and has SQLite look at the database, for which there must be
/// room in the folder `scratch`.
pub fn verify(
    origin: &Origin,
    scratch: &Path,
    watch: &dyn Watch,
) -> Result<Verified, PrepareError> {
    let prepared = prepare(origin, scratch, watch)?;
    Ok(Verified {
        database: prepared.database,
        diagnostics: prepared.diagnostics,
    })
}
