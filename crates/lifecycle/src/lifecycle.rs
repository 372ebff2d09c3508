//! The state machine joined to its ports.

use statig::awaitable::StateMachine;

use crate::answer::{Doing, Refusal, Reply};
use crate::context::Context;
use crate::event::Event;
use crate::machine::{Machine, Place};
use crate::ports::Ports;
use crate::state::State;

/// The life of one Isso server.
pub struct Lifecycle {
    pub(crate) machine: StateMachine<Machine>,
    pub(crate) context: Context,
}

impl Lifecycle {
    /// A server about which nothing is known; [`Event::Init`] makes it look.
    ///
    /// No Isso may run yet: whoever owned one before has taken it along.
    pub fn new(ports: Ports) -> Lifecycle {
        Lifecycle {
            machine: StateMachine::default(),
            context: Context::new(ports),
        }
    }

    /// Takes one event and has everything done that follows from it.
    ///
    /// An error says why the event was refused, or which part of it failed; the machine is in a
    /// safe state either way. The future has to be awaited to its end: see the crate's docs.
    pub async fn handle(&mut self, event: Event) -> Result<Reply, Refusal> {
        self.pay_debts().await;
        let awaited = self.awaits(&event);
        self.dispatch(&event).await;
        if self.may_start_at_last() {
            self.dispatch(&Event::SettingsChanged).await;
        }
        match event {
            Event::BackupFinished(Err(source)) if awaited => {
                self.context.fail(Doing::Backup, source);
            }
            Event::RestoreFinished(Err(source)) if awaited => {
                self.context.fail(Doing::Restore, source);
            }
            _ => {}
        }
        self.context.answer()
    }

    /// Where the server stands. A backup hides what goes on beside it.
    pub fn state(&self) -> State {
        match self.machine.state() {
            Place::Installed {} => State::Installed,
            Place::Restoring {} => State::Restoring,
            _ if self.machine.inner().backing_up => State::BackingUp,
            Place::AwaitingPassword {} => State::AwaitingPassword,
            Place::Stopped {} => State::Stopped,
            Place::Starting {} => State::Starting,
            Place::Serving {} => State::Serving,
            Place::Reloading {} => State::Reloading,
            Place::Recovering {} => State::Recovering,
        }
    }

    async fn dispatch(&mut self, event: &Event) {
        self.machine.handle_with_context(event, &mut self.context).await;
        while let Some(raised) = self.context.raised.take() {
            self.machine.handle_with_context(&raised, &mut self.context).await;
        }
    }

    /// Whether Isso is down and wanted: it waited for one that would not stop, which is gone now.
    fn may_start_at_last(&self) -> bool {
        let stopped = matches!(self.machine.state(), Place::Stopped {});
        stopped && self.machine.inner().wanted && !self.context.debts.daemon_busy
    }

    /// Does what earlier events could not get done, before anything is built on it.
    async fn pay_debts(&mut self) {
        let down = !matches!(
            self.machine.state(),
            Place::Starting {} | Place::Serving {} | Place::Reloading {} | Place::Recovering {}
        );
        if down {
            self.context.stop().await;
        }
        self.context.pay_task().await;
    }

    /// Whether the event ends something that goes on; a stray end is of no interest.
    fn awaits(&self, event: &Event) -> bool {
        match event {
            Event::BackupFinished(_) => self.machine.inner().backing_up,
            Event::RestoreFinished(_) => matches!(self.machine.state(), Place::Restoring {}),
            _ => false,
        }
    }
}
