//! What the supervisor does for gunicorn and with it, seen by a script in gunicorn's place.

mod common;

#[path = "stand_in/stops.rs"]
mod stops;

use std::time::Duration;

use common::{PATIENCE, Rig, Site, all_answered_with, answered_with, executable};
use isso_daemon::{Phase, SupervisorConfig};
use isso_lifecycle::{Daemon, DaemonEvent};

/// Starts the script, which ends, and expects it not to get ready, for a reason that says all the parts.
async fn check_failure(script: &str, reason: &[&str]) {
    let said = failure(script, PATIENCE).await;
    assert!(reason.iter().all(|part| said.contains(part)), "{said}");
}

/// Starts the script, which does not end, and expects it to be given up, for a reason that says all the parts.
/// On a busy machine the limit may be over before Python has started, so then the limit is a longer one.
async fn check_given_up(script: &str, reason: &[&str]) {
    let mut limit = Duration::from_secs(1);
    loop {
        let said = failure(script, limit).await;
        assert!(said.contains("not ready within"), "{said}");
        if reason.iter().all(|part| said.contains(part)) {
            return;
        }
        limit *= 2;
        assert!(limit < PATIENCE, "{said}");
    }
}

/// Starts the script, which does not get ready, and returns the reason.
async fn failure(script: &str, ready_within: Duration) -> String {
    let site = Site::new();
    let program = site.stand_in(script);
    let mut rig = Rig::with(&site, program, ready_within, SupervisorConfig::STOP_WITHIN).await;
    let said = rig.fail().await;
    assert_eq!(rig.monitor.status().last_exit.as_deref(), Some(said.as_str()));
    assert_eq!(rig.event().await, DaemonEvent::RestartDue);
    rig.supervisor.stop().await.expect("the supervisor is there");
    said
}

#[tokio::test]
async fn the_child_gets_the_listening_socket_and_nothing_else() {
    let site = Site::new();
    let script = "
listener = socket.fromfd(fd, socket.AF_INET, socket.SOCK_STREAM)
print('port', listener.getsockname()[1])
print('listens', listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
listener.close()
open_files = [os.readlink(f'/proc/self/fd/{n}') for n in range(64) if os.path.exists(f'/proc/self/fd/{n}')]
print('sockets', sum(name.startswith('socket:') for name in open_files))
print('leads its group', os.getpgrp() == os.getpid())
print('folder', os.getcwd())
print('arguments', *sys.argv[1:-2])
print('settings', open(os.environ['ISSO_SETTINGS']).read().split()[0])
print('input', repr(sys.stdin.read()), flush=True)
print('to stderr', file=sys.stderr, flush=True)
serve()";
    let mut rig = Rig::new(&site, site.stand_in(script)).await;
    rig.start().await;
    let port = rig.address.port();
    let lines = rig.log.tail(50);
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    let expected = [
        &format!("port {port}"),
        "listens 1",
        "sockets 1",
        "leads its group True",
        "folder /",
        "arguments an argument",
        "settings [general]",
        "input ''",
        "to stderr",
    ];
    assert_eq!(texts, expected);
    assert!(lines.iter().all(|line| line.generation == 1));
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn ready_is_not_enough() {
    let status = "503 Service Unavailable";
    check_given_up(&format!("serve(info='{status}')"), &["/info", "503"]).await;
    let status = "500 Internal Server Error";
    check_given_up(
        &format!("serve(thread='{status}')"),
        &["cannot read its database", "500"],
    )
    .await;
}

#[tokio::test]
async fn a_program_that_never_gets_ready_is_given_up() {
    check_given_up("signal.pause()", &[]).await;
}

#[tokio::test]
async fn a_program_that_ends_says_why_with_its_exception() {
    check_failure("raise KeyError('oops')", &["exit status 1: KeyError: 'oops'"]).await;
    check_failure("os.kill(os.getpid(), signal.SIGSEGV)", &["killed by SIGSEGV"]).await;
}

#[tokio::test]
async fn a_program_that_cannot_be_run_is_named() {
    let site = Site::new();
    let program = isso_daemon::Program::new("/no/such/gunicorn", ["x"]);
    let reason = Rig::new(&site, program).await.fail().await;
    assert!(reason.starts_with("cannot run /no/such/gunicorn: "), "{reason}");
}

#[tokio::test]
async fn requests_are_answered_until_a_program_is_there_that_answers() {
    // Nothing was ever started, as before there is a password.
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("serve()")).await;
    let answer = answered_with(rig.address, "503").await;
    assert!(answer.contains("retry-after: "), "{answer}");
    rig.start().await;
    all_answered_with(rig.address, "200").await;
    rig.supervisor.stop().await.unwrap();
    answered_with(rig.address, "503").await;
}

#[tokio::test]
async fn requests_are_answered_while_a_start_takes_long_and_readiness_is_not_told_by_that_answer() {
    let site = Site::new();
    let ready = site.path("ready");
    let script = format!("import time\nwhile not os.path.exists({ready:?}): time.sleep(0.01)\nserve()");
    let mut rig = Rig::new(&site, site.stand_in(&script)).await;
    rig.supervisor.start().await.unwrap();
    answered_with(rig.address, "503").await;
    assert_eq!(rig.monitor.status().phase, Phase::Starting);
    executable(&ready, "");
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    all_answered_with(rig.address, "200").await;
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn requests_are_answered_while_starts_keep_failing() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("sys.exit('no')")).await;
    rig.fail().await;
    let address = rig.address;
    let answer = answered_with(address, "503");
    let restarts = async {
        loop {
            assert_eq!(rig.event().await, DaemonEvent::RestartDue);
            rig.fail().await;
        }
    };
    tokio::select! {
        _ = answer => {}
        () = restarts => {}
    }
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn a_panic_ends_neither_the_supervisor_nor_what_serves() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("serve()")).await;
    rig.settings.panic_once();
    let reason = rig.fail().await;
    assert!(reason.contains("a bug in issoctl"), "{reason}");
    rig.restart().await;
    let pid = rig.pid();
    rig.settings.panic_once();
    rig.supervisor.reload().await.unwrap();
    // The panics follow each other, so what serves is replaced: it might be what panics.
    rig.exited().await;
    rig.restart().await;
    assert_ne!(rig.pid(), pid);
    rig.supervisor.stop().await.unwrap();

    let mut rig = Rig::new(&site, site.stand_in("serve()")).await;
    rig.start().await;
    let pid = rig.pid();
    rig.settings.panic_once();
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_eq!(rig.pid(), pid, "it goes on");
    rig.supervisor.stop().await.unwrap();
}
