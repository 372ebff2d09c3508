//! Settings that change while Isso runs, for better and for worse.

#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

use std::fs;

use isso_daemon::{Phase, Program, probe};
use isso_lifecycle::{Daemon, DaemonEvent};
use nix::sys::signal::Signal;

use super::common::{Rig, Site, booted, get, group, runtime, until};
use super::{Visitor, signal};

#[tokio::test]
async fn a_reload_reads_the_settings_anew_and_fails_no_request() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let old = rig.pid();
    let visitor = Visitor::at(rig.address);
    let settings = fs::read_to_string(site.path("isso.cfg")).unwrap();
    site.raw_settings(&settings.replace("127.0.0.1:1/", "127.0.0.1:2/"));
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_eq!(booted(rig.pid()), 4);
    assert!(get(rig.address, "/info").unwrap().contains("127.0.0.1:2"));
    until("the end of the old generation", || group(old).is_empty()).await;
    for answer in visitor.leave() {
        let answer = answer.unwrap();
        assert!(answer.contains(" 200 OK"), "{answer}");
    }
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn gunicorn_is_found_behind_a_script_that_waits_for_it() {
    let site = Site::new();
    let script = format!(
        "'{}' -c '{}' -w 4 --preload isso.run \"$@\"; exit $?",
        runtime("bin/gunicorn").display(),
        runtime("bin/gunicorn.conf.py").display()
    );
    let mut rig = Rig::new(&site, Program::new("/bin/sh", ["-c", &script, "sh"])).await;
    rig.start().await;
    let old = rig.pid();
    until("four workers", || rig.monitor.status().workers == Some(4)).await;
    site.settings("[moderation]\nenabled = false");
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_ne!(rig.pid(), old);
    assert!(!probe(rig.address).await.unwrap().moderation);
    // The script is told nothing, so that it waits and says how gunicorn has ended.
    let (said, _) = rig.log.subscribe(500);
    let told = format!("[{old}] [INFO] Handling signal: term");
    assert!(said.iter().any(|line| line.text.contains(&told)), "{said:#?}");
    rig.supervisor.stop().await.unwrap();
    assert_eq!(rig.monitor.status().phase, Phase::Stopped);
}

#[tokio::test]
async fn broken_settings_are_told_with_the_python_error_and_mended_by_a_reload() {
    let site = Site::new();
    site.settings("[moderation]\nenabled = perhaps");
    let mut rig = Rig::new(&site, site.gunicorn()).await;
    let reason = rig.fail().await;
    assert!(reason.ends_with(": ValueError: Not a boolean: perhaps"), "{reason}");
    assert_eq!(rig.event().await, DaemonEvent::RestartDue);
    site.settings("[moderation]\nenabled = yes");
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn settings_that_isso_refuses_leave_the_old_generation_serving() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let old = rig.pid();
    let visitor = Visitor::at(rig.address);
    site.settings("[moderation]\nenabled = perhaps");
    rig.supervisor.reload().await.unwrap();
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert_eq!(rig.pid(), old);
    assert_eq!(rig.monitor.status().phase, Phase::Serving);
    let told = rig.settings.reports();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("Not a boolean: perhaps"), "{told:?}");
    for answer in visitor.leave() {
        assert!(answer.unwrap().contains(" 200 OK"));
    }
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn changes_during_a_reload_become_one_more() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    for port in 2..=9 {
        let settings = fs::read_to_string(site.path("isso.cfg")).unwrap();
        let before = format!("127.0.0.1:{}/", port - 1);
        site.raw_settings(&settings.replace(&before, &format!("127.0.0.1:{port}/")));
        rig.supervisor.reload().await.unwrap();
    }
    assert_eq!(rig.event().await, DaemonEvent::Ready);
    assert!(get(rig.address, "/info").unwrap().contains("127.0.0.1:9"));
    assert!(rig.monitor.status().generation <= 3);
    rig.supervisor.stop().await.unwrap();
}

#[tokio::test]
async fn a_crash_is_mended_with_the_settings_before_and_the_change_follows() {
    let site = Site::new();
    let mut rig = Rig::serving(&site).await;
    let settings = fs::read_to_string(site.path("isso.cfg")).unwrap();
    site.raw_settings(&settings.replace("127.0.0.1:1/", "127.0.0.1:2/"));
    rig.supervisor.reload().await.unwrap();
    until("the successor", || rig.monitor.status().phase == Phase::Reloading).await;
    signal(rig.pid(), Signal::SIGKILL);
    assert_eq!(rig.exited().await, "Isso was killed by SIGKILL");
    rig.restart().await;
    assert_eq!(rig.settings.reports(), ["in force", "in force", "in force"]);
    assert!(get(rig.address, "/info").unwrap().contains("127.0.0.1:2"));
    rig.supervisor.stop().await.unwrap();
}
