//! What else goes on while a backup is made or put back, and who is killed then.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Child;
use std::time::Instant;

use isso_tests::torture::http::{ask_now, begin_comment, post};
use isso_tests::torture::{Files, Load, Mail, Silent, database, unfinished};
use isso_tests::{Site, Up, spin_until, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::{
    LIGHT, assert_all_answered, begin, create, end, files_in, in_state, listed, said, settings, site, wait_for_path,
    wait_for_visitors,
};

/// Begins a backup that gets no further than to the settings, for as long as the file is not dropped: it waits
/// for the lock of a process that changes them.
fn begin_held(site: &Site, up: &Up<'_>) -> (Child, File) {
    let lock = File::options()
        .write(true)
        .open(site.data().join(".lock"))
        .expect("`up` made it");
    lock.lock().expect("it can be locked");
    let backup = begin(site, &["backup", "create"]);
    up.wait_for_status(in_state("backing-up"));
    (backup, lock)
}

fn send(child: &Child, signal: Signal) {
    let pid = child.id().try_into().expect("process ids are small");
    kill(Pid::from_raw(pid), signal).expect("it is there");
}

fn is_running(child: &mut Child) -> bool {
    let ended = child.try_wait().expect("it is our child");
    ended.is_none()
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

#[test]
fn one_backup_at_a_time_and_isso_is_kept_up_meanwhile() {
    let site = site();
    let mut up = site.serving_again();
    let (backup, lock) = begin_held(&site, &up);

    let second = site.refused(&["backup", "create"], 1);
    assert!(second.contains("another backup is being made"), "{second}");
    let status = up.status();
    assert_eq!(status["serving"], true, "{status}");

    let status = up.kill_master();
    assert_eq!(status["state"], "backing-up", "{status}");

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
fn a_command_that_is_gone_before_it_is_answered_keeps_nobody_from_making_a_backup() {
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
    // Who takes the lock before this would keep `up` from keeping the settings, and so from ending.
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

#[test]
fn a_change_during_a_restore_is_refused() {
    let site = site();
    let up = site.serving_again();
    let backup = create(&site);
    let before = site.cfg();
    // gunicorn ends after its visitors, which makes the restore take long.
    let visitor = begin_comment(up.address());
    let restore = begin(&site, &["backup", "restore", "--yes", &backup]);
    up.wait_for_status(|status| status["supervisor"]["phase"] == "stopping");
    let second = site.refused(&["backup", "restore", "--yes", &backup], 1);
    assert!(second.contains("put back"), "{second}");

    let request = serde_json::json!({ "input": null, "language": "en_US" });
    let mut action = ask_api(&site, "POST /v1/actions/set-admin-password", &request);
    // Who is answered after it, came after it.
    up.status();
    drop(visitor);
    let mut answer = String::new();
    action.read_to_string(&mut answer).expect("`up` answers");
    assert!(answer.starts_with("HTTP/1.1 409"), "{answer}");
    assert!(answer.contains("A backup is being restored"), "{answer}");

    let done = end(restore);
    assert!(done.status.success(), "{done:#?}");
    assert_eq!(site.cfg(), before);
    site.set_password();
    assert_ne!(site.cfg(), before, "now it is done");
}

#[test]
fn a_killed_restore_leaves_isso_to_up() {
    let site = site();
    let up = site.serving_again();
    database::fill(&site.data().join("db/comments.db"), "old", 4000);
    let backup = create(&site);
    let load = Load::start(up.address(), LIGHT);
    let began = Instant::now();
    // Killed while it prepares, and when Isso is being stopped for it.
    let mut restore = begin(&site, &["backup", "restore", "--yes", &backup]);
    wait_for(
        || (!unfinished(site.data()).is_empty()).then_some(()),
        || "it does not begin".into(),
    );
    restore.kill().expect("it is ours");
    end(restore);
    let mut restore = begin(&site, &["backup", "restore", "--yes", &backup]);
    up.wait_for_status(|status| status["serving"] == false);
    restore.kill().expect("it is ours");
    end(restore);
    up.wait_for_status(|status| status["serving"] == true && status["state"] == "serving");
    wait_for_visitors(&load, 5);
    let tally = load.finish();
    assert_all_answered(&tally, began);
    site.ok(&["backup", "restore", "--yes", &backup]);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
}

#[test]
fn files_that_are_gone_when_they_are_to_be_put_in_place_leave_everything_as_it_was() {
    let site = site();
    let up = site.serving_again();
    let backup = create(&site);
    site.set_password();
    let before = Files::of(site.data());
    // gunicorn ends after its visitors, which makes the restore take long.
    let visitor = begin_comment(up.address());
    let mut restore = begin(&site, &["backup", "restore", "--yes", &backup]);
    up.wait_for_status(|status| status["supervisor"]["phase"] == "stopping");
    restore.kill().expect("it is ours");
    end(restore);
    // It tidies up first, and no process holds what the killed command has prepared.
    site.ok(&["backup", "verify", &backup]);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    drop(visitor);
    up.wait_for_status(|status| status["serving"] == true && status["state"] == "serving");
    assert_eq!(Files::of(site.data()), before);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    let put_back = site.json(&["backup", "restore", "--yes", &backup]);
    assert_eq!(put_back["serving"], true);
    assert_ne!(Files::of(site.data()), before);
}

#[test]
fn a_restore_in_which_up_is_killed_is_finished_by_whoever_comes_next() {
    let site = site();
    let one = {
        let _up = site.serving_again();
        database::fill(&site.data().join("db/comments.db"), "one", 50);
        create(&site)
    };
    site.set_password();
    database::fill(&site.data().join("db/comments.db"), "two", 50);
    let two = create(&site);
    let states = [&one, &two].map(|backup| files_in(&site, backup));
    assert_ne!(states[0], states[1]);
    let mut halfway = 0;
    for round in 0..30 {
        // Files are put in place within milliseconds, which a busy machine may let pass.
        if round >= 6 && halfway > 0 {
            break;
        }
        let up = site.serving_again();
        let mut restore = begin(&site, &["backup", "restore", "--yes", [&one, &two][round % 2]]);
        let ready = site.data().join(".restore");
        spin_until("the restore hangs", || ready.exists() || !is_running(&mut restore));
        up.signal(Signal::SIGKILL);
        drop(up);
        end(restore);
        let is_halfway = site.data().join(".restore/plan.json").exists();
        halfway += usize::from(is_halfway);
        if round >= 3 {
            // Without another `up`, too.
            let made = files_in(&site, &create(&site));
            assert_eq!(made, states[round % 2], "round {round}");
        }
        let mut up = site.serving_again();
        assert_eq!(Files::of(site.data()), states[round % 2], "round {round}");
        let damage = database::damage(&site.data().join("db/comments.db"));
        assert_eq!(damage, None);
        assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
        assert_eq!(
            is_halfway && round < 3,
            up.printed().contains("broken off"),
            "{}",
            up.printed()
        );
        let answer = ask_now(up.address(), &post("/page", "after it"));
        assert!(answer.is_ok_and(|answer| answer.status == 201));
        site.ok(&["backup", "restore", "--yes", [&one, &two][round % 2]]);
    }
    assert!(halfway > 0, "no kill came in time");
}

/// The host stops Isso first, and a visitor who does not finish a request holds that up.
#[test]
fn a_restore_that_waits_for_the_host_can_be_ended() {
    let site = site();
    let up = site.serving_again();
    let backup = create(&site);
    let visitor = begin_comment(up.address());

    let mut restore = begin(&site, &["backup", "restore", &backup, "--yes"]);
    up.wait_for_status(|status| status["supervisor"]["phase"] == "stopping");
    send(&restore, Signal::SIGTERM);
    let ended = restore.wait().expect("it is our child");
    assert_eq!(ended.code(), Some(1), "it waited until the end");
    drop(visitor);
    up.wait_for_status(in_state("serving"));
}
