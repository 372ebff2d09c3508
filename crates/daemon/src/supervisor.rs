//! The supervisor's public side: orders to its task, and views of its status.

use std::io;
use std::panic::AssertUnwindSafe;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{FutureExt, Stream, stream};
use isso_database::Unwritable;
use isso_lifecycle::{Daemon, DaemonEvent, PortError};
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::actor::{Actor, Command};
use crate::config::SupervisorConfig;
use crate::downtime::Downtime;
use crate::group::{adopt_orphans, reap_strangers};
use crate::health::{Health, Unhealthy};
use crate::launcher::Launcher;
use crate::listener::Listener;
use crate::log::LogRing;
use crate::requests::Requests;
use crate::status::{Phase, Record, Status};
use crate::unavailable;
use crate::writing::Writing;

/// How long work that a panic has ended waits before it begins again.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends orders to the supervisor's task. Dropping it stops Isso gracefully, in the background.
#[derive(Debug)]
pub struct Supervisor {
    commands: mpsc::UnboundedSender<Command>,
    monitor: Monitor,
    _explainer: AbortOnDropHandle<()>,
}

/// Reads the supervisor's status.
#[derive(Debug, Clone)]
pub struct Monitor {
    record: watch::Receiver<Record>,
    requests: Arc<Requests>,
    writing: Arc<Writing>,
}

/// Why there is no supervisor.
#[derive(Debug, thiserror::Error)]
pub enum SupervisorError {
    /// The system refuses what is needed to find orphaned workers.
    #[error("cannot become the parent of orphaned processes")]
    Orphans(#[source] io::Error),
    /// The client of the health check cannot be made.
    #[error("cannot prepare the health check")]
    Health(#[source] Unhealthy),
}

/// Does work that is needed as long as this process supervises: after a panic it begins again.
pub async fn keep_going<F: Future<Output = ()>>(what: &'static str, work: impl Fn() -> F) {
    // What it works on is made anew each time, or is whole between two steps.
    while AssertUnwindSafe(work()).catch_unwind().await.is_err() {
        tracing::error!("a bug in issoctl ended {what}; it begins again");
        sleep(PAUSE).await;
    }
}

/// The supervisor's task has ended, which happens only when the runtime is shut down.
#[derive(Debug, thiserror::Error)]
#[error("the supervisor is gone")]
struct SupervisorEnded;

impl Supervisor {
    /// Begins to supervise; nothing is started yet. Must be called on a tokio runtime.
    ///
    /// Makes this process the parent of all its orphaned descendants. The first process of a container reaps them, and
    /// every stranger, from the first start of Isso on; before, other children may be waited for elsewhere.
    pub fn new(
        config: SupervisorConfig,
        listener: Listener,
        log: LogRing,
        events: mpsc::Sender<DaemonEvent>,
    ) -> Result<Supervisor, SupervisorError> {
        adopt_orphans().map_err(SupervisorError::Orphans)?;
        let health = Health::new(listener.address()).map_err(SupervisorError::Health)?;
        let (record, receiver) = watch::channel(Record::new(listener.address().port()));
        if process::id() == 1 {
            let child_ended = unix::signal(SignalKind::child()).map_err(SupervisorError::Orphans)?;
            let mut record = receiver.clone();
            tokio::spawn(async move {
                // Before the first start, an installation may be waiting for pip, which has no group of its own.
                let _ = record.wait_for(|record| record.phase != Phase::Stopped).await;
                reap_strangers(child_ended).await;
            });
        }
        let (listener, downtime) = (Arc::new(listener), Downtime::new());
        let (shared, answers_from) = (Arc::clone(&listener), downtime.watch());
        tokio::spawn(keep_going("answering for Isso", move || {
            unavailable::run(Arc::clone(&shared), answers_from.clone())
        }));
        let (commands, orders) = mpsc::unbounded_channel();
        let requests = Arc::clone(log.requests());
        let writing = Writing::new(config.database.clone(), Arc::clone(&requests));
        let writing = Arc::new(writing);
        let shared = Arc::clone(&writing);
        let explainer = tokio::spawn(keep_going("the look at failed requests", move || {
            Arc::clone(&shared).explain()
        }));
        let launcher = Launcher {
            config,
            listener,
            downtime,
            health,
            log,
            tracker: TaskTracker::new(),
            answering: TaskTracker::new(),
            record,
            writing: Arc::clone(&writing),
        };
        let actor = Actor::new(Arc::new(launcher), events);
        tokio::spawn(actor.run(orders));
        let monitor = Monitor {
            record: receiver,
            requests,
            writing,
        };
        Ok(Supervisor {
            commands,
            monitor,
            _explainer: AbortOnDropHandle::new(explainer),
        })
    }

    /// Returns a view of the status, for use once the state machine has the supervisor.
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }
}

#[async_trait]
impl Daemon for Supervisor {
    async fn start(&mut self) -> Result<(), PortError> {
        Ok(self.commands.send(Command::Start).map_err(|_| SupervisorEnded)?)
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        Ok(self.commands.send(Command::Reload).map_err(|_| SupervisorEnded)?)
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        let (done, stopped) = oneshot::channel();
        self.commands.send(Command::Stop(done)).map_err(|_| SupervisorEnded)?;
        Ok(stopped.await.map_err(|_| SupervisorEnded)?)
    }
}

impl Monitor {
    /// What is going on.
    pub fn phase(&self) -> Phase {
        self.record.borrow().phase
    }

    /// How many gunicorns replaced one that had died, or whose workers took no requests.
    pub fn restarts(&self) -> u64 {
        self.record.borrow().restarts
    }

    /// Why the last gunicorn that died, could not be started or took no requests did so.
    pub fn last_exit(&self) -> Option<String> {
        self.record.borrow().last_exit.clone()
    }

    /// Notifies of each change after this call, such as of the phase or of the number of restarts. Several that come at
    /// once are one.
    pub fn changes(&self) -> impl Stream<Item = ()> + use<> {
        stream::unfold(self.record.clone(), async |mut record| {
            record.changed().await.ok().map(|()| ((), record))
        })
    }

    /// How things stand. Looks at the processes and the connections of the machine, which may take long: not for a
    /// thread that must not wait.
    pub fn status(&self) -> Status {
        let record = self.record.borrow().clone();
        Status {
            failed_requests: self.requests.failed(record.generation),
            ..record.status()
        }
    }

    /// Why comments cannot be saved, asked just now; `None` if they can, for all that can be seen without saving one.
    /// Takes seconds only if the disk does not answer.
    pub async fn unwritable(&self) -> Option<Unwritable> {
        let generation = self.record.borrow().generation;
        self.writing.unwritable(generation).await
    }
}
