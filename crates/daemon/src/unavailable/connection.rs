//! One connection that is answered with 503 and closed.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::time::timeout;

use super::response::unavailable;

/// The largest head of a request, in bytes. A longer one is answered with 431.
const MAX_HEAD: usize = 16 * 1024;
/// How much of what follows the head is read, in bytes. A comment is at most 64 KiB of text.
const MAX_REST: u64 = 1024 * 1024;

/// Answers the first request and closes the connection. What is no HTTP is answered with 400, and a client
/// that sends no whole head in time is not answered.
///
/// The client has this time to send the head and to read the answer, and then again to close the connection.
pub(super) async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, limit: Duration) {
    let service = service_fn(|request| ready(Ok::<_, Infallible>(unavailable(&request))));
    let served = http1::Builder::new()
        .keep_alive(false)
        // Some clients close their side as soon as they have asked.
        .half_close(true)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(&mut stream), service);
    // Errors are the client's.
    let _ = timeout(limit, served).await;
    let _ = timeout(limit, close(&mut stream)).await;
}

/// Reads what the client still sends before the socket is closed. The kernel answers unread bytes with a
/// reset, which would take the answer away from a client that has not read it yet.
async fn close(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.shutdown().await?;
    copy(&mut stream.take(MAX_REST), &mut sink()).await?;
    Ok(())
}
