//! A file that an editor is saving at the moment does not count as lost or broken.

use std::sync::mpsc;
use std::time::Duration;

use super::*;

/// Prepares the volume while an editor saves. The editor ends between two reads of the file.
fn check(begun: &str) {
    let (_folder, volume) = volume_with(FINE);
    volume.remember(&volume.read().unwrap().cfg).unwrap();
    put(&volume.config_path(), begun);
    let saved = FINE.replace("hunter2", "hunter3");
    let (preparing, begun_to_prepare) = mpsc::channel();
    thread::scope(|scope| {
        let prepared = scope.spawn(|| {
            preparing.send(()).unwrap();
            volume.prepare().unwrap()
        });
        begun_to_prepare.recv().unwrap();
        thread::sleep(Duration::from_millis(20));
        put(&volume.config_path(), &saved);
        assert!(prepared.join().unwrap().usable_password);
    });
    assert_eq!(text(volume.config_path()), saved, "{begun:?}");
    assert_eq!(names(volume.root().join("config")), ["isso.cfg", "isso.cfg.last-good"]);
}

#[test]
fn half_of_a_file_is_no_file() {
    check("");
    check("# mine\n[general]\ndbpath = /db/comm");
    check("# mine\n[general]\ndbp");
    check(FINE.split_once("password").unwrap().0);
}

#[test]
fn a_change_of_an_empty_file_is_refused_and_changes_nothing() {
    let (_folder, volume) = volume_with("\n");
    let changed = volume.update(|_| Ok::<_, isso_cfg::VolumeError>(()));
    assert!(matches!(changed, Err(isso_cfg::VolumeError::Missing { .. })));
    assert_eq!(text(volume.config_path()), "\n");
}

#[test]
fn a_change_of_a_file_that_sets_nothing_is_refused_until_it_is_prepared() {
    for lost in ["# only a comment\n", "[isso]\nhost = x\n"] {
        let (_folder, volume) = volume_with(FINE);
        volume.remember(&volume.read().unwrap().cfg).unwrap();
        put(&volume.config_path(), lost);
        let change = || volume.update(|_| Ok::<_, isso_cfg::VolumeError>(()));
        assert!(
            matches!(change(), Err(isso_cfg::VolumeError::Missing { .. })),
            "{lost:?}"
        );
        assert_eq!(text(volume.config_path()), lost);
        volume.prepare().unwrap();
        change().unwrap();
        assert_eq!(text(volume.config_path()), FINE);
    }
}

#[test]
fn a_form_shows_what_a_lost_file_would_be_made_of() {
    let (_folder, volume) = volume_with(FINE);
    let good = volume.read().unwrap().cfg;
    volume.remember(&good).unwrap();
    put(&volume.config_path(), "");
    assert_eq!(volume.contents().unwrap().cfg, good);
    fs::remove_file(volume.config_path()).unwrap();
    assert_eq!(volume.contents().unwrap().cfg, good);
}
