//! Processes that die, are stopped or lose what they need, and what becomes of Isso then.

use std::fs;
use std::net::TcpStream;

use isso_tests::{Site, Visitor, wait_for};
use nix::sys::signal::{Signal, kill};
use serde_json::Value;

#[tokio::test]
async fn a_killed_master_is_replaced_and_the_port_stays_open() {
    let site = Site::new();
    let up = site.serving();
    for _ in 0..3 {
        let master = up.master();
        kill(master, Signal::SIGKILL).expect("the master is there");
        up.wait_for_status(|status| {
            TcpStream::connect(up.address()).expect("no connection is refused");
            let supervisor = &status["supervisor"];
            let is_replaced = supervisor["phase"] == "serving" && supervisor["pid"] != master.as_raw();
            status["state"] == "serving" && is_replaced
        });
    }
    let answer = Visitor::new(up.url(), "http://localhost").info().await;
    assert_eq!(answer["version"], "0.14.0");
}

#[test]
fn an_action_in_the_moment_of_a_crash_tells_what_is_true() {
    let site = Site::new();
    let up = site.serving();
    for port in 1..=3 {
        let master = up.master();
        let website = format!("websites=http://127.0.0.1:{port}");
        let ran = std::thread::scope(|scope| {
            let run = scope.spawn(|| site.json(&["action", "run", "set-websites", &website]));
            up.wait_for_status(|status| status["supervisor"]["phase"] == "reloading");
            // It may have been replaced already.
            let _ = kill(master, Signal::SIGKILL);
            run.join().expect("the action does its work")
        });
        assert_eq!(ran["settings"], "in-force", "{ran}");
        let status = up.status();
        assert_eq!(status["settings"]["inForce"], true, "{status}");
    }
}

#[test]
fn sigterm_stops_everything() {
    let site = Site::new();
    let up = site.serving();
    let (master, address) = (up.master(), up.address());
    assert_eq!(up.terminate().code(), Some(0));
    assert!(kill(master, None).is_err(), "gunicorn is gone");
    assert!(TcpStream::connect(address).is_err(), "the port is free");
    assert!(!site.data().join("api.sock").exists());
}

#[test]
fn stop_ends_up() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    site.ok(&["stop"]);
    assert!(kill(master, None).is_err(), "gunicorn is gone when the command returns");
    assert_eq!(up.wait().code(), Some(0));
    let said = site.refused(&["stop"], 3);
    assert!(said.contains("issoctl up"), "{said}");
}

#[test]
fn a_killed_up_takes_isso_along_and_the_next_one_starts() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    up.signal(Signal::SIGKILL);
    drop(up);
    wait_for(
        || kill(master, None).is_err().then_some(()),
        || "gunicorn outlives issoctl".into(),
    );
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
}

#[test]
fn up_ends_without_its_folder_and_makes_no_other() {
    let site = Site::new();
    let mut up = site.serving();
    let master = up.master();
    let elsewhere = isso_tests::quick_folder();
    let moved = elsewhere.path().join("moved");
    fs::rename(site.data(), &moved).expect("root may");
    let said = up.wait_for_line("was moved to");
    assert!(said.contains(moved.to_str().expect("the path is text")), "{said}");
    assert_eq!(up.wait().code(), Some(1));
    assert!(kill(master, None).is_err(), "gunicorn is gone");
    assert!(!site.data().exists(), "nothing was made under the old name");
    assert!(!moved.join("api.sock").exists());
}

#[test]
fn a_database_that_vanished_is_not_replaced_by_an_empty_one() {
    let site = Site::new();
    drop(site.serving());
    fs::remove_file(site.data().join("db/comments.db")).expect("the database was there");
    let up = site.up(&[]);
    let status = up.wait_for_status(|status| status["supervisor"]["lastExit"].is_string());
    assert_eq!(status["serving"], false);
    let reason = status["supervisor"]["lastExit"].as_str().unwrap_or_default();
    assert!(reason.contains("comments.db"), "{reason}");
    assert!(!site.data().join("db/comments.db").exists());
}

#[test]
fn a_broken_file_is_repaired_and_kept() {
    let site = Site::new();
    let password = site.set_password();
    site.edit_cfg("max-age = 15m", "max-age = soon");
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
    let shown = site.json(&["config", "show", "--reveal"]);
    assert_eq!(shown["general"]["max-age"], "15m");
    assert_eq!(shown["admin"]["password"], password.as_str());
    let kept = fs::read_dir(site.data().join("config"))
        .expect("the folder is there")
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("isso.cfg.rejected"))
        .map(|entry| fs::read_to_string(entry.path()).expect("it is text"))
        .collect::<Vec<_>>();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].contains("max-age = soon"));
}

#[test]
fn logs_show_what_isso_said() {
    let site = Site::new();
    let up = site.serving();
    let log = site.ok(&["logs"]);
    assert!(log.contains("Using database at"), "{log}");
    assert_eq!(site.ok(&["logs", "-n", "1"]).lines().count(), 1);
    let line = site.ok(&["logs", "-n", "1", "--json"]);
    let line: Value = serde_json::from_str(&line).expect("an object a line");
    assert!(line["text"].is_string());
    drop(up);
    assert!(site.refused(&["logs"], 3).contains("issoctl up"));
}
