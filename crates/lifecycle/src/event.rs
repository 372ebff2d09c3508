//! What may happen to an Isso server.

use std::path::PathBuf;

use serde_json::Value;

use crate::ports::PortError;

/// Everything that reaches the state machine.
#[derive(Debug)]
pub enum Event {
    /// The host's init hook: look at the volume, put it right and settle. A running Isso makes it
    /// the same as [`Event::SettingsChanged`].
    Init,
    /// The host wants Isso up. Remembered while the password is missing.
    Start,
    /// The host wants Isso down.
    Stop,
    /// A person runs an action.
    Invoke(Invocation),
    /// The files of the volume changed outside of an action.
    SettingsChanged,
    /// The daemon reports.
    Daemon(DaemonEvent),
    /// Make a backup; its end arrives as [`Event::BackupFinished`].
    Backup,
    /// The backup that was begun has ended.
    BackupFinished(Result<(), PortError>),
    /// Put a backup back; its end arrives as [`Event::RestoreFinished`].
    Restore(RestoreRequest),
    /// The restore that was begun has ended.
    RestoreFinished(Result<(), PortError>),
}

/// What the supervisor of the Isso process tells.
///
/// Every spawn is commanded by the state machine: after an exit the supervisor waits out its
/// back-off, says [`DaemonEvent::RestartDue`], and the machine, which looks at the password gate
/// first, calls [`crate::Daemon::start`] again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaemonEvent {
    /// Isso answers.
    Ready,
    /// Isso is gone, or could not be started; the text says why.
    Exited(String),
    /// The back-off after an exit is over.
    RestartDue,
}

/// An action with what a person typed into its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The action's id, such as `set-websites`.
    pub id: String,
    /// The form's values; `null` for an action without a form.
    pub input: Value,
    /// The language of the answer, such as `en_US`.
    pub language: String,
}

/// What a restore reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRequest {
    /// The backup.
    pub from: PathBuf,
}
