//! Restores to volumes that are full, cannot be written, or lie on several disks.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use isso_backup::{ArchiveError, BackupStep, RestoreSource, StageError, SwapError, check_places, finish, stage, swap};

use isso_tests::disks::{fill, make_read_only, run};

use crate::namespaces::{check, is_full, large_site, mount};
use crate::progress::{Moment, at};
use crate::site::{MEMBERS, names, put, tree};
use crate::swap::{new_state, old_site, staged};

#[test]
fn a_restore_needs_room_beforehand() {
    check("no_room_to_restore");
}

pub fn no_room_to_restore(folder: &Path) {
    let (site, _) = large_site();
    let created = site.create(&()).unwrap();
    mount(folder, 2_000);
    put(&folder.join("config/isso.cfg"), "old");
    let before = (tree(folder), names(folder));
    let progress = at(|moment| panic!("{moment:?}"));
    for source in [&created.path, site.root()] {
        let source = RestoreSource::open(source).unwrap();
        let error = stage(&source, folder, &progress).unwrap_err();
        assert!(matches!(error, StageError::Space(_)), "{error:?}");
        assert_eq!((tree(folder), names(folder)), before);
    }
}

#[test]
fn a_disk_that_fills_up_while_a_backup_is_unpacked_is_left_clean() {
    check("full_while_unpacking");
}

pub fn full_while_unpacking(folder: &Path) {
    let (site, _) = large_site();
    let created = site.create(&()).unwrap();
    mount(folder, 6_000);
    for source in [&created.path, site.root()] {
        put(&folder.join("config/isso.cfg"), "old");
        let source = RestoreSource::open(source).unwrap();
        let progress = at(|moment| {
            if moment == Moment::Part(BackupStep::Unpack, 3) {
                fill(folder);
            }
            false
        });
        let error = stage(&source, folder, &progress).unwrap_err();
        let expected = matches!(&error, StageError::Archive(ArchiveError::Write(path, source))
            if is_full(source) && path.ends_with("db/comments.db"));
        assert!(expected, "{error:?}");
        fs::remove_file(folder.join("filler")).unwrap();
        assert_eq!(names(folder), ["config"]);
        assert_eq!(tree(folder).len(), 1);
    }
}

#[test]
fn a_volume_that_is_read_only_is_not_restored_to() {
    check("read_only_volume");
}

pub fn read_only_volume(folder: &Path) {
    let (backup, _) = new_state(folder, &MEMBERS);
    let volume = folder.join("volume");
    mount(&volume, 6_000);
    put(&volume.join("config/isso.cfg"), "old");
    make_read_only(&volume);
    let before = tree(&volume);
    let source = RestoreSource::open(&backup).unwrap();
    let error = stage(&source, &volume, &()).unwrap_err();
    assert!(matches!(error, StageError::StagingDir(_)), "{error:?}");
    assert_eq!(finish(&volume).unwrap(), None);
    assert_eq!(tree(&volume), before);
}

#[test]
fn parts_of_a_volume_on_other_disks_are_noticed_before_isso_is_stopped() {
    check("parts_apart");
}

pub fn parts_apart(folder: &Path) {
    for part in ["config", "start9", "db"] {
        let site = old_site();
        check_places(site.root(), &MEMBERS).unwrap();
        mount(&site.path(part), 100);
        let error = check_places(site.root(), &MEMBERS).unwrap_err();
        let expected = matches!(&error, StageError::Apart(path, _) if path == &site.path(part));
        assert!(expected, "{error:?}");
        // A caller that does not ask is told, too.
        let (backup, _) = new_state(folder, &MEMBERS);
        site.put(&format!("{part}/mine"), "mine");
        let before = tree(site.root());
        let error = swap(site.root(), staged(&backup, &site).path()).unwrap_err();
        assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
        assert_eq!(tree(site.root()), before);
        fs::remove_file(backup).unwrap();
    }
}

#[test]
fn a_link_to_another_disk_is_noticed_before_isso_is_stopped() {
    check("link_apart");
}

pub fn link_apart(folder: &Path) {
    let disk = folder.join("disk");
    mount(&disk, 100);
    for name in ["db/comments.db", "db"] {
        let site = old_site();
        let target = disk.join(name.replace('/', "-"));
        match name {
            "db" => fs::create_dir(&target).unwrap(),
            _ => put(&target, "on the other disk"),
        }
        let place = site.path(name);
        fs::rename(&place, site.path("moved")).unwrap();
        symlink(&target, &place).unwrap();
        let before = tree(site.root());
        let error = check_places(site.root(), &MEMBERS).unwrap_err();
        assert!(matches!(error, StageError::Apart(..)), "{error:?}");
        // Who does not ask is told, too.
        let (backup, _) = new_state(folder, &MEMBERS);
        let error = swap(site.root(), staged(&backup, &site).path()).unwrap_err();
        assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
        assert_eq!(tree(site.root()), before);
        // What lies on its own disk is not concerned.
        check_places(site.root(), &MEMBERS[..2]).unwrap();
        fs::remove_file(backup).unwrap();
    }
}

#[test]
fn a_file_that_is_mounted_alone_cannot_be_replaced() {
    check("a_file_mounted");
}

/// `docker run -v` mounts a file so.
pub fn a_file_mounted(folder: &Path) {
    let (backup, _) = new_state(folder, &MEMBERS);
    for member in MEMBERS {
        let site = old_site();
        let path = site.path(member);
        run("mount", &["--bind", path.to_str().unwrap(), path.to_str().unwrap()]);
        let before = tree(site.root());
        let error = swap(site.root(), staged(&backup, &site).path()).unwrap_err();
        assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
        assert_eq!(tree(site.root()), before);
        assert_eq!(finish(site.root()).unwrap(), None);
        run("umount", &[path.to_str().unwrap()]);
    }
}

#[test]
fn backups_may_lie_on_a_disk_of_their_own() {
    check("backups_apart");
}

pub fn backups_apart(folder: &Path) {
    let site = old_site();
    let old = tree(site.root());
    mount(&site.backups(), 1_000);
    let (backup, new) = new_state(folder, &MEMBERS);
    let kept = site.backups().join(backup.file_name().unwrap());
    fs::copy(backup, &kept).unwrap();
    check_places(site.root(), &MEMBERS).unwrap();
    let restored = swap(site.root(), staged(&kept, &site).path()).unwrap();
    assert_eq!(site.members(), new);
    let before = restored.before.unwrap();
    assert!(!before.starts_with(site.backups()), "{}", before.display());
    assert_eq!(before.parent().unwrap(), site.root());
    let mut members = old.clone();
    members.retain(|path, _| tree(&before).contains_key(path));
    assert_eq!(tree(&before), members);
    assert_eq!(members.len(), 9);
}
