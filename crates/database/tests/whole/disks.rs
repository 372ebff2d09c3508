//! Databases on disks that are full or read-only.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use isso_database::{Depth, check_database, check_writing, remember};
use isso_tests::disks::{fill, make_read_only, mount, namespaces, through};
use rusqlite::Connection;

use crate::writing::{asked, command, run};
use crate::{SCHEMA, execute};

/// Does it in a process that may mount what it likes.
fn with_disks(role: &str) {
    let folder = tempfile::tempdir().expect("there is room");
    in_namespaces(role, folder.path());
}

pub fn in_namespaces(role: &str, folder: &Path) -> Option<String> {
    let namespaces = namespaces(&["--mount"])?;
    Some(run(through(&namespaces, &command(role, folder))))
}

/// Isso's database on a disk of its own.
fn on_disk(options: &str, folder: &Path) -> PathBuf {
    mount(options, folder);
    let database = folder.join("comments.db");
    execute(&database, SCHEMA);
    remember(&database).expect("there is room");
    database
}

#[test]
fn a_disk_that_is_mounted_read_only_is_told() {
    with_disks("read_only");
}

pub fn read_only(folder: &Path) {
    let database = on_disk("size=8m", folder);
    assert_eq!(asked(&database), "nothing is amiss");
    make_read_only(folder);
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
        said.contains("is full: it has 0 KiB left, and SQLite may need 1 MiB to save; free some room"),
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
    mount("size=1m", folder);
    let database = folder.join("comments.db");
    check_database(&database, Depth::Pages).expect("there is room for tables");
    assert!(check_writing(&database, 128 << 10).is_ok());
    fill(folder);
    // Isso was killed before it made one.
    for made in [false, true] {
        if made {
            File::create(&database).expect("a file of no length needs no room");
        }
        let error = check_database(&database, Depth::Pages).expect_err("there is no room");
        assert!(
            error.to_string().contains("since nothing can be written to it"),
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
    assert!(said.contains("no inode left") && said.contains("df -i /"), "{said}");
}
