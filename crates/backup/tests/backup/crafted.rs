//! Backups that are not what they say, though their seal is right: only an attacker makes them.

mod random;

use std::fs;
use std::os::unix::fs::symlink;

use isso_backup::{ArchiveError, DatabaseProblem, RestoreSource, SourceError, StageError, restore_into, verify};
use tar::EntryType;
use time::macros::datetime;

use crate::craft::{backup, entry, file, manifest, member, of_settings, sealed};
use crate::site::{CFG, Site, names, put, quick_folder, tree};

pub const CONFIG: &str = "config/isso.cfg";
const STORE: &str = "start9/store.json";
const DATABASE: &str = "db/comments.db";

/// Restores a backup, and returns the outcome. Nothing may be written outside of the folder.
fn restored(bytes: &[u8]) -> Result<(), StageError> {
    let folder = quick_folder();
    let inner = folder.path().join("one/two/three");
    put(&folder.path().join("backup"), bytes);
    put(&folder.path().join("one/two/bystander"), "mine");
    let before = tree(folder.path());
    let source = match RestoreSource::open(&folder.path().join("backup")) {
        Err(SourceError::Archive(error)) => return Err(error.into()),
        source => source.unwrap(),
    };
    let outcome = restore_into(&source, &inner, &()).map(drop);
    let mut after = tree(folder.path());
    match outcome {
        Ok(()) => after.retain(|path, _| !path.starts_with("one/two/three")),
        Err(_) => assert!(!inner.exists()),
    }
    assert_eq!(after, before);
    outcome
}

/// The backup has to be refused with an error of this kind.
macro_rules! check {
    ($bytes:expr, $expected:pat $(if $guard:expr)?) => {
        match restored($bytes) {
            Err($expected) $(if $guard)? => {}
            other => panic!("{other:?}"),
        }
    };
}

pub fn plain(files: &[(&str, &[u8])]) -> isso_backup::Manifest {
    manifest(datetime!(2026-11-24 15:00 UTC), files)
}

#[test]
fn an_archive_that_is_made_by_hand_is_a_backup() {
    let files = [(CONFIG, CFG.as_bytes()), (STORE, b"{}")];
    restored(&backup(&plain(&files), &files)).unwrap();
    restored(&of_settings(datetime!(2000-01-01 0:00 UTC), CFG)).unwrap();
}

#[test]
fn a_backup_of_a_later_format_is_left_to_a_later_issoctl() {
    let text = r#"{"format": 2, "everything": "else"}"#;
    let bytes = sealed(&[file("manifest.json", text.as_bytes()), Vec::new()]);
    check!(&bytes, StageError::Archive(error @ ArchiveError::LaterFormat { found: 2, .. })
        if error.to_string().contains("later issoctl"));
}

#[test]
fn a_manifest_that_makes_no_sense_is_refused() {
    for text in ["", "{}", "[]", "{\"format\": 1}", "{\"format\": -1}", "\u{0}"] {
        let bytes = sealed(&[file("manifest.json", text.as_bytes()), Vec::new()]);
        check!(&bytes, StageError::Archive(ArchiveError::Damaged { member, .. })
            if member == "manifest.json");
    }
    // Something else is in its place, or it is longer than any.
    let long = vec![b' '; 70_000];
    for first in [file("other.json", b"{}"), file("manifest.json", &long), Vec::new()] {
        let bytes = sealed(&[first, Vec::new()]);
        check!(&bytes, StageError::Archive(ArchiveError::Damaged { .. }));
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
            StageError::Archive(ArchiveError::UnexpectedMember { member, .. }) if member == stranger);
        let as_config = [(CONFIG, &b"x"[..])];
        check!(&backup(&plain(&as_config), &files),
            StageError::Archive(ArchiveError::WrongMember { expected, .. }) if expected == CONFIG);
        check!(&backup(&plain(&as_config), &[as_config[0], files[0]]),
            StageError::Archive(ArchiveError::UnexpectedMember { member, .. }) if member == stranger);
    }
}

#[test]
fn a_name_that_is_given_in_another_way_is_no_way_around() {
    let text = serde_json::to_vec(&plain(&[(CONFIG, b"x")])).unwrap();
    let long_name = entry("././@LongLink", b"../../bystander\0", EntryType::GNULongName);
    let pax = entry("pax", b"24 path=../../bystander\n", EntryType::XHeader);
    for before in [long_name, pax] {
        let bytes = sealed(&[file("manifest.json", &text), [before, file(CONFIG, b"x")].concat()]);
        // The entry about a name counts for itself, and is not read.
        check!(&bytes, StageError::Archive(ArchiveError::WrongMember { found, .. })
            if found.ends_with("no plain file,"));
    }
}

#[test]
fn links_are_not_followed_and_not_made() {
    let text = serde_json::to_vec(&plain(&[(CONFIG, b"")])).unwrap();
    let folder = entry("config", b"", EntryType::Symlink);
    let bytes = sealed(&[file("manifest.json", &text), [folder, file(CONFIG, b"")].concat()]);
    check!(&bytes, StageError::Archive(ArchiveError::WrongMember { found, .. })
        if found.starts_with("config,"));
    // Also where name and hash are right.
    let link = entry(CONFIG, b"", EntryType::Symlink);
    let bytes = sealed(&[file("manifest.json", &text), link]);
    check!(&bytes, StageError::Archive(ArchiveError::WrongMember { found, .. })
        if found.starts_with(CONFIG));
}

#[test]
fn the_order_is_part_of_the_format() {
    let files: [(&str, &[u8]); 2] = [(STORE, b"{}"), (CONFIG, CFG.as_bytes())];
    check!(&backup(&plain(&files), &files),
        StageError::Archive(ArchiveError::UnexpectedMember { member, .. }) if member == CONFIG);
    let twice = [files[1], files[1]];
    check!(&backup(&plain(&twice), &twice),
        StageError::Archive(ArchiveError::UnexpectedMember { member, .. }) if member == CONFIG);
    let ordered = [files[1], files[0]];
    check!(&backup(&plain(&ordered), &files),
        StageError::Archive(ArchiveError::WrongMember { found, .. }) if found == STORE);
    check!(&backup(&plain(&ordered), &ordered[..1]),
        StageError::Archive(ArchiveError::WrongMember { found, .. }) if found == "nothing");
    check!(&backup(&plain(&ordered[..1]), &ordered),
        StageError::Archive(ArchiveError::UnexpectedMember { member, .. }) if member == STORE);
}

#[test]
fn other_bytes_than_the_manifest_names_are_refused() {
    let good = [(CONFIG, &b"good"[..])];
    for other in [&b"evil"[..], b"goo", b"good ", b""] {
        check!(&backup(&plain(&good), &[(CONFIG, other)]),
            StageError::Archive(ArchiveError::Damaged { member, .. }) if member == CONFIG);
    }
    // The hash is right, the length is not.
    let mut lying = plain(&good);
    lying.members[0].size = 5;
    check!(
        &backup(&lying, &good),
        StageError::Archive(ArchiveError::Damaged { .. })
    );
    lying.members[0] = member(CONFIG, b"good");
    lying.members[0].blake3.make_ascii_uppercase();
    check!(
        &backup(&lying, &good),
        StageError::Archive(ArchiveError::Damaged { .. })
    );
}

#[test]
fn sizes_that_no_disk_holds_are_refused_beforehand() {
    let files = [(CONFIG, &b"good"[..]), (DATABASE, b"x")];
    let mut lying = plain(&files);
    for size in [u64::MAX / 4, u64::MAX] {
        lying.members[1].size = size;
        check!(&backup(&lying, &files), StageError::Space(_));
    }
    // Settings are held in memory, and no settings are so large.
    lying.members[0].size = 1024 * 1024 + 1;
    check!(&backup(&lying, &files), StageError::Archive(ArchiveError::TooLarge { member, .. })
        if member == CONFIG);
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
            StageError::Unsound(_, DatabaseProblem::Damaged(_))
        );
    }
    let nonsense = b"no database at all, but long enough to be looked at";
    for unreadable in [&sound[..4096 * 3], nonsense] {
        let files = [(DATABASE, unreadable)];
        check!(
            &backup(&plain(&files), &files),
            StageError::Unsound(_, DatabaseProblem::Unreadable(_))
        );
    }
    let files = [(DATABASE, &*sound)];
    restored(&backup(&plain(&files), &files)).unwrap();
}

#[test]
fn bytes_beside_the_frames_are_noticed() {
    let files = [(CONFIG, CFG.as_bytes())];
    let text = file("manifest.json", &serde_json::to_vec(&plain(&files)).unwrap());
    let config = file(CONFIG, CFG.as_bytes());
    // Behind the end of the tar archive there is something, or it ends in fewer or more zeros than it is written with.
    for behind in [
        vec![0; 1024],
        vec![0; 64 * 1024 * 1024],
        file("../../bystander", b"x"),
        [vec![0; 1024], file("../../bystander", b"x")].concat(),
        vec![0; 1],
        vec![0; 512],
    ] {
        let bytes = sealed(&[text.clone(), [config.clone(), behind].concat()]);
        check!(
            &bytes,
            StageError::Archive(ArchiveError::Altered(_) | ArchiveError::UnexpectedMember { .. })
        );
    }
    // A frame of its own is no way around, nor is one before the manifest ends.
    let bytes = sealed(&[text.clone(), config.clone(), vec![0; 512]]);
    check!(&bytes, StageError::Archive(ArchiveError::Altered(_)));
    let bytes = sealed(&[[text.clone(), config.clone()].concat(), Vec::new()]);
    check!(&bytes, StageError::Archive(ArchiveError::Damaged { .. }));
    // No end of a tar archive, or none of a frame.
    let bytes = sealed(&[text.clone(), config.clone()]);
    let mut cut = bytes[..bytes.len() - 40 - 6].to_vec();
    let hash = blake3::hash(&cut);
    cut.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    cut.extend(hash.as_bytes());
    check!(&cut, StageError::Archive(ArchiveError::Damaged { .. }));
}

#[test]
fn a_link_to_a_backup_is_followed() {
    let folder = quick_folder();
    let bytes = of_settings(datetime!(2026-11-24 15:00 UTC), CFG);
    put(&folder.path().join("backup"), bytes);
    let link = folder.path().join("link");
    symlink("backup", &link).unwrap();
    verify(&RestoreSource::open(&link).unwrap(), folder.path(), &()).unwrap();
    assert_eq!(names(folder.path()), ["backup", "link"]);
}
