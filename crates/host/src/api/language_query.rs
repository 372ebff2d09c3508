//! What several routes are asked behind `?`.

use serde::Deserialize;

/// Who asks.
#[derive(Deserialize)]
pub(super) struct LanguageQuery {
    /// The language of the answer.
    #[serde(default)]
    pub language: String,
}
