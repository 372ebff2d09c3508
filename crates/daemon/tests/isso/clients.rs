//! Clients that send slowly, or nothing.

#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

use std::net::SocketAddr;

use isso_daemon::probe;
use isso_lifecycle::{Daemon, DaemonEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::common::{Rig, Site, booted, get, group, until};

const COMMENT: &str = r#"{"text": "written slowly", "title": "A page"}"#;

/// A comment whose text is still to come.
struct SlowComment(TcpStream);

impl SlowComment {
    /// Returns once a worker has the request.
    async fn begin(address: SocketAddr, page: usize) -> SlowComment {
        let head = format!(
            "POST /new?uri=/slow-{page} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
            COMMENT.len()
        );
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        // gunicorn says so once a worker has the request, which then waits for the body.
        let expected = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; expected.len()];
        connection.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, expected);
        SlowComment(connection)
    }

    async fn end(mut self) {
        self.0.write_all(COMMENT.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }
}

#[tokio::test]
async fn a_stop_lets_a_request_in_flight_finish() {
    let site = Site::new();
    let rig = Rig::serving(&site).await;
    until("four workers", || booted(rig.pid()) == 4).await;
    let comment = SlowComment::begin(rig.address, 0).await;

    let pid = rig.pid();
    let mut supervisor = rig.supervisor;
    let stop = tokio::spawn(async move { supervisor.stop().await.unwrap() });
    until("the end of the idle workers", || group(pid).len() == 2).await;
    comment.end().await;
    stop.await.unwrap();
    assert_eq!(group(pid), Vec::<i32>::new());
}

#[tokio::test]
async fn connections_without_a_request_hold_nothing_up() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(TcpStream::connect(rig.address).await.unwrap());
    }
    probe(rig.address).await.unwrap();
    until("the last answer", || rig.monitor.status().connections == Some(0)).await;
    site.settings("[moderation]\nenabled = false");
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert!(!probe(rig.address).await.unwrap().moderation);
    let status = rig.monitor.status();
    assert_eq!((status.generation, status.restarts), (2, 0));
    until("the old generation's end", || rig.monitor.status().finishing.is_none()).await;
    // Those that send something at last are answered.
    let mut late = idle.pop().unwrap();
    late.write_all(b"GET /info HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    late.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains(" 200 OK"), "{answer}");
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn clients_that_keep_every_worker_are_not_cut_off() {
    let site = Site::new();
    site.settings("[guard]\nenabled = false");
    let mut rig = Rig::serving(&site).await;
    let mut comments = Vec::new();
    for page in 0..4 {
        comments.push(SlowComment::begin(rig.address, page).await);
    }
    assert_eq!(rig.monitor.status().connections, Some(4));
    let address = rig.address;
    let visitor = tokio::task::spawn_blocking(move || get(address, "/info"));
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    let answer = visitor.await.unwrap().unwrap();
    assert!(answer.contains(" 200 OK"), "{answer}");
    let status = rig.monitor.status();
    assert_eq!((status.generation, status.restarts), (2, 1));
    let reason = status.last_exit.unwrap();
    assert!(reason.contains("each waits for a client, or hangs"), "{reason}");
    let finishing = status.finishing.unwrap();
    assert_eq!((finishing.generation, finishing.connections), (1, 4));
    for comment in comments {
        comment.end().await;
    }
    until("the old generation's end", || rig.monitor.status().finishing.is_none()).await;
    rig.supervisor.stop().await.unwrap();
}
