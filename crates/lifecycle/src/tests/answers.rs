//! What people and programs read.

use crate::{Operation, PortFailure, Refusal, State, with_causes};

/// Checks the code, and the message with its causes.
fn check(refusal: Refusal, code: &str, text: &[&str]) {
    assert_eq!(refusal.code(), code);
    assert_eq!(with_causes(&refusal), text.join(": "));
}

#[test]
fn a_refusal_gives_its_reason() {
    check(
        Refusal::NotInitialised,
        "not-initialised",
        &["the volume has not been initialised yet"],
    );
    check(
        Refusal::NoPassword,
        "no-password",
        &["no admin password is set yet: run the action set-admin-password, and isso starts"],
    );
    check(Refusal::BackupRunning, "backup-running", &["a backup is running"]);
    check(Refusal::RestoreRunning, "restore-running", &["a restore is running"]);
    check(Refusal::Ended, "ended", &["issoctl is ending"]);
}

#[test]
fn a_cause_is_told_once() {
    check(
        Refusal::Action("websites: not an origin".into()),
        "action-refused",
        &["the action was not carried out", "websites: not an origin"],
    );
    check(
        Refusal::Failed(PortFailure {
            operation: Operation::Start,
            source: "the port is in use".into(),
        }),
        "start-failed",
        &["could not start isso", "the port is in use"],
    );
    check(
        Refusal::Failed(PortFailure {
            operation: Operation::Review,
            source: "isso.cfg: permission denied".into(),
        }),
        "review-failed",
        &["could not look at the changed settings", "isso.cfg: permission denied"],
    );
}

#[test]
fn states_are_written_in_kebab_case() {
    for (state, name) in [
        (State::AwaitingPassword, "awaiting-password"),
        (State::Recovering, "recovering"),
        (State::Serving, "serving"),
    ] {
        assert_eq!(state.to_string(), name);
        let json = serde_json::to_value(state).expect("a text always serialises");
        assert_eq!(json, serde_json::json!(name));
        let read: State = serde_json::from_value(json).expect("it was written");
        assert_eq!(read, state);
    }
}

/// The statechart in the docs is drawn by hand; a state that is missing there shows here.
#[test]
fn the_statechart_names_every_state() {
    let chart = include_str!("../statechart.mmd");
    for state in [
        "Installed",
        "AwaitingPassword",
        "Stopped",
        "Starting",
        "Serving",
        "Reloading",
        "Recovering",
        "BackingUp",
        "Restoring",
    ] {
        assert!(chart.contains(state), "{state} is not in the statechart");
    }
}
