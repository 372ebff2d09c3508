//! An HTTP client that sends each request once, over a connection of its own.
//!
//! A client library might send a request again, or keep connections open. Here every refused or broken connection
//! shows.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a visitor waits for an answer: longer than gunicorn lets a worker hang, which is 30 s.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that came whole.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The head, status line included.
    pub head: String,
    /// What follows the head.
    pub body: Vec<u8>,
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The port is closed.
    Refused,
    /// The connection ended before the answer was whole.
    Broken(String),
    /// Nothing came within [`PATIENCE`].
    TimedOut,
    /// The client could not send, for a reason that is not the server's.
    Ours(String),
}

/// A request that reads.
pub fn get(path: &str, origin: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: isso\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n").into_bytes()
}

/// A request that posts a comment under a page.
pub fn post(page: &str, text: &str) -> Vec<u8> {
    let (head, body) = post_in_parts(page, text);
    [head, body].concat()
}

/// A form as a browser sends it.
pub fn form(path: &str, fields: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: isso\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{fields}",
        fields.len()
    )
    .into_bytes()
}

/// A request that posts a comment, as head and body.
pub fn post_in_parts(page: &str, text: &str) -> (Vec<u8>, Vec<u8>) {
    let body = serde_json::json!({ "text": text, "title": "A page", "author": "Visitor" });
    let body = body.to_string().into_bytes();
    let head = format!(
        "POST /new?uri={page} HTTP/1.1\r\nHost: isso\r\nOrigin: http://localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    (head.into_bytes(), body)
}

/// Sends a request and waits for the whole answer.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Result<Answer, Failure> {
    ask_slowly(address, &[request], Duration::ZERO).await
}

/// Sends a request in parts, with a pause before each but the first.
pub async fn ask_slowly(address: SocketAddr, parts: &[&[u8]], pause: Duration) -> Result<Answer, Failure> {
    let sending = pause * u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.map_err(|e| failure(&e))?;
        for (n, part) in parts.iter().enumerate() {
            if n > 0 && !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            stream.write_all(part).await.map_err(|e| failure(&e))?;
        }
        let mut received = Vec::new();
        loop {
            if let Some(answer) = whole(&received)? {
                return Ok(answer);
            }
            let read = stream.read_buf(&mut received).await;
            if read.map_err(|e| failure(&e))? == 0 {
                let text = format!("closed after {} bytes of an answer", received.len());
                return Err(Failure::Broken(text));
            }
        }
    };
    timeout(PATIENCE + sending, exchange)
        .await
        .unwrap_or(Err(Failure::TimedOut))
}

/// A visitor in the middle of sending a comment. A worker has the request in hand, so its gunicorn does not end
/// before the connection is dropped, or gunicorn's 30 s are over.
pub fn begin_comment(address: SocketAddr) -> std::net::TcpStream {
    let request = "POST /new?uri=/unfinished HTTP/1.1\r\nHost: isso\r\nContent-Type: application/json\r\n\
        Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
    let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut stream = std::net::TcpStream::connect(address).expect("Isso listens");
    stream.write_all(request.as_bytes()).expect("the kernel takes it");
    stream.set_read_timeout(Some(crate::PATIENCE)).expect("it is not zero");
    let mut answer = vec![0; go_on.len()];
    stream.read_exact(&mut answer).expect("a worker answers");
    assert_eq!(answer, go_on, "{}", String::from_utf8_lossy(&answer));
    stream
}

/// [`ask`], blocking the calling thread.
pub fn ask_now(address: SocketAddr, request: &[u8]) -> Result<Answer, Failure> {
    block_on(ask(address, request))
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs a few descriptors");
    runtime.block_on(future)
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// The answer, once all that its head announces is there.
fn whole(received: &[u8]) -> Result<Option<Answer>, Failure> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let strange = || Failure::Broken(format!("no answer of Isso: {head}"));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut answer = Answer {
        status: status.ok_or_else(strange)?,
        head: head.clone(),
        body: Vec::new(),
    };
    let length: usize = answer
        .header("Content-Length")
        .and_then(|length| length.parse().ok())
        .ok_or_else(strange)?;
    let body = &received[end + 4..];
    if body.len() < length {
        return Ok(None);
    }
    answer.body = body.to_vec();
    Ok(Some(answer))
}

fn failure(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused => Failure::Refused,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            Failure::Broken(error.to_string())
        }
        _ => Failure::Ours(error.to_string()),
    }
}
