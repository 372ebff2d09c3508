//! The conversation with a mail server, step by step.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use super::failure::{Cause, innermost};
use super::{MailAnswer, MailServer, MailStep, TestMail};
use crate::i18n::{Language, tr};

const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// A conversation with a mail server. After it was cut short, it still tells how far it came.
pub(super) struct Talk<'s> {
    /// The step under way.
    pub step: MailStep,
    /// The steps that succeeded.
    pub done: Vec<MailAnswer>,
    /// Whether the server has answered to everything that matters.
    pub is_over: bool,
    server: &'s MailServer,
    limit: Duration,
    language: Language,
}

impl<'s> Talk<'s> {
    pub fn new(server: &'s MailServer, limit: Duration, language: Language) -> Self {
        Self {
            step: MailStep::Connect,
            done: Vec::new(),
            is_over: false,
            server,
            limit,
            language,
        }
    }

    pub async fn run(&mut self, mail: Option<&TestMail>) -> Result<(), Cause> {
        let mut connection = self.connect().await?;
        let said = self.converse(&mut connection, mail).await;
        self.is_over = said.is_ok();
        connection.abort().await;
        said
    }

    async fn converse(&mut self, connection: &mut AsyncSmtpConnection, mail: Option<&TestMail>) -> Result<(), Cause> {
        self.log_in(connection).await?;
        match mail {
            Some(mail) => self.send(connection, mail).await,
            None => Ok(()),
        }
    }

    /// Connects and encrypts.
    async fn connect(&mut self) -> Result<AsyncSmtpConnection, Cause> {
        let language = self.language;
        match self.server.security.as_str() {
            "ssl" => self.connect_by_tls().await,
            "starttls" => {
                let mut connection = self.open(None).await?;
                self.connected(&connection);
                self.step = MailStep::Encrypt;
                if !connection.can_starttls() {
                    connection.abort().await;
                    return Err(Cause::NoStarttls);
                }
                let tls = TlsParameters::new(self.server.host.clone()).map_err(Cause::Tls)?;
                connection.starttls(tls, &ClientId::default()).await?;
                self.succeed("STARTTLS", tr!(language, "mail.encrypted", kind = "STARTTLS"));
                Ok(connection)
            }
            "none" => {
                let connection = self.open(None).await?;
                self.connected(&connection);
                self.step = MailStep::Encrypt;
                self.succeed("", tr!(language, "mail.unencrypted"));
                Ok(connection)
            }
            _ => Err(Cause::Unusable),
        }
    }

    /// Connects by TLS from the first byte. Isso does not check the certificate then (`SMTP_SSL` of Python does not
    /// unless it is told to), so a bad one fails nothing here; but it is told.
    async fn connect_by_tls(&mut self) -> Result<AsyncSmtpConnection, Cause> {
        let language = self.language;
        let host = || self.server.host.clone();
        let checked = TlsParameters::new(host()).map_err(Cause::Tls)?;
        let (connection, line) = match self.open(Some(checked)).await {
            Ok(connection) => (connection, tr!(language, "mail.encrypted", kind = "TLS")),
            Err(Cause::Tls(error)) => {
                let unchecked = TlsParameters::builder(host())
                    .dangerous_accept_invalid_certs(true)
                    .dangerous_accept_invalid_hostnames(true)
                    .build();
                let opened = match unchecked {
                    Ok(unchecked) => self.open(Some(unchecked)).await,
                    Err(error) => Err(Cause::Tls(error)),
                };
                let Ok(connection) = opened else {
                    self.step = MailStep::Encrypt;
                    return Err(Cause::Tls(error));
                };
                let cause = innermost(&error);
                (connection, tr!(language, "mail.unchecked", cause = cause))
            }
            Err(cause) => return Err(cause),
        };
        self.connected(&connection);
        self.step = MailStep::Encrypt;
        self.succeed("TLS", line);
        Ok(connection)
    }

    async fn open(&self, tls: Option<TlsParameters>) -> Result<AsyncSmtpConnection, Cause> {
        let port = self.server.port.ok_or(Cause::Unusable)?;
        let address = (self.server.host.as_str(), port);
        let hello = ClientId::default();
        Ok(AsyncSmtpConnection::connect_tokio1(address, Some(self.limit), &hello, tls, None).await?)
    }

    async fn log_in(&mut self, connection: &mut AsyncSmtpConnection) -> Result<(), Cause> {
        let (language, server) = (self.language, self.server);
        self.step = MailStep::LogIn;
        // Isso, too, logs in only when it has both.
        if server.username.is_empty() || server.password.is_empty() {
            let answer = answer(&connection.command(Noop).await?);
            self.succeed(&answer, tr!(language, "mail.not-logged-in"));
            return Ok(());
        }
        if connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            return Err(Cause::NoLogin);
        }
        let credentials = Credentials::new(server.username.clone(), server.password.clone());
        let answer = answer(&connection.auth(&MECHANISMS, &credentials).await?);
        let username = &server.username;
        self.succeed(
            &answer,
            tr!(language, "mail.logged-in", username = username, answer = answer),
        );
        Ok(())
    }

    async fn send(&mut self, connection: &mut AsyncSmtpConnection, mail: &TestMail) -> Result<(), Cause> {
        let language = self.language;
        self.step = MailStep::Sender;
        let parameters = if !mail.is_international {
            Vec::new()
        } else if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            vec![
                MailParameter::SmtpUtfEight,
                MailParameter::Body(MailBodyParameter::EightBitMime),
            ]
        } else {
            return Err(Cause::NotAscii);
        };
        let sender = Mail::new(Some(mail.sender.clone()), parameters);
        let said = answer(&connection.command(sender).await?);
        let line = tr!(language, "mail.sender", address = mail.sender, answer = said);
        self.succeed(&said, line);

        self.step = MailStep::Recipient;
        let recipient = Rcpt::new(mail.recipient.clone(), Vec::new());
        let said = answer(&connection.command(recipient).await?);
        let line = tr!(language, "mail.recipient", address = mail.recipient, answer = said);
        self.succeed(&said, line);

        self.step = MailStep::Message;
        connection.command(Data).await?;
        let said = answer(&connection.message(&mail.text).await?);
        let line = tr!(language, "mail.message", answer = said);
        self.succeed(&said, line);
        Ok(())
    }

    fn connected(&mut self, connection: &AsyncSmtpConnection) {
        let language = self.language;
        let name = connection.server_info().name().to_owned();
        let port = self.server.port.unwrap_or_default();
        let line = tr!(
            language,
            "mail.connected",
            host = self.server.host,
            port = port,
            name = name
        );
        self.succeed(&name, line);
    }

    fn succeed(&mut self, answer: &str, line: String) {
        self.done.push(MailAnswer {
            step: self.step,
            answer: self.server.without_password(answer),
            line: self.server.without_password(&line),
        });
    }
}

fn answer(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join(" "))
}
