//! The standalone host: it owns the state machine, feeds it one event at a time and answers.

mod handle;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use isso_lifecycle::{DaemonEvent, Event, Lifecycle, Ports, Refusal};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use self::handle::Order;
use crate::memory::give_back;

pub use handle::Handle;

/// When nothing has happened for so long, what was needed for it is given back.
const REST: Duration = Duration::from_secs(3);

/// Starts the host on this thread's runtime. It ends when the last handle is gone.
pub fn spawn(ports: Ports, mut daemon: mpsc::Receiver<DaemonEvent>, mut archive: mpsc::Receiver<Event>) -> Handle {
    let mut machine = Lifecycle::new(ports);
    let (orders, mut ordered) = mpsc::channel::<Order>(16);
    let (state_changed, state) = watch::channel(machine.state());
    // The machine is not Send, and needs not be: there is one thread.
    tokio::task::spawn_local(async move {
        let mut is_at_rest = false;
        loop {
            let (event, answer) = tokio::select! {
                Some(event) = daemon.recv() => (Event::Daemon(event), None),
                Some(event) = archive.recv() => (event, None),
                order = ordered.recv() => match order {
                    Some(order) => (order.event, Some(order.answer)),
                    None => break,
                },
                () = sleep(REST), if !is_at_rest => {
                    is_at_rest = true;
                    give_back();
                    continue;
                }
            };
            is_at_rest = false;
            // A panic ends this one event. The machine and its ports stand as they did in between two events,
            // and work that is owed is tried again with the next one.
            let handled = AssertUnwindSafe(machine.handle(event)).catch_unwind().await;
            let result = handled.unwrap_or(Err(Refusal::Bug));
            state_changed.send_if_modified(|state| std::mem::replace(state, machine.state()) != machine.state());
            match (answer, result) {
                // The client may have disconnected.
                (Some(answer), result) => drop(answer.send(result)),
                (None, Err(refusal)) => tracing::debug!("{refusal}"),
                (None, Ok(_)) => {}
            }
        }
    });
    Handle { orders, state }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use isso_cfg::Volume;
    use isso_lifecycle::{Gate, PortError, Review, SettingsFiles, State};
    use tokio::task::LocalSet;

    use super::*;
    use crate::offline;
    use crate::settings::{ConfigPort, Desk};

    /// Settings that panic at the first look.
    struct Panics(ConfigPort, bool);

    #[async_trait]
    impl SettingsFiles for Panics {
        async fn prepare(&mut self) -> Result<Gate, PortError> {
            assert!(!std::mem::take(&mut self.1), "on purpose");
            self.0.prepare().await
        }
        async fn gate(&mut self) -> Result<Gate, PortError> {
            self.0.gate().await
        }
        async fn review(&mut self) -> Result<Review, PortError> {
            self.0.review().await
        }
    }

    #[tokio::test]
    async fn an_event_that_panics_is_refused_and_the_next_one_is_handled() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let volume = Volume::new(folder.path(), database.to_string_lossy());
        let (ports, daemon, archive) = offline::ports(&volume);
        let desk = ConfigPort(Desk::new(volume.clone()).into());
        let ports = Ports {
            settings: Box::new(Panics(desk, true)),
            ..ports
        };
        let settled = async {
            let host = spawn(ports, daemon, archive.events);
            let refused = host.send(Event::Init).await;
            assert!(matches!(refused, Err(Refusal::Bug)), "{refused:?}");
            host.send(Event::Init).await.unwrap();
            assert_eq!(host.state(), State::AwaitingPassword);
        };
        LocalSet::new().run_until(settled).await;
    }
}
