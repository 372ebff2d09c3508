use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;

/// How many connections are answered at a time in these tests.
const PLACES: usize = 128;
const GET: &str = "GET /info HTTP/1.1\r\nHost: isso\r\n";

/// A listening socket, answered at until it is stopped.
struct Answering {
    socket: std::net::TcpListener,
    address: SocketAddr,
    free: Arc<Semaphore>,
    task: JoinHandle<io::Result<Infallible>>,
}

impl Answering {
    fn begin() -> Answering {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let free = Arc::new(Semaphore::new(PLACES));
        let (shared, places) = (socket.as_fd().try_clone_to_owned().unwrap(), Arc::clone(&free));
        let task = tokio::spawn(async move { answer_all(shared, &places).await });
        Answering {
            socket,
            address,
            free,
            task,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Sends these bytes in full, and then reads the answer to the end of the connection.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), bytes: &[u8]) -> String {
    stream.write_all(bytes).await.expect("everything is taken");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("the connection is closed and not reset");
    answer
}

async fn check(request: impl AsRef<[u8]>, status: &str) -> (String, String) {
    let answering = Answering::begin();
    let answer = ask(&mut answering.connect().await, request.as_ref()).await;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (format!("{}\r\n", head.to_lowercase()), body.to_owned())
}

async fn check_unavailable(request: impl AsRef<[u8]>) -> (String, String) {
    check(request, "503 Service Unavailable").await
}

fn check_headers(head: &str, expected: &[&str]) {
    for line in expected {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "no {line:?} in {head}");
    }
}

#[tokio::test]
async fn a_script_may_read_that_it_is_temporary() {
    let request = format!("{GET}Origin: https://blog.example\r\nAccept: */*\r\n\r\n");
    let (head, body) = check_unavailable(request).await;
    check_headers(
        &head,
        &[
            "retry-after: 10",
            "cache-control: no-store",
            "connection: close",
            "server: issoctl",
            "content-type: text/plain; charset=utf-8",
            "vary: origin, accept, accept-language",
            "access-control-allow-origin: https://blog.example",
            "access-control-allow-credentials: true",
            "access-control-expose-headers: retry-after",
        ],
    );
    assert_eq!(body.lines().count(), 1, "{body}");
}

#[tokio::test]
async fn a_browser_gets_a_page_in_its_language() {
    let accepts = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: de-CH,en;q=0.5";
    let (head, body) = check_unavailable(format!("{GET}{accepts}\r\n\r\n")).await;
    check_headers(
        &head,
        &["content-type: text/html; charset=utf-8", "content-language: de"],
    );
    assert!(!head.contains("access-control"), "no website asks: {head}");
    for text in ["<html lang=\"de\">", "zurzeit nicht verfügbar", "issoctl status"] {
        assert!(body.contains(text), "{body}");
    }
    assert!(!body.contains("{{") && !body.contains("{title"), "{body}");
}

#[tokio::test]
async fn head_has_no_body_and_a_preflight_permits_nothing() {
    let (head, body) = check_unavailable("HEAD /admin/ HTTP/1.1\r\nHost: isso\r\nAccept: text/html\r\n\r\n").await;
    assert!(head.contains("content-length: "), "{head}");
    assert_eq!(body, "");
    let preflight = "OPTIONS /new HTTP/1.1\r\nHost: isso\r\nOrigin: https://evil.example\r\n\
                     Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n";
    let (head, _) = check_unavailable(preflight).await;
    assert!(!head.contains("access-control-allow-methods"), "{head}");
    assert!(!head.contains("access-control-allow-headers"), "{head}");
}

#[tokio::test]
async fn a_client_that_sends_more_reads_the_answer_all_the_same() {
    // Pipelined requests are not answered, as the connection says that it ends.
    check_unavailable(format!("{GET}\r\n{GET}\r\n").repeat(50)).await;
    // More than the kernel keeps for us, so that it must be read.
    let comment = "x".repeat(900 * 1024);
    let length = comment.len();
    let post = format!("POST /new?uri=/ HTTP/1.1\r\nHost: isso\r\nContent-Length: {length}\r\n\r\n{comment}");
    check_unavailable(post).await;
    let chunks = format!("{length:x}\r\n{comment}\r\n0\r\n\r\n");
    let post = format!("POST /new?uri=/ HTTP/1.1\r\nHost: isso\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    check_unavailable(post).await;
    let expects = "POST / HTTP/1.1\r\nHost: isso\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    check_unavailable(expects).await;
}

/// Many clients read nothing before they have sent everything, and a reset would end that.
#[tokio::test]
async fn a_client_may_go_on_sending_after_it_was_answered() {
    let answering = Answering::begin();
    let mut stream = answering.connect().await;
    let post = "POST /new?uri=/ HTTP/1.1\r\nHost: isso\r\nContent-Length: 200000\r\n\r\n";
    stream.write_all(post.as_bytes()).await.unwrap();
    stream.readable().await.unwrap();
    for _ in 0..20 {
        stream.write_all(&[b'x'; 10_000]).await.expect("it is taken");
        sleep(Duration::from_millis(1)).await;
    }
    let answer = ask(&mut stream, b"").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn a_client_that_sends_no_request_is_told_so() {
    check("\u{1}\u{2}\0 garbage\r\n\r\n", "400 Bad Request").await;
    let hello_of_tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40);
    check(hello_of_tls, "400 Bad Request").await;
    let huge = format!("{GET}Cookie: {}\r\n\r\n", "x".repeat(300 * 1024));
    check(huge, "431 Request Header Fields Too Large").await;
    let many = format!("{GET}{}\r\n", "A: b\r\n".repeat(500));
    check(many, "431 Request Header Fields Too Large").await;
}

#[tokio::test]
async fn a_client_that_closes_its_side_reads_the_answer() {
    let answering = Answering::begin();
    let mut stream = answering.connect().await.into_std().unwrap();
    io::Write::write_all(&mut stream, format!("{GET}\r\n").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut stream = TcpStream::from_std(stream).unwrap();
    let answer = ask(&mut stream, b"").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    const SOON: Duration = Duration::from_millis(50);
    let request = format!("{GET}\r\n");
    for sent in ["", &request[..20]] {
        let (mut client, server) = duplex(1024);
        client.write_all(sent.as_bytes()).await.unwrap();
        connection::answer(server, SOON).await;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "", "after {sent:?}");
    }
    // One that neither reads nor closes.
    let (mut client, server) = duplex(request.len());
    client.write_all(request.as_bytes()).await.unwrap();
    connection::answer(server, SOON).await;
    // One that never stops sending, and one that sends more than anything needs.
    for (pause, limit) in [(SOON / 10, SOON), (Duration::ZERO, Duration::MAX)] {
        let (mut client, server) = duplex(64 * 1024);
        let request = request.clone();
        let sends = tokio::spawn(async move {
            client.write_all(request.as_bytes()).await.unwrap();
            while client.write_all(&[b'x'; 16 * 1024]).await.is_ok() {
                sleep(pause).await;
            }
        });
        connection::answer(server, limit).await;
        sends.await.unwrap();
    }
}

#[tokio::test]
async fn clients_that_say_nothing_keep_others_in_the_queue_and_out_of_memory() {
    let answering = Answering::begin();
    let mut silent = Vec::new();
    for _ in 0..PLACES {
        silent.push(answering.connect().await);
    }
    while answering.free.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let mut next = answering.connect().await;
    let mut answer = pin!(async {
        let request = format!("{GET}\r\n");
        ask(&mut next, request.as_bytes()).await
    });
    // A request that was taken would be answered within a few turns.
    for _ in 0..100 {
        assert!((&mut answer).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    silent.pop();
    let answer = answer.await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn a_connection_that_was_accepted_is_answered_and_any_other_is_left_in_the_queue() {
    let answering = Answering::begin();
    let mut accepted = answering.connect().await;
    while answering.free.available_permits() == PLACES - 1 {
        tokio::task::yield_now().await;
    }
    accepted.write_all(&GET.as_bytes()[..9]).await.unwrap();
    answering.task.abort();
    assert!(answering.task.await.unwrap_err().is_cancelled());

    let mut waits = TcpStream::connect(answering.address).await.unwrap();
    waits.write_all(format!("{GET}\r\n").as_bytes()).await.unwrap();
    let answer = ask(&mut accepted, format!("{}\r\n", &GET[9..]).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let isso = TcpListener::from_std(answering.socket).unwrap();
    let (mut taken, _) = isso.accept().await.unwrap();
    let mut request = vec![0; GET.len()];
    taken.read_exact(&mut request).await.unwrap();
    assert_eq!(request, GET.as_bytes());
}
