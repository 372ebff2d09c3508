//! The commands that need no running Isso.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use isso_tests::Site;
use serde_json::{Value, json};

fn write(site: &Site, text: &str) -> String {
    let path = site.data().join("hand.cfg");
    #[expect(clippy::disallowed_methods, reason = "a test file need not be written atomically")]
    fs::write(&path, text).expect("the folder is writable");
    path.to_string_lossy().into_owned()
}

#[test]
fn parse_prints_what_python_sees() {
    let site = Site::new();
    let file = write(
        &site,
        "[DEFAULT]\nshared: yes\n[general]\nHost =\n  https://a.example\n  # no\n  x = y\nnotify\n",
    );
    assert_eq!(
        site.json(&["config", "parse", &file]),
        json!({ "general": {
            "shared": "yes",
            "host": "\nhttps://a.example\nx = y",
            "notify": null,
        } })
    );
}

#[test]
fn parse_explains_what_python_refuses() {
    let site = Site::new();
    let file = write(&site, "[general]\nhost = a\nHOST = b\n");
    let output = site.run(&["config", "parse", &file, "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    assert_eq!(said["diagnostics"][0]["code"], "duplicate-key");
    assert_eq!(said["diagnostics"][0]["line"], 3);
}

#[test]
fn check_tells_by_its_exit_code_whether_isso_would_start() {
    let site = Site::new();
    let check = |text: &str, code: i32, word: &str| {
        let output = site.run(&["config", "check", &write(&site, text)]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{text}: {said}");
        assert!(said.contains(word), "{text}: {said}");
    };
    let good = "[general]\nhost = https://a.example\n[moderation]\nenabled = true\n";
    check(&good.replace("= https", "= soon,https"), 0, "misread");
    check(&good.replace("= true", "= maybe"), 1, ":4:11: refused");
    check(&good.replace("host =", "hots ="), 1, "host");
    check("", 1, "host");
    assert_eq!(site.run(&["config", "check", "/nonexistent"]).status.code(), Some(2));
}

#[test]
fn a_file_whose_name_is_not_utf_8_is_told_in_json_all_the_same() {
    let site = Site::new();
    let name = site.data().join(OsStr::from_bytes(b"na\xefve.cfg"));
    fs::rename(write(&site, "[general]\nhost = https://a.example\n"), &name).expect("both are in one folder");
    let output = site.command(&["--json", "config", "check"]).arg(&name).output();
    let output = output.expect("issoctl runs");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    assert_eq!(said["accepted"], true, "{said}");
    assert_eq!(said["file"], name.to_string_lossy().into_owned());
}

#[test]
fn a_fresh_folder_can_be_looked_at_without_making_anything() {
    let site = Site::new();
    site.ok(&["action", "list"]);
    site.ok(&["action", "show", "configure-server"]);
    site.refused(&["status"], 3);
    site.refused(&["logs"], 3);
    assert_eq!(fs::read_dir(site.data()).expect("the folder is there").count(), 0);
}

#[test]
fn a_fresh_file_is_one_that_isso_takes() {
    let site = Site::new();
    site.set_password();
    let said = site.json(&["config", "check"]);
    assert_eq!(said["accepted"], true, "{said}");
}

#[test]
fn wrong_input_is_told_apart_from_a_failure() {
    let site = Site::new();
    assert!(
        site.refused(&["action", "run", "set-colour"], 2)
            .contains("action list")
    );
    assert!(
        site.refused(&["action", "run", "set-websites"], 2)
            .contains("action show")
    );
    assert!(
        site.refused(&["action", "run", "set-websites", "colour=red"], 2)
            .contains("websites")
    );
    let said = site.run(&["action", "run", "set-colour", "--json"]);
    let said: Value = serde_json::from_slice(&said.stdout).expect("JSON on stdout");
    assert_eq!(said["error"]["details"]["kind"], "unknown-action");
}

#[test]
fn help_pages_and_completions_are_there() {
    let site = Site::new();
    assert!(site.ok(&["--help"]).contains("Examples"));
    assert!(site.ok(&["man"]).starts_with(".ie"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(site.ok(&["completions", shell]).contains("create-password"), "{shell}");
    }
    let pages = site.data().join("man");
    site.ok(&["man", "--out", pages.to_str().expect("the path is text")]);
    assert!(pages.join("issoctl-action-run.1").exists());
}

/// Commands of other programs, and commands of issoctl in part.
#[test]
fn an_unknown_command_is_answered_with_the_command_that_was_meant() {
    let site = Site::new();
    for (given, meant) in [
        (&["restore", "x"][..], "backup restore"),
        (&["check"], "config check"),
        (&["set-admin-password"], "action run set-admin-password"),
        (&["password"], "action run set-admin-password"),
        (&["start"], "up"),
        (&["statu"], "status"),
        (&["backup", "lst"], "list"),
    ] {
        let said = site.refused(given, 2);
        assert!(said.contains(&format!("'{meant}'")), "{given:?}: {said}");
        let hidden = ["'startos'", "'check-database'"];
        assert!(!hidden.iter().any(|name| said.contains(name)), "{said}");
    }
}

#[test]
fn a_command_line_that_is_wrong_is_told_to_programs_in_json() {
    let site = Site::new();
    for (given, message, hint) in [
        (&["--json", "statu"][..], "unrecognized subcommand 'statu'", "'status'"),
        (
            &["up", "--lisen", "1", "--json"],
            "unexpected argument '--lisen' found",
            "--listen",
        ),
        (&["--json", "up", "--listen"], "--listen", "--help"),
        (&["--json"], "", "--help"),
    ] {
        let output = site.run(given);
        assert_eq!(output.status.code(), Some(2), "{given:?}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(!told.to_string().contains("check-database"), "{told}");
        let error = &told["error"];
        assert!(error["message"].as_str().unwrap().contains(message), "{told}");
        assert!(error["hint"].as_str().unwrap().contains(hint), "{told}");
    }
    assert!(site.ok(&["--json", "--version"]).starts_with("issoctl "));
}
