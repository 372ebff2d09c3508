//! The request of a hook.

use isso_host::actions::SystemSmtp;
use serde::Deserialize;
use serde_json::Value;

/// What only StartOS knows. Every hook takes the same request and uses what it needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Request {
    /// The server's language, such as `de_DE`.
    pub language: String,
    /// Why the service is initialised; `null` after a rebuilt container or a restarted server.
    pub kind: Option<InitKind>,
    /// The mail server that StartOS offers to its services: the SDK's `SmtpValue`.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub system_smtp: Option<SystemSmtp>,
    /// Where this service can be reached, as StartOS lists it; `null` from a hook that does not ask StartOS.
    pub addresses: Option<Vec<Address>>,
    /// What a person typed into an action's form.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub input: Value,
    /// The metadata of the image, as StartOS stores it.
    pub image: Image,
}

/// Why a service is initialised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum InitKind {
    /// For the first time.
    Install,
    /// With another version than before.
    Update,
    /// After a backup was put back.
    Restore,
}

/// An address of the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The address itself, with its scheme.
    pub url: String,
    /// Whether it is meant to be reached from the internet.
    pub public: bool,
    /// What sort of host name it has, in the SDK's words, such as `mdns`.
    pub kind: String,
    /// The ACME provider that signs its certificate; `null` if StartOS itself does.
    pub acme: Option<String>,
}

/// How the image starts what is in it. Either may be missing or `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Image {
    /// The program and its first arguments.
    pub entrypoint: Option<Vec<String>>,
    /// The arguments after them.
    pub cmd: Option<Vec<String>>,
}
