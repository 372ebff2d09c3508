//! The one place that turns errors into words and exit codes.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use isso_lifecycle::{causes, with_causes};
use serde_json::{Value, json};

use crate::data::DataDir;
use crate::output::Output;
use crate::owner;
use crate::service::{Problem, ProblemKind};

type Source = Box<dyn Error + Send + Sync>;

/// What a command ends with when it cannot do its work.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    message: String,
    details: Option<Box<Value>>,
    hint: Option<String>,
    source: Option<Source>,
}

impl Failure {
    /// The operation failed.
    pub const FAILED: u8 = 1;
    /// What was typed is wrong.
    pub const USAGE: u8 = 2;
    /// Isso does not run (the code that `systemctl status` uses for it).
    pub const NOT_RUNNING: u8 = 3;
    /// It is saved, and Isso is still taking it over.
    pub const ON_ITS_WAY: u8 = 4;

    /// A failure with its cause.
    pub fn new(message: impl Into<String>, source: impl Into<Source>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::plain(message)
        }
    }

    /// A failure that is its own cause.
    pub fn plain(message: impl Into<String>) -> Self {
        Self {
            exit: Self::FAILED,
            message: message.into(),
            details: None,
            hint: None,
            source: None,
        }
    }

    /// A failure of what was typed.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::plain(message).exit(Self::USAGE)
    }

    /// With another exit code.
    pub fn exit(mut self, code: u8) -> Self {
        self.exit = code;
        self
    }

    /// With what to do next. Commands are written as for the default data folder: `issoctl status`.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With something for programs to read under `--json`.
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// Tells the person on stderr, and with `--json` the program on stdout. Commands in the hint lead to the data
    /// folder.
    pub fn report(&self, data: Option<&DataDir>, output: &Output) -> ExitCode {
        let source = self.source.as_deref();
        let remedy = || source.and_then(|source| remedy(source)).map(str::to_owned);
        // For root, what was denied is denied to another user.
        let is_denied = source.is_some_and(is_denied);
        let of_root = || owner::remedy().filter(|_| is_denied);
        let hint = of_root().or_else(|| self.hint.clone()).or_else(remedy);
        let hint = match (hint, data) {
            (Some(hint), Some(data)) => Some(data.spell(&hint)),
            (hint, _) => hint,
        };
        output.error(&self.to_string(), &self.causes(), hint.as_deref());
        if output.json {
            let mut error = json!({ "message": self.to_string(), "causes": self.causes() });
            if let Some(hint) = &hint {
                error["hint"] = json!(hint);
            }
            if let Some(details) = &self.details {
                error["details"] = json!(details);
            }
            output.json(&json!({ "error": error }));
        }
        ExitCode::from(self.exit)
    }

    /// The field of a form that is wrong, where one is.
    pub fn field(&self) -> Option<&str> {
        self.details.as_ref()?["field"].as_str()
    }

    /// What it says and its causes, in one line.
    pub fn line(&self) -> String {
        match &self.source {
            Some(source) => format!("{}: {}", self.message, with_causes(&**source)),
            None => self.message.clone(),
        }
    }

    fn causes(&self) -> Vec<String> {
        let Some(source) = self.source.as_deref() else {
            return Vec::new();
        };
        let causes = causes(source).map(ToString::to_string);
        std::iter::once(source.to_string()).chain(causes).collect()
    }
}

fn is_denied(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if kind == Some(io::ErrorKind::PermissionDenied) {
            return true;
        }
        next = error.source();
    }
    false
}

/// What to do about what the system said, where that alone tells it.
pub fn remedy(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::PermissionDenied) => {
                return Some(
                    "do this as the user who owns the file or folder named above, or give yourself access to it",
                );
            }
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                return Some("free some room on that disk, which `df -h` and `df -i` show, and try again");
            }
            Some(io::ErrorKind::ReadOnlyFilesystem) => {
                return Some("that disk is mounted read-only: mount it writable, or choose a folder elsewhere");
            }
            _ => next = error.source(),
        }
    }
    None
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<isso_cfg::VolumeError> for Failure {
    fn from(source: isso_cfg::VolumeError) -> Self {
        Self::new("the data folder cannot be used", source)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let details = serde_json::to_value(&problem).expect("our own types have string keys");
        let mut failure = Self::plain(problem.message).details(details);
        failure.hint = problem.hint;
        match problem.kind {
            ProblemKind::UnknownAction | ProblemKind::InvalidInput => failure.exit(Self::USAGE),
            ProblemKind::Refused | ProblemKind::Failed => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_with_a_remedy() {
        let check = |kind: io::ErrorKind, words: Option<&str>| {
            let error = isso_cfg::VolumeError::Lock {
                path: "/srv/.lock".into(),
                source: kind.into(),
            };
            let found = remedy(&error);
            match words {
                Some(words) => assert!(found.is_some_and(|it| it.contains(words)), "{found:?}"),
                None => assert_eq!(found, None),
            }
        };
        check(io::ErrorKind::PermissionDenied, Some("owns"));
        check(io::ErrorKind::StorageFull, Some("df -h"));
        check(io::ErrorKind::ReadOnlyFilesystem, Some("read-only"));
        check(io::ErrorKind::NotFound, None);
    }
}
