//! What becomes of a damaged database.

use std::fs;

use isso_tests::Site;
use rusqlite::Connection;
use serde_json::json;

use super::*;

/// A database as Isso leaves it, with the marker that the supervisor puts beside it.
fn make_database(site: &Site) {
    let path = site.data().join("db/comments.db");
    let connection = Connection::open(&path).expect("the folder is there");
    connection
        .execute_batch(
            "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri UNIQUE, title);
             CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, created, mode, text);
             CREATE INDEX found ON comments (text);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)
             INSERT INTO comments SELECT 1, i, i, 1, hex(randomblob(50)) FROM n;",
        )
        .expect("SQLite can write");
    fs::File::create(site.data().join("db/comments.db.exists")).expect("the folder is there");
}

/// What the supervisor does beside Isso.
fn check_thoroughly(site: &Site) {
    let database = site.data().join("db/comments.db");
    site.ok(&["check-database", database.to_str().expect("the path is text")]);
}

/// Puts an index out of order, which only the thorough check finds.
fn damage_an_index(site: &Site) {
    let path = site.data().join("db/comments.db");
    let connection = Connection::open(path).expect("the database is there");
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET sql = 'CREATE INDEX found ON comments (text DESC)'
             WHERE name = 'found';",
        )
        .expect("SQLite can write");
}

fn mend_the_index(site: &Site) {
    let path = site.data().join("db/comments.db");
    let connection = Connection::open(path).expect("the database is there");
    connection.execute_batch("REINDEX").expect("SQLite can write");
}

#[test]
fn a_damaged_database_is_not_backed_up() {
    let site = ready();
    assert_eq!(
        site.hook(&["backup"], &json!({}))["refusal"],
        Value::Null,
        "there is none yet"
    );
    make_database(&site);
    assert_eq!(site.hook(&["backup"], &json!({}))["refusal"], Value::Null);
    damage_an_index(&site);
    // No check has read all of it, and none does while Isso is down.
    assert_eq!(site.hook(&["backup"], &json!({}))["refusal"], Value::Null);
    check_thoroughly(&site);
    let refused = site.hook(&["backup"], &json!({ "language": "de_DE" }));
    let reason = refused["refusal"].as_str().expect("a reason");
    assert!(reason.contains("beschädigt") && reason.contains("found"), "{reason}");
    mend_the_index(&site);
    assert_eq!(site.hook(&["backup"], &json!({}))["refusal"], Value::Null);
    fs::remove_file(site.data().join("db/comments.db")).expect("it is there");
    let refused = site.hook(&["backup"], &json!({}));
    let reason = refused["refusal"].as_str().expect("a reason");
    assert!(reason.contains("gone"), "{reason}");
}

#[test]
fn a_restore_is_settled_and_a_damaged_one_told() {
    let site = ready();
    make_database(&site);
    let restore = json!({ "kind": "restore" });
    let restored = site.hook(&["init"], &restore);
    assert_eq!((task(&restored), &restored["notices"]), (&json!("clear"), &json!([])));
    damage_an_index(&site);
    check_thoroughly(&site);
    let restored = site.hook(&["init"], &restore);
    assert_eq!(restored["refusal"], Value::Null, "nothing better is there");
    assert_eq!(restored["notices"][0]["level"], "error", "{restored}");
}
