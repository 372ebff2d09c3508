//! One start of Isso, from the look at the database to the first answers.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use isso_database::{DatabaseError, Depth, check_database};
use isso_lifecycle::PortError;
use tokio::sync::oneshot;
use tokio::task::JoinError;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::generation::{Exit, Generation};
use crate::health::Unhealthy;
use crate::launcher::Launcher;
use crate::listener::ListenError;
use crate::settings::Snapshot;

const PROBE_INTERVAL: Duration = Duration::from_millis(100);
/// How long a successor waits for an answer that either of the two generations may give.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
/// How long a start waits until the disk has taken the marker beside the database.
const MARKER_WAIT: Duration = Duration::from_secs(3);
/// Longer than `REPEAT` of `generation/keeper.rs`, after which the order to stop is sent again.
const TAKE_OVER_WAIT: Duration = Duration::from_millis(1500);

/// Why a start failed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listening socket cannot be opened.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// There are no settings to run on.
    #[error("Isso has no settings to start with")]
    Settings(#[source] PortError),
    /// A panic ended the look at the database.
    #[error("a bug in issoctl ended the look at the database")]
    Bug(#[source] JoinError),
    /// The database is not what it was.
    #[error("Isso is not started")]
    Database(#[source] DatabaseError),
    /// The program cannot be run.
    #[error("cannot run {program}")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It ended before it was ready.
    #[error(transparent)]
    Exited(Exit),
    /// Its messages at `NOTIFY_SOCKET` cannot be received.
    #[error("cannot hear whether Isso is loaded")]
    NotifySocket(#[source] io::Error),
    /// It runs and never got ready.
    #[error("Isso was not ready within {within:?}")]
    NotReady {
        /// The time it had.
        within: Duration,
        /// What was wrong with its last answer, if it had come so far.
        source: Option<Unhealthy>,
    },
}

/// A launch that failed, and what it ran on if it came so far.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) error: StartError,
}

impl Failed {
    /// Whether the settings may be the reason.
    pub(crate) fn blames_settings(&self) -> bool {
        matches!(self.error, StartError::Exited(_) | StartError::NotReady { .. })
    }
}

pub(crate) type Launched = Result<Generation, Failed>;

/// Whether another generation takes requests while one gets ready.
#[derive(Debug, Clone, Copy)]
enum Predecessor {
    /// No generation.
    None,
    /// The generation that is to be replaced.
    Serving,
}

impl Launcher {
    /// Starts Isso where none serves, on these settings or the next ones, and waits until it is ready.
    /// Dropping the future stops what was started.
    pub(crate) async fn start(self: Arc<Self>, snapshot: Option<Arc<Snapshot>>) -> Launched {
        let snapshot = snapshot.map_or_else(|| self.next(), Ok)?;
        let failed = |error| Failed {
            snapshot: Some(Arc::clone(&snapshot)),
            error,
        };
        self.check_database().await.map_err(failed)?;
        // Visitors are to see the comments that there are, so this is no reason not to start.
        self.writing.warn().await;
        let generation = self.spawn(&snapshot).map_err(failed)?;
        self.log.requests().begin(generation.number);
        self.record.send_modify(|record| {
            record.generation = generation.number;
            record.pid = Some(generation.master());
        });
        let ready = self.ready(&generation, &snapshot, Predecessor::None).await;
        ready.map_err(failed)?;
        self.mark_database().await;
        Ok(generation)
    }

    /// Notes beside the database that it is there. A disk that does not answer keeps neither a start nor a stop
    /// waiting.
    async fn mark_database(&self) {
        let database = self.config.database.clone();
        let (done, marked) = oneshot::channel::<()>();
        // Unlike a thread of tokio's, one that hangs does not keep this process from ending.
        let spawned = thread::Builder::new().spawn(move || {
            let _done = done;
            isso_database::remember(&database).unwrap_or_else(warn_unmarked);
        });
        // It answers by ending.
        let _ = timeout(MARKER_WAIT, marked).await;
        spawned.map_or_else(warn_unmarked, drop);
    }

    /// Starts a successor beside the generation that serves, and waits until it could take over.
    /// Dropping the future stops what was started.
    pub(crate) async fn start_successor(self: Arc<Self>) -> Launched {
        // No third one beside a predecessor that is still finishing its requests. One that not even
        // SIGKILL ends is not waited for.
        let limit = self.config.stop_within + Duration::from_secs(5);
        let _ = timeout(limit, only_one_left(&self.tracker)).await;
        let snapshot = self.next()?;
        let failed = |error| Failed {
            snapshot: Some(Arc::clone(&snapshot)),
            error,
        };
        let generation = self.spawn(&snapshot).map_err(failed)?;
        let ready = self.ready(&generation, &snapshot, Predecessor::Serving);
        ready.await.map_err(failed)?;
        Ok(generation)
    }

    /// Waits until no worker of the generation before is left, for it answers by the old settings. One that a client
    /// keeps busy is not waited for longer: it takes no new requests once SIGTERM has been sent twice.
    pub(crate) async fn take_over(self: Arc<Self>) {
        // What is left then finishes its requests in the background.
        let _ = timeout(TAKE_OVER_WAIT, only_one_left(&self.answering)).await;
    }

    pub(crate) fn next(&self) -> Result<Arc<Snapshot>, Failed> {
        self.config.settings.next().map_err(|source| Failed {
            snapshot: None,
            error: StartError::Settings(source),
        })
    }

    async fn check_database(&self) -> Result<(), StartError> {
        self.listener.open()?;
        let database = self.config.database.clone();
        // May wait for a lock, so not on the thread that serves everything else.
        self.tracker
            .spawn_blocking(move || check_database(&database, Depth::Pages))
            .await
            .map_err(StartError::Bug)?
            .map_err(StartError::Database)
    }

    fn spawn(&self, snapshot: &Arc<Snapshot>) -> Result<Generation, StartError> {
        let number = self.record.borrow().started + 1;
        self.record.send_modify(|record| record.started = number);
        Generation::spawn(number, Arc::clone(snapshot), self).map_err(|source| StartError::Spawn {
            program: self.config.program.executable().to_owned(),
            source,
        })
    }

    /// Waits until a generation could serve. Beside a predecessor the answers may be that one's; then what counts are
    /// `READY=1`, which gunicorn sends once it has loaded Isso, and the message of each worker.
    async fn ready(
        &self,
        generation: &Generation,
        snapshot: &Snapshot,
        predecessor: Predecessor,
    ) -> Result<(), StartError> {
        let mut wrong = None;
        let ready = async {
            generation.loaded().await.map_err(StartError::NotifySocket)?;
            // From here on its workers answer, and the questions of the health check must reach them.
            self.downtime.ends();
            match predecessor {
                Predecessor::None => self.answers(&mut wrong).await,
                Predecessor::Serving => {
                    let no_error = self.answers_no_error(&mut wrong);
                    let (booted, ()) = tokio::join!(generation.booted(), no_error);
                    booted.map_err(StartError::NotifySocket)?;
                }
            }
            Ok(())
        };
        let within = snapshot.ready_within;
        tokio::select! {
            exit = generation.exited() => Err(StartError::Exited(exit)),
            ready = timeout(within, ready) => match ready {
                Ok(ready) => ready,
                Err(_) => Err(StartError::NotReady { within, source: wrong }),
            },
        }
    }

    /// Waits until Isso answers as it should.
    async fn answers(&self, wrong: &mut Option<Unhealthy>) {
        while let Err(error) = self.health.ask().await {
            *wrong = Some(error);
            sleep(PROBE_INTERVAL).await;
        }
    }

    /// Waits until Isso answers as it should, or not at all: any of the two generations may get the
    /// question, and clients that send slowly may hold the workers of both, for as long as they like.
    async fn answers_no_error(&self, wrong: &mut Option<Unhealthy>) {
        while let Ok(Err(error)) = timeout(ANSWER_WAIT, self.health.ask()).await {
            if matches!(error, Unhealthy::Silent(_)) {
                return;
            }
            *wrong = Some(error);
            sleep(PROBE_INTERVAL).await;
        }
    }
}

fn warn_unmarked(error: io::Error) {
    tracing::warn!("cannot note beside the database that it is there: {error}");
}

async fn only_one_left(generations: &TaskTracker) {
    while generations.len() > 1 {
        sleep(Duration::from_millis(10)).await;
    }
}
