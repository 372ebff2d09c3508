//! The state machine joined to its ports.

use statig::awaitable::StateMachine;

use crate::answer::{Operation, Refusal, Reply};
use crate::context::Context;
use crate::event::Event;
use crate::machine::{Machine, Mode};
use crate::ports::Ports;
use crate::state::State;

/// The life of one Isso server.
pub struct Lifecycle {
    pub(crate) machine: StateMachine<Machine>,
    pub(crate) context: Context,
}

impl Lifecycle {
    /// A server about which nothing is known until [`Event::Init`].
    ///
    /// No Isso may run yet.
    pub fn new(ports: Ports) -> Lifecycle {
        Lifecycle {
            machine: StateMachine::default(),
            context: Context::new(ports),
        }
    }

    /// Handles one event, with everything that follows from it.
    ///
    /// An error says why the event was refused, or which part of it failed; the machine is in a
    /// safe state either way. The future has to be awaited to its end: see the crate's docs.
    pub async fn handle(&mut self, event: Event) -> Result<Reply, Refusal> {
        self.retry_pending().await;
        let awaited = self.awaits(&event);
        self.dispatch(&event).await;
        if self.may_start_at_last() {
            self.dispatch(&Event::SettingsChanged).await;
        }
        match event {
            Event::BackupFinished(Err(source)) if awaited => {
                self.context.fail(Operation::Backup, source);
            }
            Event::RestoreFinished(Err(source)) if awaited => {
                self.context.fail(Operation::Restore, source);
            }
            _ => {}
        }
        self.context.answer()
    }

    /// Where the server stands.
    pub fn state(&self) -> State {
        match self.machine.state() {
            Mode::Installed {} => State::Installed,
            Mode::Restoring {} => State::Restoring,
            Mode::AwaitingPassword {} => State::AwaitingPassword,
            Mode::Stopped {} => State::Stopped,
            Mode::Starting {} => State::Starting,
            Mode::Serving {} => State::Serving,
            Mode::Reloading {} => State::Reloading,
            Mode::Recovering {} => State::Recovering,
        }
    }

    /// Whether a backup is being made, beside whatever the server does.
    pub fn is_backing_up(&self) -> bool {
        self.machine.inner().backing_up
    }

    async fn dispatch(&mut self, event: &Event) {
        self.machine.handle_with_context(event, &mut self.context).await;
        while let Some(follow_up) = self.context.follow_up.take() {
            self.machine.handle_with_context(&follow_up, &mut self.context).await;
        }
    }

    /// Whether Isso is down though the host wants it up: its start had to wait for an Isso that did not stop.
    fn may_start_at_last(&self) -> bool {
        let stopped = matches!(self.machine.state(), Mode::Stopped {});
        stopped && self.machine.inner().wanted && !self.context.pending.daemon_busy
    }

    /// Makes calls again that failed in earlier events, before the next event relies on them.
    async fn retry_pending(&mut self) {
        let down = !matches!(
            self.machine.state(),
            Mode::Starting {} | Mode::Serving {} | Mode::Reloading {} | Mode::Recovering {}
        );
        if down {
            self.context.stop().await;
        }
        self.context.retry_task().await;
    }

    /// Whether the event ends a backup or restore that runs. Any other end changes nothing.
    fn awaits(&self, event: &Event) -> bool {
        match event {
            Event::BackupFinished(_) => self.machine.inner().backing_up,
            Event::RestoreFinished(_) => matches!(self.machine.state(), Mode::Restoring {}),
            _ => false,
        }
    }
}
