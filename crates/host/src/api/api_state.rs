//! What the routes work on.

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

/// What the routes work on.
#[derive(Clone)]
pub struct ApiState {
    /// The actions.
    pub service: ActionService,
    /// The backup that is being made.
    pub backup: BackupSlot,
    /// The settings.
    pub settings: Arc<ActiveSettings>,
    /// What the checks of the database have found.
    pub database: watch::Receiver<DatabaseStatus>,
    /// The Isso process.
    pub supervisor: Monitor,
    /// Where Isso answers.
    pub listen: SocketAddr,
    /// What Isso logged.
    pub logs: LogRing,
    /// Whether the critical task stands.
    pub password_needed: watch::Receiver<bool>,
    /// How many descriptors this process may have.
    pub descriptors: u64,
    /// How many lines the program around the host could not print.
    pub dropped_lines: Arc<AtomicU64>,
    /// Ends `up`.
    pub stop: CancellationToken,
}
