//! Reports the events of a host: lines for a person, states for systemd.

use isso_host::HostEvent;
use isso_host::lifecycle::State;
use sd_notify::NotifyState;

use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, GOOD, Output, WARN};

/// Reports an event.
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
    // Isso may wait for a password for days, which must not look like a start that hangs.
    if matches!(state, State::Serving | State::AwaitingPassword) {
        notify(NotifyState::Ready);
    }
}

fn notify(state: NotifyState<'_>) {
    // Without systemd there is no socket to write to.
    let _ = sd_notify::notify(&[state]);
}
