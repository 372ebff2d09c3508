//! Backups that are not what they say, though their seal is right: nobody but an attacker makes them.

use std::fs;
use std::os::unix::fs::symlink;

use isso_backup::{ArchiveError, Origin, OriginError, PrepareError, Unsound, restore_into, verify};
use tar::EntryType;
use time::macros::datetime;

use crate::craft::{backup, entry, file, manifest, member, of_settings, sealed};
use crate::site::{CFG, Site, names, put, tree};

const CONFIG: &str = "config/isso.cfg";
const STORE: &str = "start9/store.json";
const DATABASE: &str = "db/comments.db";

/// Tries to restore it, and gives what has become of that; nothing may be written outside.
fn restored(bytes: &[u8]) -> Result<(), PrepareError> {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("one/two/three");
    put(&folder.path().join("backup"), bytes);
    put(&folder.path().join("one/two/bystander"), "mine");
    let before = tree(folder.path());
    let origin = match Origin::open(&folder.path().join("backup")) {
        Err(OriginError::Archive(error)) => return Err(error.into()),
        origin => origin.unwrap(),
    };
    let outcome = restore_into(&origin, &inner, &()).map(drop);
    let mut after = tree(folder.path());
    match outcome {
        Ok(()) => after.retain(|path, _| !path.starts_with("one/two/three")),
        Err(_) => assert!(!inner.exists()),
    }
    assert_eq!(after, before);
    outcome
}

/// Refuses it with an error of this kind.
macro_rules! check {
    ($bytes:expr, $expected:pat $(if $guard:expr)?) => {
        match restored($bytes) {
            Err($expected) $(if $guard)? => {}
            other => panic!("{other:?}"),
        }
    };
}

fn plain(files: &[(&str, &[u8])]) -> isso_backup::Manifest {
    manifest(datetime!(2026-11-24 15:00 UTC), files)
}

#[test]
fn what_is_made_by_hand_is_a_backup() {
    let files = [(CONFIG, CFG.as_bytes()), (STORE, b"{}")];
    restored(&backup(&plain(&files), &files)).unwrap();
    restored(&of_settings(datetime!(2000-01-01 0:00 UTC), CFG)).unwrap();
}

#[test]
fn one_of_a_later_format_is_left_to_a_later_issoctl() {
    let text = r#"{"format": 2, "everything": "else"}"#;
    let bytes = sealed(&[file("manifest.json", text.as_bytes()), Vec::new()]);
    check!(&bytes, PrepareError::Archive(error @ ArchiveError::Future { found: 2, .. })
        if error.to_string().contains("later issoctl"));
}

#[test]
fn a_manifest_that_makes_no_sense_is_refused() {
    for text in [
        "",
        "{}",
        "[]",
        "{\"format\": 1}",
        "{\"format\": -1}",
        "\u{0}",
    ] {
        let bytes = sealed(&[file("manifest.json", text.as_bytes()), Vec::new()]);
        check!(&bytes, PrepareError::Archive(ArchiveError::Damaged { member, .. })
            if member == "manifest.json");
    }
    // Something else is in its place, or it is longer than any.
    let long = vec![b' '; 70_000];
    for first in [
        file("other.json", b"{}"),
        file("manifest.json", &long),
        Vec::new(),
    ] {
        let bytes = sealed(&[first, Vec::new()]);
        check!(&bytes, PrepareError::Archive(ArchiveError::Damaged { .. }));
    }
}

#[test]
fn names_that_no_backup_has_are_refused() {
    for stranger in [
        "../x",
        "../../bystander",
        "config/../../bystander",
        "/etc/x",
        "config/isso.cfg/",
        "./config/isso.cfg",
        "plan.json",
        "lock",
        "",
    ] {
        let files = [(stranger, &b"x"[..])];
        // The manifest has it, and then the archive alone.
        check!(&backup(&plain(&files), &files),
            PrepareError::Archive(ArchiveError::Stranger { member, .. }) if member == stranger);
        let as_config = [(CONFIG, &b"x"[..])];
        check!(&backup(&plain(&as_config), &files),
            PrepareError::Archive(ArchiveError::WrongMember { expected, .. }) if expected == CONFIG);
        check!(&backup(&plain(&as_config), &[as_config[0], files[0]]),
            PrepareError::Archive(ArchiveError::Stranger { member, .. }) if member == stranger);
    }
}

#[test]
fn a_name_that_is_given_in_another_way_is_no_way_around() {
    let text = serde_json::to_vec(&plain(&[(CONFIG, b"x")])).unwrap();
    let long_name = entry(
        "././@LongLink",
        b"../../bystander\0",
        EntryType::GNULongName,
    );
    let pax = entry("pax", b"24 path=../../bystander\n", EntryType::XHeader);
    for before in [long_name, pax] {
        let bytes = sealed(&[
            file("manifest.json", &text),
            [before, file(CONFIG, b"x")].concat(),
        ]);
        check!(&bytes, PrepareError::Archive(ArchiveError::WrongMember { found, .. })
            if found == "../../bystander");
    }
}

#[test]
fn links_are_not_followed_and_not_made() {
    let text = serde_json::to_vec(&plain(&[(CONFIG, b"")])).unwrap();
    let folder = entry("config", b"", EntryType::Symlink);
    let bytes = sealed(&[
        file("manifest.json", &text),
        [folder, file(CONFIG, b"")].concat(),
    ]);
    check!(&bytes, PrepareError::Archive(ArchiveError::WrongMember { found, .. })
        if found == "config");

    // One that has the right name and hash is the empty file that it says it is.
    let link = entry(CONFIG, b"", EntryType::Symlink);
    let site = tempfile::tempdir().unwrap();
    let path = site.path().join("backup");
    put(&path, sealed(&[file("manifest.json", &text), link]));
    let folder = site.path().join("folder");
    restore_into(&Origin::open(&path).unwrap(), &folder, &()).unwrap();
    let there = fs::symlink_metadata(folder.join(CONFIG)).unwrap();
    assert!(there.is_file() && there.len() == 0);
}

#[test]
fn the_order_is_part_of_the_format() {
    let files: [(&str, &[u8]); 2] = [(STORE, b"{}"), (CONFIG, CFG.as_bytes())];
    check!(&backup(&plain(&files), &files),
        PrepareError::Archive(ArchiveError::Stranger { member, .. }) if member == CONFIG);
    let twice = [files[1], files[1]];
    check!(&backup(&plain(&twice), &twice),
        PrepareError::Archive(ArchiveError::Stranger { member, .. }) if member == CONFIG);
    let ordered = [files[1], files[0]];
    check!(&backup(&plain(&ordered), &files),
        PrepareError::Archive(ArchiveError::WrongMember { found, .. }) if found == STORE);
    check!(&backup(&plain(&ordered), &ordered[..1]),
        PrepareError::Archive(ArchiveError::WrongMember { found, .. }) if found == "nothing");
    check!(&backup(&plain(&ordered[..1]), &ordered),
        PrepareError::Archive(ArchiveError::Stranger { member, .. }) if member == STORE);
}

#[test]
fn other_bytes_than_the_manifest_names_are_refused() {
    let good = [(CONFIG, &b"good"[..])];
    for other in [&b"evil"[..], b"goo", b"good ", b""] {
        check!(&backup(&plain(&good), &[(CONFIG, other)]),
            PrepareError::Archive(ArchiveError::Damaged { member, .. }) if member == CONFIG);
    }
    // The hash is right, the length is not.
    let mut lying = plain(&good);
    lying.members[0].size = 5;
    check!(
        &backup(&lying, &good),
        PrepareError::Archive(ArchiveError::Damaged { .. })
    );
    lying.members[0] = member(CONFIG, b"good");
    lying.members[0].blake3.make_ascii_uppercase();
    check!(
        &backup(&lying, &good),
        PrepareError::Archive(ArchiveError::Damaged { .. })
    );
}

#[test]
fn sizes_that_no_disk_holds_are_refused_beforehand() {
    let mut lying = plain(&[(CONFIG, b"good"), (STORE, b"{}")]);
    lying.members[0].size = u64::MAX / 4;
    check!(
        &backup(&lying, &[(CONFIG, b"good")]),
        PrepareError::Space(_)
    );
    for member in &mut lying.members {
        member.size = u64::MAX;
    }
    check!(
        &backup(&lying, &[(CONFIG, b"good")]),
        PrepareError::Space(_)
    );
}

#[test]
fn a_database_that_sqlite_finds_corrupt_is_refused() {
    let site = Site::with_comments(100);
    let sound = fs::read(site.database()).unwrap();
    let mut scribbled = sound.clone();
    scribbled[4096 * 5..4096 * 6].fill(0x5a);
    // Only looking at the index tells that a row is not found by its address.
    let mut unindexed = sound.clone();
    let address = b"/post/7/";
    let places = sound.windows(address.len()).enumerate();
    let places = places.filter(|(_, it)| *it == address).map(|(at, _)| at);
    let places: Vec<usize> = places.collect();
    assert_eq!(places.len(), 2, "in the row and in the index");
    unindexed[places[0]..][..8].copy_from_slice(b"/post/X/");
    for damaged in [&scribbled, &unindexed] {
        let files = [(CONFIG, CFG.as_bytes()), (DATABASE, &**damaged)];
        check!(
            &backup(&plain(&files), &files),
            PrepareError::Unsound(_, Unsound::Damaged(_))
        );
    }
    let nonsense = b"no database at all, but long enough to be looked at";
    for unreadable in [&sound[..4096 * 3], nonsense] {
        let files = [(DATABASE, unreadable)];
        check!(
            &backup(&plain(&files), &files),
            PrepareError::Unsound(_, Unsound::Unreadable(_))
        );
    }
    let files = [(DATABASE, &*sound)];
    restored(&backup(&plain(&files), &files)).unwrap();
}

#[test]
fn what_is_beside_the_frames_is_noticed() {
    let files = [(CONFIG, CFG.as_bytes())];
    let text = file(
        "manifest.json",
        &serde_json::to_vec(&plain(&files)).unwrap(),
    );
    let config = file(CONFIG, CFG.as_bytes());
    // Behind the end of the tar archive there is something, in the frame or in one of its own. It was written so, and
    // nothing of it is unpacked.
    let behind = [config.clone(), vec![0; 1024], file("../../bystander", b"x")].concat();
    restored(&sealed(&[text.clone(), behind])).unwrap();
    // No end of a tar archive, or none of a frame.
    let bytes = sealed(&[text.clone(), config.clone()]);
    let mut cut = bytes[..bytes.len() - 40 - 6].to_vec();
    let hash = blake3::hash(&cut);
    cut.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    cut.extend(hash.as_bytes());
    check!(&cut, PrepareError::Archive(ArchiveError::Damaged { .. }));
}

#[test]
fn where_a_link_lies_it_is_the_file_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = of_settings(datetime!(2026-11-24 15:00 UTC), CFG);
    put(&folder.path().join("backup"), bytes);
    let link = folder.path().join("link");
    symlink("backup", &link).unwrap();
    verify(&Origin::open(&link).unwrap(), folder.path(), &()).unwrap();
    assert_eq!(names(folder.path()), ["backup", "link"]);
}
