//! Why a step failed, in words.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Code;

use super::MailServer;
use crate::i18n::{Language, tr};

pub(super) enum Cause {
    /// The settings name no usable port or kind of encryption.
    Unusable,
    /// The limit is over.
    Silent,
    NoStarttls,
    NoLogin,
    /// Sender or recipient has letters for which the server lacks an extension.
    NotAscii,
    Tls(Error),
    Other(Error),
}

impl MailServer {
    pub(super) fn explain(&self, cause: &Cause, limit: Duration, language: Language) -> String {
        match cause {
            Cause::Unusable => tr!(language, "trial.unusable"),
            Cause::Silent => tr!(language, "trial.silent", seconds = limit.as_secs()),
            Cause::NoStarttls => tr!(language, "trial.no-starttls"),
            Cause::NoLogin => tr!(language, "trial.no-login"),
            Cause::NotAscii => tr!(language, "trial.not-ascii"),
            Cause::Tls(error) => tr!(language, "trial.tls", cause = innermost(error)),
            Cause::Other(error) => match error.status() {
                Some(code) => rejected(language, code, error),
                None if error.is_response() => tr!(language, "trial.garbled", cause = innermost(error)),
                None => {
                    let port = self.port.unwrap_or_default();
                    tr!(
                        language,
                        "trial.unreachable",
                        host = self.host,
                        port = port,
                        cause = innermost(error)
                    )
                }
            },
        }
    }
}

impl From<Error> for Cause {
    fn from(error: Error) -> Self {
        // An error of rustls arrives as an I/O error inside of lettre's connection error.
        let is_garbled = |cause: &io::Error| cause.kind() == io::ErrorKind::InvalidData;
        if error.is_tls() || root(&error).downcast_ref().is_some_and(is_garbled) {
            Self::Tls(error)
        } else if error.is_timeout() {
            Self::Silent
        } else {
            Self::Other(error)
        }
    }
}

fn rejected(language: Language, code: Code, error: &Error) -> String {
    match error.source() {
        Some(text) => tr!(language, "trial.rejected", answer = format!("{code} {text}")),
        None => tr!(language, "trial.rejected-without-text", code = code),
    }
}

/// The innermost cause, which alone says what happened.
pub(super) fn innermost(error: &Error) -> String {
    root(error).to_string()
}

fn root<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root
}
