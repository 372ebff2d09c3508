//! The way to the state machine.

use isso_lifecycle::{Event, Refusal, Reply, State};
use tokio::sync::{mpsc, oneshot, watch};

type Answer = Result<Reply, Refusal>;

/// An event, and the way back.
pub(super) struct Order {
    pub event: Event,
    pub answer: oneshot::Sender<Answer>,
}

/// A way to send events to the host and to watch its state.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) state: watch::Receiver<State>,
}

impl Handle {
    /// Sends an event and waits until the machine has dealt with it.
    pub async fn send(&self, event: Event) -> Answer {
        let (answer, answered) = oneshot::channel();
        let order = Order { event, answer };
        self.orders
            .send(order)
            .await
            .expect("the host lives as long as its handles");
        answered.await.expect("the host answers every order")
    }

    /// The state after the last event.
    pub fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Every state after this one.
    pub fn states(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Waits until Isso serves or is down: until nothing is under way any more.
    pub async fn settled(&self) -> State {
        let mut state = self.state.clone();
        let settled = state.wait_for(|state| !is_under_way(*state)).await;
        *settled.expect("the host lives as long as its handles")
    }
}

fn is_under_way(state: State) -> bool {
    matches!(state, State::Starting | State::Reloading | State::Restoring)
}
