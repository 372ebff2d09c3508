//! Why a document could not be changed.

use std::fmt;

/// Why a [`Document`](crate::Document) could not be changed. It never holds the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// A section name that no header can spell.
    #[error("no section can be named {name:?}")]
    Section {
        /// The name.
        name: String,
    },
    /// A key that no line can spell.
    #[error("no key can be named {key:?}")]
    Key {
        /// The key.
        key: String,
    },
    /// A value that Python would not read back.
    #[error("the value of [{section}] {key} cannot be written: {fault}")]
    Value {
        /// The section of the key.
        section: String,
        /// The key.
        key: String,
        /// What is wrong with the value.
        fault: ValueFault,
    },
    /// The change would have altered something else too, or not have come back as meant.
    #[error("[{section}] {key} cannot be changed: the file would not read back as meant")]
    ReadBack {
        /// The section of the key.
        section: String,
        /// The key.
        key: String,
    },
}

/// What keeps a value from being written so that Python reads it back. Lines are those of the value, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueFault {
    /// A carriage return ends a line of the file, and would come back as a line feed.
    CarriageReturn {
        /// The line that holds it.
        line: usize,
    },
    /// Python trims every line.
    OuterWhiteSpace {
        /// The line that begins or ends with it.
        line: usize,
    },
    /// Python drops empty lines at the end.
    EmptyLastLine,
    /// A line that begins with `#` or `;` is a comment, unless it is the first.
    Comment {
        /// The line that begins so.
        line: usize,
    },
    /// The key begins with `[` and the value holds a `]`, so that the two would be a section header.
    Header,
}

impl fmt::Display for ValueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueFault::CarriageReturn { line } => {
                write!(f, "its line {line} holds a carriage return")
            }
            ValueFault::OuterWhiteSpace { line } => {
                write!(f, "its line {line} begins or ends with white space")
            }
            ValueFault::EmptyLastLine => write!(f, "its last line is empty"),
            ValueFault::Comment { line } => write!(f, "its line {line} begins with # or ; and would be a comment"),
            ValueFault::Header => write!(f, "key and value together would be a section header"),
        }
    }
}
