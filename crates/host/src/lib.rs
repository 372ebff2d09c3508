//! Runs Isso as a service: starts it, keeps it up, and serves commands meanwhile.
//!
//! # Purpose
//!
//! `issoctl up`, `issoctl supervise` and the hooks on StartOS do the same work: they own the state machine of
//! [`lifecycle`] and give it its ports. This crate joins the libraries for that. It knows no command line and no
//! terminal: it prints nothing, does not exit the process and reads no environment. Programs that use it depend on this
//! crate alone, so it re-exports the libraries that it joins, as modules.
//!
//! # Theory of operation
//!
//! [`DataDir`] is the folder of one Isso. `up` and `supervise` call three functions, one after the other:
//!
//! 1. [`HostLock::take`] locks the folder, binds the socket of the API, and ends the processes of an Isso whose
//!    supervisor was killed.
//! 2. [`HostLock::init`] makes the supervisor and the state machine, which prepares the files. Isso does not run yet.
//! 3. [`Host::run`] publishes the socket, starts Isso, and returns once Isso was stopped. It reports what happens
//!    meanwhile as [`HostEvent`]s to its caller.
//!
//! Other processes reach a running host with a [`Client`], over the socket ([`api`] lists the routes). While no host
//! runs, a command calls [`offline()`]: it gets the same state machine over the same files, with no Isso to start. The
//! hooks on StartOS build theirs with [`spawn`].
//!
//! # Parts
//!
//! | part | what it does | started by |
//! |---|---|---|
//! | `machine` | owns the state machine, and handles one event at a time; [`HostHandle`] sends events | [`spawn`] |
//! | `settings` | knows which settings are in force, and why `isso.cfg` is not if it is not | – |
//! | `restore`, `ports` | the ports through which the machine restores, raises the task, and runs actions | – |
//! | `action_service` | lists, shows, checks and runs actions, for the API, commands and hooks | – |
//! | `isso_python` | has the installed Isso render a comment, in a process of its own | `action_service` |
//! | `api` | serves the socket, and connects to it | [`Host::run`] |
//! | `watcher` | notices edits of `isso.cfg`, and sends an event | [`Host::run`] |
//! | `checks` | has the database checked by a process of its own | [`Host::run`] |
//! | `examiner` | has the checks of [`doctor`] run by a process of their own | the API, and actions |
//! | `folder_watch` | notices that the data folder was moved or deleted | [`Host::run`] |
//! | `schedule` | has backups made by a process of its own | `up`, with [`Schedule::run`] |
//! | `in_use` | marks the volume while Isso runs on it | `supervise`, with [`mark_while_running`] |
//!
//! # Threads
//!
//! The state machine, the supervisor, the API and the tasks of [`Host::run`] share one thread, on a runtime of tokio
//! with a [`LocalSet`](tokio::task::LocalSet). Nothing that may wait for a disk or a lock runs on it once Isso is
//! started: such work is done on the runtime's other threads ([`on_thread`]). `folder_watch` and the watcher of
//! `isso.cfg` have a thread each.
//!
//! # Guarantees
//!
//! - One host runs in a data folder. While it runs, commands change the files through it alone.
//! - A panic ends a request, an event or a round of work, and never the host.
//! - A request that waits for a disk keeps neither the state machine nor the supervisor waiting. Sixteen wait at a
//!   time, and a hundred clients are connected at most.
//! - A host whose data folder was moved or deleted stops its Isso.
//! - No event, error or line of the log holds a password.
//!
//! Errors say what happened and where. [`ApiError::hint`] and [`remedy()`] say what a person can do about it.
//!
//! # Example
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = isso_host::DataDir::new("/srv/isso".into()).client()?;
//! println!("{}", client.status(false).await?.state);
//! # Ok(())
//! # }
//! ```

pub mod api;

mod action_service;
mod api_error;
mod blocking;
mod checks;
mod commands;
mod config_view;
mod data_dir;
mod events;
mod examiner;
mod folder_watch;
mod host;
mod host_info;
mod host_lock;
mod in_use;
mod isso_python;
mod machine;
mod memory;
mod offline;
mod ports;
mod remedy;
mod restart_on_panic;
mod restore;
mod schedule;
mod settings;
mod watcher;

pub use isso_actions as actions;
pub use isso_backup as backup;
pub use isso_cfg as cfg;
pub use isso_daemon as daemon;
pub use isso_database as database;
pub use isso_doctor as doctor;
pub use isso_lifecycle as lifecycle;

pub use action_service::{ActionDetails, ActionOutcome, ActionService, ActionSummary, InvalidField, RunRequest};
pub use api::{Client, ClientError, Probe, Status};
pub use api_error::{ApiError, ApiErrorKind};
pub use blocking::{NotDone, on_thread};
pub use checks::{CheckReport, DatabaseStatus};
pub use commands::{Commands, Examination};
pub use config_view::{Setting, SettingsReport, SettingsView};
pub use data_dir::{DataDir, DataDirError, FolderLock, LockHolder};
pub use events::HostEvent;
pub use examiner::{ExamineError, Examiner};
pub use folder_watch::FolderGone;
pub use host::{Host, HostError, HostOptions};
pub use host_info::HostInfoSource;
pub use host_lock::HostLock;
pub use in_use::mark_while_running;
pub use isso_python::IssoPython;
pub use machine::{HostHandle, RestoreEnd, spawn};
pub use memory::limit_arenas;
pub use offline::offline;
pub use ports::TaskFlag;
pub use remedy::remedy;
pub use restart_on_panic::restart_on_panic;
pub use schedule::Schedule;
pub use settings::{FileProblem, SettingsStatus};

/// The path of the database in Isso's official image.
pub const IMAGE_DATABASE: &str = "/db/comments.db";
