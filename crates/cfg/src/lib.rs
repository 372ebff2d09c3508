//! The volume of an Isso server.

mod atomic;
mod diagnose;
mod diagnostic;
mod document;
mod expand;
pub mod keys;
mod lock;
mod number;
mod origin;
mod python;
mod repair;
mod secret;
mod site;
mod store;
mod timedelta;
mod typed;
mod volume;

pub use diagnose::{diagnose, diagnose_text};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use document::{Document, EditError, Span, ValueFault};
pub use keys::Key;
pub use origin::{Origin, OriginError};
pub use secret::{Secret, SecretError};
pub use store::{Store, StoreError};
pub use timedelta::{Timedelta, TimedeltaError};
pub use volume::{Contents, Note, Settled, Updated, Volume, VolumeError};
