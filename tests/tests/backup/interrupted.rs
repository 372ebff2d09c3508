//! Backups and restores that are killed or ended, or that meet another command.

mod backup;
mod restore;

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::process::Child;

use isso_tests::Site;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn send(child: &Child, signal: Signal) {
    let pid = child.id().try_into().expect("process ids are small");
    kill(Pid::from_raw(pid), signal).expect("it is there");
}

/// A request to the API of `up`, without a client that would read the answer.
fn ask_api(site: &Site, method_and_route: &str, body: &Value) -> UnixStream {
    let socket = UnixStream::connect(site.data().join("api.sock")).expect("`up` is there");
    let body = body.to_string();
    write!(
        &socket,
        "{method_and_route} HTTP/1.1\r\nHost: issoctl\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("`up` reads");
    socket
}
