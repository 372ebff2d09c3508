//! The mark of a volume that Isso runs on, and the word that a repair leaves.

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
        // Others may prepare meanwhile: it is the mark that waits.
        assert!(volume.keep_unused().is_some() || marking.is_finished());
        assert!(!marking.is_finished());
        drop(unused);
        marking.join().unwrap();
    });
}

#[test]
fn what_stands_in_the_place_of_the_mark_marks_nothing() {
    let (folder, volume) = volume_with(FINE);
    fs::create_dir(folder.path().join(".in-use")).unwrap();
    assert!(volume.keep_unused().is_some());
}

#[test]
fn word_of_a_repair_is_given_once() {
    let (_folder, volume) = volume_with(FINE);
    let volume = volume.recording_repairs();
    assert!(volume.take_repairs().unwrap().is_empty(), "all is well");
    put(&volume.config_path(), "a line of no section\n");
    volume.prepare().unwrap();
    put(&store(&volume), "{");
    volume.prepare().unwrap();
    let word = volume.take_repairs().unwrap().join("\n");
    assert!(word.contains("isso.cfg.rejected-"), "{word}");
    assert!(word.contains("store.json was damaged"), "{word}");
    assert!(volume.take_repairs().unwrap().is_empty());
}

#[test]
fn what_is_put_back_while_isso_runs_leaves_word_too() {
    let (_folder, volume) = volume_with(FINE);
    let volume = volume.recording_repairs();
    let in_force = volume.read().unwrap().cfg;
    fs::remove_file(volume.config_path()).unwrap();
    volume.review(&in_force).unwrap();
    let word = volume.take_repairs().unwrap();
    assert_eq!(word.len(), 1, "{word:?}");
}

#[test]
fn what_is_no_news_leaves_no_word_and_neither_does_who_has_a_log() {
    let (_folder, volume) = volume();
    let telling = volume.clone().recording_repairs();
    telling.prepare().unwrap();
    put(&telling.config_path(), FINE.replace("/db/comments.db", "/elsewhere"));
    telling.prepare().unwrap();
    assert!(telling.take_repairs().unwrap().is_empty());
    put(&volume.config_path(), "a line of no section\n");
    volume.prepare().unwrap();
    assert!(telling.take_repairs().unwrap().is_empty());
}
