//! The supervisor: one task that owns what runs, and the handles to it.

use std::collections::VecDeque;
use std::error::Error;
use std::future::pending;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use isso_lifecycle::{Daemon, DaemonEvent, PortError};
use nix::sys::signal::Signal;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Sleep, sleep};
use tokio_util::task::TaskTracker;

use crate::backoff::{Backoff, End};
use crate::generation::{Exit, Generation};
use crate::group::adopt_orphans;
use crate::health::{Health, Unhealthy};
use crate::launch::{Config, Launcher, StartError};
use crate::listener::Listener;
use crate::log::LogRing;
use crate::status::{Phase, Record, Status};

/// The way to command the supervisor's task. Dropping it stops Isso gracefully, in the background.
#[derive(Debug)]
pub struct Supervisor {
    commands: mpsc::UnboundedSender<Command>,
    monitor: Monitor,
}

/// The way to look at the supervisor.
#[derive(Debug, Clone)]
pub struct Monitor {
    record: watch::Receiver<Record>,
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

/// The supervisor's task has ended, which happens only when the runtime is shut down.
#[derive(Debug, thiserror::Error)]
#[error("the supervisor is gone")]
struct Gone;

#[derive(Debug)]
enum Command {
    Start,
    Reload,
    Stop(oneshot::Sender<()>),
}

impl Supervisor {
    /// Begins to supervise; nothing is started yet. Must be called on a tokio runtime.
    ///
    /// Makes this process the parent of all its orphaned descendants.
    pub fn new(
        config: Config,
        listener: Listener,
        log: LogRing,
        events: mpsc::Sender<DaemonEvent>,
    ) -> Result<Supervisor, SupervisorError> {
        adopt_orphans().map_err(SupervisorError::Orphans)?;
        let health = Health::new(listener.address()).map_err(SupervisorError::Health)?;
        let (record, receiver) = watch::channel(Record::new());
        let (commands, orders) = mpsc::unbounded_channel();
        let launcher = Launcher {
            config,
            listener: Arc::new(listener),
            health,
            log,
            tracker: TaskTracker::new(),
            record,
        };
        let actor = Actor {
            launcher: Arc::new(launcher),
            current: Current::Idle,
            backoff: Backoff::new(),
            outbox: Outbox {
                waiting: VecDeque::new(),
                events,
            },
        };
        tokio::spawn(actor.run(orders));
        let monitor = Monitor { record: receiver };
        Ok(Supervisor { commands, monitor })
    }

    /// A handle to look at the supervisor once the state machine has it.
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }
}

#[async_trait]
impl Daemon for Supervisor {
    async fn start(&mut self) -> Result<(), PortError> {
        Ok(self.commands.send(Command::Start).map_err(|_| Gone)?)
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        Ok(self.commands.send(Command::Reload).map_err(|_| Gone)?)
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        let (done, stopped) = oneshot::channel();
        self.commands.send(Command::Stop(done)).map_err(|_| Gone)?;
        Ok(stopped.await.map_err(|_| Gone)?)
    }
}

impl Monitor {
    /// How things stand.
    pub fn status(&self) -> Status {
        self.record.borrow().status()
    }
}

struct Actor {
    launcher: Arc<Launcher>,
    current: Current,
    backoff: Backoff,
    outbox: Outbox,
}

/// Events wait here, not in a blocked send: whoever should receive them may itself be waiting for
/// the end of a stop.
struct Outbox {
    waiting: VecDeque<DaemonEvent>,
    events: mpsc::Sender<DaemonEvent>,
}

impl Outbox {
    /// Delivers the oldest event once there is one and there is room for it.
    async fn deliver(&mut self) {
        if self.waiting.is_empty() {
            return pending().await;
        }
        let permit = self.events.reserve().await;
        let event = self.waiting.pop_front();
        // A receiver that has gone wants to know nothing any more.
        if let (Ok(permit), Some(event)) = (permit, event) {
            permit.send(event);
        }
    }
}

/// What is going on. Replacing it ends it: a generation that is dropped is stopped gracefully.
enum Current {
    Idle,
    Starting(Pin<Box<dyn Future<Output = Result<Generation, StartError>> + Send>>),
    Serving(Generation, Instant),
    Waiting(Pin<Box<Sleep>>),
}

enum Change {
    Started(Result<Generation, StartError>),
    Exited(Exit, Duration),
    Due,
}

impl Current {
    async fn change(&mut self) -> Change {
        match self {
            Current::Idle => pending().await,
            Current::Starting(start) => Change::Started(start.await),
            Current::Serving(generation, since) => {
                let exit = generation.exited().await;
                Change::Exited(exit, since.elapsed())
            }
            Current::Waiting(wait) => {
                wait.await;
                Change::Due
            }
        }
    }
}

impl Actor {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                biased;
                () = self.outbox.deliver() => {}
                order = orders.recv() => match order {
                    Some(Command::Start) => self.start(),
                    Some(Command::Reload) => self.begin(),
                    Some(Command::Stop(done)) => {
                        self.stop().await;
                        // Whoever asked may have lost patience.
                        let _ = done.send(());
                    }
                    None => return self.stop().await,
                },
                change = self.current.change() => self.apply(change),
            }
        }
    }

    fn start(&mut self) {
        match self.current {
            Current::Starting(_) => {}
            Current::Serving(..) => self.outbox.waiting.push_back(DaemonEvent::Ready),
            Current::Idle | Current::Waiting(_) => self.begin(),
        }
    }

    /// Starts a generation in place of whatever there is. The old one, if any, takes no new
    /// requests from here on; those that arrive wait in the socket's backlog.
    fn begin(&mut self) {
        self.launcher.record.send_modify(|record| {
            record.restarts += u64::from(record.phase == Phase::Waiting);
            record.enter(Phase::Starting, None);
        });
        let launch = Arc::clone(&self.launcher).launch();
        self.current = Current::Starting(Box::pin(launch));
    }

    async fn stop(&mut self) {
        self.outbox.waiting.clear();
        self.current = Current::Idle;
        self.enter(Phase::Stopping, None);
        let tracker = &self.launcher.tracker;
        tracker.close();
        tracker.wait().await;
        tracker.reopen();
        self.enter(Phase::Stopped, None);
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Started(Ok(generation)) => {
                self.enter(Phase::Serving, Some(generation.pid));
                self.current = Current::Serving(generation, Instant::now());
                self.outbox.waiting.push_back(DaemonEvent::Ready);
            }
            Change::Started(Err(error)) => self.lost(End::NeverReady, with_causes(&error)),
            Change::Exited(exit, served) => {
                // A crash is a signal, too, but of its own making.
                let end = match exit.status.signal() {
                    Some(signal) if signal == Signal::SIGKILL as i32 => End::Killed,
                    _ => End::Ended(served),
                };
                self.lost(end, exit.to_string());
            }
            Change::Due => {
                self.current = Current::Idle;
                self.outbox.waiting.push_back(DaemonEvent::RestartDue);
            }
        }
    }

    fn lost(&mut self, end: End, reason: String) {
        let wait = self.backoff.after(end);
        tracing::warn!("{reason}; the next start is due in {wait:.1?}");
        self.launcher.record.send_modify(|record| {
            record.enter(Phase::Waiting, None);
            record.last_exit = Some(reason.clone());
        });
        self.current = Current::Waiting(Box::pin(sleep(wait)));
        self.outbox.waiting.push_back(DaemonEvent::Exited(reason));
    }

    fn enter(&self, phase: Phase, pid: Option<u32>) {
        self.launcher
            .record
            .send_modify(|record| record.enter(phase, pid));
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
