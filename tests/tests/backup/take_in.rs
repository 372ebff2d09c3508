//! The comments and settings of another Isso, as people have them.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use isso_tests::torture::http::{ask_now, get};
use isso_tests::torture::{Files, Save, database};

use isso_tests::{Site, Terminal, Up};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{PASSWORD, backups, create, said, site, wait_for_path};

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
fn isso_serves_what_was_found_under_odd_names() {
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
fn what_the_source_does_not_have_stays_and_the_plan_says_so() {
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
fn what_is_in_place_is_not_put_in_its_own_place() {
    let site = site();
    drop(site.serving_again());
    let before = Files::of(site.data());
    for source in ["", "db", "config/isso.cfg", "db/comments.db"] {
        let source = site.data().join(source);
        let source = source.to_str().expect("the path is text");
        let said = site.refused(&["backup", "restore", source, "--yes"], 2);
        assert!(said.contains("is in place already"), "{said}");
    }
    assert!(!backups(&site).exists(), "nothing was replaced");
    assert_eq!(Files::of(site.data()).cfg, before.cfg);
}

#[test]
fn of_several_candidates_one_has_to_be_named() {
    let brought = Brought::new(Some("isso.cfg"), Some("a.db"));
    fs::copy(brought.file("a.db"), brought.file("b.db")).expect("it can be copied");
    Save::InPlace.save(&brought.file("user.cfg"), "[general]\nhost = https://other.example\n");
    let site = site();
    let output = site.run(&["backup", "restore", brought.path(), "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let error: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    let details = &error["error"]["details"];
    assert_eq!(details["option"], "--settings", "{error}");
    assert_eq!(
        details["candidates"],
        json!([brought.file("isso.cfg"), brought.file("user.cfg")])
    );
    let settings = ["backup", "restore", brought.path(), "--yes", "--settings", "user.cfg"];
    let said = site.refused(&settings, 2);
    assert!(said.contains("b.db") && said.contains("--database"), "{said}");
    let both = [&settings[..], &["--database", "b.db"]].concat();
    let done = site.json(&both);
    assert_eq!(done["files"][2]["from"], json!(brought.file("b.db")));
    assert_eq!(Files::of(site.data()).texts, brought.texts);
    assert!(site.cfg().contains("other.example"));
}

#[test]
fn at_a_terminal_a_person_chooses_from_several_candidates() {
    const DOWN: &str = "\x1b[B\r";
    let brought = Brought::new(Some("isso.cfg"), Some("a.db"));
    fs::copy(brought.file("a.db"), brought.file("b.db")).expect("it can be copied");
    Save::InPlace.save(&brought.file("user.cfg"), "[general]\nhost = https://other.example\n");
    let site = site();
    let before = site.cfg();
    for (answer, is_done) in [("n", false), ("y", true)] {
        let restore = site.command(&["backup", "restore", brought.path()]);
        let mut terminal = Terminal::run(&restore);
        terminal.answer("taken as Isso's settings?", DOWN);
        terminal.answer("taken as Isso's database?", DOWN);
        terminal.wait_for("user.cfg");
        terminal.wait_for("b.db");
        terminal.answer("Put it back?", answer);
        let (status, _) = terminal.end();
        assert_eq!(status == 0, is_done);
        assert_eq!(site.cfg() == before, !is_done);
    }
    assert_eq!(Files::of(site.data()).texts, brought.texts);
    assert!(site.cfg().contains("other.example"));
}

#[test]
fn nothing_foreign_commands_the_terminal_and_a_pipe_gets_every_byte() {
    let nasty = "a\x1b]0;owned\x07\u{202e}.db";
    let shown = r"a\x1b]0;owned\x07\u{202e}.db";
    let brought = Brought::new(Some("isso.cfg"), Some(nasty));
    Save::InPlace.save(
        &brought.file("user\x07.cfg"),
        "[general]\nhost = https://other.example\n",
    );
    let site = site();
    let verify = site.command(&["backup", "verify", brought.path()]);
    let mut terminal = Terminal::run(&verify);
    terminal.answer("taken as Isso's settings?", "\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains(shown), "{screen:?}");
    assert!(screen.contains(r"user\x07.cfg"), "{screen:?}");
    assert!(!screen.contains(['\x07', '\u{202e}']), "{screen:?}");
    // A failure, and one for programs.
    let missing = brought.file("\x1b[2Jmissing");
    let missing = missing.to_str().expect("the path is text");
    for args in [
        &["backup", "verify", missing][..],
        &["backup", "verify", missing, "--json"],
        &["\x1b[2Jmissing"],
    ] {
        let (code, screen) = Terminal::run(&site.command(args)).end();
        assert_eq!(code, 2, "{screen}");
        assert!(screen.contains("[2Jmissing"), "{screen:?}");
        assert!(!screen.contains("\x1b[2J"), "{screen:?}");
    }
    // What a script reads is the name itself.
    let folder = brought.file("to\u{202e}\x7f");
    let folder = folder.to_str().expect("the path is text");
    site.set_password();
    let path = site.ok(&["backup", "create", "--to", folder]);
    assert!(path.starts_with(folder), "{path:?}");
    assert!(Path::new(path.trim_end()).exists(), "{path:?}");
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
    // What the last lines name is there.
    let kept = told
        .lines()
        .find_map(|line| line.strip_prefix("isso.cfg as it was is kept as "));
    let kept = kept.expect("it is told").trim_end_matches('.');
    assert_eq!(fs::read_to_string(kept).expect("it is there"), text);
    assert!(site.cfg().contains("max-age = 15m"), "{}", site.cfg());
}

#[test]
fn a_database_that_is_a_link_stays_where_it_is() {
    let brought = Brought::new(None, Some("blog.db"));
    let site = site();
    drop(site.serving_again());
    let disk = isso_tests::quick_folder();
    let (link, target) = (site.data().join("db/comments.db"), disk.path().join("c.db"));
    fs::rename(&link, &target).expect("it is one file system");
    symlink(&target, &link).expect("it can be made");
    let up = site.serving_again();
    site.json(&["backup", "restore", brought.path(), "--yes"]);
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(Files::of(site.data()).texts, brought.texts);
    assert!(serves_old(&up));
}

#[test]
fn a_database_that_litestream_copies_is_not_replaced() {
    let site = site();
    let _up = site.serving_again();
    let backup = create(&site);
    let before = Files::of(site.data());
    let state = site.data().join("db/.comments.db-litestream");
    fs::create_dir(&state).expect("it can be made");
    let said = site.refused(&["backup", "restore", &backup, "--yes"], 1);
    for word in ["Litestream", "new replica path", "--force"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(Files::of(site.data()), before);
    assert_eq!(fs::read_dir(backups(&site)).expect("it is there").count(), 1);
    // Settings alone do not concern it.
    let settings = tempfile::NamedTempFile::new().expect("a file can be made");
    fs::copy(site.cfg_path(), settings.path()).expect("it can be copied");
    let settings = settings.path().to_str().expect("the path is text");
    site.ok(&["backup", "restore", settings, "--yes"]);
    site.ok(&["backup", "restore", &backup, "--yes", "--force"]);
}

#[test]
fn a_database_that_another_program_reads_is_not_replaced() {
    let site = site();
    let _up = site.serving_again();
    let backup = create(&site);
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('select * from comments').fetchall()\nprint(flush=True)\nsys.stdin.read()";
    let mut other = Command::new("python3")
        .args(["-c", script])
        .arg(site.data().join("db/comments.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut line = [0];
    let stdout = other.stdout.as_mut().expect("it is piped");
    std::io::Read::read_exact(stdout, &mut line).expect("it has read");
    let said = site.refused(&["backup", "restore", &backup, "--yes"], 1);
    let pid = format!("process {}", other.id());
    assert!(said.contains("python") && said.contains(&pid), "{said}");
    drop(other.stdin.take());
    other.wait().expect("it ends");
    // Isso itself is no obstacle.
    let done = site.json(&["backup", "restore", &backup, "--yes"]);
    assert_eq!(done["serving"], true);
}

#[test]
fn what_has_to_be_unpacked_or_imported_first_is_told() {
    let site = Site::new();
    let folder = isso_tests::quick_folder();
    let check = |name: &str, bytes: &[u8], words: &[&str]| {
        let path = folder.path().join(name);
        Save::InPlace.save(&path, bytes);
        let path = path.to_str().expect("the path is text");
        let said = site.refused(&["backup", "restore", "--yes", path], 1);
        for word in words {
            assert!(said.contains(word), "{name}: {word:?} is not in {said}");
        }
    };
    check("site.tar.gz", b"\x1f\x8b\x08\0", &["a tar archive", "tar -xf"]);
    check("site.zip", b"PK\x03\x04", &["a zip archive", "unzip "]);
    check("comments.db.gz", b"\x1f\x8b\x08\0", &["gunzip -k", "comments.db"]);
    check(
        "dump.sql",
        b"BEGIN TRANSACTION;\nCREATE TABLE x;",
        &["sqlite3 comments.db <"],
    );
    check(
        "export.xml",
        b"<?xml?><disqus>",
        &["an export of Disqus", "import -t disqus"],
    );
    check("comments.db", b"", &["an empty file"]);
}
