//! States and phases in the answer of another process.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A state or phase as a running host names it. A host of a later version may name one that this program does not know;
/// the rest of its answer can be read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Named<T> {
    /// One that this program knows.
    Known(T),
    /// Another one, by its name.
    Unknown(String),
}

impl<T> From<T> for Named<T> {
    fn from(known: T) -> Named<T> {
        Named::Known(known)
    }
}

impl<T: PartialEq> PartialEq<T> for Named<T> {
    fn eq(&self, known: &T) -> bool {
        matches!(self, Named::Known(it) if it == known)
    }
}

impl<T: fmt::Display> fmt::Display for Named<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Named::Known(known) => known.fmt(formatter),
            Named::Unknown(name) => formatter.write_str(name),
        }
    }
}
