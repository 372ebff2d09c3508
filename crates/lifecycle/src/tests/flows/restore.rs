//! Restores.

use crate::{Event, State};

use super::script::{Call::*, ERR, OK, check, step};
use super::{
    LOCKED, OPEN, backup, exited, failed, invoke, locked, ready, restart_due, restore, restoring, serving, stopped,
};

#[test]
fn a_restore_starts_isso_again() {
    check(
        restoring(),
        vec![
            step(
                Event::RestoreFinished(Ok(())),
                vec![Prepare(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
            step(Event::RestoreFinished(failed()), vec![], "done", State::Starting),
        ],
    );
}

#[test]
fn a_failed_restore_starts_isso_again() {
    check(
        restoring(),
        vec![step(
            Event::RestoreFinished(failed()),
            vec![Prepare(OPEN), Clear(OK), Start(OK)],
            "restore-failed",
            State::Starting,
        )],
    );
}

#[test]
fn a_restore_without_password_brings_the_gate_back() {
    check(
        restoring(),
        vec![step(
            Event::RestoreFinished(Ok(())),
            vec![Prepare(LOCKED), Raise(OK)],
            "done",
            State::AwaitingPassword,
        )],
    );
}

#[test]
fn a_restore_may_bring_the_password() {
    let mut steps = locked();
    steps.push(step(restore(), vec![Restore(OK)], "done", State::Restoring));
    check(
        steps,
        vec![step(
            Event::RestoreFinished(Ok(())),
            vec![Prepare(OPEN), Clear(OK)],
            "done",
            State::Stopped,
        )],
    );
}

#[test]
fn a_restore_keeps_wishes_and_refuses_requests() {
    let refused = |event| step(event, vec![], "restore-running", State::Restoring);
    let passed = |event| step(event, vec![], "done", State::Restoring);
    check(
        restoring(),
        vec![
            refused(Event::Init),
            refused(invoke("set-admin-password")),
            refused(backup()),
            refused(restore()),
            passed(Event::SettingsChanged),
            passed(exited()),
            passed(restart_due()),
            passed(ready()),
            passed(Event::Start),
            passed(Event::Stop),
            step(
                Event::RestoreFinished(Ok(())),
                vec![Prepare(OPEN), Clear(OK)],
                "done",
                State::Stopped,
            ),
        ],
    );
}

#[test]
fn a_start_while_restoring_waits_for_its_end() {
    let mut steps = stopped();
    steps.push(step(restore(), vec![Restore(OK)], "done", State::Restoring));
    check(
        steps,
        vec![
            step(Event::Start, vec![], "done", State::Restoring),
            step(
                Event::RestoreFinished(Ok(())),
                vec![Prepare(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn a_restore_that_cannot_begin_starts_isso_again() {
    let calls = vec![Stop(OK), Restore(ERR), Prepare(OPEN), Start(OK)];
    check(
        serving(),
        vec![step(restore(), calls, "restore-failed", State::Starting)],
    );
}

#[test]
fn a_restore_does_not_begin_while_isso_cannot_be_stopped() {
    check(
        serving(),
        vec![
            step(restore(), vec![Stop(ERR)], "stop-failed", State::Serving),
            step(restore(), vec![Stop(OK), Restore(OK)], "done", State::Restoring),
        ],
    );
}
