//! Volumes of a lone `isso.cfg`, as in a container.

use isso_cfg::{Code, Contents, Note, Store, VolumeError, keys};
use serde_json::json;

use super::*;

/// A file in a folder of its own, with these contents if any.
fn alone(text: Option<&str>) -> (TempDir, Volume) {
    let folder = quick_folder();
    let config = folder.path().join("etc/my.cfg");
    if let Some(text) = text {
        put(&config, text);
    }
    let volume = Volume::of_config(config, DBPATH);
    (folder, volume)
}

#[test]
fn a_lone_config_is_one_file() {
    let (folder, volume) = alone(None);
    assert_eq!(volume.root(), folder.path().join("etc"));
    assert_eq!(volume.config_path(), folder.path().join("etc/my.cfg"));
    assert_eq!(volume.store_path(), None);
    assert_eq!(volume.db_path(), Path::new(DBPATH));
    assert_eq!(Volume::of_config("my.cfg", DBPATH).root(), Path::new("."));
}

#[test]
fn a_lone_config_is_seeded_and_nothing_else_is_made() {
    let (folder, volume) = alone(None);
    let prepared = volume.prepare().unwrap();
    let path = volume.config_path();
    assert_eq!(prepared.notes, [Note::Seeded { path }]);
    assert_eq!(names(volume.root()), [".lock", "my.cfg"]);
    assert_eq!(names(folder.path()), ["etc"]);
    let Contents { cfg, store } = volume.read().unwrap();
    assert_eq!(cfg.read_text(&keys::DBPATH), DBPATH);
    assert_eq!(store, Store::default());
}

#[test]
fn a_folder_for_the_database_is_made_beside_it_alone() {
    let (folder, volume) = alone(Some(FINE));
    let elsewhere = folder.path().join("db/comments.db");
    let volume = Volume::of_config(volume.config_path(), elsewhere.to_str().unwrap());
    volume.prepare().unwrap();
    assert!(!folder.path().join("db").exists());
    let problems = volume.check().unwrap();
    assert_eq!(problems[0].code, Code::DatabaseFolder);
    assert!(problems[0].fix.contains("mount"), "{problems:?}");

    let inside = volume.root().join("db/comments.db");
    let volume = Volume::of_config(volume.config_path(), inside.to_str().unwrap());
    volume.prepare().unwrap();
    assert!(inside.parent().unwrap().is_dir());
    assert_eq!(volume.check().unwrap(), []);
}

#[test]
fn an_update_keeps_no_selection() {
    let (_folder, volume) = alone(Some(FINE));
    let edit = |contents: &mut Contents| {
        contents.cfg.write_bool(&keys::GRAVATAR, true).unwrap();
        contents.store.set_smtp(json!({"selection": "system", "value": {}}));
        Ok::<_, VolumeError>(())
    };
    assert!(volume.update(edit).unwrap().cfg_changed);
    let Contents { cfg, store } = volume.read().unwrap();
    assert_eq!(cfg.read_bool(&keys::GRAVATAR), Some(true));
    assert_eq!(store, Store::default());
    assert_eq!(names(volume.root()), [".lock", "my.cfg"]);
}

#[test]
fn good_settings_are_remembered_beside_a_lone_config() {
    let (_folder, volume) = alone(Some(FINE));
    let good = volume.read().unwrap().cfg;
    volume.remember(&good).unwrap();
    assert_eq!(names(volume.root()), [".lock", "my.cfg", "my.cfg.last-good"]);
    assert_eq!(volume.last_good(), Some(good));
}

#[test]
fn a_good_file_needs_no_leave_to_write() {
    let (_folder, volume) = alone(Some(FINE));
    with_modes(volume.root(), READ_ONLY, || {
        let prepared = volume.prepare().unwrap();
        assert!(prepared.usable_password);
        assert_eq!(prepared.notes, []);
        let good = volume.read().unwrap().cfg;
        volume.remember(&good).unwrap();
        assert_eq!(volume.last_good(), None, "it could not be kept");
        let error = volume.update(|_| Ok::<_, VolumeError>(())).unwrap_err();
        assert!(matches!(error, VolumeError::Lock { .. }), "{error:?}");
    });
    assert_eq!(names(volume.root()), ["my.cfg"]);

    put(&volume.config_path(), FINE.replace("hunter2", ""));
    let prepared = with_modes(volume.root(), READ_ONLY, || volume.prepare().unwrap());
    assert!(!prepared.usable_password);
}

#[test]
fn preparing_says_what_to_change_where_nothing_can_be_written() {
    let check = |text: Option<&str>, expected: &str| {
        let (_folder, volume) = alone(text);
        fs::create_dir_all(volume.root()).unwrap();
        let error = with_modes(volume.root(), READ_ONLY, || volume.prepare().unwrap_err());
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(
        Some(&FINE.replace("/db/", "/tmp/").replace("yes", "no")),
        "line 3, column 10: [general] dbpath is not /db/comments.db, where the database is kept (and 1 more)",
    );
    check(
        Some(&FINE.replace("localhost", "localhost\nmax-age = soon")),
        "line 5, column 11: max-age is not a span of time",
    );
    check(Some("host = localhost\n"), "before the first section header");
    check(None, ".lock could not be taken");
}

/// A folder of which only the files are another user's.
#[test]
fn a_file_of_another_user_stays_open_to_others() {
    let (_folder, volume) = alone(Some(FINE));
    put(&volume.root().join(".lock"), "");
    let prepared = with_modes(volume.root(), (0o777, 0o666), || volume.prepare().unwrap());
    assert!(prepared.usable_password);
}
