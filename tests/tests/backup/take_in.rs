//! The comments and settings of another Isso, which issoctl did not run.

mod choice;
mod in_use;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use isso_tests::torture::http::{ask_now, get};
use isso_tests::torture::{Files, Save, database};
use isso_tests::{Site, Up};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{PASSWORD, said, site, wait_for_path};

/// What a person brings: a database of a real Isso and its settings, under odd names.
struct Brought {
    folder: TempDir,
    texts: HashSet<String>,
}

impl Brought {
    fn new(settings: Option<&str>, database: Option<&str>) -> Brought {
        let old = site();
        drop(old.serving_again());
        let file = old.data().join("db/comments.db");
        database::fill(&file, "old", 30);
        let folder = isso_tests::quick_folder();
        let place = |name: &str| {
            let path = folder.path().join(name);
            let parent = path.parent().expect("it is in a folder");
            fs::create_dir_all(parent).expect("it can be made");
            path
        };
        if let Some(name) = settings {
            let path = Path::new(database.unwrap_or("elsewhere.db"));
            let path = path.file_name().and_then(|it| it.to_str());
            let dbpath = format!("/var/lib/isso/{}", path.expect("it is text"));
            let own = file.to_str().expect("the path is text");
            Save::InPlace.save(&place(name), old.cfg().replace(own, &dbpath));
        }
        if let Some(name) = database {
            fs::copy(&file, place(name)).expect("it can be copied");
        }
        Brought {
            texts: Files::of(old.data()).texts,
            folder,
        }
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().expect("the path is text")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Whether Isso itself answers with the comments of a page that was filled.
fn serves_old(up: &Up<'_>) -> bool {
    let thread = get("/?uri=%2Fold-1", "http://localhost");
    let answer = ask_now(up.address(), &thread).expect("Isso answers");
    answer.status == 200
}

fn becomes(value: &Value) -> Vec<&str> {
    let files = value["files"].as_array().expect("it is a list");
    let becomes = files.iter().map(|it| it["becomes"].as_str());
    becomes.map(|it| it.expect("it is text")).collect()
}

#[test]
fn isso_serves_files_that_were_found_under_odd_names() {
    let brought = Brought::new(Some("etc/user.cfg"), Some("data/foo.example.db"));
    let site = Site::new();
    let up = site.serving();
    let before = Files::of(site.data());
    let plan = site.json(&["backup", "restore", brought.path(), "--dry-run"]);
    assert_eq!(Files::of(site.data()), before, "nothing was done");
    assert_eq!(becomes(&plan), ["replaced", "unchanged", "replaced"]);
    assert_eq!(plan["files"][0]["from"], json!(brought.file("etc/user.cfg")));
    assert_eq!(plan["files"][2]["from"], json!(brought.file("data/foo.example.db")));
    assert_eq!(plan["repairs"][0]["key"], "[general] dbpath", "{plan}");
    let done = site.json(&["backup", "restore", brought.path(), "--yes"]);
    assert_eq!(done["serving"], true);
    for field in ["files", "database", "present", "repairs", "diagnostics"] {
        assert_eq!(done[field], plan[field], "{field}");
    }
    let now = Files::of(site.data());
    assert_eq!(now.texts, brought.texts);
    assert!(now.cfg.contains(PASSWORD));
    assert_eq!(now.store, before.store);
    assert!(serves_old(&up));
}

#[test]
fn files_that_the_source_lacks_stay_and_the_plan_says_so() {
    let target = site();
    drop(target.serving_again());
    database::fill(&target.data().join("db/comments.db"), "mine", 5);
    let before = Files::of(target.data());

    let comments = Brought::new(None, Some("blog.db"));
    let said = target.ok(&["backup", "restore", comments.path(), "--dry-run"]);
    assert!(said.contains("config/isso.cfg stays as it is"), "{said}");
    assert!(said.contains("(5 comments in "), "{said}");
    let alone = comments.file("blog.db");
    let alone = alone.to_str().expect("the path is text");
    for source in [comments.path(), alone] {
        target.json(&["backup", "restore", source, "--yes"]);
        let now = Files::of(target.data());
        assert_eq!((&now.cfg, &now.store), (&before.cfg, &before.store));
        assert_eq!(now.texts, comments.texts);
    }

    let settings = Brought::new(Some("isso.ini"), None);
    let said = target.ok(&["backup", "restore", settings.path(), "--dry-run"]);
    assert!(
        said.contains("stays as it is: the settings name /var/lib/isso/elsewhere.db"),
        "{said}"
    );
    let said = crate::said(&target.run(&["backup", "restore", settings.path(), "--yes"]));
    assert!(!said.contains("no database"), "{said}");
    assert_eq!(Files::of(target.data()).texts, comments.texts);
}

#[test]
fn the_plan_tells_what_becomes_of_settings_that_are_lost() {
    let comments = Brought::new(None, Some("blog.db"));
    let target = site();
    let last_good = target.cfg_path().with_file_name("isso.cfg.last-good");
    let up = target.serving_again();
    wait_for_path(&last_good);
    drop(up);
    let before = target.cfg();
    let lose = || Save::InPlace.save(&target.cfg_path(), "");
    let plan = || target.ok(&["backup", "restore", comments.path(), "--dry-run"]);
    lose();
    let said = plan();
    assert!(said.contains("made anew, from config/isso.cfg.last-good"), "{said}");
    let done = target.json(&["backup", "restore", comments.path(), "--yes"]);
    assert_eq!(target.cfg(), before);
    assert_eq!(done["passwordNeeded"], false);

    lose();
    fs::remove_file(last_good).expect("it can be removed");
    let said = plan();
    assert!(said.contains("made anew, with defaults"), "{said}");
    let done = target.json(&["backup", "restore", comments.path(), "--yes"]);
    assert_eq!(done["passwordNeeded"], true);
}

#[test]
fn every_repair_is_told_and_the_text_before_is_kept() {
    let brought = Brought::new(Some("isso.cfg"), Some("comments.db"));
    let text = fs::read_to_string(brought.file("isso.cfg")).expect("it is there");
    let text = text.replacen("max-age = 15m", "max-age = soon", 1);
    let text = text.replacen("[admin]\nenabled = true", "[admin]\nenabled = false", 1);
    Save::InPlace.save(&brought.file("isso.cfg"), &text);
    let site = site();
    let shown = site.ok(&["backup", "restore", brought.path(), "--dry-run"]);
    assert!(shown.contains("max-age `soon` becomes `15m`"), "{shown}");
    let plan = site.json(&["backup", "restore", brought.path(), "--dry-run"]);
    let verified = site.json(&["backup", "verify", brought.path()]);
    let listed = site.json(&["backup", "show", brought.path()]);
    let output = site.run(&["backup", "restore", brought.path(), "--yes"]);
    assert!(output.status.success(), "{output:?}");
    let told = said(&output);
    assert!(told.contains("max-age `soon` becomes `15m`"), "{told}");
    assert!(!told.contains(PASSWORD) && !shown.contains(PASSWORD));
    for value in [&plan, &verified, &listed] {
        let repairs = value["repairs"].as_array().expect("it is a list");
        let max_age = repairs.iter().find(|it| it["key"] == "[general] max-age");
        let max_age = max_age.expect("it is told");
        assert_eq!((&max_age["old"], &max_age["new"]), (&json!("soon"), &json!("15m")));
        assert!(max_age["line"].as_u64().is_some_and(|it| it > 1), "{max_age}");
        assert_eq!(value["diagnostics"][0]["severity"], "refused", "{value}");
    }
    // The panel was off, so that password was never used.
    assert!(shown.contains("[admin] enabled `false` becomes `true`"), "{shown}");
    assert!(!site.cfg().contains(PASSWORD), "{}", site.cfg());
    // The file that the last lines name is there.
    let kept = told
        .lines()
        .find_map(|line| line.strip_prefix("isso.cfg as it was is kept as "));
    let kept = kept.expect("it is told").trim_end_matches('.');
    assert_eq!(fs::read_to_string(kept).expect("it is there"), text);
    assert!(site.cfg().contains("max-age = 15m"), "{}", site.cfg());
}
