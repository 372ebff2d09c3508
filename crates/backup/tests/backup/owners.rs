//! A user who is not the owner of the folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use isso_backup::{RestoreSource, StageError, check_places, list, verify};
use isso_tests::not_tested;
use nix::unistd::geteuid;

use crate::children::command;
use crate::site::{MEMBERS, names, quick_folder};
use crate::swap::new_state;

#[test]
fn a_user_who_may_not_give_files_away_keeps_them() {
    if !geteuid().is_root() {
        return not_tested("only root can become another user");
    }
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    // Like /tmp: every user may write here, and it is root's.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
    fs::set_permissions(&backup, Permissions::from_mode(0o644)).unwrap();
    let mut test = command("verify", folder.path(), 0);
    let done = test.uid(65534).gid(65534).current_dir("/").output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Runs as a user who does not own the folder.
pub fn verify_as_somebody(folder: &Path) {
    assert!(!geteuid().is_root());
    let listed = list(folder).unwrap();
    let source = RestoreSource::open(&listed[0].path).unwrap();
    verify(&source, folder, &()).unwrap();
    assert_eq!(names(folder).len(), 1);
    // A folder that may be written and not read cannot be brought to the disk.
    let root = folder.join("mine");
    let db = root.join("db");
    fs::create_dir_all(&db).unwrap();
    fs::set_permissions(&db, Permissions::from_mode(0o300)).unwrap();
    let error = check_places(&root, &["db/comments.db"]).unwrap_err();
    assert!(matches!(&error, StageError::Write(path, _) if *path == db), "{error:?}");
    fs::remove_dir(db).unwrap();
    fs::remove_dir(root).unwrap();
}
