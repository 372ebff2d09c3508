//! `GET /v1/status?settled=true`: waits until a change of the settings is in force, or will not be.

use std::pin::pin;
use std::time::Duration;

use futures_util::stream;
use isso_lifecycle::State;
use tokio::sync::watch;
use tokio::time::interval;
use tokio_stream::wrappers::IntervalStream;
use tokio_stream::{Stream, StreamExt};

use super::api_state::ApiState;
use super::status_route::settings;

/// How often the file is compared without a change that was reported: a network share reports none.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Waits until a change is in force, or will not be. An Isso that was killed is started again meanwhile, which a start
/// that fails ends.
pub(super) async fn wait_until_applied(api: &ApiState) {
    let restarts = api.supervisor.restarts();
    let changes = changes_of(api.service.host.states())
        .merge(changes_of(api.settings.changes()))
        .merge(api.supervisor.changes())
        .merge(IntervalStream::new(interval(LOOK_AGAIN)).map(|_| ()));
    wait_until(changes, || is_applied(api, restarts)).await;
}

/// Whether all that was changed is in force, or will not be.
async fn is_applied(api: &ApiState, restarts: u64) -> bool {
    match api.service.host.wait_until_idle().await {
        State::Recovering => api.supervisor.restarts() != restarts,
        State::Serving => {
            let settings = settings(api).await;
            settings.in_force || settings.reason.is_some()
        }
        _ => true,
    }
}

/// Checks a condition now and after each change, until it holds. The stream has to notify of each change after this
/// call, also of one that comes during a check.
async fn wait_until<F: Future<Output = bool>>(changes: impl Stream<Item = ()>, mut check: impl FnMut() -> F) {
    let mut changes = pin!(changes);
    // The stream ends with the host.
    while !check().await && changes.next().await.is_some() {}
}

/// Notifies of each change after this call. Several that come at once are one.
fn changes_of<T: Send + Sync>(receiver: watch::Receiver<T>) -> impl Stream<Item = ()> {
    stream::unfold(receiver, async |mut receiver| {
        receiver.changed().await.ok().map(|()| ((), receiver))
    })
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_change_that_comes_during_a_check_is_not_missed() {
        let (sender, receiver) = watch::channel(false);
        let (_silent, other) = watch::channel(());
        let changes = changes_of(other).merge(changes_of(receiver));
        // The first check sees what was there before the change that it makes.
        let mut checks = 0;
        let waited = wait_until(changes, || {
            checks += 1;
            ready(sender.send_replace(true))
        });
        assert!(waited.now_or_never().is_some(), "the change is missed");
        assert_eq!(checks, 2);
    }
}
