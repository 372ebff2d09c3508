//! The statechart: which state takes which event.
//!
//! The handlers only route: [`work`] has what takes more than a line.

mod work;

use statig::prelude::*;

use crate::answer::Refusal;
use crate::context::{Context, Task};
use crate::event::{DaemonEvent, Event};

/// What the machine knows beside its mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Machine {
    /// Whether the host wants Isso up. True in every mode inside of `running`.
    pub(crate) wanted: bool,
    /// Whether a backup is being made. It begins and ends without a transition, so what Isso does meanwhile is handled
    /// as at any other time.
    pub(crate) backing_up: bool,
}

#[state_machine(
    initial = "Mode::installed()",
    state(name = "Mode", derive(Debug, Clone, Copy, PartialEq, Eq, Hash)),
    after_transition = "Self::report",
    visibility = "pub(crate)"
)]
impl Machine {
    #[state]
    async fn installed(&mut self, context: &mut Context, event: &Event) -> Outcome<Mode> {
        match event {
            Event::Init => return self.choose_mode(context).await,
            Event::Start => {
                self.wanted = true;
                context.refuse(Refusal::NotInitialised);
            }
            Event::Stop => self.wanted = false,
            Event::Invoke(_) | Event::Backup | Event::Restore(_) => {
                context.refuse(Refusal::NotInitialised);
            }
            Event::SettingsChanged | Event::Daemon(_) | Event::BackupFinished(_) | Event::RestoreFinished(_) => {}
        }
        Handled
    }

    #[state]
    async fn restoring(&mut self, context: &mut Context, event: &Event) -> Outcome<Mode> {
        match event {
            Event::RestoreFinished(_) => return self.choose_mode(context).await,
            Event::Start => self.wanted = true,
            Event::Stop => self.wanted = false,
            Event::Init | Event::Invoke(_) | Event::Backup | Event::Restore(_) => {
                context.refuse(Refusal::RestoreRunning);
            }
            Event::SettingsChanged | Event::Daemon(_) | Event::BackupFinished(_) => {}
        }
        Handled
    }

    /// All modes between init and restore: the volume was prepared, and is not being replaced.
    #[superstate]
    async fn prepared(&mut self, context: &mut Context, event: &Event) -> Outcome<Mode> {
        match event {
            Event::Init | Event::SettingsChanged => self.choose_mode(context).await,
            Event::Start => self.start(context).await,
            Event::Stop => {
                self.wanted = false;
                Handled
            }
            Event::Invoke(invocation) => {
                context.invoke(&**invocation).await;
                Handled
            }
            Event::Backup => self.backup(context),
            Event::BackupFinished(_) => {
                self.backing_up = false;
                Handled
            }
            Event::Restore(request) => self.restore(request, context).await,
            Event::Daemon(_) | Event::RestoreFinished(_) => Handled,
        }
    }

    #[state(superstate = "prepared", entry_action = "enter_awaiting_password")]
    async fn awaiting_password() -> Outcome<Mode> {
        Super
    }

    #[action]
    async fn enter_awaiting_password(context: &mut Context) {
        context.show(Task::Raised).await;
    }

    #[state(superstate = "prepared", entry_action = "enter_stopped")]
    async fn stopped() -> Outcome<Mode> {
        Super
    }

    #[action]
    async fn enter_stopped(context: &mut Context) {
        context.show(Task::Cleared).await;
    }

    #[superstate(
        superstate = "prepared",
        entry_action = "enter_running",
        exit_action = "exit_running"
    )]
    async fn running(&mut self, context: &mut Context, event: &Event) -> Outcome<Mode> {
        match event {
            Event::Init | Event::SettingsChanged => self.refresh(context).await,
            Event::Start => Handled,
            Event::Stop => {
                self.wanted = false;
                Transition(Mode::stopped())
            }
            Event::Daemon(DaemonEvent::Ready) => Transition(Mode::serving()),
            Event::Daemon(DaemonEvent::Exited(reason)) => {
                tracing::warn!(%reason, "isso is gone");
                Transition(Mode::recovering())
            }
            Event::Daemon(DaemonEvent::RestartDue) => self.restart(context).await,
            _ => Super,
        }
    }

    #[action]
    async fn enter_running(context: &mut Context) {
        context.show(Task::Cleared).await;
    }

    #[action]
    async fn exit_running(context: &mut Context) {
        context.stop().await;
    }

    #[state(superstate = "running", entry_action = "enter_starting")]
    async fn starting() -> Outcome<Mode> {
        Super
    }

    #[action]
    async fn enter_starting(context: &mut Context) {
        context.start().await;
    }

    #[state(superstate = "running")]
    async fn serving() -> Outcome<Mode> {
        Super
    }

    #[state(superstate = "running")]
    async fn reloading() -> Outcome<Mode> {
        Super
    }

    #[state(superstate = "running")]
    async fn recovering(&mut self, context: &mut Context, event: &Event) -> Outcome<Mode> {
        match event {
            Event::Init | Event::SettingsChanged => self.retry(context).await,
            _ => Super,
        }
    }

    async fn report(&mut self, from: &Mode, to: &Mode) {
        tracing::debug!(?from, ?to, "transition");
    }
}
