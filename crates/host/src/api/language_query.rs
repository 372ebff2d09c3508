//! The query that several routes share.

use serde::Deserialize;

/// The query `?language=L`.
#[derive(Deserialize)]
pub(super) struct LanguageQuery {
    /// The language of the answer.
    #[serde(default)]
    pub language: String,
}
