//! The states of an Isso server, as a status shows them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of an Isso server; written and serialised as in `awaiting-password`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The volume has not been prepared yet.
    Installed,
    /// There is no usable admin password, and the critical task is shown.
    AwaitingPassword,
    /// There is a password, and the host does not want Isso up.
    Stopped,
    /// Isso was started and does not answer yet.
    Starting,
    /// Isso answers.
    Serving,
    /// Changed settings are being put in force.
    Reloading,
    /// Isso died or could not be started; the back-off before the next try runs.
    Recovering,
    /// A backup is being put back; Isso is down.
    Restoring,
}

impl State {
    /// The state's name as machines read it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Installed => "installed",
            State::AwaitingPassword => "awaiting-password",
            State::Stopped => "stopped",
            State::Starting => "starting",
            State::Serving => "serving",
            State::Reloading => "reloading",
            State::Recovering => "recovering",
            State::Restoring => "restoring",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
