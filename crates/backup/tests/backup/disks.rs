//! Backups to disks that are full, cannot be written, or vanish.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use isso_backup::{
    BackupStep, Create, CreateError, NoSpace, RestoreSource, SnapshotError, StageError, StagingDirError, list,
    restore_into, verify,
};
use isso_database::DatabaseError;
use isso_tests::disks::{self, fill, make_read_only, run};
use rusqlite::Connection;

use crate::hot::half_written;
use crate::namespaces::{check, is_full, large_site, mount};
use crate::progress::{Moment, at};
use crate::python::Python;
use crate::site::{Site, content, names, put, tree};

#[test]
fn a_target_that_is_read_only_is_an_error() {
    check("read_only");
}

pub fn read_only(folder: &Path) {
    let (site, before) = large_site();
    mount(folder, 10_000);
    let kept = folder.join("kept.isso-backup.tar.zst");
    fs::copy(site.create_in(folder, &()).unwrap().path, &kept).unwrap();
    put(&folder.join(".issoctl-abandoned/lock"), "");
    make_read_only(folder);
    let there = names(folder);
    for to in [folder, &folder.join("deeper")] {
        let error = site.create_in(to, &()).unwrap_err();
        let expected = matches!(&error, CreateError::StagingDir(StagingDirError::Folder(path, source))
            if path == to && source.kind() == ErrorKind::ReadOnlyFilesystem);
        assert!(expected, "{error:?}");
    }
    let source = RestoreSource::open(&kept).unwrap();
    let error = verify(&source, folder, &()).unwrap_err();
    assert!(matches!(error, StageError::StagingDir(_)), "{error:?}");
    // To read it is enough to restore it elsewhere.
    verify(&source, site.root(), &()).unwrap();
    assert_eq!(list(folder).unwrap().len(), 2);
    assert_eq!(names(folder), there);
    assert_eq!(tree(site.root()), before);
}

#[test]
fn an_isso_that_cannot_be_written_can_be_backed_up() {
    check("read_only_source");
}

pub fn read_only_source(folder: &Path) {
    let (site, before) = large_site();
    let root = site.root().to_str().unwrap();
    run("mount", &["--bind", root, root]);
    make_read_only(site.root());
    assert!(fs::create_dir(site.path("x")).is_err());
    let created = site.create_in(folder, &()).unwrap();
    let target = folder.join("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &target, &()).unwrap();
    assert_eq!(tree(&target), site.members());
    assert_eq!(tree(site.root()), before);
    // As a plain folder it can be moved in, too.
    let target = folder.join("moved");
    let source = RestoreSource::open(site.root()).unwrap();
    assert_eq!(source.describe().database.unwrap().comments, 800);
    restore_into(&source, &target, &()).unwrap();
    assert_eq!(tree(&target), site.members());
}

#[test]
fn a_database_on_a_read_only_disk_is_rescued_as_a_killed_isso_has_left_it() {
    check("read_only_leavings");
}

pub fn read_only_leavings(folder: &Path) {
    let half = Site::with_comments(500);
    let before = half_written(&half);
    let logged = Site::with_comments(100);
    let other = Python::start("keep_wal", &logged.database());
    other.said(1);
    other.kill();
    let in_log = content(&logged.database());
    // What is copied to a disk to be rescued is seldom everything.
    fs::remove_file(logged.path("db/comments.db-shm")).unwrap();
    for (site, expected) in [(half, before), (logged, in_log)] {
        let root = site.root().to_str().unwrap();
        run("mount", &["--bind", root, root]);
        make_read_only(site.root());
        let before = tree(site.root());
        let create = Create {
            volume: &site.volume,
            to: folder,
            isso: None,
            idle: true,
        };
        let created = create.run(&()).unwrap();
        assert_eq!(tree(site.root()), before);
        let target = folder.join("restored");
        let source = RestoreSource::open(&created.path).unwrap();
        restore_into(&source, &target, &()).unwrap();
        assert_eq!(content(&target.join("db/comments.db")), expected);
        fs::remove_dir_all(target).unwrap();
    }
}

#[test]
fn settings_on_a_read_only_disk_are_rescued_without_a_database() {
    check("read_only_settings");
}

pub fn read_only_settings(folder: &Path) {
    let site = Site::without_database();
    let root = site.root().to_str().unwrap();
    run("mount", &["--bind", root, root]);
    make_read_only(site.root());
    let created = site.create_in(folder, &()).unwrap();
    assert_eq!(created.manifest.database, None);
    run("umount", &[root]);
    // But one that was there is missed.
    site.put("db/comments.db.exists", "it was here");
    run("mount", &["--bind", root, root]);
    make_read_only(site.root());
    let error = site.create_in(folder, &()).unwrap_err();
    let expected = matches!(error, CreateError::Database(DatabaseError::Missing { .. }));
    assert!(expected, "{error:?}");
}

#[test]
fn a_backup_without_room_for_it_does_not_begin() {
    check("much_too_full");
}

pub fn much_too_full(folder: &Path) {
    let (site, before) = large_site();
    mount(folder, 3_500);
    let progress = at(|moment| panic!("{moment:?}"));
    let error = site.create_in(folder, &progress).unwrap_err();
    assert!(matches!(error, CreateError::Space(NoSpace { .. })), "{error:?}");
    assert_eq!(names(folder), [""; 0]);
    assert_eq!(tree(site.root()), before);
}

#[test]
fn a_disk_that_fills_up_while_the_database_is_copied_is_left_clean() {
    check("full_while_copying");
}

pub fn full_while_copying(folder: &Path) {
    let (site, before) = large_site();
    mount(folder, 8_000);
    let progress = at(|moment| {
        if moment == Moment::Part(BackupStep::Copy, 1) {
            fill(folder);
        }
        false
    });
    let fails = |site: &Site| {
        let error = site.create_in(folder, &progress).unwrap_err();
        assert_eq!(names(folder), ["filler"]);
        fs::remove_file(folder.join("filler")).unwrap();
        match error {
            CreateError::Snapshot(SnapshotError::Write(_, source)) => source,
            other => panic!("{other:?}"),
        }
    };
    assert!(is_full(&fails(&site)));
    assert_eq!(tree(site.root()), before);
    // Of a database with a log, SQLite makes the copy.
    let connection = Connection::open(site.database()).unwrap();
    let set = "PRAGMA journal_mode = WAL";
    connection.query_row(set, [], |_| Ok(())).unwrap();
    drop(connection);
    let source = fails(&site);
    assert!(source.to_string().contains("full"), "{source}");
}

#[test]
fn a_disk_that_fills_up_while_the_archive_is_written_is_left_clean() {
    check("full_while_packing");
}

pub fn full_while_packing(folder: &Path) {
    let (site, before) = large_site();
    // Enough for what is expected, but this database cannot be compressed.
    mount(folder, 5_600);
    let error = site.create_in(folder, &()).unwrap_err();
    let expected = matches!(&error, CreateError::Write(path, source)
        if path == folder && is_full(source));
    assert!(expected, "{error:?}");
    assert_eq!(names(folder), [""; 0]);
    assert_eq!(tree(site.root()), before);
    // Once there is room again, nothing stands in the way.
    disks::mount("remount,size=20000k", folder);
    site.create_in(folder, &()).unwrap();
    assert_eq!(names(folder).len(), 1);
}

#[test]
fn a_disk_that_is_unmounted_meanwhile_is_missed() {
    check("unmounted");
}

pub fn unmounted(folder: &Path) {
    vanished(folder, |to| {
        run("umount", &["--lazy", to.to_str().unwrap()]);
    });
}

#[test]
fn a_folder_that_is_deleted_meanwhile_is_missed() {
    check("deleted");
}

pub fn deleted(folder: &Path) {
    vanished(folder, |to| drop(fs::remove_dir_all(to)));
}

/// Takes the target folder away at every step.
fn vanished(folder: &Path, vanish: impl Fn(&Path) + Sync) {
    let (site, before) = large_site();
    for step in [BackupStep::Copy, BackupStep::Check, BackupStep::Pack] {
        let to = folder.join(format!("{step:?}"));
        mount(&to, 20_000);
        let progress = at(|moment| {
            if moment == Moment::Begin(step) {
                vanish(&to);
            }
            false
        });
        let error = site.create_in(&to, &progress).unwrap_err();
        let expected = match &error {
            CreateError::Write(path, _) => path == &to,
            CreateError::StagingDir(StagingDirError::Publish(path, _)) => path.starts_with(&to),
            _ => false,
        };
        assert!(expected, "{step:?}: {error:?}");
        assert_eq!(names(&to), [""; 0]);
        assert_eq!(tree(site.root()), before);
    }
}
