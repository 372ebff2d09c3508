//! The settings that Isso served with are kept, and a lost `isso.cfg` is made from them.

use isso_cfg::{Contents, Document, Note, keys};

use super::*;

fn last_good(volume: &Volume) -> PathBuf {
    volume.config_path().with_file_name("isso.cfg.last-good")
}

#[test]
fn settings_are_remembered() {
    let (_folder, volume) = volume_with(FINE);
    assert_eq!(volume.last_good(), None);
    let good = volume.read().unwrap().cfg;
    volume.remember(&good).unwrap();
    assert_eq!(volume.last_good(), Some(good.clone()));
    assert_eq!(mode(last_good(&volume)), 0o600);

    let before = identity(last_good(&volume));
    volume.remember(&good).unwrap();
    assert_eq!(identity(last_good(&volume)), before, "it is there already");
    let better = Document::parse(FINE.replace("# mine", "# yours")).unwrap();
    volume.remember(&better).unwrap();
    assert_eq!(volume.last_good(), Some(better));
    assert_eq!(mode(last_good(&volume)), 0o600);
    assert_eq!(names(volume.root().join("config")), ["isso.cfg", "isso.cfg.last-good"]);
}

#[test]
fn settings_that_isso_must_not_run_with_are_not_the_last_good_ones() {
    let (_folder, volume) = volume_with(FINE);
    let check = |text: &str, expected: Option<&str>| {
        put(&last_good(&volume), text);
        let found = volume.last_good();
        assert_eq!(found.as_ref().map(Document::as_str), expected, "{text}");
    };
    check(FINE, Some(FINE));
    check(&FINE.replace("hunter2", ""), None);
    check(&FINE.replace("password = hunter2\n", ""), None);
    check(&FINE.replace("localhost", ""), None);
    check(&format!("{FINE}[general]\n"), None);
    check("", None);
    check(&FINE.replace("/db/", "/tmp/"), Some(FINE));
    check(&FINE.replace("yes", "no"), None);
    fs::remove_file(last_good(&volume)).unwrap();
    fs::create_dir(last_good(&volume)).unwrap();
    assert_eq!(volume.last_good(), None);
}

#[test]
fn a_file_that_is_gone_is_made_from_the_last_good_one() {
    for gone in [true, false] {
        let (_folder, volume) = volume_with(FINE);
        volume.remember(&volume.read().unwrap().cfg).unwrap();
        if gone {
            fs::remove_file(volume.config_path()).unwrap();
        } else {
            put(&volume.config_path(), "\n");
        }
        let prepared = volume.prepare().unwrap();
        assert!(prepared.usable_password);
        let path = volume.config_path();
        assert_eq!(prepared.notes, [Note::SeededFromLastGood { path }]);
        assert_eq!(text(volume.config_path()), FINE);
        assert_eq!(mode(volume.config_path()), 0o600);
    }
}

/// An editor that is killed while it writes may leave such a file: the template begins with a comment.
#[test]
fn a_file_that_sets_nothing_is_made_from_the_last_good_one() {
    for lost in ["# Comments\n", "\n[general]\n", "[uwsgi]\nprocesses = 4\n"] {
        let (_folder, volume) = volume_with(FINE);
        volume.remember(&volume.read().unwrap().cfg).unwrap();
        put(&volume.config_path(), lost);
        let prepared = volume.prepare().unwrap();
        assert!(prepared.usable_password, "{lost:?}");
        let path = volume.config_path();
        let reported = prepared.notes.contains(&Note::MadeFromLastGood { path });
        assert!(reported, "{prepared:?}");
        assert_eq!(text(volume.config_path()), FINE);
    }
}

/// A full disk or a power cut may cut a file off while an editor saves in place. The rest of it may still be valid.
#[test]
fn a_file_that_was_cut_off_is_made_from_the_last_good_one() {
    for end in 1..FINE.len() {
        let lost = &FINE[..end];
        let (_folder, volume) = volume_with(FINE);
        volume.remember(&volume.read().unwrap().cfg).unwrap();
        put(&volume.config_path(), lost);
        let prepared = volume.prepare().unwrap();
        // Whole lines may be what a person has left.
        if lost.ends_with('\n') || FINE[end..].starts_with('\n') {
            continue;
        }
        assert_eq!(text(volume.config_path()), FINE, "{lost:?}");
        let path = volume.config_path();
        let reported = prepared.notes.contains(&Note::CutOff { path });
        assert!(reported, "{prepared:?}");
        let kept = |it: &Note| matches!(it, Note::SetAside { kept, .. } if text(kept) == lost);
        assert!(prepared.notes.iter().any(kept), "{prepared:?}");
    }
}

#[test]
fn a_file_that_is_there_is_repaired_as_ever() {
    let (_folder, volume) = volume_with(FINE);
    volume.remember(&volume.read().unwrap().cfg).unwrap();
    put(
        &volume.config_path(),
        FINE.replace("localhost", "localhost\nmax-age = soon"),
    );
    volume.prepare().unwrap();
    assert_eq!(
        text(volume.config_path()),
        FINE.replace("localhost", "localhost\nmax-age = 15m")
    );
}

#[test]
fn settings_that_are_lost_beside_a_database_are_reported() {
    for (has_database, is_reported) in [(false, false), (true, true)] {
        let (_folder, volume) = volume_with("");
        if has_database {
            put(&volume.db_path(), "comments");
        }
        let prepared = volume.prepare().unwrap();
        assert!(!prepared.usable_password);
        let reported = prepared.notes.iter().any(Note::is_news);
        assert_eq!(reported, is_reported, "{prepared:?}");
        assert_eq!(
            text(volume.config_path()),
            Contents::fresh().cfg.as_str(),
            "{prepared:?}"
        );
    }
}

#[test]
fn a_last_good_file_that_is_not_good_is_no_seed() {
    let (_folder, volume) = volume_with("");
    put(&last_good(&volume), FINE.replace("hunter2", ""));
    let prepared = volume.prepare().unwrap();
    let path = volume.config_path();
    assert_eq!(prepared.notes, [Note::Seeded { path }]);
    let template = Contents::fresh().cfg;
    assert_eq!(text(volume.config_path()), template.as_str());
}

#[test]
fn the_template_is_put_right_without_a_note() {
    let folder = quick_folder();
    let volume = Volume::new(folder.path(), "/elsewhere/comments.db");
    let notes = volume.prepare().unwrap().notes;
    let seeded = [store(&volume), volume.config_path()].map(|path| Note::Seeded { path });
    assert_eq!(notes, seeded);
    let cfg = volume.read().unwrap().cfg;
    assert_eq!(cfg.read_text(&keys::DBPATH), "/elsewhere/comments.db");
}

#[test]
fn leftovers_of_a_killed_writer_are_removed() {
    let (_folder, volume) = volume_with(FINE);
    let left = last_good(&volume).with_file_name(".isso.cfg.last-good.new-abc");
    put(&left, "part of a");
    volume.prepare().unwrap();
    assert!(!left.exists());
}
