//! Messages that name a command, and whether that command helps.

use std::process::{Command, Output};

use isso_tests::Site;

/// Does what a text says: runs the last command of `issoctl` in it, as a shell would.
fn obey(text: &str) -> Output {
    let line = text
        .lines()
        .rfind(|line| line.contains("/issoctl --data "))
        .unwrap_or_else(|| panic!("no command in: {text}"));
    let start = line.rfind("/issoctl --data ").expect("it was found");
    let start = line[..start].rfind([' ', '`']).map_or(0, |before| before + 1);
    let end = line[start..].find('`').map_or(line.len(), |len| start + len);
    Command::new("sh")
        .arg("-c")
        .arg(&line[start..end])
        .output()
        .expect("there is a shell")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn settings_that_are_saved_behind_the_gate_are_saved_and_the_way_on_is_told() {
    let site = Site::new();
    let mut up = site.up(&[]);
    up.wait_for_status(|status| status["state"] == "awaiting-password");
    let websites = ["action", "run", "set-websites", "websites=https://a.example"];
    let saved = site.run(&websites);
    let said = text(&saved.stderr);
    assert_eq!(saved.status.code(), Some(0), "{said}");
    assert!(said.contains("as soon as Isso starts"), "{said}");
    assert!(site.cfg().contains("https://a.example"));

    let german = site
        .command(&["action", "run", "set-websites", "websites=https://b.example"])
        .env("LC_ALL", "de_DE.UTF-8")
        .output()
        .expect("issoctl runs");
    assert!(text(&german.stderr).contains("sobald Isso startet"));

    let password = obey(&said);
    assert!(password.status.success(), "{password:#?}");
    up.wait_for_line("Isso serves");
}

#[test]
fn settings_that_are_saved_while_isso_is_down_are_told_with_the_reason() {
    let site = Site::new();
    drop(site.serving());
    std::fs::remove_file(site.data().join("db/comments.db")).expect("the database was there");
    let up = site.up(&[]);
    up.wait_for_status(|status| status["state"] == "recovering");
    let said = site.refused(&["action", "run", "configure-server", "maxAge=20m"], 3);
    assert!(said.contains("saved") && said.contains("comments.db"), "{said}");
    assert!(site.cfg().contains("max-age = 20m"));
    assert!(obey(&said).status.success(), "{said}");
}

#[test]
fn status_leads_to_the_password_of_the_same_folder() {
    let site = Site::new();
    let mut up = site.up(&[]);
    up.wait_for_status(|status| status["state"] == "awaiting-password");
    let said = text(&site.run(&["status"]).stdout);
    assert!(said.contains("waiting for an admin password"), "{said}");
    let to_do: Vec<_> = said.lines().filter(|line| line.starts_with("To do")).collect();
    assert_eq!(to_do.len(), 1, "{said}");
    assert!(obey(to_do[0]).status.success(), "{said}");
    up.wait_for_line("Isso serves");
    let said = site.ok(&["status"]);
    assert!(
        said.lines().any(|line| line.ends_with("serving (version 0.14.0)")),
        "{said}"
    );
}

#[test]
fn status_of_an_isso_that_cannot_start_says_why_and_where_to_look() {
    let site = Site::new();
    drop(site.serving());
    std::fs::remove_file(site.data().join("db/comments.db")).expect("the database was there");
    let up = site.up(&[]);
    up.wait_for_status(|status| status["state"] == "recovering");
    let status = site.run(&["status"]);
    let said = text(&status.stdout);
    assert_eq!(status.status.code(), Some(3));
    assert!(said.contains("started again by itself"), "{said}");
    assert!(said.contains("comments.db"), "{said}");
}

#[test]
fn a_hint_leads_to_the_folder_that_was_named_also_behind_an_alias() {
    let site = Site::new();
    let said = site.refused(&["action", "run", "set-colour"], 2);
    let listed = obey(&said);
    assert!(text(&listed.stdout).contains("set-websites"), "{said}");
    let folder = site.data().to_str().expect("the path is text");
    site.ok(&["--data", folder, "action", "list"]);
}
