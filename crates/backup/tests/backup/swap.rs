//! A backup is put in the place of other files, which are kept.

use std::fs;
use std::path::{Path, PathBuf};

use isso_backup::{
    RestoreSource, StageError, StagedRestore, SwapError, check_places, find_staged, finish, restore_into, stage, swap,
    verify,
};

use crate::hot::half_written;
use crate::site::{CFG, MEMBERS, Site, Tree, content, names, quick_folder, tree};

/// The files that may lie beside the members, and belong to them.
pub const COMPANIONS: [&str; 6] = [
    "db/comments.db-journal",
    "db/comments.db-wal",
    "db/comments.db-shm",
    "db/comments.db.exists",
    "db/comments.db.checked",
    "config/isso.cfg.last-good",
];

/// The site that is replaced: every file that an Isso may have, with this in all of them.
pub fn old_site() -> Site {
    let site = Site::without_database();
    for name in MEMBERS.iter().chain(&COMPANIONS) {
        site.put(name, format!("the old {name}"));
    }
    site.put("start9/other.json", "not ours");
    site
}

/// Makes the backup that is put in its place, with these members. Returns it and the members.
pub fn new_state(folder: &Path, members: &[&str]) -> (PathBuf, Tree) {
    let site = Site::with_comments(20);
    site.put("config/isso.cfg", CFG.replace("# mine", "# new"));
    for gone in MEMBERS.iter().filter(|it| !members.contains(it)) {
        fs::remove_file(site.path(gone)).unwrap();
    }
    let created = site.create_in(folder, &()).unwrap();
    (created.path, site.members())
}

/// Which members a backup may have.
pub const KINDS: [&[&str]; 4] = [
    &MEMBERS,
    &["config/isso.cfg"],
    &["db/comments.db"],
    &["config/isso.cfg", "start9/store.json"],
];

/// Those files of the old site that give way to these members: the members themselves, and what belongs to them.
pub fn giving_way<'a>(members: &'a [&'a str]) -> impl Iterator<Item = &'static str> + 'a {
    let gives_way = |name: &str| members.iter().any(|it| name.starts_with(it));
    COMPANIONS
        .into_iter()
        .filter(move |it| gives_way(it))
        .chain(MEMBERS.into_iter().filter(move |it| gives_way(it)))
}

/// Checks a site after a restore over the old one.
pub fn check_restored(site: &Site, old: &Tree, new: &Tree, before: &Path) {
    assert_eq!(before.parent().unwrap(), site.backups());
    let name = before.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("before-restore-2"), "{name}");
    let members: Vec<&str> = new.keys().map(|it| it.to_str().unwrap()).collect();
    let ours = |path: &Path| giving_way(&members).any(|it| path == Path::new(it));
    let (kept, others): (Tree, Tree) = old.clone().into_iter().partition(|(path, _)| ours(path));
    assert_eq!(tree(before), kept, "the old state is whole");
    let mut expected = new.clone();
    expected.extend(others);
    let place = before.strip_prefix(site.root()).unwrap();
    expected.extend(kept.into_iter().map(|(path, it)| (place.join(path), it)));
    assert_eq!(tree(site.root()), expected);
    assert!(!site.path(".restore").exists());
    let hidden = names(site.root()).into_iter().filter(|it| it.starts_with('.'));
    assert_eq!(hidden.collect::<Vec<_>>(), [".lock"]);
}

/// Opens a backup, and stages it in the volume.
pub fn staged(backup: &Path, site: &Site) -> StagedRestore {
    let source = RestoreSource::open(backup).unwrap();
    stage(&source, site.root(), &()).unwrap()
}

#[test]
fn the_new_state_is_in_place_and_the_old_one_is_kept() {
    let folder = quick_folder();
    for members in KINDS {
        let (backup, new) = new_state(folder.path(), members);
        assert_eq!(new.len(), members.len());
        let site = old_site();
        let old = tree(site.root());
        check_places(site.root(), members).unwrap();
        let staged = staged(&backup, &site);
        assert!(staged.inspection.is_accepted());
        let mut meanwhile = tree(site.root());
        meanwhile.retain(|path, _| !path.to_str().unwrap().starts_with(".issoctl-"));
        assert_eq!(meanwhile, old, "it is only staged");

        let restored = swap(site.root(), staged.path()).unwrap();
        drop(staged);
        check_restored(&site, &old, &new, &restored.before.unwrap());
        assert_eq!(finish(site.root()).unwrap(), None);
        fs::remove_file(backup).unwrap();
    }
}

#[test]
fn the_kept_state_can_be_put_back() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    // The Isso that is replaced was killed in the middle of a transaction.
    let site = Site::with_comments(500);
    let before = half_written(&site);
    let old = site.members();
    let restored = swap(site.root(), staged(&backup, &site).path()).unwrap();
    let kept = restored.before.unwrap();
    let after = tree(&kept);
    assert_eq!(names(&site.path("db")), ["comments.db"]);

    let again = staged(&kept, &site);
    assert_eq!(again.inspection.database.unwrap().comments, 500);
    let restored = swap(site.root(), again.path()).unwrap();
    assert_eq!(content(&site.database()), before);
    let others = |members: &Tree| {
        let mut members = members.clone();
        members.remove(Path::new("db/comments.db"));
        members
    };
    assert_eq!(others(&site.members()), others(&old));
    assert_eq!(tree(&kept), after, "it is kept as it was");
    assert_eq!(tree(&restored.before.unwrap()), new);
}

#[test]
fn a_restore_to_a_new_place_keeps_no_state() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let source = RestoreSource::open(&backup).unwrap();
    let target = folder.path().join("a/new/place");
    let staged = stage(&source, &target, &()).unwrap();
    let restored = swap(&target, staged.path()).unwrap();
    assert_eq!(restored.before, None);
    assert_eq!(tree(&target), new);
    assert_eq!(names(&target), [".lock", "config", "db", "start9"]);
    assert_eq!(finish(&target).unwrap(), None);
}

#[test]
fn two_restores_in_one_second_keep_both_states() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS[..1]);
    let site = old_site();
    // PassLimits two of them have the same second, all have to be kept.
    for count in 1.. {
        swap(site.root(), staged(&backup, &site).path()).unwrap();
        let kept = names(&site.backups());
        assert_eq!(kept.len(), count);
        if kept.iter().any(|it| it.ends_with("Z-2")) {
            break;
        }
    }
}

#[test]
fn a_folder_that_is_not_empty_is_not_filled() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let source = RestoreSource::open(&backup).unwrap();
    let site = old_site();
    let before = tree(site.root());
    let error = restore_into(&source, site.root(), &()).unwrap_err();
    assert!(matches!(error, StageError::NotEmpty(_)), "{error:?}");
    assert_eq!(tree(site.root()), before);
    let file = site.path("config/isso.cfg");
    let error = restore_into(&source, &file, &()).unwrap_err();
    assert!(matches!(error, StageError::Write(..)), "{error:?}");
    assert_eq!(tree(site.root()), before);
}

#[test]
fn staged_files_that_are_not_wanted_leave_nothing() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let before = (tree(site.root()), names(site.root()));
    let ready = staged(&backup, &site);
    assert_eq!(names(site.root()).len(), before.1.len() + 1);
    verify(&RestoreSource::open(&backup).unwrap(), site.root(), &()).unwrap();
    assert!(ready.path().is_dir(), "others work beside it");
    drop(ready);
    assert_eq!((tree(site.root()), names(site.root())), before);
}

#[test]
fn a_swap_without_staged_files_does_nothing() {
    let site = old_site();
    let before = tree(site.root());
    let error = swap(site.root(), &site.path("nothing")).unwrap_err();
    assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
    assert_eq!(tree(site.root()), before);
    assert_eq!(finish(site.root()).unwrap(), None);
    assert_eq!(tree(site.root()), before);
}

#[test]
fn files_that_were_not_staged_in_the_volume_are_not_put_in_place() {
    let site = old_site();
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let staged = stage(&RestoreSource::open(&backup).unwrap(), site.root(), &()).unwrap();
    find_staged(site.root(), &staged.name()).unwrap();
    let plan = |text: &str, name: &str| {
        let file = site.root().join(name).join("plan.json");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        crate::site::put(&file, text);
    };
    plan("{}", ".issoctl-empty");
    plan(r#"{"before":"../elsewhere","files":[]}"#, ".issoctl-before");
    plan(r#"{"before":"backups/x","files":["/etc/passwd"]}"#, ".issoctl-file");
    plan(r#"{"before":"backups/x","files":[]}"#, "mine");
    fs::create_dir(site.root().join(".issoctl-bare")).unwrap();
    site.put(".issoctl-plain", "a file");
    std::os::unix::fs::symlink(staged.path(), site.root().join(".issoctl-link")).unwrap();
    let elsewhere = quick_folder();
    fs::create_dir(elsewhere.path().join(".issoctl-x")).unwrap();
    let names = [
        ".issoctl-empty",
        ".issoctl-before",
        ".issoctl-file",
        "mine",
        ".issoctl-bare",
        ".issoctl-plain",
        ".issoctl-link",
        ".issoctl-none",
        "config",
        ".",
        "..",
        "",
        "/",
        "../../tmp",
    ];
    let before = tree(site.root());
    for name in names {
        let refused = find_staged(site.root(), name);
        assert!(matches!(refused, Err(StageError::NotStaged(..))), "{name}: {refused:?}");
        let undone = swap(site.root(), &site.root().join(name));
        assert!(matches!(undone, Err(SwapError::Undone { .. })), "{name}: {undone:?}");
    }
    let undone = swap(site.root(), &elsewhere.path().join(".issoctl-x"));
    assert!(matches!(undone, Err(SwapError::Undone { .. })), "{undone:?}");
    assert_eq!(tree(site.root()), before, "nothing is moved or removed");
    swap(site.root(), staged.path()).unwrap();
}

#[test]
fn a_file_in_the_place_of_a_restore_keeps_no_isso_down() {
    let site = old_site();
    site.put(".restore", "a file");
    assert_eq!(finish(site.root()).unwrap(), None);
    assert_eq!(finish(site.root()).unwrap(), None);
}
