//! What every start works with.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::config::SupervisorConfig;
use crate::downtime::Downtime;
use crate::health::Health;
use crate::listener::Listener;
use crate::log::LogRing;
use crate::status::Record;
use crate::writing::Writing;

/// Starts generations: [`launch`](crate::launch) says how.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) config: SupervisorConfig,
    pub(crate) listener: Arc<Listener>,
    pub(crate) downtime: Downtime,
    pub(crate) health: Health,
    pub(crate) log: LogRing,
    /// Everything that must have ended before a stop has: processes, and work on the database.
    pub(crate) tracker: TaskTracker,
    /// The generations of which a worker may answer a visitor.
    pub(crate) answering: TaskTracker,
    pub(crate) record: watch::Sender<Record>,
    pub(crate) writing: Arc<Writing>,
}
