//! The exact sequence of port calls for each flow.

mod backup;
mod daemon;
mod gate;
mod restore;
mod script;
mod settings;

use std::sync::Arc;

use crate::{DaemonEvent, Event, Gate, PortError, RestoreRequest, State};

use self::script::{Call::*, Look, OK, Reviewed, Step, step};

const OPEN: Look = Ok(Gate::Open);
const LOCKED: Look = Ok(Gate::Locked);
const UNREADABLE: Look = Err(());
const CHANGED: Reviewed = Ok(crate::Review::Changed);
const UNCHANGED: Reviewed = Ok(crate::Review::Unchanged);
const UNREVIEWED: Reviewed = Err(());

fn ready() -> Event {
    Event::Daemon(DaemonEvent::Ready)
}

fn exited() -> Event {
    Event::Daemon(DaemonEvent::Exited("killed".into()))
}

fn restart_due() -> Event {
    Event::Daemon(DaemonEvent::RestartDue)
}

/// An action, named for the reader; what it does stands among the calls of its step.
fn invoke(_: &str) -> Event {
    Event::Invoke(Arc::new(crate::event::MockInvocation::new()))
}

fn backup() -> Event {
    Event::Backup
}

fn restore() -> Event {
    Event::Restore(RestoreRequest { from: "/backup".into() })
}

fn failed() -> Result<(), PortError> {
    Err("disk full".into())
}

/// A fresh volume after its first init.
fn locked() -> Vec<Step> {
    vec![step(
        Event::Init,
        vec![Prepare(LOCKED), Raise(OK)],
        "done",
        State::AwaitingPassword,
    )]
}

/// A volume with a password, not started.
fn stopped() -> Vec<Step> {
    vec![step(
        Event::Init,
        vec![Prepare(OPEN), Clear(OK)],
        "done",
        State::Stopped,
    )]
}

/// Isso answers.
fn serving() -> Vec<Step> {
    let start = vec![Prepare(OPEN), Clear(OK), Start(OK)];
    let mut steps = stopped();
    steps.push(step(Event::Start, start, "done", State::Starting));
    steps.push(step(ready(), vec![], "done", State::Serving));
    steps
}

/// A backup runs while Isso answers.
fn backing_up() -> Vec<Step> {
    let mut steps = serving();
    steps.push(step(backup(), vec![], "done", State::Serving).with_backup(true));
    steps
}

/// A restore runs, begun while Isso answered.
fn restoring() -> Vec<Step> {
    let mut steps = serving();
    let calls = vec![Stop(OK), Restore(OK)];
    steps.push(step(restore(), calls, "done", State::Restoring));
    steps
}
