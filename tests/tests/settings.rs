//! Edits of `isso.cfg` by hand: Isso goes on, and the status says what is wrong.

use isso_tests::{Site, Up, Visitor, wait_for};
use serde_json::Value;

/// Waits until the file is called not in force, and returns why.
fn refused(up: &Up<'_>) -> Value {
    let status = up.wait_for_status(|status| status["settings"]["reason"].is_string());
    assert_eq!(status["serving"], true, "{status}");
    status["settings"].clone()
}

fn in_force(up: &Up<'_>) -> Value {
    up.wait_for_status(|status| status["settings"]["inForce"] == true)
}

#[tokio::test]
async fn a_good_edit_is_taken_over_by_itself() {
    let site = Site::new();
    let up = site.serving();
    site.edit_cfg("host = localhost", "host =\n    https://blog.example\n    localhost");
    up.wait_for_status(|status| status["supervisor"]["generation"] == 2);
    in_force(&up);
    let visitor = Visitor::new(up.url(), "https://blog.example");
    assert_eq!(visitor.allowed_origin().await, "https://blog.example");
}

#[test]
fn an_edit_that_says_nothing_new_changes_nothing() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    site.edit_cfg("max-age = 15m", "# A quarter of an hour.\nmax-age = 900");
    // An edit that Isso would see, made later, is the proof that the first one was looked at.
    site.edit_cfg("max-age = 900", "max-age = soon");
    refused(&up);
    site.edit_cfg("max-age = soon", "max-age = 15m");
    in_force(&up);
    assert_eq!(up.master(), master);
}

#[test]
fn a_bad_line_is_named_and_a_crash_meanwhile_is_survived() {
    let site = Site::new();
    let up = site.serving();
    site.edit_cfg("max-age = 15m", "max-age = soon");
    let settings = refused(&up);
    let line = 1 + site
        .cfg()
        .lines()
        .position(|line| line == "max-age = soon")
        .expect("it is there");
    assert_eq!(settings["inForce"], false);
    assert_eq!(settings["problems"][0]["line"], line);
    assert_eq!(settings["problems"][0]["text"], "soon");
    let said = site.ok(&["status"]);
    assert!(
        said.contains(&format!("isso.cfg:{line}:")) && said.contains("fix:"),
        "{said}"
    );

    up.kill_master();
    refused(&up);
    assert!(
        site.cfg().contains("max-age = soon"),
        "no file is repaired under the editor"
    );

    site.edit_cfg("max-age = soon", "max-age = 1h");
    let status = in_force(&up);
    assert_eq!(status["settings"]["problems"], Value::Array(Vec::new()));
}

#[test]
fn an_action_beside_a_bad_line_says_that_it_is_saved_and_not_in_force() {
    let site = Site::new();
    let up = site.serving();
    site.edit_cfg("max-age = 15m", "max-age = soon");
    refused(&up);
    let said = site.refused(&["action", "run", "set-websites", "websites=https://a.example"], 1);
    assert!(said.contains("saved") && said.contains("max-age"), "{said}");
    site.edit_cfg("max-age = soon", "max-age = 15m");
    let status = in_force(&up);
    assert_eq!(status["websites"][0], "https://a.example");
}

#[test]
fn a_password_taken_away_does_not_take_isso_down() {
    let site = Site::new();
    let password = site.set_password();
    let up = site.serving_again();
    site.edit_cfg(&format!("password = {password}"), "password =");
    let settings = refused(&up);
    let fix = settings["problems"][0]["fix"].as_str().unwrap_or_default();
    assert!(fix.contains("set-admin-password"), "{settings}");
    site.set_password();
    in_force(&up);
}

#[test]
fn a_deleted_file_comes_back_with_its_password() {
    let site = Site::new();
    let up = site.serving();
    let before = site.cfg();
    std::fs::remove_file(site.cfg_path()).expect("the file is there");
    wait_for(
        || site.cfg_path().exists().then_some(()),
        || "the file does not come back".into(),
    );
    assert_eq!(site.cfg(), before);
    in_force(&up);
    assert_eq!(up.terminate().code(), Some(0));
    std::fs::remove_file(site.cfg_path()).expect("the file is there");
    let _up = site.serving_again();
    assert_eq!(site.cfg(), before, "the last good settings outlive issoctl");
}

#[test]
fn the_database_stays_where_it_is() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    let before = site.cfg();
    let dbpath = site.data().join("db/comments.db").display().to_string();
    site.edit_cfg(&dbpath, "/tmp/elsewhere.db");
    wait_for(|| (site.cfg() == before).then_some(()), || site.cfg());
    assert_eq!(up.master(), master, "what was put right is what Isso runs with");
}
