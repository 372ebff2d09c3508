//! An Isso that dies, and one that does not stop.

use crate::{Event, State};

use super::script::{Call::*, ERR, OK, check, step};
use super::{LOCKED, OPEN, UNREADABLE, exited, locked, ready, restart_due, restore, serving, stopped};

#[test]
fn a_dying_daemon_is_started_again() {
    check(
        serving(),
        vec![
            step(exited(), vec![], "done", State::Recovering),
            step(restart_due(), vec![Look(OPEN), Start(OK)], "done", State::Starting),
            step(exited(), vec![], "done", State::Recovering),
            step(
                restart_due(),
                vec![Look(OPEN), Start(ERR)],
                "start-failed",
                State::Recovering,
            ),
            step(
                restart_due(),
                vec![Look(LOCKED), Stop(OK), Raise(OK)],
                "done",
                State::AwaitingPassword,
            ),
        ],
    );
}

#[test]
fn a_restart_with_an_unreadable_gate_is_none() {
    check(
        serving(),
        vec![
            step(exited(), vec![], "done", State::Recovering),
            step(
                restart_due(),
                vec![Look(UNREADABLE), Stop(OK), Raise(OK)],
                "look-failed",
                State::AwaitingPassword,
            ),
        ],
    );
}

#[test]
fn reports_overtaken_by_a_stop_are_passed_over() {
    for before in [locked(), stopped()] {
        let state = before[before.len() - 1].state;
        let passed = |event| step(event, vec![], "done", state);
        check(before, vec![passed(exited()), passed(restart_due()), passed(ready())]);
    }
}

#[test]
fn a_failed_stop_is_tried_again_before_anything_else() {
    check(
        serving(),
        vec![
            step(Event::Stop, vec![Stop(ERR), Clear(OK)], "stop-failed", State::Stopped),
            // Once before the event, once for the restore; the files stay as they are.
            step(restore(), vec![Stop(ERR), Stop(ERR)], "stop-failed", State::Stopped),
            // No second Isso beside the one that would not stop …
            step(
                Event::Start,
                vec![Stop(ERR), Prepare(OPEN), Clear(OK)],
                "stop-failed",
                State::Stopped,
            ),
            // … but one in its place as soon as it is gone.
            step(
                exited(),
                vec![Stop(OK), Prepare(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}
