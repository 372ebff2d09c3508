//! A database that is damaged, and how that is found and told.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use isso_tests::torture::database::fill;
use isso_tests::{Site, wait_for};
use serde_json::{Value, json};

fn database(site: &Site) -> PathBuf {
    site.data().join("db/comments.db")
}

/// A site with some hundred comments, and a good copy of its database. Isso is down.
fn with_comments() -> (Site, PathBuf) {
    let site = Site::new();
    let up = site.serving();
    up.wait_for_status(|status| status["database"]["checked"].is_string());
    assert_eq!(up.terminate().code(), Some(0));
    fill(&database(&site), "before", 2000);
    let good = site.data().join("good.db");
    fs::copy(database(&site), &good).expect("there is room");
    (site, good)
}

/// Spoils a page of comments in the middle, which Isso does not read for a page of today.
fn damage(site: &Site) {
    let path = database(site);
    let page = fs::metadata(&path).expect("it is there").len() / 4096 / 2;
    let file = File::options().write(true).open(&path);
    let file = file.expect("it is there");
    file.write_all_at(b"no page", page * 4096)
        .expect("there is room");
}

#[test]
fn damage_is_found_beside_a_serving_isso_which_goes_on() {
    let (site, _) = with_comments();
    damage(&site);
    let up = site.serving_again();
    let status = up.wait_for_status(|status| status["database"]["damage"].is_string());
    assert_eq!(status["serving"], true, "{status}");
    let shown = site.refused(&["status"], 1);
    assert!(shown.is_empty(), "it is no error of the command: {shown}");
    let output = site.run(&["status"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("damaged") && text.contains("backup list"),
        "{text}"
    );
}

#[test]
fn a_start_on_a_database_that_is_known_to_be_damaged_is_refused_until_it_is_whole() {
    let (site, good) = with_comments();
    damage(&site);
    let up = site.serving_again();
    up.wait_for_status(|status| status["database"]["damage"].is_string());
    assert_eq!(up.terminate().code(), Some(0));

    let mut up = site.up(&[]);
    let line = up.wait_for_line("is corrupt");
    assert!(line.contains("restore a backup"), "{line}");
    assert_eq!(up.status()["serving"], false);
    assert_eq!(up.terminate().code(), Some(0));

    // Written over the same file: it is as long, and its change counter is the same.
    fs::copy(&good, database(&site)).expect("there is room");
    let up = site.serving_again();
    let status = up.wait_for_status(|status| status["database"]["checked"].is_string());
    assert_eq!(status["database"]["damage"], Value::Null, "{status}");
}

#[test]
fn startos_sees_damage_in_the_health_check() {
    let (site, _) = with_comments();
    damage(&site);
    let up = site.supervised();
    let health = || site.hook(&["health"], &json!({ "language": "de_DE" }));
    let health = wait_for(
        || Some(health()).filter(|it| it["result"] == "failure"),
        || health().to_string(),
    );
    let message = health["message"].as_str().expect("it says why");
    assert!(message.contains("beschädigt"), "{message}");
    assert_eq!(up.status()["serving"], true);
}
