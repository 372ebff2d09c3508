//! Actions, and settings changed by hand.

use crate::{Effect, Event, State};

use super::script::{Call::*, ERR, OK, check, step};
use super::{LOCKED, OPEN, backing_up, exited, invoke, locked, ready, serving, stopped};

#[test]
fn rotating_the_password_reloads() {
    let rotate = vec![Invoke(Ok(Effect::Settings)), Look(OPEN), Reload(OK)];
    check(
        serving(),
        vec![
            step(
                invoke("set-admin-password"),
                rotate,
                "invoked",
                State::Reloading,
            ),
            step(ready(), vec![], "done", State::Serving),
        ],
    );
}

#[test]
fn an_action_without_effect_touches_nothing() {
    let calls = || vec![Invoke(Ok(Effect::Nothing))];
    for before in [locked(), stopped(), serving(), backing_up()] {
        let state = before[before.len() - 1].state;
        check(
            before,
            vec![step(invoke("embed-code"), calls(), "invoked", state)],
        );
    }
}

#[test]
fn a_failed_action_touches_nothing() {
    for before in [locked(), stopped(), serving(), backing_up()] {
        let state = before[before.len() - 1].state;
        let calls = vec![Invoke(Err(()))];
        check(
            before,
            vec![step(invoke("set-websites"), calls, "action-refused", state)],
        );
    }
}

#[test]
fn a_reload_that_fails_keeps_the_result_of_the_action() {
    let calls = vec![Invoke(Ok(Effect::Settings)), Look(OPEN), Reload(ERR)];
    check(
        serving(),
        vec![step(
            invoke("set-admin-password"),
            calls,
            "invoked, then reload-failed",
            State::Serving,
        )],
    );
}

#[test]
fn settings_changed_by_hand() {
    check(
        serving(),
        vec![
            step(
                Event::SettingsChanged,
                vec![Settle(OPEN), Reload(OK)],
                "done",
                State::Reloading,
            ),
            step(
                Event::SettingsChanged,
                vec![Settle(LOCKED), Stop(OK), Raise(OK)],
                "done",
                State::AwaitingPassword,
            ),
            // The host still wants Isso up.
            step(
                Event::SettingsChanged,
                vec![Settle(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn changed_settings_may_be_the_cure() {
    let action = vec![Invoke(Ok(Effect::Settings)), Look(OPEN), Start(OK)];
    check(
        serving(),
        vec![
            step(exited(), vec![], "done", State::Recovering),
            step(
                Event::SettingsChanged,
                vec![Settle(OPEN), Start(OK)],
                "done",
                State::Starting,
            ),
            step(exited(), vec![], "done", State::Recovering),
            step(invoke("set-websites"), action, "invoked", State::Starting),
        ],
    );
}
