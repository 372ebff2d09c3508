//! Tries a mail server: connects, encrypts, logs in and hangs up, as Isso does when it sends.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py> (`SMTPConnection`)

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use isso_cfg::{Document, keys};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::Noop;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Code, Response};

use crate::i18n::{Language, tr};

/// The limit for the whole trial.
const LIMIT: Duration = Duration::from_secs(5);

const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// A mail server as `isso.cfg` names it. It has no `Debug`, because it may hold a password.
pub(super) struct Server {
    host: String,
    port: Option<u16>,
    security: String,
    username: String,
    password: String,
}

enum TrialFailure {
    Unusable,
    Silent,
    NoStarttls,
    NoLogin,
    Tls(Error),
    Other(Error),
}

impl Server {
    pub fn of(cfg: &Document) -> Self {
        Self {
            host: cfg.read_text(&keys::SMTP_HOST),
            port: cfg.read_int(&keys::SMTP_PORT).and_then(|port| u16::try_from(port).ok()),
            security: cfg.read_text(&keys::SMTP_SECURITY),
            username: cfg.read_text(&keys::SMTP_USERNAME),
            password: cfg.read_text(&keys::SMTP_PASSWORD),
        }
    }

    /// Tries the server, and says what it answered or what went wrong.
    pub async fn try_out(&self, language: Language) -> String {
        let tried = tokio::time::timeout(LIMIT, self.converse()).await;
        match tried.unwrap_or(Err(TrialFailure::Silent)) {
            Ok(response) => {
                let text: Vec<&str> = response.message().collect();
                let answer = self.without_password(&format!("{} {}", response.code(), text.join(" ")));
                tr!(language, "trial.answered", answer = answer)
            }
            Err(failure) => {
                let reason = self.without_password(&self.explain(language, &failure));
                tr!(language, "trial.warning", reason = reason)
            }
        }
    }

    async fn converse(&self) -> Result<Response, TrialFailure> {
        let port = self.port.ok_or(TrialFailure::Unusable)?;
        let tls = || TlsParameters::new(self.host.clone()).map_err(TrialFailure::Tls);
        let (from_the_start, later) = match self.security.as_str() {
            "ssl" => (Some(tls()?), None),
            "starttls" => (None, Some(tls()?)),
            "none" => (None, None),
            _ => return Err(TrialFailure::Unusable),
        };
        let hello = ClientId::default();
        let server = (self.host.as_str(), port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(LIMIT), &hello, from_the_start, None).await?;
        if let Some(tls) = later {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(TrialFailure::NoStarttls);
            }
            connection.starttls(tls, &hello).await?;
        }
        // Isso, too, logs in only when it has both.
        let response = if self.username.is_empty() || self.password.is_empty() {
            connection.command(Noop).await?
        } else if connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            connection.abort().await;
            return Err(TrialFailure::NoLogin);
        } else {
            let credentials = Credentials::new(self.username.clone(), self.password.clone());
            connection.auth(&MECHANISMS, &credentials).await?
        };
        // The answer is known. A server that hangs up without QUIT does not change it.
        connection.abort().await;
        Ok(response)
    }

    fn explain(&self, language: Language, failure: &TrialFailure) -> String {
        match failure {
            TrialFailure::Unusable => tr!(language, "trial.unusable"),
            TrialFailure::Silent => tr!(language, "trial.silent", seconds = LIMIT.as_secs()),
            TrialFailure::NoStarttls => tr!(language, "trial.no-starttls"),
            TrialFailure::NoLogin => tr!(language, "trial.no-login"),
            TrialFailure::Tls(error) => tr!(language, "trial.tls", cause = cause(error)),
            TrialFailure::Other(error) => match error.status() {
                Some(code) => rejected(language, code, error),
                None if error.is_response() => tr!(language, "trial.garbled", cause = cause(error)),
                None => {
                    let port = self.port.unwrap_or_default();
                    tr!(
                        language,
                        "trial.unreachable",
                        host = self.host,
                        port = port,
                        cause = cause(error)
                    )
                }
            },
        }
    }

    /// Replaces the password in a text, because a server may repeat it in its answer.
    fn without_password(&self, text: &str) -> String {
        if self.password.is_empty() {
            text.to_owned()
        } else {
            text.replace(&self.password, "…")
        }
    }
}

impl From<Error> for TrialFailure {
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

fn cause(error: &Error) -> String {
    root(error).to_string()
}

/// The innermost cause, which alone says what happened.
fn root<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root
}
