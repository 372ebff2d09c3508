//! Isso as a process: its Python environment, its socket, its gunicorns and what they say.
//!
//! # Theory of operation
//!
//! A [`Supervisor`] owns the listening socket ([`Listener`]) and lends it to one *generation* of
//! gunicorn after the other. The socket opens at the first start and stays open until the program
//! ends: while no gunicorn takes connections they wait, and none is refused.
//!
//! The supervisor decides nothing. It implements [`isso_lifecycle::Daemon`] and reports
//! [`isso_lifecycle::DaemonEvent`]s; every spawn follows a call of `start` or `reload`:
//!
//! ```text
//! Stopped ─start→ Starting ─ready→ Serving ─┐        says Ready
//!    ↑               │ fails                │ dies   says Exited, with the reason
//!    │               └──────→ Waiting ←─────┘
//!    │                           │ back-off over      says RestartDue, and waits for start
//!    └───────── stop ────────────┘ (from anywhere; says nothing afterwards)
//! ```
//!
//! - A **start** looks at the database first (one that was there and is now missing, empty or
//!   corrupt is an error, not a fresh start), then spawns gunicorn, waits for its `READY=1`, for
//!   `GET /info`, and for a request that reads the database.
//! - A **reload** tells the present generation to stop and starts its successor at once. Requests
//!   in flight are finished by the one, new ones wait for the other.
//! - A **stop** asks (SIGTERM), repeats that every second, and kills what is left after
//!   [`Config::stop_within`]. It returns once no process of any generation is left.
//! - **Back-off**: a server that was killed is replaced at once, always; one that fails to start,
//!   or keeps ending by itself, after waits that double from 0.1 s to 30 s, with jitter.
//!
//! # Guarantees
//!
//! - No process outlives the supervisor, even one that is killed: the kernel then sends SIGQUIT to
//!   gunicorn, which ends at once, or within its 30 s when it was just forking a worker. It does so
//!   when the *thread* that spawned it ends, so the tokio runtime must live as
//!   long as the process. Workers whose master was killed are found, told to finish, and reaped;
//!   for this the whole process becomes a child subreaper.
//! - With moderation, no worker of gunicorn is forked while Isso clears old comments, so none hangs
//!   at a mutex of SQLite that a thread of the master held.
//! - The child sees `ISSO_SETTINGS`, `NOTIFY_SOCKET` and variables called `ISSO_…`, nothing else.
//! - Dropping the [`Supervisor`] begins a stop in the background.
//!
//! Not promised: that a reload with settings which Isso refuses leaves the old generation serving,
//! and that a stop waits for mails which Isso is still sending.
//!
//! # Example
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use isso_daemon::{Config, Listener, LogRing, Program, Runtime, Supervisor};
//! use isso_lifecycle::{Daemon, DaemonEvent};
//! use tokio::sync::mpsc;
//!
//! # async fn up() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let runtime = Runtime::new("/srv/isso/runtime");
//! runtime.ensure(|progress| tracing::info!("{progress:?}"))?;
//! let config = Config {
//!     program: Program::gunicorn(runtime.gunicorn(), "/srv/isso/config/isso.cfg"),
//!     database: "/srv/isso/db/comments.db".into(),
//!     ready_within: Box::new(|| Duration::from_secs(60)),
//!     stop_within: Config::STOP_WITHIN,
//! };
//! let listener = Listener::bind("127.0.0.1:8080".parse()?).await?;
//! let (sender, mut events) = mpsc::channel(8);
//! let mut supervisor = Supervisor::new(config, listener, LogRing::new(1000), sender)?;
//! supervisor.start().await?;
//! assert_eq!(events.recv().await, Some(DaemonEvent::Ready));
//! supervisor.stop().await
//! # }
//! ```

mod backoff;
mod database;
mod generation;
mod group;
mod health;
mod launch;
mod listener;
mod log;
mod notify;
mod program;
mod runtime;
mod spawn;
mod status;
mod supervisor;

pub use database::DatabaseError;
pub use generation::Exit;
pub use health::{Info, Unhealthy, probe};
pub use launch::{Config, StartError};
pub use listener::{ListenError, Listener, reachable};
pub use log::{LogLine, LogRing};
pub use program::Program;
pub use runtime::{Progress, PythonError, Runtime, RuntimeError, Step};
pub use status::{Phase, Status};
pub use supervisor::{Monitor, Supervisor, SupervisorError};
