//! Notices that no worker answers. Isso is asked only while a visitor's connection waits.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{sleep, timeout};

use crate::health::Health;
use crate::listener::Listener;
use crate::workers;

/// How long a connection may wait before Isso is asked.
const CONNECTION_WAIT: Duration = Duration::from_millis(500);
/// The deadline of the request that is then tried.
const PROBE_LIMIT: Duration = Duration::from_secs(2);
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// Waits until no worker of a gunicorn takes requests: connections wait, a request of our own is not answered
/// in time, and no worker has used the CPU meanwhile. Workers that are merely busy use it. Whether a worker hangs or
/// waits for a client that has begun a request, cannot be seen from outside.
///
/// Nothing is done while no connection comes: an idle server is not woken up.
pub(crate) async fn hangs(master: u32, listener: Arc<Listener>, health: Health) {
    loop {
        match watch(master, &listener, &health).await {
            Ok(()) => return,
            Err(error) => tracing::warn!("cannot see whether Isso's workers hang: {error}"),
        }
        sleep(AFTER_ERROR).await;
    }
}

async fn watch(master: u32, listener: &Listener, health: &Health) -> io::Result<()> {
    loop {
        // Registered only for the wait, or each of a thousand connections a second would wake us.
        let socket = listener.as_fd().try_clone_to_owned()?;
        drop(arrivals(socket)?.readable().await?);
        sleep(CONNECTION_WAIT).await;
        if !is_waited_for(listener)? {
            continue;
        }
        let before = workers::cpu(master);
        let silent = timeout(PROBE_LIMIT, health.info()).await.is_err();
        // Where the kernel tells no CPU times, no hang is reported.
        if silent && before.is_some() && workers::cpu(master) == before {
            return Ok(());
        }
    }
}

fn arrivals(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(unsafe_code, reason = "tokio cannot know that a descriptor stays open")]
    // SAFETY: the descriptor is owned by what is returned, and nothing takes it out of there.
    unsafe {
        Ok(AsyncFd::register_with_interest(socket, Interest::READABLE)?)
    }
}

/// Whether a connection waits that no worker has accepted.
fn is_waited_for(listener: &Listener) -> io::Result<bool> {
    let mut sockets = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
    Ok(poll(&mut sockets, PollTimeout::ZERO)? > 0)
}
