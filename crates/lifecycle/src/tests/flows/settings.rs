//! Actions, and settings changed by hand.

use crate::{Effect, Event, State};

use super::script::{Call::*, ERR, OK, Step, check, step};
use super::{
    CHANGED, LOCKED, OPEN, UNCHANGED, UNREADABLE, UNREVIEWED, backing_up, exited, invoke, locked, ready, restart_due,
    serving, stopped,
};

/// The state after the last step, and whether a backup runs.
fn standing(steps: &[Step]) -> (State, bool) {
    let last = &steps[steps.len() - 1];
    (last.state, last.is_backing_up)
}

#[test]
fn rotating_the_password_reloads() {
    let rotate = vec![Invoke(Ok(Effect::Settings)), Review(CHANGED), Reload(OK)];
    check(
        serving(),
        vec![
            step(invoke("set-admin-password"), rotate, "invoked", State::Reloading),
            step(ready(), vec![], "done", State::Serving),
        ],
    );
}

#[test]
fn an_action_without_effect_touches_nothing() {
    let calls = || vec![Invoke(Ok(Effect::Nothing))];
    for before in [locked(), stopped(), serving(), backing_up()] {
        let (state, backup) = standing(&before);
        let embed = step(invoke("embed-code"), calls(), "invoked", state);
        check(before, vec![embed.with_backup(backup)]);
    }
}

#[test]
fn a_failed_action_touches_nothing() {
    for before in [locked(), stopped(), serving(), backing_up()] {
        let (state, backup) = standing(&before);
        let calls = vec![Invoke(Err(()))];
        let refused = step(invoke("set-websites"), calls, "action-refused", state);
        check(before, vec![refused.with_backup(backup)]);
    }
}

#[test]
fn a_reload_that_fails_keeps_the_result_of_the_action() {
    let calls = vec![Invoke(Ok(Effect::Settings)), Review(CHANGED), Reload(ERR)];
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
fn settings_changed_by_hand_are_put_in_force() {
    check(
        serving(),
        vec![
            step(
                Event::SettingsChanged,
                vec![Review(CHANGED), Reload(OK)],
                "done",
                State::Reloading,
            ),
            // While the one change is put in force comes the next.
            step(
                Event::SettingsChanged,
                vec![Review(CHANGED), Reload(OK)],
                "done",
                State::Reloading,
            ),
            step(ready(), vec![], "done", State::Serving),
            step(Event::Init, vec![Review(CHANGED), Reload(OK)], "done", State::Reloading),
        ],
    );
}

#[test]
fn settings_that_are_not_taken_leave_isso_as_it_is() {
    let action = |seen| vec![Invoke(Ok(Effect::Settings)), Review(seen)];
    let mut starting = serving();
    starting.truncate(2);
    let mut reloading = serving();
    reloading.push(step(
        Event::SettingsChanged,
        vec![Review(CHANGED), Reload(OK)],
        "done",
        State::Reloading,
    ));
    let mut recovering = serving();
    recovering.push(step(exited(), vec![], "done", State::Recovering));
    for before in [starting, serving(), reloading, recovering, backing_up()] {
        let (state, backup) = standing(&before);
        let step = |event, calls, answer| step(event, calls, answer, state).with_backup(backup);
        let passed = |event| step(event, vec![Review(UNCHANGED)], "done");
        let failed = |event| step(event, vec![Review(UNREVIEWED)], "review-failed");
        check(
            before,
            vec![
                passed(Event::SettingsChanged),
                passed(Event::Init),
                failed(Event::SettingsChanged),
                failed(Event::Init),
                step(invoke("set-websites"), action(UNCHANGED), "invoked"),
                step(
                    invoke("set-websites"),
                    action(UNREVIEWED),
                    "invoked, then review-failed",
                ),
            ],
        );
    }
}

#[test]
fn a_password_taken_out_by_hand_counts_from_the_next_start() {
    check(
        serving(),
        vec![
            step(Event::SettingsChanged, vec![Review(UNCHANGED)], "done", State::Serving),
            // What was in force is started again …
            step(exited(), vec![], "done", State::Recovering),
            step(restart_due(), vec![Look(OPEN), Start(OK)], "done", State::Starting),
            // … and ends with the stop.
            step(Event::Stop, vec![Stop(OK), Clear(OK)], "done", State::Stopped),
            step(
                Event::Start,
                vec![Prepare(LOCKED), Raise(OK)],
                "no-password",
                State::AwaitingPassword,
            ),
            // The host still wants Isso up.
            step(
                Event::SettingsChanged,
                vec![Prepare(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn changed_settings_may_be_the_cure() {
    let action = vec![Invoke(Ok(Effect::Settings)), Review(CHANGED), Look(OPEN), Start(OK)];
    check(
        serving(),
        vec![
            step(exited(), vec![], "done", State::Recovering),
            step(
                Event::SettingsChanged,
                vec![Review(CHANGED), Look(OPEN), Start(OK)],
                "done",
                State::Starting,
            ),
            step(exited(), vec![], "done", State::Recovering),
            step(invoke("set-websites"), action, "invoked", State::Starting),
            step(exited(), vec![], "done", State::Recovering),
            step(
                Event::SettingsChanged,
                vec![Review(CHANGED), Look(UNREADABLE), Stop(OK), Raise(OK)],
                "look-failed",
                State::AwaitingPassword,
            ),
        ],
    );
}
