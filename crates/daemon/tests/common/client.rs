//! A client of Isso, which shows a whole answer.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use super::PATIENCE;

/// Asks for a page and returns the whole answer.
pub fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    ask(address, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
}

/// Asks for a page until the answer has this status, and returns it. No connection may be reset meanwhile.
pub async fn answered_with(address: SocketAddr, status: &str) -> String {
    let status = format!(" {status} ");
    let asks = tokio::task::spawn_blocking(move || {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match get(address, "/info") {
                Ok(answer) if answer.contains(&status) => return answer,
                Ok(_) => {}
                // The socket opens with the first start, or with the first answer.
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused),
            }
            assert!(Instant::now() < give_up, "no answer is{status}");
        }
    });
    asks.await.unwrap()
}

/// Nothing but a program that took over answers: each of some requests gets this status.
pub async fn all_answered_with(address: SocketAddr, status: &str) {
    let status = format!(" {status} ");
    let asks = move || {
        for _ in 0..30 {
            let answer = get(address, "/info").unwrap();
            assert!(answer.contains(&status), "{answer}");
        }
    };
    tokio::task::spawn_blocking(asks).await.unwrap();
}

/// Sends a request and returns the whole answer.
pub fn ask(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
