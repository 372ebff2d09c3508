//! Says whether visitors' browsers will show comments, and if not, which line to change where.
//!
//! [`CHECKS`] lists the checks. [`examine()`] runs those that are asked for, side by side, and hands out each finding
//! as soon as it is known. A check looks (at the network, the database, the machine) through [`Looks`], which makes
//! each request once however many checks need it, and then judges by a function of what was seen alone.
//!
//! # Guarantees
//!
//! - Nothing is changed anywhere. Requests are of the kind that a visitor's browser sends, and post no comment.
//! - Every look has a limit of time, and a check that cannot look says [`Status::Unknown`] and why. What the network of
//!   this machine alone hides is never called a failure.
//! - No finding holds a password or a session.
//! - Every text exists in each [`Language`](isso_actions::Language).

mod checks;
mod examine;
mod looks;
mod page;
mod patient;
mod report;

pub use checks::{CHECKS, Check, closest_id, find};
pub use examine::{asked, examine};
pub use looks::{Looks, LooksError};
pub use patient::{Options, Patient};
pub use report::{Evidence, Finding, Mend, Report, Status};

rust_i18n::i18n!("locales", fallback = "en_US");

/// The text of a key in a language, its `%{name}` places filled in.
macro_rules! tr {
    ($language:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        rust_i18n::t!($key, locale = $language.tag() $(, $name = $value)*).into_owned()
    };
}
pub(crate) use tr;
