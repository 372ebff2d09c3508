//! Events that wait for the state machine.

use std::collections::VecDeque;
use std::future::pending;

use isso_lifecycle::DaemonEvent;
use tokio::sync::mpsc;

/// Keeps events until there is room for them. A send would block the supervisor's task, while the state machine, which
/// receives the events, may be waiting for that task to stop Isso.
pub(super) struct EventQueue {
    waiting: VecDeque<DaemonEvent>,
    events: mpsc::Sender<DaemonEvent>,
}

impl EventQueue {
    pub(super) fn new(events: mpsc::Sender<DaemonEvent>) -> EventQueue {
        EventQueue {
            waiting: VecDeque::new(),
            events,
        }
    }

    pub(super) fn push(&mut self, event: DaemonEvent) {
        self.waiting.push_back(event);
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Delivers the oldest event once there is one and there is room for it.
    pub(super) async fn deliver(&mut self) {
        if self.waiting.is_empty() {
            return pending().await;
        }
        let permit = self.events.reserve().await;
        let event = self.waiting.pop_front();
        // Without a receiver the event is dropped.
        if let (Ok(permit), Some(event)) = (permit, event) {
            permit.send(event);
        }
    }
}
