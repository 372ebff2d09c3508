//! What a supervisor is made with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::leftover::Owner;
use crate::program::Program;
use crate::settings::SettingsSource;

/// What the supervisor runs, and with how much patience.
pub struct SupervisorConfig {
    /// What to run.
    pub program: Program,
    /// Isso's database, as its settings name it.
    pub database: PathBuf,
    /// What it runs on, asked before each start.
    pub settings: Arc<dyn SettingsSource>,
    /// Whose the processes are.
    pub owner: Owner,
    /// How long a stop may take before what is left is killed.
    pub stop_within: Duration,
}

impl SupervisorConfig {
    /// The time for a stop: gunicorn itself gives requests 30 s.
    pub const STOP_WITHIN: Duration = Duration::from_secs(35);
}

impl fmt::Debug for SupervisorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorConfig")
            .field("program", &self.program)
            .field("database", &self.database)
            .field("stop_within", &self.stop_within)
            .finish_non_exhaustive()
    }
}
