//! The lifecycle of an Isso server.

pub mod event;
pub mod ports;

pub use event::{BackupRequest, DaemonEvent, Event, Invocation, RestoreRequest};
pub use ports::{Actions, Archive, Config, Daemon, Effect, Gate, Invoked, PortError, Tasks};
