//! Nothing survives a supervisor that is killed.
//!
//! The program is both the test and the supervisor that it kills, hence without a test harness.

#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use common::{Rig, Site, get, group, until};
use isso_daemon::Listener;
use isso_lifecycle::Daemon;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("supervise") => supervise().await,
        Some("begin") => begin().await,
        _ => {
            let own = std::env::current_exe().unwrap();
            // The moment of the kill is another each time: workers are still being forked.
            for _ in 0..5 {
                killed(Command::new(&own).arg("supervise")).await;
            }
            println!("test nothing_survives_a_killed_supervisor ... ok");
            // As in a script that says `issoctl up &`; gunicorn has no handlers yet.
            for _ in 0..5 {
                let in_background = ["-c", "trap '' QUIT; exec \"$0\" begin"];
                killed(Command::new("sh").args(in_background).arg(&own)).await;
            }
            println!("test no_process_survives_a_supervisor_that_ignores_signals ... ok");
        }
    }
}

/// Runs Isso until it is killed, and tells where.
async fn supervise() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    rig.start().await;
    assert!(get(rig.address, "/info").unwrap().contains(" 200 OK"));
    println!("{} {}", rig.pid(), rig.address);
    std::future::pending::<()>().await;
}

/// Begins to run Isso, and tells where before it serves.
async fn begin() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    let (monitor, address) = (rig.monitor.clone(), rig.address);
    rig.supervisor.start().await.unwrap();
    until("a gunicorn", || monitor.status().pid.is_some()).await;
    println!("{} {address}", rig.pid());
    std::future::pending::<()>().await;
}

async fn killed(supervisor: &mut Command) {
    // What is killed leaves its folders, here.
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = supervisor
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(supervisor.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let (pid, address) = line.trim_end().split_once(' ').expect("Isso got ready");
    let (pid, address) = (pid.parse().unwrap(), address.parse().unwrap());
    supervisor.kill().unwrap();
    supervisor.wait().unwrap();
    // The next supervisor gets the port while the old gunicorn is still on its way out.
    Listener::bind(address).await.unwrap();
    until("the end of every process", || group(pid).is_empty()).await;
}
