//! Settings that Isso would refuse are repaired before they are put in place, and every change is told.

use std::fs;
use std::path::Path;

use isso_backup::{RestoreSource, restore_into, stage, swap, verify};
use isso_cfg::Document;
use time::macros::datetime;

use crate::craft::{backup, manifest};
use crate::site::{CFG, STORE, Site, mode, put, quick_folder, tree};
use crate::swap::old_site;

const REFUSED: &str = "[general]\nhost = https://blog.example.org\nmax-age = soon\n[admin]\npassword = hunter2\npassword = hunter3\nenabled = off\n";

/// To Python, the second website is the same key as the first, and a single one is a key that Isso does not know.
#[test]
fn websites_at_the_left_are_told_to_be_indented() {
    for sites in ["https://a.example\nhttps://b.example", "https://a.example"] {
        let folder = quick_folder();
        let text = format!("[general]\nhost =\n{sites}\n[admin]\nenabled = true\npassword = hunter2\n");
        put(&folder.path().join("isso.cfg"), &text);
        let source = RestoreSource::open(folder.path()).unwrap();
        let site = old_site();
        let mended = verify(&source, site.root(), &()).unwrap().settings.unwrap();
        let [change] = &mended.changes[..] else {
            panic!("{mended:?}")
        };
        assert_eq!((change.line, &*change.old), (3, "https://a.example"));
        assert!(
            change.why.contains("at the left") && change.why.contains("indented"),
            "{change:?}"
        );
        let kept = format!("host =\n    {}\n", sites.replace('\n', "\n    "));
        assert!(mended.cfg.as_str().contains(&kept), "{mended:?}");
    }
}

#[test]
fn settings_are_put_in_place_as_told_and_the_text_before_is_kept() {
    let folder = quick_folder();
    put(&folder.path().join("isso.conf"), REFUSED);
    let source = RestoreSource::open(folder.path()).unwrap();
    let site = old_site();
    let told = verify(&source, site.root(), &()).unwrap();
    let ready = stage(&source, site.root(), &()).unwrap();
    let mended = ready.inspection.settings.clone().unwrap();
    let changes = &mended.changes;
    assert_eq!(*changes, told.settings.unwrap().changes);
    let max_age = changes.iter().find(|it| it.line == 3).unwrap();
    assert_eq!(max_age.key.as_deref(), Some("[general] max-age"));
    assert_eq!((&*max_age.old, max_age.new.as_deref()), ("soon", Some("15m")));
    let twice = changes.iter().find(|it| it.line == 6).unwrap();
    assert!(twice.why.contains("the last one stays"), "{twice:?}");
    assert!(!format!("{mended:?}").contains("hunter"), "{mended:?}");
    // What preparing puts right is told with the lines of the text that was brought.
    let enforced = site.volume.would_enforce(&mended);
    let enforced: Vec<_> = enforced.iter().map(|it| (it.line, it.key.as_deref())).collect();
    assert_eq!(
        enforced,
        [
            (1, Some("[general] dbpath")),
            (7, Some("[admin] enabled")),
            (6, Some("[admin] password")),
        ]
    );

    let kept = ready.inspection.rejected.clone().unwrap();
    let restored = swap(site.root(), ready.path()).unwrap();
    let text = fs::read_to_string(site.path("config/isso.cfg")).unwrap();
    assert_eq!(text, mended.cfg.as_str());
    assert_eq!(Document::parse(text).unwrap().get("general", "max-age"), Some("15m"));
    let kept = site.root().join(kept);
    assert_eq!(fs::read_to_string(&kept).unwrap(), REFUSED);
    assert_eq!(mode(&kept), 0o600);
    // It is no part of what was there before.
    assert!(
        !tree(&restored.before.unwrap())
            .keys()
            .any(|it| it.to_str().unwrap().contains("rejected"))
    );
    // Preparing finds nothing more to repair; it keeps the file for the password that it takes out.
    let prepared = site.volume.prepare().unwrap();
    assert!(!prepared.usable_password);
    assert_eq!(fs::read_to_string(&kept).unwrap(), REFUSED);
    let rejected = tree(&site.path("config"));
    let rejected = rejected.keys().filter(|it| it.to_str().unwrap().contains("rejected"));
    assert_eq!(rejected.count(), 2);
}

#[test]
fn settings_that_isso_accepts_are_put_in_place_byte_for_byte() {
    let folder = quick_folder();
    put(&folder.path().join("isso.cfg"), CFG);
    let site = Site::without_database();
    let source = RestoreSource::open(folder.path()).unwrap();
    let ready = stage(&source, site.root(), &()).unwrap();
    let mended = ready.inspection.settings.clone().unwrap();
    assert_eq!((&mended.changes[..], mended.rejected), (&[][..], false));
    assert_eq!(ready.inspection.rejected, None);
    swap(site.root(), ready.path()).unwrap();
    assert_eq!(fs::read_to_string(site.path("config/isso.cfg")).unwrap(), CFG);
}

/// A restore moves `isso.cfg.last-good` away with the settings, so no password is taken from it.
#[test]
fn a_password_that_is_not_taken_over_is_told_before() {
    let site = Site::without_database();
    site.volume.remember(&Document::parse(CFG).unwrap()).unwrap();
    let folder = quick_folder();
    let off = CFG.replace("enabled = yes", "enabled = no");
    put(&folder.path().join("isso.cfg"), off);
    let source = RestoreSource::open(folder.path()).unwrap();
    let ready = stage(&source, site.root(), &()).unwrap();
    let enforced = site.volume.would_enforce(&ready.inspection.settings.clone().unwrap());
    let told = enforced.iter().any(|it| it.key.as_deref() == Some("[admin] password"));
    assert!(told, "{enforced:?}");
    swap(site.root(), ready.path()).unwrap();
    assert!(!site.volume.prepare().unwrap().usable_password);
}

#[test]
fn an_added_key_is_told_from_a_changed_one() {
    let site = Site::without_database();
    let folder = quick_folder();
    put(&folder.path().join("isso.cfg"), "[admin]\npassword = x\n");
    let source = RestoreSource::open(folder.path()).unwrap();
    let look = verify(&source, site.root(), &()).unwrap();
    let mended = look.settings.unwrap();
    let enforced = site.volume.would_enforce(&mended);
    let added = mended.changes.iter().chain(&enforced);
    let added: Vec<_> = added.filter(|it| it.old.is_empty()).collect();
    let keys = added.iter().filter_map(|it| it.key.as_deref());
    let expected = ["[general] host", "[general] dbpath", "[admin] enabled"];
    assert_eq!(keys.collect::<Vec<_>>(), expected);
    assert!(added.iter().all(|it| (1..=2).contains(&it.line)), "{added:?}");
}

/// An older issoctl has backed up such files.
#[test]
fn an_empty_file_in_a_backup_takes_nothing_away() {
    let folder = quick_folder();
    let path = folder.path().join("empty.isso-backup.tar.zst");
    let files: [(&str, &[u8]); 3] = [
        ("config/isso.cfg", b""),
        ("start9/store.json", STORE.as_bytes()),
        ("db/comments.db", b""),
    ];
    let manifest = manifest(datetime!(2026-11-24 15:00 UTC), &files);
    put(&path, backup(&manifest, &files));
    let site = old_site();
    let source = RestoreSource::open(&path).unwrap();
    assert_eq!(source.files(), ["start9/store.json"]);
    let ready = stage(&source, site.root(), &()).unwrap();
    assert_eq!(ready.inspection.database, None);
    swap(site.root(), ready.path()).unwrap();
    let found = tree(site.root());
    let found = |name: &str| String::from_utf8_lossy(&found[Path::new(name)]).into_owned();
    assert_eq!(found("config/isso.cfg"), "the old config/isso.cfg");
    assert_eq!(found("db/comments.db"), "the old db/comments.db");
    assert_eq!(found("start9/store.json"), STORE);
}

/// They are unpacked to be examined, not used.
#[test]
fn settings_that_are_unpacked_elsewhere_are_not_repaired() {
    let folder = quick_folder();
    put(&folder.path().join("isso.cfg"), REFUSED);
    let into = folder.path().join("into");
    let source = RestoreSource::open(folder.path()).unwrap();
    let look = restore_into(&source, &into, &()).unwrap();
    assert!(!look.is_accepted());
    assert!(look.settings.is_none() && look.rejected.is_none());
    let files = tree(&into);
    assert_eq!(files.len(), 1);
    assert_eq!(files[Path::new("config/isso.cfg")], REFUSED.as_bytes());
}
