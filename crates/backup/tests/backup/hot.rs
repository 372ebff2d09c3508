//! A transaction that a killed Isso has left half written.

use std::fs;

use isso_backup::{RestoreSource, restore_into};

use crate::python::Python;
use crate::site::{Site, content, names, put};

/// Has a killed process leave a database that has to be rolled back before it can be read. Returns what it held before.
pub fn half_written(site: &Site) -> Vec<String> {
    let before = content(&site.database());
    let writer = Python::start("spill", &site.database());
    writer.said(1);
    writer.kill();
    let bytes = fs::read(site.database()).unwrap();
    let spilt = b"This was never committed";
    let is_there = bytes.windows(spilt.len()).any(|it| it == spilt);
    assert!(is_there, "a part of it is in the file");
    assert_eq!(names(&site.path("db")), ["comments.db", "comments.db-journal"]);
    before
}

#[test]
fn a_hot_journal_is_rolled_back_and_the_backup_is_sound() {
    let site = Site::with_comments(500);
    let before = half_written(&site);
    let created = site.create(&()).unwrap();
    assert_eq!(content(&site.database()), before);
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    assert_eq!(content(&folder.join("db/comments.db")), before);
}

#[test]
fn a_journal_that_means_nothing_does_no_harm() {
    // SQLite's `journal_mode = PERSIST` leaves one like this after every transaction.
    let site = Site::with_comments(100);
    let before = content(&site.database());
    put(&site.path("db/comments.db-journal"), [0; 4096]);
    let created = site.create(&()).unwrap();
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    assert_eq!(content(&folder.join("db/comments.db")), before);
    assert_eq!(names(&folder.join("db")), ["comments.db"]);
}
