//! Isso as a process: its Python environment, its socket, its gunicorns and what they say.
//!
//! # Theory of operation
//!
//! A [`Supervisor`] owns the listening socket ([`Listener`]) and lends it to one *generation* of
//! gunicorn after the other. The socket opens at the first start, or after two seconds without one, and
//! stays open until the program ends: while no gunicorn takes connections they wait, and none is refused.
//! Each generation gets its own copy of the settings ([`Snapshot`]), which [`SettingsSource::next`] returns.
//!
//! The supervisor decides nothing. It implements [`isso_lifecycle::Daemon`] and reports
//! [`isso_lifecycle::DaemonEvent`]s; every start where none serves follows a call:
//!
//! ```text
//! Stopped ─start→ Starting ─ready→ Serving ─┐ ⇄ Reloading       says Ready
//!    ↑               │ fails                │ dies              says Exited, with the reason
//!    │               └──────→ Waiting ←─────┘
//!    │                           │ back-off over               says RestartDue, and waits for start
//!    └───────── stop ────────────┘ (from anywhere; says nothing afterwards)
//! ```
//!
//! - A **start** looks at the database first, for the same short time whatever its size (one that was there and is now
//!   missing, empty or known to be corrupt is an error, not a fresh start), then spawns gunicorn, waits for its
//!   `READY=1`, for `GET /info`, and for a request that reads the database.
//! - A **reload** starts a successor on the same socket. It takes over once Isso is loaded and all its workers have
//!   booted; only then is the predecessor told to stop. It does not wait for clients: those that send slowly may hold
//!   every worker. One that fails leaves the predecessor serving, and [`SettingsSource::refused`] says why. Changes
//!   meanwhile become one more reload, which first waits for the end of the generation that was replaced last, for 40 s
//!   at most.
//! - A **stop** asks (SIGTERM), repeats that every second, and kills what is left after
//!   [`SupervisorConfig::stop_within`]. It returns once no process of any generation is left. A worker finishes
//!   its request, and the mails that Isso is sending, for 25 s at most.
//! - **Back-off**: a server that was killed is replaced at once, always; one that fails to start,
//!   or keeps ending by itself, after waits that double from 0.1 s to 30 s, with jitter.
//! - **Writing** is looked at before a start and when asked ([`Monitor::unwritable`]). A database that cannot be
//!   written is started on, for its comments can be shown. Requests that Isso answered with an error 500 are found in
//!   what it logs, counted for each generation, and shown with the exception up to what that quotes.
//! - **Hanging** workers are replaced as by a reload: when connections wait, a request is not answered
//!   within its deadline, and no worker uses the CPU. While no connection comes, nothing is checked.
//! - A **client** that has sent nothing keeps no worker busy, for a minute: the kernel hands its
//!   connection over with its first byte. When clients that stopped in the middle of a request keep all
//!   workers, a successor takes the requests of others; they have 30 s more.
//!
//! # Answers while Isso does not run
//!
//! Once no gunicorn has taken requests for two seconds, or at once when the next start is due later than
//! that, the supervisor accepts connections itself and answers each request with `503`, `Retry-After: 10` and
//! `Cache-Control: no-store`. So a page that embeds Isso's script does not wait for it. A browser that opens an
//! address gets a page that tells visitors to come back and the owner where to look, in one of five languages;
//! everything else gets one line of text. Scripts of any website may read the answer, but a preflight is
//! answered with 503 as well, so nothing is permitted in Isso's name.
//!
//! A gunicorn that says `READY=1` ends this before its workers are asked anything: the supervisor accepts
//! nothing more, and what waits in the kernel's queue is Isso's. So no request is lost in either direction,
//! and no answer of the supervisor, which is no 200 anyway, counts for the readiness of a generation.
//!
//! # Guarantees
//!
//! - A connection that the supervisor has accepted is answered by it, also after a gunicorn has taken over,
//!   unless the client sends no whole request within five seconds or the process ends. A client that is still
//!   sending a body, of 1 MiB at most, reads the answer before the connection is closed.
//! - The supervisor holds 128 connections at most, reads a request's head up to 16 KiB, and lets each client
//!   go after ten seconds. Further connections wait in the kernel's queue. While none comes, nothing wakes up.
//! - No process outlives the supervisor, even one that is killed: the kernel then sends SIGQUIT to
//!   gunicorn, which ends at once. It does so when the *thread* that spawned it ends, so the tokio
//!   runtime must live as long as the process. Workers whose master was killed are found, told to
//!   finish, and reaped; for this the whole process becomes a child subreaper. (Only if it is killed
//!   while it does so, they finish alone.)
//! - What a generation puts into the background, out of its process group, ends with it; what is left of
//!   a supervisor that was killed, such as the gunicorn of a script, is ended by the next one
//!   ([`Owner::end_leftovers`]), and no process that was not surely started by one.
//! - With moderation, no worker of gunicorn is forked while Isso clears old comments, so none hangs
//!   at a mutex of SQLite that a thread of the master held. No worker misses an order to stop, however
//!   young it is. (Both by the hooks in `gunicorn.conf.py`.)
//! - The child sees `ISSO_SETTINGS`, `NOTIFY_SOCKET`, the variables of its [`Snapshot`] and those of
//!   the [`Program`], nothing else.
//! - A panic in the supervisor's task, or in [`SettingsSource`], ends no Isso that serves; a second one within a minute
//!   replaces it. Where none serves, the next start is due as after a crash. (Not in a program that aborts on panics.)
//! - A disk that does not answer holds up no other work: the look at it has a thread of its own, one at a time, and is
//!   given up after three seconds.
//! - Dropping the [`Supervisor`] begins a stop in the background.
//!
//! Not promised:
//!
//! - that failed requests are seen where Isso logs to a file (`log-file`);
//! - the hooks, where a command line ([`Program::wrapping`]) names a configuration: that one is used, and gunicorn ends
//!   with a reason where it sets `daemon`, `pidfile`, `reload` or `reuse_port`;
//! - timely answers of a gunicorn that said `READY=1` and whose workers then do not answer;
//! - an answer to a connection that comes while the process ends;
//! - that a process which left its group and ended by itself is reaped before the supervisor ends, unless that is
//!   process 1.
//!
//! # Example
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use std::sync::Arc;
//!
//! use isso_daemon::{
//!     Listener, LogRing, Owner, Program, Runtime, SettingsSource, Snapshot, Supervisor, SupervisorConfig,
//! };
//! use isso_lifecycle::{Daemon, DaemonEvent, PortError};
//! use tokio::sync::mpsc;
//!
//! /// The file as it stands, unchecked.
//! struct File(&'static str);
//!
//! impl SettingsSource for File {
//!     fn next(&self) -> Result<Arc<Snapshot>, PortError> {
//!         let text = std::fs::read_to_string(self.0)?;
//!         let (variables, session_key) = Default::default();
//!         Ok(Arc::new(Snapshot { text, variables, session_key, ready_within: Duration::from_secs(60) }))
//!     }
//!     fn in_force(&self, _: &Snapshot) {}
//!     fn refused(&self, _: &Snapshot, reason: &str) {
//!         eprintln!("{reason}");
//!     }
//! }
//!
//! # async fn up() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let runtime = Runtime::new("/srv/isso/runtime");
//! runtime.ensure(|progress| tracing::info!("{progress:?}"))?;
//! let config = SupervisorConfig {
//!     program: Program::gunicorn(runtime.gunicorn()),
//!     database: "/srv/isso/db/comments.db".into(),
//!     settings: Arc::new(File("/srv/isso/config/isso.cfg")),
//!     owner: Owner::of_folder("/srv/isso".as_ref())?,
//!     stop_within: SupervisorConfig::STOP_WITHIN,
//! };
//! let listener = Listener::bind("127.0.0.1:8080".parse()?).await?;
//! let (sender, mut events) = mpsc::channel(8);
//! let mut supervisor = Supervisor::new(config, listener, LogRing::new(1000), sender)?;
//! supervisor.start().await?;
//! assert_eq!(events.recv().await, Some(DaemonEvent::Ready));
//! supervisor.stop().await
//! # }
//! ```

mod actor;
mod backoff;
mod clients;
mod config;
mod downtime;
mod generation;
mod group;
mod hang;
mod health;
mod hooks;
mod launch;
mod launcher;
mod leftover;
mod listener;
mod log;
mod notify;
mod plain_http;
mod program;
mod requests;
mod runtime;
mod settings;
mod spawn;
mod status;
mod supervisor;
mod unavailable;
mod workers;
mod writing;

pub use config::SupervisorConfig;
pub use generation::Exit;
pub use health::{Info, Unhealthy, probe};
pub use launch::StartError;
pub use leftover::Owner;
pub use listener::{ListenError, Listener, reachable};
pub use log::{LogLine, LogRing};
pub use plain_http::plain_http;
pub use program::Program;
pub use requests::{FailedRequest, FailedRequests};
pub use runtime::{InstallProgress, InstallStep, PythonError, Runtime, RuntimeError, locked_isso_version};
pub use settings::{SettingsSource, Snapshot};
pub use spawn::{begin_afresh, connections, end_with_us, raise_descriptor_limit};
pub use status::{FinishingStatus, Phase, Status};
pub use supervisor::{Monitor, Supervisor, SupervisorError, keep_going};
