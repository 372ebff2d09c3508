//! Files and folders of the volume that are links: the link stays, and what it names is replaced and kept.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use isso_backup::{StageError, SwapError, check_places, finish, swap};

use crate::site::{MEMBERS, Site, content, names, put, quick_folder, tree};
use crate::swap::{new_state, old_site, staged};

/// A site in which a file or folder was moved, and a link stands in its place.
fn linked(name: &str, target: &Path) -> Site {
    let site = old_site();
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::rename(site.path(name), target).unwrap();
    symlink(target, site.path(name)).unwrap();
    site
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).unwrap().is_symlink()
}

#[test]
fn the_file_that_a_link_names_is_replaced_and_the_link_stays() {
    for name in MEMBERS {
        let folder = quick_folder();
        let (backup, new) = new_state(folder.path(), &MEMBERS);
        let target = folder.path().join("elsewhere/under another.name");
        let site = linked(name, &target);
        // SQLite's files lie beside the file that the link names.
        for suffix in ["-journal", "-wal", "-shm"] {
            put(&with(&target, suffix), format!("the old {suffix}"));
            let _ = fs::remove_file(with(&site.database(), suffix));
        }
        check_places(site.root(), &MEMBERS).unwrap();
        let restored = swap(site.root(), staged(&backup, &site).path()).unwrap();
        assert_eq!(site.members(), new);
        assert!(is_link(&site.path(name)), "{name}");
        assert_eq!(fs::read(&target).unwrap(), new[Path::new(name)]);
        let kept = restored.before.unwrap();
        assert!(!is_link(&kept.join(name)));
        assert_eq!(fs::read_to_string(kept.join(name)).unwrap(), format!("the old {name}"));
        if name == "db/comments.db" {
            // Played into the new database, they would damage it.
            assert_eq!(names(target.parent().unwrap()), ["under another.name"]);
            let wal = fs::read_to_string(kept.join("db/comments.db-wal")).unwrap();
            assert_eq!(wal, "the old -wal");
        }
        // And back.
        let (config, _) = new_state(folder.path(), &["config/isso.cfg"]);
        swap(site.root(), staged(&config, &site).path()).unwrap();
        assert!(is_link(&site.path(name)));
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

#[test]
fn links_to_links_and_links_that_are_relative_are_followed() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    fs::rename(site.database(), site.path("db/real.db")).unwrap();
    symlink("real.db", site.path("db/second")).unwrap();
    symlink("../db/second", site.database()).unwrap();
    let restored = swap(site.root(), staged(&backup, &site).path()).unwrap();
    assert!(is_link(&site.database()) && is_link(&site.path("db/second")));
    assert_eq!(
        fs::read(site.path("db/real.db")).unwrap(),
        new[Path::new("db/comments.db")]
    );
    let kept = restored.before.unwrap().join("db/comments.db");
    assert_eq!(fs::read(kept).unwrap(), b"the old db/comments.db");
}

#[test]
fn what_lies_in_a_folder_that_is_a_link_is_replaced_there() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let target = folder.path().join("other/database");
    let site = linked("db", &target);
    check_places(site.root(), &MEMBERS).unwrap();
    let restored = swap(site.root(), staged(&backup, &site).path()).unwrap();
    assert!(is_link(&site.path("db")));
    assert_eq!(content(&target.join("comments.db")), content(&site.database()));
    assert_eq!(site.members(), new);
    let kept = restored.before.unwrap();
    assert!(!is_link(&kept.join("db")));
    assert_eq!(
        fs::read(kept.join("db/comments.db")).unwrap(),
        b"the old db/comments.db"
    );
}

#[test]
fn a_link_to_a_file_that_is_yet_to_be_made_is_followed() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = Site::without_database();
    let target = folder.path().join("new.db");
    symlink(&target, site.database()).unwrap();
    swap(site.root(), staged(&backup, &site).path()).unwrap();
    assert!(is_link(&site.database()));
    assert_eq!(fs::read(&target).unwrap(), new[Path::new("db/comments.db")]);
}

#[test]
fn a_link_that_leads_nowhere_is_noticed_before_anything_happens() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    let check = |name: &str, to: &Path| {
        let site = old_site();
        let place = site.path(name);
        match place.is_dir() {
            true => fs::remove_dir_all(&place).unwrap(),
            false => fs::remove_file(&place).unwrap(),
        }
        symlink(to, &place).unwrap();
        let error = check_places(site.root(), &MEMBERS).unwrap_err();
        assert!(matches!(error, StageError::Link(..)), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    };
    check("db/comments.db", &folder.path().join("missing/comments.db"));
    check("db", &folder.path().join("missing"));
    check("config/isso.cfg", Path::new("isso.cfg"));

    // Who does not ask is told, too, and finds everything as it was.
    let site = old_site();
    fs::remove_file(site.path("config/isso.cfg")).unwrap();
    symlink("isso.cfg", site.path("config/isso.cfg")).unwrap();
    let ready = staged(&backup, &site);
    let error = swap(site.root(), ready.path()).unwrap_err();
    assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
    assert_eq!(finish(site.root()).unwrap(), None);
    assert_eq!(fs::read(site.database()).unwrap(), b"the old db/comments.db");
}

#[test]
fn a_link_survives_a_restore_that_is_killed_between_two_renames() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let target = folder.path().join("elsewhere/comments.db");
    let site = linked("db/comments.db", &target);
    let ready = staged(&backup, &site);
    fs::rename(ready.path(), site.path(".restore")).unwrap();
    drop(ready);
    // The old database has left, and the new one has not arrived: the link names nothing.
    let plan = fs::read(site.path(".restore/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
    let before = site.path(plan["before"].as_str().unwrap());
    fs::create_dir_all(before.join("db")).unwrap();
    fs::rename(&target, before.join("db/comments.db")).unwrap();
    finish(site.root()).unwrap().unwrap();
    assert_eq!(site.members(), new);
    assert!(is_link(&site.database()));
    assert_eq!(tree(target.parent().unwrap()).len(), 1);
}
