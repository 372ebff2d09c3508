//! A restore is undone if a file cannot be put in place, or if Isso does not serve with the files.

use std::fs;
use std::path::Path;

use isso_backup::{Restored, SwapError, finish, is_backup, stage_undo, swap};
use isso_tests::disks::through;
use isso_tests::not_tested;

use crate::children::command;
use crate::site::{MEMBERS, Site, Tree, names, put, quick_folder, tree};
use crate::swap::{COMPANIONS, KINDS, new_state, old_site, staged};

/// Puts something in the way after the files were staged. The volume has to be as it was, and once the obstacle is
/// removed, the next restore has to succeed.
fn check(obstacle: &str, of: impl Fn(&Path)) {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let obstacle = site.path(obstacle);
    let _ = fs::remove_dir_all(&obstacle);
    let ready = staged(&backup, &site);
    of(&obstacle);
    let state = || {
        let mut names = [names(site.root()), names(&site.backups())].concat();
        // An empty folder of that name says nothing.
        names.retain(|it| it != "backups" && !it.starts_with(".issoctl-"));
        let mut files = tree(site.root());
        files.retain(|path, _| !path.to_str().unwrap().starts_with(".issoctl-"));
        (files, names)
    };
    let before = state();
    let error = swap(site.root(), ready.path()).unwrap_err();
    assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
    assert!(error.to_string().contains("everything is as it was"));
    drop(ready);
    assert_eq!(state(), before);
    assert_eq!(finish(site.root()).unwrap(), None);
    assert_eq!(state(), before);
    assert!(!names(site.root()).iter().any(|it| it.starts_with(".issoctl-")));

    match obstacle.is_dir() {
        true => fs::remove_dir_all(&obstacle).unwrap(),
        false => fs::remove_file(&obstacle).unwrap(),
    }
    swap(site.root(), staged(&backup, &site).path()).unwrap();
    assert_eq!(site.members(), new);
}

#[test]
fn a_file_where_a_folder_belongs_is_in_the_way() {
    for folder in ["config", "start9", "db", "backups"] {
        check(folder, |path| put(path, "in the way"));
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_kept_like_a_file() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = Site::without_database();
    site.put("db/comments.db/strange", "mine");
    let restored = swap(site.root(), staged(&backup, &site).path()).unwrap();
    assert_eq!(site.members(), new);
    let kept = restored.before.unwrap().join("db/comments.db/strange");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn a_restore_that_is_not_finished_is_not_replaced_by_another() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let first = staged(&backup, &site);
    fs::rename(first.path(), site.path(".restore")).unwrap();
    drop(first);
    let before = tree(site.root());
    let (other, _) = new_state(folder.path(), &MEMBERS[..1]);
    let second = staged(&other, &site);
    let error = swap(site.root(), second.path()).unwrap_err();
    assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
    drop(second);
    assert_eq!(tree(site.root()), before);
    finish(site.root()).unwrap().unwrap();
    assert_eq!(site.members(), new);
}

#[test]
fn a_plan_that_cannot_be_read_is_left_to_a_person() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let ready = staged(&backup, &site);
    fs::rename(ready.path(), site.path(".restore")).unwrap();
    drop(ready);
    put(&site.path(".restore/plan.json"), "{\"before\":");
    let before = tree(site.root());
    let error = finish(site.root()).unwrap_err();
    assert!(matches!(error, SwapError::Halfway { .. }), "{error:?}");
    assert_eq!(tree(site.root()), before);
}

/// A site over which such a backup was restored, and which Isso has used for a moment. Returns its files from before
/// too, and the restore.
fn restored_for_a_moment(backup: &Path, members: &[&str], without: &[&str]) -> (Site, Tree, Restored) {
    let site = old_site();
    for name in without {
        fs::remove_file(site.path(name)).unwrap();
    }
    let old = tree(site.root());
    let restored = swap(site.root(), staged(backup, &site).path()).unwrap();
    assert_eq!(restored.files, members);
    if members.contains(&"db/comments.db") {
        site.put("db/comments.db.exists", "of the new one");
        site.put("db/comments.db-journal", "of the new one");
    }
    (site, old, restored)
}

/// Everything is as it was, and what was undone is kept.
fn check_undone(site: &Site, old: &Tree, members: &[&str], kept: &Path) {
    let name = kept.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("not-served-2") && is_backup(kept), "{name}");
    for member in members {
        assert!(kept.join(member).exists(), "{member}");
    }
    fs::remove_dir_all(kept).unwrap();
    assert_eq!(tree(site.root()), *old);
    assert_eq!(names(&site.backups()), [""; 0]);
    assert!(!site.path(".restore").exists());
}

/// The files that an old site may lack and a backup brings.
const WITHOUT: [&[&str]; 3] = [
    &[],
    &["start9/store.json", "db/comments.db.exists"],
    &["db/comments.db", "db/comments.db-wal"],
];

#[test]
fn a_restore_that_is_undone_leaves_everything_as_it_was() {
    let folder = quick_folder();
    for members in KINDS {
        let (backup, _) = new_state(folder.path(), members);
        for without in WITHOUT {
            let (site, old, restored) = restored_for_a_moment(&backup, members, without);
            let undo = stage_undo(site.root(), &restored).unwrap();
            let undone = swap(site.root(), &undo).unwrap();
            check_undone(&site, &old, members, &undone.before.unwrap());
        }
        fs::remove_file(backup).unwrap();
    }
}

#[test]
fn an_undo_that_is_killed_is_finished_wherever_it_was() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    for without in WITHOUT {
        for done in 0.. {
            let (site, old, restored) = restored_for_a_moment(&backup, &MEMBERS, without);
            let undo = stage_undo(site.root(), &restored).unwrap();
            let plan = fs::read(undo.join("plan.json")).unwrap();
            let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
            let kept = site.path(plan["before"].as_str().unwrap());
            fs::rename(&undo, site.path(".restore")).unwrap();
            let mut renames = Vec::new();
            for name in COMPANIONS.iter().chain(&MEMBERS) {
                renames.push((site.path(name), kept.join(name)));
                renames.push((site.path(".restore").join(name), site.path(name)));
            }
            renames.retain(|(from, _)| from.exists());
            let Some(renames) = renames.get(..done) else {
                break;
            };
            for (from, to) in renames {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::rename(from, to).unwrap();
            }
            let undone = finish(site.root()).unwrap().unwrap();
            assert_eq!(undone.before.as_ref(), Some(&kept));
            check_undone(&site, &old, &MEMBERS, &kept);
        }
    }
}

#[test]
fn an_undo_that_fails_loses_nothing() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let (site, old, restored) = restored_for_a_moment(&backup, &MEMBERS, &[]);
    let before = restored.before.clone().unwrap();
    // Nothing can be put into this folder any more.
    fs::remove_dir_all(site.path("start9")).unwrap();
    site.put("start9", "in the way");
    let now = tree(site.root());
    let undo = stage_undo(site.root(), &restored).unwrap();
    let error = swap(site.root(), &undo).unwrap_err();
    assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
    fs::remove_file(before.join("plan.json")).unwrap();
    assert_eq!(tree(site.root()), now, "the files before are where they were");
    // Once the way is free, it can be done.
    fs::remove_file(site.path("start9")).unwrap();
    swap(site.root(), &stage_undo(site.root(), &restored).unwrap()).unwrap();
    for member in MEMBERS {
        assert_eq!(fs::read(site.path(member)).unwrap(), old[Path::new(member)]);
    }
}

/// The system calls of a restore and its undo show whether each rename is on the disk before the next one begins.
#[test]
fn every_rename_is_flushed_in_both_folders_before_the_next() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let ready = staged(&backup, &site);
    let log = folder.path().join("calls");
    let calls = "trace=rename,renameat,renameat2,fsync,unlink,mkdir";
    let strace = ["strace", "-f", "-y", "-e", calls, "-o"];
    let strace = [&strace[..], &[log.to_str().unwrap()]].concat();
    fs::rename(ready.path(), site.path(".issoctl-staged")).unwrap();
    match through(&strace, &command("undo", site.root(), 0)).output() {
        Ok(output) if output.status.success() => {}
        other => return not_tested(&format!("strace does not run here: {other:?}")),
    }
    let calls = fs::read_to_string(&log).unwrap();
    let root = site.root().to_str().unwrap();
    let calls: Vec<&str> = calls
        .lines()
        .filter(|call| call.contains(root) && call.ends_with("= 0"))
        .collect();
    let mut owed: Vec<String> = Vec::new();
    let mut renames = 0;
    for call in calls {
        if call.contains("fsync(") {
            let synced = call.split(['<', '>']).nth(1).unwrap();
            owed.retain(|folder| folder != synced);
            continue;
        }
        assert!(owed.is_empty(), "{owed:?} before {call}");
        let paths: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
        let folders = paths.iter().map(|it| Path::new(it).parent().unwrap());
        owed = folders.map(|it| it.to_str().unwrap().to_owned()).collect();
        renames += usize::from(call.contains("rename"));
    }
    assert!(owed.is_empty(), "{owed:?} at the end");
    assert!(renames > 20, "{renames}");
}

/// Runs in the process whose system calls are read.
pub fn restore_and_undo(root: &Path) {
    let restored = swap(root, &root.join(".issoctl-staged")).unwrap();
    swap(root, &stage_undo(root, &restored).unwrap()).unwrap();
}
