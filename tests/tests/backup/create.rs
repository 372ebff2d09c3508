//! Backups of an Isso that serves.

use std::path::{Path, PathBuf};

use isso_tests::disks::{namespaces, through};
use isso_tests::torture::{Files, Load, database, unfinished};
use isso_tests::wait_for;
use serde_json::{Value, json};

use crate::{LIGHT, create, files_in, listed, site, wait_for_visitors};

#[test]
fn a_backup_costs_no_request_and_holds_every_comment_that_was_taken_before() {
    let site = site();
    let up = site.serving_again();
    database::fill(&site.data().join("db/comments.db"), "old", 4000);
    let load = Load::start(up.address(), LIGHT);
    let mut made = String::new();
    for _ in 0..3 {
        wait_for_visitors(&load, 5);
        let taken = load.so_far().posted;
        made = create(&site);
        let state = up.status()["state"].clone();
        assert_eq!(state, "serving", "the backup is over");
        let files = files_in(&site, &made);
        let missing: Vec<_> = taken.iter().filter(|text| !files.texts.contains(*text)).collect();
        assert_eq!(missing, Vec::<&String>::new());
        assert_eq!(files.cfg, site.cfg());
    }
    let tally = load.finish();
    assert_eq!(tally.failed(), 0, "{tally}");
    let good = site.json(&["backup", "verify", &made]);
    assert_eq!(good["good"], true);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
}

#[test]
fn programs_can_read_what_a_backup_is() {
    let site = site();
    let up = site.serving_again();
    database::fill(&site.data().join("db/comments.db"), "old", 30);
    let mut made = site.json(&["backup", "create"]);
    assert_eq!(made["format"], 1, "{made}");
    assert_eq!(made["isso"], "0.14.0");
    assert_eq!(made["database"], json!({ "comments": 30, "threads": 20 }));
    let created = made["created"].as_str().unwrap_or_default();
    assert!(
        created.len() == 20 && created.ends_with('Z'),
        "{created} is a time in UTC, to the second"
    );
    let members = made["members"].as_array().expect("a list");
    let files: Vec<_> = members.iter().map(|it| it["path"].clone()).collect();
    assert_eq!(files, ["config/isso.cfg", "start9/store.json", "db/comments.db"]);
    for member in members {
        let hash = member["blake3"].as_str().unwrap_or_default();
        assert_eq!(hash.len(), 64, "{member}");
        let size = site.data().join(member["path"].as_str().unwrap_or_default()).metadata();
        assert_eq!(member["size"], size.expect("it is there").len(), "{member}");
    }
    let path = made["path"].as_str().expect("text").to_owned();
    assert_eq!(made["size"], std::fs::metadata(&path).expect("it is there").len());
    for told in ["deleted", "future"] {
        let told = made.as_object_mut().and_then(|it| it.remove(told));
        assert_eq!(told, Some(json!([])));
    }
    let altered = made.as_object_mut().and_then(|it| it.remove("altered"));
    assert_eq!(altered, Some(Value::Null));

    assert_eq!(site.json(&["backup", "show", &path]), made);
    assert_eq!(listed(&site), [made.clone()]);
    let verified = site.json(&["backup", "verify", &path]);
    assert_eq!(verified["good"], true);
    assert_eq!(verified["database"], made["database"]);
    assert_eq!(verified["findings"], json!([]));
    // Its name is enough, too.
    let name = path.rsplit('/').next().unwrap_or_default();
    assert_eq!(site.json(&["backup", "show", name]), made);

    drop(up);
    let idle = site.json(&["backup", "create"]);
    assert_eq!(idle["isso"], Value::Null, "none served");
}

#[test]
fn backups_that_no_rule_keeps_are_deleted_and_damaged_ones_are_not() {
    let site = site();
    drop(site.serving_again());
    let first = create(&site);
    let second = create(&site);
    let damaged = crate::backups(&site).join("isso-20000101T000000Z.isso-backup.tar.zst");
    std::fs::File::create(&damaged).expect("the folder is there");
    let third = site.json(&["backup", "create", "--keep", "daily=1,weekly=1"]);
    let mut deleted: Vec<_> = third["deleted"].as_array().expect("a list").clone();
    deleted.sort_by_key(ToString::to_string);
    let mut expected = [json!(first), json!(second)];
    expected.sort_by_key(ToString::to_string);
    assert_eq!(deleted, expected);
    assert!(damaged.exists(), "it does not say what it is");
    let left: Vec<_> = listed(&site).iter().map(|it| it["path"].clone()).collect();
    assert!(left.contains(&third["path"]) && left.len() == 2, "{left:?}");
    let bad = listed(&site).into_iter().find(|it| it["path"] == json!(damaged));
    let error = bad.expect("it is listed")["error"].clone();
    assert!(error.as_str().is_some_and(|it| it.contains("cut off")), "{error}");
}

#[test]
fn a_backup_goes_where_it_is_wanted_and_is_deleted_from_there() {
    let site = site();
    drop(site.serving_again());
    let elsewhere = isso_tests::quick_folder();
    let folder = elsewhere.path().join("usb/isso");
    let folder = folder.to_str().expect("the path is text");
    let path = site.ok(&["backup", "create", "--to", folder]);
    let path = path.trim();
    assert!(path.starts_with(folder), "{path}");
    let there = site.json(&["backup", "list", "--in", folder]);
    assert_eq!(there.as_array().map(Vec::len), Some(1));
    assert_eq!(listed(&site), Vec::<Value>::new());

    let refused = site.refused(&["backup", "delete", path], 2);
    assert!(refused.contains("--yes"), "{refused}");
    let deleted = site.json(&["backup", "delete", "--yes", path]);
    assert_eq!(deleted, json!({ "deleted": path }));
    wait_for(
        || (!Path::new(path).exists()).then_some(()),
        || "it is still there".into(),
    );
}

#[test]
fn comments_on_a_read_only_disk_are_rescued() {
    let site = site();
    drop(site.serving_again());
    database::fill(&site.data().join("db/comments.db"), "old", 30);
    let saved = Files::of(site.data());
    let folder = isso_tests::quick_folder();
    let to = folder.path().to_str().expect("the path is text");
    let Some(mut words) = namespaces(&["--mount"]) else {
        return;
    };
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    let data = site.data().to_str().expect("the path is text");
    words.extend(["sh", "-c", script, data].map(String::from));
    let read_only = |args: &[&str]| {
        let mut command = through(&words, &site.command(args));
        command.output().expect("unshare runs")
    };
    let listed = read_only(&["backup", "list"]);
    assert!(listed.status.success(), "{}", crate::said(&listed));
    let output = read_only(&["backup", "create"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::said(&output).contains("--to DIR"), "{}", crate::said(&output));
    let output = read_only(&["backup", "create", "--to", to]);
    assert!(output.status.success(), "{}", crate::said(&output));
    let backup = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(backup.starts_with(to), "{backup}");
    let output = read_only(&["backup", "verify", &backup]);
    assert!(output.status.success(), "{}", crate::said(&output));
    assert_eq!(files_in(&site, &backup), saved);
}
