//! What is wrong with an `isso.cfg`, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One thing in `isso.cfg` that Isso would refuse or misunderstand.
///
/// The texts are for the person who edits the file. They never hold a value that could be a secret: of a key's line only
/// the key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing it is, for programs.
    pub code: Code,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The offending text, never a secret.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Isso does not start with this file.
    Refused,
    /// Isso starts, but not as the file's author meant.
    Misread,
    /// Isso starts, and something still deserves a look.
    Warning,
}

/// The kind of a [`Diagnostic`]; the kinds of syntax come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The file is not UTF-8.
    NotUtf8,
    /// The file begins with a byte order mark, which Python keeps as a character of the first line.
    ByteOrderMark,
    /// A line stands before the first section header.
    MissingSectionHeader,
    /// A section header appears a second time.
    DuplicateSection,
    /// A key appears a second time in its section.
    DuplicateKey,
    /// A line has a delimiter and nothing before it.
    MissingKey,
    /// An indented line follows a key that has no delimiter, so there is no value to continue.
    ContinuedWithoutValue,
}
