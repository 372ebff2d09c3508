//! The handle by which the rest of a host, and a command without one, reach the state machine.

use isso_backup::Restored;
use isso_lifecycle::{Event, PortError, Refusal, Reply, RestoreRequest, State};
use tokio::sync::{mpsc, oneshot, watch};

/// How a restore ended.
pub type RestoreEnd = Result<Restored, PortError>;

pub(super) type Answer = Result<Reply, Refusal>;

/// The request for a restore, which waits for its end.
pub(super) type Requester = oneshot::Sender<Result<Restored, String>>;

/// An event, and the channel for the machine's answer.
pub(super) struct Order {
    pub event: Event,
    pub answer: oneshot::Sender<Answer>,
    /// Set if the event begins a restore.
    pub requester: Option<Requester>,
}

/// Sends events to the state machine, and watches its state. Every part of the host has a clone.
#[derive(Debug, Clone)]
pub struct HostHandle {
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) state: watch::Receiver<State>,
    pub(super) backing_up: watch::Receiver<bool>,
}

impl HostHandle {
    /// Sends an event and waits until the machine has dealt with it.
    pub async fn send(&self, event: Event) -> Answer {
        self.order(event, None).await
    }

    /// Has a restore begun, and returns what gets its end.
    pub(crate) async fn begin_restore(
        &self,
        request: RestoreRequest,
    ) -> Result<oneshot::Receiver<Result<Restored, String>>, Refusal> {
        let (requester, end) = oneshot::channel();
        self.order(Event::Restore(request), Some(requester)).await?;
        Ok(end)
    }

    async fn order(&self, event: Event, requester: Option<Requester>) -> Answer {
        let (answer, answered) = oneshot::channel();
        let order = Order {
            event,
            answer,
            requester,
        };
        // The machine's task ends with the host, and what still has a handle then gets this answer.
        self.orders.send(order).await.map_err(|_| Refusal::Ended)?;
        answered.await.unwrap_or(Err(Refusal::Ended))
    }

    /// The state after the last event.
    pub fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Watches the state from now on.
    pub fn states(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Whether a backup is being made, beside whatever Isso does.
    pub fn is_backing_up(&self) -> bool {
        *self.backing_up.borrow()
    }

    /// Watches whether a backup is being made, from now on.
    pub fn backups(&self) -> watch::Receiver<bool> {
        self.backing_up.clone()
    }

    /// Waits until Isso serves or is down: until nothing is under way any more. If the host ends first, returns the
    /// last state.
    pub async fn wait_until_idle(&self) -> State {
        let mut state = self.state.clone();
        let idle = state.wait_for(|state| !is_busy(*state)).await;
        idle.map_or_else(|_| self.state(), |state| *state)
    }
}

fn is_busy(state: State) -> bool {
    matches!(state, State::Starting | State::Reloading | State::Restoring)
}
