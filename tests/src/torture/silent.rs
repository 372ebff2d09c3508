//! Servers that accept connections and never answer, and a website that answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A server that accepts and never answers: a mail server or website behind a bad firewall.
#[derive(Debug)]
pub struct Silent {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    /// Listens on a free port for as long as the tests run.
    pub fn start() -> Self {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let connections = taken.clone();
        let address = listen(move |stream| {
            let mut connections = connections.lock().expect("no thread panics with it");
            connections.push(stream);
        });
        Self { address, taken }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections it has taken.
    pub fn taken(&self) -> usize {
        self.taken.lock().expect("no thread panics with it").len()
    }
}

/// A website that answers at once, so that Isso tries no other when it starts.
pub fn website() -> u16 {
    let address = listen(|mut stream| {
        // A client that leaves is not our concern.
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    address.port()
}

fn listen(mut take: impl FnMut(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            take(stream);
        }
    });
    address
}
