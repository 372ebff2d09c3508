//! The supervisor's status.

use std::process::ExitStatus;
use std::time::Instant;

use isso_lifecycle::Named;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clients;
use crate::requests::FailedRequests;
use crate::workers;

/// A snapshot of the supervisor, as `issoctl status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What is going on.
    pub phase: Named<Phase>,
    /// The process id of gunicorn's master.
    pub pid: Option<u32>,
    /// The present gunicorn's number; each that is started gets the next one.
    pub generation: u64,
    /// How many of them replaced one that had died, or whose workers took no requests.
    pub restarts: u64,
    /// How many workers serve.
    pub workers: Option<usize>,
    /// How many connections the workers have taken and not finished.
    // Missing from the answer of an older `up`, like the next.
    #[serde(default)]
    pub connections: Option<usize>,
    /// The gunicorn before, while it still finishes what it has begun.
    #[serde(default)]
    pub finishing: Option<FinishingStatus>,
    /// For how long it has been so, in milliseconds.
    pub phase_ms: u64,
    /// Why the last gunicorn that died, could not be started or took no requests did so.
    pub last_exit: Option<String>,
    /// The requests that the present gunicorn has answered with an error 500.
    // Missing from the answer of an older `up`.
    #[serde(default)]
    pub failed_requests: FailedRequests,
}

/// A gunicorn that takes no requests any more, and has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FinishingStatus {
    /// Its number.
    pub generation: u64,
    /// How many clients it still waits for, or serves. With none, it sends mail.
    pub connections: usize,
    /// For how long it has been told to end, in milliseconds.
    pub for_ms: u64,
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
    port: u16,
    pub(crate) phase: Phase,
    pub(crate) since: Instant,
    pub(crate) pid: Option<u32>,
    pub(crate) generation: u64,
    /// How many have been started.
    pub(crate) started: u64,
    pub(crate) restarts: u64,
    pub(crate) last_exit: Option<String>,
    /// The generation that was replaced last.
    pub(crate) finishing: Option<Finishing>,
}

/// A generation that was told to end.
#[derive(Debug, Clone)]
pub(crate) struct Finishing {
    pub(crate) generation: u64,
    pub(crate) master: u32,
    pub(crate) exited: watch::Receiver<Option<ExitStatus>>,
    pub(crate) since: Instant,
}

impl Finishing {
    /// None once it has no worker left, or its master has ended, whose number may belong to another process since.
    fn status(&self, port: u16) -> Option<FinishingStatus> {
        if self.exited.borrow().is_some() {
            return None;
        }
        let workers = workers::of(self.master)?;
        let connections = clients::of(self.master, port)?;
        (!workers.is_empty()).then_some(FinishingStatus {
            generation: self.generation,
            connections,
            for_ms: milliseconds(self.since),
        })
    }
}

impl Record {
    pub(crate) fn new(port: u16) -> Record {
        Record {
            port,
            phase: Phase::Stopped,
            since: Instant::now(),
            pid: None,
            generation: 0,
            started: 0,
            restarts: 0,
            last_exit: None,
            finishing: None,
        }
    }

    pub(crate) fn enter(&mut self, phase: Phase, pid: Option<u32>) {
        self.phase = phase;
        self.since = Instant::now();
        self.pid = pid;
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            phase: self.phase.into(),
            pid: self.pid,
            generation: self.generation,
            restarts: self.restarts,
            workers: self.pid.and_then(workers::of).map(|workers| workers.len()),
            connections: self.pid.and_then(|pid| clients::of(pid, self.port)),
            finishing: self.finishing.as_ref().and_then(|it| it.status(self.port)),
            phase_ms: milliseconds(self.since),
            last_exit: self.last_exit.clone(),
            failed_requests: FailedRequests::default(),
        }
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
