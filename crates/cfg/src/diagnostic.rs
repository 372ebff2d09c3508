//! What is wrong with an `isso.cfg`, where, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing in `isso.cfg` that Isso would refuse or misunderstand.
///
/// The texts are for the person who edits the file. They never hold a value that could be a secret: of a key's line
/// only the key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Diagnostic {
    /// Begins a diagnostic with its line and column, and with the text to show of that place.
    pub(crate) fn at((line, column): (usize, usize), text: impl Into<String>) -> Place {
        let text = text.into();
        Place { line, column, text }
    }
}

/// The beginning of a [`Diagnostic`]: where something is wrong, and what is shown of it.
#[must_use]
pub(crate) struct Place {
    line: usize,
    column: usize,
    text: String,
}

impl Place {
    /// Says what Isso refuses here.
    pub fn refused(self, code: Code, message: impl Into<String>) -> Problem {
        self.problem(Severity::Refused, code, message)
    }

    /// Says what Isso reads in another way than its author meant.
    pub fn misread(self, code: Code, message: impl Into<String>) -> Problem {
        self.problem(Severity::Misread, code, message)
    }

    /// Says what should be checked, though Isso starts.
    pub fn warning(self, code: Code, message: impl Into<String>) -> Problem {
        self.problem(Severity::Warning, code, message)
    }

    /// Says what is wrong here, and how bad that is.
    pub fn problem(self, severity: Severity, code: Code, message: impl Into<String>) -> Problem {
        Problem(Diagnostic {
            severity,
            code,
            line: self.line,
            column: self.column,
            text: self.text,
            message: message.into(),
            fix: String::new(),
        })
    }
}

/// A [`Diagnostic`] that only lacks the advice.
#[must_use]
pub(crate) struct Problem(Diagnostic);

impl Problem {
    /// Says what to do.
    pub fn fix(self, fix: impl Into<String>) -> Diagnostic {
        Diagnostic {
            fix: fix.into(),
            ..self.0
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Isso does not start with this file, or starts and then answers every new comment with an error.
    Refused,
    /// Isso starts, but not as the file's author meant.
    Misread,
    /// Isso starts, and something should still be checked.
    Warning,
    /// Isso reads it as it is written; the note explains how.
    Info,
}

/// The kind of a [`Diagnostic`]; the kinds of the file and its syntax come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The file cannot be read, or something that is no file stands in its place.
    Unreadable,
    /// The file is missing or empty.
    Missing,
    /// The file ends in the midst of a line that is longer in the settings in force.
    CutOff,
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
    /// A key stands there without a value, where Isso needs one.
    NoValue,
    /// A value is neither yes nor no.
    NotABoolean,
    /// A value is no whole number.
    NotANumber,
    /// A value is no span of time.
    NotATimedelta,
    /// Isso reads a part of the span of time and ignores the rest, or reads a number as one.
    TimedeltaMisread,
    /// A number counts seconds, and few of them.
    BareNumber,
    /// A number or span of time is too small or too large.
    OutOfRange,
    /// A value goes on in further lines where Isso wants one.
    SeveralLines,
    /// What looks like a comment is part of the value.
    InlineComment,
    /// Quotation marks or invisible characters are a part of the value.
    ExtraCharacters,
    /// Two settings do not go together.
    Contradiction,
    /// The value was copied from a sample and never replaced.
    Placeholder,
    /// The hash of a commenter's address reveals the address.
    AddressShown,
    /// Isso replaces a `$NAME`.
    Expanded,
    /// A `$NAME` names a variable that is not set.
    UnsetVariable,
    /// A `$NAME` names a variable that Isso is not given.
    WithheldVariable,
    /// No website is named, so Isso does not start.
    NoWebsite,
    /// A website's address cannot be read.
    WebsiteRefused,
    /// A website's address is not what a browser sends, so it never matches.
    WebsiteNeverMatches,
    /// A website's address has a path, which Isso ignores.
    WebsitePath,
    /// The first website, which is the fallback, is the placeholder.
    WebsiteFallback,
    /// So many websites are named that Isso may take minutes to start.
    TooManyWebsites,
    /// `notify` names something that Isso does not know.
    UnknownBackend,
    /// `renderer` is neither of the two.
    UnknownRenderer,
    /// Isso will drop this setting in a later version.
    Deprecated,
    /// mistune has no such plugin.
    UnknownPlugin,
    /// The hash algorithm does not exist, or cannot be used here.
    UnknownAlgorithm,
    /// `security` is none of the three, which means none.
    UnknownSecurity,
    /// The mail server's name cannot be one.
    MailHost,
    /// The sender or recipient of mail is missing or cannot be one.
    MailAddress,
    /// A name or password for the mail server is not ASCII.
    NotAscii,
    /// `samesite` is none of the three.
    UnknownSamesite,
    /// The address of pictures has no place for the hash, or cannot be filled in.
    GravatarUrl,
    /// The public address is missing, or is not one.
    PublicEndpoint,
    /// A trusted proxy is no IP address, so it never matches.
    ProxyNotAnAddress,
    /// The key has no effect as Isso is run here.
    NoEffect,
    /// The admin password is the one in Isso's documentation.
    PublicPassword,
    /// There is no admin password, so no person can log in.
    EmptyPassword,
    /// The admin password stands beside an admin panel that is off, so it is not taken over.
    UntrustedPassword,
    /// An enforced key has another value.
    Enforced,
    /// The path of the database is none that a database can be kept under.
    DatabasePath,
    /// The folder of the database is missing.
    DatabaseFolder,
    /// An item of a list stands at the left and is a key to Python.
    NotIndented,
    /// Isso knows no such key.
    UnknownKey,
    /// Isso knows no such section.
    UnknownSection,
    /// A key in `[DEFAULT]` never reaches Isso.
    DefaultSection,
}
