//! What the state machine answers to an event.

use std::fmt;

use thiserror::Error;

use crate::error::PortError;

/// The reply to an event that was handled.
#[derive(Debug, Default)]
pub struct Reply {
    /// What failed after an action, such as putting its settings in force. The action itself was carried out.
    pub failure: Option<PortFailure>,
}

/// Why an event was refused, or not carried out in full.
#[derive(Debug, Error)]
pub enum Refusal {
    /// [`crate::Event::Init`] has to come first.
    #[error("the volume has not been initialised yet")]
    NotInitialised,
    /// Isso was to start. It does once a password is set.
    #[error("no admin password is set yet: run the action set-admin-password, and isso starts")]
    NoPassword,
    /// One backup at a time, and no restore meanwhile.
    #[error("a backup is running")]
    BackupRunning,
    /// Nothing else happens while the files are being replaced.
    #[error("a restore is running")]
    RestoreRunning,
    /// The action refused its input or failed, and changed nothing.
    #[error("the action was not carried out")]
    Action(#[source] PortError),
    /// A panic ended the work on the event.
    #[error("a bug in issoctl ended this; its log says where")]
    Bug,
    /// The host has ended, or is about to, and takes no more events.
    #[error("issoctl is ending")]
    Ended,
    /// A part of the event failed. The machine is in a safe state.
    #[error(transparent)]
    Failed(PortFailure),
}

impl Refusal {
    /// A stable name for programs and translations, such as `restore-running`.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotInitialised => "not-initialised",
            Refusal::NoPassword => "no-password",
            Refusal::BackupRunning => "backup-running",
            Refusal::RestoreRunning => "restore-running",
            Refusal::Action(_) => "action-refused",
            Refusal::Bug => "bug",
            Refusal::Ended => "ended",
            Refusal::Failed(failure) => failure.operation.code(),
        }
    }
}

/// A failed operation.
#[derive(Debug, Error)]
#[error("could not {operation}")]
pub struct PortFailure {
    /// What failed.
    pub operation: Operation,
    /// Why it failed.
    pub source: PortError,
}

/// An operation that may fail; its text continues "could not".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Seeding, repairing and enforcing the settings.
    Prepare,
    /// Checking for a usable admin password.
    Look,
    /// Reviewing settings that changed beside a running Isso.
    Review,
    /// Showing the critical task.
    RaiseTask,
    /// Taking the critical task away.
    ClearTask,
    /// Starting Isso.
    Start,
    /// Putting changed settings in force.
    Reload,
    /// Stopping Isso.
    Stop,
    /// Making a backup, from its first step to its last.
    Backup,
    /// Putting a backup back, from its first step to its last.
    Restore,
}

impl Operation {
    fn code(self) -> &'static str {
        match self {
            Operation::Prepare => "settle-failed",
            Operation::Look => "look-failed",
            Operation::Review => "review-failed",
            Operation::RaiseTask => "raise-task-failed",
            Operation::ClearTask => "clear-task-failed",
            Operation::Start => "start-failed",
            Operation::Reload => "reload-failed",
            Operation::Stop => "stop-failed",
            Operation::Backup => "backup-failed",
            Operation::Restore => "restore-failed",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Operation::Prepare => "put the settings in order",
            Operation::Look => "look for the admin password",
            Operation::Review => "look at the changed settings",
            Operation::RaiseTask => "show the task to set the admin password",
            Operation::ClearTask => "take away the task to set the admin password",
            Operation::Start => "start isso",
            Operation::Reload => "put the changed settings in force",
            Operation::Stop => "stop isso",
            Operation::Backup => "make the backup",
            Operation::Restore => "put the backup back",
        })
    }
}
