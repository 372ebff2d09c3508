//! The task that owns the state machine: it hands the machine one event at a time, and answers the senders.

mod handle;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use isso_lifecycle::{DaemonEvent, Event, Lifecycle, Ports, Refusal, State, with_causes};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use self::handle::{Answer, Order, Requester};
use crate::memory::release_memory;

pub use handle::{HostHandle, RestoreEnd};

/// After so long without an event, memory that events had needed is released.
const IDLE_AFTER: Duration = Duration::from_secs(3);

/// What the machine's task does next.
enum Work {
    Order(Order),
    Report(DaemonEvent),
    RestoreEnd(RestoreEnd),
}

/// Spawns the task on this thread's `LocalSet`. It ends when the last handle is dropped.
pub fn spawn(
    ports: Ports,
    mut daemon: mpsc::Receiver<DaemonEvent>,
    mut restore_ends: mpsc::Receiver<RestoreEnd>,
) -> HostHandle {
    let mut machine = Lifecycle::new(ports);
    let (orders, mut ordered) = mpsc::channel::<Order>(16);
    let (published, state, backing_up) = Published::new(&machine);
    // The machine is not Send, and needs not be: there is one thread.
    tokio::task::spawn_local(async move {
        let mut is_idle = false;
        let mut restoring: Option<Requester> = None;
        loop {
            let work = tokio::select! {
                Some(event) = daemon.recv() => Work::Report(event),
                Some(end) = restore_ends.recv() => Work::RestoreEnd(end),
                order = ordered.recv() => match order {
                    Some(order) => Work::Order(order),
                    None => break,
                },
                () = sleep(IDLE_AFTER), if !is_idle => {
                    is_idle = true;
                    release_memory();
                    continue;
                }
            };
            is_idle = false;
            match work {
                Work::Order(order) => {
                    let result = handle_event(&mut machine, order.event, &published).await;
                    if result.is_ok() && order.requester.is_some() {
                        restoring = order.requester;
                    }
                    // The client may have disconnected.
                    let _ = order.answer.send(result);
                }
                Work::Report(event) => log(handle_event(&mut machine, Event::Daemon(event), &published).await),
                Work::RestoreEnd(end) => {
                    let restored = end.as_ref().map(Clone::clone);
                    let restored = restored.map_err(|error| with_causes(&**error));
                    let event = Event::RestoreFinished(end.map(drop));
                    log(handle_event(&mut machine, event, &published).await);
                    // Sent last: by now the machine has left the restore. The client may have disconnected.
                    let _ = restoring.take().map(|requester| requester.send(restored));
                }
            }
        }
    });
    HostHandle {
        orders,
        state,
        backing_up,
    }
}

/// What the handles know of the machine.
struct Published {
    state: watch::Sender<State>,
    backing_up: watch::Sender<bool>,
}

impl Published {
    fn new(machine: &Lifecycle) -> (Published, watch::Receiver<State>, watch::Receiver<bool>) {
        let (state, states) = watch::channel(machine.state());
        let (backing_up, backups) = watch::channel(machine.is_backing_up());
        (Published { state, backing_up }, states, backups)
    }

    fn update(&self, machine: &Lifecycle) {
        replace(&self.state, machine.state());
        replace(&self.backing_up, machine.is_backing_up());
    }
}

/// Wakes no receiver where nothing has changed.
fn replace<T: PartialEq>(published: &watch::Sender<T>, value: T) {
    published.send_if_modified(|before| {
        let is_new = *before != value;
        *before = value;
        is_new
    });
}

/// Has the machine handle an event, and publishes its state.
///
/// A panic ends this one event. The machine and its ports stand as they did in between two events, and port calls that
/// failed are made again with the next one.
async fn handle_event(machine: &mut Lifecycle, event: Event, published: &Published) -> Answer {
    let handled = AssertUnwindSafe(machine.handle(event)).catch_unwind().await;
    published.update(machine);
    handled.unwrap_or(Err(Refusal::Bug))
}

/// Logs why an event without a sender was refused.
fn log(answer: Answer) {
    if let Err(refusal) = answer {
        tracing::debug!("{refusal}");
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use isso_actions::Language;
    use isso_cfg::Volume;
    use isso_lifecycle::{Gate, PortError, RestoreRequest, Restorer, Review, SettingsFiles};
    use tokio::task::LocalSet;

    use super::*;
    use crate::api_error::ApiErrorKind;
    use crate::offline;
    use crate::settings::{ActiveSettings, SettingsPort};

    /// Settings that panic when they are prepared for the first time.
    struct Panics(SettingsPort, bool);

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
        let (ports, daemon, restore_ends) = offline::ports(&volume);
        let settings = SettingsPort(ActiveSettings::new(volume.clone()).into());
        let ports = Ports {
            settings: Box::new(Panics(settings, true)),
            ..ports
        };
        let test = async {
            let host = spawn(ports, daemon, restore_ends);
            let refused = host.send(Event::Init).await;
            assert!(matches!(refused, Err(Refusal::Bug)), "{refused:?}");
            host.send(Event::Init).await.unwrap();
            assert_eq!(host.state(), State::AwaitingPassword);
        };
        LocalSet::new().run_until(test).await;
    }

    #[tokio::test]
    async fn a_handle_that_outlives_the_machine_gets_errors() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), folder.path().join("comments.db").to_string_lossy());
        let (ports, daemon, restore_ends) = offline::ports(&volume);
        let local = LocalSet::new();
        let host = local.run_until(async { spawn(ports, daemon, restore_ends) }).await;
        // The order is in the queue when the task ends.
        let mut unanswered = std::pin::pin!(host.send(Event::Init));
        assert!((&mut unanswered).now_or_never().is_none());
        drop(local);
        assert!(matches!(unanswered.await, Err(Refusal::Ended)));
        assert!(matches!(host.send(Event::Init).await, Err(Refusal::Ended)));
        assert_eq!(host.wait_until_idle().await, State::Installed);
    }

    /// Begins each restore, whose end the test sends.
    struct BeginsOnly;

    #[async_trait]
    impl Restorer for BeginsOnly {
        async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_restore_is_told_its_own_end() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), folder.path().join("comments.db").to_string_lossy());
        let (ports, daemon, _) = offline::ports(&volume);
        let restorer = Box::new(BeginsOnly);
        let (ends, restore_ends) = mpsc::channel(1);
        let restores = async {
            let host = spawn(Ports { restorer, ..ports }, daemon, restore_ends);
            host.send(Event::Init).await.unwrap();
            for reason in ["its disk is full", "my disk is full"] {
                let mut mine = std::pin::pin!(host.restore("backup".into(), Language::English));
                let mut states = host.states();
                tokio::select! {
                    _ = &mut mine => panic!("it has not ended"),
                    begun = states.wait_for(|state| *state == State::Restoring) => drop(begun.unwrap()),
                }
                let another = host.restore("another".into(), Language::English).await;
                assert_eq!(another.unwrap_err().kind, ApiErrorKind::Refused);
                assert!((&mut mine).now_or_never().is_none(), "another one was refused");
                ends.send(Err(reason.into())).await.unwrap();
                assert_eq!(mine.await.unwrap_err().message, reason);
                assert_eq!(host.state(), State::AwaitingPassword);
            }
        };
        LocalSet::new().run_until(restores).await;
    }
}
