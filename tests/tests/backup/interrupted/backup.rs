//! Backups that are killed or ended, and what else happens while they are made.

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;

use isso_tests::torture::{Files, Mail, Silent, unfinished};
use isso_tests::{Site, Up, wait_for};
use nix::sys::signal::Signal;
use serde_json::Value;

use super::{ask_api, send};
use crate::{begin, create, end, files_in, in_state, is_backing_up, listed, said, settings, site, wait_for_path};

/// Begins a backup that gets no further than to the settings, for as long as the file is not dropped: it waits
/// for the lock of a process that changes them.
fn begin_held(site: &Site, up: &Up<'_>) -> (Child, File) {
    let lock = File::options()
        .write(true)
        .open(site.data().join(".lock"))
        .expect("`up` made it");
    lock.lock().expect("it can be locked");
    let backup = begin(site, &["backup", "create"]);
    up.wait_for_status(is_backing_up);
    (backup, lock)
}

#[test]
fn a_second_backup_is_refused_and_isso_is_kept_up_meanwhile() {
    let site = site();
    let mut up = site.serving_again();
    let (backup, lock) = begin_held(&site, &up);

    let second = site.refused(&["backup", "create"], 1);
    assert!(second.contains("another backup is being made"), "{second}");
    let status = up.status();
    assert_eq!(status["serving"], true, "{status}");

    let status = up.kill_master();
    assert_eq!(status["backingUp"], true, "{status}");

    drop(lock);
    let done = end(backup);
    assert!(done.status.success(), "{done:#?}");
    up.wait_for_status(in_state("serving"));
    assert_eq!(listed(&site).len(), 1);
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
}

#[test]
fn a_killed_backup_is_over_and_the_next_one_cleans_up() {
    let site = site();
    let mut up = site.serving_again();
    let served_by = crate::generation(&up);
    for _ in 0..2 {
        let (mut backup, lock) = begin_held(&site, &up);
        backup.kill().expect("it is ours");
        end(backup);
        drop(lock);
        up.wait_for_status(in_state("serving"));
        assert_eq!(listed(&site), Vec::<Value>::new());
    }
    create(&site);
    assert_eq!(listed(&site).len(), 1);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    assert_eq!(crate::generation(&up), served_by, "Isso has noticed nothing");
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
}

#[test]
fn a_backup_that_is_ended_by_hand_leaves_nothing() {
    let site = site();
    let up = site.serving_again();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (backup, lock) = begin_held(&site, &up);
        // It listens to signals only once it works.
        wait_for(
            || (!unfinished(site.data()).is_empty()).then_some(()),
            || "it does not work".into(),
        );
        send(&backup, signal);
        drop(lock);
        let done = end(backup);
        assert_eq!(done.status.code(), Some(1), "{done:#?}");
        assert!(said(&done).contains("cancelled"), "{done:#?}");
        assert_eq!(up.status()["state"], "serving");
        assert_eq!(listed(&site), Vec::<Value>::new());
        assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_command_that_is_gone_before_it_is_answered_holds_up_no_other_backup() {
    let site = site();
    let _up = site.serving_again();
    for _ in 0..5 {
        drop(ask_api(&site, "POST /v1/backups?language=en_US", &"/nowhere".into()));
    }
    wait_for(
        || {
            let done = site.run(&["backup", "create"]);
            done.status.success().then_some(())
        },
        || said(&site.run(&["backup", "create"])),
    );
}

#[test]
fn a_backup_during_a_start_does_not_hide_that_isso_serves() {
    let site = site();
    // Isso waits for the mail server before it serves.
    let server = Silent::start();
    let mut slow = settings(&site);
    slow.mail = Some(Mail {
        port: server.port(),
        password: "secret".into(),
        timeout: 2,
    });
    site.save_cfg(&slow.to_string());
    let mut up = site.up(&[]);
    up.wait_for_status(in_state("starting"));
    let (backup, lock) = begin_held(&site, &up);
    up.wait_for_status(|status| status["serving"] == true);
    drop(lock);
    let done = end(backup);
    assert!(done.status.success(), "{done:#?}");
    up.wait_for_line("Isso serves");
}

#[test]
fn up_can_be_stopped_during_a_backup_which_is_made_all_the_same() {
    let site = site();
    let up = site.serving_again();
    // A lock that is taken before this would keep `up` from saving the last good settings, and so from ending.
    wait_for_path(&site.data().join("config/isso.cfg.last-good"));
    let (backup, lock) = begin_held(&site, &up);
    assert_eq!(up.terminate().code(), Some(0));
    drop(lock);
    let done = end(backup);
    assert!(done.status.success(), "{done:#?}");
    assert_eq!(listed(&site).len(), 1);
    let path = String::from_utf8_lossy(&done.stdout);
    assert_eq!(files_in(&site, path.trim()), Files::of(site.data()));
}
