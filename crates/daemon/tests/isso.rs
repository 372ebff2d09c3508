//! Real Isso under the supervisor.

mod common;

#[path = "isso/changes.rs"]
mod changes;
#[path = "isso/clients.rs"]
mod clients;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use common::{PATIENCE, Rig, Site, all_answered_with, answered_with, ask, booted, get, group, until};
use isso_daemon::{Phase, probe};
use isso_lifecycle::{Daemon, DaemonEvent};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusqlite::Connection;

fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).expect("the process is there");
}

/// A visitor who asks for `/info` without a pause.
struct Visitor {
    stop: Arc<AtomicBool>,
    answers: JoinHandle<Vec<io::Result<String>>>,
}

impl Visitor {
    fn at(address: SocketAddr) -> Visitor {
        let stop = Arc::new(AtomicBool::new(false));
        let leaving = Arc::clone(&stop);
        let answers = thread::spawn(move || {
            let mut answers = Vec::new();
            while !leaving.load(Ordering::Relaxed) {
                answers.push(get(address, "/info"));
            }
            answers
        });
        Visitor { stop, answers }
    }

    fn leave(self) -> Vec<io::Result<String>> {
        self.stop.store(true, Ordering::Relaxed);
        self.answers.join().expect("the visitor does not panic")
    }
}

/// Writes a comment and returns the whole answer.
fn comment(address: SocketAddr, page: usize) -> io::Result<String> {
    let body = r#"{"text": "a comment", "title": "A page"}"#;
    let head = format!(
        "POST /new?uri=/page-{page} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    ask(address, &format!("{head}\r\n{body}"))
}

/// Whether the last request that failed has found the database locked.
fn is_locked(rig: &Rig) -> bool {
    let failed = rig.monitor.status().failed_requests.last;
    failed.is_some_and(|it| it.exception == "sqlite3.OperationalError: database is locked")
}

#[tokio::test]
async fn the_first_start_ends_with_isso_answering() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let info = probe(rig.address).await.unwrap();
    assert_eq!((info.version.as_str(), info.moderation), ("0.14.0", true));
    until("four workers", || rig.monitor.status().workers == Some(4)).await;
    let status = rig.monitor.status();
    assert_eq!(
        (status.phase, status.generation, status.restarts),
        (Phase::Serving.into(), 1, 0)
    );
    assert!(site.path("db/comments.db.exists").exists());
    let pid = rig.pid();
    rig.supervisor.stop().await.unwrap();
    assert_eq!(group(pid), Vec::<i32>::new());
    rig.supervisor.stop().await.unwrap();
    rig.start().await;
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn every_worker_takes_comments_from_the_start_with_moderation() {
    for _ in 0..5 {
        let site = Site::new();
        // One visitor would be told to wait between two comments.
        site.settings("[moderation]\nenabled = true\n[guard]\nenabled = false");
        let mut rig = Rig::serving(&site).await;
        let address = rig.address;
        // A page each: of two first comments on one page at the same instant, Isso refuses one with a 500.
        let visitors: Vec<_> = (0..12)
            .map(|page| thread::spawn(move || comment(address, page)))
            .collect();
        for (page, visitor) in visitors.into_iter().enumerate() {
            let answer = visitor.join().expect("the visitor does not panic");
            let mut answer = answer.expect("no worker hangs");
            // Beside other workers that save, on a busy machine, a worker may wait for the five seconds after which
            // Isso gives up.
            for _ in 0..3 {
                let status = answer.lines().next().unwrap_or_default();
                if !status.contains(" 500 ") {
                    break;
                }
                until("a database that is locked", || is_locked(&rig)).await;
                answer = comment(address, page).expect("no worker hangs");
            }
            assert!(answer.contains(" 202 ACCEPTED"), "{answer}");
        }
        rig.supervisor.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_start_does_not_wait_until_old_comments_are_cleared_and_they_are() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    rig.supervisor.stop().await.unwrap();
    let database = Connection::open(site.database()).unwrap();
    let waiting = "INSERT INTO threads (uri) VALUES ('/'); INSERT INTO comments (tid, created, mode, text, voters)
        VALUES (1, 0, 2, 'never approved', x'00')";
    database.execute_batch(waiting).unwrap();
    // To clear takes as long as another has the database, or as the comments are many.
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    rig.start().await;
    let (said, _) = rig.log.subscribe(500);
    let mut texts = said.iter().map(|line| &line.text);
    assert_eq!(texts.find(|text| text.contains("still clearing")), None);
    database.execute_batch("COMMIT").unwrap();
    until("the end of the old comment", || {
        let count = "SELECT count(*) FROM comments";
        let left: i64 = database.query_row(count, [], |row| row.get(0)).unwrap();
        left == 0
    })
    .await;
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_master_is_replaced_and_no_connection_is_refused() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let visitor = Visitor::at(rig.address);
    for round in 1..=5 {
        let pid = rig.pid();
        signal(pid, Signal::SIGKILL);
        assert_eq!(rig.exited().await, "Isso was killed by SIGKILL");
        rig.restart().await;
        assert_eq!(rig.monitor.status().restarts, round);
        until("the end of the orphaned workers", || group(pid).is_empty()).await;
    }
    let answers = visitor.leave();
    let refused = |answer: &io::Result<String>| {
        answer
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    };
    assert!(!answers.iter().any(refused));
    assert!(
        answers
            .iter()
            .any(|a| a.as_ref().is_ok_and(|text| text.contains(" 200 OK")))
    );
    rig.supervisor.stop().await.unwrap();
}

/// Lets visitors ask without a pause while Isso is started and stopped so often, and returns how many answers
/// they got. Each of their requests must be answered, by Isso or with 503.
async fn check_handover(visitors: usize, times: usize) -> usize {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    answered_with(rig.address, "503").await;
    let visitors: Vec<_> = (0..visitors).map(|_| Visitor::at(rig.address)).collect();
    for _ in 0..times {
        rig.start().await;
        all_answered_with(rig.address, "200").await;
        rig.supervisor.stop().await.expect("the supervisor is there");
        answered_with(rig.address, "503").await;
    }
    // Their last requests are still to be answered, from this thread.
    let leave = || visitors.into_iter().flat_map(Visitor::leave).collect();
    let answers: Vec<_> = tokio::task::spawn_blocking(leave).await.expect("no visitor panics");
    let mut counts = BTreeMap::new();
    for answer in answers {
        let answer = answer.expect("no connection is refused or reset");
        let status = answer.split(' ').nth(1).map(str::to_owned);
        *counts.entry(status.unwrap_or_default()).or_default() += 1;
    }
    println!("{counts:?}");
    let statuses: Vec<_> = counts.keys().map(String::as_str).collect();
    assert_eq!(statuses, ["200", "503"]);
    counts.values().sum()
}

#[tokio::test]
async fn no_request_is_lost_when_isso_takes_over_and_when_it_goes() {
    check_handover(4, 1).await;
}

#[tokio::test]
#[ignore = "the same for a minute"]
async fn no_request_of_ten_thousand_is_lost_when_isso_takes_over_and_when_it_goes() {
    let answers = check_handover(8, 10).await;
    assert!(answers >= 10_000, "{answers}");
}

#[tokio::test]
async fn workers_that_hang_are_replaced_once_a_client_waits() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let old = rig.pid();
    until("four workers", || booted(old) == 4).await;
    let workers = group(old).into_iter().filter(|pid| *pid != old);
    let workers: Vec<_> = workers.collect();
    for worker in &workers {
        signal(*worker, Signal::SIGSTOP);
    }
    let address = rig.address;
    let answer = tokio::task::spawn_blocking(move || get(address, "/info"));
    let answer = answer.await.unwrap().unwrap();
    assert!(answer.contains(" 200 OK"), "{answer}");
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_ne!(rig.pid(), old);
    let reason = rig.monitor.status().last_exit.unwrap();
    assert!(reason.contains("hang"), "{reason}");
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn workers_whose_successors_fail_are_looked_at_again() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let old = rig.pid();
    until("four workers", || booted(old) == 4).await;
    for worker in group(old).into_iter().filter(|pid| *pid != old) {
        signal(worker, Signal::SIGSTOP);
    }
    // Those who take their place find settings that they do not start with.
    let good = fs::read_to_string(site.path("isso.cfg")).unwrap();
    site.settings("[moderation]\nenabled = perhaps");
    let address = rig.address;
    let answer = tokio::task::spawn_blocking(move || get(address, "/info"));
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_eq!(rig.pid(), old);
    site.raw_settings(&good);
    let answer = answer.await.unwrap().unwrap();
    assert!(answer.contains(" 200 OK"), "{answer}");
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn a_syntax_error_does_not_tell_the_password() {
    let site = Site::new();
    site.raw_settings("password = hunter3\n[general]\n");
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    let reason = rig.fail().await;
    assert!(reason.contains("MissingSectionHeaderError"), "{reason}");
    assert!(!reason.contains("hunter"), "{reason}");
}

#[tokio::test]
async fn a_lost_database_is_not_replaced_by_an_empty_one() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    rig.supervisor.stop().await.unwrap();
    fs::remove_file(site.database()).unwrap();
    let reason = rig.fail().await;
    assert!(reason.contains("is gone; restore a backup"), "{reason}");
    assert!(!site.database().exists());
    assert_eq!(rig.event().await, DaemonEvent::RestartDue);
    fs::remove_file(site.path("db/comments.db.exists")).unwrap();
    rig.start().await;
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn the_environment_holds_nothing_but_what_isso_may_see() {
    let site = Site::new();
    let program = site
        .gunicorn()
        .variables([("PYTHONUTF8".into(), "1".into()), ("X".into(), "secret".into())]);
    assert!(!format!("{program:?}").contains("secret"));
    let mut rig = Rig::new(&site, program).await;
    rig.start().await;
    let environment = fs::read_to_string(format!("/proc/{}/environ", rig.pid())).unwrap();
    let mut variables: BTreeMap<_, _> = environment
        .split_terminator('\0')
        .filter_map(|v| v.split_once('='))
        .collect();
    assert!(
        variables
            .remove("NOTIFY_SOCKET")
            .is_some_and(|name| name.starts_with('@'))
    );
    let settings = variables.remove("ISSO_SETTINGS");
    assert!(settings.is_some_and(|path| path.starts_with("/proc/self/fd/")));
    assert_eq!(
        variables,
        BTreeMap::from([("PYTHONUTF8", "1"), ("X", "secret"), ("NAMED", "by the settings")])
    );
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn a_gunicorn_that_was_halted_is_stopped_all_the_same() {
    let site = Site::new();
    let soon = Duration::from_millis(500);
    let mut rig = Rig::with(&site, site.gunicorn(), PATIENCE, soon).await;
    rig.start().await;
    let pid = rig.pid();
    signal(pid, Signal::SIGSTOP);
    rig.supervisor.stop().await.unwrap();
    assert_eq!(group(pid), Vec::<i32>::new());
}
