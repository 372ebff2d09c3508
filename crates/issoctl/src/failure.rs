//! Prints the error of a command, and returns its exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use isso_host::lifecycle::causes;
use isso_host::remedy;
use serde_json::{Value, json};

use crate::output::Output;
use crate::owner;
use crate::spelling::Spelling;

type Source = Box<dyn Error + Send + Sync>;

/// The error of a command: message, causes, hint and exit code.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    message: String,
    details: Option<Box<Value>>,
    hint: Option<String>,
    source: Option<Source>,
    /// Whether `source` is the error that says `message`, and not the cause of it.
    is_source_itself: bool,
}

impl Failure {
    /// The operation failed.
    pub const FAILED: u8 = 1;
    /// The command line or its input is wrong.
    pub const USAGE: u8 = 2;
    /// Isso does not run (the code that `systemctl status` uses for it).
    pub const NOT_RUNNING: u8 = 3;
    /// The change is saved, and not in force yet.
    pub const ON_ITS_WAY: u8 = 4;

    /// A failure with its cause.
    pub fn new(message: impl Into<String>, source: impl Into<Source>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::plain(message)
        }
    }

    /// A failure with the message and causes of this error.
    pub fn of(error: impl Into<Source>) -> Self {
        let error = error.into();
        Self {
            is_source_itself: true,
            ..Self::new(error.to_string(), error)
        }
    }

    /// A failure without a cause.
    pub fn plain(message: impl Into<String>) -> Self {
        Self {
            exit: Self::FAILED,
            message: message.into(),
            details: None,
            hint: None,
            source: None,
            is_source_itself: false,
        }
    }

    /// A failure of the command line or its input.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::plain(message).exit(Self::USAGE)
    }

    /// Sets the exit code.
    pub fn exit(mut self, code: u8) -> Self {
        self.exit = code;
        self
    }

    /// Sets what to do next. Write commands as for the default data folder: `issoctl status`.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a value for programs, which `--json` prints.
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// Prints the failure on stderr, and with `--json` on stdout too. Commands in the hint name the data folder.
    pub fn report(&self, spelling: Option<&Spelling>, output: &Output) -> ExitCode {
        let source = self.source.as_deref();
        let remedy = || source.and_then(|source| remedy(source)).map(str::to_owned);
        // After root has become another user, access is denied to that user.
        let is_denied = source.is_some_and(is_denied);
        let of_root = || owner::remedy().filter(|_| is_denied);
        let hint = of_root().or_else(|| self.hint.clone()).or_else(remedy);
        let hint = match (hint, spelling) {
            (Some(hint), Some(spelling)) => Some(spelling.with_folder(&hint)),
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

    /// The field of a form that is wrong, if one is.
    pub fn field(&self) -> Option<&str> {
        self.details.as_ref()?["field"].as_str()
    }

    /// The message and the causes in one line.
    pub fn line(&self) -> String {
        let all = std::iter::once(self.message.clone()).chain(self.causes());
        all.collect::<Vec<_>>().join(": ")
    }

    fn causes(&self) -> Vec<String> {
        let Some(source) = self.source.as_deref() else {
            return Vec::new();
        };
        let first = (!self.is_source_itself).then(|| source.to_string());
        first
            .into_iter()
            .chain(causes(source).map(ToString::to_string))
            .collect()
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

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
