//! Backups.

use crate::{Effect, Event, State};

use super::script::{Call, Call::*, OK, Step, check, step};
use super::{
    CHANGED, LOCKED, OPEN, backing_up, backup, exited, failed, invoke, restart_due, restore, serving, stopped,
};

/// A step after which the backup still runs.
fn beside(event: Event, calls: Vec<Call>, answer: &'static str, state: State) -> Step {
    step(event, calls, answer, state).with_backup(true)
}

#[test]
fn a_backup_leaves_isso_serving() {
    check(
        backing_up(),
        vec![
            beside(backup(), vec![], "backup-running", State::Serving),
            beside(restore(), vec![], "backup-running", State::Serving),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Serving),
        ],
    );
}

#[test]
fn a_backup_leaves_isso_stopped() {
    check(
        stopped(),
        vec![
            beside(backup(), vec![], "done", State::Stopped),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Stopped),
        ],
    );
}

#[test]
fn a_failed_backup_changes_nothing() {
    check(
        serving(),
        vec![
            beside(backup(), vec![], "done", State::Serving),
            step(Event::BackupFinished(failed()), vec![], "backup-failed", State::Serving),
            // A stray end is of no interest.
            step(Event::BackupFinished(failed()), vec![], "done", State::Serving),
        ],
    );
}

#[test]
fn a_daemon_that_dies_while_backing_up_is_started_again() {
    check(
        backing_up(),
        vec![
            beside(exited(), vec![], "done", State::Recovering),
            beside(restart_due(), vec![Look(OPEN), Start(OK)], "done", State::Starting),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Starting),
        ],
    );
}

#[test]
fn the_gate_works_while_backing_up() {
    let set = vec![Invoke(Ok(Effect::Settings)), Prepare(OPEN), Clear(OK), Start(OK)];
    check(
        backing_up(),
        vec![
            beside(
                Event::SettingsChanged,
                vec![Review(CHANGED), Reload(OK)],
                "done",
                State::Reloading,
            ),
            beside(exited(), vec![], "done", State::Recovering),
            beside(
                restart_due(),
                vec![Look(LOCKED), Stop(OK), Raise(OK)],
                "done",
                State::AwaitingPassword,
            ),
            beside(invoke("set-admin-password"), set, "invoked", State::Starting),
            beside(Event::Stop, vec![Stop(OK), Clear(OK)], "done", State::Stopped),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Stopped),
        ],
    );
}
