//! The mail server that a person selected, in the SDK's `smtpShape`, and what the form shows of `isso.cfg`.

use isso_cfg::{Contents, Document, keys};
use serde::{Deserialize, Serialize};

use super::form::{OTHER, STARTTLS_PORTS, TLS_PORT, takes_host};
use crate::host_info::{HostInfo, Security};
use crate::mail::sends_mail;

/// The mail server that a person selected. It has no `Debug`, because it may hold a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "selection", content = "value", rename_all = "lowercase")]
pub(super) enum Selection {
    Disabled {},
    System {
        #[serde(rename = "customFrom", default)]
        custom_from: Option<String>,
    },
    Custom {
        provider: Provider,
    },
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Provider {
    pub selection: String,
    pub value: Account,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    pub host: String,
    pub security: Connection,
    pub from: String,
    pub username: String,
    #[serde(default)]
    pub password: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Connection {
    pub selection: Security,
    pub value: Port,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Port {
    pub port: String,
}

/// The settings of a mail server that Isso needs.
pub(super) struct Credentials {
    pub host: String,
    pub port: i64,
    pub security: Security,
    pub from: String,
    pub username: String,
    pub password: String,
}

impl Selection {
    /// The selection that the form shows.
    ///
    /// `isso.cfg` decides, because Isso reads it and a person may have edited it. The store only tells the system's
    /// mail server from another one, and remembers the provider. A setting that the form cannot express, such as an
    /// unencrypted connection, is shown as it was selected last.
    pub fn shown(contents: &Contents) -> Self {
        if !sends_mail(&contents.cfg) {
            return Self::Disabled {};
        }
        // A store that a person or another version wrote may have another shape; isso.cfg then has to do.
        match serde_json::from_value(contents.store.smtp().clone()) {
            Ok(system @ Self::System { .. }) => system,
            Ok(Self::Custom { provider }) => Self::Custom {
                provider: overlay(provider, &contents.cfg),
            },
            _ => Self::Custom {
                provider: overlay(unknown_provider(), &contents.cfg),
            },
        }
    }

    /// The settings that Isso needs; `None` if no mail is to be sent, or if the system has no mail server.
    pub fn credentials(&self, host_info: &HostInfo) -> Option<Credentials> {
        match self {
            Self::Disabled {} => None,
            Self::System { custom_from } => {
                let system = host_info.system_smtp.clone()?;
                Some(Credentials {
                    host: system.host,
                    port: system.port.into(),
                    security: system.security,
                    from: custom_from.clone().unwrap_or(system.from),
                    username: system.username,
                    password: system.password.unwrap_or_default(),
                })
            }
            Self::Custom {
                provider: Provider { value, .. },
            } => Some(Credentials {
                host: value.host.clone(),
                // The form only takes ports that are numbers.
                port: value.security.value.port.parse().ok()?,
                security: value.security.selection,
                from: value.from.clone(),
                username: value.username.clone(),
                password: value.password.clone().unwrap_or_default(),
            }),
        }
    }

    /// Whether both are the same server, reached in the same way.
    pub fn connects_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Custom { provider: one }, Self::Custom { provider: other }) => {
                one.value.host == other.value.host && one.value.security == other.value.security
            }
            _ => false,
        }
    }
}

fn unknown_provider() -> Provider {
    Provider {
        selection: OTHER.to_owned(),
        value: Account {
            host: String::new(),
            security: Connection {
                selection: Security::Starttls,
                value: Port { port: "587".to_owned() },
            },
            from: String::new(),
            username: String::new(),
            password: None,
        },
    }
}

fn overlay(selected: Provider, cfg: &Document) -> Provider {
    let host = cfg.read_text(&keys::SMTP_HOST);
    let password = cfg.shown_text(&keys::SMTP_PASSWORD);
    Provider {
        selection: if takes_host(&selected.selection, &host) {
            selected.selection
        } else {
            OTHER.to_owned()
        },
        value: Account {
            host,
            security: connection(cfg).unwrap_or(selected.value.security),
            from: cfg.read_text(&keys::SMTP_FROM),
            username: cfg.read_text(&keys::SMTP_USERNAME),
            password: (!password.is_empty()).then_some(password),
        },
    }
}

/// The connection, if the form can express it.
fn connection(cfg: &Document) -> Option<Connection> {
    let port = cfg.read_int(&keys::SMTP_PORT)?.to_string();
    let security = cfg.read_text(&keys::SMTP_SECURITY);
    let selection = match security.as_str() {
        "ssl" if port == TLS_PORT => Security::Tls,
        "starttls" if STARTTLS_PORTS.contains(&port.as_str()) => Security::Starttls,
        _ => return None,
    };
    Some(Connection {
        selection,
        value: Port { port },
    })
}
