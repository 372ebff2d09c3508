//! Nothing survives a supervisor that is killed.
//!
//! The program is both the test and the supervisor that it kills, hence without a test harness.

#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use common::{Rig, Site, get, group, until};
use isso_daemon::Listener;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some("supervise") {
        supervise().await;
    } else {
        // The moment of the kill is another each time: workers are still being forked.
        for _ in 0..5 {
            killed().await;
        }
        println!("test nothing_survives_a_killed_supervisor ... ok");
    }
}

/// Runs Isso until it is killed, and tells where.
async fn supervise() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    rig.start().await;
    println!("{} {}", rig.pid(), rig.address);
    std::future::pending::<()>().await;
}

async fn killed() {
    let mut supervisor = Command::new(std::env::current_exe().unwrap())
        .arg("supervise")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(supervisor.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let (pid, address) = line.trim_end().split_once(' ').expect("Isso got ready");
    let (pid, address) = (pid.parse().unwrap(), address.parse().unwrap());
    assert!(get(address, "/info").unwrap().contains(" 200 OK"));

    supervisor.kill().unwrap();
    supervisor.wait().unwrap();
    // The next supervisor gets the port while the old gunicorn is still on its way out.
    Listener::bind(address).await.unwrap();
    until("the end of every process", || group(pid).is_empty()).await;
}
