//! What a host reports to the program that runs it.

use isso_lifecycle::State;

use crate::api::ApiState;
use crate::host_info::url;

/// What `up` and `supervise` print, and tell systemd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// The state of the lifecycle, at first and after each change.
    State(State),
    /// Isso serves, which it did not before.
    Serving {
        /// The address at which it serves.
        url: String,
    },
    /// Isso has ended and is started again.
    Down {
        /// Why it ended.
        reason: String,
    },
    /// Isso is not started.
    NotStarted {
        /// Why; nothing if it only waits for an admin password.
        reason: Option<String>,
    },
    /// The host is about to stop Isso, and to end.
    Stopping,
}

/// Reports every change of state, until the host ends.
pub async fn report_states(api: ApiState, tell: impl Fn(HostEvent)) {
    let mut states = api.service.host.states();
    let mut before = State::Installed;
    loop {
        let state = *states.borrow_and_update();
        match state {
            State::Serving if before != State::Serving => tell(HostEvent::Serving { url: url(api.listen) }),
            State::Recovering => {
                let reason = api.supervisor.last_exit();
                let reason = reason.unwrap_or_else(|| "it ended without saying why".to_owned());
                tell(HostEvent::Down { reason });
            }
            _ => {}
        }
        before = state;
        tell(HostEvent::State(state));
        if states.changed().await.is_err() {
            return;
        }
    }
}
