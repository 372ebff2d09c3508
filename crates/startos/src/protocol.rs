//! What the StartOS package and this program say to each other.
//!
//! The package runs `issoctl --data VOLUME startos HOOK`, writes a [`Request`] on stdin and reads one
//! answer from stdout: [`Init`], [`Input`], [`Run`], [`Main`], [`Health`] or bare [`Orders`]. It does
//! what the answer orders, and decides nothing itself. A refusal is an answer; an exit code other than
//! 0 means that the hook itself broke, and why stands on stderr.
//!
//! Its TypeScript is made from these types: `package/s9pk/startos/bindings.ts`.

use std::collections::BTreeMap;

use isso_host::actions::SystemSmtp;
use serde::{Deserialize, Serialize};
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
    /// Where this service can be reached, as StartOS lists it.
    pub addresses: Vec<Address>,
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

/// What the package has to do after a hook.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Orders {
    /// What to do about the critical task; nothing if it is `null`.
    pub task: Option<Task>,
    /// The actions as they are to be announced from now on.
    pub actions: Vec<Announced>,
    /// What to notify the person of.
    pub notices: Vec<Notice>,
    /// Why the hook was refused. The package throws it once the rest is done.
    pub refusal: Option<String>,
}

/// The critical task of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "order", rename_all = "lowercase")]
pub enum Task {
    /// Show it.
    Raise {
        /// The action's id.
        action: &'static str,
        /// Why.
        reason: String,
    },
    /// Take it away.
    Clear {
        /// The action's id.
        action: &'static str,
    },
}

/// An action, and how it is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Announced {
    /// The action's id.
    pub id: &'static str,
    /// The SDK's `ActionMetadata`.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub metadata: isso_host::actions::Metadata,
}

/// A notification of StartOS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Notice {
    /// How bad it is, in the SDK's words.
    pub level: Level,
    /// The headline.
    pub title: String,
    /// What happened, and what to do.
    pub message: String,
}

/// How bad a [`Notice`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It goes on, but a person should look.
    Warning,
    /// Something is broken.
    Error,
}

/// The answer of `init`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Init {
    /// What to do.
    #[serde(flatten)]
    pub orders: Orders,
    /// The port that Isso answers on, over http.
    pub port: u16,
    /// What is shown to be found there.
    pub interfaces: Vec<Interface>,
}

/// A service interface on the one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Interface {
    /// The interface's id.
    pub id: &'static str,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is for programs or for people.
    #[serde(rename = "type")]
    pub kind: InterfaceKind,
    /// Where it begins.
    pub path: &'static str,
}

/// The SDK's `ServiceInterfaceType`, as far as it is in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum InterfaceKind {
    /// For programs.
    Api,
    /// For people.
    Ui,
}

/// The answer of `input ACTION`: the form, and what stands in it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Input {
    /// The SDK's `InputSpec`.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub spec: isso_host::actions::Form,
    /// The values; `null` for an action without a form.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub value: Value,
    /// What to notify the person of.
    pub notices: Vec<Notice>,
    /// Why there is no form. The package throws it once the rest is done.
    pub refusal: Option<String>,
}

/// The answer of `run ACTION`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Run {
    /// What to do.
    #[serde(flatten)]
    pub orders: Orders,
    /// The SDK's `ActionResult`; `null` when the action was refused.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub result: Option<isso_host::actions::ActionResult>,
}

/// The answer of `main`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Main {
    /// What to do.
    #[serde(flatten)]
    pub orders: Orders,
    /// What to run; `null` when the start was refused.
    pub daemon: Option<Daemon>,
}

/// The one daemon of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Daemon {
    /// What its health check is called.
    pub display: String,
    /// What of the package is found where in the subcontainer.
    pub mounts: Mounts,
    /// What to run in the subcontainer.
    pub command: Vec<String>,
    /// With which variables.
    #[cfg_attr(test, ts(type = "Record<string, string>"))]
    pub env: BTreeMap<&'static str, String>,
    /// What to run beside it to learn how it is; it answers a [`Health`].
    pub health: Vec<String>,
    /// How long a stop may take, in milliseconds.
    pub stop_within: u32,
}

/// Mount points in the subcontainer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Mounts {
    /// The folder of this program, from the assets.
    pub program: &'static str,
    /// The folder `db` of the volume, to read and write.
    pub db: &'static str,
    /// The folder `config` of the volume, to read: where the image looks for its settings.
    pub config: &'static str,
    /// The volume itself, to read and write: for the supervisor.
    pub volume: &'static str,
}

/// The answer of `health`: the SDK's `HealthCheckResult`, and what was repaired meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Health {
    /// How it is.
    pub result: HealthResult,
    /// The same in words, with what to do.
    pub message: String,
    /// What to notify the person of.
    pub notices: Vec<Notice>,
}

/// The SDK's `HealthStatus`, as far as it is in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum HealthResult {
    /// Isso answers.
    Success,
    /// Isso answers, and changed settings are being put in force.
    Loading,
    /// Isso does not answer yet.
    Starting,
    /// Isso does not answer, or not by the settings in the file.
    Failure,
}
