//! Folders with several candidates, names that hold control characters, and files that are no database.

use std::fs;
use std::path::Path;

use isso_tests::torture::{Files, Save};
use isso_tests::{Site, Terminal};
use serde_json::{Value, json};

use super::Brought;
use crate::site;

#[test]
fn several_candidates_are_refused_until_one_is_named() {
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
fn a_person_at_a_terminal_chooses_from_several_candidates() {
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
fn text_from_elsewhere_commands_no_terminal_and_a_pipe_gets_every_byte() {
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
    // Failures, also with `--json`.
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
fn archives_and_exports_are_refused_with_the_way_to_unpack_or_import_them() {
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
