//! The quick check.

use std::fs;
use std::path::Path;

use isso_database::{Depth, check_database, check_thoroughly};
use rusqlite::Connection;

use crate::{cut, execute, overwrite, roots, scribble, scribble_in_the_middle, used};

fn outcome_of(database: &Path) -> Result<(), String> {
    check_database(database, Depth::Pages).map_err(|error| error.to_string())
}

/// Something happens to a database that Isso has used. An error names the folder and what is wrong.
fn check(accident: impl FnOnce(&Path), expected: Result<(), &str>) {
    let (folder, database) = used(500);
    accident(&database);
    let outcome = outcome_of(&database);
    match expected {
        Ok(()) => assert_eq!(outcome, Ok(())),
        Err(part) => {
            let error = outcome.expect_err(part);
            assert!(error.contains(part), "{error}");
            assert!(error.contains(&folder.path().display().to_string()), "{error}");
        }
    }
}

/// The same to one that Isso has not used, or whose marker a person has deleted.
fn check_unknown(accident: impl FnOnce(&Path), expected: Result<(), &str>) {
    let forgotten = |database: &Path| {
        fs::remove_file(database.with_extension("db.exists")).expect("it is there");
        accident(database);
    };
    check(forgotten, expected);
}

#[test]
fn a_sound_database_is_taken() {
    check(|_| {}, Ok(()));
    check_unknown(|_| {}, Ok(()));
    check(|db| execute(db, "PRAGMA journal_mode = WAL"), Ok(()));
    check(|db| execute(db, "DELETE FROM comments; DELETE FROM threads"), Ok(()));
}

#[test]
fn a_database_that_vanished_is_missed() {
    let remove = |db: &Path| fs::remove_file(db).expect("it is there");
    check(remove, Err("is gone; restore a backup, or delete"));
    check_unknown(remove, Ok(()));
}

#[test]
fn an_emptied_database_is_noticed() {
    check(|db| cut(db, 0), Err("is empty"));
    check_unknown(|db| cut(db, 0), Ok(()));
    let drop_all = "DROP TABLE comments; DROP TABLE threads; DROP TABLE preferences";
    check(|db| execute(db, drop_all), Err("is empty"));
    check(|db| execute(db, "DROP TABLE comments"), Err("is empty"));
}

#[test]
fn an_isso_that_was_killed_at_its_first_start_begins_again() {
    check_unknown(|db| execute(db, "DROP TABLE comments; DROP TABLE threads"), Ok(()));
    check_unknown(|db| execute(db, "DROP TABLE comments"), Ok(()));
}

#[test]
fn a_database_that_is_not_issos_is_refused() {
    let foreign = "DROP TABLE comments; DROP TABLE threads; DROP TABLE preferences; CREATE TABLE posts (id)";
    check(
        |db| execute(db, foreign),
        Err("is not Isso's: it has no table `comments`"),
    );
    check_unknown(|db| execute(db, foreign), Err("is not Isso's"));
    check(|db| execute(db, "DROP TABLE threads"), Err("no table `threads`"));
    let view =
        "DROP TABLE comments; CREATE VIEW comments AS SELECT 1 AS tid, 2 AS id, 3 AS created, 4 AS mode, 5 AS text";
    check(|db| execute(db, view), Err("no table `comments`"));
    let other = "DROP TABLE comments; CREATE TABLE comments (id INTEGER PRIMARY KEY, body TEXT)";
    check(|db| execute(db, other), Err("no table `comments` as Isso makes it"));
}

#[test]
fn a_database_of_an_older_isso_is_taken() {
    let older = "DROP TABLE preferences; ALTER TABLE comments DROP COLUMN notification; PRAGMA user_version = 0";
    check(|db| execute(db, older), Ok(()));
}

#[test]
fn a_truncated_or_overwritten_database_is_noticed() {
    check(|db| cut(db, 9000), Err("is corrupt"));
    check(|db| cut(db, 4096), Err("is corrupt"));
    check(|db| cut(db, 50), Err("is corrupt"));
    let a_part_of_the_last_page = |db: &Path| {
        let length = fs::metadata(db).expect("it is there").len();
        cut(db, length - 100);
    };
    check(a_part_of_the_last_page, Err("and says itself that it has"));
    check(|db| scribble(db, 0), Err("is corrupt"));
    check(|db| overwrite(db, [b'x'; 5000]), Err("is corrupt"));
    // Where the tables begin.
    for table in 0..3 {
        check(
            |db| scribble(db, u64::from(roots(db)[table] - 1) * 4096),
            Err("is corrupt"),
        );
    }
}

#[test]
fn a_database_in_use_is_not_corrupt() {
    let mut writer = None;
    let write = |db: &Path| {
        let connection = Connection::open(db).expect("it is there");
        connection.execute_batch("BEGIN IMMEDIATE").expect("it is SQL");
        writer = Some(connection);
    };
    check(write, Ok(()));
}

#[test]
fn a_transaction_that_was_killed_is_rolled_back() {
    let (folder, database) = used(500);
    let torn = folder.path().join("torn.db");
    let connection = Connection::open(&database).expect("it is there");
    // What does not fit into the cache is written before the commit.
    let begun = "PRAGMA cache_size = 2; BEGIN; UPDATE comments SET text = upper(text) || 'x'";
    connection.execute_batch(begun).expect("it is SQL");
    fs::copy(&database, &torn).expect("there is room");
    let journal = folder.path().join("torn.db-journal");
    fs::copy(folder.path().join("comments.db-journal"), &journal).expect("the journal is there");
    connection.execute_batch("ROLLBACK").expect("it is SQL");

    assert_eq!(outcome_of(&torn), Ok(()));
    assert!(!journal.exists(), "it was rolled back");
    let count = "SELECT count(*) FROM comments WHERE text LIKE '%x'";
    let torn = Connection::open(&torn).expect("it is there");
    let written: i64 = torn.query_row(count, [], |row| row.get(0)).expect("it is SQL");
    assert_eq!(written, 0);
}

#[test]
fn a_missing_folder_is_named() {
    let remove = |db: &Path| fs::remove_dir_all(db.parent().expect("a folder")).expect("it is there");
    check(remove, Err("is missing or cannot be entered"));
}

#[test]
fn known_damage_counts_until_the_database_is_mended() {
    let (folder, database) = used(5000);
    let good = folder.path().join("good.db");
    fs::copy(&database, &good).expect("there is room");
    scribble_in_the_middle(&database);
    assert_eq!(outcome_of(&database), Ok(()), "nobody has read that page yet");

    let verdict = check_thoroughly(&database).expect("nobody writes");
    assert!(verdict.damage.is_some());
    let error = outcome_of(&database).expect_err("it is known");
    assert!(
        error.contains("is corrupt") && error.contains("restore a backup"),
        "{error}"
    );
    // Further comments do not heal it.
    execute(&database, "INSERT INTO threads (uri) VALUES ('/more')");
    assert!(outcome_of(&database).is_err());
    // A copy has the same length, change counter and date.
    let date = fs::metadata(&good).and_then(|it| it.modified()).expect("it is there");
    fs::copy(&good, &database).expect("there is room");
    fs::File::open(&database)
        .and_then(|it| it.set_modified(date))
        .expect("it is there");
    assert_eq!(outcome_of(&database), Ok(()));
}

#[test]
fn an_index_that_does_not_match_counts_for_backups_alone() {
    let (_folder, database) = used(10);
    let reorder = "CREATE TABLE words (word); CREATE INDEX found ON words (word); INSERT INTO words VALUES (1), (2);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE INDEX found ON words (word DESC)' WHERE name = 'found';";
    execute(&database, reorder);
    check_thoroughly(&database).expect("nobody writes");
    assert_eq!(outcome_of(&database), Ok(()));
    let error = check_database(&database, Depth::Indexes).expect_err("it is known");
    assert!(error.to_string().contains("is corrupt"), "{error}");
}
