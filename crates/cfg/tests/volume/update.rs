//! Updates of the files.

use std::fs;

use isso_cfg::{Contents, Document, EditError, VolumeError, keys};
use serde_json::json;

use super::*;

/// Why an edit of these tests fails.
#[derive(Debug)]
pub enum Failed {
    Volume(VolumeError),
    Edit(EditError),
    Changed,
}

impl From<VolumeError> for Failed {
    fn from(error: VolumeError) -> Self {
        Failed::Volume(error)
    }
}

impl From<EditError> for Failed {
    fn from(error: EditError) -> Self {
        Failed::Edit(error)
    }
}

#[test]
fn an_update_writes_what_changed() {
    let (_folder, volume) = volume_with(FINE);
    let before = identity(store(&volume));
    let updated = volume
        .update(|contents| {
            contents.cfg.write_text(&keys::ADMIN_PASSWORD, "x")?;
            Ok::<_, Failed>(7)
        })
        .unwrap();
    assert_eq!((updated.value, updated.cfg_changed), (7, true));
    assert_eq!(text(volume.config_path()), FINE.replace("hunter2", "x"));
    assert_eq!(mode(volume.config_path()), 0o600);
    assert_eq!(identity(store(&volume)), before);

    let config = identity(volume.config_path());
    let selection = json!({"selection": "system", "value": {"customFrom": null}});
    let edit = |contents: &mut Contents| {
        contents.store.set_smtp(selection.clone());
        Ok::<_, Failed>(())
    };
    assert!(!volume.update(edit).unwrap().cfg_changed);
    assert_eq!(volume.read().unwrap().store.smtp(), &selection);
    assert_eq!(mode(store(&volume)), 0o600);
    assert_eq!(identity(volume.config_path()), config);
}

#[test]
fn an_update_to_the_present_state_writes_nothing() {
    let (_folder, volume) = volume_with(FINE);
    let before = (identity(volume.config_path()), identity(store(&volume)));
    let edit = |contents: &mut Contents| {
        contents.cfg.write_lines(&keys::HOST, &["http://localhost"])?;
        contents.cfg.write_bool(&keys::ADMIN_ENABLED, true)?;
        contents.store.set_smtp(json!({"selection": "disabled"}));
        Ok::<_, Failed>(())
    };
    assert!(!volume.update(edit).unwrap().cfg_changed);
    assert_eq!((identity(volume.config_path()), identity(store(&volume))), before);
}

#[test]
fn an_edit_that_fails_changes_nothing() {
    let (_folder, volume) = volume_with(FINE);
    let result = volume.update(|contents| {
        contents.cfg.write_text(&keys::ADMIN_PASSWORD, "x")?;
        contents.store.set_smtp(json!({"selection": "system", "value": {}}));
        Err::<(), _>(Failed::Changed)
    });
    assert!(matches!(result, Err(Failed::Changed)));
    assert_eq!(text(volume.config_path()), FINE);
    assert_eq!(
        text(store(&volume)),
        "{\"smtp\":{\"selection\":\"disabled\",\"value\":{}}}\n"
    );

    let result = volume.update(|contents| Ok::<_, Failed>(contents.cfg.write_text(&keys::ADMIN_PASSWORD, "x\ry")?));
    assert!(matches!(result, Err(Failed::Edit(EditError::Value { .. }))));
    assert_eq!(text(volume.config_path()), FINE);
}

#[test]
fn every_write_puts_enforced_keys_right() {
    let (_folder, volume) = volume_with(&FINE.replace("/db/", "/tmp/"));
    let updated = volume.update(|contents| Ok::<_, Failed>(contents.cfg.write_bool(&keys::ADMIN_ENABLED, false)?));
    assert!(updated.unwrap().cfg_changed);
    assert_eq!(text(volume.config_path()), FINE.replace("yes", "true"));
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    let (_folder, volume) = volume_with("[general\n");
    let result = volume.update(|_| Ok::<_, Failed>(()));
    assert!(matches!(result, Err(Failed::Volume(VolumeError::Invalid { .. }))));
    assert_eq!(text(volume.config_path()), "[general\n");

    fs::remove_file(volume.config_path()).unwrap();
    let result = volume.update(|_| Ok::<_, Failed>(()));
    assert!(matches!(result, Err(Failed::Volume(VolumeError::Missing { .. }))));
}

/// An editor that ends no file with a line break saves such a file, and a full disk leaves one.
#[test]
fn a_file_that_may_have_been_cut_off_is_left_to_its_author() {
    let good = format!("{FINE}[guard]\nratelimit = 12\n");
    let edited = format!("{FINE}gravatar = on\n[guard]\nratelimit = 1");
    let (_folder, volume) = volume_with(&good);
    volume.remember(&volume.read().unwrap().cfg).unwrap();
    let update = || volume.update(|_| Ok::<_, Failed>(()));
    put(&volume.config_path(), &edited);
    assert!(matches!(update(), Err(Failed::Volume(VolumeError::CutOff { .. }))));
    assert_eq!(text(volume.config_path()), edited);

    // What means the same as the last good settings lacks nothing, wherever it ends.
    let whole = format!("{good}# my se");
    put(&volume.config_path(), &whole);
    let remembered = Document::parse(format!("{whole}ttings\n")).unwrap();
    volume.remember(&remembered).unwrap();
    update().unwrap();
    assert_eq!(text(volume.config_path()), whole);
}

#[test]
fn reading_writes_nothing() {
    let (_folder, volume) = volume();
    put(&volume.config_path(), FINE);
    volume.read().unwrap();
    volume.check().unwrap();
    assert_eq!(names(volume.root()), ["config"]);
    assert_eq!(names(volume.root().join("config")), ["isso.cfg"]);
}

#[test]
fn the_owner_is_kept() {
    let (_folder, volume) = volume_with(FINE);
    // Only root can give a file away; the files of another user keep their owner.
    let other = std::os::unix::fs::chown(volume.config_path(), Some(12345), Some(54321)).is_ok();
    let before = fs::metadata(volume.config_path()).unwrap();
    volume
        .update(|contents| Ok::<_, Failed>(contents.cfg.write_bool(&keys::GRAVATAR, true)?))
        .unwrap();
    let after = fs::metadata(volume.config_path()).unwrap();
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino());
    assert_eq!(after.uid() == 12345, other);
}

#[test]
fn errors_name_the_file_and_no_secret() {
    let (_folder, volume) = volume_with("[admin]\npassword = hunter2\npassword = hunter3\n[admin]\n");
    let error = volume.read().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} is not a file Isso can read: line 3, column 1: the key password appears again in [admin]; the first is on line 2 (and 1 more)",
            volume.config_path().display()
        )
    );
    assert!(!format!("{error:?}").contains("hunter"));
}
