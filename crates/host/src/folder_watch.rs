//! Notices that the data folder of a running host was moved away or deleted.
//!
//! Isso knows its database by its path. If another folder came to stand under that path, Isso would write its comments
//! into the database of another Isso; so the host ends when the folder is no longer where it was.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use tokio::sync::oneshot;

/// How often the path is checked without an event. The kernel sends none when a folder above was moved.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// When the check is repeated: an administrator may be moving the folder and putting it back.
const SECOND_CHECK: Duration = Duration::from_secs(2);
/// The stack of the thread, which needs little.
const STACK: usize = 64 * 1024;

/// What became of a data folder that is gone from its path.
#[derive(Debug, thiserror::Error)]
pub enum FolderGone {
    /// It was moved.
    #[error(
        "the data folder {} was moved to {}, and Isso with it would not find its database",
        .from.display(),
        .to.display()
    )]
    Moved {
        /// Where it was.
        from: PathBuf,
        /// Where it is.
        to: PathBuf,
    },
    /// It was deleted.
    #[error("the data folder {} was deleted", .0.display())]
    Deleted(PathBuf),
}

/// Starts a thread that checks whether the path still leads to this open folder, and sends once when it does not. The
/// checks have a thread of their own because the disk may not answer.
pub fn moved_or_deleted(path: &Path, folder: File) -> io::Result<oneshot::Receiver<FolderGone>> {
    let path = path.to_owned();
    let (tell, told) = oneshot::channel();
    let work = move || {
        let inotify = watch(&path).ok();
        while !tell.is_closed() {
            if is_in_place(&path, &folder) {
                wait_for_event(inotify.as_ref());
                continue;
            }
            thread::sleep(SECOND_CHECK);
            if !is_in_place(&path, &folder) {
                let _ = tell.send(explain(&path, &folder));
                break;
            }
        }
    };
    thread::Builder::new()
        .name("folder-watch".to_owned())
        .stack_size(STACK)
        .spawn(work)?;
    Ok(told)
}

/// Has the kernel notify when the folder is moved or deleted. While the folder is open, its deletion shows as a change
/// of its attributes.
fn watch(path: &Path) -> nix::Result<Inotify> {
    let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
    let of = AddWatchFlags::IN_MOVE_SELF | AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_ATTRIB;
    inotify.add_watch(path, of)?;
    Ok(inotify)
}

/// Waits for an event, or for the time of the next check.
fn wait_for_event(inotify: Option<&Inotify>) {
    let Some(inotify) = inotify else {
        thread::sleep(POLL_INTERVAL);
        return;
    };
    let timeout = PollTimeout::try_from(POLL_INTERVAL).unwrap_or(PollTimeout::MAX);
    let _ = poll(&mut [PollFd::new(inotify.as_fd(), PollFlags::POLLIN)], timeout);
    // The next check decides, whatever the events say.
    let _ = inotify.read_events();
}

/// Whether the path leads to the folder. If that cannot be found out, it counts as in place.
fn is_in_place(path: &Path, folder: &File) -> bool {
    let Ok(held) = folder.metadata() else {
        return true;
    };
    match std::fs::metadata(path) {
        Ok(there) => (there.dev(), there.ino()) == (held.dev(), held.ino()),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

fn explain(path: &Path, folder: &File) -> FolderGone {
    let from = path.to_owned();
    match new_place(folder) {
        Some(to) => FolderGone::Moved { from, to },
        None => FolderGone::Deleted(from),
    }
}

/// The path of the folder now; nothing if it was deleted.
fn new_place(folder: &File) -> Option<PathBuf> {
    let is_deleted = folder.metadata().ok()?.nlink() == 0;
    let place = std::fs::read_link(format!("/proc/self/fd/{}", folder.as_raw_fd())).ok()?;
    Some(place).filter(|_| !is_deleted)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_that_was_moved_replaced_or_deleted_is_not_in_place() {
        let around = tempfile::tempdir().unwrap();
        let (path, new) = (around.path().join("data"), around.path().join("new"));
        fs::create_dir(&path).unwrap();
        let folder = File::open(&path).unwrap();
        assert!(is_in_place(&path, &folder));
        fs::rename(&path, &new).unwrap();
        assert!(!is_in_place(&path, &folder));
        fs::create_dir(&path).unwrap();
        assert!(!is_in_place(&path, &folder), "it is another");
        let said = explain(&path, &folder).to_string();
        assert!(said.contains(&format!("moved to {}", new.display())), "{said}");
        fs::remove_dir(&path).unwrap();
        fs::rename(&new, &path).unwrap();
        assert!(is_in_place(&path, &folder));
        fs::remove_dir(&path).unwrap();
        assert!(!is_in_place(&path, &folder));
        let said = explain(&path, &folder).to_string();
        assert!(said.contains("was deleted"), "{said}");
    }
}
