//! A folder of backups.

use std::fs;
use std::path::Path;

use isso_backup::{ArchiveError, ShelfError, delete, is_backup, list, prune};
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::craft::of_settings;
use crate::site::{CFG, names, put};

const NOW: OffsetDateTime = datetime!(2026-11-24 15:00 UTC);

/// Backups that are so many hours old, by names that say nothing else.
fn shelf(hours: &[i64]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for hours in hours {
        let bytes = of_settings(NOW - Duration::hours(*hours), CFG);
        put(&path(&folder, &format!("{hours}")), bytes);
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> std::path::PathBuf {
    folder.path().join(format!("{name}.isso-backup.tar.zst"))
}

fn listed(folder: &Path) -> Vec<String> {
    let listed = list(folder).unwrap();
    let names = listed
        .iter()
        .map(|it| it.path.file_name().unwrap().to_str().unwrap());
    names
        .map(|it| it.split('.').next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_newest_comes_first_whatever_its_name() {
    let folder = shelf(&[5, 300, 20, 1, 0]);
    assert_eq!(listed(folder.path()), ["0", "1", "5", "20", "300"]);
    let list = list(folder.path()).unwrap();
    assert_eq!(list[1].created(), Some(NOW - Duration::hours(1)));
    assert_eq!(list[1].size, fs::metadata(&list[1].path).unwrap().len());
    assert_eq!(list[1].manifest.as_ref().unwrap().members.len(), 1);
}

#[test]
fn what_cannot_be_read_is_listed_with_the_reason() {
    let folder = shelf(&[1, 2]);
    let good = fs::read(path(&folder, "1")).unwrap();
    put(&path(&folder, "cut"), &good[..good.len() / 2]);
    put(&path(&folder, "empty"), "");
    let mut flipped = good.clone();
    flipped[30] ^= 1;
    put(&path(&folder, "flipped"), flipped);
    fs::create_dir(path(&folder, "folder")).unwrap();
    // These are no backups, or are not there.
    put(&folder.path().join("notes.txt"), "mine");
    fs::create_dir(folder.path().join("before-restore-20260101T000000Z")).unwrap();
    std::os::unix::fs::symlink("nowhere", path(&folder, "link")).unwrap();

    let mut found = listed(folder.path());
    assert_eq!(found[..2], ["1", "2"], "good ones come first");
    found.sort();
    assert_eq!(found, ["1", "2", "cut", "empty", "flipped", "folder"]);
    for shelved in list(folder.path()).unwrap() {
        let name = shelved.path.file_name().unwrap().to_str().unwrap();
        let as_expected = match (name.split('.').next().unwrap(), &shelved.manifest) {
            ("cut" | "empty", Err(ArchiveError::Truncated(path))) => path == &shelved.path,
            ("flipped", Err(ArchiveError::Damaged { .. })) => true,
            ("folder", Err(ArchiveError::NotABackup(_))) => true,
            ("1" | "2", Ok(_)) => true,
            _ => false,
        };
        assert!(as_expected, "{shelved:?}");
        assert_eq!(shelved.created().is_some(), shelved.manifest.is_ok());
    }
}

#[test]
fn a_folder_that_is_missing_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(listed(folder.path()), [""; 0]);
    assert_eq!(listed(&folder.path().join("none")), [""; 0]);
    let rules = "daily=1".parse().unwrap();
    assert!(
        prune(&folder.path().join("none"), &rules)
            .unwrap()
            .is_empty()
    );
    assert!(!folder.path().join("none").exists());
    put(&folder.path().join("file"), "");
    let error = list(&folder.path().join("file")).unwrap_err();
    assert!(matches!(error, ShelfError::Folder(..)), "{error:?}");
}

/// Prunes a shelf with backups so many hours old, and one that is damaged.
fn check_prune(rules: &str, hours: &[i64], expected: &[i64]) {
    let folder = shelf(hours);
    put(&path(&folder, "damaged"), "?");
    put(&folder.path().join("notes.txt"), "mine");
    fs::create_dir(folder.path().join("before-restore-20200101T000000Z")).unwrap();
    let deleted = prune(folder.path(), &rules.parse().unwrap()).unwrap();
    let gone = hours.iter().filter(|it| !expected.contains(it));
    let gone: Vec<_> = gone.map(|it| path(&folder, &it.to_string())).collect();
    assert_eq!(deleted, gone, "{rules}");
    let mut left: Vec<String> = expected.iter().map(ToString::to_string).collect();
    left.push("damaged".to_owned());
    assert_eq!(listed(folder.path()), left, "{rules}");
    assert_eq!(names(folder.path()).len(), left.len() + 2, "{rules}");
    let again = prune(folder.path(), &rules.parse().unwrap()).unwrap();
    assert!(again.is_empty(), "{rules}");
}

#[test]
fn what_the_rules_do_not_keep_is_deleted() {
    check_prune("daily=2", &[0, 1, 14, 16, 20, 48], &[0, 16]);
    check_prune("daily=7,weekly=4,monthly=6", &[0, 1, 2], &[0]);
    check_prune(
        "daily=1,weekly=2,monthly=2",
        &[0, 24, 40, 24 * 24, 24 * 60],
        &[0, 40, 24 * 24],
    );
    check_prune("monthly=9", &[3], &[3]);
}

#[test]
fn a_damaged_backup_does_not_count_as_the_newest() {
    let folder = shelf(&[0, 1]);
    let mut bytes = fs::read(path(&folder, "0")).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle] ^= 4;
    put(&path(&folder, "0"), bytes);
    assert!(
        prune(folder.path(), &"daily=1".parse().unwrap())
            .unwrap()
            .is_empty()
    );
    assert_eq!(listed(folder.path()), ["1", "0"]);
}

#[test]
fn what_was_abandoned_is_removed_and_nothing_else() {
    let folder = shelf(&[0]);
    put(&folder.path().join(".issoctl-abandoned/lock"), "");
    put(&folder.path().join(".issoctl-abandoned/archive"), "half");
    put(&folder.path().join(".issoctl-settings"), "of somebody else");
    put(&folder.path().join(".other/lock"), "");
    assert_eq!(listed(folder.path()), ["0"]);
    let left = [".issoctl-settings", ".other", "0.isso-backup.tar.zst"];
    assert_eq!(names(folder.path()), left);
}

#[test]
fn a_backup_is_deleted_and_so_is_what_a_restore_has_kept() {
    let folder = shelf(&[0, 1]);
    let kept = folder.path().join("before-restore-20260101T000000Z");
    put(&kept.join("db/comments.db"), "");
    put(&folder.path().join("notes.txt"), "mine");
    assert!(is_backup(&path(&folder, "0")) && is_backup(&kept));
    for other in [
        "notes.txt",
        "",
        "before-restore-x",
        "before-restore-20260101T000000Z/db",
    ] {
        assert!(!is_backup(&folder.path().join(other)), "{other}");
    }
    delete(&path(&folder, "0")).unwrap();
    delete(&kept).unwrap();
    assert_eq!(names(folder.path()), ["1.isso-backup.tar.zst", "notes.txt"]);
    let error = delete(&kept).unwrap_err();
    assert!(matches!(error, ShelfError::Delete(..)), "{error:?}");
}
