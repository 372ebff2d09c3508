//! A database that is damaged or cannot be written, and how `status` tells it.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use isso_tests::disks::namespaces;
use isso_tests::torture::database::fill;
use isso_tests::{Site, Visitor, not_tested, wait_for};
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
    file.write_all_at(b"no page", page * 4096).expect("there is room");
}

#[test]
fn damage_is_found_beside_a_serving_isso_which_goes_on() {
    let (site, good) = with_comments();
    damage(&site);
    let up = site.serving_again();
    let status = up.wait_for_status(|status| status["database"]["damage"].is_string());
    assert_eq!(status["serving"], true, "{status}");
    let shown = site.refused(&["status"], 1);
    assert!(shown.is_empty(), "it is no error of the command: {shown}");
    let output = site.run(&["status"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("damaged") && text.contains("backup list"), "{text}");
    // What was found is not said of the database that takes its place.
    let good = good.to_str().expect("the path is text");
    site.json(&["backup", "restore", "--yes", good]);
    assert_eq!(site.run(&["status"]).status.code(), Some(0));
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

fn status_in_words(site: &Site, code: i32) -> String {
    let output = site.run(&["status"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[tokio::test]
async fn comments_that_cannot_be_saved_are_told_with_the_cause_and_isso_goes_on() {
    if !nix::unistd::geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    let mut site = Site::new();
    site.set_password();
    site.set_website("https://a.example");
    site.ok(&["action", "run", "configure-server", "moderationEnabled=false"]);
    // A user without rights, who owns the folder.
    site.through = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        .map(String::from)
        .into();
    let mut up = site.serving_again();
    let visitor = Visitor::new(up.url(), "https://a.example");
    assert!(visitor.post("first").await.status().is_success());
    status_in_words(&site, 0);

    // Another program holds a lock for longer than Isso waits.
    let other = rusqlite::Connection::open(database(&site)).expect("it is there");
    other.execute_batch("BEGIN IMMEDIATE").expect("Isso is idle");
    assert_eq!(visitor.post("second").await.status(), 500);
    let locked = format!("database is locked, by process {} (", std::process::id());
    up.wait_for_line(&locked);
    let said = status_in_words(&site, 1);
    assert!(said.contains(&locked), "{said}");
    other.execute_batch("ROLLBACK").expect("it is open");
    let said = status_in_words(&site, 0);
    assert!(said.contains("1 request answered with 500, the last at 2"), "{said}");

    std::os::unix::fs::chown(database(&site), Some(1234), Some(1234)).expect("we are root");
    assert_eq!(visitor.post("third").await.status(), 500);
    let status = up.wait_for_status(|status| status["supervisor"]["failedRequests"]["count"] == 2);
    let last = &status["supervisor"]["failedRequests"]["last"]["exception"];
    assert_eq!(last, "sqlite3.OperationalError: attempt to write a readonly database");
    assert_eq!(status["serving"], true, "{status}");
    let check = |said: &str| {
        let place = database(&site);
        for part in [
            "comments cannot be saved",
            &format!("{} belongs to ", place.display()),
            "chown 0 on what is ",
        ] {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
    };
    check(&status_in_words(&site, 1));
    assert_eq!(visitor.comments().await, ["first"]);
    assert_eq!(up.terminate().code(), Some(0));

    // A start finds it, too, and visitors still see the comments.
    let mut up = site.up(&[]);
    check(&up.wait_for_line("comments cannot be saved"));
    up.wait_for_line("Isso serves");
    let visitor = Visitor::new(up.url(), "https://a.example");
    assert_eq!(visitor.comments().await, ["first"]);
    std::os::unix::fs::chown(database(&site), Some(0), Some(0)).expect("we are root");
    status_in_words(&site, 0);
    assert!(visitor.post("fourth").await.status().is_success());
}

#[tokio::test]
async fn a_full_disk_is_told_at_the_first_start_and_while_isso_serves() {
    let mut site = Site::new();
    site.set_password();
    site.set_website("https://a.example");
    let Some(namespaces) = namespaces(&["--mount"]) else {
        return;
    };
    let folder = site.data().join("db").display().to_string();
    // The settings are on that disk, too.
    let full = "mkdir -p \"$0\"; mount -t tmpfs -o size=8m none \"$0\"; cp -a \"$0/../config\" \"$0/config\"; \
        mount --bind \"$0/config\" \"$0/../config\"; cat /dev/zero > \"$0/filler\" || exec \"$@\"";
    site.through = namespaces;
    site.through.extend(["sh", "-c", full, &folder].map(String::from));
    let mut up = site.up(&[]);
    let line = up.wait_for_line("since nothing can be written to it");
    assert!(
        line.contains("is full: it has 0 KiB left, and SQLite may need 128 KiB to save; free some room"),
        "{line}"
    );
    let said = status_in_words(&site, 3);
    assert!(said.contains("df -h "), "{said}");
    assert!(!up.printed().contains("Traceback"));

    let filler = format!("/proc/{}/root{folder}/filler", up.pid());
    fs::remove_file(&filler).expect("it is there");
    up.wait_for_line("Isso serves");
    let visitor = Visitor::new(up.url(), "https://a.example");
    assert!(visitor.post("first").await.status().is_success());
    status_in_words(&site, 0);

    let mut file = File::create(&filler).expect("there is room");
    while file.write_all(&[1; 4096]).is_ok() {}
    assert_eq!(visitor.post("second").await.status(), 500);
    let line = up.wait_for_line("comments cannot be saved: ");
    assert!(line.contains("is full"), "{line}");
    let said = status_in_words(&site, 1);
    assert!(
        said.contains("comments cannot be saved: the disk with ") && said.contains("need 1 MiB"),
        "{said}"
    );
    let cfg = format!("/proc/{}/root{}", up.pid(), site.cfg_path().display());
    let before = fs::read(&cfg).expect("it is there");
    let action = ["action", "run", "configure-server", "maxAge=20m"];
    let said = site.refused(&action, 1);
    assert!(
        said.contains("isso.cfg could not be written: No space left") && said.contains("free some room"),
        "{said}"
    );
    assert_eq!(fs::read(&cfg).expect("it is there"), before);
    let health = site.hook(&["health"], &json!({ "language": "de_DE" }));
    assert_eq!(health["result"], "failure");
    let message = health["message"].as_str().expect("it says why");
    assert!(
        message.starts_with("Kommentare können nicht gespeichert werden: the disk with "),
        "{message}"
    );
    fs::remove_file(&filler).expect("it is there");
    drop(file);
    site.ok(&action);
    status_in_words(&site, 0);
    assert!(visitor.post("third").await.status().is_success());
}
