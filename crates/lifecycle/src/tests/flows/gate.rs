//! The password gate, from the first init on.

use crate::{Effect, Event, State};

use super::script::{Call::*, ERR, OK, check, step};
use super::{LOCKED, OPEN, UNREADABLE, backup, invoke, locked, ready, restart_due, restore, stopped};

#[test]
fn events_before_init_are_refused_or_passed_over() {
    let refused = |event| step(event, vec![], "not-initialised", State::Installed);
    let passed = |event| step(event, vec![], "done", State::Installed);
    check(
        vec![],
        vec![
            refused(invoke("set-admin-password")),
            refused(backup()),
            refused(restore()),
            passed(Event::SettingsChanged),
            passed(restart_due()),
            passed(Event::Stop),
            refused(Event::Start),
            // The wish to start was kept.
            step(
                Event::Init,
                vec![Prepare(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn the_first_start_waits_for_a_password() {
    let set = vec![Invoke(Ok(Effect::Settings)), Prepare(OPEN), Clear(OK), Start(OK)];
    check(
        locked(),
        vec![
            // Refused and yet remembered: setting the password starts Isso.
            step(
                Event::Start,
                vec![Prepare(LOCKED), Raise(OK)],
                "no-password",
                State::AwaitingPassword,
            ),
            step(invoke("set-admin-password"), set, "invoked", State::Starting),
            step(ready(), vec![], "done", State::Serving),
            step(Event::Start, vec![], "done", State::Serving),
            step(Event::Stop, vec![Stop(OK), Clear(OK)], "done", State::Stopped),
        ],
    );
}

#[test]
fn a_password_set_before_the_start_waits_for_it() {
    let set = vec![Invoke(Ok(Effect::Settings)), Prepare(OPEN), Clear(OK)];
    let start = vec![Prepare(OPEN), Clear(OK), Start(OK)];
    check(
        locked(),
        vec![
            step(invoke("set-admin-password"), set, "invoked", State::Stopped),
            step(Event::Start, start, "done", State::Starting),
        ],
    );
}

#[test]
fn an_action_that_leaves_the_password_missing_keeps_the_gate() {
    let other = vec![Invoke(Ok(Effect::Settings)), Prepare(LOCKED), Raise(OK)];
    check(
        locked(),
        vec![step(invoke("set-websites"), other, "invoked", State::AwaitingPassword)],
    );
}

#[test]
fn an_unreadable_gate_counts_as_locked() {
    check(
        vec![],
        vec![
            step(
                Event::Init,
                vec![Prepare(UNREADABLE), Raise(OK)],
                "settle-failed",
                State::AwaitingPassword,
            ),
            step(
                Event::Start,
                vec![Prepare(UNREADABLE), Raise(OK)],
                "settle-failed",
                State::AwaitingPassword,
            ),
        ],
    );
    let calls = vec![Invoke(Ok(Effect::Settings)), Prepare(UNREADABLE), Raise(OK)];
    check(
        stopped(),
        vec![step(
            invoke("set-websites"),
            calls,
            "invoked, then settle-failed",
            State::AwaitingPassword,
        )],
    );
}

#[test]
fn a_task_that_could_not_be_shown_is_shown_later() {
    check(
        vec![],
        vec![
            step(
                Event::Init,
                vec![Prepare(LOCKED), Raise(ERR)],
                "raise-task-failed",
                State::AwaitingPassword,
            ),
            step(Event::Stop, vec![Raise(OK)], "done", State::AwaitingPassword),
            step(Event::Stop, vec![], "done", State::AwaitingPassword),
        ],
    );
}
