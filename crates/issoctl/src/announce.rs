//! What `up` and `supervise` tell while they run: lines for a person, states for systemd.

use isso_host::HostEvent;
use isso_host::lifecycle::State;
use sd_notify::NotifyState;

use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, GOOD, Output, WARN};

/// Tells what has happened.
pub fn announce(event: HostEvent, data: &DataFolder, output: Output) {
    match event {
        HostEvent::State(state) => notify_state(state),
        HostEvent::Serving { url } => output.note(&format!(
            "{GOOD}Isso serves{GOOD:#} on {BOLD}{url}{BOLD:#}, the admin panel on {url}/admin/"
        )),
        HostEvent::Down { reason } => {
            output.note(&format!("{BAD}Isso is down{BAD:#} and will be started again: {reason}"));
        }
        HostEvent::NotStarted { reason: Some(reason) } => {
            output.note(&format!("{WARN}Isso is not started:{WARN:#} {reason}"));
        }
        HostEvent::NotStarted { reason: None } => output.note(&format!(
            "{WARN}Isso waits for an admin password.{WARN:#} Set one from another terminal:\n  \
             {BOLD}{}{BOLD:#}",
            data.with_folder("issoctl action run set-admin-password")
        )),
        HostEvent::Stopping => notify(NotifyState::Stopping),
    }
}

fn notify_state(state: State) {
    notify(NotifyState::Status(state.as_str()));
    // A gate that waits for a person must not look like a start that hangs.
    if matches!(state, State::Serving | State::AwaitingPassword) {
        notify(NotifyState::Ready);
    }
}

fn notify(state: NotifyState<'_>) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[state]);
}
