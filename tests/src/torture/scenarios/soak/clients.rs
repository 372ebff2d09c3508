//! Clients that are slow, send garbage, or follow the log and are killed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

use crate::torture::keeper::issoctl;
use crate::torture::{Deployment, Load, Shape};

/// Clients on threads of their own, which go on until [`Clients::end`].
pub struct Clients {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    load: Load,
}

impl Clients {
    pub fn start(deployment: &Deployment) -> Clients {
        let stop = Arc::new(AtomicBool::new(false));
        let address = deployment.address;
        let mut threads: Vec<_> = (0..2).map(|_| again(&stop, move || rude(address))).collect();
        let folder = deployment.folder().to_owned();
        threads.push(again(&stop, move || follow(issoctl(&folder))));
        Clients {
            stop,
            threads,
            load: Load::start(address, Shape::Mixed(10)),
        }
    }

    pub fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("a client goes on");
        }
        // Requests fail while their worker or its master is killed; how many is measured elsewhere.
        self.load.finish();
    }
}

fn again(stop: &Arc<AtomicBool>, work: impl Fn() + Send + 'static) -> JoinHandle<()> {
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            work();
        }
    })
}

/// Half a comment, no request at all, a head without end, and a client that sends nothing.
fn rude(address: SocketAddr) {
    let endless = [b"GET / HTTP/1.1\r\nX: ", &[b'x'; 64 * 1024][..]].concat();
    let parts: [&[u8]; 4] = [
        b"POST /new?uri=/x HTTP/1.1\r\nHost: isso\r\nContent-Length: 100000\r\n\r\n{\"text\": ",
        &[0, 0xff, 0x16, 3, 1, 2, 0, 1, b'\r', b'\n', b'\r', b'\n'],
        &endless,
        b"",
    ];
    for part in parts {
        let Ok(mut stream) = TcpStream::connect(address) else {
            sleep(Duration::from_millis(100));
            continue;
        };
        let wait = stream.set_read_timeout(Some(Duration::from_secs(1)));
        wait.expect("a second is no strange time");
        // Whatever the answer is, it does not matter here.
        let _ = stream.write_all(part);
        let _ = stream.read(&mut [0; 4096]);
    }
}

/// Follows the log for a while, and is killed.
fn follow(mut issoctl: Command) {
    issoctl.args(["logs", "--follow"]).stdin(Stdio::null());
    issoctl.stdout(Stdio::null()).stderr(Stdio::null());
    let mut follower = issoctl.spawn().expect("issoctl runs");
    sleep(Duration::from_millis(700));
    // It ends by itself where no `up` runs.
    let _ = follower.kill();
    follower.wait().expect("it is our child");
}
