//! The work of the handlers: each decision that several states share, or that takes several steps.

use statig::prelude::*;

use crate::answer::Refusal;
use crate::context::Context;
use crate::event::RestoreRequest;
use crate::ports::Gate;

use super::{Machine, Mode};

impl Machine {
    /// Prepares the files, with Isso down, and chooses the mode by the password and by whether the host wants Isso up.
    pub(crate) async fn choose_mode(&self, context: &mut Context) -> Outcome<Mode> {
        Transition(match context.prepare().await {
            Gate::Locked => Mode::awaiting_password(),
            // An Isso that would not stop still runs on what it was to be stopped for, and no other
            // can come up beside it: the next event tries the stop again.
            Gate::Open if self.wanted && !context.pending.daemon_busy => Mode::starting(),
            Gate::Open => Mode::stopped(),
        })
    }

    /// Remembers that the host wants Isso up, and starts it. Refused where the start has to wait for a password.
    pub(crate) async fn start(&mut self, context: &mut Context) -> Outcome<Mode> {
        self.wanted = true;
        let outcome = self.choose_mode(context).await;
        let locked = matches!(outcome, Transition(Mode::AwaitingPassword {}));
        if locked && !context.has_failed() {
            context.refuse(Refusal::NoPassword);
        }
        outcome
    }

    /// Puts changed settings in force while Isso is up. Settings that cannot be used do not take it down: it goes on
    /// with those it has.
    pub(crate) async fn refresh(&self, context: &mut Context) -> Outcome<Mode> {
        if context.review().await && context.reload().await {
            Transition(Mode::reloading())
        } else {
            Handled
        }
    }

    /// Starts Isso at once on changed settings, which may be the cure: none runs that could be reloaded.
    pub(crate) async fn retry(&self, context: &mut Context) -> Outcome<Mode> {
        if context.review().await {
            self.restart(context).await
        } else {
            Handled
        }
    }

    /// Starts Isso again after an exit, if there is a usable password.
    pub(crate) async fn restart(&self, context: &mut Context) -> Outcome<Mode> {
        Transition(match context.gate().await {
            Gate::Locked => Mode::awaiting_password(),
            Gate::Open => Mode::starting(),
        })
    }

    /// Begins a backup, whatever Isso does.
    pub(crate) fn backup(&mut self, context: &mut Context) -> Outcome<Mode> {
        if std::mem::replace(&mut self.backing_up, true) {
            context.refuse(Refusal::BackupRunning);
        }
        Handled
    }

    /// Begins a restore, but only once no Isso is left that could write to the files meanwhile.
    pub(crate) async fn restore(&self, request: &RestoreRequest, context: &mut Context) -> Outcome<Mode> {
        if self.backing_up {
            context.refuse(Refusal::BackupRunning);
            Handled
        } else if !context.stop().await {
            Handled
        } else if context.begin_restore(request).await {
            Transition(Mode::restoring())
        } else {
            self.choose_mode(context).await
        }
    }
}
