//! What `up` tells while it runs: lines for a person, states for systemd.

use isso_lifecycle::State;
use sd_notify::NotifyState;

use crate::api::App;
use crate::output::{BAD, BOLD, GOOD, Output};
use crate::surroundings::url;

/// Tells every change of state, until `up` ends.
pub async fn follow(app: App, output: Output) {
    let mut states = app.service.host.states();
    let mut before = State::Installed;
    loop {
        let state = *states.borrow_and_update();
        match state {
            State::Serving if before != State::Serving => {
                let url = url(app.listen);
                output.note(&format!(
                    "{GOOD}Isso serves{GOOD:#} on {BOLD}{url}{BOLD:#}, the admin panel on {url}/admin/"
                ));
            }
            State::Recovering => {
                let reason = app.supervisor.last_exit();
                let reason = reason.as_deref().unwrap_or("it ended without saying why");
                output.note(&format!("{BAD}Isso is down{BAD:#} and will be started again: {reason}"));
            }
            _ => {}
        }
        // A backup goes on beside whatever Isso does, and its end is no news of Isso.
        if state != State::BackingUp {
            before = state;
        }
        // A gate that waits for a person must not look like a start that hangs.
        let ready = matches!(state, State::Serving | State::AwaitingPassword);
        notify(&[NotifyState::Status(state.as_str())]);
        if ready {
            notify(&[NotifyState::Ready]);
        }
        if states.changed().await.is_err() {
            return;
        }
    }
}

/// Tells systemd that the stop is meant.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

fn notify(states: &[NotifyState<'_>]) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(states);
}
