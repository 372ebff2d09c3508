//! What the supervisor says of itself.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::requests::FailedRequests;
use crate::workers;

/// A snapshot of the supervisor, as `issoctl status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What is going on.
    pub phase: Phase,
    /// The process id of gunicorn's master.
    pub pid: Option<u32>,
    /// The present gunicorn's number; each that is started gets the next one.
    pub generation: u64,
    /// How many of them replaced one that had died.
    pub restarts: u64,
    /// How many workers serve.
    pub workers: Option<usize>,
    /// For how long it has been so, in milliseconds.
    pub phase_ms: u64,
    /// Why the last gunicorn that died, or could not be started, did so.
    pub last_exit: Option<String>,
    /// The requests that the present gunicorn has answered with an error 500.
    // An `up` that was started before issoctl was replaced does not tell it.
    #[serde(default)]
    pub failed_requests: FailedRequests,
}

/// What the supervisor is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing runs, and nothing is going to.
    Stopped,
    /// Isso is being started and is not ready.
    Starting,
    /// Isso answers.
    Serving,
    /// Isso answers, and its successor is being started or is taking over.
    Reloading,
    /// Isso has died, and the next start waits for its time.
    Waiting,
    /// The last processes are finishing their requests.
    Stopping,
}

/// What the supervisor keeps up to date; the rest of a [`Status`] is looked up when asked for.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) phase: Phase,
    pub(crate) since: Instant,
    pub(crate) pid: Option<u32>,
    pub(crate) generation: u64,
    /// How many have been started.
    pub(crate) started: u64,
    pub(crate) restarts: u64,
    pub(crate) last_exit: Option<String>,
}

impl Record {
    pub(crate) fn new() -> Record {
        Record {
            phase: Phase::Stopped,
            since: Instant::now(),
            pid: None,
            generation: 0,
            started: 0,
            restarts: 0,
            last_exit: None,
        }
    }

    pub(crate) fn enter(&mut self, phase: Phase, pid: Option<u32>) {
        self.phase = phase;
        self.since = Instant::now();
        self.pid = pid;
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            phase: self.phase,
            pid: self.pid,
            generation: self.generation,
            restarts: self.restarts,
            workers: self.pid.and_then(workers::of).map(|workers| workers.len()),
            phase_ms: u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX),
            last_exit: self.last_exit.clone(),
            failed_requests: FailedRequests::default(),
        }
    }
}
