//! What an action did.

use crate::result::ActionResult;

/// What an action did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The result to show.
    pub result: ActionResult,
    /// Whether `isso.cfg` changed, so that Isso must read it again.
    pub settings_changed: bool,
}
