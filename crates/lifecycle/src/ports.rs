//! The ports: what the state machine needs done, and by whom is not its business.
//!
//! The machine calls one port at a time and waits for the answer. A call may be made again with
//! nothing changed in between, so every one of them has to bear that.

use async_trait::async_trait;

use crate::error::PortError;
use crate::event::RestoreRequest;

/// Whether a usable admin password stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// A usable password stands: Isso may run.
    Open,
    /// The password is absent, empty or Isso's public default.
    Locked,
}

/// What a look at the settings beside a running Isso found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Nothing to put in force: the file means the same, or is refused and reported elsewhere.
    Unchanged,
    /// Other settings, with a usable password, are to be put in force. Isso would be started with
    /// them from now on.
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
    /// Seeds, repairs and enforces the files, then looks at the password. Called only with Isso
    /// down, and before every start but those after an exit. Repeatable.
    ///
    /// When it answers [`Gate::Open`], Isso is started with the settings as they stand now.
    async fn prepare(&mut self) -> Result<Gate, PortError>;
    /// Looks whether the settings *that Isso would be started with* hold a usable password: the
    /// settings in force, or else the file. Writes nothing.
    async fn gate(&mut self) -> Result<Gate, PortError>;
    /// Looks at the settings beside a running Isso, or one that is about to be started again.
    ///
    /// Puts enforced keys back, and never repairs what a person typed. What Isso would refuse, or
    /// has no usable password, is not taken, and Isso goes on with what it has. After an error it
    /// does, too.
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
    /// Isso must read its settings anew.
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
