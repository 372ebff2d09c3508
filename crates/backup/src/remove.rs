//! Removes files without making Isso wait for the disk.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::libc;

use crate::throttle::with_pause;

/// No more than this of a file is given back at once.
const FREED: u64 = 4 * 1024 * 1024;

/// Removes a file, or a folder and all that is in it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return remove_file(path);
    }
    for entry in fs::read_dir(path)? {
        remove(&entry?.path())?;
    }
    fs::remove_dir(path)
}

/// Removes a file, and gives its room back in steps. A process that reads the file reads it to its end.
///
/// Where a file system tells the disk at once which blocks are free (`discard`), it does so while the next fsync waits;
/// for a large file that took half a second.
fn remove_file(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let opened = options.write(true).custom_flags(flags.bits()).open(path);
    fs::remove_file(path)?;
    // A file that may not be written is removed as well, and its room comes back at once.
    let Ok(file) = opened else { return Ok(()) };
    let Ok(left) = file.metadata() else {
        return Ok(());
    };
    // A file that has another name still is not to be cut.
    if !left.is_file() || left.nlink() > 0 || is_open_elsewhere(&file) {
        return Ok(());
    }
    let mut length = left.len();
    while length > 0 {
        length = length.saturating_sub(FREED);
        let cut = || file.set_len(length).and_then(|()| file.sync_data());
        if with_pause(cut).is_err() {
            break;
        }
    }
    Ok(())
}

/// Whether a file that no name leads to any more is open a second time, such as in a restore. Where the file system
/// does not say, it counts as open.
fn is_open_elsewhere(file: &File) -> bool {
    let lease = |kind: libc::c_int| {
        #[expect(unsafe_code, reason = "no crate has this call")]
        // SAFETY: it touches no memory, and the descriptor is open for as long as the file is borrowed.
        let done = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
        done == 0
    };
    // The kernel gives a write lease on a file that has no other descriptor (fcntl(2)). It is given back at once, for
    // the kernel would send a signal to its holder.
    !(lease(libc::F_WRLCK) && lease(libc::F_UNLCK))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn a_folder_is_removed_and_a_file_with_another_name_or_a_reader_is_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let [going, kept] = ["going", "kept"].map(|name| folder.path().join(name));
        fs::create_dir_all(going.join("below")).unwrap();
        let put = |path: &Path, length| {
            let mut file = File::create_new(path).unwrap();
            file.write_all(&vec![7; length]).unwrap();
        };
        put(&kept, 4096);
        fs::hard_link(&kept, going.join("linked")).unwrap();
        std::os::unix::fs::symlink(&kept, going.join("pointing")).unwrap();
        put(&going.join("below/large"), 3 * (4 << 20) + 1);
        // This descriptor reads nothing, so the file is cut all the same.
        let mut options = File::options();
        let options = options.read(true).custom_flags(libc::O_PATH);
        let large = options.open(going.join("below/large")).unwrap();
        put(&going.join("read"), 4096);
        let mut read = File::open(going.join("read")).unwrap();
        remove(&going).unwrap();
        assert!(!going.exists());
        assert_eq!(fs::read(&kept).unwrap(), [7; 4096]);
        // Cut before it was given up, and not only when it is closed.
        assert_eq!(large.metadata().unwrap().len(), 0);
        let mut left = Vec::new();
        read.read_to_end(&mut left).unwrap();
        assert_eq!(left, [7; 4096], "it is open elsewhere");
        assert!(remove(&going).is_err());
    }
}
