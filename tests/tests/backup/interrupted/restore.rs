//! Restores that are killed or ended, with the host or without it, and changes that meet one.

use std::io::Read;
use std::path::PathBuf;
use std::process::Child;
use std::time::Instant;

use isso_tests::torture::http::{ask_now, begin_comment, post};
use isso_tests::torture::{Files, Load, database, unfinished};
use isso_tests::{spin_until, wait_for};
use nix::sys::signal::Signal;

use super::{ask_api, send};
use crate::{
    LIGHT, assert_all_answered, begin, create, end, files_in, in_state, site, wait_for_visitors, wait_until_down,
};

fn is_running(child: &mut Child) -> bool {
    let ended = child.try_wait().expect("it is our child");
    ended.is_none()
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
    // `up` accepts connections in turn, so the action has arrived once this one is answered.
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
    wait_until_down(&up, &mut restore);
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
fn a_restore_whose_up_is_killed_is_finished_by_the_next_process() {
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
