//! Isso as a process.

mod backoff;
mod database;
mod generation;
mod group;
mod health;
mod launch;
mod listener;
mod log;
mod notify;
mod program;
mod runtime;
mod spawn;
mod status;
mod supervisor;

pub use database::DatabaseError;
pub use generation::Exit;
pub use health::{Info, Unhealthy, probe};
pub use launch::{Config, StartError};
pub use listener::{ListenError, Listener, reachable};
pub use log::{LogLine, LogRing};
pub use program::Program;
pub use runtime::{Progress, PythonError, Runtime, RuntimeError, Step};
pub use status::{Phase, Status};
pub use supervisor::{Monitor, Supervisor, SupervisorError};
