//! Reviews what a person did to the file while Isso runs.

mod edits;
mod folders;
mod races;

use isso_cfg::{Code, Contents, Diagnostic, Document, Found, Note, Review, Severity, VolumeError, keys};

use super::*;
use crate::review_cases::{By, CASES, Edit, Then, mend};

/// A volume as a person has it before an edit, and the settings that Isso runs with.
fn running() -> (TempDir, Volume, Document) {
    let (folder, volume) = volume();
    volume.prepare().unwrap();
    let edit = |contents: &mut Contents| {
        contents.cfg.write_text(&keys::ADMIN_PASSWORD, "hunter2").unwrap();
        Ok::<_, VolumeError>(())
    };
    volume.update(edit).unwrap();
    let in_force = volume.read().unwrap().cfg;
    (folder, volume, in_force)
}

/// An `isso.cfg` that stands alone, and the settings that Isso runs with.
fn alone() -> (TempDir, Volume, Document) {
    let folder = quick_folder();
    let config = folder.path().join("etc/isso.cfg");
    put(&config, FINE.replace(':', " ="));
    let volume = Volume::of_config(config, DBPATH);
    let in_force = volume.read().unwrap().cfg;
    (folder, volume, in_force)
}

/// What a review finds that changes no file.
fn found(volume: &Volume, in_force: &Document) -> Found {
    let Review { found, notes } = volume.review(in_force).unwrap();
    assert_eq!(notes, []);
    found
}

fn refused(found: Found) -> Vec<Diagnostic> {
    match found {
        Found::Refused(problems) => problems,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_edit_that_goes_wrong_is_refused_or_put_back() {
    assert!(CASES.len() > 60);
    let (_folder, volume, in_force) = running();
    let (path, good) = (volume.config_path(), in_force.as_str());
    for case in CASES {
        let name = case.name;
        case.edit.make(&path, good).unwrap();
        let before = fs::symlink_metadata(&path).map(|there| (there.ino(), there.mtime_nsec()));
        let Review { found, notes } = volume.review(&in_force).unwrap();
        match &case.then {
            Then::Refused { says, by, .. } => {
                let problems = refused(found);
                let edited = match case.edit {
                    Edit::Text(edit) => edit(good),
                    _ => Vec::new(),
                };
                let first = &problems[0];
                assert!(first.message.contains(says), "{name}: {problems:#?}");
                assert_eq!(Some(first.line), case.then.line(&edited), "{name}: {first:?}");
                let is_password = matches!(first.code, Code::EmptyPassword | Code::PublicPassword);
                assert_eq!(is_password, *by == By::Us, "{name}: {first:?}");
                for problem in &problems {
                    assert_eq!(problem.severity, Severity::Refused, "{name}");
                    assert!(!problem.fix.is_empty(), "{name}");
                    assert!(!format!("{problem:?}").contains("hunter2"), "{name}");
                }
                assert_eq!(notes, [], "{name}");
                let after = fs::symlink_metadata(&path).map(|there| (there.ino(), there.mtime_nsec()));
                assert_eq!(before.unwrap(), after.unwrap(), "{name} is left alone");
            }
            Then::PutBack => {
                assert_eq!(found, Found::Same, "{name}");
                assert!(!notes.is_empty(), "{name}");
                let now = volume.read().unwrap().cfg;
                assert!(now.means_the_same(&in_force), "{name}");
                assert_eq!(mode(&path), 0o600, "{name}");
            }
        }
        mend(&path, good).unwrap();
        assert_eq!(self::found(&volume, &in_force), Found::Same, "{name}");
    }
    assert_eq!(
        names(volume.root().join("config")),
        ["isso.cfg", "moved-away.cfg"],
        "nothing else is left behind"
    );
}
