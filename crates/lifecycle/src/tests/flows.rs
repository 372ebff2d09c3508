//! The exact sequence of port calls for each flow.

mod script;

use serde_json::Value;

use crate::{
    BackupRequest, DaemonEvent, Effect, Event, Gate, Invocation, PortError, RestoreRequest, State,
};

use self::script::{Call::*, ERR, Look, OK, Step, check, step};

const OPEN: Look = Ok(Gate::Open);
const LOCKED: Look = Ok(Gate::Locked);
const UNREADABLE: Look = Err(());

fn ready() -> Event {
    Event::Daemon(DaemonEvent::Ready)
}

fn exited() -> Event {
    Event::Daemon(DaemonEvent::Exited("killed".into()))
}

fn restart_due() -> Event {
    Event::Daemon(DaemonEvent::RestartDue)
}

fn invoke(id: &str) -> Event {
    Event::Invoke(Invocation {
        id: id.into(),
        input: Value::Null,
        language: "en_US".into(),
    })
}

fn backup() -> Event {
    Event::Backup(BackupRequest {
        to: "/backup".into(),
    })
}

fn restore() -> Event {
    Event::Restore(RestoreRequest {
        from: "/backup".into(),
    })
}

fn failed() -> Result<(), PortError> {
    Err("disk full".into())
}

/// A fresh volume after its first init.
fn locked() -> Vec<Step> {
    vec![step(
        Event::Init,
        vec![Settle(LOCKED), Raise(OK)],
        "done",
        State::AwaitingPassword,
    )]
}

/// A volume with a password, not started.
fn stopped() -> Vec<Step> {
    vec![step(
        Event::Init,
        vec![Settle(OPEN), Clear(OK)],
        "done",
        State::Stopped,
    )]
}

/// Isso answers.
fn serving() -> Vec<Step> {
    let start = vec![Settle(OPEN), Clear(OK), Start(OK)];
    let mut steps = stopped();
    steps.push(step(Event::Start, start, "done", State::Starting));
    steps.push(step(ready(), vec![], "done", State::Serving));
    steps
}

/// A backup runs while Isso answers.
fn backing_up() -> Vec<Step> {
    let mut steps = serving();
    steps.push(step(backup(), vec![Backup(OK)], "done", State::BackingUp));
    steps
}

/// A restore runs, begun while Isso answered.
fn restoring() -> Vec<Step> {
    let mut steps = serving();
    let calls = vec![Stop(OK), Restore(OK)];
    steps.push(step(restore(), calls, "done", State::Restoring));
    steps
}

#[test]
fn first_start() {
    let set = vec![
        Invoke(Ok(Effect::Settings)),
        Look(OPEN),
        Clear(OK),
        Start(OK),
    ];
    check(
        locked(),
        vec![
            // Refused and yet remembered: setting the password starts Isso.
            step(
                Event::Start,
                vec![Settle(LOCKED), Raise(OK)],
                "no-password",
                State::AwaitingPassword,
            ),
            step(
                invoke("set-admin-password"),
                set,
                "invoked",
                State::Starting,
            ),
            step(ready(), vec![], "done", State::Serving),
            step(Event::Start, vec![], "done", State::Serving),
            step(
                Event::Stop,
                vec![Stop(OK), Clear(OK)],
                "done",
                State::Stopped,
            ),
        ],
    );
}

#[test]
fn a_password_set_before_the_start_waits_for_it() {
    let set = vec![Invoke(Ok(Effect::Settings)), Look(OPEN), Clear(OK)];
    let start = vec![Settle(OPEN), Clear(OK), Start(OK)];
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
    let other = vec![Invoke(Ok(Effect::Settings)), Look(LOCKED), Raise(OK)];
    check(
        locked(),
        vec![step(
            invoke("set-websites"),
            other,
            "invoked",
            State::AwaitingPassword,
        )],
    );
}

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
fn an_unreadable_gate_counts_as_locked() {
    check(
        vec![],
        vec![
            step(
                Event::Init,
                vec![Settle(UNREADABLE), Raise(OK)],
                "settle-failed",
                State::AwaitingPassword,
            ),
            step(
                Event::Start,
                vec![Settle(UNREADABLE), Raise(OK)],
                "settle-failed",
                State::AwaitingPassword,
            ),
        ],
    );
    let calls = vec![
        Invoke(Ok(Effect::Settings)),
        Look(UNREADABLE),
        Stop(OK),
        Raise(OK),
    ];
    check(
        serving(),
        vec![step(
            invoke("set-websites"),
            calls,
            "invoked, then look-failed",
            State::AwaitingPassword,
        )],
    );
}

#[test]
fn a_dying_daemon_is_started_again() {
    check(
        serving(),
        vec![
            step(exited(), vec![], "done", State::Recovering),
            step(
                restart_due(),
                vec![Look(OPEN), Start(OK)],
                "done",
                State::Starting,
            ),
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

#[test]
fn a_backup_leaves_isso_serving() {
    check(
        backing_up(),
        vec![
            step(backup(), vec![], "backup-running", State::BackingUp),
            step(restore(), vec![], "backup-running", State::BackingUp),
            step(
                Event::BackupFinished(Ok(())),
                vec![],
                "done",
                State::Serving,
            ),
        ],
    );
}

#[test]
fn a_backup_leaves_isso_stopped() {
    check(
        stopped(),
        vec![
            step(backup(), vec![Backup(OK)], "done", State::BackingUp),
            step(
                Event::BackupFinished(Ok(())),
                vec![],
                "done",
                State::Stopped,
            ),
        ],
    );
}

#[test]
fn a_failed_backup_changes_nothing() {
    check(
        serving(),
        vec![
            step(backup(), vec![Backup(ERR)], "backup-failed", State::Serving),
            step(backup(), vec![Backup(OK)], "done", State::BackingUp),
            step(
                Event::BackupFinished(failed()),
                vec![],
                "backup-failed",
                State::Serving,
            ),
            // A stray end is of no interest.
            step(
                Event::BackupFinished(failed()),
                vec![],
                "done",
                State::Serving,
            ),
        ],
    );
}

#[test]
fn a_daemon_that_dies_while_backing_up_is_started_again() {
    check(
        backing_up(),
        vec![
            step(exited(), vec![], "done", State::BackingUp),
            step(
                restart_due(),
                vec![Look(OPEN), Start(OK)],
                "done",
                State::BackingUp,
            ),
            step(
                Event::BackupFinished(Ok(())),
                vec![],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn the_gate_works_while_backing_up() {
    let set = vec![
        Invoke(Ok(Effect::Settings)),
        Look(OPEN),
        Clear(OK),
        Start(OK),
    ];
    check(
        backing_up(),
        vec![
            step(
                Event::SettingsChanged,
                vec![Settle(LOCKED), Stop(OK), Raise(OK)],
                "done",
                State::BackingUp,
            ),
            step(
                invoke("set-admin-password"),
                set,
                "invoked",
                State::BackingUp,
            ),
            step(
                Event::Stop,
                vec![Stop(OK), Clear(OK)],
                "done",
                State::BackingUp,
            ),
            step(
                Event::BackupFinished(Ok(())),
                vec![],
                "done",
                State::Stopped,
            ),
        ],
    );
}

#[test]
fn a_restore_starts_isso_again() {
    check(
        restoring(),
        vec![
            step(
                Event::RestoreFinished(Ok(())),
                vec![Settle(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
            step(
                Event::RestoreFinished(failed()),
                vec![],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn a_failed_restore_starts_isso_again() {
    check(
        restoring(),
        vec![step(
            Event::RestoreFinished(failed()),
            vec![Settle(OPEN), Clear(OK), Start(OK)],
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
            vec![Settle(LOCKED), Raise(OK)],
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
            vec![Settle(OPEN), Clear(OK)],
            "done",
            State::Stopped,
        )],
    );
}

#[test]
fn while_restoring_wishes_are_kept_and_requests_refused() {
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
                vec![Settle(OPEN), Clear(OK)],
                "done",
                State::Stopped,
            ),
        ],
    );
}

#[test]
fn a_restore_that_cannot_begin_starts_isso_again() {
    let calls = vec![Stop(OK), Restore(ERR), Settle(OPEN), Start(OK)];
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
            step(
                restore(),
                vec![Stop(OK), Restore(OK)],
                "done",
                State::Restoring,
            ),
        ],
    );
}

#[test]
fn a_failed_stop_is_tried_again_before_anything_else() {
    check(
        serving(),
        vec![
            step(
                Event::Stop,
                vec![Stop(ERR), Clear(OK)],
                "stop-failed",
                State::Stopped,
            ),
            // Once before the event, once for the restore; the files stay as they are.
            step(
                restore(),
                vec![Stop(ERR), Stop(ERR)],
                "stop-failed",
                State::Stopped,
            ),
            // No second Isso beside the one that would not stop …
            step(
                Event::Start,
                vec![Stop(ERR), Settle(OPEN), Clear(OK)],
                "stop-failed",
                State::Stopped,
            ),
            // … but one in its place as soon as it is gone.
            step(
                exited(),
                vec![Stop(OK), Settle(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn a_task_that_could_not_be_shown_is_shown_later() {
    check(
        vec![],
        vec![
            step(
                Event::Init,
                vec![Settle(LOCKED), Raise(ERR)],
                "raise-task-failed",
                State::AwaitingPassword,
            ),
            step(
                Event::Stop,
                vec![Raise(OK)],
                "done",
                State::AwaitingPassword,
            ),
            step(Event::Stop, vec![], "done", State::AwaitingPassword),
        ],
    );
}

#[test]
fn nothing_happens_before_init() {
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
                vec![Settle(OPEN), Clear(OK), Start(OK)],
                "done",
                State::Starting,
            ),
        ],
    );
}

#[test]
fn reports_overtaken_by_a_stop_are_passed_over() {
    for before in [locked(), stopped()] {
        let state = before[before.len() - 1].state;
        let passed = |event| step(event, vec![], "done", state);
        check(
            before,
            vec![passed(exited()), passed(restart_due()), passed(ready())],
        );
    }
}
