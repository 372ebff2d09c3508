//! What is known of a source at first sight.

use time::OffsetDateTime;

use crate::manifest::Counts;

/// What is known of a source before all of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// When the backup was made, or a file was last changed.
    pub created: OffsetDateTime,
    /// What is in the database, if that is known yet.
    pub database: Option<Counts>,
    /// The bytes of all files together.
    pub size: u64,
}
