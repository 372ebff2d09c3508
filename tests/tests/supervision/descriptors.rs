//! Clients and visitors leave a host the descriptors that it needs to start Isso.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use isso_tests::{ANY_PORT, Site, wait_for};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

/// Runs `up` with 64 descriptors.
fn with_few_descriptors(site: &Site) -> Child {
    let up = site.command(&["up", "--listen", ANY_PORT]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(up.get_program())
        .args(up.get_args())
        .env("ISSOCTL_RUNTIME", isso_tests::runtime())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    script.spawn().expect("sh runs")
}

#[test]
fn clients_of_the_api_leave_the_descriptors_that_a_start_takes() {
    let site = Site::new();
    site.set_password();
    let mut up = with_few_descriptors(&site);
    let address = site.address();
    let master = |status: &Value| status["supervisor"]["pid"].as_i64().unwrap_or_default();
    let status = site.wait_for_status(|status| status["serving"] == true);
    let followers: Vec<_> = (0..80)
        .map_while(|_| {
            let mut client = UnixStream::connect(site.data().join("api.sock")).ok()?;
            let request = "GET /v1/logs?lines=1&follow=true HTTP/1.1\r\nHost: x\r\n\r\n";
            client.write_all(request.as_bytes()).ok()?;
            Some(client)
        })
        .collect();
    // If many clients come at once, some connections are closed without an answer.
    wait_for(
        || {
            let output = site.run(&["status"]);
            let told = String::from_utf8_lossy(&output.stderr);
            let is_told = told.contains("takes no more") && told.contains("logs -f");
            (is_told && output.status.code() == Some(1)).then_some(())
        },
        || "no client is told that it is one too many".into(),
    );

    let old = Pid::from_raw(master(&status).try_into().expect("it is small"));
    // With its workers, one of which might answer in place of the next gunicorn.
    killpg(old, Signal::SIGKILL).expect("the master is there");
    let answers = || {
        let mut visitor = TcpStream::connect(address).ok()?;
        visitor.write_all(b"GET /info HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).ok()?;
        answer.contains(" 200 OK").then_some(())
    };
    wait_for(answers, || "Isso is not started again".into());
    drop(followers);
    let status = site.wait_for_status(|status| status["serving"] == true);
    assert_ne!(master(&status), i64::from(old.as_raw()));
    up.kill().expect("it is ours");
    up.wait().expect("it is ours");
}

#[test]
fn visitors_who_are_answered_before_isso_runs_leave_the_descriptors_that_a_start_takes() {
    let site = Site::new();
    let mut up = with_few_descriptors(&site);
    let address = site.address();
    let answers = || {
        let mut visitor = TcpStream::connect(address).ok()?;
        visitor.write_all(b"GET /info HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).ok()?;
        answer.contains(" 503 ").then_some(())
    };
    wait_for(answers, || "nothing is answered before Isso runs".into());
    let descriptors = format!("/proc/{}/fd", up.id());
    let count = || fs::read_dir(&descriptors).map_or(0, Iterator::count);
    let before = count();
    // No request is complete, so that the host waits for each.
    let slow: Vec<_> = (0..80)
        .map_while(|_| {
            let mut visitor = TcpStream::connect(address).ok()?;
            visitor.write_all(b"GET /info HTTP/1.1\r\n").ok()?;
            Some(visitor)
        })
        .collect();
    wait_for(
        || (count() >= before + 4).then_some(()),
        || "slow visitors are not let in".into(),
    );
    // Opens files, in the host.
    site.ok(&["config", "show"]);
    drop(slow);
    site.ok(&["action", "run", "set-admin-password"]);
    site.wait_for_status(|status| status["serving"] == true);
    up.kill().expect("it is ours");
    up.wait().expect("it is ours");
}
