//! Reviews beside an editor that saves and an action that writes.

use isso_tests::spin_until;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::*;
use crate::review_cases::save;

/// An editor that saves in place empties the file before it fills it.
#[test]
fn a_file_that_is_being_saved_is_not_taken_for_an_empty_one() {
    let (_folder, volume, in_force) = running();
    let edited = in_force.as_str().replace("15m", "1h");
    // The file is filled between the first read and the last one, unless this machine is too busy.
    let attempt = || {
        let lock = lock(&volume);
        save(&volume.config_path(), b"").unwrap();
        let looks = Inotify::init(InitFlags::empty()).unwrap();
        looks
            .add_watch(&volume.config_path(), AddWatchFlags::IN_CLOSE_NOWRITE)
            .unwrap();
        thread::scope(|scope| {
            let review = scope.spawn(|| volume.review(&in_force).unwrap());
            looks.read_events().unwrap();
            save(&volume.config_path(), edited.as_bytes()).unwrap();
            spin_until("the review neither ends nor waits", || {
                review.is_finished() || is_waited_for(&lock)
            });
            let in_time = review.is_finished();
            drop(lock);
            in_time.then(|| review.join().unwrap())
        })
    };
    let review = (0..20).find_map(|_| attempt()).unwrap();
    let expected = Found::Changed(Document::parse(edited.as_str()).unwrap());
    assert_eq!((review.found, review.notes), (expected, vec![]));
    assert_eq!(text(volume.config_path()), edited);
}

#[test]
fn a_write_of_an_action_meanwhile_is_not_overwritten() {
    let (_folder, volume, in_force) = running();
    let edited = in_force.as_str().replace("15m", "1h");
    let lock = lock(&volume);
    save(&volume.config_path(), b"").unwrap();
    let review = thread::scope(|scope| {
        let review = scope.spawn(|| volume.review(&in_force).unwrap());
        spin_until("the review does not wait", || is_waited_for(&lock));
        save(&volume.config_path(), edited.as_bytes()).unwrap();
        drop(lock);
        review.join().unwrap()
    });
    let expected = Found::Changed(Document::parse(edited.as_str()).unwrap());
    assert_eq!((review.found, review.notes), (expected, vec![]));
    assert_eq!(text(volume.config_path()), edited);
}

/// Takes the lock of a volume, as an action does.
fn lock(volume: &Volume) -> File {
    let lock = File::open(volume.root().join(".lock")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Whether a process waits for a lock. <https://man7.org/linux/man-pages/man5/proc_locks.5.html>
fn is_waited_for(lock: &File) -> bool {
    let file = format!(":{} ", lock.metadata().unwrap().ino());
    text("/proc/locks")
        .lines()
        .any(|line| line.contains("-> FLOCK") && line.contains(&file))
}
