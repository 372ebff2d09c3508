//! Limits how many connections the API has at once.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::unix::SocketAddr;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::api_error::{ApiError, ApiErrorKind};

/// How many connections there are at most.
pub const MAX_CONNECTIONS: u64 = 100;
/// How many clients too many get an answer that says so at the same time. The connections of others are closed.
const REFUSALS: usize = 4;
/// How long such a client has to send its request.
const ASK_WITHIN: Duration = Duration::from_secs(1);

/// A listener with a limit of open connections. Clients beyond it get an error 503.
pub struct LimitedListener {
    listener: UnixListener,
    most: usize,
    room: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

impl LimitedListener {
    /// Accepts connections from this listener, at most so many at once.
    pub fn new(listener: UnixListener, most: usize) -> LimitedListener {
        LimitedListener {
            listener,
            most,
            room: Arc::new(Semaphore::new(most)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
        }
    }

    fn refuse(&self, mut stream: UnixStream) {
        let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() else {
            return;
        };
        let answer = answer(self.most);
        tokio::spawn(async move {
            let _permit = permit;
            let told = async {
                // A client that has not sent a request yet would not read an answer.
                match stream.read(&mut [0; 4096]).await? {
                    0 => Ok(()),
                    _ => stream.write_all(answer.as_bytes()).await,
                }
            };
            // A client that goes away needs no answer.
            let _ = timeout(ASK_WITHIN, told).await;
        });
    }
}

fn answer(most: usize) -> String {
    let problem = ApiError {
        kind: ApiErrorKind::Failed,
        message: format!("the running issoctl has {most} connections, and takes no more"),
        field: None,
        hint: Some("end some of the commands that follow the log (`issoctl logs -f`)".to_owned()),
    };
    let body = serde_json::to_string(&problem).expect("our own types have string keys");
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Listener for LimitedListener {
    type Io = CountedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CountedStream, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match Arc::clone(&self.room).try_acquire_owned() {
                Ok(_permit) => return (CountedStream { stream, _permit }, address),
                Err(_) => self.refuse(stream),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that counts towards the limit until it ends.
pub struct CountedStream {
    stream: UnixStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use isso_tests::PATIENCE;

    use super::*;

    #[tokio::test]
    async fn a_client_too_many_is_told_so_and_the_next_one_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("api.sock");
        let listener = LimitedListener::new(UnixListener::bind(&socket).unwrap(), 1);
        let router = Router::new().route("/", get(async || "served"));
        tokio::spawn(axum::serve(listener, router).into_future());
        let ask = async || {
            let client = isso_daemon::plain_http().unix_socket(&*socket).build();
            let answer = client.unwrap().get("http://issoctl/").send().await;
            answer.unwrap().text().await.unwrap()
        };

        let first = UnixStream::connect(&socket).await.unwrap();
        let told = ask().await;
        assert!(told.contains("1 connections") && told.contains("logs -f"), "{told}");
        drop(first);
        // The listener may not have noticed yet that the first one is gone.
        let served = async { while ask().await != "served" {} };
        let served = timeout(PATIENCE, served).await;
        served.expect("the next one is served");
    }
}
