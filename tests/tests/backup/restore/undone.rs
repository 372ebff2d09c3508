//! Restores that are undone, because Isso does not serve with what they put in place.

use std::fs;
use std::path::{Path, PathBuf};

use isso_tests::torture::{Files, unfinished};
use isso_tests::wait_for;
use serde_json::Value;

use super::{comment, logs_in};
use crate::{backups, begin, end, site, wait_until_down};

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

    // The same with `--json`. A command that is killed leaves nothing half done.
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
    wait_until_down(&up, &mut restore);
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

    // While no `up` runs, no start is tried. If Isso then does not start, the next restore says how to go back.
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
