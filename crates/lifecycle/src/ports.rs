//! The ports: traits of what the state machine needs done. Other crates implement them.
//!
//! The machine calls one port at a time and waits for the answer. It may make the same call again with nothing changed
//! in between, so each call has to be repeatable.

use async_trait::async_trait;

use crate::error::PortError;
use crate::event::RestoreRequest;

/// Whether there is a usable admin password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// There is one: Isso may run.
    Open,
    /// The password is absent, empty or Isso's public default.
    Locked,
}

/// The result of a review of the settings beside a running Isso.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Nothing to put in force: the file means the same, or was refused, which the implementation reports.
    Unchanged,
    /// Other settings, with a usable password, or another session key are to be put in force. From now on Isso would be
    /// started with them.
    Changed,
}

/// Everything the state machine drives.
pub struct Ports {
    /// The volume.
    pub settings: Box<dyn SettingsFiles>,
    /// The critical task.
    pub tasks: Box<dyn Tasks>,
    /// Isso as a process.
    pub daemon: Box<dyn Daemon>,
    /// Restores.
    pub restorer: Box<dyn Restorer>,
}

/// The volume: `isso.cfg` and `store.json`.
///
/// Isso runs on settings that were accepted, not on the file: whatever is written there meanwhile,
/// these are *in force*, and Isso is started with them again after an exit. A stop ends this; the
/// next start begins with the file, which [`SettingsFiles::prepare`] accepts.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SettingsFiles: Send {
    /// Seeds, repairs and enforces the files, then checks for the password. Called only with Isso
    /// down, and before every start but those after an exit. Repeatable.
    ///
    /// When it answers [`Gate::Open`], Isso is started with the settings as they stand now.
    async fn prepare(&mut self) -> Result<Gate, PortError>;
    /// Checks whether the settings *that Isso would be started with* have a usable password: the
    /// settings in force, or else the file. Writes nothing.
    async fn gate(&mut self) -> Result<Gate, PortError>;
    /// Reviews the settings beside a running Isso, or one that is about to be started again.
    ///
    /// Puts enforced keys back, and never repairs what a person typed. Settings that Isso would refuse, or without a
    /// usable password, are not accepted, and Isso goes on with those it has. After an error it does, too.
    ///
    /// Settings for which it answers [`Review::Changed`] are not lost when the reload that follows
    /// cannot begin: until one or a start has, the next review answers so again.
    async fn review(&mut self) -> Result<Review, PortError>;
}

/// The critical task *Set Admin Password*. Both calls are repeatable.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Tasks: Send {
    /// Shows the task.
    async fn raise(&mut self) -> Result<(), PortError>;
    /// Takes the task away.
    async fn clear(&mut self) -> Result<(), PortError>;
}

/// What an action did to the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that Isso reads changed.
    Nothing,
    /// Isso must be started anew: on other settings, or for another session key.
    Settings,
}

/// Isso as a process.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Daemon: Send {
    /// Begins a start with the settings that were last accepted, at once even where a back-off is
    /// being waited out. Its end arrives as [`crate::DaemonEvent`].
    ///
    /// When Isso is up already, no second one is started and [`crate::DaemonEvent::Ready`] is
    /// reported again. After an error nothing runs, and [`crate::DaemonEvent::RestartDue`] follows
    /// as it does after an exit.
    async fn start(&mut self) -> Result<(), PortError>;
    /// Begins to put the settings in force that were last accepted. Its end arrives as
    /// [`crate::DaemonEvent`].
    ///
    /// After an error what ran before goes on.
    async fn reload(&mut self) -> Result<(), PortError>;
    /// Stops Isso, ends a back-off, and returns once no process is left. Repeatable; what it
    /// stops is not reported as an exit.
    ///
    /// After an error Isso counts as still running, and its end is reported like any other.
    async fn stop(&mut self) -> Result<(), PortError>;
}

/// Restores.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Restorer: Send {
    /// Begins a restore, or lets the sender of the event begin it; its end arrives as
    /// [`crate::Event::RestoreFinished`].
    async fn begin_restore(&mut self, request: &RestoreRequest) -> Result<(), PortError>;
}
