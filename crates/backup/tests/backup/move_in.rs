//! Files of an Isso that come from elsewhere, in a plain folder.

use std::fs;
use std::path::Path;

use isso_backup::{Counts, RestoreSource, SourceError, restore_into, swap, verify};

use crate::hot::half_written;
use crate::python::Python;
use crate::site::{CFG, MEMBERS, Site, content, mode, names, put, quick_folder, tree};
use crate::swap::{old_site, staged};

/// Restores a folder, which has to stay as it is, and returns the files. The database has to hold this.
fn check(folder: &Path, expected: &[&str], database: Option<&[String]>) {
    let state = || (tree(folder), names(folder), names(&folder.join("db")));
    let before = state();
    let source = RestoreSource::open(folder).unwrap();
    assert_eq!(source.path(), folder);
    assert_eq!(source.files(), expected);
    let described = source.describe();
    let scratch = quick_folder();
    let counted = verify(&source, scratch.path(), &()).unwrap().database;
    assert_eq!(names(scratch.path()), [""; 0]);
    // The journal of a killed Isso has to be rolled back before the comments can be counted.
    let is_told = [counted, None].contains(&described.database);
    assert!(is_told, "{counted:?} or nothing: {described:?}");
    let target = scratch.path().join("target");
    let restored = restore_into(&source, &target, &()).unwrap();
    assert_eq!(restored.database, counted);
    assert!(state() == before, "the folder is left alone: {:?}", state().2);

    let files = tree(&target);
    let found: Vec<&str> = files.keys().map(|it| it.to_str().unwrap()).collect();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    for (path, bytes) in &files {
        assert_eq!(mode(&target.join(path)), 0o600);
        let flat = folder.join(path.file_name().unwrap());
        let original = before.0.get(path).cloned();
        let original = original.unwrap_or_else(|| fs::read(flat).unwrap());
        if path != Path::new("db/comments.db") {
            assert_eq!(bytes, &original, "{}", path.display());
        }
    }
    if let Some(expected) = database {
        assert_eq!(content(&target.join("db/comments.db")), expected);
    }
}

#[test]
fn the_volume_that_startos_has_copied_is_taken() {
    let site = Site::with_comments(100);
    site.put("db/comments.db.exists", "it was here");
    site.put("config/isso.cfg.last-good", CFG);
    let database = content(&site.database());
    check(site.root(), &MEMBERS, Some(&database));
    let described = RestoreSource::open(site.root()).unwrap().describe();
    let counts = Counts {
        comments: 100,
        threads: 20,
    };
    assert_eq!(described.database, Some(counts));
    let sizes = site.members().values().map(|it| it.len() as u64).sum::<u64>();
    assert_eq!(described.size, sizes);
    let modified = fs::metadata(site.database()).unwrap().modified().unwrap();
    assert_eq!(described.created, time::OffsetDateTime::from(modified));
}

#[test]
fn two_files_in_a_folder_are_taken() {
    let site = Site::with_comments(100);
    let folder = quick_folder();
    put(&folder.path().join("isso.cfg"), "[general]\nhost = example.org\n");
    check(folder.path(), &["config/isso.cfg"], None);
    fs::copy(site.database(), folder.path().join("comments.db")).unwrap();
    put(&folder.path().join("something.txt"), "else");
    let database = content(&site.database());
    check(folder.path(), &["config/isso.cfg", "db/comments.db"], Some(&database));
    fs::remove_file(folder.path().join("isso.cfg")).unwrap();
    check(folder.path(), &["db/comments.db"], Some(&database));
}

#[test]
fn a_folder_whose_name_means_something_to_sqlite_is_taken() {
    let site = Site::with_comments(100);
    let folder = quick_folder();
    let strange = folder.path().join("100% mine? #1 & ünder:way");
    put(&strange.join("isso.cfg"), CFG);
    fs::copy(site.database(), strange.join("comments.db")).unwrap();
    let database = content(&site.database());
    check(&strange, &["config/isso.cfg", "db/comments.db"], Some(&database));
    let described = RestoreSource::open(&strange).unwrap().describe();
    assert_eq!(described.database.unwrap().comments, 100);
}

#[test]
fn a_transaction_that_a_killed_isso_has_left_is_rolled_back() {
    let site = Site::with_comments(500);
    let before = half_written(&site);
    check(site.root(), &MEMBERS, Some(&before));
    let folder = quick_folder();
    for name in ["comments.db", "comments.db-journal"] {
        fs::copy(site.path("db").join(name), folder.path().join(name)).unwrap();
    }
    check(folder.path(), &["db/comments.db"], Some(&before));
}

#[test]
fn comments_in_a_log_alone_are_restored() {
    let site = Site::with_comments(100);
    let other = Python::start("keep_wal", &site.database());
    other.said(1);
    other.kill();
    // What is copied is seldom everything.
    fs::remove_file(site.path("db/comments.db-shm")).unwrap();
    let database = content(&site.database());
    assert!(database.iter().any(|it| it.contains("In the log alone")));
    check(site.root(), &MEMBERS, Some(&database));
}

#[test]
fn an_empty_log_is_as_good_as_none() {
    let site = Site::with_comments(100);
    let other = Python::start("keep_wal", &site.database());
    other.said(1);
    other.end();
    // The last one to close it takes the log in; that there may be one still stands in the file.
    assert_eq!(names(&site.path("db")), ["comments.db"]);
    let database = content(&site.database());
    check(site.root(), &MEMBERS, Some(&database));
    let described = RestoreSource::open(site.root()).unwrap().describe();
    assert_eq!(described.database.unwrap().comments, 101);
    put(&site.path("db/comments.db-wal"), "");
    check(site.root(), &MEMBERS, Some(&database));
}

#[test]
fn a_folder_can_be_put_in_the_place_of_a_volume() {
    let from = Site::with_comments(20);
    let site = old_site();
    let restored = swap(site.root(), staged(from.root(), &site).path()).unwrap();
    assert_eq!(site.members(), from.members());
    assert!(restored.before.is_some());
}

#[test]
fn a_folder_of_something_else_is_no_backup() {
    let check = |folder: &Path| {
        let error = RestoreSource::open(folder).unwrap_err();
        assert!(matches!(error, SourceError::Nothing(_)), "{error:?}");
    };
    let folder = quick_folder();
    check(folder.path());
    put(&folder.path().join("comments.sql"), "INSERT");
    check(folder.path());
    // Without the rest it says next to nothing.
    put(&folder.path().join("start9/store.json"), "{}");
    check(folder.path());
}
