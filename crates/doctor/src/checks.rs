//! The list of the checks. Each stands in a file of its own, or with those that judge the same look.

mod admin_password;

use futures_util::future::BoxFuture;

use crate::looks::Looks;
use crate::report::{Finding, Status};

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

/// Findings in short.
impl Check {
    /// All is well.
    pub fn pass(&self, cause: String) -> Finding {
        Finding::new(self, Status::Pass, cause)
    }

    /// There is nothing to check.
    pub fn skip(&self, cause: String) -> Finding {
        Finding::new(self, Status::Skip, cause)
    }

    /// It cannot be told from here.
    pub fn unknown(&self, cause: String) -> Finding {
        Finding::new(self, Status::Unknown, cause)
    }

    /// Some visitors will meet a problem.
    pub fn warn(&self, cause: String, fix: String) -> Finding {
        Finding::new(self, Status::Warn, cause).fix(fix)
    }

    /// Visitors cannot read or write comments.
    pub fn fail(&self, cause: String, fix: String) -> Finding {
        Finding::new(self, Status::Fail, cause).fix(fix)
    }
}
