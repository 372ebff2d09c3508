//! What becomes of an `isso.cfg` that is lost, broken or without a password.

use std::fs;

use isso_tests::{Site, wait_for};
use serde_json::json;

use super::*;

#[test]
fn a_password_that_is_lost_is_asked_for_again() {
    let site = ready();
    let password = |line: &str| line.starts_with("password = ");
    let lines: Vec<_> = site.cfg().lines().map(str::to_owned).collect();
    let without: Vec<_> = lines.iter().filter(|line| !password(line)).cloned().collect();
    assert!(without.len() < lines.len());
    site.save_cfg(&(without.join("\n") + "\n"));
    for hook in ["init", "main", "backup"] {
        assert_eq!(task(&site.hook(&[hook], &image())), "raise", "{hook}");
    }
    let again = site.hook(&["run", "set-admin-password"], &json!({}));
    assert_eq!(task(&again), "clear");
}

#[test]
fn a_file_that_isso_refuses_is_left_to_its_author_while_isso_runs() {
    let site = ready();
    let _mark = in_use(&site);
    site.edit_cfg("[general]", "[general]\nno value here\n= 5");
    let before = site.cfg();
    let refused = site.hook(&["input", "set-websites"], &json!({}));
    let reason = refused["refusal"].as_str().expect("a reason");
    assert!(reason.contains("isso.cfg"), "{reason}");
    let typed = json!({ "input": { "websites": [] } });
    let refused = site.hook(&["run", "set-websites"], &typed);
    assert!(refused["refusal"].is_string());
    assert_eq!(task(&refused), "clear", "what Isso runs with has one");
    assert_eq!(site.cfg(), before);

    // A password that leaked can be changed all the same.
    let ran = site.hook(&["run", "set-admin-password"], &json!({}));
    assert_eq!(ran["refusal"], Value::Null, "{ran}");
    let password = ran["result"]["result"]["value"].as_str().expect("a password");
    assert!(site.cfg().contains(password));
    let notice = ran["notices"][0]["message"].as_str().expect("a notice");
    assert!(notice.contains("isso.cfg.rejected-"), "{notice}");
}

#[test]
fn a_file_that_isso_refuses_is_repaired_by_every_hook_while_isso_is_down() {
    let typed = json!({ "input": { "websites": [] }, "language": "fr_FR" });
    for hook in [
        &["init"][..],
        &["smtp"],
        &["input", "set-websites"],
        &["run", "set-websites"],
        &["run", "set-admin-password"],
        &["backup"],
    ] {
        let site = ready();
        site.edit_cfg("[general]", "[general]\nno value here\n= 5");
        let answer = site.hook(hook, &typed);
        assert_eq!(answer["refusal"], Value::Null, "{hook:?}: {answer}");
        assert_ne!(task(&answer), "raise", "{hook:?}: {answer}");
        let notice = &answer["notices"][0];
        assert_eq!(notice["level"], "warning", "{hook:?}: {answer}");
        let message = notice["message"].as_str().expect("a text");
        assert!(message.contains("isso.cfg.rejected-"), "{message}");
        let told = site.hook(&["init"], &typed);
        assert_eq!(told["notices"], json!([]), "once is enough");
    }
}

#[test]
fn a_lost_file_is_no_lost_password_while_isso_runs() {
    let site = ready();
    let _mark = in_use(&site);
    for left in [None, Some(""), Some("[general]\nhost = loc")] {
        match left {
            Some(text) => site.save_cfg(text),
            None => fs::remove_file(site.cfg_path()).expect("it is there"),
        }
        for hook in [&["smtp"][..], &["backup"]] {
            assert_ne!(task(&site.hook(hook, &json!({}))), "raise", "{hook:?}");
        }
    }
}

#[test]
fn health_names_the_line_that_is_not_in_force() {
    let site = Site::new();
    site.set_password();
    let health = || site.hook(&["health"], &json!({ "language": "en_US" }));
    assert_eq!(health()["result"], "starting");
    let up = site.supervised();
    wait_for(
        || (health()["result"] == "success").then_some(()),
        || health().to_string(),
    );
    site.edit_cfg("[general]", "[general]\nmax-age = soon");
    let health = wait_for(
        || {
            Some(health()).filter(|it| {
                it["result"] == "loading" && it["message"].as_str().is_some_and(|it| it.contains("isso.cfg"))
            })
        },
        || health().to_string(),
    );
    let message = health["message"].as_str().expect("a text");
    assert!(message.contains("max-age"), "{message}");
    assert!(up.status()["serving"] == true, "Isso goes on");
}

/// StartOS sets no variables for a service, and its hooks do not see what the image has.
#[test]
fn a_password_that_names_a_variable_is_none_on_startos() {
    let site = ready();
    let text = site.cfg();
    let set = text.lines().find(|line| line.starts_with("password = "));
    let text = text.replace(set.expect("a password is set"), "password = $ADMIN_PASSWORD");
    site.save_cfg(&text);
    for hook in ["init", "main", "backup"] {
        let answer = site.hook(&[hook], &image());
        assert_eq!(task(&answer), "raise", "{hook}: {answer}");
    }
    assert_eq!(site.cfg(), text, "the file is left to its author");
}

#[test]
fn the_password_of_a_panel_that_was_off_is_told_and_a_new_one_asked_for() {
    let site = ready();
    site.save_cfg(&site.cfg().replacen("enabled = true", "enabled = false", 1));
    let init = site.hook(&["init"], &json!({ "kind": "update" }));
    assert_eq!(task(&init), "raise", "{init}");
    let told = init["notices"].to_string();
    assert!(told.contains("its password for the panel is not taken over"), "{init}");
}
