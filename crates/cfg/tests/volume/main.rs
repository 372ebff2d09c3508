//! The volume through its public interface: preparing, updating, and being killed.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod in_the_way;
mod in_use;
mod kill;
mod last_good;
mod of_config;
mod prepare;
mod review;
mod review_cases;
mod saving;
mod together;
mod update;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use isso_cfg::Volume;
use isso_tests::quick_folder;
use nix::unistd::{Uid, geteuid, setfsuid};
use tempfile::TempDir;

/// Where the database is in the container, as StartOS mounts it.
const DBPATH: &str = "/db/comments.db";

/// A file that Isso accepts, with everything enforced in place.
const FINE: &str =
    "# mine\n[general]\ndbpath = /db/comments.db\nhost : localhost\n\n[admin]\nenabled = yes\npassword = hunter2\n";

/// An empty volume, and the folder that goes with it.
fn volume() -> (TempDir, Volume) {
    let folder = quick_folder();
    let volume = Volume::new(folder.path(), DBPATH);
    (folder, volume)
}

/// A prepared volume with this `isso.cfg`.
fn volume_with(text: &str) -> (TempDir, Volume) {
    let (folder, volume) = volume();
    volume.prepare().unwrap();
    put(&volume.config_path(), text);
    (folder, volume)
}

/// Where the `store.json` of a volume is.
fn store(volume: &Volume) -> PathBuf {
    volume.store_path().unwrap()
}

/// Writes a file as a person's editor would.
fn put(path: &Path, contents: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = File::create(path).unwrap();
    file.set_permissions(Permissions::from_mode(0o600)).unwrap();
    file.write_all(contents.as_ref()).unwrap();
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

/// Does something while a folder and its files have these modes. Root, who may do everything, becomes another user for
/// the length of it.
fn with_modes<T: Send>(folder: &Path, modes: (u32, u32), work: impl FnOnce() -> T + Send) -> T {
    let set = |(folder_mode, file_mode)| {
        for name in names(folder) {
            let mode = Permissions::from_mode(file_mode);
            fs::set_permissions(folder.join(name), mode).unwrap();
        }
        fs::set_permissions(folder, Permissions::from_mode(folder_mode)).unwrap();
    };
    let as_another_user = || {
        if geteuid().is_root() {
            // Of this thread alone: https://man7.org/linux/man-pages/man2/setfsuid.2.html
            setfsuid(Uid::from_raw(65534));
        }
        work()
    };
    // Others have to get to the folder.
    let outer = folder.parent().unwrap();
    fs::set_permissions(outer, Permissions::from_mode(0o755)).unwrap();
    set(modes);
    let done = thread::scope(|scope| scope.spawn(as_another_user).join());
    set((0o700, 0o600));
    done.unwrap()
}

/// Modes with which nothing can be written.
const READ_ONLY: (u32, u32) = (0o555, 0o444);

/// What changes when a file is written, replaced or merely touched.
fn identity(path: impl AsRef<Path>) -> (u64, i64, i64, u32) {
    let there = fs::metadata(path).unwrap();
    (there.ino(), there.mtime(), there.mtime_nsec(), there.mode())
}

/// The names in a folder, sorted.
fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The only file beside another whose name goes on after the given ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let start = format!("{}.{ending}-", path.file_name().unwrap().to_str().unwrap());
    let folder = path.parent().unwrap();
    let found: Vec<String> = names(folder)
        .into_iter()
        .filter(|name| name.starts_with(&start))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    folder.join(&found[0])
}
