//! What may happen to an Isso server.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::PortError;
use crate::ports::Effect;

/// Everything that reaches the state machine.
#[derive(Debug)]
pub enum Event {
    /// The host's init hook: prepare the volume, and start where the host wants Isso up. A running Isso makes it
    /// the same as [`Event::SettingsChanged`].
    Init,
    /// The host wants Isso up. Remembered while the password is missing.
    Start,
    /// The host wants Isso down.
    Stop,
    /// A person runs an action.
    Invoke(Arc<dyn Invocation>),
    /// The files of the volume changed outside of an action.
    SettingsChanged,
    /// The supervisor reports.
    Daemon(DaemonEvent),
    /// A backup begins, which the sender makes; its end arrives as [`Event::BackupFinished`].
    Backup,
    /// The backup that was begun has ended.
    BackupFinished(Result<(), PortError>),
    /// Put a backup back; its end arrives as [`Event::RestoreFinished`].
    Restore(RestoreRequest),
    /// The restore that was begun has ended.
    RestoreFinished(Result<(), PortError>),
}

/// A report of the supervisor of the Isso process.
///
/// Every spawn is commanded by the state machine: after an exit the supervisor waits out its
/// back-off and reports [`DaemonEvent::RestartDue`], and the machine, which checks the password gate
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

/// An action with what a person typed into its form. The machine learns its effect alone; its sender keeps what it
/// shows.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Invocation: fmt::Debug + Send + Sync {
    /// Checks the input and carries the action out. Quick: anything that waits on the network
    /// belongs after it, outside of the state machine.
    async fn run(&self) -> Result<Effect, PortError>;
}

/// The restore that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRequest {
    /// The backup.
    pub from: PathBuf,
}
