//! The lifecycle of an Isso server: what may happen to it, and when.
//!
//! # Purpose
//!
//! A comment server must not come up before it has an admin password, must not run while its
//! files are being replaced, and must not ask its owner for more than that. This crate decides;
//! it has no clock, disk, socket or process. Whatever has to be done goes through a port, a trait
//! of [`ports`] that another crate implements.
//!
//! # Theory of operation
//!
//! Everything that happens is an [`Event`]: a hook of the host, an action a person runs, a report
//! of the daemon, the end of a backup. [`Lifecycle::handle`] gives it to a statechart, whose
//! transitions call the ports.
//!
//! ```text
#![doc = include_str!("statechart.mmd")]
//! ```
//!
//! (Drawn in [mermaid](https://mermaid.js.org/syntax/stateDiagram.html).)
//!
//! - To *look* is to ask for a usable password. With Isso down, [`SettingsFiles::prepare`] looks at the files
//!   and puts them right first. After an exit, [`SettingsFiles::gate`] looks at the settings in force, with
//!   which Isso is started again, whatever stands in the file.
//! - Settings that change beside a running Isso are *reviewed* ([`SettingsFiles::review`]): good ones are
//!   put in force by a reload, or by a start at once where Isso has just died; any others are not
//!   taken, and Isso goes on with those it has.
//! - Entering *AwaitingPassword* raises the critical task; entering *Stopped* or *Running* clears
//!   it; leaving *Running*, whichever way, stops the daemon; entering *Starting* starts it. So no
//!   event can forget one of them.
//! - A backup is a region of its own beside the modes: it begins and ends without a transition,
//!   and Isso serves, dies and is started again meanwhile as at any other time.
//! - Whether the host wants Isso up is kept through every state. A start that has to wait for the
//!   password, or for the end of a restore, happens by itself afterwards.
//!
//! # Guarantees
//!
//! Whatever the order of events, and whichever port fails:
//!
//! 1. Isso never runs on settings without a usable admin password: it is neither started nor
//!    reloaded on such, and a look that finds none stops it.
//! 2. Isso never runs while its files are being replaced: when it cannot be stopped, the restore
//!    does not begin.
//! 3. The critical task stands exactly while the settings that Isso runs or would run with have no
//!    usable password.
//! 4. A backup or restore that fails leaves Isso as it was: up if it was up.
//! 5. Isso is never started on what cannot be read: that counts as locked.
//! 6. No edit and no action takes Isso down: what cannot be put in force leaves it on the settings
//!    it has.
//!
//! A port call that fails during a transition is made again with each event until it succeeds;
//! until then the task may stand wrongly, or an Isso that would not stop may linger, but nothing
//! new is started beside it.
//!
//! # Ordering and cancelling
//!
//! Events are handled one at a time, in the order given, each to its end; `handle` takes
//! `&mut self`, so a host keeps the `Lifecycle` in one task and sends it events through a channel.
//! The future is not `Send`, so that task stays on its thread; the `Lifecycle` itself may move.
//! Backups, restores, starts and reloads only *begin* inside of an event, so none blocks the next.
//! Daemon reports that are overtaken by a stop mean nothing any more and are passed over.
//!
//! A dropped `handle` leaves the machine between two states. A host that cannot wait drops the
//! whole `Lifecycle`, and with it the daemon, and begins anew with [`Event::Init`]: the volume
//! holds all there is to know.
//!
//! # Example
//!
//! ```
//! # use async_trait::async_trait;
//! # use isso_lifecycle::*;
//! # struct Volume;
//! # struct Nothing;
//! # #[async_trait]
//! # impl SettingsFiles for Volume {
//! #     async fn prepare(&mut self) -> Result<Gate, PortError> { Ok(Gate::Locked) }
//! #     async fn gate(&mut self) -> Result<Gate, PortError> { Ok(Gate::Locked) }
//! #     async fn review(&mut self) -> Result<Review, PortError> { Ok(Review::Unchanged) }
//! # }
//! # #[async_trait]
//! # impl Tasks for Nothing {
//! #     async fn raise(&mut self) -> Result<(), PortError> { Ok(()) }
//! #     async fn clear(&mut self) -> Result<(), PortError> { Ok(()) }
//! # }
//! # #[async_trait]
//! # impl Daemon for Nothing {
//! #     async fn start(&mut self) -> Result<(), PortError> { Ok(()) }
//! #     async fn reload(&mut self) -> Result<(), PortError> { Ok(()) }
//! #     async fn stop(&mut self) -> Result<(), PortError> { Ok(()) }
//! # }
//! # #[async_trait]
//! # impl Restorer for Nothing {
//! #     async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> { Ok(()) }
//! # }
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let mut isso = Lifecycle::new(Ports {
//!     settings: Box::new(Volume), // a fresh one: no password yet
//!     tasks: Box::new(Nothing),
//!     daemon: Box::new(Nothing),
//!     restorer: Box::new(Nothing),
//! });
//! isso.handle(Event::Init).await?;
//! assert_eq!(isso.state(), State::AwaitingPassword);
//!
//! let refusal = isso.handle(Event::Start).await.unwrap_err();
//! assert_eq!(refusal.code(), "no-password");
//! # Ok::<(), Refusal>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod context;
mod error;
pub mod event;
mod lifecycle;
mod machine;
mod named;
pub mod ports;
mod state;
#[cfg(test)]
mod tests;

pub use answer::{Operation, PortFailure, Refusal, Reply};
pub use error::{PortError, causes, with_causes};
pub use event::{DaemonEvent, Event, Invocation, RestoreRequest};
pub use lifecycle::Lifecycle;
pub use named::Named;
pub use ports::{Daemon, Effect, Gate, Ports, Restorer, Review, SettingsFiles, Tasks};
pub use state::State;
