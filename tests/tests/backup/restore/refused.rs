//! Restores that are refused, and change nothing.

use std::fs;
use std::path::PathBuf;

use isso_tests::torture::{Files, Load, Save, Shape, database, unfinished};

use super::comment;
use crate::{backups, create, generation, site};

#[test]
fn a_restore_needs_a_yes_and_a_good_backup() {
    let site = site();
    let mut up = site.serving_again();
    database::fill(&site.data().join("db/comments.db"), "old", 1000);
    let backup = create(&site);
    comment(&up, "after the backup");
    let before = (generation(&up), Files::of(site.data()));
    let load = Load::start(up.address(), Shape::Reading(20));

    let said = site.refused(&["backup", "restore", &backup], 2);
    assert!(said.contains("--yes"), "{said}");

    let good = fs::read(&backup).expect("it is there");
    let check = |name: &str, bytes: &[u8], word: &str| {
        let path = backups(&site).join(name);
        Save::InPlace.save(&path, bytes);
        let path = path.to_str().expect("the path is text");
        for command in [&["backup", "verify", path][..], &["backup", "restore", "--yes", path]] {
            let said = site.refused(command, 1);
            assert!(said.contains(word), "{command:?}: {said}");
        }
    };
    for part in [3, 30, 300] {
        let mut bytes = good.clone();
        let place = bytes.len() / part;
        bytes[place] ^= 0x40;
        check("altered.isso-backup.tar.zst", &bytes, "damaged");
    }
    let half = &good[..good.len() / 2];
    check("half.isso-backup.tar.zst", half, "cut off");
    check("holiday.jpg", b"no backup at all", "no backup of issoctl");

    let tally = load.finish();
    assert_eq!(tally.failed(), 0, "{tally}");
    assert_eq!((generation(&up), Files::of(site.data())), before);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
    assert_eq!(
        fs::read_dir(backups(&site)).expect("it is there").count(),
        4,
        "no restore has kept anything"
    );
    assert!(!up.printed().contains("panicked"), "{}", up.printed());
}

#[test]
fn a_database_that_sqlite_refuses_is_not_put_back() {
    let site = site();
    let up = site.serving_again();
    comment(&up, "precious");
    let before = (generation(&up), Files::of(site.data()));
    let folder = isso_tests::quick_folder();
    fs::copy(site.cfg_path(), folder.path().join("isso.cfg")).expect("it can be copied");
    Save::InPlace.save(
        &folder.path().join("comments.db"),
        b"SQLite format 3\0 and then nothing".repeat(500),
    );
    let path = folder.path().to_str().expect("the path is text");
    let said = site.refused(&["backup", "restore", "--yes", path], 1);
    assert!(said.contains("nothing was put back"), "{said}");
    assert_eq!((generation(&up), Files::of(site.data())), before);
    assert_eq!(unfinished(site.data()), Vec::<PathBuf>::new());
}
