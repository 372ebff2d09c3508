//! The state that all routes share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use isso_daemon::{LogRing, Monitor};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backup_slot::BackupSlot;
use crate::action_service::ActionService;
use crate::checks::DatabaseStatus;
use crate::settings::ActiveSettings;

/// The state that all routes share. [`HostLock::init`](crate::HostLock::init) makes it.
#[derive(Clone)]
pub struct ApiState {
    /// Runs actions, and leads to the state machine.
    pub service: ActionService,
    /// The backup that is being made.
    pub backup: BackupSlot,
    /// The settings.
    pub settings: Arc<ActiveSettings>,
    /// What the last check of the database found.
    pub database: watch::Receiver<DatabaseStatus>,
    /// The status of the Isso process.
    pub supervisor: Monitor,
    /// The address on which Isso serves.
    pub listen: SocketAddr,
    /// What Isso logged.
    pub logs: LogRing,
    /// Whether the critical task *Set Admin Password* is raised.
    pub password_needed: watch::Receiver<bool>,
    /// How many descriptors this process may have, which limits the connections.
    pub descriptors: u64,
    /// How many lines the program around the host could not print.
    pub dropped_lines: Arc<AtomicU64>,
    /// Ends the host when it is cancelled.
    pub stop: CancellationToken,
}
