//! Mount namespaces for tests that need disks of their own: full ones, read-only ones, several ones.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use isso_tests::disks::{mount as mount_with, namespaces, through};

use crate::children::command;
use crate::site::{Site, Tree, make_database, quick_folder, tree};
use crate::{disks, mounts};

/// The name of a case, and its function.
type Case = (&'static str, fn(&Path));

/// The cases. Each gets an empty folder.
pub const CASES: [Case; 16] = [
    ("read_only", disks::read_only),
    ("read_only_source", disks::read_only_source),
    ("read_only_leavings", disks::read_only_leavings),
    ("read_only_settings", disks::read_only_settings),
    ("much_too_full", disks::much_too_full),
    ("full_while_copying", disks::full_while_copying),
    ("full_while_packing", disks::full_while_packing),
    ("unmounted", disks::unmounted),
    ("deleted", disks::deleted),
    ("no_room_to_restore", mounts::no_room_to_restore),
    ("full_while_unpacking", mounts::full_while_unpacking),
    ("read_only_volume", mounts::read_only_volume),
    ("parts_apart", mounts::parts_apart),
    ("link_apart", mounts::link_apart),
    ("a_file_mounted", mounts::a_file_mounted),
    ("backups_apart", mounts::backups_apart),
];

/// Runs a case in another process, which may mount file systems.
pub fn check(name: &str) {
    let Some(namespaces) = namespaces(&["--mount"]) else {
        return;
    };
    let case = CASES.iter().position(|(it, _)| *it == name).unwrap();
    let folder = quick_folder();
    let [disk, others] = ["disk", "others"].map(|name| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    });
    let mut test = command("disk", &disk, case);
    // It cannot remove what it has mounted something in, but we can afterwards.
    test.env("TMPDIR", &others);
    let done = through(&namespaces, &test).output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Mounts a file system in memory of so many KiB.
pub fn mount(at: &Path, size: u64) {
    fs::create_dir_all(at).unwrap();
    mount_with(&format!("size={size}k"), at);
}

/// A database of 3 MB that cannot be compressed, and everything that must not change.
pub fn large_site() -> (Site, Tree) {
    let site = Site::without_database();
    make_database(&site.database(), 800, 3500);
    let size = fs::metadata(site.database()).unwrap().len();
    assert!((3_000_000..4_000_000).contains(&size), "{size}");
    let before = tree(site.root());
    (site, before)
}

/// Whether an operation of the operating system has failed because the disk is full.
pub fn is_full(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::StorageFull
}
