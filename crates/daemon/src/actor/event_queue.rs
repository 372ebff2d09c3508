//! What is still to be told.

use std::collections::VecDeque;
use std::future::pending;

use isso_lifecycle::DaemonEvent;
use tokio::sync::mpsc;

/// Events wait here, not in a blocked send: whoever should receive them may itself be waiting for
/// the end of a stop.
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
        // A receiver that has gone wants to know nothing any more.
        if let (Ok(permit), Some(event)) = (permit, event) {
            permit.send(event);
        }
    }
}
