//! The answer of each hook.

use std::collections::BTreeMap;

use isso_host::actions::{ActionResult, Form};
use serde::Serialize;
use serde_json::Value;

use super::orders::{Notice, Orders};
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
    pub spec: Form,
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
    pub result: Option<ActionResult>,
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
