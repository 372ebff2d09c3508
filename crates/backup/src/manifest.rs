//! The manifest of a backup, which comes before anything else in it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

/// The layout of backups that this program writes.
pub const FORMAT: u32 = 1;

/// The files of a volume that go into a backup, by their paths in both, in the order of the archive.
pub(crate) const MEMBERS: [&str; 3] = [CONFIG, STORE, DATABASE];
/// The first member of a backup, which a volume does not have.
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const CONFIG: &str = "config/isso.cfg";
pub(crate) const STORE: &str = "start9/store.json";
pub(crate) const DATABASE: &str = "db/comments.db";

/// The first member of a backup, `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout of the backup, [`FORMAT`] for this program's.
    pub format: u32,
    /// When the snapshot was taken, in UTC and to the second.
    #[serde(with = "rfc3339")]
    pub created: OffsetDateTime,
    /// The version of the Isso that ran meanwhile, if one did.
    pub isso: Option<String>,
    /// What is in the database; `None` for an Isso that has never run.
    pub database: Option<Counts>,
    /// The files, in the order in which they follow.
    pub members: Vec<Member>,
}

/// How much is in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Comments, those that wait for moderation included.
    pub comments: u64,
    /// Pages that have been commented on.
    pub threads: u64,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its path in a volume, such as `config/isso.cfg`.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its BLAKE3 hash, in hexadecimal digits.
    pub blake3: String,
}

impl Manifest {
    /// The bytes of all files together.
    pub fn size(&self) -> u64 {
        let sizes = self.members.iter().map(|member| member.size);
        sizes.fold(0, u64::saturating_add)
    }
}
