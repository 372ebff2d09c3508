//! What the package has to do after a hook.

use isso_host::actions::Metadata;
use serde::Serialize;

/// What the package has to do after a hook.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Orders {
    /// What to do about the tasks; nothing about one that is not named.
    pub tasks: Vec<Task>,
    /// The actions as they are to be announced from now on.
    pub actions: Vec<Announced>,
    /// What to notify the person of.
    pub notices: Vec<Notice>,
    /// Why the hook was refused. The package throws it once the rest is done.
    pub refusal: Option<String>,
}

/// The task to run an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "order", rename_all = "lowercase")]
pub enum Task {
    /// Show it.
    Raise {
        /// The action's id.
        action: &'static str,
        /// How important it is.
        severity: Severity,
        /// Why.
        reason: String,
    },
    /// Take it away.
    Clear {
        /// The action's id.
        action: &'static str,
    },
}

/// How important a [`Task`] is: the SDK's `TaskSeverity`, as far as it is in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The service runs without it, and a person should see to it.
    Important,
    /// The service does not start before it is done.
    Critical,
}

/// An action, and how it is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Announced {
    /// The action's id.
    pub id: &'static str,
    /// The SDK's `ActionMetadata`.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub metadata: Metadata,
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
