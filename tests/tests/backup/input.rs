//! What a person may get wrong, and secrets that no output shows.

use std::fs::File;

use isso_tests::Site;
use isso_tests::torture::{Save, processes};
use serde_json::Value;

use crate::{PASSWORD, backups, begin, create, end, is_backing_up, site};

#[test]
fn wrong_input_is_told_apart_from_a_failure_with_what_to_do() {
    let site = site();
    let check = |args: &[&str], code: i32, words: &[&str]| {
        let said = site.refused(args, code);
        for word in words {
            assert!(said.contains(word), "{args:?}: {word:?} is not in {said}");
        }
    };
    for command in ["show", "verify", "restore", "delete"] {
        check(
            &["backup", command, "isso-2031.isso-backup.tar.zst"],
            2,
            &["there is no backup", "backup list`"],
        );
    }
    let note = site.data().join("note.txt");
    Save::InPlace.save(&note, "to do");
    let note = note.to_str().expect("the path is text");
    for command in ["show", "verify", "restore"] {
        check(&["backup", command, note], 1, &["is no backup of issoctl"]);
    }
    check(
        &["backup", "delete", "--yes", note],
        2,
        &["is no backup of issoctl", "yourself"],
    );
    let empty = isso_tests::quick_folder();
    let empty = empty.path().to_str().expect("the path is text");
    check(
        &["backup", "restore", "--yes", empty],
        1,
        &["neither a database nor an isso.cfg", "--database FILE"],
    );
    for rules in ["", "daily", "daily=x", "hourly=3", "daily=-1"] {
        check(
            &["backup", "create", "--keep", rules],
            2,
            &["daily=7,weekly=4,monthly=6"],
        );
    }
    check(&["backup", "create", "--keep", "daily=0"], 2, &["keep nothing"]);
    for span in ["soon", "0s", "-1h", ""] {
        let option = format!("--backup-every={span}");
        check(&["up", &option], 2, &["--backup-every"]);
    }
    check(&["up", "--backup-every", "1h", "--backup-keep", "all"], 2, &["daily=7"]);
    for option in ["--backup-to", "--backup-keep"] {
        check(&["up", option, "daily=1"], 2, &["--backup-every"]);
    }
    assert!(!backups(&site).exists(), "nothing of it was done");
}

#[test]
fn a_folder_without_isso_is_not_backed_up() {
    let site = Site::new();
    site.refused(&["backup", "create"], 2);
    let output = site.run(&["backup", "create", "--json"]);
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    let message = said["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("no Isso is set up"), "{said}");
    assert_eq!(site.json(&["backup", "list"]), Value::Array(Vec::new()));
}

#[test]
fn backup_commands_show_no_password() {
    let site = site();
    // A line that Isso would refuse, for findings are printed.
    site.edit_cfg("[moderation]", "[moderation]\nmail-password");
    let text = site.cfg();
    let mut up = site.up(&["--backup-every", "1h"]);
    up.wait_for_line("backed up to");
    let backup = create(&site);
    let folder = isso_tests::quick_folder();
    Save::InPlace.save(&folder.path().join("isso.cfg"), &text);
    let copy = folder.path().to_str().expect("the path is text");
    let into = folder.path().join("into");
    let into = into.to_str().expect("the path is text");

    let mut shown = String::new();
    for args in [
        &["backup", "create"][..],
        &["backup", "list"],
        &["backup", "show", &backup],
        &["backup", "verify", &backup],
        &["backup", "verify", copy],
        &["backup", "restore", &backup],
        &["backup", "restore", &backup, "--yes"],
        &["backup", "restore", copy, "--yes"],
        &["backup", "restore", copy, "--into", into],
        &["backup", "delete", &backup, "--yes"],
        &["logs"],
        &["status"],
    ] {
        for json in [&[][..], &["--json"]] {
            let output = site.run(&[args, json].concat());
            shown += &String::from_utf8_lossy(&output.stdout);
            shown += &String::from_utf8_lossy(&output.stderr);
        }
    }
    shown += up.printed();
    let lock = File::options()
        .write(true)
        .open(site.data().join(".lock"))
        .expect("`up` made it");
    lock.lock().expect("it can be locked");
    let running = begin(&site, &["backup", "create"]);
    up.wait_for_status(is_backing_up);
    let pid = running.id().try_into().expect("process ids are small");
    for root in [up.pid(), nix::unistd::Pid::from_raw(pid)] {
        for process in processes::tree(root) {
            shown += &process.command;
        }
    }
    drop(lock);
    end(running);
    assert!(shown.contains("backup create"), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}
