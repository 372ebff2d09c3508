//! A backup is made, describes itself, and restores the files that were put into it.

mod sources;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use isso_backup::{BackupStep, Counts, Created, FORMAT, Manifest, RestoreSource, list, restore_into, verify};
use isso_tests::not_tested;

use crate::progress::{Moment, moments};
use crate::site::{MEMBERS, Site, Tree, content, mode, names, quick_folder, tree};

/// Makes a backup, opens, verifies and restores it. These members of the site have to come back.
fn check(site: &Site, expected: &[&str], comments: Option<Counts>) -> Created {
    let mut before = site.members();
    before.retain(|name, _| expected.contains(&name.to_str().unwrap()));
    let created = site.create(&()).unwrap();
    let manifest = &created.manifest;
    assert_eq!(site.members(), before, "nothing of the site has changed");
    assert_eq!(mode(&created.path), 0o600);
    assert_eq!(created.size, fs::metadata(&created.path).unwrap().len());
    assert_eq!(manifest.database, comments);
    check_members(manifest, expected, &before);

    let source = RestoreSource::open(&created.path).unwrap();
    assert_eq!(source.path(), created.path);
    assert_eq!(source.files(), expected);
    let RestoreSource::Archive(archive) = &source else {
        panic!("{source:?}");
    };
    assert_eq!(archive.manifest(), manifest);
    let described = source.describe();
    assert_eq!(described.created, manifest.created);
    assert_eq!(described.database, comments);
    assert_eq!(described.size, manifest.size());

    let scratch = quick_folder();
    let verified = verify(&source, scratch.path(), &()).unwrap();
    assert_eq!(verified.database, comments);
    assert_eq!(names(scratch.path()), [""; 0]);

    let folder = scratch.path().join("restored");
    let restored = restore_into(&source, &folder, &()).unwrap();
    assert_eq!(restored.database, comments);
    assert_eq!(tree(&folder), before, "byte by byte");
    for member in expected {
        let member = folder.join(member);
        assert_eq!(mode(&member), 0o600, "{}", member.display());
        assert_eq!(mode(member.parent().unwrap()), 0o700);
    }
    created
}

fn check_members(manifest: &Manifest, expected: &[&str], files: &Tree) {
    let members: Vec<&str> = manifest.members.iter().map(|it| &*it.path).collect();
    assert_eq!(members, expected);
    for member in &manifest.members {
        let bytes = &files[Path::new(&member.path)];
        assert_eq!(member.size, bytes.len() as u64, "{}", member.path);
        let hash = blake3::hash(bytes).to_string();
        assert_eq!(member.blake3, hash, "{}", member.path);
    }
    let sizes = files.values().map(|it| it.len() as u64);
    assert_eq!(manifest.size(), sizes.sum::<u64>());
    assert_eq!(manifest.format, FORMAT);
    assert_eq!(manifest.isso.as_deref(), Some("0.14.0"));
}

const HUNDRED: Option<Counts> = Some(Counts {
    comments: 100,
    threads: 20,
});

#[test]
fn every_file_comes_back_as_it_was() {
    let site = Site::with_comments(100);
    let created = check(&site, &MEMBERS, HUNDRED);
    let folder = quick_folder();
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, folder.path(), &()).unwrap();
    let restored = content(&folder.path().join("db/comments.db"));
    assert_eq!(restored, content(&site.database()));
    assert!(restored.len() > 100);
}

#[test]
fn an_isso_that_nobody_uses_is_backed_up_alike() {
    use isso_backup::Create;
    let site = Site::with_comments(100);
    let create = Create {
        volume: &site.volume,
        to: &site.backups(),
        isso: None,
        idle: true,
    };
    let created = create.run(&()).unwrap();
    assert_eq!(created.manifest.isso, None);
    assert_eq!(created.manifest.database, HUNDRED);
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    assert_eq!(tree(&folder), site.members());
}

#[test]
fn the_name_says_when_it_was_made() {
    let site = Site::with_comments(1);
    let created = site.create(&()).unwrap();
    let time = created.manifest.created;
    assert_eq!(time.nanosecond(), 0);
    let (date, clock) = (time.date(), time.time());
    let expected = format!(
        "isso-{}T{:02}{:02}{:02}Z.isso-backup.tar.zst",
        date.to_string().replace('-', ""),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    assert_eq!(names(&site.backups()), [expected]);
}

#[test]
fn two_backups_of_one_second_are_both_kept() {
    let site = Site::without_database();
    let mut all: Vec<Created> = Vec::new();
    let same = |[a, b]: [&Created; 2]| a.manifest.created == b.manifest.created;
    while !all.windows(2).any(|pair| same([&pair[0], &pair[1]])) {
        all.push(site.create(&()).unwrap());
    }
    let listed = list(&site.backups()).unwrap();
    let newest_first: Vec<_> = all.iter().rev().map(|it| &it.path).collect();
    assert_eq!(listed.iter().map(|it| &it.path).collect::<Vec<_>>(), newest_first);
    let last = newest_first[0].to_string_lossy();
    assert!(last.ends_with("Z-2.isso-backup.tar.zst"), "{last}");
}

#[test]
fn a_program_that_knows_zstd_and_tar_can_read_a_backup() {
    let site = Site::with_comments(100);
    let created = site.create(&()).unwrap();
    let frames = zstd::Decoder::new(File::open(&created.path).unwrap()).unwrap();
    let mut archive = tar::Archive::new(frames);
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let mtime = entry.header().mtime().unwrap();
        assert_eq!(i64::try_from(mtime).unwrap(), created.manifest.created.unix_timestamp());
        found.push((entry.path().unwrap().into_owned(), bytes));
    }
    let (name, manifest) = found.remove(0);
    assert_eq!(name, Path::new("manifest.json"));
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest, created.manifest);
    let order: Vec<_> = found.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(order, MEMBERS);
    assert_eq!(found.into_iter().collect::<Tree>(), site.members());
}

#[test]
fn the_tar_program_unpacks_a_backup() {
    let knows = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !knows("tar") || !knows("zstd") {
        return not_tested("there is no tar or no zstd, which read a backup without issoctl");
    }
    let site = Site::with_comments(100);
    let created = site.create(&()).unwrap();
    let tar = |arguments: &[&str]| {
        let tar = Command::new("tar")
            .args(["--zstd", "--file"])
            .arg(&created.path)
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8(tar.stderr).unwrap();
        assert!(tar.status.success() && errors.is_empty(), "{errors}");
        String::from_utf8(tar.stdout).unwrap()
    };
    let listed = tar(&["--list"]);
    let members = listed.lines().collect::<Vec<_>>();
    assert_eq!(members, [&["manifest.json"], &MEMBERS[..]].concat());

    let folder = site.path("unpacked");
    fs::create_dir(&folder).unwrap();
    tar(&["--extract", "--directory", folder.to_str().unwrap()]);
    for (name, bytes) in site.members() {
        assert_eq!(fs::read(folder.join(&name)).unwrap(), bytes, "{name:?}");
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name:?}");
    }
}

#[test]
fn the_progress_counts_every_byte() {
    let site = Site::with_comments(100);
    let seen = moments(|progress| drop(site.create(progress).unwrap()));
    let steps = |seen: &[Moment]| {
        let steps = seen.iter().filter_map(|it| match it {
            Moment::Begin(step) => Some(*step),
            _ => None,
        });
        steps.collect::<Vec<_>>()
    };
    assert_eq!(steps(&seen), [BackupStep::Copy, BackupStep::Check, BackupStep::Pack]);
    for step in [BackupStep::Copy, BackupStep::Pack] {
        assert!(seen.contains(&Moment::AllOf(step)), "{seen:?}");
    }
    let source = RestoreSource::open(&site.backups().join(&names(&site.backups())[0])).unwrap();
    let seen = moments(|progress| drop(verify(&source, site.root(), progress).unwrap()));
    assert_eq!(steps(&seen), [BackupStep::Unpack, BackupStep::Check]);
    assert!(seen.contains(&Moment::AllOf(BackupStep::Unpack)), "{seen:?}");
}
