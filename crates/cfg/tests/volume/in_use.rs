//! The mark of a volume that Isso runs on, and the list of recorded repairs.

use super::*;

#[test]
fn a_volume_is_in_use_as_long_as_the_mark_lives() {
    let (_folder, volume) = volume_with(FINE);
    assert!(volume.keep_unused().is_some());
    let mark = volume.mark_in_use().unwrap();
    assert!(volume.keep_unused().is_none());
    drop(mark);
    assert!(volume.keep_unused().is_some());
}

#[test]
fn a_volume_that_is_being_prepared_is_marked_after_it() {
    let (_folder, volume) = volume_with(FINE);
    drop(volume.mark_in_use().unwrap());
    let unused = volume.keep_unused();
    assert!(unused.is_some());
    thread::scope(|scope| {
        let marking = scope.spawn(|| volume.mark_in_use().unwrap());
        // Another process may prepare the volume meanwhile: only the mark waits.
        assert!(volume.keep_unused().is_some() || marking.is_finished());
        assert!(!marking.is_finished());
        drop(unused);
        marking.join().unwrap();
    });
}

#[test]
fn a_folder_in_the_place_of_the_mark_marks_nothing() {
    let (folder, volume) = volume_with(FINE);
    fs::create_dir(folder.path().join(".in-use")).unwrap();
    assert!(volume.keep_unused().is_some());
}

#[test]
fn a_recorded_repair_is_taken_once() {
    let (_folder, volume) = volume_with(FINE);
    let volume = volume.recording_repairs();
    assert!(volume.take_repairs().unwrap().is_empty(), "all is well");
    put(&volume.config_path(), "a line of no section\n");
    volume.prepare().unwrap();
    put(&store(&volume), "{");
    volume.prepare().unwrap();
    let repairs = volume.take_repairs().unwrap().join("\n");
    assert!(repairs.contains("isso.cfg.rejected-"), "{repairs}");
    assert!(repairs.contains("store.json was damaged"), "{repairs}");
    assert!(volume.take_repairs().unwrap().is_empty());
}

#[test]
fn a_file_that_is_put_back_while_isso_runs_is_recorded_too() {
    let (_folder, volume) = volume_with(FINE);
    let volume = volume.recording_repairs();
    let in_force = volume.read().unwrap().cfg;
    fs::remove_file(volume.config_path()).unwrap();
    volume.review(&in_force).unwrap();
    let repairs = volume.take_repairs().unwrap();
    assert_eq!(repairs.len(), 1, "{repairs:?}");
}

#[test]
fn notes_are_recorded_if_they_are_news_and_recording_is_on() {
    let (_folder, volume) = volume();
    let recording = volume.clone().recording_repairs();
    recording.prepare().unwrap();
    put(&recording.config_path(), FINE.replace("/db/comments.db", "/elsewhere"));
    recording.prepare().unwrap();
    assert!(recording.take_repairs().unwrap().is_empty());
    put(&volume.config_path(), "a line of no section\n");
    volume.prepare().unwrap();
    assert!(recording.take_repairs().unwrap().is_empty());
}
