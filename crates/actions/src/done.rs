//! What an action did.

use crate::result::ActionResult;

/// What an action did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The result to show.
    pub result: ActionResult,
    /// Whether `isso.cfg` or the session key changed, so that Isso must be started anew on them.
    pub settings_changed: bool,
}
