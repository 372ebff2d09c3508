//! What the host knows and an action may need.

use std::fmt;

use serde::Deserialize;

/// What the host knows and an action may need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostInfo {
    /// The mail server that the host offers to all its services.
    pub system_smtp: Option<SystemSmtp>,
    /// The addresses of this server, the best one first.
    pub addresses: Vec<HostAddress>,
    /// Whether the host itself gives out the addresses. Then the public address is chosen among them; otherwise a
    /// person types it.
    pub assigns_addresses: bool,
    /// `[server] public-endpoint`, as it stands in `isso.cfg`; empty if it is not set.
    pub public_address: String,
}

/// An address at which this server can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAddress {
    /// The address, such as `https://comments.example.com`.
    pub url: String,
    /// What protects the connection.
    pub encryption: Encryption,
}

impl From<&str> for HostAddress {
    /// An address of which nothing more is known.
    fn from(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            encryption: Encryption::Unknown,
        }
    }
}

/// What protects the connection to a [`HostAddress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS with a certificate that every browser trusts.
    Trusted,
    /// TLS with a certificate of the host itself, which only devices trust that were told to.
    OwnCertificate,
    /// Nothing.
    Plain,
    /// The host does not know it.
    Unknown,
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
