//! The ports: what the state machine needs done, and by whom is not its business.

use async_trait::async_trait;
use serde_json::Value;

use crate::event::{BackupRequest, Invocation, RestoreRequest};

/// A failure behind a port, with its causes.
pub type PortError = Box<dyn std::error::Error + Send + Sync>;

/// Whether a usable admin password stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// A usable password stands: Isso may run.
    Open,
    /// The password is absent, empty or Isso's public default.
    Locked,
}

/// The volume: `isso.cfg` and `store.json`.
#[async_trait]
pub trait Config: Send {
    /// Seeds, repairs and enforces the files, then looks at the password. Repeatable.
    async fn settle(&mut self) -> Result<Gate, PortError>;
    /// Looks at the password and writes nothing.
    async fn gate(&mut self) -> Result<Gate, PortError>;
}

/// The critical task *Set Admin Password*. Both calls are repeatable.
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

/// An action that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// What it changed.
    pub effect: Effect,
    /// The result to show, as the StartOS SDK serialises it.
    pub result: Value,
}

/// The actions a person runs.
#[async_trait]
pub trait Actions: Send {
    /// Checks the input and carries the action out. Quick: anything that waits on the network
    /// belongs after it, outside of the state machine.
    async fn invoke(&mut self, invocation: &Invocation) -> Result<Invoked, PortError>;
}

/// Isso as a process.
#[async_trait]
pub trait Daemon: Send {
    /// Begins a start. Its end arrives as [`crate::DaemonEvent`].
    async fn start(&mut self) -> Result<(), PortError>;
    /// Begins to put changed settings in force. Its end arrives as [`crate::DaemonEvent`].
    async fn reload(&mut self) -> Result<(), PortError>;
    /// Stops Isso and returns once no process is left. Repeatable.
    async fn stop(&mut self) -> Result<(), PortError>;
}

/// Backups. Both calls begin the work; its end arrives as an event.
#[async_trait]
pub trait Archive: Send {
    /// Begins a backup.
    async fn begin_backup(&mut self, request: &BackupRequest) -> Result<(), PortError>;
    /// Begins a restore.
    async fn begin_restore(&mut self, request: &RestoreRequest) -> Result<(), PortError>;
}
