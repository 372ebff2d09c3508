//! Backups.

use crate::{Effect, Event, State};

use super::script::{Call::*, OK, check, step};
use super::{
    CHANGED, LOCKED, OPEN, backing_up, backup, exited, failed, invoke, restart_due, restore, serving, stopped,
};

#[test]
fn a_backup_leaves_isso_serving() {
    check(
        backing_up(),
        vec![
            step(backup(), vec![], "backup-running", State::BackingUp),
            step(restore(), vec![], "backup-running", State::BackingUp),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Serving),
        ],
    );
}

#[test]
fn a_backup_leaves_isso_stopped() {
    check(
        stopped(),
        vec![
            step(backup(), vec![], "done", State::BackingUp),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Stopped),
        ],
    );
}

#[test]
fn a_failed_backup_changes_nothing() {
    check(
        serving(),
        vec![
            step(backup(), vec![], "done", State::BackingUp),
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
            step(exited(), vec![], "done", State::BackingUp),
            step(restart_due(), vec![Look(OPEN), Start(OK)], "done", State::BackingUp),
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
            step(
                Event::SettingsChanged,
                vec![Review(CHANGED), Reload(OK)],
                "done",
                State::BackingUp,
            ),
            step(exited(), vec![], "done", State::BackingUp),
            step(
                restart_due(),
                vec![Look(LOCKED), Stop(OK), Raise(OK)],
                "done",
                State::BackingUp,
            ),
            step(invoke("set-admin-password"), set, "invoked", State::BackingUp),
            step(Event::Stop, vec![Stop(OK), Clear(OK)], "done", State::BackingUp),
            step(Event::BackupFinished(Ok(())), vec![], "done", State::Stopped),
        ],
    );
}
