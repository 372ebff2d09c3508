//! What the host knows and an action may need.

use std::fmt;

use serde::Deserialize;

/// What the host knows and an action may need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HostInfo {
    /// The mail server that the host offers to all its services.
    pub system_smtp: Option<SystemSmtp>,
    /// The addresses at which browsers reach this server, the best one first, such as `https://comments.example.com`.
    pub addresses: Vec<String>,
}

/// The mail server that the host offers to all its services: the SDK's `SmtpValue`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SystemSmtp {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The sender, with or without a name.
    pub from: String,
    /// The user name.
    pub username: String,
    /// The password, if there is one.
    pub password: Option<String>,
    /// How the connection is encrypted.
    pub security: Security,
}

/// Keeps the password out of logs.
impl fmt::Debug for SystemSmtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            port,
            from,
            username,
            security,
            ..
        } = self;
        write!(f, "SystemSmtp({username} at {host}:{port}, {security:?}, from {from})")
    }
}

/// How a connection to a mail server is encrypted, as the SDK names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first byte. Isso calls this `ssl`.
    Tls,
    /// After the `STARTTLS` command.
    Starttls,
}

impl Security {
    /// The SDK's name for it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Starttls => "starttls",
        }
    }

    /// Isso's name for it, in `[smtp] security`.
    pub(crate) fn for_isso(self) -> &'static str {
        match self {
            Self::Tls => "ssl",
            Self::Starttls => "starttls",
        }
    }
}
