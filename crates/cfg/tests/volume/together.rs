//! Several writers at once lose no change, and a writer that is stopped does not stop the others for ever.

use std::fs::File;
use std::thread;
use std::time::Duration;

use isso_cfg::{Contents, Lock, VolumeError};

use super::*;
use crate::kill::{count, increment, writer};

const THREADS: usize = 4;
const PROCESSES: usize = 3;
const ROUNDS: usize = 25;

#[test]
fn every_change_of_every_writer_is_there_in_the_end() {
    let (_folder, volume) = volume_with(FINE);
    thread::scope(|scope| {
        for n in 0..THREADS {
            let volume = &volume;
            scope.spawn(move || (0..ROUNDS).for_each(|_| increment(volume, &format!("thread-{n}"))));
        }
        let children: Vec<_> = (0..PROCESSES)
            .map(|n| writer(&volume, &format!("process-{n}"), ROUNDS))
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
    });
    let cfg = volume.read().unwrap().cfg;
    for name in (0..THREADS)
        .map(|n| format!("thread-{n}"))
        .chain((0..PROCESSES).map(|n| format!("process-{n}")))
    {
        assert_eq!(count(&cfg, &name), ROUNDS, "{name}");
    }
}

#[test]
fn a_lock_that_is_not_released_within_the_limit_is_an_error_and_nothing_is_changed() {
    let (folder, volume) = volume_with(FINE);
    volume.prepare().unwrap();
    let lock = File::open(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    let limited = volume.clone().with_lock_timeout(Duration::from_millis(50));
    let before = text(volume.config_path());
    let edit = |contents: &mut Contents| contents.cfg.set("general", "max-age", "7h");
    let update = |volume: &Volume| volume.update(|it| edit(it).map_err(|source| VolumeError::Enforce { source }));
    for failed in [
        update(&limited).map(drop),
        limited.prepare().map(drop),
        limited.wait_until_unlocked(),
    ] {
        let error = failed.unwrap_err();
        let VolumeError::Lock { source, path } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(*path, folder.path().join(".lock"));
    }
    assert!(Lock::of_volume(folder.path(), Duration::from_millis(50)).is_err());
    assert_eq!(text(volume.config_path()), before);
    drop(lock);
    limited.wait_until_unlocked().unwrap();
    update(&limited).unwrap();
    let cfg = volume.read().unwrap().cfg;
    assert_eq!(cfg.get("general", "max-age"), Some("7h"));
}
