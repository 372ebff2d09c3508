//! One host for a data folder, and one process at a time that changes its files.

use std::fs::{self, File};
use std::process::Stdio;

use isso_tests::{ANY_PORT, Site, wait_for};
use serde_json::Value;

#[test]
fn a_second_up_is_refused_on_the_same_folder_or_port() {
    let site = Site::new();
    let up = site.serving();
    let said = site.refused(&["up", "--listen", ANY_PORT], 1);
    assert!(said.contains("another `issoctl up`"), "{said}");
    let elsewhere = Site::new();
    let said = elsewhere.refused(&["up", "--listen", &up.address().to_string()], 1);
    assert!(said.contains("in use") && said.contains("--listen"), "{said}");
}

#[test]
fn up_does_not_begin_without_a_socket_for_commands() {
    let site = Site::new();
    site.set_password();
    let socket = site.data().join("api.sock");
    fs::create_dir(&socket).expect("the folder is ours");
    let said = site.refused(&["up", "--listen", ANY_PORT], 1);
    assert!(said.contains("commands could not reach"), "{said}");
    assert!(said.contains("a folder stands in its place"), "{said}");
    // A file is removed, as is the socket that a killed `up` has left behind.
    fs::remove_dir(&socket).expect("it is empty");
    File::create(&socket).expect("the folder is ours");
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
}

#[test]
fn up_and_commands_that_change_files_wait_for_one_another() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    let lock = File::open(site.data().join("up.lock")).expect("the command made it");
    lock.lock().expect("it can be locked");
    let said = site.run(&["status"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("not running yet"), "{said}");
    let told: Value = serde_json::from_slice(&site.run(&["status", "--json"]).stdout).expect("JSON");
    assert!(told["takenBy"].is_object(), "{told}");
    let mut action = site
        .command(&["action", "run", "set-admin-password"])
        .stdout(Stdio::null())
        .spawn()
        .expect("issoctl runs");
    // It gives up after five seconds, so as soon as it waits it is let through.
    wait_for(
        || has_open(action.id(), "up.lock").then_some(()),
        || "the action does not wait".into(),
    );
    assert_eq!(site.cfg(), before);
    assert!(action.try_wait().expect("it is our child").is_none());
    drop(lock);
    assert!(action.wait().expect("it is our child").success());
    assert_ne!(site.cfg(), before);

    let lock = File::open(site.data().join("up.lock")).expect("the command made it");
    lock.lock().expect("it can be locked");
    let said = site.refused(&["up", "--listen", ANY_PORT], 3);
    assert!(said.contains("has taken"), "{said}");
}

#[test]
fn a_process_that_is_stopped_with_the_lock_keeps_no_dead_isso_down() {
    let site = Site::new();
    let up = site.serving();
    let lock = File::open(site.data().join(".lock")).expect("`up` made it");
    lock.lock().expect("it can be locked");
    let mut action = site
        .command(&["action", "run", "set-admin-password"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("issoctl runs");
    for _ in 0..2 {
        up.kill_master();
    }
    let done = action.wait().expect("it is our child");
    assert_eq!(done.code(), Some(1), "it does not wait for ever");
    drop(lock);
    site.set_password();
}

/// Whether a process has a file of this name open.
fn has_open(process: u32, name: &str) -> bool {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
    let mut files = files.flatten().flat_map(|file| fs::read_link(file.path()));
    files.any(|file| file.ends_with(name))
}
