//! The host of an Isso: what runs it, and what a program may ask of it.
//!
//! # Purpose
//!
//! `issoctl up`, `issoctl supervise` and the hooks on StartOS do the same work: they own the state machine of
//! [`lifecycle`] and give it its ports. This crate joins the libraries for that. It knows no command line and no
//! terminal: it prints nothing, ends no process and reads no environment. Programs over it depend on this crate alone,
//! so it hands on the libraries that it joins, as modules.
//!
//! # Theory of operation
//!
//! [`DataDir`] is the folder of one Isso. [`HostLock::take`] takes it, [`HostLock::init`] puts its files right, and
//! [`Host::run`] starts Isso and keeps it running. What happens meanwhile is told as [`HostEvent`]s. Other processes
//! reach a running host with a [`Client`], over a unix socket in the folder ([`api`] lists the routes). Where none
//! runs, [`offline()`] does the same work on the files, with no Isso to start.
//!
//! One task owns the state machine ([`HostHandle`] leads to it) and handles one event at a time. It shares its thread
//! with the supervisor and the API, so a [`LocalSet`](tokio::task::LocalSet) is needed. What may wait for a disk or a
//! lock is done on other threads ([`on_thread`]).
//!
//! # Guarantees
//!
//! - One host runs in a data folder, and no command changes files beside it but through it.
//! - A panic ends a request, an event or a round of work, and never the host.
//! - A request that waits for a disk keeps neither the state machine nor the supervisor waiting. Sixteen wait at a
//!   time, and a hundred clients are connected at most.
//! - A host whose data folder was moved or deleted stops its Isso.
//! - No password stands in an event, an error or the log.
//!
//! Errors say what happened and where. Where a person can do something, [`ApiError::hint`] and [`remedy()`] say what.
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
mod folder_watch;
mod host;
mod host_info;
mod host_lock;
mod in_use;
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
pub use isso_lifecycle as lifecycle;

pub use action_service::{ActionDetails, ActionOutcome, ActionService, ActionSummary, InvalidField, RunRequest};
pub use api::{Client, ClientError, Probe, Status};
pub use api_error::{ApiError, ApiErrorKind};
pub use blocking::{NotDone, on_thread};
pub use checks::{CheckReport, DatabaseStatus};
pub use commands::Commands;
pub use config_view::{Setting, SettingsReport, SettingsView};
pub use data_dir::{DataDir, DataDirError, FolderLock, LockHolder};
pub use events::HostEvent;
pub use folder_watch::FolderGone;
pub use host::{Host, HostError, HostOptions};
pub use host_info::HostInfoSource;
pub use host_lock::HostLock;
pub use in_use::mark_while_running;
pub use machine::{HostHandle, RestoreEnd, spawn};
pub use memory::limit_arenas;
pub use offline::offline;
pub use ports::TaskFlag;
pub use remedy::remedy;
pub use restart_on_panic::restart_on_panic;
pub use schedule::Schedule;
pub use settings::{FileProblem, SettingsStatus};

/// Where Isso's official image keeps the database.
pub const IMAGE_DATABASE: &str = "/db/comments.db";
