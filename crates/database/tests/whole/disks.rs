//! Databases on disks that are full or read-only.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use isso_database::{Depth, ROOM_FOR_TABLES, check_database, check_writing, remember};
use rusqlite::Connection;

use crate::writing::{FOLDER, ROLE, asked, command, run, skip};
use crate::{SCHEMA, execute};

/// Does it in a process that may mount what it likes.
fn with_disks(role: &str) {
    let folder = tempfile::tempdir().expect("there is room");
    in_namespaces(role, folder.path());
}

pub fn in_namespaces(role: &str, folder: &Path) -> Option<String> {
    let namespaces = ["--user", "--map-root-user", "--mount"];
    let possible = Command::new("unshare")
        .args(namespaces)
        .arg("true")
        .output();
    if !possible.is_ok_and(|it| it.status.success()) {
        skip("there are no namespaces, so no disks that are full or read-only");
        return None;
    }
    let inside = command(role, folder);
    let mut unshared = Command::new("unshare");
    unshared.args(namespaces).arg(inside.get_program());
    unshared.args(inside.get_args());
    unshared.env(ROLE, role).env(FOLDER, folder);
    Some(run(unshared))
}

fn mount(options: &[&str], at: &Path) {
    let done = Command::new("mount").args(options).arg(at).output();
    let done = done.expect("mount runs");
    assert!(done.status.success(), "{done:?}");
}

/// Isso's database on a disk of its own.
fn on_disk(options: &str, folder: &Path) -> PathBuf {
    mount(&["-t", "tmpfs", "-o", options, "none"], folder);
    let database = folder.join("comments.db");
    execute(&database, SCHEMA);
    remember(&database).expect("there is room");
    database
}

fn fill(folder: &Path) {
    let mut filler = File::create(folder.join("filler")).expect("there is room");
    let error = loop {
        if let Err(error) = filler.write_all(&[1; 4096]) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}

#[test]
fn a_disk_that_is_mounted_read_only_is_told() {
    with_disks("read_only");
}

pub fn read_only(folder: &Path) {
    let database = on_disk("size=8m", folder);
    assert_eq!(asked(&database), "nothing is amiss");
    mount(&["-o", "remount,bind,ro"], folder);
    let said = asked(&database);
    assert!(
        said.contains("is on a disk that is mounted read-only; mount it writable"),
        "{said}"
    );
    // Its comments can be shown.
    check_database(&database, Depth::Pages).expect("it can be read");
}

#[test]
fn a_full_disk_is_told_with_what_is_left_and_what_is_needed() {
    with_disks("full");
}

pub fn full(folder: &Path) {
    let database = on_disk("size=8m", folder);
    fill(folder);
    let said = asked(&database);
    assert!(
        said.contains(
            "is full: it has 0 KiB left, and SQLite may need 1 MiB to save; free some room"
        ),
        "{said}"
    );
    check_database(&database, Depth::Pages).expect("it can be read");
    fs::remove_file(folder.join("filler")).expect("it is there");
    assert_eq!(asked(&database), "nothing is amiss");
}

#[test]
fn tables_cannot_be_made_on_a_full_disk() {
    with_disks("full_at_first");
}

pub fn full_at_first(folder: &Path) {
    mount(&["-t", "tmpfs", "-o", "size=1m", "none"], folder);
    let database = folder.join("comments.db");
    check_database(&database, Depth::Pages).expect("there is room for tables");
    assert!(check_writing(&database, ROOM_FOR_TABLES).is_ok());
    fill(folder);
    // Isso was killed before it made one.
    for made in [false, true] {
        if made {
            File::create(&database).expect("a file of no length needs no room");
        }
        let error = check_database(&database, Depth::Pages).expect_err("there is no room");
        assert!(
            error
                .to_string()
                .contains("since nothing can be written to it"),
            "{error}"
        );
    }
    assert!(
        Connection::open(&database)
            .and_then(|it| it.execute_batch(SCHEMA))
            .is_err()
    );
}

#[test]
fn a_disk_without_inodes_is_told() {
    with_disks("no_inodes");
}

pub fn no_inodes(folder: &Path) {
    let database = on_disk("size=8m,nr_inodes=20", folder);
    let mut numbers = 0..;
    while numbers
        .next()
        .is_some_and(|n| File::create(folder.join(format!("{n}"))).is_ok())
    {}
    let said = asked(&database);
    assert!(
        said.contains("no inode left") && said.contains("df -i /"),
        "{said}"
    );
}
