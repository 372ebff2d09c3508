//! Damage of any kind to a backup is noticed.

use std::fs;
use std::path::{Path, PathBuf};

use isso_backup::{Archive, ArchiveError, Manifest, RestoreSource, SourceError, StageError, verify};
use tempfile::TempDir;
use time::macros::datetime;

use crate::craft::of_settings;
use crate::dice::Dice;
use crate::site::{CFG, Site, make_database, names, put, quick_folder};

/// A file that was a good backup, and is changed by each case.
struct Victim {
    folder: TempDir,
    path: PathBuf,
    good: Vec<u8>,
    manifest: Manifest,
}

impl Victim {
    fn new(good: Vec<u8>) -> Victim {
        let folder = quick_folder();
        let path = folder.path().join("it.isso-backup.tar.zst");
        put(&path, &good);
        verify(&RestoreSource::open(&path).unwrap(), folder.path(), &()).unwrap();
        let manifest = Archive::open(&path).unwrap().manifest().clone();
        Victim {
            folder,
            path,
            good,
            manifest,
        }
    }

    /// Writes these bytes to it, which have to be refused as damaged.
    fn check(&self, bytes: &[u8], what: &dyn Fn() -> String) -> ArchiveError {
        assert_ne!(bytes, self.good, "{}", what());
        put(&self.path, bytes);
        let error = match RestoreSource::open(&self.path) {
            Err(SourceError::Archive(error)) => error,
            Err(error) => panic!("{}: {error:?}", what()),
            Ok(source) => {
                // What is listed, and which backups are kept, depends on this alone.
                let RestoreSource::Archive(archive) = &source else {
                    panic!("{}", what());
                };
                assert_eq!(archive.manifest(), &self.manifest, "{}", what());
                match verify(&source, self.folder.path(), &()) {
                    Err(StageError::Archive(error)) => error,
                    other => panic!("{}: {other:?}", what()),
                }
            }
        };
        let expected = matches!(
            error,
            ArchiveError::Truncated(_)
                | ArchiveError::Damaged { .. }
                | ArchiveError::WrongMember { .. }
                | ArchiveError::Altered(_)
        );
        assert!(expected, "{}: {error:?}", what());
        error
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        assert_eq!(names(self.folder.path()).len(), 1, "nothing else is left");
    }
}

/// A backup as small as can be.
fn tiny() -> Victim {
    let created = datetime!(2026-11-24 15:00 UTC);
    Victim::new(of_settings(created, "[general]\n"))
}

#[test]
fn every_length_but_the_whole_is_cut_off() {
    let victim = tiny();
    for length in 0..victim.good.len() {
        let error = victim.check(&victim.good[..length], &|| format!("{length} bytes"));
        let expected = matches!(error, ArchiveError::Truncated(_));
        assert!(expected, "{length}: {error:?}");
    }
}

#[test]
fn every_bit_counts() {
    let victim = tiny();
    for at in 0..victim.good.len() {
        for bit in 0..8 {
            let mut bytes = victim.good.clone();
            bytes[at] ^= 1 << bit;
            victim.check(&bytes, &|| format!("bit {bit} of byte {at}"));
        }
    }
}

#[test]
fn random_damage_never_passes() {
    let site = Site::without_database();
    make_database(&site.database(), 60, 1500);
    let created = site.create(&()).unwrap();
    let victim = Victim::new(fs::read(created.path).unwrap());
    assert!(victim.good.len() > 50_000, "there is something to damage");
    for seed in 0..2000 {
        let bytes = mutated(&victim.good, &mut Dice(seed));
        if bytes != victim.good {
            victim.check(&bytes, &|| format!("seed {seed}"));
        }
    }
}

/// The bytes after some accident.
fn mutated(good: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let length = bytes.len();
    let from = dice.of(0..length);
    let to = (from + dice.of(1..5000)).min(length);
    match dice.of(0..12) {
        0 => bytes.truncate(from),
        1..=3 => bytes[from] ^= 1 << dice.of(0..8),
        4 => bytes[dice.of(0..100)] ^= 1 << dice.of(0..8),
        5 => bytes[length - 1 - dice.of(0..100)] ^= 1 << dice.of(0..8),
        6 => bytes[from..to].fill(0),
        7 => drop(bytes.splice(from..from, good[from..to].iter().copied())),
        8 => drop(bytes.drain(from..to)),
        9 => {
            let count = dice.of(1..2000);
            bytes.splice(from..from, dice.bytes(count));
        }
        10 => {
            let count = dice.of(1..200);
            bytes.extend(dice.bytes(count));
        }
        _ => bytes.rotate_left(from),
    }
    bytes
}

#[test]
fn two_files_do_not_make_one() {
    let victim = tiny();
    let good = &victim.good;
    let other = of_settings(datetime!(2026-11-25 15:00 UTC), CFG);
    let seal = good.len() - 40;
    let check = |what: &str, bytes: &[&[u8]]| victim.check(&bytes.concat(), &|| what.to_owned());
    check("twice", &[good, good]);
    check("two", &[good, &other]);
    check("without the first seal", &[&good[..seal], &other]);
    check("the seal twice", &[good, &good[seal..]]);
    check("the seal of another", &[&good[..seal], &other[other.len() - 40..]]);
    let half = good.len() / 2;
    check("halves swapped", &[&good[half..], &good[..half]]);
    check("the beginning of another", &[&other[..100], &good[100..]]);
    check("something in front", &[b"\0", good]);
    check("something behind", &[good, b"\n"]);
}

#[test]
fn a_file_that_is_no_backup_is_called_that() {
    let check = |bytes: &[u8]| {
        let folder = quick_folder();
        let path = folder.path().join("something");
        put(&path, bytes);
        let error = Archive::open(&path).unwrap_err();
        assert!(matches!(error, ArchiveError::NotABackup(_)), "{error:?}");
        let named = path.with_extension("isso-backup.tar.zst");
        fs::rename(&path, &named).unwrap();
        // Its name says that it was one.
        let error = Archive::open(&named).unwrap_err();
        assert!(matches!(error, ArchiveError::Truncated(_)), "{error:?}");
    };
    check(b"");
    check(b"x");
    check(&[0; 40]);
    check(&[0; 100_000]);
    check(&Dice(1).bytes(100_000));
    check(CFG.as_bytes());
    // An empty zip.
    check(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let tar = crate::craft::file("config/isso.cfg", b"[general]\n");
    check(&tar);
    check(&zstd::encode_all(&tar[..], 3).unwrap());
    let site = Site::with_comments(10);
    check(&fs::read(site.database()).unwrap());
}

#[test]
fn a_pipe_folder_or_device_is_no_backup() {
    let folder = quick_folder();
    let pipe = folder.path().join("pipe");
    // No process will ever write into it.
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for path in [&*pipe, Path::new("/dev/zero"), folder.path()] {
        let error = Archive::open(path).unwrap_err();
        assert!(matches!(error, ArchiveError::NotABackup(_)), "{error:?}");
    }
    let error = Archive::open(&folder.path().join("nothing")).unwrap_err();
    assert!(matches!(error, ArchiveError::Read(..)), "{error:?}");
}
