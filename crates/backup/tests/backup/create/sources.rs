//! Backups of an Isso that lacks files, or has files that are not as Isso makes them.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use isso_backup::{Counts, CreateError, RestoreSource, SnapshotError, restore_into, verify};
use isso_database::{DatabaseError, remember};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::{HUNDRED, check};
use crate::site::{CFG, MEMBERS, Site, names, put, quick_folder};

/// A backup has to fail, and to leave nothing. Returns the error.
fn check_fails(site: &Site) -> CreateError {
    let error = site.create(&()).unwrap_err();
    assert_eq!(names(&site.backups()), [""; 0]);
    error
}

#[test]
fn an_isso_that_has_never_run_has_no_database() {
    check(&Site::without_database(), &MEMBERS[..2], None);
}

#[test]
fn a_missing_store_is_left_out() {
    let site = Site::with_comments(100);
    fs::remove_file(site.path("start9/store.json")).unwrap();
    check(&site, &["config/isso.cfg", "db/comments.db"], HUNDRED);
}

#[test]
fn missing_settings_are_left_out() {
    let site = Site::with_comments(100);
    fs::remove_file(site.path("config/isso.cfg")).unwrap();
    check(&site, &MEMBERS[1..], HUNDRED);
}

#[test]
fn an_isso_without_files_is_not_backed_up() {
    let site = Site::without_database();
    for gone in ["config/isso.cfg", "start9/store.json"] {
        fs::remove_file(site.path(gone)).unwrap();
        // A store alone is nothing, and put back it would take everything else away.
        let error = check_fails(&site);
        assert!(matches!(error, CreateError::Nothing(_)), "{error:?}");
    }
}

#[test]
fn a_missing_folder_of_the_database_is_an_error() {
    let site = Site::without_database();
    fs::remove_dir(site.path("db")).unwrap();
    // It may be a disk that is not mounted, with all comments on it.
    let error = check_fails(&site);
    let expected = matches!(error, CreateError::Database(DatabaseError::Folder(..)));
    assert!(expected, "{error:?}");
}

/// Otherwise a backup without the comments would be made.
#[test]
fn a_database_that_cannot_be_opened_does_not_count_as_missing() {
    let looped: fn(&Path) = |path| symlink("comments.db", path).unwrap();
    let pipe: fn(&Path) = |path| mkfifo(path, Mode::S_IRWXU).unwrap();
    for make in [looped, pipe] {
        let site = Site::without_database();
        make(&site.database());
        let error = check_fails(&site);
        assert!(
            matches!(&error, CreateError::Snapshot(SnapshotError::Read(path, _)) if *path == site.database()),
            "{error:?}"
        );
    }
}

#[test]
fn a_database_that_has_vanished_is_an_error() {
    let site = Site::with_comments(1);
    remember(&site.database()).unwrap();
    fs::remove_file(site.database()).unwrap();
    let error = check_fails(&site);
    let expected = matches!(error, CreateError::Database(DatabaseError::Missing { .. }));
    assert!(expected, "{error:?}");
}

#[test]
fn a_database_that_was_emptied_is_an_error() {
    let site = Site::with_comments(1);
    remember(&site.database()).unwrap();
    File::create(site.database()).unwrap();
    // It would in time take the place of the backups that have comments.
    let error = check_fails(&site);
    let expected = matches!(error, CreateError::Database(DatabaseError::Empty { .. }));
    assert!(expected, "{error:?}");
}

#[test]
fn a_database_without_comments_is_as_good_as_any() {
    let none = Counts {
        comments: 0,
        threads: 0,
    };
    let site = Site::with_comments(0);
    remember(&site.database()).unwrap();
    check(&site, &MEMBERS, Some(none));
    // Isso was killed before it made a table: put back, this would take comments away and bring none.
    let site = Site::without_database();
    File::create(site.database()).unwrap();
    let created = site.create(&()).unwrap();
    assert_eq!(created.manifest.database, None);
    assert_eq!(RestoreSource::open(&created.path).unwrap().files(), MEMBERS[..2]);
}

#[test]
fn a_damaged_database_is_not_backed_up() {
    let check = |accident: fn(&mut Vec<u8>), expected: fn(&CreateError) -> bool| {
        let site = Site::with_comments(100);
        let mut bytes = fs::read(site.database()).unwrap();
        accident(&mut bytes);
        put(&site.database(), &bytes);
        let error = check_fails(&site);
        assert!(expected(&error), "{error:?}");
        assert_eq!(fs::read(site.database()).unwrap(), bytes);
    };
    let unsound = |error: &CreateError| matches!(error, CreateError::Unsound(..));
    let unreadable = |error: &CreateError| matches!(error, CreateError::Snapshot(SnapshotError::Database(..)));
    check(|bytes| bytes[4096 * 5..4096 * 6].fill(0x5a), unsound);
    check(|bytes| bytes.truncate(4096 * 3 + 100), unreadable);
    check(|bytes| bytes[..16].fill(b'x'), unreadable);
}

#[test]
fn broken_settings_are_backed_up_as_they_are() {
    let broken = format!("{CFG}[general]\nmax-age = soon\n");
    let site = Site::with_comments(100);
    site.put("config/isso.cfg", &broken);
    let created = check(&site, &MEMBERS, HUNDRED);
    let source = RestoreSource::open(&created.path).unwrap();
    let scratch = quick_folder();
    let verified = verify(&source, scratch.path(), &()).unwrap();
    let lines: Vec<_> = verified.diagnostics.iter().map(|it| it.line).collect();
    assert_eq!(lines, [10], "{:?}", verified.diagnostics);
    let restored = restore_into(&source, scratch.path(), &()).unwrap();
    assert!(!restored.is_accepted());
    let text = fs::read_to_string(scratch.path().join("config/isso.cfg"));
    assert_eq!(text.unwrap(), broken);
}

#[test]
fn settings_with_which_isso_runs_are_never_too_large_for_a_backup() {
    let site = Site::with_comments(100);
    let settings = |bytes: usize| format!("{CFG}# {}\n", "x".repeat(bytes));
    site.put("config/isso.cfg", settings(700 << 10));
    check(&site, &MEMBERS, HUNDRED);
    fs::remove_dir_all(site.backups()).unwrap();
    site.put("config/isso.cfg", settings(1 << 20));
    let error = check_fails(&site);
    assert!(matches!(error, CreateError::Volume(_)), "{error:?}");
}
