//! Backups that are put back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use isso_tests::torture::http::{ask_now, block_on, post};
use isso_tests::torture::{Files, Load, Save, Shape, database, unfinished};
use isso_tests::{Admin, Site, Up, wait_for};
use serde_json::{Value, json};

use crate::{
    LIGHT, PASSWORD, assert_all_answered, backups, begin, create, end, generation, restore, site, wait_for_visitors,
};

fn logs_in(up: &Up<'_>, password: &str) -> bool {
    block_on(Admin::log_in(up.url(), password)).is_some()
}

fn comment(up: &Up<'_>, text: &str) {
    let answer = ask_now(up.address(), &post("/page", text));
    assert!(answer.as_ref().is_ok_and(|it| it.status == 201), "{answer:?}");
}

#[test]
fn during_a_restore_every_request_is_answered_by_isso_or_later_by_the_supervisor() {
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

    // Another machine.
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
    // As one that was killed leaves it.
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

#[test]
fn nothing_is_put_back_unless_somebody_says_so_and_the_backup_is_good() {
    let site = site();
    let mut up = site.serving_again();
    database::fill(&site.data().join("db/comments.db"), "old", 1000);
    let backup = create(&site);
    comment(&up, "after the backup");
    let before = (generation(&up), Files::of(site.data()));
    let load = Load::start(up.address(), Shape::Reading(20));

    let said = site.refused(&["backup", "restore", &backup], 2);
    assert!(said.contains("--yes"), "{said}");

    let good = fs::read(&backup).expect("it is there");
    let check = |name: &str, bytes: &[u8], word: &str| {
        let path = backups(&site).join(name);
        Save::InPlace.save(&path, bytes);
        let path = path.to_str().expect("the path is text");
        for command in [&["backup", "verify", path][..], &["backup", "restore", "--yes", path]] {
            let said = site.refused(command, 1);
            assert!(said.contains(word), "{command:?}: {said}");
        }
    };
    for part in [3, 30, 300] {
        let mut bytes = good.clone();
        let place = bytes.len() / part;
        bytes[place] ^= 0x40;
        check("altered.isso-backup.tar.zst", &bytes, "damaged");
    }
    let half = &good[..good.len() / 2];
    check("half.isso-backup.tar.zst", half, "cut off");
    check("holiday.jpg", b"no backup at all", "no backup of issoctl");

    let tally = load.finish();
    assert_eq!(tally.failed(), 0, "{tally}");
    assert_eq!((generation(&up), Files::of(site.data())), before);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    assert_eq!(
        fs::read_dir(backups(&site)).expect("it is there").count(),
        4,
        "no restore has kept anything"
    );
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
}

#[test]
fn a_database_that_sqlite_refuses_is_not_put_back() {
    let site = site();
    let up = site.serving_again();
    comment(&up, "precious");
    let before = (generation(&up), Files::of(site.data()));
    let folder = isso_tests::quick_folder();
    fs::copy(site.cfg_path(), folder.path().join("isso.cfg")).expect("it can be copied");
    Save::InPlace.save(
        &folder.path().join("comments.db"),
        b"SQLite format 3\0 and then nothing".repeat(500),
    );
    let path = folder.path().to_str().expect("the path is text");
    let said = site.refused(&["backup", "restore", "--yes", path], 1);
    assert!(said.contains("nothing was put back"), "{said}");
    assert_eq!((generation(&up), Files::of(site.data())), before);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
}

/// Copies of a volume as StartOS has them, and as a careful person has them who knows where Isso keeps its two files.
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

/// Its schema passes for one that Isso migrates, and one row in it does not.
fn make_unservable(database: &Path) {
    let connection = rusqlite::Connection::open(database).expect("it is there");
    let sql = "PRAGMA foreign_keys = OFF; DROP TRIGGER remove_stale_threads; ALTER TABLE comments RENAME TO old;
        CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, modified, mode, remote_addr, text, author,
            email, website, likes DEFAULT 0, dislikes DEFAULT 0, voters, notification DEFAULT 0);
        INSERT INTO comments SELECT * FROM old; DROP TABLE old; UPDATE comments SET voters = NULL;
        PRAGMA user_version = 4";
    connection.execute_batch(sql).expect("it is SQL");
}

#[test]
fn a_restore_with_which_isso_does_not_serve_is_undone() {
    let site = site();
    let mut up = site.serving_again();
    comment(&up, "precious");
    let folder = isso_tests::quick_folder();
    let bad = folder.path().join("comments.db");
    fs::copy(site.data().join("db/comments.db"), &bad).expect("it can be copied");
    make_unservable(&bad);
    fs::copy(site.cfg_path(), folder.path().join("isso.cfg")).expect("it can be copied");
    let password = site.set_password();
    let before = Files::of(site.data());
    let path = folder.path().to_str().expect("the path is text");
    assert_eq!(site.json(&["backup", "verify", path])["good"], true);

    let said = site.refused(&["backup", "restore", "--yes", path], 1);
    assert!(said.contains("nothing was put back"), "{said}");
    assert!(said.contains("NOT NULL constraint failed"), "what Isso said: {said}");
    assert!(said.contains("serves as before"), "{said}");
    assert_eq!(Files::of(site.data()), before);
    assert!(logs_in(&up, &password));
    comment(&up, "after it");
    let before = Files::of(site.data());
    assert!(before.texts.contains("precious") && before.texts.contains("after it"));

    // For programs; and a command that is killed leaves nothing half done.
    let output = site.run(&["backup", "restore", "--yes", path, "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let details = &told["error"]["details"];
    assert_eq!(details["serving"], true, "{told}");
    let kept = details["undone"]["kept"].as_str().expect("they are kept");
    let kept = Path::new(kept).file_name().and_then(|it| it.to_str());
    let kept = kept.expect("it has a name").to_owned();
    assert!(kept.starts_with("not-served-"), "{kept}");
    site.ok(&["backup", "delete", "--yes", &kept]);
    let mut restore = begin(&site, &["backup", "restore", "--yes", path]);
    up.wait_for_status(|status| status["serving"] == false);
    restore.kill().expect("it is ours");
    end(restore);
    up.wait_for_status(|status| status["serving"] == true);
    wait_for(
        || (Files::of(site.data()) == before).then_some(()),
        || "the files are not those before".into(),
    );
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
    let names = fs::read_dir(backups(&site)).expect("it is there");
    let names = names.map(|it| it.expect("it is there").file_name());
    for name in names {
        let name = name.to_string_lossy().into_owned();
        assert!(name.starts_with("not-served-"), "{name}");
    }

    // Where Isso does not run, nothing is tried, and how to go back is told when it is not up.
    drop(up);
    let done = site.json(&["backup", "restore", "--yes", path]);
    assert_eq!(done["serving"], Value::Null);
    let mut up = site.up(&[]);
    up.wait_for_line("NOT NULL constraint failed");
    let said = site.refused(&["backup", "restore", "--yes", path], 3);
    let kept = backups(&site).join("before-restore-");
    let way_back = format!("backup restore {}", kept.display());
    assert!(said.contains(&way_back), "no {way_back:?} in {said}");
    let before = done["before"].as_str().expect("there was something");
    site.ok(&["backup", "restore", "--yes", before]);
    up.wait_for_status(|status| status["serving"] == true);
    assert!(logs_in(&up, &password));
}
