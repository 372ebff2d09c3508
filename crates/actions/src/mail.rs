//! Talks to the mail server that `isso.cfg` names, as Isso does: connects, encrypts, logs in, and sends if asked to.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py> (`SMTPConnection`, `_sendmail`)

mod failure;
mod message;
mod talk;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use isso_cfg::{Document, keys};

use self::failure::Cause;
pub(crate) use self::message::{TestMail, mailbox};
use self::talk::Talk;
use crate::i18n::{Language, tr};

/// The mail server that `isso.cfg` names. It has no `Debug`, because it may hold a password.
pub struct MailServer {
    host: String,
    port: Option<u16>,
    security: String,
    username: String,
    password: String,
}

/// A step of sending a mail. Each comes after those before it in this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailStep {
    /// The server takes the connection and greets.
    Connect,
    /// The connection is encrypted, as `[smtp] security` says.
    Encrypt,
    /// The server takes user name and password.
    LogIn,
    /// The server takes the sender.
    Sender,
    /// The server takes the recipient.
    Recipient,
    /// The server takes the message.
    Message,
}

/// A step that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAnswer {
    /// The step.
    pub step: MailStep,
    /// What the server answered. It never holds the password.
    pub answer: String,
    /// The step and the answer, as a line for a person.
    pub line: String,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFailure {
    /// The step.
    pub step: MailStep,
    /// What went wrong, in a sentence for a person. It never holds the password.
    pub reason: String,
    /// The steps before it.
    pub before: Vec<MailAnswer>,
}

/// Whether Isso sends any mail with these settings.
///
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/__init__.py> (`Isso.__init__`)
pub fn sends_mail(cfg: &Document) -> bool {
    cfg.read_list(&keys::NOTIFY).iter().any(|backend| is_smtp(backend))
        || cfg.read_bool(&keys::REPLY_NOTIFICATIONS) == Some(true)
}

/// The address in the text of a sender or a recipient, which may have a name before it; `None` if there is none.
pub fn mail_address(text: &str) -> Option<String> {
    mailbox(text).map(|mailbox| mailbox.email.to_string())
}

/// Whether an item of `notify` means mail. Isso knows these two spellings.
pub(crate) fn is_smtp(backend: &str) -> bool {
    matches!(backend, "smtp" | "SMTP")
}

impl MailServer {
    /// The mail server of these settings.
    pub fn of(cfg: &Document) -> Self {
        Self {
            host: cfg.read_text(&keys::SMTP_HOST),
            port: cfg.read_int(&keys::SMTP_PORT).and_then(|port| u16::try_from(port).ok()),
            security: cfg.read_text(&keys::SMTP_SECURITY),
            username: cfg.read_text(&keys::SMTP_USERNAME),
            password: cfg.read_text(&keys::SMTP_PASSWORD),
        }
    }

    /// Connects, encrypts and logs in, then hangs up. It takes no longer than the limit.
    ///
    /// Without a user name or a password Isso does not log in; the last answer is then that to `NOOP`.
    pub async fn log_in(&self, limit: Duration, language: Language) -> Result<Vec<MailAnswer>, MailFailure> {
        self.talk(None, limit, language).await
    }

    /// Sends a mail. It takes no longer than the limit.
    pub(crate) async fn send(
        &self,
        mail: &TestMail,
        limit: Duration,
        language: Language,
    ) -> Result<Vec<MailAnswer>, MailFailure> {
        self.talk(Some(mail), limit, language).await
    }

    async fn talk(
        &self,
        mail: Option<&TestMail>,
        limit: Duration,
        language: Language,
    ) -> Result<Vec<MailAnswer>, MailFailure> {
        let mut talk = Talk::new(self, limit, language);
        let ended = tokio::time::timeout(limit, talk.run(mail)).await;
        match ended.unwrap_or(Err(Cause::Silent)) {
            // The server has answered all, so only its farewell is missing.
            Err(_) if talk.is_over => Ok(talk.done),
            Ok(()) => Ok(talk.done),
            Err(cause) => Err(MailFailure {
                step: talk.step,
                reason: self.without_password(&self.explain(&cause, limit, language)),
                before: talk.done,
            }),
        }
    }

    /// Replaces the password in a text, because a server may repeat it in its answer, as it is or as it was sent.
    fn without_password(&self, text: &str) -> String {
        if self.password.is_empty() {
            return text.to_owned();
        }
        let plain = format!("\0{}\0{}", self.username, self.password);
        [
            STANDARD.encode(plain),
            STANDARD.encode(&self.password),
            self.password.clone(),
        ]
        .iter()
        .fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

impl MailStep {
    /// The name of the step.
    pub fn name(self, language: Language) -> String {
        match self {
            Self::Connect => tr!(language, "mail.step.connect"),
            Self::Encrypt => tr!(language, "mail.step.encrypt"),
            Self::LogIn => tr!(language, "mail.step.log-in"),
            Self::Sender => tr!(language, "mail.step.sender"),
            Self::Recipient => tr!(language, "mail.step.recipient"),
            Self::Message => tr!(language, "mail.step.message"),
        }
    }
}
