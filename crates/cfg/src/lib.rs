//! The volume of an Isso server.

mod diagnostic;
mod document;
mod python;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use document::{Document, EditError, Span, ValueFault};
