//! A folder of backups.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use isso_backup::{ArchiveError, BackupDirError, Pruned, RestoreSource, delete, is_backup, list, prune, verify};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::craft::of_settings;
use crate::site::{CFG, Site, names, put, quick_folder};

const NOW: OffsetDateTime = datetime!(2026-11-24 15:00 UTC);

/// A folder of backups that are so many hours old. The hours are their names.
fn backups_aged(hours: &[i64]) -> TempDir {
    let folder = quick_folder();
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
    let names = listed.iter().map(|it| it.path.file_name().unwrap().to_str().unwrap());
    names.map(|it| it.split('.').next().unwrap().to_owned()).collect()
}

#[test]
fn the_newest_comes_first_whatever_its_name() {
    let folder = backups_aged(&[5, 300, 20, 1, 0]);
    assert_eq!(listed(folder.path()), ["0", "1", "5", "20", "300"]);
    let list = list(folder.path()).unwrap();
    assert_eq!(list[1].created(), Some(NOW - Duration::hours(1)));
    assert_eq!(list[1].size, fs::metadata(&list[1].path).unwrap().len());
    assert_eq!(list[1].manifest.as_ref().unwrap().members.len(), 1);
}

#[test]
fn a_backup_that_cannot_be_read_is_listed_with_the_reason() {
    let folder = backups_aged(&[1, 2]);
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
    for backup in list(folder.path()).unwrap() {
        let name = backup.path.file_name().unwrap().to_str().unwrap();
        let as_expected = match (name.split('.').next().unwrap(), &backup.manifest) {
            ("cut" | "empty", Err(ArchiveError::Truncated(path))) => path == &backup.path,
            ("flipped", Err(ArchiveError::Damaged { .. })) => true,
            ("folder", Err(ArchiveError::NotABackup(_))) => true,
            ("1" | "2", Ok(_)) => true,
            _ => false,
        };
        assert!(as_expected, "{backup:?}");
        assert_eq!(backup.created().is_some(), backup.manifest.is_ok());
    }
}

#[test]
fn a_folder_that_is_missing_holds_nothing() {
    let folder = quick_folder();
    assert_eq!(listed(folder.path()), [""; 0]);
    assert_eq!(listed(&folder.path().join("none")), [""; 0]);
    let rules = "daily=1".parse().unwrap();
    assert!(
        prune(&folder.path().join("none"), &rules, Path::new("made"), NOW)
            .unwrap()
            .deleted
            .is_empty()
    );
    assert!(!folder.path().join("none").exists());
    put(&folder.path().join("file"), "");
    let error = list(&folder.path().join("file")).unwrap_err();
    assert!(matches!(error, BackupDirError::Folder(..)), "{error:?}");
}

/// Prunes a folder of backups that are so many hours old, and of one that is damaged.
fn check_prune(rules: &str, hours: &[i64], expected: &[i64]) {
    let folder = backups_aged(hours);
    put(&path(&folder, "damaged"), "?");
    put(&folder.path().join("notes.txt"), "mine");
    fs::create_dir(folder.path().join("before-restore-20200101T000000Z")).unwrap();
    let rules = rules.parse().unwrap();
    let prune = || prune(folder.path(), &rules, &path(&folder, "0"), NOW).unwrap();
    let Pruned { deleted, future } = prune();
    assert!(future.is_empty());
    let gone = hours.iter().filter(|it| !expected.contains(it));
    let gone: Vec<_> = gone.map(|it| path(&folder, &it.to_string())).collect();
    assert_eq!(deleted, gone, "{rules:?}");
    let mut left: Vec<String> = expected.iter().map(ToString::to_string).collect();
    left.push("damaged".to_owned());
    assert_eq!(listed(folder.path()), left, "{rules:?}");
    assert_eq!(names(folder.path()).len(), left.len() + 2, "{rules:?}");
    assert_eq!(prune(), Pruned::default(), "{rules:?}");
}

#[test]
fn backups_that_the_rules_do_not_keep_are_deleted() {
    check_prune("daily=2", &[0, 1, 14, 16, 20, 48], &[0, 16]);
    check_prune("daily=7,weekly=4,monthly=6", &[0, 1, 2], &[0]);
    check_prune(
        "daily=1,weekly=2,monthly=2",
        &[0, 24, 40, 24 * 24, 24 * 60],
        &[0, 40, 24 * 24],
    );
    check_prune("monthly=9", &[3], &[3]);
}

/// Prunes a folder after one of its backups was made, and compares what is deleted and what is in the future.
fn check_made(rules: &str, hours: &[i64], (made, now): (i64, i64), deleted: &[i64], future: &[i64]) {
    let folder = backups_aged(hours);
    let paths = |hours: &[i64]| -> Vec<_> {
        let names = hours.iter().map(|it| path(&folder, &it.to_string()));
        names.collect()
    };
    let made = path(&folder, &made.to_string());
    let now = NOW - Duration::hours(now);
    let pruned = prune(folder.path(), &rules.parse().unwrap(), &made, now).unwrap();
    let expected = Pruned {
        deleted: paths(deleted),
        future: paths(future),
    };
    assert_eq!(pruned, expected, "{rules} {hours:?}");
}

#[test]
fn a_backup_that_was_just_made_stays_whatever_the_clock_says() {
    // One of a year ahead, as a clock that was wrong once leaves it, takes the place of no other.
    check_made("daily=1", &[-8760, 0, 3], (0, 0), &[3], &[-8760]);
    check_made("daily=1,monthly=1", &[-8760, -1, 0], (0, 0), &[], &[-8760, -1]);
    // The clock goes back by a month between two backups, and then even behind the one that was just made.
    check_made("daily=1", &[0, 1, 24 * 30], (24 * 30, 24 * 30), &[], &[0, 1]);
    check_made("daily=1", &[0, 1, 24 * 30], (1, 24 * 30), &[24 * 30], &[0]);
}

#[test]
fn a_backup_that_was_just_made_stays_beside_another_of_the_same_second() {
    let folder = backups_aged(&[0]);
    let made = path(&folder, "made");
    fs::copy(path(&folder, "0"), &made).unwrap();
    // Whichever of the two the file system calls the later one.
    for later in ["0", "made"] {
        let file = File::open(path(&folder, later)).unwrap();
        file.set_modified(SystemTime::now() + std::time::Duration::from_secs(9))
            .unwrap();
        prune(folder.path(), &"daily=1".parse().unwrap(), &made, NOW).unwrap();
        assert!(made.exists(), "{later}");
    }
}

#[test]
fn a_time_in_another_zone_is_told_in_utc_and_one_in_no_calendar_is_refused() {
    let folder = quick_folder();
    let zones = datetime!(2026-11-24 15:00 +14);
    put(&path(&folder, "zoned"), of_settings(zones, CFG));
    let created = list(folder.path()).unwrap()[0].created().unwrap();
    assert_eq!((created, created.offset()), (zones, UtcOffset::UTC));
    let beyond = datetime!(9999-12-31 23:59 -23);
    put(&path(&folder, "beyond"), of_settings(beyond, CFG));
    assert_eq!(listed(folder.path()), ["zoned", "beyond"]);
    assert!(list(folder.path()).unwrap()[1].manifest.is_err());
}

#[test]
fn a_damaged_backup_does_not_count_as_the_newest() {
    let folder = backups_aged(&[0, 1]);
    let mut bytes = fs::read(path(&folder, "0")).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle] ^= 4;
    put(&path(&folder, "0"), bytes);
    assert!(
        prune(folder.path(), &"daily=1".parse().unwrap(), &path(&folder, "1"), NOW)
            .unwrap()
            .deleted
            .is_empty()
    );
    assert_eq!(listed(folder.path()), ["1", "0"]);
}

#[test]
fn an_abandoned_folder_is_removed_and_nothing_else() {
    let folder = backups_aged(&[0]);
    put(&folder.path().join(".issoctl-abandoned/lock"), "");
    put(&folder.path().join(".issoctl-abandoned/archive"), "half");
    put(&folder.path().join(".issoctl-settings"), "of another program");
    put(&folder.path().join(".other/lock"), "");
    assert_eq!(listed(folder.path()), ["0"]);
    let left = [".issoctl-settings", ".other", "0.isso-backup.tar.zst"];
    assert_eq!(names(folder.path()), left);
}

/// Another user of a shared folder could leave such files, so that no other user can make a backup there.
#[test]
fn leftovers_that_cannot_be_removed_keep_no_backup_from_being_made() {
    let site = Site::with_comments(1);
    let folder = backups_aged(&[0]);
    let piped = folder.path().join(".issoctl-piped");
    fs::create_dir(&piped).unwrap();
    mkfifo(&piped.join("lock"), Mode::S_IRWXU).unwrap();
    put(&folder.path().join(".issoctl-full/lock"), "");
    // Where it would be moved to stands something that does not give way.
    put(&folder.path().join(".issoctl-full.gone/lock"), "");
    let there = File::open(folder.path().join(".issoctl-full.gone/lock")).unwrap();
    there.lock().unwrap();
    site.create_in(folder.path(), &()).unwrap();
}

/// `prune` may delete the backup that a restore reads.
#[test]
fn a_backup_that_is_deleted_while_it_is_read_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("0.isso-backup.tar.zst");
    put(&backup, of_settings(NOW, CFG));
    let source = RestoreSource::open(&backup).unwrap();
    delete(&backup).unwrap();
    assert!(!backup.exists());
    verify(&source, folder.path(), &()).unwrap();
}

#[test]
fn a_backup_is_deleted_and_so_is_what_a_restore_has_kept() {
    let folder = backups_aged(&[0, 1]);
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
    assert!(matches!(error, BackupDirError::Delete(..)), "{error:?}");
}
