//! What the state machine answers to an event.

use std::fmt;

use thiserror::Error;

use crate::error::PortError;

/// An event that was taken.
#[derive(Debug, Default)]
pub struct Reply {
    /// What could not be done after an action, such as putting its settings in force. The action itself is done.
    pub failure: Option<Failure>,
}

/// Why an event was not taken, or not carried out in full.
#[derive(Debug, Error)]
pub enum Refusal {
    /// [`crate::Event::Init`] has to come first.
    #[error("the volume has not been initialised yet")]
    NotInitialised,
    /// Isso was to start. The wish is kept: it starts once a password is set.
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
    /// The event was taken, but a part of it failed. The machine is in a safe state.
    #[error(transparent)]
    Failed(Failure),
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
            Refusal::Failed(failure) => failure.doing.code(),
        }
    }
}

/// A port that failed.
#[derive(Debug, Error)]
#[error("could not {doing}")]
pub struct Failure {
    /// What was to be done.
    pub doing: Doing,
    /// Why it could not be done.
    pub source: PortError,
}

/// Work behind a port; reads on after "could not".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Seeding, repairing and enforcing the settings.
    Settle,
    /// Looking for the admin password.
    Look,
    /// Looking at settings that changed beside a running Isso.
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

impl Doing {
    fn code(self) -> &'static str {
        match self {
            Doing::Settle => "settle-failed",
            Doing::Look => "look-failed",
            Doing::Review => "review-failed",
            Doing::RaiseTask => "raise-task-failed",
            Doing::ClearTask => "clear-task-failed",
            Doing::Start => "start-failed",
            Doing::Reload => "reload-failed",
            Doing::Stop => "stop-failed",
            Doing::Backup => "backup-failed",
            Doing::Restore => "restore-failed",
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Doing::Settle => "put the settings in order",
            Doing::Look => "look for the admin password",
            Doing::Review => "look at the changed settings",
            Doing::RaiseTask => "show the task to set the admin password",
            Doing::ClearTask => "take away the task to set the admin password",
            Doing::Start => "start isso",
            Doing::Reload => "put the changed settings in force",
            Doing::Stop => "stop isso",
            Doing::Backup => "make the backup",
            Doing::Restore => "put the backup back",
        })
    }
}
