//! What an action did.

use crate::result::ActionResult;

/// What an action did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What to show.
    pub result: ActionResult,
    /// Whether Isso must read its settings anew.
    pub settings_changed: bool,
}
