//! The result of a check, and the part of the status that is about the database.

use isso_database::{Unwritable, Verdict};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is known of the database, as `issoctl status` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseStatus {
    /// When it was last checked thoroughly.
    pub checked: Option<String>,
    /// What was broken then.
    pub damage: Option<String>,
    /// Why the check after that one failed.
    pub error: Option<String>,
    /// Why comments cannot be saved, as of now.
    #[serde(default)]
    pub unwritable: Option<Unwritable>,
}

/// The result of a check. The process prints it, because the database's folder may be full.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckReport {
    /// The database was read.
    Verdict(Verdict),
    /// It was written to meanwhile.
    Changed,
    /// It could not be read.
    Failed(String),
}

impl DatabaseStatus {
    /// The status after this verdict.
    pub(super) fn of(verdict: &Verdict) -> DatabaseStatus {
        let seconds = i64::try_from(verdict.checked).unwrap_or(i64::MAX);
        let checked = OffsetDateTime::from_unix_timestamp(seconds).ok();
        DatabaseStatus {
            checked: checked.and_then(|time| time.format(&Rfc3339).ok()),
            damage: verdict.damage.as_ref().map(|damage| damage.found.clone()),
            error: None,
            unwritable: None,
        }
    }
}
