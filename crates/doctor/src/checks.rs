//! The list of the checks. Each stands in a file of its own, or with those that judge the same look.

mod admin_password;

use futures_util::future::BoxFuture;

use crate::looks::Looks;
use crate::report::Finding;

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id, which never changes.
    pub id: &'static str,
    /// Looks and judges: a finding for each website or page where the check looks at several.
    pub run: for<'l> fn(&'l Looks) -> BoxFuture<'l, Vec<Finding>>,
}

/// Every check, in the order in which they are shown.
pub const CHECKS: &[Check] = &[admin_password::CHECK];

/// Finds the check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}
