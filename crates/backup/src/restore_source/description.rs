//! What is known of a source at first sight.

use time::OffsetDateTime;

use crate::manifest::Counts;

/// What can be told of a source without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// When the files were as they are in there.
    pub created: OffsetDateTime,
    /// What is in the database, if that can be told yet.
    pub database: Option<Counts>,
    /// The bytes of all files together.
    pub size: u64,
}
