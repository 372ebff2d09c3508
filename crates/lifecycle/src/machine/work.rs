//! What the handlers have done: each decision that several states share, or that takes steps.

use statig::prelude::*;

use crate::answer::Refusal;
use crate::context::Context;
use crate::event::RestoreRequest;
use crate::ports::Gate;

use super::{Machine, Place};

impl Machine {
    /// Goes where the volume and the host's wish lead, with Isso down.
    pub(crate) async fn settle(&self, context: &mut Context) -> Outcome<Place> {
        Transition(match context.settle().await {
            Gate::Locked => Place::awaiting_password(),
            // An Isso that would not stop still runs on what it was to be stopped for, and no other
            // can come up beside it: the next event tries the stop again.
            Gate::Open if self.wanted && !context.debts.daemon_busy => Place::starting(),
            Gate::Open => Place::stopped(),
        })
    }

    /// Takes the host's wish for Isso to be up, and says so when it has to wait for a password.
    pub(crate) async fn start(&mut self, context: &mut Context) -> Outcome<Place> {
        self.wanted = true;
        let outcome = self.settle(context).await;
        let locked = matches!(outcome, Transition(Place::AwaitingPassword {}));
        if locked && !context.has_failed() {
            context.refuse(Refusal::NoPassword);
        }
        outcome
    }

    /// Puts changed settings in force while Isso is up. Those that it cannot have are no reason to
    /// take it down: it goes on with the settings it has.
    pub(crate) async fn refresh(&self, context: &mut Context) -> Outcome<Place> {
        if context.review().await && context.reload().await {
            Transition(Place::reloading())
        } else {
            Handled
        }
    }

    /// Nothing runs that could be reloaded, and changed settings may be the cure: starts at once.
    pub(crate) async fn retry(&self, context: &mut Context) -> Outcome<Place> {
        if context.review().await {
            self.restart(context).await
        } else {
            Handled
        }
    }

    /// Starts Isso again after an exit, never without a look at the password.
    pub(crate) async fn restart(&self, context: &mut Context) -> Outcome<Place> {
        Transition(match context.gate().await {
            Gate::Locked => Place::awaiting_password(),
            Gate::Open => Place::starting(),
        })
    }

    /// Begins a backup beside whatever goes on.
    pub(crate) fn backup(&mut self, context: &mut Context) -> Outcome<Place> {
        if std::mem::replace(&mut self.backing_up, true) {
            context.refuse(Refusal::BackupRunning);
        }
        Handled
    }

    /// Begins a restore, but only once no Isso is left that could write to the files meanwhile.
    pub(crate) async fn restore(&self, request: &RestoreRequest, context: &mut Context) -> Outcome<Place> {
        if self.backing_up {
            context.refuse(Refusal::BackupRunning);
            Handled
        } else if !context.stop().await {
            Handled
        } else if context.begin_restore(request).await {
            Transition(Place::restoring())
        } else {
            self.settle(context).await
        }
    }
}
