//! What cannot be put in place is undone.

use std::fs;
use std::path::Path;

use isso_backup::{SwapError, finish, swap};

use crate::site::{MEMBERS, Site, names, put, quick_folder, tree};
use crate::swap::{new_state, old_site, prepared};

/// Puts something in the way after everything was prepared; then all has to be as it was, and once the obstacle is
/// removed, the next restore has to succeed.
fn check(obstacle: &str, of: impl Fn(&Path)) {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let obstacle = site.path(obstacle);
    let _ = fs::remove_dir_all(&obstacle);
    let ready = prepared(&backup, &site);
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
    assert!(
        !names(site.root())
            .iter()
            .any(|it| it.starts_with(".issoctl-"))
    );

    match obstacle.is_dir() {
        true => fs::remove_dir_all(&obstacle).unwrap(),
        false => fs::remove_file(&obstacle).unwrap(),
    }
    swap(site.root(), prepared(&backup, &site).path()).unwrap();
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
    let restored = swap(site.root(), prepared(&backup, &site).path()).unwrap();
    assert_eq!(site.members(), new);
    let kept = restored.before.unwrap().join("db/comments.db/strange");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}

#[test]
fn a_restore_that_is_not_finished_is_not_replaced_by_another() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let first = prepared(&backup, &site);
    fs::rename(first.path(), site.path(".restore")).unwrap();
    drop(first);
    let before = tree(site.root());
    let (other, _) = new_state(folder.path(), &MEMBERS[..1]);
    let second = prepared(&other, &site);
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
    let ready = prepared(&backup, &site);
    fs::rename(ready.path(), site.path(".restore")).unwrap();
    drop(ready);
    put(&site.path(".restore/plan.json"), "{\"before\":");
    let before = tree(site.root());
    let error = finish(site.root()).unwrap_err();
    assert!(matches!(error, SwapError::Halfway { .. }), "{error:?}");
    assert_eq!(tree(site.root()), before);
}
