//! Answers requests with 503 while no gunicorn takes them.
//!
//! - **When.** As [`Downtime`](crate::downtime::Downtime) says: once no gunicorn has taken requests for two
//!   seconds, or at once when the next start is due later than that. Until then requests wait.
//! - **How the socket is handed over.** Gunicorn and this task accept from the same listening socket, whose
//!   queue is the kernel's. A connection is accepted by one of them, and that one answers it. As soon as a
//!   gunicorn says that it has loaded Isso, nothing more is accepted here, so what still waits is Isso's. The
//!   connections accepted before are answered to their end.
//! - **What it may cost.** At most [`MAX_CONNECTIONS`] connections at a time, and fewer where a start would lack the
//!   descriptors, each within the limits of [`connection`]; further ones wait in the kernel's queue. While no
//!   connection comes, nothing wakes up.

mod connection;
mod language;
mod response;

use std::convert::Infallible;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::listener::Listener;
use crate::spawn::{connections, descriptors};

/// How many connections are answered at a time, where there are descriptors enough.
const MAX_CONNECTIONS: u64 = 128;
/// How long a client may take for its request, and then again for the end of the connection.
const CLIENT_LIMIT: Duration = Duration::from_secs(5);
/// The pause after an error of the system, such as no free descriptor.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Answers during every downtime, until the supervisor is gone.
pub(crate) async fn run(listener: Arc<Listener>, mut answers_from: watch::Receiver<Option<Instant>>) {
    let free = Arc::new(Semaphore::new(connections(descriptors(), MAX_CONNECTIONS)));
    loop {
        let from = *answers_from.borrow_and_update();
        let answering = async {
            match from {
                Some(from) => sleep_until(from).await,
                None => std::future::pending().await,
            }
            loop {
                let Err(error) = answer(&listener, &free).await;
                tracing::warn!("cannot answer while Isso does not run: {error}");
                sleep(AFTER_ERROR).await;
            }
        };
        tokio::select! {
            // A gunicorn that takes requests comes first.
            biased;
            changed = answers_from.changed() => if changed.is_err() {
                return;
            },
            () = answering => {}
        }
    }
}

async fn answer(listener: &Listener, free: &Arc<Semaphore>) -> io::Result<Infallible> {
    listener.open().map_err(io::Error::other)?;
    // A descriptor of its own, so that nothing is watched any more once this is dropped.
    answer_all(listener.as_fd().try_clone_to_owned()?, free).await
}

async fn answer_all(socket: OwnedFd, free: &Arc<Semaphore>) -> io::Result<Infallible> {
    do_not_block(&socket)?;
    let listener = TcpListener::from_std(socket.into())?;
    loop {
        let place = Arc::clone(free).acquire_owned().await;
        do_not_block(&listener)?;
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            connection::answer(stream, CLIENT_LIMIT).await;
            drop(place);
        });
    }
}

/// The flag belongs to the socket, not to the descriptor: a program that shares the socket can take it
/// away, as gunicorn does not. An `accept` that blocks would block the whole supervisor.
fn do_not_block(socket: &impl AsFd) -> io::Result<()> {
    SockRef::from(socket).set_nonblocking(true)
}

#[cfg(test)]
mod tests;
