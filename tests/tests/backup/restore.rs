//! Backups that are put back.

mod refused;
mod undone;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use isso_tests::torture::http::{ask_now, block_on, post};
use isso_tests::torture::{Files, Load, Save, database, unfinished};
use isso_tests::{Admin, Site, Up};
use serde_json::{Value, json};

use crate::{LIGHT, PASSWORD, assert_all_answered, backups, create, generation, restore, site, wait_for_visitors};

fn logs_in(up: &Up<'_>, password: &str) -> bool {
    block_on(Admin::log_in(up.url(), password)).is_some()
}

fn comment(up: &Up<'_>, text: &str) {
    let answer = ask_now(up.address(), &post("/page", text));
    assert!(answer.as_ref().is_ok_and(|it| it.status == 201), "{answer:?}");
}

#[test]
fn requests_during_a_restore_are_answered_by_isso_or_later_by_the_supervisor() {
    let site = site();
    let mut up = site.serving_again();
    comment(&up, "in the backup");
    let backup = create(&site);
    let saved = Files::of(site.data());
    let password = site.set_password();
    comment(&up, "after the backup");
    let changed = site.cfg();

    let load = Load::start(up.address(), LIGHT);
    wait_for_visitors(&load, 5);
    let began = Instant::now();
    let done = site.json(&["backup", "restore", "--yes", &backup]);
    assert_eq!(done["serving"], true);
    assert_eq!(done["database"], json!({ "comments": 1, "threads": 1 }));
    wait_for_visitors(&load, 5);
    let tally = load.finish();
    assert_all_answered(&tally, began);

    let now = Files::of(site.data());
    assert_eq!((&now.cfg, &now.store), (&saved.cfg, &saved.store));
    assert!(now.texts.contains("in the backup"));
    assert!(!now.texts.contains("after the backup"));
    assert!(logs_in(&up, PASSWORD) && !logs_in(&up, &password));

    let before = done["before"].as_str().expect("there was something");
    assert!(Path::new(before).starts_with(backups(&site)), "{before}");
    let kept = Files::of(Path::new(before));
    assert_eq!(kept.cfg, changed);
    assert!(kept.texts.contains("after the backup"));
    let mut taken = tally.posted.iter();
    assert!(
        taken.all(|text| kept.texts.contains(text) || now.texts.contains(text)),
        "what was taken is in one of them"
    );
    let again = restore(&site, before.rsplit('/').next().unwrap_or_default());
    assert_eq!(Files::of(site.data()), kept);
    assert_eq!(Files::of(&again), now);
    assert!(logs_in(&up, &password) && !logs_in(&up, PASSWORD));
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
}

#[test]
fn a_restore_needs_no_isso_nor_a_folder_that_has_seen_one() {
    let site = site();
    drop(site.serving_again());
    database::fill(&site.data().join("db/comments.db"), "old", 30);
    let backup = create(&site);
    let saved = Files::of(site.data());
    site.set_password();
    let changed = Files::of(site.data());
    let done = site.json(&["backup", "restore", "--yes", &backup]);
    assert_eq!(done["serving"], Value::Null);
    assert_eq!(Files::of(site.data()), saved);
    let before = done["before"].as_str().expect("there was something");
    assert_eq!(Files::of(Path::new(before)), changed);
    let up = site.serving_again();
    assert_eq!(Files::of(site.data()), saved);
    assert!(logs_in(&up, PASSWORD));

    // The same on another machine.
    let other = Site::new();
    other.ok(&["backup", "restore", "--yes", &backup]);
    let up = other.serving_again();
    assert!(logs_in(&up, PASSWORD));
    assert_eq!(Files::of(other.data()).texts, saved.texts);
    assert!(
        !other.cfg().contains(site.data().to_str().unwrap_or("?")),
        "its database is its own"
    );
}

#[test]
fn a_backup_can_be_unpacked_into_an_empty_folder_beside_an_isso_that_serves() {
    let site = site();
    let up = site.serving_again();
    comment(&up, "in the backup");
    let backup = create(&site);
    let before = (generation(&up), Files::of(site.data()));
    let folder = isso_tests::quick_folder();
    let into = folder.path().join("new");
    let path = into.to_str().expect("the path is text");
    // A folder that a killed restore has left.
    fs::create_dir_all(into.join(".issoctl-killed/db")).expect("the folder can be written");
    let done = site.json(&["backup", "restore", &backup, "--into", path]);
    assert_eq!(done["into"], path);
    assert_eq!(Files::of(&into), before.1);
    assert_eq!(unfinished(&into), Vec::<PathBuf>::new());
    assert!(!into.join("backups").exists());
    let refused = site.refused(&["backup", "restore", &backup, "--into", path], 1);
    assert!(refused.contains("not empty"), "{refused}");
    assert_eq!((generation(&up), Files::of(site.data())), before);
}

#[test]
fn a_backup_without_a_password_brings_the_gate_back() {
    let open = site();
    open.edit_cfg(PASSWORD, "");
    let backup = create(&open);

    let site = site();
    let up = site.serving_again();
    let done = site.run(&["backup", "restore", "--yes", &backup]);
    assert!(done.status.success(), "{done:#?}");
    let said = crate::said(&done);
    assert!(said.contains("set-admin-password"), "{said}");
    let status = up.status();
    assert_eq!(status["state"], "awaiting-password", "{status}");
    assert_eq!(status["passwordNeeded"], true);
    assert_eq!(status["supervisor"]["pid"], Value::Null);
    let password = site.set_password();
    up.wait_for_status(crate::in_state("serving"));
    assert!(logs_in(&up, &password));
}

/// Copies of a volume in the layout of StartOS, and of Isso's two files side by side in one folder.
#[test]
fn plain_copies_are_put_back_too() {
    let old = site();
    drop(old.serving_again());
    database::fill(&old.data().join("db/comments.db"), "old", 30);
    let own = old.data().join("db/comments.db");
    let text = old
        .cfg()
        .replace(own.to_str().expect("the path is text"), "/db/comments.db");
    let copies = isso_tests::quick_folder();
    let (volume, flat) = (copies.path().join("volume"), copies.path().join("flat"));
    let files = [
        (volume.join("config/isso.cfg"), "config/isso.cfg"),
        (volume.join("db/comments.db"), "db/comments.db"),
        (volume.join("start9/store.json"), "start9/store.json"),
        (flat.join("isso.cfg"), "config/isso.cfg"),
        (flat.join("comments.db"), "db/comments.db"),
    ];
    for (to, from) in files {
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("it can be made");
        match from {
            "config/isso.cfg" => Save::InPlace.save(&to, &text),
            _ => drop(fs::copy(old.data().join(from), to).expect("it can be copied")),
        }
    }

    let site = Site::new();
    let up = site.serving();
    for folder in [&volume, &flat] {
        let path = folder.to_str().expect("the path is text");
        let good = site.json(&["backup", "verify", path]);
        assert_eq!(good["database"]["comments"], 30, "{good}");
        restore(&site, path);
        assert_eq!(up.status()["serving"], true, "{path}");
        assert!(logs_in(&up, PASSWORD), "{path}");
        let now = Files::of(site.data());
        assert_eq!(now.texts, Files::of(old.data()).texts);
        let own = site.data().join("db/comments.db");
        assert!(now.cfg.contains(own.to_str().unwrap_or("?")), "{}", now.cfg);
        assert!(now.store.is_some(), "there always is one");
        comment(&up, "after it");
    }
    assert!(
        flat.join("comments.db").exists() && volume.join("db/comments.db").exists(),
        "they are still there"
    );
}
