//! A database with a write-ahead log.

use std::fs;

use isso_backup::{RestoreSource, restore_into};

use crate::python::Python;
use crate::site::{Site, content, names, texts};

#[test]
fn comments_in_the_log_alone_are_in_the_backup() {
    let site = Site::with_comments(100);
    let other = Python::start("keep_wal", &site.database());
    other.said(1);
    let log = site.path("db/comments.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0, "there is a log");
    let before = content(&site.database());

    let created = site.create(&()).unwrap();
    assert!(fs::metadata(&log).unwrap().len() > 0, "it is left to others");
    assert_eq!(content(&site.database()), before);
    assert_eq!(created.manifest.database.unwrap().comments, 101);
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    assert_eq!(names(&folder.join("db")), ["comments.db"]);
    let restored = folder.join("db/comments.db");
    assert_eq!(content(&restored), before);
    assert!(texts(&restored).contains(&"In the log alone".to_owned()));
    other.end();
}

#[test]
fn a_log_that_a_killed_isso_has_left_is_in_the_backup() {
    let site = Site::with_comments(100);
    let other = Python::start("keep_wal", &site.database());
    other.said(1);
    other.kill();
    let before = content(&site.database());
    let created = site.create(&()).unwrap();
    assert_eq!(created.manifest.database.unwrap().comments, 101);
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    assert_eq!(content(&folder.join("db/comments.db")), before);
}
