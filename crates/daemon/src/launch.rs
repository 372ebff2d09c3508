//! One start of Isso, from the look at the database to the first answers.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::database::{self, DatabaseError};
use crate::generation::{Exit, Generation};
use crate::health::{Health, Unhealthy};
use crate::listener::{ListenError, Listener};
use crate::log::LogRing;
use crate::program::Program;
use crate::status::Record;

/// What the supervisor runs, and with how much patience.
pub struct Config {
    /// What to run.
    pub program: Program,
    /// Isso's database, as its settings name it.
    pub database: PathBuf,
    /// How long a start may take; asked before each one. Isso's start blocks for up to 5 s for each
    /// website and for the SMTP time-out, so it must exceed their sum.
    pub ready_within: Box<dyn Fn() -> Duration + Send + Sync>,
    /// How long a stop may take before what is left is killed.
    pub stop_within: Duration,
}

impl Config {
    /// The time for a stop: gunicorn itself gives requests 30 s.
    pub const STOP_WITHIN: Duration = Duration::from_secs(35);
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("program", &self.program)
            .field("database", &self.database)
            .field("stop_within", &self.stop_within)
            .finish_non_exhaustive()
    }
}

/// Why a start failed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listening socket cannot be opened.
    #[error(transparent)]
    Listen(#[from] ListenError),
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
    /// What it says of itself cannot be received.
    #[error("cannot hear whether Isso is loaded")]
    Deaf(#[source] io::Error),
    /// It runs and never got ready.
    #[error("Isso was not ready within {within:?}")]
    NotReady {
        /// The time it had.
        within: Duration,
        /// What was wrong with its last answer, if it had come so far.
        source: Option<Unhealthy>,
    },
}

/// All that a start takes.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) config: Config,
    pub(crate) listener: Arc<Listener>,
    pub(crate) health: Health,
    pub(crate) log: LogRing,
    /// Everything that must have ended before a stop has: processes, and work on the database.
    pub(crate) tracker: TaskTracker,
    pub(crate) record: watch::Sender<Record>,
}

impl Launcher {
    /// Starts Isso and waits until it is ready. Dropping the future stops what was started.
    pub(crate) async fn launch(self: Arc<Self>) -> Result<Generation, StartError> {
        self.listener.open()?;
        let database = self.config.database.clone();
        // Reads the whole file, so not on the thread that serves everything else.
        self.tracker
            .spawn_blocking(move || database::check(&database))
            .await
            .expect("the check does not panic, and blocking tasks are not cancelled")
            .map_err(StartError::Database)?;
        let generation = self.spawn()?;
        self.ready(&generation).await?;
        self.alone().await;
        if let Err(error) = database::remember(&self.config.database) {
            tracing::warn!("cannot note beside the database that it is there: {error}");
        }
        Ok(generation)
    }

    fn spawn(&self) -> Result<Generation, StartError> {
        let number = self.record.borrow().generation + 1;
        let Config {
            program,
            stop_within,
            ..
        } = &self.config;
        let generation = Generation::spawn(
            number,
            program,
            &self.listener,
            &self.log,
            *stop_within,
            &self.tracker,
        )
        .map_err(|source| StartError::Spawn {
            program: program.executable().to_owned(),
            source,
        })?;
        self.record.send_modify(|record| {
            record.generation = number;
            record.pid = Some(generation.pid);
        });
        Ok(generation)
    }

    /// Waits until the generation before is gone, for it answers by the old settings. One that a
    /// client pins is not waited for longer: it takes no new requests once it has been told twice.
    async fn alone(&self) {
        let only_ours = async {
            while self.tracker.len() > 1 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        // What is left then finishes its requests in the background.
        let _ = timeout(Duration::from_secs(3), only_ours).await;
    }

    async fn ready(&self, generation: &Generation) -> Result<(), StartError> {
        let mut wrong = None;
        let answers = async {
            generation.loaded().await.map_err(StartError::Deaf)?;
            while let Err(error) = self.health.ask().await {
                wrong = Some(error);
                sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        };
        let within = (self.config.ready_within)();
        tokio::select! {
            exit = generation.exited() => Err(StartError::Exited(exit)),
            answered = timeout(within, answers) => match answered {
                Ok(answered) => answered,
                Err(_) => Err(StartError::NotReady { within, source: wrong }),
            },
        }
    }
}
